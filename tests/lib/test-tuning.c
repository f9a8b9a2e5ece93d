/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "extended.h"
#include "gmp-hooks.h"
#include "guard-cases.h"
#include "predict/predict.h"
#include "predict/scratch.h"
#include "predict/tuning.h"

/*
 * Products of any shape hold no more than predicted, whether the GMP that is linked is known or not;
 * where it is known, it begins its transforms where the table says. A transform asks the hooks for
 * many blocks, a product by Toom's methods for one or two.
 */

static unsigned long seed = 20240311;

/* ---- which GMP this is ---- */

static int one_piece(mp_size_t limbs, int is_square)
{
        (void)limbs, (void)is_square;
        return 0;
}

static void test_what_nobody_knows_has_the_lowest_lengths(void **userdata)
{
        struct bng_tuning here = bng_tuning();

        (void)userdata;
        assert_int_equal(bng_tuning_of("6.3.0", NULL).multiply, 1000);
        assert_int_equal(bng_tuning_of("6.3.0", NULL).square, 1000);
        assert_int_equal(bng_tuning_of("6.2.1", one_piece).multiply, 1000);
        bng_tuning_forget(true);
        assert_int_equal(bng_tuning().multiply, 1000);
        bng_tuning_forget(false);
        assert_int_equal(bng_tuning().multiply, here.multiply);
        assert_int_equal(bng_tuning().square, here.square);
        assert_true(here.multiply >= 1000 && here.square >= 1000);
}

#define TRANSFORM_REQUESTS_MIN 6

static uint64_t requests(uint64_t limbs, bool is_square)
{
        mpz_t a, b, r;

        mpz_inits(a, b, r, NULL);
        random_integer(a, limbs * GMP_NUMB_BITS);
        random_integer(b, limbs * GMP_NUMB_BITS);
        gmp_hooks_start();
        mpz_mul(r, a, is_square ? a : b);
        uint64_t counted = gmp_hooks_requests();
        mpz_clears(a, b, r, NULL);
        return counted;
}

static void test_transforms_begin_where_the_table_says(void **userdata)
{
        struct bng_tuning here = bng_tuning();

        (void)userdata;
        if (here.multiply == 1000) {
                print_message("skipped: nobody knows this build of GMP\n");
                skip();
        }
        random_start(seed);
        assert_true(requests(here.multiply - 1, false) < TRANSFORM_REQUESTS_MIN);
        assert_true(requests(here.square - 1, true) < TRANSFORM_REQUESTS_MIN);
        /* Two builds for one processor may differ by the length alone. */
        assert_true(requests(here.multiply + 640, false) >= TRANSFORM_REQUESTS_MIN);
        assert_true(requests(here.square + 640, true) >= TRANSFORM_REQUESTS_MIN);
        random_end();
}

/* ---- products ---- */

/* Lengths around those where GMP changes its ways, up to ten times as long as transforms need. */
static uint64_t some_limbs(void)
{
        struct bng_tuning here = bng_tuning();
        uint64_t near = random_below(2) ? here.multiply : here.square;

        switch (random_below(4)) {
        case 0:
                return near - 20 + random_below(40);
        case 1:
                return near / (1 + random_below(4)) + random_below(20);
        case 2:
                return 1 + random_below(3 * near);
        default:
                return 1 + random_below(UINT64_C(1) << (1 + random_below(17)));
        }
}

/* Mostly a ratio near one where GMP splits in another way. */
static uint64_t shorter_limbs(uint64_t limbs)
{
        static const double ratios[] = {1,  .86, .75,  .667, .57, .55, .5,
                                        .4, .35, .286, .25,  .13, .12};

        switch (random_below(4)) {
        case 0:
                return 1 + random_below(limbs);
        case 1:
                return limbs - random_below(limbs < 9 ? limbs : 9);
        default: {
                double ratio = ratios[random_below(sizeof ratios / sizeof *ratios)];
                uint64_t shorter = (uint64_t)((double)limbs * ratio) + random_below(5);
                return shorter < 3 ? 1 : shorter - 2;
        }
        }
}

static struct bng_operand up_to(struct bng_operand a)
{
        return bng_operand_range(bng_range_of_bits(0, bng_range_bits(a.size).bits_max), true, true);
}

static void expect_no_more(const char *what, struct bng_prediction prediction, uint64_t held,
                           uint64_t a, uint64_t b)
{
        if (held > prediction.peak_bytes)
                fail_msg("%s of %lu and %lu limbs holds %lu bytes, predicted %lu, seed %lu", what,
                         (unsigned long)a, (unsigned long)b, (unsigned long)held,
                         (unsigned long)prediction.peak_bytes, seed);
}

/*
 * Where the transform of a product with so many limbs reduces the longer factor to -1, which is longer
 * than it: a1 B^h + a0 with a0 = a1 - 1.
 */
static void reduce_to_minus_one(mpz_ptr a, uint64_t limbs)
{
        uint64_t half = (limbs + 1) / 2;
        int k = bng_tuning_split(half, false);
        uint64_t h = k < 0 ? 0 : (((half - 1) >> k) + 1) << k;
        mpz_t low;

        if (k < 0 || mpz_size(a) <= h)
                return;
        mpz_init(low);
        mpz_abs(a, a);
        mpz_tdiv_q_2exp(a, a, h * GMP_NUMB_BITS);
        mpz_sub_ui(low, a, 1);
        mpz_mul_2exp(a, a, h * GMP_NUMB_BITS);
        mpz_add(a, a, low);
        mpz_clear(low);
}

/* Times a power of two. */
static struct bng_operand longer(struct bng_operand a, uint64_t bits)
{
        a.size = bng_range_shift_left(a.size, bng_range_of_u64(bits));
        return a;
}

static void try_product(uint64_t a_limbs, uint64_t b_limbs)
{
        mpz_t a, b, product, sum, square;

        mpz_inits(a, b, product, sum, square, NULL);
        random_integer(a, a_limbs * GMP_NUMB_BITS - random_below(GMP_NUMB_BITS));
        random_integer(b, b_limbs * GMP_NUMB_BITS - random_below(GMP_NUMB_BITS));
        if (random_below(8) == 0)
                reduce_to_minus_one(a, mpz_size(a) + mpz_size(b));
        mpz_set_ui(sum, 1);
        struct bng_operand x = bng_operand_z(a), y = bng_operand_z(b);

        gmp_hooks_start();
        mpz_mul(product, a, b);
        uint64_t held = gmp_hooks_peak_bytes();
        expect_no_more("a product", bng_predict_multiply(x, y), held, a_limbs, b_limbs);
        /* Where less is known no less is said. */
        x = up_to(longer(x, random_below(9999)));
        expect_no_more("a product", bng_predict_multiply(x, up_to(y)), held, a_limbs, b_limbs);

        gmp_hooks_start();
        mpz_addmul(sum, a, b);
        held = gmp_hooks_peak_bytes();
        x = bng_operand_z(a);
        expect_no_more("a sum with a product", bng_predict_add_product(bng_operand_ui(1), x, y),
                       held, a_limbs, b_limbs);

        mpz_clear(sum);
        mpz_init_set_ui(sum, 1);
        gmp_hooks_start();
        mpz_submul(sum, b, b);
        held = gmp_hooks_peak_bytes();
        expect_no_more("a difference to a square",
                       bng_predict_subtract_square(bng_operand_ui(1), y), held, b_limbs, b_limbs);

        gmp_hooks_start();
        mpz_mul(square, b, b);
        held = gmp_hooks_peak_bytes();
        expect_no_more("a square", bng_predict_square(y), held, b_limbs, b_limbs);
        mpz_clears(a, b, product, sum, square, NULL);
}

static void test_products_hold_no_more_than_predicted(void **userdata)
{
        const bool *forget = *userdata;

        random_start(seed);
        for (unsigned i = 0; i < test_rounds(400, 4000); i++) {
                bng_tuning_forget(false);
                uint64_t a = some_limbs();
                uint64_t b = shorter_limbs(a);
                bng_tuning_forget(*forget);
                try_product(a, b);
        }
        bng_tuning_forget(false);
        random_end();
}

/* Of factors that have up to n limbs together: also of fewer. */
static void test_any_product_holds_no_less_than_a_shorter_one(void **userdata)
{
        uint64_t before = 0;

        bng_tuning_forget(*(const bool *)*userdata);
        for (uint64_t n = 2; n < 60000; n++) {
                uint64_t limbs = bng_scratch_multiply_any(n);
                if (limbs < before)
                        fail_msg("%lu limbs for products of %lu, %lu for one less",
                                 (unsigned long)limbs, (unsigned long)n, (unsigned long)before);
                before = limbs;
        }
        bng_tuning_forget(false);
}

static int known(void **userdata)
{
        static bool forget = false;

        *userdata = &forget;
        return 0;
}

static int forgotten(void **userdata)
{
        static bool forget = true;

        *userdata = &forget;
        return 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_what_nobody_knows_has_the_lowest_lengths),
                cmocka_unit_test(test_transforms_begin_where_the_table_says),
                cmocka_unit_test_setup(test_products_hold_no_more_than_predicted, known),
                cmocka_unit_test_setup(test_products_hold_no_more_than_predicted, forgotten),
                cmocka_unit_test_setup(test_any_product_holds_no_less_than_a_shorter_one, known),
                cmocka_unit_test_setup(test_any_product_holds_no_less_than_a_shorter_one,
                                       forgotten),
        };

        gmp_hooks_install();
        return cmocka_run_group_tests(tests, NULL, NULL);
}
