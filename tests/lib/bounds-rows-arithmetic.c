/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Rows of arithmetic: operands of any sign give a result of about their size. */

#include "bounds-operands.h"

ROW(add)
{
        operands(draw);
        mpz_add(result, a, b);
        return of(bng_bounds_add(bits_of(a), bits_of(b)), result,
                  distance(bits_of(a), bits_of(b)) > 1 ? 2 : UPPER_ONLY);
}

ROW(sub)
{
        operands(draw);
        mpz_sub(result, a, b);
        return of(bng_bounds_add(bits_of(a), bits_of(b)), result,
                  distance(bits_of(a), bits_of(b)) > 1 ? 2 : UPPER_ONLY);
}

ROW(addmul)
{
        uint64_t product;

        operands(draw);
        operand(draw, c, 2 * OPERAND_BITS);
        mpz_set(result, c);
        if (below(draw, 2))
                mpz_addmul(result, a, b);
        else
                mpz_submul(result, a, b);
        product = mpz_sgn(a) && mpz_sgn(b) ? bits_of(a) + bits_of(b) : 0;
        return of(bng_bounds_addmul(bits_of(c), bits_of(a), bits_of(b)), result,
                  distance(product, bits_of(c)) > 2 ? 3 : UPPER_ONLY);
}

ROW(bitwise)
{
        operands(draw);
        switch (below(draw, 3)) {
        case 0:
                mpz_and(result, a, b);
                break;
        case 1:
                mpz_ior(result, a, b);
                break;
        default:
                mpz_xor(result, a, b);
        }
        return of(bng_bounds_bitwise(bits_of(a), bits_of(b)), result, UPPER_ONLY);
}

ROW(com)
{
        operands(draw);
        mpz_com(result, a);
        return of(bng_bounds_com(bits_of(a)), result, 2);
}

ROW(mul)
{
        operands(draw);
        mpz_mul(result, a, b);
        return of(bng_bounds_mul(bits_of(a), bits_of(b)), result, 1);
}

ROW(mul_leading)
{
        operands(draw);
        mpz_mul(result, a, b);
        return of(bng_bounds_mul_leading(bits_of(a), lead_of(a), bits_of(b), lead_of(b)), result,
                  1);
}

ROW(shift_left)
{
        uint64_t n = below(draw, 1000);

        operands(draw);
        mpz_mul_2exp(result, a, n);
        return of(bng_bounds_shift_left(bits_of(a), n), result, 0);
}

ROW(shift_right)
{
        uint64_t n = below(draw, 500);

        operands(draw);
        if (below(draw, 2))
                mpz_fdiv_q_2exp(result, a, n);
        else
                mpz_cdiv_q_2exp(result, a, n);
        return of(bng_bounds_shift_right(bits_of(a), n), result, 1);
}

ROW(gcd)
{
        operands(draw);
        mpz_gcd(result, a, b);
        return of(bng_bounds_gcd(bits_of(a), bits_of(b)), result, UPPER_ONLY);
}

static void cofactors(struct draw *draw)
{
        operands(draw);
        if (below(draw, 2)) {
                operand(draw, a, 7);
                operand(draw, b, 7);
        }
        mpz_gcdext(c, result, other, a, b);
}

ROW(gcdext_s)
{
        cofactors(draw);
        return of(bng_bounds_gcdext(bits_of(b)), result, UPPER_ONLY);
}

ROW(gcdext_t)
{
        cofactors(draw);
        return of(bng_bounds_gcdext(bits_of(a)), other, UPPER_ONLY);
}

ROW(lcm)
{
        operands(draw);
        mpz_lcm(result, a, b);
        return of(bng_bounds_lcm(bits_of(a), bits_of(b)), result, UPPER_ONLY);
}

ROW(root)
{
        uint64_t k = 1 + below(draw, below(draw, 2) ? 5 : 500);

        operand(draw, a, OPERAND_BITS);
        mpz_root(result, a, k);
        return of(bng_bounds_root(bits_of(a), k), result, 0);
}

ROW(square_root)
{
        operand(draw, a, OPERAND_BITS);
        mpz_sqrt(result, a);
        return of(bng_bounds_sqrt(bits_of(a)), result, 0);
}

static void dividends(struct draw *draw)
{
        operands(draw);
        if (!mpz_sgn(b))
                mpz_set_si(b, -1);
}

ROW(quotient)
{
        dividends(draw);
        if (below(draw, 2))
                mpz_fdiv_q(result, a, b);
        else
                mpz_cdiv_q(result, a, b);
        return of(bng_bounds_quotient(bits_of(a), bits_of(b)), result, 2);
}

ROW(tdiv_q)
{
        dividends(draw);
        mpz_tdiv_q(result, a, b);
        return of(bng_bounds_tdiv_q(bits_of(a), bits_of(b)), result, 1);
}

ROW(tdiv_r)
{
        dividends(draw);
        mpz_tdiv_r(result, a, b);
        return of(bng_bounds_tdiv_r(bits_of(a), bits_of(b)), result,
                  bits_of(a) < bits_of(b) ? 0 : UPPER_ONLY);
}

ROW(powm)
{
        dividends(draw);
        if (below(draw, 2))
                mpz_mod(result, a, b);
        else if (!mpz_invert(result, a, b))
                mpz_powm_ui(result, a, below(draw, 100), b);
        return of(bng_bounds_powm(bits_of(b)), result, UPPER_ONLY);
}

ROW(setbit)
{
        uint64_t index = below(draw, 500);

        operand(draw, a, OPERAND_BITS);
        mpz_set(result, a);
        mpz_setbit(result, index);
        return of(bng_bounds_setbit(bits_of(a), index), result, 0);
}

ROW(combit)
{
        uint64_t index = below(draw, 500), bits;

        operands(draw);
        bits = bits_of(a);
        if (below(draw, 2))
                index = bits + below(draw, 5) - (bits > 2 ? 2 : 0);
        mpz_set(result, a);
        mpz_combit(result, index);
        return of(bng_bounds_combit(bits, index), result,
                  index >= bits       ? 0
                  : index + 1 == bits ? UPPER_ONLY
                                      : 2);
}
