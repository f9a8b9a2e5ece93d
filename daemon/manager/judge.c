/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One look at a group. Its cheap usage (cache included, so an upper bound) is read first: while that
 * and what processes may have brought along is at most half of every limit, nobody in it can be near
 * one, and only the windows of growth and leaks ask for samples. Otherwise the group is read, its
 * processes are listed, and those that are due are measured, each as often as its own distance asks for.
 *
 * The pure layers judge; answer.c answers. When one reading may be wrong about whose memory it is
 * (pages that forks share), and there is time to ask, the answer waits for the proof.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "manager/context.h"

#define PROOF_FRESH_USEC UINT64_C(2000000) /* a proof that an end may rest on */
#define PROOF_AGAIN_USEC                                                                           \
        UINT64_C(5000000) /* sharers come and go: what they take off is asked again */
#define PROOF_PATIENCE_USEC UINT64_C(10000000) /* one that does not come: what was read holds */
#define UNDECIDED_USEC UINT64_C(20000)         /* while the name of its user is looked up */
#define FAR_PAUSE_USEC UINT64_C(1000000)    /* between samples for a group's limit, far from it, */
#define NEAR_PAUSE_USEC UINT64_C(50000)     /* and near it */
#define DELIBERATION_USEC UINT64_C(1000000) /* how long a group's limit waits for proofs */
#define PROOF_BASE_USEC 20000.0             /* a proof takes about this long, */
#define PROOF_BYTES_PER_USEC 20000.0        /* and longer the larger the worker is */

static bool is_gone(int r)
{
        return r == -ENOENT || r == -ENODEV;
}

/* Too fast to wait for a proof: by then it would be more than a fiftieth further. */
static bool is_fast(const struct finding *finding, uint64_t memory)
{
        double wait = PROOF_BASE_USEC + (double)memory / PROOF_BYTES_PER_USEC;

        return finding->rate * wait / 1e6 > (double)memory / 50;
}

/* ---- how far everything is */

static uint64_t smaller(uint64_t a, uint64_t b)
{
        return a < b ? a : b;
}

/* An upper bound of what any process of the group can hold. UINT64_MAX: there is none. */
static uint64_t upper_bound(const struct watch *watch, uint64_t usage)
{
        uint64_t brought = 0;
        struct worker *worker;

        for (worker = watch->workers; worker; worker = worker->hh.next)
                if (worker->brought > brought && worker->brought != UINT64_MAX)
                        brought = worker->brought;
        return usage > UINT64_MAX - brought ? UINT64_MAX : usage + brought;
}

static bool is_far(const struct watch *watch, uint64_t bound)
{
        uint64_t nearest = smaller(watch->reading.headroom, watch->manager->available);

        if (bound == UINT64_MAX || !watch->reading.accounted || bound > nearest)
                return false;
        for (size_t i = 0; i < watch->n_policies; i++) {
                nearest = smaller(policy_worker_memory_max(watch->policies[i], watch_bases(watch)),
                                  policy_group_memory_max(watch->policies[i], watch_bases(watch)));
                if (bound > nearest / 2)
                        return false;
        }
        return true;
}

/*
 * When the group must be looked at again if something in it, perhaps a process that nobody has seen yet,
 * holds `memory` now. UINT64_MAX asks for the windows alone.
 */
static uint64_t unseen_due(const struct watch *watch, uint64_t memory, uint64_t now)
{
        uint64_t due = DECIDE_POLL_MAX;

        for (size_t i = 0; i < watch->n_policies; i++) {
                struct policy policy = *watch->policies[i];
                struct series empty;
                struct subject subject = {.series = &empty,
                                          .now = now,
                                          .hard_limit = UINT64_MAX,
                                          .bases = watch_bases(watch)};

                if (memory == UINT64_MAX)
                        policy = policy_without_memory_max(&policy);
                else
                        subject.memory = memory;
                series_init(&empty, policy.leak_window, policy.growth_window);
                due = smaller(due, decide_next_look_worker(&policy, &subject));
                if (watch->policies[i] == watch->policy)
                        due = smaller(due, decide_next_look_group(&policy, &subject));
        }
        return now + due;
}

/* When the windows alone ask for the next sample. */
static uint64_t calm_due(const struct policy *policy, struct subject subject, bool of_group)
{
        struct policy windows = policy_without_memory_max(policy);

        subject.hard_limit = UINT64_MAX;
        return subject.now + (of_group ? decide_next_look_group(&windows, &subject)
                                       : decide_next_look_worker(&windows, &subject));
}

/* When a worker's part in the growth of its group must be sampled: who grew within the window can only be
 * told from samples within it. */
static uint64_t contribution_due(const struct watch *watch, bool far, uint64_t now)
{
        uint64_t pause;

        if (!watch->policy)
                return UINT64_MAX;
        pause = watch->policy->growth_window / (far ? 2 : 20);
        return now + (far && pause < FAR_PAUSE_USEC     ? FAR_PAUSE_USEC
                      : !far && pause < NEAR_PAUSE_USEC ? NEAR_PAUSE_USEC
                                                        : pause);
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
                answer_forget(&worker->answered);
                return;
        }
        if (answer_is_given(&worker->answered, finding.reason, subject.memory, now))
                return;
        if (finding.reason == REASON_WORKER_MEMORY && !is_fast(&finding, subject.memory) &&
            (worker->proven == 0 || now - worker->proven >= PROOF_FRESH_USEC)) {
                worker_prove(worker);
                if (now - worker->asked < PROOF_PATIENCE_USEC)
                        return;
        }
        /* It may have become somebody else since it was last asked. */
        worker->facts_due = 0;
        worker_identify(worker, now);
        if (worker->policy == policy)
                answer_worker(worker, &finding, now);
}

static void measure_workers(struct watch *watch, bool far, uint64_t now)
{
        bool swaps = watch->reading.swap > 0 || !watch->reading.accounted;
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
                r = worker_measure(worker, swaps, now);
                if (r >= 0)
                        r = cpu_measure_worker(worker, now);
                if (r == -ESRCH || r == -ENOENT) {
                        watch_drop(watch, worker);
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
                if (!worker->policy)
                        worker->due = now + DECIDE_POLL_MAX;
                else if (far)
                        worker->due = calm_due(worker->policy, subject, false);
                else
                        worker->due = now + decide_next_look_worker(worker->policy, &subject);
                worker->due = smaller(worker->due, contribution_due(watch, far, now));
        }
}

/* Those that grow by starting processes. */
static void judge_families(struct watch *watch, uint64_t now)
{
        struct worker *worker;

        family_gather(watch, now);
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
                        answer_family(worker, worker->policy, &finding, now);
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

        for (below = watch->manager->watches; below; below = below->hh.next) {
                if (!path_is_below(below->path, watch->path))
                        continue;
                for (worker = below->workers; worker; worker = worker->hh.next) {
                        sum += worker_memory(worker);
                        at_face += worker->private;
                }
        }
        if (sum <= limit && at_face > limit)
                for (worker = watch->workers; worker; worker = worker->hh.next)
                        if (worker->shared > 0 && now - worker->proven >= PROOF_AGAIN_USEC)
                                worker_prove(worker);
        return sum;
}

static bool may_be_culprit(const struct watch *watch, struct worker *worker, uint64_t now)
{
        const struct policy *policy = watch->policy;

        if (worker->ending || worker->let_go || worker->answered.frozen || !worker->watch)
                return false;
        /* The first policy that matches wins: one before ours has claimed it. */
        if (worker->policy && worker->policy < policy)
                return false;
        return worker_matches(worker, policy, now);
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
        if (proven || !watch->deliberating)
                watch->deliberating = proven ? 0 : now;
        else if (now - watch->deliberating >= DELIBERATION_USEC)
                proven = true;
        return proven;
}

/* All who could have broken the group's limit, here and below, freshly measured. */
static struct worker **find_candidates(struct watch *watch, size_t *n, uint64_t now)
{
        bool swaps = watch->reading.swap > 0 || !watch->reading.accounted;
        struct worker **found, *worker;
        struct watch *below;
        size_t count = 0;

        for (below = watch->manager->watches; below; below = below->hh.next)
                count += HASH_COUNT(below->workers);
        found = calloc(count + 1, sizeof(struct worker *));
        if (!found)
                return NULL;
        *n = 0;
        for (below = watch->manager->watches; below; below = below->hh.next) {
                if (!path_is_below(below->path, watch->path))
                        continue;
                for (worker = below->workers; worker; worker = worker->hh.next)
                        if (may_be_culprit(watch, worker, now) &&
                            worker_measure(worker, swaps, now) >= 0)
                                found[(*n)++] = worker;
        }
        return found;
}

static void answer_members(struct watch *watch, struct worker **workers,
                           const struct subject *subjects, size_t n, const struct finding *finding,
                           uint64_t now)
{
        size_t culprit;

        if (watch->policy->scope == SCOPE_GROUP) {
                answer_group(watch, NULL, finding, now);
                return;
        }
        culprit = decide_culprit(watch->policy, subjects, n);
        if (decide_is_family(watch->policy, &subjects[culprit]) && workers[culprit]->watch == watch)
                answer_family(workers[culprit], watch->policy, finding, now);
        else
                answer_group(watch, workers[culprit], finding, now);
}

/* Over its limit: whose turn is it? */
static void judge_members(struct watch *watch, const struct finding *finding, uint64_t now)
{
        bool whole = watch->policy->scope == SCOPE_GROUP;
        struct subject *subjects;
        struct worker **workers;
        size_t n;

        if (whole && watch->reading.accounted) {
                answer_group(watch, NULL, finding, now);
                return;
        }
        workers = find_candidates(watch, &n, now);
        subjects = workers ? calloc(n + 1, sizeof(*subjects)) : NULL;
        if (subjects && n == 0)
                log_trouble(&watch->manager->trouble.culprit, now,
                            "%s is over a limit of policy %s, and nothing in it may be ended.",
                            watch->shown, watch->policy->name);
        else if (subjects &&
                 (is_fast(finding, watch->memory) || is_proven(watch, workers, n, now))) {
                for (size_t i = 0; i < n; i++)
                        subjects[i] = worker_subject(workers[i], now);
                answer_members(watch, workers, subjects, n, finding, now);
        }
        free(subjects);
        free(workers);
}

static void judge_group(struct watch *watch, bool far, uint64_t now)
{
        struct finding finding;
        struct subject subject;
        uint64_t left = smaller(watch->reading.headroom, watch->manager->available);
        int r;

        if (!watch->policy)
                return;
        watch->memory = watch->reading.accounted ? watch->reading.memory : summed(watch, now);
        if (watch->memory > watch->peak)
                watch->peak = watch->memory;
        series_push(&watch->series, now, watch->memory);
        r = cpu_measure_group(watch, now);
        if (r < 0 && !is_gone(r))
                log_trouble(&watch->manager->trouble.read, now,
                            "Cannot read the CPU time of %s: %s", watch->shown, strerror(-r));
        subject = (struct subject){
                .series = &watch->series,
                .now = now,
                .memory = watch->memory,
                .tolerated = watch->answered.tolerated_up_to,
                .hard_limit = left < UINT64_MAX - watch->memory ? watch->memory + left : UINT64_MAX,
                .bases = watch_bases(watch),
                .cpu = watch->cpu,
        };
        watch->due = far ? calm_due(watch->policy, subject, true)
                         : now + decide_next_look_group(watch->policy, &subject);
        ending_measured_group(watch);
        if (now < watch->settle || ending_under_way(watch) || watch->manager->stopping)
                return;

        finding = decide_group(watch->policy, &subject);
        if (finding.reason == REASON_NONE) {
                answer_forget(&watch->answered);
                watch->deliberating = 0;
        } else if (!answer_is_given(&watch->answered, finding.reason, watch->memory, now))
                judge_members(watch, &finding, now);
}

/* ---- the look */

static int look(struct watch *watch, uint64_t now)
{
        uint64_t usage = UINT64_MAX, bound, next;
        struct worker *worker;
        bool far;
        int r;

        r = group_read_usage(watch->reader, &usage);
        if (is_gone(r))
                return r;
        bound = r < 0 ? UINT64_MAX : upper_bound(watch, usage);
        if (now < watch->calm && is_far(watch, bound)) {
                watch_look_at(watch, smaller(watch->calm, unseen_due(watch, bound, now)));
                return 0;
        }

        r = group_read(watch->reader, &watch->reading);
        if (r >= 0)
                r = watch_scan(watch, now);
        if (r < 0)
                return r;
        far = is_far(watch, bound);
        /* It was far until now, and when its workers are due rested on that. */
        if (!far && watch->calm > 0)
                for (worker = watch->workers; worker; worker = worker->hh.next)
                        worker->due = 0;
        measure_workers(watch, far, now);
        judge_families(watch, now);
        judge_group(watch, far, now);

        next = watch->policy ? watch->due : UINT64_MAX;
        for (worker = watch->workers; worker; worker = worker->hh.next)
                next = smaller(next, worker->due);
        watch->calm = far ? smaller(next, unseen_due(watch, UINT64_MAX, now)) : 0;
        watch_look_at(watch, smaller(next, unseen_due(watch, far ? bound : 0, now)));
        return 0;
}

void judge_look(struct watch *watch)
{
        struct manager *manager = watch->manager;
        uint64_t now = manager_now(manager);
        int r;

        if (watch->n_policies == 0)
                return;
        (void)manager_available(manager);
        r = look(watch, now);
        if (is_gone(r)) {
                HASH_DEL(manager->watches, watch);
                watch_free(watch);
        } else if (r < 0) {
                log_trouble(&manager->trouble.read, now, "Cannot read group %s: %s", watch->shown,
                            strerror(-r));
                watch_look_at(watch, now + DECIDE_POLL_MAX / 10);
        }
}
