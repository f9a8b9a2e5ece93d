/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A context without limits but that on the total of its numbers, and what a number holds. */

#include <gmp.h>
#include "bignum-guard.h"

static inline bng_ctx *context(uint64_t total_bytes)
{
        bng_ctx *ctx;

        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        bng_ctx_set_total_limit_bytes(ctx, total_bytes);
        return ctx;
}

static inline uint64_t room(mpz_srcptr n)
{
        return (uint64_t)n->_mp_alloc * sizeof(mp_limb_t);
}
