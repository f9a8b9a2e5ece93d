/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the rows stand on: the numbers they share, and how operands are drawn. */

#include "bounds-operands.h"

mpz_t a, b, c, result, other;
mpq_t x, y, z;
gmp_randstate_t noise;

void bounds_rows_begin(void)
{
        mpz_inits(a, b, c, result, other, NULL);
        mpq_inits(x, y, z, NULL);
        gmp_randinit_default(noise);
}

void bounds_rows_end(void)
{
        mpz_clears(a, b, c, result, other, NULL);
        mpq_clears(x, y, z, NULL);
        gmp_randclear(noise);
}

uint64_t below(struct draw *draw, uint64_t n)
{
        return draw->next(draw) % n;
}

/* |n| of up to max_bits: noise, a power of two, next to one, or with zeros below its first limb. */
void operand(struct draw *draw, mpz_t n, unsigned max_bits)
{
        uint64_t bits = below(draw, max_bits + 1), kind = below(draw, 6), word;

        mpz_set_ui(n, 0);
        if (!bits)
                return;
        for (uint64_t filled = 0; kind > 2 && filled < bits; filled += 64) {
                word = draw->next(draw);
                mpz_import(other, 1, 1, sizeof word, 0, 0, &word);
                mpz_mul_2exp(n, n, 64);
                mpz_add(n, n, other);
                if (kind == 3)
                        break;
        }
        if (mpz_sizeinbase(n, 2) > bits)
                mpz_tdiv_q_2exp(n, n, mpz_sizeinbase(n, 2) - bits);
        else if (kind == 3)
                mpz_mul_2exp(n, n, bits - mpz_sizeinbase(n, 2));
        mpz_setbit(n, bits - 1);
        if (kind == 1)
                mpz_sub_ui(n, n, 1);
        if (kind == 2)
                mpz_add_ui(n, n, 1);
}

void operands(struct draw *draw)
{
        uint64_t how = below(draw, 16);

        operand(draw, a, OPERAND_BITS);
        operand(draw, b, how < 8 ? OPERAND_BITS : 70);
        if (how == 15)
                mpz_add_ui(b, a, below(draw, 3));
        if (how & 1)
                mpz_neg(a, a);
        if (how & 2)
                mpz_neg(b, b);
}

uint64_t bits_of(const mpz_t n)
{
        return mpz_sgn(n) ? mpz_sizeinbase(n, 2) : 0;
}

uint64_t lead_of(const mpz_t n)
{
        uint64_t bits = bits_of(n), lead = 0;

        if (bits > 64)
                mpz_tdiv_q_2exp(other, n, bits - 64);
        else
                mpz_mul_2exp(other, n, 64 - bits);
        mpz_export(&lead, NULL, -1, sizeof lead, 0, 0, other);
        return lead;
}

struct outcome of(bng_bounds bounds, const mpz_t n, uint64_t apart)
{
        return (struct outcome){bounds, bits_of(n), apart};
}

uint64_t distance(uint64_t m, uint64_t n)
{
        return m > n ? m - n : n - m;
}
