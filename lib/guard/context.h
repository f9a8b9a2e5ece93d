/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a context is inside. Limits are plain numbers; two lengths are made of them whenever one
 * changes, so that small operands cost one comparison. No sum, product, quotient or copy whose
 * operands have fewer than `small_limbs` limbs together can break any limit; with fewer than
 * `carefree_limbs` there is nothing to be counted either (account.h).
 */

#include "bignum-guard.h"
#include "predict/speed.h"
#include "steps/stop.h"
#include "guard/available.h"

#define BNG_MESSAGE_BYTES 1024
#define BNG_STATUSES (BNG_INTERRUPTED + 1)

#define BNG_RECENT 32 /* destinations that a loop may use in turn */

struct bng_entry;

enum bng_limit {
        BNG_LIMIT_RESULT = 1,
        BNG_LIMIT_MEMORY = 2,
        BNG_LIMIT_TOTAL = 4,
        BNG_LIMIT_TIME = 8,
};

struct bng_ctx {
        atomic_size_t carefree_limbs; /* 0 after an interruption, see clock.h */
        size_t small_limbs;
        uint64_t result_limit_bits;
        uint64_t memory_limit_bytes;
        uint64_t time_limit_usec;
        uint64_t total_limit_bytes;
        uint64_t held_bytes;
        unsigned set_by_call; /* limits, as bits of enum bng_limit */

        /* See clock.h. */
        struct bng_stop stop; /* what ends the operation that runs */
        uint64_t deadline_nsec;
        uint64_t limit_end_nsec; /* that deadline is no other than this end by time_limit_usec */
        struct bng_speed speed;

        /* While memory_limit_bytes is BNG_MEMORY_AUTO, see judge.c. */
        bool imagines;             /* a prediction: what it holds, and takes, is not taken yet */
        uint64_t imagined_bytes;   /* that part of held_bytes */
        uint64_t trusted_bytes;    /* what may be taken without another look */
        struct bng_available seen; /* at the last look; 0 bytes: none in this prediction yet */

        /* The books, see account.h. */
        bool statistics;
        bool counting;             /* statistics, or a total limit */
        bool counts_fresh;         /* an evaluation: results are its values, and no entries */
        size_t unlimited_limbs;    /* small_limbs, if there were no total */
        struct bng_entry *numbers; /* the context's own */
        struct {
                mpz_srcptr number;
                int alloc;
        } recent[BNG_RECENT]; /* with so much room there was nothing to charge */
        uint64_t live_bytes;  /* what they are charged for, and values of an evaluation */
        uint64_t live_peak_bytes;
        uint64_t operations;
        uint64_t largest_bits;
        uint64_t failures[BNG_STATUSES]; /* how often a request ended in each status */

        unsigned parts; /* > 0: failures are those of parts, see bng_ctx_begin_part */
        bng_refusal_callback *on_refusal;
        void *on_refusal_userdata;
        char message[BNG_MESSAGE_BYTES];
};

static inline size_t bng_carefree_limbs(const bng_ctx *ctx)
{
        return atomic_load_explicit(&ctx->carefree_limbs, memory_order_relaxed);
}

/*
 * Nothing to judge in an operation of so many limbs, whatever the total leaves: checks ask nothing
 * of it.
 */
static inline bool bng_is_small(const bng_ctx *ctx, size_t limbs)
{
        return limbs < ctx->unlimited_limbs && !bng_stop_asked(&ctx->stop);
}

/*
 * Stores the sentence of a request that does not end in BNG_OK, cut to what fits, counts it and
 * tells who wants to know, unless it is that of a part; returns status.
 */
bng_status bng_ctx_fail(bng_ctx *ctx, bng_status status, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

static inline bng_status bng_no_memory(bng_ctx *ctx)
{
        return bng_ctx_fail(ctx, BNG_NO_MEMORY, "out of memory");
}

/*
 * A larger request asks smaller ones between these: only how it ends is counted and told.
 * Returns status.
 */
void bng_ctx_begin_part(bng_ctx *ctx);
bng_status bng_ctx_end_part(bng_ctx *ctx, bng_status status);
