/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* MPFR as the oracle for fixed point numbers: 600 bits, enough to hold any of them exactly. */

#include <stdarg.h>
#include <stdint.h>
#define MPFR_USE_INTMAX_T
#include <mpfr.h>
#include "bounds-check.h"
#include "bounds/fixed.h"

#define PRECISION 600

static inline void set_fixed(mpfr_t x, struct bng_fixed f)
{
        mpfr_t frac;

        mpfr_init2(frac, PRECISION);
        mpfr_set_uj(x, f.whole, MPFR_RNDN);
        mpfr_set_uj_2exp(frac, f.frac, -64, MPFR_RNDN);
        mpfr_add(x, x, frac, MPFR_RNDN);
        mpfr_clear(frac);
}

/* x + n ulps */
static inline void add_ulps(mpfr_t sum, mpfr_t x, int64_t n)
{
        mpfr_t ulps;

        mpfr_init2(ulps, PRECISION);
        mpfr_set_sj_2exp(ulps, n, -64, MPFR_RNDN);
        mpfr_add(sum, x, ulps, MPFR_RNDN);
        mpfr_clear(ulps);
}
