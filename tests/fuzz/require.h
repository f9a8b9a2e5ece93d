/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A promise that ends the run where it is broken. */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static inline void require(bool truth, const char *what)
{
        if (truth)
                return;
        fprintf(stderr, "broken: %s\n", what);
        abort();
}
