/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdbool.h>
#include "predict/limbs.h"
#include "predict/scratch.h"

/*
 * What products below the length of transforms allocate: mpn_mul, mpn_mul_n and mpn_sqr by the
 * methods of Toom and Cook. A block of up to 0x7f00 bytes comes from the stack; a longer one from
 * the hooks. Factors that are nearly as long as each other, to 3 : 4, are split in 6 to 8 pieces;
 * other ones in 2 to 6, and of a longer one is taken twice the length of the shorter one at a time,
 * beside the product made so far. Pieces are then multiplied in the block, but for some that
 * mpn_mul gets, with blocks of its own.
 *
 * Which way it goes depends on the ratio of the lengths, so both count where it is less than a
 * sixteenth away from where they part. The constants hold for all thresholds of gmp-mparam.h.
 */

#define ROUNDING 1024

/* No product of fewer limbs takes more than the stack. */
#define STACK_LIMBS 1000

/* Up to so many limbs of both factors. */
static uint64_t pieces(uint64_t limbs)
{
        return limbs <= STACK_LIMBS ? 0 : bng_scratch_toom_up_to(limbs, limbs);
}

/* In six to eight pieces: mpn_toom8h_mul_itch, which is above the ones of Toom44 and Toom6h. */
static uint64_t by_eight(uint64_t a, uint64_t b)
{
        return bng_block_limbs(15 * (a + b) / 14 + ROUNDING) + pieces(a / 6 + 2);
}

/* Of a factor of less than 5/2 of b the pieces are less than 5/12 of it; what is split in fewer is short. */
static uint64_t pieces_of_three(uint64_t b)
{
        return pieces(5 * b / 12 + 32);
}

/* ITCH_TOOMX3; where it is in 5 and 3 pieces, their sums beside. */
static uint64_t by_three(uint64_t a, uint64_t b)
{
        bool may_be_five = 16 * 2 * a + 1024 >= 15 * 3 * b && 15 * 6 * a <= 16 * 11 * b + 1024;
        uint64_t sums = may_be_five ? bng_block_limbs(10 * (bng_max(a / 5, b / 3) + 2)) : 0;

        return bng_block_limbs(4 * b + 64) + sums + pieces_of_three(b);
}

/* What is left of a longer factor in the end is between half and 5/2 of b long. */
static uint64_t last_piece(uint64_t b)
{
        return bng_max(by_eight(b + b / 2, b), by_three(b + b * 5 / 6, b));
}

/* Twice the shorter one's length at a time. */
static uint64_t by_parts(uint64_t b)
{
        return bng_block_limbs(4 * b + 64) + bng_block_limbs(7 * b / 2) +
               bng_max(last_piece(b), pieces_of_three(b));
}

uint64_t bng_scratch_toom_multiply(uint64_t a, uint64_t b)
{
        uint64_t limbs = 0;

        if (16 * 4 * b + 1024 >= 15 * 3 * a)
                limbs = by_eight(a, b);
        if (15 * 4 * b <= 16 * 3 * a + 1024)
                limbs = bng_max(limbs, by_three(a, b));
        if (16 * 2 * a + 1024 >= 15 * 5 * b)
                limbs = bng_max(limbs, by_parts(b));
        return limbs;
}

/*
 * The products of pieces of a and of b, which is split in three: of n limbs and a carry each, but for
 * the highest ones.
 */
static uint64_t products_of_three(uint64_t a, uint64_t b)
{
        unsigned parts = 6 * a < 7 * b ? 3 : 2 * a < 3 * b ? 4 : 6 * a < 11 * b ? 5 : 6;
        uint64_t n = bng_max(bng_div_up(a, parts), bng_div_up(b, 3));
        uint64_t highest_a = bng_sat_sub(a, (parts - 1) * n);
        uint64_t highest_b = bng_sat_sub(b, 2 * n);
        uint64_t sums = parts == 5 ? bng_block_limbs(10 * (n + 1)) : 0;
        uint64_t equal = n < STACK_LIMBS ? 0 : by_eight(n + 1, n + 1);

        return sums + bng_max(equal, bng_scratch_toom_exactly(bng_max(highest_a, highest_b),
                                                              bng_min(highest_a, highest_b)));
}

/* As mpn_mul tells them apart. What has fewer limbs than that needs no more than the stack has. */
uint64_t bng_scratch_toom_exactly(uint64_t a, uint64_t b)
{
        if (b <= STACK_LIMBS)
                return 0;
        if (4 * b > 3 * a + 12)
                return by_eight(a, b);
        if (2 * a < 5 * b)
                return bng_block_limbs(4 * b + 64) + products_of_three(a, b);
        uint64_t last = a - bng_div_up(2 * a - 5 * b + 1, 4 * b) * 2 * b;
        uint64_t limbs = bng_max(products_of_three(2 * b, b),
                                 bng_scratch_toom_exactly(bng_max(last, b), bng_min(last, b)));
        return bng_block_limbs(4 * b + 64) + bng_block_limbs(7 * b / 2) + limbs;
}

/*
 * The ratios of the shorter factor to the longer one that take most: each of the longest two factors that
 * have it, and five pieces of the longest that are still that many. GMP takes 12 limbs for nothing where it
 * compares four of the shorter one with three of the longer.
 */
uint64_t bng_scratch_toom_up_to(uint64_t a, uint64_t b)
{
        static const unsigned twelfths[] = {5, 8, 9};
        uint64_t limbs = bng_max(bng_scratch_toom_multiply(a, b),
                                 bng_scratch_toom_multiply(bng_min(a, 11 * b / 6), b));

        for (size_t i = 0; i < sizeof twelfths / sizeof *twelfths; i++) {
                uint64_t shorter = bng_min(b, a * twelfths[i] / 12 + 3);
                uint64_t longer = bng_min(a, bng_max(b, 12 * b / twelfths[i]));
                limbs = bng_max(limbs, bng_scratch_toom_multiply(longer, shorter));
        }
        return limbs;
}

uint64_t bng_scratch_toom_square(uint64_t a)
{
        return bng_block_limbs(15 * a / 8 + ROUNDING);
}
