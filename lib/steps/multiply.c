/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "steps/parts.h"
#include "steps/steps.h"

/*
 * A product is a step of GMP's: nothing that is put together from several is as fast. Two kinds are
 * taken apart all the same. A long factor is cut in pieces like the short one, which GMP does
 * itself. And where both are long but their product is one of those that have to end within a
 * moment, Karatsuba's three products of the halves replace it, which takes half as long again; a square
 * becomes three squares.
 *
 *     (x1 B + x0) (y1 B + y0) = z2 B^2 + (z1 - z2 - z0) B + z0,  z1 = (x0 + x1) (y0 + y1)
 */

/*
 * From here to there a product, or a square, is to end within a moment, and GMP's would take longer
 * than some 70 ms on a slow machine. Shorter ones do not; longer ones may take as long as they take.
 */
#define PRODUCT_STEP_BITS (UINT64_C(20) << 20)
#define SQUARE_STEP_BITS (UINT64_C(28) << 20)
#define MOMENT_BITS (UINT64_C(32) << 20)

/* A factor so many times as long as the other one is cut in pieces. */
#define LONGER 4

/* The sum of the halves of n. */
static void add_halves(mpz_ptr sum, mpz_srcptr n, size_t half)
{
        mpz_t low, high;

        bng_limbs_view(low, n, 0, half);
        bng_limbs_view(high, n, half, mpz_size(n));
        mpz_add(sum, low, high);
}

/* z1 = (x0 + x1) (y0 + y1) */
static void multiply_sums(mpz_ptr z1, mpz_srcptr a, mpz_srcptr b, size_t half)
{
        mpz_t x, y;

        mpz_inits(x, y, NULL);
        add_halves(x, a, half);
        if (b != a)
                add_halves(y, b, half);
        mpz_mul(z1, x, b == a ? x : y);
        mpz_clears(x, y, NULL);
}

/* Absolute values; a is not shorter than b, and b, which may be a, has more than `half` limbs. */
static bool karatsuba(mpz_ptr rop, mpz_srcptr a, mpz_srcptr b, size_t half,
                      const struct bng_stop *stop)
{
        size_t limbs = mpz_size(a) + mpz_size(b);
        mpz_t product, z0, z1, z2;

        mpz_inits(product, z1, NULL);
        multiply_sums(z1, a, b, half);
        bool done = !bng_stop_now(stop);
        if (done) {
                mp_limb_t *to = mpz_limbs_write(product, (mp_size_t)limbs);
                const mp_limb_t *u = mpz_limbs_read(a), *v = mpz_limbs_read(b);
                mpn_mul(to, u, (mp_size_t)half, v, (mp_size_t)half);
                done = !bng_stop_now(stop);
                if (done) {
                        mpn_mul(to + 2 * half, u + half, (mp_size_t)(mpz_size(a) - half), v + half,
                                (mp_size_t)(mpz_size(b) - half));
                        mpz_sub(z1, z1, mpz_roinit_n(z0, to, (mp_size_t)(2 * half)));
                        mpz_sub(z1, z1,
                                mpz_roinit_n(z2, to + 2 * half, (mp_size_t)(limbs - 2 * half)));
                        mpn_add(to + half, to + half, (mp_size_t)(limbs - half), mpz_limbs_read(z1),
                                (mp_size_t)mpz_size(z1));
                }
                mpz_limbs_finish(product, done ? (mp_size_t)limbs : 0);
        }
        if (done)
                mpz_swap(rop, product);
        mpz_clears(product, z1, NULL);
        return done;
}

/* Absolute values; a is the longer one. */
static bool by_pieces(mpz_ptr rop, mpz_srcptr a, mpz_srcptr b, size_t piece_limbs,
                      const struct bng_stop *stop)
{
        size_t a_limbs = mpz_size(a);
        size_t limbs = a_limbs + mpz_size(b);
        mpz_t product, part, piece;

        mpz_inits(product, part, NULL);
        mp_limb_t *sum = mpz_limbs_write(product, (mp_size_t)limbs);
        mpn_zero(sum, (mp_size_t)limbs);
        bool done = true;
        for (size_t at = 0; done && at < a_limbs; at += piece_limbs) {
                size_t end = a_limbs - at < piece_limbs ? a_limbs : at + piece_limbs;
                bng_limbs_view(piece, a, at, end);
                mpz_mul(part, piece, b);
                if (mpz_sgn(part) != 0)
                        mpn_add(sum + at, sum + at, (mp_size_t)(limbs - at), mpz_limbs_read(part),
                                (mp_size_t)mpz_size(part));
                done = !bng_stop_now(stop);
        }
        mpz_limbs_finish(product, (mp_size_t)limbs);
        if (done)
                mpz_swap(rop, product);
        mpz_clears(product, part, NULL);
        return done;
}

static bool in_one_piece(mpz_srcptr a, mpz_srcptr b)
{
        uint64_t bits = (mpz_size(a) + mpz_size(b)) * GMP_NUMB_BITS;

        if (bits <= (a == b ? SQUARE_STEP_BITS : PRODUCT_STEP_BITS) ||
            mpz_size(b) < BNG_PIECE_LIMBS_MIN)
                return true;
        return bits > MOMENT_BITS && mpz_size(a) < LONGER * mpz_size(b);
}

bool bng_steps_multiply(mpz_ptr rop, mpz_srcptr a, mpz_srcptr b, const struct bng_stop *stop)
{
        if (mpz_size(a) < mpz_size(b))
                return bng_steps_multiply(rop, b, a, stop);
        if (bng_stop_now(stop))
                return false;
        if (in_one_piece(a, b)) {
                mpz_mul(rop, a, b);
                return true;
        }

        bool is_negative = (mpz_sgn(a) < 0) != (mpz_sgn(b) < 0);
        size_t half = (mpz_size(a) + 1) / 2;
        mpz_t x, y;
        bng_limbs_view(x, a, 0, mpz_size(a));
        bng_limbs_view(y, b, 0, mpz_size(b));
        bool done = mpz_size(a) >= LONGER * mpz_size(b)
                            ? by_pieces(rop, x, y, 2 * mpz_size(b), stop)
                    : mpz_size(b) > half ? karatsuba(rop, x, a == b ? x : y, half, stop)
                                         : by_pieces(rop, x, y, half, stop);
        if (done && is_negative)
                mpz_neg(rop, rop);
        return done;
}
