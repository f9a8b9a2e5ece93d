/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Rows of what grows: powers, factorials, binomials, and numbers by their place in a sequence. */

#include "bounds-operands.h"

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

ROW(nextprime)
{
        operand(draw, a, 40);
        mpz_nextprime(result, a);
        return of(bng_bounds_nextprime(bits_of(a)), result, 1);
}
