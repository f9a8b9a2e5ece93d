/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Evaluates expressions, as <bignum-guard.h> describes it for bng_eval; and what becomes of a value
 * then: how long it is, and its text.
 */

#include <gmp.h>
#include <stddef.h>
#include <stdint.h>
#include "bignum-guard.h"
#include "expr/names.h"

/* bng_eval of an expression with good names, without predicting it first. */
bng_status bng_evaluate(bng_ctx *ctx, mpq_ptr rop, const struct bng_expression *expression);

/* The bit length of the larger part; of an integer, of the number itself. */
uint64_t bng_eval_bits(mpq_srcptr value);

/* In base 10, each for free(). */
struct bng_eval_text {
        char *num;
        char *den; /* NULL for an integer */
};

/*
 * Prints a value and sets it to 0, each part as soon as it is printed. Memory is judged, the parts
 * and the texts included. Also on failure the value is 0 then; *ret is untouched.
 */
bng_status bng_eval_print(bng_ctx *ctx, mpq_ptr value, struct bng_eval_text *ret);
