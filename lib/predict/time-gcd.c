/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/checked.h"
#include "predict/time.h"

/*
 * How long Euclid's algorithm takes, and what is made of it. GMP divides a longer number by a shorter
 * one, and goes on with numbers of the same length, halving them by ever more quotients at once. If the
 * first quotients leave a short rest, a division by it follows, and it is the rest that is halved.
 */

static struct bng_time euclid(enum bng_pace pace, uint64_t a_bits, uint64_t b_bits,
                              uint64_t rest_bits)
{
        uint64_t shorter = bng_min(a_bits, b_bits), rest = bng_min(shorter, rest_bits);
        struct bng_time time = bng_time_and(bng_time_of(pace, rest),
                                            bng_time_remainder(bng_max(a_bits, b_bits), shorter));

        return rest == shorter || rest == 0 ? time
                                            : bng_time_and(time, bng_time_remainder(shorter, rest));
}

struct bng_time bng_time_gcd(uint64_t a_bits, uint64_t b_bits, uint64_t rest_bits)
{
        return euclid(BNG_PACE_GCD, a_bits, b_bits, rest_bits);
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

struct bng_time bng_time_invert(uint64_t a_bits, uint64_t modulus_bits, uint64_t rest_bits)
{
        uint64_t shorter = bng_min(a_bits, modulus_bits);
        struct bng_time time = euclid(BNG_PACE_INVERT, a_bits, modulus_bits, rest_bits);

        return rest_bits >= shorter
                       ? time
                       : bng_time_and(time, long_factors(shorter - rest_bits, rest_bits));
}

/*
 * The longer number is divided by what they have in common, and multiplied by the shorter one. If the
 * first quotients leave nothing, that is about all of the shorter one. How much it is otherwise is not
 * known here: with half of the quotient neither is off by a factor of 2.
 */
struct bng_time bng_time_lcm(uint64_t a_bits, uint64_t b_bits, uint64_t odd_bits,
                             uint64_t rest_bits)
{
        uint64_t longer = bng_max(a_bits, b_bits), shorter = bng_min(a_bits, b_bits);
        struct bng_time divisor = bng_time_gcd(longer, odd_bits, rest_bits);
        bool is_multiple = rest_bits == 0;
        struct bng_time quotient = bng_time_quotient(longer, is_multiple ? odd_bits : odd_bits / 2);

        if (!is_multiple)
                quotient.seconds /= 2;
        return bng_time_and(bng_time_and(divisor, quotient),
                            bng_time_multiply(is_multiple ? longer - odd_bits : longer, shorter));
}
