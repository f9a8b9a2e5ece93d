/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which groups exist, and which of them a policy names: found by walks (discover-walks.c), and told as soon as one is made
 * or removed (news.c). A group that is gone leaves; one that was made again under the same path has another inode and is
 * another group.
 *
 * Unit= is two steps. The path claims a unit, which makes the group a candidate; it is watched under
 * such a policy once systemd has confirmed the claim.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "manager/groups/annexes.h"
#include "manager/groups/discover.h"
#include "manager/groups/watch.h"
#include "manager/kernel/kernel.h"
#include "manager/self.h"
#include "manager/settings.h"

#define ASK_AGAIN_USEC (UINT64_C(30) * 1000000)

/* Could a policy be about it, if what its path claims is true? */
static bool is_candidate(const struct manager *manager, const char *path)
{
        const struct guard_config *config = manager->settings->config;
        char *claim = settings_name_units(manager) ? settings_claim(manager, path) : NULL;
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

void discover_drop(struct watch *watch)
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

void discover_ask(struct watch *watch, uint64_t now)
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
                discover_drop(watch);
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
        discover_ask(watch, manager_now(manager));
        if (!watch->policies) {
                discover_drop(watch); /* no memory to tell which: the next walk finds it again */
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
                discover_drop(watch);
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
