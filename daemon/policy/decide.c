/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * From numbers to a decision. Sums saturate; forecasts are made in doubles, whose 53 bits are more
 * than a rate deserves, and come back to integers only through to_u64().
 */

#include <math.h>
#include "bounds/checked.h"
#include "policy/decide.h"
#include "samples/growth.h"
#include "samples/leak.h"

#define USEC_PER_SEC 1e6

/*
 * The fastest plausible growth. A new page has to be cleared before a process gets it: with pages
 * of 4 KiB one process takes 0.7 to 2 GB/s, and huge pages save the faults but not the writing,
 * some 5 GB/s at most. Twice the usual burst, so that each look finds at least half of the headroom
 * left and the looks close in on the limit. A subject that was seen to grow faster (many cores)
 * counts with twice its own rate; one that was seen to grow slower still counts with this.
 */
#define FASTEST_GROWTH (4.0 * 1024 * 1024 * 1024) /* bytes per second */

/* A growth window is looked at so often that each of its parts holds samples; so is a slot of a leak's. */
#define LOOKS_PER_GROWTH_WINDOW 20
#define LOOKS_PER_SLOT 2

/* A limit may be passed by a 20th while there is grace, and a contribution of less is noise. */
static uint64_t twentieth(uint64_t bytes)
{
        return bytes / 20;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
        return a < b ? a : b;
}

/* Towards zero; negative is 0, too large is UINT64_MAX. */
static uint64_t to_u64(double value)
{
        if (!(value > 0))
                return 0;
        return value < 0x1p64 ? (uint64_t)value : UINT64_MAX;
}

const char *reason_name(enum reason reason)
{
        static const char *const names[] = {
                [REASON_NONE] = "none",
                [REASON_WORKER_MEMORY] = "worker-memory",
                [REASON_GROUP_MEMORY] = "group-memory",
                [REASON_GROWTH] = "growth",
                [REASON_LEAK] = "leak",
                [REASON_CPU] = "cpu",
                [REASON_CRASH_LOOP] = "crash-loop",
        };

        return names[reason];
}

/* Microseconds until `memory` is at `limit`. */
static uint64_t time_to(uint64_t limit, uint64_t memory, double rate)
{
        if (limit == UINT64_MAX)
                return UINT64_MAX;
        if (memory >= limit)
                return 0;
        if (rate <= 0)
                return UINT64_MAX;
        return to_u64((double)(limit - memory) / rate * USEC_PER_SEC);
}

/* Where grace ends. One that was found beyond that already may still use it while it does not grow. */
static uint64_t ceiling(uint64_t own_limit, const struct subject *subject)
{
        uint64_t top = UINT64_MAX;

        if (own_limit != POLICY_UNSET) {
                top = bng_sat_add(own_limit, twentieth(own_limit));
                if (subject->memory > top)
                        top = bng_sat_add(subject->memory, twentieth(own_limit));
        }
        if (subject->hard_limit != UINT64_MAX)
                top = min_u64(top, subject->hard_limit > 0 ? subject->hard_limit - 1 : 0);
        return top;
}

/* From the moment that a burst could be found to its first signal: two looks and a busy machine. */
static uint64_t reaction(const struct series *series)
{
        return 2 * (series->growth_window / LOOKS_PER_GROWTH_WINDOW) + 100000;
}

static bool find_growth(const struct policy *policy, const struct subject *subject,
                        uint64_t nearest, struct finding *finding)
{
        struct growth growth;
        uint64_t to_limit;

        if (policy->growth_max == POLICY_UNSET)
                return false;
        growth = growth_over_window(subject->series);
        if (!growth.known || growth.regained || growth.rate <= (double)policy->growth_max)
                return false;
        to_limit = time_to(nearest, subject->memory, growth.rate);
        if (to_limit >= bng_sat_add(policy->grace, reaction(subject->series)))
                return false;

        finding->reason = REASON_GROWTH;
        finding->limit = policy->growth_max;
        finding->value = to_u64(growth.rate);
        finding->rate = growth.rate;
        finding->confidence = growth.steady;
        finding->to_limit = to_limit;
        return true;
}

static bool find_leak(const struct policy *policy, const struct subject *subject, uint64_t nearest,
                      struct finding *finding)
{
        struct leak leak;

        if (policy->leak_max == POLICY_UNSET)
                return false;
        leak = leak_judge(subject->series, policy->leak_max);
        if (!leak.found)
                return false;

        finding->reason = REASON_LEAK;
        finding->limit = policy->leak_max;
        finding->value = to_u64(leak.rate * 3600);
        finding->rate = leak.rate;
        finding->confidence = leak.confidence;
        finding->to_limit = time_to(nearest, subject->memory, leak.rate);
        return true;
}

static bool find_cpu(const struct policy *policy, const struct subject *subject,
                     struct finding *finding)
{
        uint64_t used;

        if (policy->cpu_time_max == POLICY_UNSET || !subject->cpu ||
            !cpu_in_window(subject->cpu, &used) || used <= policy->cpu_time_max)
                return false;

        finding->reason = REASON_CPU;
        finding->limit = policy->cpu_time_max;
        finding->value = used;
        finding->confidence = 1;
        return true;
}

/* One of a crash loop may pass its limit a little. */
static uint64_t in_force(uint64_t own_limit, const struct subject *subject)
{
        return own_limit > subject->tolerated ? own_limit : subject->tolerated;
}

static struct finding decide(const struct policy *policy, const struct subject *subject,
                             uint64_t own_limit, enum reason own_reason, enum policy_scope judged)
{
        uint64_t limit = in_force(own_limit, subject);
        uint64_t nearest = min_u64(limit, subject->hard_limit);
        double rate = growth_latest(subject->series);
        struct finding finding = {
                .rate = rate,
                .to_limit = time_to(nearest, subject->memory, rate),
                .ceiling = ceiling(limit, subject),
        };

        if (limit != POLICY_UNSET && subject->memory > limit) {
                finding.reason = own_reason;
                finding.limit = own_limit;
                finding.value = subject->memory;
                finding.confidence = 1;
                return finding;
        }
        if (policy->scope == judged)
                (void)(find_growth(policy, subject, nearest, &finding) ||
                       find_leak(policy, subject, nearest, &finding) ||
                       find_cpu(policy, subject, &finding));
        return finding;
}

struct finding decide_worker(const struct policy *policy, const struct subject *worker)
{
        return decide(policy, worker, policy_worker_memory_max(policy, worker->bases),
                      REASON_WORKER_MEMORY, SCOPE_WORKER);
}

struct finding decide_group(const struct policy *policy, const struct subject *group)
{
        return decide(policy, group, policy_group_memory_max(policy, group->bases),
                      REASON_GROUP_MEMORY, SCOPE_GROUP);
}

static double most_by_starting(double grown, double by_members)
{
        return by_members < grown / 2 ? grown - by_members : 0;
}

struct finding decide_family(const struct policy *policy, const struct subject *family)
{
        double rate = growth_latest(family->series);
        struct finding finding =
                               {
                                       .rate = rate,
                                       .to_limit =
                                               time_to(family->hard_limit, family->memory, rate),
                                       .ceiling = ceiling(POLICY_UNSET, family),
                               },
                       found = finding;

        if (policy->scope != SCOPE_WORKER)
                return finding;
        if (find_growth(policy, family, family->hard_limit, &found) &&
            most_by_starting(growth_in_window(family->series), family->by_members.growth) > 0)
                return found;
        found = finding;
        if (find_leak(policy, family, family->hard_limit, &found) &&
            most_by_starting(leak_in_window(family->series), family->by_members.leak) > 0)
                return found;
        return finding;
}

/* The worker with the largest contribution, or n when none reaches `least`. */
static size_t largest(const struct subject *workers, size_t n, double least,
                      double (*contribution)(const struct subject *))
{
        double most = least;
        size_t culprit = n;

        for (size_t i = 0; i < n; i++) {
                double bytes = contribution(&workers[i]);

                if (bytes > most || (bytes == most && culprit == n)) {
                        most = bytes;
                        culprit = i;
                }
        }
        return culprit;
}

static double family_growth(const struct subject *worker)
{
        return worker->family ? most_by_starting(growth_in_window(worker->family),
                                                 worker->by_members.growth)
                              : 0;
}

static double family_leak(const struct subject *worker)
{
        return worker->family
                       ? most_by_starting(leak_in_window(worker->family), worker->by_members.leak)
                       : 0;
}

static double by_growth(const struct subject *worker)
{
        return fmax(growth_in_window(worker->series), family_growth(worker));
}

static double by_leak(const struct subject *worker)
{
        return fmax(leak_in_window(worker->series), family_leak(worker));
}

static double by_size(const struct subject *worker)
{
        return (double)worker->memory;
}

/* A contribution below this is none. */
static double noise(const struct policy *policy, const struct subject *workers, size_t n)
{
        uint64_t total = 0;

        for (size_t i = 0; i < n; i++)
                total = bng_sat_add(total, workers[i].memory);
        return (double)twentieth(
                       min_u64(policy_group_memory_max(policy, workers[0].bases), total)) +
               1;
}

size_t decide_culprit(const struct policy *policy, const struct subject *workers, size_t n)
{
        double least = noise(policy, workers, n);
        size_t culprit = largest(workers, n, least, by_growth);

        if (culprit == n)
                culprit = largest(workers, n, least, by_leak);
        if (culprit == n)
                culprit = largest(workers, n, 0, by_size);
        return culprit;
}

bool decide_is_family(const struct policy *policy, const struct subject *culprit)
{
        double least = (double)twentieth(policy_group_memory_max(policy, culprit->bases));
        double own = growth_in_window(culprit->series);

        if (fmax(own, family_growth(culprit)) > least)
                return family_growth(culprit) > own;
        return family_leak(culprit) > fmax(leak_in_window(culprit->series), least);
}

/* Is there so much time before it passes what it must not? */
static bool is_safe_for(uint64_t usec, const struct finding *finding)
{
        double grown;

        if (finding->reason != REASON_WORKER_MEMORY && finding->reason != REASON_GROUP_MEMORY)
                return finding->to_limit > usec;

        grown = fmax(finding->rate, 0) * ((double)usec / USEC_PER_SEC);
        return (double)finding->value + grown <= (double)finding->ceiling;
}

enum step decide_step(const struct policy *policy, const struct finding *finding)
{
        switch (policy->action) {
        case ACTION_LOG:
                return STEP_LOG;
        case ACTION_FREEZE:
                return STEP_FREEZE;
        case ACTION_KILL:
                return STEP_KILL;
        case ACTION_RESTART_UNIT:
                return is_safe_for(policy->grace, finding) ? STEP_RESTART : STEP_KILL;
        case ACTION_TERMINATE:
                break;
        }
        return policy->grace > 0 && is_safe_for(policy->grace, finding) ? STEP_TERMINATE
                                                                        : STEP_KILL;
}

bool decide_report(const struct policy *policy, const struct finding *finding)
{
        return policy->report_signal != 0 &&
               is_safe_for(bng_sat_add(policy->grace, policy->report_time), finding);
}

bool decide_cut_grace(const struct policy *policy, const struct finding *finding, uint64_t memory)
{
        return policy->action == ACTION_KILL || memory > finding->ceiling;
}

static double fastest_growth(const struct subject *subject)
{
        return fmax(FASTEST_GROWTH, 2 * growth_latest(subject->series));
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
                uint64_t left = time_to(min_u64(own_limit, subject->hard_limit), subject->memory,
                                        fastest_growth(subject));

                needed = bng_sat_add(needed, bng_sat_add(window, window));
                usec = left == UINT64_MAX ? left : left > needed ? left - needed : 0;
                if (usec < window / LOOKS_PER_GROWTH_WINDOW)
                        usec = window / LOOKS_PER_GROWTH_WINDOW;
        }
        if (policy->leak_max != POLICY_UNSET)
                usec = min_u64(usec, series_slot_usec(subject->series) / LOOKS_PER_SLOT);
        if (policy->cpu_time_max != POLICY_UNSET)
                usec = min_u64(usec, cpu_spacing(policy->cpu_window));
        return usec > DECIDE_POLL_MIN ? usec : DECIDE_POLL_MIN;
}

static uint64_t next_look(const struct policy *policy, const struct subject *subject,
                          uint64_t own_limit, enum policy_scope judged)
{
        bool growth = policy->scope == judged && policy->growth_max != POLICY_UNSET;
        uint64_t limit = in_force(own_limit, subject);
        uint64_t nearest = growth ? min_u64(limit, subject->hard_limit) : limit;
        uint64_t usec = time_to(nearest, subject->memory, fastest_growth(subject));

        usec = min_u64(min_u64(usec, DECIDE_POLL_MAX),
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
