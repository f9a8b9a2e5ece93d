/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Measures this machine: operations of each pace, as long as the built-in curves say that 1, 10 and
 * 100 ms are, and a little more or less, and what they take over what is predicted for them.
 */

#include <gmp.h>
#include "bignum-guard.h"
#include "predict/speed.h"

#define MEASUREMENTS (BNG_PACES * BNG_SPEED_POINTS)

/*
 * Sets the factor of one pace at one point, under a context without limits. Any status but BNG_OK:
 * the context's, when it was interrupted; the factor is then as it was.
 */
bng_status measure(bng_ctx *ctx, enum bng_pace pace, unsigned point, double *factor);
