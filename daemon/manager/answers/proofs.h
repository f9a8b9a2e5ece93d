/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * When an answer waits for a proof (worker-proof.c): where one reading may be wrong about whose memory it is (pages
 * that forks share), and there is time to ask.
 */

#include "manager/context.h"

#define PROOF_FRESH_USEC UINT64_C(2000000) /* a proof that an end may rest on */
#define PROOF_AGAIN_USEC                                                                           \
        UINT64_C(5000000) /* sharers come and go: what they take off is asked again */

/* `memory` bytes grow too fast to wait for one. */
bool proof_is_too_slow(const struct finding *finding, uint64_t memory);
/* One was asked for: is it still waited for, of a worker that is over `limit` bytes? */
bool proof_is_awaited(const struct worker *worker, uint64_t limit, uint64_t now);
/* One is to be asked for ahead, as the limit is near. */
bool proof_is_due(const struct worker *worker, const struct finding *finding, uint64_t memory,
                  uint64_t now);
/* One is to be asked for wherever the limit is: much of it may be its parent's. */
bool proof_is_due_at_once(const struct worker *worker, uint64_t limit);
