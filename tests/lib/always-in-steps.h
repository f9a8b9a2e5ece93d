/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Powers modulo a number once more, taken in steps however short the work is. */

#include "predict/power-steps.h"
#include "steps/steps.h"

bool always_in_steps(mpz_ptr rop, mpz_srcptr base, mpz_srcptr exponent, mpz_srcptr modulus,
                     const struct bng_stop *stop);

#define bng_power_is_quick(base, exponent, modulus, twos)                                          \
        ((void)(base), (void)(exponent), (void)(modulus), (void)(twos), false)
#define bng_steps_power_modulo always_in_steps
#include "steps/modular.c"
#undef bng_steps_power_modulo
#undef bng_power_is_quick
