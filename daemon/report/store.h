/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Verdicts on disk: FOLDER/verdicts.jsonl (0600, in a folder of 0700), one object a line, rotated by
 * size to .1, .2, ... A thread of its own writes and syncs, so that a slow disk never stops the event
 * loop; what it has done comes back to the loop, and only then a verdict is announced: whatever was
 * announced without an error is on disk.
 *
 * A line is one writev(2) with its newline. What a crash or a full disk left of one is cut off and kept
 * beside it in verdicts.jsonl.torn, so every line of the file is a whole object, always.
 *
 * Beside it the store keeps one small file of its caller's (store_keep), of which only the latest text counts.
 *
 * A disk that takes nothing (full, read-only, failing) costs no verdict: it stays in memory in its
 * order and is tried again every few seconds. Its announcement does not wait for that: it comes after
 * the first attempt, with the error in it.
 */

#include <stdint.h>
#include <systemd/sd-event.h>
#include "report/verdict.h"

#define STORE_FILE "verdicts.jsonl"
#define STORE_ROTATED 4                     /* verdicts.jsonl.1 (newest) to .4 */
#define STORE_FILE_MAX (UINT64_C(16) << 20) /* bytes, when the file is rotated */
#define STORE_QUEUE_MAX 4096                /* verdicts that wait for the disk */

struct store;

struct store_ops {
        /* In the loop's thread, in the order of store_append(), exactly once a verdict. `line` is its JSON;
         * error is 0 when it is on disk, else a negative errno: it is kept and tried again. Two errors say that
         * nothing is kept: -ENOBUFS, too many are waiting, and -ENOMEM, there was no memory for it until
         * store_free() (then the line is "{}"). Both pointers are the store's, only during the call. */
        void (*announce)(void *userdata, const struct verdict *verdict, const char *line,
                         int error);
        /* In the loop's thread: the disk began to refuse (negative errno), or took everything again (0).
         * Once a change, not once a verdict. */
        void (*trouble)(void *userdata, int error);
};

/*
 * Opens or makes FOLDER and the file in it, repairs a torn end, starts the writer. A folder that
 * cannot be made or opened is no error: it is trouble, told through the loop, and tried again.
 * `ops` must outlive the store. 0; -ENOMEM, -EAGAIN and the like when there can be no thread.
 */
int store_new(struct store **ret, sd_event *event, const char *folder, const struct store_ops *ops,
              void *userdata);
/* Takes the verdict over, whatever happens. Loop's thread only. */
void store_append(struct store *store, struct verdict *verdict);
/* Makes the file `name` (a literal, always the same) in the folder hold `text`, which is taken over (malloc'ed):
 * whole, outside the loop, as soon as the disk takes it. A later text replaces one that still waits. */
void store_keep(struct store *store, const char *name, char *text);
/* Tries everything that waits once more, announces what was not yet, ends the thread. NULL. */
struct store *store_free(struct store *store);
