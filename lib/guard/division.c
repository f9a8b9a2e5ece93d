/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guard/operation.h"

/*
 * Division and divisors. A result alone is a line; of two results at once, both are handed out, or
 * none.
 */

#define BY_DIVISOR (const mpz_t a, const mpz_t d)

OPERATION(tdiv_q, BY_DIVISOR, bng_predict_quotient(BNG_TRUNCATE, Z(a), Z(d)), mpz_tdiv_q(out, a, d))
OPERATION(fdiv_q, BY_DIVISOR, bng_predict_quotient(BNG_FLOOR, Z(a), Z(d)), mpz_fdiv_q(out, a, d))
OPERATION(cdiv_q, BY_DIVISOR, bng_predict_quotient(BNG_CEILING, Z(a), Z(d)), mpz_cdiv_q(out, a, d))
OPERATION(divexact, BY_DIVISOR, bng_predict_quotient(BNG_TRUNCATE, Z(a), Z(d)),
          mpz_divexact(out, a, d))

OPERATION(tdiv_r, BY_DIVISOR, bng_predict_remainder(BNG_TRUNCATE, Z(a), Z(d)),
          mpz_tdiv_r(out, a, d))
OPERATION(fdiv_r, BY_DIVISOR, bng_predict_remainder(BNG_FLOOR, Z(a), Z(d)), mpz_fdiv_r(out, a, d))
OPERATION(cdiv_r, BY_DIVISOR, bng_predict_remainder(BNG_CEILING, Z(a), Z(d)), mpz_cdiv_r(out, a, d))

static struct bng_operand magnitude(const mpz_t n)
{
        struct bng_operand size = Z(n);
        return bng_operand_range(size.size, false, true);
}

OPERATION(mod, BY_DIVISOR, bng_predict_remainder(BNG_FLOOR, Z(a), magnitude(d)), mpz_mod(out, a, d))

OPERATION(gcd, (const mpz_t a, const mpz_t b), bng_predict_gcd(Z(a), Z(b)), mpz_gcd(out, a, b))
OPERATION(lcm, (const mpz_t a, const mpz_t b), bng_predict_lcm(Z(a), Z(b)), mpz_lcm(out, a, b))

typedef void divide(mpz_t q, mpz_t r, const mpz_t a, const mpz_t d);

static bng_status run_qr(bng_ctx *ctx, mpz_t q, mpz_t r, const mpz_t a, const mpz_t d,
                         const struct bng_prediction *prediction, divide *work)
{
        if (q == r)
                return bng_ctx_fail(ctx, BNG_INVALID,
                                    "the quotient and the remainder need different variables");

        struct bng_output quotient, remainder;
        bng_status status = bng_output_open_part(&quotient, ctx, q, prediction);
        if (status != BNG_OK)
                return status;
        status = bng_output_open_part(&remainder, ctx, r, prediction);
        if (status != BNG_OK) {
                bng_output_discard(&quotient);
                return status;
        }
        work(quotient.out, remainder.out, a, d);

        status = bng_output_judge(&quotient);
        if (status == BNG_OK)
                status = bng_output_judge(&remainder);
        if (status == BNG_OK)
                bng_account_operation(ctx);
        void (*end)(struct bng_output *) =
                status == BNG_OK ? bng_output_hand_out : bng_output_discard;
        end(&quotient);
        end(&remainder);
        return status;
}

#define OPERATION_QR(op, division, work)                                                           \
        CHECK(op, BY_DIVISOR, bng_predict_quotient_remainder(division, Z(a), Z(d)))                \
        bng_status bng_mpz_##op(bng_ctx *ctx, mpz_t q, mpz_t r, const mpz_t a, const mpz_t d)      \
        {                                                                                          \
                struct bng_prediction predicted =                                                  \
                        bng_predict_quotient_remainder(division, Z(a), Z(d));                      \
                return run_qr(ctx, q, r, a, d, &predicted, work);                                  \
        }

OPERATION_QR(tdiv_qr, BNG_TRUNCATE, mpz_tdiv_qr)
OPERATION_QR(fdiv_qr, BNG_FLOOR, mpz_fdiv_qr)
OPERATION_QR(cdiv_qr, BNG_CEILING, mpz_cdiv_qr)
