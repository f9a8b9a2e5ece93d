/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A thread for reads that may take long (proportional memory waits for the process's mmap lock, a user's
 * name for a directory server), so that the loop never does. A job runs in the thread and comes back to the
 * loop, in the order of asking: one that hangs holds up those behind it, so each kind has a thread of its own.
 */

#include <stdbool.h>
#include <systemd/sd-event.h>

/* Embedded in what the caller allocates. */
struct job {
        void (*run)(struct job *job); /* in the thread */
        /* In the loop's thread, exactly once; `ran` is false where the offload ended before. The job may
         * be freed here. */
        void (*done)(struct job *job, bool ran);
        struct job *next;
};

struct offload;

int offload_new(struct offload **ret, sd_event *event);
void offload_submit(struct offload *offload, struct job *job);
/* Gives every job back. A job that hangs in the kernel is waited for a second, then left behind with
 * its thread: only the end of the process frees both. NULL. */
struct offload *offload_free(struct offload *offload);
