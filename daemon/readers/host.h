/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The host as the daemon sees it: a folder that is /proc and a folder that is /sys/fs/cgroup, and
 * which of the kernel's accountings stands under it.
 *
 *   HOST_V2     cgroup v2 with the memory controller: anon + shmem + swap of the group
 *   HOST_V1     the v1 memory controller (alone or hybrid): rss + shmem (total_) + swap of it
 *   HOST_PLAIN  neither counts memory: the private memory of the group's processes, summed
 *
 * Groups are named by their path inside the hierarchy that is watched ("/a/b", as /proc/PID/cgroup
 * shows it), never by a path of the file system. A root given as an argument that is not this
 * host's own makes the host foreign, and nothing is ever signalled on a foreign host. Foreign is also a
 * /proc of another PID namespace: its numbers mean other processes to the system calls that act.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define HOST_EVERY_USER ((uid_t)-1)

enum host_layout {
        HOST_V2,
        HOST_V1,
        HOST_PLAIN,
};

struct host {
        enum host_layout layout;
        int procfs;   /* O_PATH descriptor of the procfs root */
        int groups;   /* O_PATH descriptor of the watched hierarchy's root */
        int unified;  /* O_PATH descriptor of the v2 hierarchy, or -1: for cgroup.kill and freeze */
        bool foreign; /* not this host's own /proc and cgroups: dry run is forced */
        uid_t only;   /* the user whose processes alone may be acted on, or HOST_EVERY_USER, as
                         host_open leaves it */
        char *groups_path;          /* the watched hierarchy's root, for messages */
        struct group_above **above; /* a table: groups above those that are read (group-above.c) */
        char *controller; /* how /proc/PID/cgroup marks its line: "memory", "name=systemd"; "" for
                              v2 */
};

/* 0, or a negative errno with nothing held: -ENOENT where the folders hold no cgroup hierarchy. */
int host_open(struct host *host, const char *procfs, const char *cgroupfs);
void host_close(struct host *host);
const char *host_layout_name(enum host_layout layout); /* "v2", "v1", "plain" */

/* What meminfo says, in bytes. */
struct host_memory {
        uint64_t
                total; /* what percentages are of; it changes where memory is plugged or a balloon grows */
        uint64_t
                available; /* what may still be used before the machine itself is out of memory: the nearest limit of
                               a group that has none */
        bool swaps; /* is anything swapped out, or may be for what is known? */
};
/* 0, or a negative errno: -ENODATA where one of the first two is not said. */
int host_read_memory(const struct host *host, struct host_memory *ret);

/* The pid that was given out last: the kernel goes up, and begins again below when there are none left. 0 or a
 * negative errno. */
int host_read_latest_pid(const struct host *host, pid_t *pid);
/* Was a process that exists while `now` is the latest started after `then` was? */
static inline bool host_started_since(pid_t pid, pid_t then, pid_t now)
{
        return then <= now ? pid > then && pid <= now : pid > then || pid <= now;
}
