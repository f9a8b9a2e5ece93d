/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/quotients.h"

struct bng_shifted bng_shifted_whole(mpz_srcptr n)
{
        return (struct bng_shifted){n, 0, mpz_sgn(n) == 0 ? 0 : mpz_sizeinbase(n, 2)};
}

struct bng_shifted bng_shifted_odd(mpz_srcptr n)
{
        struct bng_shifted odd = bng_shifted_whole(n);

        odd.zeros = odd.bits == 0 ? 0 : mpz_scan1(n, 0);
        odd.bits -= odd.zeros;
        return odd;
}

void bng_shifted_pair(struct bng_pair pair, struct bng_shifted *longer, struct bng_shifted *shorter)
{
        struct bng_shifted a = pair.odd ? bng_shifted_odd(pair.a) : bng_shifted_whole(pair.a);
        struct bng_shifted b = pair.odd ? bng_shifted_odd(pair.b) : bng_shifted_whole(pair.b);

        *longer = a.bits < b.bits ? b : a;
        *shorter = a.bits < b.bits ? a : b;
}

int64_t bng_shifted_digit(struct bng_shifted n, uint64_t at)
{
        uint64_t from = at + n.zeros, shift = from % GMP_NUMB_BITS;
        mp_size_t limb = (mp_size_t)(from / GMP_NUMB_BITS);
        uint64_t bits = mpz_getlimbn(n.n, limb) >> shift;

        if (shift > 0)
                bits |= (uint64_t)mpz_getlimbn(n.n, limb + 1) << (GMP_NUMB_BITS - shift);
        return (int64_t)(bits & UINT32_MAX);
}

int64_t bng_shifted_leading(struct bng_shifted n, uint64_t from)
{
        const unsigned low_bits = BNG_LEADING_BITS - BNG_DIGIT_BITS;

        return bng_shifted_digit(n, from + low_bits) << low_bits |
               (bng_shifted_digit(n, from) & ((INT64_C(1) << low_bits) - 1));
}

struct bng_steps bng_first_steps(int64_t a, int64_t b, unsigned factor_bits)
{
        const int64_t factor_max = INT64_C(1) << factor_bits;
        struct bng_steps steps = {{1, 0}, {0, 1}, false};
        int64_t x = a, y = b;

        while (y > 2 * (steps.y.a + steps.y.b)) {
                int64_t quotient = x / y, rest = x % y;
                if (quotient > factor_max)
                        return steps;
                struct bng_factors next = {steps.x.a + quotient * steps.y.a,
                                           steps.x.b + quotient * steps.y.b};
                if (next.a > factor_max || next.b > factor_max)
                        return steps;
                x = y;
                y = rest;
                steps.x = steps.y;
                steps.y = next;
        }
        steps.vanishes = steps.y.a > 0;
        return steps;
}
