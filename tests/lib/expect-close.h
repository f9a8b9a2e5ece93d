/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A prediction is at most half as much again as GMP's own call holds, twice as much with limbs of 32
 * bits, for which the tables of transforms lie further apart. What is computed in steps may hold less.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <gmp.h>

static inline void expect_close(const char *name, uint64_t predicted, uint64_t measured,
                                uint64_t bits, unsigned long seed)
{
        uint64_t slack = GMP_NUMB_BITS == 64 ? measured / 2 : measured;

        if (measured > predicted || predicted - measured > slack)
                fail_msg("%s holds %lu bytes, predicted %lu, of %lu bits, seed %lu", name,
                         (unsigned long)measured, (unsigned long)predicted, (unsigned long)bits,
                         seed);
}
