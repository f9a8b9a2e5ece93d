/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "guard-cases.h"
#include "memory-fixture.h"
#include "predict/predict.h"

/*
 * Fractions hold no more than predicted, in GMP's own calls and in the guarded ones: parts of any
 * lengths, with and without common divisors, into new variables and in place.
 */

static unsigned long seed = 20240312;

struct fractions {
        mpq_t a, b;
        mp_bitcnt_t n;
};

/* name, prediction, GMP's call, the guarded one */
#define OPERATIONS(X)                                                                              \
        X(set, copy(x->a), mpq_set(r, x->a), bng_mpq_set(ctx, r, x->a))                            \
        X(neg, copy(x->a), mpq_neg(r, x->a), bng_mpq_neg(ctx, r, x->a))                            \
        X(inv, inverse(x->a), mpq_inv(r, x->a), bng_mpq_inv(ctx, r, x->a))                         \
        X(add, add(x->a, x->b), mpq_add(r, x->a, x->b), bng_mpq_add(ctx, r, x->a, x->b))           \
        X(sub, add(x->a, x->b), mpq_sub(r, x->a, x->b), bng_mpq_sub(ctx, r, x->a, x->b))           \
        X(mul, multiply(x->a, x->b), mpq_mul(r, x->a, x->b), bng_mpq_mul(ctx, r, x->a, x->b))      \
        X(mul_self, multiply(x->a, x->a), mpq_mul(r, x->a, x->a), bng_mpq_mul(ctx, r, x->a, x->a)) \
        X(div, divide(x->a, x->b), mpq_div(r, x->a, x->b), bng_mpq_div(ctx, r, x->a, x->b))        \
        X(mul_2exp, shift_left(x->a, x->n), mpq_mul_2exp(r, x->a, x->n),                           \
          bng_mpq_mul_2exp(ctx, r, x->a, x->n))                                                    \
        X(div_2exp, shift_right(x->a, x->n), mpq_div_2exp(r, x->a, x->n),                          \
          bng_mpq_div_2exp(ctx, r, x->a, x->n))

#define DEFINE(name, prediction, plain, guarded)                                                   \
        static uint64_t predicted_##name(const struct fractions *x)                                \
        {                                                                                          \
                return bng_predict_fraction_##prediction.peak_bytes;                               \
        }                                                                                          \
        static void plain_##name(mpq_t r, const struct fractions *x)                               \
        {                                                                                          \
                plain;                                                                             \
        }                                                                                          \
        static bng_status guarded_##name(bng_ctx *ctx, mpq_t r, const struct fractions *x)         \
        {                                                                                          \
                return guarded;                                                                    \
        }
OPERATIONS(DEFINE)

static const struct operation {
        const char *name;
        uint64_t (*predicted)(const struct fractions *x);
        void (*plain)(mpq_t r, const struct fractions *x);
        bng_status (*guarded)(bng_ctx *ctx, mpq_t r, const struct fractions *x);
} operations[] = {
#define ROW(name, prediction, plain, guarded)                                                      \
        {#name, predicted_##name, plain_##name, guarded_##name},
        OPERATIONS(ROW)};
#define OPERATIONS_COUNT (sizeof operations / sizeof *operations)

/* Not 0, in lowest terms, of about so many bits: the parts alike, or one far shorter. */
static void random_fraction(mpq_t q, uint64_t bits, mpz_srcptr common)
{
        uint64_t other = random_below(3) == 0 ? 1 + random_below(bits) : bits;

        random_integer(mpq_numref(q), bits);
        random_integer(mpq_denref(q), other);
        if (random_below(2))
                mpz_swap(mpq_numref(q), mpq_denref(q));
        if (random_below(2))
                mpz_mul(mpq_denref(q), mpq_denref(q), common);
        else if (random_below(2))
                mpz_mul(mpq_numref(q), mpq_numref(q), common);
        mpq_canonicalize(q);
}

static void make(struct fractions *x, uint64_t bits)
{
        mpz_t common;

        mpz_init(common);
        random_integer(common, 1 + random_below(bits));
        random_fraction(x->a, bits, common);
        random_fraction(x->b, random_below(2) ? bits : 1 + random_below(bits), common);
        x->n = (mp_bitcnt_t)random_below(2 * bits);
        mpz_clear(common);
}

/* The most of three ways to the result. */
static uint64_t measured(bng_ctx *ctx, const struct operation *op, struct fractions *x)
{
        struct fractions in_place = {.n = x->n};
        uint64_t most = 0;
        mpq_t r;

        for (unsigned way = 0; way < 3; way++) {
                mpq_init(r);
                mpq_init(in_place.a);
                mpq_init(in_place.b);
                mpq_set(in_place.a, x->a);
                mpq_set(in_place.b, x->b);
                gmp_hooks_start();
                if (way == 0)
                        op->plain(r, x);
                else if (way == 1)
                        op->plain(in_place.a, &in_place);
                else if (op->guarded(ctx, r, x) != BNG_OK)
                        fail_msg("%s: %s", op->name, bng_ctx_message(ctx));
                if (gmp_hooks_peak_bytes() > most)
                        most = gmp_hooks_peak_bytes();
                mpq_clear(r);
                mpq_clear(in_place.a);
                mpq_clear(in_place.b);
        }
        return most;
}

static void try_operation(bng_ctx *ctx, const struct operation *op, struct fractions *x,
                          uint64_t bits)
{
        uint64_t predicted = op->predicted(x);
        uint64_t held = measured(ctx, op, x);

        if (held > predicted)
                fail_msg("%s holds %lu bytes, predicted %lu, of about %lu bits, seed %lu", op->name,
                         (unsigned long)held, (unsigned long)predicted, (unsigned long)bits, seed);
}

static void test_fractions_hold_no_more_than_predicted(void **userdata)
{
        double most = test_is_extended() ? 4e6 : 4e5;
        struct fractions x;

        mpq_init(x.a);
        mpq_init(x.b);
        random_start(seed);
        for (double bits = 2; bits < most; bits *= 1.6)
                for (unsigned round = 0; round < (bits < 2e4 ? 8 : 1); round++) {
                        make(&x, (uint64_t)bits);
                        for (size_t i = 0; i < OPERATIONS_COUNT; i++)
                                try_operation(*userdata, &operations[i], &x, (uint64_t)bits);
                }
        random_end();
        mpq_clear(x.a);
        mpq_clear(x.b);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_fractions_hold_no_more_than_predicted),
        };

        return cmocka_run_group_tests(tests, memory_set_up, memory_tear_down);
}
