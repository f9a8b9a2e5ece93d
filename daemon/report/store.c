/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The loop's side of the disk: what it appends goes to the writer's thread, what that has settled comes
 * back by an eventfd and is announced.
 *
 * A verdict for which there is not even the memory to queue it waits as it is, at the loop's side.
 */

#include "report/store.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "report/writer.h"

#define MEMORY_RETRY_USEC UINT64_C(100000)

struct store {
        const struct store_ops *ops;
        void *userdata;
        struct writer *writer;
        int wakeup; /* eventfd, to which the writer adds */
        sd_event_source *source;
        int trouble_told;
        struct verdict *bare, **bare_end; /* without an entry yet */
        sd_event_source *bare_retry;
};

static void announce(struct store *store)
{
        struct entries settled;
        struct entry *entry;
        int trouble = writer_take_settled(store->writer, &settled);

        if ((trouble < 0) != (store->trouble_told < 0)) {
                store->trouble_told = trouble;
                store->ops->trouble(store->userdata, trouble);
        }
        while ((entry = STAILQ_FIRST(&settled))) {
                STAILQ_REMOVE_HEAD(&settled, in_loop);
                store->ops->announce(store->userdata, entry->verdict, entry->line, entry->error);
                writer_release(store->writer, entry);
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

/* 0: the entry is the verdict's owner now. -ENOMEM, or -ENOBUFS with *line, which the caller frees. */
static int enter(struct store *store, struct verdict *verdict, char **line)
{
        struct entry *entry = calloc(1, sizeof(*entry));
        int r;

        *line = entry ? verdict_to_line(verdict) : NULL;
        if (!*line) {
                free(entry);
                return -ENOMEM;
        }
        *entry = (struct entry){.verdict = verdict, .line = *line};
        r = writer_put(store->writer, entry);
        if (r < 0)
                free(entry);
        return r;
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
        int r;

        if (!store)
                return -ENOMEM;
        store->ops = ops;
        store->userdata = userdata;
        store->bare_end = &store->bare;
        store->wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        r = store->wakeup < 0 ? -errno : 0;
        if (r == 0)
                r = sd_event_add_io(event, &store->source, store->wakeup, EPOLLIN, on_wakeup,
                                    store);
        if (r >= 0)
                r = sd_event_add_time(event, &store->bare_retry, CLOCK_MONOTONIC, UINT64_MAX, 0,
                                      on_bare_retry, store);
        if (r >= 0)
                r = writer_new(&store->writer, store->wakeup, folder);
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
        writer_keep(store->writer, name, text);
}

struct store *store_free(struct store *store)
{
        if (!store)
                return NULL;
        if (store->writer) {
                enter_bare(store);
                writer_stop(store->writer);
                announce(store);
                writer_free(store->writer);
        }
        while (store->bare) {
                store->ops->announce(store->userdata, store->bare, "{}", -ENOMEM);
                verdict_free(take_bare(store));
        }
        sd_event_source_disable_unref(store->bare_retry);
        sd_event_source_disable_unref(store->source);
        if (store->wakeup >= 0)
                close(store->wakeup);
        free(store);
        return NULL;
}
