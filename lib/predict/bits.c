/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/checked.h"
#include "predict/limbs.h"
#include "predict/peak.h"

/*
 * Operations on bits. A negative number is its two's complement without an end, its ones go on to
 * infinity. Combining two numbers stays within a bit of the longer one; but the low bits of a
 * negative number, rounded down, are as many as are asked for: -1 modulo 2^(10^12) has 10^12 bits.
 */

static struct bng_range power_of_two(struct bng_operand exponent)
{
        return bng_range_shift_left(bng_range_of_u64(1), exponent.size);
}

/* Which bits go on to infinity, and how many limbs there are besides. */
struct side {
        uint64_t limbs;
        bool is_negative;
};

/*
 * GMP subtracts 1 from a negative operand in a copy, and makes room for as many limbs as the result
 * can have, with one for a carry: of an and of numbers that are not negative no more than the shorter
 * one has, of an or of negative ones likewise.
 */
static uint64_t copies(struct side a, struct side b)
{
        return bng_block_limbs((a.is_negative ? a.limbs : 0) + (b.is_negative ? b.limbs : 0));
}

static uint64_t and_limbs(struct side a, struct side b)
{
        uint64_t result = a.is_negative && b.is_negative ? bng_max(a.limbs, b.limbs)
                          : a.is_negative                ? b.limbs
                          : b.is_negative                ? a.limbs
                                                         : bng_min(a.limbs, b.limbs);
        return result + copies(a, b);
}

/* Of two negative numbers no more than the shorter one has is looked at. */
static uint64_t ior_limbs(struct side a, struct side b)
{
        uint64_t shorter = bng_min(a.limbs, b.limbs);

        if (a.is_negative && b.is_negative)
                return shorter + bng_block_limbs(2 * shorter);
        return (a.is_negative   ? a.limbs
                : b.is_negative ? b.limbs
                                : bng_max(a.limbs, b.limbs)) +
               copies(a, b);
}

static uint64_t xor_limbs(struct side a, struct side b)
{
        return bng_max(a.limbs, b.limbs) + copies(a, b);
}

/* The header of a block, and a carry. */
#define SPARE_LIMBS 8

/* Each copy is a pass too. */
static struct bng_time bitwise_time(struct bng_lengths of)
{
        return bng_time_of(BNG_PACE_PASS, of.a);
}

/* The most over all signs that the operands may have. */
static struct bng_prediction bitwise(struct bng_operand a, struct bng_operand b,
                                     uint64_t (*limbs)(struct side a, struct side b))
{
        struct bng_operand result = bng_operand_range(bng_range_bitwise(a.size, b.size),
                                                      a.may_be_negative || b.may_be_negative, true);
        uint64_t a_bits = bng_operand_bits_max(a);
        uint64_t b_bits = bng_operand_bits_max(b);
        uint64_t most = 0;

        for (unsigned signs = 0; signs < 4; signs++) {
                struct side x = {bng_limbs_of_bits(a_bits), signs & 1};
                struct side y = {bng_limbs_of_bits(b_bits), signs & 2};
                bool may_be = (x.is_negative ? a.may_be_negative : !bng_surely_negative(a)) &&
                              (y.is_negative ? b.may_be_negative : !bng_surely_negative(b));
                most = may_be ? bng_max(most, limbs(x, y)) : most;
        }
        struct bng_prediction prediction =
                bng_holding(bng_predicted(result, BNG_WORK_COPY, bng_max(a_bits, b_bits)),
                            bng_bytes_of_limbs(most + (most > 0 ? SPARE_LIMBS : 1)));
        return bng_timed(prediction, bitwise_time, bng_sat_mul(prediction.peak_bytes, 8), 0, 0);
}

/* Of an and: it has no bits but those of a number that is not negative, so it is neither. */
static struct bng_operand within(struct bng_operand result, struct bng_operand a)
{
        struct bng_range size = bng_range_span(bng_range_zero(), a.size);
        bool is_closer = size.surely_zero || bng_magnitude_compare(size.hi, result.size.hi) <= 0;

        return is_closer && !a.may_be_negative ? bng_operand_range(size, false, true) : result;
}

struct bng_prediction bng_predict_and(struct bng_operand a, struct bng_operand b)
{
        struct bng_prediction prediction = bitwise(a, b, and_limbs);

        prediction.result = within(within(prediction.result, a), b);
        return prediction;
}

struct bng_prediction bng_predict_ior(struct bng_operand a, struct bng_operand b)
{
        return bitwise(a, b, ior_limbs);
}

struct bng_prediction bng_predict_xor(struct bng_operand a, struct bng_operand b)
{
        return bitwise(a, b, xor_limbs);
}

/* The number is moved to where the result has its room; what it leaves was the caller's. */
static struct bng_prediction updated(struct bng_operand result)
{
        struct bng_prediction prediction =
                bng_predicted(result, BNG_WORK_UPDATE, bng_operand_bits_max(result));

        return bng_holding(prediction, bng_bytes_of_limbs(bng_limbs_of_bits(prediction.room_bits)));
}

/* At least the bit itself, at most the sum. */
static struct bng_range with_bit(struct bng_operand a, struct bng_operand index)
{
        if (a.size.known && index.size.known && index.size.value < 64)
                return bng_range_of_u64(a.size.value | UINT64_C(1) << index.size.value);

        struct bng_range bit = power_of_two(index);
        struct bng_range size = bng_range_union(bit, bng_range_add(a.size, bit));
        if (!a.size.may_be_zero)
                size.lo = bng_magnitude_max(size.lo, a.size.lo);
        return size;
}

struct bng_prediction bng_predict_set_bit(struct bng_operand a, struct bng_operand index)
{
        /* In a negative number a one more brings it nearer to 0, but never there. */
        uint64_t bits = bng_operand_bits_max(a);
        struct bng_range nearer = bng_range_of_bits(1, bits);

        if (bng_surely_negative(a))
                return updated(bng_operand_range(nearer, true, false));

        struct bng_range size = with_bit(a, index);
        if (a.may_be_negative)
                size = bng_range_union(size, nearer);
        struct bng_operand result = bng_operand_range(size, a.may_be_negative, true);
        return updated(result);
}

/*
 * Clearing moves a number down: a positive one towards 0, by its highest bit at most; a negative one
 * away from it. There every bit from the length on is set, so the result has the bit or a number
 * that is longer anyway.
 */
static struct bng_range without_bit(struct bng_operand a, struct bng_operand index)
{
        bng_bounds bits = bng_range_bits(a.size);
        uint64_t greatest;
        bool is_below_top =
                bng_range_greatest(index.size, &greatest) && greatest + 1 < bits.bits_min;
        bool is_beyond = bng_range_least(index.size) >= bits.bits_max;

        if (is_beyond)
                return a.size;
        return bng_range_of_bits(is_below_top ? bits.bits_min : 0, bits.bits_max);
}

static struct bng_range further(struct bng_operand a, struct bng_operand index)
{
        struct bng_range bit = power_of_two(index);
        struct bng_range size = bng_range_union(bit, bng_range_add(a.size, bit));

        size.lo = bng_magnitude_max(size.lo, a.size.lo);
        return size;
}

struct bng_prediction bng_predict_clear_bit(struct bng_operand a, struct bng_operand index)
{
        struct bng_range size = bng_surely_negative(a) ? further(a, index)
                                : a.may_be_negative
                                        ? bng_range_union(without_bit(a, index), further(a, index))
                                        : without_bit(a, index);
        struct bng_operand result = bng_operand_range(size, a.may_be_negative, a.may_be_positive);

        return updated(result);
}

/* Beyond the length it is known whether the bit is set. Below, the length may change by one. */
struct bng_prediction bng_predict_flip_bit(struct bng_operand a, struct bng_operand index)
{
        bool is_beyond = bng_range_least(index.size) >= bng_operand_bits_max(a);

        if (is_beyond && !a.may_be_negative)
                return bng_predict_set_bit(a, index);
        if (is_beyond && bng_surely_negative(a))
                return bng_predict_clear_bit(a, index);

        struct bng_operand set = bng_predict_set_bit(a, index).result;
        struct bng_operand cleared = bng_predict_clear_bit(a, index).result;
        struct bng_operand result =
                bng_operand_range(bng_range_union(set.size, cleared.size),
                                  set.may_be_negative || cleared.may_be_negative,
                                  set.may_be_positive || cleared.may_be_positive);
        return updated(result);
}

static const char negative_count[] = "a shift by a negative count";

struct bng_prediction bng_predict_shift_left(struct bng_operand a, struct bng_operand count)
{
        if (bng_surely_negative(count))
                return bng_predicted_undefined(negative_count);

        struct bng_operand result = bng_operand_range(bng_range_shift_left(a.size, count.size),
                                                      a.may_be_negative, a.may_be_positive);
        result =
                bng_operand_with_zeros(result, bng_sat_add(a.zeros, bng_range_least(count.size)),
                                       a.zeros_known && count.size.known && !count.may_be_negative);
        return bng_predicted(result, BNG_WORK_COPY, bng_operand_bits_max(result));
}

/* Does this division of a by something positive always go towards zero? */
static enum bng_rounding rounding(enum bng_division division, struct bng_operand a)
{
        bool away = (division == BNG_FLOOR && a.may_be_negative) ||
                    (division == BNG_CEILING && a.may_be_positive);
        return away ? BNG_ANY_ROUNDING : BNG_TOWARDS_ZERO;
}

/* GMP makes room for what is left of the limbs, and where it may round for a carry; for one at least. */
static uint64_t shifted_right_bytes(enum bng_division division, struct bng_operand a,
                                    struct bng_operand count)
{
        uint64_t lost = bng_range_least(count.size) / GMP_NUMB_BITS;
        uint64_t left = bng_sat_sub(bng_limbs_of_bits(bng_operand_bits_max(a)), lost);

        return bng_bytes_of_limbs(bng_max(left + (division != BNG_TRUNCATE), 1));
}

struct bng_prediction bng_predict_shift_right(enum bng_division division, struct bng_operand a,
                                              struct bng_operand count)
{
        if (bng_surely_negative(count))
                return bng_predicted_undefined(negative_count);

        struct bng_range size = bng_range_shift_right(a.size, count.size, rounding(division, a));
        struct bng_operand result = bng_operand_range(size, a.may_be_negative, a.may_be_positive);
        return bng_holding(bng_predicted(result, BNG_WORK_COPY, bng_operand_bits_max(result)),
                           shifted_right_bytes(division, a, count));
}

struct bng_prediction bng_predict_low_bits(enum bng_division division, struct bng_operand a,
                                           struct bng_operand count)
{
        if (bng_surely_negative(count))
                return bng_predicted_undefined(negative_count);

        struct bng_range modulus = power_of_two(count);
        struct bng_range size = bng_range_remainder(a.size, modulus, rounding(division, a));
        /* Away from zero, and a is shorter than the mask: 2^count - |a|. */
        bool surely_away = (division == BNG_FLOOR && bng_surely_negative(a)) ||
                           (division == BNG_CEILING && a.may_be_positive && !a.may_be_negative &&
                            !a.size.may_be_zero);
        if (surely_away && bng_magnitude_compare(a.size.hi, modulus.lo) <= 0)
                size = bng_range_difference(modulus, a.size);

        struct bng_operand result = bng_operand_range(
                size, division == BNG_CEILING || (division == BNG_TRUNCATE && a.may_be_negative),
                division == BNG_FLOOR || (division == BNG_TRUNCATE && a.may_be_positive));
        /* Away from zero it is a complement, for which GMP makes room up to the count. */
        bool away = rounding(division, a) != BNG_TOWARDS_ZERO;
        uint64_t room = away ? bng_range_bits(modulus).bits_max : 0;
        return bng_predicted(result, BNG_WORK_COPY, bng_max(room, bng_operand_bits_max(result)));
}
