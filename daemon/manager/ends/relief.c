/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A process is dead before its memory is free: whoever still reads its maps keeps all of it for a while, and
 * the kernel's counters come later. Until then a group looks as much over its limit as before, and the
 * next one to end would be innocent. So after a death a group is not judged before
 *
 *   - half of what the dead held has gone from its total (half, because others may share some), or
 *   - the total grows on all the same: then somebody else runs away as well, or
 *   - so much time has passed that it is not going to come back.
 *
 * Ends of ours are rationed. The kernel's are not: whoever may make groups has it end there as many as he likes. So
 * of those a group waits for the first alone, and what the others held is only taken off its total for a moment,
 * as much as the kernel says it was.
 */

#include "bounds/checked.h"
#include "manager/ends/relief.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"

#define SETTLE_USEC UINT64_C(250000) /* whatever the total does */
#define RELIEF_USEC UINT64_C(5000000)
#define LATELY_USEC                                                                                \
        (SETTLE_USEC / 2) /* a span of what the kernel took: one to two are remembered */

static void wait_for(struct relief *relief, uint64_t from, uint64_t bytes, uint64_t now)
{
        /* Of one who died just before, nothing has gone yet. */
        if (now < relief->until && relief->below < from)
                from = relief->below;
        relief->until = now + RELIEF_USEC;
        relief->below = from > bytes / 2 ? from - bytes / 2 : 0;
        relief->above = UINT64_MAX;
}

static void turn(struct relief *relief, uint64_t now)
{
        if (now - relief->since < LATELY_USEC)
                return;
        relief->before = now - relief->since < 2 * LATELY_USEC ? relief->lately : 0;
        relief->lately = 0;
        relief->since = now;
}

void relief_expect(const struct worker *dead, struct manager *manager)
{
        uint64_t now = manager_now(manager);
        struct watch *watch;

        for (watch = manager->watches; watch; watch = watch->hh.next)
                if (watch->policy && path_is_below(dead->target.group, watch->path)) {
                        watch->whole->relief.settle = now + SETTLE_USEC;
                        wait_for(&watch->whole->relief, watch->memory, worker_memory(dead), now);
                        watch_look_at(watch, 0);
                }
}

void relief_by_kernel(const struct worker *dead, uint64_t bytes, struct manager *manager)
{
        uint64_t now = manager_now(manager);
        struct watch *watch;

        for (watch = manager->watches; watch; watch = watch->hh.next)
                if (watch->policy && path_is_below(dead->target.group, watch->path)) {
                        struct relief *relief = &watch->whole->relief;

                        /* Not again at once after one that was in vain. */
                        if (relief->until == 0 || now >= relief->until + RELIEF_USEC)
                                wait_for(relief, watch->memory, bytes, now);
                        turn(relief, now);
                        relief->lately = bng_sat_add(relief->lately, bytes);
                        watch_look_at(watch, 0);
                }
}

uint64_t relief_lately(struct watch *watch, uint64_t now)
{
        turn(&watch->whole->relief, now);
        return bng_sat_add(watch->whole->relief.before, watch->whole->relief.lately);
}

bool relief_is_near(struct watch *watch, uint64_t now)
{
        struct relief *relief = &watch->whole->relief;

        if (now < relief->settle)
                return true;
        if (watch->memory <= relief->below)
                relief->until = 0; /* it has come */
        if (now >= relief->until)
                return false;
        /* Since the last reading before the death it may have grown; what counts is growth from here. */
        if (relief->above == UINT64_MAX)
                relief->above = watch->memory + watch->memory / 20;
        return watch->memory <= relief->above;
}
