/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Those whom the kernel ended because memory was short, before anybody here did. Each is worth a verdict: an
 * administrator who finds a service gone asks the guard why, and what to set so that it is first next time.
 *
 * The kernel's log names each by its pid (kills.h). The log is heard before anybody who ended is let go, so a
 * worker that was watched is found by that pid. It may have ended long ago, unnoticed, and the pid be another's by
 * now: then the start time or the group is another one. One that nobody had seen yet is told of as far as
 * the kernel tells: its own name, its group.
 *
 * Where the log may not be read the groups' counters tell how many were ended, not who. They are read
 * together with the list of processes, and the kernel counts before who is ended is gone: so for a moment the
 * two wait for each other. If as many workers have vanished as were counted, it was probably they; else
 * the verdict says that it cannot be told. A group that is gone by then took its counter along.
 *
 * Nothing here acts.
 */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include "manager/context.h"
#include "policy/overtaken.h"
#include "report/escape.h"
#include "samples/growth.h"

#define SURE_USEC                                                                                  \
        UINT64_C(10000000) /* between two lists: who vanished in more may have just left */
#define DYING_USEC UINT64_C(2000000)     /* one that was counted is still listed for a while, */
#define DYING_AGAIN_USEC UINT64_C(50000) /* and so the list is read again */
#define PROBABLY 0.5                     /* who vanished meanwhile may have left by himself */

static const struct policy *policy_of(const struct watch *watch, const struct worker *worker)
{
        return worker->policy && !worker->annexed ? worker->policy : watch->policy;
}

/* ---- the verdict */

static bool acts(const struct manager *manager, const struct policy *policy)
{
        return policy->action != ACTION_LOG && !manager->dry_run;
}

static struct finding explain(const struct watch *watch, const struct policy *policy,
                              const struct kernel_kill *kill, const char *group)
{
        const struct manager *manager = watch->manager;
        uint64_t limit = kill->machine               ? manager->machine
                         : kill->limit != UINT64_MAX ? kill->limit
                                                     : watch->reading.limit;
        struct finding finding = {
                .reason = REASON_KERNEL_OOM,
                .limit = limit,
                .value = kill->memory,
                .confidence = 1,
                .ceiling = UINT64_MAX,
                .by_machine = kill->machine,
        };
        struct overtaken_by by = {
                .memory = kill->memory,
                .kernel_limit = limit,
                .own_group =
                        !kill->machine && (!kill->limited || strcmp(kill->limited, group) == 0),
                .acts = acts(manager, policy),
                .bases = watch_bases(watch),
        };

        overtaken_explain(&finding, policy, &by);
        return finding;
}

static void tell(struct manager *manager, struct verdict *verdict, const struct kernel_kill *kill)
{
        if (!verdict)
                return;
        if (kill->limited && strcmp(kill->limited, verdict->cgroup) != 0)
                verdict->limited = strdup(kill->limited);
        if (verdict->peak < verdict->finding.value)
                verdict->peak = verdict->finding.value;
        record_close(manager, verdict, OUTCOME_GONE);
}

static void tell_worker(struct watch *watch, struct worker *worker, const struct policy *policy,
                        const struct kernel_kill *kill, double confidence, uint64_t event)
{
        struct manager *manager = watch->manager;
        uint64_t now = manager_now(manager);
        struct finding finding;
        struct verdict *verdict;

        /* What is being ended has a verdict already: of the end that it was on its way to. */
        if (worker->overtaken || worker->ending || worker->let_go || !policy)
                return;
        worker->overtaken = true;
        finding = explain(watch, policy, kill, worker->target.group);
        finding.confidence = confidence;
        if (kill->memory > worker->private)
                series_push(&worker->series, now, kill->memory);
        finding.rate = growth_latest(&worker->series);
        verdict = record_new(watch, worker, policy, &finding, event);
        if (verdict && *verdict->command == '\0') {
                const char *name = kill->command ? kill->command : worker->comm ? worker->comm : "";

                free(verdict->command);
                verdict->command = escape_command(name, strlen(name));
        }
        tell(manager, verdict, kill);
        relief_expect(worker, manager);
}

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

static struct verdict *new_verdict(const struct watch *watch, const struct policy *policy,
                                   const struct kernel_kill *kill, const char *group,
                                   uint64_t event)
{
        struct verdict *verdict = calloc(1, sizeof(*verdict));
        const char *command = kill->command ? kill->command : "";

        if (!verdict)
                return NULL;
        record_begin(watch->manager, verdict, event);
        verdict->policy = strdup(policy->name);
        verdict->finding = explain(watch, policy, kill, group);
        verdict->action = policy->action;
        verdict->scope = policy->scope;
        verdict->pid = kill->pid;
        verdict->uid = kill->uid;
        verdict->command = escape_command(command, strlen(command));
        verdict->cgroup = strdup(group);
        verdict->unit = watch->unit && strcmp(watch->path, group) == 0 ? strdup(watch->unit) : NULL;
        verdict->rss = kill->memory;
        if (!verdict->policy || !verdict->command || !verdict->cgroup)
                return verdict_free(verdict);
        return verdict;
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

static void tell_unseen(struct manager *manager, const struct kernel_kill *kill)
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
        verdict = new_verdict(watch ? watch : &unknown, policy, kill, kill->group,
                              record_event(manager));
        start = ask_start_time(manager, kill, &uid);
        if (verdict && start != 0 && uid == kill->uid)
                verdict->start_time = start;
        tell(manager, verdict, kill);
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
        return kill->group ? strcmp(kill->group, worker->target.group) == 0
                           : kill->uid == worker->target.uid;
}

static void on_kill(void *userdata, const struct kernel_kill *kill)
{
        struct manager *manager = userdata;
        struct worker *worker = NULL;
        struct watch *watch;

        for (watch = manager->watches; watch && !worker; watch = watch->hh.next)
                HASH_FIND(hh, watch->workers, &kill->pid, sizeof(pid_t), worker);
        if (worker && is_meant(manager, worker, kill)) {
                const struct policy *policy = policy_of(worker->watch, worker);

                if (!policy)
                        policy = find_policy(manager, worker->watch, kill, worker->target.group);
                tell_worker(worker->watch, worker, policy, kill, 1, record_event(manager));
        } else if (!ending_awaits(manager, kill->pid))
                tell_unseen(manager, kill);
}

void kernel_hear(struct manager *manager)
{
        if (manager->kills && !kills_read(manager->kills, on_kill, manager))
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
        manager->killed = sd_event_source_disable_unref(manager->killed);
        manager->kills = kills_free(manager->kills);
}

/* ---- by the counters */

/* Dead, or its memory is gone: it will be. One that only moved to another group has it still. */
static bool has_ended(const struct worker *worker)
{
        struct pollfd pidfd = {.fd = worker->target.pidfd, .events = POLLIN};
        struct process_memory memory;

        if (pidfd.fd >= 0 && poll(&pidfd, 1, 0) > 0)
                return true;
        return process_read_memory(worker->reader, &memory) == -ESRCH;
}

void kernel_miss(struct watch *watch, struct worker *worker)
{
        struct missing *missing = watch->missing;

        if (!missing || worker->ending || worker->let_go || !policy_of(watch, worker) ||
            !has_ended(worker))
                return;
        if (missing->n < MISSING_MAX) {
                missing->workers[missing->n] = worker_ref(worker);
                missing->policies[missing->n] = policy_of(watch, worker);
        }
        missing->n++;
        watch->list_due = 0;
}

void kernel_forget(struct watch *watch)
{
        struct missing *missing = watch->missing;

        for (size_t i = 0; missing && i < missing->n && i < MISSING_MAX; i++)
                worker_unref(missing->workers[i]);
        if (missing)
                missing->n = 0;
}

/* How many more than before. */
static uint64_t count(struct group_reader *reader, uint64_t *known)
{
        uint64_t before = *known;

        if (group_read_kills(reader, known) < 0) {
                *known = before;
                return 0;
        }
        return before == UINT64_MAX || *known < before ? 0 : *known - before;
}

static uint64_t count_all(struct watch *watch)
{
        uint64_t n = count(watch->reader, &watch->missing->kills);

        if (watch->policy)
                for (struct annex *annex = watch->annexes; annex; annex = annex->next)
                        n += count(annex->reader, &annex->kills);
        return n;
}

/* All that is owed: who it was, if as many have vanished, and nobody can have left unnoticed before. */
static void tell_counted(struct watch *watch)
{
        struct missing *missing = watch->missing;
        const struct policy *policy = watch->policy ? watch->policy : watch->policies[0];
        struct kernel_kill kill = {.limit = UINT64_MAX};
        struct verdict *verdict;

        if (missing->sure && missing->n == missing->owed && missing->n <= MISSING_MAX) {
                uint64_t event = record_event(watch->manager);

                for (size_t i = 0; i < missing->n; i++) {
                        kill.memory = worker_memory(missing->workers[i]);
                        tell_worker(watch, missing->workers[i], missing->policies[i], &kill,
                                    PROBABLY, event);
                }
                return;
        }
        verdict = new_verdict(watch, policy, &kill, watch->path, record_event(watch->manager));
        if (verdict) {
                verdict->finding.family = (unsigned)missing->n;
                verdict->finding.confidence = 0;
        }
        tell(watch->manager, verdict, &kill);
}

uint64_t kernel_due(const struct watch *watch, uint64_t now)
{
        return watch->missing && watch->missing->owed > 0 ? now + DYING_AGAIN_USEC : UINT64_MAX;
}

void kernel_count(struct watch *watch, uint64_t now)
{
        struct missing *missing;
        uint64_t n;

        if (watch->manager->kills || watch->manager->host.layout == HOST_PLAIN)
                return;
        if (!watch->missing) {
                watch->missing = calloc(1, sizeof(*watch->missing));
                if (!watch->missing)
                        return;
                watch->missing->kills = UINT64_MAX;
        }
        missing = watch->missing;
        n = count_all(watch);
        if (n > 0 && missing->owed == 0)
                missing->owed_since = now;
        missing->owed += n;
        missing->sure =
                now - missing->counted <= SURE_USEC && (missing->owed == n || missing->sure);
        missing->counted = now;
        /* While we end some of them ourselves, who is who is not to be told. */
        if (watch->n_policies == 0 || ending_under_way(watch))
                missing->owed = 0;
        if (missing->owed > missing->n && now - missing->owed_since < DYING_USEC)
                return;
        if (missing->owed > 0)
                tell_counted(watch);
        missing->owed = 0;
        kernel_forget(watch);
}
