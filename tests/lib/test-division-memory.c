/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>
#include "division-shapes.h"
#include "memory-fixture.h"
#include "predict/tuning.h"

/*
 * Divisions of all shapes hold no more than predicted, whether the GMP that is linked is known or not,
 * also where a result takes an operand's place; and of long numbers at least a known part of it.
 */

static unsigned long seed = 20240327;

enum place {
        NEW,
        DIVIDEND,
        DIVISOR,
        PLACES,
};

static double try_shape(bng_ctx *ctx, const struct division_shape *shape, struct operands *x,
                        uint64_t bits, enum place place)
{
        const struct guard_case *op = division_shape_case(shape);
        mpz_t r, s;

        mpz_inits(r, s, NULL);
        shape->make(x, bits);
        uint64_t predicted = predicted_peak_of_case(ctx, op, x, r);
        uint64_t a_bits = bit_length(x->a);
        uint64_t b_bits = bit_length(x->b);
        gmp_hooks_start();
        bng_status status = op->guarded(ctx, x,
                                        place == NEW        ? r
                                        : place == DIVIDEND ? x->a
                                                            : x->b,
                                        s);
        uint64_t measured = gmp_hooks_peak_bytes();
        mpz_clears(r, s, NULL);
        if (status != BNG_OK)
                fail_msg("%s: %s", shape->name, bng_ctx_message(ctx));
        if (measured > predicted)
                fail_msg("%s holds %lu bytes, predicted %lu: a of %lu bits, b of %lu, place %d, "
                         "seed %lu",
                         shape->name, (unsigned long)measured, (unsigned long)predicted,
                         (unsigned long)a_bits, (unsigned long)b_bits, place, seed);
        return measured == 0 ? 1 : (double)predicted / ((double)measured + 64);
}

static void try_all(bng_ctx *ctx, double most)
{
        struct operands x;

        operands_init(&x);
        random_start(seed);
        for (size_t i = 0; i < division_shapes_count; i++)
                for (double bits = 200; bits <= most; bits *= 1.1)
                        for (enum place place = NEW; place < PLACES; place++)
                                try_shape(ctx, &division_shapes[i], &x, (uint64_t)bits, place);
        random_end();
        operands_clear(&x);
}

static void test_no_division_holds_more_than_predicted(void **userdata)
{
        try_all(*userdata, test_is_extended() ? 2e6 : 4e5);
}

static void test_nor_of_a_gmp_that_nobody_knows(void **userdata)
{
        bng_tuning_forget(true);
        try_all(*userdata, test_is_extended() ? 2e6 : 3e5);
        bng_tuning_forget(false);
}

/* Where the table of thresholds is known, that is 64 bits on most machines. */
static void test_predictions_are_close(void **userdata)
{
        struct operands x;

        if (bng_tuning().exact_inverse == 0 || GMP_NUMB_BITS != 64) {
                print_message("skipped: the bounds are for limbs of 64 bits of a known GMP\n");
                skip();
        }
        operands_init(&x);
        random_start(seed);
        random_without_patterns();
        for (size_t i = 0; i < division_shapes_count; i++) {
                const struct division_shape *shape = &division_shapes[i];
                double most = test_is_extended() ? 2e7 : 2e6;
                for (double bits = 1.1e6; bits < most; bits *= 1.2) {
                        if (shape->bits_max != 0 && bits > (double)shape->bits_max)
                                break;
                        double ratio = try_shape(*userdata, shape, &x, (uint64_t)bits, NEW);
                        if (ratio > shape->most)
                                fail_msg("%s of %.0f bits: predicted %.2f times the peak, seed %lu",
                                         shape->name, bits, ratio, seed);
                }
        }
        random_end();
        operands_clear(&x);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_no_division_holds_more_than_predicted),
                cmocka_unit_test(test_nor_of_a_gmp_that_nobody_knows),
                cmocka_unit_test(test_predictions_are_close),
        };

        return cmocka_run_group_tests(tests, memory_set_up, memory_tear_down);
}
