/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "guard-cases.h"
#include "guard-expect.h"
#include "memory-fixture.h"

/*
 * The promises of the limits, of every operation on fractions: at the length of the longer part
 * everything runs, one bit below it everything is refused and nothing has changed, also where the
 * destination is an operand; and GMP holds no more than was predicted, nothing for what is refused.
 */

static unsigned long seed = 20240303;

struct fractions {
        mpq_t a, b;
        mpz_t z;
        mpf_t f;
        double d;
        unsigned long n;
};

static uint64_t longer_part(const mpq_t q)
{
        uint64_t num = bit_length(mpq_numref(q));
        uint64_t den = bit_length(mpq_denref(q));

        return num > den ? num : den;
}

static void random_fraction(mpq_t q, uint64_t bits)
{
        mpz_t factor;

        mpz_init(factor);
        random_integer(mpq_numref(q), random_below(bits + 1));
        random_integer(mpq_denref(q), 1 + random_below(bits + 1));
        /* Something to cancel, with what the next one has too. */
        mpz_ui_pow_ui(factor, 6, random_below(bits / 8 + 1));
        mpz_mul(random_below(2) ? mpq_numref(q) : mpq_denref(q),
                random_below(2) ? mpq_numref(q) : mpq_denref(q), factor);
        if (mpz_sgn(mpq_denref(q)) == 0)
                mpz_set_ui(mpq_denref(q), 1);
        mpq_canonicalize(q);
        mpz_clear(factor);
}

static void make(struct fractions *x, uint64_t bits)
{
        random_fraction(x->a, bits);
        random_fraction(x->b, bits);
        if (mpq_sgn(x->a) == 0)
                mpq_set_ui(x->a, 1, 3);
        if (mpq_sgn(x->b) == 0)
                mpq_set_si(x->b, -5, 2);
        random_integer(x->z, random_below(bits + 1));
        mpf_set_q(x->f, x->a);
        if (random_below(2))
                mpf_mul_2exp(x->f, x->f, random_below(bits + 1));
        else
                mpf_div_2exp(x->f, x->f, random_below(bits + 1));
        x->n = (unsigned long)random_below(bits + 1);
        x->d = ldexp(mpf_get_d_2exp(&(long){0}, x->f), (int)random_below(2000) - 1000);
}

/* name, arguments as GMP takes them */
#define CASES(X)                                                                                   \
        X(set, x->a)                                                                               \
        X(abs, x->a)                                                                               \
        X(neg, x->a)                                                                               \
        X(inv, x->a)                                                                               \
        X(add, x->a, x->b)                                                                         \
        X(sub, x->a, x->b)                                                                         \
        X(mul, x->a, x->b)                                                                         \
        X(div, x->a, x->b)                                                                         \
        X(mul_2exp, x->a, x->n)                                                                    \
        X(div_2exp, x->a, x->n)                                                                    \
        X(set_z, x->z)                                                                             \
        X(set_ui, x->n, x->n + 7)                                                                  \
        X(set_si, -(long)x->n, x->n / 3 + 1)                                                       \
        X(set_d, x->d)                                                                             \
        X(set_f, x->f)

#define DEFINE(op, ...)                                                                            \
        static void plain_##op(const struct fractions *x, mpq_t r)                                 \
        {                                                                                          \
                (void)x;                                                                           \
                mpq_##op(r, __VA_ARGS__);                                                          \
        }                                                                                          \
        static bng_status guarded_##op(bng_ctx *ctx, const struct fractions *x, mpq_t r)           \
        {                                                                                          \
                return bng_mpq_##op(ctx, r, __VA_ARGS__);                                          \
        }                                                                                          \
        static bng_status check_##op(bng_ctx *ctx, const struct fractions *x)                      \
        {                                                                                          \
                return bng_check_mpq_##op(ctx, __VA_ARGS__);                                       \
        }
CASES(DEFINE)

struct fraction_case {
        const char *name;
        void (*plain)(const struct fractions *x, mpq_t r);
        bng_status (*guarded)(bng_ctx *ctx, const struct fractions *x, mpq_t r);
        bng_status (*check)(bng_ctx *ctx, const struct fractions *x);
};
#define ROW(op, ...) {#op, plain_##op, guarded_##op, check_##op},
static const struct fraction_case cases[] = {CASES(ROW)};
#define CASES_COUNT (sizeof cases / sizeof *cases)

#define EXPECT(condition, op, x, limit)                                                            \
        do {                                                                                       \
                if (!(condition)) {                                                                \
                        gmp_printf("%s a=%Qx b=%Qx z=%Zx n=%lu d=%a limit=%lu seed=%lu\n",         \
                                   (op)->name, (x)->a, (x)->b, (x)->z, (x)->n, (x)->d,             \
                                   (unsigned long)(limit), seed);                                  \
                        fail_msg("%s", #condition);                                                \
                }                                                                                  \
        } while (0)

/* r is a variable of its own, or an operand that gets its value back. */
static void try_limit(bng_ctx *ctx, const struct fraction_case *op, struct fractions *x, mpq_t r,
                      uint64_t limit)
{
        mpq_t before, after;

        mpq_inits(before, after, NULL);
        mpq_set(before, r);
        op->plain(x, after);
        bool fits = longer_part(after) <= limit;
        bng_ctx_set_result_limit_bits(ctx, limit);
        bng_status checked = op->check(ctx, x);
        bng_status status = op->guarded(ctx, x, r);
        EXPECT(status == (fits ? BNG_OK : BNG_REFUSED_RESULT), op, x, limit);
        EXPECT(checked == BNG_OK || checked == status, op, x, limit);
        EXPECT(same_fraction(r, fits ? after : before), op, x, limit);
        mpq_set(r, before);
        mpq_clears(before, after, NULL);
}

static void try_fractions(bng_ctx *ctx, const struct fraction_case *op, struct fractions *x)
{
        mpq_t r;

        mpq_init(r);
        mpq_set_ui(r, 47, 11);
        mpq_t after;
        mpq_init(after);
        op->plain(x, after);
        uint64_t bits = longer_part(after);
        mpq_clear(after);
        for (uint64_t limit = bits - 1; limit <= bits + 2; limit++) {
                try_limit(ctx, op, x, r, limit);
                try_limit(ctx, op, x, x->a, limit);
                try_limit(ctx, op, x, x->b, limit);
        }
        try_limit(ctx, op, x, r, 16 * 8);
        try_limit(ctx, op, x, r, 0);
        try_limit(ctx, op, x, r, UINT64_MAX);
        mpq_clear(r);
}

static void start(struct fractions *x)
{
        random_start(seed);
        mpq_inits(x->a, x->b, NULL);
        mpz_init(x->z);
        mpf_init2(x->f, 200);
}

static void stop(struct fractions *x)
{
        mpq_clears(x->a, x->b, NULL);
        mpz_clear(x->z);
        mpf_clear(x->f);
        random_end();
}

static void test_every_operation_at_its_limit(void **userdata)
{
        bng_ctx *ctx = *userdata;

        for (size_t i = 0; i < CASES_COUNT; i++) {
                struct fractions x;
                start(&x);
                for (unsigned round = 0; round < test_rounds(400, 4000); round++) {
                        make(&x, round % 50 == 49 ? 5000 : round % 3 == 0 ? 20 : 500);
                        try_fractions(ctx, &cases[i], &x);
                }
                stop(&x);
        }
}

struct asked {
        const struct fraction_case *op;
        const struct fractions *x;
};

static bng_status ask_check(bng_ctx *ctx, const void *userdata)
{
        const struct asked *asked = userdata;
        return asked->op->check(ctx, asked->x);
}

static void test_memory(void **userdata)
{
        bng_ctx *ctx = *userdata;

        for (size_t i = 0; i < CASES_COUNT; i++) {
                const struct fraction_case *op = &cases[i];
                struct fractions x;
                start(&x);
                for (double bits = 10; bits < 400000;
                     bits *= bits < 20000 && test_rounds(400, 4000) >= 100 ? 1.05 : 2) {
                        mpq_t r;
                        make(&x, (uint64_t)bits);
                        mpq_init(r);
                        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
                        bng_ctx_set_memory_limit_bytes(ctx, 0);
                        gmp_hooks_start();
                        assert_int_equal(op->guarded(ctx, &x, r), BNG_REFUSED_MEMORY);
                        assert_int_equal(gmp_hooks_requests(), 0);
                        struct asked asked = {op, &x};
                        uint64_t predicted = predicted_peak(ctx, ask_check, &asked);
                        /* Directly, and by way of a temporary. */
                        if (random_below(2))
                                bng_ctx_set_result_limit_bits(ctx, (uint64_t)bits);
                        gmp_hooks_start();
                        (void)op->guarded(ctx, &x, r);
                        if (gmp_hooks_peak_bytes() > predicted)
                                fail_msg("%s holds %lu bytes, predicted %lu, of %lu bits, seed %lu",
                                         op->name, (unsigned long)gmp_hooks_peak_bytes(),
                                         (unsigned long)predicted, (unsigned long)bits, seed);
                        mpq_clear(r);
                }
                stop(&x);
        }
}

static void test_what_is_no_fraction(void **userdata)
{
        bng_ctx *ctx = *userdata;
        mpq_t r, zero, bad, one;
        mpz_t nothing;

        mpq_inits(r, zero, bad, one, NULL);
        mpz_init(nothing);
        mpq_set_ui(r, 47, 11);
        mpq_set_ui(one, 1, 1);
        mpz_set_ui(mpq_numref(bad), 5);
        mpz_set_ui(mpq_denref(bad), 0);
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_inv(ctx, r, zero), "division by zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_div(ctx, r, one, zero),
                           "division by zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_set(ctx, r, bad), "denominator zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_inv(ctx, r, bad), "denominator zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_add(ctx, r, one, bad),
                           "denominator zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_mul(ctx, r, bad, one),
                           "denominator zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_mul_2exp(ctx, r, bad, 1),
                           "denominator zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_set_ui(ctx, r, 1, 0), "denominator zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_set_si(ctx, r, -1, 0),
                           "denominator zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_set_den(ctx, r, nothing),
                           "denominator zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_canonicalize(ctx, bad),
                           "denominator zero");
        assert_int_equal(mpz_cmp_ui(mpq_numref(bad), 5), 0);
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_set_d(ctx, r, NAN), "NaN");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_set_d(ctx, r, -INFINITY), "infinity");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_set_str(ctx, r, "1/0", 10),
                           "denominator zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_SYNTAX, bng_mpq_set_str(ctx, r, "1/x", 10), "no number");
        EXPECT_NO_FRACTION(ctx, r, BNG_SYNTAX, bng_mpq_set_str(ctx, r, "1/", 10), "no number");
        EXPECT_NO_FRACTION(ctx, r, BNG_INVALID, bng_mpq_set_str(ctx, r, "1/2", 99), "base 99");
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        EXPECT_NO_FRACTION(ctx, r, BNG_REFUSED_CEILING, bng_mpq_mul_2exp(ctx, r, one, ~0UL), "GMP");
        EXPECT_NO_FRACTION(ctx, r, BNG_REFUSED_CEILING, bng_mpq_div_2exp(ctx, r, one, ~0UL), "GMP");
        assert_int_equal(bng_mpq_mul_2exp(ctx, r, zero, ~0UL), BNG_OK);
        assert_int_equal(mpq_sgn(r), 0);
        mpq_clears(r, zero, bad, one, NULL);
        mpz_clear(nothing);
}

/* Signs, zero, and lengths that a copy of a wrong length would not survive. */
static const char *const not_canonical[] = {
        "1/-3",
        "-6/-4",
        "0/-5",
        "1/-36893488147419103232",
        "-340282366920938463463374607431768211456/-36893488147419103232",
        "36893488147419103232/340282366920938463463374607431768211456",
};

/* Where the limit is open, where it straddles, and under a total. */
static void try_canonicalize(const char *text, uint64_t result_limit_bits,
                             uint64_t total_limit_bytes)
{
        bng_ctx *ctx;
        mpq_t r, expected;

        mpq_init(expected);
        assert_int_equal(mpq_set_str(expected, text, 10), 0);
        mpq_canonicalize(expected);
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        bng_ctx_set_total_limit_bytes(ctx, total_limit_bytes);
        assert_int_equal(bng_mpq_init(ctx, r), BNG_OK);
        assert_int_equal(bng_mpq_set_str(ctx, r, text, 10), BNG_OK);
        bng_ctx_set_result_limit_bits(ctx, result_limit_bits);
        assert_int_equal(bng_check_mpq_canonicalize(ctx, r), BNG_OK);
        assert_int_equal(bng_mpq_canonicalize(ctx, r), BNG_OK);
        assert_true(same_fraction(r, expected));
        bng_mpq_clear(ctx, r);
        bng_ctx_free(ctx);
        mpq_clear(expected);
}

static void test_canonicalize(void **unused)
{
        (void)unused;
        for (size_t i = 0; i < sizeof not_canonical / sizeof *not_canonical; i++) {
                mpq_t q;
                mpq_init(q);
                assert_int_equal(mpq_set_str(q, not_canonical[i], 10), 0);
                mpq_canonicalize(q);
                uint64_t bits = longer_part(q);
                mpq_clear(q);
                try_canonicalize(not_canonical[i], UINT64_MAX, UINT64_MAX);
                try_canonicalize(not_canonical[i], bits, UINT64_MAX);
                try_canonicalize(not_canonical[i], UINT64_MAX, 1 << 20);
        }
}

#define EXPECT_FLAWED(ctx, r, call, ...)                                                           \
        do {                                                                                       \
                EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_##call(ctx, r, __VA_ARGS__),     \
                                   "denominator below zero");                                      \
                assert_int_equal(bng_check_mpq_##call(ctx, __VA_ARGS__), BNG_UNDEFINED);           \
        } while (0)

/* Texts of strangers may be such, and are read; GMP would write over memory in most of these. */
static void test_denominators_below_zero(void **userdata)
{
        bng_ctx *ctx = *userdata;

        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        for (size_t i = 0; i < sizeof not_canonical / sizeof *not_canonical; i++) {
                mpq_t r, bad, one;
                mpz_t z, quotient;
                char *text;

                mpq_inits(r, bad, one, NULL);
                mpz_inits(z, quotient, NULL);
                mpq_set_ui(r, 47, 11);
                mpq_set_ui(one, 1, 1);
                assert_int_equal(bng_mpq_set_str(ctx, bad, not_canonical[i], 10), BNG_OK);
                if (mpz_sgn(mpq_denref(bad)) < 0) {
                        EXPECT_FLAWED(ctx, r, set, bad);
                        EXPECT_FLAWED(ctx, r, abs, bad);
                        EXPECT_FLAWED(ctx, r, neg, bad);
                        if (mpq_sgn(bad) != 0)
                                EXPECT_FLAWED(ctx, r, inv, bad);
                        EXPECT_FLAWED(ctx, r, add, bad, one);
                        EXPECT_FLAWED(ctx, r, add, one, bad);
                        EXPECT_FLAWED(ctx, r, sub, bad, bad);
                        EXPECT_FLAWED(ctx, r, sub, one, bad);
                        EXPECT_FLAWED(ctx, r, mul, bad, bad);
                        EXPECT_FLAWED(ctx, r, mul, one, bad);
                        EXPECT_FLAWED(ctx, r, div, bad, one);
                        EXPECT_FLAWED(ctx, r, div, one, bad);
                        EXPECT_FLAWED(ctx, r, mul_2exp, bad, 3);
                        EXPECT_FLAWED(ctx, r, div_2exp, bad, 3);
                }
                assert_int_equal(bng_mpq_get_str(ctx, &text, 10, bad), BNG_OK);
                assert_string_equal(text, not_canonical[i]);
                free(text);
                mpz_tdiv_q(quotient, mpq_numref(bad), mpq_denref(bad));
                assert_int_equal(bng_mpz_set_q(ctx, z, bad), BNG_OK);
                assert_int_equal(mpz_cmp(z, quotient), 0);
                assert_int_equal(bng_mpq_get_den(ctx, z, bad), BNG_OK);
                assert_int_equal(mpz_cmp(z, mpq_denref(bad)), 0);
                assert_int_equal(bng_mpq_set_den(ctx, one, z), BNG_OK);
                assert_int_equal(mpz_cmp(z, mpq_denref(one)), 0);
                mpq_clears(r, bad, one, NULL);
                mpz_clears(z, quotient, NULL);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_operation_at_its_limit),
                cmocka_unit_test(test_memory),
                cmocka_unit_test(test_what_is_no_fraction),
                cmocka_unit_test(test_canonicalize),
                cmocka_unit_test(test_denominators_below_zero),
        };

        return cmocka_run_group_tests(tests, memory_set_up, memory_tear_down);
}
