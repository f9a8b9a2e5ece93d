/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The workers of a watched group: who is taken in and who is let go; and those that an end asks for, known or not, here
 * or in a group below. Each is held before anything is remembered of it (worker.c).
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "manager/answers/freeze.h"
#include "manager/ends/ending.h"
#include "manager/groups/contributors.h"
#include "manager/groups/roster.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"
#include "manager/kernel/kernel.h"
#include "manager/settings.h"

/* Lets a worker go that is no longer ours to judge. One that we froze runs again. */
void watch_drop(struct watch *watch, struct worker *worker)
{
        HASH_DEL(watch->workers, worker);
        if (freeze_is_ours(worker)) {
                (void)act_continue(&worker->target, &watch->manager->host);
                worker->answered.frozen = false;
                freeze_note(watch->manager);
        }
        worker->watch = NULL;
        worker->policy = NULL;
        worker_unref(worker);
}

void watch_lose(struct watch *watch, struct worker *worker, uint64_t now)
{
        kernel_hear(watch->manager);
        kernel_miss(watch, worker);
        if (!worker->condemned && !worker->overtaken)
                contributors_departed(watch, worker_memory(worker), now);
        watch_drop(watch, worker);
}

int watch_adopt(struct watch *watch, struct worker *worker)
{
        worker->watch = watch;
        worker->seen = true;
        worker->annexed = strcmp(worker_home(worker), watch->path) != 0;
        HASH_ADD(hh, watch->workers, target.pid, sizeof(pid_t), worker);
        return worker->hh.tbl ? 0 : -ENOMEM;
}

/* Takes hold of a process. One that is being ended, and was let go by a watch that ended meanwhile, is known to its end:
 * it goes on as who it was, or it would be judged, and told of, once more. */
int watch_meet(struct worker **ret, struct watch *watch, pid_t pid, uint64_t now)
{
        int r = worker_new(ret, watch, pid, now);
        struct worker *known = r == ACT_DONE ? ending_awaits(watch->manager, pid) : NULL;

        if (known && !known->watch && known->target.start_time == (*ret)->target.start_time &&
            strcmp(known->target.group, (*ret)->target.group) == 0) {
                worker_unref(*ret);
                *ret = worker_ref(known);
        }
        return r;
}

/* Whose a process of this group or below it is: a watched group's, or as an annex's this one's. */
static struct watch *find_owner(struct watch *watch, const char *path)
{
        struct watch *owner;

        HASH_FIND_STR(watch->manager->watches, path, owner);
        return owner ? owner : watch;
}

/* A worker that is known in this group or in a watched one below it. */
static struct worker *find_worker(struct watch *watch, pid_t pid)
{
        struct worker *worker = NULL;
        struct watch *below;

        HASH_FIND(hh, watch->workers, &pid, sizeof(pid), worker);
        for (below = watch_below(watch, NULL); below && !worker; below = watch_below(watch, below))
                HASH_FIND(hh, below->workers, &pid, sizeof(pid), worker);
        return worker;
}

int watch_hold(struct watch *watch, pid_t pid, struct worker **ret)
{
        uint64_t now = manager_now(watch->manager);
        struct worker *worker = find_worker(watch, pid);
        bool fresh = !worker;
        int r;

        if (fresh) {
                r = watch_meet(&worker, watch, pid, now);
                if (r != ACT_DONE)
                        return r;
        }
        if (worker->let_go || settings_exempt(watch->manager, worker->target.group) ||
            !path_is_below(worker->target.group, watch->path)) {
                if (fresh)
                        worker_unref(worker);
                return ACT_REFUSED;
        }
        if (fresh) {
                if (watch_adopt(find_owner(watch, worker_home(worker)), worker) < 0) {
                        worker_unref(worker);
                        return -ENOMEM;
                }
                (void)worker_measure(worker, watch->reading.swap > 0, now);
        }
        *ret = worker_ref(worker);
        return ACT_DONE;
}

int watch_gather(struct watch *watch, struct gathered *ret)
{
        struct act_group target = watch_target(watch);
        struct gathered found = {.complete = true};
        pid_t *pids = NULL;
        size_t n_pids = 0;
        int r;

        r = act_group_members(&watch->manager->host, &target, &pids, &n_pids);
        if (r != ACT_DONE)
                return r < 0 ? r : -ENOENT;
        found.workers = calloc(n_pids + 1, sizeof(struct worker *));
        for (size_t i = 0; found.workers && i < n_pids; i++) {
                if (found.n == ENDING_MEMBERS_MAX) {
                        found.complete = false;
                        break;
                }
                r = watch_hold(watch, pids[i], &found.workers[found.n]);
                if (r == ACT_DONE && found.workers[found.n]->ending)
                        worker_unref(found.workers[found.n]);
                else
                        found.n += r == ACT_DONE;
                found.partial |= r == ACT_REFUSED;
                found.complete &= r >= 0 || r == -ESRCH; /* who is gone is not left out */
        }
        free(pids);
        *ret = found;
        return found.workers ? 0 : -ENOMEM;
}

void watch_gathered_free(struct gathered *gathered)
{
        for (size_t i = 0; i < gathered->n; i++)
                worker_unref(gathered->workers[i]);
        free(gathered->workers);
}
