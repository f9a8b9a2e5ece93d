/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "steps/steps.h"

/* Newton's iteration: 1/odd to so many bits is right to twice as many in the next round. */
bool bng_steps_invert_modulo_twos(mpz_ptr rop, mpz_srcptr odd, mp_bitcnt_t twos,
                                  const struct bng_stop *stop)
{
        mpz_t inverse, product, low;
        bool done = true;

        mpz_init_set_ui(inverse, 1);
        mpz_inits(product, low, NULL);
        for (mp_bitcnt_t right = 1; done && right < twos;) {
                right = right < twos - right ? 2 * right : twos;
                mpz_fdiv_r_2exp(low, odd, right);
                done = bng_steps_multiply(product, low, inverse, stop);
                mpz_fdiv_r_2exp(product, product, right);
                mpz_ui_sub(product, 2, product);
                done = done && bng_steps_multiply(product, product, inverse, stop);
                mpz_fdiv_r_2exp(inverse, product, right);
        }
        if (done)
                mpz_swap(rop, inverse);
        mpz_clears(inverse, product, low, NULL);
        return done;
}
