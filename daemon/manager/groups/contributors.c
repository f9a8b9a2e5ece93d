/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who may have brought a group over its limit. The kernel counts the groups below it in, also those that
 * are watched for themselves. Such a group rests while its own limits are far: its newest processes are not
 * known, and the others' latest samples are older than the window that tells who grew. So while a limit
 * above is near they are listed and sampled for its sake, and once more when it is passed.
 *
 * Who contributed most is told by the windows of the group's policy, whatever other windows the policies of groups below
 * have: a worker under such a policy is remembered by both (struct part).
 *
 * What the group is charged for beyond what they hold is untold (decide-culprit.c): nobody's, that of processes too
 * deep below or otherwise out of sight, or of those that are another policy's. What they hold beyond that is foreign: who
 * was moved here brought memory that stays charged to the group he comes from, and his end would free none of this one's.
 */

#include <stdlib.h>
#include "bounds/checked.h"
#include "manager/groups/contributors.h"
#include "manager/groups/discover.h"
#include "manager/groups/family.h"
#include "manager/groups/scan.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"
#include "manager/looks/schedule.h"

bool contributors_include(const struct watch *watch, struct worker *worker, uint64_t now)
{
        const struct policy *policy = watch->policy;

        /* One that is frozen has its answer, unless another one is due since (answer_anew). */
        if (worker->ending || worker->let_go || !worker->watch ||
            (worker->answered.frozen && worker->answered.quiet_up_to > 0))
                return false;
        /* The first policy that matches wins: one before ours has claimed it. */
        if (worker->policy && worker->policy < policy)
                return false;
        return worker_matches(worker, policy, now);
}

/* Counted by spans of the window: what is remembered is between one and two of them old. */
static void turn(struct departed *departed, uint64_t window, uint64_t now)
{
        if (now - departed->since <= window)
                return;
        departed->before = now - departed->since > 2 * window ? 0 : departed->bytes;
        departed->bytes = 0;
        departed->since = now;
}

/* Each group that counts it has a window of its own to remember it for. */
void contributors_departed(struct watch *watch, uint64_t bytes, uint64_t now)
{
        for (; watch; watch = discover_above(watch)) {
                if (!watch->policy)
                        continue;
                turn(&watch->whole->departed, watch->policy->growth_window, now);
                watch->whole->departed.bytes = bng_sat_add(watch->whole->departed.bytes, bytes);
        }
}

static uint64_t departed_lately(struct watch *watch, uint64_t now)
{
        turn(&watch->whole->departed, watch->policy->growth_window, now);
        return bng_sat_add(watch->whole->departed.before, watch->whole->departed.bytes);
}

/* A group that cannot be read is its own look's to tell. */
static void sample(struct watch *below, const struct watch *watch, uint64_t now)
{
        struct worker *worker;

        if (below->listed < now)
                (void)watch_scan(below, now);
        for (worker = below->workers; worker; worker = worker->hh.next) {
                worker_identify(worker, now);
                (void)worker_measure_once(worker, watch_swaps(watch), now);
                worker_take_part(worker, &watch->whole->series, now);
        }
        family_gather(below, &watch->whole->series, now);
}

/* What those hold who may be ended, against what the group was charged for just before. */
static void count_untold(struct watch *watch, uint64_t now)
{
        uint64_t seen = 0, memory = watch->reading.memory;
        struct series *untold = watch->whole->untold;
        struct worker *worker;
        struct watch *below;

        if (!watch->reading.accounted)
                return;
        if (!untold)
                untold = watch->whole->untold = calloc(1, sizeof(*untold));
        if (!untold)
                return;
        if (untold->leak_window != watch->whole->series.leak_window ||
            untold->growth_window != watch->whole->series.growth_window)
                series_init(untold, watch->whole->series.leak_window,
                            watch->whole->series.growth_window);
        for (below = watch_below(watch, NULL); below; below = watch_below(watch, below))
                for (worker = below->workers; worker; worker = worker->hh.next)
                        if (worker->ending || contributors_include(watch, worker, now))
                                seen = bng_sat_add(seen, worker_memory(worker));
        series_push(untold, now, memory > seen ? memory - seen : 0);
        watch->whole->foreign = seen > memory ? seen - memory : 0;
}

static void sample_all(struct watch *watch, uint64_t now)
{
        struct watch *below;

        for (below = watch_below(watch, NULL); below; below = watch_below(watch, below))
                sample(below, watch, now);
        count_untold(watch, now);
}

void contributors_sample(struct watch *watch, uint64_t now)
{
        if (!watch->policy || watch->policy->scope != SCOPE_WORKER || now < watch->sample_below ||
            now < watch->whole->nobody_until)
                return;
        watch->sample_below = schedule_contribution(watch, PACE_NEAR, now);
        sample_all(watch, now);
}

struct worker **contributors_find(struct watch *watch, size_t *n, struct untold *untold,
                                  uint64_t now)
{
        struct worker **found, *worker;
        struct watch *below;
        size_t count = 0;

        sample_all(watch, now);
        for (below = watch_below(watch, NULL); below; below = watch_below(watch, below))
                count += HASH_COUNT(below->workers);
        found = calloc(count + 1, sizeof(struct worker *));
        if (!found)
                return NULL;
        *n = 0;
        *untold = (struct untold){.departed = departed_lately(watch, now),
                                  .series = watch->whole->untold};
        for (below = watch_below(watch, NULL); below; below = watch_below(watch, below))
                for (worker = below->workers; worker; worker = worker->hh.next)
                        if (worker->series.latest.usec == now &&
                            contributors_include(watch, worker, now))
                                found[(*n)++] = worker;
        return found;
}

/* Bytes of it that may be foreign: not more than it came with, if it was not started here. */
static uint64_t foreign(const struct watch *watch, const struct worker *worker)
{
        const struct worker *parent;

        HASH_FIND(hh, worker->watch->workers, &worker->target.parent, sizeof(pid_t), parent);
        return parent || worker->brought == UINT64_MAX
                       ? 0
                       : bng_min(worker->brought, watch->whole->foreign);
}

struct subject contributors_subject(const struct watch *watch, const struct worker *worker,
                                    uint64_t now)
{
        struct subject subject = worker_part(worker, &watch->whole->series, now);
        uint64_t bytes = foreign(watch, worker);

        subject.memory -= bng_min(subject.memory, bytes);
        subject.at_sight -= bng_min(subject.at_sight, bytes);
        return subject;
}
