/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "gmp-hooks.h"
#include "guard-cases.h"
#include "guard-expect.h"

/*
 * Integers on streams, as text and as raw bytes. What a stream claims about its length is not
 * believed, and what it lacks is a status.
 */

/* ---- text from streams ---- */

static FILE *stream_of(const void *bytes, size_t length)
{
        FILE *stream = tmpfile();

        assert_non_null(stream);
        assert_int_equal(fwrite(bytes, 1, length, stream), length);
        rewind(stream);
        return stream;
}

static bng_status read_text(struct fixture *f, const char *text, int base)
{
        FILE *stream = stream_of(text, strlen(text));
        bng_status status = bng_mpz_inp_str(f->ctx, f->r, stream, base);

        fclose(stream);
        return status;
}

static void test_text_of_a_stream(void **userdata)
{
        struct fixture *f = *userdata;

        EXPECT_VALUE(f, read_text(f, " \n-0012x", 10), -12);
        EXPECT_VALUE(f, read_text(f, "0xfFg", 0), 255);
        EXPECT_VALUE(f, read_text(f, "-0b101", 0), -5);
        EXPECT_VALUE(f, read_text(f, "0778", 0), 63);
        EXPECT_VALUE(f, read_text(f, "0", 0), 0);
        EXPECT_VALUE(f, read_text(f, "0x", 0), 0);
        EXPECT_VALUE(f, read_text(f, "-000", 7), 0);
        EXPECT_VALUE(f, read_text(f, "zZ", 62), 61 * 62 + 35);
        EXPECT_NOT(f, BNG_SYNTAX, read_text(f, "", 10), "no number");
        EXPECT_NOT(f, BNG_SYNTAX, read_text(f, "  - 1", 10), "no number");
        EXPECT_NOT(f, BNG_SYNTAX, read_text(f, "9", 8), "base 8");
        EXPECT_NOT(f, BNG_INVALID, read_text(f, "1", 63), "base 63");
        EXPECT_NOT(f, BNG_STREAM, bng_mpz_inp_str(f->ctx, f->r, fopen("/", "r"), 10), "read");
}

/* The same as GMP reads, and the stream is left at the same place. */
static void test_text_is_read_like_gmp(void **userdata)
{
        static const char characters[] = "00012789abzAZ-  x\n";
        struct fixture *f = *userdata;
        mpz_t plain;

        mpz_init(plain);
        random_start(20240304);
        for (unsigned round = 0; round < 20000; round++) {
                char text[16];
                size_t length = random_below(sizeof text);
                int base = (int)random_below(63);
                for (size_t i = 0; i < length; i++)
                        text[i] = characters[random_below(sizeof characters - 1)];
                if (base == 1)
                        continue;
                FILE *one = fmemopen(text, length + (length == 0), "r");
                FILE *two = fmemopen(text, length + (length == 0), "r");
                if (length == 0)
                        text[0] = '?';
                bool is_number = mpz_inp_str(plain, one, base) != 0;
                bng_status status = bng_mpz_inp_str(f->ctx, f->r, two, base);
                if (is_number != (status == BNG_OK) ||
                    (is_number && (mpz_cmp(plain, f->r) != 0 || ftell(one) != ftell(two))))
                        fail_msg("\"%.*s\" in base %d", (int)length, text, base);
                fclose(one);
                fclose(two);
        }
        random_end();
        mpz_clear(plain);
}

/* A stream without an end: a pipe that a child fills. */
static void test_streams_without_an_end(void **userdata)
{
        static const char *const endless[] = {"yes 9 | tr -d '\\n'", "yes 0 | tr -d '\\n'",
                                              "yes ''", "yes 1 | tr -d '\\n'"};
        struct fixture *f = *userdata;

        for (size_t i = 0; i < sizeof endless / sizeof *endless; i++) {
                FILE *stream = popen(endless[i], "r");
                assert_non_null(stream);
                /* Digits break the first limit, blanks and zeros the second. */
                bng_ctx_set_result_limit_bits(f->ctx, 1 << 20);
                bng_ctx_set_memory_limit_bytes(f->ctx, 1 << 24);
                bool is_digits = i == 0 || i == 3;
                EXPECT_NOT(f, is_digits ? BNG_REFUSED_RESULT : BNG_REFUSED_MEMORY,
                           bng_mpz_inp_str(f->ctx, f->r, stream, i == 3 ? 2 : 10), "refused");
                pclose(stream);
        }
}

static void test_limits_of_a_text(void **userdata)
{
        struct fixture *f = *userdata;

        /* 10^30 - 1 has 100 bits. */
        bng_ctx_set_result_limit_bits(f->ctx, 99);
        EXPECT_NOT(f, BNG_REFUSED_RESULT, read_text(f, "000999999999999999999999999999999", 10),
                   "100 bits");
        bng_ctx_set_result_limit_bits(f->ctx, 100);
        assert_int_equal(read_text(f, "000999999999999999999999999999999", 10), BNG_OK);
        mpz_set_ui(f->r, 4711);
        EXPECT_NOT(f, BNG_REFUSED_RESULT, read_text(f, "1267650600228229401496703205376", 10),
                   "101 bits");
        bng_ctx_set_memory_limit_bytes(f->ctx, 100);
        EXPECT_NOT(f, BNG_REFUSED_MEMORY, read_text(f, "1", 10), "Memory");
}

static void test_text_to_a_stream(void **userdata)
{
        struct fixture *f = *userdata;
        char text[8] = "";
        FILE *stream = fmemopen(text, sizeof text, "w");

        setbuf(stream, NULL);
        mpz_set_si(f->a, -255);
        assert_int_equal(bng_mpz_out_str(f->ctx, stream, 16, f->a), BNG_OK);
        fclose(stream);
        assert_string_equal(text, "-ff");
        EXPECT_NOT(f, BNG_INVALID, bng_mpz_out_str(f->ctx, stdout, 1, f->a), "base 1");
        stream = fopen("/dev/full", "w");
        setbuf(stream, NULL);
        EXPECT_NOT(f, BNG_STREAM, bng_mpz_out_str(f->ctx, stream, 10, f->a), "written");
        EXPECT_NOT(f, BNG_STREAM, bng_mpz_out_raw(f->ctx, stream, f->a), "written");
        fclose(stream);
        bng_ctx_set_memory_limit_bytes(f->ctx, 1);
        EXPECT_NOT(f, BNG_REFUSED_MEMORY, bng_mpz_out_str(f->ctx, stdout, 10, f->a), "Memory");
        EXPECT_NOT(f, BNG_REFUSED_MEMORY, bng_mpz_out_raw(f->ctx, stdout, f->a), "Memory");
}

static void test_text_is_checked(void **userdata)
{
        struct fixture *f = *userdata;

        mpz_set_si(f->a, -255);
        assert_int_equal(bng_check_out_str(f->ctx, 16, f->a), BNG_OK);
        assert_int_equal(bng_check_out_str(f->ctx, 1, f->a), BNG_INVALID);
        bng_ctx_set_memory_limit_bytes(f->ctx, 1);
        assert_int_equal(bng_check_out_str(f->ctx, 10, f->a), BNG_REFUSED_MEMORY);
}

/* NULL is standard input, and standard output. */
static void test_standard_streams(void **userdata)
{
        struct fixture *f = *userdata;
        FILE *in = stream_of("17 \0\0\0\1\5", 8), *out = tmpfile();
        int before = dup(STDIN_FILENO), stdout_before = dup(STDOUT_FILENO);
        char written[16] = "";

        assert_non_null(out);
        assert_int_equal(dup2(fileno(in), STDIN_FILENO), STDIN_FILENO);
        assert_int_equal(bng_mpz_inp_str(f->ctx, f->r, NULL, 10), BNG_OK);
        assert_int_equal(mpz_cmp_ui(f->r, 17), 0);
        assert_int_equal(getchar(), ' ');
        assert_int_equal(bng_mpz_inp_raw(f->ctx, f->r, NULL), BNG_OK);
        assert_int_equal(mpz_cmp_ui(f->r, 5), 0);
        dup2(before, STDIN_FILENO);
        clearerr(stdin);

        fflush(stdout);
        dup2(fileno(out), STDOUT_FILENO);
        bng_status text = bng_mpz_out_str(f->ctx, NULL, 10, f->r);
        bng_status raw = bng_mpz_out_raw(f->ctx, NULL, f->r);
        fflush(stdout);
        dup2(stdout_before, STDOUT_FILENO);
        assert_int_equal(text, BNG_OK);
        assert_int_equal(raw, BNG_OK);
        rewind(out);
        assert_int_equal(fread(written, 1, sizeof written, out), 6);
        assert_memory_equal(written, "5\0\0\0\1\5", 6);
        close(before);
        close(stdout_before);
        fclose(in);
        fclose(out);
}

/* A folder can be opened, and not be read. */
static void test_streams_that_cannot_be_read(void **userdata)
{
        struct fixture *f = *userdata;
        FILE *folder = fopen("/", "r");

        assert_non_null(folder);
        EXPECT_NOT(f, BNG_STREAM, bng_mpz_inp_raw(f->ctx, f->r, folder), "read");
        clearerr(folder);
        EXPECT_NOT(f, BNG_STREAM, bng_mpz_inp_str(f->ctx, f->r, folder, 10), "read");
        fclose(folder);
}

/* ---- raw bytes ---- */

static bng_status read_raw(struct fixture *f, const void *bytes, size_t length)
{
        FILE *stream = stream_of(bytes, length);
        bng_status status = bng_mpz_inp_raw(f->ctx, f->r, stream);

        fclose(stream);
        return status;
}

static void test_raw_bytes(void **userdata)
{
        struct fixture *f = *userdata;

        EXPECT_VALUE(f, read_raw(f, "\0\0\0\2\1\2rest", 10), 258);
        EXPECT_VALUE(f, read_raw(f, "\377\377\377\376\1\2", 6), -258);
        EXPECT_VALUE(f, read_raw(f, "\0\0\0\0", 4), 0);
        EXPECT_VALUE(f, read_raw(f, "\0\0\0\3\0\0\5", 7), 5);
        EXPECT_NOT(f, BNG_SYNTAX, read_raw(f, "\0\0\0", 3), "begins");
        EXPECT_NOT(f, BNG_SYNTAX, read_raw(f, "\0\0\0\3\1\1", 6), "3 bytes");
        EXPECT_NOT(f, BNG_SYNTAX, read_raw(f, "\0\0\0\3\0\0", 6), "3 bytes");
        /* A header that claims 128 MiB, of which there would be two copies. */
        gmp_hooks_start();
        EXPECT_NOT(f, BNG_REFUSED_RESULT, read_raw(f, "\7\377\377\377\1", 5), "at least 127 MiB");
        EXPECT_NOT(f, BNG_REFUSED_RESULT, read_raw(f, "\370\0\0\0\1", 5), "refused");
        bng_ctx_set_result_limit_bits(f->ctx, UINT64_MAX);
        EXPECT_NOT(f, BNG_REFUSED_MEMORY, read_raw(f, "\7\377\377\377\1", 5), "refused");
        EXPECT_NOT(f, BNG_REFUSED_MEMORY, read_raw(f, "\370\0\0\0\1", 5), "refused");
        assert_int_equal(gmp_hooks_requests(), 0);
        /* The limit is the number's, not the header's. */
        bng_ctx_set_result_limit_bits(f->ctx, 8);
        EXPECT_VALUE(f, read_raw(f, "\0\0\0\3\0\0\377", 7), 255);
        EXPECT_NOT(f, BNG_REFUSED_RESULT, read_raw(f, "\0\0\0\2\1\0", 6), "9 bits");
        EXPECT_NOT(f, BNG_STREAM, bng_mpz_inp_raw(f->ctx, f->r, fopen("/", "r")), "read");
}

static void test_raw_there_and_back(void **userdata)
{
        struct fixture *f = *userdata;

        random_start(20240305);
        for (unsigned round = 0; round < 200; round++) {
                FILE *stream = tmpfile();
                random_integer(f->a, random_below(3000));
                assert_int_equal(bng_mpz_out_raw(f->ctx, stream, f->a), BNG_OK);
                rewind(stream);
                assert_int_equal(bng_mpz_inp_raw(f->ctx, f->r, stream), BNG_OK);
                assert_int_equal(mpz_cmp(f->a, f->r), 0);
                fclose(stream);
        }
        random_end();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
        const struct CMUnitTest tests[] = {
                TEST(test_text_of_a_stream),       TEST(test_text_is_read_like_gmp),
                TEST(test_streams_without_an_end), TEST(test_limits_of_a_text),
                TEST(test_text_to_a_stream),       TEST(test_raw_bytes),
                TEST(test_raw_there_and_back),     TEST(test_text_is_checked),
                TEST(test_standard_streams),       TEST(test_streams_that_cannot_be_read),
        };

        return cmocka_run_group_tests(tests, gmp_hooks_set_up, NULL);
}
