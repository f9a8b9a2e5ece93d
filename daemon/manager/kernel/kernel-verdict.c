/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The verdict on one whom the kernel ended because memory was short. Each is worth one: an administrator who
 * finds a service gone asks the guard why, and what to set so that it is first next time.
 */

#include <stdlib.h>
#include <string.h>
#include "bounds/checked.h"
#include "manager/answers/record.h"
#include "manager/ends/relief.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"
#include "manager/kernel/kernel-verdict.h"
#include "policy/overtaken.h"
#include "report/escape.h"
#include "samples/growth.h"

const struct policy *kernel_policy_of(const struct watch *watch, const struct worker *worker)
{
        return worker->policy && !worker->annexed ? worker->policy : watch->policy;
}

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

void kernel_tell(struct manager *manager, struct verdict *verdict, const struct kernel_kill *kill)
{
        if (!verdict)
                return;
        if (kill->limited && strcmp(kill->limited, verdict->cgroup) != 0)
                verdict->limited = strdup(kill->limited);
        if (verdict->peak < verdict->finding.value)
                verdict->peak = verdict->finding.value;
        record_close(manager, verdict, OUTCOME_GONE);
}

void kernel_tell_worker(struct watch *watch, struct worker *worker, const struct policy *policy,
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
        kernel_tell(manager, verdict, kill);
        relief_by_kernel(worker, bng_max(kill->memory, worker_memory(worker)), manager);
}

struct verdict *kernel_verdict_new(const struct watch *watch, const struct policy *policy,
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
