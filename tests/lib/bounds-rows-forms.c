/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Rows of the forms that a number comes from and goes to: text, words, floating point, noise, and its storage. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bounds-operands.h"

ROW(set_str)
{
        static char text[302];
        uint64_t count = 1 + below(draw, 300), base = 2 + below(draw, 61);

        operand(draw, a, 2000);
        memset(text, base == 2 || below(draw, 2) ? '1' : '0', count);
        if (below(draw, 4) == 0)
                memset(text, base < 11 ? (char)('0' + base - 1) : '9', count);
        text[count] = 0;
        mpz_set_str(result, text, (int)base);
        return of(bng_bounds_set_str(count, (unsigned)base), result, UPPER_ONLY);
}

ROW(get_str)
{
        static char text[OPERAND_BITS + 3];
        uint64_t base = 2 + below(draw, 61);
        bng_digits digits;

        operand(draw, a, OPERAND_BITS);
        mpz_get_str(text, (int)base, a);
        digits = bng_bounds_get_str(bits_of(a), (unsigned)base);
        return (struct outcome){{digits.digits_min, digits.digits_max}, strlen(text), 1};
}

ROW(printf_length)
{
        int width = (int)below(draw, 200), precision = (int)below(draw, 200), length;
        bool hex = below(draw, 2);

        operands(draw);
        length = hex ? gmp_snprintf(NULL, 0, "%#*.*Zx", width, precision, a)
                     : gmp_snprintf(NULL, 0, "%+*.*Zd", width, precision, a);
        /* It promises no lower end. */
        return (struct outcome){
                {(uint64_t)length, bng_bounds_printf(bits_of(a), hex ? 16 : 10, (uint64_t)width,
                                                     (uint64_t)precision)},
                (uint64_t)length,
                UPPER_ONLY,
        };
}

ROW(import)
{
        static unsigned char words[64 * 17];
        uint64_t count = below(draw, 64), size = 1 + below(draw, 16);
        uint64_t nails = below(draw, 8 * size);

        for (uint64_t i = 0; i < count * size; i++)
                words[i] = (unsigned char)(below(draw, 2) ? 0xff : draw->next(draw));
        mpz_import(result, count, 1, size, 0, nails, words);
        return of(bng_bounds_import(count, size, nails), result, UPPER_ONLY);
}

ROW(export)
{
        static unsigned char words[(OPERAND_BITS + 1) * 17];
        uint64_t size = 1 + below(draw, 16), nails = below(draw, 8 * size), count;
        size_t written;

        operands(draw);
        mpz_export(words, &written, 1, size, 0, nails, a);
        count = bng_bounds_export(bits_of(a), size, nails);
        return (struct outcome){{count, count}, written, 0};
}

ROW(urandomb)
{
        uint64_t n = below(draw, 300);

        mpz_urandomb(result, noise, n);
        return of(bng_bounds_urandomb(n), result, UPPER_ONLY);
}

ROW(rrandomb)
{
        uint64_t n = 1 + below(draw, 300);

        mpz_rrandomb(result, noise, n);
        return of(bng_bounds_rrandomb(n), result, 0);
}

ROW(set_d)
{
        double d = ldexp((double)(draw->next(draw) >> 11), (int)below(draw, 1100) - 80);
        int exponent;

        if (!isfinite(d))
                d = 0;
        mpz_set_d(result, d);
        frexp(d, &exponent);
        return of(bng_bounds_set_d(exponent), result, 0);
}

static void float_operand(struct draw *draw, mpf_t f)
{
        uint64_t shift = below(draw, 300);

        operands(draw);
        mpf_init2(f, OPERAND_BITS);
        mpf_set_z(f, a);
        if (below(draw, 2))
                mpf_mul_2exp(f, f, shift);
        else
                mpf_div_2exp(f, f, shift);
}

ROW(set_f)
{
        mpf_t f;
        bng_bounds bounds;

        float_operand(draw, f);
        mpz_set_f(result, f);
        bounds = bng_bounds_set_f(f->_mp_exp, GMP_NUMB_BITS);
        mpf_clear(f);
        return of(bounds, result, GMP_NUMB_BITS - 1);
}

ROW(mpq_of_float)
{
        bng_bounds_mpq bounds;
        mpf_t f;

        float_operand(draw, f);
        mpq_set_f(x, f);
        bounds = bng_bounds_mpq_set_f((uint64_t)abs(f->_mp_size), f->_mp_exp, GMP_NUMB_BITS);
        mpf_clear(f);
        return below(draw, 2) ? of(bounds.num, mpq_numref(x), UPPER_ONLY)
                              : of(bounds.den, mpq_denref(x), UPPER_ONLY);
}

/* What mpz_init2 allocates. */
ROW(init2)
{
        uint64_t bits = 1 + below(draw, 5000), limbs = bng_bounds_limbs(bits, GMP_NUMB_BITS);
        struct outcome outcome = {{limbs, limbs}, 0, 0};
        mpz_t n;

        mpz_init2(n, bits);
        outcome.truth = (uint64_t)n->_mp_alloc;
        mpz_clear(n);
        return outcome;
}

/* What mpf_init2 allocates: one limb more than the precision it keeps. */
ROW(mpf_limbs)
{
        uint64_t bits = below(draw, 5000), limbs = bng_bounds_mpf_limbs(bits, GMP_NUMB_BITS);
        struct outcome outcome = {{limbs, limbs}, 0, 0};
        mpf_t f;

        mpf_init2(f, bits);
        outcome.truth = (uint64_t)f->_mp_prec + 1;
        mpf_clear(f);
        return outcome;
}
