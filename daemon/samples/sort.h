/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Ascending, by insertion: for the few dozen values of which a classifier takes the median. */
static inline void sort_values(double *values, unsigned n)
{
        for (unsigned i = 1; i < n; i++) {
                double value = values[i];
                unsigned j = i;

                for (; j > 0 && values[j - 1] > value; j--)
                        values[j] = values[j - 1];
                values[j] = value;
        }
}
