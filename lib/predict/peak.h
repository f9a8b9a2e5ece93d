/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Peak memory, as GMP's allocation hooks would see it: the result and all temporaries at the worst
 * moment, a block that is moved counted twice. One row an algorithm of GMP, see peak.c.
 */

#include "predict/predict.h"

enum bng_work {
        BNG_WORK_COPY,   /* also sums, shifts: one pass over the operands */
        BNG_WORK_UPDATE, /* a copy that grows */
        BNG_WORK_BITWISE,
        BNG_WORK_MULTIPLY,
        BNG_WORK_ADD_PRODUCT,
        BNG_WORK_DIVIDE,
        BNG_WORK_GCD,
        BNG_WORK_LCM,
        BNG_WORK_INVERT,
        BNG_WORK_POWER_MODULO,
        BNG_WORK_POWER,
        BNG_WORK_ROOT,
        BNG_WORK_FACTORIAL,
        BNG_WORK_BINOMIAL,
        BNG_WORK_PRIMORIAL,
        BNG_WORK_FIBONACCI,
        BNG_WORK_LUCAS,
        BNG_WORK_PARSE,
        BNG_WORK_PRINT,
};

/* The most bytes that this work holds on integers of `bits` bits; saturates. */
uint64_t bng_peak_bytes(enum bng_work work, uint64_t bits);

/* The time of an algorithm on an integer of `bits` bits: time.c. */
struct bng_time bng_time_of_work(enum bng_work work, uint64_t bits);

/* A prediction whose work is done on `bits` bits, and whose room is the result's. */
struct bng_prediction bng_predicted(struct bng_operand result, enum bng_work work, uint64_t bits);
/* The same prediction with a time of its own instead of the one that its work usually takes. */
static inline struct bng_prediction bng_timed(struct bng_prediction prediction,
                                              struct bng_time (*of)(struct bng_lengths), uint64_t a,
                                              uint64_t b, uint64_t c)
{
        prediction.duration = (struct bng_duration){.of = of, .lengths = {.a = a, .b = b, .c = c}};
        return prediction;
}

/* The same prediction with a peak of its own instead of the one that its work usually has. */
static inline struct bng_prediction bng_holding(struct bng_prediction prediction,
                                                uint64_t peak_bytes)
{
        prediction.peak_bytes = peak_bytes;
        return prediction;
}

/*
 * Peaks that follow GMP's steps, for operands of these lengths in bits; `bits` alone are the
 * result's. Upper bounds, UINT64_MAX where a length is beyond what an integer has.
 */

/* peak-arithmetic.c: ab, a^2 */
uint64_t bng_peak_multiply(uint64_t a_bits, uint64_t b_bits);
uint64_t bng_peak_square(uint64_t a_bits);
/* Of exactly these limbs: closer. */
uint64_t bng_peak_exact_product(uint64_t a_bits, uint64_t b_bits);
uint64_t bng_peak_exact_square(uint64_t a_bits);
/* r + ab, where ab has such a peak by itself */
uint64_t bng_peak_add_product(uint64_t r_bits, uint64_t a_bits, uint64_t b_bits,
                              uint64_t product_bytes);

/*
 * peak-growth.c. A power of so many bits, for which GMP makes so much room, of a base with so many zeros
 * at its end: of up to these lengths, or of exactly this base and no more than a bit less.
 */
struct bng_plain_power_bits {
        uint64_t bits, room, base, zeros;
        uint64_t exponent; /* itself */
        bool exact;
};
uint64_t bng_peak_power(struct bng_plain_power_bits of);
/* n is the argument. */
uint64_t bng_peak_factorial(uint64_t bits, uint64_t n);
uint64_t bng_peak_double_factorial(uint64_t bits, uint64_t n);
/* So many numbers up to n > 1 in a list; and their product. */
uint64_t bng_peak_list(uint64_t numbers, uint64_t n);
uint64_t bng_peak_progression(uint64_t bits, uint64_t numbers, uint64_t n);
uint64_t bng_peak_primorial(uint64_t bits, uint64_t n);
uint64_t bng_peak_fibonacci(uint64_t bits);
/* Of an index that may be odd or even. */
uint64_t bng_peak_lucas(uint64_t bits, bool may_be_odd, bool may_be_even);
/* Of the longer number, which comes with the one before it. */
uint64_t bng_peak_fibonacci_pair(uint64_t bits);
uint64_t bng_peak_lucas_pair(uint64_t bits);

/*
 * peak-binomial.c: n over k for words; for an n of so many bits that is no word and more than 2k,
 * or of the negative n that GMP turns into one, with the bits of k!.
 */
uint64_t bng_peak_binomial(uint64_t bits, uint64_t n, uint64_t k);
uint64_t bng_peak_long_binomial(uint64_t bits, uint64_t n_bits, uint64_t k,
                                uint64_t factorial_bits);

/* peak-radix.c: integer to text, and so many digits to an integer. Without the text itself. */
uint64_t bng_peak_print(uint64_t bits, unsigned base);
uint64_t bng_peak_parse(uint64_t digits, unsigned base);

/*
 * peak-division.c, of exactly these lengths: the quotient towards zero; rounded otherwise; a remainder,
 * or both, where the quotient may be rounded away from zero or never is.
 */
struct bng_division_bits {
        uint64_t a, d;
        uint64_t d_zeros; /* at the divisor's lower end */
        bool may_be_more; /* or more of them */
        bool may_be_away;
        /* The dividend's highest limb is surely below the divisor's, or surely not. */
        bool surely_below, surely_not_below;
};
uint64_t bng_peak_quotient(struct bng_division_bits of);
uint64_t bng_peak_rounded_quotient(struct bng_division_bits of);
uint64_t bng_peak_remainder(struct bng_division_bits of);
uint64_t bng_peak_quotient_remainder(struct bng_division_bits of);
/*
 * Without a remainder, of exactly these lengths without the limbs at the divisor's end that are 0; of
 * operands of up to these lengths.
 */
uint64_t bng_peak_exact_quotient(uint64_t a_bits, uint64_t d_bits, bool may_be_even);
uint64_t bng_peak_exact_quotient_up_to(uint64_t a_bits, uint64_t d_bits);

/* peak-root.c: of a number of up to so many bits; the root of a degree of 3 or more. */
uint64_t bng_peak_square_root(uint64_t a_bits);
uint64_t bng_peak_square_root_remainder(uint64_t a_bits);
uint64_t bng_peak_root(uint64_t a_bits, uint64_t degree);
uint64_t bng_peak_root_remainder(uint64_t a_bits, uint64_t degree);

/*
 * peak-power-modulo.c: of a base, an exponent from so many bits on, and a modulus with so many zeros at
 * its end, of up to these lengths or of exactly these; the same in a time that tells nothing.
 */
struct bng_power_bits {
        uint64_t base, exponent, exponent_min, modulus, twos;
        bool twos_known;
        bool lengths_known; /* of base and modulus */
        bool is_quick;      /* so surely not in steps */
};
uint64_t bng_peak_power_modulo(struct bng_power_bits of);
uint64_t bng_peak_secret_power_modulo(struct bng_power_bits of);
/* GMP keeps 2 to this power of a base for an exponent of so many bits. */
unsigned bng_power_window(uint64_t exponent_bits);

/*
 * peak-gcd.c: of operands of up to these lengths, or of exactly these, where the zeros at their ends are
 * known: without them the common divisor of odd numbers. With both factors; an inverse.
 */
uint64_t bng_peak_gcd(uint64_t a_bits, uint64_t b_bits);
uint64_t bng_peak_exact_gcd(uint64_t a_odd_bits, uint64_t b_odd_bits);
uint64_t bng_peak_lcm(uint64_t a_bits, uint64_t b_bits);
uint64_t bng_peak_exact_lcm(uint64_t a_bits, uint64_t b_bits, uint64_t a_zeros, uint64_t b_zeros);
uint64_t bng_peak_gcd_extended(uint64_t a_bits, uint64_t b_bits);
uint64_t bng_peak_inverse(uint64_t a_bits, uint64_t modulus_bits);

/*
 * peak-primes.c: a number of up to so many bits without a factor of f_bits, which it has `times` at most
 * if that is even; the next prime of up to so many bits, where a power modulo it holds so much.
 */
uint64_t bng_peak_remove(uint64_t bits, uint64_t f_bits, bool f_may_be_odd, bool f_may_be_even,
                         uint64_t times);
uint64_t bng_peak_next_prime(uint64_t bits, uint64_t power_bytes);

/*
 * peak-fraction.c: products and sums of fractions whose parts have such lengths, and a fraction in
 * lowest terms; a quotient is the product by the inverse, and a difference takes what a sum does.
 */
struct bng_fraction_bits {
        uint64_t num, den;
};
/* The most that a divisor in common may have, and what is held to find it. */
struct bng_divisor {
        uint64_t bits, peak_bytes;
};
/* Of a's numerator and b's denominator, and of b's and a's. */
uint64_t bng_peak_fraction_multiply(struct bng_fraction_bits a, struct bng_fraction_bits b,
                                    struct bng_divisor first, struct bng_divisor second);
uint64_t bng_peak_fraction_square(struct bng_fraction_bits a);
/* Of the denominators; of numerator and denominator. */
uint64_t bng_peak_fraction_add(struct bng_fraction_bits a, struct bng_fraction_bits b,
                               struct bng_divisor common);
uint64_t bng_peak_fraction_canonical(struct bng_fraction_bits a, struct bng_divisor common);

/* There is no such number; `why` is static text. */
struct bng_prediction bng_predicted_undefined(const char *why);

/* The longer of two results, with the signs of either: several.c. */
struct bng_operand bng_operand_longest(struct bng_operand a, struct bng_operand b);

/* The upper end of a's bit count. */
static inline uint64_t bng_operand_bits_max(struct bng_operand a)
{
        return bng_range_bits(a.size).bits_max;
}

static inline bool bng_surely_negative(struct bng_operand a)
{
        return a.may_be_negative && !a.may_be_positive && !a.size.may_be_zero;
}
