/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the daemon knows, told to those who ask over the bus: all of it (status), or everything about one
 * process (explain): which policy is its own and why, and how near each limit is.
 */

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "manager/describe.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"
#include "manager/settings.h"
#include "report/status.h"
#include "samples/growth.h"
#include "samples/leak.h"

static uint64_t from_now(uint64_t usec, uint64_t now)
{
        return usec == UINT64_MAX ? UINT64_MAX : usec > now ? usec - now : 0;
}

/* Who grows was let go by somebody. */
static bool is_frozen(const struct worker *worker)
{
        return worker->watch->answered.frozen ||
               (worker->answered.frozen && worker_memory(worker) <= worker->answered.quiet_up_to);
}

static struct status_worker worker_status(const struct worker *worker, const char *command,
                                          uint64_t now)
{
        return (struct status_worker){
                .pid = worker->target.pid,
                .start_time = worker->target.start_time,
                .uid = worker->target.uid,
                .command = command,
                .memory = worker_memory(worker),
                .peak = worker->peak,
                .rate = growth_latest(&worker->series),
                .next_usec = from_now(worker->due, now),
                .state = worker->ending      ? "ending"
                         : is_frozen(worker) ? "frozen"
                         : worker->policy    ? "watched"
                                             : "unwatched",
        };
}

static void add_workers(json_t *group, const struct watch *watch, const struct policy *policy,
                        uint64_t now)
{
        struct worker *worker;

        for (worker = watch->workers; worker; worker = worker->hh.next) {
                struct status_worker status;
                char *command = NULL;

                if (worker->policy != policy)
                        continue;
                (void)process_read_comm(worker->reader, &command);
                status = worker_status(worker, command ? command : "", now);
                status_add_worker(group, &status);
                free(command);
        }
}

static bool holds_worker_of(const struct watch *watch, const struct policy *policy)
{
        const struct worker *worker;

        for (worker = watch->workers; worker; worker = worker->hh.next)
                if (worker->policy == policy)
                        return true;
        return watch->policy == policy;
}

/* Of those that are not judged as a whole it is not read while nobody asks. */
static uint64_t memory_of(const struct watch *watch)
{
        struct group_reading reading;

        if (watch->policy || !watch->reading.accounted)
                return watch->reading.accounted ? watch->reading.memory : watch->memory;
        return group_read(watch->reader, &reading) < 0 ? 0 : reading.memory;
}

static void add_groups(json_t *entry, struct manager *manager, const struct policy *policy,
                       uint64_t now)
{
        struct watch *watch;

        for (watch = manager->watches; watch; watch = watch->hh.next) {
                struct status_group status = {
                        .path = watch->path,
                        .unit = watch->unit,
                        .memory = memory_of(watch),
                        .limit = watch->reading.limit,
                        .worker_memory_max = policy_worker_memory_max(policy, watch_bases(watch)),
                        .group_memory_max = policy_group_memory_max(policy, watch_bases(watch)),
                        .peak = watch->policy ? watch->peak : UINT64_MAX,
                        .rate = watch->policy ? growth_latest(&watch->whole->series) : NAN,
                        .next_usec = from_now(watch->next_look, now),
                };

                if (holds_worker_of(watch, policy) ||
                    (watch->n_policies > 0 && watch->policies[0] == policy))
                        add_workers(status_add_group(entry, &status), watch, policy, now);
        }
}

static int describe_status(void *userdata, json_t **ret)
{
        struct manager *manager = userdata;
        const struct guard_config *config = manager->settings->config;
        uint64_t now = manager_now(manager);
        const struct status_daemon daemon = {
                .layout = host_layout_name(manager->host.layout),
                .groups_path = manager->host.groups_path,
                .dry_run = manager->dry_run,
                .started_realtime_usec = manager->started_realtime,
                .config = manager->options->config,
                .config_error = manager->config_error,
        };

        *ret = status_new(&daemon);
        for (size_t i = 0; i < config->n_policies; i++)
                add_groups(status_add_policy(*ret, &config->policies[i]), manager,
                           &config->policies[i], now);
        return *ret ? 0 : -ENOMEM;
}

/* ---- one process */

static struct worker *find_worker(struct manager *manager, pid_t pid)
{
        struct worker *worker = NULL;
        struct watch *watch;

        for (watch = manager->watches; watch && !worker; watch = watch->hh.next)
                HASH_FIND(hh, watch->workers, &pid, sizeof(pid), worker);
        return worker;
}

static void add_limit(json_t *explanation, const char *key, uint64_t limit, bool known,
                      double value, uint64_t window, struct share share)
{
        struct explain_limit entry = {
                .key = key,
                .limit = limit,
                .share = share,
                .value = value >= 0x1p63 ? UINT64_MAX
                         : value > 0     ? (uint64_t)value
                                         : 0,
                .window = window,
                .is_time = strcmp(key, "CpuTimeMax") == 0,
                .known = known,
        };

        if (limit != POLICY_UNSET || share.of != SHARE_OF_NOTHING)
                explain_add_limit(explanation, &entry);
}

/* Of one that lives in a group below that is not watched itself, only what is about the whole group. */
static void add_limits(json_t *explanation, const struct worker *worker,
                       const struct policy *policy)
{
        const struct watch *watch = worker->watch;
        const struct series *series =
                policy->scope == SCOPE_GROUP ? &watch->whole->series : &worker->series;
        const struct cpu_use *cpu = policy->scope == SCOPE_GROUP ? watch->cpu : worker->cpu;
        struct growth growth = growth_over_window(series);
        uint64_t burned = 0;
        double hours = (double)policy->leak_window / 3.6e9;

        if (!worker->annexed)
                add_limit(explanation, "WorkerMemoryMax",
                          policy_worker_memory_max(policy, watch_bases(watch)),
                          worker->series.n_pushed > 0, (double)worker_memory(worker), 0,
                          policy->worker_memory_share);
        if (watch->policy == policy)
                add_limit(explanation, "GroupMemoryMax",
                          policy_group_memory_max(policy, watch_bases(watch)),
                          watch->whole->series.n_pushed > 0, (double)watch->memory, 0,
                          policy->group_memory_share);
        if (worker->annexed && policy->scope == SCOPE_WORKER)
                return;
        add_limit(explanation, "GrowthMax", policy->growth_max, growth.known, growth.rate,
                  policy->growth_window, (struct share){0});
        add_limit(explanation, "LeakMax", policy->leak_max,
                  series_seen(series) >= policy->leak_window, leak_in_window(series) / hours,
                  policy->leak_window, (struct share){0});
        add_limit(explanation, "CpuTimeMax", policy->cpu_time_max,
                  cpu && cpu_in_window(cpu, &burned), (double)burned, policy->cpu_window,
                  (struct share){0});
}

/* `group`: what became of reading its path. */
static const char *why_exempt(struct manager *manager, const struct process_identity *identity,
                              const char *path, int group)
{
        struct group_facts facts = {.path = path};
        char *claim;
        bool protected;

        if (identity->kernel_thread)
                return "a kernel thread";
        if (identity->pid == 1)
                return "the first process";
        if (!manager->host.foreign && identity->pid == getpid())
                return "the daemon itself";
        if (group == -ESRCH)
                return "it has ended, and waits for its parent to ask (a zombie)";
        if (!path)
                return "its group cannot be seen";
        if (group_is_forbidden(path, manager->own_group))
                return "its group is the root or holds the daemon";
        claim = settings_claim(manager, path);
        facts.unit = claim;
        protected = guard_protects(manager->settings->config, &facts);
        free(claim);
        return protected ? "named by Protect=" : NULL;
}

/* The one that may end it: of a group below that is not watched itself, the one that counts it for its own. */
static const struct policy *policy_in_force(struct worker *worker, uint64_t now)
{
        const struct policy *policy = worker->watch->policy;

        if (!worker->annexed)
                return worker->policy;
        return policy && worker_matches(worker, policy, now) ? policy : NULL;
}

static void explain_policy(json_t *explanation, struct worker *worker, const struct policy *policy,
                           uint64_t now)
{
        const struct group_facts facts = {worker_home(worker), worker->watch->unit};
        const char *key = policy_mismatch_group(policy, &facts);
        enum explain_match match = policy_in_force(worker, now) == policy ? EXPLAIN_APPLIES
                                   : key                                  ? EXPLAIN_OTHER_GROUP
                                                                          : EXPLAIN_LATER;

        if (match == EXPLAIN_LATER) {
                key = worker_mismatch(worker, policy, now);
                match = key ? EXPLAIN_OTHER_WORKER : EXPLAIN_LATER;
        }
        explain_add_policy(explanation, policy, match, match == EXPLAIN_APPLIES ? NULL : key);
}

static int explain_watched(struct manager *manager, struct worker *worker, json_t **ret)
{
        const struct guard_config *config = manager->settings->config;
        uint64_t now = manager_now(manager);
        struct explain_process process = {.mapped = worker->shared_pages,
                                          .cgroup = worker->target.group,
                                          .unit = worker->watch->unit};
        char *command = NULL;

        (void)process_read_comm(worker->reader, &command);
        process.worker = worker_status(worker, command ? command : "", now);
        *ret = explain_new(&process);
        for (size_t i = 0; i < config->n_policies; i++)
                explain_policy(*ret, worker, &config->policies[i], now);
        if (policy_in_force(worker, now))
                add_limits(*ret, worker, policy_in_force(worker, now));
        free(command);
        return *ret ? 0 : -ENOMEM;
}

static int explain_unwatched(struct manager *manager, pid_t pid, json_t **ret)
{
        const struct guard_config *config = manager->settings->config;
        struct explain_process process = {
                .worker = {.pid = pid, .next_usec = UINT64_MAX, .state = "unwatched"}};
        struct group_facts facts = {0};
        struct process_identity identity;
        struct process_reader *reader;
        char *command = NULL, *path = NULL;
        int r, group;

        r = process_reader_new(&reader, &manager->host, pid);
        if (r < 0)
                return r == -ENOENT ? -ESRCH : r;
        r = process_read_identity(reader, &identity);
        if (r >= 0) {
                (void)process_read_comm(reader, &command);
                group = process_read_group(reader, &manager->host, &path);
                process.worker.start_time = identity.start_time;
                process.worker.uid = identity.uid;
                process.worker.command = command ? command : "";
                process.cgroup = path;
                facts.path = path; /* a unit is only confirmed for what is watched */
                process.exempt = why_exempt(manager, &identity, path, group);
                *ret = explain_new(&process);
                for (size_t i = 0; i < config->n_policies; i++)
                        explain_add_policy(*ret, &config->policies[i], EXPLAIN_OTHER_GROUP,
                                           policy_mismatch_group(&config->policies[i], &facts));
                r = *ret ? 0 : -ENOMEM;
        }
        process_reader_free(reader);
        free(command);
        free(path);
        return r;
}

static int describe_process(void *userdata, pid_t pid, json_t **ret)
{
        struct worker *worker = find_worker(userdata, pid);

        return worker ? explain_watched(userdata, worker, ret)
                      : explain_unwatched(userdata, pid, ret);
}

static int describe_reload(void *userdata, char **errors)
{
        return settings_reload(userdata, errors);
}

static bool describe_dry_run(void *userdata)
{
        const struct manager *manager = userdata;

        return manager->dry_run;
}

const struct server_ops describe_ops = {
        .status = describe_status,
        .explain = describe_process,
        .reload = describe_reload,
        .dry_run = describe_dry_run,
};
