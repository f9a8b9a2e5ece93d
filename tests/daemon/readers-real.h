/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the tests of the readers on this machine have in common: its host, a child that has done something, and
 * a group of this run alone.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "readers/group.h"
#include "readers/host.h"
#include "readers/process.h"

#define MIB ((uint64_t)1 << 20)

static struct host host;
static char group_name[64]; /* below the watched hierarchy, of this run alone */

static inline int open_host(void **state)
{
        int r = host_open(&host, "/proc", "/sys/fs/cgroup");

        (void)state;
        if (r < 0)
                fprintf(stderr, "this machine has no cgroups to read: %s\n", strerror(-r));
        snprintf(group_name, sizeof(group_name), "bng-test-readers-%d", (int)getpid());
        return 0;
}

static inline int close_host(void **state)
{
        (void)state;
        host_close(&host);
        return 0;
}

static inline void need_host(void)
{
        if (host.procfs >= 0)
                return;
        print_message("skipped: this machine has no /proc with cgroups\n");
        skip();
}

static inline void *take(size_t bytes, int flags)
{
        void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

        if (memory != MAP_FAILED)
                memset(memory, 1, bytes);
        return memory;
}

/* A child that does `work`, says so, and waits for its end. */
struct child {
        pid_t pid;
        int said;
};

static pid_t running; /* the child of the test, for a test that fails */

static inline struct child start(const char *group, void (*work)(void))
{
        struct child child;
        int pipes[2];
        char byte;

        assert_int_equal(pipe(pipes), 0);
        child.pid = fork();
        assert_true(child.pid >= 0);
        if (child.pid == 0) {
                char path[128];
                int fd;

                prctl(PR_SET_PDEATHSIG, SIGKILL);
                if (group) {
                        snprintf(path, sizeof(path), "%s/cgroup.procs", group);
                        fd = openat(host.groups, path, O_WRONLY);
                        if (fd < 0 || write(fd, "0", 1) != 1)
                                _exit(1);
                        close(fd);
                }
                work();
                if (write(pipes[1], "x", 1) != 1)
                        _exit(1);
                for (;;)
                        pause();
        }
        running = child.pid;
        close(pipes[1]);
        child.said = pipes[0];
        assert_int_equal(read(child.said, &byte, 1), 1);
        return child;
}

static inline void end(struct child child)
{
        kill(child.pid, SIGKILL);
        waitpid(child.pid, NULL, 0);
        running = 0;
        close(child.said);
}

static inline void nothing(void)
{
}

/* Makes the group of this run, or skips the test. */
static inline void need_group(void)
{
        need_host();
        if (mkdirat(host.groups, group_name, 0755) == 0)
                return;
        print_message("skipped: cannot make a group in %s: %s\n", host.groups_path,
                      strerror(errno));
        skip();
}

static inline void remove_group(const char *name)
{
        for (int tries = 0; unlinkat(host.groups, name, AT_REMOVEDIR) < 0 && tries < 6000; tries++)
                usleep(10000); /* the last process may still be on its way out */
}

/* After every test, also one that failed half-way. */
static inline int clean_up(void **state)
{
        (void)state;
        if (running > 0) {
                kill(running, SIGKILL);
                waitpid(running, NULL, 0);
                running = 0;
        }
        if (host.procfs >= 0 && faccessat(host.groups, group_name, F_OK, 0) == 0)
                remove_group(group_name);
        return 0;
}
