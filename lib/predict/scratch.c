/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdbool.h>
#include "predict/limbs.h"
#include "predict/scratch.h"
#include "predict/tuning.h"

/*
 * What multiplication allocates. Short products take the ways of scratch-toom.c. From some thousand
 * limbs on, which tuning.c knows, GMP multiplies by a Fourier transform (mpn_nussbaumer_mul,
 * mpn_mulmod_bnm1, mpn_mul_fft), and that asks the hooks:
 *
 *   A product of n limbs is made modulo B^h - 1 and modulo B^h + 1, with h >= n/2 a multiple of
 *   2^k. Putting the two together takes 2h limbs, and h more where a factor is longer than h and
 *   has to be reduced.
 *
 *   Modulo B^h + 1 it is a transform of 2^k pieces of h/2^k limbs. A piece takes twice its length
 *   and k bits, rounded up to a multiple of 2^k bits, and where it is so long that pieces are
 *   multiplied by transforms themselves, to a multiple of their length. Both factors lie there in
 *   pieces; of a square the second block is only as long as the result.
 *
 * Only k is not known: GMP takes it from a table that is tuned for the processor that it was built
 * for. All tables of GMP 6.2 and 6.3 keep to 2^k < h/3.6 and 4^k < 8/3 of
 * the bits of h. What is rounded up stays within 1.6 times its length, but for k >= 11, where the
 * last row of a table also serves lengths for which it was not tuned. So the bound is the worst of
 * all k that are within these limits, a little widened: it holds for any processor. Right above odd
 * powers of two it is half above what a well tuned table takes, elsewhere closer. Never does a
 * transform take less than Toom's methods for as many limbs or fewer, so where it may be either, the
 * transform counts.
 */

/* A transform modulo B^h + 1 does not pay off below, and what else there is fits on the stack. */
#define STACK_LIMBS_MODULO 300

/* Headers of blocks, and what is rounded up once. */
#define ROUNDING 128

/* The highest MUL_FFT_THRESHOLD. */
#define ALL_TRANSFORM 11520

#define K_MIN 5
/* From here on the last row of a table may be used beyond what it was tuned for. */
#define K_LOOSE (GMP_NUMB_BITS == 64 ? 12 : 11)

static uint64_t multiple(uint64_t n, unsigned k)
{
        return (((n - 1) >> k) + 1) << k;
}

/* Could a table tell to split n limbs into 2^k pieces of at least `least`/2 limbs? */
static bool plausible(uint64_t n, unsigned k, uint64_t least)
{
        return (UINT64_C(1) << k) * least / 2 <= n && UINT64_C(1) << 2 * k <= 3 * n * GMP_NUMB_BITS;
}

/* Limbs that a piece takes which is itself multiplied by transforms. */
static uint64_t recursive(uint64_t piece)
{
        unsigned k = K_MIN;

        if (piece < 150)
                return piece;
        while (plausible(piece, k, piece < 600 ? 7 : 11))
                k++;
        return multiple(piece, k - 1);
}

/* mpn_mul_fft of h limbs in 2^k pieces. */
static uint64_t transform(uint64_t h, unsigned k, bool is_square)
{
        uint64_t unit = k > 6 ? UINT64_C(1) << k : GMP_NUMB_BITS;
        uint64_t bits = (2 * h * GMP_NUMB_BITS >> k) + k + 2;
        uint64_t piece = recursive((bits / unit + 1) * unit / GMP_NUMB_BITS);

        if (k < K_LOOSE && 5 * (piece << k) > 16 * h)
                return 0;
        uint64_t pieces = (piece + 1) << k;
        uint64_t second = is_square ? h + piece + 1 : pieces;
        /* A transform of a piece, and tables. */
        return pieces + second + 10 * piece + (UINT64_C(4) << k);
}

static uint64_t worst_transform(uint64_t h, bool is_square)
{
        uint64_t worst = 0;

        for (unsigned k = K_MIN; plausible(h, k, 7) && h % (UINT64_C(1) << k) == 0; k++) {
                uint64_t limbs = transform(h, k, is_square);
                worst = limbs > worst ? limbs : worst;
        }
        return worst;
}

/*
 * With limbs of 32 bits a Fibonacci number was seen to hold 6 percent more than this: a sixth is added
 * to transforms there.
 */
static uint64_t widened(uint64_t limbs)
{
        return GMP_NUMB_BITS == 32 ? limbs + limbs / 6 : limbs;
}

enum factors {
        SQUARE,
        ANY,
        DENSE, /* the limb in the middle of the longer one is not 0 */
};

/*
 * A product of a >= b limbs by a transform. The longer factor, a1 B^h + a0, is reduced to a0 - a1
 * modulo B^h + 1. Where that is -1 it becomes B^h: a limb too long, and is reduced once more. Then a0
 * is a1 - 1 and no longer than a1, with zeros between the two, where a has its middle.
 */
static uint64_t by_transform(uint64_t a, uint64_t b, enum factors factors)
{
        uint64_t half = bng_div_up(a + b, 2);
        uint64_t worst = 0;

        for (unsigned k = K_MIN; plausible(half, k, 7); k++) {
                uint64_t h = multiple(half, k);
                uint64_t reduced = a <= h ? 0 : factors == DENSE ? h : 2 * h + 1;
                worst = bng_max(worst, 2 * h + reduced + worst_transform(h, factors == SQUARE));
        }
        return widened(worst + ROUNDING);
}

uint64_t bng_modulo_limbs(uint64_t n)
{
        uint64_t half = bng_div_up(n, 2);
        unsigned k = K_MIN;

        while (plausible(half, k, 7))
                k++;
        return multiple(half, k > K_MIN ? k - 1 : 3);
}

uint64_t bng_scratch_modulo(uint64_t n, uint64_t held)
{
        uint64_t half = bng_div_up(n, 2);
        uint64_t worst = held * bng_modulo_limbs(n);

        if (n >= BNG_LIMBS_BEYOND)
                return BNG_LIMBS_BEYOND;
        if (n < STACK_LIMBS_MODULO)
                return worst;
        for (unsigned k = K_MIN; plausible(half, k, 7); k++) {
                uint64_t h = multiple(half, k);
                worst = bng_max(worst, (held + 1) * h + worst_transform(h, false));
        }
        return worst + ROUNDING;
}

uint64_t bng_scratch_square(uint64_t a)
{
        if (a >= BNG_LIMBS_BEYOND)
                return BNG_LIMBS_BEYOND;
        return a < bng_tuning().square ? bng_scratch_toom_square(a) : by_transform(a, a, SQUARE);
}

/* Could a >= b limbs be long enough for a transform? */
static bool may_transform(uint64_t a, uint64_t b)
{
        return (a + b + 1) / 2 >= bng_tuning().multiply && 3 * b >= bng_tuning().multiply;
}

typedef uint64_t toom(uint64_t a, uint64_t b);

static uint64_t transformed(uint64_t a, uint64_t b, toom *short_product, enum factors factors)
{
        /* Three times the shorter one's length at a time, and in the end up to 3.5 times. */
        if (a >= 8 * b)
                return 9 * b / 2 + by_transform(7 * b / 2, b, ANY);
        uint64_t limbs = by_transform(a, b, factors);
        /* Of two factors of this length every table takes the transform. */
        return b >= ALL_TRANSFORM ? limbs : bng_max(limbs, short_product(a, b));
}

static uint64_t multiply(uint64_t a, uint64_t b, toom *short_product, enum factors factors)
{
        uint64_t longer = bng_max(a, b);
        uint64_t shorter = bng_min(a, b);

        if (longer >= BNG_LIMBS_BEYOND)
                return BNG_LIMBS_BEYOND;
        return may_transform(longer, shorter) ? transformed(longer, shorter, short_product, factors)
                                              : short_product(longer, shorter);
}

uint64_t bng_scratch_multiply(uint64_t a, uint64_t b)
{
        return multiply(a, b, bng_scratch_toom_up_to, ANY);
}

uint64_t bng_scratch_product(uint64_t a, uint64_t b)
{
        return multiply(a, b, bng_scratch_toom_multiply, ANY);
}

uint64_t bng_scratch_exact_product(uint64_t a, uint64_t b, bool may_be_sparse)
{
        return multiply(a, b, bng_scratch_toom_exactly, may_be_sparse ? ANY : DENSE);
}

uint64_t bng_scratch_multiply_any(uint64_t n)
{
        /* Where more of them may all be a transform, fewer need not. */
        uint64_t shorter = bng_min(n, 2 * ALL_TRANSFORM - 1);
        uint64_t limbs = bng_scratch_toom_up_to(shorter, shorter / 2);

        if (n >= BNG_LIMBS_BEYOND)
                return BNG_LIMBS_BEYOND;
        /* A factor is longer than half of them, and reduced. */
        return may_transform(n, n) ? bng_max(limbs, by_transform(n, 0, ANY)) : limbs;
}
