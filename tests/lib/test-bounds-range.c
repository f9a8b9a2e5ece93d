/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds-check.h"

/*
 * The arithmetic of ranges against GMP: whatever ranges hold the operands, the result's range holds
 * the result. Then chains of operations, in which a range goes on without being looked up again;
 * and what the bounds of single operations promise in tightness.
 */

static mpz_t a, b, result;

static uint64_t spread(struct bng_range range)
{
        bng_bounds bounds = bng_range_bits(range);

        return bounds.bits_max - bounds.bits_min;
}

static struct bng_range of_bits(const mpz_t n)
{
        return bng_range_of_bits(bits_of(n), bits_of(n));
}

/* Every kind of sign where an operation is for any. */
static void random_signs(void)
{
        if (random_below(2))
                mpz_neg(a, a);
        if (random_below(2))
                mpz_neg(b, b);
}

static void random_operands(unsigned max_bits)
{
        random_operand(a, max_bits);
        random_operand(b, max_bits);
        if (!random_below(8))
                mpz_set(b, a);
        if (!random_below(8))
                mpz_add_ui(b, a, random_below(3));
}

static void test_making(void **state)
{
        (void)state;
        for (unsigned i = random_cases(20000); i; i--) {
                random_operand(a, 300);
                assert_holds(sharp_range(a), a, "sharp %Zd", a);
                assert_holds(of_bits(a), a, "bits of %Zd", a);
                assert_holds(random_range(a), a, "a range of %Zd", a);
                assert_true(spread(sharp_range(a)) == 0);
                assert_true(spread(of_bits(a)) == 0);
                random_operand(b, 300);
                assert_holds(bng_range_union(random_range(a), random_range(b)), a, "%Zd or %Zd", a,
                             b);
                assert_holds(bng_range_union(random_range(a), random_range(b)), b, "%Zd or %Zd", a,
                             b);
                assert_holds(bng_range_or_zero(random_range(a)), a, "%Zd or 0", a);
                if (mpz_sgn(a))
                        assert_holds(bng_range_not_zero(random_range(a)), a, "%Zd, not 0", a);
        }
        assert_true(bng_range_of_bits(1, 1).known && bng_range_of_bits(1, 1).value == 1);
        assert_true(bng_range_of_bits(0, 0).surely_zero && !bng_range_of_bits(0, 1).surely_zero);
        assert_true(bng_range_bits(bng_range_of_bits(BNG_BITS_BEYOND, BNG_BITS_BEYOND)).bits_min ==
                    BNG_BITS_BEYOND);
}

static void test_sums(void **state)
{
        (void)state;
        for (unsigned i = random_cases(20000); i; i--) {
                struct bng_range x, y;

                random_operands(300);
                x = random_range(a);
                y = random_range(b);
                mpz_add(result, a, b);
                assert_holds(bng_range_add(x, y), result, "%Zd + %Zd", a, b);
                assert_true(spread(bng_range_add(of_bits(a), of_bits(b))) <= 1);
                mpz_sub(result, a, b);
                assert_holds(bng_range_difference(x, y), result, "%Zd - %Zd", a, b);
                random_signs();
                mpz_add(result, a, b);
                assert_holds(bng_range_add_any(x, y), result, "%Zd + %Zd", a, b);
                mpz_com(result, a);
                assert_holds(bng_range_complement(x), result, "~ %Zd", a);
                mpz_and(result, a, b);
                assert_holds(bng_range_bitwise(x, y), result, "%Zd & %Zd", a, b);
                mpz_ior(result, a, b);
                assert_holds(bng_range_bitwise(x, y), result, "%Zd | %Zd", a, b);
                mpz_xor(result, a, b);
                assert_holds(bng_range_bitwise(x, y), result, "%Zd ^ %Zd", a, b);
                mpz_abs(a, a);
                mpz_abs(b, b);
                /* Two bits apart, a difference is known to one bit. */
                if (bits_of(a) > bits_of(b) + 1) {
                        assert_true(spread(bng_range_difference(of_bits(a), of_bits(b))) <= 1);
                        assert_false(bng_range_difference(of_bits(a), of_bits(b)).may_be_zero);
                }
        }
}

static void test_products(void **state)
{
        (void)state;
        for (unsigned i = random_cases(20000); i; i--) {
                struct bng_range x, y, n;
                unsigned long shift = random_below(300);

                random_operands(300);
                x = random_range(a);
                y = random_range(b);
                mpz_mul(result, a, b);
                assert_holds(bng_range_mul(x, y), result, "%Zd * %Zd", a, b);
                assert_true(spread(bng_range_mul(of_bits(a), of_bits(b))) <= 1);
                /* A known power of two shifts. */
                y = bng_range_of_u64(UINT64_C(1) << random_below(64));
                assert_true(spread(bng_range_mul(of_bits(a), y)) == 0);
                assert_true(spread(bng_range_mul(y, of_bits(a))) == 0);
                if (!bng_range_quotient(of_bits(a), y, BNG_TOWARDS_ZERO).may_be_zero)
                        assert_true(spread(bng_range_quotient(of_bits(a), y, BNG_TOWARDS_ZERO)) ==
                                    0);
                y = random_range(b);
                mpz_mul(result, a, a);
                assert_holds(bng_range_square(x), result, "%Zd squared", a);
                mpz_lcm(result, a, b);
                assert_holds(bng_range_lcm(x, y), result, "lcm(%Zd, %Zd)", a, b);
                mpz_gcd(result, a, b);
                assert_holds(bng_range_gcd(x, y), result, "gcd(%Zd, %Zd)", a, b);

                mpz_set_ui(b, shift);
                n = random_range(b);
                mpz_mul_2exp(result, a, shift);
                assert_holds(bng_range_shift_left(x, n), result, "%Zd << %lu", a, shift);
                assert_true(spread(bng_range_shift_left(of_bits(a), bng_range_of_u64(shift))) == 0);
                mpz_tdiv_q_2exp(result, a, shift);
                assert_holds(bng_range_shift_right(x, n, BNG_TOWARDS_ZERO), result, "%Zd >> %lu", a,
                             shift);
                assert_true(spread(bng_range_shift_right(of_bits(a), bng_range_of_u64(shift),
                                                         BNG_TOWARDS_ZERO)) == 0);
                mpz_neg(b, a);
                mpz_fdiv_q_2exp(result, b, shift);
                assert_holds(bng_range_shift_right(x, n, BNG_ANY_ROUNDING), result, "%Zd >> %lu", b,
                             shift);
        }
}

static void test_divisions(void **state)
{
        (void)state;
        for (unsigned i = random_cases(20000); i; i--) {
                struct bng_range x, y, quotient;
                bool tight;

                random_operands(random_below(2) ? 80 : 300);
                if (!mpz_sgn(b))
                        continue;
                x = random_range(a);
                y = random_range(b);
                mpz_tdiv_qr(result, a, a, b);
                mpz_addmul(a, result, b);
                assert_holds(bng_range_quotient(x, y, BNG_TOWARDS_ZERO), result, "%Zd / %Zd", a, b);
                quotient = bng_range_quotient(of_bits(a), of_bits(b), BNG_TOWARDS_ZERO);
                tight = spread(quotient) <= 1 || mpz_cmpabs(a, b) < 0;
                assert_true(tight);
                mpz_tdiv_r(result, a, b);
                assert_holds(bng_range_remainder(x, y, BNG_TOWARDS_ZERO), result, "%Zd rem %Zd", a,
                             b);
                random_signs();
                mpz_fdiv_q(result, a, b);
                assert_holds(bng_range_quotient(x, y, BNG_ANY_ROUNDING), result, "%Zd // %Zd", a,
                             b);
                mpz_cdiv_q(result, a, b);
                assert_holds(bng_range_quotient(x, y, BNG_ANY_ROUNDING), result, "%Zd cdiv %Zd", a,
                             b);
                mpz_fdiv_r(result, a, b);
                assert_holds(bng_range_remainder(x, y, BNG_ANY_ROUNDING), result, "%Zd %% %Zd", a,
                             b);
                assert_holds(bng_range_residue(y), result, "something modulo %Zd", b);
                mpz_cdiv_r(result, a, b);
                assert_holds(bng_range_remainder(x, y, BNG_ANY_ROUNDING), result, "%Zd crem %Zd", a,
                             b);
        }
}

static void test_roots(void **state)
{
        (void)state;
        for (unsigned i = random_cases(20000); i; i--) {
                unsigned long k = 1 + random_below(random_below(2) ? 4 : 400);

                random_operand(a, 400);
                if (!random_below(3)) {
                        /* A whole root and its neighbours. */
                        random_operand(a, 40);
                        k = 1 + k % 9;
                        mpz_pow_ui(a, a, k);
                        if (mpz_sgn(a))
                                mpz_sub_ui(a, a, random_below(2));
                }
                mpz_root(result, a, k);
                mpz_set_ui(b, k);
                assert_holds(bng_range_root(sharp_range(a), bng_range_of_u64(k)), result,
                             "root(%Zd, %lu)", a, k);
                assert_holds(bng_range_root(random_range(a), random_range(b)), result,
                             "root(bits of %Zd, bits of %lu)", a, k);
                assert_true(spread(bng_range_root(of_bits(a), bng_range_of_u64(k))) == 0);
        }
}

static void test_digits(void **state)
{
        (void)state;
        for (unsigned i = random_cases(20000); i; i--) {
                unsigned base = 2 + (unsigned)random_below(61);
                struct bng_range x;
                bng_digits digits;
                char text[512];
                size_t length;

                random_operand(a, 400);
                if (!random_below(3)) {
                        mpz_ui_pow_ui(a, base, random_below(60));
                        mpz_sub_ui(a, a, random_below(2));
                }
                mpz_get_str(text, (int)base, a);
                length = strlen(text);
                x = random_range(a);
                digits = bng_range_digits(x, base);
                if (length < digits.digits_min || length > digits.digits_max)
                        fail_holds(x, a, "digits of %Zd in base %u", a, base);
                digits = bng_range_digits(of_bits(a), base);
                assert_true(digits.digits_max - digits.digits_min <= 1);
                assert_true(digits.digits_min <= length && length <= digits.digits_max);
                assert_holds(bng_range_of_digits(length, base), a, "%u digits, base %u",
                             (unsigned)length, base);
                /* The largest number of so many digits shows that the upper bound is reached. */
                mpz_ui_pow_ui(a, base, length);
                mpz_sub_ui(a, a, 1);
                assert_true(bng_range_bits(bng_range_of_digits(length, base)).bits_max ==
                            bits_of(a));
        }
}

/* A dozen operations one after the other, on numbers that are cut back where they grow too long. */
static void test_chains(void **state)
{
        (void)state;
        for (unsigned i = random_cases(3000); i; i--) {
                struct bng_range x, y;

                random_operand(a, 100);
                x = random_range(a);
                for (unsigned step = 0; step < 12; step++) {
                        unsigned long small = random_below(6);

                        random_operand(b, 100);
                        y = random_range(b);
                        switch (random_below(9)) {
                        case 0:
                                mpz_add(a, a, b);
                                x = bng_range_add(x, y);
                                break;
                        case 1:
                                mpz_sub(a, a, b);
                                mpz_abs(a, a);
                                x = bng_range_difference(x, y);
                                break;
                        case 2:
                                mpz_mul(a, a, b);
                                x = bng_range_mul(x, y);
                                break;
                        case 3:
                                if (bits_of(a) > 20000)
                                        break;
                                mpz_pow_ui(a, a, small);
                                x = bng_range_pow(x, bng_range_of_u64(small));
                                break;
                        case 4:
                                mpz_root(a, a, small + 1);
                                x = bng_range_root(x, bng_range_of_u64(small + 1));
                                break;
                        case 5:
                                if (!mpz_sgn(b))
                                        break;
                                mpz_tdiv_q(a, a, b);
                                x = bng_range_quotient(x, y, BNG_TOWARDS_ZERO);
                                break;
                        case 6:
                                if (!mpz_sgn(b))
                                        break;
                                mpz_tdiv_r(a, a, b);
                                x = bng_range_remainder(x, y, BNG_TOWARDS_ZERO);
                                break;
                        case 7:
                                mpz_mul_2exp(a, a, small * 40);
                                x = bng_range_shift_left(x, bng_range_of_u64(small * 40));
                                break;
                        default:
                                if (mpz_cmp_ui(a, 3000) > 0)
                                        break;
                                mpz_fac_ui(a, mpz_get_ui(a));
                                x = bng_range_factorial(x);
                        }
                        assert_holds(x, a, "case %u, step %u", i, step);
                }
        }
}

/* Towers and unknowns go through every operation, to true statements. */
static void test_closed(void **state)
{
        struct bng_range pool[24];
        unsigned filled = 6;

        (void)state;
        pool[0] = bng_range_zero();
        pool[1] = bng_range_of_u64(1);
        pool[2] = bng_range_of_u64(UINT64_MAX);
        pool[3] = bng_range_unknown();
        pool[4] = bng_range_of_bits(1000, 1001);
        pool[5] = bng_range_of_bits(BNG_BITS_BEYOND, BNG_BITS_BEYOND);
        for (unsigned i = random_cases(20000); i; i--) {
                struct bng_range x = pool[random_below(filled)], y = pool[random_below(filled)], z;
                bng_bounds bounds;
                double log2_bits;

                switch (random_below(16)) {
                case 0:
                        z = bng_range_add(x, y);
                        break;
                case 1:
                        z = bng_range_difference(x, y);
                        break;
                case 2:
                        z = bng_range_mul(x, y);
                        break;
                case 3:
                        z = bng_range_pow(x, y);
                        break;
                case 4:
                        z = bng_range_factorial(x);
                        break;
                case 5:
                        z = bng_range_binomial(x, y);
                        break;
                case 6:
                        z = bng_range_primorial(x);
                        break;
                case 7:
                        z = random_below(2) ? bng_range_fibonacci(x) : bng_range_lucas(x);
                        break;
                case 8:
                        z = random_below(2) ? bng_range_gcd(x, y) : bng_range_lcm(x, y);
                        break;
                case 9:
                        z = bng_range_root(x, y);
                        break;
                case 10:
                        z = bng_range_quotient(x, y, (enum bng_rounding)random_below(2));
                        break;
                case 11:
                        z = bng_range_remainder(x, y, (enum bng_rounding)random_below(2));
                        break;
                case 12:
                        z = bng_range_shift_left(x, y);
                        break;
                case 13:
                        z = bng_range_shift_right(x, y, (enum bng_rounding)random_below(2));
                        break;
                case 14:
                        z = bng_range_bitwise(x, y);
                        break;
                default:
                        z = bng_range_complement(x);
                }
                bounds = bng_range_bits(z);
                assert_true(bounds.bits_min <= bounds.bits_max);
                assert_true(z.surely_zero == (z.known && z.value == 0));
                assert_true(!z.known || z.may_be_zero == z.surely_zero);
                if (!z.surely_zero)
                        assert_true(bng_magnitude_compare(z.lo, z.hi) < 0);
                if (bng_range_log2_bits(z, &log2_bits))
                        assert_true(log2_bits >= 0 && log2_bits < 0x1p1023 * 2);
                if (filled < 24)
                        pool[filled++] = z;
                else
                        pool[6 + random_below(18)] = z;
        }
}

static void test_saturation(void **state)
{
        struct bng_range any = bng_range_unknown(), one = bng_range_of_u64(1);
        double log2_bits;

        (void)state;
        assert_true(bng_range_bits(any).bits_max == BNG_BITS_BEYOND);
        assert_true(bng_range_bits(bng_range_add(any, one)).bits_max == BNG_BITS_BEYOND);
        assert_true(bng_range_bits(bng_range_mul(any, any)).bits_max == BNG_BITS_BEYOND);
        assert_true(bng_range_bits(bng_range_pow(any, any)).bits_max == BNG_BITS_BEYOND);
        assert_true(bng_range_bits(bng_range_root(any, bng_range_of_u64(9))).bits_max ==
                    BNG_BITS_BEYOND);
        assert_false(bng_range_log2_bits(any, &log2_bits));
        assert_true(bng_range_mul(any, bng_range_zero()).surely_zero);
        assert_true(bng_range_shift_left(bng_range_zero(), any).surely_zero);
        assert_true(bng_range_shift_right(bng_range_of_bits(9, 9), bng_range_of_u64(UINT64_MAX),
                                          BNG_TOWARDS_ZERO)
                            .surely_zero);
        /* Division by what is 0 for certain says nothing; root 0 neither. */
        assert_true(bng_range_bits(bng_range_quotient(one, bng_range_zero(), BNG_TOWARDS_ZERO))
                            .bits_max == BNG_BITS_BEYOND);
        assert_true(bng_range_bits(bng_range_root(one, bng_range_zero())).bits_max ==
                    BNG_BITS_BEYOND);
}

static void test_log2_bits(void **state)
{
        struct bng_range n = bng_range_of_u64(1);
        double log2_bits = -1;

        (void)state;
        assert_true(bng_range_log2_bits(bng_range_zero(), &log2_bits) && log2_bits == 0);
        assert_true(bng_range_log2_bits(n, &log2_bits) && log2_bits == 0);
        assert_true(bng_range_log2_bits(bng_range_of_bits(8, 8), &log2_bits) && log2_bits == 3);
        /* 2^(2^k) has 2^k + 1 bits. */
        n = bng_range_pow(bng_range_of_u64(2), bng_range_of_bits(101, 101));
        assert_true(bng_range_log2_bits(n, &log2_bits) && log2_bits >= 101 && log2_bits < 101.001);
        n = bng_range_pow(bng_range_of_u64(2), n);
        assert_true(bng_range_log2_bits(n, &log2_bits) && log2_bits >= 0x1p101 &&
                    log2_bits < 0x1.001p101);
        n = bng_range_pow(bng_range_of_u64(2), n);
        assert_false(bng_range_log2_bits(n, &log2_bits));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_making),     cmocka_unit_test(test_sums),
                cmocka_unit_test(test_products),   cmocka_unit_test(test_divisions),
                cmocka_unit_test(test_roots),      cmocka_unit_test(test_digits),
                cmocka_unit_test(test_chains),     cmocka_unit_test(test_closed),
                cmocka_unit_test(test_saturation), cmocka_unit_test(test_log2_bits),
        };
        int failed;

        mpz_inits(a, b, result, NULL);
        failed = cmocka_run_group_tests(tests, NULL, NULL);
        mpz_clears(a, b, result, NULL);
        return failed;
}
