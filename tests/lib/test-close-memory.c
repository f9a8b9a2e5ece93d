/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>
#include "expect-close.h"
#include "guard-cases.h"
#include "memory-fixture.h"

/*
 * How close a prediction is, above 10^6 bits: not more than half above the truth where a user meets the
 * limit. Operands, or results of a small argument, have 10^6 bits and more, so that every processor
 * multiplies them by transforms.
 */

static unsigned long seed = 20240301;

struct close_case {
        const char *name;
        void (*make)(struct operands *x, uint64_t bits);
        bng_status (*check)(bng_ctx *ctx, const struct operands *x);
        bng_status (*guarded)(bng_ctx *ctx, const struct operands *x, mpz_ptr r);
        void (*plain)(const struct operands *x, mpz_ptr r);
};

static void make_two(struct operands *x, uint64_t bits)
{
        random_integer(x->a, bits);
        random_integer(x->b, bits + random_below(bits));
}

static void make_power_of_word(struct operands *x, uint64_t bits)
{
        mpz_set_ui(x->a, 3 + 2 * (unsigned long)random_below(1000));
        x->n = (unsigned long)(bits / (bit_length(x->a) - 1));
}

static void make_power_of_long(struct operands *x, uint64_t bits)
{
        x->n = 2 + (unsigned long)random_below(9);
        random_integer(x->a, bits / (x->n - 1));
}

static void make_square(struct operands *x, uint64_t bits)
{
        x->n = 2;
        random_integer(x->a, bits);
}

/* An odd part that is a fraction of the base. */
static void make_power_of_even(struct operands *x, uint64_t bits)
{
        x->n = 5 + (unsigned long)random_below(99);
        random_integer(x->a, 200);
        mpz_mul_2exp(x->a, x->a, bits / (x->n - 1));
}

static void make_factorial_of(struct operands *x, uint64_t bits)
{
        x->n = (unsigned long)(bits / 13);
}

static void make_shifted(struct operands *x, uint64_t bits)
{
        random_integer(x->a, bits / 2);
        x->n = (unsigned long)random_below(3 * bits) + (unsigned long)bits / 2;
}

#define CLOSE(op, ...)                                                                             \
        static bng_status check_##op(bng_ctx *ctx, const struct operands *x)                       \
        {                                                                                          \
                return bng_check_##op(ctx, __VA_ARGS__);                                           \
        }                                                                                          \
        static bng_status guarded_##op(bng_ctx *ctx, const struct operands *x, mpz_ptr r)          \
        {                                                                                          \
                return bng_mpz_##op(ctx, r, __VA_ARGS__);                                          \
        }                                                                                          \
        static void plain_##op(const struct operands *x, mpz_ptr r)                                \
        {                                                                                          \
                mpz_##op(r, __VA_ARGS__);                                                          \
        }

#define bng_check_square bng_check_mul
#define bng_mpz_square bng_mpz_mul
#define mpz_square mpz_mul

CLOSE(mul, x->a, x->b)
CLOSE(square, x->a, x->a)
CLOSE(pow_ui, x->a, x->n)
CLOSE(fac_ui, x->n)
CLOSE(mul_2exp, x->a, x->n)

static const struct close_case close_cases[] = {
        {"mul", make_two, check_mul, guarded_mul, plain_mul},
        {"a square", make_two, check_square, guarded_square, plain_square},
        {"a power of a word", make_power_of_word, check_pow_ui, guarded_pow_ui, plain_pow_ui},
        {"a power of a long base", make_power_of_long, check_pow_ui, guarded_pow_ui, plain_pow_ui},
        {"a square as a power", make_square, check_pow_ui, guarded_pow_ui, plain_pow_ui},
        {"a power of an even base", make_power_of_even, check_pow_ui, guarded_pow_ui, plain_pow_ui},
        {"fac_ui", make_factorial_of, check_fac_ui, guarded_fac_ui, plain_fac_ui},
        {"mul_2exp", make_shifted, check_mul_2exp, guarded_mul_2exp, plain_mul_2exp},
};

struct close_asked {
        const struct close_case *op;
        const struct operands *x;
};

static bng_status ask_close(bng_ctx *ctx, const void *userdata)
{
        const struct close_asked *asked = userdata;
        return asked->op->check(ctx, asked->x);
}

static void try_close(bng_ctx *ctx, const struct close_case *op, const struct operands *x,
                      uint64_t bits)
{
        struct close_asked asked = {op, x};
        mpz_t r, s;

        mpz_inits(r, s, NULL);
        uint64_t predicted = predicted_peak(ctx, ask_close, &asked);
        gmp_hooks_start();
        op->plain(x, r);
        expect_close(op->name, predicted, gmp_hooks_peak_bytes(), bits, seed);
        gmp_hooks_start();
        assert_int_equal(op->guarded(ctx, x, s), BNG_OK);
        if (gmp_hooks_peak_bytes() > predicted)
                fail_msg("%s holds %lu bytes when guarded, predicted %lu, of %lu bits, seed %lu",
                         op->name, (unsigned long)gmp_hooks_peak_bytes(), (unsigned long)predicted,
                         (unsigned long)bits, seed);
        mpz_clears(r, s, NULL);
}

static void test_predictions_are_close(void **userdata)
{
        bng_ctx *ctx = *userdata;
        struct operands x;

        operands_init(&x);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        for (size_t i = 0; i < sizeof close_cases / sizeof *close_cases; i++) {
                random_start(seed + i);
                for (double least = 1.1e6;
                     least <= (test_is_extended() ? test_longest_bits() : 2e6);
                     least = test_next_size(least, 1.3)) {
                        uint64_t bits = (uint64_t)least + random_below((uint64_t)least / 8);
                        close_cases[i].make(&x, bits);
                        try_close(ctx, &close_cases[i], &x, bits);
                }
                random_end();
        }
        operands_clear(&x);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_predictions_are_close),
        };

        return cmocka_run_group_tests(tests, memory_set_up, memory_tear_down);
}
