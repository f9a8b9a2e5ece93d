/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>
#include "bounds/checked.h"
#include "predict/peak.h"

/*
 * Factors of an integer, and primes.
 */

static struct bng_time remove_time(struct bng_lengths of)
{
        return bng_time_remove(of.a, of.b);
}

/*
 * GMP divides by f, f^2, f^4 ... as long as it goes, and keeps them all: less than 2a together, and
 * f itself at least.
 */
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
        uint64_t kept = bng_sat_add(bng_sat_mul(bits, 5), bng_sat_mul(bng_operand_bits_max(f), 2));
        prediction.peak_bytes =
                bng_sat_add(prediction.peak_bytes, bng_peak_bytes(BNG_WORK_COPY, kept));
        return bng_timed(prediction, remove_time, bits, bng_operand_bits_max(f), 0);
}

/*
 * What GMP keeps to sieve candidates of so many bits, in bytes. In 6.2 some words; in 6.3 the gaps
 * between the primes up to bits^2.5 / 124, at most 150000001, a byte each, and a bit for every third
 * number. There are n / 5 primes at most below n >= 150, and n / 5 + n / 24 < n / 4.
 */
static uint64_t sieve_bytes(uint64_t bits)
{
        uint64_t limit = 150000001;

        if (bits < 12818) {
                uint64_t root = 1;
                while (root * root < bits)
                        root++;
                limit = bits * bits * root / 124;
        }
        return limit / 4 + bits + 8192;
}

/*
 * How many candidates are tried: on average every (ln 2 bits)-th number is a prime, and of all
 * numbers a sieve up to x leaves e^-gamma / ln x (Mertens): in GMP 6.2 those without primes up to
 * 1000, later as in sieve_bytes. A prime itself is tried as long as five others.
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
        struct bng_operand candidate =
                bng_operand_range(bng_range_of_bits(1, bits_max), false, true);
        struct bng_prediction test = bng_predict_power_modulo(candidate, candidate, candidate);
        struct bng_prediction prediction =
                bng_predicted(prime, BNG_WORK_COPY, bng_sat_mul(bits_max, 8));

        prediction.peak_bytes = bng_sat_add(prediction.peak_bytes,
                                            bng_sat_add(test.peak_bytes, sieve_bytes(bits_max)));
        return bng_timed(prediction, next_prime_time, bits_max, 0, 0);
}
