/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How a power modulo a number is cut in steps (steps/modular.c), which lengths alone decide: whether at
 * all, how many powers are kept, and how many squares in a row are one call of GMP's. Any thread.
 */

#include <stdbool.h>
#include "bounds/checked.h"
#include "predict/time.h"

/* GMP's own table has up to as many entries, of exponents as long as these. */
#define BNG_POWER_ROWS_MAX 9
#define BNG_POWER_BITS_PER_ENTRY 8

/* What a call may take, and squares that are worth one; more in one need a long exponent. */
#define BNG_CALL_SECONDS 0.02
#define BNG_CALL_SQUARES_MIN 16
#define BNG_CALL_SQUARES_MAX 4096

/*
 * The rows of an exponent of so many bits, with as many entries as 2 to their number. A column is a product,
 * and so is an entry: another row saves exponent / (rows (rows + 1)) of the one, and takes as many of
 * the other as there are already.
 */
static inline unsigned bng_power_rows(uint64_t exponent_bits)
{
        unsigned rows = 1;

        while (rows < BNG_POWER_ROWS_MAX && exponent_bits / (rows * (rows + 1)) > 1u << rows &&
               exponent_bits / BNG_POWER_BITS_PER_ENTRY >= 1u << (rows + 1))
                rows++;
        return rows;
}

/* How many squares GMP makes in a moment. */
static inline uint64_t bng_power_squares_at_once(uint64_t modulus_bits, uint64_t twos)
{
        struct bng_time most = bng_time_power_modulo(0, BNG_CALL_SQUARES_MAX, modulus_bits, twos);

        return most.seconds <= BNG_CALL_SECONDS
                       ? BNG_CALL_SQUARES_MAX
                       : (uint64_t)(BNG_CALL_SECONDS / most.seconds * BNG_CALL_SQUARES_MAX);
}

/* GMP's in one piece. */
static inline bool bng_power_is_quick(uint64_t base_bits, uint64_t exponent_bits,
                                      uint64_t modulus_bits, uint64_t twos)
{
        return bng_time_power_modulo(base_bits, exponent_bits, modulus_bits, twos).seconds <
               BNG_POWER_AT_ONCE_SECONDS;
}
