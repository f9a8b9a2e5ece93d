/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "steps/primes.h"

/* Memory counts as GMP's does: by its hooks. */
static void *allocate(size_t bytes)
{
        void *(*hook)(size_t);

        mp_get_memory_functions(&hook, NULL, NULL);
        return hook(bytes);
}

static void release(void *block, size_t bytes)
{
        void (*hook)(void *, size_t);

        mp_get_memory_functions(NULL, NULL, &hook);
        hook(block, bytes);
}

static size_t sieve_bytes(uint64_t up_to)
{
        return (size_t)(up_to / 128 + 1) * sizeof(uint64_t);
}

bool bng_sieve_init(struct bng_sieve *sieve, uint64_t up_to, const struct bng_stop *stop)
{
        sieve->up_to = up_to;
        sieve->composite = allocate(sieve_bytes(up_to));
        memset(sieve->composite, 0, sieve_bytes(up_to));
        for (uint64_t p = 3; p * p <= up_to; p += 2) {
                if (!bng_sieve_is_prime(sieve, p))
                        continue;
                if (bng_stop_now(stop))
                        return false;
                for (uint64_t n = p * p; n <= up_to; n += 2 * p)
                        sieve->composite[n / 128] |= UINT64_C(1) << n / 2 % 64;
        }
        return true;
}

void bng_sieve_clear(struct bng_sieve *sieve)
{
        release(sieve->composite, sieve_bytes(sieve->up_to));
}

/*
 * A limb is closed when the next factor does not fit. Two neighbours in the list, a limb and the
 * factor that did not fit into it, have more than a limb's bits together: so there are at most
 * twice as many as the product has limbs, and one more.
 */
void bng_factors_init(struct bng_factors *factors, uint64_t bits)
{
        factors->room = (size_t)(2 * (bits / GMP_NUMB_BITS + 1) + 1);
        factors->limbs = allocate(factors->room * sizeof *factors->limbs);
        factors->n = 0;
        factors->last = 1;
}

void bng_factors_clear(struct bng_factors *factors)
{
        release(factors->limbs, factors->room * sizeof *factors->limbs);
}

void bng_factors_add(struct bng_factors *factors, mp_limb_t factor)
{
        mp_limb_t product;

        if (!__builtin_mul_overflow(factors->last, factor, &product)) {
                factors->last = product;
                return;
        }
        factors->limbs[factors->n++] = factors->last;
        factors->last = factor;
}

void bng_factors_end(struct bng_factors *factors)
{
        factors->limbs[factors->n++] = factors->last;
        factors->last = 1;
}
