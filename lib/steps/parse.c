/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <stdlib.h>
#include "steps/radix.h"
#include "steps/steps.h"

/*
 * Text to number: the first digits times a power of the base, and the last ones. GMP reads the
 * chunks.
 */

struct parsing {
        struct bng_radix radix;
        const struct bng_stop *stop;
        const char *at;
        char *chunk; /* a text of its own for GMP, which wants a NUL */
        int base;
};

static void parse_chunk(struct parsing *p, mpz_ptr rop, size_t digits)
{
        size_t n = 0;

        for (; n < digits; p->at++)
                if (!isspace((unsigned char)*p->at))
                        p->chunk[n++] = *p->at;
        p->chunk[n] = '\0';
        mpz_set_str(rop, p->chunk, p->base);
}

/* The next `digits` digits, at most chunk 2^level of them. */
static bool parse_next(struct parsing *p, mpz_ptr rop, size_t digits, unsigned level)
{
        while (level > 0 && digits <= bng_radix_digits(&p->radix, level - 1))
                level--;
        if (level == 0) {
                parse_chunk(p, rop, digits);
                return true;
        }
        size_t low_digits = bng_radix_digits(&p->radix, level - 1);
        mpz_t low;
        bool done = parse_next(p, rop, digits - low_digits, level - 1) &&
                    bng_steps_multiply(rop, rop, bng_radix_power(&p->radix, level - 1), p->stop);
        if (!done)
                return false;
        mpz_mul_2exp(rop, rop, bng_radix_shift(&p->radix, level - 1));
        mpz_init(low);
        done = parse_next(p, low, low_digits, level - 1);
        if (done)
                mpz_add(rop, rop, low);
        mpz_clear(low);
        return done;
}

bool bng_steps_parse(mpz_ptr rop, const char *text, size_t digits, int base,
                     const struct bng_stop *stop)
{
        struct parsing p = {.stop = stop, .at = text, .base = base};
        mpz_t number;

        bool done = bng_radix_init(&p.radix, (unsigned)base, digits, stop);
        void *(*allocate)(size_t);
        void (*release)(void *, size_t);
        mp_get_memory_functions(&allocate, NULL, &release);
        mpz_init(number);
        if (done) {
                p.chunk = allocate(p.radix.chunk + 1);
                done = parse_next(&p, number, digits, p.radix.levels);
                release(p.chunk, p.radix.chunk + 1);
        }
        if (done)
                mpz_swap(rop, number);
        mpz_clear(number);
        bng_radix_clear(&p.radix);
        return done;
}
