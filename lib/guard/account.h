/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The books of a context: which numbers are its own and how much room they have, how many
 * operations ran, and the largest result. They are kept only while a total limit or statistics are
 * on; without them every function here is a single comparison, and small operations do not even
 * come here.
 *
 * A context's own numbers are those of bng_mpz_init and its kind, known by the address of the
 * mpz_t. Each is charged for the room of its limbs, used or not, as malloc holds it. An entry holds
 * what was charged last; whatever happens to the number outside of guarded functions is found when
 * it is the destination of one the next time. The values of an evaluation count too, without an
 * entry each: it adds and subtracts them itself.
 */

#include "guard/context.h"

/* The room of a number's limbs, in bytes. */
static inline uint64_t bng_room_bytes(mpz_srcptr n)
{
        return (uint64_t)n->_mp_alloc * sizeof(mp_limb_t);
}

/* Begins and ends to count a number. False: no memory, it is not counted. */
bool bng_account_open(bng_ctx *ctx, mpz_ptr n);
void bng_account_close(bng_ctx *ctx, mpz_srcptr n);

/* The room of numbers that an operation replaces together, and how much of it is in the books. */
struct bng_replaced {
        uint64_t room_bytes;
        uint64_t charged_bytes;
};

/* Adds a number, which is charged for the room that it has now. False: no total counts it. */
bool bng_account_replace(bng_ctx *ctx, struct bng_replaced *replaced, mpz_srcptr n);
/* The room that they may have together under the total limit: what they have already at least. */
uint64_t bng_account_left_bytes(const bng_ctx *ctx, struct bng_replaced replaced);

/* An operation is done. */
static inline void bng_account_operation(bng_ctx *ctx)
{
        ctx->operations += ctx->counting;
}

static inline unsigned bng_account_slot(mpz_srcptr n)
{
        return (unsigned)((uintptr_t)n / sizeof *n) % BNG_RECENT;
}

static inline uint64_t bng_limbs_bits(mpz_srcptr n, size_t limbs)
{
        unsigned zeros = (unsigned)__builtin_clzll(n->_mp_d[limbs - 1]) - (64 - GMP_NUMB_BITS);
        return limbs * GMP_NUMB_BITS - zeros;
}

bng_status bng_account_charge(bng_ctx *ctx, mpz_srcptr n);

/*
 * A number is the result of an operation: charges it for the room that it has now. Looks it up
 * unless it was found in order with the same room a short while ago. BNG_OK, which whoever has
 * nothing else to do returns as it comes: nothing has to be kept for after a call.
 */
static inline bng_status bng_account_counted(bng_ctx *ctx, mpz_srcptr n)
{
        size_t limbs = mpz_size(n);
        if (__builtin_expect(limbs * GMP_NUMB_BITS > ctx->largest_bits, 0)) {
                uint64_t bits = bng_limbs_bits(n, limbs);
                if (bits > ctx->largest_bits)
                        ctx->largest_bits = bits;
        }
        unsigned slot = bng_account_slot(n);
        if (__builtin_expect(ctx->recent[slot].number != n, 0) ||
            __builtin_expect(ctx->recent[slot].alloc != n->_mp_alloc, 0))
                return bng_account_charge(ctx, n);
        return BNG_OK;
}

/* The same, if anything is counted at all. */
static inline void bng_account_result(bng_ctx *ctx, mpz_srcptr n)
{
        if (ctx->counting)
                bng_account_counted(ctx, n);
}

/*
 * Counts room that is no entry's: values that an evaluation holds. Subtracts what was added before.
 */
void bng_account_add(bng_ctx *ctx, uint64_t bytes);
void bng_account_subtract(bng_ctx *ctx, uint64_t bytes);

/* After a limit changed, or what is counted. */
void bng_account_update(bng_ctx *ctx);
/*
 * Until the next update limits may change without one: every operation is judged, because work whose
 * limits change from step to step would take longer to see what is small than to judge it.
 */
void bng_account_begin_work(bng_ctx *ctx);
void bng_account_end(bng_ctx *ctx);
