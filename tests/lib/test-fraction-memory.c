/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "fraction-cases.h"
#include "memory-fixture.h"
#include "predict/tuning.h"

/*
 * Fractions hold no more than predicted, in GMP's own calls and in the guarded ones: parts of any
 * lengths, with and without common divisors, into new variables and in place; and of long ones at least a
 * known part of it.
 */

static unsigned long seed = 20240312;

enum way {
        PLAIN,
        IN_PLACE, /* GMP's own call, too */
        GUARDED,
        TIGHT, /* the limit is: by way of a temporary */
        WAYS,
};

/* The operand that is overwritten has no more room than it needs. */
static uint64_t held_in_place(const struct fraction_case *op, struct fractions *x)
{
        mpq_t kept;

        mpq_init(kept);
        mpq_set(kept, x->a);
        gmp_hooks_start();
        op->plain(x, x->a);
        uint64_t held = held_by_fractions(op, x);
        mpq_swap(x->a, kept);
        mpq_clear(kept);
        return held;
}

static uint64_t held(bng_ctx *ctx, const struct fraction_case *op, struct fractions *x,
                     enum way way)
{
        mpq_t r;

        if (way == IN_PLACE && op->kind == FRACTION_RESULT)
                return held_in_place(op, x);
        mpq_init(r);
        fraction_case_begin(op, x, r);
        gmp_hooks_start();
        if (way == PLAIN || way == IN_PLACE)
                op->plain(x, r);
        else if (op->guarded(ctx, x, r) != BNG_OK && way != TIGHT)
                fail_msg("%s: %s", op->name, bng_ctx_message(ctx));
        uint64_t bytes = held_by_fractions(op, x);
        mpq_clear(r);
        return bytes;
}

static void try_operation(bng_ctx *ctx, const struct fraction_case *op, struct fractions *x,
                          uint64_t bits)
{
        uint64_t predicted = predicted_peak_of_fractions(ctx, op, x);

        for (enum way way = PLAIN; way < WAYS; way++) {
                bng_ctx_set_result_limit_bits(ctx, way == TIGHT ? bits : UINT64_MAX);
                uint64_t bytes = held(ctx, op, x, way);
                if (bytes > predicted)
                        fail_msg("%s holds %lu bytes, predicted %lu, of about %lu bits, way %d, "
                                 "seed %lu",
                                 op->name, (unsigned long)bytes, (unsigned long)predicted,
                                 (unsigned long)bits, way, seed);
        }
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
}

/* The ways to make operands those that hold the most of all that look the same. */
typedef bool make_alike(const struct fraction_case *op, struct fractions *x);
static make_alike *const alike[] = {fractions_make_worst, fractions_make_common};
#define ALIKE (sizeof alike / sizeof *alike)

static void test_fractions_hold_no_more_than_predicted(void **userdata)
{
        double most = test_is_extended() ? 1.5e8 : 4e5;
        struct fractions x;

        fractions_init(&x);
        random_start(seed);
        for (double bits = 2; bits < most; bits = test_next_size(bits, 1.6))
                for (unsigned round = 0; round < (bits < 2e4 ? 8 : 1); round++) {
                        fractions_make(&x, (uint64_t)bits, true);
                        for (size_t i = 0; i < fraction_cases_count; i++)
                                try_operation(*userdata, &fraction_cases[i], &x, (uint64_t)bits);
                        for (size_t i = 0; i < fraction_cases_count; i++)
                                for (size_t j = 0; j < ALIKE; j++)
                                        if (alike[j](&fraction_cases[i], &x))
                                                try_operation(*userdata, &fraction_cases[i], &x,
                                                              (uint64_t)bits);
                }
        random_end();
        fractions_clear(&x);
}

static void test_a_refusal_asks_gmp_for_nothing(void **userdata)
{
        bng_ctx *ctx = *userdata;
        struct fractions x;
        mpq_t r;

        fractions_init(&x);
        random_start(seed);
        mpq_init(r);
        bng_ctx_set_memory_limit_bytes(ctx, 0);
        for (uint64_t bits = 2; bits < 100000; bits *= 3) {
                fractions_make(&x, bits, true);
                for (size_t i = 0; i < fraction_cases_count; i++) {
                        const struct fraction_case *op = &fraction_cases[i];
                        fraction_case_begin(op, &x, r);
                        gmp_hooks_start();
                        assert_int_equal(op->check(ctx, &x), BNG_REFUSED_MEMORY);
                        assert_int_equal(op->guarded(ctx, &x, r), BNG_REFUSED_MEMORY);
                        assert_int_equal(gmp_hooks_requests(), 0);
                }
        }
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        mpq_clear(r);
        random_end();
        fractions_clear(&x);
}

/* ---- the integer of a fraction, in the place of one of its parts ---- */

static bng_status ask_set_q(bng_ctx *ctx, const void *userdata)
{
        return bng_check_set_q(ctx, userdata);
}

static void try_integer(bng_ctx *ctx, mpq_t q, mpz_ptr part)
{
        uint64_t predicted = predicted_peak(ctx, ask_set_q, q);
        mpz_t expected;

        mpz_init(expected);
        mpz_set_q(expected, q);
        gmp_hooks_start();
        assert_int_equal(bng_mpz_set_q(ctx, part, q), BNG_OK);
        if (gmp_hooks_peak_bytes() > predicted)
                fail_msg("set_q holds %lu bytes, predicted %lu, of %lu bits, seed %lu",
                         (unsigned long)gmp_hooks_peak_bytes(), (unsigned long)predicted,
                         (unsigned long)bit_length(expected), seed);
        assert_int_equal(mpz_cmp(part, expected), 0);
        mpz_clear(expected);
}

/* Nearly as long as the other part, where the divisor's copy would be most; or any. */
static void test_an_integer_in_a_parts_place(void **userdata)
{
        mpq_t q;

        random_start(seed);
        for (double bits = 100; bits < (test_is_extended() ? test_longest_bits() : 4e6);
             bits = test_next_size(bits, 1.3))
                for (unsigned round = 0; round < 4; round++) {
                        uint64_t any = random_below((uint64_t)bits);
                        mpq_init(q);
                        random_integer(mpq_numref(q), (uint64_t)bits);
                        random_integer(mpq_denref(q), (uint64_t)bits - any / (1 + any % 100));
                        try_integer(*userdata, q, round % 2 ? mpq_denref(q) : mpq_numref(q));
                        mpq_clear(q);
                }
        random_end();
}

/* ---- how close a prediction is, above 10^6 bits ---- */

/* What looks the same has the same prediction, which is close to the truth of one of them. */
static void try_close(bng_ctx *ctx, const struct fraction_case *op, struct fractions *x,
                      uint64_t bits)
{
        uint64_t predicted = predicted_peak_of_fractions(ctx, op, x);
        uint64_t bytes = held(ctx, op, x, PLAIN);

        for (size_t i = 0; i < ALIKE && predicted > 2 * bytes; i++)
                if (alike[i](op, x)) {
                        uint64_t worst = held(ctx, op, x, PLAIN);
                        assert_int_equal(predicted_peak_of_fractions(ctx, op, x), predicted);
                        if (worst > bytes)
                                bytes = worst;
                }
        /* Less is a double, a word, or a float of a few limbs. */
        if (bytes > 10000 && predicted > 2 * bytes)
                fail_msg("%s holds %lu bytes, predicted %lu, of about %lu bits, seed %lu", op->name,
                         (unsigned long)bytes, (unsigned long)predicted, (unsigned long)bits, seed);
}

/* Where the table of thresholds is known, that is 64 bits on most machines. */
static void test_predictions_are_close(void **userdata)
{
        struct fractions x;

        if (bng_tuning().exact_inverse == 0 || GMP_NUMB_BITS != 64) {
                print_message("skipped: the bounds are for limbs of 64 bits of a known GMP\n");
                skip();
        }
        fractions_init(&x);
        random_start(seed);
        random_without_patterns();
        for (double bits = 1.1e6; bits < (test_is_extended() ? 1.5e8 : 1.5e6);
             bits = test_next_size(bits, 1.2)) {
                fractions_make(&x, (uint64_t)bits, true);
                for (size_t i = 0; i < fraction_cases_count; i++)
                        try_close(*userdata, &fraction_cases[i], &x, (uint64_t)bits);
        }
        random_end();
        fractions_clear(&x);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_fractions_hold_no_more_than_predicted),
                cmocka_unit_test(test_a_refusal_asks_gmp_for_nothing),
                cmocka_unit_test(test_an_integer_in_a_parts_place),
                cmocka_unit_test(test_predictions_are_close),
        };

        return cmocka_run_group_tests(tests, memory_set_up, memory_tear_down);
}
