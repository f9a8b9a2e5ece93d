/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "guard-expect.h"
#include "memory-fixture.h"

/*
 * Fractions as text, in memory and in streams: read and written as GMP does it, within the limits part
 * by part.
 */

static void expect_text(bng_ctx *ctx, const mpq_t q, const char *expected)
{
        char *text;

        assert_int_equal(bng_mpq_get_str(ctx, &text, 10, q), BNG_OK);
        assert_string_equal(text, expected);
        free(text);
}

/* Long enough for steps in both parts, and signs where GMP writes them too. */
static void test_text_is_as_gmp_writes_it(void **userdata)
{
        static const int bases[] = {10, 62, 16, -36, 2};
        bng_ctx *ctx = *userdata;
        mpq_t q;

        mpq_init(q);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        for (unsigned i = 0; i < 20; i++) {
                mpz_ui_pow_ui(mpq_numref(q), 3, i % 3 == 0 ? 350000 : i);
                mpz_ui_pow_ui(mpq_denref(q), 7, i % 3 == 1 ? 200000 : i / 2);
                if (i % 2)
                        mpq_neg(q, q);
                if (i % 5 == 0)
                        mpz_neg(mpq_denref(q), mpq_denref(q));
                int base = bases[i % 5];
                char *expected = malloc(mpz_sizeinbase(mpq_numref(q), abs(base)) +
                                        mpz_sizeinbase(mpq_denref(q), abs(base)) + 4);
                char *text;
                assert_non_null(expected);
                mpq_get_str(expected, base, q);
                assert_int_equal(bng_mpq_get_str(ctx, &text, base, q), BNG_OK);
                assert_string_equal(text, expected);
                free(text);
                free(expected);
        }
        mpq_clear(q);
}

static void test_text_is_read_as_gmp_reads_it(void **userdata)
{
        static const char *const texts[] = {"",      "/",       "-",       "3",        " 3 / 4 ",
                                            "3/-4",  "1/2/3",   "0x10/10", "0b1/0x1f", "010/010",
                                            "-/1",   "1 2/3 4", "0/5",     "x/1",      "+1/2",
                                            "zz/10", "0x/1",    "-0/7"};
        static const int bases[] = {0, 10, 16, 36, 62};
        bng_ctx *ctx = *userdata;
        mpq_t plain, guarded;

        mpq_inits(plain, guarded, NULL);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
                for (size_t b = 0; b < sizeof bases / sizeof *bases; b++) {
                        bng_status status = bng_mpq_set_str(ctx, guarded, texts[i], bases[b]);
                        if (mpq_set_str(plain, texts[i], bases[b]) != 0) {
                                assert_int_equal(status, BNG_SYNTAX);
                        } else {
                                assert_int_equal(status, BNG_OK);
                                assert_true(same_fraction(plain, guarded));
                        }
                }
        mpq_clears(plain, guarded, NULL);
}

/* What mpq_inp_str makes of a text, which leaves a stream at the same place. */
static void expect_read(bng_ctx *ctx, const char *text, int base)
{
        FILE *plain_stream = fmemopen((void *)text, strlen(text), "r");
        FILE *stream = fmemopen((void *)text, strlen(text), "r");
        mpq_t plain, guarded;

        mpq_inits(plain, guarded, NULL);
        bool is_read = mpq_inp_str(plain, plain_stream, base) != 0;
        bng_status status = bng_mpq_inp_str(ctx, guarded, stream, base);
        if (is_read && mpz_sgn(mpq_denref(plain)) == 0)
                assert_int_equal(status, BNG_UNDEFINED);
        else
                assert_int_equal(status, is_read ? BNG_OK : BNG_SYNTAX);
        if (status == BNG_OK) {
                assert_true(same_fraction(plain, guarded));
                assert_int_equal(getc(stream), getc(plain_stream));
        } else {
                assert_int_equal(mpq_cmp_ui(guarded, 0, 1), 0);
        }
        mpq_clears(plain, guarded, NULL);
        fclose(plain_stream);
        fclose(stream);
}

static void test_streams(void **userdata)
{
        static const char *const texts[] = {"12/34",      " -5 6", "7/x", "x",      "3/0",
                                            "0xff/0x10;", "0/9",   "8/",  "-1/3/2", "3/ 4",
                                            "3/\n4",      "3/-4",  "3/-", "3 /4",   "3/\t"};
        bng_ctx *ctx = *userdata;
        char *written = NULL;
        size_t length = 0;
        mpq_t r;

        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                expect_read(ctx, texts[i], 10);
                expect_read(ctx, texts[i], 0);
        }
        mpq_init(r);
        mpq_set_ui(r, 47, 11);
        FILE *stream = open_memstream(&written, &length);
        assert_int_equal(bng_mpq_out_str(ctx, stream, 10, r), BNG_OK);
        assert_int_equal(bng_check_mpq_out_str(ctx, 10, r), BNG_OK);
        assert_int_equal(bng_check_mpq_out_str(ctx, 63, r), BNG_INVALID);
        fclose(stream);
        assert_string_equal(written, "47/11");
        free(written);

        /* A denominator without an end, and one that is a bit too long. */
        bng_ctx_set_result_limit_bits(ctx, 10);
        stream = fopen("/dev/zero", "r");
        assert_non_null(stream);
        EXPECT_NO_FRACTION(ctx, r, BNG_SYNTAX, bng_mpq_inp_str(ctx, r, stream, 10), "no number");
        fclose(stream);
        stream = fmemopen((void *)"1/1024", 6, "r");
        EXPECT_NO_FRACTION(ctx, r, BNG_REFUSED_RESULT, bng_mpq_inp_str(ctx, r, stream, 10),
                           "ResultMax=");
        fclose(stream);
        stream = fmemopen((void *)"1023/1023", 9, "r");
        assert_int_equal(bng_mpq_inp_str(ctx, r, stream, 10), BNG_OK);
        expect_text(ctx, r, "1023/1023");
        fclose(stream);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        mpq_clear(r);
}

static void test_text_and_parts(void **userdata)
{
        bng_ctx *ctx = *userdata;
        mpq_t r;
        mpz_t z;
        char *text;

        mpq_init(r);
        mpz_init(z);
        bng_ctx_set_result_limit_bits(ctx, 8);
        assert_int_equal(bng_mpq_set_str(ctx, r, "-0255/ 170", 10), BNG_OK);
        expect_text(ctx, r, "-255/170");
        assert_int_equal(bng_mpq_set_str(ctx, r, "1/256", 10), BNG_REFUSED_RESULT);
        assert_int_equal(bng_mpq_set_str(ctx, r, "256", 10), BNG_REFUSED_RESULT);
        expect_text(ctx, r, "-255/170");
        /* What is left counts. */
        bng_ctx_set_result_limit_bits(ctx, 1);
        assert_int_equal(bng_mpq_canonicalize(ctx, r), BNG_REFUSED_RESULT);
        expect_text(ctx, r, "-255/170");
        bng_ctx_set_result_limit_bits(ctx, 2);
        assert_int_equal(bng_mpq_canonicalize(ctx, r), BNG_OK);
        expect_text(ctx, r, "-3/2");
        mpz_set_ui(z, 5);
        assert_int_equal(bng_mpq_set_den(ctx, r, z), BNG_REFUSED_RESULT);
        assert_int_equal(bng_mpq_set_num(ctx, r, z), BNG_REFUSED_RESULT);
        mpz_set_ui(z, 1);
        assert_int_equal(bng_mpq_set_num(ctx, r, z), BNG_OK);
        expect_text(ctx, r, "1/2");
        assert_int_equal(bng_mpq_get_den(ctx, z, r), BNG_OK);
        assert_int_equal(mpz_cmp_ui(z, 2), 0);
        assert_int_equal(bng_mpq_get_num(ctx, z, r), BNG_OK);
        assert_int_equal(mpz_cmp_ui(z, 1), 0);
        assert_int_equal(bng_mpq_set_den(ctx, r, z), BNG_OK);
        expect_text(ctx, r, "1");
        bng_ctx_set_memory_limit_bytes(ctx, 10);
        assert_int_equal(bng_mpq_get_str(ctx, &text, 10, r), BNG_REFUSED_MEMORY);
        assert_null(text);
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        assert_int_equal(bng_mpq_get_str(ctx, &text, 1, r), BNG_INVALID);
        assert_null(text);
        mpq_clear(r);
        mpz_clear(z);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_text_and_parts),
                cmocka_unit_test(test_text_is_as_gmp_writes_it),
                cmocka_unit_test(test_text_is_read_as_gmp_reads_it),
                cmocka_unit_test(test_streams),
        };

        return cmocka_run_group_tests(tests, memory_set_up, memory_tear_down);
}
