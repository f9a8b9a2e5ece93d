/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * From which lengths on the GMP that is linked multiplies by transforms and divides by inverses, in
 * limbs. No length below does. Of numbers whose lengths are not known the lowest are assumed: by
 * each of these ways GMP holds more than by the one for shorter numbers.
 */

#include <stdbool.h>
#include <stdint.h>
#include <gmp.h>

struct bng_tuning {
        /* A transform: of a factor. */
        uint16_t multiply;
        uint16_t square;
        /* A quotient without its remainder in two halves: of it and the divisor. */
        uint16_t quotient_halves;
        /* By an inverse, of the quotient: with its remainder, without it. */
        uint16_t remainder_inverse;
        uint16_t quotient_inverse;
        /* The same of the divisor, where the quotient is much longer. */
        uint16_t long_inverse;
        /* By an inverse from the low end, without a remainder: of the divisor. 0: nobody knows. */
        uint16_t exact_inverse;
};

/* Of the GMP that is linked. Asks it once; any thread. */
struct bng_tuning bng_tuning(void);

/*
 * The k of the 2^k pieces in which the GMP that is linked splits a transform modulo B^limbs + 1; -1 where
 * it does not tell, or of more limbs than were looked at. Any thread.
 */
int bng_tuning_split(uint64_t limbs, bool is_square);

/*
 * Of a GMP of this version whose mpn_fft_best_k is `split`, NULL if nobody knows it. What is not
 * known has the lowest lengths of all.
 */
struct bng_tuning bng_tuning_of(const char *version, int (*split)(mp_size_t limbs, int is_square));

/* For tests: as if the GMP that is linked were not known; or as it is. */
void bng_tuning_forget(bool forget);
