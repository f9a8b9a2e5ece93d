/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two states alternate: an operand is due (literal, sign, opening parenthesis, function), or one
 * has just ended and an operator is due (binary operator, `!`, closing parenthesis, comma, the
 * end). Signs, operators and parentheses wait on the stack until what follows binds weaker. One
 * rule covers all of Python's precedence: a binary operator first applies everything above the
 * nearest parenthesis that binds tighter than itself, or as tight if it associates to the left. A
 * sign applies nothing, as its operand has not begun.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "expr/parse.h"
#include "expr/text.h"

enum waiting_kind {
        WAITING_PREFIX,
        WAITING_INFIX,
        WAITING_PARENTHESIS,
        WAITING_FUNCTION,
};

struct waiting {
        size_t offset;
        uint32_t arguments; /* complete ones, of a function */
        uint8_t op;
        uint8_t kind;
        uint8_t binding;
};

struct parser {
        const struct bng_expression *expression;
        const char *text;
        size_t length;
        size_t at;
        struct bng_sink *sink;
        struct bng_parsed *parsed;
        uint64_t memory_bytes; /* of the stack */
        const struct bng_stop *stop;
        size_t looked_at; /* after so many characters */
        struct waiting *stack;
        size_t depth;
        size_t allocated;
        size_t values;
        bool operand_is_due;
        bool done;
};

size_t bng_parse_bytes(size_t operators)
{
        return operators * sizeof(struct waiting);
}

__attribute__((format(printf, 3, 4))) static bng_status wrong(struct parser *p, size_t offset,
                                                              const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(p->parsed->why.text, sizeof p->parsed->why.text, format, arguments);
        va_end(arguments);
        p->parsed->offset = offset;
        return BNG_SYNTAX;
}

static const char *here(const struct parser *p)
{
        return p->text + p->at;
}

static size_t left(const struct parser *p)
{
        return p->length - p->at;
}

static bool at_character(const struct parser *p, char c)
{
        return left(p) > 0 && *here(p) == c;
}

static size_t word_length(const struct parser *p)
{
        size_t n = 0;
        while (n < left(p) && (bng_is_letter(here(p)[n]) || bng_is_digit(here(p)[n])))
                n++;
        return n;
}

static bng_status look(struct parser *p)
{
        if (p->at - p->looked_at < BNG_LOOK_EVERY)
                return BNG_OK;
        p->looked_at = p->at;
        return bng_stop_now(p->stop) ? BNG_INTERRUPTED : BNG_OK;
}

static bng_status skip_blanks(struct parser *p)
{
        bng_status status = BNG_OK;
        while (status == BNG_OK &&
               (at_character(p, ' ') || at_character(p, '\t') || at_character(p, '\n') ||
                at_character(p, '\r') || at_character(p, '\f'))) {
                p->at++;
                status = look(p);
        }
        return status;
}

static struct waiting *top(const struct parser *p)
{
        return p->depth > 0 ? &p->stack[p->depth - 1] : NULL;
}

static bng_status push(struct parser *p, struct waiting waiting)
{
        if (p->depth == p->allocated) {
                size_t allocated = p->allocated + p->allocated / 2 + 32;
                if (allocated > SIZE_MAX / sizeof *p->stack / 2)
                        return BNG_NO_MEMORY;
                /* While it moves there are two. */
                p->parsed->stack_bytes = (allocated + p->allocated) * sizeof *p->stack;
                if (p->parsed->stack_bytes > p->memory_bytes)
                        return BNG_REFUSED_MEMORY;
                struct waiting *stack = realloc(p->stack, allocated * sizeof *stack);
                if (!stack)
                        return BNG_NO_MEMORY;
                p->stack = stack;
                p->allocated = allocated;
        }
        p->stack[p->depth++] = waiting;
        if (p->depth > p->parsed->operators_max)
                p->parsed->operators_max = p->depth;
        return BNG_OK;
}

static void count_value(struct parser *p)
{
        p->values++;
        if (p->values > p->parsed->values_max)
                p->parsed->values_max = p->values;
}

static bng_status apply(struct parser *p, enum bng_op op, unsigned operands, size_t offset)
{
        p->values -= operands;
        count_value(p);
        return p->sink ? p->sink->apply(p->sink, op, operands, offset) : BNG_OK;
}

/* Applies what binds tighter than `binding`, or as tight, down to the nearest parenthesis. */
static bng_status reduce(struct parser *p, unsigned binding)
{
        for (;;) {
                const struct waiting *w = top(p);
                if (!w || (w->kind != WAITING_PREFIX && w->kind != WAITING_INFIX) ||
                    w->binding < binding)
                        return BNG_OK;
                p->depth--;
                bng_status status = apply(p, w->op, w->kind == WAITING_INFIX ? 2 : 1, w->offset);
                if (status != BNG_OK)
                        return status;
        }
}

static bng_status wrong_name(struct parser *p, size_t length)
{
        struct bng_text_quote quote;
        const struct bng_function *guess = bng_function_guess(here(p), length);
        bng_text_word(here(p), length, &quote);
        if (guess)
                return wrong(p, p->at, "there is no %s: did you mean %s?", quote.text,
                             guess->usage);
        struct bng_names_text names;
        bool is_called = length < left(p) && here(p)[length] == '(';
        if (p->expression->variables_count > 0 && !is_called)
                return wrong(p, p->at, "there is no %s; the variables are %s", quote.text,
                             bng_names_text(p->expression, &names));
        return wrong(p, p->at,
                     "there is no %s; the functions are factorial, binomial, primorial, fibonacci, "
                     "lucas, gcd, lcm, isqrt, root, pow, abs",
                     quote.text);
}

static bng_status variable(struct parser *p, const bng_variable *variable, size_t length)
{
        size_t begin = p->at;
        p->at += length;
        count_value(p);
        p->operand_is_due = false;
        return p->sink ? p->sink->variable(p->sink, variable, begin) : BNG_OK;
}

static bng_status name(struct parser *p)
{
        size_t begin = p->at;
        size_t length = word_length(p);
        const bng_variable *found = bng_names_find(p->expression, here(p), length);
        if (found)
                return variable(p, found, length);
        const struct bng_function *function = bng_function_find(here(p), length);
        if (!function)
                return wrong_name(p, length);
        p->at += length;
        bng_status status = skip_blanks(p);
        if (status != BNG_OK)
                return status;
        if (!at_character(p, '('))
                return wrong(p, begin, "%s is a function: write %s", function->name,
                             function->usage);
        p->at++;
        return push(p, (struct waiting){.offset = begin,
                                        .kind = WAITING_FUNCTION,
                                        .op = (uint8_t)function->op});
}

static const char *arguments_text(const struct bng_function *f)
{
        return f->arguments_max == 1   ? "one argument"
               : f->arguments_max == 2 ? "two arguments"
                                       : "two or three arguments";
}

/* An argument of the function on top of the stack has just ended. */
static bng_status argument(struct parser *p)
{
        struct waiting *w = top(p);
        const struct bng_function *f = bng_function_of(w->op);
        if (w->arguments == UINT32_MAX || w->arguments == f->arguments_max)
                return wrong(p, w->offset, "%s takes %s: %s", f->name, arguments_text(f), f->usage);
        w->arguments++;
        return f->folds && w->arguments > 1 ? apply(p, f->op, 2, w->offset) : BNG_OK;
}

/* All arguments are there, and the parenthesis closes. */
static bng_status call(struct parser *p)
{
        struct waiting w = *top(p);
        const struct bng_function *f = bng_function_of(w.op);
        p->depth--;
        if (w.arguments < f->arguments_min)
                return wrong(p, w.offset, "%s takes %s: %s", f->name, arguments_text(f), f->usage);
        if (f->folds)
                return apply(p, f->op, w.arguments > 1 ? 1 : w.arguments, w.offset);
        return apply(p, f->op == BNG_OP_POW && w.arguments == 3 ? BNG_OP_POWM : f->op, w.arguments,
                     w.offset);
}

static bng_status literal(struct parser *p)
{
        struct bng_literal literal;
        bng_status status =
                bng_literal_scan(p->text, p->length, &p->at, p->stop, &literal, &p->parsed->why);
        p->parsed->offset = p->at;
        if (status != BNG_OK)
                return status;
        count_value(p);
        p->operand_is_due = false;
        return p->sink ? p->sink->literal(p->sink, &literal) : BNG_OK;
}

static bng_status operand(struct parser *p)
{
        struct bng_text_quote quote;
        const struct waiting *w = top(p);
        if (left(p) == 0 && !w)
                return wrong(p, p->at, "there is no expression");
        if (left(p) > 0 && (bng_is_digit(*here(p)) ||
                            (*here(p) == '.' && left(p) > 1 && bng_is_digit(here(p)[1]))))
                return literal(p);
        if (left(p) > 0 && bng_is_letter(*here(p)))
                return name(p);
        if (at_character(p, '('))
                return push(p, (struct waiting){.offset = p->at++, .kind = WAITING_PARENTHESIS});
        if (at_character(p, ')') && w && w->kind == WAITING_FUNCTION) {
                p->at++;
                p->operand_is_due = false;
                return call(p);
        }
        const struct bng_operator *sign = bng_operator_prefix(here(p), left(p));
        if (!sign)
                return wrong(p, p->at, "a number, a function or \"(\" is missing before %s",
                             bng_text_character(here(p), left(p), &quote));
        p->at++;
        return push(p, (struct waiting){.offset = p->at - 1,
                                        .kind = WAITING_PREFIX,
                                        .op = (uint8_t)sign->op,
                                        .binding = (uint8_t)sign->binding});
}

/* After an operand: what ends the innermost parenthesis, or one argument in it. */
static bng_status closing(struct parser *p)
{
        size_t offset = p->at;
        bool is_comma = *here(p) == ',';
        bng_status status = reduce(p, 0);
        if (status != BNG_OK)
                return status;
        const struct waiting *w = top(p);
        if (is_comma && (!w || w->kind != WAITING_FUNCTION))
                return wrong(p, offset, "a comma stands only between the arguments of a function");
        if (!w)
                return wrong(p, offset, "there is no \"(\" for this \")\"");
        p->at++;
        if (w->kind == WAITING_PARENTHESIS) {
                p->depth--;
                return BNG_OK;
        }
        status = argument(p);
        if (status != BNG_OK)
                return status;
        p->operand_is_due = is_comma;
        return is_comma ? BNG_OK : call(p);
}

static bng_status end(struct parser *p)
{
        bng_status status = reduce(p, 0);
        if (status != BNG_OK)
                return status;
        p->done = true;
        return top(p) ? wrong(p, top(p)->offset, "this parenthesis is never closed") : BNG_OK;
}

static bng_status wrong_operator(struct parser *p)
{
        struct bng_text_quote quote;
        switch (*here(p)) {
        case '=':
        case '<':
        case '>':
        case '!':
                return wrong(p, p->at, "there are no comparisons and no assignments here");
        case '#':
                return wrong(p, p->at, "there are no comments here");
        }
        return wrong(p, p->at, "an operator is missing before %s",
                     bng_is_letter(*here(p)) || bng_is_digit(*here(p))
                             ? bng_text_word(here(p), word_length(p), &quote)
                             : bng_text_character(here(p), left(p), &quote));
}

static bng_status infix(struct parser *p)
{
        if (left(p) == 0)
                return end(p);
        if (*here(p) == ')' || *here(p) == ',')
                return closing(p);
        if (*here(p) == '!' && (left(p) == 1 || here(p)[1] != '='))
                return apply(p, BNG_OP_FACTORIAL, 1, p->at++);
        const struct bng_operator *found = bng_operator_infix(here(p), left(p));
        if (!found)
                return wrong_operator(p);

        bool to_the_right = found->op == BNG_OP_POW;
        bng_status status = reduce(p, to_the_right ? found->binding + 1 : found->binding);
        if (status != BNG_OK)
                return status;
        p->operand_is_due = true;
        size_t offset = p->at;
        p->at += strlen(found->symbol);
        return push(p, (struct waiting){.offset = offset,
                                        .kind = WAITING_INFIX,
                                        .op = (uint8_t)found->op,
                                        .binding = (uint8_t)found->binding});
}

static bng_status parse(struct parser *p)
{
        bng_status status = BNG_OK;
        while (status == BNG_OK && !p->done) {
                status = skip_blanks(p);
                if (status == BNG_OK)
                        status = p->operand_is_due ? operand(p) : infix(p);
                if (status == BNG_OK)
                        status = look(p);
        }
        free(p->stack);
        return status;
}

bng_status bng_parse_check(const struct bng_expression *expression, uint64_t memory_bytes,
                           const struct bng_stop *stop, struct bng_parsed *parsed)
{
        struct parser p = {.expression = expression,
                           .text = expression->text,
                           .length = expression->length,
                           .parsed = parsed,
                           .memory_bytes = memory_bytes,
                           .stop = stop,
                           .operand_is_due = true};
        *parsed = (struct bng_parsed){0};
        return parse(&p);
}

bng_status bng_parse(const struct bng_expression *expression, const struct bng_parsed *checked,
                     const struct bng_stop *stop, struct bng_sink *sink)
{
        struct bng_parsed parsed = {0};
        struct parser p = {.expression = expression,
                           .text = expression->text,
                           .length = expression->length,
                           .sink = sink,
                           .parsed = &parsed,
                           .stop = stop,
                           .operand_is_due = true,
                           .allocated = checked->operators_max};
        if (p.allocated > 0) {
                p.stack = calloc(p.allocated, sizeof *p.stack);
                if (!p.stack)
                        return BNG_NO_MEMORY;
        }
        return parse(&p);
}
