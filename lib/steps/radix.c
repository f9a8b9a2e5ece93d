/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "steps/radix.h"
#include "steps/steps.h"

/* Long enough that GMP's own splitting has its share, short enough to be a step. */
#define CHUNK_DIGITS_MAX 40000

bool bng_radix_init(struct bng_radix *radix, unsigned base, size_t digits,
                    const struct bng_stop *stop)
{
        radix->levels = radix->ready = 0;
        radix->chunk = digits;
        radix->twos = (unsigned)__builtin_ctz(base);
        /* Halves to the last: the highest power is half as long as the number, or little less. */
        while (radix->chunk > CHUNK_DIGITS_MAX) {
                radix->chunk = (radix->chunk + 1) / 2;
                radix->levels++;
        }
        if (bng_stop_now(stop))
                return false;
        for (unsigned i = 0; i < radix->levels; i++) {
                mpz_init(radix->powers[i]);
                radix->ready++;
                if (i == 0)
                        mpz_ui_pow_ui(radix->powers[0], base >> radix->twos, radix->chunk);
                else if (!bng_steps_multiply(radix->powers[i], radix->powers[i - 1],
                                             radix->powers[i - 1], stop))
                        return false;
        }
        return true;
}

void bng_radix_clear(struct bng_radix *radix)
{
        while (radix->ready > 0)
                mpz_clear(radix->powers[--radix->ready]);
}
