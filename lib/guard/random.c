/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guard/operation.h"

/*
 * Random numbers. How long one becomes is only known when it is there, so the state of the generator
 * moves on although a number was refused afterwards.
 */

#define RANDOM(op, parameter, prediction, work)                                                    \
        CHECK(op, parameter, prediction)                                                           \
        bng_status bng_mpz_##op(bng_ctx *ctx, mpz_t rop, gmp_randstate_t state,                    \
                                BNG_UNPACK parameter)                                              \
        {                                                                                          \
                RUN(bng_output_open, ctx, rop, prediction, work);                                  \
        }

RANDOM(urandomb, (mp_bitcnt_t n), bng_predict_random_up_to(n), mpz_urandomb(out, state, n))
RANDOM(rrandomb, (mp_bitcnt_t n), bng_predict_random_bits(n), mpz_rrandomb(out, state, n))
RANDOM(urandomm, (const mpz_t n), bng_predict_random_below(Z(n)), mpz_urandomm(out, state, n))
