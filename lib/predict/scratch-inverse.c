/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/limbs.h"
#include "predict/scratch.h"

/*
 * What a division by an inverse holds (mpn_mu_div_qr, mpn_mu_divappr_q). The inverse has as many limbs
 * as a step of the quotient, and is itself made by products of its halves. Each step is a product
 * with the inverse, and one with the divisor, which is made modulo B^2h - 1 with 2h a little over the
 * divisor. One block has room for the inverse, for the second product and for its scratch: 2h limbs,
 * 2h more, and h more for each factor that is longer than h, as the divisor is. What those products
 * allocate for themselves comes on top, one at a time.
 */

/* Headers, carries, and the few limbs by which GMP's own estimates are more generous. */
#define ROUNDING 16

/* The limbs of a step, as mpn_mu_div_qr_choose_in has them. */
static uint64_t step_of(uint64_t q, uint64_t d)
{
        if (q > d)
                return bng_div_up(q, bng_div_up(q, d));
        return 3 * q > d ? bng_div_up(q, 2) : q;
}

/*
 * mpn_ni_invertappr of n limbs: Newton's steps double what is right of the inverse, by a product
 * modulo B^2h - 1, 2h a little over n, for which it has a block of 3h limbs, and a product of halves.
 */
static uint64_t inverse(uint64_t n)
{
        uint64_t half = n / 2 + 2;
        uint64_t h = bng_modulo_limbs(n + 1);
        uint64_t held = bng_block_limbs(3 * h + 4) > 0 ? 3 : 0;
        uint64_t limbs = bng_max(bng_scratch_modulo(n + 1, held),
                                 held * h + bng_scratch_product(half, half));

        return limbs + ROUNDING;
}

/*
 * The scratch of a step that is longer than h counts, also where it is a little shorter: a divisor with
 * zeros at its end may be taken without them.
 */
static uint64_t halves(uint64_t in, uint64_t d)
{
        return 16 * in > 7 * d ? 6 : 5;
}

/* Steps of `in` limbs by d limbs, with so many halves and `own` limbs more in the block. */
static uint64_t in_steps(uint64_t in, uint64_t d, uint64_t halves, uint64_t own, uint64_t beside)
{
        uint64_t h = bng_modulo_limbs(d + 1);
        uint64_t block = bng_block_limbs(in + own + halves * h + ROUNDING);
        uint64_t products = bng_max(inverse(in + 1), bng_scratch_product(in, in));

        if (block == 0)
                return bng_max(bng_scratch_modulo(d + 1, 0), bng_max(beside, products));
        uint64_t ring = bng_scratch_modulo(d + 1, halves);
        return in + own + ROUNDING + bng_max(ring, halves * h + bng_max(beside, products));
}

uint64_t bng_scratch_by_inverse(uint64_t q, uint64_t d, uint64_t beside)
{
        uint64_t in = step_of(q, d);

        return in_steps(in, d, halves(in, d), 0, beside);
}

uint64_t bng_scratch_about_by_inverse(uint64_t q, uint64_t d, uint64_t beside)
{
        uint64_t in = bng_max(step_of(q + 1, d), step_of(q > 2 ? q - 2 : 1, d)) + 1;

        return in_steps(in, d, halves(in, d), 0, beside);
}

uint64_t bng_scratch_in_steps_up_to(uint64_t in, uint64_t d, uint64_t beside)
{
        return in_steps(in, d, 6, 0, beside);
}

uint64_t bng_scratch_quotient_by_inverse(uint64_t q, uint64_t d, uint64_t beside)
{
        uint64_t in = step_of(q, d);

        return in_steps(in, d, halves(in, d), d, beside);
}
