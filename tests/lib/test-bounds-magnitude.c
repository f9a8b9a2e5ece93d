/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mpfr-check.h"
#include "bounds/magnitude.h"

/*
 * Magnitudes against MPFR as far as its exponents reach, which is the log2 and the log2 of the log2
 * of numbers up to height 3; above, by what must hold without an oracle: order, monotony,
 * saturation.
 */

static mpfr_t log_a, log_b, truth, got, slack;

/* Height 1, or 2 with a top below 2^16, in normal form. */
static struct bng_magnitude random_magnitude(void)
{
        struct bng_magnitude m = {1, {random_edge_u64() >> 1, random_edge_u64()}};

        if (random_below(3) == 0)
                m.top.whole = random_below(200);
        if (random_below(4) == 0)
                m = (struct bng_magnitude){2, {63 + random_below(65000), random_edge_u64()}};
        /* The smallest giants, for which the slack of sums is needed in full. */
        if (random_below(8) == 0)
                m = (struct bng_magnitude){2, {63, random_below(12)}};
        return m;
}

static bool is_normal(struct bng_magnitude m)
{
        if (m.height == UINT32_MAX)
                return bng_magnitude_compare(m, BNG_MAGNITUDE_BEYOND) == 0;
        return m.height >= 1 && m.top.whole < UINT64_C(1) << 63 &&
               (m.height == 1 || m.top.whole >= 63);
}

/* log2 of a magnitude of height 1 or 2. */
static void set_log(mpfr_t log, struct bng_magnitude m)
{
        set_fixed(log, m.top);
        if (m.height == 2)
                mpfr_exp2(log, log, MPFR_RNDN);
        assert_true(m.height <= 2);
}

/* log2 of log2 of a magnitude of height 1 to 3. */
static void set_log_log(mpfr_t log, struct bng_magnitude m)
{
        set_fixed(log, m.top);
        if (m.height == 1)
                mpfr_log2(log, log, MPFR_RNDN);
        else if (m.height == 3)
                mpfr_exp2(log, log, MPFR_RNDN);
        assert_true(m.height <= 3);
}

/*
 * lo <= truth <= hi, both in the same form, up to 2^-400 of the oracle's own rounding. Where truth
 * is below 0, the number is below 1 and both ends are to be 1.
 */
static void expect(struct bng_magnitude lo, struct bng_magnitude hi,
                   void (*set)(mpfr_t, struct bng_magnitude), const char *what)
{
        bool good = is_normal(lo) && is_normal(hi);

        mpfr_abs(slack, truth, MPFR_RNDN);
        mpfr_add_ui(slack, slack, 1, MPFR_RNDN);
        mpfr_mul_2si(slack, slack, -400, MPFR_RNDN);
        if (mpfr_sgn(truth) < 0 && set == set_log)
                mpfr_set_ui(truth, 0, MPFR_RNDN);
        set(got, lo);
        mpfr_sub(got, got, slack, MPFR_RNDN);
        good = good && mpfr_lessequal_p(got, truth);
        set(got, hi);
        mpfr_add(got, got, slack, MPFR_RNDN);
        good = good && mpfr_greaterequal_p(got, truth);
        if (!good)
                fail_msg("%s: %u:%llx.%016llx to %u:%llx.%016llx (seed %llu)", what, lo.height,
                         (unsigned long long)lo.top.whole, (unsigned long long)lo.top.frac,
                         hi.height, (unsigned long long)hi.top.whole,
                         (unsigned long long)hi.top.frac, (unsigned long long)SEED);
}

/* log2(2^log_a +- 2^log_b) for log_a >= log_b */
static void log_of_sum(int sign)
{
        mpfr_sub(truth, log_b, log_a, MPFR_RNDN);
        mpfr_exp2(truth, truth, MPFR_RNDN);
        if (sign < 0)
                mpfr_neg(truth, truth, MPFR_RNDN);
        mpfr_log1p(truth, truth, MPFR_RNDN);
        mpfr_const_log2(got, MPFR_RNDN);
        mpfr_div(truth, truth, got, MPFR_RNDN);
        mpfr_add(truth, truth, log_a, MPFR_RNDN);
}

static void test_sums_and_products(void **state)
{
        (void)state;
        for (unsigned i = random_cases(20000); i; i--) {
                struct bng_magnitude a = random_magnitude(), b = random_magnitude(), c;

                if (random_below(4) == 0) {
                        /* Near each other. */
                        b = a;
                        b.top = bng_fixed_sub(b.top, (struct bng_fixed){0, random_edge_u64()});
                        b = is_normal(b) ? b : a;
                }
                if (bng_magnitude_compare(a, b) < 0) {
                        c = a;
                        a = b;
                        b = c;
                }
                set_log(log_a, a);
                set_log(log_b, b);
                mpfr_add(truth, log_a, log_b, MPFR_RNDN);
                expect(bng_magnitude_mul_lo(a, b), bng_magnitude_mul_hi(a, b), set_log, "mul");
                expect(bng_magnitude_mul_lo(b, a), bng_magnitude_mul_hi(b, a), set_log, "mul");
                mpfr_sub(truth, log_a, log_b, MPFR_RNDN);
                expect(bng_magnitude_div_lo(a, b), bng_magnitude_div_hi(a, b), set_log, "div");
                log_of_sum(1);
                expect(bng_magnitude_add_lo(a, b), bng_magnitude_add_hi(a, b), set_log, "add");
                expect(bng_magnitude_add_lo(b, a), bng_magnitude_add_hi(b, a), set_log, "add");
                if (bng_magnitude_compare(a, b) > 0) {
                        log_of_sum(-1);
                        expect(bng_magnitude_sub_lo(a, b), bng_magnitude_sub_hi(a, b), set_log,
                               "sub");
                }
                assert_int_equal(mpfr_cmp(log_a, log_b) > 0, bng_magnitude_compare(a, b) > 0);
        }
}

static void test_powers(void **state)
{
        (void)state;
        for (unsigned i = random_cases(20000); i; i--) {
                struct bng_magnitude a = random_magnitude(), e = random_magnitude();
                uint64_t n = random_edge_u64();

                if (a.top.whole == 0 && a.height == 1)
                        continue;
                /* log2 log2 a^e = log2 log2 a + log2 e */
                set_log(log_a, a);
                mpfr_log2(log_a, log_a, MPFR_RNDN);
                set_log(log_b, e);
                mpfr_add(truth, log_a, log_b, MPFR_RNDN);
                expect(bng_magnitude_pow_lo(a, e), bng_magnitude_pow_hi(a, e), set_log_log, "pow");
                mpfr_sub(truth, log_a, log_b, MPFR_RNDN);
                if (mpfr_sgn(truth) >= 0)
                        expect(bng_magnitude_root_lo(a, e), bng_magnitude_root_hi(a, e),
                               set_log_log, "root");
                set_log(truth, e);
                expect(bng_magnitude_exp2_lo(e), bng_magnitude_exp2_hi(e), set_log_log, "exp2");
                mpfr_set(truth, log_a, MPFR_RNDN);
                expect(bng_magnitude_log2_lo(a), bng_magnitude_log2_hi(a), set_log, "log2");
                if (!n)
                        continue;
                mpfr_set_uj(log_b, n, MPFR_RNDN);
                mpfr_log2(log_b, log_b, MPFR_RNDN);
                mpfr_add(truth, log_a, log_b, MPFR_RNDN);
                expect(bng_magnitude_pow_u64_lo(a, n), bng_magnitude_pow_u64_hi(a, n), set_log_log,
                       "pow_u64");
                set_log(log_a, a);
                mpfr_div(truth, log_a, (mpfr_set_uj(log_b, n, MPFR_RNDN), log_b), MPFR_RNDN);
                expect(bng_magnitude_root_u64_lo(a, n), bng_magnitude_root_u64_hi(a, n), set_log,
                       "root_u64");
        }
}

static void test_integers(void **state)
{
        (void)state;
        for (unsigned i = random_cases(20000); i; i--) {
                uint64_t n = random_edge_u64(), greatest;

                if (!n)
                        continue;
                /* The ends lead back to the integer or next to it, from the right sides. */
                assert_true(bng_magnitude_least(bng_magnitude_of_u64_lo(n)) <= n);
                if (bng_magnitude_greatest(bng_magnitude_of_u64_hi(n), &greatest))
                        assert_true(greatest >= n);
                else
                        assert_true(n == UINT64_MAX);
                assert_true(bng_magnitude_least(bng_magnitude_of_u64_lo(n)) >= n - (n >> 50) - 1);
        }
        for (unsigned bits = 0; bits <= 64; bits++) {
                struct bng_magnitude power = {1, {bits, 0}};
                uint64_t end = bits < 64 ? UINT64_C(1) << bits : 0, greatest;

                assert_true(bng_magnitude_least(power) == (bits < 64 ? end : UINT64_MAX));
                assert_true(bng_magnitude_greatest(power, &greatest) && greatest == end - 1);
        }
        assert_true(bng_magnitude_least(BNG_MAGNITUDE_BEYOND) == UINT64_MAX);
}

/* Any height, the highest as often as the lowest. */
static struct bng_magnitude random_tower(void)
{
        struct bng_magnitude m = random_magnitude();

        if (random_below(2)) {
                m.height = random_below(2) ? 2 + (uint32_t)random_below(6)
                                           : UINT32_MAX - 1 - (uint32_t)random_below(3);
                m.top.whole = 63 + (random_edge_u64() >> 2);
        }
        if (!random_below(10))
                m = BNG_MAGNITUDE_BEYOND;
        return m;
}

typedef struct bng_magnitude (*operation)(struct bng_magnitude a, struct bng_magnitude b);

/* lo <= hi, both normal, and no smaller for a larger a; how b counts depends on the operation. */
static void test_towers(void **state)
{
        static const struct {
                operation lo, hi;
                int in_b;
        } operations[] = {
                {bng_magnitude_add_lo, bng_magnitude_add_hi, 1},
                {bng_magnitude_mul_lo, bng_magnitude_mul_hi, 1},
                {bng_magnitude_pow_lo, bng_magnitude_pow_hi, 1},
                {bng_magnitude_sub_lo, bng_magnitude_sub_hi, -1},
                {bng_magnitude_div_lo, bng_magnitude_div_hi, -1},
                {bng_magnitude_root_lo, bng_magnitude_root_hi, -1},
        };

        (void)state;
        for (unsigned i = random_cases(20000); i; i--) {
                struct bng_magnitude a = random_tower(), b = random_tower(), c = random_tower();

                for (unsigned j = 0; j < sizeof operations / sizeof operations[0]; j++) {
                        struct bng_magnitude lo, hi, lo_c, hi_c;
                        struct bng_magnitude large = bng_magnitude_max(b, c);
                        struct bng_magnitude small = bng_magnitude_min(b, c);

                        /* A lower bound is never BEYOND, so none is asked for with one. */
                        if (a.height == UINT32_MAX || large.height == UINT32_MAX)
                                continue;
                        lo = operations[j].lo(a, operations[j].in_b > 0 ? small : large);
                        hi = operations[j].hi(a, operations[j].in_b > 0 ? large : small);
                        assert_true(is_normal(lo) && is_normal(hi));
                        if (bng_magnitude_compare(lo, hi) > 0)
                                fail_msg("operation %u, case %u: %u:%llx.%016llx > %u:%llx.%016llx",
                                         j, i, lo.height, (unsigned long long)lo.top.whole,
                                         (unsigned long long)lo.top.frac, hi.height,
                                         (unsigned long long)hi.top.whole,
                                         (unsigned long long)hi.top.frac);
                        lo_c = operations[j].lo(small, a);
                        hi_c = operations[j].hi(large, a);
                        assert_true(bng_magnitude_compare(lo_c, hi_c) <= 0);
                }
        }
}

static void test_saturation(void **state)
{
        struct bng_magnitude top = {UINT32_MAX - 1, {(UINT64_C(1) << 63) - 1, UINT64_MAX}};
        struct bng_magnitude two = {1, {1, 0}};

        (void)state;
        assert_true(bng_magnitude_compare(bng_magnitude_exp2_hi(top), BNG_MAGNITUDE_BEYOND) == 0);
        assert_true(bng_magnitude_compare(bng_magnitude_exp2_lo(top), top) == 0);
        assert_true(bng_magnitude_compare(bng_magnitude_mul_lo(top, top), top) <= 0);
        assert_true(bng_magnitude_compare(bng_magnitude_add_hi(top, top), top) > 0);
        for (unsigned i = 0; i < 100; i++) {
                struct bng_magnitude a = random_tower(), b = BNG_MAGNITUDE_BEYOND;

                assert_true(bng_magnitude_compare(bng_magnitude_add_hi(a, b), b) == 0);
                assert_true(bng_magnitude_compare(bng_magnitude_mul_hi(a, b), b) == 0);
                assert_true(bng_magnitude_compare(bng_magnitude_pow_hi(b, two), b) == 0);
                assert_true(bng_magnitude_compare(bng_magnitude_pow_hi(two, b), b) == 0);
                assert_true(bng_magnitude_compare(bng_magnitude_pow_u64_hi(b, 2), b) == 0);
                assert_true(bng_magnitude_compare(bng_magnitude_root_hi(b, two), b) == 0);
                assert_true(bng_magnitude_compare(bng_magnitude_div_hi(b, two), b) == 0);
                assert_true(bng_magnitude_compare(bng_magnitude_sub_hi(b, two), b) == 0);
        }
}

/* The same number on both sides of a change of height has one normal form. */
static void test_normal_form(void **state)
{
        struct bng_magnitude m = bng_magnitude_lo(bng_fixed_of(UINT64_C(1) << 63));

        (void)state;
        assert_true(m.height == 2 && m.top.whole == 63 && m.top.frac == 0);
        m = bng_magnitude_hi((struct bng_fixed){(UINT64_C(1) << 63) - 1, UINT64_MAX});
        assert_true(m.height == 1);
        assert_true(bng_magnitude_compare(m, bng_magnitude_lo(bng_fixed_of(UINT64_C(1) << 63))) <
                    0);
        m = bng_magnitude_exp2_hi((struct bng_magnitude){1, {62, UINT64_MAX}});
        assert_true(is_normal(m));
        m = bng_magnitude_exp2_lo((struct bng_magnitude){1, {0, 0}});
        assert_true(m.height == 1 && m.top.whole == 1 && m.top.frac == 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_sums_and_products), cmocka_unit_test(test_powers),
                cmocka_unit_test(test_integers),          cmocka_unit_test(test_towers),
                cmocka_unit_test(test_saturation),        cmocka_unit_test(test_normal_form),
        };
        int failed;

        mpfr_set_emax(mpfr_get_emax_max());
        mpfr_set_emin(mpfr_get_emin_min());
        mpfr_inits2(PRECISION, log_a, log_b, truth, got, slack, (mpfr_ptr)NULL);
        failed = cmocka_run_group_tests(tests, NULL, NULL);
        mpfr_clears(log_a, log_b, truth, got, slack, (mpfr_ptr)NULL);
        mpfr_free_cache();
        return failed;
}
