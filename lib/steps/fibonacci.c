/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "steps/steps.h"

/*
 * Fibonacci and Lucas numbers by doubling, with GMP's formulas: from F(k) and F(k-1) two squares
 * lead to F(2k+1), F(2k) and F(2k-1), and the last step needs a single product.
 *
 *     F(2k+1) = 4 F(k)^2 - F(k-1)^2 + 2 (-1)^k        L(2k+1) = 5 F(k-1) (2 F(k) + F(k-1)) - 4 (-1)^k
 *     F(2k-1) = F(k)^2 + F(k-1)^2                     L(2k)   = L(k)^2 - 2 (-1)^k
 *     F(2k)   = F(k) (F(k) + 2 F(k-1))
 */

/* Up to here GMP's in one piece. */
#define AT_ONCE 400000

static void add_signed(mpz_ptr rop, unsigned long n, bool negative)
{
        if (negative)
                mpz_sub_ui(rop, rop, n);
        else
                mpz_add_ui(rop, rop, n);
}

/* One doubling: F(k), F(k-1) to F(2k), F(2k-1) or, if odd, to F(2k+1), F(2k). */
static bool double_pair(mpz_ptr f, mpz_ptr before, unsigned long k, bool odd,
                        const struct bng_stop *stop)
{
        if (!bng_steps_multiply(f, f, f, stop) || !bng_steps_multiply(before, before, before, stop))
                return false;
        mpz_t sum;
        mpz_init(sum);
        mpz_add(sum, f, before); /* F(2k-1) */
        mpz_mul_2exp(f, f, 2);
        mpz_sub(f, f, before);
        add_signed(f, 2, k % 2 == 1); /* F(2k+1) */
        if (odd) {
                mpz_sub(before, f, sum);
        } else {
                mpz_sub(f, f, sum);
                mpz_swap(before, sum);
        }
        mpz_clear(sum);
        return true;
}

/* f = F(n), before = F(n-1), n > 0 */
static bool pair(mpz_ptr f, mpz_ptr before, unsigned long n, const struct bng_stop *stop)
{
        if (n <= AT_ONCE) {
                mpz_fib2_ui(f, before, n);
                return !bng_stop_now(stop);
        }
        return pair(f, before, n / 2, stop) && double_pair(f, before, n / 2, n % 2 == 1, stop);
}

/* f = F(n) of the pair at k = n / 2, which is used up. */
static bool last_fibonacci(mpz_ptr f, mpz_ptr before, unsigned long n, const struct bng_stop *stop)
{
        if (n % 2 == 0) {
                mpz_mul_2exp(before, before, 1);
                mpz_add(before, before, f);
                return bng_steps_multiply(f, f, before, stop);
        }
        mpz_t difference;
        mpz_init(difference);
        mpz_mul_2exp(f, f, 1);
        mpz_sub(difference, f, before);
        mpz_add(f, f, before);
        bool done = bng_steps_multiply(f, f, difference, stop);
        mpz_clear(difference);
        add_signed(f, 2, n / 2 % 2 == 1);
        return done;
}

bool bng_steps_fibonacci(mpz_ptr rop, unsigned long n, const struct bng_stop *stop)
{
        mpz_t f, before;

        if (n <= AT_ONCE) {
                mpz_fib_ui(rop, n);
                return true;
        }
        mpz_inits(f, before, NULL);
        bool done = pair(f, before, n / 2, stop) && last_fibonacci(f, before, n, stop);
        if (done)
                mpz_swap(rop, f);
        mpz_clears(f, before, NULL);
        return done;
}

/* The Lucas number of an odd n. */
static bool odd_lucas(mpz_ptr lucas, unsigned long n, const struct bng_stop *stop)
{
        mpz_t before;

        mpz_init(before);
        bool done = pair(lucas, before, n / 2, stop);
        if (done) {
                mpz_mul_2exp(lucas, lucas, 1);
                mpz_add(lucas, lucas, before);
                done = bng_steps_multiply(lucas, lucas, before, stop);
        }
        mpz_clear(before);
        if (done) {
                mpz_mul_ui(lucas, lucas, 5);
                add_signed(lucas, 4, n / 2 % 2 == 0);
        }
        return done;
}

static bool lucas_number(mpz_ptr lucas, unsigned long n, const struct bng_stop *stop)
{
        if (n <= AT_ONCE) {
                mpz_lucnum_ui(lucas, n);
                return !bng_stop_now(stop);
        }
        if (n % 2 == 1)
                return odd_lucas(lucas, n, stop);
        if (!lucas_number(lucas, n / 2, stop) || !bng_steps_multiply(lucas, lucas, lucas, stop))
                return false;
        add_signed(lucas, 2, n / 2 % 2 == 0);
        return true;
}

bool bng_steps_lucas(mpz_ptr rop, unsigned long n, const struct bng_stop *stop)
{
        mpz_t lucas;

        mpz_init(lucas);
        bool done = lucas_number(lucas, n, stop);
        if (done)
                mpz_swap(rop, lucas);
        mpz_clear(lucas);
        return done;
}
