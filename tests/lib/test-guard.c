/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "guard-expect.h"

/*
 * What only single cases show: where GMP would abort or answer wrongly, its ceiling, arguments
 * beyond a machine word, text, the sentences, the configuration.
 */

/* GMP's own: 2^31 - 1 limbs of 64 bits, 2^27 - 1 of 32. */
#define LIMB GMP_NUMB_BITS
#define CEILING_BITS ((unsigned long)((UINT64_C(1) << (LIMB == 64 ? 31 : 27)) - 1) * LIMB)
#define CEILING_TEXT (LIMB == 64 ? "GMP holds less than 16 GiB" : "GMP holds less than 512 MiB")

/* Counts that are no machine word everywhere. */
static mpz_srcptr count(mpz_ptr z, uint64_t n)
{
        mpz_import(z, 1, 1, sizeof n, 0, 0, &n);
        return z;
}

static void no_limits(struct fixture *f)
{
        bng_ctx_set_result_limit_bits(f->ctx, UINT64_MAX);
        bng_ctx_set_memory_limit_bytes(f->ctx, UINT64_MAX);
}

static void test_what_gmp_aborts_on_is_undefined(void **userdata)
{
        struct fixture *f = *userdata;
        bng_ctx *ctx = f->ctx;
        mpz_ptr r = f->r, a = f->a, zero = f->b, c = f->c;

        mpz_set_si(a, -8);
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_tdiv_q(ctx, r, a, zero), "division by zero");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_tdiv_r(ctx, r, a, zero), "division by zero");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_fdiv_q(ctx, r, a, zero), "division by zero");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_fdiv_r(ctx, r, a, zero), "division by zero");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_cdiv_q(ctx, r, zero, zero), "division by zero");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_cdiv_r(ctx, r, zero, zero), "division by zero");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_mod(ctx, r, a, zero), "division by zero");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_divexact(ctx, r, a, zero), "division by zero");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_tdiv_qr(ctx, r, c, a, zero), "division by zero");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_check_fdiv_qr(ctx, a, zero), "division by zero");
        EXPECT_NOT(f, BNG_INVALID, bng_mpz_fdiv_qr(ctx, r, r, a, a), "different variables");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_sqrt(ctx, r, a), "even root");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_root(ctx, r, a, 4), "even root");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_root(ctx, r, a, 0), "degree zero");
        EXPECT_VALUE(f, bng_mpz_root(ctx, r, a, 3), -2);
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_powm(ctx, r, a, a, zero), "modulus of zero");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_invert(ctx, r, a, zero), "modulus of zero");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_pow(ctx, r, zero, a), "negative power of zero");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_pow(ctx, r, a, a), "no integer");
        mpz_ui_pow_ui(c, 3, 100);
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_pow(ctx, r, c, a), "no integer");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_fac_z(ctx, r, a), "negative");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_primorial_z(ctx, r, a), "negative");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_fib_z(ctx, r, a), "negative");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_lucnum_z(ctx, r, a), "negative");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_bin_z(ctx, r, c, a), "negative");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_mul_2exp_z(ctx, r, a, a), "negative");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_fdiv_q_2exp_z(ctx, r, a, a), "negative");
}

static void test_inverses_that_do_not_exist(void **userdata)
{
        struct fixture *f = *userdata;
        bng_ctx *ctx = f->ctx;

        mpz_set_ui(f->a, 6);
        mpz_set_si(f->b, -3);
        mpz_set_ui(f->c, 15);
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_invert(ctx, f->r, f->a, f->c), "common factor");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_check_invert(ctx, f->a, f->c), "common factor");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_powm(ctx, f->r, f->a, f->b, f->c), "common factor");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_check_powm(ctx, f->a, f->b, f->c), "common factor");
        mpz_set_ui(f->a, 2);
        EXPECT_VALUE(f, bng_mpz_invert(ctx, f->r, f->a, f->c), 8);
        EXPECT_VALUE(f, bng_mpz_powm(ctx, f->r, f->a, f->b, f->c), 2); /* 8^3 = 512 = 2 mod 15 */
        /* Through a temporary, and there is no inverse. */
        bng_ctx_set_result_limit_bits(ctx, 2);
        mpz_set_ui(f->a, 6);
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_powm(ctx, f->r, f->a, f->b, f->c), "common factor");
        mpz_set_ui(f->a, 2);
        EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_invert(ctx, f->r, f->a, f->c), "4 bits");
        EXPECT_VALUE(f, bng_mpz_powm(ctx, f->r, f->a, f->b, f->c), 2);
}

/* Each of these gives a small number, or a crash, in GMP 6.2 and 6.3. */
static void test_what_gmp_computes_wrongly_is_refused(void **userdata)
{
        static const struct {
                unsigned base_log2;
                unsigned long exponent;
        } cases[] = {
                {2 * LIMB, 1UL << (LIMB - 1)}, {4 * LIMB, 1UL << (LIMB - 2)},
                {5 * LIMB, ~0UL / 5 + 1},      {LIMB, 1UL << (LIMB - 1)},
                {LIMB / 2, 1UL << (LIMB - 1)}, {1, ~0UL},
        };
        struct fixture *f = *userdata;

        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                mpz_set_ui(f->a, 0);
                mpz_setbit(f->a, cases[i].base_log2);
                bng_ctx_set_result_limit_bits(f->ctx, 16 << 23);
                EXPECT_NOT(f, BNG_REFUSED_RESULT,
                           bng_mpz_pow_ui(f->ctx, f->r, f->a, cases[i].exponent), "ResultMax=");
                mpz_set_ui(f->b, cases[i].exponent);
                EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_pow(f->ctx, f->r, f->a, f->b),
                           "ResultMax=");
                no_limits(f);
                EXPECT_NOT(f, BNG_REFUSED_CEILING,
                           bng_mpz_pow_ui(f->ctx, f->r, f->a, cases[i].exponent), CEILING_TEXT);
        }
}

static void test_the_ceiling_holds_without_limits(void **userdata)
{
        struct fixture *f = *userdata;
        bng_ctx *ctx = f->ctx;

        no_limits(f);
        mpz_set_ui(f->a, 1);
        assert_int_equal(bng_check_mul_2exp(ctx, f->a, CEILING_BITS - 1000), BNG_OK);
        EXPECT_NOT(f, BNG_REFUSED_CEILING, bng_mpz_mul_2exp(ctx, f->r, f->a, CEILING_BITS), "GMP");
        EXPECT_NOT(f, BNG_REFUSED_CEILING, bng_mpz_mul_2exp(ctx, f->r, f->a, ~0UL), "GMP");
        EXPECT_NOT(f, BNG_REFUSED_CEILING, bng_mpz_setbit(ctx, f->r, CEILING_BITS), "GMP");
        assert_int_equal(bng_check_ui_pow_ui(ctx, 2, CEILING_BITS - 1000), BNG_OK);
        EXPECT_NOT(f, BNG_REFUSED_CEILING, bng_mpz_ui_pow_ui(ctx, f->r, 2, CEILING_BITS), "GMP");
        EXPECT_NOT(f, BNG_REFUSED_CEILING,
                   bng_mpz_ui_pow_ui(ctx, f->r, 3, CEILING_BITS / 1000 * 631), "GMP");
        assert_int_equal(
                bng_check_ui_pow_ui(ctx, 3, CEILING_BITS / 1000 * (LIMB == 64 ? 611 : 590)),
                BNG_OK);
        EXPECT_NOT(f, BNG_REFUSED_CEILING, bng_mpz_fac_ui(ctx, f->r, CEILING_BITS / 20), "GMP");
        EXPECT_NOT(f, BNG_REFUSED_CEILING, bng_mpz_fac_ui(ctx, f->r, ~0UL), "GMP");
        EXPECT_NOT(f, BNG_REFUSED_CEILING,
                   bng_mpz_fib_z(ctx, f->r, count(f->b, CEILING_BITS / 20 * UINT64_C(29))), "GMP");
        EXPECT_NOT(f, BNG_REFUSED_CEILING,
                   bng_mpz_lucnum_z(ctx, f->r, count(f->b, CEILING_BITS / 20 * UINT64_C(29))),
                   "GMP");
        EXPECT_NOT(f, BNG_REFUSED_CEILING, bng_mpz_primorial_ui(ctx, f->r, ~0UL), "GMP");
        EXPECT_NOT(f, BNG_REFUSED_CEILING, bng_mpz_bin_uiui(ctx, f->r, ~0UL, ~0UL / 2), "GMP");
        mpz_set_si(f->a, -1);
        EXPECT_NOT(f, BNG_REFUSED_CEILING, bng_mpz_fdiv_r_2exp(ctx, f->r, f->a, ~0UL), "GMP");
        EXPECT_NOT(f, BNG_REFUSED_CEILING, bng_mpz_fdiv_r_2exp(ctx, f->r, f->a, CEILING_BITS + 1),
                   "GMP");
}

/* What looks huge and is not runs, under any limit that holds it. */
static void test_small_results_of_huge_arguments_run(void **userdata)
{
        struct fixture *f = *userdata;
        bng_ctx *ctx = f->ctx;
        mpz_ptr huge = f->a;

        bng_ctx_set_result_limit_bits(ctx, 2);
        for (unsigned long odd = 0; odd < 2; odd++) {
                mpz_set_ui(huge, odd);
                mpz_setbit(huge, 10000);
                mpz_set_ui(f->b, 0);
                EXPECT_VALUE(f, bng_mpz_pow(ctx, f->r, f->b, huge), 0);
                EXPECT_VALUE(f, bng_mpz_mul_2exp_z(ctx, f->r, f->b, huge), 0);
                EXPECT_VALUE(f, bng_mpz_mul_2exp(ctx, f->r, f->b, ~0UL), 0);
                EXPECT_VALUE(f, bng_mpz_pow(ctx, f->r, huge, f->b), 1);
                EXPECT_VALUE(f, bng_mpz_pow(ctx, f->r, f->b, f->b), 1);
                EXPECT_VALUE(f, bng_mpz_bin_z(ctx, f->r, f->b, huge), 0);
                EXPECT_VALUE(f, bng_mpz_bin_z(ctx, f->r, huge, huge), 1);
                mpz_sub_ui(f->b, huge, 1);
                EXPECT_VALUE(f, bng_mpz_bin_z(ctx, f->r, f->b, huge), 0);
                mpz_set_ui(f->b, 1);
                EXPECT_VALUE(f, bng_mpz_pow(ctx, f->r, f->b, huge), 1);
                EXPECT_VALUE(f, bng_mpz_fdiv_q_2exp_z(ctx, f->r, f->b, huge), 0);
                EXPECT_VALUE(f, bng_mpz_root_z(ctx, f->r, f->b, huge), 1);
                mpz_set_si(f->b, -1);
                EXPECT_VALUE(f, bng_mpz_pow(ctx, f->r, f->b, huge), odd ? -1 : 1);
                EXPECT_VALUE(f, bng_mpz_bin_z(ctx, f->r, f->b, huge), odd ? -1 : 1);
                EXPECT_VALUE(f, bng_mpz_fdiv_q_2exp_z(ctx, f->r, f->b, huge), -1);
                EXPECT_VALUE(f, bng_mpz_setbit(ctx, f->b, ~0UL), 4711);
                assert_int_equal(mpz_cmp_si(f->b, -1), 0);
                if (odd)
                        EXPECT_VALUE(f, bng_mpz_root_z(ctx, f->r, f->b, huge), -1);
                else
                        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_root_z(ctx, f->r, f->b, huge),
                                   "even root");
                mpz_neg(huge, huge);
                EXPECT_VALUE(f, bng_mpz_pow(ctx, f->r, f->b, huge), odd ? -1 : 1);
        }
        /* binomial(2^1000, 2^1000 - 2) = 2^999 (2^1000 - 1) */
        bng_ctx_set_result_limit_bits(ctx, 1999);
        mpz_set_ui(f->a, 0);
        mpz_setbit(f->a, 1000);
        mpz_sub_ui(f->b, f->a, 2);
        mpz_set_ui(f->c, 2);
        assert_int_equal(bng_mpz_bin_z(ctx, f->r, f->a, f->b), BNG_OK);
        assert_int_equal(mpz_sizeinbase(f->r, 2), 1999);
        assert_int_equal(mpz_scan1(f->r, 0), 999);
        /* binomial(-3, 2^1000 - 2) = binomial(2^1000, 2), into either of its arguments */
        mpz_set_si(f->c, -3);
        assert_int_equal(bng_mpz_bin_z(ctx, f->c, f->c, f->b), BNG_OK);
        assert_int_equal(mpz_cmp(f->c, f->r), 0);
        mpz_set_si(f->c, -3);
        assert_int_equal(bng_mpz_bin_z(ctx, f->b, f->c, f->b), BNG_OK);
        assert_int_equal(mpz_cmp(f->b, f->r), 0);
        /* The lower index is a word, and the other side is still smaller. */
        bng_ctx_set_result_limit_bits(ctx, 128);
        mpz_set_ui(f->a, ULONG_MAX);
        assert_int_equal(bng_mpz_bin_z(ctx, f->r, f->c, f->a), BNG_OK);
        mpz_add_ui(f->b, f->a, 2);
        mpz_bin_ui(f->c, f->b, 2);
        assert_int_equal(mpz_cmpabs(f->c, f->r), 0);
        assert_int_equal(mpz_sgn(f->r), -1);
        assert_int_equal(bng_mpz_bin_z(ctx, f->r, f->b, f->a), BNG_OK);
        assert_int_equal(mpz_cmp(f->c, f->r), 0);
        assert_int_equal(bng_mpz_bin_ui(ctx, f->r, f->b, ULONG_MAX), BNG_OK);
        assert_int_equal(mpz_cmp(f->c, f->r), 0);
}

static void test_huge_arguments_are_refused_with_their_magnitude(void **userdata)
{
        struct fixture *f = *userdata;
        bng_ctx *ctx = f->ctx;

        mpz_ui_pow_ui(f->a, 1024, 1024); /* 10^3082.5 */
        mpz_set_ui(f->b, 1024);
        EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_pow(ctx, f->r, f->b, f->a),
                   "refused: the result would need about 10^3082 bytes, the limit is 16 MiB "
                   "(ResultMax=)");
        EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_fac_z(ctx, f->r, f->a), "about 10^3085 bytes");
        EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_fib_z(ctx, f->r, f->a), "about 10^3081 bytes");
        EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_lucnum_z(ctx, f->r, f->a), "about 10^3081 bytes");
        EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_primorial_z(ctx, f->r, f->a), " bytes");
        EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_mul_2exp_z(ctx, f->r, f->b, f->a), " bytes");
        mpz_fdiv_q_2exp(f->c, f->a, 1);
        EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_bin_z(ctx, f->r, f->a, f->c), " bytes");
}

static void test_sentences(void **userdata)
{
        struct fixture *f = *userdata;
        bng_ctx *ctx = f->ctx;

        assert_string_equal(bng_ctx_message(ctx), "");
        mpz_set_ui(f->a, 1);
        EXPECT_NOT(f, BNG_REFUSED_RESULT,
                   bng_mpz_mul_2exp_z(ctx, f->r, f->a, count(f->b, 10307921510)),
                   "refused: the result would need at least 1.2 GiB (10 307 921 511 bits), the "
                   "limit is 16 MiB (ResultMax=)");
        EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_mul_2exp(ctx, f->r, f->a, 16 << 23),
                   "at least 16 MiB (134 217 729 bits), the limit is 16 MiB (134 217 728 bits)");
        bng_ctx_set_result_limit_bits(ctx, 16 * 8);
        EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_mul_2exp(ctx, f->r, f->a, 1000),
                   "at least 1 001 bits, the limit is 16 bytes (ResultMax=)");
        /* (2^127 + 1) + (2^127 - 1): the leading bits leave it open. */
        mpz_set_ui(f->b, 0);
        mpz_setbit(f->b, 127);
        mpz_sub_ui(f->c, f->b, 1);
        mpz_add_ui(f->b, f->b, 1);
        EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_add(ctx, f->r, f->b, f->c),
                   "needs 129 bits, the limit is 128 bits (ResultMax=)");
        no_limits(f);
        bng_ctx_set_memory_limit_bytes(ctx, 128 << 20);
        EXPECT_NOT(f, BNG_REFUSED_MEMORY, bng_mpz_mul_2exp(ctx, f->r, f->a, 400UL << 23),
                   "refused: the operation may hold up to 400 MiB at its peak, the limit is 128 "
                   "MiB (OperationMemoryMax=)");
        bng_ctx_set_memory_limit_bytes(ctx, 256 << 20);
        EXPECT_NOT(f, BNG_REFUSED_MEMORY, bng_mpz_mul_2exp(ctx, f->r, f->a, (256UL << 23) - 1),
                   GMP_NUMB_BITS == 64
                           ? "up to 268 435 464 bytes at its peak, the limit is 268 435 456 bytes"
                           : "up to 268 435 460 bytes at its peak, the limit is 268 435 456 bytes");
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        EXPECT_NOT(f, BNG_REFUSED_CEILING,
                   bng_mpz_mul_2exp_z(ctx, f->r, f->a, count(f->b, UINT64_C(1) << 40)),
                   "refused: the result would need at least 128 GiB (1 099 511 627 777 bits), GMP "
                   "holds less than ");
        for (int status = -1; status < 20; status++)
                assert_true(strlen(bng_status_text((bng_status)status)) > 3);
}

static void test_text(void **userdata)
{
        struct fixture *f = *userdata;
        bng_ctx *ctx = f->ctx;
        char *text;

        EXPECT_VALUE(f, bng_mpz_set_str(ctx, f->r, " -0012 34", 10), -1234);
        EXPECT_VALUE(f, bng_mpz_set_str(ctx, f->r, "0xFf", 0), 255);
        EXPECT_VALUE(f, bng_mpz_set_str(ctx, f->r, "-0b101", 0), -5);
        EXPECT_VALUE(f, bng_mpz_set_str(ctx, f->r, "0777", 0), 511);
        EXPECT_VALUE(f, bng_mpz_set_str(ctx, f->r, "zZ", 62), 61 * 62 + 35);
        EXPECT_VALUE(f, bng_mpz_set_str(ctx, f->r, "zZ", 36), 35 * 36 + 35);
        EXPECT_NOT(f, BNG_SYNTAX, bng_mpz_set_str(ctx, f->r, "12a", 10), "no number");
        EXPECT_NOT(f, BNG_SYNTAX, bng_mpz_set_str(ctx, f->r, "", 10), "no number");
        EXPECT_NOT(f, BNG_INVALID, bng_mpz_set_str(ctx, f->r, "1", 1), "base 1");
        EXPECT_NOT(f, BNG_INVALID, bng_mpz_set_str(ctx, f->r, "1", 63), "base 63");
        EXPECT_NOT(f, BNG_INVALID, bng_mpz_get_str(ctx, &text, 63, f->r), "base 63");
        assert_null(text);

        /* The limit, to the bit: 10^30 - 1 has 100 bits, 2^100 101. */
        static const char nines[] = "000000000000000000000000000000999999999999999999999999999999";
        bng_ctx_set_result_limit_bits(ctx, 99);
        EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_set_str(ctx, f->r, nines, 10), "100 bits");
        EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_set_str(ctx, f->r, nines + 30, 10), "100 bits");
        bng_ctx_set_result_limit_bits(ctx, 100);
        assert_int_equal(bng_mpz_set_str(ctx, f->r, nines, 10), BNG_OK);
        assert_int_equal(bng_mpz_get_str(ctx, &text, 10, f->r), BNG_OK);
        assert_string_equal(text, nines + 30);
        free(text);
        mpz_set_ui(f->r, 4711);
        EXPECT_NOT(f, BNG_REFUSED_RESULT,
                   bng_mpz_set_str(ctx, f->r, "1267650600228229401496703205376", 10), "101 bits");
        assert_int_equal(bng_mpz_get_str(ctx, &text, -16, f->r), BNG_OK);
        assert_string_equal(text, "1267");
        free(text);
        bng_ctx_set_memory_limit_bytes(ctx, 10);
        EXPECT_NOT(f, BNG_REFUSED_MEMORY, bng_mpz_get_str(ctx, &text, 10, f->r), "Memory");
        assert_null(text);
}

static void test_limits_of_a_context(void **userdata)
{
        struct fixture *f = *userdata;

        assert_int_equal(bng_ctx_result_limit_bits(f->ctx), UINT64_C(16) * 1024 * 1024 * 8);
        assert_int_equal(bng_ctx_memory_limit_bytes(f->ctx), UINT64_C(256) * 1024 * 1024);
        assert_int_equal(bng_ctx_time_limit_usec(f->ctx), UINT64_MAX);
        assert_int_equal(bng_ctx_held_bytes(f->ctx), 0);
        bng_ctx_set_time_limit_usec(f->ctx, 5);
        assert_int_equal(bng_ctx_time_limit_usec(f->ctx), 5);
        assert_null(bng_ctx_free(NULL));
}

static void load(struct fixture *f, const char *text, bng_status expected)
{
        char path[] = "/tmp/bng-test-XXXXXX";
        int fd = mkstemp(path);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
        close(fd);
        bng_status status = bng_ctx_load_limits(f->ctx, path);
        unlink(path);
        if (status != expected)
                fail_msg("%s: %s", text, bng_ctx_message(f->ctx));
}

static void test_configuration(void **userdata)
{
        struct fixture *f = *userdata;

        load(f, "[Limits]\nResultMax=4096bit\nOperationMemoryMax=1M\nTimeMax=2s\n", BNG_OK);
        assert_int_equal(bng_ctx_result_limit_bits(f->ctx), 4096);
        assert_int_equal(bng_ctx_memory_limit_bytes(f->ctx), 1 << 20);
        assert_int_equal(bng_ctx_time_limit_usec(f->ctx), 2000000);
        load(f, "[Limits]\nResultMax=1K\nOperationMemoryMax=aut\n", BNG_INVALID);
        assert_non_null(strstr(bng_ctx_message(f->ctx), ":3: "));
        assert_non_null(strstr(bng_ctx_message(f->ctx), "aut"));
        load(f, "[Limits]\nTotalMax=0\nResultMix=1\n", BNG_INVALID);
        assert_non_null(strstr(bng_ctx_message(f->ctx), ":2: "));
        assert_non_null(strstr(bng_ctx_message(f->ctx), "\n"));
        assert_non_null(strstr(bng_ctx_message(f->ctx), ":3: "));
        assert_int_equal(bng_ctx_result_limit_bits(f->ctx), 4096);
        /* What a file leaves out goes back to what is built in; the daemon's sections pass. */
        load(f, "[Guard]\nDryRun=yes\n[Limits]\nResultMax=1K\n", BNG_OK);
        assert_int_equal(bng_ctx_result_limit_bits(f->ctx), 8192);
        assert_int_equal(bng_ctx_memory_limit_bytes(f->ctx), UINT64_C(256) * 1024 * 1024);
        assert_int_equal(bng_ctx_load_limits(f->ctx, "/nonexistent/file"), BNG_INVALID);
        assert_non_null(strstr(bng_ctx_message(f->ctx), "/nonexistent/file"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
        const struct CMUnitTest tests[] = {
                TEST(test_what_gmp_aborts_on_is_undefined),
                TEST(test_inverses_that_do_not_exist),
                TEST(test_what_gmp_computes_wrongly_is_refused),
                TEST(test_the_ceiling_holds_without_limits),
                TEST(test_small_results_of_huge_arguments_run),
                TEST(test_huge_arguments_are_refused_with_their_magnitude),
                TEST(test_sentences),
                TEST(test_text),
                TEST(test_limits_of_a_context),
                TEST(test_configuration),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
