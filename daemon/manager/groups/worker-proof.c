/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A worker's memory has two readings. statm is cheap, and counts pages that a fork shares once for every
 * process, and pages that the process has given back to the kernel, which takes them when it wants them.
 * Proportional memory is true, and may wait for the process. So statm is what is watched; when
 * it says too much, a proof is asked for in the offload's thread, and what the proof found that an end would
 * not free is taken off from then on, until the next proof.
 */

#include <errno.h>
#include <stdlib.h>
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"

struct proof {
        struct job job;
        struct worker *worker;
        struct process_reader *reader; /* the thread's */
        uint64_t shared;
        int error;
};

static void read_proof(struct job *job)
{
        struct proof *proof = (struct proof *)job;

        proof->error = process_read_others(proof->reader, &proof->shared);
}

/* Does the error say something about the worker? Whatever else went wrong is asked again. */
static bool is_answer(int error)
{
        return error >= 0 || error == -EACCES || error == -EPERM || error == -ENODATA ||
               error == -ESRCH;
}

static void take_proof(struct job *job, bool ran)
{
        struct proof *proof = (struct proof *)job;
        struct worker *worker = proof->worker;

        worker->proving = NULL;
        if (ran && worker->watch && is_answer(proof->error)) {
                /* What cannot be proven is taken as it was read: a worker that hides its pages is
                 * still ended. */
                worker->shared = proof->error < 0 ? 0 : proof->shared;
                worker->proven = manager_now(worker->watch->manager);
                worker->asked = 0;
                worker->due = 0;
                watch_look_at(worker->watch, 0);
        }
        worker_unref(worker);
        process_reader_free(proof->reader);
        free(proof);
}

bool worker_proof_is_put_off(const struct worker *worker)
{
        return worker->proving && !atomic_load(&worker->proving->begun);
}

void worker_prove(struct worker *worker)
{
        struct proof *proof;

        if (worker->asked == 0) {
                worker->asked = manager_now(worker->watch->manager);
                worker->asked_at = worker->private;
        }
        if (worker->proving)
                return;
        proof = calloc(1, sizeof(*proof));
        if (!proof || process_reader_dup(&proof->reader, worker->reader) < 0) {
                free(proof);
                return;
        }
        proof->job = (struct job){.run = read_proof, .done = take_proof};
        proof->worker = worker_ref(worker);
        worker->proving = &proof->job;
        offload_submit(worker->watch->manager->offload, &proof->job);
}
