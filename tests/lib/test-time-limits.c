/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Limits on time and deadlines: what surely takes longer is refused before it begins, and the sentence says by which. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "guard-cases.h"
#include "predict/predict.h"
#include "steps/stop.h"

/* A text so long that its prediction takes more than a moment. */
static void test_predictions_end_in_time(void **userdata)
{
        static const char term[] = "+1/7";
        const size_t terms = 100000;
        char *text = malloc(terms * strlen(term) + 1);
        bng_expr_prediction p;
        bng_ctx *ctx;
        mpq_t value;

        (void)userdata;
        assert_non_null(text);
        for (size_t i = 0; i < terms; i++)
                memcpy(text + i * strlen(term), term, sizeof term);
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        mpq_init(value);
        for (unsigned by_deadline = 0; by_deadline < 2; by_deadline++) {
                if (by_deadline)
                        bng_ctx_set_deadline_usec(ctx, bng_now_nsec() / 1000 + 1000);
                else
                        bng_ctx_set_time_limit_usec(ctx, 1000);
                bng_status status = bng_predict_expr(ctx, &p, text, strlen(text), NULL, 0);
                assert_int_equal(status, BNG_REFUSED_TIME);
                assert_false(p.is_known);
                status = bng_eval(ctx, value, text, strlen(text), NULL, 0);
                assert_int_equal(status, BNG_REFUSED_TIME);
                assert_non_null(
                        strstr(bng_ctx_message(ctx), by_deadline ? "deadline" : "TimeMax="));
                bng_ctx_set_time_limit_usec(ctx, UINT64_MAX);
        }
        /* What people write is described as a whole, also when its time is over. */
        assert_int_equal(bng_predict_expr(ctx, &p, "1/7+1", 5, NULL, 0), BNG_REFUSED_TIME);
        assert_true(p.is_known);
        mpq_clear(value);
        free(text);
        bng_ctx_free(ctx);
}

static void test_time_limits(void **userdata)
{
        bng_ctx *ctx;
        mpz_t r;

        (void)userdata;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        mpz_init_set_si(r, -7);
        /* An hour for what takes a blink, and a millisecond for what surely takes longer. */
        bng_ctx_set_time_limit_usec(ctx, UINT64_C(3600) * 1000000);
        assert_int_equal(bng_mpz_ui_pow_ui(ctx, r, 3, 1000), BNG_OK);
        mpz_set_si(r, -7);
        bng_ctx_set_time_limit_usec(ctx, 1000);
        assert_int_equal(bng_check_ui_pow_ui(ctx, 3, 40000000), BNG_REFUSED_TIME);
        assert_non_null(strstr(bng_ctx_message(ctx), "the limit is 1ms (TimeMax=)"));
        assert_int_equal(bng_mpz_ui_pow_ui(ctx, r, 3, 40000000), BNG_REFUSED_TIME);
        assert_int_equal(mpz_cmp_si(r, -7), 0);
        bng_ctx_set_time_limit_usec(ctx, UINT64_MAX);

        /* A deadline. */
        uint64_t now_usec = bng_now_nsec() / 1000;
        bng_ctx_set_deadline_usec(ctx, now_usec);
        assert_int_equal(bng_ctx_deadline_usec(ctx), now_usec);
        assert_int_equal(bng_mpz_ui_pow_ui(ctx, r, 3, 30000), BNG_REFUSED_TIME);
        assert_string_equal(bng_ctx_message(ctx), "refused: the deadline has passed");
        bng_ctx_set_deadline_usec(ctx, now_usec + UINT64_C(3600) * 1000000);
        assert_int_equal(bng_mpz_ui_pow_ui(ctx, r, 3, 3), BNG_OK);

        /* Of both, the sentence names what came first, also in an evaluation. */
        mpq_t value;
        mpq_init(value);
        for (unsigned i = 0; i < 2; i++) {
                bng_ctx_set_time_limit_usec(ctx, UINT64_C(3600) * 1000000);
                bng_ctx_set_deadline_usec(ctx, i * now_usec);
                assert_int_equal(bng_mpz_ui_pow_ui(ctx, r, 3, 30000), BNG_REFUSED_TIME);
                assert_string_equal(bng_ctx_message(ctx), "refused: the deadline has passed");
                assert_int_equal(bng_eval(ctx, value, "3**30000", 8, NULL, 0), BNG_REFUSED_TIME);
                assert_string_equal(bng_ctx_message(ctx), "refused: the deadline has passed");
        }
        bng_ctx_set_time_limit_usec(ctx, UINT64_C(7200) * 1000000);
        bng_ctx_set_deadline_usec(ctx, now_usec + UINT64_C(10) * 1000000);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        assert_int_equal(bng_check_ui_pow_ui(ctx, 3, 2500000000), BNG_REFUSED_TIME);
        assert_non_null(strstr(bng_ctx_message(ctx), "the deadline is "));
        assert_int_equal(bng_eval(ctx, value, "3**2500000000", 13, NULL, 0), BNG_REFUSED_TIME);
        assert_non_null(strstr(bng_ctx_message(ctx), "the deadline is "));
        bng_ctx_set_time_limit_usec(ctx, 1000);
        bng_ctx_set_deadline_usec(ctx, now_usec + UINT64_C(3600) * 1000000);
        assert_int_equal(bng_check_ui_pow_ui(ctx, 3, 2500000000), BNG_REFUSED_TIME);
        assert_non_null(strstr(bng_ctx_message(ctx), "the limit is 1ms (TimeMax=)"));
        assert_int_equal(bng_eval(ctx, value, "3**2500000000", 13, NULL, 0), BNG_REFUSED_TIME);
        assert_non_null(strstr(bng_ctx_message(ctx), "1ms (TimeMax=)"));
        mpq_clear(value);
        bng_ctx_set_time_limit_usec(ctx, UINT64_MAX);

        bng_ctx_set_deadline_usec(ctx, UINT64_MAX);
        assert_true(bng_ctx_deadline_usec(ctx) == UINT64_MAX);
        mpz_clear(r);
        bng_ctx_free(ctx);
}

/*
 * Seconds, where a factor is there as often as it has room; a moment, where a division says that it is
 * not there. Of a deadline that has passed neither is asked.
 */
static void test_time_for_a_factor_that_is_not_there(void **userdata)
{
        mp_bitcnt_t times;
        bng_ctx *ctx;
        mpz_t a, f, r;

        (void)userdata;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        mpz_inits(a, f, r, NULL);
        mpz_ui_pow_ui(a, 3, 6000000);
        mpz_set_ui(f, 7);
        bng_ctx_set_time_limit_usec(ctx, 50000);
        assert_int_equal(bng_check_remove(ctx, a, f), BNG_OK);
        assert_int_equal(bng_mpz_remove(ctx, &times, r, a, f), BNG_OK);
        assert_int_equal(times, 0);
        assert_int_equal(mpz_cmp(r, a), 0);
        mpz_set_ui(f, 3);
        assert_int_equal(bng_check_remove(ctx, a, f), BNG_REFUSED_TIME);
        assert_int_equal(bng_mpz_remove(ctx, &times, r, a, f), BNG_REFUSED_TIME);
        mpz_set_ui(f, 0);
        assert_int_equal(bng_check_remove(ctx, a, f), BNG_UNDEFINED);
        mpz_set_ui(f, 7);
        bng_ctx_set_deadline_usec(ctx, 1);
        assert_int_equal(bng_check_remove(ctx, a, f), BNG_REFUSED_TIME);
        mpz_clears(a, f, r, NULL);
        bng_ctx_free(ctx);
}

/*
 * Long multiples and numbers that have most in common take a part of the time that others take, which a
 * look says, where there is the time and the memory for one.
 */
static void test_time_for_divisors_in_common(void **userdata)
{
        bng_ctx *ctx;
        mpz_t a, b, c, r, s;
        mpq_t q;

        (void)userdata;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        mpz_inits(a, b, c, r, s, NULL);
        mpq_init(q);
        mpz_ui_pow_ui(c, 3, 900000);
        mpz_ui_pow_ui(a, 5, 400000);
        mpz_mul(a, a, c);
        mpz_ui_pow_ui(b, 7, 500000);
        bng_ctx_set_time_limit_usec(ctx, 25000);
        assert_int_equal(bng_check_gcd(ctx, a, b), BNG_REFUSED_TIME);
        assert_int_equal(bng_check_gcd(ctx, a, c), BNG_OK);
        assert_int_equal(bng_mpz_gcd(ctx, r, a, c), BNG_OK);
        assert_int_equal(mpz_cmp(r, c), 0);
        assert_int_equal(bng_check_gcdext(ctx, a, b), BNG_REFUSED_TIME);
        assert_int_equal(bng_mpz_gcdext(ctx, r, s, NULL, c, a), BNG_OK);
        assert_int_equal(mpz_cmp_ui(s, 1), 0);
        assert_int_equal(bng_check_lcm(ctx, a, b), BNG_REFUSED_TIME);
        assert_int_equal(bng_check_lcm(ctx, a, c), BNG_OK);
        mpq_set_num(q, a);
        mpq_set_den(q, b);
        assert_int_equal(bng_check_mpq_canonicalize(ctx, q), BNG_REFUSED_TIME);
        mpq_set_den(q, c);
        assert_int_equal(bng_check_mpq_canonicalize(ctx, q), BNG_OK);

        mpz_ui_pow_ui(a, 5, 1000);
        mpz_mul(a, a, c);
        mpz_ui_pow_ui(b, 7, 800);
        mpz_mul(b, b, c);
        assert_int_equal(bng_mpz_gcd(ctx, r, a, b), BNG_OK);
        assert_int_equal(mpz_cmp(r, c), 0);
        /* Room for the work, but not for the question. */
        bng_ctx_set_memory_limit_bytes(ctx, bng_predict_gcd_z(a, b).peak_bytes);
        assert_int_equal(bng_check_gcd(ctx, a, b), BNG_REFUSED_TIME);
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        assert_int_equal(bng_check_gcd(ctx, a, b), BNG_OK);
        bng_ctx_interrupt(ctx);
        assert_int_equal(bng_check_gcd(ctx, a, b), BNG_INTERRUPTED);
        bng_ctx_clear_interrupt(ctx);
        bng_ctx_set_deadline_usec(ctx, 1);
        assert_int_equal(bng_check_gcd(ctx, a, b), BNG_REFUSED_TIME);
        mpq_clear(q);
        mpz_clears(a, b, c, r, s, NULL);
        bng_ctx_free(ctx);
}

/* What two numbers have in common cannot be seen before they are there, and nothing is refused for it. */
static void test_divisors_in_common_are_not_foretold(void **userdata)
{
        static const char *const texts[] = {
                "gcd(3**20000000, 3**19000000)",
                "lcm(3**20000000, 3**19000000)",
                "3**20000000 / 3**19000000",
        };
        bng_expr_prediction p;
        bng_ctx *ctx;

        (void)userdata;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        bng_ctx_set_time_limit_usec(ctx, 3000000);
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                const char *text = texts[i];
                assert_int_equal(bng_predict_expr(ctx, &p, text, strlen(text), NULL, 0), BNG_OK);
                /* As of any two numbers so long. */
                assert_true(p.seconds > 2 * 3);
        }
        bng_ctx_free(ctx);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_predictions_end_in_time),
                cmocka_unit_test(test_time_limits),
                cmocka_unit_test(test_time_for_a_factor_that_is_not_there),
                cmocka_unit_test(test_time_for_divisors_in_common),
                cmocka_unit_test(test_divisors_in_common_are_not_foretold),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
