/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One watched group. Its policies are those that could match a process in it; its workers are the
 * processes of the group itself, and as far as the group's own limit goes those of the groups below it
 * that nobody watches for themselves (annexes): the kernel counts them in, so one of them may be the
 * culprit.
 *
 * A group is the folder that was seen: when it is removed its descriptors fail and the watch ends, and
 * one made again under the same path is found by the next walk as another group.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "manager/context.h"
#include "manager/self.h"
#include "report/escape.h"

/* Looks that are further away than this are the manager's round's. */
#define ROUND_FROM_USEC UINT64_C(4000000)

/* Of one whose path is longer the kernel may not be asked to tell (arrivals.h). */
#define TOLD_PATH_MAX (PATH_MAX - 256)

/* Of groups that are not judged as a whole: nothing is ever pushed into it. */
static struct series no_series;

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void)source;
        (void)usec;
        look_now(userdata);
        return 0;
}

int watch_new(struct watch **ret, struct manager *manager, const char *path)
{
        struct watch *watch = calloc(1, sizeof(*watch));
        int r;

        if (!watch)
                return -ENOMEM;
        watch->manager = manager;
        watch->path = strdup(path);
        watch->shown = escape_string(path);
        if (watch->path && watch->shown && strcmp(watch->path, watch->shown) == 0) {
                free(watch->shown);
                watch->shown = watch->path;
        }
        watch->claim = settings_claim(manager, path);
        watch->reading.headroom = watch->reading.limit = UINT64_MAX;
        watch->series = &no_series;
        watch->frozen = -1;
        alarm_init(&watch->alarm);
        r = watch->path && watch->shown ? group_reader_new(&watch->reader, &manager->host, path)
                                        : -ENOMEM;
        if (r < 0) {
                watch_free(watch);
                return r;
        }
        watch->inode = group_reader_inode(watch->reader);
        *ret = watch;
        return 0;
}

static void annex_free(struct annex *annex)
{
        group_reader_free(annex->reader);
        free(annex->path);
        free(annex);
}

static void drop_annex(struct watch *watch, struct annex *annex)
{
        HASH_DEL(watch->annexes, annex);
        annex_free(annex);
}

void watch_let_go(struct watch *watch)
{
        if (!watch->answered.frozen)
                return;
        (void)act_group_thaw(watch->frozen);
        watch->frozen = -1;
        watch->answered.frozen = false;
        freeze_note(watch->manager);
}

/* Who is put into a group after the last of those that were frozen has left it would hang. */
static void let_go_empty(struct watch *watch)
{
        struct act_group target = watch_target(watch);
        pid_t *pids = NULL;
        size_t n = 0;

        if (!watch->answered.frozen || watch->workers)
                return;
        if (act_group_members(&watch->manager->host, &target, &pids, &n) == ACT_DONE && n == 0)
                watch_let_go(watch);
        free(pids);
}

struct watch *watch_free(struct watch *watch)
{
        struct worker *worker, *next;
        struct annex *annex, *next_annex;

        if (!watch)
                return NULL;
        watch_let_go(watch);
        round_exclude(watch);
        alarm_off(watch);
        tripwire_release(watch);
        HASH_ITER(hh, watch->workers, worker, next)
        watch_drop(watch, worker);
        HASH_ITER(hh, watch->annexes, annex, next_annex)
        drop_annex(watch, annex);
        ending_forget_watch(watch->manager, watch);
        kernel_forget(watch);
        free(watch->missing);
        sd_bus_slot_unref(watch->asking);
        sd_event_source_disable_unref(watch->timer);
        group_reader_free(watch->reader);
        if (watch->series != &no_series) {
                series_free(watch->series);
                free(watch->series);
        }
        if (watch->untold)
                series_free(watch->untold);
        free(watch->untold);
        free(watch->policies);
        free(watch->cpu);
        if (watch->shown != watch->path)
                free(watch->shown);
        free(watch->path);
        free(watch->claim);
        free(watch->unit);
        free(watch);
        return NULL;
}

struct memory_bases watch_bases(const struct watch *watch)
{
        return (struct memory_bases){.machine = watch->manager->machine,
                                     .group = watch->reading.limit};
}

struct act_group watch_target(const struct watch *watch)
{
        return (struct act_group){.path = watch->path, .inode = watch->inode};
}

static bool narrows(const struct policy *policy)
{
        return policy->users.n > 0 || policy->commands.n > 0;
}

static bool is_about_groups(const struct policy *policy)
{
        return policy_limits_group_memory(policy) || policy->scope == SCOPE_GROUP;
}

/* Only a group that is judged as a whole needs one. False without memory. */
static bool keep_series(struct watch *watch)
{
        const struct policy *policy = watch->policy;

        if (!policy)
                return true;
        if (watch->series == &no_series) {
                struct series *series = calloc(1, sizeof(*series));

                if (!series)
                        return false;
                watch->series = series;
        }
        if (watch->series->leak_window != policy->leak_window ||
            watch->series->growth_window != policy->growth_window)
                series_init(watch->series, policy->leak_window, policy->growth_window);
        return true;
}

/*
 * Would these policies do no more than those before, which are there until a reload is through? In a dry run
 * that begins now, nothing is sent to whom the same policies stopped already.
 */
static bool says_the_same(const struct watch *watch, const struct policy *const *policies, size_t n)
{
        if (watch->n_policies != n || (watch->dry && !watch->manager->dry_run))
                return false;
        for (size_t i = 0; i < n; i++)
                if (!policy_is_alike(watch->policies[i], policies[i]))
                        return false;
        return true;
}

bool watch_apply(struct watch *watch)
{
        struct manager *manager = watch->manager;
        const struct guard_config *config = manager->settings->config;
        const struct group_facts facts = {.path = watch->path, .unit = watch->unit};
        const struct policy **policies;
        struct worker *worker;
        bool shadowed = false, same;
        size_t n = 0;

        policies = calloc(config->n_policies + 1, sizeof(*policies));
        if (!policies)
                return false;
        watch->policy = NULL;
        watch->asks_names = false;

        for (size_t i = 0; i < config->n_policies && !shadowed; i++) {
                const struct policy *policy = &config->policies[i];

                if (!policy_matches_group(policy, &facts))
                        continue;
                policies[n++] = policy;
                if (!watch->policy && is_about_groups(policy))
                        watch->policy = policy;
                /* One that takes every process leaves none to those behind it. */
                shadowed = !narrows(policy);
                watch->asks_names |= narrows(policy);
        }

        same = says_the_same(watch, policies, n);
        free(watch->policies);
        watch->policies = policies;
        watch->n_policies = n;
        watch->dry = manager->dry_run;
        if (!keep_series(watch)) {
                free(watch->policies);
                watch->policies = NULL;
                watch->n_policies = 0;
                return false;
        }
        kernel_forget(watch);
        for (worker = watch->workers; worker; worker = worker->hh.next) {
                worker->answered.tolerated_up_to = 0;
                if (!same)
                        answer_anew(&worker->answered);
                worker->policy = NULL; /* of a configuration that may be gone */
                worker->facts_due = 0;
                worker->due = 0;
        }
        watch->answered.tolerated_up_to = 0;
        if (!same)
                answer_anew(&watch->answered);
        watch->due = 0;
        watch->list_due = 0;
        watch->sample_below = 0;
        watch->nobody_until = 0;
        return watch->n_policies > 0;
}

int watch_annex(struct watch *watch, const char *path, uint64_t inode)
{
        struct annex *annex;
        int r;

        HASH_FIND_STR(watch->annexes, path, annex);
        if (annex && (inode == 0 || group_reader_inode(annex->reader) == inode)) {
                annex->seen = true;
                return 0;
        }
        if (annex)
                drop_annex(watch, annex); /* of another group, which had this path */
        if (!self_has_room_to_spare())
                return -EMFILE;
        annex = calloc(1, sizeof(*annex));
        if (!annex)
                return -ENOMEM;
        annex->seen = true;
        annex->kills = UINT64_MAX;
        annex->path = strdup(path);
        r = annex->path ? group_reader_new(&annex->reader, &watch->manager->host, path) : -ENOMEM;
        if (r < 0) {
                annex_free(annex);
                return r;
        }
        HASH_ADD_KEYPTR(hh, watch->annexes, annex->path, strlen(annex->path), annex);
        if (!annex->hh.tbl) {
                annex_free(annex);
                return -ENOMEM;
        }
        return 0;
}

void watch_drop_annexes(struct watch *watch)
{
        struct annex *annex, *next;

        HASH_ITER(hh, watch->annexes, annex, next)
        if (!annex->seen)
                drop_annex(watch, annex);
}

/* Lets a worker go that is no longer ours to judge. One that we froze runs again. */
void watch_drop(struct watch *watch, struct worker *worker)
{
        HASH_DEL(watch->workers, worker);
        if (worker->answered.frozen) {
                (void)act_continue(&worker->target, &watch->manager->host);
                worker->answered.frozen = false;
                freeze_note(watch->manager);
        }
        worker->watch = NULL;
        worker->policy = NULL;
        worker_unref(worker);
}

void watch_lose(struct watch *watch, struct worker *worker, uint64_t now)
{
        kernel_hear(watch->manager);
        kernel_miss(watch, worker);
        if (!worker->condemned && !worker->overtaken)
                contributors_departed(watch, worker_memory(worker), now);
        watch_drop(watch, worker);
}

/* -ENOMEM: it stays the caller's. */
static int adopt(struct watch *watch, struct worker *worker)
{
        worker->watch = watch;
        worker->seen = true;
        worker->annexed = strcmp(worker_home(worker), watch->path) != 0;
        HASH_ADD(hh, watch->workers, target.pid, sizeof(pid_t), worker);
        return worker->hh.tbl ? 0 : -ENOMEM;
}

/* A process that has been reaped is not in any list: whoever has its pid by now is another one. */
static bool is_gone(const struct worker *worker)
{
        struct pollfd pidfd = {.fd = worker->target.pidfd, .events = POLLIN};
        struct process_identity identity;

        return poll(&pidfd, 1, 0) > 0 && process_read_identity(worker->reader, &identity) < 0;
}

/* Takes hold of a process. One that is being ended, and was let go by a watch that ended meanwhile, is known to its end:
 * it goes on as who it was, or it would be judged, and told of, once more. */
static int meet(struct worker **ret, struct watch *watch, pid_t pid, uint64_t now)
{
        int r = worker_new(ret, watch, pid, now);
        struct worker *known = r == ACT_DONE ? ending_awaits(watch->manager, pid) : NULL;

        if (known && !known->watch && known->target.start_time == (*ret)->target.start_time &&
            strcmp(known->target.group, (*ret)->target.group) == 0) {
                worker_unref(*ret);
                *ret = worker_ref(known);
        }
        return r;
}

/* One that was let go because it was elsewhere when its signal was due, and is here again, is judged as somebody new:
 * else whoever is quick would never be judged again. */
static bool is_let_go(const struct worker *worker)
{
        return worker->let_go && !worker->ending;
}

/* A process that `path` lists, which is the watched group or an annex. One that moved from one to the other
 * is another worker: what was decided about it was decided about its group. */
static void take_in(struct watch *watch, pid_t pid, const char *path, uint64_t now)
{
        struct manager *manager = watch->manager;
        struct worker *worker;
        bool room;
        int r;

        HASH_FIND(hh, watch->workers, &pid, sizeof(pid), worker);
        if (worker && is_gone(worker))
                watch_lose(watch, worker, now);
        else if (worker && (is_let_go(worker) || strcmp(worker_home(worker), path) != 0))
                watch_drop(watch, worker);
        else if (worker) {
                worker->seen = true;
                return;
        }
        if (pid <= 1)
                return;
        room = path == watch->path ? self_has_room() : self_has_room_to_spare();
        r = room ? meet(&worker, watch, pid, now) : -EMFILE;
        if (r < 0 && r != -ESRCH && r != -ENOENT)
                log_trouble(&manager->trouble.hold, now, "Cannot take hold of process %d in %s: %s",
                            (int)pid, watch->shown, strerror(-r));
        if (r != ACT_DONE)
                return;
        /* A list is old by the time it is read: the process may be elsewhere, and protected there. */
        if (settings_exempt(manager, worker->target.group) ||
            strcmp(worker_home(worker), path) != 0 || adopt(watch, worker) < 0)
                worker_unref(worker);
}

/* How many are in it, or a negative errno. */
static int read_list(struct watch *watch, struct group_reader *reader, const char *path,
                     uint64_t now)
{
        pid_t *pids;
        size_t n;
        int r;

        r = group_read_pids(reader, &pids, &n);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++)
                take_in(watch, pids[i], path, now);
        free(pids);
        return n < INT_MAX ? (int)n : INT_MAX;
}

/*
 * Nobody is in it, by its list and by the kernel's word, which counts those below as well. Where there is no such word
 * (v1) nobody comes in but by being moved, which is told; then who is below is not known.
 */
static bool is_empty(struct watch *watch)
{
        bool deserted = false;
        int r;

        if (watch->manager->arrivals_missed || strlen(watch->path) > TOLD_PATH_MAX ||
            !self_has_room_to_spare())
                return false;
        r = group_await_events(watch->reader, &deserted);
        return r == -ENOENT ? !watch->policy : r >= 0 && deserted;
}

/* An annex that cannot be read now keeps whom it had; and the group itself is judged all the same. */
static void pass_over(struct watch *watch, const struct annex *annex, int error, uint64_t now)
{
        struct worker *worker;

        for (worker = watch->workers; worker; worker = worker->hh.next)
                worker->seen |= strcmp(worker_home(worker), annex->path) == 0;
        log_trouble(&watch->manager->trouble.read, now,
                    "Cannot read a group below %s that counts for it: %s", watch->shown,
                    strerror(-error));
}

int watch_scan(struct watch *watch, uint64_t now)
{
        struct worker *worker, *next;
        struct annex *annex, *next_annex;
        bool listed;
        int r;

        for (worker = watch->workers; worker; worker = worker->hh.next)
                worker->seen = false;
        r = read_list(watch, watch->reader, watch->path, now);
        if (r < 0)
                return r;
        listed = r > 0;
        HASH_ITER(hh, watch->annexes, annex, next_annex)
        {
                r = read_list(watch, annex->reader, annex->path, now);
                if (r == -ENOENT || r == -ENODEV)
                        drop_annex(watch, annex);
                else if (r < 0)
                        pass_over(watch, annex, r, now);
                listed |= r != 0 && r != -ENOENT && r != -ENODEV;
        }
        watch->empty = !listed && is_empty(watch);
        if (!watch->empty)
                group_let_events(watch->reader);
        HASH_ITER(hh, watch->workers, worker, next)
        {
                if (worker->seen)
                        continue;
                watch_lose(watch, worker, now);
        }
        let_go_empty(watch);
        kernel_count(watch, now);
        watch->listed = now;
        return 0;
}

bool path_is_below(const char *path, const char *above)
{
        size_t length = strlen(above);

        return strncmp(path, above, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

struct watch *watch_below(const struct watch *watch, struct watch *last)
{
        struct watch *next = last ? last->hh.next : watch->manager->watches;

        while (next && !path_is_below(next->path, watch->path))
                next = next->hh.next;
        return next;
}

bool watch_swaps(const struct watch *watch)
{
        return watch->reading.swap > 0 || !watch->reading.accounted;
}

/* Whose a process of this group or below it is: a watched group's, or as an annex's this one's. */
static struct watch *find_owner(struct watch *watch, const char *path)
{
        struct watch *owner;

        HASH_FIND_STR(watch->manager->watches, path, owner);
        return owner ? owner : watch;
}

/* A worker that is known in this group or in a watched one below it. */
static struct worker *find_worker(struct watch *watch, pid_t pid)
{
        struct worker *worker = NULL;
        struct watch *below;

        HASH_FIND(hh, watch->workers, &pid, sizeof(pid), worker);
        for (below = watch_below(watch, NULL); below && !worker; below = watch_below(watch, below))
                HASH_FIND(hh, below->workers, &pid, sizeof(pid), worker);
        return worker;
}

int watch_hold(struct watch *watch, pid_t pid, struct worker **ret)
{
        uint64_t now = manager_now(watch->manager);
        struct worker *worker = find_worker(watch, pid);
        bool fresh = !worker;
        int r;

        if (fresh) {
                r = meet(&worker, watch, pid, now);
                if (r != ACT_DONE)
                        return r;
        }
        if (worker->let_go || settings_exempt(watch->manager, worker->target.group) ||
            !path_is_below(worker->target.group, watch->path)) {
                if (fresh)
                        worker_unref(worker);
                return ACT_REFUSED;
        }
        if (fresh) {
                if (adopt(find_owner(watch, worker_home(worker)), worker) < 0) {
                        worker_unref(worker);
                        return -ENOMEM;
                }
                (void)worker_measure(worker, watch->reading.swap > 0, now);
        }
        *ret = worker_ref(worker);
        return ACT_DONE;
}

int watch_gather(struct watch *watch, struct gathered *ret)
{
        struct act_group target = watch_target(watch);
        struct gathered found = {.complete = true};
        pid_t *pids = NULL;
        size_t n_pids = 0;
        int r;

        r = act_group_members(&watch->manager->host, &target, &pids, &n_pids);
        if (r != ACT_DONE)
                return r < 0 ? r : -ENOENT;
        found.workers = calloc(n_pids + 1, sizeof(struct worker *));
        for (size_t i = 0; found.workers && i < n_pids; i++) {
                if (found.n == ENDING_MEMBERS_MAX) {
                        found.complete = false;
                        break;
                }
                r = watch_hold(watch, pids[i], &found.workers[found.n]);
                if (r == ACT_DONE && found.workers[found.n]->ending)
                        worker_unref(found.workers[found.n]);
                else
                        found.n += r == ACT_DONE;
                found.partial |= r == ACT_REFUSED;
                found.complete &= r >= 0;
        }
        free(pids);
        *ret = found;
        return found.workers ? 0 : -ENOMEM;
}

void watch_gathered_free(struct gathered *gathered)
{
        for (size_t i = 0; i < gathered->n; i++)
                worker_unref(gathered->workers[i]);
        free(gathered->workers);
}

void watch_look_at(struct watch *watch, uint64_t usec)
{
        uint64_t now = manager_now(watch->manager);
        uint64_t accuracy = usec > now ? (usec - now) / 8 : 0;

        watch->next_look = usec;
        watch->in_round = usec <= now || usec - now >= ROUND_FROM_USEC;
        if (!watch->in_round && !watch->timer)
                watch->in_round = sd_event_add_time(watch->manager->event, &watch->timer,
                                                    CLOCK_MONOTONIC, usec, 0, on_timer, watch) < 0;
        if (watch->in_round) {
                watch->timer = sd_event_source_disable_unref(watch->timer);
                round_include(watch, now);
                return;
        }
        round_exclude(watch);
        /* Those that are nearer share wake-ups: an eighth late is as good as in time. */
        (void)sd_event_source_set_time(watch->timer, usec);
        (void)sd_event_source_set_time_accuracy(watch->timer, accuracy > 0 ? accuracy : 1);
        (void)sd_event_source_set_enabled(watch->timer, SD_EVENT_ONESHOT);
}
