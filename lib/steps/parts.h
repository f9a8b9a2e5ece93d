/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the steps have in common: looking at a part of a number without copying it. */

#include <gmp.h>
#include <stddef.h>

/* Shorter factors are not worth a step of their own. */
#define BNG_PIECE_LIMBS_MIN 4096

/* The limbs [from, to) of |n|, as a number that is only read; not to be cleared. */
static inline void bng_limbs_view(mpz_ptr view, mpz_srcptr n, size_t from, size_t to)
{
        mpz_roinit_n(view, mpz_limbs_read(n) + from, (mp_size_t)(to - from));
}
