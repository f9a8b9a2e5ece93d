/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdbool.h>
#include "predict/limbs.h"
#include "predict/scratch.h"
#include "predict/tuning.h"

/*
 * What multiplication allocates: which way mpn_mul goes, by the lengths of the factors. Short products
 * take the ways of scratch-toom.c. From some thousand limbs on, which tuning.c knows, GMP multiplies
 * by transforms, scratch-transform.c, of a factor that is much longer three times the other one's
 * length at a time. Never does a transform take less than Toom's methods for as many limbs or fewer,
 * so where it may be either, the transform counts.
 */

/* The highest MUL_FFT_THRESHOLD. */
#define ALL_TRANSFORM 11520

/* Could a >= b limbs be long enough for a transform? */
static bool may_transform(uint64_t a, uint64_t b)
{
        return (a + b + 1) / 2 >= bng_tuning().multiply && 3 * b >= bng_tuning().multiply;
}

/* Every table takes the transform. */
static bool surely_transforms(uint64_t a, uint64_t b)
{
        return (a + b) / 2 >= ALL_TRANSFORM && 3 * b >= ALL_TRANSFORM;
}

/* Three times the shorter one's length at a time, and in the end up to 3.5 times. */
static bool in_parts(uint64_t a, uint64_t b)
{
        return a >= 8 * b;
}

typedef uint64_t toom(uint64_t a, uint64_t b);

static uint64_t transformed(uint64_t a, uint64_t b, toom *short_product)
{
        if (in_parts(a, b))
                return 9 * b / 2 + bng_scratch_transform(7 * b / 2, b);
        uint64_t limbs = bng_scratch_transform(a, b);
        return surely_transforms(a, b) ? limbs : bng_max(limbs, short_product(a, b));
}

static uint64_t multiply(uint64_t a, uint64_t b, toom *short_product)
{
        uint64_t longer = bng_max(a, b);
        uint64_t shorter = bng_min(a, b);

        if (longer >= BNG_LIMBS_BEYOND)
                return BNG_LIMBS_BEYOND;
        return may_transform(longer, shorter) ? transformed(longer, shorter, short_product)
                                              : short_product(longer, shorter);
}

/* A longer factor that may be too short to be taken in parts holds more at once. */
uint64_t bng_scratch_multiply(uint64_t a, uint64_t b)
{
        uint64_t shorter = bng_min(a, b);
        uint64_t limbs = multiply(a, b, bng_scratch_toom_up_to);

        return in_parts(bng_max(a, b), shorter)
                       ? bng_max(limbs, multiply(bng_sat_sub(8 * shorter, 1), shorter,
                                                 bng_scratch_toom_up_to))
                       : limbs;
}

uint64_t bng_scratch_product(uint64_t a, uint64_t b)
{
        uint64_t longer = bng_max(a, b), shorter = bng_min(a, b);
        uint64_t limbs = multiply(a, b, bng_scratch_toom_multiply);
        bool may_be_whole = in_parts(longer, shorter) && !in_parts(longer - longer / 16, shorter);

        return may_be_whole ? bng_max(limbs, multiply(bng_sat_sub(8 * shorter, 1), shorter,
                                                      bng_scratch_toom_multiply))
                            : limbs;
}

uint64_t bng_scratch_square(uint64_t a)
{
        if (a >= BNG_LIMBS_BEYOND)
                return BNG_LIMBS_BEYOND;
        return a < bng_tuning().square ? bng_scratch_toom_square(a)
                                       : bng_scratch_transform_square(a);
}

/* ---- of lengths that are known ---- */

/* The last part of a longer factor, which is between half of b and 3.5 b. */
static uint64_t last_part(uint64_t a, uint64_t b)
{
        uint64_t parts = bng_div_up(2 * a - 7 * b + 1, 6 * b);

        return a - 3 * b * parts;
}

static uint64_t exact_product(uint64_t a, uint64_t b)
{
        if (!may_transform(a, b))
                return bng_scratch_toom_exactly(a, b);
        if (in_parts(a, b)) {
                uint64_t last = last_part(a, b);
                return 9 * b / 2 + bng_max(bng_scratch_transform_exactly(3 * b, b, false),
                                           exact_product(bng_max(last, b), bng_min(last, b)));
        }
        uint64_t limbs = bng_scratch_transform_exactly(a, b, false);
        return surely_transforms(a, b) ? limbs : bng_max(limbs, bng_scratch_toom_exactly(a, b));
}

uint64_t bng_scratch_exact_product(uint64_t a, uint64_t b)
{
        if (bng_max(a, b) >= BNG_LIMBS_BEYOND)
                return BNG_LIMBS_BEYOND;
        return exact_product(bng_max(a, b), bng_min(a, b));
}

uint64_t bng_scratch_exact_square(uint64_t a)
{
        return a < bng_tuning().square || a >= BNG_LIMBS_BEYOND
                       ? bng_scratch_square(a)
                       : bng_scratch_transform_exactly(a, a, true);
}

/* ---- of lengths of which only the sum is ---- */

uint64_t bng_scratch_multiply_any(uint64_t n)
{
        /* Where more of them may all be a transform, fewer need not. */
        uint64_t shorter = bng_min(n, 2 * ALL_TRANSFORM - 1);
        uint64_t limbs = bng_scratch_toom_up_to(shorter, shorter / 2);

        if (n >= BNG_LIMBS_BEYOND)
                return BNG_LIMBS_BEYOND;
        /* A factor is longer than half of them, and reduced. */
        return may_transform(n, n) ? bng_max(limbs, bng_scratch_transform(n, 0)) : limbs;
}
