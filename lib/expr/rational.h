/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Exact rationals of an expression: a numerator and a denominator > 0 without a common divisor. An
 * integer has the denominator 1, and what works on integers alone refuses what surely is none.
 *
 * A part of a result counts against the result limit, as its parts are what the user gets. What
 * only stands on the way to them (products before they are reduced) counts as memory and not as a
 * result, so that a short fraction is not refused for a long detour.
 *
 * Predicted parts may have a common divisor that nobody can see yet. Then their ranges hold both
 * the parts and what is left of them once reduced: each function divides by a predicted gcd, which
 * is 1 at least. A rational that may turn out to be an integer is let through where an integer is
 * needed.
 *
 * The results are fresh; operands may be destroyed, and remain to be cleared by the caller.
 */

#include "expr/integer.h"

struct bng_rational {
        struct bng_integer num;
        struct bng_integer den;
};

void bng_rational_init(struct bng_rational *a);
void bng_rational_clear(struct bng_work *work, struct bng_rational *a);

/* The value of a variable, read where it is: it takes no memory, and must not change meanwhile. */
bng_status bng_rational_set_variable(struct bng_work *work, struct bng_rational *rop,
                                     const bng_variable *variable);

/* Surely an integer; perhaps one. */
bool bng_rational_is_integer(const struct bng_rational *a);
bool bng_rational_may_be_integer(const struct bng_rational *a);

bng_status bng_rational_add(struct bng_work *work, struct bng_rational *rop, struct bng_rational *a,
                            struct bng_rational *b);
bng_status bng_rational_sub(struct bng_work *work, struct bng_rational *rop, struct bng_rational *a,
                            struct bng_rational *b);
bng_status bng_rational_mul(struct bng_work *work, struct bng_rational *rop, struct bng_rational *a,
                            struct bng_rational *b);
bng_status bng_rational_div(struct bng_work *work, struct bng_rational *rop, struct bng_rational *a,
                            struct bng_rational *b);
/* Towards minus infinity: an integer; and what remains, with the sign of b. */
bng_status bng_rational_floordiv(struct bng_work *work, struct bng_rational *rop,
                                 struct bng_rational *a, struct bng_rational *b);
bng_status bng_rational_mod(struct bng_work *work, struct bng_rational *rop, struct bng_rational *a,
                            struct bng_rational *b);
bng_status bng_rational_pow(struct bng_work *work, struct bng_rational *rop, struct bng_rational *a,
                            struct bng_rational *exponent);
