/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guard/operation.h"

/*
 * Arithmetic modulo m. Its sizes are harmless; what may be missing is the result: whether a has an
 * inverse is known only after a gcd. So here the check does that part of the work too, within the
 * same limits. GMP may write to its destination although there is no inverse, so inverses go to a
 * temporary.
 */

static bng_status find_inverse(bng_ctx *ctx, mpz_ptr inverse, const mpz_t a, const mpz_t mod)
{
        if (mpz_invert(inverse, a, mod))
                return BNG_OK;
        return bng_ctx_fail(ctx, BNG_UNDEFINED,
                            "undefined: no inverse, because the number and the modulus have a "
                            "common factor");
}

static bng_status check_inverse(bng_ctx *ctx, const mpz_t a, const mpz_t mod)
{
        mpz_t inverse;

        mpz_init(inverse);
        bng_status status = find_inverse(ctx, inverse, a, mod);
        mpz_clear(inverse);
        return status;
}

bng_status bng_check_invert(bng_ctx *ctx, const mpz_t a, const mpz_t mod)
{
        struct bng_prediction predicted = bng_predict_inverse_z(a, mod);
        bng_status status = bng_judge(ctx, &predicted);

        return status == BNG_OK ? check_inverse(ctx, a, mod) : status;
}

bng_status bng_mpz_invert(bng_ctx *ctx, mpz_t rop, const mpz_t a, const mpz_t mod)
{
        struct bng_prediction predicted = bng_predict_inverse_z(a, mod);
        struct bng_output output;
        bng_status status = bng_output_open_temporary(&output, ctx, rop, &predicted);
        if (status != BNG_OK)
                return status;

        status = find_inverse(ctx, output.out, a, mod);
        if (status == BNG_OK)
                return bng_output_close(&output);
        bng_output_discard(&output);
        return status;
}

bng_status bng_check_powm(bng_ctx *ctx, const mpz_t base, const mpz_t exp, const mpz_t mod)
{
        struct bng_prediction predicted = bng_predict_power_modulo(Z(base), Z(exp), Z(mod));
        bng_status status = bng_judge(ctx, &predicted);

        return status == BNG_OK && mpz_sgn(exp) < 0 ? check_inverse(ctx, base, mod) : status;
}

/* Absolute value of the exponent, without memory; its limbs are read where they are. */
static bng_status power(bng_ctx *ctx, mpz_ptr out, const mpz_t base, const mpz_t exp,
                        const mpz_t mod)
{
        mpz_t n;

        mpz_roinit_n(n, mpz_limbs_read(exp), (mp_size_t)mpz_size(exp));
        return bng_steps_power_modulo(out, base, n, mod, &ctx->stop) ? BNG_OK : bng_stopped(ctx);
}

/* base^-n = (1/base)^n */
static bng_status negative_power(bng_ctx *ctx, mpz_ptr out, const mpz_t base, const mpz_t exp,
                                 const mpz_t mod)
{
        mpz_t inverse;

        mpz_init(inverse);
        bng_status status = find_inverse(ctx, inverse, base, mod);
        if (status == BNG_OK)
                status = power(ctx, out, inverse, exp, mod);
        mpz_clear(inverse);
        return status;
}

bng_status bng_mpz_powm(bng_ctx *ctx, mpz_t rop, const mpz_t base, const mpz_t exp, const mpz_t mod)
{
        struct bng_prediction predicted = bng_predict_power_modulo(Z(base), Z(exp), Z(mod));
        struct bng_output output;
        bng_status status = bng_output_open(&output, ctx, rop, &predicted);
        if (status != BNG_OK)
                return status;

        status = mpz_sgn(exp) < 0 ? negative_power(ctx, output.out, base, exp, mod)
                                  : power(ctx, output.out, base, exp, mod);
        if (status == BNG_OK)
                return bng_output_close(&output);
        bng_output_discard(&output);
        return status;
}

STEPPED(powm_ui, (const mpz_t base, unsigned long exp, const mpz_t mod),
        bng_predict_power_modulo(Z(base), U(exp), Z(mod)),
        bng_steps_power_modulo(out, base, BNG_WORD(exp), mod, stop))

/* In a time that does not depend on the numbers: GMP has that for odd moduli alone. */
bng_status bng_check_powm_sec(bng_ctx *ctx, const mpz_t base, const mpz_t exp, const mpz_t mod)
{
        struct bng_prediction predicted = bng_predict_secret_power_modulo(Z(base), Z(exp), Z(mod));

        if (mpz_sgn(mod) != 0 && mpz_even_p(mod))
                return bng_ctx_fail(ctx, BNG_INVALID, "powm_sec needs an odd modulus");
        if (mpz_sgn(exp) <= 0)
                return bng_ctx_fail(ctx, BNG_INVALID, "powm_sec needs an exponent above zero");
        return bng_judge(ctx, &predicted);
}

static bng_status powm_sec(bng_ctx *ctx, mpz_ptr rop, const mpz_t base, const mpz_t exp,
                           const mpz_t mod)
{
        RUN(bng_output_open, ctx, rop, bng_predict_secret_power_modulo(Z(base), Z(exp), Z(mod)),
            mpz_powm_sec(out, base, exp, mod));
}

bng_status bng_mpz_powm_sec(bng_ctx *ctx, mpz_t rop, const mpz_t base, const mpz_t exp,
                            const mpz_t mod)
{
        bng_status status = bng_check_powm_sec(ctx, base, exp, mod);

        return status == BNG_OK ? powm_sec(ctx, rop, base, exp, mod) : status;
}
