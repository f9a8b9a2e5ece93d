/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "steps/primes.h"
#include "steps/steps.h"

/*
 * Factorials by prime swing, as GMP makes them, and primorials, which are the same sort of product.
 *
 * Twos apart, n! is the square of (n/2)! times the swing of n, what n! has more than that square: a
 * prime p is in it once for each k with an odd floor(n / p^k). A swing has about n bits, so most of
 * the work are the squares, of which the last is nearly all (Luschny 2008).
 */

/* Factorials up to here are GMP's in one piece. */
#define AT_ONCE 20000

/* The power of p that divides the swing of n. */
static mp_limb_t swing_power(mp_limb_t n, mp_limb_t p)
{
        mp_limb_t power = 1;

        for (mp_limb_t rest = n / p; rest > 0; rest /= p)
                if (rest % 2 == 1)
                        power *= p;
        return power;
}

/* The odd part of the swing of n, which has fewer than n + 64 bits. */
static bool odd_swing(mpz_ptr rop, const struct bng_sieve *sieve, mp_limb_t n,
                      const struct bng_stop *stop)
{
        struct bng_factors factors;

        bng_factors_init(&factors, (uint64_t)n + 64);
        for (mp_limb_t p = bng_sieve_next(sieve, 1, n); p > 0; p = bng_sieve_next(sieve, p, n)) {
                if (p > n / p) { /* its square is larger than n */
                        if (n / p % 2 == 1)
                                bng_factors_add(&factors, p);
                } else {
                        bng_factors_add(&factors, swing_power(n, p));
                }
        }
        bng_factors_end(&factors);
        bool done = bng_steps_product(rop, factors.limbs, factors.n, stop);
        bng_factors_clear(&factors);
        return done;
}

/* rop = the odd part of n! */
static bool odd_factorial(mpz_ptr rop, const struct bng_sieve *sieve, mp_limb_t n,
                          const struct bng_stop *stop)
{
        if (n <= AT_ONCE) {
                mpz_fac_ui(rop, n);
                mpz_tdiv_q_2exp(rop, rop, mpz_scan1(rop, 0));
                return true;
        }
        mpz_t half, swing;
        mpz_inits(half, swing, NULL);
        bool done = odd_factorial(half, sieve, n / 2, stop) &&
                    bng_steps_multiply(rop, half, half, stop);
        mpz_clear(half);
        done = done && odd_swing(swing, sieve, n, stop) &&
               bng_steps_multiply(rop, rop, swing, stop);
        mpz_clear(swing);
        return done;
}

bool bng_steps_factorial(mpz_ptr rop, unsigned long n, const struct bng_stop *stop)
{
        struct bng_sieve sieve;
        mpz_t odd;

        if (n <= AT_ONCE) {
                mpz_fac_ui(rop, n);
                return true;
        }
        mpz_init(odd);
        bool done = bng_sieve_init(&sieve, n, stop) && odd_factorial(odd, &sieve, n, stop);
        bng_sieve_clear(&sieve);
        if (done) {
                /* Legendre: n! has n less its ones in binary as many twos. */
                mpz_mul_2exp(odd, odd, n - (unsigned long)__builtin_popcountl(n));
                mpz_swap(rop, odd);
        }
        mpz_clear(odd);
        return done;
}

/* Below it, GMP in one piece; the product of the primes up to n has less than 1.5 n bits. */
#define PRIMORIAL_AT_ONCE 200000

/* The product of the odd primes up to n in two halves; their list ends before they are multiplied. */
static bool halves_of_primorial(mpz_ptr low, mpz_ptr high, unsigned long n,
                                const struct bng_stop *stop)
{
        struct bng_sieve sieve;
        struct bng_factors factors;

        if (!bng_sieve_init(&sieve, n, stop)) {
                bng_sieve_clear(&sieve);
                return false;
        }
        bng_factors_init(&factors, (uint64_t)n + n / 2);
        for (mp_limb_t p = bng_sieve_next(&sieve, 1, n); p > 0; p = bng_sieve_next(&sieve, p, n))
                bng_factors_add(&factors, p);
        bng_sieve_clear(&sieve);
        bng_factors_end(&factors);
        size_t half = factors.n / 2;
        bool done = bng_steps_product(low, factors.limbs, half, stop) &&
                    bng_steps_product(high, factors.limbs + half, factors.n - half, stop);
        bng_factors_clear(&factors);
        return done;
}

bool bng_steps_primorial(mpz_ptr rop, unsigned long n, const struct bng_stop *stop)
{
        mpz_t low, high;

        if (n <= PRIMORIAL_AT_ONCE) {
                mpz_primorial_ui(rop, n);
                return true;
        }
        mpz_inits(low, high, NULL);
        bool done =
                halves_of_primorial(low, high, n, stop) && bng_steps_multiply(low, low, high, stop);
        if (done) {
                mpz_mul_2exp(low, low, 1);
                mpz_swap(rop, low);
        }
        mpz_clears(low, high, NULL);
        return done;
}
