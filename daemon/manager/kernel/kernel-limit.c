/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A group that stays at the kernel's limit, and of which nobody ends. Whenever it wants more the kernel takes something
 * back first. That is as it should be while there is page cache to take; where nearly all that the group holds is
 * memory that only an end would free, it is the same few pages again and again: everything in the group crawls, and one
 * of its processes is ended next. So that is told before, with what to set so that the guard ends the right one.
 *
 * It has to go on from one look to another: a burst that the guard ends hits the limit as well. And it is told once,
 * until the group has had its rest.
 */

#include <stdlib.h>
#include "bounds/checked.h"
#include "manager/answers/record.h"
#include "manager/ends/ending.h"
#include "manager/groups/watch.h"
#include "manager/kernel/kernel-limit.h"
#include "manager/kernel/kernel-verdict.h"
#include "policy/overtaken.h"

#define PRESSED_USEC UINT64_C(2000000) /* between two looks at the counter */
#define RESTED_USEC (UINT64_C(3600) * 1000000)
#define FULL_SHARE 16 /* less than this part of the limit is left, or could be taken back */

static bool is_full(const struct watch *watch)
{
        const struct group_reading *reading = &watch->reading;

        return reading->accounted && reading->limit != UINT64_MAX &&
               reading->headroom < reading->limit / FULL_SHARE;
}

static void tell(struct watch *watch)
{
        struct manager *manager = watch->manager;
        const struct policy *policy = watch->policy ? watch->policy : watch->policies[0];
        const struct group_reading *reading = &watch->reading;
        const struct kernel_kill nobody = {.limit = reading->limit,
                                           .memory = reading->limit - reading->headroom};
        struct verdict *verdict =
                kernel_verdict_new(watch, policy, &nobody, watch->path, record_event(manager));
        const struct overtaken_by by = {.kernel_limit = reading->limit,
                                        .acts = policy->action != ACTION_LOG && !manager->dry_run,
                                        .bases = watch_bases(watch)};

        if (!verdict)
                return;
        verdict->finding.reason = REASON_KERNEL_LIMIT;
        overtaken_explain(&verdict->finding, policy, &by);
        verdict->rss = 0;
        verdict->peak = bng_max(watch->peak, nobody.memory);
        record_close(manager, verdict, OUTCOME_LOGGED);
}

void kernel_watch_limit(struct watch *watch, uint64_t now)
{
        struct pressed *pressed = watch->pressed;
        uint64_t hits;
        bool again;

        if (!pressed && is_full(watch))
                pressed = watch->pressed = calloc(1, sizeof(*pressed));
        if (!pressed || now < pressed->due)
                return;
        /* Hits that are far from each other are no crawl. */
        if (now - pressed->due > PRESSED_USEC * 2)
                pressed->looks = 0;
        pressed->due = now + PRESSED_USEC;
        if (!is_full(watch) || ending_under_way(watch) ||
            group_read_hits(watch->reader, &hits) < 0) {
                pressed->looks = 0;
                return;
        }
        again = pressed->looks > 0 && hits > pressed->hits;
        pressed->hits = hits;
        pressed->looks = again || pressed->looks == 0 ? pressed->looks + 1 : 1;
        /* The first look tells how far the counter is, the second that it was hit, the third that it goes on. */
        if (pressed->looks < 3)
                return;
        if (now >= pressed->rested)
                tell(watch);
        pressed->rested = now + RESTED_USEC;
}

uint64_t kernel_limit_due(const struct watch *watch, uint64_t usage)
{
        const struct group_reading *reading = &watch->reading;

        return usage > reading->headroom && usage != UINT64_MAX ? watch->listed + PRESSED_USEC
                                                                : UINT64_MAX;
}
