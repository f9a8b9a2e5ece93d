/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The operations of the expression language, in one table: what the parser reads, the evaluator
 * computes and the predictor bounds. Symbols and precedence are Python's; `!` is the
 * mathematicians'.
 */

#include <stdbool.h>
#include <stddef.h>

enum bng_op {
        BNG_OP_OR,
        BNG_OP_XOR,
        BNG_OP_AND,
        BNG_OP_LSHIFT,
        BNG_OP_RSHIFT,
        BNG_OP_ADD,
        BNG_OP_SUB,
        BNG_OP_MUL,
        BNG_OP_DIV,
        BNG_OP_FLOORDIV,
        BNG_OP_MOD,
        BNG_OP_POW,
        BNG_OP_POS,
        BNG_OP_NEG,
        BNG_OP_INVERT,
        BNG_OP_FACTORIAL,
        BNG_OP_BINOMIAL,
        BNG_OP_PRIMORIAL,
        BNG_OP_FIBONACCI,
        BNG_OP_LUCAS,
        BNG_OP_GCD,
        BNG_OP_LCM,
        BNG_OP_ISQRT,
        BNG_OP_ROOT,
        BNG_OP_POWM,
        BNG_OP_ABS,
        BNG_OP_COUNT,
};

/*
 * Binding of the operators between operands, weakest first. A sign binds tighter than `*` and
 * weaker than `**` to its right: -2**2 is -(2**2), and 2**-1 has nowhere else to go.
 */
enum bng_binding {
        BNG_BIND_OR,
        BNG_BIND_XOR,
        BNG_BIND_AND,
        BNG_BIND_SHIFT,
        BNG_BIND_SUM,
        BNG_BIND_PRODUCT,
        BNG_BIND_SIGN,
        BNG_BIND_POWER,
};

struct bng_operator {
        const char *symbol;
        enum bng_op op;
        enum bng_binding binding;
};

/* A function folds if f(a, b, c) is f(f(a, b), c): then its arguments need not wait for each other.
 */
struct bng_function {
        const char *name;
        enum bng_op op;
        unsigned arguments_min;
        unsigned arguments_max; /* UINT_MAX: as many as one likes */
        bool folds;
        const char *usage; /* "root(x, k)" */
};

/* How an operation is called in messages: its symbol or its name. Static text. */
const char *bng_op_name(enum bng_op op);

/*
 * The operator that begins text[0 .. length), the longest one, between two operands or before one.
 * NULL if there is none.
 */
const struct bng_operator *bng_operator_infix(const char *text, size_t length);
const struct bng_operator *bng_operator_prefix(const char *text, size_t length);

/* The function of that name. NULL if there is none. */
const struct bng_function *bng_function_find(const char *name, size_t length);
/* The function that computes `op`; there must be one. pow computes BNG_OP_POW, and POWM of three.
 */
const struct bng_function *bng_function_of(enum bng_op op);
/* The function that somebody who wrote `name` may have meant. NULL if none comes to mind. */
const struct bng_function *bng_function_guess(const char *name, size_t length);
