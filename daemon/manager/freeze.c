/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A freeze: of a group as a whole where the kernel has that and nobody in it is exempt, else process by
 * process. What is frozen does not grow, so if it does somebody let it run again, and it is judged anew.
 */

#include <errno.h>
#include <signal.h>
#include <string.h>
#include "manager/affair.h"

#define FREEZE_ROUNDS 8 /* a group that is stopped one by one may fork meanwhile */

static void note_stopped(const struct affair *affair, struct answered *answered, uint64_t memory)
{
        answered->quiet_up_to = memory + memory / 8 + 1;
        /* The points between which CPU time is counted are a sixteenth of the window apart. */
        answered->quiet_until = affair->now + affair->policy->cpu_window / 4 * 5;
}

static int freeze_one(const struct affair *affair, struct worker *worker)
{
        struct manager *manager = affair->watch->manager;
        int r = act_signal(&worker->target, &manager->host, worker->reader, SIGSTOP);

        if (r == ACT_DONE) {
                worker->answered.frozen = true;
                note_stopped(affair, &worker->answered, worker_memory(worker));
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
                affair->watch->answered.frozen = true;
                affair->watch->frozen = frozen;
                for (size_t i = 0; i < affair->n; i++)
                        note_stopped(affair, &affair->workers[i]->answered,
                                     worker_memory(affair->workers[i]));
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
        int r = freeze(affair);

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
        else if (r != ACT_DONE && outcome == OUTCOME_FROZEN)
                outcome = OUTCOME_SURVIVED;
        affair_report(affair, outcome);
}
