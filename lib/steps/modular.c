/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/time.h"
#include "steps/steps.h"

/*
 * Powers modulo m, by windows from the highest bit of the exponent to the lowest: its bits are squares,
 * and a window that ends with a one is a product with an odd power of the base from a table.
 *
 * GMP does the same, and squares in Montgomery's form: modulo an odd m, x R with R = B^n stands for
 * x, because a product is then reduced from its low end by a multiple of m that makes n limbs 0, which
 * takes about another product; so does this. Numbers are below R, but not always below m:
 *
 *     (a b + q m) / R = a b / R mod m,  q = -a b / m mod R,  below R + m for a, b < R
 *
 * and m is taken away where that is R or more. Modulo an even m, GMP takes the twos apart; here
 * products are divided by m. So what is long can end between any two products. It takes up to a tenth
 * longer for m of 700 to 6000 bits, a third for longer ones, half for those of more than 10^5 bits
 * and for even ones (bench-time measures it); what does not take long is GMP's in one piece.
 */

/* GMP's table has up to as many entries, of exponents as long as these. */
#define WINDOW_MAX 10

/* An entry for 64 bits of exponent takes a hundredth of the time of their squares. */
#define BITS_PER_ENTRY 64

/* Up to here a limb at a time is faster than two products. */
#define BY_LIMBS_MAX 96

/* So short are products then that one in so many is followed by a look. */
#define LOOK_EVERY 64

struct power {
        const struct bng_stop *stop;
        mpz_t modulus; /* without its sign */
        mpz_t base;    /* below it, not negative */
        unsigned window;
        unsigned ready;                   /* entries that are there */
        unsigned products;                /* so far, of short ones */
        mpz_t odd[1 << (WINDOW_MAX - 1)]; /* base^(2i+1) */
        mpz_t quotient, product, remainder;
        bool is_montgomery;
        mp_limb_t inverse; /* -1/m mod B */
        mpz_t inverses;    /* -1/m mod R, where not by limbs */
};

static mp_size_t limbs_of(const struct power *p)
{
        return (mp_size_t)mpz_size(p->modulus);
}

static bool is_by_limbs(const struct power *p)
{
        return limbs_of(p) <= BY_LIMBS_MAX;
}

/* n modulo m, not negative */
static bool divide(struct power *p, mpz_ptr rop, mpz_srcptr n)
{
        if (!bng_steps_divide(p->quotient, p->remainder, n, p->modulus, p->stop))
                return false;
        if (mpz_sgn(p->remainder) < 0)
                mpz_add(p->remainder, p->remainder, p->modulus);
        mpz_swap(rop, p->remainder);
        return true;
}

/* ---- Montgomery's form ---- */

/* Newton: 1/m to so many bits is right to twice as many in the next round. */
static bool find_inverses(struct power *p)
{
        mp_bitcnt_t bits = (mp_bitcnt_t)limbs_of(p) * GMP_NUMB_BITS;
        bool done = true;

        mpz_set_ui(p->inverses, 1);
        for (mp_bitcnt_t right = 1; done && right < bits;) {
                right = right < bits / 2 ? 2 * right : bits;
                mpz_fdiv_r_2exp(p->quotient, p->modulus, right);
                done = bng_steps_multiply(p->product, p->quotient, p->inverses, p->stop);
                mpz_fdiv_r_2exp(p->product, p->product, right);
                mpz_ui_sub(p->product, 2, p->product);
                done = done && bng_steps_multiply(p->product, p->product, p->inverses, p->stop);
                mpz_fdiv_r_2exp(p->inverses, p->product, right);
        }
        mpz_neg(p->inverses, p->inverses);
        mpz_fdiv_r_2exp(p->inverses, p->inverses, bits);
        p->inverse = mpz_getlimbn(p->inverses, 0);
        return done;
}

/* rop = the product / R mod m, below R; of the product all 2n limbs are there, and taken. */
static void reduce_by_limbs(struct power *p, mpz_ptr rop, mp_limb_t *low)
{
        mp_size_t n = limbs_of(p);
        const mp_limb_t *m = mpz_limbs_read(p->modulus);

        for (mp_size_t i = 0; i < n; i++)
                low[i] = mpn_addmul_1(low + i, m, n, low[i] * p->inverse);
        /* What was carried out of limb i + n stands in limb i, which has become 0. */
        mp_limb_t *to = mpz_limbs_write(rop, n);
        if (mpn_add_n(to, low + n, low, n))
                mpn_sub_n(to, to, m, n);
        mpz_limbs_finish(rop, n);
}

/* rop = a b / R mod m, a limb at a time */
static void multiply_by_limbs(struct power *p, mpz_ptr rop, mpz_srcptr a, mpz_srcptr b)
{
        mp_size_t n = limbs_of(p), a_limbs = (mp_size_t)mpz_size(a),
                  b_limbs = (mp_size_t)mpz_size(b);
        mp_limb_t *low = mpz_limbs_write(p->product, 2 * n);

        if (a_limbs < n || b_limbs < n)
                mpn_zero(low, 2 * n);
        if (a == b && a_limbs > 0)
                mpn_sqr(low, mpz_limbs_read(a), a_limbs);
        else if (a_limbs >= b_limbs && b_limbs > 0)
                mpn_mul(low, mpz_limbs_read(a), a_limbs, mpz_limbs_read(b), b_limbs);
        else if (a_limbs > 0 && b_limbs > 0)
                mpn_mul(low, mpz_limbs_read(b), b_limbs, mpz_limbs_read(a), a_limbs);
        reduce_by_limbs(p, rop, low);
}

/* The product / R mod m, below R, with two more products. */
static bool reduce_at_once(struct power *p, mpz_ptr rop)
{
        mp_bitcnt_t bits = (mp_bitcnt_t)limbs_of(p) * GMP_NUMB_BITS;

        mpz_fdiv_r_2exp(p->quotient, p->product, bits);
        if (!bng_steps_multiply(p->quotient, p->quotient, p->inverses, p->stop))
                return false;
        mpz_fdiv_r_2exp(p->quotient, p->quotient, bits);
        if (!bng_steps_multiply(p->remainder, p->quotient, p->modulus, p->stop))
                return false;
        mpz_add(p->remainder, p->remainder, p->product);
        mpz_fdiv_q_2exp(rop, p->remainder, bits);
        if (mpz_size(rop) > (size_t)limbs_of(p))
                mpz_sub(rop, rop, p->modulus);
        return true;
}

/* rop = a b, or in Montgomery's form a b / R, modulo m */
static bool multiply(struct power *p, mpz_ptr rop, mpz_srcptr a, mpz_srcptr b)
{
        if (p->is_montgomery && is_by_limbs(p)) {
                multiply_by_limbs(p, rop, a, b);
                return ++p->products % LOOK_EVERY != 0 || !bng_stop_now(p->stop);
        }
        if (!bng_steps_multiply(p->product, a, b, p->stop))
                return false;
        return p->is_montgomery ? reduce_at_once(p, rop) : divide(p, rop, p->product);
}

static bool enter(struct power *p)
{
        p->is_montgomery = mpz_odd_p(p->modulus);
        if (!p->is_montgomery)
                return true;
        if (!find_inverses(p))
                return false;
        mpz_mul_2exp(p->base, p->base, (mp_bitcnt_t)limbs_of(p) * GMP_NUMB_BITS);
        return divide(p, p->base, p->base);
}

static bool leave(struct power *p, mpz_ptr r)
{
        if (!p->is_montgomery)
                return true;
        if (!multiply(p, r, r, mpz_roinit_n((mpz_t){{0}}, &(mp_limb_t){1}, 1)))
                return false;
        if (mpz_cmp(r, p->modulus) >= 0)
                mpz_sub(r, r, p->modulus);
        return true;
}

/* ---- the power ---- */

/* r = r^(2^n) */
static bool square(struct power *p, mpz_ptr r, unsigned long n)
{
        bool done = true;

        for (; done && n > 0; n--)
                done = multiply(p, r, r, r);
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
        mpz_inits(p.modulus, p.base, p.quotient, p.product, p.remainder, p.inverses, r, NULL);
        mpz_abs(p.modulus, modulus);
        bool done = divide(&p, p.base, base);
        /* From here on nothing is as long as a long base is. */
        mpz_realloc2(p.quotient, 0);
        done = done && enter(&p) && make_table(&p) && by_windows(&p, r, exponent) && leave(&p, r);
        if (done)
                mpz_swap(rop, r);
        while (p.ready > 0)
                mpz_clear(p.odd[--p.ready]);
        mpz_clears(p.modulus, p.base, p.quotient, p.product, p.remainder, p.inverses, r, NULL);
        return done;
}
