/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Reads one group: what memory only an end of it would free, its own limit, its processes.
 * Page cache and shared file pages do not count; swap does.
 *
 * Results: 0; -ENOENT or -ENODEV when the group is gone; another negative errno. A group that
 * vanishes between two files is gone, not wrong.
 */

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <limits.h>
#include "readers/host.h"

#define GROUP_NO_LIMIT UINT64_MAX

/* Does this result say so? */
static inline bool group_is_gone(int r)
{
        return r == -ENOENT || r == -ENODEV;
}

struct group_reading {
        bool accounted; /* false: the kernel counts no memory here (HOST_PLAIN, or the controller is
                           not enabled for this group); memory and swap are 0, the caller sums
                         */
        uint64_t memory;   /* bytes: anon + shmem + swap, of the group and everything below it */
        uint64_t swap;     /* bytes of it that are swapped out */
        uint64_t limit;    /* bytes: the tightest hard limit of the group and its ancestors */
        uint64_t headroom; /* bytes the group may still grow before one of these limits ends
                              something: least over the chain of limit - (usage - page cache), so
                              what neighbours under the same ancestor hold is taken off;
                              GROUP_NO_LIMIT without a limit. Here, as with limit, the machine's own
                              memory is not looked at */
};

/* Kept descriptors of one group, so that a reading is one pread a file and stays with this cgroup
 * even if another one is made under the same path later. */
struct group_reader;

int group_reader_new(struct group_reader **ret, const struct host *host, const char *path);
struct group_reader *group_reader_free(struct group_reader *reader); /* NULL */

/* One of how many the group is, where at each level all that are read, or are above one that is, share alike: the product
 * of how many there are right below the root and below each group above it. Who makes groups elsewhere does not change
 * it. UINT64_MAX if it is more than fits. */
uint64_t group_reader_crowd(const struct group_reader *reader);
/* The inode of the group's folder: tells a re-created group from the one seen before. */
uint64_t group_reader_inode(const struct group_reader *reader);
/* Cheap: an upper bound of memory without a look at memory.stat (cache included); UINT64_MAX if
 * none. Without `swaps`, when nothing on the machine is swapped out, that is not read where it has a file of its own. */
int group_read_usage(struct group_reader *reader, bool swaps, uint64_t *bytes);
int group_read(struct group_reader *reader, struct group_reading *ret);
/* The same at a fraction of the cost, for a group whose own memory nobody judges: without a limit its memory.stat
 * is not read. `memory` is 0, and `swap` may be off by what the group grows meanwhile; without `swaps`, when nothing
 * on the machine is swapped out, it is not read where the kernel counts it. */
int group_read_limits(struct group_reader *reader, bool swaps, struct group_reading *ret);
/* CPU time of all that ever ran in the group and below it, in microseconds. -ENODATA where its hierarchy
 * does not count that (v1's memory controller alone). */
int group_read_cpu(struct group_reader *reader, uint64_t *usec);
/* How many of the group's own processes the kernel has ended because memory was short. -ENOENT where it does not
 * count that. */
int group_read_kills(struct group_reader *reader, uint64_t *n);
/* How often this group, not one below or above, came to the kernel's limit on its memory: the same. */
int group_read_hits(struct group_reader *reader, uint64_t *n);
/* Is nobody in the group, nor below it? From now on arrivals.h tells of the first who is, however that came about, until
 * group_let_events() is called. -ENOENT where the kernel tells nothing of it. */
int group_await_events(struct group_reader *reader, bool *deserted);
void group_let_events(struct group_reader *reader);
/* The processes in the group itself (not below it), and of threaded groups below a v2 group that is their domain; of a
 * threaded group none. *pids is malloc'ed, the caller frees it. */
int group_read_pids(struct group_reader *reader, pid_t **pids, size_t *n_pids);
/* Is this v2 group threaded? Its domain, the nearest group above that is not, lists its processes, and is charged for
 * their memory. */
bool group_is_threaded(const struct host *host, const char *path);

/*
 * Walks this group and every one below it, parents first; with "/" those below the root of the watched
 * hierarchy, which is no group itself. GROUP_DEPTH_MAX deep at most, and no path as long as PATH_MAX:
 * the kernel allows more, but each one's limits are those of all above it, so what is deeper is not followed. Links are never followed, and groups that vanish meanwhile
 * are passed over. `path` is the caller's only during the call; `inode` is the folder's as the one above it lists it, of
 * the first its own. The callback returns 0, or GROUP_WALK_NOT_BELOW to leave out what is below this
 * group; anything else stops the walk, which hands it back. Otherwise 0 or a negative errno.
 */
#define GROUP_DEPTH_MAX 256
#define GROUP_WALK_NOT_BELOW INT_MAX
typedef int (*group_walk_fn)(void *userdata, const char *path, uint64_t inode);
int group_walk(const struct host *host, const char *path, group_walk_fn fn, void *userdata);
