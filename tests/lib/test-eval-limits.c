/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Limits of an evaluation at their edges: whatever it holds stays below them, also for the moment in which a
 * block moves, and the prediction of the whole refuses nothing that the evaluation itself would do.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "bignum-guard.h"
#include "eval-check.h"
#include "gmp-hooks.h"

static bng_ctx *context(void)
{
        bng_ctx *ctx;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        return ctx;
}

/* Under so many bytes; *held is what GMP held. `whole`: predicted first. */
static bng_status run_under(bng_ctx *ctx, const char *text, bool whole, uint64_t bytes,
                            uint64_t *held)
{
        mpq_t value;
        mpq_init(value);
        bng_ctx_set_memory_limit_bytes(ctx, bytes);
        gmp_hooks_start();
        bng_status status = whole ? bng_eval(ctx, value, text, strlen(text), NULL, 0)
                                  : evaluate(ctx, value, text, strlen(text));
        *held = gmp_hooks_peak_bytes();
        mpq_clear(value);
        return status;
}

/* The least limit under which it runs, to within a two-hundredth; on the way it never holds more. */
static uint64_t least_limit(bng_ctx *ctx, const char *text, bool whole)
{
        uint64_t below = 0, enough = UINT64_C(1) << 30, held;
        while (enough - below > enough / 200 + 1) {
                uint64_t limit = below + (enough - below) / 2;
                if (run_under(ctx, text, whole, limit, &held) == BNG_OK)
                        enough = limit;
                else
                        below = limit;
                if (held > limit)
                        fail_msg("%s: %" PRIu64 " bytes held under a limit of %" PRIu64, text, held,
                                 limit);
        }
        assert_int_equal(run_under(ctx, text, whole, enough, &held), BNG_OK);
        return enough;
}

/* Their room is for the sum of their factors' lengths and more, and what is not needed is given back. */
static void test_spare_room_moves(void **state)
{
        static const unsigned bases[] = {3, 5, 6, 7, 10};
        char text[64];
        bng_ctx *ctx = context();
        (void)state;
        for (size_t i = 0; i < sizeof bases / sizeof *bases; i++)
                for (unsigned exponent = 3001; exponent < 110000; exponent = exponent * 2 + 77) {
                        snprintf(text, sizeof text, "%u**%u", bases[i], exponent);
                        least_limit(ctx, text, true);
                        snprintf(text, sizeof text, "~(%u**%u)*3", bases[i], exponent);
                        least_limit(ctx, text, true);
                }
        bng_ctx_free(ctx);
}

/* The prediction of the whole needs no more than the evaluation. */
static void expect_no_more_before(bng_ctx *ctx, const char *text)
{
        uint64_t alone = least_limit(ctx, text, false);
        uint64_t whole = least_limit(ctx, text, true);
        if (whole > alone + alone / 50)
                fail_msg("%s: needs %" PRIu64 " bytes, refused below %" PRIu64, text, alone, whole);
}

/* GMP takes zeros away before it raises to a power, divides or seeks a divisor; a length may be one of two. */
static void test_zeros_at_the_end(void **state)
{
        static const char *const texts[] = {
                "(2**5000)**200",
                "(1<<5000)**200",
                "(3<<6000)**90",
                "(10**2000)**200",
                "(6**3000)**90",
                "(2**5000*3)**70",
                "((2**5000)**3<<77)**40",
                "(10**2000+10**1999)**200",
                "gcd(10**9000,6*10**8000)",
                "gcd(2**90000,3*2**80000)",
                "(20000!)**3",
                "(-(2**5000))**199",
                "(2**1000000-1)*3**252424",
                "3**91039//(7**39834+2)",
                "3**91039%(7**39834+2)",
                "binomial(6,3**3000)",
        };
        bng_ctx *ctx = context();
        (void)state;
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
                expect_no_more_before(ctx, texts[i]);
        bng_ctx_free(ctx);
}

/* GMP makes room for a remainder as long as the divisor, also where there is nothing to divide. */
static void test_nothing_divided(void **state)
{
        bng_ctx *ctx = context();
        (void)state;
        expect_no_more_before(ctx, "0//2**316979");
        expect_no_more_before(ctx, "0//-3**200000");
        expect_no_more_before(ctx, "0%3**200000");
        bng_ctx_free(ctx);
}

/* What fractions need on the way, integers do not: which of them these are, only dividing tells. */
static void test_quotients_that_are_integers(void **state)
{
        static const char *const operators[] = {"*", "+", "-", "//", "%", "/"};
        char text[128];
        bng_ctx *ctx = context();
        (void)state;
        for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
                snprintf(text, sizeof text, "(15**20000/5**1000)%s(21**9000/7**2000)",
                         operators[i]);
                expect_no_more_before(ctx, text);
        }
        bng_ctx_free(ctx);
}

/* A literal has no sign, and a denominator is divided by what is surely a divisor. */
static void test_long_literals_and_denominators(void **state)
{
        static const struct {
                const char *before, *after;
        } texts[] = {{"binomial(", ",3)"}, {"binomial(-", ",3)"}, {"", "//3"}, {"(1<<14253)+", ""}};
        char digits[3001], text[sizeof digits + 64];
        bng_ctx *ctx = context();
        (void)state;
        memset(digits, 'd', sizeof digits - 1);
        digits[sizeof digits - 1] = '\0';
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                snprintf(text, sizeof text, "%s0x%s%s", texts[i].before, digits, texts[i].after);
                expect_no_more_before(ctx, text);
        }
        expect_no_more_before(ctx, "1/3**63000+3**125000");
        bng_ctx_free(ctx);
}

/* Whatever a prediction says of the peak, the evaluation needs no more. */
static void test_predicted_peak_is_enough(void **state)
{
        static const char *const texts[] = {"-49",
                                            "x",
                                            "gcd(30,48)",
                                            "binomial(x,3)",
                                            "binomial(-x,8)",
                                            "3*binomial(x,x>>9990)",
                                            "((((((1))))))"};
        bng_ctx *ctx = context();
        bng_expr_prediction p;
        mpz_t x;
        mpq_t value;
        (void)state;
        mpq_init(value);
        mpz_init_set_ui(x, 5);
        mpz_mul_2exp(x, x, 9990);
        const bng_variable variable = {.name = "x", .num = x};
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                const char *text = texts[i];
                bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
                assert_int_equal(bng_predict_expr(ctx, &p, text, strlen(text), &variable, 1),
                                 BNG_OK);
                bng_ctx_set_memory_limit_bytes(ctx, p.peak_bytes);
                if (bng_eval(ctx, value, text, strlen(text), &variable, 1) != BNG_OK)
                        fail_msg("%s: %s", text, bng_ctx_message(ctx));
        }
        mpz_clear(x);
        mpq_clear(value);
        bng_ctx_free(ctx);
}

/* A variable is not the evaluation's: it takes nothing of its memory or of the total, until it is handed out. */
static void test_variables_are_not_held(void **state)
{
        bng_ctx *ctx = context();
        mpz_t x;
        mpq_t value;
        (void)state;
        mpq_init(value);
        mpz_init_set_ui(x, 1);
        mpz_mul_2exp(x, x, 7999999); /* a megabyte */
        const bng_variable variable = {.name = "x", .num = x};
        bng_ctx_set_memory_limit_bytes(ctx, 600000);
        assert_int_equal(bng_eval(ctx, value, "x>>7999990", 10, &variable, 1), BNG_OK);
        assert_int_equal(bng_eval(ctx, value, "x>>4000000", 10, &variable, 1), BNG_OK);
        assert_int_equal(mpz_sizeinbase(mpq_numref(value), 2), 4000000);
        bng_expr_prediction p;
        assert_int_equal(bng_predict_expr(ctx, &p, "x", 1, &variable, 1), BNG_REFUSED_MEMORY);
        assert_int_equal(bng_eval(ctx, value, "x", 1, &variable, 1), BNG_REFUSED_MEMORY);
        bng_ctx_set_memory_limit_bytes(ctx, 1100000);
        assert_int_equal(bng_predict_expr(ctx, &p, "x", 1, &variable, 1), BNG_OK);
        assert_true(p.peak_bytes >= 1000000);
        assert_int_equal(bng_eval(ctx, value, "x", 1, &variable, 1), BNG_OK);
        bng_ctx_set_total_limit_bytes(ctx, 1000);
        assert_int_equal(bng_eval(ctx, value, "x>>7999000", 10, &variable, 1), BNG_OK);
        assert_int_equal(bng_eval(ctx, value, "gcd(x,6)", 8, &variable, 1), BNG_OK);
        assert_int_equal(mpq_cmp_ui(value, 2, 1), 0);
        assert_int_equal(bng_eval(ctx, value, "x", 1, &variable, 1), BNG_REFUSED_TOTAL);
        mpz_clear(x);
        mpq_clear(value);
        bng_ctx_free(ctx);
}

/*
 * A variable may be longer than a result: nothing that is made of it on the way is a result, only the value of
 * the operation is.
 */
static void test_variables_longer_than_a_result(void **state)
{
        static const struct {
                const char *text;
                uint64_t bits; /* of the value, and of the longest on the way */
        } cases[] = {
                {"f/f", 1},
                {"f*f/(f*f)", 401},
                {"f*k", 1},
                {"k*f", 1},
                {"binomial(3,x)", 2},
                {"binomial(-1,x)", 1},
                {"pow(-1,1,-x)", 1},
                {"pow(x,1,-7)", 3},
                {"x%7", 3},
                {"x-x", 0},
                {"gcd(x,x,2)", 2},
                {"gcd(x,-x,x+1)", 201},
                {"gcd(x)%7", 3},
                {"gcd(0,x,5*x)", 203},
                {"gcd(7,gcd(x,x,49)%7,x,0)", 6},
                {"z*f", 0},
                {"z/x", 0},
                {"z*k+z", 0},
                {"(z/x)%f", 0},
        };
        bng_ctx *ctx = context();
        bng_expr_prediction p;
        mpz_t x, y, z;
        mpq_t value;
        (void)state;
        mpq_init(value);
        mpz_init(x);
        mpz_init(y);
        mpz_init(z);
        mpz_setbit(x, 200);
        mpz_setbit(y, 190);
        mpz_sub_ui(y, y, 1);
        const bng_variable variables[] = {{.name = "x", .num = x},
                                          {.name = "f", .num = x, .den = y},
                                          {.name = "z", .num = z},
                                          {.name = "k", .num = y, .den = x}};
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                const char *text = cases[i].text;
                bng_ctx_set_result_limit_bits(ctx, cases[i].bits);
                if (bng_eval(ctx, value, text, strlen(text), variables, 4) != BNG_OK ||
                    bng_predict_expr(ctx, &p, text, strlen(text), variables, 4) != BNG_OK)
                        fail_msg("%s: %s", text, bng_ctx_message(ctx));
                if (cases[i].bits == 0)
                        continue;
                bng_ctx_set_result_limit_bits(ctx, cases[i].bits - 1);
                if (bng_eval(ctx, value, text, strlen(text), variables, 4) != BNG_REFUSED_RESULT)
                        fail_msg("%s: within a bit less", text);
        }
        mpz_clear(x);
        mpz_clear(y);
        mpz_clear(z);
        mpq_clear(value);
        bng_ctx_free(ctx);
}

/* Room that a small number was computed in does not count when the evaluation gives it back. */
static void test_total_of_small_numbers(void **state)
{
        static const char text[] = "isqrt(abs(((12345678901234567890123)**4)**2))";
        bng_ctx *ctx = context();
        mpq_t value;
        (void)state;
        mpq_init(value);
        for (uint64_t total = 8; total < 400; total += 5) {
                bng_ctx_set_total_limit_bytes(ctx, total);
                bng_status alone = evaluate(ctx, value, text, strlen(text));
                assert_int_equal(bng_eval(ctx, value, text, strlen(text), NULL, 0), alone);
        }
        mpq_clear(value);
        bng_ctx_free(ctx);
}

/* The least total under which it runs, to within a limb. */
static uint64_t least_total(bng_ctx *ctx, const char *text, bool whole)
{
        uint64_t below = 0, enough = UINT64_C(1) << 24, held;
        while (enough - below > sizeof(mp_limb_t)) {
                uint64_t total = below + (enough - below) / 2;
                bng_ctx_set_total_limit_bytes(ctx, total);
                if (run_under(ctx, text, whole, UINT64_MAX, &held) == BNG_OK)
                        enough = total;
                else
                        below = total;
        }
        bng_ctx_set_total_limit_bytes(ctx, UINT64_MAX);
        return enough;
}

static void test_total_of_predicted_numbers(void **state)
{
        static const char *const texts[] = {
                "3**9000",       "3**9000*7**9000",     "5/3**9000",
                "3/7-5/3**9000", "7**9000/3**9000",     "(1/3**9000)%(1/7)",
                "3/7//5**-9000", "1/3**9000-1/5**9000", "(15**9000/5**900)*(21**9000/7**900)",
        };
        bng_ctx *ctx = context();
        (void)state;
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                uint64_t alone = least_total(ctx, texts[i], false);
                uint64_t whole = least_total(ctx, texts[i], true);
                if (whole > alone + sizeof(mp_limb_t))
                        fail_msg("%s: needs %" PRIu64 " bytes, refused below %" PRIu64, texts[i],
                                 alone, whole);
        }
        bng_ctx_free(ctx);
}

/* A word among values counts nothing, but as the number of a variable it counts its room. */
static void test_total_of_results(void **state)
{
        const uint64_t limb = sizeof(mp_limb_t);
        bng_ctx *ctx = context();
        mpq_t value;
        (void)state;
        bng_ctx_set_total_limit_bytes(ctx, limb);
        assert_int_equal(bng_mpq_init(ctx, value), BNG_OK);
        assert_int_equal(bng_eval(ctx, value, "7", 1, NULL, 0), BNG_REFUSED_TOTAL);
        assert_int_equal(mpq_cmp_ui(value, 0, 1), 0);
        assert_int_equal(bng_ctx_live_bytes(ctx), limb);
        assert_int_equal(bng_eval(ctx, value, "7-7", 3, NULL, 0), BNG_OK);
        bng_ctx_set_total_limit_bytes(ctx, 2 * limb);
        assert_int_equal(bng_eval(ctx, value, "7/3", 3, NULL, 0), BNG_OK);
        assert_int_equal(mpq_cmp_ui(value, 7, 3), 0);
        assert_int_equal(bng_ctx_live_bytes(ctx), 2 * limb);
        bng_mpq_clear(ctx, value);
        assert_int_equal(bng_ctx_live_bytes(ctx), 0);
        bng_ctx_free(ctx);
}

/*
 * A prediction comes at once whatever the text: it computes small numbers only as long as that takes a
 * moment. So a few of them are known, and of many of them their size.
 */
static void test_a_prediction_does_not_compute_for_long(void **state)
{
        static const char one[] = "pow(x,x,x-2)";
        char many[202 * sizeof one] = "";
        bng_ctx *ctx = context();
        bng_expr_prediction p;
        mpz_t x;
        (void)state;
        mpz_init_set_ui(x, 1);
        mpz_mul_2exp(x, x, 4093);
        mpz_sub_ui(x, x, 1);
        const bng_variable variable = {.name = "x", .num = x};
        assert_int_equal(bng_predict_expr(ctx, &p, one, strlen(one), &variable, 1), BNG_OK);
        assert_int_equal(p.bits.bits_min, p.bits.bits_max);
        for (unsigned i = 0; i < 200; i++)
                strcat(strcat(many, i > 0 ? "+" : ""), one);
        assert_int_equal(bng_predict_expr(ctx, &p, many, strlen(many), &variable, 1), BNG_OK);
        assert_true(p.is_known && p.bits.bits_min < p.bits.bits_max);
        assert_true(p.bits.bits_max < 4093 + 10);
        /* What it does not compute any more is no other number: 5 over x is 0 and has a value. */
        strcat(many, "+binomial(5,x)");
        assert_int_equal(bng_predict_expr(ctx, &p, many, strlen(many), &variable, 1), BNG_OK);
        mpz_clear(x);
        bng_ctx_free(ctx);
}

static int set_up(void **state)
{
        (void)state;
        gmp_hooks_install();
        return 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_spare_room_moves),
                cmocka_unit_test(test_zeros_at_the_end),
                cmocka_unit_test(test_nothing_divided),
                cmocka_unit_test(test_quotients_that_are_integers),
                cmocka_unit_test(test_long_literals_and_denominators),
                cmocka_unit_test(test_predicted_peak_is_enough),
                cmocka_unit_test(test_variables_are_not_held),
                cmocka_unit_test(test_variables_longer_than_a_result),
                cmocka_unit_test(test_total_of_small_numbers),
                cmocka_unit_test(test_total_of_predicted_numbers),
                cmocka_unit_test(test_total_of_results),
                cmocka_unit_test(test_a_prediction_does_not_compute_for_long),
        };
        return cmocka_run_group_tests(tests, set_up, NULL);
}
