/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What GMP's multiplication and division take from its allocation hooks beside their operands and
 * results, at the worst moment, in limbs: lengths and answers. Headers of blocks and tables count
 * in. Upper bounds for every processor that GMP knows, see scratch.c. BNG_LIMBS_BEYOND and more
 * where a length is beyond what an integer has. Any thread.
 */

#include <stdbool.h>
#include <stdint.h>

/* scratch.c: the product of factors of up to a and b limbs, and the square of up to a limbs. */
uint64_t bng_scratch_multiply(uint64_t a, uint64_t b);
uint64_t bng_scratch_square(uint64_t a);
/*
 * The same for factors that may be shorter only as long as their ratio stays within a sixteenth of
 * a to b: closer, because for each ratio GMP has a method of its own.
 */
uint64_t bng_scratch_product(uint64_t a, uint64_t b);
/* Of exactly these lengths: closest. */
uint64_t bng_scratch_exact_product(uint64_t a, uint64_t b);
uint64_t bng_scratch_exact_square(uint64_t a);
/* Of any two factors that have together up to n limbs. */
uint64_t bng_scratch_multiply_any(uint64_t n);

/*
 * scratch-transform.c: by transforms, the product of up to a >= b limbs, the square of up to a; the
 * product or the square of exactly these.
 */
uint64_t bng_scratch_transform(uint64_t a, uint64_t b);
uint64_t bng_scratch_transform_square(uint64_t a);
uint64_t bng_scratch_transform_exactly(uint64_t a, uint64_t b, bool is_square);
/*
 * A product modulo B^2h - 1, 2h >= n, whose caller holds `held` times h limbs for it: with these.
 * And the largest such h.
 */
uint64_t bng_scratch_modulo(uint64_t n, uint64_t held);
uint64_t bng_modulo_limbs(uint64_t n);

/*
 * scratch-toom.c: without transforms, the product of a >= b limbs, of about this ratio, of exactly
 * these lengths, or of any up to them; and a square.
 */
uint64_t bng_scratch_toom_multiply(uint64_t a, uint64_t b);
uint64_t bng_scratch_toom_exactly(uint64_t a, uint64_t b);
uint64_t bng_scratch_toom_up_to(uint64_t a, uint64_t b);
uint64_t bng_scratch_toom_square(uint64_t a);

/*
 * scratch-inverse.c: q limbs of a quotient by d limbs, by an inverse, with a remainder; of about so
 * many; and in steps of up to `in` limbs by up to d. `beside` is held at another moment than what is
 * made for products.
 */
uint64_t bng_scratch_by_inverse(uint64_t q, uint64_t d, uint64_t beside);
uint64_t bng_scratch_about_by_inverse(uint64_t q, uint64_t d, uint64_t beside);
uint64_t bng_scratch_in_steps_up_to(uint64_t in, uint64_t d, uint64_t beside);
/* Without a remainder, which is in the block then. */
uint64_t bng_scratch_quotient_by_inverse(uint64_t q, uint64_t d, uint64_t beside);

/*
 * scratch-division.c: mpn_tdiv_qr of exactly n by d limbs; `higher` is 1 where the dividend's highest
 * limb is not below the divisor's, otherwise 0. Any number of limbs at the lower ends of both may be
 * missing. mpn_div_q of exactly n by d limbs, with what mpz_tdiv_q gives it.
 */
uint64_t bng_scratch_tdiv_qr(uint64_t n, uint64_t d, unsigned higher, bool may_be_shorter);
uint64_t bng_scratch_tdiv_q(uint64_t n, uint64_t d);
/* About the same: the quotient of about n by d limbs, the remainder, or both. */
uint64_t bng_scratch_quotient(uint64_t n, uint64_t d);
uint64_t bng_scratch_remainder(uint64_t n, uint64_t d);
/* The remainder of n limbs by up to d, 2d <= n. */
uint64_t bng_scratch_remainder_by_up_to(uint64_t n, uint64_t d);
/* The remainder of up to n limbs by any number of them. */
uint64_t bng_scratch_remainder_up_to(uint64_t n);

/*
 * scratch-exact.c: the quotient without a remainder of n limbs by d, which may be even; of up to n
 * limbs by up to d.
 */
uint64_t bng_scratch_exact(uint64_t n, uint64_t d, bool may_be_even);
uint64_t bng_scratch_exact_up_to(uint64_t n, uint64_t d);
/* Of up to q limbs by up to d, whatever they have together. */
uint64_t bng_scratch_exact_within(uint64_t q, uint64_t d);
/* The lower half of a product of n by n limbs; one of 2n limbs reduced by n in Montgomery's form. */
uint64_t bng_scratch_lower_half(uint64_t n);
uint64_t bng_scratch_montgomery(uint64_t n);

/*
 * scratch-power.c: the squares and products that make a power of so many bits of a base of so many, both
 * no more, or exactly the base and the power but for a bit.
 */
uint64_t bng_scratch_power(uint64_t bits, uint64_t base_bits, uint64_t exponent, bool exact);
