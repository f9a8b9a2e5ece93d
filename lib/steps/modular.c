/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/power-steps.h"
#include "steps/residues.h"
#include "steps/steps.h"

/*
 * Powers modulo m. The bits of the exponent stand in rows of as many columns each, the lowest in row 0:
 *
 *     base^exponent = product of (base^(2^(i columns)))^(row i)
 *
 * The base of a row follows from the one before by squares in a row. Then from the highest column to
 * the lowest: a square, and the product of the bases whose rows have a one in this column, from a table
 * of all of them (Lim and Lee 1994). So nearly all of the work are long rows of squares, which GMP
 * makes as fast as in its own powers (residues.c). What does not take long is GMP's in one piece.
 *
 * The twos of an even m are a modulus of their own, with which the odd part's result is joined. There
 * a power takes no longer than one with an exponent as long as the modulus, whatever its exponent.
 */

struct power {
        struct bng_residues residues;
        unsigned rows;
        mp_bitcnt_t columns;
        mpz_t products
                [1
                 << BNG_POWER_ROWS_MAX]; /* of the bases of those rows that are bits of the index */
};

static inline size_t entries_of(unsigned rows)
{
        return (size_t)1 << rows;
}

static void power_init(struct power *p, mpz_srcptr exponent, mpz_srcptr modulus,
                       const struct bng_stop *stop)
{
        mp_bitcnt_t bits = mpz_sizeinbase(exponent, 2);

        p->rows = bng_power_rows(bits);
        p->columns = (bits + p->rows - 1) / p->rows;
        bng_residues_init(&p->residues, modulus, stop);
        for (size_t i = 0; i < entries_of(p->rows); i++)
                mpz_init(p->products[i]);
}

static void power_clear(struct power *p)
{
        for (size_t i = 0; i < entries_of(p->rows); i++)
                mpz_clear(p->products[i]);
        bng_residues_clear(&p->residues);
}

static bool find_bases(struct power *p, mpz_srcptr base)
{
        bool done = bng_residues_enter(&p->residues, p->products[1], base);

        for (unsigned row = 1; done && row < p->rows; row++) {
                mpz_ptr next = p->products[entries_of(row)];
                mpz_set(next, p->products[entries_of(row - 1)]);
                done = bng_residues_square(&p->residues, next, p->columns);
        }
        return done;
}

static bool find_products(struct power *p)
{
        bool done = true;

        for (size_t i = 3; done && i < entries_of(p->rows); i++) {
                size_t lowest = i & -i;
                if (i != lowest)
                        done = bng_residues_multiply(&p->residues, p->products[i],
                                                     p->products[i - lowest], p->products[lowest]);
        }
        return done;
}

/* n >= 0; a call of GMP's for each bit takes as long as a short square does. */
static inline unsigned bit_of(mpz_srcptr n, mp_bitcnt_t at)
{
        return mpz_getlimbn(n, (mp_size_t)(at / GMP_NUMB_BITS)) >> at % GMP_NUMB_BITS & 1;
}

static size_t bits_of_column(const struct power *p, mpz_srcptr exponent, mp_bitcnt_t column)
{
        size_t bits = 0;

        for (unsigned row = p->rows; row-- > 0;)
                bits = bits << 1 | bit_of(exponent, row * p->columns + column);
        return bits;
}

static bool by_columns(struct power *p, mpz_ptr r, mpz_srcptr exponent)
{
        bool done = true, begun = false;

        for (mp_bitcnt_t column = p->columns; done && column-- > 0;) {
                size_t entry = bits_of_column(p, exponent, column);
                if (begun)
                        done = bng_residues_square(&p->residues, r, 1);
                if (entry > 0 && !begun)
                        mpz_set(r, p->products[entry]);
                else if (entry > 0)
                        done = done &&
                               bng_residues_multiply(&p->residues, r, r, p->products[entry]);
                begun = begun || entry > 0;
        }
        return done;
}

static bool is_quick(mpz_srcptr base, mpz_srcptr exponent, mpz_srcptr modulus)
{
        return bng_power_is_quick(mpz_sizeinbase(base, 2), mpz_sizeinbase(exponent, 2),
                                  mpz_sizeinbase(modulus, 2), mpz_scan1(modulus, 0));
}

/* What is left of n, not negative. */
static bool remainder_of(mpz_ptr rop, mpz_srcptr n, mpz_srcptr modulus, const struct bng_stop *stop)
{
        mpz_t q, r;

        mpz_inits(q, r, NULL);
        bool done = bng_steps_divide(q, r, n, modulus, stop);
        if (done && mpz_sgn(r) < 0) {
                if (mpz_sgn(modulus) < 0)
                        mpz_sub(r, r, modulus);
                else
                        mpz_add(r, r, modulus);
        }
        if (done)
                mpz_swap(rop, r);
        mpz_clears(q, r, NULL);
        return done;
}

/* exponent > 0, modulus odd or a power of two */
static bool power_modulo(mpz_ptr rop, mpz_srcptr base, mpz_srcptr exponent, mpz_srcptr modulus,
                         const struct bng_stop *stop)
{
        struct power p;
        mpz_t r;

        power_init(&p, exponent, modulus, stop);
        mpz_init(r);
        bool done = find_bases(&p, base) && find_products(&p) && by_columns(&p, r, exponent) &&
                    bng_residues_leave(&p.residues, r);
        if (done)
                mpz_swap(rop, r);
        mpz_clear(r);
        power_clear(&p);
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
        if (mpz_cmp_ui(exponent, 1) == 0)
                return remainder_of(rop, base, modulus, stop);
        mp_bitcnt_t twos = mpz_scan1(modulus, 0);
        return twos == 0 ? power_modulo(rop, base, exponent, modulus, stop)
                         : power_modulo_even(rop, base, exponent, modulus, twos, stop);
}
