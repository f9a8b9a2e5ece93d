/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Powers modulo a number once more, taken in steps however short the work is. */

#include "predict/time.h"
#include "steps/steps.h"

bool always_in_steps(mpz_ptr rop, mpz_srcptr base, mpz_srcptr exponent, mpz_srcptr modulus,
                     const struct bng_stop *stop);

#undef BNG_POWER_AT_ONCE_SECONDS
#define BNG_POWER_AT_ONCE_SECONDS 0
#define bng_steps_power_modulo always_in_steps
#include "steps/modular.c"
#undef bng_steps_power_modulo
