/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/limbs.h"
#include "predict/peak.h"
#include "predict/scratch.h"

/*
 * The peaks of conversion. Where the base is a power of two digits are bits, and nothing is needed
 * but the text and the number. In other bases both ways divide and conquer by a table of powers of
 * the base, each the square of the one before (mpn_compute_powtab), and all of them together as
 * long as the number. The worst moment is the first division, or the last product.
 */

/* Two lists of powers' limbs, and what tables are rounded up by. */
#define ROUNDING (4 * 64 + 32)

/*
 * The largest power has half the number's limbs, without those at its end that are 0: of a base
 * 2^z m, z of its log2(base) bits.
 */
static uint64_t largest_power(uint64_t number, unsigned base)
{
        /* log2(base) rounded up, in 16ths. */
        unsigned log2_16 = 0;
        double reached = 1;
        while (reached < base) {
                reached *= 1.0442737824274138; /* 2^(1/16) */
                log2_16++;
        }
        unsigned zeros_16 = 16 * (unsigned)__builtin_ctz(base);
        return number / 2 - number / 2 * zeros_16 / log2_16 + 2;
}

/* mpn_get_str: a copy of the number, the powers, and as much for the quotients; the text is extra. */
uint64_t bng_peak_print(uint64_t bits, unsigned base)
{
        uint64_t number = bng_limbs_of_bits(bits);

        if (bng_digits_are_bits(base))
                return 0;
        uint64_t power = largest_power(number, base);
        uint64_t zeros = number / 2 - (power < number / 2 ? power : number / 2);
        uint64_t scratch = bng_scratch_remainder(number - zeros, power);
        return bng_bytes_of_limbs(3 * number + ROUNDING + scratch);
}

/*
 * mpz_set_str: the digits a byte each, which are extra; room for the number as its digits would
 * have it, the powers, and as much for the parts.
 */
uint64_t bng_peak_parse(uint64_t digits, unsigned base)
{
        unsigned in_limb = 0; /* digits */
        double left = GMP_NUMB_BITS == 64 ? 0x1p64 : 0x1p32;

        if (bng_digits_are_bits(base))
                return bng_bytes_of_limbs(
                        bng_limbs_of_bits(bng_sat_mul(digits, (unsigned)__builtin_ctz(base))) + 2);
        for (; left >= base; left /= base)
                in_limb++;
        uint64_t number = digits / in_limb + 2;
        if (number >= BNG_LIMBS_BEYOND)
                return UINT64_MAX;
        uint64_t half = number / 2 + 2;
        uint64_t scratch = bng_scratch_product(half, half - 2);
        uint64_t uneven = bng_scratch_multiply(half, largest_power(number, base));
        return bng_bytes_of_limbs(3 * number + ROUNDING + (scratch > uneven ? scratch : uneven));
}
