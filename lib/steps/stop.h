/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Why long work may have to end early: somebody set the flag, or its time is over. Whoever works
 * asks between two steps.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define BNG_NSEC_NEVER UINT64_MAX

struct bng_stop {
        atomic_bool interrupted; /* set by any thread or signal handler */
        uint64_t until_nsec;     /* on the monotonic clock; BNG_NSEC_NEVER: no deadline */
};

/* The monotonic clock. */
uint64_t bng_now_nsec(void);

static inline bool bng_stop_asked(const struct bng_stop *stop)
{
        return atomic_load_explicit(&stop->interrupted, memory_order_relaxed);
}

static inline bool bng_stop_late(const struct bng_stop *stop)
{
        return stop->until_nsec != BNG_NSEC_NEVER && bng_now_nsec() >= stop->until_nsec;
}

static inline bool bng_stop_now(const struct bng_stop *stop)
{
        return bng_stop_asked(stop) || bng_stop_late(stop);
}
