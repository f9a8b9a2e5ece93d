/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * When to look again: so early that even the fastest plausible growth would not have passed a limit
 * unseen for long, and often enough for the windows.
 */

#include "policy/decide-forecast.h"
#include "policy/decide.h"
#include "samples/growth.h"
#include "samples/larger.h"

/*
 * The fastest plausible growth. A new page has to be cleared before a process gets it: with pages
 * of 4 KiB one process takes 0.7 to 2 GB/s, and huge pages save the faults but not the writing,
 * some 5 GB/s at most. Twice the usual burst, so that each look finds at least half of the headroom
 * left and the looks close in on the limit. A subject that was seen to grow faster (many cores)
 * counts with twice its own rate; one that was seen to grow slower still counts with this.
 */
#define FASTEST_GROWTH (4.0 * 1024 * 1024 * 1024) /* bytes per second */

static double fastest_growth(const struct subject *subject)
{
        return larger(FASTEST_GROWTH, 2 * growth_latest(subject->series));
}

/*
 * Each slot of a leak's window is looked at twice, for its trough; of who stays as he is, once in its middle. A leak's
 * steps are less than a quarter of the window apart, or it is not found (leak.c): who has been as he is for so long does
 * not leak by what was seen so far, and a leak that begins now is found when its own window is over. Until then the
 * first slots are missed at most, less than half of a part.
 */
static uint64_t leak_pause(const struct series *series)
{
        uint64_t slot = series_slot_usec(series), still = series_still_usec(series);
        uint64_t slots = still < series->leak_window / 4 ? 1 : SERIES_STILL_SLOTS - 1;

        return still > 0 ? slots * slot - series_seen(series) % slot + slot / 2 : slot / 2;
}

/*
 * When the windows ask for the next sample, UINT64_MAX: never. A burst is one that reaches the nearest limit
 * before grace and reaction are over: while even the fastest growth would not, its window need not be
 * filled yet.
 */
static uint64_t next_sample(const struct policy *policy, const struct subject *subject,
                            uint64_t own_limit, enum policy_scope judged)
{
        uint64_t usec = UINT64_MAX;

        if (policy->scope != judged)
                return usec;
        if (policy->growth_max != POLICY_UNSET) {
                uint64_t window = subject->series->growth_window;
                uint64_t needed = bng_sat_add(policy->grace, reaction(subject->series));
                uint64_t left = time_to(bng_min(own_limit, subject->hard_limit), subject->memory,
                                        fastest_growth(subject));

                needed = bng_sat_add(needed, bng_sat_add(window, window));
                usec = left == UINT64_MAX ? left : left > needed ? left - needed : 0;
                if (usec < window / LOOKS_PER_GROWTH_WINDOW)
                        usec = window / LOOKS_PER_GROWTH_WINDOW;
        }
        if (policy->leak_max != POLICY_UNSET)
                usec = bng_min(usec, leak_pause(subject->series));
        if (policy->cpu_time_max != POLICY_UNSET)
                usec = bng_min(usec, cpu_spacing(policy->cpu_window));
        return usec > DECIDE_POLL_MIN ? usec : DECIDE_POLL_MIN;
}

static uint64_t next_look(const struct policy *policy, const struct subject *subject,
                          uint64_t own_limit, enum policy_scope judged)
{
        bool growth = policy->scope == judged && policy->growth_max != POLICY_UNSET;
        uint64_t limit = in_force(own_limit, subject);
        uint64_t nearest = growth ? bng_min(limit, subject->hard_limit) : limit;
        uint64_t usec = time_to(nearest, subject->memory, fastest_growth(subject));

        usec = bng_min(bng_min(usec, DECIDE_POLL_MAX),
                       next_sample(policy, subject, own_limit, judged));
        return usec > DECIDE_POLL_MIN ? usec : DECIDE_POLL_MIN;
}

uint64_t decide_next_look_worker(const struct policy *policy, const struct subject *worker)
{
        return next_look(policy, worker, policy_worker_memory_max(policy, worker->bases),
                         SCOPE_WORKER);
}

uint64_t decide_next_look_group(const struct policy *policy, const struct subject *group)
{
        return next_look(policy, group, policy_group_memory_max(policy, group->bases), SCOPE_GROUP);
}

uint64_t decide_next_sample_worker(const struct policy *policy, const struct subject *worker)
{
        return next_sample(policy, worker, policy_worker_memory_max(policy, worker->bases),
                           SCOPE_WORKER);
}

uint64_t decide_next_sample_group(const struct policy *policy, const struct subject *group)
{
        return next_sample(policy, group, policy_group_memory_max(policy, group->bases),
                           SCOPE_GROUP);
}
