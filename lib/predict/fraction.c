/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include "predict/limbs.h"
#include "predict/peak.h"

/*
 * Fractions. Their bounds are those of rational.c, from the bit counts of numerators and
 * denominators; what is judged is the longer one. GMP keeps them in lowest terms with common
 * divisors, which are found before it multiplies and divided out.
 */

static uint64_t bits_of_part(mpz_srcptr n)
{
        return bng_operand_bits_max(bng_operand_z(n));
}

static struct bng_fraction_bits bits_of(mpq_srcptr a)
{
        return (struct bng_fraction_bits){bits_of_part(mpq_numref(a)), bits_of_part(mpq_denref(a))};
}

static const char zero_denominator[] = "a fraction with the denominator zero";

/*
 * Why GMP may not compute with a; NULL if it may. It takes a denominator's signed count of limbs for
 * the count that it copies, so one below 0 would write over memory.
 */
static const char *flaw(mpq_srcptr a)
{
        int sign = mpz_sgn(mpq_denref(a));

        if (sign == 0)
                return zero_denominator;
        return sign < 0 ? "a fraction with a denominator below zero, which canonicalizing mends"
                        : NULL;
}

static const char *flaw_of_either(mpq_srcptr a, mpq_srcptr b)
{
        const char *first = flaw(a);
        return first ? first : flaw(b);
}

static struct bng_operand of_bounds(bng_bounds bits)
{
        return bng_operand_range(bng_range_of_bits(bits.bits_min, bits.bits_max), true, true);
}

static struct bng_operand longer(bng_bounds_mpq bounds)
{
        return bng_operand_longest(of_bounds(bounds.num), of_bounds(bounds.den));
}

/* Room for carries, for limbs that GMP finds to be 0, and the denominator of a new fraction. */
#define SPARE_LIMBS 5

/* Numerators and denominators are moved as they are. */
static struct bng_prediction moved(struct bng_operand num, struct bng_operand den)
{
        uint64_t a_bits = bng_operand_bits_max(num), b_bits = bng_operand_bits_max(den);
        uint64_t limbs = bng_limbs_of_bits(a_bits) + bng_limbs_of_bits(b_bits) + SPARE_LIMBS;

        return bng_holding(bng_predicted(bng_operand_longest(num, den), BNG_WORK_COPY,
                                         bng_sat_add(a_bits, b_bits)),
                           bng_bytes_of_limbs(limbs));
}

/* What two numbers surely have in common, in bits, which is then taken away. */
static uint64_t common_bits(uint64_t a_bits, uint64_t b_bits, struct bng_rest rest)
{
        return rest.bits > 0 ? 0 : bng_sat_sub(bng_min(a_bits, b_bits), rest.factor_bits);
}

/*
 * How long it takes: a, b: the numerator and the denominator of the one, c, d: those of the other; and
 * the rests of those that are divided by what they have in common.
 */
static struct bng_time multiply_time(struct bng_lengths of)
{
        struct bng_time divisors = bng_time_and(bng_time_gcd(of.a, of.d, of.rest),
                                                bng_time_gcd(of.c, of.b, of.other_rest));
        uint64_t first = common_bits(of.a, of.d, of.rest);
        uint64_t second = common_bits(of.c, of.b, of.other_rest);

        return bng_time_and(divisors, bng_time_and(bng_time_multiply(of.a - first, of.c - second),
                                                   bng_time_multiply(of.b - second, of.d - first)));
}

static struct bng_time square_time(struct bng_lengths of)
{
        return bng_time_and(bng_time_of(BNG_PACE_SQUARE, bng_sat_mul(2, of.a)),
                            bng_time_of(BNG_PACE_SQUARE, bng_sat_mul(2, of.b)));
}

/*
 * The sum of the numerators is then divided by what it has in common with the denominators' divisor, a
 * gcd that takes as long as theirs was shorter for it.
 */
static struct bng_time add_time(struct bng_lengths of)
{
        struct bng_time sum =
                bng_time_and(bng_time_multiply(of.a, of.d), bng_time_multiply(of.c, of.b));
        struct bng_time divisors = bng_time_gcd(of.b, of.d, of.rest);

        if (of.rest.bits == 0) {
                uint64_t common = common_bits(of.b, of.d, of.rest);
                divisors = bng_time_and(divisors, bng_time_gcd(common, common, BNG_REST_UNKNOWN));
        }

        return bng_time_and(sum, bng_time_and(divisors, bng_time_multiply(of.b, of.d)));
}

static struct bng_time canonical_time(struct bng_lengths of)
{
        struct bng_time divisor = bng_time_gcd(of.a, of.b, of.rest);
        uint64_t common = common_bits(of.a, of.b, of.rest);

        if (common == 0)
                return divisor;
        return bng_time_and(divisor, bng_time_and(bng_time_quotient(of.a, common),
                                                  bng_time_quotient(of.b, common)));
}

static struct bng_duration duration(struct bng_time (*of)(struct bng_lengths),
                                    struct bng_fraction_bits x, struct bng_fraction_bits y,
                                    struct bng_pair pair, struct bng_pair other_pair)
{
        return (struct bng_duration){.of = of,
                                     .lengths = {.a = x.num, .b = x.den, .c = y.num, .d = y.den},
                                     .pair = pair,
                                     .other_pair = other_pair};
}

static struct bng_pair pair(mpz_srcptr a, mpz_srcptr b)
{
        return (struct bng_pair){a, b, .odd = true};
}

static const struct bng_pair no_pair;

/* Common divisors, quotients and products. */
static struct bng_prediction reduced(bng_bounds_mpq bounds, uint64_t peak_bytes,
                                     struct bng_duration duration)
{
        struct bng_prediction prediction = bng_predicted(longer(bounds), BNG_WORK_GCD, 0);

        prediction.peak_bytes = peak_bytes;
        prediction.duration = duration;
        return prediction;
}

/* What two numbers may have in common, apart from the zeros at their ends and with them. */
static struct bng_divisor divisor_of(mpz_srcptr a, mpz_srcptr b)
{
        struct bng_operand x = bng_operand_z(a), y = bng_operand_z(b);
        uint64_t odd_bits = bng_min(bits_of_part(a) - x.zeros, bits_of_part(b) - y.zeros);

        return (struct bng_divisor){
                .bits = odd_bits + bng_min(x.zeros, y.zeros),
                .peak_bytes = bng_predict_gcd(x, y).peak_bytes,
        };
}

struct bng_prediction bng_predict_fraction_of(struct bng_operand num, struct bng_operand den)
{
        if (den.size.surely_zero)
                return bng_predicted_undefined(zero_denominator);
        return moved(num, den);
}

struct bng_prediction bng_predict_fraction_copy(mpq_srcptr a)
{
        if (flaw(a))
                return bng_predicted_undefined(flaw(a));
        return moved(bng_operand_z(mpq_numref(a)), bng_operand_z(mpq_denref(a)));
}

struct bng_prediction bng_predict_fraction_inverse(mpq_srcptr a)
{
        if (mpz_sgn(mpq_numref(a)) == 0)
                return bng_predicted_undefined("a division by zero");
        return bng_predict_fraction_copy(a);
}

struct bng_prediction bng_predict_fraction_add(mpq_srcptr a, mpq_srcptr b)
{
        if (flaw_of_either(a, b))
                return bng_predicted_undefined(flaw_of_either(a, b));
        struct bng_fraction_bits x = bits_of(a), y = bits_of(b);
        return reduced(bng_bounds_mpq_add(x.num, x.den, y.num, y.den),
                       bng_peak_fraction_add(x, y, divisor_of(mpq_denref(a), mpq_denref(b))),
                       duration(add_time, x, y, pair(mpq_denref(a), mpq_denref(b)), no_pair));
}

/* By num/den: of a quotient, the inverse of the divisor. */
static struct bng_prediction multiplied(mpq_srcptr a, mpz_srcptr num, mpz_srcptr den)
{
        struct bng_fraction_bits x = bits_of(a), y = {bits_of_part(num), bits_of_part(den)};
        struct bng_divisor first = divisor_of(mpq_numref(a), den);
        struct bng_divisor second = divisor_of(num, mpq_denref(a));

        return reduced(
                bng_bounds_mpq_mul(x.num, x.den, y.num, y.den),
                bng_peak_fraction_multiply(x, y, first, second),
                duration(multiply_time, x, y, pair(mpq_numref(a), den), pair(num, mpq_denref(a))));
}

/* Known by its address to GMP. */
static struct bng_prediction squared(mpq_srcptr a)
{
        struct bng_fraction_bits x = bits_of(a);

        return reduced(bng_bounds_mpq_mul(x.num, x.den, x.num, x.den), bng_peak_fraction_square(x),
                       duration(square_time, x, x, no_pair, no_pair));
}

struct bng_prediction bng_predict_fraction_multiply(mpq_srcptr a, mpq_srcptr b)
{
        if (flaw_of_either(a, b))
                return bng_predicted_undefined(flaw_of_either(a, b));
        return a == b ? squared(a) : multiplied(a, mpq_numref(b), mpq_denref(b));
}

struct bng_prediction bng_predict_fraction_divide(mpq_srcptr a, mpq_srcptr b)
{
        if (flaw_of_either(a, b))
                return bng_predicted_undefined(flaw_of_either(a, b));
        if (mpz_sgn(mpq_numref(b)) == 0)
                return bng_predicted_undefined("a division by zero");
        return multiplied(a, mpq_denref(b), mpq_numref(b));
}

/* The one part gives what twos it has, up to so many; the other one takes the rest. */
static struct bng_operand without_twos(struct bng_operand a, uint64_t count)
{
        struct bng_range taken = bng_range_of_u64(bng_min(a.zeros, count));

        return bng_operand_range(bng_range_shift_right(a.size, taken, BNG_TOWARDS_ZERO), true,
                                 true);
}

static struct bng_operand with_twos(struct bng_operand a, struct bng_operand other, uint64_t count)
{
        struct bng_range rest = bng_range_of_u64(count - bng_min(other.zeros, count));

        return bng_operand_range(bng_range_shift_left(a.size, rest), true, true);
}

struct bng_prediction bng_predict_fraction_shift_left(mpq_srcptr a, uint64_t count)
{
        struct bng_operand num = bng_operand_z(mpq_numref(a));
        struct bng_operand den = bng_operand_z(mpq_denref(a));

        if (flaw(a))
                return bng_predicted_undefined(flaw(a));
        return moved(with_twos(num, den, count), without_twos(den, count));
}

struct bng_prediction bng_predict_fraction_shift_right(mpq_srcptr a, uint64_t count)
{
        struct bng_operand num = bng_operand_z(mpq_numref(a));
        struct bng_operand den = bng_operand_z(mpq_denref(a));

        if (flaw(a))
                return bng_predicted_undefined(flaw(a));
        if (mpq_sgn(a) == 0)
                return moved(num, bng_operand_ui(1));
        return moved(without_twos(num, count), with_twos(den, num, count));
}

static bng_bounds down_to_one(uint64_t bits)
{
        return (bng_bounds){bits > 0, bits};
}

struct bng_prediction bng_predict_fraction_canonical(mpq_srcptr a)
{
        if (mpz_sgn(mpq_denref(a)) == 0)
                return bng_predicted_undefined(zero_denominator);
        struct bng_fraction_bits x = bits_of(a);
        struct bng_divisor common = divisor_of(mpq_numref(a), mpq_denref(a));
        return reduced((bng_bounds_mpq){down_to_one(x.num), down_to_one(x.den)},
                       bng_peak_fraction_canonical(x, common),
                       duration(canonical_time, x, x, pair(mpq_numref(a), mpq_denref(a)), no_pair));
}

static struct bng_operand power_of_two(uint64_t exponent)
{
        return bng_operand_range(
                bng_range_shift_left(bng_range_of_u64(1), bng_range_of_u64(exponent)), false, true);
}

/* d = odd * 2^exponent, both integers. */
struct bng_prediction bng_predict_fraction_of_double(double d)
{
        int exponent;

        if (isnan(d))
                return bng_predicted_undefined("a NaN is no fraction");
        if (isinf(d))
                return bng_predicted_undefined("an infinity is no fraction");
        if (d == 0)
                return moved(bng_operand_ui(0), bng_operand_ui(1));
        uint64_t odd = (uint64_t)ldexp(frexp(fabs(d), &exponent), 53);
        exponent -= 53;
        while (odd % 2 == 0) {
                odd /= 2;
                exponent++;
        }
        if (exponent < 0)
                return moved(bng_operand_ui(odd), power_of_two((uint64_t)-exponent));
        struct bng_range num =
                bng_range_shift_left(bng_range_of_u64(odd), bng_range_of_u64((uint64_t)exponent));
        return moved(bng_operand_range(num, true, true), bng_operand_ui(1));
}

struct bng_prediction bng_predict_fraction_of_float(mpf_srcptr f)
{
        bng_bounds_mpq bounds = bng_bounds_mpq_set_f(mpf_size(f), f->_mp_exp, GMP_NUMB_BITS);
        return moved(of_bounds(bounds.num), of_bounds(bounds.den));
}
