/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The processes of one end. Each has its own verdict, which is closed once: at its death (told by its
 * pidfd), when it has left the group in which it was judged and is let go, or when it is given up. A process is a
 * member of one end at a time: another one that comes to it leaves it its verdict.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <utlist.h>
#include "config/units.h"
#include "manager/answers/record.h"
#include "manager/ends/ending.h"
#include "manager/ends/escaped.h"
#include "manager/ends/members.h"
#include "manager/ends/relief.h"
#include "manager/groups/roster.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"
#include "manager/settings.h"

#define SWEEP_MAX 256  /* new processes in one turn of the loop */
#define SWEEP_ROUNDS 4 /* lists in one turn, while those listed are gone too fast */
#define QUIET_LISTS 4  /* in a row that show nobody new: see is_empty() in ending.c */

static uint64_t peak_of(const struct ending *ending, const struct member *member)
{
        if (ending->watch && !ending->breaker)
                return ending->watch->peak;
        return member->worker->peak;
}

static void close_member(struct member *member, enum outcome outcome)
{
        struct verdict *verdict = member->verdict;

        if (!verdict)
                return;
        if (peak_of(member->ending, member) > verdict->peak)
                verdict->peak = peak_of(member->ending, member);
        if (outcome == OUTCOME_ENDED || outcome == OUTCOME_RESTARTED)
                verdict->ended_after_usec =
                        manager_now(member->ending->manager) - member->ending->started;
        member->verdict = NULL;
        record_close(member->ending->manager, verdict, outcome);
}

static void stop_awaiting(struct member *member)
{
        member->awaited = false;
        (void)sd_event_source_set_enabled(member->death, SD_EVENT_OFF);
}

static void member_died(struct member *member)
{
        struct ending *ending = member->ending;
        struct bng_size_text after;

        if (!member->awaited)
                return;
        stop_awaiting(member);
        if (ending->stage == GIVEN_UP)
                log_line(LOG_NOTICE, "Process %d is dead at last, after %s.",
                         (int)member->worker->target.pid,
                         bng_format_usec(manager_now(ending->manager) - ending->started, &after));
        if (member->verdict)
                member->verdict->killed_by = killer_of(member);
        close_member(member, member->signalled          ? OUTCOME_ENDED
                             : ending->stage == RESTART ? OUTCOME_RESTARTED
                                                        : OUTCOME_GONE);
        relief_expect(member->worker, ending->manager);
        /* Measured at the next look he is not there any more; else his family would be judged by what he had, and ended once
         * more, until there is a new list. */
        member->worker->due = 0;
        if (ending->watch)
                watch_look_at(ending->watch, 0);
}

bool members_awaited(const struct ending *ending)
{
        for (size_t i = 0; i < ending->n; i++)
                if (ending->members[i]->awaited)
                        return true;
        return false;
}

static int on_death(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        struct member *member = userdata;

        (void)source;
        (void)fd;
        (void)revents;
        member_died(member);
        if (!members_awaited(member->ending))
                ending_nobody_is_awaited(member->ending);
        return 0;
}

int members_add(struct ending *ending, struct worker *worker)
{
        struct member *member;

        if (ending->n == ending->room) {
                size_t room = ending->room > 0 ? ending->room * 2 : 4;
                struct member **members =
                        reallocarray(ending->members, room, sizeof(struct member *));

                if (!members)
                        return -ENOMEM;
                ending->members = members;
                ending->room = room;
        }
        member = calloc(1, sizeof(*member));
        if (!member)
                return -ENOMEM;
        member->ending = ending;
        member->awaited = true;
        member->worker = worker_ref(worker);
        if (ending->watch) {
                member->verdict = record_new(ending->watch, worker, ending->policy,
                                             &ending->finding, ending->event);
                if (!member->verdict) {
                        worker_unref(member->worker);
                        free(member);
                        return -ENOMEM;
                }
        }
        worker->ending = ending;
        worker->condemned = true;
        /* Without the kernel's word (no memory for it) the timer asks. */
        (void)sd_event_add_io(ending->manager->event, &member->death, worker->target.pidfd, EPOLLIN,
                              on_death, member);
        ending->members[ending->n++] = member;
        return 0;
}

void members_free(struct ending *ending)
{
        for (size_t i = 0; i < ending->n; i++) {
                struct member *member = ending->members[i];

                sd_event_source_disable_unref(member->death);
                member->worker->ending = NULL;
                worker_unref(member->worker);
                verdict_free(member->verdict);
                free(member);
        }
        free(ending->members);
}

static void note_signal(struct member *member, int signo, bool by_cgroup_kill)
{
        struct verdict *verdict = member->verdict;

        member->signalled = true;
        member->killed |= signo == SIGKILL;
        if (verdict && verdict->n_signals < VERDICT_SIGNALS)
                verdict->signals[verdict->n_signals++] =
                        (struct sent_signal){.signo = signo,
                                             .realtime_usec = clock_read(CLOCK_REALTIME),
                                             .by_cgroup_kill = by_cgroup_kill};
}

static void let_go(struct member *member, const char *why)
{
        log_line(LOG_WARNING, "Process %d %s: not signalled.", (int)member->worker->target.pid,
                 why);
        member->worker->let_go = true;
        stop_awaiting(member);
        close_member(member, OUTCOME_SURVIVED);
}

/* The kernel's no, which stays; anything else is a shortage of ours, or of the moment. */
static bool is_final(int error)
{
        return error == -EPERM || error == -EACCES || error == -ENOSYS;
}

static void signal_member(struct member *member, int signo)
{
        struct manager *manager = member->ending->manager;
        struct act_target *target = &member->worker->target;
        int r;

        if (!member->awaited)
                return;
        member->owed = 0;
        /* The configuration may have changed since the decision. */
        if (settings_exempt(manager, target->group)) {
                let_go(member, "is protected by now");
                return;
        }
        r = act_signal(target, &manager->host, member->worker->reader, signo);
        if (r == ACT_DONE)
                note_signal(member, signo, false);
        else if (r == ACT_REFUSED) {
                if (signo == SIGKILL && member->signalled)
                        escaped_note(manager, member->worker);
                let_go(member, "has left the group in which it was judged");
        } else if (r < 0) {
                log_trouble(&manager->trouble.signal, manager_now(manager),
                            "Cannot signal process %d: %s", (int)target->pid, strerror(-r));
                if (is_final(r))
                        close_member(member, OUTCOME_SURVIVED);
                else
                        member->owed = signo;
        } else /* gone: its pidfd is readable, or will be soon; only that is believed */
                member->owed = signo;
}

bool members_signal_owed(struct ending *ending)
{
        bool owed = false;

        for (size_t i = 0; i < ending->n; i++) {
                struct member *member = ending->members[i];

                if (member->awaited && member->owed)
                        signal_member(member, member->owed);
                owed |= member->awaited && member->owed;
        }
        return owed;
}

void members_signal(struct ending *ending, int signo)
{
        for (size_t i = 0; i < ending->n; i++)
                signal_member(ending->members[i], signo);
}

size_t members_report(struct ending *ending, int signo)
{
        size_t n = 0;

        for (size_t i = 0; i < ending->n; i++) {
                struct member *member = ending->members[i];
                bool handles;

                /* By default most signals end a process: asked right before. One that gives its handler
                 * up in between is ended by this signal instead of the next. */
                if (!member->awaited ||
                    process_read_handles(member->worker->reader, signo, &handles) < 0 || !handles)
                        continue;
                signal_member(member, signo);
                member->owed = 0; /* later it may be without its handler */
                n += member->signalled;
        }
        return n;
}

struct worker *members_await(const struct ending *ending, pid_t pid)
{
        for (size_t i = 0; i < ending->n; i++)
                if (ending->members[i]->worker->target.pid == pid && ending->members[i]->awaited)
                        return ending->members[i]->worker;
        return NULL;
}

bool members_include(const struct ending *ending, pid_t pid)
{
        for (size_t i = 0; i < ending->n; i++)
                if (ending->members[i]->worker->target.pid == pid)
                        return true;
        return false;
}

bool members_share(const struct ending *ending, pid_t session)
{
        const struct ending *each;

        DL_FOREACH(ending->manager->endings, each)
        {
                for (size_t i = 0; i < each->n; i++) {
                        const struct act_target *target = &each->members[i]->worker->target;

                        if (target->session == session &&
                            path_is_below(target->group, ending->path))
                                return true;
                }
        }
        return false;
}

/* One that joined is signalled before anything is written down: it may be on its way to another fork. With a
 * verdict while there is room for it. False: it was gone. */
static bool sweep_one(struct ending *ending, struct worker *worker, int signo)
{
        int r = act_signal(&worker->target, &ending->manager->host, worker->reader, signo);

        if (r == ACT_GONE)
                return false;
        if (ending->n == ENDING_MEMBERS_MAX || members_add(ending, worker) < 0)
                ending->unrecorded += r == ACT_DONE;
        else if (r == ACT_DONE)
                note_signal(ending->members[ending->n - 1], signo, false);
        else
                signal_member(ending->members[ending->n - 1], signo);
        return true;
}

static struct member *find_member(const struct ending *ending, const struct worker *worker)
{
        for (size_t i = 0; i < ending->n; i++)
                if (ending->members[i]->worker == worker)
                        return ending->members[i];
        return NULL;
}

/* One that another end is about has its verdict there, and its grace is cut short where everybody else in the group is
 * killed. ACT_REFUSED: that end has given it up. *fresh: it was signalled just now. */
static int sweep_anothers(const struct worker *worker, int signo, bool *fresh)
{
        struct member *member = find_member(worker->ending, worker);

        *fresh = false;
        if (!member || worker->ending->stage == GIVEN_UP)
                return ACT_REFUSED;
        if (signo == SIGKILL && !member->killed) {
                signal_member(member, SIGKILL);
                *fresh = member->killed;
        }
        return ACT_DONE;
}

struct sweep {
        size_t left;  /* who is still there and is to end, */
        size_t fresh; /* those of them that were not members before, */
        size_t gone;  /* and who was listed and gone before he could be signalled */
};

/* One list of the group, the newest first: who forks and leaves has the highest pid. */
static struct sweep sweep_once(struct ending *ending, int signo)
{
        struct act_group target = {.path = ending->path, .inode = ending->inode};
        struct sweep sweep = {0};
        pid_t *pids = NULL;
        size_t n = 0;

        int r = act_group_members(&ending->manager->host, &target, &pids, &n);

        if (r < 0)
                sweep.left = sweep.fresh = 1; /* what cannot be listed is not known to be empty */
        while (n-- > 0) {
                struct worker *worker;
                bool fresh = true;

                if (members_await(ending, pids[n])) {
                        sweep.left++;
                        continue;
                }
                r = sweep.fresh < SWEEP_MAX ? watch_hold(ending->watch, pids[n], &worker) : -EAGAIN;
                if (r == ACT_DONE) {
                        if (worker->ending && worker->ending != ending)
                                r = sweep_anothers(worker, signo, &fresh);
                        else if (guests_include(ending, worker))
                                r = ACT_REFUSED;
                        else {
                                ending->closed = false;
                                r = sweep_one(ending, worker, signo) ? ACT_DONE : ACT_GONE;
                        }
                        worker_unref(worker);
                }
                sweep.left += r == ACT_DONE || r < 0;
                sweep.fresh += (r == ACT_DONE && fresh) || r < 0;
                sweep.gone += r == ACT_GONE;
        }
        free(pids);
        return sweep;
}

/* One by one a group is closed when lists in a row show nobody who is not signalled yet. */
static void try_to_close(struct ending *ending)
{
        for (unsigned lists = 0; lists < QUIET_LISTS; lists++) {
                struct sweep sweep = sweep_once(ending, SIGKILL);

                if (sweep.fresh > 0 || sweep.gone > 0)
                        return;
        }
        guests_close(ending);
}

/* A process that was in the list and is gone may have left another: the group is empty when its list is. */
size_t members_sweep(struct ending *ending, int signo)
{
        struct sweep sweep = {.gone = 1};

        if (!ending->watch)
                return 0;
        if (signo == SIGKILL && !ending->closed)
                try_to_close(ending);
        for (unsigned round = 0; sweep.gone > 0 && round < SWEEP_ROUNDS; round++)
                sweep = sweep_once(ending, signo);
        return sweep.left + sweep.gone;
}

static void was_killed(struct member *member)
{
        struct worker *worker = member->worker;

        member->owed = 0;
        if (act_check(&worker->target, &member->ending->manager->host, worker->reader) ==
            ACT_REFUSED) {
                let_go(member, "has left the group in which it was judged");
                return;
        }
        note_signal(member, SIGKILL, true);
        /* The kernel sends it to the first thread alone: where that one has ended, it reaches nobody. */
        if (process_leader_is_gone(worker->reader))
                signal_member(member, SIGKILL);
}

/* Those as well whom another end had asked. */
void members_were_killed(struct ending *ending)
{
        struct ending *each;

        DL_FOREACH(ending->manager->endings, each)
        {
                for (size_t i = 0; i < each->n; i++) {
                        struct member *member = each->members[i];

                        if (member->awaited &&
                            (each == ending ||
                             (each->stage < KILLED &&
                              path_is_below(member->worker->target.group, ending->path))))
                                was_killed(member);
                }
        }
}

void members_ask(struct ending *ending)
{
        for (size_t i = 0; i < ending->n; i++) {
                struct pollfd pidfd = {.fd = ending->members[i]->worker->target.pidfd,
                                       .events = POLLIN};

                if (ending->members[i]->awaited && poll(&pidfd, 1, 0) > 0)
                        member_died(ending->members[i]);
        }
}

bool members_died_unsignalled(const struct ending *ending)
{
        for (size_t i = 0; i < ending->n; i++) {
                const struct member *member = ending->members[i];

                if (member->signalled || member->awaited || member->worker->let_go)
                        return false;
        }
        return true;
}

void members_give_up(struct ending *ending)
{
        for (size_t i = 0; i < ending->n; i++) {
                struct member *member = ending->members[i];

                if (member->verdict)
                        log_line(LOG_WARNING, "Process %d survived so far.",
                                 (int)member->worker->target.pid);
                close_member(member, OUTCOME_SURVIVED);
        }
}
