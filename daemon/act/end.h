/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The one place that sends a signal to a process; group.h beside it does the same to whole groups.
 * Nothing else in the daemon acts. A process is held from first sight by a pidfd and its start time,
 * signalled only through that pidfd, and checked again right before: a pid that was reused, a worker
 * that moved to another group, PID 1, a kernel thread and the daemon itself are never touched, nor is
 * anybody else's process where the host is limited to one user. On a foreign host nothing is.
 *
 * Nothing blocks, nothing logs. Any thread, one target in one thread at a time.
 *
 * Results: 0 done; ACT_GONE the target has ended already; ACT_REFUSED the last check found something
 * that must not be touched; a negative errno (-EPERM without CAP_KILL, -ENOSYS before Linux 5.3).
 */

#include <stdint.h>
#include <sys/types.h>
#include "readers/host.h"
#include "readers/process.h"

enum act_result {
        ACT_DONE = 0,
        ACT_GONE,
        ACT_REFUSED,
};

/* A worker held from first sight: pid, pidfd, start time and group belong together. */
struct act_target {
        pid_t pid;
        int pidfd;           /* -1 on a foreign host */
        uint64_t start_time; /* clock ticks since boot */
        pid_t parent;        /* at first sight */
        pid_t session;       /* at first sight */
        uid_t uid;           /* real user at first sight */
        char *group;         /* its group's path at first sight, the target's own */
};

/*
 * Takes hold of the process that `reader` has pinned. ACT_REFUSED, and nothing is held, for what may
 * never be a target (PID 1, the daemon, a kernel thread, another user's); ACT_GONE when it has ended.
 */
int act_hold(struct act_target *target, const struct host *host, struct process_reader *reader);
/* Closes and frees what is held. An empty target is fine. */
void act_release(struct act_target *target);

/* Is it still the process, in the group, that was held? What act_signal asks before it signals. */
int act_check(const struct act_target *target, const struct host *host,
              struct process_reader *reader);
/* Of one that has died: how, as process_read_death() tells it. -ESRCH where that cannot be told any more: it was collected,
 * before Linux 6.15. */
int act_read_death(const struct act_target *target, struct process_reader *reader, int *status);
int act_signal(const struct act_target *target, const struct host *host,
               struct process_reader *reader, int signo);
/* Lets one that was stopped run again, wherever it may have moved to meanwhile. */
int act_continue(const struct act_target *target, const struct host *host);
