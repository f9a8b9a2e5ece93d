/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>
#include "predict/limbs.h"
#include "predict/peak.h"
#include "predict/scratch.h"

/*
 * The peaks of mpz_remove and mpz_nextprime.
 *
 * A factor is divided out as f, f^2, f^4 .. as long as it goes, and then again from the longest power
 * down. Each power is taken from what the ones before have left, so that only f itself meets the whole
 * number, and no later power has more than half of the number and f together.
 */

/* Headers of blocks. */
#define SPARE_LIMBS 64

/* mpn_bdiv_qr goes by an inverse from a divisor on that has no more limbs in any table. */
#define SHORT_DIVISOR 2600

/* Steps of up to so many limbs are multiplied as they are, which takes no more than the stack has. */
#define SHORT_STEP 8

/*
 * mpn_bdiv_qr of up to n limbs by `least` to `most` odd ones, from the low end: in a copy, or by an inverse
 * as in exact division (scratch-division.c), whose steps have no more limbs than the divisor and half
 * of the quotient.
 */
static uint64_t low_division(uint64_t n, uint64_t least, uint64_t most)
{
        uint64_t step = bng_min(most, bng_sat_sub(n + 2, least) / 2 + 1);
        uint64_t lower_half = 2 * step + bng_scratch_multiply(step, step);
        /* As in scratch-inverse.c. */
        uint64_t halves = 16 * step > 7 * least ? 6 : 5;
        uint64_t by_inverse = step + bng_max(bng_scratch_modulo(most + 1, halves),
                                             halves * bng_modulo_limbs(most + 1) + lower_half);
        if (step <= SHORT_STEP)
                by_inverse = most + 2 * step;
        uint64_t in_copy = n + 2 * most + bng_scratch_multiply(most, most);

        return least <= SHORT_DIVISOR ? bng_max(by_inverse, in_copy) : by_inverse;
}

/*
 * mpn_remove of n limbs: two blocks for quotients, one for a remainder, and one for the powers where there
 * are any but f; and the result.
 */
static uint64_t remove_odd(uint64_t n, uint64_t f_bits)
{
        uint64_t f = bng_limbs_of_bits(f_bits);
        uint64_t powers = 3 * f <= n + 2 ? n - f + SPARE_LIMBS : 0;
        uint64_t most = 0, left = n;

        /* A power has from `shortest` to `longest` bits. */
        for (uint64_t shortest = f_bits - 1, longest = f_bits;
             bng_limbs_of_bits(shortest) <= left + 1; shortest *= 2, longest *= 2) {
                uint64_t limbs = bng_min(bng_limbs_of_bits(longest), left + 1);
                most = bng_max(most, low_division(left + 1, bng_limbs_of_bits(shortest), limbs));
                most = bng_max(most, bng_scratch_square(bng_min(limbs, left / 2 + 1)));
                left = bng_sat_sub(left + 1, shortest / GMP_NUMB_BITS);
        }
        return n + 2 * (n + 1) + (n + 1 + f) / 2 + powers + most + SPARE_LIMBS;
}

/*
 * An even factor goes by integers: quotients in two of them, remainders in one that is moved as it grows,
 * and all the powers, with room for twice the one before. What is no multiple of f at all is copied; one
 * that has it `times` at most meets no power beyond the next one.
 */
static uint64_t remove_even(uint64_t n, uint64_t f, uint64_t times)
{
        uint64_t quotient = bng_sat_sub(n + 2, f);
        bool may_have_powers = times > 0 && 3 * f <= n + 2;
        uint64_t longest =
                may_have_powers ? bng_min((n + f) / 2 + 2, bng_sat_mul(f, times + 1)) : f;
        uint64_t powers = f + (may_have_powers ? 2 * longest : 0);
        uint64_t remainder = longest + (may_have_powers ? longest / 2 : 0);

        /* What is divided by a power and the power have no more than the number and f together. */
        uint64_t twice =
                bng_scratch_remainder_by_up_to(quotient, bng_min((n + f) / 3 + 2, longest));
        uint64_t nearly = bng_scratch_remainder_up_to(bng_min(2 * (n + f) / 3 + 2, 2 * longest));
        uint64_t division =
                may_have_powers ? bng_max(twice, nearly) : bng_scratch_remainder_up_to(quotient);

        uint64_t first = quotient + f + bng_max(n, bng_scratch_remainder(n, f));
        uint64_t square = may_have_powers ? bng_scratch_square(longest / 2 + 1) : 0;
        uint64_t later = 2 * quotient + remainder + powers + bng_max(division, square);
        return (n < f ? n + f : bng_max(first, times == 0 ? 0 : later)) + SPARE_LIMBS;
}

uint64_t bng_peak_remove(uint64_t bits, uint64_t f_bits, bool f_may_be_odd, bool f_may_be_even,
                         uint64_t times)
{
        uint64_t n = bng_limbs_of_bits(bits);
        uint64_t f = bng_limbs_of_bits(f_bits);
        uint64_t odd = f_may_be_odd ? remove_odd(n, f_bits) : 0;
        uint64_t even = f_may_be_even ? remove_even(n, f, bng_min(times, n * GMP_NUMB_BITS)) : 0;

        return bng_bytes_of_limbs(bng_max(odd, even));
}

/* ---- the next prime ---- */

/* All that a number of so many limbs is tried with is on the stack, but for the table of powers. */
#define SHORT_LIMBS 600

/* GMP's generator of random numbers, for the last trial of what is longer than the bits after it. */
#define GENERATOR_BYTES 2560
#define SURE_BITS 50

static uint64_t block_of_bytes(uint64_t bytes)
{
        return bng_block_limbs(bytes / sizeof(mp_limb_t) + 1);
}

/*
 * Since GMP 6.3 candidates of more than 201 bits are sieved by the primes up to bits^2.5 / 124, at most
 * 150000001: a bit for every third number, and the gaps between primes, a byte each. By Rosser and
 * Schoenfeld there are less than 1.25506 x / ln x primes.
 */
static uint64_t sieve_limbs(uint64_t bits)
{
        double limit = 150000001;

        if (bits <= 200 || strncmp(gmp_version, "6.2.", 4) == 0)
                return block_of_bytes(5 * bits);
        if (bits < 12818)
                limit = pow((double)bits, 2.5) / 124 + 1;
        return block_of_bytes((uint64_t)(limit / 24)) +
               block_of_bytes((uint64_t)(1.25506 * limit / log(limit))) + block_of_bytes(5 * bits);
}

/*
 * The prime; a table of powers, and the generator; or two numbers for Lucas' test that have room for
 * squares, one of which may be moved.
 */
static uint64_t short_next_prime(uint64_t n, uint64_t bits)
{
        uint64_t powers = bng_block_limbs(n << bng_power_window(bits));
        uint64_t generator = bits > SURE_BITS ? GENERATOR_BYTES / sizeof(mp_limb_t) : 0;

        return n + 1 + bng_max(powers + generator, 6 * n + 6) + sieve_limbs(bits);
}

/*
 * A longer one is tried by powers that hold so much, in numbers of its own length beside that.
 */
uint64_t bng_peak_next_prime(uint64_t bits, uint64_t power_bytes)
{
        uint64_t n = bng_limbs_of_bits(bits);

        if (n <= SHORT_LIMBS)
                return bng_bytes_of_limbs(short_next_prime(n, bits));
        uint64_t held = 8 * n + GENERATOR_BYTES + sieve_limbs(bits);
        return bng_sat_add(bng_bytes_of_limbs(held), power_bytes);
}
