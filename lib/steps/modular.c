/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/time.h"
#include "steps/residues.h"
#include "steps/steps.h"

/*
 * Powers modulo m, by windows from the highest bit of the exponent to the lowest: its bits are squares,
 * and a window that ends with a one is a product with an odd power of the base from a table. GMP does
 * the same, so products alone make a difference (residues.c). What does not take long is GMP's in one
 * piece.
 *
 * The twos of an even m are a modulus of their own, with which the odd part's result is joined. There
 * a power takes no longer than one with an exponent as long as the modulus, whatever its exponent.
 */

/* GMP's table has up to as many entries, of exponents as long as these. */
#define WINDOW_MAX 10

/* An entry for 64 bits of exponent takes a hundredth of the time of their squares. */
#define BITS_PER_ENTRY 64

struct power {
        struct bng_residues residues;
        mpz_t base;
        unsigned window;
        unsigned ready;                   /* entries that are there */
        mpz_t odd[1 << (WINDOW_MAX - 1)]; /* base^(2i+1) */
};

static bool make_table(struct power *p)
{
        mpz_t by;
        bool done;

        mpz_init(by);
        done = bng_residues_multiply(&p->residues, by, p->base, p->base);
        for (unsigned i = 0; done && i < 1U << (p->window - 1); i++) {
                mpz_init(p->odd[i]);
                p->ready++;
                if (i == 0)
                        mpz_set(p->odd[0], p->base);
                else
                        done = bng_residues_multiply(&p->residues, p->odd[i], p->odd[i - 1], by);
        }
        mpz_clear(by);
        return done;
}

/* n >= 0; a call of GMP's for each bit takes as long as a short square does. */
static inline unsigned bit_of(mpz_srcptr n, mp_bitcnt_t at)
{
        return mpz_getlimbn(n, (mp_size_t)(at / GMP_NUMB_BITS)) >> at % GMP_NUMB_BITS & 1;
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
                if (!bit_of(exponent, at - 1)) {
                        squares++;
                        at--;
                        continue;
                }
                mp_bitcnt_t end = at > p->window ? at - p->window : 0;
                while (!bit_of(exponent, end))
                        end++;
                unsigned entry = 0;
                for (mp_bitcnt_t bit = at - 1; bit > end; bit--)
                        entry = entry << 1 | bit_of(exponent, bit);
                squares += at - end;
                at = end;
                if (begun)
                        done = bng_residues_square(&p->residues, r, squares) &&
                               bng_residues_multiply(&p->residues, r, r, p->odd[entry]);
                else
                        mpz_set(r, p->odd[entry]);
                begun = true;
                squares = 0;
        }
        return done && bng_residues_square(&p->residues, r, squares);
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
        struct bng_time time =
                bng_time_power_modulo(mpz_sizeinbase(base, 2), mpz_sizeinbase(exponent, 2),
                                      mpz_sizeinbase(modulus, 2), mpz_scan1(modulus, 0));
        return time.seconds < BNG_POWER_AT_ONCE_SECONDS;
}

/* exponent > 0, modulus odd or a power of two */
static bool power_modulo(mpz_ptr rop, mpz_srcptr base, mpz_srcptr exponent, mpz_srcptr modulus,
                         const struct bng_stop *stop)
{
        struct power p = {.window = window_of(exponent)};
        mpz_t r;

        bng_residues_init(&p.residues, modulus, stop);
        mpz_inits(p.base, r, NULL);
        bool done = bng_residues_enter(&p.residues, p.base, base) && make_table(&p) &&
                    by_windows(&p, r, exponent) && bng_residues_leave(&p.residues, r);
        if (done)
                mpz_swap(rop, r);
        while (p.ready > 0)
                mpz_clear(p.odd[--p.ready]);
        mpz_clears(p.base, r, NULL);
        bng_residues_clear(&p.residues);
        return done;
}

/* ---- even moduli ---- */

/* 0 for an even base that has twos enough; 1, where what counts of an exponent is 0. */
static bool power_modulo_twos(mpz_ptr rop, mpz_srcptr base, mpz_srcptr exponent, mp_bitcnt_t twos,
                              const struct bng_stop *stop)
{
        mp_bitcnt_t base_twos = mpz_scan1(base, 0); /* of 0, the most there are */
        mpz_t modulus, rest;
        bool done = true;

        if (base_twos > 0 && mpz_cmp_ui(exponent, (twos - 1) / base_twos) > 0) {
                mpz_set_ui(rop, 0);
                return true;
        }
        mpz_init_set_ui(modulus, 1);
        mpz_init(rest);
        mpz_mul_2exp(modulus, modulus, twos);
        /* An odd base to the power of 2^(twos - 1) is 1, and an even one has a short exponent. */
        if (base_twos == 0)
                mpz_fdiv_r_2exp(rest, exponent, twos - 1);
        else
                mpz_set(rest, exponent);
        if (mpz_sgn(rest) == 0)
                mpz_set_ui(rop, 1);
        else
                done = power_modulo(rop, base, rest, modulus, stop);
        mpz_clears(modulus, rest, NULL);
        return done;
}

/* x += odd y, so that it is z modulo 2^twos; x < odd, and y is the only one below 2^twos. */
static bool join(mpz_ptr x, mpz_srcptr odd, mpz_srcptr z, mp_bitcnt_t twos,
                 const struct bng_stop *stop)
{
        mpz_t inverse, y;

        mpz_inits(inverse, y, NULL);
        bool done = bng_steps_invert_modulo_twos(inverse, odd, twos, stop);
        if (done) {
                mpz_sub(y, z, x);
                mpz_fdiv_r_2exp(y, y, twos);
                done = bng_steps_multiply(y, y, inverse, stop);
                mpz_fdiv_r_2exp(y, y, twos);
        }
        done = done && bng_steps_multiply(y, y, odd, stop);
        if (done)
                mpz_add(x, x, y);
        mpz_clears(inverse, y, NULL);
        return done;
}

static bool power_modulo_even(mpz_ptr rop, mpz_srcptr base, mpz_srcptr exponent, mpz_srcptr modulus,
                              mp_bitcnt_t twos, const struct bng_stop *stop)
{
        mpz_t odd, x, z;

        mpz_inits(odd, x, z, NULL);
        mpz_tdiv_q_2exp(odd, modulus, twos);
        mpz_abs(odd, odd);
        bool done = power_modulo_twos(z, base, exponent, twos, stop);
        if (mpz_cmp_ui(odd, 1) == 0)
                mpz_swap(x, z);
        else
                done = done && power_modulo(x, base, exponent, odd, stop) &&
                       join(x, odd, z, twos, stop);
        if (done)
                mpz_swap(rop, x);
        mpz_clears(odd, x, z, NULL);
        return done;
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
        mp_bitcnt_t twos = mpz_scan1(modulus, 0);
        return twos == 0 ? power_modulo(rop, base, exponent, modulus, stop)
                         : power_modulo_even(rop, base, exponent, modulus, twos, stop);
}
