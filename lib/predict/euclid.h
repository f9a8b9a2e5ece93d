/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How far Euclid's algorithm gets with its first quotients. Nearly always each of them takes a bit
 * or two off, and what follows is about as long as the shorter number. But where one number is nearly
 * a multiple of the other, or both are of a third one, which is how neighbours, multiples and
 * fractions that are far from lowest terms look, there is soon a remainder that is far shorter, and
 * all the rest of a greatest common divisor is work on that.
 *
 * A glance at the leading bits costs next to nothing and sees quotients of up to 24 bits together. A look
 * takes time and memory, and is for when it matters.
 */

#include <gmp.h>
#include <stdbool.h>
#include <stdint.h>

/* Two numbers; odd: without the zeros at their ends, which GMP's gcd takes away first. NULL: none. */
struct bng_pair {
        mpz_srcptr a, b;
        bool odd;
};

struct bng_rest {
        /*
         * The length of that remainder in bits, 0 where the algorithm is at its end with it; the shorter
         * number's own, or more, where no such remainder is known.
         */
        uint64_t bits;
        /*
         * The length of the shorter number as a multiple of the remainder before: if nothing is left, of
         * the greatest common divisor. 0: the first division left it.
         */
        uint64_t factor_bits;
};

/* What is shorter takes no millisecond, and is not looked at. */
#define BNG_EUCLID_WORTH_BITS (UINT64_C(1) << 14)

/* Of numbers that are not known. */
#define BNG_REST_UNKNOWN ((struct bng_rest){UINT64_MAX, 0})

/*
 * Signs do not count. It takes a moment, or where the remainder is shorter by many bits, some passes
 * over these. Any thread.
 */
struct bng_rest bng_euclid_glance(struct bng_pair pair);

/*
 * The same for whom it matters whether a gcd would take no more than so many seconds, by the built-in
 * curves (time.h). Divides the longer number by the shorter one where that alone would not take more; then
 * an eighth of what is left is spent on the quotients of what is left, and up to all of it on what
 * they leave. It holds the divisor twice beside what a division does.
 */
struct bng_rest bng_euclid_look(struct bng_pair pair, double seconds);
