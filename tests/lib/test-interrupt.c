/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <cmocka.h>
#include "guard-cases.h"
#include "steps/stop.h"

/*
 * Contexts that are told to end while they work: by signals, by other threads, by their time.
 */

static unsigned long seed = 20240306;

static bng_ctx *signalled;

static void interrupt(int number)
{
        (void)number;
        bng_ctx_interrupt(signalled);
}

/* An operation long enough to be hit. */
static bng_status some_operation(bng_ctx *ctx, mpz_ptr r, unsigned which, mpz_srcptr z)
{
        char *text;
        bng_status status;

        switch (which % 4) {
        case 0:
                return bng_mpz_ui_pow_ui(ctx, r, 3, 1500000);
        case 1:
                return bng_mpz_fac_ui(ctx, r, 120000);
        case 2:
                return bng_mpz_mul(ctx, r, z, z);
        default:
                status = bng_mpz_get_str(ctx, &text, 10, z);
                assert_int_equal(text != NULL, status == BNG_OK);
                free(text);
                return status;
        }
}

static void after_an_interruption(bng_ctx *ctx, mpz_ptr r, bng_status status)
{
        if (status == BNG_OK) {
                mpz_set_si(r, -7);
                return;
        }
        assert_int_equal(status, BNG_INTERRUPTED);
        assert_int_equal(mpz_cmp_si(r, -7), 0);
        assert_string_equal(bng_ctx_message(ctx), "interrupted");
}

static void test_signals_interrupt(void **userdata)
{
        bng_ctx *ctx;
        mpz_t r, z;

        (void)userdata;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        signalled = ctx;
        mpz_init(z);
        mpz_init_set_si(r, -7);
        mpz_ui_pow_ui(z, 7, 700000);
        signal(SIGALRM, interrupt);
        random_start(seed);
        for (unsigned i = 0; i < 60; i++) {
                struct itimerval timer = {.it_value.tv_usec = 1 + (long)random_below(12000)};
                setitimer(ITIMER_REAL, &timer, NULL);
                after_an_interruption(ctx, r, some_operation(ctx, r, i, z));
                timer.it_value.tv_usec = 0;
                setitimer(ITIMER_REAL, &timer, NULL);
                bng_ctx_clear_interrupt(ctx);
                assert_int_equal(bng_mpz_add_ui(ctx, r, r, 0), BNG_OK);
        }
        random_end();
        signal(SIGALRM, SIG_DFL);
        mpz_clears(r, z, NULL);
        bng_ctx_free(ctx);
}

static void *interrupt_soon(void *ctx)
{
        struct timespec moment = {.tv_nsec = 300000};
        nanosleep(&moment, NULL);
        bng_ctx_interrupt(ctx);
        return NULL;
}

static void test_other_threads_interrupt(void **userdata)
{
        bng_ctx *ctx;
        mpz_t r, z;

        (void)userdata;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        mpz_init(z);
        mpz_init_set_si(r, -7);
        mpz_ui_pow_ui(z, 7, 400000);
        for (unsigned i = 0; i < 20; i++) {
                pthread_t thread;
                assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, ctx), 0);
                bng_status status;
                /* Until it comes: also between two operations it is not lost. */
                do {
                        status = some_operation(ctx, r, i, z);
                        after_an_interruption(ctx, r, status);
                } while (status == BNG_OK);
                pthread_join(thread, NULL);
                bng_ctx_clear_interrupt(ctx);
        }
        mpz_clears(r, z, NULL);
        bng_ctx_free(ctx);
}

static void test_an_interruption_stays_until_it_is_cleared(void **userdata)
{
        bng_ctx *ctx;
        mpz_t r, a;

        (void)userdata;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        mpz_init_set_si(r, -7);
        mpz_init_set_ui(a, 5);
        for (unsigned i = 0; i < 2; i++) {
                bng_ctx_set_statistics(ctx, i == 1);
                bng_ctx_interrupt(ctx);
                /* Also through what makes the small lengths anew. */
                bng_ctx_set_result_limit_bits(ctx, 1000000);
                assert_int_equal(bng_mpz_add(ctx, r, a, a), BNG_INTERRUPTED);
                assert_int_equal(bng_mpz_mul(ctx, r, a, a), BNG_INTERRUPTED);
                assert_int_equal(bng_mpz_addmul(ctx, r, a, a), BNG_INTERRUPTED);
                assert_int_equal(bng_mpz_tdiv_q(ctx, r, a, a), BNG_INTERRUPTED);
                assert_int_equal(bng_mpz_set_str(ctx, r, "12", 10), BNG_INTERRUPTED);
                assert_int_equal(bng_check_mul(ctx, a, a), BNG_INTERRUPTED);
                assert_int_equal(mpz_cmp_si(r, -7), 0);
                bng_ctx_clear_interrupt(ctx);
                assert_int_equal(bng_mpz_mul(ctx, r, a, a), BNG_OK);
                assert_int_equal(mpz_cmp_si(r, 25), 0);
                mpz_set_si(r, -7);
        }
        mpz_clears(r, a, NULL);
        bng_ctx_free(ctx);
}

/* What has no integer as a result. */
static void expect_no_text(bng_ctx *ctx, mpq_srcptr q, bng_status expected)
{
        FILE *nowhere = fopen("/dev/null", "w");
        char *text = (char *)"";

        assert_non_null(nowhere);
        assert_int_equal(bng_check_mpq_get_str(ctx, 10, q), expected);
        assert_int_equal(bng_mpq_get_str(ctx, &text, 10, q), expected);
        assert_null(text);
        assert_int_equal(bng_mpq_out_str(ctx, nowhere, 10, q), expected);
        fclose(nowhere);
}

static void test_fractions_are_written_in_time(void **userdata)
{
        bng_ctx *ctx;
        mpq_t q;

        (void)userdata;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        mpq_init(q);
        mpz_ui_pow_ui(mpq_numref(q), 3, 4000000);
        mpz_set_ui(mpq_denref(q), 2);
        for (unsigned i = 0; i < 2; i++) {
                bng_ctx_set_time_limit_usec(ctx, 1000);
                expect_no_text(ctx, q, BNG_REFUSED_TIME);
                bng_ctx_set_time_limit_usec(ctx, UINT64_MAX);
                bng_ctx_set_deadline_usec(ctx, bng_now_nsec() / 1000);
                expect_no_text(ctx, q, BNG_REFUSED_TIME);
                bng_ctx_set_deadline_usec(ctx, UINT64_MAX);
                bng_ctx_interrupt(ctx);
                expect_no_text(ctx, q, BNG_INTERRUPTED);
                bng_ctx_clear_interrupt(ctx);
                mpz_swap(mpq_numref(q), mpq_denref(q));
        }
        /* While it is written: interrupted, or done before. */
        mpz_set(mpq_denref(q), mpq_numref(q));
        for (bng_status status = BNG_OK; status == BNG_OK;) {
                char *text;
                pthread_t thread;
                assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, ctx), 0);
                status = bng_mpq_get_str(ctx, &text, 10, q);
                pthread_join(thread, NULL);
                assert_true(status == BNG_OK || status == BNG_INTERRUPTED);
                assert_int_equal(text != NULL, status == BNG_OK);
                free(text);
        }
        mpq_clear(q);
        bng_ctx_free(ctx);
}

/* The flag comes while GMP makes room, behind the judgement: only work in steps sees it. */
static bng_ctx *told_by_gmp;
static void *(*allocate)(size_t);

static void *allocate_and_interrupt(size_t bytes)
{
        bng_ctx_interrupt(told_by_gmp);
        return allocate(bytes);
}

/* After the numbers of the first operations, and before those of the last. */
static void *allocate_and_interrupt_later(size_t bytes)
{
        static unsigned requests;

        if (++requests == 60)
                bng_ctx_interrupt(told_by_gmp);
        return allocate(bytes);
}

static void test_fractions_are_read_in_steps(void **userdata)
{
        void *(*reallocate)(void *, size_t, size_t);
        void (*release)(void *, size_t);
        bng_ctx *ctx;
        mpq_t q;

        (void)userdata;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        mpq_init(q);
        char *text = malloc(400002);
        assert_non_null(text);
        for (size_t stroke = 1; stroke <= 399999; stroke += 399998) {
                memset(text, '3', 400001);
                text[400001] = '\0';
                text[stroke] = '/';
                told_by_gmp = ctx;
                mp_get_memory_functions(&allocate, &reallocate, &release);
                mp_set_memory_functions(allocate_and_interrupt, reallocate, release);
                bng_status status = bng_mpq_set_str(ctx, q, text, 10);
                mp_set_memory_functions(allocate, reallocate, release);
                assert_int_equal(status, BNG_INTERRUPTED);
                assert_int_equal(mpq_cmp_ui(q, 0, 1), 0);
                bng_ctx_clear_interrupt(ctx);
                assert_int_equal(bng_mpq_set_str(ctx, q, text, 10), BNG_OK);
                mpq_set_ui(q, 0, 1);
        }
        free(text);
        mpq_clear(q);
        bng_ctx_free(ctx);
}

/* After a refusal too, when it only goes on to say how large the whole would be. */
static void test_predictions_are_interrupted(void **userdata)
{
        char text[200] = "2**2**99";
        void *(*reallocate)(void *, size_t, size_t);
        void (*release)(void *, size_t);
        bng_expr_prediction p;
        bng_ctx *ctx;

        (void)userdata;
        for (unsigned i = 0; i < 80; i++)
                strcat(text, "+1");
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        assert_int_equal(bng_predict_expr(ctx, &p, text, strlen(text), NULL, 0),
                         BNG_REFUSED_RESULT);
        assert_true(p.is_known);
        told_by_gmp = ctx;
        mp_get_memory_functions(&allocate, &reallocate, &release);
        mp_set_memory_functions(allocate_and_interrupt_later, reallocate, release);
        bng_status status = bng_predict_expr(ctx, &p, text, strlen(text), NULL, 0);
        mp_set_memory_functions(allocate, reallocate, release);
        assert_int_equal(status, BNG_REFUSED_RESULT);
        assert_false(p.is_known);
        bng_ctx_free(ctx);
}

static void test_what_gives_words_is_interrupted(void **userdata)
{
        bng_ctx *ctx;
        mpz_t z;
        unsigned long left;
        void *words;
        FILE *nowhere = fopen("/dev/null", "w");

        (void)userdata;
        assert_non_null(nowhere);
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        mpz_init_set_ui(z, 12);
        bng_ctx_interrupt(ctx);
        assert_int_equal(bng_mpz_tdiv_ui(ctx, &left, z, 7), BNG_INTERRUPTED);
        assert_int_equal(left, 0);
        assert_int_equal(bng_check_fdiv_ui(ctx, z, 7), BNG_INTERRUPTED);
        assert_int_equal(bng_mpz_cdiv_ui(ctx, &left, z, 7), BNG_INTERRUPTED);
        assert_int_equal(bng_mpz_cdiv_ui(ctx, &left, z, 0), BNG_UNDEFINED);
        assert_int_equal(bng_mpz_out_raw(ctx, nowhere, z), BNG_INTERRUPTED);
        assert_int_equal(bng_mpz_export(ctx, &words, NULL, 1, 1, 0, 0, z), BNG_INTERRUPTED);
        assert_null(words);
        bng_ctx_clear_interrupt(ctx);
        assert_int_equal(bng_mpz_tdiv_ui(ctx, &left, z, 7), BNG_OK);
        assert_int_equal(left, 5);
        bng_ctx_set_time_limit_usec(ctx, UINT64_C(3600) * 1000000);
        assert_int_equal(bng_mpz_cdiv_ui(ctx, &left, z, 7), BNG_OK);
        assert_int_equal(left, 2);
        bng_ctx_set_deadline_usec(ctx, bng_now_nsec() / 1000);
        assert_int_equal(bng_mpz_fdiv_ui(ctx, &left, z, 7), BNG_REFUSED_TIME);
        fclose(nowhere);
        mpz_clear(z);
        bng_ctx_free(ctx);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_signals_interrupt),
                cmocka_unit_test(test_other_threads_interrupt),
                cmocka_unit_test(test_an_interruption_stays_until_it_is_cleared),
                cmocka_unit_test(test_fractions_are_written_in_time),
                cmocka_unit_test(test_fractions_are_read_in_steps),
                cmocka_unit_test(test_predictions_are_interrupted),
                cmocka_unit_test(test_what_gives_words_is_interrupted),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
