/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Operands of divisions by what decides their ways: how long the quotient is, whether there is a
 * remainder, what two numbers have in common. `most` is how many times the peak of numbers above 10^6
 * bits a prediction may be, which does not know all of this.
 */

#include "guard-cases.h"

struct division_shape {
        const char *name;
        const char *operation; /* in guard_cases */
        void (*make)(struct operands *x, uint64_t bits);
        double most;
        uint64_t bits_max; /* longer ones take too long for a test; 0: any */
};

extern const struct division_shape division_shapes[];
extern const size_t division_shapes_count;

const struct guard_case *division_shape_case(const struct division_shape *shape);
