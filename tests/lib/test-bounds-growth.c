/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds-check.h"

/*
 * Powers, factorials and their like against GMP, with the claim that the bounds are at most one bit
 * apart. Arguments known only as ranges must give ranges that hold every result inside.
 */

static struct bng_range of(uint64_t n)
{
        return bng_range_of_u64(n);
}

static void assert_one_bit(struct bng_range range, const char *what, uint64_t a, uint64_t b)
{
        bng_bounds bounds = bng_range_bits(range);

        if (bounds.bits_max - bounds.bits_min > 1)
                fail_msg("%s(%llu, %llu): bounds %llu and %llu", what, (unsigned long long)a,
                         (unsigned long long)b, (unsigned long long)bounds.bits_min,
                         (unsigned long long)bounds.bits_max);
}

static void test_pow(void **state)
{
        mpz_t base, power;

        (void)state;
        mpz_inits(base, power, NULL);
        for (unsigned i = random_cases(20000); i; i--) {
                unsigned long e = random_below(random_below(2) ? 8 : 70);
                struct bng_range range;

                random_operand(base, 400);
                mpz_pow_ui(power, base, e);
                range = bng_range_pow(sharp_range(base), of(e));
                assert_holds(range, power, "%Zd ^ %lu", base, e);
                assert_one_bit(range, "pow", bits_of(base), e);
                range = bng_range_pow(random_range(base), of(e));
                assert_holds(range, power, "bits of %Zd ^ %lu", base, e);
                mpz_set_ui(power, e);
                range = bng_range_pow(random_range(base), random_range(power));
                mpz_pow_ui(power, base, e);
                assert_holds(range, power, "bits of %Zd ^ bits of %lu", base, e);
        }
        mpz_clears(base, power, NULL);
}

/* Larger powers, and the claim of exactness for powers of two. */
static void test_pow_large(void **state)
{
        mpz_t base, power;

        (void)state;
        mpz_inits(base, power, NULL);
        for (unsigned i = random_cases(1000); i; i--) {
                unsigned long e = 1 + random_below(3000);
                struct bng_range range;
                bng_bounds bounds;

                random_operand(base, 70);
                mpz_pow_ui(power, base, e);
                range = bng_range_pow(sharp_range(base), of(e));
                assert_holds(range, power, "%Zd ^ %lu", base, e);
                assert_one_bit(range, "pow", mpz_get_ui(base), e);
                if (mpz_popcount(base) == 1) {
                        bounds = bng_range_bits(range);
                        assert_true(bounds.bits_min == bounds.bits_max);
                }
        }
        mpz_clears(base, power, NULL);
}

/* Up to GMP's ceiling no result is computed, but the bounds stay one bit apart. */
static void test_pow_ceiling(void **state)
{
        const uint64_t ceiling = UINT64_C(137438953408);
        mpz_t base;

        (void)state;
        mpz_init(base);
        for (unsigned i = random_cases(20000); i; i--) {
                uint64_t e;

                random_operand(base, random_below(2) ? 80 : 4000);
                if (mpz_cmp_ui(base, 2) < 0)
                        continue;
                e = ceiling / (bits_of(base) - 1);
                e -= random_below(e / 2 + 1);
                assert_one_bit(bng_range_pow(sharp_range(base), of(e)), "pow", bits_of(base), e);
        }
        for (uint64_t bits = 1; bits < 200; bits += 7)
                for (unsigned shift = 0; shift < 64; shift++) {
                        uint64_t e = (UINT64_C(1) << shift) - 1 + (shift & 1);
                        struct bng_range two =
                                bng_range_of_leading(bits + 1, UINT64_C(1) << 63, true);
                        bng_bounds bounds = bng_range_bits(bng_range_pow(two, of(e)));
                        uint64_t expected;

                        if (__builtin_mul_overflow(bits, e, &expected) || expected >> 63 ||
                            (expected + 1) >> 63)
                                expected = BNG_BITS_BEYOND - 1;
                        assert_true(bounds.bits_min == expected + 1);
                        assert_true(bounds.bits_max == expected + 1);
                }
        mpz_clear(base);
}

static void test_pow_special(void **state)
{
        const uint64_t huge[] = {UINT64_C(1) << 62, UINT64_C(1) << 63, UINT64_MAX};
        struct bng_range range, any = bng_range_unknown(), tower = of(9);

        (void)state;
        for (unsigned i = 0; i < 40; i++)
                tower = bng_range_pow(of(9), tower);
        for (unsigned i = 0; i < 3; i++) {
                range = bng_range_pow(of(1), of(huge[i]));
                assert_true(range.known && range.value == 1);
                assert_true(bng_range_pow(of(0), of(huge[i])).surely_zero);
                assert_true(bng_range_bits(bng_range_pow(of(2), of(huge[i]))).bits_min >
                            huge[i] / 2);
        }
        assert_true(bng_range_pow(of(0), of(0)).value == 1);
        assert_true(bng_range_pow(any, of(0)).value == 1 && bng_range_pow(tower, of(0)).known);
        assert_true(bng_range_pow(of(1), tower).value == 1 && bng_range_pow(of(1), any).value == 1);
        assert_true(bng_range_pow(of(0), tower).surely_zero);
        /* 0 ^ any is 0, or 1 for 0 ^ 0. */
        range = bng_range_pow(of(0), any);
        assert_true(range.may_be_zero && bng_range_bits(range).bits_max == 1);
        /* (2^128)^(2^63), which GMP computes as 1. */
        range = bng_range_pow(bng_range_of_leading(129, UINT64_C(1) << 63, true), of(huge[1]));
        assert_true(bng_range_bits(range).bits_min == BNG_BITS_BEYOND);
        /* (1024^1024)^1024 has 10485761 bits, and must be known to fit. */
        range = bng_range_pow(bng_range_pow(of(1024), of(1024)), of(1024));
        assert_true(bng_range_bits(range).bits_min == 10485761);
        assert_true(bng_range_bits(range).bits_max == 10485761);
        range = bng_range_pow(of(64), of(11));
        assert_true(bng_range_bits(range).bits_max == 67);
}

static void test_factorial(void **state)
{
        unsigned last = random_cases(3000);
        mpz_t n, product, argument;

        (void)state;
        mpz_inits(n, product, argument, NULL);
        mpz_set_ui(product, 1);
        for (unsigned i = 0; i <= last; i++) {
                struct bng_range range = bng_range_factorial(of(i));

                if (i)
                        mpz_mul_ui(product, product, i);
                assert_holds(range, product, "%u!", i);
                assert_one_bit(range, "factorial", i, 0);
                assert_true(bng_range_digits(range, 10).digits_max <=
                            bng_range_digits(range, 10).digits_min + 1);
                mpz_set_ui(argument, i);
                assert_holds(bng_range_factorial(random_range(argument)), product, "bits of %u!",
                             i);
        }
        for (unsigned i = random_cases(10000); i; i--) {
                uint64_t large = random_below(UINT64_C(5000000000));

                assert_one_bit(bng_range_factorial(of(large)), "factorial", large, 0);
        }
        mpz_clears(n, product, argument, NULL);
}

/* Ranges of n, up to the ceiling one bit apart, and what has no end. */
static void test_multifactorial(void **state)
{
        mpz_t value, argument;

        (void)state;
        mpz_inits(value, argument, NULL);
        for (unsigned i = random_cases(10000); i; i--) {
                unsigned long n = random_below(1000),
                              m = 1 + random_below(random_below(2) ? 9 : 900);

                mpz_mfac_uiui(value, n, m);
                mpz_set_ui(argument, n);
                assert_holds(bng_range_multifactorial(random_range(argument), m), value,
                             "bits of %lu, multifactorial %lu", n, m);
        }
        for (unsigned i = random_cases(10000); i; i--) {
                uint64_t n = random_edge_u64(), m = 1 + random_edge_u64() % (n / 2 + 1);
                bng_bounds bounds = bng_range_bits(bng_range_multifactorial(of(n), m));

                if (bounds.bits_min <= UINT64_C(137438953408))
                        assert_one_bit(bng_range_multifactorial(of(n), m), "multifactorial", n, m);
        }
        assert_true(bng_range_bits(bng_range_multifactorial(of(5), 0)).bits_max == BNG_BITS_BEYOND);
        assert_true(bng_range_multifactorial(of(UINT64_MAX), UINT64_MAX).value == UINT64_MAX);
        assert_true(bng_range_multifactorial(of(UINT64_MAX), UINT64_MAX - 1).value == UINT64_MAX);
        assert_true(bng_range_multifactorial(bng_range_of_bits(90, 90), 2).lo.height > 1);
        mpz_clears(value, argument, NULL);
}

static void test_binomial(void **state)
{
        mpz_t value, n, k;

        (void)state;
        mpz_inits(value, n, k, NULL);
        for (unsigned i = random_cases(10000); i; i--) {
                unsigned long a = random_below(random_below(2) ? 100 : 3000);
                unsigned long b = random_below(a + a / 8 + 2);
                struct bng_range range;

                mpz_bin_uiui(value, a, b);
                range = bng_range_binomial(of(a), of(b));
                assert_holds(range, value, "binomial(%lu, %lu)", a, b);
                assert_one_bit(range, "binomial", a, b);
                mpz_set_ui(n, a);
                mpz_set_ui(k, b);
                assert_holds(bng_range_binomial(random_range(n), random_range(k)), value,
                             "bits of binomial(%lu, %lu)", a, b);
                assert_holds(bng_range_binomial(sharp_range(n), random_range(k)), value,
                             "binomial(%lu, bits of %lu)", a, b);
        }
        /* n of any size, k small enough to multiply. */
        for (unsigned i = random_cases(10000); i; i--) {
                unsigned long b = random_below(40);
                struct bng_range range;

                random_operand(n, 200);
                if (mpz_cmp_ui(n, b) < 0)
                        continue;
                mpz_bin_ui(value, n, b);
                range = bng_range_binomial(sharp_range(n), of(b));
                assert_holds(range, value, "binomial(%Zd, %lu)", n, b);
                assert_one_bit(range, "binomial of a large", bits_of(n), b);
                mpz_set_ui(k, b);
                assert_holds(bng_range_binomial(random_range(n), random_range(k)), value,
                             "bits of binomial(%Zd, %lu)", n, b);
        }
        /* Up to the ceiling: n anything, k so that the result fits. */
        for (unsigned i = random_cases(20000); i; i--) {
                uint64_t a = random_edge_u64(), b = random_edge_u64();
                bng_bounds bounds;

                if (b > a)
                        continue;
                bounds = bng_range_bits(bng_range_binomial(of(a), of(b)));
                assert_true(bounds.bits_min <= bounds.bits_max);
                if (bounds.bits_min <= UINT64_C(137438953408))
                        assert_one_bit(bng_range_binomial(of(a), of(b)), "binomial", a, b);
        }
        mpz_clears(value, n, k, NULL);
}

/* C(n, k) where both are of hundreds of bits: C(n, n-k) and C(n, k) agree, and zero beyond n. */
static void test_binomial_huge(void **state)
{
        struct bng_range n = bng_range_of_bits(300, 300), value;

        (void)state;
        value = bng_range_binomial(n, of(2));
        assert_true(bng_range_bits(value).bits_min >= 597 && bng_range_bits(value).bits_max <= 599);
        value = bng_range_binomial(n, bng_range_of_bits(290, 290));
        assert_true(bng_range_bits(value).bits_min == BNG_BITS_BEYOND && !value.may_be_zero);
        assert_true(bng_range_binomial(n, n).may_be_zero);
        assert_true(bng_range_binomial(n, bng_range_of_bits(301, 301)).may_be_zero);
        assert_true(bng_range_binomial(of(5), n).surely_zero);
        /* The largest word is below whatever is none. */
        assert_true(bng_range_binomial(of(UINT64_MAX), n).surely_zero);
        assert_true(bng_range_binomial(of(UINT64_MAX), bng_range_of_bits(64, 65)).may_be_zero);
        assert_true(bng_range_binomial(bng_range_of_bits(1, 64), n).surely_zero);
        assert_true(bng_range_binomial(n, of(0)).value == 1);
}

static void test_sequences(void **state)
{
        unsigned last = random_cases(10000);
        mpz_t value, before, argument;

        (void)state;
        mpz_inits(value, before, argument, NULL);
        for (unsigned i = 0; i < last; i++) {
                struct bng_range fibonacci = bng_range_fibonacci(of(i));
                struct bng_range lucas = bng_range_lucas(of(i));

                mpz_set_ui(argument, i);
                mpz_fib_ui(value, i);
                assert_holds(fibonacci, value, "fibonacci(%u)", i);
                assert_one_bit(fibonacci, "fibonacci", i, 0);
                assert_holds(bng_range_fibonacci(random_range(argument)), value,
                             "fibonacci(bits of %u)", i);
                mpz_lucnum_ui(value, i);
                assert_holds(lucas, value, "lucas(%u)", i);
                assert_one_bit(lucas, "lucas", i, 0);
                assert_holds(bng_range_lucas(random_range(argument)), value, "lucas(bits of %u)",
                             i);
        }
        for (unsigned i = random_cases(10000); i; i--) {
                uint64_t large = random_below(UINT64_C(190000000000));

                assert_one_bit(bng_range_fibonacci(of(large)), "fibonacci", large, 0);
                assert_one_bit(bng_range_lucas(of(large)), "lucas", large, 0);
        }
        mpz_clears(value, before, argument, NULL);
}

static void test_primorial(void **state)
{
        unsigned last = random_cases(30000);
        mpz_t product, argument;

        (void)state;
        mpz_inits(product, argument, NULL);
        mpz_set_ui(product, 1);
        for (unsigned i = 0; i < last; i++) {
                struct bng_range range = bng_range_primorial(of(i));
                bng_bounds bounds = bng_range_bits(range);

                mpz_set_ui(argument, i);
                if (mpz_probab_prime_p(argument, 25))
                        mpz_mul_ui(product, product, i);
                assert_holds(range, product, "primorial(%u)", i);
                assert_true(bounds.bits_min == bounds.bits_max);
                assert_holds(bng_range_primorial(random_range(argument)), product,
                             "primorial(bits of %u)", i);
        }
        for (unsigned long i = 100000; i < 30000000; i *= 3) {
                mpz_primorial_ui(product, i);
                assert_holds(bng_range_primorial(of(i)), product, "primorial(%lu)", i);
        }
        mpz_clears(product, argument, NULL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_pow),         cmocka_unit_test(test_pow_large),
                cmocka_unit_test(test_pow_ceiling), cmocka_unit_test(test_pow_special),
                cmocka_unit_test(test_factorial),   cmocka_unit_test(test_multifactorial),
                cmocka_unit_test(test_binomial),    cmocka_unit_test(test_binomial_huge),
                cmocka_unit_test(test_sequences),   cmocka_unit_test(test_primorial),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
