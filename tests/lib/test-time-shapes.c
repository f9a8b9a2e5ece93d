/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "guard/text.h"

/*
 * Operands whose shape decides how long something takes. As in test-time.c predictions are compared with each
 * other, by what GMP does with the one and not with the other.
 */

static double seconds_of(struct bng_prediction prediction)
{
        return bng_time_of_duration(prediction.duration).seconds;
}

/* Up to the bits of the table a root is one power; behind them, of a high degree, one a bit. */
static void test_short_roots_take_powers(void **userdata)
{
        const uint64_t bits = 10000000;

        (void)userdata;
        for (uint64_t root_bits = 2; root_bits < 9; root_bits++) {
                uint64_t degree = bits / root_bits;
                double power = bng_time_power((double)root_bits, 0, degree).seconds;
                double root = bng_time_root(bits, degree, true).seconds;
                assert_true(root >= .99 * power && root < 1.1 * power);
        }
        double last = bng_time_root(bits, bits / 8, true).seconds;
        for (uint64_t root_bits = 10; root_bits < 20; root_bits++) {
                double root = bng_time_root(bits, bits / root_bits, true).seconds;
                assert_true(root > last);
                last = root;
        }
        assert_true(last > 4 * bng_time_root(bits, bits / 8, true).seconds);
        /* With a lower degree steps are longer, and few. */
        assert_true(bng_time_root(bits, 100, true).seconds < last);
}

/* A long number whose remainder is not wanted is made longer, and then its power is not needed. */
static void test_roots_with_and_without_a_remainder(void **userdata)
{
        (void)userdata;
        for (uint64_t degree = 2; degree < 1000; degree = degree * 3 / 2) {
                double without = bng_time_root(8000000, degree, false).seconds;
                double with = bng_time_root(8000000, degree, true).seconds;
                assert_true(without < with && without > with / 2);
        }
        assert_true(isinf(bng_time_root(BNG_BITS_BEYOND, 3, true).seconds));
        assert_true(bng_time_root(1000, 1000, true).seconds ==
                    bng_time_of(BNG_PACE_PASS, 1000).seconds);
        assert_true(bng_time_root(BNG_BITS_BEYOND - 1, 1000000, true).seconds > 1e6);
}

/* By logarithms, not by bits: 3 has two, and is nearer to 2 than to 4. */
static void test_powers_of_short_bases(void **userdata)
{
        struct bng_operand exponent = bng_operand_ui(1000000);

        (void)userdata;
        double of_3 = seconds_of(bng_predict_power(bng_operand_ui(3), exponent));
        double of_7 = seconds_of(bng_predict_power(bng_operand_ui(7), exponent));
        double of_12 = seconds_of(bng_predict_power(bng_operand_ui(12), exponent));
        assert_true(of_7 > 1.7 * of_3 && of_7 < 2.5 * of_3);
        assert_true(of_12 > of_3 && of_12 < 1.5 * of_3);
        assert_true(seconds_of(bng_predict_power(bng_operand_ui(4), exponent)) < of_3 / 10);
}

static struct bng_prediction reading(char filler, size_t length, const char *last, int base)
{
        size_t last_length = strlen(last);
        char *text = malloc(length + last_length);

        assert_non_null(text);
        memset(text, filler, length);
        memcpy(text + length, last, last_length);
        struct bng_prediction prediction =
                bng_predict_text(text, text + length + last_length, base);
        free(text);
        return prediction;
}

/* What is no digit of the number is read all the same. */
static void test_bytes_that_are_no_digits_are_read(void **userdata)
{
        (void)userdata;
        double zeros = seconds_of(reading('0', 1000000, "1", 10));
        assert_true(zeros > 0);
        assert_true(fabs(seconds_of(reading('0', 2000000, "1", 10)) / zeros - 2) < .01);
        assert_true(fabs(seconds_of(reading(' ', 1000000, "1", 16)) / zeros - 1) < .01);
        assert_true(fabs(seconds_of(reading('0', 1000000, "0", 10)) / zeros - 1) < .01);
        assert_true(seconds_of(reading('7', 1000000, "1", 10)) > 2 * zeros);
        assert_true(seconds_of(reading('7', 1000000, "1", 16)) > 2 * zeros);
}

static double printing(unsigned long base, unsigned long exponent)
{
        mpz_t n;

        mpz_init(n);
        mpz_ui_pow_ui(n, base, exponent);
        double seconds = seconds_of(bng_predict_print(bng_operand_z(n), 10));
        mpz_clear(n);
        return seconds;
}

/* The zeros of a power of ten; those of a power of two belong to other digits. */
static void test_digits_that_are_zeros_are_written_fast(void **userdata)
{
        (void)userdata;
        double digits = printing(7, 118325);
        assert_true(printing(10, 100000) < digits / 2);
        assert_true(fabs(printing(2, 332192) / digits - 1) < .01);
        assert_true(fabs(printing(5, 143067) / digits - 1) < .01);
        assert_true(isinf(bng_time_print(BNG_BITS_BEYOND, 10, 5).seconds));
        assert_true(bng_time_print(0, 10, 0).seconds == 0);
}

/* Byte by byte it takes longer than limb by limb, and words of a byte longer than others. */
static void test_words_in_memory(void **userdata)
{
        const uint64_t bytes = 100000000;

        (void)userdata;
        double copied = bng_time_import(8 * bytes, 0).seconds;
        assert_true(copied == bng_time_of(BNG_PACE_PASS, 8 * bytes).seconds);
        assert_true(copied == bng_time_export(bytes, 0, 0).seconds);
        assert_true(bng_time_import(8 * bytes, bytes).seconds > 1.5 * copied);
        double shorts = bng_time_export(bytes, bytes, bytes / 2).seconds;
        assert_true(shorts > copied);
        assert_true(bng_time_export(bytes, bytes, bytes).seconds > shorts);
        assert_true(isinf(bng_time_import(BNG_BITS_BEYOND, BNG_BITS_BEYOND).seconds));
        assert_true(isinf(bng_time_export(BNG_BITS_BEYOND, 1, 1).seconds));
        assert_true(bng_time_random(8 * bytes).seconds > copied);
        assert_true(isinf(bng_time_random(BNG_BITS_BEYOND).seconds));
}

static struct bng_operand of_bits(uint64_t bits, bool is_negative)
{
        return bng_operand_range(bng_range_of_bits(bits, bits), is_negative, !is_negative);
}

/* Negative numbers are copied first. */
static void test_bits_of_negative_numbers(void **userdata)
{
        struct bng_operand a = of_bits(100000000, false), minus_a = of_bits(100000000, true);

        (void)userdata;
        double positive = seconds_of(bng_predict_xor(a, a));
        double one = seconds_of(bng_predict_xor(a, minus_a));
        double both = seconds_of(bng_predict_xor(minus_a, minus_a));
        assert_true(one > 1.8 * positive && one < 2.3 * positive);
        assert_true(both > 2.7 * positive && both < 3.5 * positive);
        /* An and is no longer than what is not negative, and then takes no longer either. */
        struct bng_prediction low = bng_predict_and(a, bng_operand_ui(255));
        assert_true(bng_range_bits(low.result.size).bits_max == 8);
        assert_false(low.result.may_be_negative);
        assert_true(seconds_of(low) < positive / 100);
        low = bng_predict_and(minus_a, bng_operand_ui(255));
        assert_true(bng_range_bits(low.result.size).bits_max == 8);
        assert_false(low.result.may_be_negative);
        low = bng_predict_and(minus_a, bng_operand_si(-255));
        assert_true(bng_range_bits(low.result.size).bits_max > 100000000);
}

/* What is between a pass and an algorithm with a curve: each limb has its price. */
static void test_few_limbs(void **userdata)
{
        const uint64_t bits = 100000000;

        (void)userdata;
        double pass = bng_time_of(BNG_PACE_PASS, bits).seconds;
        assert_true(bng_time_multiply(bits, 3 * GMP_NUMB_BITS).seconds > pass);
        double by_limb = bng_time_quotient(bits, GMP_NUMB_BITS).seconds;
        double by_two = bng_time_quotient(bits, 2 * GMP_NUMB_BITS).seconds;
        assert_true(by_two > 1.3 * by_limb);
        assert_true(bng_time_quotient(bits, 4 * GMP_NUMB_BITS).seconds < 2 * by_two);
}

/* Rounded away from zero a quotient needs its remainder. */
static void test_rounded_quotients(void **userdata)
{
        struct bng_operand a = of_bits(9000000, false), d = of_bits(6000000, false);

        (void)userdata;
        double truncated = seconds_of(bng_predict_quotient(BNG_TRUNCATE, a, d));
        double rounded = seconds_of(bng_predict_quotient(BNG_FLOOR, a, d));
        assert_true(rounded > 1.1 * truncated);
        assert_true(rounded == seconds_of(bng_predict_quotient(BNG_CEILING, a, d)));
        assert_true(rounded == seconds_of(bng_predict_quotient_remainder(BNG_FLOOR, a, d)));
}

/* To the first power a remainder, to others the setting up too, however few they are. */
static void test_short_powers_modulo_long_numbers(void **userdata)
{
        const uint64_t bits = 1000000;

        (void)userdata;
        double remainder = bng_time_remainder(2 * bits, bits).seconds;
        assert_true(bng_time_power_modulo(2 * bits, 1, bits, 0).seconds == remainder);
        assert_true(bng_time_power_modulo(bits, 2, bits, 0).seconds > remainder);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_short_roots_take_powers),
                cmocka_unit_test(test_roots_with_and_without_a_remainder),
                cmocka_unit_test(test_powers_of_short_bases),
                cmocka_unit_test(test_bytes_that_are_no_digits_are_read),
                cmocka_unit_test(test_digits_that_are_zeros_are_written_fast),
                cmocka_unit_test(test_words_in_memory),
                cmocka_unit_test(test_bits_of_negative_numbers),
                cmocka_unit_test(test_few_limbs),
                cmocka_unit_test(test_rounded_quotients),
                cmocka_unit_test(test_short_powers_modulo_long_numbers),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
