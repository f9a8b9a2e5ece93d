/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The lists of processes of a watched group and its annexes, read: those that are new are taken in, those that are not
 * there any more have left.
 */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include "manager/groups/annexes.h"
#include "manager/groups/roster.h"
#include "manager/groups/scan.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"
#include "manager/kernel/kernel.h"
#include "manager/self.h"
#include "manager/settings.h"

/* Of one whose path is longer the kernel may not be asked to tell (arrivals.h). */
#define TOLD_PATH_MAX (PATH_MAX - 256)

/* A process that has been reaped is not in any list: whoever has its pid by now is another one. */
static bool is_gone(const struct worker *worker)
{
        struct pollfd pidfd = {.fd = worker->target.pidfd, .events = POLLIN};
        struct process_identity identity;

        return poll(&pidfd, 1, 0) > 0 && process_read_identity(worker->reader, &identity) < 0;
}

/* One that was let go because it was elsewhere when its signal was due, and is here again, is judged as somebody new:
 * else whoever is quick would never be judged again. */
static bool is_let_go(const struct worker *worker)
{
        return worker->let_go && !worker->ending;
}

/* A process that `path` lists, which is the watched group or an annex. One that moved from one to the other
 * is another worker: what was decided about it was decided about its group. */
static void take_in(struct watch *watch, pid_t pid, const char *path, uint64_t now)
{
        struct manager *manager = watch->manager;
        struct worker *worker;
        bool room;
        int r;

        HASH_FIND(hh, watch->workers, &pid, sizeof(pid), worker);
        if (worker && is_gone(worker))
                watch_lose(watch, worker, now);
        else if (worker && (is_let_go(worker) || strcmp(worker_home(worker), path) != 0))
                watch_drop(watch, worker);
        else if (worker) {
                worker->seen = true;
                return;
        }
        if (pid <= 1)
                return;
        room = path == watch->path ? self_has_room() : self_has_room_to_spare();
        r = room ? watch_meet(&worker, watch, pid, now) : -EMFILE;
        if (r < 0 && r != -ESRCH && r != -ENOENT)
                log_trouble(&manager->trouble.hold, now, "Cannot take hold of process %d in %s: %s",
                            (int)pid, watch->shown, strerror(-r));
        if (r != ACT_DONE)
                return;
        /* A list is old by the time it is read: the process may be elsewhere, and protected there. */
        if (settings_exempt(manager, worker->target.group) ||
            strcmp(worker_home(worker), path) != 0 || watch_adopt(watch, worker) < 0)
                worker_unref(worker);
}

/* How many are in it, or a negative errno. */
static int read_list(struct watch *watch, struct group_reader *reader, const char *path,
                     uint64_t now)
{
        pid_t *pids;
        size_t n;
        int r;

        r = group_read_pids(reader, &pids, &n);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++)
                take_in(watch, pids[i], path, now);
        free(pids);
        return n < INT_MAX ? (int)n : INT_MAX;
}

/*
 * Nobody is in it, by its list and by the kernel's word, which counts those below as well. Where there is no such word
 * (v1) nobody comes in but by being moved, which is told; then who is below is not known.
 */
static bool is_empty(struct watch *watch)
{
        bool deserted = false;
        int r;

        if (watch->manager->arrivals_missed || strlen(watch->path) > TOLD_PATH_MAX ||
            !self_has_room_to_spare())
                return false;
        r = group_await_events(watch->reader, &deserted);
        return r == -ENOENT ? !watch->policy : r >= 0 && deserted;
}

/* An annex that cannot be read now keeps whom it had; and the group itself is judged all the same. */
static void pass_over(struct watch *watch, const struct annex *annex, int error, uint64_t now)
{
        struct worker *worker;

        for (worker = watch->workers; worker; worker = worker->hh.next)
                worker->seen |= strcmp(worker_home(worker), annex->path) == 0;
        log_trouble(&watch->manager->trouble.read, now,
                    "Cannot read a group below %s that counts for it: %s", watch->shown,
                    strerror(-error));
}

/* Who is put into a group after the last of those that were frozen has left it would hang. */
static void let_go_empty(struct watch *watch)
{
        struct act_group target = watch_target(watch);
        pid_t *pids = NULL;
        size_t n = 0;

        if (!watch->answered.frozen || watch->workers)
                return;
        if (act_group_members(&watch->manager->host, &target, &pids, &n) == ACT_DONE && n == 0)
                watch_let_go(watch);
        free(pids);
}

int watch_scan(struct watch *watch, uint64_t now)
{
        struct worker *worker, *next;
        struct annex *annex, *next_annex;
        bool listed;
        int r;

        for (worker = watch->workers; worker; worker = worker->hh.next)
                worker->seen = false;
        r = read_list(watch, watch->reader, watch->path, now);
        if (r < 0)
                return r;
        listed = r > 0;
        HASH_ITER(hh, watch->annexes, annex, next_annex)
        {
                r = read_list(watch, annex->reader, annex->path, now);
                if (group_is_gone(r))
                        annexes_drop(watch, annex);
                else if (r < 0)
                        pass_over(watch, annex, r, now);
                listed |= r != 0 && !group_is_gone(r);
        }
        watch->empty = !listed && is_empty(watch);
        if (!watch->empty)
                group_let_events(watch->reader);
        HASH_ITER(hh, watch->workers, worker, next)
        {
                if (worker->seen)
                        continue;
                watch_lose(watch, worker, now);
        }
        let_go_empty(watch);
        kernel_count(watch, now);
        watch->listed = now;
        return 0;
}
