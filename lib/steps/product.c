/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "steps/steps.h"

/*
 * The product of many words: halves are multiplied out first, so that the factors of each product
 * are of about the same length and GMP's fast algorithms apply.
 */

/* So few are multiplied in one after the other. */
#define FEW 32

static void product_of_few(mpz_ptr rop, const mp_limb_t *factors, size_t n)
{
        mp_limb_t *to = mpz_limbs_write(rop, (mp_size_t)n);
        mp_size_t limbs = 1;

        to[0] = factors[0];
        for (size_t i = 1; i < n; i++) {
                mp_limb_t carry = mpn_mul_1(to, to, limbs, factors[i]);
                if (carry > 0)
                        to[limbs++] = carry;
        }
        mpz_limbs_finish(rop, limbs);
}

bool bng_steps_product(mpz_ptr rop, const mp_limb_t *factors, size_t n, const struct bng_stop *stop)
{
        if (n <= FEW) {
                product_of_few(rop, factors, n);
                return true;
        }
        mpz_t low, high;
        mpz_inits(low, high, NULL);
        bool done = bng_steps_product(low, factors, n / 2, stop) &&
                    bng_steps_product(high, factors + n / 2, n - n / 2, stop) &&
                    bng_steps_multiply(low, low, high, stop);
        if (done)
                mpz_swap(rop, low);
        mpz_clears(low, high, NULL);
        return done;
}
