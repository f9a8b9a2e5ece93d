/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Stirling's formula with proven error terms (H. Robbins, "A remark on Stirling's formula", 1955):
 *
 *   n! = sqrt(2 pi n) (n/e)^n e^r(n),   1/(12n+1) < r(n) < 1/(12n),   n >= 1.
 *
 * The pieces that factorials and binomials share. Even for n = 1 the two ends of r differ by less
 * than 0.01 bits.
 */

#include "bounds/log2.h"

/* log2(e), 1/ln 2, and log2(2 pi), each rounded down and up. */
#define BNG_LOG2_E_DN ((struct bng_fixed){1, 0x71547652b82fe177})
#define BNG_LOG2_E_UP ((struct bng_fixed){1, 0x71547652b82fe178})
#define BNG_LOG2_2PI_DN ((struct bng_fixed){2, 0xa6c873498ddf75b0})
#define BNG_LOG2_2PI_UP ((struct bng_fixed){2, 0xa6c873498ddf75b1})

/* r(n) / ln 2. */
struct bng_enclosure bng_stirling_rest(uint64_t n);
