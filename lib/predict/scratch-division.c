/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/limbs.h"
#include "predict/scratch.h"

/*
 * What division allocates. Long numbers are divided by multiplying by an inverse (mpn_mu_div_qr,
 * mpn_mu_div_q): both operands are copied to be shifted; the inverse has as many limbs as a step of
 * the quotient; and each step is a product with the inverse, and one with the divisor, which is made
 * modulo B^L - 1 with L a little over the divisor. A quotient that is shorter than the divisor comes
 * from the leading limbs of both.
 */

/* The limbs of a step, as mpn_mu_div_qr_choose_in has them. */
static uint64_t step_of(uint64_t q, uint64_t d)
{
        if (q > d)
                return bng_div_up(q, bng_div_up(q, d));
        return 3 * q > d ? bng_div_up(q, 2) : q;
}

/* Shifting may make the quotient a limb longer or shorter, and that may make one step of two. */
static uint64_t step(uint64_t q, uint64_t d)
{
        return bng_max(step_of(q + 1, d), step_of(q > 2 ? q - 2 : 1, d)) + 1;
}

/*
 * Steps of `in` limbs by d limbs: the inverse, and the scratch of either product. `beside` is needed
 * by something else while the blocks for that scratch are there.
 */
static uint64_t in_steps(uint64_t in, uint64_t d, uint64_t beside)
{
        uint64_t halves = 2 * in > d ? 6 : 5;
        uint64_t ring = bng_scratch_modulo(d + 1, halves);
        uint64_t product =
                halves * bng_modulo_limbs(d + 1) + bng_max(beside, bng_scratch_multiply(in, in));

        return in + bng_max(ring, product) + 16;
}

/* q limbs of a quotient by d limbs. */
static uint64_t by_inverse(uint64_t q, uint64_t d, uint64_t beside)
{
        return in_steps(step(q, d), d, beside);
}

uint64_t bng_scratch_remainder(uint64_t n, uint64_t d)
{
        if (d <= 1)
                return 0;
        if (n < d || d == 2)
                return n + 2;
        uint64_t q = n - d + 1;
        if (n + 1 >= 2 * d)
                return n + d + 8 + by_inverse(q, d, 0);
        uint64_t rest = d > q ? d - q : 0;
        return 3 * q + d + 16 + by_inverse(q, q, bng_scratch_multiply(q, rest));
}

/* A step has no more limbs than the divisor, but for the one that step() adds. */
uint64_t bng_scratch_remainder_by_up_to(uint64_t n, uint64_t d)
{
        return n + d + 8 + in_steps(d + 1, d, 0);
}

uint64_t bng_scratch_quotient(uint64_t n, uint64_t d)
{
        if (n < d)
                return 0;
        if (d <= 1)
                return n + 1;
        uint64_t q = n - d + 1;
        /* What is nearly exact is multiplied out to see whether the quotient is one too large. */
        uint64_t product = bng_scratch_multiply(d, q);
        if (q + 8 >= d)
                return 2 * n + 2 * d + q + 16 + by_inverse(q, d, product);
        return n + 5 * q + 16 + by_inverse(q + 1, q + 1, d + q + product);
}

/*
 * The worst of both ways in bng_scratch_remainder: by half as many limbs, in steps as long as those;
 * or a quotient of up to half as many in two steps, which is then multiplied by the rest of the
 * divisor.
 */
uint64_t bng_scratch_remainder_up_to(uint64_t n)
{
        uint64_t half = n / 2 + 2;
        uint64_t ring = bng_scratch_modulo(half + 1, 6);
        uint64_t held = 6 * bng_modulo_limbs(half + 1);
        uint64_t by_half = n + 2 * half + bng_max(ring, held + bng_scratch_multiply(half, half));
        uint64_t by_quotient =
                n + 2 * half + half / 2 + bng_max(ring, held + bng_scratch_multiply_any(n));

        return bng_max(by_half, by_quotient) + 32;
}

/*
 * Exact division goes from the lower end (mpn_divexact, mpn_bdiv_q): what is needed of both operands,
 * no more than the quotient has, is shifted until the divisor is odd, and multiplied by an inverse
 * modulo a power of two as long as a step of the quotient; that product keeps its lower half alone
 * (mpn_mullo_n). Shorter ones need a copy and products. q limbs of a quotient in steps of `in`, of
 * which `needed` limbs of the divisor matter.
 */
static uint64_t exact(uint64_t q, uint64_t needed, uint64_t in)
{
        uint64_t lower_half = 2 * in + bng_scratch_multiply(in, in);
        uint64_t steps = in + needed +
                         bng_max(bng_scratch_modulo(needed + 1, 6),
                                 6 * bng_modulo_limbs(needed + 1) + lower_half);

        return q + needed + 4 + bng_max(q + bng_scratch_multiply(needed, needed), steps) + 32;
}

/* A step is as long as the divisor or as half of the quotient, and with a limb less may be longer. */
uint64_t bng_scratch_exact(uint64_t n, uint64_t d)
{
        if (n < d || d <= 1)
                return 0;
        uint64_t q = n - d + 1;
        uint64_t in = q > d + 1 ? bng_max(bng_div_up(q, bng_div_up(q, d)),
                                          bng_div_up(q - 1, bng_div_up(q - 1, d)))
                                : bng_max(bng_div_up(q, 2), bng_min(q, d));
        return exact(q, bng_min(d, q) + 1, in + 1);
}

/* The quotient has n - d limbs, a step half of it or less, or as many as the divisor: a third of n at most. */
uint64_t bng_scratch_exact_up_to(uint64_t n, uint64_t d)
{
        uint64_t needed = bng_min(d, n / 2 + 1) + 1;

        return exact(n, needed, bng_min(needed, n / 3 + 2) + 1);
}
