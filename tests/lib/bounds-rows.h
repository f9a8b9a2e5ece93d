/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Each public bound as a row: operands drawn from a source of numbers, the bound asked, the truth
 * computed by GMP. The source is a random generator in the tests and the fuzzer's bytes in the fuzz
 * target, so both try the same promises.
 */

#include <stdbool.h>
#include <stdint.h>
#include "bignum-guard.h"

struct draw {
        uint64_t (*next)(struct draw *draw);
};

/* What was promised and what came out, in bits (or in digits, words, limbs, characters). */
struct outcome {
        bng_bounds bounds;
        uint64_t truth;
        /* The most that the contract lets the bounds be apart for these operands; UINT64_MAX where
         * it promises an upper bound only. */
        uint64_t apart;
};

struct row {
        const char *name;
        struct outcome (*run)(struct draw *draw);
};

extern const struct row bounds_rows[];
extern const unsigned bounds_rows_length;

/* Before the first row and after the last one. */
void bounds_rows_begin(void);
void bounds_rows_end(void);

/* Does the outcome keep the promise? */
static inline bool outcome_is_good(struct outcome outcome)
{
        return outcome.bounds.bits_min <= outcome.truth &&
               outcome.truth <= outcome.bounds.bits_max &&
               outcome.bounds.bits_max - outcome.bounds.bits_min <= outcome.apart;
}
