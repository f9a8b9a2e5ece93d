/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/time.h"
#include "steps/steps.h"

/*
 * Powers modulo m. GMP squares in Montgomery's form, which it enters and leaves once; that is worth
 * keeping. So the exponent is taken from the top in windows, a window's squares are one call of
 * GMP's (a power by 2^n), and the window itself is a product with an odd power of the base from a
 * table. To enter and leave for every window costs half as much again (bench-time measures it), so
 * only what takes long is done in this way. Where the squares of a window would take too long
 * together, each is a product and a division in steps.
 */

/* Some milliseconds for the squares of the longest window. */
#define SQUARES_AT_ONCE_BITS (UINT64_C(1) << 16)

/* GMP's table has up to as many entries, of exponents as long as these. */
#define WINDOW_MAX 10

/* An entry for 64 bits of exponent takes a hundredth of the time of their squares. */
#define BITS_PER_ENTRY 64

struct power {
        const struct bng_stop *stop;
        mpz_t modulus; /* without its sign */
        mpz_t base;    /* below it, not negative */
        unsigned window;
        unsigned ready;                     /* entries that are there */
        mpz_t odd[1 << (WINDOW_MAX - 1)];   /* base^(2i+1) */
        mpz_t quotient, product, remainder; /* of reductions */
};

/* n modulo m, not negative */
static bool reduce(struct power *p, mpz_ptr rop, mpz_srcptr n)
{
        if (!bng_steps_divide(p->quotient, p->remainder, n, p->modulus, p->stop))
                return false;
        if (mpz_sgn(p->remainder) < 0)
                mpz_add(p->remainder, p->remainder, p->modulus);
        mpz_swap(rop, p->remainder);
        return true;
}

static bool multiply(struct power *p, mpz_ptr rop, mpz_srcptr a, mpz_srcptr b)
{
        return bng_steps_multiply(p->product, a, b, p->stop) && reduce(p, rop, p->product);
}

/* r = r^(2^n) */
static bool square(struct power *p, mpz_ptr r, unsigned long n)
{
        mpz_t exponent;
        bool done = true;

        if (mpz_sizeinbase(p->modulus, 2) > SQUARES_AT_ONCE_BITS) {
                for (; done && n > 0; n--)
                        done = multiply(p, r, r, r);
                return done;
        }
        mpz_init(exponent);
        while (done && n > 0) {
                unsigned long at_once = n < 2 * WINDOW_MAX ? n : 2 * WINDOW_MAX;
                mpz_set_ui(exponent, 1UL << at_once);
                mpz_powm(r, r, exponent, p->modulus);
                n -= at_once;
                done = !bng_stop_now(p->stop);
        }
        mpz_clear(exponent);
        return done;
}

static bool make_table(struct power *p)
{
        mpz_t by;
        bool done;

        mpz_init(by);
        done = multiply(p, by, p->base, p->base);
        for (unsigned i = 0; done && i < 1U << (p->window - 1); i++) {
                mpz_init(p->odd[i]);
                p->ready++;
                if (i == 0)
                        mpz_set(p->odd[0], p->base);
                else
                        done = multiply(p, p->odd[i], p->odd[i - 1], by);
        }
        mpz_clear(by);
        return done;
}

/*
 * From the highest bit to the lowest: zeros are squares; a window begins with a one and ends with one, and
 * is as long as the table allows.
 */
static bool by_windows(struct power *p, mpz_ptr r, mpz_srcptr exponent)
{
        mp_bitcnt_t at = mpz_sizeinbase(exponent, 2);
        unsigned long squares = 0; /* to be done */
        bool done = true, begun = false;

        while (done && at > 0) {
                if (!mpz_tstbit(exponent, at - 1)) {
                        squares++;
                        at--;
                        continue;
                }
                mp_bitcnt_t end = at > p->window ? at - p->window : 0;
                while (!mpz_tstbit(exponent, end))
                        end++;
                unsigned entry = 0;
                for (mp_bitcnt_t bit = at - 1; bit > end; bit--)
                        entry = entry << 1 | (unsigned)mpz_tstbit(exponent, bit);
                squares += at - end;
                at = end;
                if (begun)
                        done = square(p, r, squares) && multiply(p, r, r, p->odd[entry]);
                else
                        mpz_set(r, p->odd[entry]);
                begun = true;
                squares = 0;
        }
        return done && square(p, r, squares);
}

static unsigned window_of(mpz_srcptr exponent)
{
        uint64_t entries = mpz_sizeinbase(exponent, 2) / BITS_PER_ENTRY;
        unsigned window = 1;

        while (window < WINDOW_MAX && UINT64_C(1) << window <= entries)
                window++;
        return window;
}

/* GMP's in one piece. */
static bool is_quick(mpz_srcptr base, mpz_srcptr exponent, mpz_srcptr modulus)
{
        struct bng_time time = bng_time_power_modulo(
                mpz_sizeinbase(base, 2), mpz_sizeinbase(exponent, 2), mpz_sizeinbase(modulus, 2));
        return time.seconds < BNG_POWER_AT_ONCE_SECONDS;
}

bool bng_steps_power_modulo(mpz_ptr rop, mpz_srcptr base, mpz_srcptr exponent, mpz_srcptr modulus,
                            const struct bng_stop *stop)
{
        if (bng_stop_now(stop))
                return false;
        if (mpz_sgn(exponent) == 0 || is_quick(base, exponent, modulus)) {
                mpz_powm(rop, base, exponent, modulus);
                return true;
        }
        struct power p = {.stop = stop, .window = window_of(exponent)};
        mpz_t r;
        mpz_inits(p.modulus, p.base, p.quotient, p.product, p.remainder, r, NULL);
        mpz_abs(p.modulus, modulus);
        bool done = reduce(&p, p.base, base);
        /* From here on nothing is as long as a long base is. */
        mpz_realloc2(p.quotient, 0);
        done = done && make_table(&p) && by_windows(&p, r, exponent);
        if (done)
                mpz_swap(rop, r);
        while (p.ready > 0)
                mpz_clear(p.odd[--p.ready]);
        mpz_clears(p.modulus, p.base, p.quotient, p.product, p.remainder, r, NULL);
        return done;
}
