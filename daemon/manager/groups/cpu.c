/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * CPU time, for policies with CpuTimeMax= and for nobody else: one more file a worker, read sixteen
 * times a window and not more often.
 *
 * A group's is the kernel's own count where the watched hierarchy has one. Elsewhere (v1 counts CPU time
 * in a hierarchy of its own, whose groups may be other ones) it is summed up from what the counters of
 * the processes gained between two readings: a lower bound, because what a process does after its last
 * reading is lost with it.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "manager/groups/cpu.h"
#include "manager/groups/watch.h"

/* Keeps *cpu as the policy asks. False: nothing is to be read now. */
static bool is_wanted(struct cpu_use **cpu, const struct policy *policy, enum policy_scope judged,
                      uint64_t now)
{
        if (!policy || policy->cpu_time_max == POLICY_UNSET || policy->scope != judged) {
                free(*cpu);
                *cpu = NULL;
                return false;
        }
        if (*cpu && (*cpu)->window != policy->cpu_window)
                cpu_init(*cpu, policy->cpu_window);
        if (!*cpu) {
                *cpu = malloc(sizeof(**cpu));
                if (!*cpu)
                        return false; /* the next look tries again */
                cpu_init(*cpu, policy->cpu_window);
        }
        return cpu_is_due(*cpu, now);
}

int cpu_measure_worker(struct worker *worker, uint64_t now)
{
        uint64_t used;
        int r;

        if (!is_wanted(&worker->cpu, worker->policy, SCOPE_WORKER, now))
                return 0;
        r = process_read_cpu(worker->reader, &used);
        if (r >= 0)
                cpu_push(worker->cpu, now, used);
        return r;
}

/* What a process gained since its last reading counts for every group above it. */
static void count(struct worker *worker)
{
        uint64_t used, gained = 0;
        struct watch *above;

        if (process_read_cpu(worker->reader, &used) < 0)
                return;
        if (worker->cpu_counted != UINT64_MAX && used > worker->cpu_counted)
                gained = used - worker->cpu_counted;
        worker->cpu_counted = used;
        for (above = worker->watch->manager->watches; above; above = above->hh.next)
                if (above->cpu && path_is_below(worker->target.group, above->path))
                        above->cpu_summed += gained;
}

int cpu_measure_group(struct watch *watch, uint64_t now)
{
        struct worker *worker;
        struct watch *below;
        uint64_t used;
        int r;

        if (!is_wanted(&watch->cpu, watch->policy, SCOPE_GROUP, now))
                return 0;
        r = group_read_cpu(watch->reader, &used);
        if (r == -ENODATA) {
                for (below = watch_below(watch, NULL); below; below = watch_below(watch, below))
                        for (worker = below->workers; worker; worker = worker->hh.next)
                                count(worker);
                used = watch->cpu_summed;
                r = 0;
        }
        if (r >= 0)
                cpu_push(watch->cpu, now, used);
        return r;
}
