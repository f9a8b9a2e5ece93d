/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include "guard/operation.h"

/*
 * Powers, roots, and the numbers that grow from a small argument. Those that end in _z take an
 * argument of any size: one that is no machine word is refused with its magnitude, unless it does
 * not matter, as in 1 ** huge.
 */

#define TO_POWER (const mpz_t base, const mpz_t exp)
#define OF_WORD (unsigned long n)
#define OF_INTEGER (const mpz_t n)

STEPPED(pow, TO_POWER, bng_predict_power(Z(base), Z(exp)),
        bng_steps_power(out, base, bng_saturated_word(exp), stop))

/* GMP makes room for so many limbs at most, in which a power surely fits. */
#define SMALL_EXPONENT 1024
#define POWER_LIMBS(base_limbs)                                                                    \
        ((base_limbs) < SMALL_EXPONENT && exp < SMALL_EXPONENT ? (base_limbs)*exp + 8 : NOT_SMALL)

SMALL_STEPPED(pow_ui, (const mpz_t base, unsigned long exp), (base, exp),
              POWER_LIMBS(mpz_size(base)), bng_predict_power(Z(base), U(exp)),
              bng_steps_power(out, base, exp, stop), mpz_pow_ui(out, base, exp))
SMALL_STEPPED(ui_pow_ui, (unsigned long base, unsigned long exp), (base, exp),
              POWER_LIMBS(BNG_ULONG_LIMBS), bng_predict_power(U(base), U(exp)),
              bng_steps_power(out, BNG_WORD(base), exp, stop), mpz_ui_pow_ui(out, base, exp))

OPERATION(sqrt, (const mpz_t a), bng_predict_root(Z(a), U(2)), mpz_sqrt(out, a))
OPERATION(root, (const mpz_t a, unsigned long k), bng_predict_root(Z(a), U(k)), mpz_root(out, a, k))
OPERATION(root_z, (const mpz_t a, const mpz_t k), bng_predict_root(Z(a), Z(k)),
          mpz_root(out, a, bng_saturated_word(k)))

STEPPED(fac_ui, OF_WORD, bng_predict_factorial(U(n)), bng_steps_factorial(out, n, stop))
OPERATION(2fac_ui, OF_WORD, bng_predict_multifactorial(U(n), 2), mpz_2fac_ui(out, n))
OPERATION(mfac_uiui, (unsigned long n, unsigned long m), bng_predict_multifactorial(U(n), m),
          mpz_mfac_uiui(out, n, m))
STEPPED(fac_z, OF_INTEGER, bng_predict_factorial(Z(n)),
        bng_steps_factorial(out, mpz_get_ui(n), stop))
STEPPED(primorial_ui, OF_WORD, bng_predict_primorial(U(n)), bng_steps_primorial(out, n, stop))
STEPPED(primorial_z, OF_INTEGER, bng_predict_primorial(Z(n)),
        bng_steps_primorial(out, mpz_get_ui(n), stop))
STEPPED(fib_ui, OF_WORD, bng_predict_fibonacci(U(n)), bng_steps_fibonacci(out, n, stop))
STEPPED(fib_z, OF_INTEGER, bng_predict_fibonacci(Z(n)),
        bng_steps_fibonacci(out, mpz_get_ui(n), stop))
STEPPED(lucnum_ui, OF_WORD, bng_predict_lucas(U(n)), bng_steps_lucas(out, n, stop))
STEPPED(lucnum_z, OF_INTEGER, bng_predict_lucas(Z(n)), bng_steps_lucas(out, mpz_get_ui(n), stop))

/* ---- binomials ---- */

/*
 * binomial(n, k) = binomial(n, n - k) for n >= k: where k is no word, n - k may be one. Subtracts
 * without memory. Only the lowest limb of the difference may be other than 0.
 */
static bool word_difference(const mpz_t n, const mpz_t k, unsigned long *difference)
{
        uint64_t lowest = 0;
        bool borrow = false;

        for (size_t i = 0; i < mpz_size(n); i++) {
                mp_limb_t a = mpz_getlimbn(n, (mp_size_t)i);
                mp_limb_t b = mpz_getlimbn(k, (mp_size_t)i);
                mp_limb_t limb = a - b - borrow;
                borrow = a < b || (a == b && borrow);
                if (i == 0)
                        lowest = limb;
                else if (limb != 0)
                        return false;
        }
        *difference = (unsigned long)lowest;
        return *difference == lowest;
}

/*
 * The same binomial from the other side. For n >= k it is binomial(n, rest) with rest = n - k; for
 * n < 0 it is, with the sign (-1)^k, binomial(k + rest, rest) with rest = -n - 1. Is the rest the
 * smaller one, and a word? For k > 0.
 */
static bool has_smaller_rest(const mpz_t n, const mpz_t k, unsigned long *rest)
{
        if (mpz_sgn(n) < 0)
                *rest = bng_saturated_word(n) - 1;
        else if (mpz_cmp(n, k) < 0 || !word_difference(n, k, rest))
                return false;
        return mpz_cmp_ui(k, *rest) > 0 && (mpz_sgn(n) >= 0 || mpz_cmpabs_ui(n, ULONG_MAX) <= 0);
}

static struct bng_prediction predict_binomial(const mpz_t n, const mpz_t k)
{
        unsigned long rest;

        if (mpz_sgn(n) >= 0 && mpz_cmp(n, k) < 0)
                return bng_predict_copy(U(0));
        if (mpz_sgn(k) <= 0 || !has_smaller_rest(n, k, &rest))
                return bng_predict_binomial(Z(n), Z(k));
        return bng_predict_binomial(mpz_sgn(n) < 0 ? bng_predict_add(Z(k), U(rest)).result : Z(n),
                                    U(rest));
}

/* Of a negative n: binomial(n, k) = (-1)^k binomial(|n| + k - 1, k). */
static bool binomial(mpz_ptr out, const mpz_t n, unsigned long k, const struct bng_stop *stop)
{
        if (mpz_fits_ulong_p(n))
                return bng_steps_binomial(out, mpz_get_ui(n), k, stop);
        if (mpz_sgn(n) >= 0 || mpz_cmpabs_ui(n, ULONG_MAX - k) > 0) {
                mpz_bin_ui(out, n, k);
                return true;
        }
        if (!bng_steps_binomial(out, mpz_get_ui(n) + k - 1, k, stop))
                return false;
        if (k % 2 == 1)
                mpz_neg(out, out);
        return true;
}

static bool binomial_of_negative(mpz_ptr out, const mpz_t k, unsigned long rest,
                                 const struct bng_stop *stop)
{
        bool is_odd = mpz_odd_p(k);
        mpz_t top;

        mpz_init(top);
        mpz_add_ui(top, k, rest);
        bool done = binomial(out, top, rest, stop);
        mpz_clear(top);
        if (done && is_odd)
                mpz_neg(out, out);
        return done;
}

/* Of what passes the judgement, k or the rest is a word, or the binomial is 0. */
static bool binomial_z(mpz_ptr out, const mpz_t n, const mpz_t k, const struct bng_stop *stop)
{
        unsigned long rest;

        if (mpz_sgn(n) >= 0 && mpz_cmp(n, k) < 0) {
                mpz_set_ui(out, 0);
                return true;
        }
        if (mpz_sgn(k) == 0 || !has_smaller_rest(n, k, &rest))
                return binomial(out, n, mpz_get_ui(k), stop);
        if (rest == 0) {
                mpz_set_si(out, mpz_sgn(n) < 0 && mpz_odd_p(k) ? -1 : 1);
                return true;
        }
        return mpz_sgn(n) < 0 ? binomial_of_negative(out, k, rest, stop)
                              : binomial(out, n, rest, stop);
}

STEPPED(bin_ui, (const mpz_t n, unsigned long k), predict_binomial(n, BNG_WORD(k)),
        binomial_z(out, n, BNG_WORD(k), stop))
STEPPED(bin_uiui, (unsigned long n, unsigned long k), bng_predict_binomial(U(n), U(k)),
        bng_steps_binomial(out, n, k, stop))
STEPPED(bin_z, (const mpz_t n, const mpz_t k), predict_binomial(n, k), binomial_z(out, n, k, stop))
