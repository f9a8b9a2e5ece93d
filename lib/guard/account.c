/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include "bounds/checked.h"
#include "guard/account.h"
#include "guard/clock.h"
#include "guard/judge.h"
#include "predict/peak.h"
#include "steps/steps.h"

/*
 * An address says nothing in its lowest bits, and little in its highest: a multiplication by the
 * golden ratio spreads the rest over a word.
 */
#define HASH_FUNCTION(key, length, value)                                                          \
        do {                                                                                       \
                uintptr_t address_;                                                                \
                memcpy(&address_, (key), (length));                                                \
                (value) = (unsigned)((uint64_t)address_ * UINT64_C(0x9e3779b97f4a7c15) >> 32);     \
        } while (0)
/* An entry that finds no memory is left out, and says so. */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(entry) ((entry)->number = NULL)
#include <uthash.h>

struct bng_entry {
        mpz_srcptr number;
        uint64_t bytes;
        UT_hash_handle hh;
};

static struct bng_entry *find(const bng_ctx *ctx, mpz_srcptr n)
{
        struct bng_entry *entry;

        HASH_FIND_PTR(ctx->numbers, &n, entry);
        return entry;
}

/* What the total leaves, in limbs; a carry needs room of its own. */
static size_t limbs_left(const bng_ctx *ctx)
{
        uint64_t bytes = bng_sat_sub(ctx->total_limit_bytes, ctx->live_bytes);
        return bng_sat_sub(bytes / sizeof(mp_limb_t), 2);
}

static void update_small_limbs(bng_ctx *ctx)
{
        size_t left = limbs_left(ctx);
        ctx->small_limbs = left < ctx->unlimited_limbs ? left : ctx->unlimited_limbs;
}

/*
 * The length below which nothing has to be judged: what is small (operation.h) makes no more limbs
 * than its operands have together (a carry needs two of them), and none of it holds more than a
 * division.
 */
static size_t unlimited_limbs(const bng_ctx *ctx)
{
        uint64_t memory = ctx->memory_limit_bytes == BNG_MEMORY_AUTO
                                  ? BNG_UNSEEN_BYTES
                                  : bng_sat_sub(ctx->memory_limit_bytes, ctx->held_bytes);
        uint64_t bits = ctx->result_limit_bits;

        if (bits > bng_bounds_ceiling_bits(GMP_NUMB_BITS))
                bits = bng_bounds_ceiling_bits(GMP_NUMB_BITS);
        while (bits > 0 && bng_peak_bytes(BNG_WORK_DIVIDE, bits) > memory)
                bits /= 2;
        /* Longer ones are asked whether they may run, and are made in steps. */
        uint64_t unasked = bng_is_timed(ctx) ? BNG_UNTIMED_BITS : BNG_STEPS_MIN_BITS;
        if (bits > unasked)
                bits = unasked;
        return bits / GMP_NUMB_BITS + (bits > 0);
}

void bng_account_update(bng_ctx *ctx)
{
        ctx->counting = ctx->statistics || ctx->total_limit_bytes != UINT64_MAX;
        ctx->unlimited_limbs = unlimited_limbs(ctx);
        atomic_store(&ctx->carefree_limbs, ctx->counting ? 0 : ctx->unlimited_limbs);
        if (atomic_load(&ctx->stop.interrupted))
                atomic_store(&ctx->carefree_limbs, 0);
        update_small_limbs(ctx);
}

void bng_account_begin_work(bng_ctx *ctx)
{
        ctx->unlimited_limbs = ctx->small_limbs = 0;
        atomic_store(&ctx->carefree_limbs, 0);
}

void bng_account_add(bng_ctx *ctx, uint64_t bytes)
{
        ctx->live_bytes += bytes;
        if (ctx->live_bytes > ctx->live_peak_bytes)
                ctx->live_peak_bytes = ctx->live_bytes;
        update_small_limbs(ctx);
}

void bng_account_subtract(bng_ctx *ctx, uint64_t bytes)
{
        ctx->live_bytes -= bytes;
        update_small_limbs(ctx);
}

static void charge(bng_ctx *ctx, struct bng_entry *entry, uint64_t bytes)
{
        ctx->recent[bng_account_slot(entry->number)].number = NULL;
        if (bytes > entry->bytes)
                bng_account_add(ctx, bytes - entry->bytes);
        else
                bng_account_subtract(ctx, entry->bytes - bytes);
        entry->bytes = bytes;
}

bool bng_account_open(bng_ctx *ctx, mpz_ptr n)
{
        if (!ctx->counting)
                return true;
        struct bng_entry *entry = find(ctx, n);
        if (!entry) {
                entry = calloc(1, sizeof *entry);
                if (!entry)
                        return false;
                entry->number = n;
                HASH_ADD_PTR(ctx->numbers, number, entry);
                if (!entry->number) {
                        free(entry);
                        return false;
                }
        }
        charge(ctx, entry, bng_room_bytes(n));
        return true;
}

void bng_account_close(bng_ctx *ctx, mpz_srcptr n)
{
        struct bng_entry *entry = find(ctx, n);

        if (!entry)
                return;
        charge(ctx, entry, 0);
        HASH_DEL(ctx->numbers, entry);
        free(entry);
}

bool bng_account_replace(bng_ctx *ctx, struct bng_replaced *replaced, mpz_srcptr n)
{
        if (ctx->total_limit_bytes == UINT64_MAX)
                return false;
        struct bng_entry *entry = ctx->counts_fresh ? NULL : find(ctx, n);
        if (!entry && !ctx->counts_fresh)
                return false;
        uint64_t room = bng_room_bytes(n);
        if (entry) {
                charge(ctx, entry, room);
                replaced->charged_bytes += room;
        }
        replaced->room_bytes += room;
        return true;
}

uint64_t bng_account_left_bytes(const bng_ctx *ctx, struct bng_replaced replaced)
{
        uint64_t others = ctx->live_bytes - replaced.charged_bytes;
        uint64_t left = bng_sat_sub(ctx->total_limit_bytes, others);

        return left > replaced.room_bytes ? left : replaced.room_bytes;
}

bng_status bng_account_charge(bng_ctx *ctx, mpz_srcptr n)
{
        if (ctx->counts_fresh)
                return BNG_OK;
        struct bng_entry *entry = find(ctx, n);
        unsigned slot = bng_account_slot(n);

        if (entry)
                charge(ctx, entry, bng_room_bytes(n));
        ctx->recent[slot].number = n;
        ctx->recent[slot].alloc = n->_mp_alloc;
        return BNG_OK;
}

void bng_account_end(bng_ctx *ctx)
{
        struct bng_entry *entry, *next;

        HASH_ITER(hh, ctx->numbers, entry, next)
        {
                HASH_DEL(ctx->numbers, entry);
                free(entry);
        }
}
