/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What those hold who are being ended. A grace may last an hour, and the group has a limit all the time: without
 * what is about to be freed it is judged as ever, so that another runaway is met, and nobody ends for what will be
 * gone.
 *
 * In doubt more counts as dying. Of a process: the most that it held at its latest two measurements, and all that is
 * resident in it, its own or not. Of a group that ends as a whole, or is restarted: all that is charged to it. And
 * both readings are taken one after the other, while one who was asked to end lets go of his memory, so what
 * the others hold has to be too much for a moment.
 */

#include <utlist.h>
#include "bounds/checked.h"
#include "manager/ends/dying.h"
#include "manager/ends/members.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"

#define MOMENT_USEC UINT64_C(50000)

static uint64_t held(const struct worker *worker)
{
        return bng_max(worker->private, worker->rss);
}

/* One that exits has no memory any more that could be read, and it is not free yet. */
static uint64_t held_by(struct worker *worker, bool swaps, uint64_t now)
{
        uint64_t before = held(worker);

        (void)worker_measure(worker, swaps, now);
        return bng_max(before, held(worker));
}

static uint64_t held_by_members(const struct ending *ending, const struct watch *watch,
                                uint64_t now)
{
        uint64_t bytes = 0;

        for (size_t i = 0; i < ending->n; i++)
                if (ending->members[i]->awaited)
                        bytes = bng_sat_add(bytes, held_by(ending->members[i]->worker,
                                                           watch_swaps(watch), now));
        return bytes;
}

/* UINT64_MAX: all of the watched group, or nobody knows. */
static uint64_t held_by_group(const struct ending *ending, const struct watch *watch)
{
        struct group_reading reading;

        if (!ending->watch || ending->watch == watch ||
            group_read(ending->watch->reader, &reading) < 0 || !reading.accounted)
                return UINT64_MAX;
        return reading.memory;
}

static uint64_t dying(const struct watch *watch, uint64_t now)
{
        uint64_t bytes = 0;
        struct ending *ending;

        DL_FOREACH(watch->manager->endings, ending)
        {
                if (ending->stage == GIVEN_UP || !path_is_below(ending->path, watch->path))
                        continue;
                bytes = bng_sat_add(bytes, ending->whole || ending->stage == RESTART
                                                   ? held_by_group(ending, watch)
                                                   : held_by_members(ending, watch, now));
        }
        return bytes;
}

uint64_t dying_never(const struct watch *watch, uint64_t now)
{
        uint64_t bytes = 0;
        struct ending *ending;

        DL_FOREACH(watch->manager->endings, ending)
        {
                if (ending->stage == GIVEN_UP && path_is_below(ending->path, watch->path))
                        bytes = bng_sat_add(bytes, held_by_members(ending, watch, now));
        }
        return bytes;
}

bool dying_leave_too_much(struct watch *watch, uint64_t now, uint64_t *memory)
{
        uint64_t bytes = dying(watch, now);

        *memory = *memory > bytes ? *memory - bytes : 0;
        if (*memory <= policy_group_memory_max(watch->policy, watch_bases(watch))) {
                watch->whole->crowded = 0;
                return false;
        }
        if (watch->whole->crowded == 0)
                watch->whole->crowded = now;
        return now - watch->whole->crowded >= MOMENT_USEC;
}
