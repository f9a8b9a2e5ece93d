/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Walks over the hierarchy: every second where a folder cannot be watched, else now and then, and never while nothing
 * is watched. A walk costs some microseconds a group, so it paces itself: it never takes more than a fiftieth of the
 * time, and it does not go where no policy reaches.
 *
 * One clock wakes for all that is due here: a walk, a question to systemd that had no answer, a look at what was told.
 */

#include <malloc.h>
#include <string.h>
#include "bounds/checked.h"
#include "manager/announce.h"
#include "manager/groups/annexes.h"
#include "manager/groups/discover.h"
#include "manager/groups/news.h"
#include "manager/groups/watch.h"
#include "manager/kernel/kernel.h"
#include "manager/looks/look.h"
#include "manager/settings.h"
#include "manager/wires/tripwire.h"

#define WALK_USEC UINT64_C(1000000)
#define WALK_SELDOM_USEC (UINT64_C(60) * 1000000)
#define WALK_ACCURACY_USEC UINT64_C(100000)
#define WALK_SLOWEST_USEC (UINT64_C(10) * 1000000)

/* Finds new groups, drops vanished ones. */
static void walk_now(struct manager *manager)
{
        uint64_t now = manager_now(manager);
        struct watch *watch, *next;
        struct annex *annex;
        int r;

        for (watch = manager->watches; watch; watch = watch->hh.next) {
                watch->seen = false;
                for (annex = watch->annexes; annex; annex = annex->hh.next)
                        annex->seen = false;
        }
        manager->arrivals_missed = !manager->arrivals;
        news_forget(manager);
        r = group_walk(&manager->host, "/", discover_group, manager);
        if (r < 0) {
                manager->arrivals_missed = true;
                /* Half a walk tells nothing about who is gone. */
                log_trouble(&manager->trouble.walk, now, "Cannot list the groups below %s: %s",
                            manager->host.groups_path, strerror(-r));
                return;
        }
        HASH_ITER(hh, manager->watches, watch, next)
        {
                if (!watch->seen) {
                        discover_drop(watch);
                        continue;
                }
                watch_drop_annexes(watch);
                discover_ask(watch, now);
        }
        tripwires_press_on(manager);
        announce_status(manager);
}

static void wake_up(sd_event_source *timer, uint64_t usec, uint64_t accuracy)
{
        (void)sd_event_source_set_time_accuracy(timer, accuracy);
        (void)sd_event_source_set_time(timer, usec);
        (void)sd_event_source_set_enabled(timer,
                                          usec == UINT64_MAX ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
}

void discover_wake(struct manager *manager)
{
        wake_up(manager->discovery, bng_min(manager->walk_due, news_due(manager)), 1);
}

void discover_soon(struct manager *manager)
{
        manager->walk_due = manager->walk_again;
        discover_wake(manager);
}

/* Where nothing was watched until now, nobody was going to walk. */
void discover_seldom(struct manager *manager)
{
        if (!manager->watches || manager->walk_due < UINT64_MAX)
                return;
        manager->walk_due = manager_now(manager) + WALK_SELDOM_USEC;
        wake_up(manager->discovery, manager->walk_due, WALK_ACCURACY_USEC);
}

void discover_apply(struct manager *manager)
{
        struct watch *watch, *next;

        HASH_ITER(hh, manager->watches, watch, next)
        {
                if (!settings_exempt(manager, watch->path) && watch_apply(watch))
                        watch_look_at(watch, 0);
                else
                        discover_drop(watch); /* one that may still be a candidate is found again */
        }
        kernel_start(manager);
        news_start(manager);
        walk_now(manager);
        discover_soon(manager);
}

/* When a question about a unit is to be asked again; UINT64_MAX: none is open. */
static uint64_t asking_due(struct manager *manager, uint64_t now)
{
        uint64_t due = UINT64_MAX;
        const struct watch *watch;

        for (watch = manager->watches; watch; watch = watch->hh.next)
                if (watch->claim && !watch->unit && !manager->host.foreign &&
                    watch->ask_again < due)
                        due = watch->ask_again;
        return due > now || due == UINT64_MAX ? due : now + UNITS_RETRY_USEC;
}

/* Who was moved in is told by the lists alone: a walk finds groups only. */
static void read_lists(struct manager *manager)
{
        struct watch *watch;

        for (watch = manager->watches; watch; watch = watch->hh.next)
                look_for_newcomers(watch, HASH_COUNT(manager->watches));
        manager->moves_lost = false;
}

static void walk(struct manager *manager)
{
        uint64_t begin = clock_now(), end, rest;

        if (manager->settings->config->n_policies > 0)
                walk_now(manager);
        (void)malloc_trim(0); /* what a start, or a busy time, has left unused */
        end = clock_now();
        rest = (end - begin) * DISCOVER_SHARE;
        rest = rest < WALK_SLOWEST_USEC ? rest : WALK_SLOWEST_USEC;
        if (manager->moves_lost) {
                read_lists(manager);
                rest = rest > WALK_USEC ? rest : WALK_USEC; /* these cost more than the walk */
        }
        manager->walk_again = end + rest;
        if (manager->settings->config->n_policies > 0 && manager->arrivals_missed)
                manager->walk_due = end + (rest > WALK_USEC ? rest : WALK_USEC);
        else
                manager->walk_due = manager->watches ? end + WALK_SELDOM_USEC : UINT64_MAX;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        struct manager *manager = userdata;
        uint64_t now = clock_now(), due;
        struct watch *watch;

        (void)usec;
        if (now >= manager->walk_due)
                walk(manager);
        else
                for (watch = manager->watches; watch; watch = watch->hh.next)
                        discover_ask(watch, now);
        due = bng_min(asking_due(manager, clock_now()), manager->walk_due);
        wake_up(source, due, WALK_ACCURACY_USEC);
        news_walk(manager);
        if (news_due(manager) < due)
                discover_wake(manager);
        return 0; /* an error would end the walks for ever */
}

int discover_start(struct manager *manager)
{
        if (settings_name_units(manager) && !manager->host.foreign &&
            !units_available(manager->units, manager_now(manager)))
                log_line(LOG_WARNING,
                         "There is no %s bus: policies with Unit= match nothing "
                         "until there is.",
                         manager->options->user ? "user" : "system");
        kernel_start(manager);
        news_start(manager);
        return sd_event_add_time(manager->event, &manager->discovery, CLOCK_MONOTONIC, 0,
                                 WALK_ACCURACY_USEC, on_timer, manager);
}

void discover_stop(struct manager *manager)
{
        news_stop(manager);
        manager->discovery = sd_event_source_disable_unref(manager->discovery);
}
