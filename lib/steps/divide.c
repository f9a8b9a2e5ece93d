/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "steps/parts.h"
#include "steps/steps.h"

/*
 * Long division with digits of many limbs: a block of the dividend comes down behind the remainder,
 * GMP divides that by the divisor, and the block's quotient is a digit of the whole. With a block
 * half as long as the divisor it takes up to half as long again as GMP's division in one piece, so
 * that is what shorter ones are.
 */

/* GMP's own division of what is shorter takes less than some 60 ms on a slow machine. */
#define DIVISION_STEP_BITS (UINT64_C(6) << 20)

/* A shorter block is not worth a step. */
#define BLOCK_LIMBS_MIN 8192

static size_t block_limbs(mpz_srcptr d)
{
        size_t half = (mpz_size(d) + 1) / 2;

        return half > BLOCK_LIMBS_MIN ? half : BLOCK_LIMBS_MIN;
}

/* t = r B^limbs + the limbs of a below `at` that come next */
static void bring_down(mpz_ptr t, mpz_srcptr r, mpz_srcptr a, size_t at, size_t limbs)
{
        size_t r_limbs = mpz_size(r);
        mp_limb_t *to = mpz_limbs_write(t, (mp_size_t)(r_limbs + limbs));

        mpn_copyi(to, mpz_limbs_read(a) + at - limbs, (mp_size_t)limbs);
        if (r_limbs > 0)
                mpn_copyi(to + limbs, mpz_limbs_read(r), (mp_size_t)r_limbs);
        mpz_limbs_finish(t, (mp_size_t)(r_limbs + limbs));
}

static void put_digit(mp_limb_t *to, mpz_srcptr digit, size_t limbs)
{
        size_t used = mpz_size(digit);

        if (used > 0)
                mpn_copyi(to, mpz_limbs_read(digit), (mp_size_t)used);
        if (limbs > used)
                mpn_zero(to + used, (mp_size_t)(limbs - used));
}

/* Absolute values, a longer than d by more than a block. */
static bool by_blocks(mpz_ptr q, mpz_ptr r, mpz_srcptr a, mpz_srcptr d, const struct bng_stop *stop)
{
        size_t block = block_limbs(d);
        size_t at = mpz_size(a) - mpz_size(d) + 1; /* limbs of a that are still to come */
        mp_limb_t *quotient = mpz_limbs_write(q, (mp_size_t)at);
        size_t q_limbs = at;
        mpz_t t, digit, first;
        bool done = true;

        mpz_inits(t, digit, NULL);
        bng_limbs_view(first, a, at, mpz_size(a)); /* one limb shorter than d */
        mpz_set(r, first);
        while (done && at > 0) {
                size_t limbs = at % block > 0 ? at % block : block;
                bring_down(t, r, a, at, limbs);
                mpz_tdiv_qr(digit, r, t, d);
                put_digit(quotient + at - limbs, digit, limbs);
                at -= limbs;
                done = !bng_stop_now(stop);
        }
        mpz_limbs_finish(q, done ? (mp_size_t)q_limbs : 0);
        mpz_clears(t, digit, NULL);
        return done;
}

bool bng_steps_divide(mpz_ptr q, mpz_ptr r, mpz_srcptr a, mpz_srcptr d, const struct bng_stop *stop)
{
        if (bng_stop_now(stop))
                return false;
        if (mpz_size(a) < mpz_size(d) + block_limbs(d) ||
            mpz_size(a) * GMP_NUMB_BITS < DIVISION_STEP_BITS) {
                mpz_tdiv_qr(q, r, a, d);
                return true;
        }
        mpz_t x, y;
        bng_limbs_view(x, a, 0, mpz_size(a));
        bng_limbs_view(y, d, 0, mpz_size(d));
        bool done = by_blocks(q, r, x, y, stop);
        if (done && (mpz_sgn(a) < 0) != (mpz_sgn(d) < 0))
                mpz_neg(q, q);
        if (done && mpz_sgn(a) < 0)
                mpz_neg(r, r);
        return done;
}
