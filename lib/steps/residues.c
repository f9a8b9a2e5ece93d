/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/power-steps.h"
#include "steps/montgomery.h"
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
 * GMP has products that leave an end away, and lends them to nobody but its own powers. So squares in a
 * row are such powers: a^(2^k) in one call, as many as take a moment. Calls want numbers as they are,
 * without the form. Modulo one limb or two a call takes longer than the work, which needs none (montgomery.h).
 */

/* Up to here no call is worth it: montgomery.h has these two lengths. */
#define FEW_LIMBS_MAX 2

/* Up to here a limb at a time is faster than two products. */
#define BY_LIMBS_MAX 96

/* So short are products then that one in so many is followed by a look. */
#define LOOK_EVERY 64

static mp_size_t limbs_of(const struct bng_residues *m)
{
        return (mp_size_t)mpz_size(m->modulus);
}

static bool is_few_limbs(const struct bng_residues *m)
{
        return m->twos == 0 && limbs_of(m) <= FEW_LIMBS_MAX;
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

static bool find_inverses(struct bng_residues *m)
{
        mp_bitcnt_t bits = (mp_bitcnt_t)limbs_of(m) * GMP_NUMB_BITS;

        if (!bng_steps_invert_modulo_twos(m->inverses, m->modulus, bits, m->stop))
                return false;
        m->inverse = mpz_getlimbn(m->inverses, 0);
        mpz_neg(m->inverses, m->inverses);
        mpz_fdiv_r_2exp(m->inverses, m->inverses, bits);
        return true;
}

/* Room for so many limbs, without a call where it is there: calls take as long as short products. */
static inline mp_limb_t *room_of(mpz_ptr n, mp_size_t limbs)
{
        return n->_mp_alloc >= limbs ? n->_mp_d : mpz_limbs_modify(n, limbs);
}

/* All the n limbs of a number below R. */
static mp_limb_t *whole_limbs(mpz_ptr a, mp_size_t n)
{
        mp_size_t used = a->_mp_size;
        mp_limb_t *limbs = room_of(a, n);

        if (used < n)
                mpn_zero(limbs + used, n - used);
        return limbs;
}

/* Its size, when up to n limbs of it are there. */
static void finish(mpz_ptr a, mp_size_t n)
{
        while (n > 0 && a->_mp_d[n - 1] == 0)
                n--;
        a->_mp_size = (int)n;
}

/* ---- modulo one limb or two ---- */

static void put_limb(mpz_ptr rop, mp_limb_t limb)
{
        room_of(rop, 1)[0] = limb;
        rop->_mp_size = limb != 0;
}

static two_limbs get_two_limbs(mpz_srcptr n)
{
        return (two_limbs)mpz_getlimbn(n, 1) << GMP_NUMB_BITS | mpz_getlimbn(n, 0);
}

static void put_two_limbs(mpz_ptr rop, two_limbs n)
{
        mp_limb_t *to = room_of(rop, 2);

        to[0] = (mp_limb_t)n;
        to[1] = (mp_limb_t)(n >> GMP_NUMB_BITS);
        finish(rop, 2);
}

static void multiply_few_limbs(const struct bng_residues *m, mpz_ptr rop, mpz_srcptr a,
                               mpz_srcptr b)
{
        if (limbs_of(m) == 1)
                put_limb(rop, multiply_limb(mpz_getlimbn(a, 0), mpz_getlimbn(b, 0),
                                            mpz_getlimbn(m->modulus, 0), m->inverse));
        else
                put_two_limbs(rop, multiply_two_limbs(get_two_limbs(a), get_two_limbs(b),
                                                      get_two_limbs(m->modulus), m->inverse));
}

static void square_limb(const struct bng_residues *m, mpz_ptr a, unsigned long times)
{
        mp_limb_t x = mpz_getlimbn(a, 0), modulus = mpz_getlimbn(m->modulus, 0);
        mp_limb_t inverse = m->inverse;

        for (; times > 0; times--)
                x = multiply_limb(x, x, modulus, inverse);
        put_limb(a, x);
}

static void square_two_limbs(const struct bng_residues *m, mpz_ptr a, unsigned long times)
{
        two_limbs x = get_two_limbs(a), modulus = get_two_limbs(m->modulus);
        mp_limb_t inverse = m->inverse;

        for (; times > 0; times--)
                x = multiply_two_limbs(x, x, modulus, inverse);
        put_two_limbs(a, x);
}

/* ---- modulo a short number ---- */

/* to = what stands in 2n limbs / R mod m, below R; they are overwritten. */
static void reduce_by_limbs(mp_limb_t *to, mp_limb_t *low, const mp_limb_t *modulus,
                            mp_limb_t inverse, mp_size_t n)
{
        for (mp_size_t i = 0; i < n; i++)
                low[i] = mpn_addmul_1(low + i, modulus, n, -(low[i] * inverse));
        /* What was carried out of limb i + n stands in limb i, which has become 0. */
        if (mpn_add_n(to, low + n, low, n))
                mpn_sub_n(to, to, modulus, n);
}

static void multiply_by_limbs(struct bng_residues *m, mpz_ptr rop, mpz_ptr a, mpz_ptr b)
{
        mp_size_t n = limbs_of(m);
        const mp_limb_t *x = whole_limbs(a, n), *y = whole_limbs(b, n);
        mp_limb_t *low = room_of(m->product, 2 * n), *to = room_of(rop, n);

        if (a == b)
                mpn_sqr(low, x, n);
        else
                mpn_mul_n(low, x, y, n);
        reduce_by_limbs(to, low, m->modulus->_mp_d, m->inverse, n);
        finish(rop, n);
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

/* rop = a b, or in Montgomery's form a b / R, modulo m */
static bool multiply_at_once(struct bng_residues *m, mpz_ptr rop, mpz_srcptr a, mpz_srcptr b)
{
        if (!bng_steps_multiply(m->product, a, b, m->stop))
                return false;
        if (m->twos == 0)
                return reduce_at_once(m, rop);
        mpz_fdiv_r_2exp(rop, m->product, m->twos);
        return true;
}

/* ---- any of them ---- */

/* Whether to go on, after so many short products. */
static bool look(struct bng_residues *m, unsigned long products)
{
        m->products += products;
        if (m->products < LOOK_EVERY)
                return true;
        m->products = 0;
        return !bng_stop_now(m->stop);
}

bool bng_residues_multiply(struct bng_residues *m, mpz_ptr rop, mpz_ptr a, mpz_ptr b)
{
        if (!is_by_limbs(m))
                return multiply_at_once(m, rop, a, b);
        if (is_few_limbs(m))
                multiply_few_limbs(m, rop, a, b);
        else
                multiply_by_limbs(m, rop, a, b);
        return look(m, 1);
}

static void give_back_room(struct bng_residues *m)
{
        mpz_realloc2(m->quotient, 0);
        mpz_realloc2(m->product, 0);
        mpz_realloc2(m->remainder, 0);
}

/* a R mod m, of a < m */
static bool enter(struct bng_residues *m, mpz_ptr a)
{
        if (m->twos > 0)
                return true;
        mpz_mul_2exp(a, a, (mp_bitcnt_t)limbs_of(m) * GMP_NUMB_BITS);
        return divide(m, a, a);
}

static bool square_by_calls(struct bng_residues *m, mpz_ptr a, unsigned long times)
{
        bool done = bng_residues_leave(m, a);
        mpz_t exponent;

        give_back_room(m);
        mpz_init(exponent);
        while (done && times > 0) {
                unsigned long now = bng_min(times, m->at_once);
                mpz_set_ui(exponent, 0);
                mpz_setbit(exponent, now);
                mpz_powm(a, a, exponent, m->modulus);
                times -= now;
                done = !bng_stop_now(m->stop);
        }
        mpz_clear(exponent);
        return done && enter(m, a);
}

static bool square_in_few_limbs(struct bng_residues *m, mpz_ptr a, unsigned long times)
{
        bool done = true;

        while (done && times > 0) {
                unsigned long now = bng_min(times, m->at_once);
                if (limbs_of(m) == 1)
                        square_limb(m, a, now);
                else
                        square_two_limbs(m, a, now);
                times -= now;
                done = look(m, now);
        }
        return done;
}

bool bng_residues_square(struct bng_residues *m, mpz_ptr a, unsigned long times)
{
        bool done = true;

        if (is_few_limbs(m))
                return square_in_few_limbs(m, a, times);
        if (bng_min(times, m->at_once) >= BNG_CALL_SQUARES_MIN)
                return square_by_calls(m, a, times);
        for (; done && times > 0; times--)
                done = bng_residues_multiply(m, a, a, a);
        return done;
}

/* ---- coming and going ---- */

void bng_residues_init(struct bng_residues *m, mpz_srcptr modulus, const struct bng_stop *stop)
{
        *m = (struct bng_residues){.stop = stop, .twos = mpz_scan1(modulus, 0)};
        mpz_inits(m->modulus, m->quotient, m->product, m->remainder, m->inverses, NULL);
        mpz_abs(m->modulus, modulus);
        m->at_once =
                (unsigned long)bng_power_squares_at_once(mpz_sizeinbase(m->modulus, 2), m->twos);
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
        give_back_room(m);
        return find_inverses(m) && enter(m, rop);
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
