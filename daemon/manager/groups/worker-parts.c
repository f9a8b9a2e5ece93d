/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How a worker looks by other windows than its own policy's. A group above it may be watched by another policy, and of
 * what the worker gained an hour ago nothing is why a group is over its limit that remembers ten seconds. So for each
 * pair of windows that is asked for it has a part: its samples, its family's, and what it maps of shared memory. By the
 * windows of its own policy it has all of that itself.
 */

#include <stdlib.h>
#include "manager/groups/worker.h"

#define PARTS_MAX 4 /* levels of groups with windows of their own */

struct family *worker_free_family(struct family *family)
{
        if (family)
                series_free(&family->series);
        free(family);
        return NULL;
}

void worker_free_parts(struct worker *worker)
{
        while (worker->parts) {
                struct part *part = worker->parts;

                worker->parts = part->next;
                series_free(&part->series);
                worker_free_family(part->family);
                free(part);
        }
}

/* The same windows: then the same samples tell of both. */
static bool has_windows(const struct series *series, const struct series *windows)
{
        return series->leak_window == windows->leak_window &&
               series->growth_window == windows->growth_window;
}

struct part *worker_find_part(const struct worker *worker, const struct series *windows)
{
        struct part *part = has_windows(&worker->series, windows) ? NULL : worker->parts;

        while (part && !has_windows(&part->series, windows))
                part = part->next;
        return part;
}

/* What was seen so far is not forgotten. Of more than there are policies above it the one goes that was asked for longest
 * ago: a reload has changed the windows. */
static struct part *add_part(struct worker *worker, const struct series *windows)
{
        struct part *part, *oldest = worker->parts;
        size_t n = 0;

        for (part = worker->parts; part; part = part->next, n++)
                if (part->series.latest.usec < oldest->series.latest.usec)
                        oldest = part;
        part = n < PARTS_MAX ? calloc(1, sizeof(*part)) : oldest;
        if (!part)
                return NULL;
        if (n < PARTS_MAX) {
                part->next = worker->parts;
                worker->parts = part;
        }
        part->mapped = (struct mapped){0};
        part->family = worker_free_family(part->family);
        series_init(&part->series, windows->leak_window, windows->growth_window);
        series_take_recent(&part->series, &worker->series);
        return part;
}

/* By the windows of its own policy. NULL without memory. */
static struct mapped *own_mapped(struct worker *worker)
{
        if (!worker->mapped)
                worker->mapped = calloc(1, sizeof(*worker->mapped));
        return worker->mapped;
}

static void measure_shmem(struct worker *worker, struct mapped *mapped, uint64_t window,
                          uint64_t now)
{
        uint64_t bytes;

        if (mapped->read == now || process_read_shmem(worker->reader, &bytes) < 0)
                return;
        mapped->read = now;
        if (mapped->since == 0)
                *mapped =
                        (struct mapped){.then = bytes, .before = bytes, .since = now, .read = now};
        mapped->bytes = bytes;
        if (now - mapped->since <= window)
                return;
        mapped->before = mapped->then;
        mapped->then = bytes;
        mapped->since = now;
}

void worker_take_part(struct worker *worker, const struct series *windows, uint64_t now)
{
        struct mapped *mapped;

        if (has_windows(&worker->series, windows))
                mapped = own_mapped(worker);
        else {
                struct part *part = worker_find_part(worker, windows);

                if (!part)
                        part = add_part(worker, windows);
                if (!part)
                        return;
                series_push(&part->series, now, worker->private);
                mapped = &part->mapped;
        }
        if (mapped)
                measure_shmem(worker, mapped, windows->growth_window, now);
}
