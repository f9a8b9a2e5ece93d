/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A thread for reads that may take long (proportional memory waits for the process's mmap lock, a user's
 * name for a directory server), so that the loop never does. A job runs in the thread and comes back to the
 * loop, in the order of asking: one that hangs holds up those behind it, so each kind has a thread of its own. Where
 * any process may make a job hang (it holds that lock as long as it likes) there may be more threads, for a while.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

/* Embedded in what the caller allocates. */
struct job {
        void (*run)(struct job *job); /* in the thread */
        /* In the loop's thread, exactly once; `ran` is false where the offload ended before. The job may
         * be freed here. */
        void (*done)(struct job *job, bool ran);
        struct job *next;
        atomic_bool begun; /* it has its thread */
        bool expected, finished;
};

struct offload;

int offload_new(struct offload **ret, sd_event *event);
/* When nothing is finished for a while another thread takes what waits, so many threads at most. From then on jobs come
 * back in any order. */
void offload_widen(struct offload *offload, unsigned threads);
void offload_submit(struct offload *offload, struct job *job);
/* Runs a job at once and waits for it, at most `usec` microseconds. 1: it has run, and `done` is not called; 0: it runs on,
 * and `done` is called some time; -EAGAIN: all threads hang, and it is not run. */
int offload_run(struct offload *offload, struct job *job, uint64_t usec);
/* Gives every job back. A job that hangs in the kernel is waited for a second, then left behind with
 * its thread: only the end of the process frees both. NULL. */
struct offload *offload_free(struct offload *offload);
