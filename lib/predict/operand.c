/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/operand.h"

struct bng_operand bng_operand_range(struct bng_range size, bool may_be_negative,
                                     bool may_be_positive)
{
        return (struct bng_operand){
                .size = size,
                .may_be_negative = may_be_negative && !size.surely_zero,
                .may_be_positive = may_be_positive && !size.surely_zero,
                .may_be_odd = !size.known || size.value % 2 == 1,
                .may_be_even = !size.known || size.value % 2 == 0,
                .zeros = size.known && size.value != 0 ? (uint64_t)__builtin_ctzll(size.value) : 0,
                .zeros_known = size.known,
        };
}

/* What is known exactly has told its zeros already. No number is all zeros: a saturated count neither. */
struct bng_operand bng_operand_with_zeros(struct bng_operand operand, uint64_t zeros, bool exactly)
{
        if (operand.size.known || operand.size.surely_zero)
                return operand;
        uint64_t bits_max = bng_range_bits(operand.size).bits_max;
        operand.zeros = zeros < bits_max ? zeros : bits_max - 1;
        operand.zeros_known = exactly && !operand.size.may_be_zero;
        return operand;
}

struct bng_operand bng_operand_ui(uint64_t n)
{
        return bng_operand_range(bng_range_of_u64(n), false, true);
}

struct bng_operand bng_operand_si(int64_t n)
{
        uint64_t size = n < 0 ? -(uint64_t)n : (uint64_t)n;
        return bng_operand_range(bng_range_of_u64(size), n<0, n> 0);
}

/* The leading 64 bits of n's absolute value, n not 0, with the highest one at bit 63. */
static uint64_t leading_bits(mpz_srcptr n, uint64_t bits)
{
        uint64_t lead = 0;
        uint64_t missing = 64;
        uint64_t in_limb = (bits - 1) % GMP_NUMB_BITS + 1;

        for (size_t i = mpz_size(n); i > 0 && missing > 0; i--) {
                uint64_t limb = mpz_getlimbn(n, (mp_size_t)i - 1);
                uint64_t taken = in_limb < missing ? in_limb : missing;
                lead |= limb >> (in_limb - taken) << (missing - taken);
                missing -= taken;
                in_limb = GMP_NUMB_BITS;
        }
        return lead;
}

struct bng_operand bng_operand_z(mpz_srcptr n)
{
        if (mpz_sgn(n) == 0)
                return bng_operand_ui(0);

        uint64_t bits = mpz_sizeinbase(n, 2);
        /* Stops at the lowest one, so only multiples of huge powers of two are read for long. */
        uint64_t zeros = mpn_scan1(mpz_limbs_read(n), 0);
        bool nothing_below = bits <= 64 || zeros >= bits - 64;
        struct bng_operand operand =
                bng_operand_range(bng_range_of_leading(bits, leading_bits(n, bits), nothing_below),
                                  mpz_sgn(n) < 0, mpz_sgn(n) > 0);
        operand.may_be_odd = mpz_odd_p(n);
        operand.may_be_even = mpz_even_p(n);
        operand.zeros = zeros;
        operand.zeros_known = true;
        return operand;
}
