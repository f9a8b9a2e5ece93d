/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A freeze: of a group as a whole where the kernel has that and nobody in it is exempt, else process by
 * process. What is frozen does not grow, so if it does somebody let it run again, and it is judged anew.
 *
 * It runs again when the daemon leaves. So that this goes for one that is killed as well, all that is stopped is written
 * down (stopped.h): of processes before they are, and anew whenever somebody of them is let go.
 */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "bounds/checked.h"
#include "manager/answers/affair.h"
#include "manager/answers/freeze.h"
#include "manager/answers/stopped.h"
#include "manager/groups/roster.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"
#include "manager/settings.h"
#include "manager/wires/keeper.h"

#define FREEZE_ROUNDS 8 /* a group that is stopped one by one may fork meanwhile */

static struct stopped stopped_process(const struct worker *worker)
{
        return (struct stopped){
                .group = -1, .pid = worker->target.pid, .start_time = worker->target.start_time};
}

static size_t count_watched(const struct manager *manager)
{
        size_t n = 0;

        for (struct watch *watch = manager->watches; watch; watch = watch->hh.next)
                n += 1 + HASH_COUNT(watch->workers);
        return n;
}

/* All that are stopped, and these, who are about to be. */
static int write_down(struct manager *manager, struct worker *const *workers, size_t n_workers)
{
        struct stopped *all = calloc(count_watched(manager) + n_workers + 1, sizeof(*all));
        struct worker *worker;
        size_t n = 0;
        int r;

        if (!all)
                return -ENOMEM;
        for (struct watch *watch = manager->watches; watch; watch = watch->hh.next) {
                if (watch->answered.frozen)
                        all[n++] = (struct stopped){.group = watch->frozen};
                for (worker = watch->workers; worker; worker = worker->hh.next)
                        if (worker->answered.frozen)
                                all[n++] = stopped_process(worker);
        }
        for (size_t i = 0; i < n_workers; i++)
                if (!workers[i]->answered.frozen)
                        all[n++] = stopped_process(workers[i]);
        /* Who goes by it when the daemon is killed. */
        if (n > 0)
                (void)keeper_waits(manager->keeper);
        r = stopped_write(keeper_folder(manager->keeper), all, n);
        free(all);
        return r;
}

static void note(struct manager *manager, struct worker *const *workers, size_t n)
{
        int r = manager->keeper ? write_down(manager, workers, n) : 0;

        if (r < 0)
                log_trouble(&manager->trouble.keep, manager_now(manager),
                            "Cannot note in %s what is stopped: %s; it stays so if the daemon is "
                            "killed.",
                            manager->options->runtime, strerror(-r));
}

void freeze_note(struct manager *manager)
{
        note(manager, NULL, 0);
}

static void note_stopped(const struct affair *affair, struct answered *answered, uint64_t memory)
{
        answered->quiet_up_to = memory + memory / 8 + 1;
        /* The points between which CPU time is counted are a sixteenth of the window apart. */
        answered->quiet_until = affair->now + affair->policy->cpu_window / 4 * 5;
}

/* Bytes that it holds now that it is stopped: it may have grown since it was judged. */
static uint64_t memory_of_stopped(const struct worker *worker)
{
        struct process_memory memory;
        uint64_t judged = worker_memory(worker);

        if (process_read_memory(worker->reader, &memory) < 0 ||
            memory.private_bytes <= worker->private)
                return judged;
        return bng_sat_add(judged, memory.private_bytes - worker->private);
}

static int freeze_one(const struct affair *affair, struct worker *worker)
{
        struct manager *manager = affair->watch->manager;
        int r = act_signal(&worker->target, &manager->host, worker->reader, SIGSTOP);

        if (r == ACT_DONE) {
                worker->answered.frozen = true;
                note_stopped(affair, &worker->answered, memory_of_stopped(worker));
        } else if (r == ACT_REFUSED)
                worker->let_go = true; /* where it is listed again it is judged anew */
        return r;
}

/* Stops the whole group one by one, those as well that are forked meanwhile. */
static int freeze_each(const struct affair *affair)
{
        int r = ACT_GONE;

        for (size_t i = 0; i < affair->n; i++) {
                int one = freeze_one(affair, affair->workers[i]);

                if (one < 0 || r == ACT_GONE)
                        r = one;
        }
        for (unsigned round = 0; affair->whole && r == ACT_DONE && round < FREEZE_ROUNDS; round++) {
                struct gathered all;
                size_t fresh = 0;

                if (watch_gather(affair->watch, &all) < 0)
                        break;
                for (size_t i = 0; i < all.n; i++)
                        if (!all.workers[i]->answered.frozen) {
                                fresh++;
                                (void)freeze_one(affair, all.workers[i]);
                        }
                watch_gathered_free(&all);
                if (fresh == 0)
                        break;
        }
        return r;
}

static int freeze(const struct affair *affair)
{
        struct manager *manager = affair->watch->manager;
        struct act_group target = watch_target(affair->watch);
        struct act_spare spare = settings_spare(manager);
        int r = -EOPNOTSUPP, frozen = -1;

        if (affair->whole && !affair->partial) {
                watch_let_go(affair->watch); /* somebody else did already, if it is judged again */
                r = act_group_freeze(&manager->host, &target, &spare, &frozen);
        }
        if (r == ACT_DONE && affair->whole) {
                affair->watch->answered.frozen = frozen >= 0; /* else that is not ours to undo */
                affair->watch->frozen = frozen;
                for (size_t i = 0; i < affair->n; i++)
                        note_stopped(affair, &affair->workers[i]->answered,
                                     memory_of_stopped(affair->workers[i]));
        } else if (r == -EOPNOTSUPP || r == ACT_REFUSED)
                r = freeze_each(affair);
        return r;
}

/* The kernel's no, which stays; anything else is a shortage of the moment, and the next look tries again. */
static bool is_final(int r)
{
        return r >= 0 || r == -EPERM || r == -EACCES || r == -EOPNOTSUPP || r == -ENOSYS;
}

void affair_freeze(struct affair *affair, enum outcome outcome)
{
        struct manager *manager = affair->watch->manager;
        int r;

        note(manager, affair->workers, affair->n);
        r = freeze(affair);
        freeze_note(manager);
        if (r < 0)
                log_trouble(&manager->trouble.signal, affair->now, "Cannot freeze in %s: %s",
                            affair->watch->shown, strerror(-r));
        if (!is_final(r))
                return;
        if (r != ACT_DONE && r != ACT_REFUSED)
                affair_note_logged(affair);
        else if (affair->whole || !affair->breaker)
                note_stopped(affair, &affair->watch->answered, affair->watch->memory);
        if (r == ACT_GONE)
                outcome = OUTCOME_GONE;
        else if (r != ACT_DONE)
                outcome = OUTCOME_SURVIVED;
        affair_report(affair, outcome);
}
