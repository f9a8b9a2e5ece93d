/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How far everything is, and so when it is due.
 *
 *   PACE_TOLD   an alarm is armed at a level of usage below which no limit can be passed, and usage is
 *               below it. Limits ask for nothing; windows ask for samples of the workers that are known
 *   PACE_FAR    without an alarm: usage, an upper bound of what any process can hold, is at most half
 *               of every limit. Usage alone is read as often as the nearest limit asks for
 *   PACE_NEAR   everything is read, as often as the headroom over the fastest plausible growth asks for
 *
 * Polls of groups that are far take a bounded share of the time, all of them together: who makes thousands of groups
 * delays neither those that are near a limit nor those who ask something, nor other people's far groups. Where nobody is
 * in a group the first who comes is told of, so that it is polled only in case that fails.
 *
 * New processes are found by reading the list: at once when one was moved in (arrivals.h). One that was
 * forked is charged to the group, so that it cannot grow unseen; while nothing is near, lists only have to
 * find it in time for the windows, and all of them together take a bounded share of the time.
 */

#include "bounds/checked.h"
#include "manager/answers/judge.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"
#include "manager/looks/schedule.h"

#define FAR_PAUSE_USEC UINT64_C(1000000)  /* between samples for a group's limit, far from it, */
#define NEAR_PAUSE_USEC UINT64_C(50000)   /* and near it */
#define FAR_EACH_USEC UINT64_C(15)        /* a poll of one that is far so often, of all together, */
#define EMPTY_EACH_USEC UINT64_C(60)      /* and of one that nobody is in, */
#define EMPTY_MIN_USEC UINT64_C(250000)   /* but not more often than this */
#define LIST_EACH_USEC UINT64_C(150000)   /* a list every so often, of all groups together, */
#define LIST_MIN_USEC UINT64_C(5000000)   /* one group's not more often, */
#define LIST_OF_EACH_USEC UINT64_C(15000) /* so much rarer for each process in it, */
#define LIST_MAX_USEC UINT64_C(150000000) /* and not less often, than this */

/* What a process may hold that is charged to another group, where it has been before. */
static uint64_t brought(const struct watch *watch)
{
        uint64_t most = 0;
        const struct worker *worker;

        for (worker = watch->workers; worker; worker = worker->hh.next)
                if (worker->brought > most && worker->brought != UINT64_MAX)
                        most = worker->brought;
        return most;
}

static uint64_t nearest_limit(const struct watch *watch)
{
        uint64_t nearest = UINT64_MAX;

        for (size_t i = 0; i < watch->n_policies; i++)
                nearest = bng_min(
                        nearest,
                        bng_min(policy_worker_memory_max(watch->policies[i], watch_bases(watch)),
                                policy_group_memory_max(watch->policies[i], watch_bases(watch))));
        return nearest;
}

uint64_t schedule_sure(const struct watch *watch)
{
        uint64_t nearest = nearest_limit(watch), elsewhere;

        if (nearest == UINT64_MAX)
                return UINT64_MAX;
        elsewhere = brought(watch);
        return nearest > elsewhere ? nearest - elsewhere : 0;
}

/* Is the kernel's limit, or the end of the machine's memory, one of those that a policy forecasts? */
static bool is_forecast(const struct watch *watch)
{
        for (size_t i = 0; i < watch->n_policies; i++)
                if (watch->policies[i]->growth_max != POLICY_UNSET ||
                    watch->policies[i]->leak_max != POLICY_UNSET)
                        return true;
        return false;
}

enum pace schedule_pace(const struct watch *watch, uint64_t usage)
{
        uint64_t left = is_forecast(watch)
                                ? bng_min(watch->reading.headroom, watch->manager->available)
                                : UINT64_MAX;
        uint64_t bound = bng_sat_add(usage, brought(watch));

        if (bound == UINT64_MAX || !watch->reading.accounted)
                return PACE_NEAR;
        if (trip_covers(&watch->alarm.armed, usage, schedule_sure(watch)))
                return PACE_TOLD;
        return bound <= left && bound <= nearest_limit(watch) / 2 ? PACE_FAR : PACE_NEAR;
}

static uint64_t left_of(uint64_t limit, uint64_t memory)
{
        return limit == UINT64_MAX ? UINT64_MAX : limit > memory ? limit - memory : 0;
}

uint64_t schedule_room(const struct watch *watch)
{
        struct memory_bases bases = watch_bases(watch);
        uint64_t room = UINT64_MAX;
        const struct worker *worker;

        for (size_t i = 0; i < watch->n_policies; i++)
                room = bng_min(room, policy_worker_memory_max(watch->policies[i], bases));
        if (watch->policy)
                room = bng_min(room, left_of(policy_group_memory_max(watch->policy, bases),
                                             watch->memory));
        for (worker = watch->workers; worker; worker = worker->hh.next) {
                uint64_t limit, memory = worker_memory(worker);

                if (!worker->policy || worker->annexed)
                        continue;
                limit = policy_worker_memory_max(worker->policy, bases);
                if (memory <= limit)
                        room = bng_min(room, left_of(limit, memory));
        }
        return room;
}

uint64_t schedule_contribution(const struct watch *watch, enum pace pace, uint64_t now)
{
        const struct policy *policy = watch->policy;
        uint64_t pause;

        if (!policy)
                return UINT64_MAX;
        if (pace == PACE_TOLD)
                return now + series_slot_usec(&watch->whole->series) / 2;
        pause = policy->growth_window / (pace == PACE_FAR ? 2 : 20);
        if (pace == PACE_FAR)
                return now + (pause < FAR_PAUSE_USEC ? FAR_PAUSE_USEC : pause);
        return now + (pause < NEAR_PAUSE_USEC ? NEAR_PAUSE_USEC : pause);
}

uint64_t schedule_worker(const struct worker *worker, const struct subject *subject, enum pace pace)
{
        uint64_t pause = DECIDE_POLL_MAX;

        if (worker->policy && pace == PACE_NEAR)
                pause = decide_next_look_worker(worker->policy, subject);
        else if (worker->policy)
                pause = decide_next_sample_worker(worker->policy, subject);
        return bng_min(bng_sat_add(subject->now, pause),
                       schedule_contribution(worker->watch, pace, subject->now));
}

uint64_t schedule_group(const struct watch *watch, const struct subject *subject, enum pace pace)
{
        return bng_sat_add(subject->now,
                           pace == PACE_NEAR ? decide_next_look_group(watch->policy, subject)
                                             : decide_next_sample_group(watch->policy, subject));
}

/* A process that nobody has seen, as one policy would look at it: it holds up to `memory` bytes. */
static struct subject unseen(const struct watch *watch, const struct policy *policy,
                             struct series *empty, uint64_t memory)
{
        uint64_t left = bng_min(watch->reading.headroom, watch->manager->available);

        series_init(empty, policy->leak_window, policy->growth_window);
        return (struct subject){.series = empty,
                                .memory = memory,
                                .hard_limit = bng_sat_add(memory, left),
                                .bases = watch_bases(watch)};
}

/* One of how many groups it is that share the time: of all, or if that is fewer, by its place among those beside and above
 * it. So who makes groups by the thousand does so at the cost of those beside them, and not of everybody's. */
static uint64_t crowd(const struct watch *watch)
{
        return bng_min(HASH_COUNT(watch->manager->watches), group_reader_crowd(watch->reader));
}

uint64_t schedule_list(const struct watch *watch, uint64_t usage, uint64_t now)
{
        uint64_t pause = crowd(watch) * LIST_EACH_USEC +
                         (uint64_t)HASH_COUNT(watch->workers) * LIST_OF_EACH_USEC;

        pause = pause < LIST_MIN_USEC ? LIST_MIN_USEC : bng_min(pause, LIST_MAX_USEC);
        if (watch->manager->arrivals_missed)
                pause = LIST_MIN_USEC; /* nobody tells of a process that is moved here */
        for (size_t i = 0; i < watch->n_policies; i++) {
                const struct policy *policy = watch->policies[i];
                struct policy burst = *policy;
                struct series empty = {0};
                struct subject subject = unseen(watch, policy, &empty, usage);

                /* A fifth of a window late costs a window that is found a fifth later. */
                if (policy->leak_max != POLICY_UNSET)
                        pause = bng_min(pause, policy->leak_window / 5);
                if (policy->cpu_time_max != POLICY_UNSET)
                        pause = bng_min(pause, policy->cpu_window / 5);
                burst.leak_max = burst.cpu_time_max = POLICY_UNSET;
                pause = bng_min(pause, decide_next_sample_worker(&burst, &subject));
        }
        return now + pause;
}

uint64_t schedule_unseen(const struct watch *watch, uint64_t usage, uint64_t now)
{
        uint64_t due = DECIDE_POLL_MAX;

        for (size_t i = 0; i < watch->n_policies; i++) {
                const struct policy *policy = watch->policies[i];
                struct series empty = {0};
                struct subject subject = unseen(watch, policy, &empty, usage);

                due = bng_min(due, decide_next_look_worker(policy, &subject));
                if (policy == watch->policy && !judge_group_is_answered(watch, now))
                        due = bng_min(due, decide_next_look_group(policy, &subject));
        }
        return now + due;
}

uint64_t schedule_poll(const struct watch *watch, uint64_t usage, uint64_t now)
{
        uint64_t pause = watch->empty && !watch->manager->arrivals_missed
                                 ? bng_max(EMPTY_MIN_USEC, crowd(watch) * EMPTY_EACH_USEC)
                                 : crowd(watch) * FAR_EACH_USEC;

        return bng_max(schedule_unseen(watch, usage, now), now + bng_min(pause, DECIDE_POLL_MAX));
}
