/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The loop takes what is most urgent first, and there are machines on which something urgent always waits: thousands of
 * groups near a limit, alarms that ring without an end, groups made and removed all day. So who can go on without an end
 * asks here, the bells before each turn, the looks and the arrivals behind theirs, so that these have one between any two
 * breaths. Now and then it is told to wait until the loop has come down to those who ask the daemon something, and has
 * served each of them once: neither keeps the other from its turn.
 */

#include "manager/looks/breath.h"
#include "manager/looks/round.h"

#define BREATH_USEC UINT64_C(20000) /* between two, while there is no rest */

bool breath_is_due(struct manager *manager)
{
        if (clock_now() - manager->breath.taken < BREATH_USEC)
                return false;
        return sd_event_source_set_enabled(manager->breath.source, SD_EVENT_ONESHOT) >= 0;
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
        manager->breath.taken = clock_now();
        go_on(manager->bells);
        go_on(manager->arrived);
        round_go_on(manager);
        return 0;
}

int breath_start(struct manager *manager)
{
        /* Of those that are equally urgent the one that waits longest comes first; a deferred one would count from when
         * it was added, and always be that. */
        int r = sd_event_add_time(manager->event, &manager->breath.source, CLOCK_MONOTONIC, 0, 1,
                                  on_breath, manager);

        if (r >= 0)
                r = sd_event_source_set_enabled(manager->breath.source, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_source_set_priority(manager->breath.source, SERVER_PRIORITY);
        return r;
}

void breath_stop(struct manager *manager)
{
        manager->breath.source = sd_event_source_disable_unref(manager->breath.source);
}
