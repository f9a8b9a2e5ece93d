/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "fraction-cases.h"
#include "guard-expect.h"
#include "memory-fixture.h"

/*
 * The promises of the limits, of every operation on fractions: at the length of the longer part
 * everything runs, one bit below it everything is refused and nothing has changed, also where the
 * destination is an operand, or a part of one. What they hold is in test-fraction-memory.c.
 */

static unsigned long seed = 20240303;

static uint64_t longer_part(const mpq_t q)
{
        uint64_t num = bit_length(mpq_numref(q));
        uint64_t den = bit_length(mpq_denref(q));

        return num > den ? num : den;
}

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

static void test_every_operation_at_its_limit(void **userdata)
{
        bng_ctx *ctx = *userdata;

        for (size_t i = 0; i < fraction_cases_count; i++) {
                const struct fraction_case *op = &fraction_cases[i];
                struct fractions x;
                if (op->kind != FRACTION_RESULT && op->kind != FRACTION_READ)
                        continue;
                random_start(seed);
                fractions_init(&x);
                for (unsigned round = 0; round < test_rounds(400, 4000); round++) {
                        fractions_make(&x,
                                       round % 50 == 49 ? 5000
                                       : round % 3 == 0 ? 20
                                                        : 500,
                                       true);
                        try_fractions(ctx, op, &x);
                }
                fractions_clear(&x);
                random_end();
        }
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
}

/* ---- a part of a fraction is the destination, while the fraction or its parts are operands ---- */

#define NUM(q) mpq_numref(q)
#define DEN(q) mpq_denref(q)

/* name, which parts are results, GMP's function, its arguments: r is q, or was q in GMP's own call */
#define PARTS(X)                                                                                   \
        X(set_q_to_num, 1, 0, mpz_set_q, NUM(r), q)                                                \
        X(set_q_to_den, 0, 1, mpz_set_q, DEN(r), q)                                                \
        X(set_num, 1, 0, mpq_set_num, r, DEN(q))                                                   \
        X(set_den, 0, 1, mpq_set_den, r, NUM(q))                                                   \
        X(get_num, 0, 1, mpq_get_num, DEN(r), q)                                                   \
        X(get_den, 1, 0, mpq_get_den, NUM(r), q)                                                   \
        X(set_z_of_num, 1, 1, mpq_set_z, r, NUM(q))                                                \
        X(set_z_of_den, 1, 1, mpq_set_z, r, DEN(q))                                                \
        X(mul, 1, 0, mpz_mul, NUM(r), NUM(q), DEN(q))                                              \
        X(mul_to_den, 0, 1, mpz_mul, DEN(r), DEN(q), NUM(q))                                       \
        X(addmul, 1, 0, mpz_addmul, NUM(r), NUM(q), DEN(q))                                        \
        X(gcd, 0, 1, mpz_gcd, DEN(r), NUM(q), DEN(q))                                              \
        X(fdiv_r, 0, 1, mpz_fdiv_r, DEN(r), NUM(q), DEN(q))                                        \
        X(divexact, 0, 1, mpz_divexact, DEN(r), DEN(q), DEN(q))                                    \
        X(fdiv_qr, 1, 1, mpz_fdiv_qr, NUM(r), DEN(r), NUM(q), DEN(q))                              \
        X(fdiv_qr_crossed, 1, 1, mpz_fdiv_qr, DEN(r), NUM(r), NUM(q), DEN(q))

#define DEFINE(name, num, den, function, ...)                                                      \
        static void plain_##name(mpq_ptr r, mpq_srcptr q)                                          \
        {                                                                                          \
                function(__VA_ARGS__);                                                             \
        }                                                                                          \
        static bng_status guarded_##name(bng_ctx *ctx, mpq_ptr r, mpq_srcptr q)                    \
        {                                                                                          \
                return bng_##function(ctx, __VA_ARGS__);                                           \
        }
PARTS(DEFINE)

static const struct parts_case {
        const char *name;
        bool num, den;
        void (*plain)(mpq_ptr r, mpq_srcptr q);
        bng_status (*guarded)(bng_ctx *ctx, mpq_ptr r, mpq_srcptr q);
} parts_cases[] = {
#define ROW(name, num, den, ...) {#name, num, den, plain_##name, guarded_##name},
        PARTS(ROW)};

/* Within the limit it is GMP's result, otherwise nothing has changed. */
static void try_parts(bng_ctx *ctx, const struct parts_case *op, mpq_srcptr q, uint64_t limit,
                      bool fits)
{
        mpq_t r, expected;

        mpq_inits(r, expected, NULL);
        mpq_set(r, q);
        mpq_set(expected, q);
        if (fits)
                op->plain(expected, q);
        bng_ctx_set_result_limit_bits(ctx, limit);
        if (op->guarded(ctx, r, r) != (fits ? BNG_OK : BNG_REFUSED_RESULT) ||
            !same_fraction(r, expected)) {
                gmp_printf("%s of %Qx is %Qx, limit=%lu seed=%lu\n", op->name, q, r,
                           (unsigned long)limit, seed);
                fail();
        }
        mpq_clears(r, expected, NULL);
}

static void test_parts_of_a_fraction(void **userdata)
{
        bng_ctx *ctx = *userdata;
        struct fractions x;

        random_start(seed);
        fractions_init(&x);
        for (size_t i = 0; i < sizeof parts_cases / sizeof *parts_cases; i++)
                for (unsigned round = 0; round < test_rounds(200, 4000); round++) {
                        const struct parts_case *op = &parts_cases[i];
                        fractions_make(&x, round % 3 == 0 ? 20 : 2000, false);
                        mpq_set(x.b, x.a);
                        op->plain(x.b, x.a);
                        uint64_t num = op->num ? bit_length(NUM(x.b)) : 0;
                        uint64_t den = op->den ? bit_length(DEN(x.b)) : 0;
                        uint64_t bits = num > den ? num : den;
                        try_parts(ctx, op, x.a, UINT64_MAX, true);
                        try_parts(ctx, op, x.a, bits, true);
                        if (bits > 0)
                                try_parts(ctx, op, x.a, bits - 1, false);
                }
        fractions_clear(&x);
        random_end();
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
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
                cmocka_unit_test(test_parts_of_a_fraction),
                cmocka_unit_test(test_what_is_no_fraction),
                cmocka_unit_test(test_canonicalize),
                cmocka_unit_test(test_denominators_below_zero),
        };

        return cmocka_run_group_tests(tests, memory_set_up, memory_tear_down);
}
