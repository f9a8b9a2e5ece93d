/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The expression language, read by operator precedence with a stack of its own, so that neither
 * depth nor length can exhaust the process's: time is linear in the text, memory 16 bytes for each
 * operator or parenthesis that is still open.
 *
 * The parser builds no tree. It hands what it reads to a sink in the order of evaluation, like the
 * keys of a postfix calculator: 2*(3+4) arrives as 2, 3, 4, +, *. A sink evaluates or predicts at
 * once, and what it does not know yet it need not store. The text is read twice: checked first, and
 * then parsed, which cannot fail on syntax any more and knows how much it needs.
 */

#include <stddef.h>
#include "bignum-guard.h"
#include "config/units.h"
#include "expr/literal.h"
#include "expr/names.h"
#include "expr/op.h"
#include "steps/stop.h"

/*
 * What a parsed text calls, with the sink itself as the first argument. A status other than BNG_OK
 * ends the parsing, which returns it. `operands` of the topmost values are used and replaced by
 * one; `offset` is where the operation is written. Functions without a fixed number of operands
 * come in pairs as soon as their arguments are there, and at their end with the 1 operand that is
 * left of them; with 0 if there are none.
 */
struct bng_sink {
        bng_status (*literal)(struct bng_sink *sink, const struct bng_literal *literal);
        bng_status (*variable)(struct bng_sink *sink, const bng_variable *variable, size_t offset);
        bng_status (*apply)(struct bng_sink *sink, enum bng_op op, unsigned operands,
                            size_t offset);
};

struct bng_parsed {
        size_t values_max;    /* how many values a sink holds at most at the same time */
        size_t operators_max; /* how many operators and parentheses are open at most */
        size_t stack_bytes;   /* what the check held at most, or after BNG_REFUSED_MEMORY would */
        size_t offset;        /* after BNG_SYNTAX: where the mistake is */
        struct bng_why why;   /* after BNG_SYNTAX: what is wrong there, without place and period */
};

/* The memory that bng_parse holds when so many operators are open. */
size_t bng_parse_bytes(size_t operators);

/*
 * Checks all of an expression. Returns BNG_OK, BNG_SYNTAX, BNG_NO_MEMORY, BNG_REFUSED_MEMORY
 * where the check itself would hold more than `memory_bytes`, or BNG_INTERRUPTED where `stop` ended
 * it: in a long text it is asked now and then.
 */
bng_status bng_parse_check(const struct bng_expression *expression, uint64_t memory_bytes,
                           const struct bng_stop *stop, struct bng_parsed *parsed);

/*
 * Parses an expression that bng_parse_check found to be one. Returns BNG_OK, BNG_NO_MEMORY,
 * BNG_INTERRUPTED as the check does, or what the sink returned.
 */
bng_status bng_parse(const struct bng_expression *expression, const struct bng_parsed *checked,
                     const struct bng_stop *stop, struct bng_sink *sink);
