/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Operands of divisions, of common divisors and of powers modulo a number, by what decides their ways: how
 * long the quotient is, whether there is a remainder, what two numbers have in common.
 *
 * A prediction does not know all of this. It is of the worst operands that look the same: then there are
 * such that hold what is predicted, and how close it is is measured with those.
 */

#include <stdbool.h>
#include "guard-cases.h"

struct division_shape {
        const char *name;
        const char *operation; /* in guard_cases */
        void (*make)(struct operands *x, uint64_t bits);
        uint64_t bits_max; /* longer ones take too long for a test; 0: any */
};

extern const struct division_shape division_shapes[];
extern const size_t division_shapes_count;

const struct guard_case *division_shape_case(const struct division_shape *shape);

/*
 * Makes operands of an operation those that look the same and hold the most; false where x are such
 * themselves, as far as is known, or were not found.
 */
bool make_worst(const char *operation, struct operands *x);
