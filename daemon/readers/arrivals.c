/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The kernel tells a number and a name: the number stands for the folder that is watched, whose path is
 * kept here. A folder that is watched again has the same number, so a walk sets right what a rename has
 * made wrong; one that is under its path still, by its inode, need not be. The kernel keeps the number of a group that is removed, and what that group was made of, until it is
 * given back: so it is as soon as the removal is told, and one number stands for each path at most.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include <uthash.h>
#include "readers/arrivals.h"

#define EVENT_MAX (sizeof(struct inotify_event) + NAME_MAX + 1)

struct folder {
        int number;
        enum arrivals_of what;
        uint64_t inode; /* 0: not known */
        UT_hash_handle hh, by_path;
        char path[]; /* without the slash at the end: "" is the root */
};

struct arrivals {
        const struct host *host;
        int fd;
        struct folder *folders; /* by number, */
        struct folder *paths;   /* and by path */
};

int arrivals_new(struct arrivals **ret, const struct host *host)
{
        struct arrivals *arrivals = calloc(1, sizeof(*arrivals));

        if (!arrivals)
                return -ENOMEM;
        arrivals->host = host;
        arrivals->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        if (arrivals->fd < 0) {
                int r = -errno;

                free(arrivals);
                return r;
        }
        *ret = arrivals;
        return 0;
}

static void forget(struct arrivals *arrivals, struct folder *folder)
{
        HASH_DEL(arrivals->folders, folder);
        HASH_DELETE(by_path, arrivals->paths, folder);
        free(folder);
}

struct arrivals *arrivals_free(struct arrivals *arrivals)
{
        struct folder *folder, *next;

        if (!arrivals)
                return NULL;
        HASH_ITER(hh, arrivals->folders, folder, next)
        forget(arrivals, folder);
        close(arrivals->fd);
        free(arrivals);
        return NULL;
}

int arrivals_fd(const struct arrivals *arrivals)
{
        return arrivals->fd;
}

static struct folder *find(struct arrivals *arrivals, const char *path, size_t length)
{
        struct folder *folder;

        HASH_FIND(by_path, arrivals->paths, path, length, folder);
        return folder;
}

static void give_back(struct arrivals *arrivals, struct folder *folder)
{
        if (!folder)
                return;
        (void)inotify_rm_watch(arrivals->fd, folder->number);
        forget(arrivals, folder);
}

/* This number stands for this folder from now on. NULL without memory. */
static struct folder *keep(struct arrivals *arrivals, int number, const char *path, size_t length)
{
        struct folder *folder, *copy;

        HASH_FIND_INT(arrivals->folders, &number, folder);
        if (folder && strncmp(folder->path, path, length) == 0 && folder->path[length] == '\0')
                return folder;
        copy = calloc(1, sizeof(*copy) + length + 1);
        if (!copy)
                return NULL;
        if (folder)
                forget(arrivals, folder); /* it was renamed */
        give_back(arrivals, find(arrivals, path, length));
        copy->number = number;
        memcpy(copy->path, path, length);
        HASH_ADD_INT(arrivals->folders, number, copy);
        if (copy->hh.tbl)
                HASH_ADD_KEYPTR(by_path, arrivals->paths, copy->path, length, copy);
        if (copy->hh.tbl && copy->by_path.tbl)
                return copy;
        if (copy->hh.tbl)
                HASH_DEL(arrivals->folders, copy);
        free(copy);
        return NULL;
}

static int watch(struct arrivals *arrivals, const char *path, size_t length, uint64_t inode,
                 enum arrivals_of what)
{
        const char *below = path + strspn(path, "/");
        uint32_t events = IN_ONLYDIR | IN_DONT_FOLLOW;
        struct folder *folder;
        char own[PATH_MAX];
        int number;

        if (what & ARRIVALS_OF_GROUPS)
                events |= IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM;
        if (what & (ARRIVALS_OF_PROCESSES | ARRIVALS_OF_LIMITS))
                events |= IN_MODIFY;
        /* inotify takes no descriptor of a folder, but /proc/self/fd leads from one to what is below it. */
        if ((size_t)snprintf(own, sizeof(own), "/proc/self/fd/%d/%s", arrivals->host->groups,
                             below) >= sizeof(own))
                return -ENAMETOOLONG;
        number = inotify_add_watch(arrivals->fd, own, events);
        if (number < 0)
                return -errno;
        folder = keep(arrivals, number, path, length);
        if (!folder)
                return -ENOMEM;
        folder->inode = inode;
        folder->what = what;
        return 0;
}

int arrivals_watch(struct arrivals *arrivals, const char *path, uint64_t inode,
                   enum arrivals_of what)
{
        const struct folder *known;
        size_t length = strlen(path);

        while (length > 0 && path[length - 1] == '/')
                length--;
        known = inode ? find(arrivals, path, length) : NULL;
        if (known && known->inode == inode && known->what == what)
                return 0;
        return watch(arrivals, path, length, inode, what);
}

/* A write to one of these moves a process, or on v1 a thread, into the group, or sets its limit; one is the kernel's own,
 * when the first process comes in. 0: to neither. */
static enum arrivals_of written(const struct inotify_event *event)
{
        static const struct {
                const char *file;
                enum arrivals_of what;
        } files[] = {
                {"cgroup.procs", ARRIVALS_OF_PROCESSES},       {"tasks", ARRIVALS_OF_PROCESSES},
                {"cgroup.events", ARRIVALS_OF_PROCESSES},      {"memory.max", ARRIVALS_OF_LIMITS},
                {"memory.limit_in_bytes", ARRIVALS_OF_LIMITS},
        };

        for (size_t i = 0; event->len > 0 && i < sizeof(files) / sizeof(*files); i++)
                if (strcmp(event->name, files[i].file) == 0)
                        return files[i].what;
        return 0;
}

/* Hands one event on. True: it says too little. */
static bool take(struct arrivals *arrivals, const struct inotify_event *event, arrivals_fn fn,
                 void *userdata)
{
        struct folder *folder;
        enum arrivals_of what;
        char *path;

        if (event->mask & IN_Q_OVERFLOW)
                return true;
        HASH_FIND_INT(arrivals->folders, &event->wd, folder);
        if (event->mask & IN_IGNORED) {
                if (folder)
                        forget(arrivals, folder);
                return false;
        }
        if (folder && (event->mask & IN_MODIFY) && (what = written(event) & folder->what)) {
                /* A copy: the folder may be given back meanwhile. */
                path = strdup(folder->path);
                if (!path)
                        return true;
                fn(userdata, what, path);
                free(path);
                return false;
        }
        /* A number that was given back tells what was put in the queue before: its folder is gone. */
        if (!folder || !(event->mask & IN_ISDIR))
                return false;
        if (asprintf(&path, "%s/%s", folder->path, event->name) < 0)
                return true;
        if (event->mask & IN_DELETE)
                give_back(arrivals, find(arrivals, path, strlen(path)));
        fn(userdata,
           event->mask & (IN_MOVED_TO | IN_MOVED_FROM) ? ARRIVALS_RENAMED : ARRIVALS_OF_GROUPS,
           path);
        free(path);
        return false;
}

bool arrivals_read(struct arrivals *arrivals, arrivals_fn fn, void *userdata)
{
        char events[16 * EVENT_MAX] __attribute__((aligned(__alignof__(struct inotify_event))));
        bool missed = false;
        ssize_t n;

        do
                n = read(arrivals->fd, events, sizeof(events));
        while (n < 0 && errno == EINTR);
        for (ssize_t at = 0; at < n;) {
                const struct inotify_event *event = (const void *)(events + at);

                missed |= take(arrivals, event, fn, userdata);
                at += (ssize_t)(sizeof(*event) + event->len);
        }
        return missed;
}
