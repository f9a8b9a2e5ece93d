/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Unsigned 64.64 fixed point with directed rounding: whole + frac/2^64, from 0 to 2^64 - 2^-64.
 *
 * Logarithms of sizes live here. A logarithm of base 2 of anything that memory can hold is below
 * 2^63, and 64 fractional bits leave room to multiply one by any exponent whose power GMP could
 * represent and still know the bit count to one bit. Every operation that rounds names the
 * direction (_dn, _up), and all saturate at 0 and at BNG_FIXED_MAX, which as an upper bound means
 * "unknown, larger". A 128-bit type is used for speed in one place only, because 32-bit targets
 * have none.
 */

#include <stdbool.h>
#include <stdint.h>

struct bng_fixed {
        uint64_t whole;
        uint64_t frac;
};

#define BNG_FIXED_MAX ((struct bng_fixed){UINT64_MAX, UINT64_MAX})
/* One unit in the last place, 2^-64: what rounding loses at most. */
#define BNG_FIXED_ULP ((struct bng_fixed){0, 1})

static inline struct bng_fixed bng_fixed_of(uint64_t whole)
{
        return (struct bng_fixed){whole, 0};
}

static inline int bng_fixed_compare(struct bng_fixed a, struct bng_fixed b)
{
        if (a.whole != b.whole)
                return a.whole < b.whole ? -1 : 1;
        return a.frac < b.frac ? -1 : a.frac > b.frac;
}

static inline bool bng_fixed_is_zero(struct bng_fixed a)
{
        return !a.whole && !a.frac;
}

/* Exact, up to saturation: BNG_FIXED_MAX above, 0 below. */
struct bng_fixed bng_fixed_add(struct bng_fixed a, struct bng_fixed b);
struct bng_fixed bng_fixed_sub(struct bng_fixed a, struct bng_fixed b);

/* a * b, off by less than one ulp. Exact where one factor is whole and the product fits. */
struct bng_fixed bng_fixed_mul_dn(struct bng_fixed a, struct bng_fixed b);
struct bng_fixed bng_fixed_mul_up(struct bng_fixed a, struct bng_fixed b);

/* a / n for n > 0, off by less than one ulp. */
struct bng_fixed bng_fixed_div_dn(struct bng_fixed a, uint64_t n);
struct bng_fixed bng_fixed_div_up(struct bng_fixed a, uint64_t n);

/* a * 2^-n, off by less than one ulp, for any n. */
struct bng_fixed bng_fixed_shr_dn(struct bng_fixed a, uint64_t n);
struct bng_fixed bng_fixed_shr_up(struct bng_fixed a, uint64_t n);

/* The smallest whole number >= a; saturates at UINT64_MAX. */
static inline uint64_t bng_fixed_ceil(struct bng_fixed a)
{
        return a.frac && a.whole != UINT64_MAX ? a.whole + 1 : a.whole;
}

/* hi * 2^64 + lo = a * b, exactly: in halves of 32 bits, for targets without a 128-bit type. */
static inline void bng_mul_halves(uint64_t a, uint64_t b, uint64_t *hi, uint64_t *lo)
{
        uint64_t a0 = (uint32_t)a, a1 = a >> 32;
        uint64_t b0 = (uint32_t)b, b1 = b >> 32;
        uint64_t low = a0 * b0;
        /* (2^32-1)^2 + 2*(2^32-1) = 2^64 - 1: neither sum overflows. */
        uint64_t mid = a1 * b0 + (low >> 32);
        uint64_t mid2 = a0 * b1 + (uint32_t)mid;

        *hi = a1 * b1 + (mid >> 32) + (mid2 >> 32);
        *lo = mid2 << 32 | (uint32_t)low;
}

/* The same, by one instruction where there is one. */
static inline void bng_mul_wide(uint64_t a, uint64_t b, uint64_t *hi, uint64_t *lo)
{
#ifdef __SIZEOF_INT128__
        __extension__ unsigned __int128 product = (unsigned __int128)a * b;

        *hi = (uint64_t)(product >> 64);
        *lo = (uint64_t)product;
#else
        bng_mul_halves(a, b, hi, lo);
#endif
}

static inline uint64_t bng_mul_high(uint64_t a, uint64_t b)
{
        uint64_t hi, lo;

        bng_mul_wide(a, b, &hi, &lo);
        return hi;
}

/* floor((hi * 2^64 + lo) / d) for hi < d, and the remainder. */
uint64_t bng_div_wide(uint64_t hi, uint64_t lo, uint64_t d, uint64_t *remainder);
