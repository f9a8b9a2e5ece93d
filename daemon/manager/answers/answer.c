/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * From a finding to a deed, and the same deed is done once: logged, frozen, or an end. When the budget is
 * used up the answer to an end is a freeze; one of a crash loop that would die again and again is left
 * alone while it stays near its limit.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "manager/answers/affair.h"
#include "manager/answers/answer.h"
#include "manager/ends/ending.h"
#include "manager/ends/escaped.h"
#include "manager/groups/contributors.h"
#include "manager/groups/family.h"
#include "manager/groups/roster.h"
#include "manager/groups/worker.h"

bool answer_is_given(const struct answered *answered, enum reason reason, uint64_t memory,
                     uint64_t now)
{
        if (answered->quiet_up_to > 0)
                return reason == REASON_CPU ? now < answered->quiet_until
                                            : memory <= answered->quiet_up_to;
        return (answered->reasons & (1U << reason)) && now < answered->again;
}

void answer_anew(struct answered *answered)
{
        *answered = (struct answered){.frozen = answered->frozen, .by_others = answered->by_others};
}

void answer_forget(struct answered *answered, uint64_t memory, uint64_t own_limit)
{
        /* Below its own limit it needs no tolerance, and has none from then on. */
        if (memory <= own_limit) {
                answered->tolerated_up_to = 0;
                answered->chance = (struct loop_chance){0};
        }
        if (!answered->frozen)
                answered->quiet_up_to = 0;
}

/* All of them young: the birth of the oldest; else 0. */
static uint64_t young_since(const struct affair *affair)
{
        uint64_t oldest = UINT64_MAX;

        for (size_t i = 0; i < affair->n; i++) {
                const struct worker *worker = affair->workers[i];

                if (!worker->early && affair->now - worker->born > LOOP_YOUNG_USEC)
                        return 0;
                if (worker->born < oldest)
                        oldest = worker->born;
        }
        return oldest;
}

/* The loop that an end of these would be a link of, or NULL. */
static struct loop *find_loop(const struct affair *affair)
{
        if (!loop_concerns(affair->policy, affair->finding) || young_since(affair) == 0)
                return NULL;
        return loops_get(&affair->watch->manager->loops, affair->policy, affair->watch->path,
                         affair->now);
}

static void do_end(const struct affair *affair, enum step step, struct loop *loop)
{
        struct ending_order order = {
                .watch = affair->watch,
                .workers = affair->workers,
                .n = affair->n,
                .whole = affair->whole,
                .partial = affair->partial,
                .complete = affair->complete,
                .breaker = affair->breaker,
                .policy = affair->policy,
                .finding = *affair->finding,
                .step = step,
        };
        int r = ending_start(&order);

        if (r >= 0)
                manager_keep_budget(affair->watch->manager);
        if (r >= 0 && loop)
                loop_note_end(loop, affair->policy, young_since(affair), affair->now);

        /* Not even the memory to begin it: the next look tries again. */
        if (r < 0) {
                manager_give_back_budget(affair->watch->manager, affair->policy, affair->now);
                log_trouble(&affair->watch->manager->trouble.signal, affair->now,
                            "Cannot end what broke policy %s in %s: %s", affair->policy->name,
                            affair->watch->shown, strerror(-r));
        }
}

static void without_memory(const struct affair *affair)
{
        log_trouble(&affair->watch->manager->trouble.signal, affair->now,
                    "Cannot answer what broke policy %s in %s: %s", affair->policy->name,
                    affair->watch->shown, strerror(ENOMEM));
}

/* What is not an end: `outcome`, unless it turns out otherwise. */
static void answer_gently(struct affair *affair, enum outcome outcome)
{
        if (!affair_prepare(affair)) {
                without_memory(affair);
                return;
        }
        if (outcome == OUTCOME_LOGGED || outcome == OUTCOME_WOULD_HAVE_ENDED) {
                /* One of a crash loop that goes on to grow is judged again. */
                if (affair->finding->reason != REASON_CRASH_LOOP)
                        affair_note_logged(affair);
                affair_report(affair, outcome);
        } else
                affair_freeze(affair, outcome);
        affair_drop_verdicts(affair);
}

static struct finding as_crash_loop(const struct finding *finding)
{
        struct finding loop = *finding;

        loop.loops_by = finding->reason;
        loop.reason = REASON_CRASH_LOOP;
        return loop;
}

/* One of a loop is not ended while it stays near its limit. False: it is to be ended. */
static bool tolerates(struct affair *affair, struct loop *loop)
{
        struct answered *answered = affair->whole || !affair->breaker
                                            ? &affair->watch->answered
                                            : &affair->workers[0]->answered;
        struct finding finding = as_crash_loop(affair->finding);
        struct affair told = *affair;

        /* One that was tolerated has grown since. */
        if (!loop || !loop_is_on(loop, affair->policy, affair->now) ||
            answered->tolerated_up_to > 0)
                return false;
        switch (loop_judge(&answered->chance, affair->finding, affair->now)) {
        case LOOP_END:
                return false;
        case LOOP_WAIT:
                return true;
        case LOOP_TOLERATE:
                break;
        }
        answered->tolerated_up_to = loop_tolerance(&answered->chance, affair->finding);
        told.finding = &finding;
        if (loop_take_report(loop, affair->now))
                answer_gently(&told, OUTCOME_LOGGED);
        return true;
}

/* The budget is used up, and a loop may be why. */
static void withhold(const struct affair *affair, const struct loop *loop)
{
        struct finding finding = as_crash_loop(affair->finding);
        struct affair told = *affair;

        if (loop && loop_is_on(loop, affair->policy, affair->now))
                told.finding = &finding;
        answer_gently(&told, OUTCOME_WITHHELD);
}

static void answer(struct affair *affair)
{
        struct manager *manager = affair->watch->manager;
        enum step step = decide_step(affair->policy, affair->finding);
        struct loop *loop;
        int r;

        if (affair->whole && step != STEP_LOG && group_is_slice(affair->watch->path)) {
                log_line(LOG_WARNING, "Policy %s would end the slice %s as a whole: only logged.",
                         affair->policy->name, affair->watch->shown);
                step = STEP_LOG;
        }
        if (step == STEP_LOG || manager->dry_run) {
                answer_gently(affair, step == STEP_LOG ? OUTCOME_LOGGED : OUTCOME_WOULD_HAVE_ENDED);
                return;
        }
        if (step == STEP_TERMINATE &&
            (affair->whole ? ending_believed(affair->watch, affair->now)
                           : affair->n == 1 && escaped_before(manager, affair->workers[0])))
                step = STEP_KILL;
        if (step == STEP_FREEZE) {
                answer_gently(affair, OUTCOME_FROZEN);
                return;
        }
        loop = find_loop(affair);
        if (tolerates(affair, loop))
                return;
        r = manager_take_budget(manager, affair->policy);
        if (r < 0)
                without_memory(affair);
        else if (r == 0)
                withhold(affair, loop);
        else
                do_end(affair, step, loop);
}

static void answer_whole(struct affair *affair)
{
        struct manager *manager = affair->watch->manager;
        struct gathered all;
        int r;

        affair->whole = true;
        if (ending_of_group(affair->watch))
                return;
        r = watch_gather(affair->watch, &all);
        if (r < 0) {
                /* One that is gone is its next look's to find out. */
                if (r != -ENOENT)
                        log_trouble(&manager->trouble.signal, affair->now,
                                    "Cannot list who is to end in %s: %s", affair->watch->shown,
                                    strerror(-r));
                return;
        }
        affair->workers = all.workers;
        affair->n = all.n;
        affair->partial = all.partial;
        affair->complete = all.complete;
        if (affair->n > 0)
                answer(affair);
        watch_gathered_free(&all);
}

void answer_worker(struct worker *worker, const struct finding *finding, uint64_t now)
{
        struct affair affair = {.watch = worker->watch,
                                .workers = &worker,
                                .n = 1,
                                .breaker = worker,
                                .policy = worker->policy,
                                .finding = finding,
                                .now = now};

        if (worker->policy->scope == SCOPE_GROUP)
                answer_whole(&affair);
        else
                answer(&affair);
}

/* One who executed another program meanwhile may be another policy's by now; and where the parent lives in a watched group
 * below, his children may fall under one that this one comes behind. Without him there is no family. */
static size_t keep_concerned(const struct watch *watch, const struct policy *own,
                             struct worker **workers, size_t n, uint64_t now)
{
        const struct worker *parent = workers[0];
        size_t kept = 0;

        for (size_t i = 0; i < n; i++) {
                worker_identify_fully(workers[i], now);
                if (workers[i]->policy == own &&
                    (workers[i]->watch == watch || contributors_include(watch, workers[i], now)))
                        workers[kept++] = workers[i];
        }
        return kept > 0 && workers[0] == parent ? kept : 0;
}

void answer_family(struct watch *watch, struct worker *parent, const struct policy *policy,
                   const struct finding *finding, uint64_t now)
{
        const struct policy *own = parent->policy;
        struct finding of_family = *finding;
        struct affair affair = {.watch = watch,
                                .breaker = finding->reason == REASON_GROUP_MEMORY ? NULL : parent,
                                .policy = policy,
                                .finding = &of_family,
                                .now = now};

        if (family_members(parent, finding->reason == REASON_GROUP_MEMORY, &affair.workers,
                           &affair.n) < 0)
                return; /* the next look tries again */
        affair.n = keep_concerned(watch, own, affair.workers, affair.n, now);
        of_family.family = (unsigned)affair.n;
        if (affair.n > 0)
                answer(&affair);
        free(affair.workers);
}

void answer_group(struct watch *watch, struct worker *culprit, const struct finding *finding,
                  uint64_t now)
{
        struct affair affair = {.watch = watch,
                                .workers = &culprit,
                                .n = 1,
                                .policy = watch->policy,
                                .finding = finding,
                                .now = now};

        if (!culprit) {
                answer_whole(&affair);
                return;
        }
        worker_identify_fully(culprit, now);
        if (contributors_include(watch, culprit, now))
                answer(&affair);
}
