/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "act/brake.h"
#include "manager/answers/stopped.h"
#include "manager/leftovers.h"
#include "manager/wires/keeper.h"
#include "manager/wires/reset.h"

#define CHILD_AGAIN_USEC (UINT64_C(60) * 1000000)

struct keeper {
        sd_event *event;
        int folder; /* the runtime folder, */
        int lock;   /* and the lock in it */
        bool user;
        pid_t child; /* 0: none */
        int pipe;    /* its standard input */
        sd_event_source *death;
        uint64_t child_again; /* monotonic microseconds before which no other child is started */
        bool written;         /* there is a record */
        void (*lost)(void *userdata);
        void *userdata;
};

int keeper_new(struct keeper **ret, sd_event *event, const struct host *host, const char *runtime,
               bool user, void (*lost)(void *userdata), void *userdata)
{
        struct keeper *keeper = calloc(1, sizeof(*keeper));
        int folder, lock;

        if (!keeper)
                return -ENOMEM;
        folder = reset_open_locked(runtime, &lock);
        if (folder < 0) {
                free(keeper);
                return folder;
        }
        /* What could not be undone stays in the record, which is not written anew then. */
        if (!reset_leftovers(folder, host, user)) {
                close(lock);
                close(folder);
                free(keeper);
                return -EIO;
        }
        *keeper = (struct keeper){.event = sd_event_ref(event),
                                  .folder = folder,
                                  .lock = lock,
                                  .user = user,
                                  .pipe = -1,
                                  .lost = lost,
                                  .userdata = userdata};
        *ret = keeper;
        return 0;
}

static void forget_child(struct keeper *keeper)
{
        keeper->death = sd_event_source_disable_unref(keeper->death);
        if (keeper->pipe >= 0)
                close(keeper->pipe);
        keeper->pipe = -1;
        keeper->child = 0;
}

static int on_child_death(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        struct keeper *keeper = userdata;

        (void)source;
        (void)fd;
        (void)events;
        (void)waitpid(keeper->child, NULL, WNOHANG);
        forget_child(keeper);
        keeper->lost(keeper->userdata);
        return 0;
}

static int watch_child(struct keeper *keeper)
{
        int r, fd = (int)syscall(SYS_pidfd_open, keeper->child, 0U);

        if (fd < 0)
                return -errno;
        r = sd_event_add_io(keeper->event, &keeper->death, fd, EPOLLIN, on_child_death, keeper);
        if (r < 0)
                close(fd);
        else
                (void)sd_event_source_set_io_fd_own(keeper->death, true);
        return r;
}

/* Another program in the same file: it shares nothing with the daemon but the pipe, which ends with it. */
static int spawn(pid_t *pid, int input, bool user)
{
        char *arguments[] = {"bignum-guardd", "--reset", "--await-end", user ? "--user" : NULL,
                             NULL};
        posix_spawn_file_actions_t actions;
        int r = posix_spawn_file_actions_init(&actions);

        if (r != 0)
                return -r;
        r = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
        if (r == 0)
                r = posix_spawn(pid, "/proc/self/exe", &actions, NULL, arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
        return -r;
}

static int start_child(struct keeper *keeper)
{
        int ends[2], r;

        if (pipe2(ends, O_CLOEXEC) < 0)
                return -errno;
        keeper->pipe = ends[1];
        r = spawn(&keeper->child, ends[0], keeper->user);
        close(ends[0]);
        if (r == 0)
                r = watch_child(keeper);
        if (r < 0)
                forget_child(keeper); /* it ends with its input, if it came to life */
        return r;
}

bool keeper_waits(struct keeper *keeper)
{
        uint64_t now;

        if (keeper->child > 0)
                return true;
        if (sd_event_now(keeper->event, CLOCK_MONOTONIC, &now) < 0 || now < keeper->child_again)
                return false;
        keeper->child_again = now + CHILD_AGAIN_USEC;
        return start_child(keeper) >= 0;
}

int keeper_folder(const struct keeper *keeper)
{
        return keeper->folder;
}

struct all {
        const struct kept *at;
        size_t n;
};

static void print_all(FILE *file, const void *userdata)
{
        const struct all *all = userdata;

        for (const struct kept *kept = all->at; kept < all->at + all->n; kept++)
                for (size_t j = 0; j < 2; j++)
                        if (kept->bytes[j] != BRAKE_OFF)
                                fprintf(file, "%" PRIu64 " %" PRIu64 " %s%c", kept->inode,
                                        kept->bytes[j], kept->path, '\0');
}

int keeper_write(struct keeper *keeper, const struct kept *kept, size_t n)
{
        const struct all all = {.at = kept, .n = n};
        int r;

        if (n == 0) {
                if (keeper->written && unlinkat(keeper->folder, RESET_RECORD, 0) < 0 &&
                    errno != ENOENT)
                        return -errno;
                keeper->written = false;
                return 0;
        }
        r = leftovers_write(keeper->folder, RESET_RECORD, print_all, &all);
        keeper->written |= r == 0;
        return r;
}

static bool is_there(const struct keeper *keeper, const char *record)
{
        return faccessat(keeper->folder, record, F_OK, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

/* One that has nothing to do need not look for it in a folder that may be gone soon. It hears no other signal. */
static void dismiss_child(struct keeper *keeper)
{
        if (keeper->child == 0 || is_there(keeper, RESET_RECORD) ||
            is_there(keeper, STOPPED_RECORD))
                return;
        (void)kill(keeper->child, SIGKILL);
        (void)waitpid(keeper->child, NULL, 0);
}

struct keeper *keeper_free(struct keeper *keeper)
{
        if (!keeper)
                return NULL;
        dismiss_child(keeper);
        close(keeper->lock); /* before the child is told */
        close(keeper->folder);
        forget_child(keeper);
        sd_event_unref(keeper->event);
        free(keeper);
        return NULL;
}
