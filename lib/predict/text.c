/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/checked.h"
#include "predict/peak.h"

/*
 * Text to integer and back. A text says its size by its first digits and by how many follow, so
 * leading zeros and blanks cost nothing; to GMP they are bytes that it copies all the same.
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

/* b: the base */
static struct bng_time parse_time(struct bng_lengths of)
{
        return bng_time_parse(of.a, (unsigned)of.b);
}

static struct bng_time print_time(struct bng_lengths of)
{
        return bng_time_print(of.a, (unsigned)of.b);
}

/* The bases of two texts as one number: after 0x and without it they are not the same. */
#define BASES(first, second) ((first) << 8 | (second))
#define FIRST_BASE(bases) ((unsigned)((bases) >> 8))
#define SECOND_BASE(bases) ((unsigned)((bases)&0xff))

/* a, b: the numbers, c: their bases */
static struct bng_time parse_both_time(struct bng_lengths of)
{
        return bng_time_and(bng_time_parse(of.a, FIRST_BASE(of.c)),
                            bng_time_parse(of.b, SECOND_BASE(of.c)));
}

static struct bng_time print_both_time(struct bng_lengths of)
{
        return bng_time_and(bng_time_print(of.a, FIRST_BASE(of.c)),
                            bng_time_print(of.b, SECOND_BASE(of.c)));
}

struct bng_duration bng_text_duration(struct bng_duration first, struct bng_duration second)
{
        struct bng_lengths lengths = {first.lengths.a, second.lengths.a,
                                      BASES(first.lengths.b, second.lengths.b), 0};
        return (struct bng_duration){first.of == print_time ? print_both_time : parse_both_time,
                                     lengths};
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
        return bng_timed(prediction, parse_time, bits, base, 0);
}

struct bng_prediction bng_predict_print(struct bng_operand a, unsigned base)
{
        struct bng_prediction prediction =
                bng_predicted(a, BNG_WORK_PRINT, bng_operand_bits_max(a));
        /* A sign and a NUL, and one digit that GMP may ask for in vain. */
        uint64_t text = bng_sat_add(bng_range_digits(a.size, base).digits_max, 3);

        prediction.peak_bytes = bng_sat_add(bng_peak_print(bng_operand_bits_max(a), base), text);
        return bng_timed(prediction, print_time, bng_operand_bits_max(a), base, 0);
}
