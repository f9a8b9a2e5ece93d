/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the files of the group reader share: its descriptors, and how its numbers are read. group.c opens and
 * closes, group-above.c what is above it, group-memory.c says what a group holds and what its limits leave, group-counts.c the rest.
 */

#include <uthash.h>
#include "readers/group.h"

/*
 * The names of one accounting. v1's plain fields count the group alone, its total_ ones all below
 * it as well, which is what the limit applies to; rss is anonymous memory there, and mapped_file is
 * left alone because it counts shared memory a second time.
 */
struct group_accounting {
        const char *usage, *stat, *swap, *limit;
        const char *anon, *shmem, *swapped, *active_file, *inactive_file;
};

extern const struct group_accounting group_accountings[]; /* by layout; none for HOST_PLAIN */

#define GROUP_FILE_UNOPENED (-2)
#define GROUP_FILE_MISSING (-1) /* the kernel is too old, or the controller is off here */

/* The group or one above it, as far as limits go: descriptors. Most groups have no limit, and then nothing but
 * that is ever read of those above. */
struct group_level {
        int folder, limit, usage, stat;
};

void group_level_init(struct group_level *level, int folder); /* takes it over */
void group_level_close(struct group_level *level);

/* One above others, which share it. */
struct group_above {
        struct group_above *above; /* NULL: it is the root */
        unsigned references;
        uint64_t inode;
        struct group_level level;
        struct group_above **table; /* in which it is, NULL: its path is another's */
        UT_hash_handle hh;          /* by path, */
        char path[];                /* without a slash at its end */
};

struct group_reader {
        enum host_layout layout;
        uint64_t inode;
        struct group_level own;
        int swap;
        int events; /* v2's cgroup.events, while the group is waited for to be entered */
        struct group_above *above;
};

/* The folder of a group (no slash at the end of its path), one component after the other, so that no link is followed;
 * a negative errno. And the group above it, with a reference. */
int group_open_folder(const struct host *host, const char *path, size_t length,
                      struct group_above **above);
void group_above_release(struct group_above *above); /* NULL */

/* Opens `name` in the folder of a group, if it is not open yet. */
int group_open_file(int folder, const char *name, int *fd);
/* Opens what the limit of a level asks for; *limit is GROUP_NO_LIMIT without one. */
int group_open_limit(enum host_layout layout, struct group_level *level, uint64_t *limit);
/* Does the file for swap count usage in? */
bool group_swap_holds_all(const struct group_reader *reader);
int group_parse_number(const char *text, uint64_t *number);
int group_read_number(int fd, uint64_t *number);
