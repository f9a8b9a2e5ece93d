/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The loop takes what is most urgent first, and there are machines on which something urgent always waits: thousands of
 * groups near a limit, alarms that ring without an end, groups made and removed all day. So who can go on without an end
 * asks here, the bells before each turn, the looks and the arrivals behind theirs, so that these have one between any two
 * breaths. Now and then it is told to wait until the loop has come down to those who ask the daemon something, and has
 * served each of them once: neither keeps the other from its turn.
 *
 * Who does not ask here may come between all the time, and while a breath is taken nobody looks. So it is over after a
 * while in any case, by a clock that is as urgent as the bells.
 */

#include "manager/looks/breath.h"
#include "manager/looks/round.h"

#define BREATH_USEC UINT64_C(20000)  /* between two, while there is no rest, */
#define LONGEST_USEC UINT64_C(20000) /* and for one in which the others' turn does not come */

static bool set_limit(sd_event_source *limit, uint64_t usec)
{
        return sd_event_source_set_time(limit, usec) >= 0 &&
               sd_event_source_set_enabled(limit, SD_EVENT_ONESHOT) >= 0;
}

bool breath_is_due(struct manager *manager)
{
        struct breath *breath = &manager->breath;
        uint64_t now = clock_now();

        if (now - breath->taken < BREATH_USEC)
                return false;
        if (sd_event_source_get_enabled(breath->limit, NULL) == SD_EVENT_OFF &&
            !set_limit(breath->limit, now + LONGEST_USEC))
                return false;
        return sd_event_source_set_enabled(breath->source, SD_EVENT_ONESHOT) >= 0;
}

bool breath_holds(struct manager *manager, sd_event_source *source)
{
        return breath_is_due(manager) && sd_event_source_set_enabled(source, SD_EVENT_OFF) >= 0;
}

static void go_on(sd_event_source *source)
{
        if (source)
                (void)sd_event_source_set_enabled(source, SD_EVENT_ON);
}

static int on_breath(sd_event_source *source, uint64_t usec, void *userdata)
{
        struct manager *manager = userdata;

        (void)source;
        (void)usec;
        (void)sd_event_source_set_enabled(manager->breath.source, SD_EVENT_OFF);
        (void)sd_event_source_set_enabled(manager->breath.limit, SD_EVENT_OFF);
        manager->breath.taken = clock_now();
        go_on(manager->bells);
        go_on(manager->arrived);
        round_go_on(manager);
        return 0;
}

/* Off, until one is due. */
static int add(struct manager *manager, sd_event_source **ret, int64_t priority)
{
        /* Of those that are equally urgent the one that waits longest comes first; a deferred one would count from when
         * it was added, and always be that. */
        int r = sd_event_add_time(manager->event, ret, CLOCK_MONOTONIC, 0, 1, on_breath, manager);

        if (r >= 0)
                r = sd_event_source_set_enabled(*ret, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_source_set_priority(*ret, priority);
        return r;
}

int breath_start(struct manager *manager)
{
        int r = add(manager, &manager->breath.source, SERVER_PRIORITY);

        return r < 0 ? r : add(manager, &manager->breath.limit, SD_EVENT_PRIORITY_IMPORTANT);
}

void breath_stop(struct manager *manager)
{
        manager->breath.source = sd_event_source_disable_unref(manager->breath.source);
        manager->breath.limit = sd_event_source_disable_unref(manager->breath.limit);
}
