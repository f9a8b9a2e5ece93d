/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Groups of a test's own on this machine, in the watched hierarchy and (where it is another one) in the
 * v2 hierarchy, and children in them. A test that cannot have them is skipped and says why.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "readers/group.h"

static struct host host;

static inline bool is_hybrid(void)
{
        return host.unified >= 0 && host.controller[0] != '\0';
}

static inline int groups_open(void **state)
{
        int r = host_open(&host, "/proc", "/sys/fs/cgroup");

        (void)state;
        if (r < 0)
                host.procfs = -1;
        return 0;
}

static inline int groups_close(void **state)
{
        (void)state;
        if (host.procfs >= 0)
                host_close(&host);
        return 0;
}

/* What a test that failed left in its own group. */
static inline void end_members(const char *path)
{
        struct group_reader *reader;
        pid_t *pids;
        size_t n;

        if (group_reader_new(&reader, &host, path) < 0)
                return;
        if (group_read_pids(reader, &pids, &n) >= 0) {
                for (size_t i = 0; i < n; i++)
                        if (pids[i] != getpid())
                                kill(pids[i], SIGKILL);
                free(pids);
        }
        group_reader_free(reader);
}

static inline void remove_group(const char *path)
{
        end_members(path);
        for (int tries = 0; tries < 6000; tries++) {
                int watched = unlinkat(host.groups, path + 1, AT_REMOVEDIR) < 0 ? errno : 0;
                int unified = is_hybrid() && unlinkat(host.unified, path + 1, AT_REMOVEDIR) < 0
                                      ? errno
                                      : 0;

                if (watched != EBUSY && unified != EBUSY)
                        return;
                usleep(10000); /* the last process is still on its way out */
        }
}

static inline void need_group(const char *path)
{
        if (host.procfs < 0) {
                print_message("skipped: this machine has no cgroups\n");
                skip();
        }
        if (mkdirat(host.groups, path + 1, 0755) < 0 ||
            (is_hybrid() && mkdirat(host.unified, path + 1, 0755) < 0)) {
                print_message("skipped: cannot make a group: %s\n", strerror(errno));
                remove_group(path);
                skip();
        }
}

static inline int join(int root, const char *path, pid_t pid)
{
        char file[256], text[16];
        int fd, n, r;

        snprintf(file, sizeof(file), "%s/cgroup.procs", path + 1);
        n = snprintf(text, sizeof(text), "%d", (int)pid);
        fd = openat(root, file, O_WRONLY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        r = write(fd, text, (size_t)n) == n ? 0 : -errno;
        close(fd);
        return r;
}

/* A child in the group (in both hierarchies unless `watched_alone`) that runs body(); it is there when
 * this returns, and dies with the test. */
static inline pid_t child_in(const char *path, bool watched_alone, void (*body)(void))
{
        int ready[2];
        char byte;
        pid_t pid;

        assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                sigset_t none;

                prctl(PR_SET_PDEATHSIG, SIGKILL);
                sigemptyset(&none);
                sigprocmask(SIG_SETMASK, &none, NULL);
                if (join(host.groups, path, getpid()) < 0 ||
                    (is_hybrid() && !watched_alone && join(host.unified, path, getpid()) < 0))
                        _exit(99);
                (void)!write(ready[1], "", 1);
                body();
                _exit(0);
        }
        close(ready[1]);
        assert_int_equal(read(ready[0], &byte, 1), 1);
        close(ready[0]);
        return pid;
}

static inline bool is_alive(pid_t pid)
{
        siginfo_t info = {0};

        assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT), 0);
        return info.si_pid == 0;
}

/* However long it takes on a busy machine, but not for ever. */
static inline void wait_for_end(pid_t pid)
{
        for (int tries = 0; tries < 6000 && is_alive(pid); tries++)
                usleep(10000);
        assert_false(is_alive(pid));
}

/* The signal that ended the child; 0 when it left by itself. */
static inline int reap(pid_t pid)
{
        int status;

        wait_for_end(pid);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static inline uint64_t inode_of(const char *path)
{
        struct stat st;

        assert_int_equal(fstatat(host.groups, path + 1, &st, 0), 0);
        return st.st_ino;
}
