/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Why a signal cannot reach the wrong process. The reader pins a process P under its pid. pidfd_open
 * takes whoever has that pid at that moment; the identity is read through the reader afterwards, and
 * a read that succeeds proves that P had not been reaped by then. P held the pid all the time between,
 * so the pidfd is P's. A pidfd never changes its process, and a signal through it reaches P or none.
 *
 * The check before the signal is for what may have changed about P itself: it may have moved to a
 * group that no policy names, or be a zombie whose reading no longer tells anything.
 */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "act/end.h"

/* The system calls themselves: glibc has had wrappers since 2.36 only, other C libraries have none. */
static int pidfd_open_raw(pid_t pid)
{
        long fd = syscall(SYS_pidfd_open, pid, 0U);

        return fd < 0 ? -errno : (int)fd;
}

static int pidfd_signal_raw(int pidfd, int signo)
{
        return syscall(SYS_pidfd_send_signal, pidfd, signo, NULL, 0U) < 0 ? -errno : 0;
}

/* struct pidfd_info of <linux/pidfd.h>, which older kernels' headers do not have. */
struct death_info {
        uint64_t mask, cgroup;
        uint32_t ids[11];
        int32_t exit_code;
};
_Static_assert(sizeof(struct death_info) == 64, "as the kernel's first version");
#define DEATH_INFO _IOWR(0xFF, 11, struct death_info)
#define DEATH_INFO_EXIT (UINT64_C(1) << 3)

/* Of one that was collected. */
static int read_death_raw(int pidfd, int *status)
{
        struct death_info info = {.mask = DEATH_INFO_EXIT};

        if (pidfd < 0 || ioctl(pidfd, DEATH_INFO, &info) < 0 || !(info.mask & DEATH_INFO_EXIT))
                return -ESRCH;
        *status = info.exit_code;
        return 0;
}

static int gone_or(int r)
{
        return r == -ESRCH || r == -ENOENT ? ACT_GONE : r;
}

/* May this be a target at all? */
static bool may_touch(const struct host *host, const struct process_identity *identity)
{
        if (identity->kernel_thread || identity->pid <= 1)
                return false;
        if (!host->foreign && identity->pid == getpid())
                return false;
        return host->only == HOST_EVERY_USER || identity->uid == host->only;
}

int act_hold(struct act_target *target, const struct host *host, struct process_reader *reader)
{
        struct act_target held = {.pidfd = -1};
        struct process_identity identity;
        int r;

        if (!host->foreign) {
                r = pidfd_open_raw(process_reader_pid(reader));
                if (r < 0)
                        return gone_or(r);
                held.pidfd = r;
        }

        /* Behind the open: the proof that the pidfd is this process's. */
        r = process_read_identity(reader, &identity);
        if (r >= 0 && !may_touch(host, &identity)) {
                act_release(&held);
                return ACT_REFUSED;
        }
        if (r >= 0)
                r = process_read_group(reader, host, &held.group);
        if (r < 0) {
                act_release(&held);
                return gone_or(r);
        }
        held.pid = identity.pid;
        held.parent = identity.ppid;
        held.session = identity.session;
        held.start_time = identity.start_time;
        held.uid = identity.uid;
        *target = held;
        return ACT_DONE;
}

void act_release(struct act_target *target)
{
        if (target->pidfd >= 0)
                close(target->pidfd);
        free(target->group);
        *target = (struct act_target){.pidfd = -1};
}

int act_check(const struct act_target *target, const struct host *host,
              struct process_reader *reader)
{
        struct process_identity identity;
        char *group;
        int r;

        r = process_read_identity(reader, &identity);
        if (r < 0)
                return gone_or(r);
        if (identity.pid != target->pid || identity.start_time != target->start_time ||
            !may_touch(host, &identity))
                return ACT_REFUSED;

        r = process_read_group(reader, host, &group);
        if (r < 0)
                return r == -EXDEV ? ACT_REFUSED : gone_or(r);
        r = target->group && strcmp(group, target->group) == 0 ? ACT_DONE : ACT_REFUSED;
        free(group);
        return r;
}

int act_read_death(const struct act_target *target, struct process_reader *reader, int *status)
{
        int r = process_read_death(reader, status);

        return r == -ESRCH ? read_death_raw(target->pidfd, status) : r;
}

int act_signal(const struct act_target *target, const struct host *host,
               struct process_reader *reader, int signo)
{
        int r;

        if (host->foreign || target->pidfd < 0)
                return ACT_REFUSED;
        r = act_check(target, host, reader);
        if (r != ACT_DONE)
                return r;
        return gone_or(pidfd_signal_raw(target->pidfd, signo));
}

int act_continue(const struct act_target *target, const struct host *host)
{
        if (host->foreign || target->pidfd < 0)
                return ACT_REFUSED;
        return gone_or(pidfd_signal_raw(target->pidfd, SIGCONT));
}
