/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/checked.h"
#include "predict/time.h"

/*
 * How long Euclid's algorithm takes, and what is made of it. GMP divides a longer number by a shorter
 * one, and goes on with numbers of the same length, halving them by ever more quotients at once. If the
 * first quotients leave a short rest, a division by it follows, and it is the rest that is halved.
 */

static struct bng_time times(double factor, struct bng_time time)
{
        time.seconds *= factor;
        return time;
}

/* From here on a part is halved by products as long as it is, however short the factors turn out. */
#define REDUCED_BITS (UINT64_C(1) << 18)
#define REDUCING_PRODUCTS 7

static struct bng_time reducing(uint64_t part_bits)
{
        if (part_bits < REDUCED_BITS)
                return (struct bng_time){0, BNG_PACE_MULTIPLY};
        return times(REDUCING_PRODUCTS, bng_time_multiply(part_bits / 2, part_bits / 2));
}

/*
 * Until a remainder vanishes: the factors are found as those of two numbers that are a little longer than
 * they are, and multiplied by the numbers, two by two. The first part that is looked at is a third of
 * the numbers, or half of them.
 */
#define FACTORS_FOUND 1.3

static struct bng_time vanishing(enum bng_pace pace, uint64_t bits, uint64_t factor_bits)
{
        if (factor_bits == 0)
                return (struct bng_time){0, pace};
        struct bng_time found = times(FACTORS_FOUND, bng_time_of(pace, factor_bits));
        struct bng_time products = times(4, bng_time_multiply(bits, factor_bits));
        return bng_time_and(bng_time_and(found, products),
                            reducing(pace == BNG_PACE_GCD ? bits / 3 : bits / 2));
}

static struct bng_time euclid(enum bng_pace pace, uint64_t a_bits, uint64_t b_bits,
                              struct bng_rest rest)
{
        uint64_t shorter = bng_min(a_bits, b_bits), left = bng_min(shorter, rest.bits);
        struct bng_time time = bng_time_and(bng_time_of(pace, left),
                                            bng_time_remainder(bng_max(a_bits, b_bits), shorter));

        if (left == shorter)
                return time;
        time = bng_time_and(time, vanishing(pace, shorter, rest.factor_bits));
        return left == 0 ? time : bng_time_and(time, bng_time_remainder(shorter, left));
}

struct bng_time bng_time_gcd(uint64_t a_bits, uint64_t b_bits, struct bng_rest rest)
{
        return euclid(BNG_PACE_GCD, a_bits, b_bits, rest);
}

/* Shorter numbers are not taken by parts. */
#define PARTS_BITS (UINT64_C(1) << 14)

/*
 * What is known of the factors after a quotient as long as this is multiplied by what each part of the
 * rest adds to it: a third of what is left in bits, four numbers.
 */
static struct bng_time long_factors(uint64_t quotient_bits, uint64_t rest)
{
        struct bng_time time = {0, BNG_PACE_MULTIPLY};

        for (; rest > PARTS_BITS; rest -= rest / 3) {
                struct bng_time products = bng_time_multiply(quotient_bits, rest / 3);
                products.seconds *= 4;
                time = bng_time_and(time, products);
        }
        return time;
}

struct bng_time bng_time_invert(uint64_t a_bits, uint64_t modulus_bits, struct bng_rest rest)
{
        uint64_t shorter = bng_min(a_bits, modulus_bits);
        struct bng_time time = euclid(BNG_PACE_INVERT, a_bits, modulus_bits, rest);

        return rest.bits >= shorter
                       ? time
                       : bng_time_and(time, long_factors(shorter - rest.bits, rest.bits));
}

/* What the shorter number is of the greatest common divisor, as far as is known. */
static uint64_t factor_bits(uint64_t shorter, struct bng_rest rest)
{
        return rest.bits == 0 ? bng_min(rest.factor_bits, shorter) : shorter;
}

/*
 * The longer factor takes a product, and its quotient by the shorter number. Whether it is wanted is not
 * known here: with half of the quotient neither is off by a factor of 2.
 */
struct bng_time bng_time_gcd_extended(uint64_t a_bits, uint64_t b_bits, struct bng_rest rest)
{
        uint64_t longer = bng_max(a_bits, b_bits), shorter = bng_min(a_bits, b_bits);
        uint64_t factor = factor_bits(shorter, rest);
        struct bng_time product = bng_time_multiply(longer, factor);
        struct bng_time quotient = bng_time_quotient(bng_sat_add(longer, factor), shorter);

        return bng_time_and(bng_time_invert(a_bits, b_bits, rest),
                            bng_time_and(product, times(.5, quotient)));
}

/*
 * The longer number is divided by what they have in common, and multiplied by the shorter one. If the
 * first quotients leave nothing, it is known how much that is. Otherwise with half of the quotient neither
 * much nor little is off by a factor of 2.
 */
struct bng_time bng_time_lcm(uint64_t a_bits, uint64_t b_bits, uint64_t odd_bits,
                             struct bng_rest rest)
{
        uint64_t longer = bng_max(a_bits, b_bits), shorter = bng_min(a_bits, b_bits);
        struct bng_time divisor = bng_time_gcd(longer, odd_bits, rest);
        uint64_t common = odd_bits - factor_bits(odd_bits, rest);
        struct bng_time quotient = rest.bits == 0
                                           ? bng_time_quotient(longer, common)
                                           : times(.5, bng_time_quotient(longer, odd_bits / 2));

        return bng_time_and(bng_time_and(divisor, quotient),
                            bng_time_multiply(longer - common, shorter));
}
