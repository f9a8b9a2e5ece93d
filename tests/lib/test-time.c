/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "guard-cases.h"
#include "predict/predict.h"

/*
 * What of a predicted time can be tested without a clock: that it is a time at all, that more work
 * takes longer, that operations add up to what they are made of. How near it is to the truth is the
 * benchmark's to say (bench-time).
 */

static unsigned long seed = 20240305;

static void test_longer_numbers_take_longer(void **userdata)
{
        (void)userdata;
        for (unsigned pace = 0; pace < BNG_PACES; pace++) {
                double before = 0;
                for (uint64_t bits = 1; bits < UINT64_C(1) << 62; bits += bits / 3 + 1) {
                        struct bng_time time = bng_time_of(pace, bits);
                        assert_int_equal(time.pace, pace);
                        assert_true(isfinite(time.seconds));
                        if (time.seconds < before * .9)
                                fail_msg("pace %u: %g seconds for %lu bits, %g for less", pace,
                                         time.seconds, (unsigned long)bits, before);
                        before = time.seconds;
                }
                assert_true(bng_time_of(pace, 0).seconds == 0);
                assert_true(isinf(bng_time_of(pace, BNG_BITS_BEYOND).seconds));
        }
}

/* An operand of which anything may be known. */
static struct bng_operand some_operand(void)
{
        mpz_t z;

        mpz_init(z);
        random_integer(z, random_below(300));
        struct bng_operand operand = bng_operand_z(z);
        mpz_clear(z);
        switch (random_below(4)) {
        case 0: /* far beyond all counting */
                operand.size = bng_range_pow(operand.size, operand.size);
                operand.size = bng_range_pow(operand.size, operand.size);
                break;
        case 1:
                operand = bng_operand_range(bng_range_of_bits(random_below(9), random_below(300)),
                                            random_below(2), true);
                break;
        default:
                break;
        }
        return operand;
}

static void assert_is_time(struct bng_prediction prediction)
{
        struct bng_time time = bng_time_of_duration(prediction.duration);

        assert_true(time.seconds >= 0); /* and no NaN */
        assert_true(time.pace < BNG_PACES);
}

static void test_every_prediction_has_a_time(void **userdata)
{
        (void)userdata;
        random_start(seed);
        for (unsigned i = 0; i < 20000; i++) {
                struct bng_operand a = some_operand(), b = some_operand(), c = some_operand();
                assert_is_time(bng_predict_copy(a));
                assert_is_time(bng_predict_complement(a));
                assert_is_time(bng_predict_add(a, b));
                assert_is_time(bng_predict_subtract(a, b));
                assert_is_time(bng_predict_multiply(a, b));
                assert_is_time(bng_predict_add_product(a, b, c));
                assert_is_time(bng_predict_subtract_product(a, b, c));
                assert_is_time(bng_predict_xor(a, b));
                assert_is_time(bng_predict_set_bit(a, b));
                assert_is_time(bng_predict_shift_left(a, b));
                assert_is_time(bng_predict_shift_right(BNG_FLOOR, a, b));
                assert_is_time(bng_predict_low_bits(BNG_CEILING, a, b));
                assert_is_time(bng_predict_quotient(BNG_TRUNCATE, a, b));
                assert_is_time(bng_predict_remainder(BNG_FLOOR, a, b));
                assert_is_time(bng_predict_quotient_remainder(BNG_FLOOR, a, b));
                assert_is_time(bng_predict_quotient_by_word(BNG_FLOOR, a, b));
                assert_is_time(bng_predict_quotient_remainder_by_word(BNG_CEILING, a, b));
                assert_is_time(bng_predict_gcd(a, b));
                assert_is_time(bng_predict_lcm(a, b));
                assert_is_time(bng_predict_inverse(a, b));
                assert_is_time(bng_predict_power_modulo(a, b, c));
                assert_is_time(bng_predict_power(a, b));
                assert_is_time(bng_predict_root(a, b));
                assert_is_time(bng_predict_factorial(a));
                assert_is_time(bng_predict_binomial(a, b));
                assert_is_time(bng_predict_primorial(a));
                assert_is_time(bng_predict_multifactorial(a, 1 + random_below(9)));
                assert_is_time(bng_predict_next_prime(a));
                assert_is_time(bng_predict_root_remainder(a, b));
                assert_is_time(bng_predict_gcd_extended(a, b));
                assert_is_time(bng_predict_fibonacci(a));
                assert_is_time(bng_predict_lucas(a));
                assert_is_time(bng_predict_print(a, 2 + (unsigned)random_below(61)));
                assert_is_time(bng_predict_parse(random_below(1000), random_below(UINT64_MAX),
                                                 2 + (unsigned)random_below(61),
                                                 random_below(UINT64_MAX)));
                if (i % 16 != 0)
                        continue;
                assert_is_time(bng_predict_remove(a, b));
                assert_is_time(bng_predict_fibonacci_pair(a));
                assert_is_time(bng_predict_lucas_pair(a));
        }
        random_end();
}

static void test_parts_take_their_part(void **userdata)
{
        (void)userdata;
        /* A factor twice as long, in two pieces. */
        double once = bng_time_multiply(1000000, 1000).seconds;
        double twice = bng_time_multiply(2000000, 1000).seconds;
        assert_true(twice > 1.9 * once && twice < 2.1 * once);
        /* Each piece of it is a product as long as two of the other one. */
        double piece = bng_time_multiply(1000, 1000).seconds;
        assert_true(once > 1000 * piece * 3 / 4 && once < 1000.5 * piece);
        /* A transform of both is as long as their product, and pieces no shorter than the factor. */
        assert_true(bng_time_multiply(6000000, 1000000).seconds ==
                    bng_time_multiply(3500000, 3500000).seconds);
        assert_true(bng_time_multiply(60000000, 1000000).seconds <
                    bng_time_multiply(30500000, 30500000).seconds);
        /* By nothing. */
        assert_true(bng_time_multiply(0, BNG_BITS_BEYOND).seconds == 0);
        /* A short quotient of long numbers is found quickly, the remainder takes a pass and more. */
        double quotient = bng_time_quotient(10000000, 9999000).seconds;
        assert_true(quotient < bng_time_remainder(10000000, 9999000).seconds);
        assert_true(quotient < bng_time_quotient(10000000, 5000000).seconds / 10);
        /* What is left needs more, and most of all where the degree is above 2. */
        assert_true(bng_time_root(1000000, 2, false).seconds <
                    bng_time_root(1000000, 2, true).seconds);
        assert_true(bng_time_root(1000000, 2, true).seconds <
                    bng_time_root(1000000, 3, true).seconds);
        /* Zeros at the end of a base are only shifted back in the end. */
        assert_true(bng_time_power(1, 1000000, 1000).seconds <
                    bng_time_power(1000001, 0, 1000).seconds / 10);
        /* Each bit of an exponent is as much work. */
        double power = bng_time_power_modulo(100, 99, 10000, 0).seconds;
        double longer = bng_time_power_modulo(100, 199, 10000, 0).seconds;
        assert_true(longer > 1.9 * power && longer < 2.1 * power);
        assert_true(isinf(bng_time_power_modulo(100, BNG_BITS_BEYOND, 100, 0).seconds));
        /* Lengths whose sum nobody can count. */
        assert_true(isinf(
                bng_time_multiply(BNG_BITS_BEYOND / 5 * 4, BNG_BITS_BEYOND / 5 + 100).seconds));
        /* The powers of a factor that is taken away end before they no longer can be counted. */
        assert_true(bng_time_remove(BNG_BITS_BEYOND - 1, 2, UINT64_MAX).seconds > 1e9);
        assert_true(isinf(bng_time_remove(BNG_BITS_BEYOND, 2, UINT64_MAX).seconds));
}

/* What is long is done in steps: never in less time for more bits, and each bit takes its part. */
static void test_powers_modulo_a_number_in_steps(void **userdata)
{
        static const uint64_t lengths[] = {GMP_NUMB_BITS, 2 * GMP_NUMB_BITS, 2048, 20000, 400000};

        (void)userdata;
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
                double before = 0;
                for (uint64_t bits = 2; bits < UINT64_C(1) << 40; bits += bits / 5 + 1) {
                        double plain = bng_time_power_modulo(2048, bits, lengths[i], 0).seconds;
                        double stepped =
                                bng_time_power_modulo_stepped(2048, bits, lengths[i], 0).seconds;
                        if (plain < BNG_POWER_AT_ONCE_SECONDS)
                                assert_true(stepped == plain);
                        assert_true(stepped >= plain && stepped > before);
                        before = stepped;
                }
                double once = bng_time_power_modulo_stepped(0, 999999999, lengths[i], 0).seconds;
                double twice = bng_time_power_modulo_stepped(0, 1999999999, lengths[i], 0).seconds;
                assert_true(fabs(twice / once / 2 - 1) < 1e-6);
        }
        assert_true(isinf(bng_time_power_modulo_stepped(100, BNG_BITS_BEYOND, 100, 0).seconds));
        /* To the power of 1 nothing is multiplied, however long it is. */
        assert_true(bng_time_power_modulo_stepped(900000000, 1, 1000000000, 0).seconds ==
                    bng_time_remainder(900000000, 1000000000).seconds);
        struct bng_operand a = bng_operand_range(bng_range_of_bits(99999, 100000), false, true);
        assert_true(bng_time_of_duration(bng_predict_power_modulo(a, a, a).duration).seconds ==
                    bng_time_power_modulo_stepped(100000, 100000, 100000, 0).seconds);
}

/* A long base is reduced first, by the same division in both. */
static void test_the_reduction_of_a_base_is_not_taken_in_steps(void **userdata)
{
        const uint64_t base_bits = UINT64_C(1) << 34, bits = 20000;

        (void)userdata;
        double reduction = bng_time_remainder(base_bits, bits).seconds;
        for (uint64_t exponent_bits = 2; exponent_bits < 1000000; exponent_bits *= 7) {
                double with =
                        bng_time_power_modulo_stepped(base_bits, exponent_bits, bits, 0).seconds;
                double without =
                        bng_time_power_modulo_stepped(bits, exponent_bits, bits, 0).seconds;
                if (without >= BNG_POWER_AT_ONCE_SECONDS)
                        assert_true(fabs((with - without) / reduction - 1) < 1e-3);
                else
                        assert_true(with >= reduction);
        }
}

static double plain_power(uint64_t exponent_bits, uint64_t modulus_bits, uint64_t twos)
{
        return bng_time_power_modulo(modulus_bits, exponent_bits, modulus_bits, twos).seconds;
}

static double stepped_power(uint64_t exponent_bits, uint64_t modulus_bits, uint64_t twos)
{
        return bng_time_power_modulo_stepped(modulus_bits, exponent_bits, modulus_bits, twos)
                .seconds;
}

static bool is_near(double a, double b)
{
        return a < 1.1 * b && b < 1.1 * a;
}

/* An odd part and twos are worked with one after the other. */
static void test_powers_modulo_numbers_of_all_shapes(void **userdata)
{
        (void)userdata;
        for (uint64_t bits = 4096; bits < 1000000; bits *= 3) {
                uint64_t e = bits;
                double whole = stepped_power(4 * e, bits, 0);
                assert_true(is_near(plain_power(e, 2 * bits, bits),
                                    plain_power(e, bits, 0) + plain_power(e, bits + 1, bits)));
                assert_true(stepped_power(4 * e, bits, bits / 2) < 0.6 * whole);
                assert_true(stepped_power(4 * e, bits, bits - 1) < 0.6 * whole);
                /* A few twos change nothing that would be worth a word. */
                assert_true(is_near(stepped_power(4 * e, bits, 3), whole));
                /* Modulo 2^n an exponent has no more than n bits that count, but GMP takes all. */
                uint64_t many = 1000 * bits, more = 100000 * bits;
                double all_that_count = stepped_power(many, bits + 1, bits);
                assert_true(all_that_count > 0);
                assert_true(stepped_power(more, bits + 1, bits) == all_that_count);
                assert_true(plain_power(more, bits + 1, bits) > 100 * all_that_count);
        }
        /* Whole limbs. */
        assert_true(is_near(plain_power(10000000, 1, 0), plain_power(10000000, 32, 0)));
        assert_true(is_near(plain_power(10000000, GMP_NUMB_BITS + 1, 0),
                            plain_power(10000000, 2 * GMP_NUMB_BITS, 0)));
}

static double seconds_of_power(long base, mpz_srcptr exponent, mpz_srcptr modulus)
{
        return bng_time_of_duration(bng_predict_power_modulo(bng_operand_si(base),
                                                             bng_operand_z(exponent),
                                                             bng_operand_z(modulus))
                                            .duration)
                .seconds;
}

/* Predictions know the twos of numbers that exist. */
static void test_powers_modulo_twos_are_predicted(void **userdata)
{
        mpz_t exponent, modulus;

        (void)userdata;
        mpz_inits(exponent, modulus, NULL);
        mpz_setbit(exponent, 200000);
        mpz_setbit(modulus, 4095);
        double odd_base = seconds_of_power(3, exponent, modulus);
        assert_true(odd_base > 0.001 && odd_base < 0.05);
        /* 2^200000 is 0 modulo 2^4095 without any work. */
        assert_true(seconds_of_power(2, exponent, modulus) < 0.1 * odd_base);
        mpz_setbit(modulus, 0);
        assert_true(seconds_of_power(3, exponent, modulus) > 20 * odd_base);
        assert_true(seconds_of_power(2, exponent, modulus) > 20 * odd_base);
        mpz_clears(exponent, modulus, NULL);
}

static double seconds_of(struct bng_duration duration)
{
        return bng_time_of_duration(duration).seconds;
}

/* A pair is a little more work than one number; to bring a fraction to lowest terms takes a gcd. */
static void test_kin_takes_a_little_longer(void **userdata)
{
        struct bng_operand n = bng_operand_ui(3000000);
        mpq_t q;

        (void)userdata;
        double one = seconds_of(bng_predict_fibonacci(n).duration);
        double pair = seconds_of(bng_predict_fibonacci_pair(n).duration);
        assert_true(pair > one && pair < 1.5 * one);
        pair = seconds_of(bng_predict_lucas_pair(n).duration);
        assert_true(pair > one && pair < 1.5 * one);
        mpq_init(q);
        mpz_ui_pow_ui(mpq_numref(q), 3, 600000);
        mpz_ui_pow_ui(mpq_denref(q), 7, 340000);
        double gcd = seconds_of(bng_predict_gcd_z(mpq_numref(q), mpq_denref(q)).duration);
        double reduced = seconds_of(bng_predict_fraction_canonical(q).duration);
        assert_true(reduced > 0.5 * gcd && reduced < 2 * gcd);
        mpq_clear(q);
}

/* Zeros at the end take no time but that of a pass; the product of a lcm is as long all the same. */
static void test_divisors_of_powers_of_two(void **userdata)
{
        mpz_t odd, even;

        (void)userdata;
        mpz_inits(odd, even, NULL);
        mpz_setbit(even, 1000000);
        mpz_setbit(odd, 1000000);
        mpz_setbit(odd, 0);
        struct bng_operand a = bng_operand_z(odd), b = bng_operand_z(even);
        double gcd = seconds_of(bng_predict_gcd(a, a).duration);
        double gcd_of_even = seconds_of(bng_predict_gcd(a, b).duration);
        assert_true(gcd_of_even < gcd / 100);
        assert_true(gcd_of_even == seconds_of(bng_predict_gcd(b, a).duration));
        double lcm = seconds_of(bng_predict_lcm(b, a).duration);
        double product = bng_time_multiply(1000001, 1000001).seconds;
        assert_true(lcm >= product && lcm < product + gcd / 100);
        mpz_clears(odd, even, NULL);
}

/* What the first quotients leave is what is halved; without it a division is all there is. */
static void test_divisors_of_what_is_left(void **userdata)
{
        const struct bng_rest unknown = BNG_REST_UNKNOWN, nothing = {0, 0};
        const uint64_t bits = 1000000;

        (void)userdata;
        double whole = bng_time_gcd(bits, bits, unknown).seconds;
        double half = bng_time_gcd(bits, bits, (struct bng_rest){bits / 2, 20}).seconds;
        assert_true(bng_time_gcd(bits, bits, (struct bng_rest){bits, 0}).seconds == whole);
        assert_true(half > bng_time_gcd(bits / 2, bits / 2, unknown).seconds && half < 0.7 * whole);
        assert_true(bng_time_gcd(bits, bits, nothing).seconds < whole / 100);
        assert_true(bng_time_lcm(bits, bits, bits, nothing).seconds < whole / 100);
        assert_true(bng_time_lcm(bits, bits, bits, unknown).seconds > whole);
        /* Behind a long quotient all the factors are as long as this. */
        const struct bng_rest tenth = {bits / 10, 0};
        double inverse = bng_time_invert(bits, bits, tenth).seconds;
        assert_true(inverse > 1.5 * bng_time_gcd(bits, bits, tenth).seconds);
        assert_true(inverse < bng_time_invert(bits, bits, unknown).seconds / 2);
}

static double gcd_seconds(mpz_srcptr a, mpz_srcptr b)
{
        return seconds_of(bng_predict_gcd_z(a, b).duration);
}

/* Neighbours and multiples are seen to be such ones; of fractions, too. */
static void test_divisors_of_neighbours(void **userdata)
{
        mpz_t a, b, c;
        mpq_t p, q;

        (void)userdata;
        mpz_inits(a, b, c, NULL);
        mpq_inits(p, q, NULL);
        mpz_ui_pow_ui(a, 3, 320000);
        mpz_ui_pow_ui(b, 7, 180600);
        mpz_add_ui(c, a, 2);
        double others = gcd_seconds(a, b);
        assert_true(gcd_seconds(a, c) < others / 100);
        assert_true(seconds_of(bng_predict_inverse_z(a, c).duration) < others / 100);
        assert_true(seconds_of(bng_predict_lcm_z(a, c).duration) < others / 5);
        assert_true(seconds_of(bng_predict_gcd_extended_z(a, c).duration) < others / 5);
        mpz_mul_ui(c, a, 12345);
        assert_true(gcd_seconds(c, a) < others / 100);
        mpq_set_num(p, a);
        mpq_set_den(p, b);
        mpq_inv(q, p);
        assert_true(seconds_of(bng_predict_fraction_multiply(p, q).duration) < others / 20);
        assert_true(seconds_of(bng_predict_fraction_divide(p, q).duration) > others);
        /* The sum of the numerators has a divisor to be found in common with a common denominator. */
        assert_true(seconds_of(bng_predict_fraction_add(p, p).duration) > others);
        mpq_set_num(q, c);
        mpq_set_den(q, a);
        assert_true(seconds_of(bng_predict_fraction_canonical(q).duration) < others / 100);
        mpq_clears(p, q, NULL);
        mpz_clears(a, b, c, NULL);
}

static double seconds_after_look(struct bng_prediction prediction)
{
        return bng_time_after_look(prediction.duration, 1e3).seconds;
}

/* What a glance does not see: factors in common that leave long ones, and long multiples. */
static void test_divisors_after_a_look(void **userdata)
{
        mpz_t a, b, c;
        mpq_t q;

        (void)userdata;
        mpz_inits(a, b, c, NULL);
        mpq_init(q);
        mpz_ui_pow_ui(c, 3, 600000);
        mpz_ui_pow_ui(a, 5, 1000);
        mpz_ui_pow_ui(b, 7, 800);
        mpz_mul(a, a, c);
        mpz_mul(b, b, c);
        double others = gcd_seconds(a, b);
        double gcd = seconds_after_look(bng_predict_gcd_z(a, b));
        double extended = seconds_after_look(bng_predict_gcd_extended_z(a, b));
        assert_true(gcd < others / 10);
        assert_true(extended > gcd && extended < others / 10);
        assert_true(seconds_after_look(bng_predict_lcm_z(a, b)) < others / 5);
        mpq_set_num(q, a);
        mpq_set_den(q, b);
        assert_true(seconds_after_look(bng_predict_fraction_canonical(q)) < others / 5);
        /* The division, and nothing else. */
        mpz_ui_pow_ui(b, 7, 300000);
        mpz_mul(b, b, c);
        double division = bng_time_remainder(mpz_sizeinbase(b, 2), mpz_sizeinbase(c, 2)).seconds;
        assert_true(gcd_seconds(b, c) > 4 * division);
        assert_true(seconds_after_look(bng_predict_gcd_z(b, c)) < 1.1 * division);
        extended = seconds_after_look(bng_predict_gcd_extended_z(b, c));
        assert_true(extended >= division && extended < 2 * division);
        /* Others are what they were. */
        mpz_ui_pow_ui(a, 11, 274900);
        mpz_add(b, b, a);
        assert_true(seconds_after_look(bng_predict_gcd_z(b, c)) > 0.9 * gcd_seconds(b, c));
        mpq_clear(q);
        mpz_clears(a, b, c, NULL);
}

/* However soon GMP is at the end: from some length on it halves long numbers by products to see that. */
static void test_divisors_of_long_multiples(void **userdata)
{
        const struct bng_rest tiny = {0, 3};

        (void)userdata;
        double least = bng_time_gcd(5000000, 5000000, tiny).seconds;
        double pass = bng_time_of(BNG_PACE_PASS, 5000000).seconds;
        assert_true(least > bng_time_multiply(1600000, 1600000).seconds);
        assert_true(least < bng_time_gcd(5000000, 5000000, BNG_REST_UNKNOWN).seconds / 10);
        assert_true(bng_time_gcd(500000, 500000, tiny).seconds < 10 * pass);
}

/* The numbers are looked at when the time is asked for, and not before. */
static void test_nobody_looks_unasked(void **userdata)
{
        mpz_t a, b;

        (void)userdata;
        mpz_inits(a, b, NULL);
        mpz_ui_pow_ui(a, 3, 100000);
        mpz_ui_pow_ui(b, 7, 56000);
        struct bng_prediction prediction = bng_predict_gcd_z(a, b);
        double others = seconds_of(prediction.duration);
        mpz_mul_ui(b, a, 3);
        assert_true(seconds_of(prediction.duration) < others / 10);
        assert_true(bng_time_look_bytes(prediction.duration) > 0);
        assert_true(bng_time_look_bytes(
                            bng_predict_gcd(bng_operand_z(a), bng_operand_z(b)).duration) == 0);
        mpz_clears(a, b, NULL);
}

/* What needs little more than a look at its operands. */
static void test_work_that_there_is_not(void **userdata)
{
        mpz_t odd;

        (void)userdata;
        mpz_init(odd);
        mpz_setbit(odd, 10000000);
        double pass = bng_time_of(BNG_PACE_PASS, 10000000).seconds;
        struct bng_operand power = bng_operand_z(odd);
        assert_true(seconds_of(bng_predict_remove(power, bng_operand_ui(2)).duration) < 2 * pass);
        mpz_setbit(odd, 4000000);
        double all = seconds_of(bng_predict_remove(bng_operand_z(odd), bng_operand_ui(6)).duration);
        assert_true(seconds_of(bng_predict_remove(power, bng_operand_ui(6)).duration) < all / 20);
        mpz_setbit(odd, 0);
        struct bng_operand number = bng_operand_z(odd);
        assert_true(seconds_of(bng_predict_remove(number, bng_operand_ui(6)).duration) < all / 20);
        double root = seconds_of(bng_predict_root(number, bng_operand_ui(5)).duration);
        assert_true(seconds_of(bng_predict_root(number, bng_operand_ui(20000000)).duration) <
                    root / 20);
        mpz_clear(odd);
}

/* Few long factors are multiplied in fewer rounds than many short ones. */
static void test_binomials_of_long_numbers(void **userdata)
{
        mpz_t long_one, short_one;

        (void)userdata;
        mpz_inits(long_one, short_one, NULL);
        mpz_setbit(long_one, 100000);
        mpz_setbit(short_one, 100);
        double few = seconds_of(
                bng_predict_binomial(bng_operand_z(long_one), bng_operand_ui(50)).duration);
        double many = seconds_of(
                bng_predict_binomial(bng_operand_z(short_one), bng_operand_ui(50000)).duration);
        double product = bng_time_multiply(2500000, 2500000).seconds;
        assert_true(few > product && few < many);
        assert_true(many < 10 * product);
        mpz_clears(long_one, short_one, NULL);
}

/* A digit is a digit, whatever stands for it. */
static void test_digits_of_some_bits(void **userdata)
{
        (void)userdata;
        assert_true(bng_time_print(1000000, 2, 0).seconds >
                    3.9 * bng_time_print(1000000, 16, 0).seconds);
        assert_true(bng_time_parse(1000000, 4, 0).seconds >
                    1.9 * bng_time_parse(1000000, 16, 0).seconds);
        assert_true(isinf(bng_time_parse(BNG_BITS_BEYOND, 32, 0).seconds));
        assert_true(isinf(bng_time_print(BNG_BITS_BEYOND, 2, 0).seconds));
        assert_true(bng_time_print(10000000, 16, 0).seconds <
                    bng_time_print(10000000, 10, 0).seconds);
}

/* A divisor of n and m is taken out; what is left is a factorial's kin or a product of its factors. */
static void test_multifactorials(void **userdata)
{
        (void)userdata;
        struct bng_operand n = bng_operand_ui(1000000);
        double by_three = seconds_of(bng_predict_multifactorial(n, 3).duration);
        struct bng_prediction by_ten = bng_predict_multifactorial(n, 10);
        /* (10^5)! and 10^(10^5) */
        double factorial = seconds_of(bng_predict_factorial(bng_operand_ui(100000)).duration);
        assert_true(seconds_of(by_ten.duration) > factorial);
        assert_true(seconds_of(by_ten.duration) < 3 * factorial);
        assert_true(seconds_of(bng_predict_multifactorial(n, 1).duration) ==
                    seconds_of(bng_predict_factorial(n).duration));
        assert_true(by_three > seconds_of(by_ten.duration));
}

/* Of a fraction's text each part takes its own time, also in a base of its own. */
static void test_texts_in_two_bases(void **userdata)
{
        (void)userdata;
        struct bng_prediction hex = bng_predict_parse(15, 40000000, 16, 40000001);
        struct bng_prediction decimal = bng_predict_parse(1, 100000, 10, 100001);
        double both = seconds_of(hex.duration) + seconds_of(decimal.duration);
        struct bng_prediction texts = bng_predict_parse_both(hex, decimal, 0);
        assert_true(fabs(seconds_of(texts.duration) / both - 1) < 1e-9);
        texts = bng_predict_parse_both(decimal, hex, 0);
        assert_true(fabs(seconds_of(texts.duration) / both - 1) < 1e-9);
        struct bng_operand number = bng_operand_ui(99);
        double printed = seconds_of(bng_predict_print(number, 62).duration);
        texts = bng_predict_print_both(number, number, 62);
        assert_true(fabs(seconds_of(texts.duration) / (2 * printed) - 1) < 1e-9);
}

/* Limb by limb: longer numbers take their square, and a bit of an exponent as many as a limb has. */
static void test_powers_that_keep_a_secret(void **userdata)
{
        (void)userdata;
        double seconds = bng_time_secret_power_modulo(1, 64, 64000).seconds;
        assert_true(seconds > 3 * bng_time_power_modulo(1, 64, 64000, 0).seconds);
        assert_true(bng_time_secret_power_modulo(1, 1, 64000).seconds ==
                    bng_time_secret_power_modulo(1, GMP_NUMB_BITS, 64000).seconds);
        double doubled = bng_time_secret_power_modulo(1, 64, 128000).seconds;
        assert_true(doubled > 3.9 * seconds && doubled < 4.1 * seconds);
        assert_true(isinf(bng_time_secret_power_modulo(1, 64, BNG_BITS_BEYOND).seconds));
        assert_true(isinf(bng_time_secret_power_modulo(1, BNG_BITS_BEYOND, 64).seconds));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_longer_numbers_take_longer),
                cmocka_unit_test(test_every_prediction_has_a_time),
                cmocka_unit_test(test_parts_take_their_part),
                cmocka_unit_test(test_powers_modulo_numbers_of_all_shapes),
                cmocka_unit_test(test_powers_modulo_twos_are_predicted),
                cmocka_unit_test(test_powers_modulo_a_number_in_steps),
                cmocka_unit_test(test_the_reduction_of_a_base_is_not_taken_in_steps),
                cmocka_unit_test(test_divisors_of_powers_of_two),
                cmocka_unit_test(test_divisors_of_what_is_left),
                cmocka_unit_test(test_divisors_of_neighbours),
                cmocka_unit_test(test_divisors_after_a_look),
                cmocka_unit_test(test_divisors_of_long_multiples),
                cmocka_unit_test(test_nobody_looks_unasked),
                cmocka_unit_test(test_work_that_there_is_not),
                cmocka_unit_test(test_binomials_of_long_numbers),
                cmocka_unit_test(test_digits_of_some_bits),
                cmocka_unit_test(test_multifactorials),
                cmocka_unit_test(test_kin_takes_a_little_longer),
                cmocka_unit_test(test_texts_in_two_bases),
                cmocka_unit_test(test_powers_that_keep_a_secret),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
