/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The words of a refusal, for someone who is woken by it: what would be needed, what the limit is,
 * and which setting holds it. Sizes that can be counted are exact in bits and rounded down for
 * people; what cannot be counted is a power of ten.
 */

#include "guard/context.h"
#include "predict/predict.h"

/* Each stores the sentence in the context and returns the status that it belongs to. */
bng_status bng_refuse_result(bng_ctx *ctx, const struct bng_range *result);
bng_status bng_refuse_result_bits(bng_ctx *ctx, uint64_t bits);
bng_status bng_refuse_ceiling(bng_ctx *ctx, const struct bng_range *result);
bng_status bng_refuse_memory(bng_ctx *ctx, uint64_t peak_bytes);
/* `needed_bytes`: the room of the result; the total leaves less for it, as others hold theirs. */
bng_status bng_refuse_total(bng_ctx *ctx, uint64_t needed_bytes, uint64_t left_bytes,
                            uint64_t live_bytes);
/* Of ctx->seen, the tightest fence. */
bng_status bng_refuse_available(bng_ctx *ctx, uint64_t needed_bytes);
/* So many seconds are predicted, and left_usec are left by the limit or the deadline. */
bng_status bng_refuse_time(bng_ctx *ctx, double seconds, uint64_t left_usec, bool by_deadline);
/* The time is over. */
bng_status bng_refuse_late(bng_ctx *ctx, bool by_deadline);
