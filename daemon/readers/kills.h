/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Whom the kernel ended because memory was short, in its own words: the log of the kernel (/dev/kmsg) names
 * each process by its pid before that process is gone. So one descriptor tells it for all groups, nothing is
 * read while nothing happens, and a group that vanishes with its last process has been told of before.
 *
 * Nobody else can write there what the kernel writes: a record that a program put in has a facility of its own,
 * and what the kernel writes about a program never begins with the words that are looked for. The numbers
 * are those of the first PID namespace.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct kernel_kill {
        pid_t pid;
        uid_t uid;
        const char *command; /* its comm */
        uint64_t memory;     /* bytes: what it had resident, file pages left out */
        bool machine;        /* it was the machine's memory that ran out, not a group's limit */
        uint64_t
                limit; /* bytes: the group's whose limit it was, UINT64_MAX where that was not told */
        const char *limited; /* that group, or NULL */
        const char *group;   /* the process's own, or NULL: only told ten times in five seconds */
};

/* One record after the other, as /dev/kmsg gives them. True: *kill is told, until the next call. */
struct kill_words;
struct kill_words *kill_words_new(void);                      /* NULL without memory */
struct kill_words *kill_words_free(struct kill_words *words); /* NULL */
bool kill_words_take(struct kill_words *words, const char *record, struct kernel_kill *kill);

struct kills;
/* What is written from now on. 0 or a negative errno: -ENOENT and -EPERM where the log may not be read, -EXDEV
 * in another PID namespace. */
int kills_new(struct kills **ret);
struct kills *kills_free(struct kills *kills); /* NULL */
int kills_fd(const struct kills *kills);       /* to poll; not the caller's to close */
/* Hands on each end since. False: some records were lost. */
typedef void (*kills_fn)(void *userdata, const struct kernel_kill *kill);
bool kills_read(struct kills *kills, kills_fn fn, void *userdata);
