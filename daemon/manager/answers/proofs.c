/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bounds/checked.h"
#include "manager/answers/proofs.h"
#include "manager/groups/worker.h"

#define PROOF_PATIENCE_USEC UINT64_C(10000000) /* one that does not come: what was read holds, */
#define PROOF_GROWING_USEC UINT64_C(1000000)   /* and sooner for who goes on and on meanwhile */
#define PROOF_AHEAD_USEC UINT64_C(1000000)     /* who is at his limit so soon is asked for before */
#define PROOF_BASE_USEC UINT64_C(20000)        /* a proof takes about this long, */
#define PROOF_BYTES_PER_USEC 20000             /* and longer the larger the worker is */

static uint64_t proof_usec(uint64_t memory)
{
        return PROOF_BASE_USEC + memory / PROOF_BYTES_PER_USEC;
}

/* Too fast to wait for a proof: by then it would be more than a fiftieth further. */
bool proof_is_too_slow(const struct finding *finding, uint64_t memory)
{
        return finding->rate * (double)proof_usec(memory) / 1e6 > (double)memory / 50;
}

/*
 * A proof is under way that may never come. What a worker shares it shares already, so what it gains while it waits is
 * its own: one that gains a 20th of its limit by that is no bystander with a few pages too many. One whose proof has not
 * even begun, because others hold the threads up by hiding theirs, is not to be taken for who hides: it waits until
 * what it gained is too much without any doubt.
 */
bool proof_is_awaited(const struct worker *worker, uint64_t limit, uint64_t now)
{
        uint64_t gained = worker->private - bng_min(worker->private, worker->asked_at);
        bool grows = gained > limit / 20;
        uint64_t patience =
                grows ? PROOF_GROWING_USEC + proof_usec(worker->private) : PROOF_PATIENCE_USEC;

        if (worker_proof_is_put_off(worker))
                return gained <= limit;
        return now - worker->asked < patience;
}

/* When he comes to his limit, it is to be known what he shares. */
bool proof_is_due(const struct worker *worker, const struct finding *finding, uint64_t memory,
                  uint64_t now)
{
        return finding->to_limit < PROOF_AHEAD_USEC && !proof_is_too_slow(finding, memory) &&
               (worker->proven == 0 || now - worker->proven >= PROOF_FRESH_USEC);
}

/* A child comes with the pages of its parent. Where that is much it is proven at once, so that it need not be waited for
 * when the child is fast. */
bool proof_is_due_at_once(const struct worker *worker, uint64_t limit)
{
        return limit != POLICY_UNSET && worker_doubt(worker) > limit / 4;
}
