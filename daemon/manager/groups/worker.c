/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One process of a watched group. It is held (act_hold) before anything is remembered of it, so whatever
 * is decided later is about the very process that was measured. Here is its life, and the measure that is taken
 * all the time; beside it, in files of their own:
 *
 *   worker-facts    its names and its user, and so which policy is its own
 *   worker-parts    how it looks by the windows of groups that have other policies
 *   worker-proof    how much of its memory is its own, asked in another thread
 *   worker-subject  what the decision is told of it
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bounds/checked.h"
#include "manager/groups/worker.h"

/* Its start, on the loop's clock. The kernel tells it in whole ticks: taken is the latest that it can have been, so
 * that one who was started behind somebody's end does not look as if they had lived together. */
static uint64_t born(const struct worker *worker, uint64_t now)
{
        uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK), start = worker->target.start_time;
        uint64_t since_boot = clock_read(CLOCK_BOOTTIME), awake = clock_now(), age;

        start = start < UINT64_MAX / 1000000 ? (start + 1) * 1000000 / ticks : 0;
        age = since_boot > start ? since_boot - start : 0;
        return awake > age ? bng_min(awake - age, now) : 0;
}

/* False without memory. */
static bool find_domain(struct worker *worker)
{
        const struct host *host = &worker->watch->manager->host;
        const char *group = worker->target.group;
        char *end;

        if (strcmp(group, worker->watch->path) == 0 || !group_is_threaded(host, group))
                return true;
        worker->domain = strdup(group);
        if (!worker->domain)
                return false;
        do {
                end = strrchr(worker->domain, '/');
                if (!end || end == worker->domain)
                        break;
                *end = '\0';
        } while (group_is_threaded(host, worker->domain));
        return true;
}

const char *worker_home(const struct worker *worker)
{
        return worker->domain ? worker->domain : worker->target.group;
}

int worker_new(struct worker **ret, struct watch *watch, pid_t pid, uint64_t now)
{
        const struct host *host = &watch->manager->host;
        struct worker *worker = calloc(1, sizeof(*worker));
        int r;

        if (!worker)
                return -ENOMEM;
        worker->references = 1;
        worker->watch = watch;
        worker->target.pidfd = -1;
        worker->first_seen = now;
        worker->brought = UINT64_MAX;
        worker->cpu_counted = UINT64_MAX;
        series_init(&worker->series, 0, 0);
        r = process_reader_new(&worker->reader, host, pid);
        if (r >= 0)
                r = act_hold(&worker->target, host, worker->reader);
        if (r == ACT_DONE && !find_domain(worker))
                r = -ENOMEM;
        if (r != ACT_DONE) {
                worker_unref(worker);
                return r;
        }
        worker->born = born(worker, now);
        *ret = worker;
        return 0;
}

struct worker *worker_ref(struct worker *worker)
{
        worker->references++;
        return worker;
}

struct worker *worker_unref(struct worker *worker)
{
        if (!worker || --worker->references > 0)
                return NULL;
        act_release(&worker->target);
        process_reader_free(worker->reader);
        free(worker->domain);
        free(worker->comm);
        free(worker->argv0);
        free(worker->mapped);
        free(worker->cpu);
        series_free(&worker->series);
        worker_free_parts(worker);
        worker_free_family(worker->family);
        free(worker);
        return NULL;
}

int worker_measure(struct worker *worker, bool swaps, uint64_t now)
{
        struct process_memory memory;
        uint64_t swapped = 0;
        int r;

        r = process_read_memory(worker->reader, &memory);
        if (r < 0)
                return r;
        if (swaps) {
                r = process_read_swap(worker->reader, &swapped);
                if (r < 0)
                        return r;
        }
        worker->private = memory.private_bytes + swapped;
        worker->rss = memory.rss;
        worker->shared_pages = memory.rss - memory.private_bytes;
        worker->swap_read = swaps;
        if (worker->brought == UINT64_MAX)
                worker->brought = worker->private;
        series_push(&worker->series, now, worker->private);
        if (worker_memory(worker) > worker->peak)
                worker->peak = worker_memory(worker);
        return 0;
}

int worker_measure_once(struct worker *worker, bool swaps, uint64_t now)
{
        const struct series *series = &worker->series;
        bool done = series->n_pushed > 0 && series->latest.usec == now;

        return done && (worker->swap_read || !swaps) ? 0 : worker_measure(worker, swaps, now);
}

uint64_t worker_memory(const struct worker *worker)
{
        return worker->private > worker->shared ? worker->private - worker->shared : 0;
}
