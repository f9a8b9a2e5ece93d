/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Evaluates expressions: exact rationals, each operation checked against its real operands before
 * it runs. The language is described in bng(1).
 */

#include <gmp.h>
#include <stddef.h>
#include <stdint.h>
#include "bignum-guard.h"

/* A value: num / den, reduced, den > 0; an integer has den = 1. */
struct bng_eval_result {
        mpz_t num;
        mpz_t den;
};

/*
 * Evaluates text[0 .. length), which may hold any bytes. BNG_OK: *ret is the caller's, for
 * bng_eval_result_clear. Otherwise *ret is untouched and ctx has the sentence; BNG_SYNTAX and
 * BNG_UNDEFINED begin with the place ("column 7: "). The result limit holds for every intermediate
 * value, of a rational for the larger of its parts; the memory limit for everything that is held at
 * the same time.
 */
bng_status bng_eval(bng_ctx *ctx, const char *text, size_t length, struct bng_eval_result *ret);
void bng_eval_result_clear(struct bng_eval_result *result);

/* The bit length of the larger part. */
uint64_t bng_eval_result_bits(const struct bng_eval_result *result);

/* In base 10, each for free(). */
struct bng_eval_text {
        char *num;
        char *den; /* NULL for an integer */
};

/*
 * Prints a result and clears it, each part as soon as it is printed. Memory is judged, the parts
 * and the texts included. Also on failure the result is cleared; *ret is then untouched.
 */
bng_status bng_eval_print(bng_ctx *ctx, struct bng_eval_result *result, struct bng_eval_text *ret);
