/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "gmp-hooks.h"
#include "guard-cases.h"
#include "predict/predict.h"

/*
 * What the first quotients leave, of numbers that were made so that it is known: two remainders that
 * follow each other are put together to what they come from, by quotients backwards.
 */

static unsigned long seed = 20261126;

struct pair {
        mpz_t a, b;
};

static void pair_init(struct pair *x)
{
        mpz_inits(x->a, x->b, NULL);
}

static void pair_clear(struct pair *x)
{
        mpz_clears(x->a, x->b, NULL);
}

/* (a, b) = (a q + b, a): one step back, with a as the larger one. */
static void step_back(struct pair *x, uint64_t quotient)
{
        mpz_addmul_ui(x->b, x->a, (unsigned long)quotient);
        mpz_swap(x->a, x->b);
}

/* As many as the product of the quotients stays below `most`: then the factors do too. */
static void steps_back(struct pair *x, uint64_t most)
{
        while (most > 2) {
                uint64_t quotient = 1 + random_below(random_below(2) ? 3 : most / 2);
                if (quotient + 1 > most)
                        break;
                step_back(x, quotient);
                most /= quotient + 1;
        }
}

static void random_positive(mpz_ptr z, uint64_t bits)
{
        random_integer(z, bits);
        mpz_abs(z, z);
}

static void disguise(mpz_ptr z)
{
        if (random_below(2))
                mpz_neg(z, z);
        if (random_below(2))
                mpz_mul_2exp(z, z, random_below(200));
}

/* To two bits. */
static void assert_near(uint64_t bits, uint64_t expected, const char *what)
{
        if (bits + 2 < expected || bits > expected + 2)
                fail_msg("%s: %lu bits, not %lu", what, (unsigned long)bits,
                         (unsigned long)expected);
}

/* Of two numbers of the same length either may be the shorter one. */
static struct bng_rest glance(const struct pair *x)
{
        struct bng_rest rest = bng_euclid_glance((struct bng_pair){x->a, x->b, true});
        struct bng_rest swapped = bng_euclid_glance((struct bng_pair){x->b, x->a, true});

        assert_true(swapped.bits == rest.bits);
        assert_near(swapped.factor_bits, rest.factor_bits, "factors");
        return rest;
}

static void assert_rest(const struct pair *x, uint64_t bits)
{
        assert_near(glance(x).bits, bits, "what is left");
}

#define CASES 3000

static void test_a_short_remainder_is_found(void **userdata)
{
        (void)userdata;
        random_start(seed);
        for (unsigned i = 0; i < CASES; i++) {
                uint64_t bits = 16500 + random_below(4000);
                uint64_t rest = random_below(4) == 0 ? random_below(3) : random_below(bits - 64);
                struct pair x;
                pair_init(&x);
                do {
                        random_positive(x.a, bits);
                        random_positive(x.b, rest);
                        steps_back(&x, UINT64_C(1) << 20);
                        /* Zeros that both of them lose would change what follows what. */
                } while (mpz_even_p(x.a) || mpz_even_p(x.b));
                disguise(x.a);
                disguise(x.b);
                assert_rest(&x, rest);
                pair_clear(&x);
        }
        random_end();
}

static void test_nothing_is_left_of_multiples(void **userdata)
{
        (void)userdata;
        random_start(seed);
        for (unsigned i = 0; i < CASES / 10; i++) {
                struct pair x;
                pair_init(&x);
                random_positive(x.a, 17000 + random_below(10000));
                mpz_setbit(x.a, 0);
                mpz_mul_ui(x.b, x.a, (unsigned long)(2 * random_below(UINT64_C(1) << 20) + 1));
                mpz_mul_ui(x.a, x.a, (unsigned long)(2 * random_below(UINT64_C(1) << 20) + 1));
                disguise(x.a);
                disguise(x.b);
                assert_rest(&x, 0);
                pair_clear(&x);
        }
        random_end();
}

/* Of others the shorter one is what is left. */
static void test_others_are_as_they_are(void **userdata)
{
        (void)userdata;
        random_start(seed);
        random_without_patterns();
        for (unsigned i = 0; i < CASES; i++) {
                struct pair x;
                pair_init(&x);
                random_positive(x.a, 17000 + random_below(4000));
                random_positive(x.b, random_below(2) ? 1 + random_below(17000)
                                                     : mpz_sizeinbase(x.a, 2) - random_below(90));
                mpz_setbit(x.a, 0);
                mpz_setbit(x.b, 0);
                uint64_t shorter =
                        bit_length(x.b) < bit_length(x.a) ? bit_length(x.b) : bit_length(x.a);
                uint64_t rest = glance(&x).bits;
                /* By chance one vanishes in the leading bits, and is not much shorter. */
                assert_true(rest <= shorter && rest + 128 >= shorter);
                disguise(x.a);
                disguise(x.b);
                assert_true(glance(&x).bits == rest);
                mpz_set_ui(x.b, 0);
                assert_true(glance(&x).bits == 0);
                pair_clear(&x);
        }
        random_end();
}

/* Time for all that a look can see. */
#define PLENTY 1e3

static struct bng_rest look(const struct pair *x, double seconds)
{
        return bng_euclid_look((struct bng_pair){x->a, x->b, true}, seconds);
}

static void random_odd(mpz_ptr z, uint64_t bits)
{
        random_positive(z, bits);
        mpz_setbit(z, 0);
}

/* Two multiples of one number by others of so many bits, in which there is no pattern. */
static void make_common(struct pair *x, uint64_t bits, uint64_t factor_bits)
{
        mpz_t common;

        mpz_init(common);
        random_odd(common, bits - factor_bits);
        random_odd(x->a, factor_bits);
        random_odd(x->b, factor_bits);
        mpz_mul(x->a, x->a, common);
        mpz_mul(x->b, x->b, common);
        mpz_clear(common);
}

static void test_a_look_finds_long_factors(void **userdata)
{
        (void)userdata;
        random_start(seed);
        random_without_patterns();
        for (unsigned i = 0; i < CASES / 3; i++) {
                uint64_t bits = 17000 + random_below(20000);
                uint64_t factor_bits = 40 + random_below(bits / 17 - 40);
                struct pair x;
                mpz_t common;
                pair_init(&x);
                mpz_init(common);
                make_common(&x, bits, factor_bits);
                mpz_gcd(common, x.a, x.b);
                uint64_t shorter =
                        bit_length(x.a) < bit_length(x.b) ? bit_length(x.a) : bit_length(x.b);
                disguise(x.a);
                disguise(x.b);
                struct bng_rest rest = look(&x, PLENTY);
                assert_true(rest.bits == 0);
                assert_near(rest.factor_bits, shorter - bit_length(common), "factors");
                /* Longer ones than there is time for are not. */
                assert_true(look(&x, 0).bits + 128 > shorter);
                /* Nothing is left as far as it is seen at the high end and the low end. */
                uint64_t zeros = mpz_scan1(x.a, 0), at = 64 + random_below(bits / 2);
                mpz_set_ui(common, 1);
                mpz_mul_2exp(common, common, at + zeros);
                mpz_add(x.a, x.a, common);
                uint64_t left = look(&x, PLENTY).bits;
                assert_true(left + 2 >= at && left <= at + factor_bits + 2);
                mpz_clear(common);
                pair_clear(&x);
        }
        random_end();
}

/* a = b q + r: all that is left is r, or what it leaves together with b. */
static void test_a_look_divides(void **userdata)
{
        (void)userdata;
        random_start(seed);
        random_without_patterns();
        for (unsigned i = 0; i < CASES / 3; i++) {
                struct pair x;
                mpz_t quotient;
                pair_init(&x);
                mpz_init(quotient);
                random_odd(x.b, 17000 + random_below(5000));
                random_odd(quotient, 40 + random_below(20000));
                mpz_mul(x.a, x.b, quotient);
                uint64_t rest_bits = random_below(2) ? 0 : random_below(15000);
                random_positive(quotient, rest_bits);
                mpz_mul_2exp(quotient, quotient, 1);
                mpz_add(x.a, x.a, quotient);
                disguise(x.a);
                disguise(x.b);
                struct bng_rest rest = look(&x, PLENTY);
                assert_true(rest.factor_bits == 0);
                /* Zeros in the lowest limb are left to a. */
                assert_true(rest.bits >= rest_bits && rest.bits <= rest_bits + GMP_NUMB_BITS);
                assert_true(rest_bits > 0 || rest.bits == 0);
                assert_true(look(&x, 0).bits >= 17000);
                mpz_clear(quotient);
                pair_clear(&x);
        }
        random_end();
}

/* A multiple of one of two numbers that have most in common. */
static void test_a_look_divides_and_finds_factors(void **userdata)
{
        (void)userdata;
        random_start(seed);
        random_without_patterns();
        for (unsigned i = 0; i < CASES / 10; i++) {
                uint64_t factor_bits = 10 + random_below(1000);
                struct pair x;
                mpz_t factor;
                pair_init(&x);
                mpz_init(factor);
                make_common(&x, 20000, factor_bits);
                random_odd(factor, 500 + random_below(20000));
                mpz_mul(x.a, x.a, factor);
                disguise(x.a);
                disguise(x.b);
                struct bng_rest rest = look(&x, PLENTY);
                assert_true(rest.bits == 0);
                assert_true(rest.factor_bits <= factor_bits + 2);
                mpz_clear(factor);
                pair_clear(&x);
        }
        random_end();
}

/* Of numbers without a pattern nothing is found. */
static void test_a_look_at_others(void **userdata)
{
        (void)userdata;
        random_start(seed);
        random_without_patterns();
        for (unsigned i = 0; i < CASES / 10; i++) {
                uint64_t bits = 17000 + random_below(random_below(8) ? 20000 : 1000000);
                struct pair x;
                pair_init(&x);
                random_odd(x.a, bits);
                random_odd(x.b, bits - random_below(bits - 16900));
                uint64_t shorter = bit_length(x.b);
                disguise(x.a);
                disguise(x.b);
                gmp_hooks_start();
                assert_true(look(&x, PLENTY).bits + 128 > shorter);
                assert_true(gmp_hooks_peak_bytes() > 0);
                assert_true(gmp_hooks_peak_bytes() <=
                            bng_time_look_bytes(bng_predict_gcd_z(x.a, x.b).duration));
                gmp_hooks_start();
                look(&x, 0);
                assert_true(gmp_hooks_requests() == 0);
                pair_clear(&x);
        }
        random_end();
}

/*
 * Each division leaves a remainder about as long as the divisor, but for limbs of zeros that the next one
 * loses: as many divisions as there is time for, if one were not all.
 */
static void make_chain(struct pair *x, uint64_t bits, unsigned divisions)
{
        mpz_t remainder;

        mpz_init(remainder);
        random_odd(x->b, bits);
        random_odd(x->a, bits + 66);
        while (divisions-- > 0) {
                mpz_mul_2exp(remainder, x->b, 64);
                mpz_set(x->b, x->a);
                mpz_mul_2exp(x->a, x->b, 65);
                mpz_addmul_ui(x->a, x->b, (unsigned long)(2 * random_below(1000) + 1));
                mpz_add(x->a, x->a, remainder);
        }
        mpz_clear(remainder);
}

static void test_a_look_holds_one_remainder(void **userdata)
{
        (void)userdata;
        random_start(seed);
        random_without_patterns();
        for (unsigned i = 0; i < CASES / 100; i++) {
                struct pair x;
                pair_init(&x);
                make_chain(&x, 20000 + random_below(20000), 200);
                gmp_hooks_start();
                look(&x, PLENTY);
                assert_true(gmp_hooks_peak_bytes() > 0);
                assert_true(gmp_hooks_peak_bytes() <=
                            bng_time_look_bytes(bng_predict_gcd_z(x.a, x.b).duration));
                pair_clear(&x);
        }
        random_end();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_short_remainder_is_found),
                cmocka_unit_test(test_nothing_is_left_of_multiples),
                cmocka_unit_test(test_others_are_as_they_are),
                cmocka_unit_test(test_a_look_finds_long_factors),
                cmocka_unit_test(test_a_look_divides),
                cmocka_unit_test(test_a_look_divides_and_finds_factors),
                cmocka_unit_test(test_a_look_at_others),
                cmocka_unit_test(test_a_look_holds_one_remainder),
        };

        gmp_hooks_install();

        return cmocka_run_group_tests(tests, NULL, NULL);
}
