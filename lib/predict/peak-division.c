/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "predict/limbs.h"
#include "predict/peak.h"
#include "predict/scratch.h"

/*
 * The peaks of division, of exactly these lengths. The quotient has q = n - d + 1 limbs, of which the
 * highest may be 0, the remainder d. A dividend that a result overwrites is copied before, and keeps
 * its block for that result: at most the copy's n limbs are held instead of the result's. What is
 * rounded away from zero has the divisor added to its remainder, which moves for that, as does its
 * quotient, after the scratch is gone. mpz_fdiv_q and mpz_cdiv_q find a remainder too, to see whether
 * there is one.
 *
 * A divisor that a result overwrites is copied too. Mostly that is no more than the copy of a dividend;
 * but where the result is short (mpz_tdiv_q, mpz_divexact, or any remainder of a dividend that is
 * shorter than the divisor) it would be several times the rest, and is not told of here: the guard
 * divides into a number of its own then (guard/division.c).
 */

/* Headers of blocks, and lengths that are known roughly. */
#define SPARE_LIMBS 8

struct limbs {
        uint64_t n, d;
};

static struct limbs limbs_of(struct bng_division_bits of)
{
        return (struct limbs){bng_limbs_of_bits(of.a), bng_limbs_of_bits(of.d)};
}

/*
 * From GMP 6.3 on limbs at the divisor's end that are 0, and as many of the dividend, are part of the
 * remainder as they are.
 */
static bool is_version(const char *start)
{
        return strncmp(gmp_version, start, strlen(start)) == 0;
}

/* By how many limbs fewer than d. The quotient is a limb shorter where the highest limbs say so. */
static uint64_t scratch_without(struct bng_division_bits of, uint64_t zeros, bool may_be_more)
{
        struct limbs x = limbs_of(of);
        uint64_t a_top = (of.a - 1) % GMP_NUMB_BITS;
        uint64_t d_top = (of.d - 1) % GMP_NUMB_BITS;
        uint64_t n = x.n - zeros, d = x.d - zeros;
        bool may_be_shorter = a_top < d_top || (a_top == d_top && !of.surely_not_below);
        bool may_be_longer = a_top > d_top || (a_top == d_top && !of.surely_below);
        uint64_t shorter = may_be_shorter ? bng_scratch_tdiv_qr(n, d, 0, may_be_more) : 0;
        uint64_t longer = may_be_longer ? bng_scratch_tdiv_qr(n, d, 1, may_be_more) : 0;

        return bng_max(shorter, longer);
}

/* For both results. */
static uint64_t scratch(struct bng_division_bits of)
{
        uint64_t with = is_version("6.3.") ? 0 : scratch_without(of, 0, false);
        uint64_t without = is_version("6.2.") ? 0
                                              : scratch_without(of, of.d_zeros / GMP_NUMB_BITS,
                                                                of.may_be_more);

        return bng_max(with, without);
}

uint64_t bng_peak_quotient(struct bng_division_bits of)
{
        struct limbs x = limbs_of(of);

        if (x.n < x.d)
                return bng_bytes_of_limbs(1);
        /* In the dividend's place the leading limbs of that are copied once more. */
        uint64_t q = x.n - x.d + 1;
        uint64_t result = bng_max(q, q < x.d ? bng_block_limbs(2 * q + 3) : 0);
        return bng_bytes_of_limbs(result + bng_scratch_tdiv_q(x.n, x.d));
}

uint64_t bng_peak_rounded_quotient(struct bng_division_bits of)
{
        struct limbs x = limbs_of(of);
        uint64_t remainder = bng_block_limbs(x.d);

        if (x.n < x.d)
                return bng_bytes_of_limbs(remainder + 1);
        uint64_t q = x.n - x.d + 1;
        uint64_t divided = bng_max(q, bng_block_limbs(x.n)) + scratch(of);
        return bng_bytes_of_limbs(remainder + bng_max(divided, of.may_be_away ? 2 * q + 1 : 0));
}

/* A dividend that is shorter than the divisor becomes the remainder as it is. */
uint64_t bng_peak_remainder(struct bng_division_bits of)
{
        struct limbs x = limbs_of(of);
        uint64_t moved = of.may_be_away ? bng_min(x.n, x.d) + x.d + 1 : 0;

        if (x.n < x.d)
                return bng_bytes_of_limbs(bng_max(x.n, moved));
        uint64_t quotient = bng_block_limbs(x.n - x.d + 1);
        uint64_t divided = bng_max(x.d, bng_block_limbs(x.n)) + quotient + scratch(of);
        return bng_bytes_of_limbs(bng_max(divided, moved));
}

/*
 * The remainder has as much room as the divisor from the start. With a copy of the dividend there is one
 * result, the remainder or the quotient. To be rounded away from zero each result moves, first the
 * quotient.
 */
uint64_t bng_peak_quotient_remainder(struct bng_division_bits of)
{
        struct limbs x = limbs_of(of);

        if (x.n < x.d)
                return bng_bytes_of_limbs(of.may_be_away ? 2 * x.d + 2 : x.d);
        uint64_t q = x.n - x.d + 1;
        uint64_t results = bng_max(q + x.d, bng_block_limbs(x.n) + bng_max(q, x.d));
        uint64_t moved = of.may_be_away ? q + x.d + bng_max(q, x.d) + 2 : 0;
        return bng_bytes_of_limbs(bng_max(results + scratch(of), moved));
}

/* In the dividend's place the quotient is made beside it, and copied. */
uint64_t bng_peak_exact_quotient(uint64_t a_bits, uint64_t d_bits, bool may_be_even)
{
        uint64_t n = bng_limbs_of_bits(a_bits);
        uint64_t d = bng_limbs_of_bits(d_bits);

        if (n < d)
                return bng_bytes_of_limbs(1);
        uint64_t result = n - d + 1 + (bng_block_limbs(n - d + 1) > 0 ? SPARE_LIMBS : 0);
        return bng_bytes_of_limbs(result + bng_scratch_exact(n, d, may_be_even));
}

/* The divisor may be shorter; then the quotient is longer, but needs no more together with it. */
uint64_t bng_peak_exact_quotient_up_to(uint64_t a_bits, uint64_t d_bits)
{
        uint64_t n = bng_limbs_of_bits(a_bits);
        uint64_t d = bng_limbs_of_bits(d_bits);

        if (n < d)
                return bng_bytes_of_limbs(1);
        uint64_t quotient = n - d + 1 + SPARE_LIMBS;
        return bng_bytes_of_limbs(quotient + bng_max(quotient, bng_scratch_exact_up_to(n, d)));
}
