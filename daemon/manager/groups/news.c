/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Groups that are told of as they come and go (arrivals.h). Whoever may make groups of his own can have a great many
 * told, at next to no cost to himself, and nobody else may wait for that. So one turn of the loop hears a handful,
 * and notes the paths: one that comes and goes a hundred times is looked at once. A look walks all that is below,
 * which is next to nothing for a new group; these walks have a share of the time of their own, and some of it is
 * saved up in quiet times, so that few are looked at at once. What goes beyond it, one that does not
 * come to an end soon included, is left to a walk over all.
 */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include "bounds/checked.h"
#include "manager/groups/discover.h"
#include "manager/groups/news.h"
#include "manager/groups/watch.h"
#include "manager/looks/breath.h"
#include "manager/looks/look.h"

#define SAVED_USEC UINT64_C(1000000) /* of quiet time: a fiftieth of it for walks, at once */
#define TURN_USEC 5000               /* for walks in one turn of the loop, and at most for one */
#define NOTES_MAX 4096
#define WALK_STOP 1 /* a group_walk_fn's: the time is up */

struct note {
        UT_hash_handle hh;     /* by path, those noted first come first */
        enum arrivals_of what; /* happened to it */
        char path[];
};

/* Only a walk over all tells. */
static void lose(struct manager *manager)
{
        manager->news_lost = true;
        discover_soon(manager);
}

static void note(struct manager *manager, const char *path, enum arrivals_of what)
{
        size_t length = strlen(path);
        struct note *note;

        HASH_FIND(hh, manager->notes, path, length, note);
        if (note) {
                note->what |= what;
                return;
        }
        note = HASH_COUNT(manager->notes) < NOTES_MAX ? calloc(1, sizeof(*note) + length + 1)
                                                      : NULL;
        if (!note) {
                manager->moves_lost |= what == ARRIVALS_OF_LIMITS;
                lose(manager);
                return;
        }
        memcpy(note->path, path, length);
        note->what = what;
        HASH_ADD_KEYPTR(hh, manager->notes, note->path, length, note);
        if (!note->hh.tbl) {
                free(note);
                lose(manager);
        }
}

static void forget(struct manager *manager, struct note *note)
{
        HASH_DEL(manager->notes, note);
        free(note);
}

void news_forget(struct manager *manager)
{
        struct note *note, *next;

        HASH_ITER(hh, manager->notes, note, next)
        forget(manager, note);
        manager->news_lost = false;
}

struct brief_walk {
        struct manager *manager;
        uint64_t until;
};

static int on_group(void *userdata, const char *path, uint64_t inode)
{
        struct brief_walk *walk = userdata;
        int r = discover_group(walk->manager, path, inode);

        return clock_now() < walk->until ? r : WALK_STOP;
}

/* The lists and the limits of all groups from this one down. */
static void look_below(struct manager *manager, const char *path)
{
        struct watch *watch;
        size_t n = 0;

        for (watch = manager->watches; watch; watch = watch->hh.next)
                n += path_is_below(watch->path, path);
        for (watch = manager->watches; watch && n > 0; watch = watch->hh.next)
                if (path_is_below(watch->path, path))
                        look_for_newcomers(watch, n);
}

/* Another group may be under its path by now, and under each below it. Processes may have come under one path and left
 * under another. */
static void look_below_renamed(struct manager *manager, const char *path)
{
        struct watch *watch, *next;

        HASH_ITER(hh, manager->watches, watch, next)
        if (path_is_below(watch->path, path))
                discover_check(manager, watch->path);
        look_below(manager, path);
        if ((watch = discover_nearest(manager, path)))
                look_for_newcomers(watch, 1);
}

/* A group that was removed, made, or both, or that has another limit: a new one may hold groups already, made before it was watched itself. */
static void look_at(struct manager *manager, const struct note *note, uint64_t now)
{
        struct brief_walk walk = {.manager = manager, .until = now + TURN_USEC};
        int r;

        if (note->what & ARRIVALS_OF_LIMITS)
                look_below(manager, note->path);
        if (note->what == ARRIVALS_OF_LIMITS)
                return;
        if (note->what & ARRIVALS_RENAMED)
                look_below_renamed(manager, note->path);
        else
                discover_check(manager, note->path);
        r = group_walk(&manager->host, note->path, on_group, &walk);
        if (r == WALK_STOP || r == -ENOMEM)
                lose(manager);
}

void news_walk(struct manager *manager)
{
        uint64_t begin = clock_now(), now = begin, end;
        struct note *note, *next;

        HASH_ITER(hh, manager->notes, note, next)
        {
                if (now < manager->news_again || now - begin >= TURN_USEC)
                        break;
                look_at(manager, note, now);
                forget(manager, note);
                end = clock_now();
                manager->news_again = bng_max(manager->news_again, end - bng_min(end, SAVED_USEC)) +
                                      (end - now) * DISCOVER_SHARE;
                now = end;
        }
        if (manager->notes && now < manager->news_again)
                discover_soon(manager);
        else if (manager->notes)
                discover_wake(manager);
}

uint64_t news_due(const struct manager *manager)
{
        return manager->notes ? manager->news_again : UINT64_MAX;
}

/* A group has a process more, which counts for the nearest one that is watched; or groups came and went. */
static void on_change(void *userdata, enum arrivals_of what, const char *path)
{
        struct manager *manager = userdata;
        struct watch *watch;

        if (what != ARRIVALS_OF_PROCESSES)
                note(manager, path, what);
        else if ((watch = discover_nearest(manager, path)))
                look_for_newcomers(watch, 1);
}

static int on_arrival(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        struct manager *manager = userdata;

        (void)fd;
        (void)events;
        if (arrivals_read(manager->arrivals, on_change, manager)) {
                manager->moves_lost = true;
                lose(manager);
        }
        news_walk(manager);
        /* Asked behind the turn, so that there is one between any two breaths. */
        (void)breath_holds(manager, source);
        if (manager->arrivals_missed)
                discover_soon(manager);
        else
                discover_seldom(manager);
        return 0;
}

bool news_is_behind(const struct manager *manager)
{
        struct pollfd news = {.events = POLLIN};

        if (!manager->arrivals)
                return false;
        if (manager->notes || manager->news_lost)
                return true;
        news.fd = arrivals_fd(manager->arrivals);
        return poll(&news, 1, 0) > 0;
}

void news_start(struct manager *manager)
{
        if (manager->arrivals || manager->settings->config->n_policies == 0)
                return;
        if (arrivals_new(&manager->arrivals, &manager->host) < 0)
                return;
        if (sd_event_add_io(manager->event, &manager->arrived, arrivals_fd(manager->arrivals),
                            EPOLLIN, on_arrival, manager) < 0)
                manager->arrivals = arrivals_free(manager->arrivals);
        else
                (void)arrivals_watch(manager->arrivals, "/", 0, ARRIVALS_OF_GROUPS);
}

void news_stop(struct manager *manager)
{
        manager->arrived = sd_event_source_disable_unref(manager->arrived);
        manager->arrivals = arrivals_free(manager->arrivals);
        news_forget(manager);
}
