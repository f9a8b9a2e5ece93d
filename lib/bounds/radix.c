/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/range.h"
#include "bounds/log2.h"

/*
 * Digits: `count` of them in base b write numbers below b^count, and a number n takes
 * floor(log2(n) / log2(b)) + 1, hence at most ceil(log2(hi) / log2(b)) if it is below hi.
 *
 * The divisor, below 6, is taken as an integer of 2^-61 with its error on the safe side. That is a
 * relative error of 2^-61, so a quotient below 2^37 is off by less than 2^-24. For bases that are
 * powers of two all is exact.
 */

static bool is_base(unsigned base)
{
        return base >= 2 && base <= 62;
}

struct bng_range bng_range_of_digits(uint64_t count, unsigned base)
{
        struct bng_magnitude hi;

        if (!is_base(base))
                return bng_range_unknown();
        if (!count)
                return bng_range_zero();
        hi = bng_magnitude_pow_u64_hi(bng_magnitude_hi(bng_log2_u64(base).hi), count);
        return bng_range_or_zero(bng_range_between(BNG_MAGNITUDE_ONE, hi));
}

/* x < 2^63 over a logarithm in [1, 6), rounded down and up to integers. */
static uint64_t divide_dn(struct bng_fixed x, struct bng_fixed log)
{
        struct bng_fixed eighth = bng_fixed_shr_dn(x, 3);
        struct bng_fixed up = bng_fixed_add(log, (struct bng_fixed){0, 7});
        uint64_t rest;

        return bng_div_wide(eighth.whole, eighth.frac, up.whole << 61 | up.frac >> 3, &rest);
}

static uint64_t divide_up(struct bng_fixed x, struct bng_fixed log)
{
        struct bng_fixed eighth = bng_fixed_shr_up(x, 3);
        uint64_t rest, quotient;

        quotient = bng_div_wide(eighth.whole, eighth.frac, log.whole << 61 | log.frac >> 3, &rest);
        return quotient + (rest != 0);
}

bng_digits bng_range_digits(struct bng_range a, unsigned base)
{
        bng_digits digits = {1, UINT64_MAX};
        struct bng_enclosure log;

        if (!is_base(base))
                return (bng_digits){0, UINT64_MAX};
        if (a.known) {
                digits.digits_max = 1;
                for (uint64_t n = a.value; n >= base; n /= base)
                        digits.digits_max++;
                digits.digits_min = digits.digits_max;
                return digits;
        }
        log = bng_log2_u64(base);
        if (!a.may_be_zero)
                digits.digits_min = a.lo.height == 1 ? divide_dn(a.lo.top, log.hi) + 1 : UINT64_MAX;
        if (a.hi.height == 1)
                digits.digits_max = divide_up(a.hi.top, log.lo);
        return digits;
}
