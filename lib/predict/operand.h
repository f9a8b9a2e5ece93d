/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a prediction knows of an operand: the range of its absolute value, which signs it may have,
 * and whether it may be odd or even. An integer that exists is seen through its bit length and its
 * leading 64 bits, so looking at it costs the same whatever its size. One that is itself a
 * prediction is a range. Both go through the same predictions.
 */

#include <gmp.h>
#include "bounds/range.h"

struct bng_operand {
        struct bng_range size; /* of the absolute value; knows about zero */
        bool may_be_negative;
        bool may_be_positive;
        bool may_be_odd;
        bool may_be_even;
        uint64_t zeros;   /* bits at its end that surely are 0; of 0, none */
        bool zeros_known; /* and the one before them is 1: there are not more */
};

/* An integer that exists. */
struct bng_operand bng_operand_z(mpz_srcptr n);
struct bng_operand bng_operand_ui(uint64_t n);
struct bng_operand bng_operand_si(int64_t n);

/*
 * An integer of which only the range of its absolute value is known, and which signs it may have.
 */
struct bng_operand bng_operand_range(struct bng_range size, bool may_be_negative,
                                     bool may_be_positive);

/* The same, where its zeros follow from how it was made: so many at least, or exactly so many. */
struct bng_operand bng_operand_with_zeros(struct bng_operand operand, uint64_t zeros, bool exactly);
