/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include "bounds/checked.h"
#include "predict/quotients.h"
#include "predict/time.h"

/*
 * A look. A longer number is divided by the shorter one, as GMP's gcd does first; nothing is left of a
 * multiple. Of numbers about as long as each other the leading bits are taken, twice as many as factors
 * may have, and off these quotients of 29 bits together at a time (quotients.h): until a remainder is no
 * longer than the factors are, so that it vanishes as far as it is seen, or these are too long.
 *
 * For what is left of it at the low end the factors themselves would be needed. Modulo 2^64 they say
 * whether nothing is; if something is, it begins right behind the bits that were seen, as far as is known.
 *
 * This takes the square of the factors' length, and GMP's halving by products far less, so factors of a
 * hundredth of the bits are as many as pay. With those GMP needs a fifteenth of the time that it needs
 * for others, and from a third of the bits on more than half of it. In between it could be known only by
 * doing most of what GMP does, and is not: then the time is that of others.
 */

#define FACTOR_BITS 29

/* A remainder: its leading bits, and what of a and b it is the sum of, modulo 2^64. */
struct remainder {
        mpz_t lead;
        uint64_t of_a, of_b;
};

static uint64_t length(const struct remainder *x)
{
        return mpz_sgn(x->lead) == 0 ? 0 : mpz_sizeinbase(x->lead, 2);
}

static void set_leading(struct remainder *ret, struct bng_shifted n, uint64_t from)
{
        mpz_tdiv_q_2exp(ret->lead, n.n, (mp_bitcnt_t)(from + n.zeros));
        mpz_abs(ret->lead, ret->lead);
}

static uint64_t low_bits(struct bng_shifted n, uint64_t at)
{
        return (uint64_t)bng_shifted_digit(n, at) |
               (uint64_t)bng_shifted_digit(n, at + BNG_DIGIT_BITS) << BNG_DIGIT_BITS;
}

/* |x u - y v| */
static void combine(struct remainder *ret, const struct remainder *x, const struct remainder *y,
                    struct bng_factors factors)
{
        uint64_t u = (uint64_t)factors.a, v = (uint64_t)factors.b;

        mpz_mul_ui(ret->lead, x->lead, (unsigned long)u);
        mpz_submul_ui(ret->lead, y->lead, (unsigned long)v);
        ret->of_a = u * x->of_a - v * y->of_a;
        ret->of_b = u * x->of_b - v * y->of_b;
        if (mpz_sgn(ret->lead) < 0) {
                mpz_neg(ret->lead, ret->lead);
                ret->of_a = -ret->of_a;
                ret->of_b = -ret->of_b;
        }
}

/* Where it is longer than the factors of steps may be. */
static void take_long_quotient(struct remainder *x, const struct remainder *y)
{
        mpz_t quotient;

        mpz_init(quotient);
        mpz_tdiv_qr(quotient, x->lead, x->lead, y->lead);
        uint64_t q = low_bits(bng_shifted_whole(quotient), 0);
        x->of_a -= q * y->of_a;
        x->of_b -= q * y->of_b;
        mpz_clear(quotient);
}

static void swap(struct remainder *x, struct remainder *y)
{
        struct remainder kept = *x;

        *x = *y;
        *y = kept;
}

/* x is not shorter than y in the end; both pairs are two remainders each that follow each other. */
static void step(struct remainder *x, struct remainder *y, struct remainder *next_x,
                 struct remainder *next_y)
{
        uint64_t from = length(x) - BNG_LEADING_BITS;
        struct bng_steps steps =
                bng_first_steps(bng_shifted_leading(bng_shifted_whole(x->lead), from),
                                bng_shifted_leading(bng_shifted_whole(y->lead), from), FACTOR_BITS);

        if (steps.y.a == 0) {
                take_long_quotient(x, y);
        } else {
                combine(next_x, x, y, steps.x);
                combine(next_y, x, y, steps.y);
                swap(x, next_x);
                swap(y, next_y);
        }
        if (mpz_cmp(x->lead, y->lead) < 0)
                swap(x, y);
}

/* Of so many leading bits, with factors of up to so many: they are as long as x has become shorter. */
static bool find_vanishing(struct remainder *x, struct remainder *y, uint64_t bits,
                           uint64_t factor_bits)
{
        struct remainder next_x, next_y;
        bool vanishes = false;

        mpz_inits(next_x.lead, next_y.lead, NULL);
        while (!vanishes && length(x) + factor_bits > bits) {
                step(x, y, &next_x, &next_y);
                vanishes = length(y) <= bits - length(x) + 2;
        }
        mpz_clears(next_x.lead, next_y.lead, NULL);
        return vanishes;
}

/* Of the time in which a gcd is to be done. */
#define LOOK_PART 8

/* Each bit of the factors, for each bit of them; measured like the curves. */
#define NANOSECONDS_PER_BIT 0.0034

/* By chance a remainder vanishes once in 2^64 times. */
#define SPARE_BITS 64

static struct bng_rest look_at_leading(struct bng_shifted a, struct bng_shifted b, double seconds)
{
        double nanoseconds = seconds / LOOK_PART * 1e9;
        uint64_t factor_bits =
                bng_min((uint64_t)sqrt(nanoseconds / NANOSECONDS_PER_BIT), b.bits / 8);
        uint64_t bits = 2 * (factor_bits + SPARE_BITS), from = a.bits - bits;
        struct bng_rest rest = {b.bits, 0};
        struct remainder x = {.of_a = 1}, y = {.of_b = 1};

        if (factor_bits <= FACTOR_BITS)
                return rest;
        mpz_inits(x.lead, y.lead, NULL);
        set_leading(&x, a, from);
        set_leading(&y, b, from);
        uint64_t b_bits = length(&y);
        if (find_vanishing(&x, &y, bits, factor_bits)) {
                uint64_t at = bng_min(mpz_scan1(a.n, 0) - a.zeros, mpz_scan1(b.n, 0) - b.zeros);
                uint64_t low = y.of_a * low_bits(a, at) + y.of_b * low_bits(b, at);
                rest.bits = low == 0 ? 0 : from + length(&y);
                rest.factor_bits = b_bits - length(&x);
        }
        mpz_clears(x.lead, y.lead, NULL);
        return rest;
}

static void without_zero_limbs(mpz_ptr ret, struct bng_shifted n)
{
        mp_size_t zeros = (mp_size_t)(n.zeros / GMP_NUMB_BITS);

        mpz_roinit_n(ret, mpz_limbs_read(n.n) + zeros, (mp_size_t)mpz_size(n.n) - zeros);
}

/*
 * b becomes odd, if its zeros do not count, and a is left with those in its lowest limb: the remainder is
 * another one, but has the same in common with b.
 */
static void take_remainder(mpz_ptr ret, struct bng_shifted a, struct bng_shifted b)
{
        mpz_t dividend, divisor;

        without_zero_limbs(dividend, a);
        without_zero_limbs(divisor, b);
        if (b.zeros % GMP_NUMB_BITS == 0) {
                mpz_tdiv_r(ret, dividend, divisor);
                return;
        }
        mpz_tdiv_q_2exp(ret, divisor, b.zeros % GMP_NUMB_BITS);
        mpz_tdiv_r(ret, dividend, ret);
}

/* What is left of the division, or of that and b. */
static struct bng_rest look_behind_division(struct bng_shifted a, struct bng_shifted b, bool odd,
                                            double seconds)
{
        mpz_t remainder;

        mpz_init(remainder);
        take_remainder(remainder, a, b);
        struct bng_pair next = {b.n, remainder, odd};
        struct bng_rest rest = {mpz_sgn(remainder) == 0 ? 0 : mpz_sizeinbase(remainder, 2), 0};
        if (rest.bits + FACTOR_BITS > b.bits)
                rest = bng_euclid_look(next, seconds);
        mpz_clear(remainder);
        return rest;
}

struct bng_rest bng_euclid_look(struct bng_pair pair, double seconds)
{
        struct bng_rest rest = bng_euclid_glance(pair);
        struct bng_shifted a, b;

        bng_shifted_pair(pair, &a, &b);
        if (b.bits < BNG_EUCLID_WORTH_BITS || rest.bits < b.bits)
                return rest;
        if (a.bits - b.bits <= FACTOR_BITS)
                return look_at_leading(a, b, seconds);
        seconds -= bng_time_remainder(a.bits, b.bits).seconds;
        return seconds > 0 ? look_behind_division(a, b, pair.odd, seconds) : rest;
}
