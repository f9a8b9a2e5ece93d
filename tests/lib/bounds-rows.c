/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <gmp.h>
#include "bounds-rows.h"

#define UPPER_ONLY UINT64_MAX
#define OPERAND_BITS 400

static mpz_t a, b, c, result, other;
static mpq_t x, y, z;
static gmp_randstate_t noise;

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

/* ---- operands ---- */

static uint64_t below(struct draw *draw, uint64_t n)
{
        return draw->next(draw) % n;
}

/* |n| of up to max_bits: noise, a power of two, next to one, or with zeros below its first limb. */
static void operand(struct draw *draw, mpz_t n, unsigned max_bits)
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

static void operands(struct draw *draw)
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

static uint64_t bits_of(const mpz_t n)
{
        return mpz_sgn(n) ? mpz_sizeinbase(n, 2) : 0;
}

static uint64_t lead_of(const mpz_t n)
{
        uint64_t bits = bits_of(n), lead = 0;

        if (bits > 64)
                mpz_tdiv_q_2exp(other, n, bits - 64);
        else
                mpz_mul_2exp(other, n, 64 - bits);
        mpz_export(&lead, NULL, -1, sizeof lead, 0, 0, other);
        return lead;
}

static struct outcome of(bng_bounds bounds, const mpz_t n, uint64_t apart)
{
        return (struct outcome){bounds, bits_of(n), apart};
}

static uint64_t distance(uint64_t m, uint64_t n)
{
        return m > n ? m - n : n - m;
}

/* ---- the rows ---- */

#define ROW(name) static struct outcome name(struct draw *draw)

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

ROW(power)
{
        uint64_t e = below(draw, below(draw, 2) ? 8 : 200);

        operand(draw, a, e < 8 ? OPERAND_BITS : 140);
        mpz_pow_ui(result, a, e);
        return of(bng_bounds_pow(bits_of(a), lead_of(a), e), result, 1);
}

ROW(ui_pow_ui)
{
        uint64_t e = below(draw, 2000), base;

        operand(draw, a, 32);
        base = mpz_get_ui(a);
        mpz_ui_pow_ui(result, base, e);
        return of(bng_bounds_ui_pow_ui(base, e), result, base & (base - 1) ? 1 : 0);
}

/* As bounds: a fit is 1 to most where it is yes, most + 1 to unlimited where it is no. */
ROW(pow_fits)
{
        uint64_t e = below(draw, 200), limit;
        struct outcome outcome = {{0, UINT64_MAX}, 0, UPPER_ONLY};

        operand(draw, a, 140);
        mpz_pow_ui(result, a, e);
        outcome.truth = bits_of(result);
        limit = below(draw, 2) ? below(draw, 30000) : outcome.truth + below(draw, 3);
        limit -= limit && below(draw, 2);
        switch (bng_bounds_pow_fits(bits_of(a), lead_of(a), e, limit)) {
        case BNG_FIT_YES:
                outcome.bounds.bits_max = limit;
                break;
        case BNG_FIT_NO:
                outcome.bounds.bits_min = limit + 1;
                break;
        default:
                /* Between the bounds: the limit is the truth or one next to it. */
                outcome.bounds = (bng_bounds){limit, limit + 1};
        }
        return outcome;
}

ROW(fac)
{
        uint64_t n = below(draw, 1500);

        mpz_fac_ui(result, n);
        return of(bng_bounds_fac(n), result, 1);
}

ROW(double_factorial)
{
        uint64_t n = below(draw, 2000);

        mpz_2fac_ui(result, n);
        return of(bng_bounds_2fac(n), result, 1);
}

ROW(mfac)
{
        uint64_t n = below(draw, 3000), m = 1 + below(draw, below(draw, 2) ? 20 : 3000);

        if (below(draw, 4) == 0) /* (2^k, 2^k - 1), two factors that are a power of two */
                n = UINT64_C(1) << (n % 31), m = n > 1 ? n - 1 : 1;
        if (n / m > 3000)
                n = 3000;
        mpz_mfac_uiui(result, n, m);
        return of(bng_bounds_mfac(n, m), result, bits_of(result) <= 64 ? 0 : 1);
}

ROW(bin)
{
        uint64_t n = below(draw, 1500), k = below(draw, n + n / 8 + 2);

        mpz_bin_uiui(result, n, k);
        return of(bng_bounds_bin(n, k), result, 1);
}

ROW(bin_ui)
{
        uint64_t k = below(draw, 40);

        operand(draw, a, 300);
        mpz_bin_ui(result, a, k);
        return of(bng_bounds_bin_ui(bits_of(a), lead_of(a), k), result, 1);
}

ROW(primorial)
{
        uint64_t n = below(draw, 4000);

        mpz_primorial_ui(result, n);
        return of(bng_bounds_primorial(n), result, 0);
}

ROW(fib)
{
        uint64_t n = below(draw, 4000);

        mpz_fib_ui(result, n);
        return of(bng_bounds_fib(n), result, 1);
}

ROW(lucnum)
{
        uint64_t n = below(draw, 4000);

        mpz_lucnum_ui(result, n);
        return of(bng_bounds_luc(n), result, 1);
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

ROW(nextprime)
{
        operand(draw, a, 40);
        mpz_nextprime(result, a);
        return of(bng_bounds_nextprime(bits_of(a)), result, 1);
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

/* ---- fractions: x and y drawn, z computed, the numerator or the denominator judged ---- */

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

#define IS(name)                                                                                   \
        {                                                                                          \
#name, name                                                                        \
        }

const struct row bounds_rows[] = {
        IS(add),           IS(sub),         IS(addmul),       IS(bitwise),     IS(com),
        IS(mul),           IS(mul_leading), IS(shift_left),   IS(shift_right), IS(power),
        IS(ui_pow_ui),     IS(pow_fits),    IS(fac),          IS(mfac),        IS(double_factorial),
        IS(bin),           IS(bin_ui),      IS(primorial),    IS(fib),         IS(lucnum),
        IS(gcd),           IS(gcdext_s),    IS(gcdext_t),     IS(lcm),         IS(root),
        IS(square_root),   IS(nextprime),   IS(quotient),     IS(tdiv_q),      IS(tdiv_r),
        IS(powm),          IS(setbit),      IS(combit),       IS(set_str),     IS(get_str),
        IS(printf_length), IS(import),      IS(export),       IS(urandomb),    IS(rrandomb),
        IS(set_d),         IS(set_f),       IS(mpq_of_float), IS(init2),       IS(mpf_limbs),
        IS(mpq_sum),       IS(mpq_product), IS(mpq_quotient), IS(mpq_shift),
};
const unsigned bounds_rows_length = sizeof bounds_rows / sizeof bounds_rows[0];
