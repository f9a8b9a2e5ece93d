/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Two threads and one lock. The loop appends to `fresh`; the writer takes from there to
 * `unwritten`, which is its own, and hands every verdict to `settled` once: when it is on disk, or
 * when its first attempt failed. An eventfd then calls the loop, which announces.
 *
 * A verdict for which there is not even the memory to queue it waits as it is, at the loop's side.
 *
 * A verdict that failed is in two places at once, announced by the loop and tried on by the writer;
 * so it is counted, and the last one frees it.
 */

#include "report/store.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>
#include "report/lines.h"

/* Lines between two syncs: a burst of ends shares one, and none waits long for its announcement. */
#define BATCH 64
#define RETRY_SECONDS 5
#define MEMORY_RETRY_USEC UINT64_C(100000)

struct entry {
        STAILQ_ENTRY(entry) on_disk; /* in fresh or unwritten */
        STAILQ_ENTRY(entry) in_loop; /* in settled */
        unsigned holders;            /* guarded by the lock */
        struct verdict *verdict;
        char *line;
        int error;
        bool settled; /* the writer's */
};

STAILQ_HEAD(entries, entry);

struct store {
        const struct store_ops *ops;
        void *userdata;
        sd_event_source *source;
        int wakeup; /* eventfd */
        char *folder;
        pthread_t thread;
        bool thread_runs;
        int trouble_told;                 /* the loop's, as are: */
        struct verdict *bare, **bare_end; /* without an entry yet */
        sd_event_source *bare_retry;

        pthread_mutex_t lock;
        pthread_cond_t work;
        /* Guarded by the lock: */
        struct entries fresh;
        struct entries settled;
        size_t n_waiting; /* in fresh and unwritten */
        const char *kept_name;
        char *kept; /* a text that waits, or NULL */
        int trouble;
        bool stop;

        /* The writer's: */
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
static void entry_release(struct entry *entry)
{
        if (--entry->holders == 0)
                entry_free(entry);
}

/* Under the lock. */
static void settle(struct store *store, struct entry *entry, int error)
{
        if (entry->settled)
                return;
        entry->settled = true;
        entry->error = error;
        entry->holders++;
        STAILQ_INSERT_TAIL(&store->settled, entry, in_loop);
}

static void wake_loop(struct store *store)
{
        uint64_t one = 1;
        ssize_t n;

        do
                n = write(store->wakeup, &one, sizeof(one));
        while (n < 0 && errno == EINTR);
}

/* One transaction from the head of `unwritten`; an empty one only opens the file. */
static int write_batch(struct store *store, size_t *ret_written)
{
        struct entry *entry;
        size_t n = 0;
        int r = lines_begin(&store->lines);

        if (r < 0)
                return r;
        STAILQ_FOREACH(entry, &store->unwritten, on_disk)
        {
                if (n == BATCH)
                        break;
                r = lines_append(&store->lines, entry->line);
                if (r < 0)
                        return r;
                n++;
        }
        if (n > 0)
                r = lines_commit(&store->lines);
        if (r == 0)
                *ret_written = n;
        return r;
}

/* The text that waits; it waits on when the disk does not take it, unless a later one does. */
static int write_kept(struct store *store)
{
        char *text;
        int r;

        pthread_mutex_lock(&store->lock);
        text = store->kept;
        store->kept = NULL;
        pthread_mutex_unlock(&store->lock);
        if (!text)
                return 0;
        r = lines_begin(&store->lines);
        if (r == 0)
                r = lines_replace(&store->lines, store->kept_name, text);
        pthread_mutex_lock(&store->lock);
        if (r < 0 && !store->kept) {
                store->kept = text;
                text = NULL;
        }
        pthread_mutex_unlock(&store->lock);
        free(text);
        return r;
}

/* Writes what can be written and settles everything. 0, or the error that stopped it. */
static int write_all(struct store *store)
{
        int kept = write_kept(store), r;

        do {
                struct entry *entry;
                size_t written = 0;

                r = write_batch(store, &written);
                pthread_mutex_lock(&store->lock);
                for (; written > 0; written--) {
                        entry = STAILQ_FIRST(&store->unwritten);
                        STAILQ_REMOVE_HEAD(&store->unwritten, on_disk);
                        store->n_waiting--;
                        settle(store, entry, 0);
                        entry_release(entry);
                }
                if (r < 0)
                        STAILQ_FOREACH(entry, &store->unwritten, on_disk)
                settle(store, entry, r);
                store->trouble = r < 0 ? r : kept;
                pthread_mutex_unlock(&store->lock);
                wake_loop(store);
        } while (r == 0 && !STAILQ_EMPTY(&store->unwritten));
        return r < 0 ? r : kept;
}

static void *writer(void *userdata)
{
        struct store *store = userdata;
        bool stop, keep;
        int r = write_all(store);

        do {
                struct timespec retry;

                clock_gettime(CLOCK_MONOTONIC, &retry);
                retry.tv_sec += RETRY_SECONDS;
                pthread_mutex_lock(&store->lock);
                while (STAILQ_EMPTY(&store->fresh) && (r < 0 || !store->kept) && !store->stop) {
                        if (r == 0)
                                pthread_cond_wait(&store->work, &store->lock);
                        else if (pthread_cond_timedwait(&store->work, &store->lock, &retry) ==
                                 ETIMEDOUT)
                                break;
                }
                STAILQ_CONCAT(&store->unwritten, &store->fresh);
                stop = store->stop;
                keep = store->kept;
                pthread_mutex_unlock(&store->lock);
                if (r < 0 || keep || !STAILQ_EMPTY(&store->unwritten))
                        r = write_all(store);
        } while (!stop);
        lines_close(&store->lines);
        return NULL;
}

static void announce(struct store *store)
{
        struct entries settled = STAILQ_HEAD_INITIALIZER(settled);
        struct entry *entry;
        int trouble;

        pthread_mutex_lock(&store->lock);
        STAILQ_CONCAT(&settled, &store->settled);
        trouble = store->trouble;
        pthread_mutex_unlock(&store->lock);

        if ((trouble < 0) != (store->trouble_told < 0)) {
                store->trouble_told = trouble;
                store->ops->trouble(store->userdata, trouble);
        }
        while ((entry = STAILQ_FIRST(&settled))) {
                STAILQ_REMOVE_HEAD(&settled, in_loop);
                store->ops->announce(store->userdata, entry->verdict, entry->line, entry->error);
                pthread_mutex_lock(&store->lock);
                entry_release(entry);
                pthread_mutex_unlock(&store->lock);
        }
}

static int on_wakeup(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        uint64_t count;

        (void)source;
        (void)revents;
        (void)!read(fd, &count, sizeof(count)); /* as long as it fails we are called again */
        announce(userdata);
        return 0;
}

/* The writer takes no signal: they are the loop's. SIGXFSZ would end the process, blocked it leaves
 * EFBIG. */
static int start_writer(struct store *store)
{
        sigset_t all, before;
        int r;

        sigfillset(&all);
        r = pthread_sigmask(SIG_SETMASK, &all, &before);
        if (r != 0)
                return -r;
        r = pthread_create(&store->thread, NULL, writer, store);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        store->thread_runs = r == 0;
        return -r;
}

/* 0: the entry is the verdict's owner now. -ENOMEM, or -ENOBUFS with *line, which the caller frees. */
static int enter(struct store *store, struct verdict *verdict, char **line)
{
        struct entry *entry = calloc(1, sizeof(*entry));
        int error = 0;

        *line = entry ? verdict_to_line(verdict) : NULL;
        if (!*line) {
                free(entry);
                return -ENOMEM;
        }
        *entry = (struct entry){.holders = 1, .verdict = verdict, .line = *line};
        pthread_mutex_lock(&store->lock);
        if (store->n_waiting < STORE_QUEUE_MAX) {
                STAILQ_INSERT_TAIL(&store->fresh, entry, on_disk);
                store->n_waiting++;
                pthread_cond_signal(&store->work);
        } else
                error = -ENOBUFS;
        pthread_mutex_unlock(&store->lock);
        if (error < 0)
                free(entry);
        return error;
}

static struct verdict *take_bare(struct store *store)
{
        struct verdict *verdict = store->bare;

        store->bare = verdict->next;
        if (!store->bare)
                store->bare_end = &store->bare;
        return verdict;
}

static void put_back_bare(struct store *store, struct verdict *verdict)
{
        verdict->next = store->bare;
        if (!store->bare)
                store->bare_end = &verdict->next;
        store->bare = verdict;
}

static void enter_bare(struct store *store)
{
        while (store->bare) {
                char *line;
                struct verdict *verdict = take_bare(store);
                int r = enter(store, verdict, &line);

                if (r == -ENOMEM) {
                        put_back_bare(store, verdict);
                        (void)sd_event_source_set_time_relative(store->bare_retry,
                                                                MEMORY_RETRY_USEC);
                        (void)sd_event_source_set_enabled(store->bare_retry, SD_EVENT_ONESHOT);
                        return;
                }
                if (r < 0) {
                        store->ops->announce(store->userdata, verdict, line, r);
                        verdict_free(verdict);
                        free(line);
                }
        }
}

static int on_bare_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void)source;
        (void)usec;
        enter_bare(userdata);
        return 0;
}

int store_new(struct store **ret, sd_event *event, const char *folder, const struct store_ops *ops,
              void *userdata)
{
        struct store *store = calloc(1, sizeof(*store));
        pthread_condattr_t monotonic;
        int r;

        if (!store)
                return -ENOMEM;
        store->ops = ops;
        store->userdata = userdata;
        pthread_mutex_init(&store->lock, NULL);
        pthread_condattr_init(&monotonic);
        pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
        pthread_cond_init(&store->work, &monotonic);
        pthread_condattr_destroy(&monotonic);
        store->bare_end = &store->bare;
        STAILQ_INIT(&store->fresh);
        STAILQ_INIT(&store->settled);
        STAILQ_INIT(&store->unwritten);
        store->wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        r = store->wakeup < 0 ? -errno : 0;
        store->folder = strdup(folder);
        if (!store->folder)
                r = -ENOMEM;
        store->lines = LINES_INIT(store->folder, STORE_FILE, STORE_FILE_MAX, STORE_ROTATED);
        if (r == 0)
                r = sd_event_add_io(event, &store->source, store->wakeup, EPOLLIN, on_wakeup,
                                    store);
        if (r >= 0)
                r = sd_event_add_time(event, &store->bare_retry, CLOCK_MONOTONIC, UINT64_MAX, 0,
                                      on_bare_retry, store);
        if (r >= 0)
                r = start_writer(store);
        if (r < 0) {
                store_free(store);
                return r;
        }
        *ret = store;
        return 0;
}

void store_append(struct store *store, struct verdict *verdict)
{
        verdict->next = NULL;
        *store->bare_end = verdict;
        store->bare_end = &verdict->next;
        enter_bare(store);
}

void store_keep(struct store *store, const char *name, char *text)
{
        char *before;

        pthread_mutex_lock(&store->lock);
        before = store->kept;
        store->kept = text;
        store->kept_name = name;
        pthread_cond_signal(&store->work);
        pthread_mutex_unlock(&store->lock);
        free(before);
}

struct store *store_free(struct store *store)
{
        struct entry *entry;

        if (!store)
                return NULL;
        if (store->thread_runs) {
                enter_bare(store);
                pthread_mutex_lock(&store->lock);
                store->stop = true;
                pthread_cond_signal(&store->work);
                pthread_mutex_unlock(&store->lock);
                pthread_join(store->thread, NULL);
                announce(store);
        }
        while ((entry = STAILQ_FIRST(&store->unwritten))) {
                STAILQ_REMOVE_HEAD(&store->unwritten, on_disk);
                entry_free(entry);
        }
        while (store->bare) {
                store->ops->announce(store->userdata, store->bare, "{}", -ENOMEM);
                verdict_free(take_bare(store));
        }
        sd_event_source_disable_unref(store->bare_retry);
        sd_event_source_disable_unref(store->source);
        if (store->wakeup >= 0)
                close(store->wakeup);
        pthread_cond_destroy(&store->work);
        pthread_mutex_destroy(&store->lock);
        free(store->folder);
        free(store->kept);
        free(store);
        return NULL;
}
