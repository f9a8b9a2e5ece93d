/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds-check.h"
#include "bounds/checked.h"
#include "bounds/fixed.h"

/* Fixed point against exact integers: x is x.whole * 2^64 + x.frac ulps. */

static void to_mpz(mpz_t n, struct bng_fixed x)
{
        mpz_import(n, 1, 1, sizeof x.whole, 0, 0, &x.whole);
        mpz_t frac;
        mpz_init(frac);
        mpz_import(frac, 1, 1, sizeof x.frac, 0, 0, &x.frac);
        mpz_mul_2exp(n, n, 64);
        mpz_add(n, n, frac);
        mpz_clear(frac);
}

static struct bng_fixed random_fixed(void)
{
        struct bng_fixed x = {random_edge_u64(), random_edge_u64()};

        switch (random_below(4)) {
        case 0:
                x.whole = 0;
                break;
        case 1:
                x.frac = 0;
                break;
        }
        return x;
}

/* `got` is `ulps`, or saturated where that is beyond 128 bits. */
static void expect(struct bng_fixed got, const mpz_t ulps, const char *what)
{
        mpz_t n, max;
        int same;

        mpz_inits(n, max, NULL);
        to_mpz(n, got);
        mpz_setbit(max, 128);
        mpz_sub_ui(max, max, 1);
        if (mpz_sgn(ulps) < 0)
                mpz_set_ui(max, 0);
        else if (mpz_cmp(ulps, max) < 0)
                mpz_set(max, ulps);
        same = mpz_cmp(n, max) == 0;
        mpz_clears(n, max, NULL);
        if (!same)
                fail_msg("%s: got %llx.%016llx (seed %llu)", what, (unsigned long long)got.whole,
                         (unsigned long long)got.frac, (unsigned long long)SEED);
}

static void test_against_integers(void **state)
{
        mpz_t a, b, n;

        (void)state;
        mpz_inits(a, b, n, NULL);
        for (unsigned i = random_cases(20000); i; i--) {
                struct bng_fixed x = random_fixed(), y = random_fixed();
                uint64_t d = random_edge_u64(), shift = random_below(140);

                d = d ? d : 1;
                to_mpz(a, x);
                to_mpz(b, y);
                assert_int_equal(bng_fixed_compare(x, y),
                                 (mpz_cmp(a, b) > 0) - (mpz_cmp(a, b) < 0));
                mpz_add(n, a, b);
                expect(bng_fixed_add(x, y), n, "add");
                mpz_sub(n, a, b);
                expect(bng_fixed_sub(x, y), n, "sub");
                mpz_mul(n, a, b);
                mpz_fdiv_q_2exp(n, n, 64);
                expect(bng_fixed_mul_dn(x, y), n, "mul_dn");
                mpz_mul(n, a, b);
                mpz_cdiv_q_2exp(n, n, 64);
                expect(bng_fixed_mul_up(x, y), n, "mul_up");
                mpz_fdiv_q_2exp(n, a, shift);
                expect(bng_fixed_shr_dn(x, shift), n, "shr_dn");
                mpz_cdiv_q_2exp(n, a, shift);
                expect(bng_fixed_shr_up(x, shift), n, "shr_up");
                mpz_import(b, 1, 1, sizeof d, 0, 0, &d);
                mpz_fdiv_q(n, a, b);
                expect(bng_fixed_div_dn(x, d), n, "div_dn");
                mpz_cdiv_q(n, a, b);
                expect(bng_fixed_div_up(x, d), n, "div_up");
        }
        mpz_clears(a, b, n, NULL);
}

static void test_wide(void **state)
{
        mpz_t a, b, q, r;

        (void)state;
        mpz_inits(a, b, q, r, NULL);
        for (unsigned i = random_cases(20000); i; i--) {
                uint64_t x = random_edge_u64(), y = random_edge_u64(), d = random_edge_u64();
                uint64_t hi, lo, quotient, rest;

                bng_mul_wide(x, y, &hi, &lo);
                to_mpz(a, (struct bng_fixed){hi, lo});
                to_mpz(q, (struct bng_fixed){0, x});
                to_mpz(r, (struct bng_fixed){0, y});
                mpz_mul(q, q, r);
                assert_int_equal(mpz_cmp(a, q), 0);
                assert_true(bng_mul_high(x, y) == hi);
                bng_mul_halves(x, y, &quotient, &rest);
                assert_true(quotient == hi && rest == lo);

                if (!d)
                        continue;
                x %= d;
                quotient = bng_div_wide(x, y, d, &rest);
                to_mpz(a, (struct bng_fixed){x, y});
                to_mpz(b, (struct bng_fixed){0, d});
                mpz_fdiv_qr(q, r, a, b);
                to_mpz(a, (struct bng_fixed){0, quotient});
                to_mpz(b, (struct bng_fixed){0, rest});
                if (mpz_cmp(a, q) || mpz_cmp(b, r))
                        fail_msg("%llx %llx / %llx (seed %llu)", (unsigned long long)x,
                                 (unsigned long long)y, (unsigned long long)d,
                                 (unsigned long long)SEED);
        }
        mpz_clears(a, b, q, r, NULL);
}

static void test_ends(void **state)
{
        const uint64_t end = UINT64_MAX;
        uint64_t n = 7;

        (void)state;
        assert_true(bng_sat_add(end, 0) == end && bng_sat_add(end, 1) == end);
        assert_true(bng_sat_add(end - 1, 1) == end && bng_sat_add(1, 2) == 3);
        assert_true(bng_sat_sub(1, 2) == 0 && bng_sat_sub(2, 1) == 1);
        assert_true(bng_sat_mul(end, 1) == end && bng_sat_mul(end / 2 + 1, 2) == end);
        assert_true(bng_sat_mul(end / 2, 2) == end - 1 && bng_sat_mul(0, end) == 0);
        assert_true(bng_div_up(end, 2) == end / 2 + 1 && bng_div_up(0, 3) == 0);
        assert_true(bng_div_up(6, 3) == 2 && bng_div_up(7, 3) == 3);
        assert_false(bng_checked_add(end, 1, &n) || bng_checked_mul(end, 2, &n));
        assert_true(n == 7);
        assert_true(bng_checked_add(end, 0, &n) && n == end);
        assert_true(bng_checked_mul(end, 1, &n) && n == end);
        assert_true(bng_fixed_ceil((struct bng_fixed){5, 0}) == 5);
        assert_true(bng_fixed_ceil((struct bng_fixed){5, 1}) == 6);
        assert_true(bng_fixed_ceil(BNG_FIXED_MAX) == end);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_against_integers),
                cmocka_unit_test(test_wide),
                cmocka_unit_test(test_ends),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
