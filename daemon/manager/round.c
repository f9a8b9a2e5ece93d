/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One wake-up, on whole seconds, for all groups whose next look is seconds away: a thousand that are far
 * from their limits cost one timer together, and one pass over them.
 */

#include "manager/context.h"

#define GRAIN_USEC UINT64_C(1000000)

static void set_timer(struct manager *manager, uint64_t usec)
{
        manager->round_at = usec;
        (void)sd_event_source_set_time(manager->round, usec);
        (void)sd_event_source_set_enabled(manager->round,
                                          usec == UINT64_MAX ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
}

static int on_round(sd_event_source *source, uint64_t usec, void *userdata)
{
        struct manager *manager = userdata;
        uint64_t now = manager_now(manager), next = UINT64_MAX;
        struct watch *watch, *following;

        (void)source;
        (void)usec;
        manager->round_at = 0; /* those that are looked at need not move it */
        HASH_ITER(hh, manager->watches, watch, following)
        {
                if (watch->in_round && watch->next_look <= now)
                        look_now(watch);
        }
        for (watch = manager->watches; watch; watch = watch->hh.next)
                if (watch->in_round && watch->next_look < next)
                        next = watch->next_look;
        set_timer(manager, next);
        return 0;
}

void round_include(struct watch *watch)
{
        uint64_t rest = watch->next_look % GRAIN_USEC;

        if (watch->next_look < UINT64_MAX - GRAIN_USEC)
                watch->next_look += rest > 0 ? GRAIN_USEC - rest : 0;
        if (watch->next_look < watch->manager->round_at)
                set_timer(watch->manager, watch->next_look);
}

int round_start(struct manager *manager)
{
        manager->round_at = UINT64_MAX;
        return sd_event_add_time(manager->event, &manager->round, CLOCK_MONOTONIC, UINT64_MAX, 0,
                                 on_round, manager);
}

void round_stop(struct manager *manager)
{
        manager->round = sd_event_source_disable_unref(manager->round);
}
