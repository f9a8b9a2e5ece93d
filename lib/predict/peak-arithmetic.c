/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/limbs.h"
#include "predict/peak.h"
#include "predict/scratch.h"

/*
 * The peaks of products and of what is made of them: the result in the room that GMP makes for it,
 * and the scratch. Where the destination is an operand too, GMP copies the operand or keeps its old
 * block, instead of making that room or beside it; both are no more.
 */

uint64_t bng_peak_multiply(uint64_t a_bits, uint64_t b_bits)
{
        uint64_t a = bng_limbs_of_bits(a_bits);
        uint64_t b = bng_limbs_of_bits(b_bits);

        if (a == 0 || b == 0)
                return bng_bytes_of_limbs(1);
        return bng_bytes_of_limbs(a + b + bng_scratch_multiply(a, b));
}

uint64_t bng_peak_exact_product(uint64_t a_bits, uint64_t b_bits)
{
        uint64_t a = bng_limbs_of_bits(a_bits);
        uint64_t b = bng_limbs_of_bits(b_bits);

        if (a == 0 || b == 0)
                return bng_bytes_of_limbs(1);
        return bng_bytes_of_limbs(a + b + bng_scratch_exact_product(a, b));
}

uint64_t bng_peak_square(uint64_t a_bits)
{
        uint64_t a = bng_limbs_of_bits(a_bits);

        return bng_bytes_of_limbs(2 * a + bng_scratch_square(a));
}

uint64_t bng_peak_exact_square(uint64_t a_bits)
{
        uint64_t a = bng_limbs_of_bits(a_bits);

        return bng_bytes_of_limbs(2 * a + bng_scratch_exact_square(a));
}

/* A carry, as the sum's room has it (bng_predicted); the header of a block. */
#define SPARE_LIMBS 3
#define BLOCK_LIMBS 4

/*
 * The sum where there is room for it, to where r is moved, and the product by itself. Of a single
 * limb there is no product.
 */
uint64_t bng_peak_add_product(uint64_t r_bits, uint64_t a_bits, uint64_t b_bits,
                              uint64_t product_bytes)
{
        uint64_t r = bng_limbs_of_bits(r_bits);
        uint64_t a = bng_limbs_of_bits(a_bits);
        uint64_t b = bng_limbs_of_bits(b_bits);
        uint64_t room = bng_bytes_of_limbs(bng_max(r, a + b) + SPARE_LIMBS);

        if (a <= 1 || b <= 1)
                return room;
        return bng_sat_add(room, bng_sat_add(product_bytes, bng_bytes_of_limbs(BLOCK_LIMBS)));
}
