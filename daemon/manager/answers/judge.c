/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What was measured, judged: the workers of a group that are due, each as often as its own distance asks for, and those
 * who grow by starting processes. The pure layers decide; answer.c answers, and judge-group.c judges the group as a
 * whole.
 */

#include <errno.h>
#include <string.h>
#include "manager/answers/answer.h"
#include "manager/answers/judge.h"
#include "manager/answers/proofs.h"
#include "manager/ends/ending.h"
#include "manager/groups/cpu.h"
#include "manager/groups/family.h"
#include "manager/groups/roster.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"
#include "manager/looks/schedule.h"

#define UNDECIDED_USEC UINT64_C(20000) /* while the name of its user is looked up */

static void judge_worker(struct watch *watch, struct worker *worker, uint64_t now)
{
        struct subject subject = worker_subject(worker, now);
        const struct policy *policy = worker->policy;
        struct finding finding;

        if (worker->ending) {
                ending_measured_worker(worker);
                return;
        }
        if (worker->annexed || worker->let_go || !policy || watch->manager->stopping)
                return;
        if (worker->shared > 0 &&
            worker->private > policy_worker_memory_max(policy, subject.bases) &&
            now - worker->proven >= PROOF_AGAIN_USEC)
                worker_prove(worker);

        if (!worker->early && now - worker->born <= LOOP_YOUNG_USEC)
                worker->early =
                        subject.memory > policy_worker_memory_max(policy, subject.bases) / 10 * 9;
        finding = decide_worker(policy, &subject);
        if (finding.reason == REASON_NONE) {
                answer_forget(&worker->answered, subject.memory,
                              policy_worker_memory_max(policy, subject.bases));
                if (policy_worker_memory_max(policy, subject.bases) != POLICY_UNSET &&
                    (proof_is_due_at_once(worker,
                                          policy_worker_memory_max(policy, subject.bases)) ||
                     proof_is_due(worker, &finding, subject.memory, now)))
                        worker_prove(worker);
                return;
        }
        if (answer_is_given(&worker->answered, finding.reason, subject.memory, now))
                return;
        if (finding.reason == REASON_WORKER_MEMORY &&
            (!proof_is_too_slow(&finding, subject.memory) ||
             proof_is_due_at_once(worker, finding.limit)) &&
            (worker->proven == 0 || now - worker->proven >= PROOF_FRESH_USEC)) {
                worker_prove(worker);
                if (proof_is_awaited(worker, finding.limit, now))
                        return;
        }
        /* It may have become somebody else since it was last asked. */
        worker->facts_due = 0;
        worker_identify(worker, now);
        if (worker->policy == policy)
                answer_worker(worker, &finding, now);
}

/* Logged, or stopped: a limit that it stays over is no reason to look again and again. */
static bool is_over_and_answered(const struct worker *worker, const struct subject *subject)
{
        return worker->policy && !worker->ending &&
               subject->memory > policy_worker_memory_max(worker->policy, subject->bases) &&
               answer_is_given(&worker->answered, REASON_WORKER_MEMORY, subject->memory,
                               subject->now);
}

void judge_workers(struct watch *watch, enum pace pace, uint64_t now)
{
        bool swaps = watch_swaps(watch);
        struct worker *worker, *next;

        HASH_ITER(hh, watch->workers, worker, next)
        {
                struct subject subject;
                int r;

                worker_identify(worker, now);
                /* Without a policy it only counts for the group's total. */
                if (!worker->policy && !watch->policy) {
                        worker->due = worker->undecided ? now + UNDECIDED_USEC : UINT64_MAX;
                        continue;
                }
                if (worker->due > now)
                        continue;
                r = worker_measure_once(worker, swaps, now);
                if (r >= 0)
                        r = cpu_measure_worker(worker, now);
                if (r == -ESRCH || r == -ENOENT) {
                        watch_lose(watch, worker, now);
                        continue;
                }
                if (r < 0) {
                        log_trouble(&watch->manager->trouble.read, now,
                                    "Cannot measure process %d in %s: %s", (int)worker->target.pid,
                                    watch->shown, strerror(-r));
                        worker->due = now + DECIDE_POLL_MAX / 10;
                        continue;
                }
                judge_worker(watch, worker, now);
                subject = worker_subject(worker, now);
                worker->due = schedule_worker(worker, &subject, pace);
                if (is_over_and_answered(worker, &subject))
                        worker->due = now + ANSWERED_PAUSE_USEC;
        }
}

void judge_families(struct watch *watch, uint64_t now)
{
        struct worker *worker;

        family_gather(watch, NULL, now);
        if (watch->manager->stopping)
                return;
        for (worker = watch->workers; worker; worker = worker->hh.next) {
                struct subject subject = worker_subject(worker, now);
                struct finding finding;

                if (!worker->family || worker->family->n < 2 || !worker->policy ||
                    worker->annexed || worker->let_go || worker->ending)
                        continue;
                if (subject.hard_limit != UINT64_MAX)
                        subject.hard_limit += worker->family->memory - subject.memory;
                subject.memory = worker->family->memory;
                subject.series = &worker->family->series;
                finding = decide_family(worker->policy, &subject);
                if (finding.reason != REASON_NONE &&
                    !answer_is_given(&worker->answered, finding.reason, subject.memory, now))
                        answer_family(watch, worker, worker->policy, &finding, now);
        }
}
