/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The larger and the smaller of two numbers, neither of them NaN. libm has them too, and nothing else that is needed
 * here: to map it for them would cost each daemon 300 KiB. */

static inline double larger(double a, double b)
{
        return a > b ? a : b;
}

static inline double smaller(double a, double b)
{
        return a < b ? a : b;
}
