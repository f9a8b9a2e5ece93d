/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/limbs.h"
#include "predict/peak.h"
#include "predict/scratch.h"

/*
 * The peaks of division. The quotient has q = n - d + 1 limbs, the remainder d. An operand that a
 * result overwrites is copied before, and keeps its block for that result: at most the n limbs of the
 * dividend are held besides, and either result. What is rounded away from zero has the divisor added
 * to its remainder, which moves for that, as does its quotient, after the scratch is gone. mpz_fdiv_q
 * and mpz_cdiv_q find a remainder too, to see whether there is one.
 */

/* Lengths differ by rounding where an operand is only predicted. */
#define SPARE_LIMBS 8

uint64_t bng_peak_quotient(uint64_t a_bits, uint64_t d_bits)
{
        uint64_t n = bng_limbs_of_bits(a_bits);
        uint64_t d = bng_limbs_of_bits(d_bits);

        if (n < d)
                return bng_bytes_of_limbs(1);
        return bng_bytes_of_limbs(bng_max(n - d + 1, d) + SPARE_LIMBS + bng_scratch_quotient(n, d));
}

uint64_t bng_peak_rounded_quotient(uint64_t a_bits, uint64_t d_bits)
{
        uint64_t n = bng_limbs_of_bits(a_bits);
        uint64_t d = bng_limbs_of_bits(d_bits);

        if (n < d)
                return bng_bytes_of_limbs(d + SPARE_LIMBS);
        return bng_bytes_of_limbs(n + d + SPARE_LIMBS +
                                  bng_max(n - d, bng_scratch_remainder(n, d)));
}

/*
 * A dividend that is shorter than the divisor becomes the remainder as it is. But for truncation the
 * divisor is copied where a result overwrites it.
 */
static uint64_t undivided(uint64_t n, uint64_t d, bool is_truncated, bool may_be_away)
{
        uint64_t copies = (is_truncated ? 0 : 1) + (may_be_away ? 1 : 0);

        return bng_max(n, copies * d);
}

uint64_t bng_peak_remainder(uint64_t a_bits, uint64_t d_bits, enum bng_division division,
                            bool may_be_away)
{
        uint64_t n = bng_limbs_of_bits(a_bits);
        uint64_t d = bng_limbs_of_bits(d_bits);
        uint64_t held = n < d ? undivided(n, d, division == BNG_TRUNCATE, may_be_away)
                              : n + n - d + bng_scratch_remainder(n, d);

        return bng_bytes_of_limbs(held + SPARE_LIMBS);
}

/* The remainder has as much room as the divisor from the start. */
uint64_t bng_peak_quotient_remainder(uint64_t a_bits, uint64_t d_bits, enum bng_division division,
                                     bool may_be_away)
{
        uint64_t n = bng_limbs_of_bits(a_bits);
        uint64_t d = bng_limbs_of_bits(d_bits);
        uint64_t held = n < d ? d + undivided(0, d, division == BNG_TRUNCATE, may_be_away)
                              : n + bng_max(n - d, d) + bng_scratch_remainder(n, d);

        return bng_bytes_of_limbs(held + SPARE_LIMBS);
}

/*
 * GMP reduces the base times B^d, for Montgomery's form, by the odd part of the modulus: the product,
 * its quotient, and scratch. Beside them it holds copies of the modulus, the scratch of an inverse
 * and room for products. In steps (steps/modular.c) the quotient by the modulus is all that is as
 * long as the base, and gone before the first power.
 */
#define HELD_MODULI 16

uint64_t bng_peak_first_reduction(uint64_t base_bits, uint64_t modulus_bits)
{
        uint64_t n = bng_limbs_of_bits(base_bits);
        uint64_t d = bng_limbs_of_bits(modulus_bits);

        if (n <= d)
                return 0;
        return bng_bytes_of_limbs(2 * n + (2 + HELD_MODULI) * d + SPARE_LIMBS +
                                  bng_scratch_remainder_by_up_to(n + d, d));
}

/* The quotient is made beside what it overwrites, and copied. */
static uint64_t exact_quotient(uint64_t n, uint64_t d, uint64_t scratch)
{
        uint64_t quotient = n - d + 1 + SPARE_LIMBS;

        return bng_bytes_of_limbs(quotient + bng_max(scratch, quotient));
}

uint64_t bng_peak_exact_quotient(uint64_t a_bits, uint64_t d_bits)
{
        uint64_t n = bng_limbs_of_bits(a_bits);
        uint64_t d = bng_limbs_of_bits(d_bits);

        return n < d ? bng_bytes_of_limbs(1) : exact_quotient(n, d, bng_scratch_exact(n, d));
}

/* The divisor may be shorter; then the quotient is longer, but needs no more together with it. */
uint64_t bng_peak_exact_quotient_up_to(uint64_t a_bits, uint64_t d_bits)
{
        uint64_t n = bng_limbs_of_bits(a_bits);
        uint64_t d = bng_limbs_of_bits(d_bits);

        return n < d ? bng_bytes_of_limbs(1) : exact_quotient(n, d, bng_scratch_exact_up_to(n, d));
}

/*
 * mpn_dc_sqrt: the leading half of the root by the same way, and then a division by twice that of
 * what is left.
 */
uint64_t bng_peak_square_root(uint64_t a_bits)
{
        uint64_t root = bng_limbs_of_bits(a_bits) / 2 + 1;
        uint64_t block = 2 * root + root / 2 + 16;

        return bng_bytes_of_limbs(root + block + bng_scratch_quotient(root + 2, root / 2 + 1));
}

/*
 * mpn_dc_sqrtrem in a shifted copy: the same, with a quotient and a square of half the root. The
 * remainder has as much room as the number.
 */
uint64_t bng_peak_square_root_remainder(uint64_t a_bits)
{
        uint64_t n = bng_limbs_of_bits(a_bits);
        uint64_t root = n / 2 + 1;
        uint64_t half = root / 2 + 1;
        uint64_t copy = 2 * root + half + 16;
        uint64_t scratch = bng_max(bng_scratch_remainder(root, half), bng_scratch_square(half));

        return bng_bytes_of_limbs(n + root + copy + scratch);
}
