/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include "bounds/checked.h"
#include "predict/peak.h"

/*
 * Nanoseconds for each bit, measured with GMP 6.2.1 on an x86-64 server at 2.x GHz, at 2^7, 2^10,
 * .. 2^31 bits. Between them the price of a bit is nearly a straight line over the logarithm of the
 * length, because the algorithms change from schoolbook to Karatsuba, Toom and Fourier. What is a
 * bit: of a product or square its own bits; of a division the dividend's, which has twice the bits
 * of the divisor; of a gcd or an inverse the shorter operand's; of the rest the number's own.
 */
#define POINTS 9
#define FIRST_POINT 7
#define STEP 3

static const double curves[BNG_PACES][POINTS] = {
        [BNG_PACE_PASS] = {.01, .01, .01, .01, .01, .03, .07, .085, .1},
        [BNG_PACE_MULTIPLY] = {.013, .05, .225, .65, 1.55, 2.55, 3.6, 4.1, 4.9},
        [BNG_PACE_SQUARE] = {.013, .04, .157, .47, 1.1, 1.75, 2.5, 3.1, 3.8},
        [BNG_PACE_DIVIDE] = {.03, .13, .42, 1.5, 3.9, 7, 9.4, 11, 13},
        [BNG_PACE_GCD] = {1.5, 4, 7.5, 26, 71, 160, 250, 370, 550},
        [BNG_PACE_INVERT] = {2, 5, 11, 37, 100, 240, 390, 560, 800},
        [BNG_PACE_POWER_MODULO] = {.1, .375, 1.8, 5.4, 11, 17, 23, 27, 32},
        [BNG_PACE_ROOT] = {.2, .3, .21, .78, 2.1, 4.8, 7.6, 9.5, 12},
        [BNG_PACE_FACTORIAL] = {.12, .13, .33, .82, 2.6, 6.2, 9.6, 15, 26},
        [BNG_PACE_BINOMIAL] = {.8, .85, 1.2, 2.8, 7.2, 14, 27, 45, 70},
        [BNG_PACE_PRIMORIAL] = {.5, .5, 1, 3, 7.3, 18, 31, 55, 95},
        [BNG_PACE_FIBONACCI] = {.15, .15, .4, 1.1, 3, 6.5, 10, 12.5, 15.5},
        [BNG_PACE_PARSE] = {.6, .6, 1.05, 2.4, 6, 13.5, 21, 30, 42},
        [BNG_PACE_PRINT] = {.8, .95, 1.6, 4.4, 12.5, 28, 56, 75, 105},
};

static double nanoseconds_per_bit(enum bng_pace pace, uint64_t bits)
{
        const double *curve = curves[pace];

        if (bits < UINT64_C(1) << FIRST_POINT)
                return curve[0];
        int log2 = 63 - __builtin_clzll(bits);
        int point = (log2 - FIRST_POINT) / STEP;
        if (point > POINTS - 2)
                point = POINTS - 2;
        double fraction = (double)bits / (double)(UINT64_C(1) << log2) - 1;
        double beyond = (log2 + fraction - FIRST_POINT - STEP * point) / STEP;
        return curve[point] + (curve[point + 1] - curve[point]) * beyond;
}

static double seconds_of(enum bng_pace pace, uint64_t bits, double worked_bits)
{
        if (bits == BNG_BITS_BEYOND)
                return INFINITY;
        return nanoseconds_per_bit(pace, bits) * worked_bits * 1e-9;
}

struct bng_time bng_time_of(enum bng_pace pace, uint64_t bits)
{
        return (struct bng_time){seconds_of(pace, bits, (double)bits), pace};
}

static const enum bng_pace paces[] = {
        [BNG_WORK_COPY] = BNG_PACE_PASS,
        [BNG_WORK_UPDATE] = BNG_PACE_PASS,
        [BNG_WORK_BITWISE] = BNG_PACE_PASS,
        [BNG_WORK_MULTIPLY] = BNG_PACE_MULTIPLY,
        [BNG_WORK_ADD_PRODUCT] = BNG_PACE_MULTIPLY,
        [BNG_WORK_DIVIDE] = BNG_PACE_DIVIDE,
        [BNG_WORK_GCD] = BNG_PACE_GCD,
        [BNG_WORK_LCM] = BNG_PACE_GCD,
        [BNG_WORK_INVERT] = BNG_PACE_INVERT,
        [BNG_WORK_POWER_MODULO] = BNG_PACE_POWER_MODULO,
        [BNG_WORK_POWER] = BNG_PACE_SQUARE,
        [BNG_WORK_ROOT] = BNG_PACE_ROOT,
        [BNG_WORK_FACTORIAL] = BNG_PACE_FACTORIAL,
        [BNG_WORK_BINOMIAL] = BNG_PACE_BINOMIAL,
        [BNG_WORK_PRIMORIAL] = BNG_PACE_PRIMORIAL,
        [BNG_WORK_FIBONACCI] = BNG_PACE_FIBONACCI,
        [BNG_WORK_LUCAS] = BNG_PACE_FIBONACCI,
        [BNG_WORK_PARSE] = BNG_PACE_PARSE,
        [BNG_WORK_PRINT] = BNG_PACE_PRINT,
};

struct bng_time bng_time_of_work(enum bng_work work, uint64_t bits)
{
        return bng_time_of(work < sizeof paces / sizeof *paces ? paces[work] : BNG_PACE_PASS, bits);
}

struct bng_time bng_time_and(struct bng_time a, struct bng_time b)
{
        return (struct bng_time){a.seconds + b.seconds, a.seconds >= b.seconds ? a.pace : b.pace};
}

static uint64_t doubled(uint64_t bits)
{
        return bits > BNG_BITS_BEYOND / 4 ? BNG_BITS_BEYOND : 2 * bits;
}

/* About where GMP transforms both factors as a whole, whatever their lengths. */
#define TRANSFORM_BITS (UINT64_C(1) << 17)

/* From here on a factor so many times as long as the other one is cut in pieces (steps/multiply.c). */
#define PIECES_BITS (UINT64_C(20) << 20)
#define LONGER 4

/* Of a product the curve, and memory that it fills, which takes as long as a product by few limbs. */
static struct bng_time filling(struct bng_time time, uint64_t bits)
{
        return bng_time_and(time, bng_time_of(BNG_PACE_PASS, bits));
}

/*
 * The longer factor in pieces as long as the shorter one, or twice as long: two bits of products for
 * each of its bits, or one and a half; or both as if they were equally long.
 */
struct bng_time bng_time_multiply(uint64_t a_bits, uint64_t b_bits)
{
        uint64_t least = bng_min(a_bits, b_bits), most = bng_max(a_bits, b_bits);

        if (least == 0)
                return bng_time_of(BNG_PACE_MULTIPLY, 0);
        if (most == BNG_BITS_BEYOND)
                return bng_time_of(BNG_PACE_MULTIPLY, BNG_BITS_BEYOND);
        double bits = 1.75 * (double)most + .25 * (double)least;
        uint64_t as_long_as = doubled(least);
        if (least >= TRANSFORM_BITS) {
                double both = (double)least + (double)most;
                bool in_pieces = both > (double)PIECES_BITS && most / LONGER >= least;
                as_long_as = in_pieces ? bng_sat_mul(3, least) : bng_sat_add(least, most);
                bits = in_pieces ? 1.5 * (double)most : both;
        }
        return filling((struct bng_time){seconds_of(BNG_PACE_MULTIPLY, as_long_as, bits),
                                         BNG_PACE_MULTIPLY},
                       bng_sat_add(least, most));
}

/* Each limb of a quotient is guessed first, however short the divisor is; for each of its bits. */
#define NANOSECONDS_PER_GUESS 0.1

/*
 * Pieces of the quotient are made one after the other, each as long as the divisor. A quotient that
 * is shorter than the divisor needs only as much of the two as it is long itself.
 */
struct bng_time bng_time_quotient(uint64_t a_bits, uint64_t d_bits)
{
        struct bng_time copying = bng_time_of(BNG_PACE_PASS, a_bits);
        if (a_bits < d_bits || a_bits == BNG_BITS_BEYOND)
                return copying;

        uint64_t q_bits = a_bits - d_bits + 1;
        double curve =
                seconds_of(BNG_PACE_DIVIDE, doubled(bng_min(q_bits, d_bits)), 2 * (double)q_bits);
        double guesses = d_bits > GMP_NUMB_BITS ? (double)q_bits * NANOSECONDS_PER_GUESS * 1e-9 : 0;
        return bng_time_and((struct bng_time){curve + guesses, BNG_PACE_DIVIDE}, copying);
}

/* The rest of the divisor is then multiplied by the quotient. */
struct bng_time bng_time_remainder(uint64_t a_bits, uint64_t d_bits)
{
        struct bng_time quotient = bng_time_quotient(a_bits, d_bits);
        uint64_t q_bits = a_bits < d_bits ? 0 : a_bits - d_bits + 1;

        if (q_bits == 0 || q_bits >= d_bits || a_bits == BNG_BITS_BEYOND)
                return quotient;
        return bng_time_and(quotient, bng_time_multiply(d_bits - q_bits, q_bits));
}

/* By a single limb: a few nanoseconds each, whatever the length. */
#define NANOSECONDS_PER_QUOTIENT_BIT 0.075

struct bng_time bng_time_limb_quotient(uint64_t a_bits)
{
        double seconds = a_bits == BNG_BITS_BEYOND
                                 ? INFINITY
                                 : (double)a_bits * NANOSECONDS_PER_QUOTIENT_BIT * 1e-9;
        return (struct bng_time){seconds, BNG_PACE_DIVIDE};
}

/*
 * Binary powering: a square for each bit of the exponent, of a number twice as long as the one
 * before, and a product with the base where the bit is one.
 */
struct bng_time bng_time_power(double odd_log2, uint64_t zeros, uint64_t exponent)
{
        double result_bits = (odd_log2 + (double)zeros) * (double)exponent;
        uint64_t odd_bits = odd_log2 < 0x1p62 ? (uint64_t)odd_log2 + 1 : BNG_BITS_BEYOND;
        struct bng_time time = {0, BNG_PACE_SQUARE};
        double bits = odd_log2;

        if (result_bits >= 0x1p62)
                return bng_time_of(BNG_PACE_SQUARE, BNG_BITS_BEYOND);
        if (exponent > 1 && odd_log2 > 0) {
                for (int bit = 62 - __builtin_clzll(exponent); bit >= 0; bit--) {
                        bits *= 2;
                        time.seconds += bng_time_of(BNG_PACE_SQUARE, (uint64_t)bits).seconds;
                        if (exponent >> bit & 1) {
                                time.seconds += bng_time_multiply((uint64_t)bits, odd_bits).seconds;
                                bits += odd_log2;
                        }
                }
        }
        return bng_time_and(time, bng_time_of(BNG_PACE_PASS, (uint64_t)result_bits));
}

/* Up to so many factors GMP in one piece (steps/binomial.c). */
#define BINOMIAL_AT_ONCE 1000
#define NANOSECONDS_PER_LIMB 1.3

/*
 * GMP multiplies and divides by one limb after the other, each made of as many factors as fit, and
 * that takes the square of the length; so it is done for few of them only. Otherwise all that does
 * not cancel is multiplied, which takes about a product's time.
 */
struct bng_time bng_time_binomial(uint64_t n, uint64_t k, uint64_t bits)
{
        struct bng_time by_primes = bng_time_of(BNG_PACE_BINOMIAL, bits);

        if (n < k || bits == BNG_BITS_BEYOND)
                return by_primes;
        if (k > n / 2)
                k = n - k;
        if (k > BINOMIAL_AT_ONCE)
                return by_primes;
        unsigned factor_bits = n > 1 ? 64 - (unsigned)__builtin_clzll(n) : 1;
        double steps = (double)k / (factor_bits >= GMP_NUMB_BITS ? 1 : GMP_NUMB_BITS / factor_bits);
        double limbs = (double)bits / GMP_NUMB_BITS / 2;
        return (struct bng_time){steps * (limbs + 1) * NANOSECONDS_PER_LIMB * 1e-9,
                                 BNG_PACE_DIVIDE};
}

/*
 * Divided by f, f^2, f^4 .. as long as it goes, and then by the same ones downwards: as if f were
 * there as often as it has room.
 */
struct bng_time bng_time_remove(uint64_t a_bits, uint64_t f_bits, uint64_t times_max)
{
        struct bng_time time = bng_time_of(BNG_PACE_PASS, a_bits);
        uint64_t left = a_bits, times = 1;

        if (a_bits == BNG_BITS_BEYOND || f_bits <= 1)
                return time;
        for (uint64_t power = f_bits; power <= left; power *= 2) {
                struct bng_time division = bng_time_remainder(left, power);
                division.seconds *= 2;
                time = bng_time_and(time, division);
                time = bng_time_and(time, bng_time_of(BNG_PACE_SQUARE, 2 * power));
                left -= power;
                if (power > left / 2 || times > times_max)
                        break;
                times *= 2;
        }
        return time;
}
