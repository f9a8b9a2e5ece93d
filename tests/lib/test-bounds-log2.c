/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mpfr-check.h"
#include "bounds/log2.h"
#include "bounds/log2-table.h"
#include "bounds/stirling.h"

/*
 * Logarithms and powers of two against MPFR. The true value is irrational or exact, and 600 bits
 * tell it from the ends of an enclosure, so rounding to nearest decides; the width is what the
 * header claims.
 */

static mpfr_t truth, end, bound;

/* lo <= truth <= hi and hi - lo <= ulps */
static void expect(struct bng_enclosure enclosure, int64_t ulps, const char *what, uint64_t a,
                   uint64_t b)
{
        bool good;

        set_fixed(end, enclosure.lo);
        good = mpfr_lessequal_p(end, truth);
        add_ulps(bound, end, ulps);
        set_fixed(end, enclosure.hi);
        good = good && mpfr_greaterequal_p(end, truth) && mpfr_lessequal_p(end, bound);
        if (!good)
                fail_msg("%s(%llx, %llx): %llx.%016llx to %llx.%016llx (seed %llu)", what,
                         (unsigned long long)a, (unsigned long long)b,
                         (unsigned long long)enclosure.lo.whole,
                         (unsigned long long)enclosure.lo.frac,
                         (unsigned long long)enclosure.hi.whole,
                         (unsigned long long)enclosure.hi.frac, (unsigned long long)SEED);
}

static void test_table(void **state)
{
        (void)state;
        for (unsigned j = 0; j < 128; j++) {
                struct bng_fixed entry = {0, bng_log2_table[j]};

                mpfr_set_ui(truth, ((1u << 23) + 127 + j) / (128 + j), MPFR_RNDN);
                mpfr_log2(truth, truth, MPFR_RNDN);
                mpfr_ui_sub(truth, 16, truth, MPFR_RNDN);
                expect((struct bng_enclosure){entry, bng_fixed_add(entry, BNG_FIXED_ULP)}, 1,
                       "table", j, 0);
        }
}

static void test_constants(void **state)
{
        (void)state;
        mpfr_const_log2(truth, MPFR_RNDN);
        mpfr_ui_div(truth, 1, truth, MPFR_RNDN);
        expect((struct bng_enclosure){BNG_LOG2_E_DN, BNG_LOG2_E_UP}, 1, "log2 e", 0, 0);
        mpfr_const_pi(truth, MPFR_RNDN);
        mpfr_mul_ui(truth, truth, 2, MPFR_RNDN);
        mpfr_log2(truth, truth, MPFR_RNDN);
        expect((struct bng_enclosure){BNG_LOG2_2PI_DN, BNG_LOG2_2PI_UP}, 1, "log2 2 pi", 0, 0);
}

static void test_log2_u64(void **state)
{
        (void)state;
        for (unsigned i = random_cases(20000); i; i--) {
                uint64_t n = random_edge_u64();
                struct bng_enclosure log;

                if (!n)
                        continue;
                log = bng_log2_u64(n);
                mpfr_set_uj(truth, n, MPFR_RNDN);
                mpfr_log2(truth, truth, MPFR_RNDN);
                expect(log, (n & (n - 1)) ? 3 : 0, "log2", n, 0);
        }
}

static void test_log2_leading(void **state)
{
        (void)state;
        for (unsigned i = random_cases(20000); i; i--) {
                uint64_t lead = random_edge_u64() | UINT64_C(1) << 63;
                uint64_t bits = 1 + random_edge_u64() / 2;
                bool exact = random_below(2);
                struct bng_enclosure log = bng_log2_leading(bits, lead, exact);

                mpfr_set_uj_2exp(truth, lead, -63, MPFR_RNDN);
                mpfr_log2(truth, truth, MPFR_RNDN);
                mpfr_set_uj(end, bits - 1, MPFR_RNDN);
                mpfr_add(truth, truth, end, MPFR_RNDN);
                expect(log, exact ? (lead << 1 ? 3 : 0) : 6, "leading", bits, lead);
                if (exact)
                        continue;
                /* Everything below lead + 1 begins with lead. */
                mpfr_set_uj(truth, lead, MPFR_RNDN);
                mpfr_add_ui(truth, truth, 1, MPFR_RNDN);
                mpfr_log2(truth, truth, MPFR_RNDN);
                mpfr_sub_ui(truth, truth, 63, MPFR_RNDN);
                mpfr_set_uj(end, bits - 1, MPFR_RNDN);
                mpfr_add(truth, truth, end, MPFR_RNDN);
                expect(log, 6, "leading and more", bits, lead);
        }
}

static void test_log2_fixed(void **state)
{
        (void)state;
        for (unsigned i = random_cases(20000); i; i--) {
                struct bng_fixed x = {random_edge_u64(), random_edge_u64()};

                if (!x.whole)
                        continue;
                set_fixed(truth, x);
                mpfr_log2(truth, truth, MPFR_RNDN);
                expect(bng_log2_fixed(x), (x.whole & (x.whole - 1)) || x.frac ? 6 : 0, "log2_fixed",
                       x.whole, x.frac);
        }
}

static void test_ratio(void **state)
{
        (void)state;
        for (unsigned i = random_cases(20000); i; i--) {
                uint64_t x = random_edge_u64() >> 7;

                if (i < 3)
                        x = (UINT64_C(1) << 57) + i - 1;
                if (!x)
                        continue;
                mpfr_set_uj_2exp(end, x, -64, MPFR_RNDN);
                mpfr_log1p(truth, end, MPFR_RNDN);
                mpfr_div(truth, truth, end, MPFR_RNDN);
                mpfr_const_log2(end, MPFR_RNDN);
                mpfr_div(truth, truth, end, MPFR_RNDN);
                expect(bng_log2_1p_ratio(x), 8, "log2(1+x)/x", x, 0);
        }
}

static void test_exp2(void **state)
{
        (void)state;
        for (unsigned i = random_cases(20000); i; i--) {
                struct bng_fixed x = {random_below(63), random_edge_u64()};
                struct bng_enclosure power = bng_exp2(x);

                set_fixed(truth, x);
                mpfr_exp2(truth, truth, MPFR_RNDN);
                /* 2^(whole - 58) is 2^(whole + 6) ulps. */
                if (x.whole <= 55)
                        expect(power, x.frac ? INT64_C(1) << (x.whole + 6) : 0, "exp2", x.whole, x.frac);
                else {
                        set_fixed(end, power.lo);
                        assert_true(mpfr_lessequal_p(end, truth));
                        set_fixed(end, power.hi);
                        assert_true(mpfr_greaterequal_p(end, truth));
                }
                x.whole = random_below(4) ? random_below(70) : random_edge_u64();
                if (x.whole >> 40)
                        continue; /* MPFR's exponents end */
                set_fixed(truth, x);
                mpfr_neg(truth, truth, MPFR_RNDN);
                mpfr_exp2(truth, truth, MPFR_RNDN);
                expect(bng_exp2_negative(x), !x.frac && x.whole <= 64 ? 0 : 64, "exp2_negative",
                       x.whole, x.frac);
        }
        assert_int_equal(bng_fixed_compare(bng_exp2(bng_fixed_of(64)).hi, BNG_FIXED_MAX), 0);
        assert_int_equal(bng_fixed_compare(bng_exp2(BNG_FIXED_MAX).hi, BNG_FIXED_MAX), 0);
        assert_true(bng_fixed_is_zero(bng_exp2_negative(BNG_FIXED_MAX).lo));
        assert_int_equal(bng_fixed_compare(bng_exp2_negative(BNG_FIXED_MAX).hi, BNG_FIXED_ULP), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_table),      cmocka_unit_test(test_constants),
                cmocka_unit_test(test_log2_u64),   cmocka_unit_test(test_log2_leading),
                cmocka_unit_test(test_log2_fixed), cmocka_unit_test(test_ratio),
                cmocka_unit_test(test_exp2),
        };
        int failed;

        mpfr_set_emax(mpfr_get_emax_max());
        mpfr_set_emin(mpfr_get_emin_min());
        mpfr_inits2(PRECISION, truth, end, bound, (mpfr_ptr)NULL);
        failed = cmocka_run_group_tests(tests, NULL, NULL);
        mpfr_clears(truth, end, bound, (mpfr_ptr)NULL);
        mpfr_free_cache();
        return failed;
}
