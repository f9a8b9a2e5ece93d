/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A policy without limits, and workers that grow by a line, for the tests of decisions. */

#include "policy/decide.h"

#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

static struct policy policy;
static struct series series;

static int fresh(void **state)
{
        (void)state;
        policy = (struct policy){
                .worker_memory_max = POLICY_UNSET,
                .group_memory_max = POLICY_UNSET,
                .growth_max = POLICY_UNSET,
                .growth_window = 10 * SECOND,
                .leak_max = POLICY_UNSET,
                .leak_window = 10 * MINUTE,
                .cpu_time_max = POLICY_UNSET,
                .cpu_window = MINUTE,
                .action = ACTION_TERMINATE,
                .scope = SCOPE_WORKER,
                .grace = 5 * SECOND,
        };
        series_init(&series, policy.leak_window, policy.growth_window);
        return 0;
}

/* A worker of `from` bytes that grew by `rate` bytes per second for `length`, a look every `every`. */
static inline struct subject grown(struct series *ret, uint64_t from, double rate, uint64_t length,
                                   uint64_t every)
{
        series_init(ret, policy.leak_window, policy.growth_window);
        for (uint64_t usec = 0; usec <= length; usec += every)
                series_push(ret, HOUR + usec, (uint64_t)((double)from + rate * (double)usec / 1e6));
        return (struct subject){
                .series = ret,
                .now = ret->latest.usec,
                .memory = ret->latest.bytes,
                .hard_limit = UINT64_MAX,
        };
}

static inline struct subject steady(uint64_t bytes)
{
        return grown(&series, bytes, 0, MINUTE, SECOND);
}

/* Where nothing is untold but who has departed. */
static inline size_t culprit(const struct subject *workers, size_t n, uint64_t departed)
{
        return decide_culprit(&policy, workers, n, &(struct untold){.departed = departed});
}
