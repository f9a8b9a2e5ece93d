/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Rows of fractions: x and y are drawn, z is computed, and its numerator or its denominator is judged. */

#include "bounds-operands.h"

static void fraction(struct draw *draw, mpq_t q)
{
        operands(draw);
        mpz_set(mpq_numref(q), a);
        mpz_set_ui(mpq_denref(q), 1);
        if (below(draw, 4) && mpz_sgn(b))
                mpz_abs(mpq_denref(q), b);
        mpq_canonicalize(q);
}

static void fractions(struct draw *draw)
{
        fraction(draw, x);
        fraction(draw, y);
        if (!below(draw, 4)) { /* with something to cancel */
                mpz_mul(mpq_numref(x), mpq_numref(x), mpq_denref(y));
                mpq_canonicalize(x);
        }
        if (!below(draw, 4)) {
                mpz_mul(mpq_denref(y), mpq_denref(y), mpq_denref(x));
                mpq_canonicalize(y);
        }
}

static struct outcome one_of(struct draw *draw, bng_bounds_mpq bounds, uint64_t apart)
{
        return below(draw, 2) ? of(bounds.num, mpq_numref(z), apart)
                              : of(bounds.den, mpq_denref(z), apart);
}

static bool is_whole(mpq_t q)
{
        return mpz_cmp_ui(mpq_denref(q), 1) == 0;
}

#define BITS(q) bits_of(mpq_numref(q)), bits_of(mpq_denref(q))

ROW(mpq_sum)
{
        fractions(draw);
        if (below(draw, 2))
                mpq_add(z, x, y);
        else
                mpq_sub(z, x, y);
        return one_of(draw, bng_bounds_mpq_add(BITS(x), BITS(y)), UPPER_ONLY);
}

ROW(mpq_product)
{
        fractions(draw);
        mpq_mul(z, x, y);
        return one_of(draw, bng_bounds_mpq_mul(BITS(x), BITS(y)),
                      is_whole(x) && is_whole(y) ? 1 : UPPER_ONLY);
}

ROW(mpq_quotient)
{
        fractions(draw);
        if (!mpq_sgn(y))
                mpq_set_ui(y, 1, 3);
        mpq_div(z, x, y);
        return one_of(draw, bng_bounds_mpq_div(BITS(x), BITS(y)), UPPER_ONLY);
}

ROW(mpq_shift)
{
        uint64_t n = below(draw, 300);
        bng_bounds_mpq bounds;

        fraction(draw, x);
        if (below(draw, 2)) {
                mpq_mul_2exp(z, x, n);
                bounds = bng_bounds_mpq_mul_2exp(BITS(x), n);
        } else {
                mpq_div_2exp(z, x, n);
                bounds = bng_bounds_mpq_div_2exp(BITS(x), n);
        }
        return one_of(draw, bounds, n);
}
