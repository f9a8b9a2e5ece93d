/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include "bounds/checked.h"
#include "predict/quotients.h"
#include "predict/time.h"

/*
 * A look. A longer number is divided by the shorter one, as GMP's gcd does first; nothing is left of a
 * multiple. Of numbers about as long as each other the leading bits are taken, twice as many as factors
 * may have, and off these quotients of 29 bits together at a time (quotients.h): until a remainder is no
 * longer than the factors are, so that it vanishes as far as it is seen, or these are too long. Then it
 * is looked at from the high end down, as at a glance, by digits as long as the factors, which is half of
 * what GMP multiplies with them.
 *
 * The quotients take the square of the factors' length, and GMP's halving by products far less, so
 * factors of a hundredth of the bits are as many as pay. With those GMP needs a fifteenth of the time that
 * it needs for others, and from a third of the bits on more than half of it. In between it could be
 * known only by doing most of what GMP does, and is not: then the time is that of others.
 */

#define FACTOR_BITS 29

/* The leading bits of a remainder, and its factors: it is a u + b v. */
struct remainder {
        mpz_t lead, u, v;
};

static void init(struct remainder *x)
{
        mpz_inits(x->lead, x->u, x->v, NULL);
}

static void clear(struct remainder *x)
{
        mpz_clears(x->lead, x->u, x->v, NULL);
}

static uint64_t length(mpz_srcptr n)
{
        return mpz_sgn(n) == 0 ? 0 : mpz_sizeinbase(n, 2);
}

static void set_leading(struct remainder *ret, struct bng_shifted n, uint64_t from)
{
        mpz_tdiv_q_2exp(ret->lead, n.n, (mp_bitcnt_t)(from + n.zeros));
        mpz_abs(ret->lead, ret->lead);
}

static void multiply_and_subtract(mpz_ptr ret, mpz_srcptr x, mpz_srcptr y,
                                  struct bng_factors factors)
{
        mpz_mul_ui(ret, x, (unsigned long)factors.a);
        mpz_submul_ui(ret, y, (unsigned long)factors.b);
}

static void combine(struct remainder *ret, const struct remainder *x, const struct remainder *y,
                    struct bng_factors factors)
{
        multiply_and_subtract(ret->lead, x->lead, y->lead, factors);
        multiply_and_subtract(ret->u, x->u, y->u, factors);
        multiply_and_subtract(ret->v, x->v, y->v, factors);
        if (mpz_sgn(ret->lead) < 0) {
                mpz_neg(ret->lead, ret->lead);
                mpz_neg(ret->u, ret->u);
                mpz_neg(ret->v, ret->v);
        }
}

/* Where it is longer than the factors of steps may be. */
static void take_long_quotient(struct remainder *x, const struct remainder *y)
{
        mpz_t quotient;

        mpz_init(quotient);
        mpz_tdiv_qr(quotient, x->lead, x->lead, y->lead);
        mpz_submul(x->u, quotient, y->u);
        mpz_submul(x->v, quotient, y->v);
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
        uint64_t from = length(x->lead) - BNG_LEADING_BITS;
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

        init(&next_x);
        init(&next_y);
        while (!vanishes && length(x->lead) + factor_bits > bits) {
                step(x, y, &next_x, &next_y);
                vanishes = length(y->lead) <= bits - length(x->lead) + 2;
        }
        clear(&next_x);
        clear(&next_y);
        return vanishes;
}

/* The bits from `at` on, so many of them, which ends within the limbs of n or beyond. */
static void set_digit(mpz_ptr ret, struct bng_shifted n, uint64_t at, uint64_t bits)
{
        uint64_t from = at + n.zeros, first = from / GMP_NUMB_BITS, size = mpz_size(n.n);
        uint64_t limbs = bng_min(size, (from + bits) / GMP_NUMB_BITS + 1);
        mpz_t window;

        if (limbs <= first) {
                mpz_set_ui(ret, 0);
                return;
        }
        mpz_roinit_n(window, mpz_limbs_read(n.n) + first, (mp_size_t)(limbs - first));
        mpz_tdiv_q_2exp(ret, window, (mp_bitcnt_t)(from % GMP_NUMB_BITS));
        mpz_tdiv_r_2exp(ret, ret, (mp_bitcnt_t)bits);
}

/* Shorter digits do not take less. */
#define DIGIT_BITS_MIN 2048

/* Of a u + b v, to a bit or two; 0: of nothing. */
static uint64_t length_of_sum(struct bng_shifted a, struct bng_shifted b, mpz_srcptr u,
                              mpz_srcptr v)
{
        uint64_t short_bits = bng_max(length(u), length(v)) + 2;
        uint64_t bits = bng_max(short_bits, DIGIT_BITS_MIN), at = bng_div_up(a.bits, bits) * bits;
        mpz_t sum, digit;

        mpz_inits(sum, digit, NULL);
        while (at > 0 && length(sum) <= short_bits) {
                at -= bits;
                mpz_mul_2exp(sum, sum, (mp_bitcnt_t)bits);
                set_digit(digit, a, at, bits);
                mpz_addmul(sum, digit, u);
                set_digit(digit, b, at, bits);
                mpz_addmul(sum, digit, v);
        }
        uint64_t ret = mpz_sgn(sum) == 0 ? 0 : at + length(sum);
        mpz_clears(sum, digit, NULL);
        return ret;
}

/* Of the time in which a gcd is to be done. */
#define LOOK_PART 8

/* Each bit of the factors, for each bit of them; measured like the curves. */
#define NANOSECONDS_PER_BIT 0.0065

/* By chance a remainder vanishes once in 2^64 times. */
#define SPARE_BITS 64

static struct bng_rest look_at_leading(struct bng_shifted a, struct bng_shifted b, double seconds)
{
        double nanoseconds = seconds / LOOK_PART * 1e9;
        uint64_t factor_bits =
                bng_min((uint64_t)sqrt(nanoseconds / NANOSECONDS_PER_BIT), b.bits / 16);
        uint64_t bits = 2 * (factor_bits + SPARE_BITS), from = a.bits - bits;
        struct bng_rest rest = {b.bits, 0};
        struct remainder x, y;

        if (factor_bits <= FACTOR_BITS)
                return rest;
        init(&x);
        init(&y);
        set_leading(&x, a, from);
        set_leading(&y, b, from);
        mpz_set_ui(x.u, 1);
        mpz_set_ui(y.v, 1);
        if (find_vanishing(&x, &y, bits, factor_bits) &&
            2 * bng_time_multiply(a.bits, length(y.u)).seconds < seconds) {
                rest.bits = bng_min(b.bits, length_of_sum(a, b, y.u, y.v));
                rest.factor_bits = length(y.u);
        }
        clear(&x);
        clear(&y);
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

/* At a glance a remainder may vanish by chance, which is no shorter than this. */
#define BY_CHANCE_BITS 128

static struct bng_rest look(struct bng_pair pair, bool may_divide, double seconds);

/*
 * What is left of the division, or of that and b. One division is all: numbers can be made so that zeros
 * which a remainder loses call for the next one again and again, each beside all the remainders before.
 */
static struct bng_rest look_behind_division(struct bng_shifted a, struct bng_shifted b, bool odd,
                                            double seconds)
{
        mpz_t remainder;

        mpz_init(remainder);
        take_remainder(remainder, a, b);
        struct bng_rest rest = {length(remainder), 0};
        if (rest.bits + FACTOR_BITS > b.bits)
                rest = look((struct bng_pair){b.n, remainder, odd}, false, seconds);
        mpz_clear(remainder);
        return rest;
}

static struct bng_rest look(struct bng_pair pair, bool may_divide, double seconds)
{
        struct bng_rest rest = bng_euclid_glance(pair);
        struct bng_shifted a, b;

        bng_shifted_pair(pair, &a, &b);
        if (b.bits < BNG_EUCLID_WORTH_BITS || rest.bits + BY_CHANCE_BITS < b.bits)
                return rest;
        if (a.bits - b.bits <= FACTOR_BITS)
                return look_at_leading(a, b, seconds);
        seconds -= may_divide ? bng_time_remainder(a.bits, b.bits).seconds : seconds;
        return seconds > 0 ? look_behind_division(a, b, pair.odd, seconds) : rest;
}

struct bng_rest bng_euclid_look(struct bng_pair pair, double seconds)
{
        return look(pair, true, seconds);
}
