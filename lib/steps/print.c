/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>
#include "steps/radix.h"
#include "steps/steps.h"

/*
 * Number to text: divided by a power of the base, the quotient holds the first digits and the
 * remainder the last ones, and both are taken apart in the same way until GMP writes what is left.
 */

struct printing {
        struct bng_radix radix;
        const struct bng_stop *stop;
        char *at; /* where the next digit goes */
        int base;
};

/* Exactly `digits` of them, with zeros in front; 0: as many as there are. */
static void print_at_once(struct printing *p, mpz_srcptr n, size_t digits)
{
        size_t written;

        if (digits == 0) {
                mpz_get_str(p->at, p->base, n);
                p->at += strlen(p->at);
                return;
        }
        /* GMP writes to the end of the room, and once more in front of it. */
        char *text = mpz_get_str(NULL, p->base, n);
        void (*release)(void *, size_t);
        written = mpz_sgn(n) == 0 ? 0 : strlen(text);
        memset(p->at, '0', digits - written);
        memcpy(p->at + digits - written, text, written);
        p->at += digits;
        mp_get_memory_functions(NULL, NULL, &release);
        release(text, strlen(text) + 1);
}

/*
 * n = quotient base^(chunk 2^i) + remainder. The low bits of n, as many as the power has zeros at its
 * end, are those of the remainder.
 */
static bool split(const struct printing *p, mpz_ptr quotient, mpz_ptr remainder, mpz_srcptr n,
                  unsigned i)
{
        mp_bitcnt_t shift = bng_radix_shift(&p->radix, i);
        mpz_t high, low;

        if (shift == 0)
                return bng_steps_divide(quotient, remainder, n, bng_radix_power(&p->radix, i),
                                        p->stop);
        mpz_init(high);
        mpz_tdiv_q_2exp(high, n, shift);
        bool done =
                bng_steps_divide(quotient, remainder, high, bng_radix_power(&p->radix, i), p->stop);
        mpz_clear(high);
        if (!done)
                return false;
        mpz_init(low);
        mpz_mul_2exp(remainder, remainder, shift);
        mpz_tdiv_r_2exp(low, n, shift);
        mpz_add(remainder, remainder, low);
        mpz_clear(low);
        return true;
}

/* Takes what n holds: it is 0 afterwards. n < base^(chunk 2^level). */
static bool print_below(struct printing *p, mpz_ptr n, unsigned level, bool leading)
{
        size_t digits = bng_radix_digits(&p->radix, level);

        if (level == 0) {
                print_at_once(p, n, leading ? 0 : digits);
                return true;
        }
        mpz_t quotient, remainder;
        mpz_inits(quotient, remainder, NULL);
        bool done = split(p, quotient, remainder, n, level - 1);
        mpz_realloc2(n, 1);
        /* Nothing stands before the first digit. */
        bool nothing = leading && mpz_sgn(quotient) == 0;
        if (done && !nothing)
                done = print_below(p, quotient, level - 1, leading);
        mpz_clear(quotient);
        done = done && print_below(p, remainder, level - 1, nothing);
        mpz_clear(remainder);
        return done;
}

bool bng_steps_print(char *text, int base, mpz_srcptr a, const struct bng_stop *stop)
{
        unsigned magnitude = (unsigned)abs(base);
        uint64_t bits = mpz_sizeinbase(a, 2);
        mpz_t n;

        mpz_roinit_n(n, mpz_limbs_read(a), (mp_size_t)mpz_size(a));
        if (bits < BNG_STEPS_MIN_BITS || (magnitude & (magnitude - 1)) == 0) {
                mpz_get_str(text, base, n);
                return true;
        }
        struct printing p = {.stop = stop, .at = text, .base = base};
        bool done = bng_radix_init(&p.radix, magnitude, mpz_sizeinbase(n, (int)magnitude), stop);
        if (done) {
                mpz_t quotient, remainder;
                unsigned level = p.radix.levels - 1;
                mpz_inits(quotient, remainder, NULL);
                done = split(&p, quotient, remainder, n, level);
                /* GMP's count of digits may be one too large, and the first half then empty. */
                bool nothing = mpz_sgn(quotient) == 0;
                if (done && !nothing)
                        done = print_below(&p, quotient, level, true);
                mpz_clear(quotient);
                done = done && print_below(&p, remainder, level, nothing);
                mpz_clear(remainder);
        }
        *p.at = '\0';
        bng_radix_clear(&p.radix);
        return done;
}
