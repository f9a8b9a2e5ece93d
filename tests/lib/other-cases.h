/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The guarded operations that are not like those of guard-cases.h, as rows of the same table: the same
 * number twice, three results, text and bytes to and from memory and streams, random numbers, room, and
 * comparisons of fractions. Of these a row without a check is asked by the guarded call itself.
 */

#include "guard-cases.h"

extern const struct guard_case other_cases[];
extern const size_t other_cases_count;

/* Before the first row is made; after the last. */
void other_cases_begin(void);
void other_cases_end(void);

/* As predicted_peak_of_case(), of any row of this table. */
uint64_t predicted_peak_of_other(bng_ctx *ctx, const struct guard_case *op,
                                 const struct operands *x, mpz_srcptr r);
/* What the last call held without asking GMP for it: text, or bytes. 0 after other_held_nothing(). */
uint64_t other_held_bytes(void);
void other_held_nothing(void);
