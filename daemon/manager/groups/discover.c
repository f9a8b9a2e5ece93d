/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which groups exist, and which of them a policy names: told as soon as one is made or removed
 * (news.c), and by a walk over the hierarchy: every second where a folder cannot be watched, else now
 * and then, and never while nothing is watched. A walk costs some microseconds a group, so it paces
 * itself: it never takes more than a fiftieth of the time, and it does not go where no policy reaches. A
 * group that is gone leaves; one that was made again under the same path has another inode and is another
 * group.
 *
 * Unit= is two steps. The path claims a unit, which makes the group a candidate; it is watched under
 * such a policy once systemd has confirmed the claim.
 */

#include <errno.h>
#include <malloc.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "bounds/checked.h"
#include "manager/announce.h"
#include "manager/groups/annexes.h"
#include "manager/groups/discover.h"
#include "manager/groups/news.h"
#include "manager/groups/watch.h"
#include "manager/kernel/kernel.h"
#include "manager/looks/look.h"
#include "manager/self.h"
#include "manager/settings.h"
#include "manager/wires/tripwire.h"

#define WALK_USEC UINT64_C(1000000)
#define WALK_SELDOM_USEC (UINT64_C(60) * 1000000)
#define WALK_ACCURACY_USEC UINT64_C(100000)
#define WALK_SLOWEST_USEC (UINT64_C(10) * 1000000)
#define ASK_AGAIN_USEC (UINT64_C(30) * 1000000)

static bool names_units(const struct guard_config *config)
{
        for (size_t i = 0; i < config->n_policies; i++)
                if (config->policies[i].units.n > 0)
                        return true;
        return false;
}

/* Could a policy be about it, if what its path claims is true? */
static bool is_candidate(const struct manager *manager, const char *path)
{
        const struct guard_config *config = manager->settings->config;
        char *claim = names_units(config) ? settings_claim(manager, path) : NULL;
        struct group_facts facts = {.path = path, .unit = claim};
        bool candidate = false;

        for (size_t i = 0; i < config->n_policies && !candidate; i++)
                candidate = policy_matches_group(&config->policies[i], &facts);
        free(claim);
        return candidate && !settings_exempt(manager, path);
}

/* `inode` as its parent lists it, which is another one where something is mounted there; 0: not listed. */
static bool is_same_group(const struct watch *watch, uint64_t inode)
{
        const char *path = watch->path + strspn(watch->path, "/");
        struct stat st;

        if (inode == watch->inode)
                return true;
        return fstatat(watch->manager->host.groups, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
               st.st_ino == watch->inode;
}

static void drop(struct watch *watch)
{
        kernel_hear(watch->manager);
        HASH_DEL(watch->manager->watches, watch);
        watch_free(watch);
}

static void on_unit(void *userdata, const char *unit, int error)
{
        struct watch *watch = userdata;

        watch->asking = sd_bus_slot_unref(watch->asking);
        if (error < 0 || strcmp(unit, watch->claim) != 0)
                return;
        watch->unit = strdup(unit);
        if (!watch->unit || !watch_apply(watch))
                return;
        watch_look_at(watch, 0);
        /* Its policy may be about all that is below, which was passed by as long as it was not known. */
        if (watch->policy)
                discover_soon(watch->manager);
}

static void ask_for_unit(struct watch *watch, uint64_t now)
{
        struct manager *manager = watch->manager;

        if (!watch->claim || watch->unit || now < watch->ask_again || manager->host.foreign ||
            !units_available(manager->units, now))
                return;
        watch->ask_again = now + ASK_AGAIN_USEC;
        watch->asking = sd_bus_slot_unref(watch->asking);
        (void)units_ask(manager->units, watch->path, on_unit, watch, &watch->asking);
}

/* Is anybody to know what is below this group, or made there? */
static bool reaches_below(const struct manager *manager, const char *path)
{
        const struct guard_config *config = manager->settings->config;

        /* A user's own service manager makes its units below groups that claim nothing. */
        for (size_t i = 0; i < config->n_policies; i++)
                if (manager->options->user || policy_reaches_below(&config->policies[i], path))
                        return true;
        return false;
}

/* The nearest watched group above, which counts this one's processes as its own. */
static struct watch *find_above(struct manager *manager, const char *path)
{
        char above[4096], *slash;
        struct watch *watch = NULL;
        size_t length = strlen(path);

        if (length >= sizeof(above))
                return NULL;
        memcpy(above, path, length + 1);
        while (!watch && (slash = strrchr(above, '/')) && slash != above) {
                *slash = '\0';
                HASH_FIND_STR(manager->watches, above, watch);
        }
        return watch;
}

struct watch *discover_nearest(struct manager *manager, const char *path)
{
        struct watch *watch;

        HASH_FIND_STR(manager->watches, path, watch);
        return watch ? watch : find_above(manager, path);
}

struct watch *discover_above(const struct watch *watch)
{
        return find_above(watch->manager, watch->path);
}

void discover_check(struct manager *manager, const char *path)
{
        struct watch *watch;

        HASH_FIND_STR(manager->watches, path, watch);
        if (watch && !is_same_group(watch, 0))
                drop(watch);
}

static int take_in(struct manager *manager, const char *path, struct watch **ret)
{
        struct watch *watch;
        int r = watch_new(&watch, manager, path);

        if (r < 0)
                return r;
        HASH_ADD_KEYPTR(hh, manager->watches, watch->path, strlen(watch->path), watch);
        if (!watch->hh.tbl) {
                watch_free(watch);
                return -ENOMEM;
        }
        watch->seen = true;
        if (watch_apply(watch))
                watch_look_at(watch, 0);
        ask_for_unit(watch, manager_now(manager));
        if (!watch->policies) {
                drop(watch); /* no memory to tell which: the next walk finds it again */
                return -ENOMEM;
        }
        *ret = watch;
        return 0;
}

/* What is told of this group from now on. */
static void hear_of(struct manager *manager, const char *path, uint64_t inode, bool of_groups,
                    bool of_processes)
{
        enum arrivals_of what = (of_groups ? ARRIVALS_OF_GROUPS : 0) |
                                (of_processes ? ARRIVALS_OF_PROCESSES : 0) |
                                (of_groups || of_processes ? ARRIVALS_OF_LIMITS : 0);
        int r = manager->arrivals && what ? arrivals_watch(manager->arrivals, path, inode, what)
                                          : 0;

        /* The path of one may be too long to ask by: that it is not told makes the others no less told. */
        manager->arrivals_missed |= r < 0 && !group_is_gone(r) && r != -ENAMETOOLONG;
}

/* No walk goes below it. */
static bool is_deepest(const char *path)
{
        size_t depth = 0;

        for (; *path; path++)
                depth += *path == '/';
        return depth >= GROUP_DEPTH_MAX;
}

int discover_group(void *userdata, const char *path, uint64_t inode)
{
        struct manager *manager = userdata;
        struct watch *watch, *above = NULL;
        bool candidate = is_candidate(manager, path), below = reaches_below(manager, path);
        int r = 0;

        if (manager->watches)
                above = find_above(manager, path);
        if (above && !above->policy)
                above = NULL;
        HASH_FIND_STR(manager->watches, path, watch);
        if (watch && !is_same_group(watch, inode)) {
                drop(watch);
                watch = NULL;
        }
        if (watch)
                watch->seen = true;
        else if (candidate)
                r = self_has_room() ? take_in(manager, path, &watch) : -EMFILE;
        else if (above && !settings_exempt(manager, path))
                r = watch_annex(above, path, inode);
        /* Before its list and what is below it are read: what comes in between is told. */
        below |= above || (watch && watch->policy);
        hear_of(manager, path, inode, below, candidate || above);
        if (r < 0 && !group_is_gone(r))
                log_trouble(&manager->trouble.walk, manager_now(manager),
                            "Cannot watch a group: %s", strerror(-r));
        /* It is told of no more: once there is memory again a walk finds it. */
        if (r == -ENOMEM) {
                manager->arrivals_missed = true;
                discover_soon(manager);
        }
        if (below && is_deepest(path))
                log_trouble(&manager->trouble.depth, manager_now(manager),
                            "What is more than %d groups deep cannot be seen, and a worker in "
                            "there cannot be ended.",
                            GROUP_DEPTH_MAX);
        return below ? 0 : GROUP_WALK_NOT_BELOW;
}

/* Finds new groups, drops vanished ones. */
static void walk_now(struct manager *manager)
{
        uint64_t now = manager_now(manager);
        struct watch *watch, *next;
        struct annex *annex;
        int r;

        for (watch = manager->watches; watch; watch = watch->hh.next) {
                watch->seen = false;
                for (annex = watch->annexes; annex; annex = annex->hh.next)
                        annex->seen = false;
        }
        manager->arrivals_missed = !manager->arrivals;
        news_forget(manager);
        r = group_walk(&manager->host, "/", discover_group, manager);
        if (r < 0) {
                manager->arrivals_missed = true;
                /* Half a walk tells nothing about who is gone. */
                log_trouble(&manager->trouble.walk, now, "Cannot list the groups below %s: %s",
                            manager->host.groups_path, strerror(-r));
                return;
        }
        HASH_ITER(hh, manager->watches, watch, next)
        {
                if (!watch->seen) {
                        drop(watch);
                        continue;
                }
                watch_drop_annexes(watch);
                ask_for_unit(watch, now);
        }
        tripwires_press_on(manager);
        announce_status(manager);
}

static void wake_up(sd_event_source *timer, uint64_t usec, uint64_t accuracy)
{
        (void)sd_event_source_set_time_accuracy(timer, accuracy);
        (void)sd_event_source_set_time(timer, usec);
        (void)sd_event_source_set_enabled(timer,
                                          usec == UINT64_MAX ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
}

void discover_wake(struct manager *manager)
{
        wake_up(manager->discovery, bng_min(manager->walk_due, news_due(manager)), 1);
}

void discover_soon(struct manager *manager)
{
        manager->walk_due = manager->walk_again;
        discover_wake(manager);
}

/* Where nothing was watched until now, nobody was going to walk. */
void discover_seldom(struct manager *manager)
{
        if (!manager->watches || manager->walk_due < UINT64_MAX)
                return;
        manager->walk_due = manager_now(manager) + WALK_SELDOM_USEC;
        wake_up(manager->discovery, manager->walk_due, WALK_ACCURACY_USEC);
}

void discover_apply(struct manager *manager)
{
        struct watch *watch, *next;

        HASH_ITER(hh, manager->watches, watch, next)
        {
                if (!settings_exempt(manager, watch->path) && watch_apply(watch))
                        watch_look_at(watch, 0);
                else
                        drop(watch); /* one that may still be a candidate is found again */
        }
        kernel_start(manager);
        news_start(manager);
        walk_now(manager);
        discover_soon(manager);
}

/* When a question about a unit is to be asked again; UINT64_MAX: none is open. */
static uint64_t asking_due(struct manager *manager, uint64_t now)
{
        uint64_t due = UINT64_MAX;
        const struct watch *watch;

        for (watch = manager->watches; watch; watch = watch->hh.next)
                if (watch->claim && !watch->unit && !manager->host.foreign &&
                    watch->ask_again < due)
                        due = watch->ask_again;
        return due > now || due == UINT64_MAX ? due : now + UNITS_RETRY_USEC;
}

/* Who was moved in is told by the lists alone: a walk finds groups only. */
static void read_lists(struct manager *manager)
{
        struct watch *watch;

        for (watch = manager->watches; watch; watch = watch->hh.next)
                look_for_newcomers(watch, HASH_COUNT(manager->watches));
        manager->moves_lost = false;
}

static void walk(struct manager *manager)
{
        uint64_t begin = clock_now(), end, rest;

        if (manager->settings->config->n_policies > 0)
                walk_now(manager);
        (void)malloc_trim(0); /* what a start, or a busy time, has left unused */
        end = clock_now();
        rest = (end - begin) * DISCOVER_SHARE;
        rest = rest < WALK_SLOWEST_USEC ? rest : WALK_SLOWEST_USEC;
        if (manager->moves_lost) {
                read_lists(manager);
                rest = rest > WALK_USEC ? rest : WALK_USEC; /* these cost more than the walk */
        }
        manager->walk_again = end + rest;
        if (manager->settings->config->n_policies > 0 && manager->arrivals_missed)
                manager->walk_due = end + (rest > WALK_USEC ? rest : WALK_USEC);
        else
                manager->walk_due = manager->watches ? end + WALK_SELDOM_USEC : UINT64_MAX;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        struct manager *manager = userdata;
        uint64_t now = clock_now(), due;
        struct watch *watch;

        (void)usec;
        if (now >= manager->walk_due)
                walk(manager);
        else
                for (watch = manager->watches; watch; watch = watch->hh.next)
                        ask_for_unit(watch, now);
        due = bng_min(asking_due(manager, clock_now()), manager->walk_due);
        wake_up(source, due, WALK_ACCURACY_USEC);
        news_walk(manager);
        if (news_due(manager) < due)
                discover_wake(manager);
        return 0; /* an error would end the walks for ever */
}

int discover_start(struct manager *manager)
{
        const struct guard_config *config = manager->settings->config;

        if (names_units(config) && !manager->host.foreign &&
            !units_available(manager->units, manager_now(manager)))
                log_line(LOG_WARNING,
                         "There is no %s bus: policies with Unit= match nothing "
                         "until there is.",
                         manager->options->user ? "user" : "system");
        kernel_start(manager);
        news_start(manager);
        return sd_event_add_time(manager->event, &manager->discovery, CLOCK_MONOTONIC, 0,
                                 WALK_ACCURACY_USEC, on_timer, manager);
}

void discover_stop(struct manager *manager)
{
        news_stop(manager);
        manager->discovery = sd_event_source_disable_unref(manager->discovery);
}
