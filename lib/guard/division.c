/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guard/operation.h"

/*
 * Division, its remainders, and divisors. By a machine word GMP returns the remainder too; here the
 * status is what is returned, and tdiv_ui and its kin give the remainder alone. What has several
 * results is in several.c.
 */

/*
 * GMP copies a divisor whose place a result takes, however short the result is. Of its own the result
 * takes less, and no more than predicted (predict/peak-division.c).
 */
static void in_divisors_place(void (*divide)(mpz_ptr, mpz_srcptr, mpz_srcptr), mpz_ptr out,
                              mpz_srcptr a, mpz_srcptr d)
{
        mpz_t result;

        mpz_init(result);
        divide(result, a, d);
        mpz_swap(out, result);
        mpz_clear(result);
}

#define DIVIDE(divide, plain)                                                                      \
        (out == d && !bng_is_limb(d) ? in_divisors_place(plain, out, a, d) : divide(out, a, d))

#define BY_DIVISOR (const mpz_t a, const mpz_t d), (a, d)
#define LIMBS_DIVISION (mpz_sgn(d) != 0 ? mpz_size(a) + mpz_size(d) : NOT_SMALL)

SMALL_OPERATION(tdiv_q, BY_DIVISOR, LIMBS_DIVISION, bng_predict_quotient(BNG_TRUNCATE, Z(a), Z(d)),
                DIVIDE(bng_limb_tdiv_q, mpz_tdiv_q))
SMALL_OPERATION(fdiv_q, BY_DIVISOR, LIMBS_DIVISION, bng_predict_quotient(BNG_FLOOR, Z(a), Z(d)),
                DIVIDE(bng_limb_fdiv_q, mpz_fdiv_q))
SMALL_OPERATION(cdiv_q, BY_DIVISOR, LIMBS_DIVISION, bng_predict_quotient(BNG_CEILING, Z(a), Z(d)),
                DIVIDE(mpz_cdiv_q, mpz_cdiv_q))
SMALL_OPERATION(divexact, BY_DIVISOR, LIMBS_DIVISION, bng_predict_exact_quotient(Z(a), Z(d)),
                DIVIDE(mpz_divexact, mpz_divexact))

SMALL_OPERATION(tdiv_r, BY_DIVISOR, LIMBS_DIVISION, bng_predict_remainder(BNG_TRUNCATE, Z(a), Z(d)),
                DIVIDE(bng_limb_tdiv_r, mpz_tdiv_r))
SMALL_OPERATION(fdiv_r, BY_DIVISOR, LIMBS_DIVISION, bng_predict_remainder(BNG_FLOOR, Z(a), Z(d)),
                DIVIDE(bng_limb_fdiv_r, mpz_fdiv_r))
SMALL_OPERATION(cdiv_r, BY_DIVISOR, LIMBS_DIVISION, bng_predict_remainder(BNG_CEILING, Z(a), Z(d)),
                DIVIDE(mpz_cdiv_r, mpz_cdiv_r))

static struct bng_operand magnitude(const mpz_t n)
{
        struct bng_operand size = Z(n);

        size.may_be_positive = !size.size.surely_zero;
        size.may_be_negative = false;
        return size;
}

SMALL_OPERATION(mod, BY_DIVISOR, LIMBS_DIVISION,
                bng_predict_remainder(BNG_FLOOR, Z(a), magnitude(d)), DIVIDE(bng_limb_mod, mpz_mod))

/* ---- by a word ---- */

#define BY_WORD (const mpz_t a, unsigned long d), (a, d)
#define LIMBS_WORD (d != 0 ? mpz_size(a) + BNG_ULONG_LIMBS + 1 : NOT_SMALL)

SMALL_OPERATION(tdiv_q_ui, BY_WORD, LIMBS_WORD,
                bng_predict_quotient_by_word(BNG_TRUNCATE, Z(a), U(d)), mpz_tdiv_q_ui(out, a, d))
SMALL_OPERATION(fdiv_q_ui, BY_WORD, LIMBS_WORD, bng_predict_quotient_by_word(BNG_FLOOR, Z(a), U(d)),
                mpz_fdiv_q_ui(out, a, d))
SMALL_OPERATION(cdiv_q_ui, BY_WORD, LIMBS_WORD,
                bng_predict_quotient_by_word(BNG_CEILING, Z(a), U(d)), mpz_cdiv_q_ui(out, a, d))
SMALL_OPERATION(divexact_ui, BY_WORD, LIMBS_WORD,
                bng_predict_quotient_by_word(BNG_TRUNCATE, Z(a), U(d)), mpz_divexact_ui(out, a, d))

SMALL_OPERATION(tdiv_r_ui, BY_WORD, LIMBS_WORD,
                bng_predict_remainder_by_word(BNG_TRUNCATE, Z(a), U(d)), mpz_tdiv_r_ui(out, a, d))
SMALL_OPERATION(fdiv_r_ui, BY_WORD, LIMBS_WORD,
                bng_predict_remainder_by_word(BNG_FLOOR, Z(a), U(d)), mpz_fdiv_r_ui(out, a, d))
SMALL_OPERATION(cdiv_r_ui, BY_WORD, LIMBS_WORD,
                bng_predict_remainder_by_word(BNG_CEILING, Z(a), U(d)), mpz_cdiv_r_ui(out, a, d))
SMALL_OPERATION(mod_ui, BY_WORD, LIMBS_WORD, bng_predict_remainder_by_word(BNG_FLOOR, Z(a), U(d)),
                mpz_mod_ui(out, a, d))

/* The absolute value of a remainder is a word, for which GMP needs no memory, only time. */
static bng_status judge_remainder(bng_ctx *ctx, const mpz_t a, unsigned long d)
{
        if (d == 0)
                return bng_ctx_fail(ctx, BNG_UNDEFINED, "undefined: a division by zero");
        if (!bng_is_timed(ctx))
                return bng_judge_time(ctx, 0);
        struct bng_prediction predicted = bng_predict_remainder_by_word(BNG_TRUNCATE, Z(a), U(d));
        return bng_judge_time(ctx, bng_predicted_seconds(ctx, &predicted));
}

#define REMAINDER(op)                                                                              \
        bng_status bng_check_##op(bng_ctx *ctx, const mpz_t a, unsigned long d)                    \
        {                                                                                          \
                return judge_remainder(ctx, a, d);                                                 \
        }                                                                                          \
        bng_status bng_mpz_##op(bng_ctx *ctx, unsigned long *ret, const mpz_t a, unsigned long d)  \
        {                                                                                          \
                bng_status status = bng_check_##op(ctx, a, d);                                     \
                *ret = status == BNG_OK ? mpz_##op(a, d) : 0;                                      \
                if (status == BNG_OK)                                                              \
                        bng_account_operation(ctx);                                                \
                return status;                                                                     \
        }

REMAINDER(tdiv_ui)
REMAINDER(fdiv_ui)
REMAINDER(cdiv_ui)

/* ---- divisors ---- */

#define TWO (const mpz_t a, const mpz_t b), (a, b)
#define LIMBS_TWO (mpz_size(a) + mpz_size(b))

SMALL_OPERATION(gcd, TWO, LIMBS_TWO, bng_predict_gcd_z(a, b), mpz_gcd(out, a, b))
SMALL_OPERATION(lcm, TWO, LIMBS_TWO, bng_predict_lcm_z(a, b), mpz_lcm(out, a, b))
SMALL_OPERATION(gcd_ui, (const mpz_t a, unsigned long b), (a, b), mpz_size(a) + BNG_ULONG_LIMBS,
                bng_predict_gcd_with_word(Z(a), U(b)), (void)mpz_gcd_ui(out, a, b))
SMALL_OPERATION(lcm_ui, (const mpz_t a, unsigned long b), (a, b), mpz_size(a) + BNG_ULONG_LIMBS,
                bng_predict_lcm_with_word(Z(a), U(b)), mpz_lcm_ui(out, a, b))
OPERATION(nextprime, (const mpz_t a), bng_predict_next_prime(Z(a)), mpz_nextprime(out, a))

/*
 * A factor that is not there at all is known to GMP after one division. Where only that would fit the
 * time, it is asked whether it is there.
 */
static struct bng_prediction predict_remove(bng_ctx *ctx, const mpz_t a, const mpz_t f)
{
        struct bng_prediction predicted = bng_predict_remove(Z(a), Z(f));
        struct bng_prediction once = predicted;

        if (predicted.undefined || !bng_is_timed(ctx))
                return predicted;
        once.duration = bng_predict_remainder(BNG_TRUNCATE, Z(a), Z(f)).duration;
        bool asks = !bng_time_suffices(ctx, bng_predicted_seconds(ctx, &predicted)) &&
                    bng_time_suffices(ctx, bng_predicted_seconds(ctx, &once)) &&
                    bng_memory_suffices(ctx, predicted.peak_bytes);
        return asks && !mpz_divisible_p(a, f) ? once : predicted;
}

bng_status bng_check_remove(bng_ctx *ctx, const mpz_t a, const mpz_t f)
{
        struct bng_prediction predicted = predict_remove(ctx, a, f);
        return bng_judge(ctx, &predicted);
}

bng_status bng_mpz_remove(bng_ctx *ctx, mp_bitcnt_t *ret, mpz_t rop, const mpz_t a, const mpz_t f)
{
        struct bng_prediction predicted = predict_remove(ctx, a, f);
        struct bng_output output;

        *ret = 0;
        bng_status status = bng_output_open(&output, ctx, rop, &predicted);
        if (status != BNG_OK)
                return status;
        mp_bitcnt_t times = mpz_remove(output.out, a, f);
        status = bng_output_close(&output);
        if (status == BNG_OK)
                *ret = times;
        return status;
}
