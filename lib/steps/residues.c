/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "steps/residues.h"
#include "steps/steps.h"

/*
 * Products are reduced as GMP's powers do it: modulo an odd m, a product is made a multiple of R = B^n
 * by adding a multiple of m to it, from its low end, and divided by R. That takes about another
 * product, where a division takes two. With Montgomery's form x R of x it leaves what is wanted:
 *
 *     (a b + q m) / R = a b / R mod m,  q = -a b / m mod R,  below R + m for a, b < R
 *
 * Forms are below R but not always below m, which is taken away only where that is R or more. Modulo
 * an even m, products are divided by m.
 */

/* Up to here a limb at a time is faster than two products. */
#define BY_LIMBS_MAX 96

/* So short are products then that one in so many is followed by a look. */
#define LOOK_EVERY 64

static mp_size_t limbs_of(const struct bng_residues *m)
{
        return (mp_size_t)mpz_size(m->modulus);
}

static bool is_by_limbs(const struct bng_residues *m)
{
        return limbs_of(m) <= BY_LIMBS_MAX;
}

/* n modulo m, not negative */
static bool divide(struct bng_residues *m, mpz_ptr rop, mpz_srcptr n)
{
        if (!bng_steps_divide(m->quotient, m->remainder, n, m->modulus, m->stop))
                return false;
        if (mpz_sgn(m->remainder) < 0)
                mpz_add(m->remainder, m->remainder, m->modulus);
        mpz_swap(rop, m->remainder);
        return true;
}

/* Newton: 1/m to so many bits is right to twice as many in the next round. */
static bool find_inverses(struct bng_residues *m)
{
        mp_bitcnt_t bits = (mp_bitcnt_t)limbs_of(m) * GMP_NUMB_BITS;
        bool done = true;

        mpz_set_ui(m->inverses, 1);
        for (mp_bitcnt_t right = 1; done && right < bits;) {
                right = right < bits / 2 ? 2 * right : bits;
                mpz_fdiv_r_2exp(m->quotient, m->modulus, right);
                done = bng_steps_multiply(m->product, m->quotient, m->inverses, m->stop);
                mpz_fdiv_r_2exp(m->product, m->product, right);
                mpz_ui_sub(m->product, 2, m->product);
                done = done && bng_steps_multiply(m->product, m->product, m->inverses, m->stop);
                mpz_fdiv_r_2exp(m->inverses, m->product, right);
        }
        mpz_neg(m->inverses, m->inverses);
        mpz_fdiv_r_2exp(m->inverses, m->inverses, bits);
        m->inverse = mpz_getlimbn(m->inverses, 0);
        return done;
}

/* rop = the product / R mod m, below R; of the product all 2n limbs are there, and taken. */
static void reduce_by_limbs(struct bng_residues *m, mpz_ptr rop, mp_limb_t *low)
{
        mp_size_t n = limbs_of(m);
        const mp_limb_t *modulus = mpz_limbs_read(m->modulus);

        for (mp_size_t i = 0; i < n; i++)
                low[i] = mpn_addmul_1(low + i, modulus, n, low[i] * m->inverse);
        /* What was carried out of limb i + n stands in limb i, which has become 0. */
        mp_limb_t *to = mpz_limbs_write(rop, n);
        if (mpn_add_n(to, low + n, low, n))
                mpn_sub_n(to, to, modulus, n);
        mpz_limbs_finish(rop, n);
}

/* rop = a b / R mod m, a limb at a time */
static void multiply_by_limbs(struct bng_residues *m, mpz_ptr rop, mpz_srcptr a, mpz_srcptr b)
{
        mp_size_t n = limbs_of(m), a_limbs = (mp_size_t)mpz_size(a),
                  b_limbs = (mp_size_t)mpz_size(b);
        mp_limb_t *low = mpz_limbs_write(m->product, 2 * n);

        if (a_limbs < n || b_limbs < n)
                mpn_zero(low, 2 * n);
        if (a == b && a_limbs > 0)
                mpn_sqr(low, mpz_limbs_read(a), a_limbs);
        else if (a_limbs >= b_limbs && b_limbs > 0)
                mpn_mul(low, mpz_limbs_read(a), a_limbs, mpz_limbs_read(b), b_limbs);
        else if (a_limbs > 0 && b_limbs > 0)
                mpn_mul(low, mpz_limbs_read(b), b_limbs, mpz_limbs_read(a), a_limbs);
        reduce_by_limbs(m, rop, low);
}

/* The product / R mod m, below R, with two more products. */
static bool reduce_at_once(struct bng_residues *m, mpz_ptr rop)
{
        mp_bitcnt_t bits = (mp_bitcnt_t)limbs_of(m) * GMP_NUMB_BITS;

        mpz_fdiv_r_2exp(m->quotient, m->product, bits);
        if (!bng_steps_multiply(m->quotient, m->quotient, m->inverses, m->stop))
                return false;
        mpz_fdiv_r_2exp(m->quotient, m->quotient, bits);
        if (!bng_steps_multiply(m->remainder, m->quotient, m->modulus, m->stop))
                return false;
        mpz_add(m->remainder, m->remainder, m->product);
        mpz_fdiv_q_2exp(rop, m->remainder, bits);
        if (mpz_size(rop) > (size_t)limbs_of(m))
                mpz_sub(rop, rop, m->modulus);
        return true;
}

/* rop = a b, or in Montgomery's form a b / R, modulo m */
bool bng_residues_multiply(struct bng_residues *m, mpz_ptr rop, mpz_srcptr a, mpz_srcptr b)
{
        if (m->is_montgomery && is_by_limbs(m)) {
                multiply_by_limbs(m, rop, a, b);
                return ++m->products % LOOK_EVERY != 0 || !bng_stop_now(m->stop);
        }
        if (!bng_steps_multiply(m->product, a, b, m->stop))
                return false;
        return m->is_montgomery ? reduce_at_once(m, rop) : divide(m, rop, m->product);
}

/* ---- coming and going ---- */

void bng_residues_init(struct bng_residues *m, mpz_srcptr modulus, const struct bng_stop *stop)
{
        *m = (struct bng_residues){.stop = stop, .is_montgomery = mpz_odd_p(modulus)};
        mpz_inits(m->modulus, m->quotient, m->product, m->remainder, m->inverses, NULL);
        mpz_abs(m->modulus, modulus);
}

void bng_residues_clear(struct bng_residues *m)
{
        mpz_clears(m->modulus, m->quotient, m->product, m->remainder, m->inverses, NULL);
}

bool bng_residues_enter(struct bng_residues *m, mpz_ptr rop, mpz_srcptr n)
{
        if (!divide(m, rop, n))
                return false;
        /* From here on nothing is as long as a long n is. */
        mpz_realloc2(m->quotient, 0);
        if (!m->is_montgomery)
                return true;
        if (!find_inverses(m))
                return false;
        mpz_mul_2exp(rop, rop, (mp_bitcnt_t)limbs_of(m) * GMP_NUMB_BITS);
        return divide(m, rop, rop);
}

bool bng_residues_leave(struct bng_residues *m, mpz_ptr r)
{
        mpz_t one;

        if (!m->is_montgomery)
                return true;
        mpz_roinit_n(one, &(mp_limb_t){1}, 1);
        if (!bng_residues_multiply(m, r, r, one))
                return false;
        if (mpz_cmp(r, m->modulus) >= 0)
                mpz_sub(r, r, m->modulus);
        return true;
}
