/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "division-shapes.h"

/* From 1 to bits, all magnitudes alike. */
static uint64_t any_length(uint64_t bits)
{
        uint64_t most = bits >> random_below(12);

        return 1 + random_below(most == 0 ? 1 : most);
}

/* A quotient of up to half of the dividend's bits. */
static void make_short_quotient(struct operands *x, uint64_t bits)
{
        random_integer(x->a, bits);
        random_integer(x->b, bits - any_length(bits / 2 + 1) + 1);
}

/* The same without a remainder. */
static void make_short_multiple(struct operands *x, uint64_t bits)
{
        make_short_quotient(x, bits);
        mpz_tdiv_q(x->c, x->a, x->b);
        mpz_mul(x->a, x->b, x->c);
        if (mpz_sgn(x->a) == 0)
                mpz_set(x->a, x->b);
}

static void make_short_divisor(struct operands *x, uint64_t bits)
{
        random_integer(x->a, bits);
        random_integer(x->b, any_length(bits / 2 + 1));
}

/* The dividend is all of the remainder. */
static void make_short_dividend(struct operands *x, uint64_t bits)
{
        random_integer(x->b, bits);
        random_integer(x->a, any_length(bits - 1));
        if (mpz_sgn(x->a) != mpz_sgn(x->b))
                mpz_neg(x->a, x->a);
}

static void make_two(struct operands *x, uint64_t bits)
{
        random_integer(x->a, bits);
        random_integer(x->b, any_length(bits));
        if (random_below(2))
                mpz_swap(x->a, x->b);
}

static void make_divisor_in_common(struct operands *x, uint64_t bits)
{
        random_integer(x->c, any_length(bits / 2 + 1));
        make_two(x, bits - bit_length(x->c) + 1);
        mpz_mul(x->a, x->a, x->c);
        mpz_mul(x->b, x->b, x->c);
}

/* Their difference has half of their bits: after one subtraction there is a long division. */
static void make_neighbours(struct operands *x, uint64_t bits)
{
        random_integer(x->b, bits);
        random_integer(x->c, bits / 2 + 1);
        mpz_abs(x->b, x->b);
        mpz_add(x->a, x->b, x->c);
}

/*
 * Of most short quotients mpn_div_q is done when it has them; of exact multiples it multiplies the
 * quotient by the divisor to see whether it is right, and holds up to three and a half times as much:
 * the prediction. A common divisor may be found at any step of a search, or by any division in its
 * course; and a prediction is of the worst.
 */
const struct division_shape division_shapes[] = {
        {"tdiv_q, short", "tdiv_q", make_short_quotient, 4, 0},
        {"tdiv_q, exact", "tdiv_q", make_short_multiple, 1.7, 0},
        {"fdiv_q, short", "fdiv_q", make_short_quotient, 2, 0},
        {"cdiv_q, short", "cdiv_q", make_short_quotient, 2, 0},
        {"divexact, short", "divexact", make_short_multiple, 2, 0},
        {"tdiv_r, short", "tdiv_r", make_short_quotient, 2, 0},
        {"tdiv_r, tiny", "tdiv_r", make_short_divisor, 2, 0},
        {"mod, tiny", "mod", make_short_divisor, 2, 0},
        {"fdiv_r, undivided", "fdiv_r", make_short_dividend, 2, 0},
        {"tdiv_qr, short", "tdiv_qr", make_short_quotient, 2, 0},
        {"fdiv_qr, tiny", "fdiv_qr", make_short_divisor, 2, 0},
        {"lcm, any", "lcm", make_two, 2, 2000000},
        {"lcm, in common", "lcm", make_divisor_in_common, 2, 2000000},
        {"gcd, any", "gcd", make_two, 2, 2000000},
        {"gcd, multiple", "gcd", make_short_multiple, 3, 2000000},
        {"gcd, neighbours", "gcd", make_neighbours, 2, 2000000},
};
const size_t division_shapes_count = sizeof division_shapes / sizeof *division_shapes;

const struct guard_case *division_shape_case(const struct division_shape *shape)
{
        size_t i = 0;

        while (strcmp(guard_cases[i].name, shape->operation) != 0)
                i++;
        return &guard_cases[i];
}
