/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "guard-cases.h"
#include "memory-fixture.h"
#include "predict/predict.h"

/*
 * Binomials hold no more than predicted, and no less than half of it where they are long: n near 2k
 * and many times k, words and longer, of both signs, and around the lengths where the way changes.
 */

static unsigned long seed = 20240326;

/* Of about so many bits, and of one of four shapes. */
static unsigned long make(mpz_ptr n, unsigned shape, uint64_t bits)
{
        unsigned share = 1 + (unsigned)random_below(10);
        unsigned n_bits = shape == 2 ? 20 + (unsigned)random_below(44)
                                     : 60 + (unsigned)random_below(random_below(3) ? 100 : 4000);
        uint64_t k = 1 + (shape == 0 ? bits / 2 : shape == 1 ? bits / (share + 1) : bits / n_bits);

        /* Twice k and more; 2^share times k; any word; a long integer or nearly. */
        if (shape == 0)
                mpz_set_ui(n, (unsigned long)(2 * k + random_below(k)));
        else if (shape == 1)
                mpz_set_ui(n, (unsigned long)((k << share) + random_below(k << share)));
        else
                random_integer(n, n_bits);
        if (random_below(16) == 0)
                k = random_below(100);
        if (mpz_cmpabs_ui(n, (unsigned long)(2 * k)) < 0)
                mpz_set_ui(n, (unsigned long)(2 * k));
        return (unsigned long)k;
}

static void try_binomial(bng_ctx *ctx, mpz_srcptr n, unsigned long k, uint64_t *bits, double *ratio)
{
        struct bng_prediction prediction =
                bng_predict_binomial(bng_operand_z(n), bng_operand_ui(k));
        mpz_t r;

        mpz_init(r);
        gmp_hooks_start();
        assert_int_equal(bng_mpz_bin_ui(ctx, r, n, k), BNG_OK);
        uint64_t held = gmp_hooks_peak_bytes();
        *bits = bit_length(r);
        *ratio = (double)prediction.peak_bytes / (double)(held + 1);
        if (held > prediction.peak_bytes)
                fail_msg("n over %lu holds %lu bytes, predicted %lu, n of %lu bits, result of %lu, "
                         "seed %lu",
                         k, (unsigned long)held, (unsigned long)prediction.peak_bytes,
                         (unsigned long)bit_length(n), (unsigned long)*bits, seed);
        mpz_clear(r);
}

static void test_binomials_hold_no_more_than_predicted(void **userdata)
{
        uint64_t bits;
        double ratio;
        mpz_t n;

        mpz_init(n);
        random_start(seed);
        for (double about = 4; about < (test_is_extended() ? 2e7 : 5e5); about *= 1.5)
                for (unsigned round = 0; round < (about < 3e4 ? 40 : 4); round++) {
                        unsigned long k = make(n, round % 4, (uint64_t)about);
                        try_binomial(*userdata, n, k, &bits, &ratio);
                }
        random_end();
        mpz_clear(n);
}

/* GMP's way for 1000 and fewer; the primes of n for n of 16 k, and of k beyond; the largest word. */
static void test_where_the_way_changes(void **userdata)
{
        uint64_t bits;
        double ratio;
        mpz_t n;

        mpz_init(n);
        for (unsigned long k = 996; k < 1004; k++) {
                for (unsigned long above = 0; above < 40; above++) {
                        mpz_set_ui(n, 16 * k - 20 + above);
                        try_binomial(*userdata, n, k, &bits, &ratio);
                }
                for (unsigned long above = 0; above < 2 * k + 4; above += above < 4 ? 1 : k - 1) {
                        mpz_set_ui(n, ULONG_MAX - k - 2);
                        mpz_add_ui(n, n, above);
                        try_binomial(*userdata, n, k, &bits, &ratio);
                        mpz_neg(n, n);
                        try_binomial(*userdata, n, k, &bits, &ratio);
                }
        }
        mpz_clear(n);
}

static void test_long_ones_are_close(void **userdata)
{
        uint64_t bits;
        double ratio;
        mpz_t n;

        mpz_init(n);
        random_start(seed);
        for (double about = 1.5e6; about < (test_is_extended() ? 3e7 : 3e6); about *= 1.3)
                for (unsigned shape = 0; shape < 3; shape++) {
                        unsigned long k = make(n, shape, (uint64_t)about);
                        mpz_abs(n, n);
                        try_binomial(*userdata, n, k, &bits, &ratio);
                        if (bits > 1000000 && ratio > 2)
                                fail_msg("n over %lu holds less than half of the prediction: %.2f, "
                                         "n of %lu bits, result of %lu, seed %lu",
                                         k, ratio, (unsigned long)bit_length(n),
                                         (unsigned long)bits, seed);
                }
        random_end();
        mpz_clear(n);
}

/* A product of 24 to 32 Mi bits is taken apart. */
static void test_a_product_in_steps(void **userdata)
{
        uint64_t bits;
        double ratio;
        mpz_t n;

        mpz_init_set_ui(n, 27000000);
        try_binomial(*userdata, n, 13500000, &bits, &ratio);
        assert_true(bits > UINT64_C(24) << 20 && bits < UINT64_C(32) << 20);
        mpz_clear(n);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_binomials_hold_no_more_than_predicted),
                cmocka_unit_test(test_where_the_way_changes),
                cmocka_unit_test(test_long_ones_are_close),
                cmocka_unit_test(test_a_product_in_steps),
        };

        return cmocka_run_group_tests(tests, memory_set_up, memory_tear_down);
}
