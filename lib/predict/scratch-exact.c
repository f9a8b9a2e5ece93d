/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/limbs.h"
#include "predict/scratch.h"
#include "predict/tuning.h"

/*
 * Division without a remainder goes from the lower end (mpn_divexact, mpn_bdiv_q). The quotient has
 * q limbs, and of neither operand more than q matter; an even divisor and they are copied to be
 * shifted. Then the dividend is copied and divided in halves, or multiplied by an inverse modulo a
 * power of B, as long as a step of the quotient. Each step is a product with the inverse, of which
 * only the lower half is kept (mpn_mullo_n), and one with the divisor modulo B^2h - 1 (see
 * scratch-inverse.c); a quotient that is longer than the divisor is made of what is left of the
 * dividend, which has room in the block too.
 */

#define ROUNDING 16

/* A product of twice `in` limbs, of which the lower half is kept. */
static uint64_t lower_half(uint64_t in)
{
        return bng_block_limbs(2 * in) + bng_scratch_product(in, in);
}

/* Steps of `in` limbs by d limbs, with so many halves, and of so many left. */
static uint64_t in_steps(uint64_t in, uint64_t d, uint64_t halves, uint64_t left)
{
        uint64_t h = bng_modulo_limbs(d);
        uint64_t block = bng_block_limbs(in + left + halves * h + ROUNDING);

        if (block == 0)
                return bng_max(bng_scratch_modulo(d, 0), lower_half(in));
        return in + left + ROUNDING +
               bng_max(bng_scratch_modulo(d, halves), halves * h + lower_half(in));
}

uint64_t bng_scratch_lower_half(uint64_t n)
{
        return lower_half(n);
}

uint64_t bng_scratch_montgomery(uint64_t n)
{
        return in_steps(n, n, 6, 0);
}

/* mpn_bdiv_q by d <= q limbs; where nobody knows which way, by either. */
static uint64_t quotient(uint64_t q, uint64_t d)
{
        uint64_t from = bng_tuning().exact_inverse;
        uint64_t in = q > d ? bng_div_up(q, bng_div_up(q, d)) : bng_div_up(q, 2);

        if (d < from)
                return bng_block_limbs(q);
        uint64_t steps = in_steps(in, d, 16 * in > 7 * d ? 6 : 5, q > d ? d : 0);
        return bng_max(steps, from == 0 ? bng_block_limbs(q) : 0);
}

uint64_t bng_scratch_exact(uint64_t n, uint64_t d, bool may_be_even)
{
        if (n < d || d <= 1)
                return 0;
        uint64_t q = n - d + 1;
        uint64_t shifted =
                may_be_even ? bng_block_limbs(bng_min(d, q + 1)) + bng_block_limbs(q + 1) : 0;
        return shifted + quotient(q, bng_min(d, q));
}

/*
 * The quotient has n - d limbs, a step half of it or less, or as many as the divisor: a third of n at
 * most.
 */
uint64_t bng_scratch_exact_up_to(uint64_t n, uint64_t d)
{
        uint64_t needed = bng_min(d, n / 2 + 1) + 1;
        uint64_t in = bng_min(needed, n / 3 + 2) + 1;
        uint64_t lower = 2 * in + bng_scratch_multiply(in, in);
        uint64_t steps = in + needed +
                         bng_max(bng_scratch_modulo(needed + 1, 6),
                                 6 * bng_modulo_limbs(needed + 1) + lower);

        return n + needed + 36 + bng_max(n + bng_scratch_multiply(needed, needed), steps);
}

/* A step is no longer than the divisor, nor than half of the quotient. */
uint64_t bng_scratch_exact_within(uint64_t q, uint64_t d)
{
        uint64_t needed = bng_min(d, q) + 1;
        uint64_t steps = in_steps(bng_min(needed, q / 2 + 1), needed, 6, needed);

        return bng_block_limbs(needed) + bng_block_limbs(q + 1) +
               bng_max(bng_block_limbs(q) + bng_scratch_product(needed / 2 + 1, needed / 2 + 1),
                       steps);
}
