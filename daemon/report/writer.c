/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Two threads and one lock. The loop appends to `fresh`; the thread takes from there to `unwritten`,
 * which is its own, and hands every entry to `settled` once. An eventfd then calls the loop.
 */

#include "report/writer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "report/lines.h"
#include "report/store.h"

/* Lines between two syncs: a burst of ends shares one, and none waits long for its announcement. */
#define BATCH 64
#define RETRY_SECONDS 5

struct writer {
        int wakeup;
        char *folder;
        pthread_t thread;

        pthread_mutex_t lock;
        pthread_cond_t work;
        /* Guarded by the lock, as are the holders of an entry: */
        struct entries fresh;
        struct entries settled;
        size_t n_waiting; /* in fresh and unwritten */
        const char *kept_name;
        char *kept; /* a text that waits, or NULL */
        int trouble;
        bool stop;

        /* The thread's, as is `settled` of an entry: */
        struct entries unwritten;
        struct lines lines;
};

static void entry_free(struct entry *entry)
{
        verdict_free(entry->verdict);
        free(entry->line);
        free(entry);
}

/* Under the lock. */
static void release(struct entry *entry)
{
        if (--entry->holders == 0)
                entry_free(entry);
}

/* Under the lock. */
static void settle(struct writer *writer, struct entry *entry, int error)
{
        if (entry->settled)
                return;
        entry->settled = true;
        entry->error = error;
        entry->holders++;
        STAILQ_INSERT_TAIL(&writer->settled, entry, in_loop);
}

static void wake_loop(struct writer *writer)
{
        uint64_t one = 1;
        ssize_t n;

        do
                n = write(writer->wakeup, &one, sizeof(one));
        while (n < 0 && errno == EINTR);
}

/* One transaction from the head of `unwritten`; an empty one only opens the file. */
static int write_batch(struct writer *writer, size_t *ret_written)
{
        struct entry *entry;
        size_t n = 0;
        int r = lines_begin(&writer->lines);

        if (r < 0)
                return r;
        STAILQ_FOREACH(entry, &writer->unwritten, on_disk)
        {
                if (n == BATCH)
                        break;
                r = lines_append(&writer->lines, entry->line);
                if (r < 0)
                        return r;
                n++;
        }
        if (n > 0)
                r = lines_commit(&writer->lines);
        if (r == 0)
                *ret_written = n;
        return r;
}

/* The text that waits; it waits on when the disk does not take it, unless a later one does. */
static int write_kept(struct writer *writer)
{
        char *text;
        int r;

        pthread_mutex_lock(&writer->lock);
        text = writer->kept;
        writer->kept = NULL;
        pthread_mutex_unlock(&writer->lock);
        if (!text)
                return 0;
        r = lines_begin(&writer->lines);
        if (r == 0)
                r = lines_replace(&writer->lines, writer->kept_name, text);
        pthread_mutex_lock(&writer->lock);
        if (r < 0 && !writer->kept) {
                writer->kept = text;
                text = NULL;
        }
        pthread_mutex_unlock(&writer->lock);
        free(text);
        return r;
}

/* Writes what can be written and settles everything. 0, or the error that stopped it. */
static int write_all(struct writer *writer)
{
        int kept = write_kept(writer), r;

        do {
                struct entry *entry;
                size_t written = 0;

                r = write_batch(writer, &written);
                pthread_mutex_lock(&writer->lock);
                for (; written > 0; written--) {
                        entry = STAILQ_FIRST(&writer->unwritten);
                        STAILQ_REMOVE_HEAD(&writer->unwritten, on_disk);
                        writer->n_waiting--;
                        settle(writer, entry, 0);
                        release(entry);
                }
                if (r < 0) {
                        STAILQ_FOREACH(entry, &writer->unwritten, on_disk)
                        settle(writer, entry, r);
                }
                writer->trouble = r < 0 ? r : kept;
                pthread_mutex_unlock(&writer->lock);
                wake_loop(writer);
        } while (r == 0 && !STAILQ_EMPTY(&writer->unwritten));
        return r < 0 ? r : kept;
}

static void *run(void *userdata)
{
        struct writer *writer = userdata;
        bool stop, keep;
        int r = write_all(writer);

        do {
                struct timespec retry;

                clock_gettime(CLOCK_MONOTONIC, &retry);
                retry.tv_sec += RETRY_SECONDS;
                pthread_mutex_lock(&writer->lock);
                while (STAILQ_EMPTY(&writer->fresh) && (r < 0 || !writer->kept) && !writer->stop) {
                        if (r == 0)
                                pthread_cond_wait(&writer->work, &writer->lock);
                        else if (pthread_cond_timedwait(&writer->work, &writer->lock, &retry) ==
                                 ETIMEDOUT)
                                break;
                }
                STAILQ_CONCAT(&writer->unwritten, &writer->fresh);
                stop = writer->stop;
                keep = writer->kept;
                pthread_mutex_unlock(&writer->lock);
                if (r < 0 || keep || !STAILQ_EMPTY(&writer->unwritten))
                        r = write_all(writer);
        } while (!stop);
        lines_close(&writer->lines);
        return NULL;
}

/* The thread takes no signal: they are the loop's. SIGXFSZ would end the process, blocked it leaves
 * EFBIG. */
static int start(struct writer *writer)
{
        sigset_t all, before;
        int r;

        sigfillset(&all);
        r = pthread_sigmask(SIG_SETMASK, &all, &before);
        if (r != 0)
                return -r;
        r = pthread_create(&writer->thread, NULL, run, writer);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        return -r;
}

int writer_new(struct writer **ret, int wakeup, const char *folder)
{
        struct writer *writer = calloc(1, sizeof(*writer));
        pthread_condattr_t monotonic;
        int r;

        if (!writer)
                return -ENOMEM;
        writer->wakeup = wakeup;
        pthread_mutex_init(&writer->lock, NULL);
        pthread_condattr_init(&monotonic);
        pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
        pthread_cond_init(&writer->work, &monotonic);
        pthread_condattr_destroy(&monotonic);
        STAILQ_INIT(&writer->fresh);
        STAILQ_INIT(&writer->settled);
        STAILQ_INIT(&writer->unwritten);
        writer->folder = strdup(folder);
        writer->lines = LINES_INIT(writer->folder, STORE_FILE, STORE_FILE_MAX, STORE_ROTATED);
        r = writer->folder ? start(writer) : -ENOMEM;
        if (r < 0) {
                writer_free(writer);
                return r;
        }
        *ret = writer;
        return 0;
}

int writer_put(struct writer *writer, struct entry *entry)
{
        int r = 0;

        pthread_mutex_lock(&writer->lock);
        if (writer->n_waiting < STORE_QUEUE_MAX) {
                entry->holders = 1;
                STAILQ_INSERT_TAIL(&writer->fresh, entry, on_disk);
                writer->n_waiting++;
                pthread_cond_signal(&writer->work);
        } else
                r = -ENOBUFS;
        pthread_mutex_unlock(&writer->lock);
        return r;
}

void writer_keep(struct writer *writer, const char *name, char *text)
{
        char *before;

        pthread_mutex_lock(&writer->lock);
        before = writer->kept;
        writer->kept = text;
        writer->kept_name = name;
        pthread_cond_signal(&writer->work);
        pthread_mutex_unlock(&writer->lock);
        free(before);
}

int writer_take_settled(struct writer *writer, struct entries *ret)
{
        int trouble;

        STAILQ_INIT(ret);
        pthread_mutex_lock(&writer->lock);
        STAILQ_CONCAT(ret, &writer->settled);
        trouble = writer->trouble;
        pthread_mutex_unlock(&writer->lock);
        return trouble;
}

void writer_release(struct writer *writer, struct entry *entry)
{
        pthread_mutex_lock(&writer->lock);
        release(entry);
        pthread_mutex_unlock(&writer->lock);
}

void writer_stop(struct writer *writer)
{
        pthread_mutex_lock(&writer->lock);
        writer->stop = true;
        pthread_cond_signal(&writer->work);
        pthread_mutex_unlock(&writer->lock);
        pthread_join(writer->thread, NULL);
}

struct writer *writer_free(struct writer *writer)
{
        struct entry *entry;

        if (!writer)
                return NULL;
        while ((entry = STAILQ_FIRST(&writer->unwritten))) {
                STAILQ_REMOVE_HEAD(&writer->unwritten, on_disk);
                entry_free(entry);
        }
        pthread_cond_destroy(&writer->work);
        pthread_mutex_destroy(&writer->lock);
        free(writer->folder);
        free(writer->kept);
        free(writer);
        return NULL;
}
