/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bignum-guard.h"
#include "steps/primes.h"
#include "steps/steps.h"

/*
 * Binomials of words as products of words that divide nothing any more.
 *
 * How often a prime p is in n over k: as often as something is borrowed where k is subtracted from n
 * in base p (Kummer 1852), so together never more than n. Where k is not much smaller than n the
 * primes up to n are all of it. Otherwise most primes above k are in none of the terms n, n-1, ..,
 * n-k+1; but without their primes up to k, the terms are what primes above k leave in the product,
 * because k! has none of those. The terms go through a sieve, a block after the other.
 *
 * GMP multiplies and divides by one limb after the other if k is below n/16, which takes the square
 * of the length.
 */

/* Below it, GMP in one piece. */
#define AT_ONCE 1000

/* From this part of n on by primes alone. */
#define BY_PRIMES_SHARE 16

/* Terms in a block: an eighth of all, to hold little, but not too many blocks for the primes. */
#define BLOCK_TERMS 65536
#define BLOCKS_MAX 64

#define LOOK_EVERY 8192 /* primes */

/* p to the power that is in n over k. */
static mp_limb_t prime_power(mp_limb_t n, mp_limb_t k, mp_limb_t p)
{
        mp_limb_t power = 1, borrow = 0;

        for (; n > 0; n /= p, k /= p) {
                borrow = n % p < k % p + borrow;
                if (borrow)
                        power *= p;
        }
        return power;
}

/* The part of n over k that primes up to `most` make. */
static bool add_primes(struct bng_factors *factors, const struct bng_sieve *sieve, mp_limb_t n,
                       mp_limb_t k, mp_limb_t most, const struct bng_stop *stop)
{
        unsigned seen = 0;

        bng_factors_add(factors, prime_power(n, k, 2));
        for (mp_limb_t p = bng_sieve_next(sieve, 1, most); p > 0;
             p = bng_sieve_next(sieve, p, most)) {
                bng_factors_add(factors, prime_power(n, k, p));
                if (++seen % LOOK_EVERY == 0 && bng_stop_now(stop))
                        return false;
        }
        return true;
}

static void divide_out(mp_limb_t *terms, size_t count, mp_limb_t first, mp_limb_t p)
{
        mp_limb_t skip = (p - first % p) % p;

        for (mp_limb_t i = skip; i < count; i += p)
                do
                        terms[i] /= p;
                while (terms[i] % p == 0);
}

/* The terms first, first + 1, .. without their primes up to k. */
static void add_block(struct bng_factors *factors, mp_limb_t *terms, size_t count, mp_limb_t first,
                      const struct bng_sieve *sieve, mp_limb_t k)
{
        for (size_t i = 0; i < count; i++)
                terms[i] = (first + i) >> __builtin_ctzll(first + i);
        for (mp_limb_t p = bng_sieve_next(sieve, 1, k); p > 0; p = bng_sieve_next(sieve, p, k))
                divide_out(terms, count, first, p);
        for (size_t i = 0; i < count; i++)
                bng_factors_add(factors, terms[i]);
}

static size_t block_terms(mp_limb_t k)
{
        size_t eighth = k / 8 < BLOCK_TERMS ? k / 8 : BLOCK_TERMS;
        return (k / BLOCKS_MAX > eighth ? k / BLOCKS_MAX : eighth) + 1;
}

static bool add_terms(struct bng_factors *factors, const struct bng_sieve *sieve, mp_limb_t n,
                      mp_limb_t k, const struct bng_stop *stop)
{
        size_t block = block_terms(k);
        bool done = true;
        mpz_t room;

        mpz_init(room);
        mp_limb_t *terms = mpz_limbs_write(room, (mp_size_t)block);
        for (mp_limb_t i = 0; done && i < k; i += block) {
                size_t count = k - i < block ? k - i : block;
                add_block(factors, terms, count, n - k + 1 + i, sieve, k);
                done = !bng_stop_now(stop);
        }
        mpz_clear(room);
        return done;
}

/* The list of factors, before anything is multiplied. */
static bool find_factors(struct bng_factors *factors, mp_limb_t n, mp_limb_t k,
                         const struct bng_stop *stop)
{
        bool by_primes = k >= n / BY_PRIMES_SHARE;
        mp_limb_t most = by_primes ? n : k;
        struct bng_sieve sieve;

        bool done = bng_sieve_init(&sieve, most, stop) &&
                    add_primes(factors, &sieve, n, k, most, stop) &&
                    (by_primes || add_terms(factors, &sieve, n, k, stop));
        bng_sieve_clear(&sieve);
        return done;
}

bool bng_steps_binomial(mpz_ptr rop, unsigned long n, unsigned long k, const struct bng_stop *stop)
{
        struct bng_factors factors;
        mpz_t product;

        if (k <= n && k > n / 2)
                k = n - k;
        if (k <= AT_ONCE || n < k) {
                mpz_bin_uiui(rop, n, k);
                return true;
        }
        mpz_init(product);
        bng_factors_init(&factors, bng_bounds_bin(n, k).bits_max);
        bool done = find_factors(&factors, n, k, stop);
        bng_factors_end(&factors);
        done = done && bng_steps_product(product, factors.limbs, factors.n, stop);
        bng_factors_clear(&factors);
        if (done)
                mpz_swap(rop, product);
        mpz_clear(product);
        return done;
}
