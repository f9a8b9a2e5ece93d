/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Numbers of one limb, the commonest of all. Their sums, products and shifts take less time here
 * than a call takes to get to GMP, and that pays for the guard. Each stands for GMP's function of
 * the same name, and leaves to it what is longer, what is 0, and a destination without the room of
 * two limbs.
 *
 * A limb with its sign is a signed number of two limbs, and so is the sum of two; a shift of it to
 * the right rounds down. Signs are those of the sizes.
 */

#include <gmp.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define BNG_ULONG_LIMBS ((sizeof(unsigned long) * CHAR_BIT + GMP_NUMB_BITS - 1) / GMP_NUMB_BITS)

#if GMP_NUMB_BITS == 64
__extension__ typedef unsigned __int128 bng_two_limbs;
__extension__ typedef __int128 bng_signed_limbs;
#else
typedef uint64_t bng_two_limbs;
typedef int64_t bng_signed_limbs;
#endif

static inline bool bng_is_limb(mpz_srcptr n)
{
        return n->_mp_size == 1 || n->_mp_size == -1;
}

static inline bool bng_is_positive_limb(mpz_srcptr n)
{
        return n->_mp_size == 1;
}

/* As it nearly always is: so the short way is the straight one. */
static inline bool bng_has_two_limbs(mpz_srcptr out)
{
        return __builtin_expect(out->_mp_alloc >= 2, 1);
}

static inline bng_signed_limbs bng_limb_signed(mpz_srcptr n)
{
        return n->_mp_size < 0 ? -(bng_signed_limbs)n->_mp_d[0] : (bng_signed_limbs)n->_mp_d[0];
}

/* ---- storing ---- */

static inline void bng_limb_put(mpz_ptr out, bng_two_limbs size, bool is_negative)
{
        mp_limb_t low = (mp_limb_t)size;
        mp_limb_t high = (mp_limb_t)(size >> GMP_NUMB_BITS);
        int limbs = high != 0 ? 2 : low != 0;

        out->_mp_d[0] = low;
        out->_mp_d[1] = high;
        out->_mp_size = is_negative ? -limbs : limbs;
}

static inline void bng_limb_put_signed(mpz_ptr out, bng_signed_limbs n)
{
        bng_limb_put(out, n < 0 ? -(bng_two_limbs)n : (bng_two_limbs)n, n < 0);
}

static inline void bng_limb_set_ui(mpz_ptr out, unsigned long n)
{
        if (BNG_ULONG_LIMBS > 1 || out->_mp_alloc < 1) {
                mpz_set_ui(out, n);
                return;
        }
        out->_mp_d[0] = (mp_limb_t)n;
        out->_mp_size = n != 0;
}

static inline void bng_limb_set_si(mpz_ptr out, long n)
{
        bng_limb_set_ui(out, n < 0 ? -(unsigned long)n : (unsigned long)n);
        if (n < 0)
                out->_mp_size = -out->_mp_size;
}

/* rop = a with the sign of `size` */
static inline void bng_limb_copy(mpz_ptr out, mpz_srcptr a, int size)
{
        out->_mp_d[0] = a->_mp_d[0];
        out->_mp_size = size;
}

#define BNG_LIMB_COPY(op, new_size)                                                                \
        static inline void bng_limb_##op(mpz_ptr out, mpz_srcptr a)                                \
        {                                                                                          \
                if (bng_is_limb(a) && out->_mp_alloc >= 1)                                         \
                        bng_limb_copy(out, a, new_size);                                           \
                else                                                                               \
                        mpz_##op(out, a);                                                          \
        }
BNG_LIMB_COPY(set, a->_mp_size)
BNG_LIMB_COPY(neg, -a->_mp_size)
BNG_LIMB_COPY(abs, 1)

/* ---- two numbers ---- */

/* Two's complement has the bits that GMP's bit operations mean. */
#define BNG_LIMB_SUM(op, result)                                                                   \
        static inline void bng_limb_##op(mpz_ptr out, mpz_srcptr a, mpz_srcptr b)                  \
        {                                                                                          \
                if (bng_is_limb(a) && bng_is_limb(b) && bng_has_two_limbs(out))                    \
                        bng_limb_put_signed(out, result);                                          \
                else                                                                               \
                        mpz_##op(out, a, b);                                                       \
        }
BNG_LIMB_SUM(add, bng_limb_signed(a) + bng_limb_signed(b))
BNG_LIMB_SUM(sub, bng_limb_signed(a) - bng_limb_signed(b))
BNG_LIMB_SUM(and, bng_limb_signed(a) & bng_limb_signed(b))
BNG_LIMB_SUM(ior, bng_limb_signed(a) | bng_limb_signed(b))
BNG_LIMB_SUM(xor, bng_limb_signed(a) ^ bng_limb_signed(b))

static inline void bng_limb_mul(mpz_ptr out, mpz_srcptr a, mpz_srcptr b)
{
        if (bng_is_limb(a) && bng_is_limb(b) && bng_has_two_limbs(out))
                bng_limb_put(out, (bng_two_limbs)a->_mp_d[0] * b->_mp_d[0],
                             a->_mp_size != b->_mp_size);
        else
                mpz_mul(out, a, b);
}

/* ---- a number and a word ---- */

/* out = a + b, or a - b */
static inline void bng_limb_add_word(mpz_ptr out, mpz_srcptr a, mp_limb_t b, bool subtract)
{
        mp_limb_t limb = a->_mp_d[0];
        bool is_negative = a->_mp_size < 0;

        if (is_negative == subtract)
                bng_limb_put(out, (bng_two_limbs)limb + b, is_negative);
        else if (limb >= b)
                bng_limb_put(out, limb - b, is_negative);
        else
                bng_limb_put(out, b - limb, !is_negative);
}

#define BNG_LIMB_WORD(op, subtract)                                                                \
        static inline void bng_limb_##op(mpz_ptr out, mpz_srcptr a, unsigned long b)               \
        {                                                                                          \
                if (BNG_ULONG_LIMBS == 1 && bng_is_limb(a) && bng_has_two_limbs(out))              \
                        bng_limb_add_word(out, a, b, subtract);                                    \
                else                                                                               \
                        mpz_##op(out, a, b);                                                       \
        }
BNG_LIMB_WORD(add_ui, false)
BNG_LIMB_WORD(sub_ui, true)

static inline void bng_limb_ui_sub(mpz_ptr out, unsigned long a, mpz_srcptr b)
{
        if (BNG_ULONG_LIMBS == 1 && bng_is_limb(b) && bng_has_two_limbs(out))
                bng_limb_put_signed(out, (bng_signed_limbs)a - bng_limb_signed(b));
        else
                mpz_ui_sub(out, a, b);
}

static inline void bng_limb_mul_ui(mpz_ptr out, mpz_srcptr a, unsigned long b)
{
        if (BNG_ULONG_LIMBS == 1 && bng_is_limb(a) && bng_has_two_limbs(out))
                bng_limb_put(out, (bng_two_limbs)a->_mp_d[0] * b, a->_mp_size < 0);
        else
                mpz_mul_ui(out, a, b);
}

static inline void bng_limb_mul_si(mpz_ptr out, mpz_srcptr a, long b)
{
        bng_limb_mul_ui(out, a, b < 0 ? -(unsigned long)b : (unsigned long)b);
        if (b < 0)
                out->_mp_size = -out->_mp_size;
}

/* ---- a sum that is updated ---- */

static inline bng_two_limbs bng_limbs_get(mpz_srcptr n)
{
        int size = n->_mp_size;

        if (size == 0)
                return 0;
        if (size == 1 || size == -1)
                return n->_mp_d[0];
        return (bng_two_limbs)n->_mp_d[1] << GMP_NUMB_BITS | n->_mp_d[0];
}

/* out += product, with its sign; out has up to two limbs, and room for three. */
static inline void bng_limbs_add(mpz_ptr out, bng_two_limbs product, bool is_negative)
{
        bng_two_limbs before = bng_limbs_get(out);
        bool was_negative = out->_mp_size < 0;

        if (was_negative == is_negative) {
                bng_two_limbs sum = before + product;
                bng_limb_put(out, sum, is_negative);
                if (sum < product) {
                        out->_mp_d[2] = 1;
                        out->_mp_size = is_negative ? -3 : 3;
                }
        } else if (before >= product) {
                bng_limb_put(out, before - product, was_negative);
        } else {
                bng_limb_put(out, product - before, is_negative);
        }
}

static inline bool bng_has_sum(mpz_srcptr out)
{
        return out->_mp_size >= -2 && out->_mp_size <= 2 && out->_mp_alloc >= 3;
}

#define BNG_LIMB_UPDATE(op, is_taken)                                                              \
        static inline void bng_limb_##op(mpz_ptr out, mpz_srcptr a, mpz_srcptr b)                  \
        {                                                                                          \
                if (bng_is_limb(a) && bng_is_limb(b) && bng_has_sum(out))                          \
                        bng_limbs_add(out, (bng_two_limbs)a->_mp_d[0] * b->_mp_d[0],               \
                                      (a->_mp_size != b->_mp_size) != (is_taken));                 \
                else                                                                               \
                        mpz_##op(out, a, b);                                                       \
        }                                                                                          \
        static inline void bng_limb_##op##_ui(mpz_ptr out, mpz_srcptr a, unsigned long b)          \
        {                                                                                          \
                if (BNG_ULONG_LIMBS == 1 && bng_is_limb(a) && bng_has_sum(out))                    \
                        bng_limbs_add(out, (bng_two_limbs)a->_mp_d[0] * b,                         \
                                      (a->_mp_size < 0) != (is_taken));                            \
                else                                                                               \
                        mpz_##op##_ui(out, a, b);                                                  \
        }
BNG_LIMB_UPDATE(addmul, false)
BNG_LIMB_UPDATE(submul, true)

/* ---- shifts ---- */

static inline void bng_limb_mul_2exp(mpz_ptr out, mpz_srcptr a, mp_bitcnt_t n)
{
        if (n < GMP_NUMB_BITS && bng_is_limb(a) && bng_has_two_limbs(out))
                bng_limb_put(out, (bng_two_limbs)a->_mp_d[0] << n, a->_mp_size < 0);
        else
                mpz_mul_2exp(out, a, n);
}

static inline void bng_limb_tdiv_q_2exp(mpz_ptr out, mpz_srcptr a, mp_bitcnt_t n)
{
        if (n < GMP_NUMB_BITS && bng_is_limb(a) && bng_has_two_limbs(out))
                bng_limb_put(out, a->_mp_d[0] >> n, a->_mp_size < 0);
        else
                mpz_tdiv_q_2exp(out, a, n);
}

static inline void bng_limb_fdiv_q_2exp(mpz_ptr out, mpz_srcptr a, mp_bitcnt_t n)
{
        if (n < GMP_NUMB_BITS && bng_is_limb(a) && bng_has_two_limbs(out))
                bng_limb_put_signed(out, bng_limb_signed(a) >> n);
        else
                mpz_fdiv_q_2exp(out, a, n);
}

/* ---- division, d not 0; where all is positive the ways to round down are one ---- */

#define BNG_LIMB_DIVISION(op, is_short, result, is_negative)                                       \
        static inline void bng_limb_##op(mpz_ptr out, mpz_srcptr a, mpz_srcptr d)                  \
        {                                                                                          \
                if (is_short(a) && is_short(d) && bng_has_two_limbs(out))                          \
                        bng_limb_put(out, result, is_negative);                                    \
                else                                                                               \
                        mpz_##op(out, a, d);                                                       \
        }
BNG_LIMB_DIVISION(tdiv_q, bng_is_limb, a->_mp_d[0] / d->_mp_d[0], a->_mp_size != d->_mp_size)
BNG_LIMB_DIVISION(tdiv_r, bng_is_limb, a->_mp_d[0] % d->_mp_d[0], a->_mp_size < 0)
BNG_LIMB_DIVISION(fdiv_q, bng_is_positive_limb, a->_mp_d[0] / d->_mp_d[0], false)
BNG_LIMB_DIVISION(fdiv_r, bng_is_positive_limb, a->_mp_d[0] % d->_mp_d[0], false)
BNG_LIMB_DIVISION(mod, bng_is_positive_limb, a->_mp_d[0] % d->_mp_d[0], false)
