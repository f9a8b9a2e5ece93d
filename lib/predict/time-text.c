/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include "bounds/checked.h"
#include "predict/limbs.h"
#include "predict/time.h"

/*
 * How long numbers take to become text or words in memory, and these numbers. Conversions between bases
 * have curves. What goes byte by byte has nothing to do with how fast limbs are passed over, but with what
 * else is done to bytes: it is corrected by the same measurement as reading or writing digits.
 */

static struct bng_time by_pieces(enum bng_pace pace, uint64_t pieces, double nanoseconds)
{
        double seconds = pieces == BNG_BITS_BEYOND ? INFINITY : (double)pieces * nanoseconds * 1e-9;

        return (struct bng_time){seconds, pace};
}

static uint64_t digits_of(uint64_t bits, unsigned base)
{
        return bits == BNG_BITS_BEYOND ? BNG_BITS_BEYOND : bits / (unsigned)__builtin_ctz(base);
}

/* Of some bits each; and the bytes around them, which are counted, looked at and left out. */
#define NANOSECONDS_PER_DIGIT_READ 3.5
#define NANOSECONDS_PER_DIGIT_WRITTEN 2
#define NANOSECONDS_PER_BYTE_READ 1.8

struct bng_time bng_time_parse(uint64_t bits, unsigned base, uint64_t bytes)
{
        struct bng_time bytes_read = by_pieces(BNG_PACE_PARSE, bytes, NANOSECONDS_PER_BYTE_READ);

        return bng_time_and(bng_digits_are_bits(base)
                                    ? by_pieces(BNG_PACE_PARSE, digits_of(bits, base),
                                                NANOSECONDS_PER_DIGIT_READ)
                                    : bng_time_of(BNG_PACE_PARSE, bits),
                            bytes_read);
}

/* Of the time that digits take which are 0 at the end: the remainder of a division is nothing then. */
#define SAVED_BY_ZEROS 0.6

/*
 * How many of the digits are such ones, as far as binary zeros tell: a power of ten ends with as many of both.
 * With more of these than it has digits, a number is another one.
 */
static double share_of_zeros(uint64_t bits, unsigned base, uint64_t zeros)
{
        double digits = (double)bits / log2(base);
        double share = base % 2 == 0 ? (double)zeros / __builtin_ctz(base) / digits : 0;

        return share < 1 ? share : 0;
}

struct bng_time bng_time_print(uint64_t bits, unsigned base, uint64_t zeros)
{
        if (bng_digits_are_bits(base))
                return by_pieces(BNG_PACE_PRINT, digits_of(bits, base),
                                 NANOSECONDS_PER_DIGIT_WRITTEN);
        struct bng_time time = bng_time_of(BNG_PACE_PRINT, bits);
        time.seconds *= 1 - SAVED_BY_ZEROS * share_of_zeros(bits, base, zeros);
        return time;
}

#define NANOSECONDS_PER_BYTE_IMPORTED 2.4
#define NANOSECONDS_PER_BYTE_EXPORTED 0.9
#define NANOSECONDS_PER_WORD_EXPORTED 2

struct bng_time bng_time_import(uint64_t bits, uint64_t pieces)
{
        return bng_time_and(bng_time_of(BNG_PACE_PASS, bits),
                            by_pieces(BNG_PACE_PARSE, pieces, NANOSECONDS_PER_BYTE_IMPORTED));
}

struct bng_time bng_time_export(uint64_t bytes, uint64_t pieces, uint64_t words)
{
        struct bng_time written =
                bng_time_and(by_pieces(BNG_PACE_PRINT, pieces, NANOSECONDS_PER_BYTE_EXPORTED),
                             by_pieces(BNG_PACE_PRINT, words, NANOSECONDS_PER_WORD_EXPORTED));

        return bng_time_and(written, bng_time_of(BNG_PACE_PASS, bng_sat_mul(bytes, 8)));
}

/* Of GMP's default generator, beside the memory that it fills. */
#define NANOSECONDS_PER_RANDOM_BIT 0.04

struct bng_time bng_time_random(uint64_t bits)
{
        return bng_time_and(bng_time_of(BNG_PACE_PASS, bits),
                            by_pieces(BNG_PACE_PASS, bits, NANOSECONDS_PER_RANDOM_BIT));
}
