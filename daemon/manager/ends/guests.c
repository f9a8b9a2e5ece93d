/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who is found in a group that is being ended, and does not belong to its end: a worker that comes from elsewhere,
 * as whoever waits for a death brings in the next one. It has done nothing yet, and a signal to it is one to the
 * wrong process; while one that was forked in the group meanwhile is what the end is about. They look alike, but
 *
 *   - one that was there when the group was listed, and was not in it, was brought here since. It is listed when the
 *     end begins, and now and then while it is asked to end;
 *   - a task with a pending SIGKILL cannot fork. So once everybody in the group has one it is closed: who was started
 *     later is nobody's child in it. cgroup.kill closes it at once, else lists in a row that show nobody new do. One
 *     that is older and still there has slipped by (kernels before 6.14 let a fork do that), and who knows what it has
 *     forked: it opens the group again;
 *   - until somebody is killed, whose parent lives elsewhere was started there. Orphans are handed to an init, or to
 *     one that takes an init's place; those are in the session of whoever is gone (family.c). Where that one is led by
 *     somebody who lives elsewhere, and nobody who ends here is in it, they were started there too: a session is inherited,
 *     or one's own. And one that the service manager executed is the unit's next start, or what reloads it.
 *
 * Who is taken for a guest and is none lives on in a watched group, and is judged anew. That a service manager executed
 * it is in its environment, where any process can write it: where somebody was believed that and the group is over a
 * limit again soon, it is killed without a grace in which another one could be left behind. And to read it may have to
 * be waited for, so in one turn of the loop no more time goes there than WAITS_USEC.
 */

#include <errno.h>
#include <stdlib.h>
#include "act/tree.h"
#include "manager/ends/members.h"
#include "manager/groups/cmdline.h"
#include "manager/groups/roster.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"

#define GENERATIONS_MAX 8
#define WAITS_USEC UINT64_C(50000)

void guests_close(struct ending *ending)
{
        ending->closed = true;
        ending->closed_at = process_ticks_now();
        if (host_read_latest_pid(&ending->manager->host, &ending->closed_up_to) < 0)
                ending->closed_up_to = 0;
}

/* The kernel tells a start in whole ticks: within one the pids tell. */
static bool started_since(const struct ending *ending, const struct worker *worker)
{
        uint64_t start = worker->target.start_time;
        pid_t now;

        if (start != ending->closed_at)
                return start > ending->closed_at;
        return ending->closed_up_to > 0 &&
               host_read_latest_pid(&ending->manager->host, &now) == 0 &&
               host_started_since(worker->target.pid, ending->closed_up_to, now);
}

static bool was_listed(const struct ending *ending, pid_t pid)
{
        return tree_lists(ending->known, ending->n_known, pid);
}

static bool was_brought(const struct ending *ending, const struct worker *worker)
{
        return worker->born < ending->listed && !was_listed(ending, worker->target.pid);
}

/* Who lives elsewhere, and may have started this one or one before it? Then who that is. */
static bool lives_elsewhere(const struct ending *ending, pid_t pid, struct process_identity *ret)
{
        const struct host *host = &ending->manager->host;
        struct process_reader *reader;
        bool elsewhere = false;
        char *group;

        if (members_include(ending, pid) || process_reader_new(&reader, host, pid) < 0)
                return false;
        if (process_read_identity(reader, ret) >= 0 &&
            process_read_group(reader, host, &group) >= 0) {
                elsewhere = !path_is_below(group, ending->path);
                free(group);
        }
        process_reader_free(reader);
        return elsewhere;
}

static bool has_parent_elsewhere(const struct ending *ending, const struct worker *worker)
{
        struct process_identity parent;

        return worker->target.parent > 1 &&
               lives_elsewhere(ending, worker->target.parent, &parent) &&
               (worker->target.session == parent.session ||
                worker->target.session == worker->target.pid);
}

static bool has_session_elsewhere(const struct ending *ending, const struct worker *worker)
{
        pid_t session = worker->target.session;
        struct process_identity leader;

        return session > 0 && session != worker->target.pid && !members_share(ending, session) &&
               lives_elsewhere(ending, session, &leader) && leader.session == session &&
               leader.start_time <= worker->target.start_time;
}

static bool was_executed_by_manager(struct ending *ending, struct worker *worker)
{
        uint64_t turn = manager_now(ending->manager), begun;
        bool executed;

        if (worker->target.parent != 1)
                return false;
        if (ending->waited_in != turn) {
                ending->waited_in = turn;
                ending->waited = 0;
        }
        if (ending->waited >= WAITS_USEC)
                return false;
        begun = clock_now();
        executed = cmdline_is_managed(worker);
        ending->waited += clock_now() - begun;
        ending->believed |= executed;
        return executed;
}

static bool is_guest(struct ending *ending, struct worker *worker)
{
        if (worker->ending && worker->ending != ending)
                return false; /* that one is being ended as well */
        if (worker->guest_at == ending->event || was_brought(ending, worker))
                return true;
        if (ending->closed)
                return started_since(ending, worker);
        return ending->stage < KILLED && !members_include(ending, worker->target.parent) &&
               (has_parent_elsewhere(ending, worker) || has_session_elsewhere(ending, worker) ||
                was_executed_by_manager(ending, worker));
}

/* Or a child of one, or a child's. Who is no member was not signalled: those above him in the group are asked. */
bool guests_include(struct ending *ending, struct worker *worker)
{
        struct worker *each = worker_ref(worker), *parent;
        bool found = is_guest(ending, each);

        for (unsigned i = 0; !found && i < GENERATIONS_MAX && ending->watch; i++) {
                pid_t pid = each->target.parent;

                if (pid <= 1 || members_include(ending, pid) ||
                    watch_hold(ending->watch, pid, &parent) != ACT_DONE)
                        break;
                /* Another process under the pid of a parent that is gone is younger than its "child". */
                found = parent->target.start_time <= each->target.start_time &&
                        is_guest(ending, parent);
                worker_unref(each);
                each = parent;
        }
        worker_unref(each);
        return found;
}

/* One of the group that is no member: is it a guest? Once it is one it stays so, also when the others are killed.
 * A negative errno: nobody can tell. */
static int look_at(struct ending *ending, pid_t pid, bool *guest)
{
        struct worker *worker;
        int r = watch_hold(ending->watch, pid, &worker);

        *guest = false;
        if (r != ACT_DONE)
                return r == -ESRCH ? ACT_GONE : r;
        /* One that the service manager starts is in the group before it has executed anything. */
        if (worker->guest_at != ending->event &&
            (was_listed(ending, pid)
                     ? ending->stage < KILLED && was_executed_by_manager(ending, worker)
                     : guests_include(ending, worker)))
                worker->guest_at = ending->event;
        *guest = worker->guest_at == ending->event;
        worker_unref(worker);
        return r;
}

bool guests_are_in(struct ending *ending)
{
        struct act_group target = {.path = ending->path, .inode = ending->inode};
        bool found = false, complete = true;
        size_t n = 0, n_known = 0;
        pid_t *pids = NULL;

        if (!ending->watch ||
            act_group_members(&ending->manager->host, &target, &pids, &n) != ACT_DONE)
                return false;
        for (size_t i = 0; i < n; i++) {
                bool guest;

                if (members_include(ending, pids[i]))
                        continue;
                complete &= look_at(ending, pids[i], &guest) >= 0;
                found |= guest;
                pids[n_known++] = pids[i];
        }
        /* Else the list before says more. */
        if (complete) {
                free(ending->known);
                ending->known = pids;
                ending->n_known = n_known;
                ending->listed = manager_now(ending->manager);
        } else
                free(pids);
        return found;
}
