/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the decision is told of a worker: its memory and how it got there, what it had taken before anybody saw it,
 * what it maps, its family, and how far away the nearest limit is that is not its policy's.
 */

#include "bounds/checked.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"

/* Born within the growth window. */
static bool is_young(const struct worker *worker, uint64_t window, uint64_t now)
{
        return worker->brought < UINT64_MAX && now - worker->born <= window;
}

static const struct worker *find_parent(const struct worker *worker)
{
        const struct worker *parent = NULL;

        if (worker->watch)
                HASH_FIND(hh, worker->watch->workers, &worker->target.parent, sizeof(pid_t),
                          parent);
        return parent;
}

uint64_t worker_doubt(const struct worker *worker)
{
        if (worker->proven > 0 || !find_parent(worker))
                return 0;
        return bng_min(worker->brought, worker->private);
}

/* What it had taken by itself when it was first measured. Pages that it shares since its fork are its parent's;
 * before a proof says how many, all that the parent holds may be. */
static uint64_t at_sight(const struct worker *worker)
{
        const struct worker *parent = worker->proven == 0 ? find_parent(worker) : NULL;
        uint64_t shared = worker->shared;

        if (parent)
                shared = parent->private;
        return worker->brought > shared ? worker->brought - shared : 0;
}

/* A young one may have taken them all. */
static uint64_t mapped_growth(const struct mapped *mapped, bool young)
{
        uint64_t before = young ? 0 : mapped->before;

        return mapped->bytes > before ? mapped->bytes - before : 0;
}

static struct subject subject_by(const struct worker *worker, const struct series *series,
                                 const struct mapped *mapped, const struct family *family,
                                 uint64_t now)
{
        uint64_t memory = worker_memory(worker), left = UINT64_MAX;
        bool young = is_young(worker, series->growth_window, now);

        if (worker->watch) {
                left = worker->watch->reading.headroom;
                if (worker->watch->manager->available < left)
                        left = worker->watch->manager->available;
        }
        return (struct subject){
                .series = series,
                .now = now,
                .memory = memory,
                .tolerated = worker->answered.tolerated_up_to,
                .young = young,
                .at_sight = young ? at_sight(worker) : 0,
                .mapped = mapped->bytes,
                .mapped_growth = mapped_growth(mapped, young),
                .hard_limit = left < UINT64_MAX - memory ? memory + left : UINT64_MAX,
                .bases = worker->watch ? watch_bases(worker->watch)
                                       : (struct memory_bases){UINT64_MAX, UINT64_MAX},
                .family = family ? &family->series : NULL,
                .by_members = family ? family->by_members : (struct family_growth){0},
                .cpu = worker->cpu,
        };
}

struct subject worker_subject(const struct worker *worker, uint64_t now)
{
        static const struct mapped nothing;

        return subject_by(worker, &worker->series, worker->mapped ? worker->mapped : &nothing,
                          worker->family, now);
}

struct subject worker_part(const struct worker *worker, const struct series *windows, uint64_t now)
{
        const struct part *part = worker_find_part(worker, windows);

        return part ? subject_by(worker, &part->series, &part->mapped, part->family, now)
                    : worker_subject(worker, now);
}
