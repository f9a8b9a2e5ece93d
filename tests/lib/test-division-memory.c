/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "division-shapes.h"
#include "memory-fixture.h"
#include "predict/tuning.h"

/*
 * Divisions of all shapes hold no more than predicted, whether the GMP that is linked is known or not,
 * also where a result takes an operand's place. And of long numbers they hold at least half of it, or
 * there are others that look the same and do.
 */

static unsigned long seed = 20240327;

enum place {
        NEW,
        DIVIDEND,
        DIVISOR,
        PLACES,
};

struct peak {
        uint64_t predicted, measured;
};

static struct peak try_operands(bng_ctx *ctx, const struct division_shape *shape,
                                struct operands *x, enum place place)
{
        const struct guard_case *op = division_shape_case(shape);
        mpz_t r, s;

        mpz_inits(r, s, NULL);
        struct peak peak = {.predicted = predicted_peak_of_case(ctx, op, x, r)};
        uint64_t a_bits = bit_length(x->a);
        uint64_t b_bits = bit_length(x->b);
        gmp_hooks_start();
        bng_status status = op->guarded(ctx, x,
                                        place == NEW        ? r
                                        : place == DIVIDEND ? x->a
                                                            : x->b,
                                        s);
        peak.measured = gmp_hooks_peak_bytes();
        mpz_clears(r, s, NULL);
        if (status != BNG_OK)
                fail_msg("%s: %s", shape->name, bng_ctx_message(ctx));
        if (peak.measured > peak.predicted)
                fail_msg("%s holds %lu bytes, predicted %lu: a of %lu bits, b of %lu, place %d, "
                         "seed %lu",
                         shape->name, (unsigned long)peak.measured, (unsigned long)peak.predicted,
                         (unsigned long)a_bits, (unsigned long)b_bits, place, seed);
        return peak;
}

static void try_all(bng_ctx *ctx, double most)
{
        struct operands x;

        operands_init(&x);
        random_start(seed);
        for (size_t i = 0; i < division_shapes_count; i++)
                for (double bits = 200; bits <= most; bits *= test_is_extended() ? 1.1 : 1.3)
                        for (enum place place = NEW; place < PLACES; place++) {
                                division_shapes[i].make(&x, (uint64_t)bits);
                                try_operands(ctx, &division_shapes[i], &x, place);
                        }
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

/* Right above what the stack holds the comparison of highest limbs tells most. */
static void test_nor_where_the_highest_limbs_are_alike(void **userdata)
{
        struct operands x;

        operands_init(&x);
        random_start(seed);
        for (size_t i = 0; i < division_shapes_count; i++)
                for (unsigned round = 0; round < test_rounds(100, 3000); round++) {
                        if (!strstr(division_shapes[i].name, "alike"))
                                break;
                        division_shapes[i].make(&x, 270000 + random_below(10000));
                        try_operands(*userdata, &division_shapes[i], &x, NEW);
                }
        random_end();
        operands_clear(&x);
}

static bool is_close(struct peak peak)
{
        return peak.predicted <= 2 * (peak.measured + 64);
}

/* What looks the same has the same prediction, which is close to the truth of one of both. */
static void expect_close(bng_ctx *ctx, const struct division_shape *shape, struct operands *x)
{
        struct peak peak = try_operands(ctx, shape, x, NEW);
        uint64_t a_bits = bit_length(x->a);
        uint64_t b_bits = bit_length(x->b);

        if (is_close(peak))
                return;
        uint64_t predicted = peak.predicted;
        if (make_worst(shape->operation, x)) {
                peak = try_operands(ctx, shape, x, NEW);
                assert_int_equal(peak.predicted, predicted);
        }
        if (!is_close(peak))
                fail_msg("%s holds %lu bytes, predicted %lu: a of %lu bits, b of %lu, seed %lu",
                         shape->name, (unsigned long)peak.measured, (unsigned long)predicted,
                         (unsigned long)a_bits, (unsigned long)b_bits, seed);
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
                double most = test_is_extended() ? test_longest_bits() : 2e6;
                if (shape->bits_max != 0 && most > test_slow_bits(shape->bits_max))
                        most = test_slow_bits(shape->bits_max);
                for (double bits = 1.1e6; bits <= most; bits = test_next_size(bits, 1.2)) {
                        shape->make(&x, (uint64_t)bits);
                        expect_close(*userdata, shape, &x);
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
                cmocka_unit_test(test_nor_where_the_highest_limbs_are_alike),
                cmocka_unit_test(test_predictions_are_close),
        };

        return cmocka_run_group_tests(tests, memory_set_up, memory_tear_down);
}
