/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the files of the group reader share: its descriptors, and how its numbers are read. group.c opens and
 * closes, group-memory.c says what a group holds and what its limits leave, group-counts.c the rest.
 */

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
        int limit, usage, stat;
};

struct group_reader {
        enum host_layout layout;
        uint64_t inode;
        int folder, swap;
        size_t n_levels;
        /* The group itself last, its ancestors before, without the root. */
        struct group_level levels[];
};

/* Opens `name` of the group `above` levels up, if it is not open yet. */
int group_open_file(const struct group_reader *reader, size_t above, const char *name, int *fd);
/* Opens what the limit of a level asks for; *limit is GROUP_NO_LIMIT without one. */
int group_open_limit(struct group_reader *reader, size_t above, uint64_t *limit);
/* Does the file for swap count usage in? */
bool group_swap_holds_all(const struct group_reader *reader);
int group_parse_number(const char *text, uint64_t *number);
int group_read_number(int fd, uint64_t *number);
void group_close(int fd); /* or none */
