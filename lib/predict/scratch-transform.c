/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdbool.h>
#include "predict/limbs.h"
#include "predict/scratch.h"
#include "predict/tuning.h"

/*
 * What products by a Fourier transform allocate (mpn_nussbaumer_mul, mpn_mulmod_bnm1, mpn_mul_fft):
 *
 *   A product of n limbs is made modulo B^h - 1 and modulo B^h + 1, with h >= n/2 a multiple of
 *   2^k. Putting the two together takes 2h limbs, and h more where a factor is longer than h and
 *   has to be reduced. If that makes it a limb too long it is copied once more, before there is the
 *   block for the other factor, and that is longer.
 *
 *   Modulo B^h + 1 it is a transform of 2^k pieces of h/2^k limbs. A piece takes twice its length
 *   and k bits, rounded up to a multiple of 2^k bits, and where it is so long that pieces are
 *   multiplied by transforms themselves, to a multiple of their length. Both factors lie there in
 *   pieces; of a square the second block is only as long as the result.
 *
 *   Modulo B^h - 1 it is made of the same two for h/2, and so on.
 *
 * Only k is not known: GMP takes it from a table that is tuned for the processor that it was built
 * for. The GMP that is linked may tell it (tuning.c), and then the lengths of the factors say all.
 *
 * Where it does not, or where factors may be shorter, the bound is the worst of all k. All tables
 * of GMP 6.2 and 6.3 keep to 2^k < h/3.6 and 4^k < 8/3 of the bits of h. What is rounded up stays
 * within 1.6 times its length, but for k >= 11, where the last row of a table also serves lengths
 * for which it was not tuned. With these limits a little widened it holds for any processor. Right
 * above odd powers of two it is half above what a well tuned table takes, elsewhere closer.
 *
 * Where factors may be shorter no fewer limbs may take more. Each k that may be for fewer may be for
 * more of them, and of those the next multiple of 2^k is no less; it has pieces no shorter, but for
 * k that would round up a length by more than 1.6 times. No table has such a k there, but it may have
 * it a little below; so such pieces count with 1.6 times the length instead of not at all.
 */

/* A transform modulo B^h + 1 does not pay off below, and what else there is fits on the stack. */
#define STACK_LIMBS_MODULO 300

/* Headers of blocks, and what is rounded up once. */
#define ROUNDING 128

/* FFT_FIRST_K; the least k for lengths that take a transform. */
#define K_FIRST 4
#define K_MIN 5
/* From here on the last row of a table may be used beyond what it was tuned for. */
#define K_LOOSE (GMP_NUMB_BITS == 64 ? 12 : 11)

/* The least and the greatest of MUL_FFT_MODF_THRESHOLD and SQR_FFT_MODF_THRESHOLD. */
#define PIECE_MIN 65
#define PIECE_MAX 1168

static uint64_t multiple(uint64_t n, unsigned k)
{
        return (((n - 1) >> k) + 1) << k;
}

/* A piece of h limbs in 2^k with its room, before it is rounded up for transforms of its own. */
static uint64_t piece_of(uint64_t h, unsigned k)
{
        uint64_t unit = bng_max(UINT64_C(1) << k, GMP_NUMB_BITS);
        uint64_t bits = (2 * h * GMP_NUMB_BITS >> k) + k + 2;

        return (bits / unit + 1) * unit / GMP_NUMB_BITS;
}

/* mpn_fft_initl, and the pointers to pieces. */
static uint64_t tables(unsigned k)
{
        return UINT64_C(4) << k;
}

/* ---- any k ---- */

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

/* How the lengths are known from which the worst follows. */
enum lengths {
        EXACT,
        UP_TO,
};

/* mpn_mul_fft of h limbs in 2^k pieces; 0 where no table splits exactly so many like that. */
static uint64_t transform(uint64_t h, unsigned k, bool is_square, enum lengths lengths)
{
        uint64_t piece = recursive(piece_of(h, k));
        uint64_t longest = k < K_LOOSE ? 16 * h / 5 >> k : piece;

        if (piece > longest && lengths == EXACT)
                return 0;
        piece = bng_min(piece, longest);
        uint64_t pieces = (piece + 1) << k;
        uint64_t second = is_square ? h + piece + 1 : pieces;
        /* And a transform of a piece. */
        return pieces + second + 10 * piece + tables(k);
}

static uint64_t worst_transform(uint64_t h, bool is_square, enum lengths lengths)
{
        uint64_t worst = 0;

        for (unsigned k = K_MIN; plausible(h, k, 7) && h % (UINT64_C(1) << k) == 0; k++)
                worst = bng_max(worst, transform(h, k, is_square, lengths));
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

/* Is the longer factor reduced, or may it be where the other one is shorter: then h is below it. */
static uint64_t reduced(uint64_t a, uint64_t h, bool is_square, enum lengths lengths)
{
        if (a > h)
                return h;
        return is_square || lengths == EXACT ? 0 : a;
}

static uint64_t any_product(uint64_t a, uint64_t b, bool is_square, enum lengths lengths)
{
        uint64_t half = bng_div_up(a + b, 2);
        uint64_t worst = 0;

        for (unsigned k = K_MIN; plausible(half, k, 7); k++) {
                uint64_t h = multiple(half, k);
                worst = bng_max(worst, 2 * h + reduced(a, h, is_square, lengths) +
                                               worst_transform(h, is_square, lengths));
        }
        return widened(worst + ROUNDING);
}

uint64_t bng_scratch_transform(uint64_t a, uint64_t b)
{
        return any_product(a, b, false, UP_TO);
}

uint64_t bng_scratch_transform_square(uint64_t a)
{
        return any_product(a, a, true, UP_TO);
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
                worst = bng_max(worst, (held + 1) * h + worst_transform(h, false, UP_TO));
        }
        return worst + ROUNDING;
}

/* ---- the k that GMP says ---- */

static unsigned split(uint64_t limbs, bool is_square)
{
        return (unsigned)bng_tuning_split(limbs, is_square);
}

static bool is_multiple(uint64_t n, unsigned k)
{
        return n % (UINT64_C(1) << k) == 0;
}

/* A longer piece may have another k again. */
static uint64_t rounded_piece(uint64_t piece, bool is_square)
{
        while (piece >= PIECE_MIN && !is_multiple(piece, split(piece, is_square)))
                piece = multiple(piece, split(piece, is_square));
        return piece;
}

/*
 * mpn_fft_mul_modF_K: the products of pieces of n limbs, by limbs or by transforms again. Pieces
 * between the least threshold and the greatest may take either way.
 */
static uint64_t products_of_pieces(uint64_t n, bool is_square)
{
        uint64_t by_limbs = n < PIECE_MAX ? 2 * n + bng_scratch_toom_up_to(n, n) : 0;

        if (n < PIECE_MIN || !is_multiple(n, split(n, is_square)))
                return by_limbs;
        unsigned k = split(n, is_square);
        uint64_t piece = rounded_piece(piece_of(n, k), is_square);
        if (piece >= n)
                return by_limbs;
        /* A factor with its carry is copied to be split. */
        uint64_t inner = bng_max(n + 1, products_of_pieces(piece, is_square));
        uint64_t by_transform = (2 * (piece + 1) << k) + 2 * (piece + 1) + tables(k) + inner;
        return bng_max(by_limbs, by_transform);
}

/* mpn_mul_fft of h limbs, a multiple of 2^k. */
static uint64_t exact_transform(uint64_t h, unsigned k, bool is_square)
{
        uint64_t piece = rounded_piece(piece_of(h, k), is_square);
        uint64_t pieces = (piece + 1) << k;
        uint64_t second = is_square ? h - (h >> k) + piece + 1 : pieces;

        return pieces + second + 2 * (piece + 1) + tables(k) + products_of_pieces(piece, is_square);
}

/*
 * Modulo B^n + 1, with the greatest k up to the table's that has 2^k in n. What is too short for a
 * transform, or has too few twos, is an ordinary product.
 */
static uint64_t modulo_plus_one(uint64_t n, bool is_square)
{
        unsigned k = split(n, is_square);

        while (!is_multiple(n, k))
                k--;
        uint64_t limbs = n < PIECE_MAX || k < K_FIRST ? bng_scratch_multiply(n + 1, n + 1) : 0;
        return k < K_FIRST ? limbs : bng_max(limbs, exact_transform(n, k, is_square));
}

static uint64_t modulo_all(uint64_t h, bool is_square)
{
        uint64_t worst = 0;

        for (; h >= STACK_LIMBS_MODULO; h /= 2) {
                worst = bng_max(worst, modulo_plus_one(h, is_square));
                if (h % 2 == 1)
                        return bng_max(worst, bng_scratch_multiply(h, h));
        }
        return worst;
}

uint64_t bng_scratch_transform_exactly(uint64_t a, uint64_t b, bool is_square)
{
        uint64_t half = bng_div_up(a + b, 2);

        if (half < PIECE_MAX || bng_tuning_split(2 * half, is_square) < 0)
                return any_product(a, b, is_square, EXACT);
        uint64_t h = multiple(half, split(half, is_square));
        return 2 * h + reduced(a, h, is_square, EXACT) + modulo_all(h, is_square) + ROUNDING;
}
