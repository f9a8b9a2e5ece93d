/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/checked.h"
#include "predict/peak.h"

/*
 * Text to integer and back. A text says its size by its first digits and by how many follow, so
 * leading zeros and blanks make it no longer; but they are bytes that are read, and some of them copied.
 */

/* leading * base^more <= n < (leading + 1) * base^more. */
static struct bng_range digits(uint64_t leading, uint64_t more, unsigned base)
{
        if (more == 0)
                return bng_range_of_u64(leading);

        struct bng_range scale = bng_range_pow(bng_range_of_u64(base), bng_range_of_u64(more));
        struct bng_range least = bng_range_mul(bng_range_of_u64(leading), scale);
        struct bng_range beyond = bng_range_mul(bng_range_of_u64(bng_sat_add(leading, 1)), scale);
        struct bng_range size = bng_range_union(least, beyond);
        size.may_be_zero = leading == 0;
        return size;
}

/* b: the base, c: all the bytes of the text */
static struct bng_time parse_time(struct bng_lengths of)
{
        return bng_time_parse(of.a, (unsigned)of.b, of.c);
}

/* b: the base, c: the zeros at the number's end */
static struct bng_time print_time(struct bng_lengths of)
{
        return bng_time_print(of.a, (unsigned)of.b, of.c);
}

/* The bases of two texts as one number: after 0x and without it they are not the same. */
#define BASES(first, second) ((first) << 8 | (second))
#define FIRST_BASE(bases) ((unsigned)((bases) >> 8))
#define SECOND_BASE(bases) ((unsigned)((bases)&0xff))

/* a, b: the numbers, c: their bases, d, e: the bytes of both texts */
static struct bng_time parse_both_time(struct bng_lengths of)
{
        return bng_time_and(bng_time_parse(of.a, FIRST_BASE(of.c), of.d),
                            bng_time_parse(of.b, SECOND_BASE(of.c), of.e));
}

/* a, b: the numbers, c: the base, d, e: the zeros at their ends */
static struct bng_time print_both_time(struct bng_lengths of)
{
        return bng_time_and(bng_time_print(of.a, (unsigned)of.c, of.d),
                            bng_time_print(of.b, (unsigned)of.c, of.e));
}

/* The NUL, and the header of a block. */
#define COPY_BYTES_EXTRA 32

struct bng_prediction bng_predict_parse(uint64_t leading, uint64_t more, unsigned base,
                                        uint64_t length)
{
        struct bng_operand result = bng_operand_range(digits(leading, more, base), true, true);
        uint64_t bits = bng_operand_bits_max(result);
        struct bng_prediction prediction = bng_predicted(result, BNG_WORK_PARSE, bits);
        uint64_t count = more;

        for (uint64_t left = leading; left > 0; left /= base)
                count++;
        /* GMP copies the text, to leave blanks out. */
        uint64_t copy = bng_sat_add(length, COPY_BYTES_EXTRA);
        prediction.peak_bytes = bng_sat_add(bng_peak_parse(count, base), copy);
        return bng_timed(prediction, parse_time, bits, base, length);
}

/* A sign and a NUL, and one digit that GMP may ask for in vain. */
static uint64_t text_bytes(struct bng_operand a, unsigned base)
{
        return bng_sat_add(bng_range_digits(a.size, base).digits_max, 3);
}

struct bng_prediction bng_predict_print(struct bng_operand a, unsigned base)
{
        uint64_t bits = bng_operand_bits_max(a);
        struct bng_prediction prediction = bng_predicted(a, BNG_WORK_PRINT, bits);

        prediction.peak_bytes = bng_sat_add(bng_peak_print(bits, base), text_bytes(a, base));
        return bng_timed(prediction, print_time, bits, base, a.zeros);
}

struct bng_prediction bng_predict_parse_both(struct bng_prediction first,
                                             struct bng_prediction second, uint64_t beside)
{
        struct bng_lengths a = first.duration.lengths, b = second.duration.lengths;
        uint64_t number = bng_div_up(first.room_bits, 8);
        struct bng_prediction both = {
                .result = bng_operand_longest(first.result, second.result),
                .room_bits = bng_max(first.room_bits, second.room_bits),
                .peak_bytes = bng_max(bng_sat_add(first.peak_bytes, beside),
                                      bng_sat_add(second.peak_bytes, number)),
        };
        both.duration = (struct bng_duration){
                .of = parse_both_time,
                .lengths = {.a = a.a, .b = b.a, .c = BASES(a.b, b.b), .d = a.c, .e = b.c}};
        return both;
}

/* All the text is there from the start. */
struct bng_prediction bng_predict_print_both(struct bng_operand a, struct bng_operand b,
                                             unsigned base)
{
        uint64_t a_bits = bng_operand_bits_max(a), b_bits = bng_operand_bits_max(b);
        uint64_t text = bng_sat_add(text_bytes(a, base), text_bytes(b, base));
        struct bng_prediction both =
                bng_predicted(bng_operand_longest(a, b), BNG_WORK_PRINT, bng_max(a_bits, b_bits));

        both.peak_bytes = bng_sat_add(
                bng_max(bng_peak_print(a_bits, base), bng_peak_print(b_bits, base)), text);
        both.duration = (struct bng_duration){
                .of = print_both_time,
                .lengths = {.a = a_bits, .b = b_bits, .c = base, .d = a.zeros, .e = b.zeros}};
        return both;
}
