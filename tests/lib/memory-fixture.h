/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a group of tests of memory starts from: GMP asks the counting hooks, and a context all of whose
 * limits are open. The tests share it, so each opens again what it closes.
 */

#include "bignum-guard.h"
#include "extended.h"
#include "gmp-hooks.h"

static inline int memory_set_up(void **userdata)
{
        bng_ctx *ctx;

        gmp_hooks_install();
        if (bng_ctx_new(&ctx) != BNG_OK)
                return -1;
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        *userdata = ctx;
        return 0;
}

static inline int memory_tear_down(void **userdata)
{
        bng_ctx_free(*userdata);
        return 0;
}
