/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who may have brought a group over its limit. The kernel counts the groups below it in, also those that
 * are watched for themselves. Such a group rests while its own limits are far: its newest processes are not
 * known, and the others' latest samples are older than the window that tells who grew. So while a limit
 * above is near they are listed and sampled for its sake, and once more when it is passed.
 */

#include <stdlib.h>
#include "bounds/checked.h"
#include "manager/context.h"

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

/* Counted by spans of the window: what is remembered is between one and two of them old. */
void contributors_departed(struct watch *watch, uint64_t bytes, uint64_t now)
{
        struct departed *departed = &watch->departed;
        uint64_t window = watch->policies ? watch->policies[0]->growth_window : 0;

        if (now - departed->since > window) {
                departed->before = now - departed->since > 2 * window ? 0 : departed->bytes;
                departed->bytes = 0;
                departed->since = now;
        }
        departed->bytes = bng_sat_add(departed->bytes, bytes);
}

static uint64_t departed_lately(struct watch *watch, uint64_t now)
{
        contributors_departed(watch, 0, now);
        return bng_sat_add(watch->departed.before, watch->departed.bytes);
}

/* A group that cannot be read is its own look's to tell. */
static void sample(struct watch *below, bool with_swap, uint64_t now)
{
        struct worker *worker;

        if (below->listed < now)
                (void)watch_scan(below, now);
        for (worker = below->workers; worker; worker = worker->hh.next) {
                worker_identify(worker, now);
                (void)worker_measure(worker, with_swap, now);
        }
        family_gather(below, now);
}

void contributors_sample(struct watch *watch, uint64_t now)
{
        struct watch *below;

        if (!watch->policy || watch->policy->scope != SCOPE_WORKER || now < watch->sample_below ||
            now < watch->nobody_until)
                return;
        watch->sample_below = schedule_contribution(watch, PACE_NEAR, now);
        for (below = watch_below(watch, NULL); below; below = watch_below(watch, below))
                if (below != watch)
                        sample(below, watch_swaps(watch), now);
}

struct worker **contributors_find(struct watch *watch, size_t *n, uint64_t *departed, uint64_t now)
{
        struct worker **found, *worker;
        struct watch *below;
        size_t count = 0;

        for (below = watch_below(watch, NULL); below; below = watch_below(watch, below)) {
                sample(below, watch_swaps(watch), now);
                count += HASH_COUNT(below->workers);
        }
        found = calloc(count + 1, sizeof(struct worker *));
        if (!found)
                return NULL;
        *n = 0;
        *departed = 0;
        for (below = watch_below(watch, NULL); below; below = watch_below(watch, below)) {
                *departed = bng_sat_add(*departed, departed_lately(below, now));
                for (worker = below->workers; worker; worker = worker->hh.next)
                        if (worker->series.latest.usec == now && may_be_culprit(watch, worker, now))
                                found[(*n)++] = worker;
        }
        return found;
}
