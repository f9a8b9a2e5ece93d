/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "gmp-hooks.h"
#include "guard-cases.h"
#include "guard-expect.h"

/*
 * Integers from words in memory, from other kinds of numbers and by chance; room, and results of
 * other kinds. What there is no integer for is a status.
 */

/* ---- words ---- */

static void test_words_there_and_back(void **userdata)
{
        struct fixture *f = *userdata;

        random_start(20240306);
        for (unsigned round = 0; round < 5000; round++) {
                int order = random_below(2) ? 1 : -1;
                int endian = (int)random_below(3) - 1;
                size_t size = 1 + random_below(17);
                size_t nails = random_below(3) ? 0 : random_below(8 * size);
                size_t n, plain_n;
                void *words;

                random_integer(f->a, random_below(2000));
                uint64_t bits = bit_length(f->a);
                assert_int_equal(
                        bng_mpz_export(f->ctx, &words, &n, order, size, endian, nails, f->a),
                        BNG_OK);
                void *plain = mpz_export(NULL, &plain_n, order, size, endian, nails, f->a);
                assert_int_equal(n, plain_n);
                assert_memory_equal(words, plain ? plain : words, n * size);
                void (*release)(void *, size_t);
                mp_get_memory_functions(NULL, NULL, &release);
                if (plain)
                        release(plain, n * size);

                for (uint64_t limit = bits == 0 ? 0 : bits - 1; limit <= bits + 1; limit++) {
                        bool fits = bits <= limit;
                        mpz_set_ui(f->r, 4711);
                        bng_ctx_set_result_limit_bits(f->ctx, limit);
                        assert_int_equal(
                                bng_mpz_import(f->ctx, f->r, n, order, size, endian, nails, words),
                                fits ? BNG_OK : BNG_REFUSED_RESULT);
                        assert_int_equal(fits ? mpz_cmpabs(f->r, f->a) : mpz_cmp_ui(f->r, 4711), 0);
                }
                free(words);
        }
        random_end();
}

static void test_words_that_cannot_be(void **userdata)
{
        struct fixture *f = *userdata;
        bng_ctx *ctx = f->ctx;
        static const unsigned char zeros[1000], one[1000] = {[999] = 1};
        void *words;
        size_t n;

        EXPECT_NOT(f, BNG_INVALID, bng_mpz_import(ctx, f->r, 1, 0, 1, 0, 0, zeros), "order");
        EXPECT_NOT(f, BNG_INVALID, bng_mpz_import(ctx, f->r, 1, 1, 1, 2, 0, zeros), "order");
        EXPECT_NOT(f, BNG_INVALID, bng_mpz_import(ctx, f->r, 1, 1, 0, 0, 0, zeros), "bit");
        EXPECT_NOT(f, BNG_INVALID, bng_mpz_import(ctx, f->r, 1, 1, 1, 0, 8, zeros), "nails");
        EXPECT_NOT(f, BNG_INVALID, bng_mpz_export(ctx, &words, &n, 1, 1, 0, 9, f->a), "nails");
        assert_null(words);
        /* More than can be counted, of which nothing is looked at. */
        EXPECT_NOT(f, BNG_REFUSED_CEILING,
                   bng_mpz_import(ctx, f->r, SIZE_MAX / 4, 1, 64, 0, 0, zeros), "GMP");
        EXPECT_NOT(f, BNG_REFUSED_CEILING,
                   bng_mpz_import(ctx, f->r, SIZE_MAX, 1, SIZE_MAX, 0, 1, zeros), "GMP");
        bng_ctx_set_result_limit_bits(ctx, 1);
        EXPECT_VALUE(f, bng_mpz_import(ctx, f->r, 1000, 1, 1, 0, 0, zeros), 0);
        EXPECT_VALUE(f, bng_mpz_import(ctx, f->r, 1000, 1, 1, 0, 0, one), 1);
        gmp_hooks_start();
        EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_import(ctx, f->r, 1000, -1, 1, 0, 0, one),
                   "at least 7 993 bits");
        assert_int_equal(gmp_hooks_requests(), 0);
        mpz_set_ui(f->a, 256);
        bng_ctx_set_memory_limit_bytes(ctx, 1);
        EXPECT_NOT(f, BNG_REFUSED_MEMORY, bng_mpz_export(ctx, &words, &n, 1, 1, 0, 0, f->a), "2");
        assert_null(words);
        mpz_set_ui(f->a, 0);
        assert_int_equal(bng_mpz_export(ctx, &words, NULL, 1, 1, 0, 0, f->a), BNG_OK);
        assert_non_null(words);
        free(words);
}

/* ---- other kinds ---- */

static void test_other_kinds_of_numbers(void **userdata)
{
        struct fixture *f = *userdata;
        mpf_t real;
        mpq_t fraction;

        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_set_d(f->ctx, f->r, NAN), "NaN");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_set_d(f->ctx, f->r, INFINITY), "infinity");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_set_d(f->ctx, f->r, -INFINITY), "infinity");
        EXPECT_VALUE(f, bng_mpz_set_d(f->ctx, f->r, -2.9), -2);
        EXPECT_VALUE(f, bng_mpz_set_d(f->ctx, f->r, -0.0), 0);
        EXPECT_VALUE(f, bng_mpz_set_d(f->ctx, f->r, 5e-324), 0);
        bng_ctx_set_result_limit_bits(f->ctx, 1023);
        EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_set_d(f->ctx, f->r, 1.7e308), "1 024 bits");
        bng_ctx_set_result_limit_bits(f->ctx, UINT64_MAX);
        bng_ctx_set_memory_limit_bytes(f->ctx, UINT64_MAX);

        /* Two limbs, and an exponent for which GMP would make room without a question. */
        mpf_init2(real, 64);
        mpf_set_ui(real, 3);
        real->_mp_exp = LONG_MAX;
        EXPECT_NOT(f, BNG_REFUSED_CEILING, bng_mpz_set_f(f->ctx, f->r, real), "GMP");
        assert_int_equal(bng_check_mpq_set_f(f->ctx, real), BNG_REFUSED_CEILING);
        real->_mp_exp = LONG_MIN;
        EXPECT_VALUE(f, bng_mpz_set_f(f->ctx, f->r, real), 0);
        assert_int_equal(bng_check_mpq_set_f(f->ctx, real), BNG_REFUSED_CEILING);
        real->_mp_exp = 1;
        EXPECT_VALUE(f, bng_mpz_set_f(f->ctx, f->r, real), 3);
        mpf_clear(real);

        mpq_init(fraction);
        mpz_set_si(mpq_numref(fraction), -7);
        mpz_set_ui(mpq_denref(fraction), 0);
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_set_q(f->ctx, f->r, fraction), "division by zero");
        mpz_set_ui(mpq_denref(fraction), 2);
        EXPECT_VALUE(f, bng_mpz_set_q(f->ctx, f->r, fraction), -3);
        mpq_clear(fraction);
}

/* ---- chance ---- */

static void test_random_numbers(void **userdata)
{
        struct fixture *f = *userdata;
        gmp_randstate_t state, same_state;
        mpz_t plain;
        unsigned refused = 0;

        mpz_init(plain);
        gmp_randinit_mt(state);
        gmp_randinit_mt(same_state);
        random_start(20240307);
        for (unsigned round = 0; round < 3000; round++) {
                mp_bitcnt_t n = (mp_bitcnt_t)random_below(round % 100 == 0 ? 100000 : 200);
                random_integer(f->a, 1 + n);
                mpz_abs(f->a, f->a);
                mpz_set_ui(f->r, 4711);
                bng_status status = BNG_OK;
                bng_ctx_set_result_limit_bits(f->ctx, n > 0 ? n - random_below(2) : 0);
                gmp_hooks_start();
                switch (round % 3) {
                case 0:
                        mpz_urandomb(plain, same_state, n);
                        gmp_hooks_start();
                        status = bng_mpz_urandomb(f->ctx, f->r, state, n);
                        assert_int_equal(bng_check_urandomb(f->ctx, n), BNG_OK);
                        break;
                case 1:
                        status = bng_mpz_rrandomb(f->ctx, f->r, state, n);
                        if (status == BNG_OK) /* refused before it is made */
                                mpz_rrandomb(plain, same_state, n);
                        else
                                mpz_setbit(plain, n + 1);
                        assert_int_equal(bng_check_rrandomb(f->ctx, n), status);
                        break;
                default:
                        mpz_urandomm(plain, same_state, f->a);
                        status = bng_mpz_urandomm(f->ctx, f->r, state, f->a);
                        assert_int_equal(bng_check_urandomm(f->ctx, f->a), BNG_OK);
                }
                bool fits = bit_length(plain) <= bng_ctx_result_limit_bits(f->ctx);
                assert_int_equal(status, fits ? BNG_OK : BNG_REFUSED_RESULT);
                assert_int_equal(fits ? mpz_cmp(f->r, plain) : mpz_cmp_ui(f->r, 4711), 0);
                refused += !fits;
        }
        assert_true(refused > 300);
        mpz_set_ui(f->r, 4711);
        mpz_set_ui(f->a, 0);
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_urandomm(f->ctx, f->r, state, f->a), "below zero");
        mpz_set_si(f->a, -5);
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_urandomm(f->ctx, f->r, state, f->a), "negative");
        assert_int_equal(bng_check_urandomm(f->ctx, f->a), BNG_UNDEFINED);
        bng_ctx_set_result_limit_bits(f->ctx, UINT64_MAX);
        EXPECT_NOT(f, BNG_REFUSED_CEILING, bng_mpz_urandomb(f->ctx, f->r, state, ~0UL), "GMP");
        EXPECT_NOT(f, BNG_REFUSED_CEILING, bng_mpz_rrandomb(f->ctx, f->r, state, ~0UL), "GMP");
        random_end();
        gmp_randclear(state);
        gmp_randclear(same_state);
        mpz_clear(plain);
}

/* What GMP holds for them, the generator's own state apart. */
static void test_memory_of_random_numbers(void **userdata)
{
        struct fixture *f = *userdata;
        gmp_randstate_t state;

        gmp_randinit_mt(state);
        bng_ctx_set_memory_limit_bytes(f->ctx, 1 << 20);
        for (mp_bitcnt_t n = 10; n < 8 << 20; n += n / 3) {
                mpz_t r;
                mpz_set_ui(f->a, 0);
                mpz_setbit(f->a, n);
                for (int which = 0; which < 3; which++) {
                        mpz_init(r);
                        gmp_hooks_start();
                        bng_status status = which == 0   ? bng_mpz_urandomb(f->ctx, r, state, n)
                                            : which == 1 ? bng_mpz_rrandomb(f->ctx, r, state, n)
                                                         : bng_mpz_urandomm(f->ctx, r, state, f->a);
                        assert_true(status == BNG_OK || status == BNG_REFUSED_MEMORY);
                        assert_true(gmp_hooks_peak_bytes() <= 1 << 20);
                        mpz_clear(r);
                }
        }
        gmp_randclear(state);
}

/* ---- room, and results of their own kind ---- */

static void test_room(void **userdata)
{
        struct fixture *f = *userdata;
        mpz_t x, array[3];

        assert_int_equal(bng_mpz_init(f->ctx, x), BNG_OK);
        assert_int_equal(bng_mpz_set_si(f->ctx, x, -77), BNG_OK);
        EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_realloc2(f->ctx, x, 1UL << 31), "256 MiB");
        EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_check_realloc2(f->ctx, 1UL << 31), "256 MiB");
        if (sizeof(mp_bitcnt_t) == sizeof(uint64_t))
                EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_realloc2(f->ctx, x, ULONG_MAX),
                           "would need more bytes than can be counted, the limit");
        assert_int_equal(mpz_cmp_si(x, -77), 0);
        assert_int_equal(bng_mpz_realloc2(f->ctx, x, 1000), BNG_OK);
        assert_int_equal(mpz_cmp_si(x, -77), 0);
        assert_true(x->_mp_alloc * (int)GMP_NUMB_BITS >= 1000);
        bng_mpz_clear(f->ctx, x);

        EXPECT_NOT(f, BNG_INVALID, bng_mpz_array_init(f->ctx, array[0], 0, 10), "one number");
        EXPECT_NOT(f, BNG_REFUSED_MEMORY, bng_mpz_array_init(f->ctx, array[0], 1000000, 10000),
                   "refused");
        EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_array_init(f->ctx, array[0], 3, 1UL << 31),
                   "refused");
        bng_ctx_set_memory_limit_bytes(f->ctx, UINT64_MAX);
        EXPECT_NOT(f, BNG_INVALID, bng_mpz_array_init(f->ctx, array[0], LONG_MAX / 4, 10000),
                   "array");
}

/* Numbers like any other: they count, grow, are swapped, and end. */
static void test_array(void **userdata)
{
        struct fixture *f = *userdata;
        mpz_t array[3];
        uint64_t each = 1024 / 8;

        bng_ctx_set_total_limit_bytes(f->ctx, 5 * each);
        EXPECT_NOT(f, BNG_REFUSED_TOTAL, bng_mpz_array_init(f->ctx, array[0], 6, 1024),
                   "TotalMax=");
        assert_int_equal(bng_ctx_live_bytes(f->ctx), 0);
        assert_int_equal(bng_mpz_array_init(f->ctx, array[0], 3, 1024), BNG_OK);
        assert_int_equal(bng_ctx_live_bytes(f->ctx), 3 * each);
        EXPECT_NOT(f, BNG_REFUSED_TOTAL, bng_mpz_ui_pow_ui(f->ctx, array[1], 2, 5 * 1024),
                   "TotalMax=");
        assert_int_equal(mpz_sgn(array[1]), 0);
        assert_int_equal(bng_mpz_ui_pow_ui(f->ctx, array[1], 2, 2 * 1024), BNG_OK);
        mpz_swap(array[0], array[1]);
        assert_int_equal(mpz_sizeinbase(array[0], 2), 2 * 1024 + 1);
        for (int i = 0; i < 3; i++)
                bng_mpz_clear(f->ctx, array[i]);
        assert_int_equal(bng_ctx_live_bytes(f->ctx), 0);
}

static void test_init_set_d(void **userdata)
{
        struct fixture *f = *userdata;
        mpz_t x;

        assert_int_equal(bng_mpz_init_set_d(f->ctx, x, -12345.9), BNG_OK);
        assert_int_equal(mpz_cmp_si(x, -12345), 0);
        bng_mpz_clear(f->ctx, x);
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_init_set_d(f->ctx, x, 0.0 / 0.0), "NaN");
        assert_int_equal(mpz_sgn(x), 0);
        bng_mpz_clear(f->ctx, x);
        bng_ctx_set_result_limit_bits(f->ctx, 1000);
        EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_init_set_d(f->ctx, x, 0x1p1000), "ResultMax=");
        assert_int_equal(mpz_sgn(x), 0);
        bng_mpz_clear(f->ctx, x);
}

static void test_three_results(void **userdata)
{
        struct fixture *f = *userdata;
        mpz_t g, s, t, pg, ps, pt;

        mpz_inits(g, s, t, pg, ps, pt, NULL);
        random_start(20240308);
        for (unsigned round = 0; round < 2000; round++) {
                mpz_t b;
                mpz_init(b);
                random_integer(f->a, random_below(round % 5 ? 60 : 2000));
                random_integer(b, random_below(round % 7 ? 60 : 2000));
                mpz_gcdext(pg, ps, pt, f->a, b);
                uint64_t bits = bit_length(pg);
                bits = bit_length(ps) > bits ? bit_length(ps) : bits;
                bits = bit_length(pt) > bits ? bit_length(pt) : bits;
                for (uint64_t limit = bits == 0 ? 0 : bits - 1; limit <= bits + 1; limit++) {
                        bool fits = bits <= limit;
                        mpz_set_ui(g, 1), mpz_set_ui(s, 2), mpz_set_ui(t, 3);
                        bng_ctx_set_result_limit_bits(f->ctx, limit);
                        assert_int_equal(bng_mpz_gcdext(f->ctx, g, s, t, f->a, b),
                                         fits ? BNG_OK : BNG_REFUSED_RESULT);
                        assert_int_equal(fits ? mpz_cmp(g, pg) : mpz_cmp_ui(g, 1), 0);
                        assert_int_equal(fits ? mpz_cmp(s, ps) : mpz_cmp_ui(s, 2), 0);
                        assert_int_equal(fits ? mpz_cmp(t, pt) : mpz_cmp_ui(t, 3), 0);
                }
                mpz_clear(b);
        }
        random_end();
        EXPECT_NOT(f, BNG_INVALID, bng_mpz_gcdext(f->ctx, g, s, s, f->a, f->a),
                   "different variables");
        EXPECT_NOT(f, BNG_INVALID, bng_mpz_sqrtrem(f->ctx, g, g, f->a), "different variables");
        mpz_clears(g, s, t, pg, ps, pt, NULL);
}

static void test_returned_words(void **userdata)
{
        struct fixture *f = *userdata;
        unsigned long word = 9;
        mp_bitcnt_t times = 9;

        mpz_set_si(f->a, -100);
        assert_int_equal(bng_mpz_tdiv_ui(f->ctx, &word, f->a, 7), BNG_OK);
        assert_int_equal(word, 2);
        assert_int_equal(bng_mpz_fdiv_ui(f->ctx, &word, f->a, 7), BNG_OK);
        assert_int_equal(word, 5);
        assert_int_equal(bng_mpz_cdiv_ui(f->ctx, &word, f->a, 7), BNG_OK);
        assert_int_equal(word, 2);
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_fdiv_ui(f->ctx, &word, f->a, 0), "division by zero");
        assert_int_equal(word, 0);

        mpz_t ten;
        mpz_init_set_si(ten, 10);
        EXPECT_VALUE(f, bng_mpz_remove(f->ctx, &times, f->r, f->a, ten), -1);
        assert_int_equal(times, 2);
        bng_ctx_set_result_limit_bits(f->ctx, 0);
        EXPECT_NOT(f, BNG_REFUSED_RESULT, bng_mpz_remove(f->ctx, &times, f->r, f->a, ten), "1 bit");
        assert_int_equal(times, 0);
        mpz_set_ui(ten, 0);
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_remove(f->ctx, &times, f->r, f->a, ten), "by zero");
        mpz_clear(ten);
}

/* ---- what GMP aborts on, of words ---- */

static void test_words_that_gmp_aborts_on(void **userdata)
{
        struct fixture *f = *userdata;
        bng_ctx *ctx = f->ctx;
        mpz_t s;

        mpz_init(s);
        mpz_set_si(f->a, -9);
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_tdiv_q_ui(ctx, f->r, f->a, 0), "by zero");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_fdiv_r_ui(ctx, f->r, f->a, 0), "by zero");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_cdiv_qr_ui(ctx, f->r, s, f->a, 0), "by zero");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_mod_ui(ctx, f->r, f->a, 0), "by zero");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_divexact_ui(ctx, f->r, f->a, 0), "by zero");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_sqrtrem(ctx, f->r, s, f->a), "even root");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_rootrem(ctx, f->r, s, f->a, 2), "even root");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_rootrem(ctx, f->r, s, f->a, 0), "degree zero");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_mfac_uiui(ctx, f->r, 5, 0), "steps of zero");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_powm_ui(ctx, f->r, f->a, 2, s), "modulus of zero");
        EXPECT_NOT(f, BNG_UNDEFINED, bng_mpz_powm_sec(ctx, f->r, f->a, f->r, s), "modulus of zero");
        EXPECT_NOT(f, BNG_INVALID, bng_mpz_powm_sec(ctx, f->r, f->a, f->a, f->a), "exponent");
        mpz_set_ui(s, 10);
        EXPECT_NOT(f, BNG_INVALID, bng_mpz_powm_sec(ctx, f->r, f->a, s, s), "odd modulus");
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        EXPECT_NOT(f, BNG_REFUSED_CEILING, bng_mpz_2fac_ui(ctx, f->r, ~0UL), "GMP");
        EXPECT_NOT(f, BNG_REFUSED_CEILING, bng_mpz_mfac_uiui(ctx, f->r, ~0UL, 3), "GMP");
        EXPECT_NOT(f, BNG_REFUSED_CEILING, bng_mpz_clrbit(ctx, f->a, ~0UL), "GMP");
        EXPECT_NOT(f, BNG_REFUSED_CEILING, bng_mpz_combit(ctx, f->r, ~0UL), "GMP");
        assert_int_equal(bng_mpz_mfac_uiui(ctx, f->r, ~0UL, ~0UL - 1), BNG_OK);
        assert_int_equal(mpz_cmp_ui(f->r, ~0UL), 0);
        mpz_clear(s);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
        const struct CMUnitTest tests[] = {
                TEST(test_words_there_and_back),
                TEST(test_words_that_cannot_be),
                TEST(test_other_kinds_of_numbers),
                TEST(test_random_numbers),
                TEST(test_memory_of_random_numbers),
                TEST(test_room),
                TEST(test_array),
                TEST(test_init_set_d),
                TEST(test_three_results),
                TEST(test_returned_words),
                TEST(test_words_that_gmp_aborts_on),
        };

        return cmocka_run_group_tests(tests, gmp_hooks_set_up, NULL);
}
