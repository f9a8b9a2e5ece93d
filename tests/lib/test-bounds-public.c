/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds-check.h"

/* The public bounds against GMP and at the ends of their arguments. */

static mpz_t a, b, result;

static void expect(bng_bounds bounds, const char *what)
{
        if (!holds_bits(bounds, bits_of(result)))
                fail_holds(bng_range_of_bits(bounds.bits_min, bounds.bits_max), result,
                           "%s of %Zd, %Zd", what, a, b);
}

static void test_against_gmp(void **state)
{
        (void)state;
        for (unsigned i = random_cases(10000); i; i--) {
                unsigned long n = random_below(300), k = random_below(300), e = random_below(60);
                uint64_t a_bits, b_bits, lead = 0;
                bng_digits digits;
                bool exact;
                char text[512];

                random_operand(a, 300);
                random_operand(b, 300);
                a_bits = bits_of(a);
                b_bits = bits_of(b);
                if (a_bits)
                        lead = lead_of(a, &exact);
                mpz_add(result, a, b);
                expect(bng_bounds_add(a_bits, b_bits), "add");
                mpz_sub(result, a, b);
                expect(bng_bounds_add(a_bits, b_bits), "sub");
                mpz_mul(result, a, b);
                expect(bng_bounds_mul(a_bits, b_bits), "mul");
                mpz_gcd(result, a, b);
                expect(bng_bounds_gcd(a_bits, b_bits), "gcd");
                mpz_lcm(result, a, b);
                expect(bng_bounds_lcm(a_bits, b_bits), "lcm");
                mpz_mul_2exp(result, a, n);
                expect(bng_bounds_shift_left(a_bits, n), "shift_left");
                mpz_cdiv_q_2exp(result, a, n);
                expect(bng_bounds_shift_right(a_bits, n), "shift_right");
                mpz_pow_ui(result, a, e);
                expect(bng_bounds_pow(a_bits, lead, e), "pow");
                expect(bng_bounds_pow(a_bits, 0, e), "pow without a lead");
                mpz_root(result, a, k + 1);
                expect(bng_bounds_root(a_bits, k + 1), "root");
                mpz_get_str(text, 10, a);
                digits = bng_bounds_get_str(a_bits, 10);
                assert_true(digits.digits_min <= strlen(text) && strlen(text) <= digits.digits_max);
                mpz_set(result, a);
                expect(bng_bounds_set_str(strlen(text), 10), "set_str");
                if (mpz_sgn(b)) {
                        mpz_cdiv_q(result, a, b);
                        expect(bng_bounds_quotient(a_bits, b_bits), "quotient");
                        mpz_fdiv_r(result, a, b);
                        expect(bng_bounds_powm(b_bits), "powm");
                }
                mpz_set_ui(a, n);
                mpz_set_ui(b, k);
                mpz_fac_ui(result, n);
                expect(bng_bounds_fac(n), "fac");
                mpz_bin_uiui(result, n, k);
                expect(bng_bounds_bin(n, k), "bin");
                mpz_fib_ui(result, n);
                expect(bng_bounds_fib(n), "fib");
                mpz_lucnum_ui(result, n);
                expect(bng_bounds_luc(n), "luc");
                mpz_primorial_ui(result, n);
                expect(bng_bounds_primorial(n), "primorial");
        }
}

#define is(bounds, min, max)                                                                       \
        do {                                                                                       \
                bng_bounds bounds_ = (bounds);                                                     \
                if (bounds_.bits_min != (min) || bounds_.bits_max != (max))                        \
                        fail_msg("line %d: %s gives %llu, %llu", __LINE__, #bounds,                \
                                 (unsigned long long)bounds_.bits_min,                             \
                                 (unsigned long long)bounds_.bits_max);                            \
        } while (0)

static void test_ends(void **state)
{
        const uint64_t beyond = BNG_BITS_BEYOND, half = UINT64_C(1) << 63;

        (void)state;
        is(bng_bounds_add(0, 0), 0, 0);
        is(bng_bounds_add(0, 9), 9, 9);
        is(bng_bounds_add(5, 9), 8, 10);
        is(bng_bounds_add(9, 9), 0, 10);
        is(bng_bounds_mul(0, beyond), 0, 0);
        is(bng_bounds_mul(7, 9), 15, 16);
        is(bng_bounds_mul(half - 1, 1), half - 1, half - 1);
        is(bng_bounds_mul(half - 2, 2), half - 1, beyond);
        is(bng_bounds_mul(half - 1, 3), beyond, beyond);
        is(bng_bounds_mul(beyond, beyond), beyond, beyond);
        is(bng_bounds_shift_left(0, beyond), 0, 0);
        is(bng_bounds_shift_left(1, half - 2), half - 1, half - 1);
        is(bng_bounds_shift_left(1, half - 1), beyond, beyond);
        is(bng_bounds_shift_left(5, beyond), beyond, beyond);
        is(bng_bounds_shift_right(5, beyond), 0, 1);
        is(bng_bounds_shift_right(9, 4), 5, 6);
        is(bng_bounds_pow(0, 0, 0), 1, 1);
        is(bng_bounds_pow(0, 0, beyond), 0, 0);
        is(bng_bounds_pow(1, half, beyond), 1, 1);
        is(bng_bounds_pow(2, half, half - 2), half - 1, half - 1);
        is(bng_bounds_pow(2, half, half - 1), beyond, beyond);
        is(bng_bounds_pow(129, half, half), beyond, beyond);
        is(bng_bounds_pow(beyond, half, beyond), beyond, beyond);
        is(bng_bounds_pow(11, half, UINT64_C(1048576)), 10485761, 10485761);
        assert_true(bng_bounds_addmul(beyond, 5, 5).bits_max == beyond);
        is(bng_bounds_addmul(5, half, half), beyond, beyond);
        is(bng_bounds_addmul(0, 0, beyond), 0, 0);
        is(bng_bounds_addmul(30, 9, 9), 29, 31);
        is(bng_bounds_bitwise(beyond, 5), 0, beyond);
        is(bng_bounds_com(0), 1, 1);
        is(bng_bounds_com(half - 1), half - 2, beyond);
        is(bng_bounds_mul_leading(1, half, half - 1, half), half - 1, half - 1);
        is(bng_bounds_mul_leading(half - 1, half, 2, half), beyond, beyond);
        is(bng_bounds_mul_leading(beyond, half, 9, 0), beyond, beyond);
        is(bng_bounds_ui_pow_ui(0, 0), 1, 1);
        is(bng_bounds_ui_pow_ui(0, beyond), 0, 0);
        is(bng_bounds_ui_pow_ui(1, beyond), 1, 1);
        is(bng_bounds_ui_pow_ui(beyond, beyond), beyond, beyond);
        is(bng_bounds_ui_pow_ui(2, half - 2), half - 1, half - 1);
        is(bng_bounds_ui_pow_ui(2, half - 1), beyond, beyond);
        /* bits * e around 2^64, and a base with trailing zero limbs: GMP itself wraps there. */
        is(bng_bounds_pow(129, half, half), beyond, beyond);
        is(bng_bounds_pow(257, half, UINT64_C(1) << 62), beyond, beyond);
        is(bng_bounds_pow(321, half | half >> 2, UINT64_C(0x3333333333333334)), beyond, beyond);
        is(bng_bounds_mfac(0, 5), 1, 1);
        is(bng_bounds_mfac(5, 0), 0, beyond);
        is(bng_bounds_mfac(beyond, 1), beyond, beyond);
        is(bng_bounds_mfac(beyond, half), 127, 127);
        is(bng_bounds_mfac(beyond, beyond), 64, 64);
        is(bng_bounds_mfac(128, 127), 8, 8);
        is(bng_bounds_2fac(beyond), beyond, beyond);
        assert_true(bng_bounds_bin_ui(beyond, half, 1).bits_max == beyond);
        is(bng_bounds_bin_ui(beyond, half, 0), 1, 1);
        is(bng_bounds_bin_ui(3, half, 9), 0, 0);
        is(bng_bounds_gcdext(0), 0, 1);
        is(bng_bounds_gcdext(9), 0, 8);
        is(bng_bounds_gcdext(half - 1), 0, half - 2);
        is(bng_bounds_gcdext(half), 0, beyond);
        is(bng_bounds_gcdext(beyond - 1), 0, beyond);
        is(bng_bounds_gcdext(beyond), 0, beyond);
        is(bng_bounds_sqrt(9), 5, 5);
        is(bng_bounds_nextprime(0), 2, 2);
        is(bng_bounds_nextprime(half - 1), half - 1, beyond);
        is(bng_bounds_tdiv_q(10, 4), 6, 7);
        is(bng_bounds_tdiv_q(10, 0), 0, beyond);
        is(bng_bounds_tdiv_q(4, 10), 0, 0);
        is(bng_bounds_tdiv_r(4, 10), 4, 4);
        is(bng_bounds_tdiv_r(10, 4), 0, 4);
        is(bng_bounds_setbit(0, 0), 1, 1);
        is(bng_bounds_setbit(5, beyond), beyond, beyond);
        is(bng_bounds_setbit(5, half - 1), beyond, beyond);
        is(bng_bounds_setbit(beyond, 5), beyond, beyond);
        is(bng_bounds_combit(9, 3), 8, 10);
        is(bng_bounds_combit(9, 8), 0, 10);
        is(bng_bounds_combit(9, 9), 10, 10);
        is(bng_bounds_combit(beyond, 9), 0, beyond);
        is(bng_bounds_import(beyond, beyond, 0), 0, beyond);
        is(bng_bounds_import(UINT64_C(1) << 32, UINT64_C(1) << 29, 0), 0, beyond);
        is(bng_bounds_import(3, 8, 1), 0, 189);
        is(bng_bounds_import(3, 1, 8), 0, beyond);
        assert_true(bng_bounds_export(65, 8, 0) == 2 && bng_bounds_export(0, 8, 0) == 0);
        assert_true(bng_bounds_export(5, 1, 9) == beyond);
        is(bng_bounds_urandomb(half), 0, beyond);
        is(bng_bounds_rrandomb(9), 9, 9);
        is(bng_bounds_set_d(1024), 1024, 1024);
        is(bng_bounds_set_d(-3), 0, 0);
        is(bng_bounds_set_f(INT64_MAX, 64), beyond, beyond);
        is(bng_bounds_set_f(INT64_MIN, 64), 0, 0);
        is(bng_bounds_set_f(1, 32), 1, 32);
        is(bng_bounds_set_f(1, 7), 0, beyond);
        is(bng_bounds_mpq_set_f(1, INT64_MIN, 64).den, 1, beyond);
        is(bng_bounds_mpq_set_f(2, 1, 32).den, 1, 33);
        assert_true(bng_bounds_ceiling_bits(64) == UINT64_C(137438953408));
        assert_true(bng_bounds_ceiling_bits(32) == UINT64_C(4294967264));
        assert_true(bng_bounds_ceiling_bits(16) == 0);
        assert_true(bng_bounds_limbs(65, 32) == 3 && bng_bounds_limbs(0, 64) == 0);
        assert_true(bng_bounds_limbs(beyond, 64) == beyond && bng_bounds_limbs(5, 0) == beyond);
        assert_true(bng_bounds_mpf_limbs(0, 64) == 3 && bng_bounds_mpf_limbs(64, 32) == 4);
        assert_true(bng_bounds_printf(10, 10, beyond, 0) == beyond);
        is(bng_bounds_mpq_add(5, 0, 5, 1).num, 0, beyond);
        is(bng_bounds_mpq_add(5, 1, 9, 1).num, 8, 10);
        is(bng_bounds_mpq_add(5, 1, 9, 1).den, 1, 1);
        is(bng_bounds_mpq_mul(0, 9, 5, 5).den, 1, 1);
        is(bng_bounds_mpq_mul(beyond, 1, 5, 1).num, beyond, beyond);
        is(bng_bounds_mpq_div(5, 1, 0, 1).num, 0, beyond);
        is(bng_bounds_mpq_div(0, 1, 5, 1).num, 0, 0);
        is(bng_bounds_mpq_div(5, 1, 5, 0).num, 0, beyond);
        is(bng_bounds_mpq_div(5, 0, 5, 1).den, 0, beyond);
        is(bng_bounds_mpq_mul(5, 1, 5, 0).num, 0, beyond);
        is(bng_bounds_mpq_mul_2exp(5, 0, 1).num, 0, beyond);
        is(bng_bounds_mpq_div_2exp(0, 0, 1).den, 0, beyond);
        is(bng_bounds_mpq_set_f(1, 1, 16).num, 0, beyond);
        is(bng_bounds_mpq_mul_2exp(5, 1, half).num, beyond, beyond);
        is(bng_bounds_mpq_mul_2exp(5, 9, 4).num, 5, 9);
        is(bng_bounds_mpq_mul_2exp(5, 9, 4).den, 5, 9);
        is(bng_bounds_mpq_div_2exp(5, 9, beyond).den, beyond, beyond);
        is(bng_bounds_fac(0), 1, 1);
        is(bng_bounds_fac(beyond), beyond, beyond);
        is(bng_bounds_bin(beyond, 1), 64, 64);
        is(bng_bounds_bin(3, 4), 0, 0);
        is(bng_bounds_bin(beyond, half), beyond, beyond);
        is(bng_bounds_fib(0), 0, 0);
        is(bng_bounds_fib(beyond), beyond, beyond);
        is(bng_bounds_luc(0), 2, 2);
        is(bng_bounds_primorial(0), 1, 1);
        is(bng_bounds_primorial(beyond), beyond, beyond);
        is(bng_bounds_gcd(0, 5), 5, 5);
        is(bng_bounds_gcd(9, 5), 1, 5);
        is(bng_bounds_lcm(0, 5), 0, 0);
        is(bng_bounds_lcm(9, 5), 9, 14);
        is(bng_bounds_root(beyond, 1), beyond, beyond);
        is(bng_bounds_root(10, 3), 4, 4);
        is(bng_bounds_root(10, 0), 0, beyond);
        is(bng_bounds_quotient(10, 0), 0, beyond);
        is(bng_bounds_quotient(10, 4), 6, 8);
        is(bng_bounds_quotient(4, 10), 0, 1);
        is(bng_bounds_powm(1), 0, 0);
        is(bng_bounds_powm(10), 0, 10);
        is(bng_bounds_powm(beyond), 0, beyond);
        is(bng_bounds_set_str(0, 10), 0, 0);
        is(bng_bounds_set_str(100, 10), 0, 333);
        is(bng_bounds_set_str(100, 16), 0, 400);
        is(bng_bounds_set_str(beyond, 62), 0, beyond);
        is(bng_bounds_set_str(5, 1), 0, beyond);
        is(bng_bounds_set_str(5, 63), 0, beyond);
        assert_true(bng_bounds_get_str(0, 10).digits_max == 1);
        assert_true(bng_bounds_get_str(4, 10).digits_min == 1);
        assert_true(bng_bounds_get_str(4, 10).digits_max == 2);
        assert_true(bng_bounds_get_str(beyond, 10).digits_max == UINT64_MAX);
        assert_true(bng_bounds_get_str(5, 1).digits_max == UINT64_MAX);
}

/* Yes, no and unknown stand where the bounds are, at limits on, next to and far from them. */
static void test_fits(void **state)
{
        (void)state;
        for (unsigned i = random_cases(20000); i; i--) {
                uint64_t bits = random_edge_u64(), e = random_edge_u64();
                uint64_t lead = random_u64() | UINT64_C(1) << 63, limit;
                bng_bounds bounds = bng_bounds_pow(bits, lead, e);

                limit = random_below(2)   ? random_edge_u64()
                        : random_below(2) ? bounds.bits_min - random_below(3)
                                          : bounds.bits_max - random_below(3);
                bng_fit fit = bng_bounds_pow_fits(bits, lead, e, limit);
                bng_fit expected = limit >> 63 || bounds.bits_max <= limit ? BNG_FIT_YES
                                   : bounds.bits_min > limit               ? BNG_FIT_NO
                                                                           : BNG_FIT_UNKNOWN;
                if (fit != expected)
                        fail_msg("%llu bits, %llx ^ %llu to %llu: %d (seed %llu)",
                                 (unsigned long long)bits, (unsigned long long)lead,
                                 (unsigned long long)e, (unsigned long long)limit, fit,
                                 (unsigned long long)SEED);
        }
}

/* More of an operand never makes the result's bounds smaller. */
static void test_monotone(void **state)
{
        (void)state;
        for (unsigned i = random_cases(20000); i; i--) {
                uint64_t n = random_edge_u64(), k = random_edge_u64(), m;
                bng_bounds less[12], more[12];

                n -= n == UINT64_MAX;
                m = random_below(2) ? n + 1 : n + (UINT64_MAX - n) / (1 + random_below(50));
                less[0] = bng_bounds_fac(n), more[0] = bng_bounds_fac(m);
                less[1] = bng_bounds_fib(n), more[1] = bng_bounds_fib(m);
                less[2] = bng_bounds_luc(n + 1), more[2] = bng_bounds_luc(m > n + 1 ? m : n + 1);
                less[3] = bng_bounds_primorial(n), more[3] = bng_bounds_primorial(m);
                less[4] = bng_bounds_mul(n, k), more[4] = bng_bounds_mul(m, k);
                less[5] = bng_bounds_pow(65, k | UINT64_C(1) << 63, n);
                more[5] = bng_bounds_pow(65, k | UINT64_C(1) << 63, m);
                less[6] = bng_bounds_shift_left(k, n), more[6] = bng_bounds_shift_left(k, m);
                less[7] = bng_bounds_mfac(n, k | 1), more[7] = bng_bounds_mfac(m, k | 1);
                less[8] = bng_bounds_2fac(n), more[8] = bng_bounds_2fac(m);
                less[9] = bng_bounds_import(n, k >> 3, 0),
                more[9] = bng_bounds_import(m, k >> 3, 0);
                /* Where the last digits of k logarithms are far below a bit. */
                less[10] = bng_bounds_bin(n, k >> 40), more[10] = bng_bounds_bin(m, k >> 40);
                less[11] = bng_bounds_nextprime(n), more[11] = bng_bounds_nextprime(m);
                for (unsigned j = 0; j < 12; j++)
                        if (less[j].bits_min > more[j].bits_min ||
                            less[j].bits_max > more[j].bits_max)
                                fail_msg("function %u: %llu, %llu, %llu (seed %llu)", j,
                                         (unsigned long long)n, (unsigned long long)m,
                                         (unsigned long long)k, (unsigned long long)SEED);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_against_gmp),
                cmocka_unit_test(test_ends),
                cmocka_unit_test(test_fits),
                cmocka_unit_test(test_monotone),
        };
        int failed;

        mpz_inits(a, b, result, NULL);
        failed = cmocka_run_group_tests(tests, NULL, NULL);
        mpz_clears(a, b, result, NULL);
        return failed;
}
