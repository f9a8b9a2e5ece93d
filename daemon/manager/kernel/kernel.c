/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Those whom the kernel ended, by its log, which names each by its pid (kills.h). The log is heard before
 * anybody who ended is let go, so a worker that was watched is found by that pid. It may have ended long
 * ago, unnoticed, and the pid be another's by now: then the start time or the group is another one. One that
 * nobody had seen yet is told of as far as the kernel tells: its own name, its group.
 *
 * Nothing here acts.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include "manager/answers/record.h"
#include "manager/ends/ending.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"
#include "manager/kernel/kernel-verdict.h"
#include "manager/kernel/kernel.h"
#include "manager/settings.h"

/* ---- who nobody had seen */

static struct watch *find_nearest(struct manager *manager, const char *path)
{
        struct watch *nearest = NULL, *watch;

        for (watch = manager->watches; watch; watch = watch->hh.next)
                if (path_is_below(path, watch->path) &&
                    (!nearest || strlen(watch->path) > strlen(nearest->path)))
                        nearest = watch;
        return nearest;
}

/* The first policy that would have been its own. `watch`: of its group or one above it, or NULL. A unit that is gone
 * by now cannot be asked about, so its claim has to do: this only tells, and ends nobody. */
static const struct policy *find_policy(struct manager *manager, const struct watch *watch,
                                        const struct kernel_kill *kill, const char *path)
{
        const struct guard_config *config = manager->settings->config;
        char *claim = settings_claim(manager, path);
        const struct group_facts group = {.path = path, .unit = claim};
        const struct policy *policy = NULL;
        const char *user = users_name(manager->users, kill->uid, manager_now(manager));
        char uid[16];
        const struct worker_facts facts = {
                .user = user ? user : "", .uid = uid, .command = kill->command};

        snprintf(uid, sizeof(uid), "%u", (unsigned)kill->uid);
        for (size_t i = 0; i < config->n_policies && !policy; i++)
                if (policy_matches_group(&config->policies[i], &group) &&
                    policy_matches_worker(&config->policies[i], &facts))
                        policy = &config->policies[i];
        free(claim);
        return policy || !watch || strcmp(watch->path, path) == 0 ? policy : watch->policy;
}

/* It may not have been reaped yet: then it can still be asked for its start. 0: nobody has this pid. */
static uint64_t ask_start_time(struct manager *manager, const struct kernel_kill *kill, uid_t *uid)
{
        struct process_identity identity = {0};
        struct process_reader *reader;

        if (process_reader_new(&reader, &manager->host, kill->pid) < 0)
                return 0;
        if (process_read_identity(reader, &identity) < 0)
                identity.start_time = 0;
        process_reader_free(reader);
        *uid = identity.uid;
        return identity.start_time;
}

void kernel_tell_unseen(struct manager *manager, const struct kernel_kill *kill)
{
        /* Its group may be gone, or new: then only the configuration speaks of it. */
        struct watch unknown = {
                .manager = manager, .path = (char *)kill->group, .reading.limit = UINT64_MAX};
        struct verdict *verdict;
        struct watch *watch;
        const struct policy *policy;
        uint64_t start;
        uid_t uid;

        if (!kill->group || settings_exempt(manager, kill->group))
                return;
        watch = find_nearest(manager, kill->group);
        policy = find_policy(manager, watch, kill, kill->group);
        if (!policy)
                return;
        verdict = kernel_verdict_new(watch ? watch : &unknown, policy, kill, kill->group,
                                     record_event(manager));
        start = ask_start_time(manager, kill, &uid);
        if (verdict && start != 0 && uid == kill->uid)
                verdict->start_time = start;
        kernel_tell(manager, verdict, kill);
}

/* ---- by the log */

/* Is this worker the one that had the pid then? */
static bool is_meant(struct manager *manager, const struct worker *worker,
                     const struct kernel_kill *kill)
{
        uid_t uid;
        uint64_t start = ask_start_time(manager, kill, &uid);

        if (start != 0)
                return start == worker->target.start_time;
        return kill->group ? strcmp(kill->group, worker_home(worker)) == 0
                           : kill->uid == worker->target.uid;
}

static void tell_seen(struct manager *manager, struct worker *worker,
                      const struct kernel_kill *kill)
{
        const struct policy *policy = kernel_policy_of(worker->watch, worker);

        if (!policy)
                policy = find_policy(manager, worker->watch, kill, worker->target.group);
        kernel_tell_worker(worker->watch, worker, policy, kill, 1, record_event(manager));
}

static void on_kill(void *userdata, const struct kernel_kill *kill)
{
        struct manager *manager = userdata;
        struct worker *worker = NULL, *ended;
        struct watch *watch;

        for (watch = manager->watches; watch && !worker; watch = watch->hh.next)
                HASH_FIND(hh, watch->workers, &kill->pid, sizeof(pid_t), worker);
        if (worker && !is_meant(manager, worker, kill))
                worker = NULL;
        ended = worker ? worker : ending_awaits(manager, kill->pid);
        if (ended || kill->group)
                flood_told(manager, kill->group ? kill->group : worker_home(ended));
        /* Its end is under way: the verdict on that says it. */
        if (ended && ended->ending && (worker || is_meant(manager, ended, kill)))
                ended->overtaken = true;
        if (worker)
                tell_seen(manager, worker, kill);
        else if (!ended && kill->group)
                kernel_tell_unseen(manager, kill);
        else if (!ended)
                flood_take(manager, kill);
}

void kernel_hear(struct manager *manager)
{
        if (!manager->kills || kills_read(manager->kills, on_kill, manager))
                return;
        flood_overrun(manager);
        log_trouble(&manager->trouble.read, manager_now(manager),
                    "The kernel wrote more than its log holds: who was ended by it is not "
                    "known for a while.");
}

static int on_log(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        (void)source;
        (void)fd;
        (void)events;
        kernel_hear(userdata);
        return 0;
}

void kernel_start(struct manager *manager)
{
        int r;

        /* Without a policy nobody asks. */
        if (manager->kills || manager->host.foreign || manager->settings->config->n_policies == 0)
                return;
        r = kills_new(&manager->kills);
        if (r < 0)
                return;
        r = sd_event_add_io(manager->event, &manager->killed, kills_fd(manager->kills), EPOLLIN,
                            on_log, manager);
        if (r < 0)
                manager->kills = kills_free(manager->kills);
}

void kernel_stop(struct manager *manager)
{
        uint64_t now = manager_now(manager);

        kernel_hear(manager);
        flood_stop(manager);
        for (struct watch *watch = manager->watches; watch; watch = watch->hh.next)
                kernel_count_last(watch, now);
        manager->killed = sd_event_source_disable_unref(manager->killed);
        manager->kills = kills_free(manager->kills);
}
