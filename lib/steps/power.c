/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "steps/steps.h"

/*
 * Powers as GMP makes them: the zeros at the end of the base are taken away first and shifted back
 * in the end, and the odd rest is squared once for each bit of the exponent, from the highest, and
 * multiplied by itself where the bit is one. Nearly all of the time is in the last few squares. The exponent
 * 2 is a product, zeros and all, for mpz_pow_ui too.
 */

/* power = odd^exponent, exponent > 0 */
static bool power_of_odd(mpz_ptr power, mpz_srcptr odd, unsigned long exponent,
                         const struct bng_stop *stop)
{
        mpz_t next;
        bool done = true;

        mpz_init(next);
        mpz_set(power, odd);
        int bits = (int)sizeof exponent * 8 - __builtin_clzl(exponent);
        for (int bit = bits - 2; done && bit >= 0; bit--) {
                done = bng_steps_multiply(next, power, power, stop);
                if (done && exponent >> bit & 1)
                        done = bng_steps_multiply(power, next, odd, stop);
                else
                        mpz_swap(power, next);
        }
        mpz_clear(next);
        return done;
}

bool bng_steps_power(mpz_ptr rop, mpz_srcptr base, unsigned long exponent,
                     const struct bng_stop *stop)
{
        if (mpz_sgn(base) == 0 || exponent < 2) {
                mpz_pow_ui(rop, base, exponent);
                return true;
        }
        if (exponent == 2)
                return bng_steps_multiply(rop, base, base, stop);
        mp_bitcnt_t zeros = mpz_scan1(base, 0);
        uint64_t odd_bits = mpz_sizeinbase(base, 2) - zeros;
        /* Below the ceiling neither product wraps; of one odd bit there is nothing to multiply. */
        if (odd_bits == 1 || odd_bits * exponent < BNG_STEPS_MIN_BITS) {
                mpz_pow_ui(rop, base, exponent);
                return true;
        }

        mpz_t odd, power;
        mpz_inits(odd, power, NULL);
        mpz_tdiv_q_2exp(odd, base, zeros);
        bool done = power_of_odd(power, odd, exponent, stop);
        if (done) {
                mpz_mul_2exp(power, power, zeros * exponent);
                mpz_swap(rop, power);
        }
        mpz_clears(odd, power, NULL);
        return done;
}
