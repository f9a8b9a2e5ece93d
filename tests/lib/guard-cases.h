/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Every guarded operation as one row of a table, so that limits, memory and aliases are tried on
 * all of them alike: how to make operands of about a size, GMP's own call, and the guarded one with
 * its check. The operands of a row are named as in `struct operands`.
 */

#include <stdlib.h>
#include <gmp.h>
#include "bignum-guard.h"

struct operands {
        mpz_t a, b, c;
        mpf_t f;
        mpq_t q;
        unsigned long m, n;
};

struct guard_case {
        const char *name;
        void (*make)(struct operands *x, uint64_t bits);
        void (*plain)(const struct operands *x, mpz_ptr r, mpz_ptr s);
        bng_status (*guarded)(bng_ctx *ctx, const struct operands *x, mpz_ptr r, mpz_ptr s);
        bng_status (*check)(bng_ctx *ctx, const struct operands *x, mpz_srcptr r);
        bool updates;      /* r is an operand too */
        bool two;          /* s is a result too */
        uint64_t bits_max; /* longer operands take too long for a test */
};

extern const struct guard_case guard_cases[];
extern const size_t guard_cases_count;

/*
 * What a prediction says, read off the outside: the lowest memory limit under which a question is not
 * refused. There is no limit afterwards.
 */
typedef bng_status guard_question(bng_ctx *ctx, const void *userdata);
uint64_t predicted_peak(bng_ctx *ctx, guard_question *ask, const void *userdata);
uint64_t predicted_peak_of_case(bng_ctx *ctx, const struct guard_case *op, const struct operands *x,
                                mpz_srcptr r);

void operands_init(struct operands *x);
void operands_clear(struct operands *x);

/* Random numbers, the same ones in every run after random_start(seed). */
void random_start(unsigned long seed);
void random_end(void);
uint64_t random_below(uint64_t limit);
/* From here on integers have even chances: with none of them an algorithm ends early by luck. */
void random_without_patterns(void);
/*
 * An integer of exactly this many bits: even chances, long runs, or next to a power of two; of
 * either sign.
 */
void random_integer(mpz_ptr z, uint64_t bits);
/* The same, positive, and with even chances for each bit but the highest. */
void random_digits(mpz_ptr z, uint64_t bits);
/* The bit length; 0 has none. */
uint64_t bit_length(mpz_srcptr z);
