/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Every guarded operation, of integers (guard-cases.h), divisions of all shapes (division-shapes.h) and
 * fractions (fraction-cases.h), to be tried in one way: operands of about so many bits, of a fraction's
 * longer part, and results that are new, or what an operation updates.
 */

#include "division-shapes.h"
#include "fraction-cases.h"
#include "time-shapes.h"

struct any_case {
        const char *name;
        struct guard_case integers;
        void (*make)(struct operands *x, uint64_t bits); /* of integers */
        const struct fraction_case *fractions;
        uint64_t bits_max; /* longer operands take too long */
};

size_t any_cases_count(void);
struct any_case any_case(size_t i);
/* Whether it is among the names; all are where there are none. */
bool any_case_is_wanted(const struct any_case *op, int names_count, char **names);

struct any_operands {
        struct operands integers;
        mpz_t updated, r, s;
        struct fractions fractions;
        mpq_t q;
};

void any_init(struct any_operands *x);
void any_clear(struct any_operands *x);
void any_make(const struct any_case *op, struct any_operands *x, uint64_t bits);
/* Makes the results what they are before. */
void any_begin(const struct any_case *op, struct any_operands *x);

bng_status any_check(bng_ctx *ctx, const struct any_case *op, struct any_operands *x);
bng_status any_run(bng_ctx *ctx, const struct any_case *op, struct any_operands *x);
