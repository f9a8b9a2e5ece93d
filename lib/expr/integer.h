/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Integers of an expression: computed, or only predicted.
 *
 * Evaluating and predicting an expression are the same work at two depths. Each operation knows a
 * prediction and a guarded function. To evaluate is to run the guarded function every time; to
 * predict is to judge the prediction, and to run the function only on small numbers
 * (BNG_EXACT_BITS). So the arithmetic above this file is written once, and a prediction is refused
 * where the evaluation would be, by the same judge with the same sentence. After its first refusal
 * a prediction goes on without judging, to say how large the whole would have been.
 *
 * Every integer is charged to the work (work.h) for what it holds, or is predicted to hold.
 *
 * Functions that return bng_status: BNG_OK, or the end of the work with the sentence in work->ctx.
 * A result (`rop`) is always an integer fresh from bng_integer_init, never an operand.
 */

#include <gmp.h>
#include <stdbool.h>
#include <stdint.h>
#include "bignum-guard.h"
#include "expr/literal.h"
#include "expr/work.h"
#include "predict/predict.h"

/* Up to this size the prediction of an expression computes sub-values. */
#define BNG_EXACT_BITS 4096

struct bng_integer {
        mpz_t z;
        struct bng_operand *predicted; /* NULL: z is the number. Else all that is looked at */
        uint64_t charged_bytes;        /* for what it surely holds */
        uint64_t charged_most_bytes;   /* for what it perhaps holds */
        uint64_t live_bytes;           /* what it counts in the total, see bng_work_counted() */
};

/* Judges a number that was computed, or predicted, as the result of an operation: the caller's is none. */
bng_status bng_integer_judge(struct bng_work *work, const struct bng_integer *a);

void bng_integer_init(struct bng_integer *a);
void bng_integer_clear(struct bng_work *work, struct bng_integer *a);
void bng_integer_swap(struct bng_integer *a, struct bng_integer *b);

/* Known, or so well that an evaluation would be judged by the same size to a bit. */
bool bng_integer_is_tight(const struct bng_integer *a);
/* What is known of it: all there is, if it was computed. */
struct bng_operand bng_integer_operand(const struct bng_integer *a);
bool bng_integer_may_be_zero(const struct bng_integer *a);
bool bng_integer_may_be_one(const struct bng_integer *a);
bool bng_integer_may_be_negative(const struct bng_integer *a);
bool bng_integer_may_be_positive(const struct bng_integer *a);
bool bng_integer_is_one(const struct bng_integer *a);  /* surely */
bool bng_integer_is_zero(const struct bng_integer *a); /* surely */

void bng_integer_set_ui(struct bng_work *work, struct bng_integer *rop, unsigned long n);
bng_status bng_integer_set_literal(struct bng_work *work, struct bng_integer *rop,
                                   const struct bng_literal *literal);
/* The caller's number, which is read where it is. A longer one is only seen by a prediction. */
bng_status bng_integer_set_variable(struct bng_work *work, struct bng_integer *rop, mpz_srcptr n);
/* What is handed out is the evaluation's own: a number of the caller's is copied. */
bng_status bng_integer_own(struct bng_work *work, struct bng_integer *a);
/* Makes it predicted, or computed if what is known leaves no choice. */
bng_status bng_integer_set_operand(struct bng_work *work, struct bng_integer *rop,
                                   const struct bng_operand *operand);

/* What another number of its length holds at most. */
uint64_t bng_integer_bytes_most(const struct bng_integer *a);

/* In place, without new memory and therefore without judgement. */
void bng_integer_negate(struct bng_integer *a);
void bng_integer_absolute(struct bng_integer *a);

/* The operations, by how many operands they have. */
struct bng_unary {
        struct bng_prediction (*predict)(struct bng_operand a);
        bng_status (*run)(bng_ctx *ctx, mpz_t rop, const mpz_t a);
};

struct bng_binary {
        struct bng_prediction (*predict)(struct bng_operand a, struct bng_operand b);
        bng_status (*run)(bng_ctx *ctx, mpz_t rop, const mpz_t a, const mpz_t b);
        /* GMP takes zeros at an operand's end away first, so how many there are is a part of the cost. */
        bool drops_zeros_of_a, drops_zeros_of_b;
};

struct bng_ternary {
        struct bng_prediction (*predict)(struct bng_operand a, struct bng_operand b,
                                         struct bng_operand c);
        bng_status (*run)(bng_ctx *ctx, mpz_t rop, const mpz_t a, const mpz_t b, const mpz_t c);
};

bng_status bng_integer_unary(struct bng_work *work, struct bng_integer *rop,
                             const struct bng_unary *operation, const struct bng_integer *a);
bng_status bng_integer_binary(struct bng_work *work, struct bng_integer *rop,
                              const struct bng_binary *operation, const struct bng_integer *a,
                              const struct bng_integer *b);
bng_status bng_integer_ternary(struct bng_work *work, struct bng_integer *rop,
                               const struct bng_ternary *operation, const struct bng_integer *a,
                               const struct bng_integer *b, const struct bng_integer *c);
