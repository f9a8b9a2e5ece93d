/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "extended.h"
#include "guard-cases.h"
#include "predict/predict.h"

/*
 * A prediction holds what GMP computes: the size, the sign, whether it may be 0, whether it exists.
 * Also when less is known of the operands than there is to know, as within an expression that is
 * only predicted.
 */

static unsigned long seed = 20240302;

struct function {
        const char *name;
        struct bng_prediction (*predict)(struct bng_operand a, struct bng_operand b);
        /* False: there is no such number. */
        bool (*compute)(mpz_ptr r, mpz_srcptr a, mpz_srcptr b);
        long b_max; /* of the absolute value; 0: any */
};

/* name, prediction, condition, GMP's call; b is n where it is a word */
#define FUNCTIONS(X)                                                                               \
        X(copy, bng_predict_copy(a), true, mpz_set(r, a), 0)                                       \
        X(complement, bng_predict_complement(a), true, mpz_com(r, a), 0)                           \
        X(add, bng_predict_add(a, b), true, mpz_add(r, a, b), 0)                                   \
        X(subtract, bng_predict_subtract(a, b), true, mpz_sub(r, a, b), 0)                         \
        X(multiply, bng_predict_multiply(a, b), true, mpz_mul(r, a, b), 0)                         \
        X(add_product, bng_predict_add_product(a, a, b), true,                                     \
          (mpz_mul(r, a, b), mpz_add(r, r, a)), 0)                                                 \
        X(subtract_product, bng_predict_subtract_product(a, a, b), true,                           \
          (mpz_mul(r, a, b), mpz_sub(r, a, r)), 0)                                                 \
        X(add_square, bng_predict_add_square(b, a), true, (mpz_mul(r, a, a), mpz_add(r, b, r)), 0) \
        X(subtract_square, bng_predict_subtract_square(b, a), true,                                \
          (mpz_mul(r, a, a), mpz_sub(r, b, r)), 0)                                                 \
        X(and, bng_predict_and(a, b), true, mpz_and(r, a, b), 0)                                   \
        X(ior, bng_predict_ior(a, b), true, mpz_ior(r, a, b), 0)                                   \
        X(xor, bng_predict_xor(a, b), true, mpz_xor(r, a, b), 0)                                   \
        X(set_bit, bng_predict_set_bit(a, b), mpz_sgn(b) >= 0,                                     \
          (mpz_set(r, a), mpz_setbit(r, mpz_get_ui(b))), 300)                                      \
        X(shift_left, bng_predict_shift_left(a, b), mpz_sgn(b) >= 0,                               \
          mpz_mul_2exp(r, a, mpz_get_ui(b)), 300)                                                  \
        X(tdiv_q_2exp, bng_predict_shift_right(BNG_TRUNCATE, a, b), mpz_sgn(b) >= 0,               \
          mpz_tdiv_q_2exp(r, a, mpz_get_ui(b)), 300)                                               \
        X(fdiv_q_2exp, bng_predict_shift_right(BNG_FLOOR, a, b), mpz_sgn(b) >= 0,                  \
          mpz_fdiv_q_2exp(r, a, mpz_get_ui(b)), 300)                                               \
        X(cdiv_q_2exp, bng_predict_shift_right(BNG_CEILING, a, b), mpz_sgn(b) >= 0,                \
          mpz_cdiv_q_2exp(r, a, mpz_get_ui(b)), 300)                                               \
        X(tdiv_r_2exp, bng_predict_low_bits(BNG_TRUNCATE, a, b), mpz_sgn(b) >= 0,                  \
          mpz_tdiv_r_2exp(r, a, mpz_get_ui(b)), 300)                                               \
        X(fdiv_r_2exp, bng_predict_low_bits(BNG_FLOOR, a, b), mpz_sgn(b) >= 0,                     \
          mpz_fdiv_r_2exp(r, a, mpz_get_ui(b)), 300)                                               \
        X(cdiv_r_2exp, bng_predict_low_bits(BNG_CEILING, a, b), mpz_sgn(b) >= 0,                   \
          mpz_cdiv_r_2exp(r, a, mpz_get_ui(b)), 300)                                               \
        X(tdiv_q, bng_predict_quotient(BNG_TRUNCATE, a, b), mpz_sgn(b) != 0, mpz_tdiv_q(r, a, b),  \
          0)                                                                                       \
        X(fdiv_q, bng_predict_quotient(BNG_FLOOR, a, b), mpz_sgn(b) != 0, mpz_fdiv_q(r, a, b), 0)  \
        X(cdiv_q, bng_predict_quotient(BNG_CEILING, a, b), mpz_sgn(b) != 0, mpz_cdiv_q(r, a, b),   \
          0)                                                                                       \
        X(tdiv_r, bng_predict_remainder(BNG_TRUNCATE, a, b), mpz_sgn(b) != 0, mpz_tdiv_r(r, a, b), \
          0)                                                                                       \
        X(fdiv_r, bng_predict_remainder(BNG_FLOOR, a, b), mpz_sgn(b) != 0, mpz_fdiv_r(r, a, b), 0) \
        X(cdiv_r, bng_predict_remainder(BNG_CEILING, a, b), mpz_sgn(b) != 0, mpz_cdiv_r(r, a, b),  \
          0)                                                                                       \
        X(gcd, bng_predict_gcd(a, b), true, mpz_gcd(r, a, b), 0)                                   \
        X(lcm, bng_predict_lcm(a, b), true, mpz_lcm(r, a, b), 0)                                   \
        X(inverse, bng_predict_inverse(a, b), mpz_sgn(b) != 0 && mpz_invert(r, a, b), (void)0, 0)  \
        X(power_modulo, bng_predict_power_modulo(a, a, b), mpz_sgn(b) != 0 && mpz_sgn(a) >= 0,     \
          mpz_powm(r, a, a, b), 0)                                                                 \
        X(power, bng_predict_power(a, b), mpz_sgn(b) >= 0, mpz_pow_ui(r, a, mpz_get_ui(b)), 40)    \
        X(root, bng_predict_root(a, b), mpz_sgn(b) > 0 && (mpz_odd_p(b) || mpz_sgn(a) >= 0),       \
          mpz_root(r, a, mpz_get_ui(b)), 300)                                                      \
        X(binomial, bng_predict_binomial(a, b), mpz_sgn(b) >= 0, mpz_bin_ui(r, a, mpz_get_ui(b)),  \
          40)                                                                                      \
        X(factorial, bng_predict_factorial(b), mpz_sgn(b) >= 0, mpz_fac_ui(r, mpz_get_ui(b)), 500) \
        X(primorial, bng_predict_primorial(b), mpz_sgn(b) >= 0,                                    \
          mpz_primorial_ui(r, mpz_get_ui(b)), 5000)                                                \
        X(fibonacci, bng_predict_fibonacci(b), mpz_sgn(b) >= 0, mpz_fib_ui(r, mpz_get_ui(b)),      \
          2000)                                                                                    \
        X(lucas, bng_predict_lucas(b), mpz_sgn(b) >= 0, mpz_lucnum_ui(r, mpz_get_ui(b)), 2000)     \
        X(print, bng_predict_print(a, 10), true, mpz_set(r, a), 0)

#define DEFINE(name, prediction, condition, call, most)                                            \
        static struct bng_prediction predict_##name(struct bng_operand a, struct bng_operand b)    \
        {                                                                                          \
                (void)a, (void)b;                                                                  \
                return prediction;                                                                 \
        }                                                                                          \
        static bool compute_##name(mpz_ptr r, mpz_srcptr a, mpz_srcptr b)                          \
        {                                                                                          \
                (void)a, (void)b;                                                                  \
                if (!(condition))                                                                  \
                        return false;                                                              \
                call;                                                                              \
                return true;                                                                       \
        }
#define ROW(name, prediction, condition, call, most) {#name, predict_##name, compute_##name, most},

FUNCTIONS(DEFINE)
static const struct function functions[] = {FUNCTIONS(ROW)};

#define EXPECT(condition, f, a, b)                                                                 \
        do {                                                                                       \
                if (!(condition)) {                                                                \
                        gmp_printf("%s(%Zd, %Zd), seed %lu\n", (f)->name, a, b, seed);             \
                        fail_msg("%s", #condition);                                                \
                }                                                                                  \
        } while (0)

/* |n| is this value, which may be no machine word. */
static bool is_size(mpz_srcptr n, uint64_t value)
{
        uint64_t size = 0;

        if (bit_length(n) > 64)
                return false;
        mpz_export(&size, NULL, -1, sizeof size, 0, 0, n);
        return size == value;
}

static void expect_holds(const struct function *f, struct bng_operand a_seen,
                         struct bng_operand b_seen, mpz_srcptr a, mpz_srcptr b, mpz_ptr r)
{
        struct bng_prediction prediction = f->predict(a_seen, b_seen);

        if (!f->compute(r, a, b))
                return;
        EXPECT(!prediction.undefined, f, a, b);

        struct bng_range size = prediction.result.size;
        bng_bounds bits = bng_range_bits(size);
        uint64_t true_bits = bit_length(r);
        EXPECT(bits.bits_min <= true_bits && true_bits <= bits.bits_max, f, a, b);
        EXPECT(true_bits <= prediction.room_bits, f, a, b);
        EXPECT(prediction.peak_bytes >= true_bits / 8, f, a, b);
        EXPECT(mpz_sgn(r) <= 0 || prediction.result.may_be_positive, f, a, b);
        EXPECT(mpz_sgn(r) >= 0 || prediction.result.may_be_negative, f, a, b);
        EXPECT(mpz_sgn(r) != 0 || size.may_be_zero, f, a, b);
        EXPECT(mpz_sgn(r) == 0 || !size.surely_zero, f, a, b);
        EXPECT(!size.known || is_size(r, size.value), f, a, b);
        EXPECT(mpz_even_p(r) || prediction.result.may_be_odd, f, a, b);
        EXPECT(mpz_odd_p(r) || prediction.result.may_be_even, f, a, b);
}

/* The same number, with some of the knowledge about it lost. */
static struct bng_operand blurred(mpz_srcptr n)
{
        uint64_t bits = bit_length(n);
        uint64_t below = random_below(3);
        bool may_be_negative = mpz_sgn(n) < 0 || random_below(2);
        bool may_be_positive = mpz_sgn(n) > 0 || random_below(2);
        struct bng_range size =
                bng_range_of_bits(below > bits ? 0 : bits - below, bits + random_below(3));

        return bng_operand_range(size, may_be_negative, may_be_positive);
}

static void try_operands(const struct function *f, mpz_srcptr a, mpz_srcptr b, mpz_ptr r)
{
        expect_holds(f, bng_operand_z(a), bng_operand_z(b), a, b, r);
        expect_holds(f, blurred(a), bng_operand_z(b), a, b, r);
        expect_holds(f, bng_operand_z(a), blurred(b), a, b, r);
        expect_holds(f, blurred(a), blurred(b), a, b, r);
}

static void test_predictions_hold(void **unused)
{
        (void)unused;
        mpz_t a, b, r;

        mpz_inits(a, b, r, NULL);
        for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
                const struct function *f = &functions[i];

                random_start(seed);
                for (long x = -20; x <= 20; x++)
                        for (long y = -20; y <= 20; y++) {
                                mpz_set_si(a, x);
                                mpz_set_si(b, y);
                                try_operands(f, a, b, r);
                        }
                for (unsigned round = 0; round < test_rounds(20000, 200000); round++) {
                        random_integer(a, random_below(round % 8 == 0 ? 1000 : 140));
                        if (f->b_max == 0)
                                random_integer(b, random_below(round % 8 == 1 ? 1000 : 140));
                        else
                                mpz_set_ui(b, random_below((uint64_t)f->b_max));
                        try_operands(f, a, b, r);
                }
                random_end();
        }
        mpz_clears(a, b, r, NULL);
}

/* Where nothing is lost, a sign or a kind of undefinedness is not a guess either. */
static void test_what_is_certain_is_said(void **unused)
{
        (void)unused;
        struct bng_operand minus = bng_operand_si(-3);
        struct bng_operand two = bng_operand_ui(2);
        struct bng_range long_ = bng_range_of_bits(1000, 1001);
        struct bng_operand large = bng_operand_range(long_, false, true);
        struct bng_prediction p;

        p = bng_predict_subtract(large, two);
        assert_false(p.result.may_be_negative);
        assert_false(p.result.size.may_be_zero);
        p = bng_predict_subtract(two, large);
        assert_false(p.result.may_be_positive);
        p = bng_predict_multiply(large, minus);
        assert_false(p.result.may_be_positive);
        p = bng_predict_power(minus, bng_operand_ui(UINT64_MAX));
        assert_false(p.result.may_be_positive);
        p = bng_predict_power(minus, two);
        assert_false(p.result.may_be_negative);
        assert_non_null(bng_predict_power(large, minus).undefined);
        assert_non_null(bng_predict_power(bng_operand_ui(0), minus).undefined);
        assert_null(bng_predict_power(bng_operand_si(-1), minus).undefined);
        assert_non_null(bng_predict_root(minus, two).undefined);
        assert_non_null(bng_predict_root(two, minus).undefined);
        assert_non_null(bng_predict_factorial(minus).undefined);
        p = bng_predict_low_bits(BNG_FLOOR, minus, bng_operand_ui(5000));
        assert_int_equal(bng_range_bits(p.result.size).bits_min, 5000);
        /* 2^(2^100) has more bits than can be counted, and so may what it has in common with itself. */
        struct bng_operand beyond =
                bng_predict_power(two, bng_predict_power(two, bng_operand_ui(100)).result).result;
        double log2_bits;
        assert_true(bng_range_log2_bits(bng_predict_and(beyond, beyond).result.size, &log2_bits));
        assert_true(log2_bits >= 100 && log2_bits < 101);
        assert_int_equal(bng_range_bits(bng_predict_and(beyond, two).result.size).bits_max, 2);
        assert_true(bng_predict_and(beyond, bng_operand_ui(0)).result.size.surely_zero);
}

static void test_leading_bits(void **unused)
{
        (void)unused;
        mpz_t n;

        mpz_init(n);
        random_start(seed);
        for (unsigned round = 0; round < test_rounds(20000, 200000); round++) {
                random_integer(n, 1 + random_below(300));
                struct bng_operand seen = bng_operand_z(n);
                uint64_t bits = bit_length(n);
                assert_int_equal(bng_range_bits(seen.size).bits_min, bits);
                assert_int_equal(bng_range_bits(seen.size).bits_max, bits);
                assert_int_equal(seen.size.known, bits <= 64);
                if (bits <= 64)
                        assert_true(is_size(n, seen.size.value));
        }
        random_end();
        mpz_clear(n);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_predictions_hold),
                cmocka_unit_test(test_what_is_certain_is_said),
                cmocka_unit_test(test_leading_bits),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
