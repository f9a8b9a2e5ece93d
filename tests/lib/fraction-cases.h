/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Every guarded operation on fractions as one row of a table, beside that of integers (guard-cases.h):
 * GMP's own call, and the guarded one with its check.
 */

#include "guard-cases.h"

struct fractions {
        mpq_t a, b;
        mpq_t raw; /* not in lowest terms */
        mpz_t z;
        mpf_t f;
        double d;
        unsigned long n;
        char *text;          /* raw's, where it is to be read */
        uint64_t text_bytes; /* of what was written last */
};

enum fraction_kind {
        FRACTION_RESULT,
        FRACTION_READ,    /* the text's */
        FRACTION_UPDATED, /* r, which begins as raw */
        FRACTION_WRITTEN, /* a; r is left alone */
};

struct fraction_case {
        const char *name;
        enum fraction_kind kind;
        void (*plain)(struct fractions *x, mpq_ptr r);
        bng_status (*guarded)(bng_ctx *ctx, struct fractions *x, mpq_ptr r);
        bng_status (*check)(bng_ctx *ctx, struct fractions *x);
};

extern const struct fraction_case fraction_cases[];
extern const size_t fraction_cases_count;

void fractions_init(struct fractions *x);
void fractions_clear(struct fractions *x);
/*
 * Operands: the longer part of a fraction has up to so many bits, the other one as many or any number, and
 * they have something to cancel or not. None is 0. A text takes longer to make than the rest.
 */
void fractions_make(struct fractions *x, uint64_t bits, bool with_text);
/*
 * Makes the parts of operands others of the same lengths whose common divisors are found after the longest
 * search, as in make_worst(); those of a sum with a divisor in common that the sum lacks. False where there
 * are none, or they were not found.
 */
bool fractions_make_worst(const struct fraction_case *op, struct fractions *x);
bool fractions_make_common(const struct fraction_case *op, struct fractions *x);
/* Makes r what it is before: raw, or left as it is. */
void fraction_case_begin(const struct fraction_case *op, const struct fractions *x, mpq_ptr r);

/* See predicted_peak(). */
uint64_t predicted_peak_of_fractions(bng_ctx *ctx, const struct fraction_case *op,
                                     struct fractions *x);
/* The most that was held since gmp_hooks_start(), with what the library itself made. */
uint64_t held_by_fractions(const struct fraction_case *op, const struct fractions *x);
