/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include "mpfr-check.h"
#include "bounds/text.h"

/*
 * Growth beyond what can be computed, against MPFR: the logarithm of the result itself lies between
 * the ends of the range, not only its whole part. Up to counts of 2^64 bits, and their logarithms
 * above.
 */

static mpfr_t truth, end, x, y;

/* truth is log2 of the number. Ends at height 2 are raised to it. */
static void expect(struct bng_range range, const char *what, uint64_t n, uint64_t k)
{
        bool good;

        if (range.known)
                return; /* small ones are computed exactly, and tested against GMP */
        set_fixed(end, range.lo.top);
        if (range.lo.height == 2)
                mpfr_exp2(end, end, MPFR_RNDN);
        good = range.lo.height <= 2 && mpfr_lessequal_p(end, truth);
        set_fixed(end, range.hi.top);
        if (range.hi.height == 2)
                mpfr_exp2(end, end, MPFR_RNDN);
        good = good && range.hi.height <= 2 && mpfr_greater_p(end, truth);
        if (!good)
                fail_msg("%s(%llu, %llu): %u:%llx.%016llx to %u:%llx.%016llx (seed %llu)", what,
                         (unsigned long long)n, (unsigned long long)k, range.lo.height,
                         (unsigned long long)range.lo.top.whole,
                         (unsigned long long)range.lo.top.frac, range.hi.height,
                         (unsigned long long)range.hi.top.whole,
                         (unsigned long long)range.hi.top.frac, (unsigned long long)SEED);
}

static void nats_to_bits(void)
{
        mpfr_const_log2(end, MPFR_RNDN);
        mpfr_div(truth, truth, end, MPFR_RNDN);
}

/* log n! */
static void log_factorial(mpfr_t log, uint64_t n)
{
        mpfr_set_uj(y, n, MPFR_RNDN);
        mpfr_add_ui(y, y, 1, MPFR_RNDN);
        mpfr_lngamma(log, y, MPFR_RNDN);
}

static uint64_t random_argument(void)
{
        return random_below(3) ? random_edge_u64() : random_below(UINT64_C(6000000000));
}

static void test_factorial(void **state)
{
        (void)state;
        for (unsigned i = random_cases(2500); i; i--) {
                uint64_t n = random_argument();

                if (i <= 8)
                        n = (UINT64_C(1) << 56) + i - 4;
                log_factorial(truth, n);
                nats_to_bits();
                expect(bng_range_factorial(bng_range_of_u64(n)), "factorial", n, 0);
        }
}

/* n (n-m) ... r = m^s Gamma(n/m + 1) / Gamma(n/m + 1 - s) with s = ceil(n/m) factors. */
static void test_multifactorial(void **state)
{
        (void)state;
        for (unsigned i = random_cases(2500); i; i--) {
                uint64_t n = random_argument(), m, s;

                m = 1 + (random_below(2) ? random_below(20) : random_edge_u64() % (n / 8 + 1));
                if (i <= 8)
                        m = 1 + i % 8, n = (UINT64_C(1) << 58) * m + i * m - 4 * m;
                if (!n)
                        continue;
                s = n / m + (n % m != 0);
                mpfr_set_uj(x, n, MPFR_RNDN);
                mpfr_set_uj(y, m, MPFR_RNDN);
                mpfr_div(x, x, y, MPFR_RNDN);
                mpfr_add_ui(y, x, 1, MPFR_RNDN);
                mpfr_lngamma(truth, y, MPFR_RNDN);
                mpfr_set_uj(x, n - (s - 1) * m, MPFR_RNDN);
                mpfr_set_uj(y, m, MPFR_RNDN);
                mpfr_div(x, x, y, MPFR_RNDN);
                mpfr_lngamma(x, x, MPFR_RNDN);
                mpfr_sub(truth, truth, x, MPFR_RNDN);
                nats_to_bits();
                mpfr_log2(y, y, MPFR_RNDN);
                mpfr_set_uj(x, s, MPFR_RNDN);
                mpfr_mul(y, y, x, MPFR_RNDN);
                mpfr_add(truth, truth, y, MPFR_RNDN);
                expect(bng_range_multifactorial(bng_range_of_u64(n), m), "multifactorial", n, m);
        }
}

static void test_binomial(void **state)
{
        (void)state;
        for (unsigned i = random_cases(2500); i; i--) {
                uint64_t n = random_argument(), k = random_below(4) ? random_edge_u64() : n / 129;

                if (!n)
                        continue;
                k = k > n ? k % n : k;
                log_factorial(truth, n);
                log_factorial(x, k);
                mpfr_sub(truth, truth, x, MPFR_RNDN);
                log_factorial(x, n - k);
                mpfr_sub(truth, truth, x, MPFR_RNDN);
                nats_to_bits();
                expect(bng_range_binomial(bng_range_of_u64(n), bng_range_of_u64(k)), "binomial", n,
                       k);
        }
}

/* n next to 2^64 and 2^63, and each k at which a formula for C(n, k) changes. */
static void test_binomial_edges(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 64; i++) {
                uint64_t n = (i & 1 ? UINT64_MAX : UINT64_C(1) << 63) - i / 2;
                const uint64_t ks[] = {0,         1,         2,     n / 129, n / 128, n / 2,
                                       n / 2 + 1, n - n / 2, n - 2, n - 1,   n};

                for (unsigned j = 0; j < sizeof ks / sizeof ks[0]; j++) {
                        struct bng_range range =
                                bng_range_binomial(bng_range_of_u64(n), bng_range_of_u64(ks[j]));

                        log_factorial(truth, n);
                        log_factorial(x, ks[j]);
                        mpfr_sub(truth, truth, x, MPFR_RNDN);
                        log_factorial(x, n - ks[j]);
                        mpfr_sub(truth, truth, x, MPFR_RNDN);
                        nats_to_bits();
                        expect(range, "binomial", n, ks[j]);
                        if (ks[j] == 0 || ks[j] == n)
                                assert_true(range.known && range.value == 1);
                        if (ks[j] == 1 || ks[j] == n - 1)
                                assert_true(range.known && range.value == n);
                }
        }
}

/*
 * On both sides of GMP's ceilings the bounds are one bit apart and hold the truth: n!, n!!, F(n) and
 * C(2n, n) for the 200 n around the first whose result is too long.
 */
static void test_ceilings(void **state)
{
        (void)state;
        for (unsigned limb_bits = 32; limb_bits <= 64; limb_bits += 32)
                for (unsigned kind = 0; kind < 4; kind++) {
                        uint64_t ceiling = bng_bounds_ceiling_bits(limb_bits);
                        uint64_t lo = 1, hi = UINT64_C(1) << 40, n;
                        bng_bounds bounds;

                        while (lo < hi) {
                                n = lo + (hi - lo) / 2;
                                bounds = kind == 0   ? bng_bounds_fac(n)
                                         : kind == 1 ? bng_bounds_2fac(n)
                                         : kind == 2 ? bng_bounds_fib(n)
                                                     : bng_bounds_bin(2 * n, n);
                                if (bounds.bits_min > ceiling)
                                        hi = n;
                                else
                                        lo = n + 1;
                        }
                        for (n = lo - 100; n < lo + 100; n++) {
                                struct bng_range range, of = bng_range_of_u64(n);

                                log_factorial(truth, n);
                                if (kind == 0)
                                        range = bng_range_factorial(of);
                                else if (kind == 1) {
                                        n += n & 1; /* (2k)!! = 2^k k! */
                                        range = bng_range_multifactorial(bng_range_of_u64(n), 2);
                                        log_factorial(truth, n / 2);
                                        mpfr_const_log2(y, MPFR_RNDN);
                                        mpfr_set_uj(x, n / 2, MPFR_RNDN);
                                        mpfr_mul(x, x, y, MPFR_RNDN);
                                        mpfr_add(truth, truth, x, MPFR_RNDN);
                                } else if (kind == 2) {
                                        range = bng_range_fibonacci(of);
                                        bounds = bng_range_bits(range);
                                        assert_true(bounds.bits_max - bounds.bits_min <= 1);
                                        continue;
                                } else {
                                        range = bng_range_binomial(bng_range_of_u64(2 * n), of);
                                        mpfr_mul_ui(x, truth, 2, MPFR_RNDN);
                                        log_factorial(truth, 2 * n);
                                        mpfr_sub(truth, truth, x, MPFR_RNDN);
                                }
                                nats_to_bits();
                                expect(range, "at the ceiling", n, kind);
                                bounds = bng_range_bits(range);
                                assert_true(bounds.bits_max - bounds.bits_min <= 1);
                        }
                }
}

static void test_sequences(void **state)
{
        (void)state;
        for (unsigned i = random_cases(10000); i; i--) {
                uint64_t n = random_argument();

                if (n < 200)
                        continue;
                mpfr_sqrt_ui(x, 5, MPFR_RNDN);
                mpfr_log2(y, x, MPFR_RNDN);
                mpfr_add_ui(x, x, 1, MPFR_RNDN);
                mpfr_div_ui(x, x, 2, MPFR_RNDN);
                mpfr_log2(x, x, MPFR_RNDN);
                mpfr_set_uj(truth, n, MPFR_RNDN);
                mpfr_mul(truth, truth, x, MPFR_RNDN);
                /* Not psi^n, which is below 2^-270. */
                expect(bng_range_lucas(bng_range_of_u64(n)), "lucas", n, 0);
                mpfr_sub(truth, truth, y, MPFR_RNDN);
                expect(bng_range_fibonacci(bng_range_of_u64(n)), "fibonacci", n, 0);
        }
}

static void test_pow(void **state)
{
        (void)state;
        for (unsigned i = random_cases(10000); i; i--) {
                uint64_t base = random_edge_u64(), e = random_edge_u64();

                if (base < 2 || !e)
                        continue;
                mpfr_set_uj(x, base, MPFR_RNDN);
                mpfr_log2(x, x, MPFR_RNDN);
                mpfr_set_uj(truth, e, MPFR_RNDN);
                mpfr_mul(truth, truth, x, MPFR_RNDN);
                expect(bng_range_pow(bng_range_of_u64(base), bng_range_of_u64(e)), "pow", base, e);
        }
}

/* The printed exponent of base^(base^e) is the whole part of log10 log10, or called uncertain. */
static void test_text(void **state)
{
        unsigned plain = 0, cases = random_cases(10000);

        (void)state;
        for (unsigned i = cases; i; i--) {
                uint64_t base = 2 + random_below(1000), e = 200 + random_below(1000000000);
                struct bng_range range = bng_range_of_u64(base);
                struct bng_range_text got;
                char text[64];

                range = bng_range_pow(range, bng_range_pow(range, bng_range_of_u64(e)));
                mpfr_set_uj(x, base, MPFR_RNDN);
                mpfr_log10(x, x, MPFR_RNDN);
                mpfr_log10(y, x, MPFR_RNDN);
                mpfr_mul_ui(x, x, e, MPFR_RNDN);
                mpfr_add(x, x, y, MPFR_RNDN);
                snprintf(text, sizeof text, "10^10^%lu", mpfr_get_ui(x, MPFR_RNDD));
                bng_range_text(range, &got);
                if (!strncmp(got.text, "about ", 6))
                        continue;
                assert_string_equal(got.text, text);
                plain++;
        }
        assert_true(plain > cases / 2);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_factorial),
                cmocka_unit_test(test_multifactorial),
                cmocka_unit_test(test_binomial),
                cmocka_unit_test(test_sequences),
                cmocka_unit_test(test_pow),
                cmocka_unit_test(test_text),
                cmocka_unit_test(test_binomial_edges),
                cmocka_unit_test(test_ceilings),
        };
        int failed;

        mpfr_set_emax(mpfr_get_emax_max());
        mpfr_set_emin(mpfr_get_emin_min());
        mpfr_inits2(PRECISION, truth, end, x, y, (mpfr_ptr)NULL);
        failed = cmocka_run_group_tests(tests, NULL, NULL);
        mpfr_clears(truth, end, x, y, (mpfr_ptr)NULL);
        mpfr_free_cache();
        return failed;
}
