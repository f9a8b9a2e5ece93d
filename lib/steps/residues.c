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
 * a power of two, products are cut off.
 *
 * Modulo a short m calls take longer than the work: squares in a row stay in their limbs, and those of
 * one or two limbs are not GMP's.
 */

/* Up to here a limb at a time is faster than two products. */
#define BY_LIMBS_MAX 96

/* So short are products then that one in so many is followed by a look. */
#define LOOK_EVERY 64

#if GMP_NUMB_BITS == 64
__extension__ typedef unsigned __int128 two_limbs;
#else
typedef uint64_t two_limbs;
#endif

static mp_size_t limbs_of(const struct bng_residues *m)
{
        return (mp_size_t)mpz_size(m->modulus);
}

static bool is_by_limbs(const struct bng_residues *m)
{
        return m->twos == 0 && limbs_of(m) <= BY_LIMBS_MAX;
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

/* Newton: 1/odd to so many bits is right to twice as many in the next round. */
bool bng_steps_invert_modulo_twos(mpz_ptr rop, mpz_srcptr odd, mp_bitcnt_t twos,
                                  const struct bng_stop *stop)
{
        mpz_t inverse, product, low;
        bool done = true;

        mpz_init_set_ui(inverse, 1);
        mpz_inits(product, low, NULL);
        for (mp_bitcnt_t right = 1; done && right < twos;) {
                right = right < twos - right ? 2 * right : twos;
                mpz_fdiv_r_2exp(low, odd, right);
                done = bng_steps_multiply(product, low, inverse, stop);
                mpz_fdiv_r_2exp(product, product, right);
                mpz_ui_sub(product, 2, product);
                done = done && bng_steps_multiply(product, product, inverse, stop);
                mpz_fdiv_r_2exp(inverse, product, right);
        }
        if (done)
                mpz_swap(rop, inverse);
        mpz_clears(inverse, product, low, NULL);
        return done;
}

static bool find_inverses(struct bng_residues *m)
{
        mp_bitcnt_t bits = (mp_bitcnt_t)limbs_of(m) * GMP_NUMB_BITS;

        if (!bng_steps_invert_modulo_twos(m->inverses, m->modulus, bits, m->stop))
                return false;
        mpz_neg(m->inverses, m->inverses);
        mpz_fdiv_r_2exp(m->inverses, m->inverses, bits);
        m->inverse = mpz_getlimbn(m->inverses, 0);
        return true;
}

/* ---- modulo a short number ---- */

/*
 * to = a b / R mod m, n = 1 or 2 limbs each: a row of the product, and what makes its lowest limb 0,
 * are added at once, and the sum moves down by a limb. What is above n limbs is at most 1.
 */
static inline void multiply_few(mp_limb_t *to, const mp_limb_t *a, const mp_limb_t *b,
                                const mp_limb_t *modulus, mp_limb_t inverse, unsigned n)
{
        mp_limb_t sum[3] = {0};

        for (unsigned i = 0; i < n; i++) {
                two_limbs row = (two_limbs)a[0] * b[i] + sum[0];
                mp_limb_t q = (mp_limb_t)row * inverse;
                two_limbs multiple = (two_limbs)q * modulus[0] + (mp_limb_t)row;
                for (unsigned j = 1; j < n; j++) {
                        row = (two_limbs)a[j] * b[i] + sum[j] + (mp_limb_t)(row >> GMP_NUMB_BITS);
                        multiple = (two_limbs)q * modulus[j] + (mp_limb_t)row +
                                   (mp_limb_t)(multiple >> GMP_NUMB_BITS);
                        sum[j - 1] = (mp_limb_t)multiple;
                }
                two_limbs top = (row >> GMP_NUMB_BITS) + (multiple >> GMP_NUMB_BITS) + sum[n];
                sum[n - 1] = (mp_limb_t)top;
                sum[n] = (mp_limb_t)(top >> GMP_NUMB_BITS);
        }
        /* Without a branch: which way it goes nobody can foresee. */
        mp_limb_t mask = -sum[n], borrow = 0;
        for (unsigned i = 0; i < n; i++) {
                two_limbs rest = (two_limbs)sum[i] - (modulus[i] & mask) - borrow;
                to[i] = (mp_limb_t)rest;
                borrow = (mp_limb_t)(rest >> GMP_NUMB_BITS) & 1;
        }
}

/* to = what stands in 2n limbs / R mod m, below R; they are overwritten. */
static void reduce_by_limbs(mp_limb_t *to, mp_limb_t *low, const mp_limb_t *modulus,
                            mp_limb_t inverse, mp_size_t n)
{
        for (mp_size_t i = 0; i < n; i++)
                low[i] = mpn_addmul_1(low + i, modulus, n, low[i] * inverse);
        /* What was carried out of limb i + n stands in limb i, which has become 0. */
        if (mpn_add_n(to, low + n, low, n))
                mpn_sub_n(to, to, modulus, n);
}

/* All the n limbs of a number below R. */
static mp_limb_t *whole_limbs(mpz_ptr a, mp_size_t n)
{
        mp_size_t used = (mp_size_t)mpz_size(a);
        mp_limb_t *limbs = mpz_limbs_modify(a, n);

        if (used < n)
                mpn_zero(limbs + used, n - used);
        return limbs;
}

/* a = a^(2^times) in that form; rop = a b */
static void square_by_limbs(struct bng_residues *m, mpz_ptr a, unsigned long times)
{
        mp_size_t n = limbs_of(m);
        const mp_limb_t *modulus = mpz_limbs_read(m->modulus);
        mp_limb_t inverse = m->inverse, *x = whole_limbs(a, n);

        if (n == 1) {
                for (; times > 0; times--)
                        multiply_few(x, x, x, modulus, inverse, 1);
        } else if (n == 2) {
                for (; times > 0; times--)
                        multiply_few(x, x, x, modulus, inverse, 2);
        } else {
                mp_limb_t *low = mpz_limbs_write(m->product, 2 * n);
                for (; times > 0; times--) {
                        mpn_sqr(low, x, n);
                        reduce_by_limbs(x, low, modulus, inverse, n);
                }
        }
        mpz_limbs_finish(a, n);
}

static void multiply_by_limbs(struct bng_residues *m, mpz_ptr rop, mpz_ptr a, mpz_ptr b)
{
        mp_size_t n = limbs_of(m);
        const mp_limb_t *modulus = mpz_limbs_read(m->modulus);
        const mp_limb_t *x = whole_limbs(a, n), *y = whole_limbs(b, n);
        mp_limb_t *to = rop == a || rop == b ? mpz_limbs_modify(rop, n) : mpz_limbs_write(rop, n);

        if (n == 1) {
                multiply_few(to, x, y, modulus, m->inverse, 1);
        } else if (n == 2) {
                multiply_few(to, x, y, modulus, m->inverse, 2);
        } else {
                mp_limb_t *low = mpz_limbs_write(m->product, 2 * n);
                mpn_mul_n(low, x, y, n);
                reduce_by_limbs(to, low, modulus, m->inverse, n);
        }
        mpz_limbs_finish(rop, n);
}

/* ---- modulo a long one ---- */

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

/* Whether to go on, after so many products. */
static bool look(struct bng_residues *m, unsigned long products)
{
        m->products += products;
        if (m->products < LOOK_EVERY)
                return true;
        m->products = 0;
        return !bng_stop_now(m->stop);
}

/* rop = a b, or in Montgomery's form a b / R, modulo m */
static bool multiply(struct bng_residues *m, mpz_ptr rop, mpz_srcptr a, mpz_srcptr b)
{
        if (!bng_steps_multiply(m->product, a, b, m->stop))
                return false;
        if (m->twos == 0)
                return reduce_at_once(m, rop);
        mpz_fdiv_r_2exp(rop, m->product, m->twos);
        return true;
}

bool bng_residues_multiply(struct bng_residues *m, mpz_ptr rop, mpz_ptr a, mpz_ptr b)
{
        if (!is_by_limbs(m))
                return multiply(m, rop, a, b);
        multiply_by_limbs(m, rop, a, b);
        return look(m, 1);
}

bool bng_residues_square(struct bng_residues *m, mpz_ptr a, unsigned long times)
{
        bool done = true;

        while (done && times > 0) {
                unsigned long now = !is_by_limbs(m) ? 1 : times < LOOK_EVERY ? times : LOOK_EVERY;
                if (is_by_limbs(m)) {
                        square_by_limbs(m, a, now);
                        done = look(m, now);
                } else {
                        done = multiply(m, a, a, a);
                }
                times -= now;
        }
        return done;
}

/* ---- coming and going ---- */

void bng_residues_init(struct bng_residues *m, mpz_srcptr modulus, const struct bng_stop *stop)
{
        *m = (struct bng_residues){.stop = stop, .twos = mpz_scan1(modulus, 0)};
        mpz_inits(m->modulus, m->quotient, m->product, m->remainder, m->inverses, NULL);
        mpz_abs(m->modulus, modulus);
}

void bng_residues_clear(struct bng_residues *m)
{
        mpz_clears(m->modulus, m->quotient, m->product, m->remainder, m->inverses, NULL);
}

bool bng_residues_enter(struct bng_residues *m, mpz_ptr rop, mpz_srcptr n)
{
        if (m->twos > 0) {
                mpz_fdiv_r_2exp(rop, n, m->twos);
                return true;
        }
        if (!divide(m, rop, n))
                return false;
        /* From here on nothing is as long as a long n is. */
        mpz_realloc2(m->quotient, 0);
        if (!find_inverses(m))
                return false;
        mpz_mul_2exp(rop, rop, (mp_bitcnt_t)limbs_of(m) * GMP_NUMB_BITS);
        return divide(m, rop, rop);
}

bool bng_residues_leave(struct bng_residues *m, mpz_ptr r)
{
        mpz_t one;

        if (m->twos > 0)
                return true;
        mpz_init_set_ui(one, 1);
        bool done = bng_residues_multiply(m, r, r, one);
        mpz_clear(one);
        if (done && mpz_cmp(r, m->modulus) >= 0)
                mpz_sub(r, r, m->modulus);
        return done;
}
