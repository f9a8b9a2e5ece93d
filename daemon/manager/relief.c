/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A process is dead before its memory is free: whoever still reads its maps keeps all of it for a while, and
 * the kernel's counters come later. Until then a group looks as much over its limit as before, and the
 * next one to end would be innocent. So after a death a group is not judged before
 *
 *   - half of what the dead held has gone from its total (half, because others may share some), or
 *   - the total grows on all the same: then somebody else runs away as well, or
 *   - so much time has passed that it is not going to come back.
 */

#include "manager/context.h"

#define SETTLE_USEC UINT64_C(250000) /* whatever the total does */
#define RELIEF_USEC UINT64_C(5000000)

static void expect(struct watch *watch, uint64_t bytes, uint64_t now)
{
        struct relief *relief = &watch->relief;
        uint64_t from = watch->memory;

        /* Of one who died just before, nothing has gone yet. */
        if (now < relief->until && relief->below < from)
                from = relief->below;
        *relief = (struct relief){
                .settle = now + SETTLE_USEC,
                .until = now + RELIEF_USEC,
                .below = from > bytes / 2 ? from - bytes / 2 : 0,
                .above = UINT64_MAX,
        };
        watch_look_at(watch, 0);
}

void relief_expect(const struct worker *dead, struct manager *manager)
{
        uint64_t now = manager_now(manager);
        struct watch *watch;

        for (watch = manager->watches; watch; watch = watch->hh.next)
                if (watch->policy && path_is_below(dead->target.group, watch->path))
                        expect(watch, worker_memory(dead), now);
}

bool relief_is_near(struct watch *watch, uint64_t now)
{
        struct relief *relief = &watch->relief;

        if (now < relief->settle)
                return true;
        if (now >= relief->until || watch->memory <= relief->below)
                return false;
        /* Since the last reading before the death it may have grown; what counts is growth from here. */
        if (relief->above == UINT64_MAX)
                relief->above = watch->memory + watch->memory / 20;
        return watch->memory <= relief->above;
}
