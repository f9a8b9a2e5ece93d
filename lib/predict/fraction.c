/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include "bounds/checked.h"
#include "predict/peak.h"

/*
 * Fractions. Their bounds are those of rational.c, from the bit counts of numerators and
 * denominators; what is judged is the longer one. GMP keeps them in lowest terms with common
 * divisors, which are found before it multiplies and divided out.
 */

static uint64_t num_bits(mpq_srcptr a)
{
        return bng_operand_bits_max(bng_operand_z(mpq_numref(a)));
}

static uint64_t den_bits(mpq_srcptr a)
{
        return bng_operand_bits_max(bng_operand_z(mpq_denref(a)));
}

static uint64_t all_bits(mpq_srcptr a)
{
        return bng_sat_add(num_bits(a), den_bits(a));
}

static struct bng_fraction_bits bits_of(mpq_srcptr a)
{
        return (struct bng_fraction_bits){num_bits(a), den_bits(a)};
}

static struct bng_fraction_bits bits_of_inverse(mpq_srcptr a)
{
        return (struct bng_fraction_bits){den_bits(a), num_bits(a)};
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

/* Numerators and denominators are moved as they are. */
static struct bng_prediction moved(struct bng_operand num, struct bng_operand den)
{
        uint64_t both = bng_sat_add(bng_operand_bits_max(num), bng_operand_bits_max(den));
        return bng_predicted(bng_operand_longest(num, den), BNG_WORK_COPY,
                             bng_sat_add(both, 5 * GMP_NUMB_BITS));
}

static struct bng_time reduced_time(struct bng_lengths of)
{
        return bng_time_and(bng_time_of(BNG_PACE_GCD, of.a / 2),
                            bng_time_of(BNG_PACE_DIVIDE, of.a));
}

/*
 * Common divisors, quotients and products, up to six numbers of the operands' length together and
 * one of the algorithms at work, of which a division holds the most.
 */
static struct bng_prediction reduced(bng_bounds_mpq bounds, uint64_t bits)
{
        struct bng_prediction prediction = bng_predicted(longer(bounds), BNG_WORK_DIVIDE, bits);
        uint64_t kept = bng_peak_bytes(BNG_WORK_COPY, bng_sat_mul(bits, 6));

        prediction.peak_bytes = bng_sat_add(prediction.peak_bytes, kept);
        return bng_timed(prediction, reduced_time, bits, 0, 0);
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
        return bng_holding(
                reduced(bng_bounds_mpq_add(num_bits(a), den_bits(a), num_bits(b), den_bits(b)),
                        bng_sat_add(all_bits(a), all_bits(b))),
                bng_peak_fraction_add(bits_of(a), bits_of(b)));
}

/* GMP knows a square by its address. */
struct bng_prediction bng_predict_fraction_multiply(mpq_srcptr a, mpq_srcptr b)
{
        if (flaw_of_either(a, b))
                return bng_predicted_undefined(flaw_of_either(a, b));
        return bng_holding(
                reduced(bng_bounds_mpq_mul(num_bits(a), den_bits(a), num_bits(b), den_bits(b)),
                        bng_sat_add(all_bits(a), all_bits(b))),
                a == b ? bng_peak_fraction_square(bits_of(a))
                       : bng_peak_fraction_multiply(bits_of(a), bits_of(b)));
}

struct bng_prediction bng_predict_fraction_divide(mpq_srcptr a, mpq_srcptr b)
{
        if (flaw_of_either(a, b))
                return bng_predicted_undefined(flaw_of_either(a, b));
        if (mpz_sgn(mpq_numref(b)) == 0)
                return bng_predicted_undefined("a division by zero");
        return bng_holding(
                reduced(bng_bounds_mpq_div(num_bits(a), den_bits(a), num_bits(b), den_bits(b)),
                        bng_sat_add(all_bits(a), all_bits(b))),
                bng_peak_fraction_multiply(bits_of(a), bits_of_inverse(b)));
}

static struct bng_prediction shifted(mpq_srcptr a, bng_bounds_mpq bounds)
{
        if (flaw(a))
                return bng_predicted_undefined(flaw(a));
        return moved(of_bounds(bounds.num), of_bounds(bounds.den));
}

struct bng_prediction bng_predict_fraction_shift_left(mpq_srcptr a, uint64_t count)
{
        return shifted(a, bng_bounds_mpq_mul_2exp(num_bits(a), den_bits(a), count));
}

struct bng_prediction bng_predict_fraction_shift_right(mpq_srcptr a, uint64_t count)
{
        return shifted(a, bng_bounds_mpq_div_2exp(num_bits(a), den_bits(a), count));
}

static bng_bounds down_to_one(uint64_t bits)
{
        return (bng_bounds){bits > 0, bits};
}

struct bng_prediction bng_predict_fraction_canonical(mpq_srcptr a)
{
        if (mpz_sgn(mpq_denref(a)) == 0)
                return bng_predicted_undefined(zero_denominator);
        return reduced((bng_bounds_mpq){down_to_one(num_bits(a)), down_to_one(den_bits(a))},
                       all_bits(a));
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
