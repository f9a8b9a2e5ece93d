/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A text without variables, predicted and evaluated. */

#include "expr/eval.h"
#include "expr/predict.h"

/* Without predicting it first, which would only agree with itself. */
static inline bng_status evaluate(bng_ctx *ctx, mpq_ptr value, const char *text, size_t length)
{
        return bng_evaluate(ctx, value, &(struct bng_expression){text, length, NULL, 0});
}

static inline bng_status predict(bng_ctx *ctx, const char *text, size_t length,
                                 struct bng_predict_result *ret)
{
        return bng_predict(ctx, &(struct bng_expression){text, length, NULL, 0}, true, ret);
}
