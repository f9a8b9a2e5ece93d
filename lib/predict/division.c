/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/checked.h"
#include "predict/limbs.h"
#include "predict/peak.h"
#include "predict/power-steps.h"

/*
 * Division and what is made of it. Quotients of exact integers go towards zero or away from it by
 * one, and remainders are small or the divisor less something small; which of the two follows from
 * the rounding and from the signs.
 */

static const char by_zero[] = "a division by zero";

static bool signs_may_agree(struct bng_operand a, struct bng_operand d)
{
        return (a.may_be_positive && d.may_be_positive) || (a.may_be_negative && d.may_be_negative);
}

static bool signs_may_differ(struct bng_operand a, struct bng_operand d)
{
        return (a.may_be_positive && d.may_be_negative) || (a.may_be_negative && d.may_be_positive);
}

static bool may_be_away(enum bng_division division, struct bng_operand a, struct bng_operand d)
{
        return (division == BNG_FLOOR && signs_may_differ(a, d)) ||
               (division == BNG_CEILING && signs_may_agree(a, d));
}

static enum bng_rounding rounding(enum bng_division division, struct bng_operand a,
                                  struct bng_operand d)
{
        return may_be_away(division, a, d) ? BNG_ANY_ROUNDING : BNG_TOWARDS_ZERO;
}

static struct bng_operand quotient_of(enum bng_division division, struct bng_operand a,
                                      struct bng_operand d)
{
        return bng_operand_range(bng_range_quotient(a.size, d.size, rounding(division, a, d)),
                                 signs_may_differ(a, d), signs_may_agree(a, d));
}

/* The remainder's sign is the dividend's for t, the divisor's for f, the other one for c. */
static struct bng_operand remainder_of(enum bng_division division, struct bng_operand a,
                                       struct bng_operand d)
{
        struct bng_range size = bng_range_remainder(a.size, d.size, rounding(division, a, d));

        switch (division) {
        case BNG_FLOOR:
                return bng_operand_range(size, d.may_be_negative, d.may_be_positive);
        case BNG_CEILING:
                return bng_operand_range(size, d.may_be_positive, d.may_be_negative);
        default:
                return bng_operand_range(size, a.may_be_negative, a.may_be_positive);
        }
}

/*
 * The length of what GMP works on: the dividend, or the divisor where a remainder may become one.
 */
static uint64_t longer_bits(struct bng_operand a, struct bng_operand d)
{
        return bng_max(bng_operand_bits_max(a), bng_operand_bits_max(d));
}

/* A division takes longest by half as many bits; or by the nearest that the divisor may have. */
static uint64_t slowest_divisor_bits(struct bng_operand a, struct bng_operand d)
{
        bng_bounds bits = bng_range_bits(d.size);
        uint64_t half = bng_operand_bits_max(a) / 2;

        return half < bits.bits_min ? bits.bits_min : half > bits.bits_max ? bits.bits_max : half;
}

static struct bng_time quotient_time(struct bng_lengths of)
{
        return bng_time_quotient(of.a, of.b);
}

static struct bng_time remainder_time(struct bng_lengths of)
{
        return bng_time_remainder(of.a, of.b);
}

/* To a bit; beyond all lengths nothing is. */
static bool is_known(bng_bounds bits)
{
        return bits.bits_max < BNG_BITS_BEYOND && bits.bits_max - bits.bits_min <= 1;
}

static bool length_is_exact(bng_bounds bits)
{
        return bits.bits_min == bits.bits_max;
}

/* Are its length and the zeros at its end known exactly? */
static bool is_exact(struct bng_operand a)
{
        bng_bounds bits = bng_range_bits(a.size);

        return is_known(bits) && length_is_exact(bits) && a.zeros_known;
}

/* Of a number of exactly so many bits: what its highest limb and what is right of it are. */
static struct bng_magnitude without_lower_limbs(struct bng_magnitude n, uint64_t bits)
{
        uint64_t below = (bits - 1) / GMP_NUMB_BITS * GMP_NUMB_BITS;

        return bng_magnitude_lo(bng_fixed_sub(n.top, bng_fixed_of(below)));
}

/*
 * mpn_tdiv_qr compares the highest limbs, and the leading bits of most operands say how that goes: the
 * whole part of x is surely below that of y where x + 1 <= y.
 */
static void compare_highest_limbs(struct bng_division_bits *of, struct bng_range a,
                                  struct bng_range d)
{
        struct bng_magnitude a_lo = without_lower_limbs(a.lo, of->a);
        struct bng_magnitude a_hi = without_lower_limbs(a.hi, of->a);
        struct bng_magnitude d_lo = without_lower_limbs(d.lo, of->d);
        struct bng_magnitude d_hi = without_lower_limbs(d.hi, of->d);

        of->surely_not_below = bng_magnitude_compare(d_hi, a_lo) <= 0;
        of->surely_below =
                bng_magnitude_compare(bng_magnitude_add_hi(a_hi, BNG_MAGNITUDE_ONE), d_lo) <= 0;
}

typedef uint64_t division_bits_peak(struct bng_division_bits of);

/* The peak for operands whose lengths are known to a bit, or else the worst for any. */
static uint64_t division_peak(division_bits_peak *peak, enum bng_division division,
                              struct bng_operand a, struct bng_operand d)
{
        bng_bounds a_bits = bng_range_bits(a.size);
        bng_bounds d_bits = bng_range_bits(d.size);
        struct bng_division_bits of = {
                .d_zeros = d.zeros,
                .may_be_more = !d.zeros_known,
                .may_be_away = may_be_away(division, a, d),
                .a = a_bits.bits_min,
                .d = d_bits.bits_min,
        };
        uint64_t most = bng_bytes_of_limbs(1);

        if (!is_known(a_bits) || !is_known(d_bits))
                return bng_peak_bytes(BNG_WORK_DIVIDE, longer_bits(a, d));
        if (length_is_exact(a_bits) && length_is_exact(d_bits) && !a.size.surely_zero)
                compare_highest_limbs(&of, a.size, d.size);
        for (of.a = a_bits.bits_min; of.a <= a_bits.bits_max; of.a++)
                for (of.d = d_bits.bits_min; of.d <= d_bits.bits_max; of.d++)
                        if (of.d > of.d_zeros)
                                most = bng_max(most, peak(of));
        return most;
}

struct bng_prediction bng_predict_quotient(enum bng_division division, struct bng_operand a,
                                           struct bng_operand d)
{
        if (d.size.surely_zero)
                return bng_predicted_undefined(by_zero);
        struct bng_prediction prediction =
                bng_predicted(quotient_of(division, a, d), BNG_WORK_DIVIDE, longer_bits(a, d));
        bool truncates = division == BNG_TRUNCATE;
        division_bits_peak *peak = truncates ? bng_peak_quotient : bng_peak_rounded_quotient;
        /* To round it GMP makes the remainder too. */
        return bng_timed(bng_holding(prediction, division_peak(peak, division, a, d)),
                         truncates ? quotient_time : remainder_time, bng_operand_bits_max(a),
                         slowest_divisor_bits(a, d), 0);
}

/* The divisor's zeros are taken from both at first, in limbs. */
static uint64_t exact_quotient_peak(struct bng_operand a, struct bng_operand d)
{
        bng_bounds a_bits = bng_range_bits(a.size);
        bng_bounds d_bits = bng_range_bits(d.size);
        uint64_t zeros = d.zeros / GMP_NUMB_BITS * GMP_NUMB_BITS;
        uint64_t most = bng_bytes_of_limbs(1);

        if (!is_known(a_bits) || !is_known(d_bits) || !d.zeros_known)
                return bng_peak_exact_quotient_up_to(bng_sat_sub(a_bits.bits_max, zeros),
                                                     d_bits.bits_max - zeros);
        for (uint64_t n = a_bits.bits_min; n <= a_bits.bits_max; n++)
                for (uint64_t m = d_bits.bits_min; m <= d_bits.bits_max; m++)
                        if (n >= m && m > d.zeros)
                                most = bng_max(most,
                                               bng_peak_exact_quotient(n - zeros, m - zeros,
                                                                       d.zeros % GMP_NUMB_BITS));
        return most;
}

struct bng_prediction bng_predict_exact_quotient(struct bng_operand a, struct bng_operand d)
{
        struct bng_prediction prediction = bng_predict_quotient(BNG_TRUNCATE, a, d);

        if (prediction.undefined)
                return prediction;
        return bng_holding(prediction, exact_quotient_peak(a, d));
}

struct bng_prediction bng_predict_remainder(enum bng_division division, struct bng_operand a,
                                            struct bng_operand d)
{
        if (d.size.surely_zero)
                return bng_predicted_undefined(by_zero);
        struct bng_prediction prediction =
                bng_predicted(remainder_of(division, a, d), BNG_WORK_DIVIDE, longer_bits(a, d));
        return bng_timed(bng_holding(prediction, division_peak(bng_peak_remainder, division, a, d)),
                         remainder_time, bng_operand_bits_max(a), slowest_divisor_bits(a, d), 0);
}

struct bng_prediction bng_predict_quotient_remainder(enum bng_division division,
                                                     struct bng_operand a, struct bng_operand d)
{
        if (d.size.surely_zero)
                return bng_predicted_undefined(by_zero);

        struct bng_operand q = quotient_of(division, a, d);
        struct bng_operand r = remainder_of(division, a, d);
        struct bng_range larger = bng_range_union(q.size, r.size);
        if (!q.size.may_be_zero)
                larger.lo = bng_magnitude_max(larger.lo, q.size.lo);
        if (!r.size.may_be_zero)
                larger.lo = bng_magnitude_max(larger.lo, r.size.lo);
        struct bng_operand result =
                bng_operand_range(larger, q.may_be_negative || r.may_be_negative,
                                  q.may_be_positive || r.may_be_positive);
        struct bng_prediction prediction =
                bng_predicted(result, BNG_WORK_DIVIDE, longer_bits(a, d));
        return bng_timed(
                bng_holding(prediction, division_peak(bng_peak_quotient_remainder, division, a, d)),
                remainder_time, bng_operand_bits_max(a), slowest_divisor_bits(a, d), 0);
}

/* What is left of an operand without the zeros at its end. */
static uint64_t odd_bits(struct bng_operand a)
{
        return bng_sat_sub(bng_operand_bits_max(a), a.zeros);
}

static struct bng_time gcd_time(struct bng_lengths of)
{
        return bng_time_gcd(of.a, of.b, of.rest);
}

/* c: the shorter of the two without the zeros at its end */
static struct bng_time lcm_time(struct bng_lengths of)
{
        return bng_time_lcm(of.a, of.b, of.c, of.rest);
}

static struct bng_time inverse_time(struct bng_lengths of)
{
        return bng_time_invert(of.a, of.b, of.rest);
}

static struct bng_prediction of_pair(struct bng_prediction prediction, struct bng_pair pair)
{
        prediction.duration.pair = pair;
        return prediction;
}

/*
 * GMP takes the zeros of both away first, and puts in the fewer of them in the end. It divides by a
 * limb without more, and copies the one number where the other one is 0.
 */
static uint64_t gcd_peak(struct bng_operand a, struct bng_operand b)
{
        uint64_t a_bits = bng_operand_bits_max(a);
        uint64_t b_bits = bng_operand_bits_max(b);

        if (bng_min(a_bits, b_bits) <= GMP_NUMB_BITS) {
                bool may_be_copied = a.size.may_be_zero || b.size.may_be_zero;
                return may_be_copied ? bng_peak_bytes(BNG_WORK_COPY, bng_max(a_bits, b_bits))
                                     : bng_bytes_of_limbs(1);
        }
        uint64_t odd = is_exact(a) && is_exact(b)
                               ? bng_peak_exact_gcd(a_bits - a.zeros, b_bits - b.zeros)
                               : bng_peak_gcd(a_bits - a.zeros, b_bits - b.zeros);
        return bng_sat_add(odd, bng_peak_bytes(BNG_WORK_COPY, bng_min(a.zeros, b.zeros)));
}

struct bng_prediction bng_predict_gcd(struct bng_operand a, struct bng_operand b)
{
        struct bng_operand result = bng_operand_range(bng_range_gcd(a.size, b.size), false, true);
        struct bng_prediction prediction = bng_predicted(result, BNG_WORK_GCD, longer_bits(a, b));
        return bng_timed(bng_holding(prediction, gcd_peak(a, b)), gcd_time, odd_bits(a),
                         odd_bits(b), 0);
}

struct bng_prediction bng_predict_gcd_z(mpz_srcptr a, mpz_srcptr b)
{
        return of_pair(bng_predict_gcd(bng_operand_z(a), bng_operand_z(b)),
                       (struct bng_pair){a, b, .odd = true});
}

/* GMP multiplies by a limb without more. */
static uint64_t lcm_peak(struct bng_operand a, struct bng_operand b)
{
        uint64_t a_bits = bng_operand_bits_max(a);
        uint64_t b_bits = bng_operand_bits_max(b);

        if (bng_min(a_bits, b_bits) <= GMP_NUMB_BITS)
                return bng_peak_bytes(BNG_WORK_COPY,
                                      bng_sat_add(bng_max(a_bits, b_bits), 2 * GMP_NUMB_BITS));
        return is_exact(a) && is_exact(b) ? bng_peak_exact_lcm(a_bits, b_bits, a.zeros, b.zeros)
                                          : bng_peak_lcm(a_bits, b_bits);
}

struct bng_prediction bng_predict_lcm(struct bng_operand a, struct bng_operand b)
{
        struct bng_operand result = bng_operand_range(bng_range_lcm(a.size, b.size), false, true);
        uint64_t a_bits = bng_operand_bits_max(a);
        uint64_t b_bits = bng_operand_bits_max(b);
        struct bng_prediction prediction =
                bng_predicted(result, BNG_WORK_LCM, bng_sat_add(a_bits, b_bits));
        uint64_t shorter_odd = odd_bits(a) < odd_bits(b) ? odd_bits(a) : odd_bits(b);
        return bng_timed(bng_holding(prediction, lcm_peak(a, b)), lcm_time, a_bits, b_bits,
                         shorter_odd);
}

struct bng_prediction bng_predict_lcm_z(mpz_srcptr a, mpz_srcptr b)
{
        return of_pair(bng_predict_lcm(bng_operand_z(a), bng_operand_z(b)),
                       (struct bng_pair){a, b, .odd = true});
}

static const char modulus_zero[] = "a modulus of zero";

struct bng_prediction bng_predict_inverse(struct bng_operand a, struct bng_operand modulus)
{
        if (modulus.size.surely_zero)
                return bng_predicted_undefined(modulus_zero);

        struct bng_operand result = bng_operand_range(bng_range_residue(modulus.size), false, true);
        uint64_t a_bits = bng_operand_bits_max(a);
        uint64_t modulus_bits = bng_operand_bits_max(modulus);
        struct bng_prediction prediction =
                bng_predicted(result, BNG_WORK_INVERT, longer_bits(a, modulus));
        return bng_timed(bng_holding(prediction, bng_peak_inverse(a_bits, modulus_bits)),
                         inverse_time, a_bits, modulus_bits, 0);
}

struct bng_prediction bng_predict_inverse_z(mpz_srcptr a, mpz_srcptr modulus)
{
        return of_pair(bng_predict_inverse(bng_operand_z(a), bng_operand_z(modulus)),
                       (struct bng_pair){a, modulus, .odd = false});
}

/* a: the base, b: the exponent, c: the modulus, d: its twos */
static struct bng_time power_modulo_time(struct bng_lengths of)
{
        return bng_time_power_modulo_stepped(of.a, of.b, of.c, of.d);
}

static struct bng_time power_of_inverse_time(struct bng_lengths of)
{
        return bng_time_and(power_modulo_time(of), bng_time_invert(of.a, of.c, BNG_REST_UNKNOWN));
}

static struct bng_power_bits power_bits(struct bng_operand base, struct bng_operand exponent,
                                        struct bng_operand modulus)
{
        bng_bounds base_bits = bng_range_bits(base.size);
        bng_bounds exponent_bits = bng_range_bits(exponent.size);
        bng_bounds modulus_bits = bng_range_bits(modulus.size);
        struct bng_power_bits of = {
                .base = base_bits.bits_max,
                .exponent = exponent_bits.bits_max,
                .exponent_min = exponent_bits.bits_min,
                .modulus = modulus_bits.bits_max,
                .twos = modulus.zeros,
                .twos_known = modulus.zeros_known,
                .lengths_known = length_is_exact(base_bits) && length_is_exact(modulus_bits),
        };
        of.is_quick = of.lengths_known && of.twos_known && length_is_exact(exponent_bits) &&
                      bng_power_is_quick(bng_max(of.base, 1), bng_max(of.exponent, 1), of.modulus,
                                         of.twos);
        return of;
}

/* A negative exponent means the inverse of the base, which is as long as the modulus and a limb. */
static uint64_t power_of_inverse_peak(struct bng_power_bits of)
{
        uint64_t inverse = bng_peak_inverse(of.base, of.modulus);
        uint64_t kept = bng_peak_bytes(BNG_WORK_COPY, bng_sat_add(of.modulus, 2 * GMP_NUMB_BITS));

        of.base = of.modulus;
        of.lengths_known = of.is_quick = false;
        return bng_max(inverse, bng_sat_add(kept, bng_peak_power_modulo(of)));
}

static struct bng_prediction power_modulo(struct bng_operand base, struct bng_operand exponent,
                                          struct bng_operand modulus, uint64_t peak_bytes)
{
        struct bng_operand result = bng_operand_range(bng_range_residue(modulus.size), false, true);
        uint64_t base_bits = bng_operand_bits_max(base);
        uint64_t modulus_bits = bng_operand_bits_max(modulus);
        struct bng_prediction prediction =
                bng_holding(bng_predicted(result, BNG_WORK_POWER_MODULO, modulus_bits), peak_bytes);
        uint64_t twos = modulus.zeros, worked_bits = modulus_bits;

        /* Modulo the twos an even base is 0 at once then, and there may be nothing else. */
        if (twos > 0 && !base.may_be_odd && bng_range_bits(exponent.size).bits_min > 64) {
                worked_bits = modulus_bits > twos + 1 ? modulus_bits - twos : 0;
                twos = 0;
        }
        prediction.duration = (struct bng_duration){
                .of = exponent.may_be_negative ? power_of_inverse_time : power_modulo_time,
                .lengths = {.a = base_bits,
                            .b = bng_operand_bits_max(exponent),
                            .c = worked_bits,
                            .d = twos}};
        return prediction;
}

struct bng_prediction bng_predict_power_modulo(struct bng_operand base, struct bng_operand exponent,
                                               struct bng_operand modulus)
{
        if (modulus.size.surely_zero)
                return bng_predicted_undefined(modulus_zero);

        struct bng_power_bits of = power_bits(base, exponent, modulus);
        uint64_t peak_bytes = bng_peak_power_modulo(of);
        if (exponent.may_be_negative)
                peak_bytes = bng_max(peak_bytes, power_of_inverse_peak(of));
        return power_modulo(base, exponent, modulus, peak_bytes);
}

static struct bng_time secret_power_time(struct bng_lengths of)
{
        return bng_time_secret_power_modulo(of.a, of.b, of.c);
}

struct bng_prediction bng_predict_secret_power_modulo(struct bng_operand base,
                                                      struct bng_operand exponent,
                                                      struct bng_operand modulus)
{
        if (modulus.size.surely_zero)
                return bng_predicted_undefined(modulus_zero);
        uint64_t peak_bytes = bng_peak_secret_power_modulo(power_bits(base, exponent, modulus));
        return bng_timed(power_modulo(base, exponent, modulus, peak_bytes), secret_power_time,
                         bng_operand_bits_max(base), bng_operand_bits_max(exponent),
                         bng_operand_bits_max(modulus));
}
