/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "guard-cases.h"
#include "expect-close.h"
#include "memory-fixture.h"

/*
 * Conversions hold no more than predicted, in all bases, and in base 10 not much less. Of text the
 * library itself holds the result.
 */

static unsigned long seed = 20240301;

struct text {
        char *digits;
        int base;
        mpz_t z;
};

static bng_status ask_set_str(bng_ctx *ctx, const void *userdata)
{
        const struct text *text = userdata;
        return bng_check_set_str(ctx, text->digits, text->base);
}

static bng_status ask_get_str(bng_ctx *ctx, const void *userdata)
{
        const struct text *text = userdata;
        return bng_check_get_str(ctx, text->base, text->z);
}

static void try_text(bng_ctx *ctx, struct text *text)
{
        char *digits;
        mpz_t back;

        uint64_t predicted = predicted_peak(ctx, ask_get_str, text);
        gmp_hooks_start();
        assert_int_equal(bng_mpz_get_str(ctx, &digits, text->base, text->z), BNG_OK);
        uint64_t measured = gmp_hooks_peak_bytes() + strlen(digits) + 1;
        if (measured > predicted)
                fail_msg("get_str in base %d holds %lu bytes, predicted %lu, of %lu bits, seed %lu",
                         text->base, (unsigned long)measured, (unsigned long)predicted,
                         (unsigned long)bit_length(text->z), seed);

        text->digits = digits;
        predicted = predicted_peak(ctx, ask_set_str, text);
        mpz_init(back);
        gmp_hooks_start();
        assert_int_equal(bng_mpz_set_str(ctx, back, digits, text->base), BNG_OK);
        measured = gmp_hooks_peak_bytes();
        if (measured > predicted)
                fail_msg("set_str in base %d holds %lu bytes, predicted %lu, of %lu bits, seed %lu",
                         text->base, (unsigned long)measured, (unsigned long)predicted,
                         (unsigned long)bit_length(text->z), seed);
        assert_int_equal(mpz_cmp(back, text->z), 0);
        mpz_clear(back);
        free(digits);
}

static void test_text_holds_no_more_than_predicted(void **userdata)
{
        static const int bases[] = {2, 3, 7, 8, 10, 16, 36, 61, 62};
        bng_ctx *ctx = *userdata;
        struct text text;

        random_start(seed);
        mpz_init(text.z);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        for (double bits = 1; bits <= (test_is_extended() ? 2e7 : 3e6); bits = bits * 1.5 + 1)
                for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
                        if (bits > 1e5 && !test_is_extended() && bases[i] != 10 && bases[i] != 2)
                                continue;
                        text.base = bases[i];
                        random_integer(text.z, (uint64_t)bits);
                        try_text(ctx, &text);
                }
        mpz_clear(text.z);
        random_end();
}

static void test_conversions_are_close(void **userdata)
{
        bng_ctx *ctx = *userdata;
        struct text text = {.base = 10};
        mpz_t back;

        random_start(seed);
        mpz_init(text.z);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        for (double least = 1.1e6; least <= (test_is_extended() ? test_longest_bits() : 2e6);
             least = test_next_size(least, 1.4)) {
                uint64_t bits = (uint64_t)least + random_below((uint64_t)least / 8);
                random_integer(text.z, bits);
                uint64_t predicted = predicted_peak(ctx, ask_get_str, &text);
                text.digits = malloc(mpz_sizeinbase(text.z, 10) + 2);
                assert_non_null(text.digits);
                gmp_hooks_start();
                mpz_get_str(text.digits, 10, text.z);
                expect_close("get_str", predicted, gmp_hooks_peak_bytes() + strlen(text.digits) + 1,
                             bits, seed);

                predicted = predicted_peak(ctx, ask_set_str, &text);
                mpz_init(back);
                gmp_hooks_start();
                assert_int_equal(mpz_set_str(back, text.digits, 10), 0);
                expect_close("set_str", predicted, gmp_hooks_peak_bytes(), bits, seed);
                mpz_clear(back);
                free(text.digits);
        }
        mpz_clear(text.z);
        random_end();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_text_holds_no_more_than_predicted),
                cmocka_unit_test(test_conversions_are_close),
        };

        return cmocka_run_group_tests(tests, memory_set_up, memory_tear_down);
}
