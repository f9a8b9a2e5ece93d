/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A group as a whole, judged. What is about to be freed is taken off before; over its limit it is asked who brought it
 * there, and whether that can be told: an end may have to wait for proofs, for groups that were told of and are not
 * heard yet, or for somebody to be seen at all.
 */

#include <stdlib.h>
#include <string.h>
#include "bounds/checked.h"
#include "manager/answers/answer.h"
#include "manager/answers/judge.h"
#include "manager/answers/proofs.h"
#include "manager/ends/dying.h"
#include "manager/ends/ending.h"
#include "manager/ends/relief.h"
#include "manager/groups/contributors.h"
#include "manager/groups/cpu.h"
#include "manager/groups/news.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"
#include "manager/looks/schedule.h"

#define EARLY_USEC UINT64_C(20000)
#define DELIBERATION_USEC UINT64_C(1000000) /* how long a group's limit waits for proofs */

bool judge_group_is_answered(const struct watch *watch, uint64_t now)
{
        return watch->policy &&
               watch->memory > policy_group_memory_max(watch->policy, watch_bases(watch)) &&
               answer_is_given(&watch->answered, REASON_GROUP_MEMORY, watch->memory, now);
}

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
                    proof_is_due(worker, finding, watch->memory, now))
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
                 (proof_is_too_slow(finding, watch->memory) || is_proven(watch, workers, n, now))) {
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
