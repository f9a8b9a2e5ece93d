/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Predicts expressions: how large the value is and what computing and printing it would hold,
 * without computing more than sub-values of up to 4096 bits. It takes time and memory like the
 * text, whatever the numbers in it; towers of powers answer at once.
 */

#include <stddef.h>
#include "bignum-guard.h"
#include "bounds/range.h"
#include "expr/names.h"

struct bng_predict_result {
        bool is_known;         /* false: nobody got to the end of it; the rest is void */
        struct bng_range size; /* of the value, of a rational: of the larger of its parts */
        bng_bounds bits;       /* of the same */
        double seconds;        /* about, to evaluate and print it; infinity: beyond count */
        uint64_t peak_bytes; /* what evaluating and printing holds at most; UINT64_MAX: beyond count
                              */
};

/*
 * Predicts an expression under the limits of ctx, with its printing (bng_eval_print) or without.
 * BNG_OK: nothing proves that the evaluation would be refused. A refusal is the one that it would
 * end with, at the first operation that is too large, with its sentence in ctx; *ret still
 * describes the whole expression. Where a size is known only roughly (quotients, differences,
 * common divisors of numbers that are not computed) its lower bound is judged, and the evaluation
 * has the last word. Any other status: as bng_eval, and *ret is untouched.
 */
bng_status bng_predict(bng_ctx *ctx, const struct bng_expression *expression, bool printing,
                       struct bng_predict_result *ret);

/*
 * After a refusal of the operation or literal at text[offset]: completes its sentence in ctx where
 * that is only a part of the expression, by its place and, if the text is not longer than a
 * person's, by how large the whole would be. Returns status.
 */
bng_status bng_refuse_part(bng_ctx *ctx, bng_status status, const struct bng_expression *expression,
                           size_t offset);
