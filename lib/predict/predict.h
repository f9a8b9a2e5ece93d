/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What an operation will need, before it runs: pure functions from operands to a prediction.
 *
 * A prediction says four things, in the order in which they are judged. Is there a result at all?
 * How large is it (proven on both sides)? How many bytes will GMP hold at the worst moment? That is
 * an upper bound, by GMP's own steps (peak.h); operands do not count in it. And how long will it take? That is an
 * estimate (time.h), of the largest operands where they are known only roughly, and made only for
 * whoever asks.
 *
 * The same functions serve integers that exist and those that are predicted themselves: a
 * prediction's result is the operand of the next one. What is undefined only for some of the values
 * that an operand may have counts as defined. Nothing here allocates, but for a look at two numbers
 * (time.h), fails or knows of limits. Any thread.
 */

#include "predict/operand.h"
#include "predict/time.h"

struct bng_prediction {
        const char *undefined; /* why there is no such number: static text; NULL if there is one */
        struct bng_operand result;    /* of two results, the larger, with the signs of either */
        uint64_t room_bits;           /* the longest integer for which GMP makes room on the way */
        uint64_t peak_bytes;          /* at most; UINT64_MAX: more than can be counted */
        struct bng_duration duration; /* about; without calibration */
};

/* ---- arithmetic.c ---- */
struct bng_prediction bng_predict_copy(struct bng_operand a); /* set, abs, neg */
struct bng_prediction bng_predict_complement(struct bng_operand a);
struct bng_prediction bng_predict_add(struct bng_operand a, struct bng_operand b);
struct bng_prediction bng_predict_subtract(struct bng_operand a, struct bng_operand b);
struct bng_prediction bng_predict_multiply(struct bng_operand a, struct bng_operand b);
/* The product of a variable and itself, which GMP knows by its address. */
struct bng_prediction bng_predict_square(struct bng_operand a);
/* r + ab, r - ab */
struct bng_prediction bng_predict_add_product(struct bng_operand r, struct bng_operand a,
                                              struct bng_operand b);
struct bng_prediction bng_predict_subtract_product(struct bng_operand r, struct bng_operand a,
                                                   struct bng_operand b);
/* r + a^2, r - a^2, of a variable and itself */
struct bng_prediction bng_predict_add_square(struct bng_operand r, struct bng_operand a);
struct bng_prediction bng_predict_subtract_square(struct bng_operand r, struct bng_operand a);

/* Where a quotient that is no integer goes: GMP's letters t, f and c. */
enum bng_division {
        BNG_TRUNCATE,
        BNG_FLOOR,
        BNG_CEILING,
};

/* ---- bits.c: two's complement without an end ---- */
struct bng_prediction bng_predict_and(struct bng_operand a, struct bng_operand b);
struct bng_prediction bng_predict_ior(struct bng_operand a, struct bng_operand b);
struct bng_prediction bng_predict_xor(struct bng_operand a, struct bng_operand b);
struct bng_prediction bng_predict_set_bit(struct bng_operand a, struct bng_operand index);
struct bng_prediction bng_predict_clear_bit(struct bng_operand a, struct bng_operand index);
struct bng_prediction bng_predict_flip_bit(struct bng_operand a, struct bng_operand index);
struct bng_prediction bng_predict_shift_left(struct bng_operand a, struct bng_operand count);
/* The quotient and the remainder of a / 2^count. */
struct bng_prediction bng_predict_shift_right(enum bng_division division, struct bng_operand a,
                                              struct bng_operand count);
struct bng_prediction bng_predict_low_bits(enum bng_division division, struct bng_operand a,
                                           struct bng_operand count);

/* ---- division.c; mod is BNG_FLOOR with |d| ---- */
struct bng_prediction bng_predict_quotient(enum bng_division division, struct bng_operand a,
                                           struct bng_operand d);
/* a is a multiple of d. */
struct bng_prediction bng_predict_exact_quotient(struct bng_operand a, struct bng_operand d);
struct bng_prediction bng_predict_remainder(enum bng_division division, struct bng_operand a,
                                            struct bng_operand d);
struct bng_prediction bng_predict_quotient_remainder(enum bng_division division,
                                                     struct bng_operand a, struct bng_operand d);
struct bng_prediction bng_predict_gcd(struct bng_operand a, struct bng_operand b);
struct bng_prediction bng_predict_lcm(struct bng_operand a, struct bng_operand b);
struct bng_prediction bng_predict_inverse(struct bng_operand a, struct bng_operand modulus);
/*
 * Of integers that exist: the same, but how long it takes follows from their first quotients (euclid.h), for
 * which they have to be there still when it is asked for.
 */
struct bng_prediction bng_predict_gcd_z(mpz_srcptr a, mpz_srcptr b);
struct bng_prediction bng_predict_lcm_z(mpz_srcptr a, mpz_srcptr b);
struct bng_prediction bng_predict_inverse_z(mpz_srcptr a, mpz_srcptr modulus);
struct bng_prediction bng_predict_power_modulo(struct bng_operand base, struct bng_operand exponent,
                                               struct bng_operand modulus);
/* By an exponent above zero and an odd modulus, in a time that does not depend on the numbers. */
struct bng_prediction bng_predict_secret_power_modulo(struct bng_operand base,
                                                      struct bng_operand exponent,
                                                      struct bng_operand modulus);

/* ---- growth.c: what grows from a small argument, and roots, which undo it ---- */
struct bng_prediction bng_predict_power(struct bng_operand base, struct bng_operand exponent);
struct bng_prediction bng_predict_root(struct bng_operand a, struct bng_operand degree);
struct bng_prediction bng_predict_factorial(struct bng_operand n);
/* n (n-m) (n-2m) ... */
struct bng_prediction bng_predict_multifactorial(struct bng_operand n, uint64_t m);
struct bng_prediction bng_predict_binomial(struct bng_operand n, struct bng_operand k);
struct bng_prediction bng_predict_primorial(struct bng_operand n);
struct bng_prediction bng_predict_fibonacci(struct bng_operand n);
struct bng_prediction bng_predict_lucas(struct bng_operand n);

/* ---- several.c: of several results, all or none are handed out ---- */
/* The root and what is left. */
struct bng_prediction bng_predict_root_remainder(struct bng_operand a, struct bng_operand degree);
/* The greatest common divisor and both factors. */
struct bng_prediction bng_predict_gcd_extended(struct bng_operand a, struct bng_operand b);
struct bng_prediction bng_predict_gcd_extended_z(mpz_srcptr a, mpz_srcptr b);
/* The number and the one before it. */
struct bng_prediction bng_predict_fibonacci_pair(struct bng_operand n);
struct bng_prediction bng_predict_lucas_pair(struct bng_operand n);

/* ---- fraction.c: mpq, in lowest terms; the numerator and the denominator are two results ---- */
struct bng_prediction bng_predict_fraction_copy(mpq_srcptr a);
struct bng_prediction bng_predict_fraction_of(struct bng_operand num, struct bng_operand den);
struct bng_prediction bng_predict_fraction_inverse(mpq_srcptr a);
struct bng_prediction bng_predict_fraction_add(mpq_srcptr a, mpq_srcptr b); /* and subtract */
struct bng_prediction bng_predict_fraction_multiply(mpq_srcptr a, mpq_srcptr b);
struct bng_prediction bng_predict_fraction_divide(mpq_srcptr a, mpq_srcptr b);
struct bng_prediction bng_predict_fraction_shift_left(mpq_srcptr a, uint64_t count);
struct bng_prediction bng_predict_fraction_shift_right(mpq_srcptr a, uint64_t count);
/* What may not be in lowest terms yet. */
struct bng_prediction bng_predict_fraction_canonical(mpq_srcptr a);
struct bng_prediction bng_predict_fraction_of_double(double d);
struct bng_prediction bng_predict_fraction_of_float(mpf_srcptr f);

/* ---- compare.c: what gives no number of GMP's, and may need memory on the way ---- */
struct bng_prediction bng_predict_compare(mpq_srcptr a, mpq_srcptr b);
struct bng_prediction bng_predict_compare_with_integer(mpq_srcptr a, mpz_srcptr b);
/* With a fraction of words: the sign of its numerator, and its denominator. */
struct bng_prediction bng_predict_compare_with_words(mpq_srcptr a, int sign, unsigned long den);
struct bng_prediction bng_predict_fraction_to_double(mpq_srcptr a);
struct bng_prediction bng_predict_compare_with_double(double b); /* an integer */

/* ---- words.c: by a machine word, for which GMP has functions that need no scratch ---- */
struct bng_prediction bng_predict_quotient_by_word(enum bng_division division, struct bng_operand a,
                                                   struct bng_operand d);
struct bng_prediction bng_predict_remainder_by_word(enum bng_division division,
                                                    struct bng_operand a, struct bng_operand d);
struct bng_prediction bng_predict_quotient_remainder_by_word(enum bng_division division,
                                                             struct bng_operand a,
                                                             struct bng_operand d);
struct bng_prediction bng_predict_gcd_with_word(struct bng_operand a, struct bng_operand b);
struct bng_prediction bng_predict_lcm_with_word(struct bng_operand a, struct bng_operand b);

/* ---- primes.c ---- */
/* a without the factor f, as often as it is there. */
struct bng_prediction bng_predict_remove(struct bng_operand a, struct bng_operand f);
struct bng_prediction bng_predict_next_prime(struct bng_operand a);

/* ---- storage.c: what is counted in bits or words, and numbers of other kinds ---- */
/* Room for so many bits, whatever they will be. */
struct bng_prediction bng_predict_room(uint64_t bits);
/* A number of up to so many bits, all of which GMP makes room for. */
struct bng_prediction bng_predict_up_to(uint64_t bits);
/* A random number of up to so many bits, of exactly so many, and one below m. */
struct bng_prediction bng_predict_random_up_to(uint64_t bits);
struct bng_prediction bng_predict_random_bits(uint64_t bits);
struct bng_prediction bng_predict_random_below(struct bng_operand m);
/* `bytes` of memory, without an integer as a result. */
struct bng_prediction bng_predict_memory(uint64_t bytes);
/* Integer parts. */
struct bng_prediction bng_predict_of_double(double d);
struct bng_prediction bng_predict_of_float(mpf_srcptr f);

/* ---- text.c: base 2 to 62 ---- */
/*
 * Text of `length` bytes to integer: the number `leading`, then `more` digits, whatever they are.
 */
struct bng_prediction bng_predict_parse(uint64_t leading, uint64_t more, unsigned base,
                                        uint64_t length);
/* Integer to text: the result is the integer itself, peak_bytes counts the text in. */
struct bng_prediction bng_predict_print(struct bng_operand a, unsigned base);
/*
 * Two texts to integers, one after the other: the longer one is the result, and `beside` bytes are held
 * until the first is read. Two integers to one text.
 */
struct bng_prediction bng_predict_parse_both(struct bng_prediction first,
                                             struct bng_prediction second, uint64_t beside);
struct bng_prediction bng_predict_print_both(struct bng_operand a, struct bng_operand b,
                                             unsigned base);
