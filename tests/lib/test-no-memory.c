/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * malloc fails at each place where the library itself calls it, one after the other, and from there on:
 * the request ends in BNG_NO_MEMORY or does without, what was there is as it was, and nothing is lost.
 * The linker puts the functions below in front of the allocators of the library's own objects; GMP's
 * and libc's blocks are not touched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "config/limits.h"
#include "guard/context.h"

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t n, size_t bytes);
void *__real_realloc(void *block, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t n, size_t bytes);
void *__wrap_realloc(void *block, size_t bytes);
int __wrap_asprintf(char **ret, const char *format, ...) __attribute__((format(printf, 2, 3)));
int __wrap_vasprintf(char **ret, const char *format, va_list arguments)
        __attribute__((format(printf, 2, 0)));
int __real_vasprintf(char **ret, const char *format, va_list arguments)
        __attribute__((format(printf, 2, 0)));

static bool armed;
static bool for_good;  /* all that follow fail too */
static unsigned calls; /* since it was armed */
static unsigned failing;

static bool fails(void)
{
        if (!armed)
                return false;
        unsigned call = calls++;
        return call == failing || (for_good && call > failing);
}

void *__wrap_malloc(size_t bytes)
{
        return fails() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t n, size_t bytes)
{
        return fails() ? NULL : __real_calloc(n, bytes);
}

void *__wrap_realloc(void *block, size_t bytes)
{
        return fails() ? NULL : __real_realloc(block, bytes);
}

int __wrap_vasprintf(char **ret, const char *format, va_list arguments)
{
        return fails() ? -1 : __real_vasprintf(ret, format, arguments);
}

int __wrap_asprintf(char **ret, const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        int r = __wrap_vasprintf(ret, format, arguments);
        va_end(arguments);
        return r;
}

/* ---- what is tried: BNG_OK, or how it ended; the rest is checked by itself ---- */

static bng_status try_context(void)
{
        bng_ctx *ctx = (bng_ctx *)&armed;
        bng_status status = bng_ctx_new(&ctx);
        assert_true((status == BNG_OK) == (ctx != NULL));
        bng_ctx_free(ctx);
        return status;
}

static bng_ctx *context(void)
{
        bng_ctx *ctx;
        armed = false;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        return ctx;
}

static bng_status ended(bng_ctx *ctx, bng_status status)
{
        armed = false;
        if (status != BNG_OK)
                assert_string_equal(bng_ctx_message(ctx), "out of memory");
        bng_ctx_free(ctx);
        return status;
}

/* Enough of them for the table to grow. */
static bng_status try_numbers(void)
{
        enum { NUMBERS = 400 };
        bng_ctx *ctx = context();
        mpz_t n[NUMBERS];
        bng_status status = BNG_OK;
        uint64_t counted = 0;
        bng_ctx_set_total_limit_bytes(ctx, UINT64_C(1) << 30);
        armed = true;
        for (unsigned i = 0; i < NUMBERS; i++) {
                bng_status one = bng_mpz_init2(ctx, n[i], 6400);
                assert_int_equal(mpz_sgn(n[i]), 0);
                if (one == BNG_OK)
                        counted += 800;
                else
                        status = one;
        }
        armed = false;
        assert_int_equal(bng_ctx_live_bytes(ctx), counted);
        for (unsigned i = 0; i < NUMBERS; i++) {
                assert_int_equal(bng_mpz_set_str(ctx, n[i], "12345678901234567890", 10), BNG_OK);
                bng_mpz_clear(ctx, n[i]);
        }
        assert_int_equal(bng_ctx_live_bytes(ctx), 0);
        return ended(ctx, status);
}

static bng_status try_text(void)
{
        bng_ctx *ctx = context();
        char *text = (char *)&armed;
        mpz_t n;
        mpz_init_set_ui(n, 255);
        armed = true;
        bng_status status = bng_mpz_get_str(ctx, &text, 16, n);
        armed = false;
        if (status == BNG_OK)
                assert_string_equal(text, "ff");
        else
                assert_null(text);
        free(text);
        mpz_clear(n);
        return ended(ctx, status);
}

static bng_status try_fraction_text(void)
{
        bng_ctx *ctx = context();
        char *text = (char *)&armed;
        mpq_t q;
        mpq_init(q);
        mpq_set_si(q, -3, 7);
        armed = true;
        bng_status status = bng_mpq_get_str(ctx, &text, 10, q);
        armed = false;
        if (status == BNG_OK)
                assert_string_equal(text, "-3/7");
        else
                assert_null(text);
        free(text);
        mpq_clear(q);
        return ended(ctx, status);
}

static bng_status try_words(void)
{
        bng_ctx *ctx = context();
        void *words = &armed;
        size_t count;
        mpz_t n;
        mpz_init_set_ui(n, 255);
        armed = true;
        bng_status status = bng_mpz_export(ctx, &words, &count, 1, 1, 0, 0, n);
        armed = false;
        assert_true((status == BNG_OK) == (words != NULL));
        free(words);
        mpz_clear(n);
        return ended(ctx, status);
}

/* A stream of its own for every try; the destination changes only where it says BNG_OK. */
static FILE *stream_of(const char *bytes, size_t length)
{
        FILE *stream = tmpfile();
        assert_non_null(stream);
        assert_int_equal(fwrite(bytes, 1, length, stream), length);
        rewind(stream);
        return stream;
}

static bng_status try_stream(void)
{
        char digits[3000];
        bng_ctx *ctx = context();
        mpz_t n;
        memset(digits, '7', sizeof digits);
        digits[sizeof digits - 1] = ' ';
        FILE *stream = stream_of(digits, sizeof digits);
        mpz_init_set_ui(n, 255);
        armed = true;
        bng_status status = bng_mpz_inp_str(ctx, n, stream, 10);
        armed = false;
        assert_true((status == BNG_OK) == (mpz_cmp_ui(n, 255) != 0));
        mpz_clear(n);
        fclose(stream);
        return ended(ctx, status);
}

static bng_status try_raw(void)
{
        bng_ctx *ctx = context();
        mpz_t n;
        FILE *stream = stream_of("\0\0\0\2\1\2", 6);
        mpz_init_set_ui(n, 255);
        armed = true;
        bng_status status = bng_mpz_inp_raw(ctx, n, stream);
        armed = false;
        assert_int_equal(mpz_get_ui(n), status == BNG_OK ? 258 : 255);
        mpz_clear(n);
        fclose(stream);
        return ended(ctx, status);
}

/* Values that are predicted, a literal that is long, and a stack that grows. */
static const char expression[] =
        "((((((((((((((((((((((((((((((((((((((((2**9000%3**5000+y)))))))))))))))))))))))))))))))))"
        ")))))))"
        "*0x1234567890123456789012345678901234567890123456789012345678901234567890";

static bng_status try_expression(void)
{
        bng_ctx *ctx = context();
        bng_expr_prediction prediction;
        mpq_t value;
        mpz_t y;
        mpq_init(value);
        mpq_set_ui(value, 5, 3);
        mpz_init(y);
        mpz_setbit(y, 7000);
        const bng_variable variable = {"y", y, NULL};
        armed = true;
        bng_status status =
                bng_predict_expr(ctx, &prediction, expression, sizeof expression - 1, &variable, 1);
        if (status == BNG_OK)
                status = bng_eval(ctx, value, expression, sizeof expression - 1, &variable, 1);
        armed = false;
        assert_true((status == BNG_OK) == (mpq_cmp_ui(value, 5, 3) != 0));
        assert_int_equal(bng_ctx_held_bytes(ctx), 0);
        assert_int_equal(bng_ctx_failures(ctx, BNG_NO_MEMORY), status == BNG_OK ? 0 : 1);
        mpq_clear(value);
        mpz_clear(y);
        return ended(ctx, status);
}

/* A refusal whose sentence predicts the whole once more: without memory it says less. */
static bng_status try_refusal(void)
{
        static const char text[] = "1 + (3**9000 % 2**9000 >> 100) ** 999";
        bng_ctx *ctx = context();
        mpq_t value;
        mpq_init(value);
        bng_ctx_set_result_limit_bits(ctx, 10000);
        armed = true;
        bng_status status = bng_eval(ctx, value, text, sizeof text - 1, NULL, 0);
        armed = false;
        assert_int_equal(mpq_cmp_ui(value, 0, 1), 0);
        mpq_clear(value);
        if (status == BNG_REFUSED_RESULT)
                status = BNG_OK;
        return status == BNG_OK ? (bng_ctx_free(ctx), status) : ended(ctx, status);
}

static bng_status try_limits(const char *text, bng_status expected)
{
        char path[] = "/tmp/bng-no-memory-XXXXXX";
        bng_ctx *ctx = context();
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
        close(fd);
        armed = true;
        bng_status status = bng_ctx_load_limits(ctx, path);
        armed = false;
        unlink(path);
        assert_int_equal(bng_ctx_result_limit_bits(ctx), status == BNG_OK ? 8192 : 16 << 23);
        assert_true(status == BNG_OK || *bng_ctx_message(ctx));
        bng_ctx_free(ctx);
        return status == expected ? BNG_OK : status == BNG_INVALID ? BNG_NO_MEMORY : status;
}

static bng_status try_good_limits(void)
{
        return try_limits("[Limits]\nResultMax=1K\n", BNG_OK);
}

static bng_status try_bad_limits(void)
{
        return try_limits("[Limits]\nResultMax=many\nTimeMax=long\n", BNG_INVALID);
}

static bng_status try_system_limits(void)
{
        bng_ctx *ctx = context();
        armed = true;
        bng_status status = bng_ctx_load_limits(ctx, NULL);
        armed = false;
        assert_true(status == BNG_OK || *bng_ctx_message(ctx));
        bng_ctx_free(ctx);
        return status == BNG_INVALID ? BNG_NO_MEMORY : status;
}

/* A folder with a main file and drop-ins, or with a calibration. */
static bng_status try_files(bng_status (*try)(const char *folder))
{
        static const char *const files[][2] = {
                {"/calibration.conf", "[Speed]\nSquare=500 1000 2000\n"},
                {"/etc/bignum-guard/bignum-guard.conf", "[Limits]\nResultMax=1K\n"},
                {"/etc/bignum-guard/bignum-guard.conf.d/a.conf", "[Limits]\nTimeMax=1s\n"},
                {"/etc/bignum-guard/bignum-guard.conf.d/b.conf", "[Limits]\nTimeMax=2s\n"},
        };
        char folder[] = "/tmp/bng-no-memory-XXXXXX", path[128];
        const char *const below[] = {"", "/etc", "/etc/bignum-guard",
                                     "/etc/bignum-guard/bignum-guard.conf.d"};

        armed = false;
        assert_non_null(mkdtemp(folder));
        for (size_t i = 0; i < 4; i++) {
                snprintf(path, sizeof path, "%s%s", folder, below[i]);
                assert_true(i == 0 || mkdir(path, 0755) == 0);
        }
        for (size_t i = 0; i < 4; i++) {
                snprintf(path, sizeof path, "%s%s", folder, files[i][0]);
                FILE *file = fopen(path, "w");
                assert_non_null(file);
                fputs(files[i][1], file);
                fclose(file);
        }
        bng_status status = try(folder);
        armed = false;
        for (size_t i = 0; i < 4; i++) {
                snprintf(path, sizeof path, "%s%s", folder, files[i][0]);
                assert_int_equal(unlink(path), 0);
        }
        for (size_t i = 4; i-- > 0;) {
                snprintf(path, sizeof path, "%s%s", folder, below[i]);
                assert_int_equal(rmdir(path), 0);
        }
        return status;
}

static bng_status load_calibration(const char *folder)
{
        bng_ctx *ctx = context();
        setenv("STATE_DIRECTORY", folder, 1);
        setenv("XDG_STATE_HOME", "/nonexistent", 1);
        armed = true;
        bng_status status = bng_ctx_load_calibration(ctx, NULL);
        armed = false;
        assert_true(status == BNG_OK || *bng_ctx_message(ctx));
        assert_int_equal(ctx->speed.factors[BNG_PACE_SQUARE][0] == .5, status == BNG_OK);
        bng_ctx_free(ctx);
        return status == BNG_INVALID ? BNG_NO_MEMORY : status;
}

static bng_status try_calibration(void)
{
        return try_files(load_calibration);
}

static bng_status load_files(const char *folder)
{
        struct bng_config_limits limits = {.time_max = 4711};
        struct bng_config_errors errors = {0};
        armed = true;
        bool done = bng_config_limits_read(&limits, folder, NULL, &errors);
        armed = false;
        assert_int_equal(limits.time_max, done ? 2 * BNG_USEC_PER_SEC : 4711);
        assert_int_equal(bng_config_errors_any(&errors), !done);
        bng_config_errors_clear(&errors);
        return done ? BNG_OK : BNG_NO_MEMORY;
}

static bng_status try_drop_ins(void)
{
        return try_files(load_files);
}

static void each_place(bng_status (*try)(void))
{
        failing = UINT32_MAX;
        calls = 0;
        armed = true;
        assert_int_equal(try(), BNG_OK);
        armed = false;
        unsigned places = calls;
        assert_true(places > 0);
        for (unsigned i = 0; i < 2 * places; i++) {
                failing = i / 2;
                for_good = i % 2;
                calls = 0;
                armed = true;
                bng_status status = try();
                armed = false;
                if (status != BNG_OK && status != BNG_NO_MEMORY)
                        fail_msg("place %u of %u: status %d", failing, places, (int)status);
                assert_true(calls > failing);
        }
}

#define TEST(name)                                                                                 \
        static void test_##name(void **state)                                                      \
        {                                                                                          \
                (void)state;                                                                       \
                each_place(try_##name);                                                            \
        }

TEST(context)
TEST(numbers)
TEST(text)
TEST(fraction_text)
TEST(words)
TEST(stream)
TEST(raw)
TEST(expression)
TEST(refusal)
TEST(good_limits)
TEST(bad_limits)
TEST(system_limits)
TEST(calibration)
TEST(drop_ins)

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_context),     cmocka_unit_test(test_numbers),
                cmocka_unit_test(test_text),        cmocka_unit_test(test_fraction_text),
                cmocka_unit_test(test_words),       cmocka_unit_test(test_stream),
                cmocka_unit_test(test_raw),         cmocka_unit_test(test_expression),
                cmocka_unit_test(test_refusal),     cmocka_unit_test(test_good_limits),
                cmocka_unit_test(test_bad_limits),  cmocka_unit_test(test_system_limits),
                cmocka_unit_test(test_calibration), cmocka_unit_test(test_drop_ins),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
