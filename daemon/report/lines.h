/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A file of whole lines in a folder of our own, for one writer at a time: appended in transactions,
 * rotated by size, repaired when it is opened.
 *
 * A transaction is some lines, one writev(2) each, and one fdatasync. Until that succeeds the file is
 * cut back to where it was on any failure, so a line is in it once or not at all. A crash in between
 * leaves at most one torn line at the end, which the next lines_begin() moves to NAME.torn.
 *
 * The folder is made (0700) where it is missing and opened without following a link; it must be ours,
 * and nobody else's to write (-EPERM). Files (0600) are opened relative to it, and only plain ones with
 * one name are written: -ELOOP and -EMLINK for the others. A lock on the folder keeps a second writer out; it
 * ends with the process.
 *
 * Results: 0 or a negative errno. Blocks; one thread at a time.
 */

#include <stdint.h>
#include <sys/types.h>

struct lines {
        const char *folder; /* the caller's, must outlive this */
        const char *name;
        uint64_t max;     /* bytes: a transaction that starts beyond them starts a new file */
        unsigned rotated; /* NAME.1 (newest) to NAME.rotated are kept */
        int folder_fd;    /* or -1, and so on */
        int fd;
        off_t committed; /* bytes known to be on disk */
};

#define LINES_INIT(folder_, name_, max_, rotated_)                                                 \
        ((struct lines){.folder = (folder_),                                                       \
                        .name = (name_),                                                           \
                        .max = (max_),                                                             \
                        .rotated = (rotated_),                                                     \
                        .folder_fd = -1,                                                           \
                        .fd = -1})

/* Opens what is not open, makes what is missing, repairs, rotates. -EBUSY: another writer. */
int lines_begin(struct lines *lines);
/* One line, given without its newline and holding none. On failure the transaction is undone. */
int lines_append(struct lines *lines, const char *line);
/* What was appended since lines_begin() is on disk; or undone, on failure. */
int lines_commit(struct lines *lines);
/* Makes the small file `name` beside it hold `text`: all of it or, on failure, what it held before. After
 * lines_begin(). */
int lines_replace(struct lines *lines, const char *name, const char *text);
/* Undoes what was not committed. May be called at any time. */
void lines_close(struct lines *lines);
