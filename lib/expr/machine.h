/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A stack machine for whole expressions. What the parser reads it computes, or predicts, at once;
 * the values that still wait for their operation are on its stack, and all of them are charged as
 * held. The text is checked first, so that a mistake at its end is found before any work is done for
 * its beginning, and so that the stacks are allocated once and judged like everything else.
 */

#include "expr/parse.h"
#include "expr/rational.h"

struct bng_machine {
        struct bng_sink sink;
        struct bng_work work;
        struct bng_rational *values;
        size_t depth;
        uint64_t stacks_bytes; /* held for the stacks */
        size_t offset;         /* of the operation or literal at work */
        size_t refused_offset; /* predicting: of the first one that was refused */
};

/*
 * Runs an expression under ctx. After BNG_OK the value is machine->values[0]. Any other status
 * leaves a sentence in ctx: for BNG_SYNTAX and BNG_UNDEFINED with the place in the text. While it
 * predicts, the refusal of an operation is in machine->work and not in the status; that of the
 * stacks ends a prediction too, as it needs them itself. bng_machine_end in any case.
 */
bng_status bng_machine_run(struct bng_machine *machine, bng_ctx *ctx,
                           const struct bng_expression *expression, bool predict);
/* After it, the value is the machine's own and may be handed out. */
bng_status bng_machine_own(struct bng_machine *machine);
/* Gives back everything; what ctx says is held is again what it was. */
void bng_machine_end(struct bng_machine *machine);
