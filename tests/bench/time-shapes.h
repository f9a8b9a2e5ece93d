/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Operands whose shape decides how long an operation takes: very unequal ones, few bits that are one, short
 * roots and long degrees, text of every kind. So many bits are what is worked on, about. Text and random
 * numbers are here as a whole, since the tables of operations do not have them.
 */

#include "guard-cases.h"

struct time_shape {
        const char *name;
        const char *operation; /* in guard_cases; NULL: the functions below */
        void (*make)(struct operands *x, uint64_t bits);
        bng_status (*guarded)(bng_ctx *ctx, const struct operands *x, mpz_ptr r, mpz_ptr s);
        bng_status (*check)(bng_ctx *ctx, const struct operands *x, mpz_srcptr r);
};

extern const struct time_shape time_shapes[];
extern const size_t time_shapes_count;

/* The operation as a row of a table, which is the caller's. */
struct guard_case time_shape_case(const struct time_shape *shape);
