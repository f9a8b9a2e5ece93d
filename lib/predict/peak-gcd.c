/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/limbs.h"
#include "predict/peak.h"
#include "predict/scratch.h"

/*
 * The peaks of common divisors. mpz_gcd and mpz_gcdext copy both operands, divide the longer one by
 * the shorter one, and then take half of the quotients at a time (mpn_hgcd), with one block for the
 * matrices and their scratch, and products and divisions beside it. Where a quotient is long, it
 * goes by a division of what is left, whatever the lengths. n are the limbs of the shorter operand.
 */

/* MPN_HGCD_MATRIX_INIT_ITCH, and mpn_hgcd_itch with the highest HGCD_THRESHOLD and any depth. */
#define MATRIX_ROUNDING 16
#define HGCD_ROUNDING (22 * 40 + 1024)

/* Whatever is divided or multiplied of so few limbs is on the stack. */
#define STACK_LIMBS 300

static uint64_t matrix(uint64_t n)
{
        return 2 * n + MATRIX_ROUNDING;
}

static uint64_t hgcd(uint64_t n)
{
        return 5 * n + HGCD_ROUNDING;
}

/*
 * hgcd_matrix_apply, of n limbs: two residues modulo B^2h - 1 of up to 3/4 of them, each of four
 * products, whose scratch is three quarters of that again.
 */
static uint64_t applied(uint64_t n)
{
        return bng_scratch_modulo(n - n / 4 + 2, 8);
}

/* The block for the matrices of a third of the length, and their scratch; or the first quotient. */
static uint64_t gcd_block(uint64_t a, uint64_t n)
{
        uint64_t third = n / 3 + 2;
        uint64_t matrices = matrix(third) + bng_max(hgcd(third), n + n - third);

        return bng_block_limbs(bng_max(matrices, a - n + 1));
}

/*
 * Beside the block, once both operands have n limbs: a third of the length at a time, and products of
 * that by the rest; or any division.
 */
static uint64_t gcd_steps(uint64_t n)
{
        if (n <= STACK_LIMBS)
                return 0;
        uint64_t third = n / 3 + 2;
        uint64_t products =
                bng_max(bng_scratch_multiply(n - third + 2, third / 2 + 2), applied(third));

        return bng_max(products, bng_scratch_remainder_up_to(n));
}

/* The first division, of all of a >= n limbs. Of operands of up to these lengths. */
static uint64_t first_division(uint64_t a, uint64_t n)
{
        return a < 2 * n ? bng_scratch_remainder_up_to(a) : bng_scratch_remainder_by_up_to(a, n);
}

/* mpz_gcd of a >= n limbs: copies of both, which are there until the result is. */
static uint64_t gcd(uint64_t a, uint64_t n, uint64_t first)
{
        return bng_block_limbs(a + 1) + bng_block_limbs(n + 1) +
               bng_max(gcd_block(a, n) + bng_max(first, gcd_steps(n)), n);
}

/*
 * mpz_gcdext without the second factor, of a >= n limbs: two thirds of the length at a time, later
 * half of it, with the factors so far.
 */
static uint64_t gcd_extended(uint64_t a, uint64_t n)
{
        uint64_t two_thirds = n - n / 3 + 2;
        uint64_t block = matrix(two_thirds) + bng_max(hgcd(two_thirds), n + n / 2) + 2 * n + 2;
        uint64_t half = n / 2 + 2;
        uint64_t products = bng_max(bng_scratch_multiply(half, half), applied(two_thirds));

        uint64_t most = bng_max(products, bng_scratch_remainder_up_to(n));
        return a + 3 * n + bng_max(block, a - n + 1) + bng_max(first_division(a, n), most) + 16;
}

/*
 * The second factor is (g - a s) / b: up to a limbs, of a product that is in the first block, and twice
 * in b's place. Only then do the other results need room.
 */
static uint64_t second_factor(uint64_t a, uint64_t n)
{
        uint64_t quotient = 2 * (a + 2) + bng_scratch_exact_up_to(a + n + 1, n);

        return a + 3 * n + bng_max(bng_scratch_multiply(a, n), bng_max(quotient, a + 2 * n)) + 16;
}

struct lengths {
        uint64_t longer, shorter;
};

static struct lengths lengths_of(uint64_t a_bits, uint64_t b_bits)
{
        uint64_t a = bng_limbs_of_bits(a_bits) + 1;
        uint64_t b = bng_limbs_of_bits(b_bits) + 1;

        return (struct lengths){bng_max(a, b), bng_min(a, b)};
}

uint64_t bng_peak_gcd(uint64_t a_bits, uint64_t b_bits)
{
        struct lengths x = lengths_of(a_bits, b_bits);

        return bng_bytes_of_limbs(gcd(x.longer, x.shorter, first_division(x.longer, x.shorter)));
}

/* Of odd numbers of exactly so many bits, or such with as many zeros as they have, in limbs. */
static uint64_t exact_gcd(uint64_t a_bits, uint64_t b_bits)
{
        uint64_t longer = bng_max(a_bits, b_bits), shorter = bng_min(a_bits, b_bits);
        uint64_t a = bng_limbs_of_bits(longer), n = bng_limbs_of_bits(shorter);
        uint64_t a_top = (longer - 1) % GMP_NUMB_BITS;
        uint64_t n_top = (shorter - 1) % GMP_NUMB_BITS;
        uint64_t first = 0;

        if (a > n && a_top <= n_top)
                first = bng_scratch_tdiv_qr(a, n, 0, false);
        if (a > n && a_top >= n_top)
                first = bng_max(first, bng_scratch_tdiv_qr(a, n, 1, false));
        return gcd(a, n, first);
}

uint64_t bng_peak_exact_gcd(uint64_t a_odd_bits, uint64_t b_odd_bits)
{
        return bng_bytes_of_limbs(exact_gcd(a_odd_bits, b_odd_bits));
}

/*
 * mpz_lcm: room for the divisor, as much as a has; a divided by it; and the quotient times b. What
 * these three hold depends on the divisor, which nobody knows, and it is the longest of them that
 * counts: most is held for the divisor itself, or by the product where there is none but 1, and only
 * in between, for a divisor of about half of a, may it be the division. A long divisor makes a short
 * quotient, so no more than both together count, by their sixteenths.
 */
static uint64_t lcm(uint64_t a, uint64_t b, uint64_t divisor)
{
        uint64_t shorter = bng_min(a, b);
        uint64_t most = bng_max(divisor, a + b + bng_scratch_multiply(a, b));

        for (unsigned sixteenths = 1; sixteenths <= 16; sixteenths++) {
                uint64_t least = shorter * (sixteenths - 1) / 16;
                uint64_t d = shorter * sixteenths / 16 + 1;
                uint64_t q = a - least;
                most = bng_max(most, bng_block_limbs(q) + bng_scratch_exact_within(q, d));
        }
        return bng_block_limbs(a) + most;
}

uint64_t bng_peak_lcm(uint64_t a_bits, uint64_t b_bits)
{
        struct lengths x = lengths_of(a_bits, b_bits);
        uint64_t divisor = gcd(x.longer, x.shorter, first_division(x.longer, x.shorter));

        return bng_bytes_of_limbs(
                lcm(bng_limbs_of_bits(a_bits) + 1, bng_limbs_of_bits(b_bits) + 1, divisor));
}

uint64_t bng_peak_exact_lcm(uint64_t a_bits, uint64_t b_bits, uint64_t a_zeros, uint64_t b_zeros)
{
        return bng_bytes_of_limbs(lcm(bng_limbs_of_bits(a_bits), bng_limbs_of_bits(b_bits),
                                      exact_gcd(a_bits - a_zeros, b_bits - b_zeros)));
}

/*
 * By a single limb there is nothing to shift or to invert: the longer number and its quotient, or its factor
 * twice and the product that it comes from.
 */
static uint64_t gcd_extended_by_limb(uint64_t a)
{
        return 3 * (a + 2) + 16;
}

/* Both factors, and the divisor. */
uint64_t bng_peak_gcd_extended(uint64_t a_bits, uint64_t b_bits)
{
        struct lengths x = lengths_of(a_bits, b_bits);
        uint64_t a = x.longer, n = x.shorter;

        if (bng_min(a_bits, b_bits) <= GMP_NUMB_BITS)
                return bng_bytes_of_limbs(gcd_extended_by_limb(a));
        return bng_bytes_of_limbs(bng_max(gcd_extended(a, n), second_factor(a, n)));
}

/* In two numbers of its own. */
uint64_t bng_peak_inverse(uint64_t a_bits, uint64_t modulus_bits)
{
        struct lengths x = lengths_of(a_bits, modulus_bits);
        uint64_t kept = 2 * x.longer + 8;

        return bng_bytes_of_limbs(kept + bng_max(gcd_extended(x.longer, x.shorter),
                                                 second_factor(x.longer, x.shorter)));
}
