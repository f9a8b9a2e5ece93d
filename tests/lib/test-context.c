/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a context tells: its statistics count each operation once, who asked to be told of failures is told each of them
 * once, and each of its limits comes from the nearest of its sources.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "context-fixture.h"

struct told {
        unsigned times;
        bng_status status;
        char sentence[1024];
};

static void on_refusal(void *userdata, bng_status status, const char *sentence)
{
        struct told *told = userdata;

        told->times++;
        told->status = status;
        snprintf(told->sentence, sizeof told->sentence, "%s", sentence);
}

static void test_statistics(void **state)
{
        bng_ctx *ctx = context(UINT64_MAX);
        mpz_t a, b, before;

        (void)state;
        bng_mpz_init(ctx, before); /* not counted: nothing is on yet */
        bng_ctx_set_statistics(ctx, true);
        assert_true(bng_ctx_statistics(ctx));
        bng_mpz_init(ctx, a);
        bng_mpz_init(ctx, b);
        assert_int_equal(bng_mpz_ui_pow_ui(ctx, a, 3, 1000), BNG_OK);
        assert_int_equal(bng_mpz_mul(ctx, a, a, a), BNG_OK);
        assert_int_equal(bng_mpz_tdiv_qr(ctx, a, b, a, b), BNG_UNDEFINED);
        assert_int_equal(bng_mpz_tdiv_qr(ctx, b, a, a, a), BNG_OK);
        assert_int_equal(bng_mpz_mul(ctx, before, b, b), BNG_OK);
        assert_int_equal(bng_mpz_add(ctx, b, b, b), BNG_OK);
        assert_int_equal(bng_check_mul(ctx, b, b), BNG_OK);
        assert_int_equal(bng_ctx_operations(ctx), 5);
        assert_int_equal(bng_ctx_largest_bits(ctx), 3170);
        assert_int_equal(bng_ctx_failures(ctx, BNG_UNDEFINED), 1);
        assert_int_equal(bng_ctx_failures(ctx, BNG_OK), 0);
        assert_int_equal(bng_ctx_failures(ctx, (bng_status)99), 0);
        assert_int_equal(bng_ctx_live_bytes(ctx), room(a) + room(b));
        assert_true(bng_ctx_live_peak_bytes(ctx) >= 3170 / 8);
        bng_ctx_set_statistics(ctx, false);
        assert_int_equal(bng_mpz_add(ctx, b, b, b), BNG_OK);
        assert_int_equal(bng_ctx_operations(ctx), 5);
        bng_mpz_clear(ctx, a);
        bng_mpz_clear(ctx, b);
        assert_int_equal(bng_ctx_live_bytes(ctx), 0);
        bng_mpz_clear(ctx, before);
        ctx = bng_ctx_free(ctx);
}

/* What has no integer as a result counts as well, and what could not be written does not. */
static void test_operations_without_integers(void **state)
{
        bng_ctx *ctx = context(UINT64_MAX);
        FILE *nowhere = fopen("/dev/null", "w"), *full = fopen("/dev/full", "w");
        unsigned long left;
        mpz_t a;
        mpq_t q;
        char *text;
        void *words;

        (void)state;
        assert_non_null(nowhere);
        assert_non_null(full);
        setvbuf(full, NULL, _IONBF, 0);
        mpz_init_set_ui(a, 77);
        mpq_init(q);
        bng_ctx_set_statistics(ctx, true);
        assert_int_equal(bng_mpz_tdiv_ui(ctx, &left, a, 5), BNG_OK);
        assert_int_equal(bng_mpz_fdiv_ui(ctx, &left, a, 5), BNG_OK);
        assert_int_equal(bng_mpz_cdiv_ui(ctx, &left, a, 0), BNG_UNDEFINED);
        assert_int_equal(bng_ctx_operations(ctx), 2);
        assert_int_equal(bng_mpz_get_str(ctx, &text, 10, a), BNG_OK);
        free(text);
        assert_int_equal(bng_mpq_get_str(ctx, &text, 10, q), BNG_OK);
        free(text);
        assert_int_equal(bng_mpz_export(ctx, &words, NULL, 1, 1, 0, 0, a), BNG_OK);
        free(words);
        assert_int_equal(bng_ctx_operations(ctx), 5);
        assert_int_equal(bng_mpz_out_str(ctx, nowhere, 10, a), BNG_OK);
        assert_int_equal(bng_mpq_out_str(ctx, nowhere, 10, q), BNG_OK);
        assert_int_equal(bng_mpz_out_raw(ctx, nowhere, a), BNG_OK);
        assert_int_equal(bng_ctx_operations(ctx), 8);
        assert_int_equal(bng_mpz_out_str(ctx, full, 10, a), BNG_STREAM);
        assert_int_equal(bng_mpq_out_str(ctx, full, 10, q), BNG_STREAM);
        assert_int_equal(bng_mpz_out_raw(ctx, full, a), BNG_STREAM);
        assert_int_equal(bng_ctx_operations(ctx), 8);
        fclose(full);
        fclose(nowhere);
        mpq_clear(q);
        mpz_clear(a);
        bng_ctx_free(ctx);
}

static bng_status load(bng_ctx *ctx, const char *text)
{
        char path[] = "/tmp/bng-context-XXXXXX";
        int fd = mkstemp(path);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
        close(fd);
        bng_status status = bng_ctx_load_limits(ctx, path);
        unlink(path);
        return status;
}

static void test_who_is_told(void **state)
{
        bng_ctx *ctx = context(UINT64_MAX);
        struct told told = {0};
        char *text;
        mpz_t a;

        (void)state;
        mpz_init_set_ui(a, 10);
        bng_ctx_set_refusal_callback(ctx, on_refusal, &told);
        bng_ctx_set_result_limit_bits(ctx, 128);
        assert_int_equal(bng_mpz_pow_ui(ctx, a, a, 20), BNG_OK);
        assert_int_equal(told.times, 0);
        assert_int_equal(bng_mpz_mul(ctx, a, a, a), BNG_REFUSED_RESULT);
        assert_int_equal(told.times, 1);
        assert_int_equal(told.status, BNG_REFUSED_RESULT);
        assert_string_equal(told.sentence, bng_ctx_message(ctx));
        assert_int_equal(bng_check_mul(ctx, a, a), BNG_REFUSED_RESULT);
        assert_int_equal(bng_mpz_get_str(ctx, &text, 99, a), BNG_INVALID);
        assert_int_equal(told.times, 3);
        assert_int_equal(bng_ctx_failures(ctx, BNG_REFUSED_RESULT), 2);
        assert_int_equal(bng_ctx_failures(ctx, BNG_INVALID), 1);
        assert_int_equal(load(ctx, "[Limits]\nResultMax=2E\nTotalMax=x\n"), BNG_INVALID);
        assert_int_equal(told.times, 4);
        assert_int_equal(told.status, BNG_INVALID);
        assert_string_equal(told.sentence, bng_ctx_message(ctx));
        assert_non_null(strstr(told.sentence, "\"2E\" is too large; at most 2^64 - 2 bits"));
        assert_non_null(strstr(told.sentence, ":3: "));
        assert_int_equal(bng_ctx_failures(ctx, BNG_INVALID), 2);
        bng_ctx_set_refusal_callback(ctx, NULL, NULL);
        assert_int_equal(bng_check_mul(ctx, a, a), BNG_REFUSED_RESULT);
        assert_int_equal(told.times, 4);
        mpz_clear(a);
        ctx = bng_ctx_free(ctx);
}

static void test_sources(void **state)
{
        static const char text[] = "[Limits]\nResultMax=1M\nTotalMax=2M\nTimeMax=3s\n";
        bng_ctx *ctx;

        (void)state;
        unsetenv("BIGNUM_GUARD_OPERATION_MEMORY_MAX");
        setenv("BIGNUM_GUARD_RESULT_MAX", "4096bit", 1);
        setenv("BIGNUM_GUARD_TOTAL_MAX", "5M", 1);
        setenv("BIGNUM_GUARD_TIME_MAX", "", 1);
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        assert_int_equal(bng_ctx_result_limit_bits(ctx), 16 << 23);
        assert_int_equal(bng_ctx_total_limit_bytes(ctx), UINT64_MAX);
        bng_ctx_set_total_limit_bytes(ctx, 6 << 20);
        assert_int_equal(load(ctx, text), BNG_OK);
        assert_int_equal(bng_ctx_total_limit_bytes(ctx), 6 << 20); /* the call */
        assert_int_equal(bng_ctx_result_limit_bits(ctx), 4096);    /* the environment */
        assert_int_equal(bng_ctx_time_limit_usec(ctx), 3000000);   /* [Limits] */
        assert_int_equal(bng_ctx_memory_limit_bytes(ctx), UINT64_C(256) << 20); /* built in */
        setenv("BIGNUM_GUARD_OPERATION_MEMORY_MAX", "auto", 1);
        assert_int_equal(load(ctx, text), BNG_OK);
        assert_int_equal(bng_ctx_memory_limit_bytes(ctx), BNG_MEMORY_AUTO);
        setenv("BIGNUM_GUARD_TIME_MAX", "soon", 1);
        setenv("BIGNUM_GUARD_RESULT_MAX", "0", 1);
        assert_int_equal(load(ctx, text), BNG_INVALID);
        assert_non_null(strstr(bng_ctx_message(ctx), "BIGNUM_GUARD_TIME_MAX=: \"soon\""));
        assert_non_null(strstr(bng_ctx_message(ctx), "BIGNUM_GUARD_RESULT_MAX= is 0"));
        assert_int_equal(bng_ctx_result_limit_bits(ctx), 4096);
        ctx = bng_ctx_free(ctx);
        unsetenv("BIGNUM_GUARD_OPERATION_MEMORY_MAX");
        unsetenv("BIGNUM_GUARD_RESULT_MAX");
        unsetenv("BIGNUM_GUARD_TOTAL_MAX");
        unsetenv("BIGNUM_GUARD_TIME_MAX");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_statistics),
                cmocka_unit_test(test_operations_without_integers),
                cmocka_unit_test(test_who_is_told),
                cmocka_unit_test(test_sources),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
