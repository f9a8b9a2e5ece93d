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

/* All but up to a hundredth of their bits. */
static void make_most_in_common(struct operands *x, uint64_t bits)
{
        uint64_t factor_bits = any_length(bits / 100 + 1);

        random_integer(x->c, bits - factor_bits + 1);
        random_integer(x->a, factor_bits);
        random_integer(x->b, factor_bits);
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

/* The highest limbs are the same, or one apart; of as many limbs there is a quotient of 1 or none. */
static void make_alike(struct operands *x, uint64_t bits)
{
        uint64_t below = (bits - 1) / GMP_NUMB_BITS * GMP_NUMB_BITS;

        random_digits(x->b, bits);
        mpz_tdiv_q_2exp(x->c, x->b, below);
        mpz_sub_ui(x->c, x->c, 1);
        mpz_add_ui(x->c, x->c, (unsigned long)random_below(3));
        if (random_below(2))
                below += random_below(bits) / GMP_NUMB_BITS * GMP_NUMB_BITS;
        random_digits(x->a, below);
        mpz_mul_2exp(x->c, x->c, below);
        mpz_add(x->a, x->a, x->c);
}

/* Limbs at the divisor's end are 0. */
static void make_divisor_with_zeros(struct operands *x, uint64_t bits)
{
        uint64_t zeros;

        make_two(x, bits);
        if (bit_length(x->a) < bit_length(x->b))
                mpz_swap(x->a, x->b);
        zeros = random_below(bit_length(x->b));
        mpz_tdiv_q_2exp(x->b, x->b, zeros);
        mpz_mul_2exp(x->b, x->b, zeros);
}

/* a = b^m c */
static void make_power_of_factor(struct operands *x, uint64_t bits)
{
        mpz_pow_ui(x->a, x->b, (unsigned long)random_below(1 + bits / bit_length(x->b)));
        random_integer(x->c, bits > bit_length(x->a) ? bits - bit_length(x->a) : 1);
        mpz_mul(x->a, x->a, x->c);
}

static void make_odd_factor(struct operands *x, uint64_t bits)
{
        random_integer(x->b, 2 + any_length(bits / 2));
        mpz_setbit(x->b, 0);
        make_power_of_factor(x, bits);
}

static void make_even_factor(struct operands *x, uint64_t bits)
{
        random_integer(x->b, 2 + any_length(bits / 2));
        mpz_mul_2exp(x->b, x->b, 1);
        make_power_of_factor(x, bits);
}

/* The power of a root whose lower half is next to nothing, or of one that is anything; or next to one. */
static void make_power_of_root(struct operands *x, uint64_t bits)
{
        uint64_t limbs = bits / GMP_NUMB_BITS + 1;

        x->n = 3 + (unsigned long)random_below(random_below(2) ? 8 : 3 + limbs / 3);
        uint64_t root_bits = bits / x->n + 2;
        random_digits(x->b, root_bits);
        if (random_below(2)) {
                mpz_tdiv_q_2exp(x->b, x->b, root_bits / 2);
                mpz_mul_2exp(x->b, x->b, root_bits / 2);
                mpz_add_ui(x->b, x->b, 1);
        }
        mpz_pow_ui(x->a, x->b, x->n);
        if (random_below(2))
                mpz_sub_ui(x->a, x->a, 1);
}

/* b^c modulo a */
static void make_short_modulus(struct operands *x, uint64_t bits)
{
        random_integer(x->b, bits);
        random_integer(x->a, 2 + any_length(bits / 16));
        random_digits(x->c, 2 + random_below(40));
}

static void make_long_modulus(struct operands *x, uint64_t bits)
{
        random_integer(x->b, any_length(bits));
        random_integer(x->a, bits);
        random_digits(x->c, 2 + random_below(20));
}

static void make_long_exponent(struct operands *x, uint64_t bits)
{
        random_integer(x->b, 2 + random_below(200));
        random_integer(x->a, 2 + random_below(200));
        random_digits(x->c, bits);
}

const struct division_shape division_shapes[] = {
        {"tdiv_q, short", "tdiv_q", make_short_quotient, 0},
        {"tdiv_q, exact", "tdiv_q", make_short_multiple, 0},
        {"fdiv_q, short", "fdiv_q", make_short_quotient, 0},
        {"cdiv_q, short", "cdiv_q", make_short_quotient, 0},
        {"divexact, short", "divexact", make_short_multiple, 0},
        {"tdiv_r, short", "tdiv_r", make_short_quotient, 0},
        {"tdiv_r, tiny", "tdiv_r", make_short_divisor, 0},
        {"mod, tiny", "mod", make_short_divisor, 0},
        {"fdiv_r, undivided", "fdiv_r", make_short_dividend, 0},
        {"tdiv_qr, short", "tdiv_qr", make_short_quotient, 0},
        {"fdiv_qr, tiny", "fdiv_qr", make_short_divisor, 0},
        {"fdiv_qr, zeros", "fdiv_qr", make_divisor_with_zeros, 0},
        {"cdiv_qr, zeros", "cdiv_qr", make_divisor_with_zeros, 0},
        {"tdiv_r, alike", "tdiv_r", make_alike, 0},
        {"cdiv_qr, alike", "cdiv_qr", make_alike, 0},
        {"lcm, any", "lcm", make_two, 2000000},
        {"lcm, in common", "lcm", make_divisor_in_common, 2000000},
        {"gcd, any", "gcd", make_two, 2000000},
        {"gcd, multiple", "gcd", make_short_multiple, 2000000},
        {"gcd, neighbours", "gcd", make_neighbours, 2000000},
        {"gcdext, any", "gcdext_second", make_two, 2000000},
        {"gcdext, multiple", "gcdext_second", make_short_multiple, 2000000},
        {"gcdext, neighbours", "gcdext_second", make_neighbours, 2000000},
        {"gcdext, first", "gcdext_first", make_two, 2000000},
        {"root, power", "root", make_power_of_root, 4000000},
        {"rootrem, power", "rootrem", make_power_of_root, 4000000},
        {"remove, odd", "remove", make_odd_factor, 2000000},
        {"remove, even", "remove", make_even_factor, 2000000},
        {"powm, short modulus", "powm", make_short_modulus, 2000000},
        {"powm, long modulus", "powm", make_long_modulus, 2000000},
        {"powm, long exponent", "powm", make_long_exponent, 2000000},
        {"gcd, in common", "gcd", make_most_in_common, 2000000},
        {"gcdext, in common", "gcdext_second", make_most_in_common, 2000000},
};
const size_t division_shapes_count = sizeof division_shapes / sizeof *division_shapes;

const struct guard_case *division_shape_case(const struct division_shape *shape)
{
        size_t i = 0;

        while (strcmp(guard_cases[i].name, shape->operation) != 0)
                i++;
        return &guard_cases[i];
}

/*
 * Of most short quotients mpn_div_q is done when it has them; of exact multiples it multiplies the
 * quotient by the divisor to see whether it is right, and holds up to three and a half times as much.
 */
static bool make_multiple(struct operands *x)
{
        uint64_t bits = bit_length(x->a);

        if (bits < bit_length(x->b))
                return false;
        mpz_tdiv_r(x->c, x->a, x->b);
        mpz_sub(x->c, x->a, x->c);
        if (bit_length(x->c) != bits) {
                if (mpz_sgn(x->a) == mpz_sgn(x->b))
                        mpz_add(x->c, x->c, x->b);
                else
                        mpz_sub(x->c, x->c, x->b);
        }
        if (bit_length(x->c) != bits)
                return false;
        mpz_swap(x->a, x->c);
        return true;
}

/*
 * A common divisor may be found at any step of a search, and any step may be a long division: of numbers
 * whose difference is half as long, or that of which is left of the longer one by the shorter one.
 */
static bool make_neighbours_alike(struct operands *x)
{
        mpz_ptr longer = x->a, shorter = x->b;

        if (mpz_sgn(x->a) == 0 || mpz_sgn(x->b) == 0)
                return false;
        uint64_t zeros = mpz_scan1(x->a, 0), other_zeros = mpz_scan1(x->b, 0);
        uint64_t bits = bit_length(x->a) - zeros, other_bits = bit_length(x->b) - other_zeros;
        if (bits < other_bits) {
                longer = x->b, shorter = x->a;
                uint64_t most = other_bits, most_zeros = other_zeros;
                other_bits = bits, other_zeros = zeros;
                bits = most, zeros = most_zeros;
        }
        /* Two odd numbers. */
        random_digits(shorter, other_bits);
        mpz_setbit(shorter, 0);
        random_digits(x->c, other_bits / 2);
        mpz_mul_2exp(longer, shorter, bits - other_bits);
        mpz_sub(longer, longer, x->c);
        if (mpz_even_p(longer))
                mpz_sub_ui(longer, longer, 1);
        if (bit_length(longer) != bits)
                return false;
        mpz_mul_2exp(longer, longer, zeros);
        mpz_mul_2exp(shorter, shorter, other_zeros);
        return true;
}

/*
 * A factor is divided out as long as it goes; the zeros at both ends say how often an even one may be
 * there.
 */
static bool make_power_of_even(struct operands *x)
{
        uint64_t bits = bit_length(x->a), zeros = mpz_scan1(x->a, 0);
        uint64_t f_zeros = mpz_scan1(x->b, 0);

        if (f_zeros == 0 || zeros < f_zeros)
                return false;
        /* As many as there are may be far more than there is room for. */
        if ((bit_length(x->b) - f_zeros - 1) * (zeros / f_zeros) + zeros > bits)
                return false;
        mpz_pow_ui(x->c, x->b, (unsigned long)(zeros / f_zeros));
        mpz_tdiv_q_2exp(x->c, x->c, mpz_scan1(x->c, 0));
        uint64_t odd_bits = bit_length(x->c) + zeros;
        if (odd_bits > bits)
                return false;
        /* Multiples of one length by numbers that are one bit apart. */
        for (uint64_t more = bits - odd_bits; more <= bits - odd_bits + 1; more++) {
                random_digits(x->a, more);
                mpz_setbit(x->a, 0);
                mpz_mul(x->a, x->a, x->c);
                mpz_mul_2exp(x->a, x->a, zeros);
                if (bit_length(x->a) == bits)
                        return true;
        }
        return false;
}

static const struct {
        const char *operation;
        bool (*make)(struct operands *x);
} worst[] = {
        {"tdiv_q", make_multiple},
        {"gcd", make_neighbours_alike},
        {"lcm", make_neighbours_alike},
        {"gcdext_first", make_neighbours_alike},
        {"gcdext_second", make_neighbours_alike},
        {"remove", make_power_of_even},
};

bool make_worst(const char *operation, struct operands *x)
{
        for (size_t i = 0; i < sizeof worst / sizeof *worst; i++)
                if (strcmp(worst[i].operation, operation) == 0)
                        return worst[i].make(x);
        return false;
}
