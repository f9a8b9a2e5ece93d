/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the tests of the bounds share: random numbers with a fixed seed, operands that sit where
 * bounds break (next to powers of two, at limb ends, 0 and 1), ranges that are known to hold an
 * operand, and the judgement whether a range holds a number, by GMP alone.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <gmp.h>
#include "bounds/range.h"
#include "extended.h"

#define SEED UINT64_C(20260301)

static uint64_t random_state = SEED;

static inline uint64_t random_u64(void)
{
        uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);

        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        return z ^ z >> 31;
}

static inline uint64_t random_below(uint64_t n)
{
        return random_u64() % n;
}

static inline unsigned random_cases(unsigned plain)
{
        return test_is_extended() ? 10 * plain : plain;
}

/* Of every bit length alike, and often a power of two, its neighbours, or all ones. */
static inline uint64_t random_edge_u64(void)
{
        unsigned bits = (unsigned)random_below(65);
        uint64_t top = bits ? UINT64_C(1) << (bits - 1) : 0;

        switch (random_below(6)) {
        case 0:
                return top;
        case 1:
                return top - 1;
        case 2:
                return top + 1;
        case 3:
                return random_below(8);
        default:
                return top | (top ? random_u64() & (top - 1) : 0);
        }
}

/* A number of up to max_bits bits, >= 0, of the same kinds. */
static inline void random_operand(mpz_t n, unsigned max_bits)
{
        static const unsigned ends[] = {0, 1, 2, 63, 64, 65, 127, 128, 129, 191, 192, 193, 256};
        unsigned bits = random_below(2) ? (unsigned)random_below(max_bits + 1)
                                        : ends[random_below(sizeof ends / sizeof ends[0])];
        unsigned kind = (unsigned)random_below(7);

        mpz_set_ui(n, 0);
        if (bits > max_bits)
                bits = max_bits;
        if (!bits)
                return;
        mpz_setbit(n, bits - 1);
        if (kind == 0)
                return;
        if (kind == 1 || kind == 2) {
                if (kind == 1)
                        mpz_sub_ui(n, n, 1);
                else
                        mpz_add_ui(n, n, random_below(3));
                return;
        }
        for (unsigned i = 0; i < bits - 1; i++)
                /* Kind 3: zeros below the leading limb; 4: all ones; else noise. */
                if (kind == 4 || ((kind > 4 || i + 64 >= bits) && random_below(2)))
                        mpz_setbit(n, i);
}

static inline uint64_t bits_of(const mpz_t n)
{
        return mpz_sgn(n) ? mpz_sizeinbase(n, 2) : 0;
}

/* The leading 64 bits, left-aligned, and whether only zeros follow; n > 0. */
static inline uint64_t lead_of(const mpz_t n, bool *exact)
{
        uint64_t bits = bits_of(n), lead;
        mpz_t top;

        mpz_init(top);
        if (bits > 64)
                mpz_tdiv_q_2exp(top, n, bits - 64);
        else
                mpz_mul_2exp(top, n, 64 - bits);
        mpz_export(&lead, NULL, -1, sizeof lead, 0, 0, top);
        *exact = bits <= 64 || mpz_scan1(n, 0) >= bits - 64;
        mpz_clear(top);
        return lead;
}

static inline struct bng_range sharp_range(const mpz_t n)
{
        bool exact;
        uint64_t lead;

        if (!mpz_sgn(n))
                return bng_range_zero();
        lead = lead_of(n, &exact);
        return bng_range_of_leading(bits_of(n), lead, exact);
}

/* One of the ranges that hold |n|: sharp, by its bits, by bits known nearly, with a zero. */
static inline struct bng_range random_range(const mpz_t n)
{
        uint64_t bits = bits_of(n), below = random_below(4), above = random_below(4);
        struct bng_range range = sharp_range(n);

        if (random_below(2))
                range = bng_range_of_bits(bits, bits);
        if (!random_below(4))
                range = bng_range_of_bits(bits > below ? bits - below : 0, bits + above);
        if (!random_below(6))
                range = bng_range_or_zero(range);
        if (!random_below(40))
                range = bng_range_unknown();
        return range;
}

static inline bool holds_bits(bng_bounds bounds, uint64_t bits)
{
        return bounds.bits_min <= bits && bits <= bounds.bits_max;
}

/* n >= 0 is this number of 64 bits, which may be more than an unsigned long. */
static inline bool is_value(const mpz_t n, uint64_t value)
{
        mpz_t other;
        bool same;

        mpz_init(other);
        mpz_import(other, 1, 1, sizeof value, 0, 0, &value);
        same = mpz_cmp(n, other) == 0;
        mpz_clear(other);
        return same;
}

static inline bool holds(struct bng_range range, const mpz_t signed_n)
{
        bng_bounds bounds = bng_range_bits(range);
        bng_digits digits = bng_range_digits(range, 10);
        mpz_t n;
        bool good;

        mpz_init(n);
        mpz_abs(n, signed_n);
        good = holds_bits(bounds, bits_of(n));
        if (range.known)
                good = good && is_value(n, range.value);
        if (!mpz_sgn(n))
                good = good && range.may_be_zero;
        else if (range.surely_zero)
                good = false;
        if (range.surely_zero)
                good = good && range.known && !range.value && range.may_be_zero;
        if (bits_of(n) < 4096) {
                char *text = mpz_get_str(NULL, 10, n);
                size_t length = strlen(text);

                good = good && digits.digits_min <= length && length <= digits.digits_max;
                free(text);
        }
        mpz_clear(n);
        return good;
}

#define assert_holds(range, n, ...)                                                                \
        do {                                                                                       \
                struct bng_range range_ = (range);                                                 \
                if (!holds(range_, n))                                                             \
                        fail_holds(range_, n, __VA_ARGS__);                                        \
        } while (0)

/* Says what failed: the operation, the operands, the number and the bounds it should be in. */
static inline void fail_holds(struct bng_range range, const mpz_t n, const char *what, ...)
{
        bng_bounds bounds = bng_range_bits(range);
        char text[1024];
        va_list args;

        va_start(args, what);
        gmp_vsnprintf(text, sizeof text, what, args);
        va_end(args);
        fail_msg("%s: %llu bits, bounds [%llu, %llu], zero %d/%d, known %d %llu (seed %llu)", text,
                 (unsigned long long)bits_of(n), (unsigned long long)bounds.bits_min,
                 (unsigned long long)bounds.bits_max, range.may_be_zero, range.surely_zero,
                 range.known, (unsigned long long)range.value, (unsigned long long)SEED);
}
