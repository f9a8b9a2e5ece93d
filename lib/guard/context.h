/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a context is inside. Limits are plain numbers; `carefree_limbs` is made of them whenever one
 * changes, so that small operands cost one comparison: no sum, product or copy whose operands have
 * so many limbs together can break any limit.
 */

#include "bignum-guard.h"

#define BNG_MESSAGE_BYTES 1024

struct bng_ctx {
        uint64_t result_limit_bits;
        uint64_t memory_limit_bytes;
        uint64_t time_limit_usec;
        uint64_t held_bytes;
        size_t carefree_limbs;
        char message[BNG_MESSAGE_BYTES];
};

/*
 * Stores the sentence of a request that does not end in BNG_OK, cut to what fits; returns status.
 */
bng_status bng_ctx_fail(bng_ctx *ctx, bng_status status, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
