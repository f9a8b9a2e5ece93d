/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/log2.h"
#include "bounds/log2-table.h"

/*
 * log2 in two steps. A number of `bits` bits is m * 2^(bits-1) with m in [1, 2). The seven bits
 * after m's leading one choose a reciprocal r of 17 bits, slightly too large on purpose, so that
 * m r = 1 + z with 0 <= z < 2^-6.98, computed without error. Then
 *
 *   log2(m) = -log2(r) + log2(1 + z) = table[j] + z * p(z)
 *   p(z) = (1 - z/2 + z^2/3 - ...) / ln 2
 *
 * r is 1 for j = 0, so a power of two has z = 0 and comes out exact. No other number does: its
 * logarithm is irrational, hence never equal to an end of its enclosure.
 */

/* floor(2^63 / (i ln 2)) for i = 1..9. */
static const uint64_t coefficients[9] = {
        0xb8aa3b295c17f0bb, 0x5c551d94ae0bf85d, 0x3d8e13b87407fae9,
        0x2e2a8eca5705fc2e, 0x24eed8a1df37fcf2, 0x1ec709dc3a03fd74,
        0x1a61762a7aded93f, 0x171547652b82fe17, 0x1484b13d7c02a8f8,
};

/*
 * p(z) in units of 2^-63, for z70 = z * 2^70 and z < 2^-6.98. |error| < 1.2: each Horner step cuts
 * a coefficient (below by < 1) and a product (which is subtracted: above by < 1) and passes on
 * 2^-6.98 of the error before it, together < 1.01; the series alternates, so what follows its ninth
 * term lies in [-z^9/(10 ln 2), 0], less than 0.2 units.
 */
static uint64_t ratio_63(uint64_t z70)
{
        uint64_t p = coefficients[8];

        for (int i = 7; i >= 0; i--)
                p = coefficients[i] - (bng_mul_high(z70, p) >> 6);
        return p;
}

struct bng_enclosure bng_log2_leading(uint64_t bits, uint64_t lead, bool exact)
{
        struct bng_fixed whole = bng_fixed_of(bits - 1);
        unsigned j = lead >> 56 & 127;
        uint32_t r = ((UINT32_C(1) << 23) + 127 + j) / (128 + j);
        uint64_t product_hi, product_lo, z70, h, cut;
        struct bng_enclosure log;

        if (exact && lead == UINT64_C(1) << 63)
                return (struct bng_enclosure){whole, whole};

        /* lead * r = (1 + z) * 2^79; z * 2^70 is cut by less than one. */
        bng_mul_wide(lead, r, &product_hi, &product_lo);
        z70 = (product_hi - (UINT64_C(1) << 15)) << 55 | product_lo >> 9;

        /*
         * h is z * p(z) in units of 2^-69, off by: 1 for its own cut and 0.72 for z's (both below,
         * p <= 1.4427 and z counts half), and 0.62 either way for p's 1.2 units times z. So the
         * truth is in (h - 1, h + 3).
         */
        h = bng_mul_high(z70, ratio_63(z70));
        log.lo = (struct bng_fixed){whole.whole, bng_log2_table[j]};
        log.hi = log.lo;
        if (h)
                log.lo = bng_fixed_add(log.lo, (struct bng_fixed){0, (h - 1) >> 5});
        /*
         * Upwards: the shift's cut, the table's, and for digits below the leading 64 bits at most
         * log2(1 + 2^-63), 2.89 ulps. Nothing with `bits` bits reaches 2^bits.
         */
        cut = 1 + (j > 0) + (exact ? 0 : 3);
        log.hi = bng_fixed_add(log.hi, (struct bng_fixed){0, ((h + 3) >> 5) + cut});
        if (log.hi.whole >= bits)
                log.hi = bng_fixed_of(bits);
        return log;
}

struct bng_enclosure bng_log2_u64(uint64_t n)
{
        int zeros = __builtin_clzll(n);

        return bng_log2_leading((uint64_t)(64 - zeros), n << zeros, true);
}

struct bng_enclosure bng_log2_fixed(struct bng_fixed x)
{
        int zeros = __builtin_clzll(x.whole);
        uint64_t lead = x.whole << zeros;
        uint64_t rest = x.frac;

        if (zeros) {
                lead |= x.frac >> (64 - zeros);
                rest = x.frac << zeros;
        }
        return bng_log2_leading((uint64_t)(64 - zeros), lead, rest == 0);
}

struct bng_enclosure bng_log2_1p_ratio(uint64_t x_frac)
{
        uint64_t p = ratio_63(x_frac << 6);
        struct bng_fixed middle = {p >> 63, p << 1};
        struct bng_fixed error = {0, 4};

        return (struct bng_enclosure){bng_fixed_sub(middle, error), bng_fixed_add(middle, error)};
}

/* floor(2^62 / i!) for i = 0..20. */
static const uint64_t factorials[21] = {
        0x4000000000000000, 0x4000000000000000, 0x2000000000000000, 0x0aaaaaaaaaaaaaaa,
        0x02aaaaaaaaaaaaaa, 0x0088888888888888, 0x0016c16c16c16c16, 0x0003403403403403,
        0x0000680680680680, 0x00000b8ef1d2ab63, 0x00000127e4fb7789, 0x0000001ae64567f5,
        0x000000023ddb1dff, 0x000000002c248c27, 0x0000000003272e95, 0x000000000035cfe7,
        0x0000000000035cfe, 0x00000000000032a5, 0x00000000000002d0, 0x0000000000000025,
        0x0000000000000001,
};

/*
 * 2^f in units of 2^-62 for f = f_frac / 2^64 by exp's series at y = f ln 2, from below, the truth
 * less than 6 above it. A Horner step cuts the product by 1 and, from i = 3 on, the coefficient by
 * 1, and passes on y < 0.6932 of the error before it: below 6.6 down to i = 3, then 5.6, 4.9 and
 * 4.4. y itself is cut by less than 2 units of 2^-64, which exp (slope <= 2) makes one of 2^-62;
 * what follows the last term is below 2^-76.
 */
static uint64_t exp2_62(uint64_t f_frac)
{
        const uint64_t ln2_64 = 0xb17217f7d1cf79ab;
        uint64_t y = bng_mul_high(f_frac, ln2_64);
        uint64_t p = factorials[20];

        for (int i = 19; i >= 0; i--)
                p = factorials[i] + bng_mul_high(y, p);
        return p;
}

/* 2^f as an enclosure in [1, 2]; exact for f = 0. */
static struct bng_enclosure exp2_frac(uint64_t f_frac)
{
        const uint64_t two = UINT64_C(1) << 63;
        uint64_t lo, hi;

        if (!f_frac)
                return (struct bng_enclosure){bng_fixed_of(1), bng_fixed_of(1)};
        lo = exp2_62(f_frac);
        hi = lo + 6 < two ? lo + 6 : two;
        return (struct bng_enclosure){{lo >> 62, lo << 2}, {hi >> 62, hi << 2}};
}

static struct bng_fixed shift_left(struct bng_fixed x, uint64_t n)
{
        if (!n)
                return x;
        if (n >= 64 || x.whole >> (64 - n))
                return BNG_FIXED_MAX;
        return (struct bng_fixed){x.whole << n | x.frac >> (64 - n), x.frac << n};
}

struct bng_enclosure bng_exp2(struct bng_fixed x)
{
        struct bng_enclosure power = exp2_frac(x.frac);

        return (struct bng_enclosure){shift_left(power.lo, x.whole), shift_left(power.hi, x.whole)};
}

struct bng_enclosure bng_exp2_negative(struct bng_fixed x)
{
        /* 2^-(w + f) = 2^(1 - f) * 2^-(w + 1) */
        struct bng_enclosure power = exp2_frac(-x.frac);
        uint64_t n = x.frac && x.whole != UINT64_MAX ? x.whole + 1 : x.whole;

        return (struct bng_enclosure){bng_fixed_shr_dn(power.lo, n), bng_fixed_shr_up(power.hi, n)};
}
