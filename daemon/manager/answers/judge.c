/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What was measured, judged: the workers of a group that are due, each as often as its own distance asks
 * for, and the group as a whole. The pure layers decide; answer.c answers. When one reading may be wrong
 * about whose memory it is (pages that forks share), and there is time to ask, the answer waits for the
 * proof.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "bounds/checked.h"
#include "manager/answers/answer.h"
#include "manager/answers/judge.h"
#include "manager/ends/dying.h"
#include "manager/ends/ending.h"
#include "manager/ends/relief.h"
#include "manager/groups/contributors.h"
#include "manager/groups/cpu.h"
#include "manager/groups/family.h"
#include "manager/groups/news.h"
#include "manager/groups/roster.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"
#include "manager/looks/schedule.h"

#define PROOF_FRESH_USEC UINT64_C(2000000) /* a proof that an end may rest on */
#define PROOF_AGAIN_USEC                                                                           \
        UINT64_C(5000000) /* sharers come and go: what they take off is asked again */
#define PROOF_PATIENCE_USEC UINT64_C(10000000) /* one that does not come: what was read holds, */
#define PROOF_GROWING_USEC UINT64_C(1000000)   /* and sooner for who goes on and on meanwhile */
#define PROOF_AHEAD_USEC UINT64_C(1000000)     /* who is at his limit so soon is asked for before */
#define UNDECIDED_USEC UINT64_C(20000)         /* while the name of its user is looked up */
#define ANSWERED_PAUSE_USEC                                                                        \
        UINT64_C(1000000) /* between looks at one that is over, and was answered */
#define EARLY_USEC UINT64_C(20000)
#define DELIBERATION_USEC UINT64_C(1000000) /* how long a group's limit waits for proofs */
#define PROOF_BASE_USEC UINT64_C(20000)     /* a proof takes about this long, */
#define PROOF_BYTES_PER_USEC 20000          /* and longer the larger the worker is */

static uint64_t proof_usec(uint64_t memory)
{
        return PROOF_BASE_USEC + memory / PROOF_BYTES_PER_USEC;
}

/* Too fast to wait for a proof: by then it would be more than a fiftieth further. */
static bool is_fast(const struct finding *finding, uint64_t memory)
{
        return finding->rate * (double)proof_usec(memory) / 1e6 > (double)memory / 50;
}

/*
 * A proof is under way that may never come. What a worker shares it shares already, so what it gains while it waits is
 * its own: one that gains a 20th of its limit by that is no bystander with a few pages too many. One whose proof has not
 * even begun, because others hold the threads up by hiding theirs, is not to be taken for who hides: it waits until
 * what it gained is too much without any doubt.
 */
static bool is_awaited(const struct worker *worker, uint64_t limit, uint64_t now)
{
        uint64_t gained = worker->private - bng_min(worker->private, worker->asked_at);
        bool grows = gained > limit / 20;
        uint64_t patience =
                grows ? PROOF_GROWING_USEC + proof_usec(worker->private) : PROOF_PATIENCE_USEC;

        if (worker_proof_is_put_off(worker))
                return gained <= limit;
        return now - worker->asked < patience;
}

/* When he comes to his limit, it is to be known what he shares. */
static bool is_to_be_proven(const struct worker *worker, const struct finding *finding,
                            uint64_t memory, uint64_t now)
{
        return finding->to_limit < PROOF_AHEAD_USEC && !is_fast(finding, memory) &&
               (worker->proven == 0 || now - worker->proven >= PROOF_FRESH_USEC);
}

/* A child comes with the pages of its parent. Where that is much it is proven at once, so that it need not be waited for
 * when the child is fast. */
static bool is_doubtful(const struct worker *worker, uint64_t limit)
{
        return limit != POLICY_UNSET && worker_doubt(worker) > limit / 4;
}

/* ---- one worker */

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
                    (is_doubtful(worker, policy_worker_memory_max(policy, subject.bases)) ||
                     is_to_be_proven(worker, &finding, subject.memory, now)))
                        worker_prove(worker);
                return;
        }
        if (answer_is_given(&worker->answered, finding.reason, subject.memory, now))
                return;
        if (finding.reason == REASON_WORKER_MEMORY &&
            (!is_fast(&finding, subject.memory) || is_doubtful(worker, finding.limit)) &&
            (worker->proven == 0 || now - worker->proven >= PROOF_FRESH_USEC)) {
                worker_prove(worker);
                if (is_awaited(worker, finding.limit, now))
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

bool judge_group_is_answered(const struct watch *watch, uint64_t now)
{
        return watch->policy &&
               watch->memory > policy_group_memory_max(watch->policy, watch_bases(watch)) &&
               answer_is_given(&watch->answered, REASON_GROUP_MEMORY, watch->memory, now);
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

/* ---- the group as a whole */

/* Where the kernel counts no memory: what its processes hold. What forks share is asked for again when
 * only the last proof keeps the sum below the limit. */
static uint64_t summed(struct watch *watch, uint64_t now)
{
        uint64_t limit = policy_group_memory_max(watch->policy, watch_bases(watch));
        uint64_t sum = 0, at_face = 0;
        struct watch *below;
        struct worker *worker;

        for (below = watch_below(watch, NULL); below; below = watch_below(watch, below))
                for (worker = below->workers; worker; worker = worker->hh.next) {
                        sum += worker_memory(worker);
                        at_face += worker->private;
                }
        if (sum <= limit && at_face > limit)
                for (worker = watch->workers; worker; worker = worker->hh.next)
                        if (worker->shared > 0 && now - worker->proven >= PROOF_AGAIN_USEC)
                                worker_prove(worker);
        return sum;
}

/* Does an end rest on what is proven? Asks for what is missing. */
static bool is_proven(struct watch *watch, struct worker **workers, size_t n, uint64_t now)
{
        uint64_t limit = policy_group_memory_max(watch->policy, watch_bases(watch));
        bool proven = true;

        for (size_t i = 0; i < n; i++) {
                if (workers[i]->private <= limit / 16 ||
                    (workers[i]->proven > 0 && now - workers[i]->proven < PROOF_AGAIN_USEC))
                        continue;
                worker_prove(workers[i]);
                proven = false;
        }
        if (proven || !watch->whole->deliberating)
                watch->whole->deliberating = proven ? 0 : now;
        else if (now - watch->whole->deliberating >= DELIBERATION_USEC)
                proven = true;
        return proven;
}

/* When the group comes to its limit, it is to be known what its larger ones share. */
static void prove_members_ahead(struct watch *watch, const struct finding *finding, uint64_t now)
{
        uint64_t limit = policy_group_memory_max(watch->policy, watch_bases(watch));
        struct worker *worker;

        if (limit == UINT64_MAX || watch->policy->scope != SCOPE_WORKER)
                return;
        for (worker = watch->workers; worker; worker = worker->hh.next)
                if (worker->private > limit / 16 &&
                    is_to_be_proven(worker, finding, watch->memory, now))
                        worker_prove(worker);
}

/* Nobody may be ended for it: looked for again after a while, or at once if that was too early to tell. */
static void name_nobody(struct watch *watch, const char *why, uint64_t now)
{
        bool early = watch->whole->untold && watch->whole->untold->n_pushed < 2;

        /* What is untold is sampled by this: several times a window, or it would seem not to grow. */
        watch->whole->nobody_until =
                now + (early ? EARLY_USEC
                             : bng_min(ANSWERED_PAUSE_USEC, watch->policy->growth_window / 4));
        if (!early)
                log_trouble(&watch->manager->trouble.culprit, now,
                            "%s is over a limit of policy %s, and %s.", watch->shown,
                            watch->policy->name, why);
}

static void answer_members(struct watch *watch, struct worker **workers,
                           const struct subject *subjects, size_t n, const struct untold *untold,
                           const struct finding *finding, uint64_t now)
{
        size_t culprit;

        if (watch->policy->scope == SCOPE_GROUP) {
                answer_group(watch, NULL, finding, now);
                return;
        }
        culprit = decide_culprit(watch->policy, subjects, n, untold);
        if (culprit == n)
                name_nobody(watch,
                            "most of that is held by none of its processes that can be seen and "
                            "may be ended: files in memory, groups too deep below it, or "
                            "processes of another policy",
                            now);
        else if (decide_is_family(watch->policy, &subjects[culprit]))
                answer_family(watch, workers[culprit], watch->policy, finding, now);
        else
                answer_group(watch, workers[culprit], finding, now);
}

/* Over its limit: whose turn is it? */
static void judge_members(struct watch *watch, const struct finding *finding, uint64_t now)
{
        bool whole = watch->policy->scope == SCOPE_GROUP;
        struct subject *subjects;
        struct worker **workers;
        struct untold untold;
        size_t n;

        if (whole && watch->reading.accounted) {
                answer_group(watch, NULL, finding, now);
                return;
        }
        /* It may be in a group of which was told meanwhile: that is heard first, this once. */
        if (!watch->put_off && news_is_behind(watch->manager)) {
                watch->put_off = true;
                return;
        }
        if (now < watch->whole->nobody_until)
                return;
        workers = contributors_find(watch, &n, &untold, now);
        subjects = workers ? calloc(n + 1, sizeof(*subjects)) : NULL;
        if (subjects && n == 0)
                name_nobody(watch, "nothing in it may be ended", now);
        else if (subjects &&
                 (is_fast(finding, watch->memory) || is_proven(watch, workers, n, now))) {
                for (size_t i = 0; i < n; i++)
                        subjects[i] = contributors_subject(watch, workers[i], now);
                answer_members(watch, workers, subjects, n, &untold, finding, now);
        }
        free(subjects);
        free(workers);
}

void judge_group(struct watch *watch, enum pace pace, uint64_t now)
{
        struct finding finding;
        struct subject subject;
        uint64_t left = watch->reading.headroom;
        bool some_die;
        int r;

        if (watch->manager->available < left)
                left = watch->manager->available;
        if (!watch->policy)
                return;
        watch->memory = watch->reading.accounted ? watch->reading.memory : summed(watch, now);
        if (watch->memory > watch->peak)
                watch->peak = watch->memory;
        series_push(&watch->whole->series, now, watch->memory);
        r = cpu_measure_group(watch, now);
        if (r < 0 && !group_is_gone(r))
                log_trouble(&watch->manager->trouble.read, now,
                            "Cannot read the CPU time of %s: %s", watch->shown, strerror(-r));
        subject = (struct subject){
                .series = &watch->whole->series,
                .now = now,
                .memory = watch->memory,
                .tolerated = watch->answered.tolerated_up_to,
                .hard_limit = left < UINT64_MAX - watch->memory ? watch->memory + left : UINT64_MAX,
                .bases = watch_bases(watch),
                .cpu = watch->cpu,
        };
        watch->due = schedule_group(watch, &subject, pace);
        ending_measured_group(watch);
        if (relief_is_near(watch, now) || watch->manager->stopping)
                return;
        subject.memory -= bng_min(subject.memory, relief_lately(watch, now));
        subject.memory -= bng_min(subject.memory, dying_never(watch, now));
        some_die = ending_under_way(watch);
        if (!some_die)
                watch->whole->crowded = 0;
        else if (!dying_leave_too_much(watch, now, &subject.memory))
                return;

        finding = decide_group(watch->policy, &subject);
        if (some_die && finding.reason != REASON_GROUP_MEMORY)
                return;
        if (finding.reason == REASON_NONE) {
                prove_members_ahead(watch, &finding, now);
                answer_forget(&watch->answered, watch->memory,
                              policy_group_memory_max(watch->policy, subject.bases));
                watch->whole->deliberating = 0;
                watch->put_off = false;
                watch->whole->nobody_until = 0;
        } else if (!answer_is_given(&watch->answered, finding.reason, subject.memory, now))
                judge_members(watch, &finding, now);
        else if (judge_group_is_answered(watch, now))
                watch->due = now + ANSWERED_PAUSE_USEC;
}
