/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "expr/rational.h"
#include "guard/judge.h"

static struct bng_prediction predict_floordiv(struct bng_operand a, struct bng_operand b)
{
        return bng_predict_quotient(BNG_FLOOR, a, b);
}

static struct bng_prediction predict_mod(struct bng_operand a, struct bng_operand b)
{
        return bng_predict_remainder(BNG_FLOOR, a, b);
}

static const struct bng_binary add = {.predict = bng_predict_add, .run = bng_mpz_add};
static const struct bng_binary sub = {.predict = bng_predict_subtract, .run = bng_mpz_sub};
static const struct bng_binary mul = {.predict = bng_predict_multiply, .run = bng_mpz_mul};
static const struct bng_binary floordiv = {
        .predict = predict_floordiv, .run = bng_mpz_fdiv_q, .drops_zeros_of_b = true};
static const struct bng_binary mod = {
        .predict = predict_mod, .run = bng_mpz_fdiv_r, .drops_zeros_of_b = true};
static const struct bng_binary gcd = {.predict = bng_predict_gcd,
                                      .run = bng_mpz_gcd,
                                      .drops_zeros_of_a = true,
                                      .drops_zeros_of_b = true};
static const struct bng_binary power = {.predict = bng_predict_power,
                                        .run = bng_mpz_pow,
                                        .drops_zeros_of_a = true,
                                        .drops_zeros_of_b = true};
static const struct bng_binary exact_division = {
        .predict = bng_predict_exact_quotient, .run = bng_mpz_divexact, .drops_zeros_of_b = true};

#define TRY(call)                                                                                  \
        do {                                                                                       \
                bng_status status_ = (call);                                                       \
                if (status_ != BNG_OK)                                                             \
                        return status_;                                                            \
        } while (0)

void bng_rational_init(struct bng_rational *a)
{
        bng_integer_init(&a->num);
        bng_integer_init(&a->den);
}

void bng_rational_clear(struct bng_work *work, struct bng_rational *a)
{
        bng_integer_clear(work, &a->num);
        bng_integer_clear(work, &a->den);
}

bng_status bng_rational_set_variable(struct bng_work *work, struct bng_rational *rop,
                                     const bng_variable *variable)
{
        if (!variable->den)
                bng_integer_set_ui(work, &rop->den, 1);
        else
                TRY(bng_integer_set_variable(work, &rop->den, variable->den));
        return bng_integer_set_variable(work, &rop->num, variable->num);
}

bool bng_rational_is_integer(const struct bng_rational *a)
{
        return bng_integer_is_one(&a->den);
}

bool bng_rational_may_be_integer(const struct bng_rational *a)
{
        return bng_integer_may_be_one(&a->den);
}

static bng_status run(struct bng_work *work, struct bng_integer *rop,
                      const struct bng_binary *operation, const struct bng_integer *a,
                      const struct bng_integer *b)
{
        return bng_integer_binary(work, rop, operation, a, b);
}

/* rop = a / d, where d divides a: not 0 if a is not. */
static bng_status divide(struct bng_work *work, struct bng_integer *rop,
                         const struct bng_integer *a, const struct bng_integer *d)
{
        TRY(run(work, rop, &exact_division, a, d));
        if (rop->predicted && !bng_integer_may_be_zero(a))
                rop->predicted->size.may_be_zero = false;
        return BNG_OK;
}

static bng_status both_whole(struct bng_work *work, struct bng_rational *rop,
                             const struct bng_binary *operation, const struct bng_rational *a,
                             const struct bng_rational *b)
{
        bng_integer_set_ui(work, &rop->den, 1);
        return run(work, &rop->num, operation, &a->num, &b->num);
}

static bool are_integers(const struct bng_rational *a, const struct bng_rational *b)
{
        return bng_rational_is_integer(a) && bng_rational_is_integer(b);
}

/* ---- what stands on the way: without a result limit, until the parts of the result are there ----
 */

#define DETOUR_MAX 8

struct detour {
        uint64_t result_limit_bits;
        struct bng_integer t[DETOUR_MAX];
};

/*
 * An evaluation needs nothing on the way if both turn out to be integers. A prediction that does not
 * know refuses nothing for it.
 */
static bool may_be_integers(const struct bng_rational *a, const struct bng_rational *b)
{
        return bng_rational_may_be_integer(a) && bng_rational_may_be_integer(b);
}

static void detour_begin(struct detour *d, struct bng_work *work, const struct bng_rational *a,
                         const struct bng_rational *b)
{
        work->perhaps = may_be_integers(a, b);
        d->result_limit_bits = bng_work_begin_detour(work);
        for (unsigned i = 0; i < DETOUR_MAX; i++)
                bng_integer_init(&d->t[i]);
}

static void detour_end(struct detour *d, struct bng_work *work)
{
        work->perhaps = false;
        bng_work_end_detour(work, d->result_limit_bits);
        for (unsigned i = 0; i < DETOUR_MAX; i++)
                bng_integer_clear(work, &d->t[i]);
}

/* An integer has one part: 0 fits where no bit does. */
static bng_status judge_parts(struct bng_work *work, const struct bng_rational *rop)
{
        TRY(bng_integer_judge(work, &rop->num));
        return bng_rational_is_integer(rop) ? BNG_OK : bng_integer_judge(work, &rop->den);
}

/*
 * With g = gcd(b, d): a/b + c/d = (a (d/g) + c (b/g)) / (b (d/g)), and all that numerator and
 * denominator may have in common divides g (Knuth, The Art of Computer Programming 2, 4.5.1).
 */
static bng_status sum_detour(struct bng_work *work, struct bng_rational *rop,
                             const struct bng_binary *operation, const struct bng_rational *a,
                             const struct bng_rational *b, struct bng_integer *t)
{
        TRY(run(work, &t[0], &gcd, &a->den, &b->den));
        TRY(divide(work, &t[1], &a->den, &t[0]));
        TRY(divide(work, &t[2], &b->den, &t[0]));
        TRY(run(work, &t[3], &mul, &a->num, &t[2]));
        TRY(run(work, &t[4], &mul, &b->num, &t[1]));
        TRY(run(work, &t[5], operation, &t[3], &t[4]));
        TRY(run(work, &t[6], &gcd, &t[5], &t[0]));
        TRY(divide(work, &rop->num, &t[5], &t[6]));
        TRY(divide(work, &t[7], &b->den, &t[6]));
        return run(work, &rop->den, &mul, &t[1], &t[7]);
}

static bng_status sum(struct bng_work *work, struct bng_rational *rop,
                      const struct bng_binary *operation, const struct bng_rational *a,
                      const struct bng_rational *b)
{
        if (are_integers(a, b))
                return both_whole(work, rop, operation, a, b);
        struct detour d;
        detour_begin(&d, work, a, b);
        bng_status status = sum_detour(work, rop, operation, a, b, d.t);
        detour_end(&d, work);
        return status == BNG_OK ? judge_parts(work, rop) : status;
}

bng_status bng_rational_add(struct bng_work *work, struct bng_rational *rop, struct bng_rational *a,
                            struct bng_rational *b)
{
        return sum(work, rop, &add, a, b);
}

bng_status bng_rational_sub(struct bng_work *work, struct bng_rational *rop, struct bng_rational *a,
                            struct bng_rational *b)
{
        return sum(work, rop, &sub, a, b);
}

/* Over the common denominator a.den b.den, floor(a/b) is that of the numerators, and so is a mod b.
 */
static bng_status floordiv_detour(struct bng_work *work, struct bng_rational *rop,
                                  const struct bng_rational *a, const struct bng_rational *b,
                                  struct bng_integer *t)
{
        TRY(run(work, &t[0], &mul, &a->num, &b->den));
        TRY(run(work, &t[1], &mul, &b->num, &a->den));
        bng_integer_set_ui(work, &rop->den, 1);
        return run(work, &rop->num, &floordiv, &t[0], &t[1]);
}

static bng_status mod_detour(struct bng_work *work, struct bng_rational *rop,
                             const struct bng_rational *a, const struct bng_rational *b,
                             struct bng_integer *t)
{
        TRY(run(work, &t[0], &mul, &a->num, &b->den));
        TRY(run(work, &t[1], &mul, &b->num, &a->den));
        TRY(run(work, &t[2], &mod, &t[0], &t[1]));
        TRY(run(work, &t[3], &mul, &a->den, &b->den));
        TRY(run(work, &t[4], &gcd, &t[2], &t[3]));
        TRY(divide(work, &rop->num, &t[2], &t[4]));
        return divide(work, &rop->den, &t[3], &t[4]);
}

bng_status bng_rational_floordiv(struct bng_work *work, struct bng_rational *rop,
                                 struct bng_rational *a, struct bng_rational *b)
{
        if (are_integers(a, b))
                return both_whole(work, rop, &floordiv, a, b);
        struct detour d;
        detour_begin(&d, work, a, b);
        bng_status status = floordiv_detour(work, rop, a, b, d.t);
        detour_end(&d, work);
        return status == BNG_OK ? judge_parts(work, rop) : status;
}

bng_status bng_rational_mod(struct bng_work *work, struct bng_rational *rop, struct bng_rational *a,
                            struct bng_rational *b)
{
        if (are_integers(a, b))
                return both_whole(work, rop, &mod, a, b);
        struct detour d;
        detour_begin(&d, work, a, b);
        bng_status status = mod_detour(work, rop, a, b, d.t);
        detour_end(&d, work);
        return status == BNG_OK ? judge_parts(work, rop) : status;
}

/* ---- products and powers: their parts come out reduced ---- */

static bng_status reduce(struct bng_work *work, const struct bng_rational *a,
                         const struct bng_rational *b, struct bng_integer *t)
{
        TRY(run(work, &t[0], &gcd, &a->num, &b->den));
        TRY(run(work, &t[1], &gcd, &b->num, &a->den));
        TRY(divide(work, &t[2], &a->num, &t[0]));
        TRY(divide(work, &t[3], &b->num, &t[1]));
        TRY(divide(work, &t[4], &a->den, &t[1]));
        return divide(work, &t[5], &b->den, &t[0]);
}

/* Only a variable may be longer than its part of the product: on the way, as it cancels. */
static bng_status mul_reduced(struct bng_work *work, struct bng_rational *rop,
                              const struct bng_rational *a, const struct bng_rational *b,
                              struct detour *d)
{
        TRY(reduce(work, a, b, d->t));
        bng_work_end_detour(work, d->result_limit_bits);
        TRY(run(work, &rop->num, &mul, &d->t[2], &d->t[3]));
        if (!bng_integer_is_one(&d->t[4]) || !bng_integer_is_one(&d->t[5]))
                return run(work, &rop->den, &mul, &d->t[4], &d->t[5]);
        bng_integer_set_ui(work, &rop->den, 1);
        return BNG_OK;
}

bng_status bng_rational_mul(struct bng_work *work, struct bng_rational *rop, struct bng_rational *a,
                            struct bng_rational *b)
{
        if (are_integers(a, b))
                return both_whole(work, rop, &mul, a, b);
        struct detour d;
        detour_begin(&d, work, a, b);
        bool perhaps = work->perhaps;
        bng_status status = mul_reduced(work, rop, a, b, &d);
        detour_end(&d, work);
        return status == BNG_OK && perhaps ? judge_parts(work, rop) : status;
}

/* a = 1 / a. A predicted a that may be 0 is none if the evaluation gets this far. */
static bng_status invert(struct bng_work *work, struct bng_rational *a)
{
        if (bng_integer_is_zero(&a->num))
                return bng_ctx_fail(work->ctx, BNG_UNDEFINED, "undefined: a division by zero");
        bool may_be_negative = bng_integer_may_be_negative(&a->num);
        bool may_be_positive = bng_integer_may_be_positive(&a->num);
        bng_integer_swap(&a->num, &a->den);
        bng_integer_absolute(&a->den);
        if (a->den.predicted)
                a->den.predicted->size.may_be_zero = false;
        if (!may_be_positive)
                bng_integer_negate(&a->num);
        if (!may_be_positive || !may_be_negative)
                return BNG_OK;

        struct bng_operand of_either_sign = bng_integer_operand(&a->num);
        of_either_sign.may_be_negative = true;
        struct bng_integer num;
        bng_integer_init(&num);
        bng_status status = bng_integer_set_operand(work, &num, &of_either_sign);
        bng_integer_swap(&num, &a->num);
        bng_integer_clear(work, &num);
        return status;
}

bng_status bng_rational_div(struct bng_work *work, struct bng_rational *rop, struct bng_rational *a,
                            struct bng_rational *b)
{
        TRY(invert(work, b));
        return bng_rational_mul(work, rop, a, b);
}

/* The exponent's sign is not known: each part may be either part. */
static bng_status either_way_up(struct bng_work *work, struct bng_rational *a)
{
        struct bng_operand num = bng_integer_operand(&a->num);
        struct bng_operand den = bng_integer_operand(&a->den);
        struct bng_range either = bng_range_union(num.size, den.size);
        num = bng_operand_range(either, true, true);
        either.may_be_zero = false;
        den = bng_operand_range(either, false, true);
        struct bng_rational result;
        bng_rational_init(&result);
        bng_status status = bng_integer_set_operand(work, &result.num, &num);
        if (status == BNG_OK)
                status = bng_integer_set_operand(work, &result.den, &den);
        bng_integer_swap(&result.num, &a->num);
        bng_integer_swap(&result.den, &a->den);
        bng_rational_clear(work, &result);
        return status;
}

bng_status bng_rational_pow(struct bng_work *work, struct bng_rational *rop, struct bng_rational *a,
                            struct bng_rational *exponent)
{
        if (!bng_rational_may_be_integer(exponent))
                return bng_ctx_fail(work->ctx, BNG_UNDEFINED,
                                    "undefined: an exponent that is no integer");
        struct bng_integer *e = &exponent->num;
        bool may_be_negative = bng_integer_may_be_negative(e);
        bool is_negative =
                may_be_negative && !bng_integer_may_be_positive(e) && !bng_integer_may_be_zero(e);
        if (is_negative && bng_integer_is_zero(&a->num))
                return bng_ctx_fail(work->ctx, BNG_UNDEFINED,
                                    "undefined: zero to a negative power, a division by zero");

        bng_integer_absolute(e);
        TRY(run(work, &rop->num, &power, &a->num, e));
        if (bng_rational_is_integer(a))
                bng_integer_set_ui(work, &rop->den, 1);
        else
                TRY(run(work, &rop->den, &power, &a->den, e));
        if (is_negative)
                return invert(work, rop);
        return may_be_negative ? either_way_up(work, rop) : BNG_OK;
}
