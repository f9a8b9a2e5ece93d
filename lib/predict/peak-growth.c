/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <stdbool.h>
#include "predict/limbs.h"
#include "predict/peak.h"
#include "predict/scratch.h"

/*
 * The peaks of numbers that grow from a small argument. Each is built up by squares and products,
 * so the worst moment is the last multiplication, or the last square before it: the result, what is
 * multiplied, and the scratch of that multiplication. In limbs, `half` is half the result's length.
 */

/*
 * mpz_n_pow_ui takes the zeros at the base's end away and puts them in at the end; what is left of
 * the base it multiplies out between the result and a second block. Half the length is enough for
 * that one where a square comes last, or a product by a single limb. mpz_pow_ui makes a square with
 * all its zeros, and nothing beside it; mpz_ui_pow_ui of a word does not.
 */
uint64_t bng_peak_power(struct bng_plain_power_bits of)
{
        uint64_t odd_bits = of.base - of.zeros;
        uint64_t all_zeros = bng_sat_mul(of.zeros, of.exponent);
        uint64_t room = bng_limbs_of_bits(of.room) + 2;
        uint64_t odd = bng_limbs_of_bits(bng_sat_sub(of.room, all_zeros)) + 2;
        uint64_t square = of.exponent != 2 ? 0
                          : of.exact       ? bng_peak_exact_square(of.base)
                                           : bng_peak_square(of.base);

        if (of.exponent == 2 && of.base > sizeof(unsigned long) * CHAR_BIT)
                return square;
        if (odd_bits <= 1 || of.exponent <= 1)
                return bng_max(bng_bytes_of_limbs(room), square);
        uint64_t copy = odd_bits > 2 * GMP_NUMB_BITS ? bng_limbs_of_bits(odd_bits) + 2 : 0;
        bool half = odd_bits <= GMP_NUMB_BITS || of.exponent % 2 == 0;
        uint64_t second = half ? odd / 2 + 2 : odd + 2;
        uint64_t scratch =
                bng_scratch_power(bng_sat_sub(of.bits, all_zeros), odd_bits, of.exponent, of.exact);
        return bng_max(bng_bytes_of_limbs(room + copy + second + scratch), square);
}

/* Blocks of primes up to n: as many in a limb as surely have room. By Rosser and Schoenfeld there
 * are less than 1.25506 n / ln n primes. */
static uint64_t primes_limbs(uint64_t n)
{
        unsigned bits = 64 - (unsigned)__builtin_clzll(n | 1);
        unsigned in_limb = GMP_NUMB_BITS / bits;

        if (n < 8 || in_limb == 0)
                return n + 1;
        /* 1.25506 / ln 2 < 1.811; n has at least bits - 1 bits. */
        return (uint64_t)((double)n * 1.811 / (bits - 1)) / in_limb + 4;
}

/*
 * mpz_oddfac_1 squares the odd part of (n/2)! and multiplies it by the swinging factorial of n, of n
 * bits, whose primes it has in a list; mpz_mul_2exp puts the zeros in at the end.
 */
static uint64_t odd_factorial_and_zeros(uint64_t bits, uint64_t n, uint64_t zeros)
{
        uint64_t result = bng_limbs_of_bits(bits) + 2;
        uint64_t swing = bng_limbs_of_bits(n) + 6;
        uint64_t odd = bng_sat_sub(result, zeros / GMP_NUMB_BITS) + 2;
        uint64_t square = bng_sat_sub(odd, n / GMP_NUMB_BITS) + 6;
        uint64_t kept = square + swing + primes_limbs(n) + 8;

        uint64_t squaring = square / 2 + 1 + bng_scratch_square(square / 2 + 1);
        uint64_t product = square + swing + bng_scratch_product(square, swing);
        uint64_t moving = square + swing + square / 2;
        return bng_bytes_of_limbs(
                bng_max(kept + bng_max(bng_max(squaring, product), moving), odd + 2 + result));
}

/* All but 64 of n at most. */
uint64_t bng_peak_factorial(uint64_t bits, uint64_t n)
{
        return odd_factorial_and_zeros(bits, n, n);
}

/*
 * (2k)!! is k! with k more zeros. Of an odd n it is the odd part of (n/2)! times the swing: as a
 * factorial but for the square, instead of which there is a copy, and the number that is copied
 * moves to where the product has room.
 */
uint64_t bng_peak_double_factorial(uint64_t bits, uint64_t n)
{
        if (n % 2 == 0)
                return odd_factorial_and_zeros(bits, n / 2, n);
        uint64_t swing = bng_limbs_of_bits(n) + 6;
        uint64_t copy = bng_sat_sub(bng_limbs_of_bits(bits) + 4, n / GMP_NUMB_BITS) + 6;
        uint64_t moving = 3 * copy + 2 * swing + primes_limbs(n) + 8;
        return bng_max(bng_bytes_of_limbs(moving), bng_peak_factorial(bng_sat_add(bits, n), n));
}

/*
 * mpz_prodlimbs multiplies the halves of a list, the one in place of the list and the other in a
 * block of its own. They are as long as each other but for what larger primes leave unused of their
 * limbs.
 */
static uint64_t product_of_list(uint64_t list, uint64_t result)
{
        uint64_t longer = result / 2 + result / 16 + 2;
        uint64_t scratch = bng_scratch_multiply(longer, result - longer);

        return list + list / 2 + 8 + bng_max(scratch, list / 2);
}

/* As many to a limb as surely fit, or as many limbs for one as it takes. */
static uint64_t list_limbs(uint64_t numbers, uint64_t n)
{
        unsigned in_a_limb = 0;

        for (mp_limb_t power = 1; !__builtin_mul_overflow(power, n, &power);)
                in_a_limb++;
        if (in_a_limb == 0)
                return bng_sat_mul(numbers, 64 / GMP_NUMB_BITS) + 2;
        return numbers / in_a_limb + 2;
}

uint64_t bng_peak_list(uint64_t numbers, uint64_t n)
{
        return bng_bytes_of_limbs(list_limbs(numbers, n));
}

/*
 * Of so many limbs in any two halves. A limb takes factors of up to n until one more might not fit, so
 * it lacks no more than n's bits: where these are half of it or less, no half has more than twice the
 * limbs of the other one.
 */
static uint64_t product_of_halves(uint64_t limbs, uint64_t n)
{
        unsigned bits = 64 - (unsigned)__builtin_clzll(n | 1);

        if (2 * bits > GMP_NUMB_BITS)
                return bng_scratch_multiply_any(limbs);
        uint64_t longer = limbs * GMP_NUMB_BITS / (2 * GMP_NUMB_BITS - bits) + 16;
        return bng_scratch_multiply(longer, limbs / 2 + 16);
}

/*
 * The factors are in a list that is multiplied in halves. All blocks for the second halves of halves
 * have together as much as the list, and headers.
 */
uint64_t bng_peak_progression(uint64_t bits, uint64_t numbers, uint64_t n)
{
        uint64_t result = bng_limbs_of_bits(bits) + 2;
        uint64_t list = list_limbs(numbers, n);
        uint64_t halves = bng_max(list / 2 + result, list);

        return bng_bytes_of_limbs(list + halves + product_of_halves(result, n) +
                                  (list < 256 ? list : 256));
}

/* The sieve becomes the result. */
uint64_t bng_peak_primorial(uint64_t bits, uint64_t n)
{
        uint64_t result = bng_limbs_of_bits(bits) + 2;
        uint64_t sieve = n / GMP_NUMB_BITS / 2 * 3 + 4;

        return bng_bytes_of_limbs(bng_max(sieve, result) +
                                  product_of_list(primes_limbs(n), result));
}

/*
 * GMP makes room for Fibonacci numbers by 23/32 bits a step, for 0.6942: a 28th too much. Here for
 * half the result's length.
 */
static uint64_t half_of(uint64_t bits)
{
        return bng_limbs_of_bits(bits) / 2 + 4;
}

static uint64_t half_room(uint64_t bits)
{
        return half_of(bits) + half_of(bits) / 28 + 4;
}

/*
 * mpn_fib2_ui makes a pair, of up to the result's length, by squares of half of it and a third block
 * as long as the pair's. For a single number it is a pair of half the length, of whose product the
 * result is made.
 */
static uint64_t product_of_pair(uint64_t bits)
{
        uint64_t half = half_of(bits);

        return bng_max(bng_scratch_product(half, half - 1),
                       half_room(bits) + bng_scratch_square(half / 2 + 2));
}

/* The result and the pair, and what is made of the pair where it goes in steps. */
uint64_t bng_peak_fibonacci(uint64_t bits)
{
        return bng_bytes_of_limbs(5 * half_room(bits) + product_of_pair(bits) + 16);
}

/*
 * Two blocks of the result's length, and one of the pair's; of an even index a square in the first
 * two, and then the pair leads to half of it at most.
 */
uint64_t bng_peak_lucas(uint64_t bits, bool may_be_odd, bool may_be_even)
{
        uint64_t of_odd = 5 * half_room(bits) + product_of_pair(bits);
        uint64_t of_even =
                4 * half_room(bits) + half_room(bits / 2 + 1) +
                bng_max(product_of_pair(bits / 2 + 1), bng_scratch_square(half_of(bits)));

        return bng_bytes_of_limbs(bng_max(may_be_odd ? of_odd : 0, may_be_even ? of_even : 0) + 16);
}

/* The pair and the third block; for Lucas numbers they are made in a fourth. */
uint64_t bng_peak_fibonacci_pair(uint64_t bits)
{
        return bng_bytes_of_limbs(6 * half_room(bits) + bng_scratch_square(half_of(bits)) + 16);
}

uint64_t bng_peak_lucas_pair(uint64_t bits)
{
        return bng_bytes_of_limbs(8 * half_room(bits) + bng_scratch_square(half_of(bits)) + 16);
}
