/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Three dangers to a guard on a machine in trouble: that a look waits for its own pages to come back
 * from the disk, that the kernel's killer finds it before the culprit, and that descriptors run out with
 * the number of workers (each takes three). Scheduling is left to the unit file: a priority that
 * starves others is the administrator's choice.
 */

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "manager/log.h"
#include "manager/self.h"
#include "readers/process.h"

#define OOM_SCORE_ADJUST (-900)
#define DESCRIPTORS_KEPT 16
#define SPARE_PART 4      /* of all descriptors: for those that policies name */
#define LARGE 16384       /* bytes */
#define CAPABILITY_KILL 5 /* linux/capability.h */
#define CAPABILITY_IPC_LOCK 14

static bool is_capable(unsigned capability)
{
        /* Version 3 of the kernel's structures: two words of 32 capabilities each. */
        struct {
                unsigned version;
                int pid;
        } header = {0x20080522, 0};
        struct {
                unsigned effective, permitted, inheritable;
        } data[2] = {0};

        return syscall(SYS_capget, &header, data) == 0 && (data[0].effective & (1U << capability));
}

static void lock_memory(void)
{
        struct rlimit limit;

        /* Below a limit that is not the sky, what is locked now makes an allocation fail later. */
        if (!is_capable(CAPABILITY_IPC_LOCK) &&
            (getrlimit(RLIMIT_MEMLOCK, &limit) < 0 || limit.rlim_cur != RLIM_INFINITY))
                return;
        /* The allocator cannot give back what is locked, unless it is a mapping of its own; and most of what is large is
         * needed for a moment: the lists of folders that a walk reads. */
        (void)mallopt(M_MMAP_THRESHOLD, LARGE);
        /* Only what is touched, so that the stacks of threads do not count in full. */
        (void)mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

static void adjust_oom_score(void)
{
        char text[16] = "";
        int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);

        if (fd < 0)
                return;
        if (read(fd, text, sizeof(text) - 1) > 0 && atoi(text) > OOM_SCORE_ADJUST)
                (void)dprintf(fd, "%d", OOM_SCORE_ADJUST);
        close(fd);
}

void self_prepare(void)
{
        struct rlimit files;

        if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
                files.rlim_cur = files.rlim_max;
                (void)setrlimit(RLIMIT_NOFILE, &files);
        }
        /* The threads wait nearly always: one place to allocate from serves all of them. */
        (void)mallopt(M_ARENA_MAX, 2);
        lock_memory();
        adjust_oom_score();
}

/* Are more than so many left of this one's limit, and a part of it? */
static bool has_room(rlim_t kept, rlim_t part)
{
        struct rlimit files;
        int lowest = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0); /* the next one to be handed out */

        if (lowest < 0)
                return errno != EMFILE && errno != ENFILE;
        close(lowest);
        if (getrlimit(RLIMIT_NOFILE, &files) < 0)
                return true;
        if (part > 0 && files.rlim_cur / part > kept)
                kept = files.rlim_cur / part;
        return files.rlim_cur > kept && (rlim_t)lowest < files.rlim_cur - kept;
}

bool self_has_room(void)
{
        return has_room(DESCRIPTORS_KEPT, 0);
}

bool self_has_room_to_spare(void)
{
        return has_room(2 * DESCRIPTORS_KEPT, SPARE_PART);
}

bool self_may_end_everybody(void)
{
        return is_capable(CAPABILITY_KILL);
}

void self_check_privileges(bool user)
{
        long fd = syscall(SYS_pidfd_open, getpid(), 0U);

        if (fd < 0)
                log_line(LOG_ERR,
                         "The kernel hands out no pidfd (Linux 5.3 is needed, and a sandbox "
                         "that permits pidfd_open): no process can be ended.");
        else
                close((int)fd);
        if (user)
                log_line(LOG_INFO, "Only processes of user %u are ended.", (unsigned)getuid());
        else if (!self_may_end_everybody())
                log_line(LOG_WARNING,
                         "Without root (CAP_KILL) only processes of user %u can be ended; "
                         "CAP_DAC_OVERRIDE and CAP_SYS_PTRACE are missed as well.",
                         (unsigned)getuid());
}

int self_group(const struct host *host, char **path)
{
        struct process_reader *reader;
        int r;

        *path = NULL;
        if (host->foreign) {
                *path = strdup("/");
                return *path ? 0 : -ENOMEM;
        }
        r = process_reader_new(&reader, host, getpid());
        if (r < 0)
                return r;
        r = process_read_group(reader, host, path);
        process_reader_free(reader);
        return r;
}
