/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One look at a group. Its cheap usage (cache included, so an upper bound) is read first: it says how near
 * anything in the group can be (schedule.c). While nothing can, only the workers whose windows ask for a
 * sample are measured. Otherwise the group is read, its processes are listed, those that are due are
 * measured, and the alarm is set to where the nearest limit will be.
 */

#include <string.h>
#include "bounds/checked.h"
#include "manager/answers/judge.h"
#include "manager/groups/contributors.h"
#include "manager/groups/scan.h"
#include "manager/groups/watch.h"
#include "manager/kernel/kernel-limit.h"
#include "manager/kernel/kernel.h"
#include "manager/looks/alarm.h"
#include "manager/looks/look.h"
#include "manager/looks/schedule.h"
#include "manager/wires/tripwire.h"

#define STEADY_PAUSE_USEC UINT64_C(10000) /* near a limit, but not on the way to it */
#define SOON_USEC UINT64_C(50000)         /* on the way: at this rate it is there within */
#define ARMED_FACTOR                                                                               \
        10 /* an alarm that some ways to the limit pass by makes polls so much rarer, */
#define WIRED_PAUSE_USEC                                                                           \
        UINT64_C(1000000) /* kernels before 5.18 are late for who never leaves them */
#define ARMED_PAUSE_USEC UINT64_C(100000)    /* but not rarer than it was bearable without */
#define NEWCOMERS_PAUSE_USEC UINT64_C(20000) /* between lists for those that are moved in, */
#define NEWCOMERS_EACH_USEC 20               /* and so much more for each that is known, */
#define TOGETHER_EACH_USEC 600               /* and for each group that is told of together */

/* What is known already asks to be measured again. */
static uint64_t known_due(const struct watch *watch)
{
        uint64_t due = watch->policy ? watch->due : UINT64_MAX;
        const struct worker *worker;

        for (worker = watch->workers; worker; worker = worker->hh.next)
                due = bng_min(due, worker->due);
        return due;
}

/* Microseconds until the nearest limit is reached, as it is approached by now; UINT64_MAX: it is not. */
static uint64_t arrival(const struct watch *watch, uint64_t room, uint64_t now)
{
        double gone, usec;

        if (room >= watch->room || now <= watch->room_read)
                return UINT64_MAX;
        gone = (double)(watch->room - room) / (double)(now - watch->room_read);
        usec = (double)room / gone;
        return usec < 0x1p63 ? (uint64_t)usec : UINT64_MAX;
}

/*
 * When one that is near a limit need not be looked at: an alarm tells, or it stays where it is. Half of the way to
 * the limit it is looked at in any case, so that the looks close in on the crossing. An alarm beyond the kernel's own
 * limit never rings: the cache gives way before.
 */
static uint64_t rest(const struct watch *watch, uint64_t usage, uint64_t next, uint64_t arrives,
                     uint64_t now)
{
        if (tripwire_is_hot(watch))
                return 0;
        if (usage < watch->alarm.armed.early && watch->alarm.armed.early < watch->reading.limit)
                return bng_min(
                        bng_max((next - bng_min(next, now)) * ARMED_FACTOR, ARMED_PAUSE_USEC),
                        bng_min(arrives / 2, DECIDE_POLL_MAX));
        return arrives < SOON_USEC ? 0 : STEADY_PAUSE_USEC;
}

/* Nothing is near. */
static int look_in_passing(struct watch *watch, enum pace pace, uint64_t usage, uint64_t now)
{
        uint64_t next;
        int r;

        if (known_due(watch) <= now) {
                judge_workers(watch, pace, now);
                judge_families(watch, now);
                if (watch->policy && watch->due <= now) {
                        r = group_read(watch->reader, &watch->reading);
                        if (r < 0)
                                return r;
                        judge_group(watch, pace, now);
                }
        }
        next = bng_min(known_due(watch), watch->list_due);
        if (pace != PACE_TOLD) {
                alarm_want(watch, pace, usage, now);
                next = bng_min(next, schedule_poll(watch, usage, now));
        }
        if (tripwire_is_set(watch))
                next = bng_min(next,
                               now + (tripwire_is_hot(watch) ? DECIDE_POLL_MIN : WIRED_PAUSE_USEC));
        watch_look_at(watch, next);
        return 0;
}

static int look_closely(struct watch *watch, uint64_t usage, uint64_t now)
{
        bool was_near = watch->list_due == 0;
        struct worker *worker;
        uint64_t next, room;
        enum pace pace;
        int r;

        r = watch->policy
                    ? group_read(watch->reader, &watch->reading)
                    : group_read_limits(watch->reader, watch->manager->swaps, &watch->reading);
        if (r >= 0)
                r = watch_scan(watch, now);
        if (r < 0)
                return r;
        pace = schedule_pace(watch, usage);
        if (pace == PACE_NEAR)
                contributors_sample(watch, now);
        /* It was far until now, and when its workers are due rested on that. */
        if (pace == PACE_NEAR && !was_near)
                for (worker = watch->workers; worker; worker = worker->hh.next)
                        worker->due = 0;
        judge_workers(watch, pace, now);
        judge_families(watch, now);
        judge_group(watch, pace, now);
        kernel_watch_limit(watch, now);

        room = schedule_room(watch);
        alarm_want(watch, pace, usage, now);
        tripwire_want(watch, usage, now);
        if (pace == PACE_TOLD && schedule_pace(watch, usage) != PACE_TOLD) {
                watch->list_due = LOOK_CLOSELY; /* nobody tells any more */
                watch_look_at(watch, 0);
                return 0;
        }

        next = known_due(watch);
        watch->list_due = pace == PACE_NEAR ? 0
                                            : bng_min(schedule_list(watch, usage, now),
                                                      kernel_due(watch, now));
        if (pace == PACE_FAR)
                watch->list_due = bng_min(watch->list_due, kernel_limit_due(watch, usage));
        watch->empty_at = usage;
        if (pace != PACE_NEAR)
                next = bng_min(next, watch->list_due);
        if (pace == PACE_FAR)
                next = bng_min(next, schedule_poll(watch, usage, now));
        else if (pace == PACE_NEAR)
                next = bng_min(next, watch->empty ? schedule_poll(watch, 0, now)
                                                  : schedule_unseen(watch, 0, now));
        if (pace == PACE_NEAR)
                next = bng_max(next,
                               now + rest(watch, usage, next, arrival(watch, room, now), now));
        watch->room = room;
        watch->room_read = now;
        watch_look_at(watch, next);
        return 0;
}

/* An alarm that keeps silent says what usage would. */
static bool is_silent(const struct watch *watch)
{
        return watch->alarm.silent && trip_covers(&watch->alarm.armed, 0, schedule_sure(watch));
}

static int look(struct watch *watch, uint64_t now)
{
        uint64_t usage = UINT64_MAX;
        enum pace pace;
        int r;

        if (now < watch->list_due && watch->reading.accounted && is_silent(watch))
                return look_in_passing(watch, PACE_TOLD, 0, now);
        r = group_read_usage(watch->reader, watch->manager->swaps, &usage);
        if (group_is_gone(r))
                return r;
        if (r < 0)
                usage = UINT64_MAX;
        /* A wire may be lost without a ring. */
        watch->alarm.silent = !watch->wire && usage < watch->alarm.armed.early;
        /* Somebody came in unheard, or the kernel's limit came near. */
        if (watch->empty && usage > watch->empty_at)
                watch->list_due = LOOK_CLOSELY;
        else if (usage != UINT64_MAX)
                watch->list_due = bng_min(watch->list_due, kernel_limit_due(watch, usage));
        if (now < watch->list_due && (pace = schedule_pace(watch, usage)) != PACE_NEAR)
                return look_in_passing(watch, pace, usage, now);
        return look_closely(watch, usage, now);
}

void look_now(struct watch *watch)
{
        struct manager *manager = watch->manager;
        uint64_t now = manager_now(manager);
        int r;

        if (watch->n_policies == 0)
                return;
        watch->looked = now;
        manager_read_machine(manager, now);
        r = look(watch, now);
        if (group_is_gone(r)) {
                kernel_hear(manager);
                HASH_DEL(manager->watches, watch);
                watch_free(watch);
        } else if (r < 0) {
                log_trouble(&manager->trouble.read, now, "Cannot read group %s: %s", watch->shown,
                            strerror(-r));
                watch_look_at(watch, now + DECIDE_POLL_MAX / 10);
        }
}

/* Who moves processes about all day, or sets the limit of all that is below him, must not keep the daemon busy: a list
 * costs what is in it, and so many lists so many times as much. */
void look_for_newcomers(struct watch *watch, size_t together)
{
        uint64_t now = manager_now(watch->manager);
        uint64_t pause = NEWCOMERS_PAUSE_USEC +
                         NEWCOMERS_EACH_USEC * (uint64_t)HASH_COUNT(watch->workers) +
                         TOGETHER_EACH_USEC * (uint64_t)(together - 1);
        uint64_t due = bng_max(watch->listed == 0 ? 0 : watch->listed + pause, now);

        watch->list_due = bng_min(watch->list_due, due);
        if (due < watch->next_look)
                watch_look_at(watch, due);
}
