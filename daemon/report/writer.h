/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The thread that owns the disk. The loop puts entries in; each comes back settled exactly once: when it
 * is on disk, or when its first attempt failed. An entry that failed is in two places at once, announced by
 * the loop and tried on by the thread; so it is counted, and the last one frees it.
 *
 * Every function is the loop's, and none waits for the disk but writer_free().
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>
#include "report/verdict.h"

struct entry {
        STAILQ_ENTRY(entry) on_disk; /* among those that wait for the disk */
        STAILQ_ENTRY(entry) in_loop; /* among those that wait for the loop */
        unsigned holders;
        struct verdict *verdict;
        char *line; /* JSON */
        int error;  /* once settled: 0, it is on disk; else it is kept and tried again */
        bool settled;
};

STAILQ_HEAD(entries, entry);

struct writer;

/* Starts the thread, which writes FOLDER/STORE_FILE and adds 1 to the eventfd `wakeup` whenever something is
 * settled. The descriptor stays the caller's and must outlive the writer. 0, -ENOMEM, -EAGAIN and the like. */
int writer_new(struct writer **ret, int wakeup, const char *folder);
/* Takes the entry over, its verdict and line with it; -ENOBUFS when STORE_QUEUE_MAX wait: then it stays the
 * caller's. */
int writer_put(struct writer *writer, struct entry *entry);
/* As store_keep(). */
void writer_keep(struct writer *writer, const char *name, char *text);
/* Hands out what was settled since the last call, in the order of writer_put(); each is given back by
 * writer_release(). The result is what the disk refuses with now, or 0. */
int writer_take_settled(struct writer *writer, struct entries *ret);
void writer_release(struct writer *writer, struct entry *entry);
/* Tries everything that waits once more and ends the thread; what it settled can still be taken. */
void writer_stop(struct writer *writer);
/* After writer_stop(). NULL. */
struct writer *writer_free(struct writer *writer);
