/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <math.h>
#include "bounds/checked.h"
#include "predict/peak.h"

/*
 * Numbers that grow from a small argument: here a line of text asks for more than any machine has.
 * The sizes come from the bounds; this file knows the signs, what is undefined, and where GMP makes
 * more room than the result needs.
 */

/* ---- powers ---- */

static struct bng_operand power(struct bng_operand base, struct bng_operand exponent)
{
        struct bng_operand result = bng_operand_range(bng_range_pow(base.size, exponent.size),
                                                      base.may_be_negative && exponent.may_be_odd,
                                                      base.may_be_positive || exponent.may_be_even);
        if (!exponent.size.known || exponent.may_be_negative)
                return result;
        return bng_operand_with_zeros(result, bng_sat_mul(base.zeros, exponent.size.value),
                                      base.zeros_known);
}

/* A number without odd factors, as far as is known. */
static bool power_of_two(struct bng_operand a)
{
        return a.size.known && (a.size.value & (a.size.value - 1)) == 0;
}

/*
 * mpz_n_pow_ui takes the base's zeros at the end away, squares a base of half a limb or less until
 * it is longer, and then makes room for e times the base's bit length and five limbs, and at most
 * one for the zeros. A bit length is up to 1 over the logarithm: e bits too many, and at most one
 * for every half limb of the result.
 */
static uint64_t power_room(struct bng_operand base, struct bng_operand exponent, uint64_t bits)
{
        uint64_t slack = 0;

        if (!power_of_two(base)) {
                slack = bits / (GMP_NUMB_BITS / 2) + 1;
                if (exponent.size.known && exponent.size.value < slack)
                        slack = exponent.size.value;
        }
        return bng_sat_add(bits, slack + 6 * GMP_NUMB_BITS);
}

/*
 * b: how many zeros are at the base's end, c: the exponent itself, d: the bits of the power, which tell the
 * base's logarithm.
 */
static struct bng_time power_time(struct bng_lengths of)
{
        double bits = (double)(of.a - of.b);
        double log2 = of.c > 0 ? (double)of.d / (double)of.c - (double)of.b : bits;

        return bng_time_power(bits <= 1         ? 0
                              : log2 < bits - 1 ? bits - 1
                                                : fmin(log2, bits),
                              of.b, of.c);
}

/* Where the result alone is known: its last square takes nearly all of the time. */
static struct bng_time last_square_time(struct bng_lengths of)
{
        return bng_time_power((double)of.a / 2, 0, 2);
}

/* The base's length and zeros are known, and the result's length to a bit. */
static bool is_exact(struct bng_operand base, struct bng_operand result)
{
        bng_bounds base_bits = bng_range_bits(base.size);
        bng_bounds bits = bng_range_bits(result.size);

        return base.zeros_known && base_bits.bits_min == base_bits.bits_max &&
               bits.bits_max - bits.bits_min <= 1;
}

struct bng_prediction bng_predict_power(struct bng_operand base, struct bng_operand exponent)
{
        if (bng_surely_negative(exponent)) {
                if (base.size.surely_zero)
                        return bng_predicted_undefined("a negative power of zero");
                if (base.size.known && base.size.value != 1)
                        return bng_predicted_undefined("a negative power that is no integer");
                if (!base.size.may_be_zero && base.size.lo.top.whole > 0)
                        return bng_predicted_undefined("a negative power that is no integer");
        }

        struct bng_operand result = power(base, exponent);
        uint64_t room = power_room(base, exponent, bng_operand_bits_max(result));
        struct bng_prediction prediction = bng_predicted(result, BNG_WORK_POWER, room);
        prediction.room_bits = room;
        if (exponent.size.known)
                prediction = bng_holding(prediction, bng_peak_power((struct bng_plain_power_bits){
                                                             .bits = bng_operand_bits_max(result),
                                                             .room = room,
                                                             .base = bng_operand_bits_max(base),
                                                             .zeros = base.zeros,
                                                             .exponent = exponent.size.value,
                                                             .exact = is_exact(base, result),
                                                     }));
        if (!exponent.size.known || bng_operand_bits_max(base) == BNG_BITS_BEYOND)
                return bng_timed(prediction, last_square_time, bng_operand_bits_max(result), 0, 0);
        prediction.duration = (struct bng_duration){.of = power_time,
                                                    .lengths = {.a = bng_operand_bits_max(base),
                                                                .b = base.zeros,
                                                                .c = exponent.size.value,
                                                                .d = bng_operand_bits_max(result)}};
        return prediction;
}

/* ---- roots ---- */

/* a: the bits, b: the degree */
static struct bng_time root_time(struct bng_lengths of)
{
        return bng_time_root(of.a, of.b, false);
}

struct bng_prediction bng_predict_root(struct bng_operand a, struct bng_operand degree)
{
        if (degree.size.surely_zero)
                return bng_predicted_undefined("a root of degree zero");
        if (bng_surely_negative(degree))
                return bng_predicted_undefined("a root of negative degree");
        if (bng_surely_negative(a) && !degree.may_be_odd)
                return bng_predicted_undefined("an even root of a negative number");

        struct bng_operand result = bng_operand_range(bng_range_root(a.size, degree.size),
                                                      a.may_be_negative, a.may_be_positive);
        uint64_t bits = bng_operand_bits_max(a);
        struct bng_prediction prediction = bng_predicted(result, BNG_WORK_ROOT, bits);
        if (degree.size.known && degree.size.value == 1)
                return bng_holding(prediction, bng_peak_bytes(BNG_WORK_COPY, bits));
        if (degree.size.known)
                prediction =
                        bng_holding(prediction, degree.size.value == 2
                                                        ? bng_peak_square_root(bits)
                                                        : bng_peak_root(bits, degree.size.value));
        return bng_timed(prediction, root_time, bits, bng_range_least(degree.size), 0);
}

/* ---- factorials and their kin ---- */

static struct bng_prediction positive(struct bng_range size, enum bng_work work)
{
        struct bng_operand result = bng_operand_range(size, false, true);
        return bng_predicted(result, work, bng_operand_bits_max(result));
}

struct bng_prediction bng_predict_factorial(struct bng_operand n)
{
        if (bng_surely_negative(n))
                return bng_predicted_undefined("the factorial of a negative number");
        struct bng_prediction prediction =
                positive(bng_range_factorial(n.size), BNG_WORK_FACTORIAL);
        if (!n.size.known)
                return prediction;
        return bng_holding(prediction, bng_peak_factorial(bng_operand_bits_max(prediction.result),
                                                          n.size.value));
}

/*
 * GMP lists the factors first, as many to a limb as surely fit, and multiplies them in halves that
 * have no more than the list.
 */
static uint64_t factor_list_bytes(struct bng_range n, uint64_t m)
{
        uint64_t n_bits = bng_range_bits(n).bits_max;
        uint64_t in_a_limb = n_bits == 0 || n_bits > GMP_NUMB_BITS ? 1 : GMP_NUMB_BITS / n_bits;
        uint64_t greatest;

        if (!bng_range_greatest(n, &greatest))
                return UINT64_MAX;
        return bng_sat_mul(greatest / m / in_a_limb + 2, 2 * sizeof(mp_limb_t));
}

static uint64_t divisor(uint64_t a, uint64_t b)
{
        while (b > 0) {
                uint64_t rest = a % b;
                a = b;
                b = rest;
        }
        return a;
}

/* n (n-m) (n-2m) .., n and m without a common divisor: what mpz_mfac_uiui calls for such ones. */
static uint64_t coprime_multifactorial_peak(uint64_t bits, uint64_t n, uint64_t m)
{
        return m == 1   ? bng_peak_factorial(bits, n)
               : m == 2 ? bng_peak_double_factorial(bits, n)
                        : bng_peak_progression(bits, n / m + 1, n);
}

/*
 * A divisor g of n and m is taken out of all the factors and put in again as a power. The list of
 * the others is in the result's place until they are all multiplied.
 */
static uint64_t multifactorial_peak(uint64_t bits, uint64_t n, uint64_t m)
{
        uint64_t g = divisor(n, m);

        /* mpz_2fac_ui has no short way: a 1 is shifted like any other. */
        if (m == 2)
                return bng_peak_double_factorial(bits, n);
        if (n < 3 || n - 3 < m - 1)
                return bng_peak_bytes(BNG_WORK_COPY, GMP_NUMB_BITS);
        if (g == 1)
                return coprime_multifactorial_peak(bits, n, m);

        struct bng_range others = bng_range_multifactorial(bng_range_of_u64(n / g), m / g);
        uint64_t numbers = m == g ? n / g : n / m + 1;
        struct bng_prediction power = bng_predict_power(bng_operand_ui(g), bng_operand_ui(numbers));
        uint64_t list = m / g > 2 ? bng_peak_list(numbers, n / g) : 0;
        uint64_t product_bits = bng_range_bits(others).bits_max;
        uint64_t product = bng_peak_bytes(BNG_WORK_COPY, bng_sat_add(product_bits, 128));
        uint64_t held = bng_sat_add(list, product);
        uint64_t last =
                bng_sat_add(bng_peak_bytes(BNG_WORK_COPY, power.room_bits),
                            bng_peak_multiply(product_bits, bng_operand_bits_max(power.result)));
        return bng_max(coprime_multifactorial_peak(product_bits, n / g, m / g),
                       bng_sat_add(held, bng_max(power.peak_bytes, last)));
}

/* The primes of a factorial, or the factors themselves, multiplied in halves. */
static struct bng_time coprime_multifactorial_time(uint64_t bits, uint64_t m)
{
        return bng_time_of(m <= 2 ? BNG_PACE_FACTORIAL : BNG_PACE_PRIMORIAL, bits);
}

/* a: the bits of the result, b: n, c: m */
static struct bng_time multifactorial_time(struct bng_lengths of)
{
        uint64_t n = of.b, m = of.c, g = divisor(n, m);

        if (m <= 2 || g == 1 || of.a == BNG_BITS_BEYOND)
                return coprime_multifactorial_time(of.a, m);
        struct bng_range others = bng_range_multifactorial(bng_range_of_u64(n / g), m / g);
        uint64_t others_bits = bng_range_bits(others).bits_max;
        struct bng_prediction power =
                bng_predict_power(bng_operand_ui(g), bng_operand_ui(n / m + (m != g)));
        struct bng_time product = bng_time_multiply(others_bits, bng_sat_sub(of.a, others_bits));
        return bng_time_and(coprime_multifactorial_time(others_bits, m / g),
                            bng_time_and(bng_time_of_duration(power.duration), product));
}

struct bng_prediction bng_predict_multifactorial(struct bng_operand n, uint64_t m)
{
        if (m == 0)
                return bng_predicted_undefined("a multifactorial in steps of zero");
        if (bng_surely_negative(n))
                return bng_predicted_undefined("the factorial of a negative number");

        struct bng_prediction prediction =
                positive(bng_range_multifactorial(n.size, m), BNG_WORK_FACTORIAL);
        uint64_t bits = bng_operand_bits_max(prediction.result);
        if (n.size.known) {
                prediction = bng_holding(prediction, multifactorial_peak(bits, n.size.value, m));
                return bng_timed(prediction, multifactorial_time, bits, n.size.value, m);
        }
        prediction = bng_holding(prediction,
                                 bng_sat_add(prediction.peak_bytes, factor_list_bytes(n.size, m)));
        return bng_timed(prediction, multifactorial_time, bits, 1, m);
}

struct bng_prediction bng_predict_primorial(struct bng_operand n)
{
        if (bng_surely_negative(n))
                return bng_predicted_undefined("the primorial of a negative number");
        struct bng_prediction prediction =
                positive(bng_range_primorial(n.size), BNG_WORK_PRIMORIAL);
        if (!n.size.known)
                return prediction;
        return bng_holding(prediction, bng_peak_primorial(bng_operand_bits_max(prediction.result),
                                                          n.size.value));
}

struct bng_prediction bng_predict_fibonacci(struct bng_operand n)
{
        if (bng_surely_negative(n))
                return bng_predicted_undefined("a Fibonacci number of negative index");
        struct bng_prediction prediction =
                positive(bng_range_fibonacci(n.size), BNG_WORK_FIBONACCI);
        return bng_holding(prediction, bng_peak_fibonacci(bng_operand_bits_max(prediction.result)));
}

/* a: the bits of the number; b: how often the index is even, each time by a square. */
static struct bng_time lucas_time(struct bng_lengths of)
{
        struct bng_time squares = {0, BNG_PACE_SQUARE};

        for (; of.b > 0 && of.a < BNG_BITS_BEYOND; of.b--, of.a /= 2)
                squares = bng_time_and(squares, bng_time_of(BNG_PACE_SQUARE, of.a));
        return bng_time_and(bng_time_of(BNG_PACE_FIBONACCI, of.a), squares);
}

struct bng_prediction bng_predict_lucas(struct bng_operand n)
{
        if (bng_surely_negative(n))
                return bng_predicted_undefined("a Lucas number of negative index");
        struct bng_prediction prediction = positive(bng_range_lucas(n.size), BNG_WORK_LUCAS);
        uint64_t bits = bng_operand_bits_max(prediction.result);
        return bng_timed(bng_holding(prediction, bng_peak_lucas(bits, n.may_be_odd, n.may_be_even)),
                         lucas_time, bits, n.zeros, 0);
}

static struct bng_time unknown_binomial_time(struct bng_lengths of)
{
        return bng_time_of(BNG_PACE_BINOMIAL, bng_sat_add(of.a, of.a / 2));
}

/* a over b, where a is a length: b factors as long as this in halves, divided by the factorial of b. */
static struct bng_time long_binomial_time(struct bng_lengths of)
{
        uint64_t bits = bng_sat_mul(of.a, of.b);
        struct bng_range factorial = bng_range_factorial(bng_range_of_u64(of.b));
        uint64_t factorial_bits = bng_range_bits(factorial).bits_max;
        struct bng_time time = bng_time_and(bng_time_of(BNG_PACE_FACTORIAL, factorial_bits),
                                            bng_time_quotient(bits, factorial_bits));

        for (uint64_t part = bits, parts = 1; part > of.a; part /= 2, parts *= 2) {
                struct bng_time products = bng_time_of(BNG_PACE_MULTIPLY, part);
                products.seconds *= (double)parts;
                time = bng_time_and(time, products);
        }
        return time;
}

/* a over b, whose length is c */
static struct bng_time binomial_time(struct bng_lengths of)
{
        return bng_time_binomial(of.a, of.b, of.c);
}

/* From what GMP or the steps start with; `otherwise` where that is not known. */
static uint64_t binomial_peak(struct bng_range from, struct bng_range k, bool by_words,
                              uint64_t bits, uint64_t otherwise)
{
        if (by_words)
                return bng_peak_binomial(bits, from.value, k.value);
        if (bng_range_bits(from).bits_min <= bng_range_bits(k).bits_max + 1 ||
            bng_range_bits(from).bits_min <= sizeof(unsigned long) * CHAR_BIT)
                return otherwise;
        return bng_peak_long_binomial(bits, bng_range_bits(from).bits_max, k.value,
                                      bng_range_bits(bng_range_factorial(k)).bits_max);
}

/* For negative n: binomial(n, k) = (-1)^k binomial(k - n - 1, k). */
struct bng_prediction bng_predict_binomial(struct bng_operand n, struct bng_operand k)
{
        if (bng_surely_negative(k))
                return bng_predicted_undefined("a binomial of a negative number of things");

        struct bng_range of_positive = bng_range_binomial(n.size, k.size);
        struct bng_range top =
                bng_range_difference(bng_range_add(n.size, k.size), bng_range_of_u64(1));
        struct bng_range of_negative = bng_range_binomial(top, k.size);
        struct bng_range size = bng_surely_negative(n) ? of_negative
                                : n.may_be_negative    ? bng_range_union(of_positive, of_negative)
                                                       : of_positive;

        if (size.surely_zero)
                return bng_predict_copy(bng_operand_ui(0));
        struct bng_operand result =
                bng_operand_range(size, n.may_be_negative && k.may_be_odd,
                                  n.may_be_positive || n.size.may_be_zero || k.may_be_even);
        /*
         * Where n is no machine word, GMP forms n (n-1) .. (n-k+1) before it divides by k!. This is
         * up to twice and a half as long: log2(n)/log2(n/k) with n >= 2^64, and k < 2^37 below the
         * ceiling.
         */
        uint64_t bits = bng_operand_bits_max(result);
        struct bng_range from = n.may_be_negative ? top : n.size;
        /* A negative n whose top is the largest word goes to GMP too. */
        bool by_words = from.known && from.value <= ULONG_MAX - n.may_be_negative;
        struct bng_prediction prediction =
                bng_predicted(result, BNG_WORK_BINOMIAL,
                              by_words ? bits : bng_sat_add(bng_sat_mul(bits, 2), bits / 2));
        if (k.size.known && (!n.may_be_negative || bng_surely_negative(n)))
                prediction = bng_holding(prediction, binomial_peak(from, k.size, by_words, bits,
                                                                   prediction.peak_bytes));
        if (!k.size.known || (!by_words && bng_range_bits(from).bits_max == BNG_BITS_BEYOND))
                return bng_timed(prediction, unknown_binomial_time, bits, 0, 0);
        if (!by_words)
                return bng_timed(prediction, long_binomial_time, bng_range_bits(from).bits_max,
                                 k.size.value, 0);
        return bng_timed(prediction, binomial_time, from.value, k.size.value, bits);
}
