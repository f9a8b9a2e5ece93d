/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * From numbers to a decision: which limit is broken, and the step that answers it.
 */

#include "policy/decide-forecast.h"
#include "policy/decide.h"
#include "samples/growth.h"
#include "samples/larger.h"
#include "samples/leak.h"

#define UNSEEN_USEC                                                                                \
        UINT64_C(                                                                                  \
                1500000) /* longer than this between two samples says nothing of each second in it */

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
                [REASON_KERNEL_OOM] = "kernel-oom",
                [REASON_KERNEL_LIMIT] = "kernel-limit",
        };

        return names[reason];
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
                top = bng_min(top, subject->hard_limit > 0 ? subject->hard_limit - 1 : 0);
        return top;
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
        /* Found by what the window sustained; there in the time that its present rate leaves. */
        finding->to_limit = bng_min(
                to_limit, time_to(nearest, subject->memory, growth_latest(subject->series)));
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

/*
 * What the grace would be refused for. The latest rate rests on an eighth of the growth window, in which a few steps
 * look like twice as many: memory is taken by the piece, and counted by the kernel in batches. So it has to have lasted
 * about as long as the grace would. Who has just begun to run away is given the grace, and not left it
 * (decide_cut_grace). So is who was not seen for longer than that: he may have grown in a moment long ago.
 */
static double lasting_rate(const struct policy *policy, const struct subject *subject)
{
        double latest = growth_latest(subject->series);
        uint64_t usec = bng_min(policy->grace, subject->series->growth_window);

        if (latest > 0 && growth_unseen_usec(subject->series, usec) > bng_max(usec, UNSEEN_USEC))
                return 0;
        return smaller(latest, growth_over(subject->series, usec));
}

static struct finding decide(const struct policy *policy, const struct subject *subject,
                             uint64_t own_limit, enum reason own_reason, enum policy_scope judged)
{
        uint64_t limit = in_force(own_limit, subject);
        uint64_t nearest = bng_min(limit, subject->hard_limit);
        double rate = growth_latest(subject->series);
        struct finding finding = {
                .rate = rate,
                .lasting_rate = lasting_rate(policy, subject),
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

/* Is there so much time before it passes what it must not? */
static bool is_safe_for(uint64_t usec, const struct finding *finding)
{
        double grown;

        if (finding->reason != REASON_WORKER_MEMORY && finding->reason != REASON_GROUP_MEMORY)
                return finding->to_limit > usec;

        grown = larger(finding->lasting_rate, 0) * ((double)usec / USEC_PER_SEC);
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
