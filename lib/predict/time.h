/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How long an operation takes, as an estimate: about what GMP needs, and right to a factor of 2 for
 * what takes 10 ms and more once the machine is calibrated (speed.h). Unlike a size it proves
 * nothing.
 *
 * A pace is one algorithm of GMP with a measured curve: nanoseconds for each bit of the number that
 * it works on, which grow slowly with its length (time.c). An operation that repeats an algorithm,
 * or runs it on unequal operands, is put together from curves; its pace is then that of the part
 * that takes longest, and says by which measurement a calibration corrects it.
 *
 * Bit counts may be BNG_BITS_BEYOND; then the time is infinite. Never negative or NaN.
 */

#include "predict/euclid.h"
#include "predict/operand.h"

enum bng_pace {
        BNG_PACE_PASS, /* once over all the limbs: sums, shifts, copies */
        BNG_PACE_MULTIPLY,
        BNG_PACE_SQUARE,
        BNG_PACE_DIVIDE,
        BNG_PACE_GCD,
        BNG_PACE_INVERT,
        BNG_PACE_POWER_MODULO, /* for each bit of the exponent */
        BNG_PACE_ROOT,
        BNG_PACE_FACTORIAL,
        BNG_PACE_BINOMIAL,
        BNG_PACE_PRIMORIAL,
        BNG_PACE_FIBONACCI,
        BNG_PACE_PARSE,
        BNG_PACE_PRINT,
        BNG_PACES,
};

struct bng_time {
        double seconds; /* on the machine of the built-in curves */
        enum bng_pace pace;
};

/*
 * A time that nobody has asked for yet: the function, and the lengths that it is to be asked with,
 * each in bits unless the function says otherwise. Most operations run without anybody who wants to
 * know, and curves cost more than bounds do. Where the time hangs on what two numbers have in common,
 * they are named, and have to be there still when it is asked for; their rests are found then.
 */
struct bng_lengths {
        uint64_t a, b, c, d, e;
        struct bng_rest rest, other_rest;
};
struct bng_duration {
        struct bng_time (*of)(struct bng_lengths lengths); /* NULL: none at all */
        struct bng_lengths lengths;
        struct bng_pair pair, other_pair;
        bool at_least; /* as if numbers that are not there were multiples */
};

/* duration.c: at a glance; after a look, where it matters whether it is more than so much (euclid.h). */
struct bng_time bng_time_of_duration(struct bng_duration duration);
struct bng_time bng_time_after_look(struct bng_duration duration, double seconds);
/* What a look holds at most; 0: there is nothing to look at. */
uint64_t bng_time_look_bytes(struct bng_duration duration);

/* The curve itself: the algorithm once, on a number of so many bits. */
struct bng_time bng_time_of(enum bng_pace pace, uint64_t bits);

/* One after the other. */
struct bng_time bng_time_and(struct bng_time a, struct bng_time b);

/* Operations on operands of these lengths. */
struct bng_time bng_time_multiply(uint64_t a_bits, uint64_t b_bits);
/* The quotient of a / d, or its remainder or both, which takes longer where the quotient is short.
 */
struct bng_time bng_time_quotient(uint64_t a_bits, uint64_t d_bits);
struct bng_time bng_time_remainder(uint64_t a_bits, uint64_t d_bits);
struct bng_time bng_time_limb_quotient(uint64_t a_bits);
/*
 * Without the zeros at their ends, which are taken away first; rest: what the first quotients leave
 * (euclid.h), as far as it is known.
 */
struct bng_time bng_time_gcd(uint64_t a_bits, uint64_t b_bits, struct bng_rest rest);
struct bng_time bng_time_invert(uint64_t a_bits, uint64_t modulus_bits, struct bng_rest rest);
/* With both factors. */
struct bng_time bng_time_gcd_extended(uint64_t a_bits, uint64_t b_bits, struct bng_rest rest);
/* Of numbers as they are; odd: the shorter without its zeros. */
struct bng_time bng_time_lcm(uint64_t a_bits, uint64_t b_bits, uint64_t odd_bits,
                             struct bng_rest rest);
struct bng_time bng_time_root(uint64_t bits, uint64_t degree, bool with_remainder);
/*
 * Modulo a number with so many twos: by GMP in one piece; and the same in steps (steps/modular.c)
 * where that is predicted to take as long as this, on a machine not much slower. Predictions are of
 * the second. GMP's own call may take far longer where an exponent is longer than many twos are,
 * which steps shorten.
 */
#define BNG_POWER_AT_ONCE_SECONDS 0.05
struct bng_time bng_time_power_modulo(uint64_t base_bits, uint64_t exponent_bits,
                                      uint64_t modulus_bits, uint64_t twos);
struct bng_time bng_time_power_modulo_stepped(uint64_t base_bits, uint64_t exponent_bits,
                                              uint64_t modulus_bits, uint64_t twos);
/* Where it depends on no number's value: GMP's mpz_powm_sec. */
struct bng_time bng_time_secret_power_modulo(uint64_t base_bits, uint64_t exponent_bits,
                                             uint64_t modulus_bits);
/*
 * Of a base whose odd part has this logarithm, 0 for none, and of which so many zeros are taken away before.
 * Bits would be too many: those of 3 are two, of its powers as many as one and a half for each 3.
 */
struct bng_time bng_time_power(double odd_log2, uint64_t zeros, uint64_t exponent);
/* n over k for machine words, whose result has so many bits. */
struct bng_time bng_time_binomial(uint64_t n, uint64_t k, uint64_t bits);
/* A factor taken away as often as it is there, up to so many times. */
struct bng_time bng_time_remove(uint64_t a_bits, uint64_t f_bits, uint64_t times_max);
/*
 * Text in this base to and from a number of so many bits. Read: so many bytes, blanks and zeros included.
 * Written: with so many zeros at the number's binary end.
 */
struct bng_time bng_time_parse(uint64_t bits, unsigned base, uint64_t bytes);
struct bng_time bng_time_print(uint64_t bits, unsigned base, uint64_t zeros);
/* Words in memory to a number of so many bits, or to so many bytes: 0 pieces where they are copied as they are. */
struct bng_time bng_time_import(uint64_t bits, uint64_t pieces);
struct bng_time bng_time_export(uint64_t bytes, uint64_t pieces, uint64_t words);
struct bng_time bng_time_random(uint64_t bits);
