/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A freeze: of a group as a whole where the kernel has that and nobody in it is exempt, else process by
 * process. What is frozen does not grow, so if it does somebody let it run again, and it is judged anew.
 *
 * It runs again when the daemon leaves, but for who was stopped before by somebody else, whose that is to undo. So that
 * this goes for a daemon that is killed as well, all that is stopped is written down (stopped.h) before it is, and anew
 * whenever somebody of them is let go.
 */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
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

bool freeze_is_ours(const struct worker *worker)
{
        return worker->answered.frozen && !worker->answered.by_others;
}

static void find_stopped_by_others(struct worker *const *workers, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                struct worker *worker = workers[i];
                bool stopped;

                if (!freeze_is_ours(worker))
                        worker->answered.by_others =
                                process_read_stopped(worker->reader, &stopped) >= 0 && stopped;
        }
}

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
                        if (freeze_is_ours(worker))
                                all[n++] = stopped_process(worker);
        }
        for (size_t i = 0; i < n_workers; i++)
                if (!workers[i]->answered.frozen && !workers[i]->answered.by_others)
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
        int r;

        find_stopped_by_others(workers, n);
        r = manager->keeper ? write_down(manager, workers, n) : 0;
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
        const struct host *host = &affair->watch->manager->host;
        int r = worker->answered.by_others
                        ? act_check(&worker->target, host, worker->reader)
                        : act_signal(&worker->target, host, worker->reader, SIGSTOP);

        if (r == ACT_DONE) {
                worker->answered.frozen = true;
                note_stopped(affair, &worker->answered, memory_of_stopped(worker));
        } else if (r == ACT_REFUSED)
                worker->let_go = true; /* where it is listed again it is judged anew */
        return r;
}

/* Who joined since. To how many that goes. */
static size_t freeze_newcomers(const struct affair *affair, const struct gathered *all)
{
        size_t fresh = 0;

        for (size_t i = 0; i < all->n; i++)
                fresh += !all->workers[i]->answered.frozen;
        if (fresh == 0)
                return 0;
        note(affair->watch->manager, all->workers, all->n);
        for (size_t i = 0; i < all->n; i++)
                if (!all->workers[i]->answered.frozen)
                        (void)freeze_one(affair, all->workers[i]);
        return fresh;
}

/* Stops the whole group one by one, those as well that are forked meanwhile. */
static int freeze_each(const struct affair *affair)
{
        int r = ACT_GONE;

        note(affair->watch->manager, affair->workers, affair->n);
        for (size_t i = 0; i < affair->n; i++) {
                int one = freeze_one(affair, affair->workers[i]);

                if (one < 0 || r == ACT_GONE)
                        r = one;
        }
        for (unsigned round = 0; affair->whole && r == ACT_DONE && round < FREEZE_ROUNDS; round++) {
                struct gathered all;
                size_t fresh;

                if (watch_gather(affair->watch, &all) < 0)
                        break;
                fresh = freeze_newcomers(affair, &all);
                watch_gathered_free(&all);
                if (fresh == 0)
                        break;
        }
        return r;
}

/* The whole group at once. Its switch is written down before it is pressed, and all is asked again right before that. */
static int freeze_group(struct watch *watch)
{
        struct act_group target = watch_target(watch);
        struct act_spare spare = settings_spare(watch->manager);
        int found, r;

        watch_let_go(watch); /* somebody else did already, if it is judged again */
        r = act_group_find_freeze(&watch->manager->host, &target, &spare, &found);
        if (r != ACT_DONE || found < 0)
                return r; /* pressed by somebody else, it is not ours to undo */
        watch->answered.frozen = true;
        watch->frozen = found;
        freeze_note(watch->manager);
        r = act_group_freeze(&watch->manager->host, &target, &spare, &watch->frozen);
        watch->answered.frozen = watch->frozen >= 0;
        close(found);
        return r;
}

static int freeze(const struct affair *affair)
{
        int r = affair->whole && !affair->partial ? freeze_group(affair->watch) : -EOPNOTSUPP;

        if (r == ACT_DONE) {
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
