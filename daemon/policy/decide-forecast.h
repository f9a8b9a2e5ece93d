/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The small sums that decide.c (what is broken), decide-culprit.c (by whom) and decide-look.c (when to look
 * again) have in common, and nobody else. Sums saturate; forecasts are made in doubles, whose 53 bits are
 * more than a rate deserves, and come back to integers only through to_u64().
 */

#include "bounds/checked.h"
#include "policy/decide.h"

#define USEC_PER_SEC 1e6

/* A growth window is looked at so often that each of its parts holds samples. */
#define LOOKS_PER_GROWTH_WINDOW 20

/* A limit may be passed by a 20th while there is grace, and a contribution of less is noise. */
static inline uint64_t twentieth(uint64_t bytes)
{
        return bytes / 20;
}

/* Towards zero; negative is 0, too large is UINT64_MAX. */
static inline uint64_t to_u64(double value)
{
        if (!(value > 0))
                return 0;
        return value < 0x1p64 ? (uint64_t)value : UINT64_MAX;
}

/* Microseconds until `memory` is at `limit`. */
static inline uint64_t time_to(uint64_t limit, uint64_t memory, double rate)
{
        if (limit == UINT64_MAX)
                return UINT64_MAX;
        if (memory >= limit)
                return 0;
        if (rate <= 0)
                return UINT64_MAX;
        return to_u64((double)(limit - memory) / rate * USEC_PER_SEC);
}

/* From the moment that a burst could be found to its first signal: two looks and a busy machine. */
static inline uint64_t reaction(const struct series *series)
{
        return 2 * (series->growth_window / LOOKS_PER_GROWTH_WINDOW) + 100000;
}

/* One of a crash loop may pass its limit a little. */
static inline uint64_t in_force(uint64_t own_limit, const struct subject *subject)
{
        return own_limit > subject->tolerated ? own_limit : subject->tolerated;
}

/* Of what a family gained, bytes: what it gained by starting processes, 0 unless that is the larger part. */
static inline double most_by_starting(double grown, double by_members)
{
        return by_members < grown / 2 ? grown - by_members : 0;
}
