/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include "bounds/checked.h"
#include "predict/euclid.h"

/*
 * Euclid's algorithm on the leading bits of two numbers (Lehmer 1938): while
 *
 *     x = |a u - b v|,  y = |a u' - b v'|
 *
 * are far above what the bits that are not seen add to them, which is below the factors, the quotients
 * are those of a and b. When y is no larger than that, it vanishes as far as it is seen. Then all of
 * a u' - b v' is looked at from its high end: each digit that comes down either leaves it as short as the
 * factors are, or it is known how long it is.
 *
 * Factors have up to 24 bits: they are those of a divisor in common that is all but 24 bits of a or
 * b. Two numbers without pattern have such a remainder once in 2^14 times, and it is a digit shorter.
 */

#define DIGIT_BITS 32
#define LEADING_BITS 62
#define FACTOR_MAX (INT64_C(1) << 24)

/* What is shorter takes no millisecond. */
#define WORTH_BITS (UINT64_C(1) << 14)

/* n / 2^zeros, without its sign */
struct shifted {
        mpz_srcptr n;
        uint64_t zeros;
        uint64_t bits;
};

static struct shifted whole(mpz_srcptr n)
{
        return (struct shifted){n, 0, mpz_sgn(n) == 0 ? 0 : mpz_sizeinbase(n, 2)};
}

static struct shifted odd_part(mpz_srcptr n)
{
        struct shifted odd = whole(n);

        odd.zeros = odd.bits == 0 ? 0 : mpz_scan1(n, 0);
        odd.bits -= odd.zeros;
        return odd;
}

/* The bits from `at` on, as many as a digit has. */
static int64_t digit(struct shifted n, uint64_t at)
{
        uint64_t from = at + n.zeros, shift = from % GMP_NUMB_BITS;
        mp_size_t limb = (mp_size_t)(from / GMP_NUMB_BITS);
        uint64_t bits = mpz_getlimbn(n.n, limb) >> shift;

        if (shift > 0)
                bits |= (uint64_t)mpz_getlimbn(n.n, limb + 1) << (GMP_NUMB_BITS - shift);
        return (int64_t)(bits & UINT32_MAX);
}

static int64_t leading(struct shifted n, uint64_t from)
{
        const unsigned low_bits = LEADING_BITS - DIGIT_BITS;

        return digit(n, from + low_bits) << low_bits |
               (digit(n, from) & ((INT64_C(1) << low_bits) - 1));
}

struct factors {
        int64_t a, b;
};

/* The first remainder that vanishes; false: none does before factors are too long. a is not shorter. */
static bool find_vanishing(struct shifted a, struct shifted b, struct factors *ret)
{
        uint64_t from = a.bits - LEADING_BITS;
        int64_t x = leading(a, from), y = leading(b, from);
        struct factors of_x = {1, 0}, of_y = {0, 1};

        while (y > 2 * (of_y.a + of_y.b)) {
                int64_t quotient = x / y, rest = x % y;
                if (quotient > FACTOR_MAX)
                        return false;
                struct factors next = {of_x.a + quotient * of_y.a, of_x.b + quotient * of_y.b};
                if (next.a > FACTOR_MAX || next.b > FACTOR_MAX)
                        return false;
                x = y;
                y = rest;
                of_x = of_y;
                of_y = next;
        }
        *ret = of_y;
        return of_y.a > 0;
}

static uint64_t length(uint64_t n)
{
        return n == 0 ? 0 : 64 - (uint64_t)__builtin_clzll(n);
}

/* Of a u - b v, to a bit or two; 0: of nothing. */
static uint64_t length_of_difference(struct shifted a, struct shifted b, struct factors factors)
{
        int64_t difference = 0;
        uint64_t at = bng_div_up(a.bits, DIGIT_BITS) * DIGIT_BITS;

        while (at > 0 && llabs(difference) <= 2 * FACTOR_MAX) {
                at -= DIGIT_BITS;
                difference = difference * (INT64_C(1) << DIGIT_BITS) + factors.a * digit(a, at) -
                             factors.b * digit(b, at);
        }
        return difference == 0 ? 0 : at + length((uint64_t)llabs(difference));
}

static uint64_t rest_bits(struct shifted a, struct shifted b)
{
        struct factors factors;

        if (a.bits < b.bits)
                return rest_bits(b, a);
        if (b.bits < WORTH_BITS || !find_vanishing(a, b, &factors))
                return b.bits;
        return bng_min(b.bits, length_of_difference(a, b, factors));
}

uint64_t bng_euclid_rest_bits(mpz_srcptr a, mpz_srcptr b)
{
        return rest_bits(whole(a), whole(b));
}

uint64_t bng_euclid_odd_rest_bits(mpz_srcptr a, mpz_srcptr b)
{
        return rest_bits(odd_part(a), odd_part(b));
}
