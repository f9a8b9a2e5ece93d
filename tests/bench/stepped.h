/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The operations that are done in steps, each beside GMP's plain call. */

#include "guard-cases.h"

struct stepped {
        const char *name;
        /* So that the result has so many bits, or of powers modulo a number, for about as long. */
        void (*make)(struct operands *x, uint64_t bits);
        void (*plain)(mpz_ptr r, struct operands *x);
        bng_status (*steps)(bng_ctx *ctx, mpz_ptr r, struct operands *x);
};

extern const struct stepped stepped[];
extern const size_t stepped_count;

/* Ends what operands hold besides their numbers. */
void stepped_end(void);
