/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The sieve of Eratosthenes over odd numbers, and a list of factors that are multiplied together
 * where several fit into a limb.
 */

#include <gmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "steps/stop.h"

/* Bit i stands for 2i + 1. From GMP's allocator, which never says no. */
struct bng_sieve {
        uint64_t *composite;
        uint64_t up_to;
};

/* False: stopped. bng_sieve_clear in any case. */
bool bng_sieve_init(struct bng_sieve *sieve, uint64_t up_to, const struct bng_stop *stop);
void bng_sieve_clear(struct bng_sieve *sieve);

/* For odd n, 1 < n <= up_to. */
static inline bool bng_sieve_is_prime(const struct bng_sieve *sieve, uint64_t n)
{
        return !(sieve->composite[n / 128] >> n / 2 % 64 & 1);
}

/* The odd number after p, up to `most`, which may be the largest limb: 0 where there is none. */
static inline mp_limb_t bng_next_odd(mp_limb_t p, mp_limb_t most)
{
        return p < most && most - p >= 2 ? p + 2 : 0;
}

/* The prime after an odd p, up to `most` <= up_to: 0 where there is none. 1 comes before the first. */
static inline mp_limb_t bng_sieve_next(const struct bng_sieve *sieve, mp_limb_t p, mp_limb_t most)
{
        do
                p = bng_next_odd(p, most);
        while (p > 0 && !bng_sieve_is_prime(sieve, p));
        return p;
}

struct bng_factors {
        mp_limb_t *limbs;
        size_t n;
        size_t room;
        mp_limb_t last; /* not yet among them */
};

/* Starts as 1. `bits` is how long the product may become. */
void bng_factors_init(struct bng_factors *factors, uint64_t bits);
void bng_factors_clear(struct bng_factors *factors);
/* factor > 0 */
void bng_factors_add(struct bng_factors *factors, mp_limb_t factor);
/* No more will come: all are among the limbs, of which there is one at least. */
void bng_factors_end(struct bng_factors *factors);
