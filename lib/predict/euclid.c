/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include "bounds/checked.h"
#include "predict/quotients.h"

/*
 * A glance: where a remainder vanishes in the leading bits (quotients.h), all of a u - b v is looked at
 * from its high end: each digit that comes down either leaves it as short as the factors are, or it is
 * known how long it is.
 *
 * Factors have up to 24 bits: they are those of a divisor in common that is all but 24 bits of a or
 * b. Two numbers without pattern have such a remainder once in 2^14 times, and it is a digit shorter.
 */

#define FACTOR_BITS 24
#define FACTOR_MAX (INT64_C(1) << FACTOR_BITS)

/* To a bit or two; 0: of nothing. */
static uint64_t length_of_difference(struct bng_shifted a, struct bng_shifted b,
                                     struct bng_factors factors)
{
        int64_t difference = 0;
        uint64_t at = bng_div_up(a.bits, BNG_DIGIT_BITS) * BNG_DIGIT_BITS;

        while (at > 0 && llabs(difference) <= 2 * FACTOR_MAX) {
                at -= BNG_DIGIT_BITS;
                difference = difference * (INT64_C(1) << BNG_DIGIT_BITS) +
                             factors.a * bng_shifted_digit(a, at) -
                             factors.b * bng_shifted_digit(b, at);
        }
        return difference == 0 ? 0 : at + bng_length_of((uint64_t)llabs(difference));
}

struct bng_rest bng_euclid_glance(struct bng_pair pair)
{
        struct bng_shifted a, b;

        bng_shifted_pair(pair, &a, &b);
        struct bng_rest rest = {b.bits, 0};
        if (b.bits < BNG_EUCLID_WORTH_BITS)
                return rest;
        uint64_t from = a.bits - BNG_LEADING_BITS;
        struct bng_steps steps = bng_first_steps(bng_shifted_leading(a, from),
                                                 bng_shifted_leading(b, from), FACTOR_BITS);
        if (steps.vanishes) {
                rest.bits = bng_min(b.bits, length_of_difference(a, b, steps.y));
                rest.factor_bits = bng_length_of((uint64_t)steps.y.a);
        }
        return rest;
}
