/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/limbs.h"
#include "predict/scratch.h"
#include "predict/tuning.h"

/*
 * What division allocates (mpn_tdiv_qr, mpn_div_q). Both operands are copied to be shifted until the
 * divisor's highest bit is set. Then short numbers are divided limb by limb, longer ones in halves
 * and the longest by an inverse (scratch-inverse.c); where, tuning.c knows. A quotient that is
 * shorter than the divisor comes from the leading limbs of both, and is multiplied by the rest of
 * the divisor for the remainder.
 *
 * Without a remainder a quotient is found with a limb more, which may be too large by a few. Only
 * where that limb says that the quotient itself may be too large, as it does of exact multiples and
 * their neighbours, the quotient is multiplied by the whole divisor. Nobody knows before, so this
 * counts: a short quotient of most operands holds half of its prediction.
 */

/* Is a dividend of n limbs divided by an inverse, where its quotient is no shorter than the divisor? */
static bool long_by_inverse(uint64_t n, uint64_t d, uint64_t from)
{
        uint64_t from_divisor = bng_tuning().long_inverse;

        if (d < from_divisor || n < 2 * from)
                return false;
        if (n >= BNG_LIMBS_BEYOND || from < from_divisor)
                return true;
        /* GMP compares the same in doubles: with a little less on one side, to be sure. */
        uint64_t in_halves = 2 * (from - from_divisor) * d + from_divisor * n;
        return in_halves - in_halves / 1024 <= d * n;
}

/* The quotient is no shorter than the divisor: of q limbs, and a bit. */
static uint64_t long_remainder(uint64_t n, uint64_t d, uint64_t q)
{
        bool by_inverse = long_by_inverse(q + d, d, bng_tuning().remainder_inverse);

        return bng_block_limbs(d) + bng_block_limbs(n + 1) +
               (by_inverse ? bng_scratch_by_inverse(q, d, 0) : bng_block_limbs(d));
}

/*
 * Of the leading 2q limbs by q, and a product with the divisor's d - q others, or one less. With fewer
 * of them any product may be the worst; and a divisor of q or less by itself is no more than the
 * leading q limbs of one.
 */
static uint64_t short_remainder(uint64_t d, uint64_t q, bool may_be_shorter)
{
        uint64_t others = d - q;
        uint64_t product = may_be_shorter ? bng_scratch_multiply(others, q)
                                          : bng_max(bng_scratch_exact_product(others, q),
                                                    bng_scratch_exact_product(others - 1, q));

        product += bng_block_limbs(d);
        if (q >= bng_tuning().remainder_inverse)
                product = bng_scratch_by_inverse(q, q, product);
        return bng_block_limbs(q) + bng_block_limbs(2 * q + 1) + product;
}

uint64_t bng_scratch_tdiv_qr(uint64_t n, uint64_t d, unsigned higher, bool may_be_shorter)
{
        if (n < d || d <= 1)
                return 0;
        if (d == 2)
                return bng_block_limbs(n + 1);
        uint64_t q = n - d + higher;
        if (q >= d)
                return long_remainder(n, d, q);
        return q == 0 ? 0 : short_remainder(d, q, may_be_shorter);
}

/*
 * The dividend, shifted, has n limbs or one more: mpn_dcpi1_div_q and mpn_mu_div_q copy it again, to
 * have another limb of the quotient. Where that one is a little shorter than the divisor, no more of
 * the operands counts than it needs.
 */
static uint64_t long_quotient(uint64_t n, uint64_t d)
{
        const struct bng_tuning from = bng_tuning();
        uint64_t q = n - d;
        uint64_t product = bng_scratch_exact_product(d, q);

        if (d < from.quotient_halves || q < from.quotient_halves)
                return 0;
        if (!long_by_inverse(n, d, from.quotient_inverse))
                return bng_block_limbs(n + 1) + bng_block_limbs(q + 1) + product;
        if (q >= d)
                return q + n + 16 + bng_scratch_quotient_by_inverse(q + 1, d, product);
        return q + 9 + bng_scratch_quotient_by_inverse(q + 1, q + 1, n + 8 + product);
}

/* From the leading limbs of both, twice of which are copied, and copied apart from an operand. */
static uint64_t short_quotient(uint64_t n, uint64_t d)
{
        uint64_t q = n - d + 1;
        uint64_t product = bng_block_limbs(n + 1) + bng_scratch_exact_product(d, q);

        if (q + 1 >= bng_tuning().quotient_inverse)
                product = bng_max(bng_scratch_quotient_by_inverse(q, q + 1, product),
                                  bng_scratch_quotient_by_inverse(q + 1, q + 1, product));
        return 2 * bng_block_limbs(q + 1) + product;
}

/* Quotients of up to so many limbs less than the divisor count as long ones. */
#define FUDGE 5

uint64_t bng_scratch_tdiv_q(uint64_t n, uint64_t d)
{
        if (n < d)
                return 0;
        uint64_t copy = bng_block_limbs(n + 1);
        if (d <= 2)
                return copy;
        if (n - d + 1 + FUDGE < d)
                return copy + short_quotient(n, d);
        return copy + bng_block_limbs(d) + bng_max(long_quotient(n, d), long_quotient(n + 1, d));
}

/* ---- about the same: of lengths that are not known exactly, and up to them ---- */

uint64_t bng_scratch_remainder(uint64_t n, uint64_t d)
{
        if (d <= 1)
                return 0;
        if (n < d || d == 2)
                return n + 2;
        uint64_t q = n - d + 1;
        if (n + 1 >= 2 * d)
                return n + d + 8 + bng_scratch_about_by_inverse(q, d, 0);
        uint64_t rest = d > q ? d - q : 0;
        return 3 * q + d + 16 + bng_scratch_about_by_inverse(q, q, bng_scratch_multiply(q, rest));
}

uint64_t bng_scratch_remainder_by_up_to(uint64_t n, uint64_t d)
{
        return n + d + 8 + bng_scratch_in_steps_up_to(d + 1, d, 0);
}

/* Of lengths that are off by so many limbs together: a transform is as long as their sum is. */
#define ABOUT 4
/* From here on every table takes a transform. */
#define ALL_TRANSFORM 11520

static uint64_t about_product(uint64_t a, uint64_t b)
{
        uint64_t most = 0;

        if (bng_min(a, b) < ALL_TRANSFORM + ABOUT || bng_max(a, b) >= 2 * bng_min(a, b))
                return bng_scratch_multiply(a, b);
        for (uint64_t more = 0; more <= 2 * ABOUT; more++)
                most = bng_max(most, bng_scratch_exact_product(a + more, b - ABOUT));
        return most;
}

uint64_t bng_scratch_quotient(uint64_t n, uint64_t d)
{
        if (n < d)
                return 0;
        if (d <= 1)
                return n + 1;
        uint64_t q = n - d + 1;
        /* What is nearly exact is multiplied out to see whether the quotient is one too large. */
        uint64_t product = about_product(d, q);
        if (q + 8 >= d)
                return 2 * n + 2 * d + q + 16 + bng_scratch_about_by_inverse(q, d, product);
        return n + 5 * q + 16 + bng_scratch_about_by_inverse(q + 1, q + 1, d + q + product);
}

/*
 * The worst of both ways, of divisors or quotients in such a part of n. By up to half of n in steps that
 * are as long as the divisor, or half of the quotient; or a quotient of up to half of n in two steps,
 * which is then multiplied by others of the divisor's limbs, of which there are no more than n has
 * beside two quotients.
 */
static uint64_t with_part(uint64_t n, unsigned part, unsigned parts)
{
        uint64_t least = n * (part - 1) / parts;
        uint64_t most = n * part / parts + 2;
        uint64_t divisor = n - least + 2;
        uint64_t step = bng_min(most, divisor / 2) + 1;
        uint64_t by_divisor = n + most + bng_scratch_in_steps_up_to(step, most, 0);
        uint64_t product = divisor + bng_scratch_multiply(divisor - least, most);
        uint64_t by_quotient = 3 * most + bng_scratch_in_steps_up_to(most / 2 + 1, most, product);

        return bng_max(by_divisor, by_quotient) + 32;
}

/* From here on it is worth while to look closer. */
#define LONG_DIVIDEND 8192

uint64_t bng_scratch_remainder_up_to(uint64_t n)
{
        unsigned parts = n < LONG_DIVIDEND ? 16 : 64;
        uint64_t worst = 0;

        if (n >= BNG_LIMBS_BEYOND)
                return BNG_LIMBS_BEYOND;
        for (unsigned part = 1; part <= parts / 2; part++)
                worst = bng_max(worst, with_part(n, part, parts));
        return worst;
}
