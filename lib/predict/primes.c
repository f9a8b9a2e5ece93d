/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>
#include "bounds/checked.h"
#include "predict/peak.h"

/*
 * Factors of an integer, and primes.
 */

/* a, b: the bits of the number and of the factor, c: how often it may be there */
static struct bng_time remove_time(struct bng_lengths of)
{
        return bng_time_remove(of.a, of.b, of.c);
}

/*
 * How often an even factor may be there at most, by the zeros at both ends, and by what is left of both
 * without them: a power of f's odd part that has to fit into a's.
 */
static uint64_t times_at_most(struct bng_operand a, struct bng_operand f)
{
        if (!a.zeros_known || f.zeros == 0)
                return UINT64_MAX;
        uint64_t times = a.zeros / f.zeros;
        /* Of an odd number that is more than 2 to this power, to less than 2 to that one. */
        uint64_t power = bng_sat_sub(bng_range_bits(f.size).bits_min, f.zeros + 1);
        uint64_t most = bng_sat_sub(bng_operand_bits_max(a), a.zeros + 1);

        return f.zeros_known && power > 0 ? bng_min(times, most / power) : times;
}

/* Where the factor is known; otherwise less than 2a of powers, and f itself at least. */
static uint64_t remove_peak(struct bng_operand a, struct bng_operand f)
{
        uint64_t bits = bng_operand_bits_max(a);
        bng_bounds f_bits = bng_range_bits(f.size);

        if (f.size.known && f.size.value == 2)
                return bng_peak_bytes(BNG_WORK_COPY, bits);
        if (f_bits.bits_min == f_bits.bits_max && f_bits.bits_min > 1)
                return bng_peak_remove(bits, f_bits.bits_max, f.may_be_odd, f.may_be_even,
                                       times_at_most(a, f));
        uint64_t kept = bng_sat_add(bng_sat_mul(bits, 5), bng_sat_mul(f_bits.bits_max, 2));
        return bng_sat_add(bng_peak_bytes(BNG_WORK_DIVIDE, bits),
                           bng_peak_bytes(BNG_WORK_COPY, kept));
}

struct bng_prediction bng_predict_remove(struct bng_operand a, struct bng_operand f)
{
        if (f.size.surely_zero)
                return bng_predicted_undefined("a division by zero");

        uint64_t bits = bng_operand_bits_max(a);
        struct bng_range size = bng_range_of_bits(a.size.may_be_zero ? 0 : 1, bits);
        struct bng_operand result = bng_operand_range(size, a.may_be_negative || f.may_be_negative,
                                                      a.may_be_positive || f.may_be_negative);
        struct bng_prediction prediction = bng_predicted(result, BNG_WORK_DIVIDE, bits);

        if (a.size.surely_zero || (f.size.known && f.size.value == 1))
                return bng_predict_copy(a);
        /* Twos are counted and shifted away. */
        if (f.size.known && f.size.value == 2)
                return bng_timed(bng_holding(prediction, remove_peak(a, f)), remove_time, bits, 0,
                                 0);
        return bng_timed(bng_holding(prediction, remove_peak(a, f)), remove_time, bits,
                         bng_operand_bits_max(f), times_at_most(a, f));
}

/*
 * How many candidates are tried: on average every (ln 2 bits)-th number is a prime, and of all
 * numbers a sieve up to x leaves e^-gamma / ln x (Mertens): in GMP 6.2 those without primes up to
 * 1000, later as in peak-primes.c. A prime itself is tried as long as five others.
 */
#define TESTS_OF_A_PRIME 5
#define LN_2_OVER_E_TO_GAMMA 0.389
#define LN_1000 6.9

static double tests(uint64_t bits)
{
        bool is_sieved_deeply = strncmp(gmp_version, "6.2.", 4) != 0;
        double deep = 2.5 * log((double)bits + 64) - log(124);
        double most = log(150000001);
        double log_limit = is_sieved_deeply ? (deep < most ? deep : most) : LN_1000;

        return TESTS_OF_A_PRIME + (double)bits * LN_2_OVER_E_TO_GAMMA / log_limit;
}

static struct bng_time next_prime_time(struct bng_lengths of)
{
        struct bng_time test = bng_time_power_modulo(of.a, of.a, of.a, 0);

        test.seconds *= tests(of.a);
        return test;
}

/*
 * After a number below 2 comes 2, after n one up to 2n. Each candidate is tried by powers modulo
 * itself.
 */
struct bng_prediction bng_predict_next_prime(struct bng_operand a)
{
        bng_bounds bits = bng_range_bits(a.size);
        uint64_t bits_max = bng_bounds_nextprime(bits.bits_max).bits_max;
        struct bng_range size = bng_range_of_u64(2);

        if (a.may_be_positive)
                size = bng_range_of_bits(
                        a.may_be_negative ? 2 : bng_bounds_nextprime(bits.bits_min).bits_min,
                        bits_max);
        struct bng_operand prime = bng_operand_range(size, false, true);
        struct bng_operand candidate = bng_operand_with_zeros(
                bng_operand_range(bng_range_of_bits(1, bits_max), false, true), 0, true);
        struct bng_prediction test = bng_predict_power_modulo(candidate, candidate, candidate);
        struct bng_prediction prediction = bng_predicted(prime, BNG_WORK_COPY, bits_max);

        prediction = bng_holding(prediction, bng_peak_next_prime(bits_max, test.peak_bytes));
        return bng_timed(prediction, next_prime_time, bits_max, 0, 0);
}
