/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "guard-cases.h"
#include "memory-fixture.h"

/*
 * Comparisons and doubles: the answers are GMP's, what it aborts on is a status, and what it holds to
 * multiply fractions out is predicted.
 */

static unsigned long seed = 20240406;

static int sign(int n)
{
        return (n > 0) - (n < 0);
}

/* Two fractions of about a length, often so near to each other that only the products tell. */
static void make(mpq_t a, mpq_t b, uint64_t bits)
{
        random_integer(mpq_numref(a), 1 + random_below(bits));
        random_digits(mpq_denref(a),
                      random_below(2) ? 1 + random_below(bits) : bit_length(mpq_numref(a)));
        mpq_canonicalize(a);
        mpq_set(b, a);
        switch (random_below(5)) {
        case 0:
                mpz_add_ui(mpq_numref(b), mpq_numref(b), random_below(3));
                break;
        case 1:
                mpz_add_ui(mpq_denref(b), mpq_denref(b), random_below(3));
                break;
        case 2:
                mpq_neg(b, b);
                break;
        case 3:
                mpz_set_q(mpq_numref(b), a);
                mpz_set_ui(mpq_denref(b), 1);
                break;
        default:
                random_integer(mpq_numref(b), 1 + random_below(bits));
                random_digits(mpq_denref(b), 1 + random_below(bits));
        }
        mpq_canonicalize(b);
}

static bng_status ask(bng_ctx *ctx, unsigned question, mpq_srcptr a, mpq_srcptr b, double *answer)
{
        unsigned long num = mpz_get_ui(mpq_numref(b)), den = mpz_get_ui(mpq_denref(b)) | 1;
        bng_status status;
        int order = 9;

        switch (question) {
        case 0:
                status = bng_mpq_cmp(ctx, &order, a, b);
                break;
        case 1:
                status = bng_mpq_cmp_z(ctx, &order, a, mpq_numref(b));
                break;
        case 2:
                status = bng_mpq_cmp_ui(ctx, &order, a, num, den);
                break;
        case 3:
                status = bng_mpq_cmp_si(ctx, &order, a, (long)num, den);
                break;
        default:
                return bng_mpq_get_d(ctx, answer, a);
        }
        *answer = sign(order);
        return status;
}

static double plain(unsigned question, mpq_srcptr a, mpq_srcptr b)
{
        unsigned long num = mpz_get_ui(mpq_numref(b)), den = mpz_get_ui(mpq_denref(b)) | 1;

        return question == 0   ? sign(mpq_cmp(a, b))
               : question == 1 ? sign(mpq_cmp_z(a, mpq_numref(b)))
               : question == 2 ? sign(mpq_cmp_ui(a, num, den))
               : question == 3 ? sign(mpq_cmp_si(a, (long)num, den))
                               : mpq_get_d(a);
}

static bng_status check(bng_ctx *ctx, unsigned question, mpq_srcptr a, mpq_srcptr b)
{
        unsigned long num = mpz_get_ui(mpq_numref(b)), den = mpz_get_ui(mpq_denref(b)) | 1;

        return question == 0   ? bng_check_mpq_cmp(ctx, a, b)
               : question == 1 ? bng_check_mpq_cmp_z(ctx, a, mpq_numref(b))
               : question == 2 ? bng_check_mpq_cmp_ui(ctx, a, num, den)
               : question == 3 ? bng_check_mpq_cmp_si(ctx, a, (long)num, den)
                               : bng_check_mpq_get_d(ctx, a);
}

#define QUESTIONS 5

/* What is held without a limit fits under the limit of what was predicted. Was anything held? */
static bool try_memory(bng_ctx *ctx, unsigned question, mpq_srcptr a, mpq_srcptr b)
{
        uint64_t low = 0, high = UINT64_C(1) << 32;
        double answer;

        gmp_hooks_start();
        volatile double expected = plain(question, a, b);
        uint64_t held = gmp_hooks_peak_bytes();
        while (low < high) {
                uint64_t limit = low + (high - low) / 2;
                bng_ctx_set_memory_limit_bytes(ctx, limit);
                if (check(ctx, question, a, b) == BNG_OK)
                        high = limit;
                else
                        low = limit + 1;
        }
        /* A double seldom needs the second half of what is predicted. */
        if (held > low || (held > 0 && low > (question == 4 ? 5 : 4) * held / 2))
                fail_msg("question %u holds %lu bytes, predicted %lu, seed %lu", question,
                         (unsigned long)held, (unsigned long)low, seed);
        bng_ctx_set_memory_limit_bytes(ctx, low);
        assert_int_equal(ask(ctx, question, a, b, &answer), BNG_OK);
        assert_true(answer == expected);
        if (low == 0)
                return false;
        bng_ctx_set_memory_limit_bytes(ctx, low - 1);
        gmp_hooks_start();
        assert_int_equal(ask(ctx, question, a, b, &answer), BNG_REFUSED_MEMORY);
        assert_true(answer == 0);
        assert_int_equal(gmp_hooks_requests(), 0);
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        return held > 0;
}

static void test_answers_and_memory(void **userdata)
{
        bng_ctx *ctx = *userdata;
        unsigned held[QUESTIONS] = {0};
        mpq_t a, b;

        mpq_inits(a, b, NULL);
        random_start(seed);
        for (double bits = 2; bits < 4e5; bits *= 1.5)
                for (unsigned round = 0; round < (bits < 1e5 ? 12 : 16); round++) {
                        make(a, b, (uint64_t)bits);
                        for (unsigned question = 0; question < QUESTIONS; question++)
                                held[question] += try_memory(ctx, question, a, b);
                }
        for (unsigned question = 0; question < QUESTIONS; question++)
                assert_true(held[question] > 0); /* else its memory was not tried */
        random_end();
        mpq_clears(a, b, NULL);
}

static void test_what_has_no_answer(void **userdata)
{
        bng_ctx *ctx = *userdata;
        double d = 9;
        int order = 9;
        mpq_t a, none;

        mpq_inits(a, none, NULL);
        mpq_set_ui(a, 3, 7);
        mpz_set_ui(mpq_denref(none), 0);
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        assert_int_equal(bng_mpz_cmp_d(ctx, &order, mpq_numref(a), 2.5), BNG_OK);
        assert_true(order > 0);
        assert_int_equal(bng_mpz_cmp_d(ctx, &order, mpq_numref(a), INFINITY), BNG_OK);
        assert_true(order < 0);
        assert_int_equal(bng_mpz_cmp_d(ctx, &order, mpq_numref(a), (double)NAN), BNG_UNDEFINED);
        assert_int_equal(order, 0);
        assert_int_equal(bng_check_cmp_d(ctx, mpq_numref(a), (double)NAN), BNG_UNDEFINED);
        assert_int_equal(bng_mpz_cmpabs_d(ctx, &order, mpq_numref(a), -3.0), BNG_OK);
        assert_int_equal(order, 0);
        assert_int_equal(bng_mpz_cmpabs_d(ctx, &order, mpq_numref(a), (double)NAN), BNG_UNDEFINED);
        assert_int_equal(bng_check_cmpabs_d(ctx, mpq_numref(a), (double)NAN), BNG_UNDEFINED);

        assert_int_equal(bng_mpq_cmp_ui(ctx, &order, a, 1, 0), BNG_UNDEFINED);
        assert_int_equal(bng_mpq_cmp_si(ctx, &order, a, -1, 0), BNG_UNDEFINED);
        assert_int_equal(bng_mpq_cmp(ctx, &order, a, none), BNG_UNDEFINED);
        assert_int_equal(bng_mpq_cmp(ctx, &order, none, a), BNG_UNDEFINED);
        assert_int_equal(bng_mpq_cmp_z(ctx, &order, none, mpq_numref(a)), BNG_UNDEFINED);
        assert_int_equal(bng_mpq_get_d(ctx, &d, none), BNG_UNDEFINED);
        assert_true(d == 0);
        mpz_set_si(mpq_denref(none), -1);
        assert_int_equal(bng_mpq_cmp(ctx, &order, a, none), BNG_UNDEFINED);
        assert_int_equal(bng_mpq_get_d(ctx, &d, none), BNG_UNDEFINED);
        assert_int_equal(bng_mpq_cmp_si(ctx, &order, a, -1, 2), BNG_OK);
        assert_true(order > 0);
        bng_ctx_interrupt(ctx);
        assert_int_equal(bng_mpq_cmp(ctx, &order, a, a), BNG_INTERRUPTED);
        assert_int_equal(bng_mpz_cmp_d(ctx, &order, mpq_numref(a), 2.5), BNG_INTERRUPTED);
        bng_ctx_clear_interrupt(ctx);
        mpq_clears(a, none, NULL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_answers_and_memory),
                cmocka_unit_test(test_what_has_no_answer),
        };

        return cmocka_run_group_tests(tests, memory_set_up, memory_tear_down);
}
