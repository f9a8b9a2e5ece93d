/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Size arithmetic that cannot wrap: the one place for the whole library.
 *
 * _sat functions stop at the end of the range, which for an upper bound means "this or more" and is
 * therefore still true; _checked functions say false and leave the result untouched. Use _sat where
 * a limit is compared next, _checked where the exact number is needed.
 */

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t bng_sat_add(uint64_t a, uint64_t b)
{
        uint64_t sum;

        return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static inline uint64_t bng_sat_sub(uint64_t a, uint64_t b)
{
        return a > b ? a - b : 0;
}

static inline uint64_t bng_sat_mul(uint64_t a, uint64_t b)
{
        uint64_t product;

        return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

/* a / b rounded up, b > 0; cannot overflow. */
static inline uint64_t bng_div_up(uint64_t a, uint64_t b)
{
        return a / b + (a % b != 0);
}

/* Of two sizes or moments, in one unit. */
static inline uint64_t bng_max(uint64_t a, uint64_t b)
{
        return a > b ? a : b;
}

static inline uint64_t bng_min(uint64_t a, uint64_t b)
{
        return a < b ? a : b;
}

static inline bool bng_checked_add(uint64_t a, uint64_t b, uint64_t *sum)
{
        uint64_t s;

        if (__builtin_add_overflow(a, b, &s))
                return false;
        *sum = s;
        return true;
}

static inline bool bng_checked_mul(uint64_t a, uint64_t b, uint64_t *product)
{
        uint64_t p;

        if (__builtin_mul_overflow(a, b, &p))
                return false;
        *product = p;
        return true;
}
