/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A verdict is begun when the decision falls, while the process can still be asked, and closed when
 * its outcome is known. Its evidence is the series of what broke the policy: of the worker, or of the
 * group when the group's own total did.
 */

#include <stdlib.h>
#include <string.h>
#include "manager/answers/record.h"
#include "manager/groups/cmdline.h"
#include "manager/wires/tripwire.h"
#include "report/escape.h"

uint64_t record_event(struct manager *manager)
{
        uint64_t event = clock_read(CLOCK_REALTIME);

        /* Two decisions within a microsecond are still two events. */
        if (event <= manager->last_event)
                event = manager->last_event + 1;
        return manager->last_event = event;
}

static char *read_command(const struct manager *manager, struct worker *worker)
{
        char *text = NULL, *command = NULL;
        size_t size = 0;

        if (manager->settings->config->record_full_command &&
            cmdline_read(worker, &text, &size) >= 0 && size > 0)
                command = escape_command(text, size);
        free(text);
        text = NULL;
        if (!command && process_read_comm(worker->reader, &text) >= 0)
                command = escape_command(text, strlen(text));
        free(text);
        return command ? command : strdup("");
}

/* Was it the group's own total that broke the policy? Then its series is the evidence. */
static bool is_of_group(const struct policy *policy, const struct finding *finding)
{
        enum reason reason =
                finding->reason == REASON_CRASH_LOOP ? finding->loops_by : finding->reason;

        return reason == REASON_GROUP_MEMORY ||
               (reason != REASON_WORKER_MEMORY && reason != REASON_KERNEL_OOM &&
                policy->scope == SCOPE_GROUP);
}

static bool finding_is_of_memory(const struct finding *finding)
{
        return finding->reason == REASON_WORKER_MEMORY || finding->reason == REASON_GROUP_MEMORY;
}

static uint64_t window_of(const struct policy *policy, enum reason reason)
{
        switch (reason) {
        case REASON_GROWTH:
                return policy->growth_window;
        case REASON_LEAK:
                return policy->leak_window;
        case REASON_CPU:
                return policy->cpu_window;
        default:
                return 0;
        }
}

void record_begin(const struct manager *manager, struct verdict *verdict, uint64_t event)
{
        verdict->realtime_usec = clock_read(CLOCK_REALTIME);
        verdict->monotonic_usec = manager_now(manager);
        verdict->event = event;
}

struct verdict *record_new(const struct watch *watch, struct worker *worker,
                           const struct policy *policy, const struct finding *finding,
                           uint64_t event)
{
        bool of_group = is_of_group(policy, finding);
        struct verdict *verdict = calloc(1, sizeof(*verdict));

        if (!verdict)
                return NULL;
        record_begin(watch->manager, verdict, event);
        verdict->policy = strdup(policy->name);
        verdict->finding = *finding;
        verdict->window = window_of(policy, finding->reason);
        verdict->action = policy->action;
        verdict->scope = policy->scope;
        verdict->pid = worker->target.pid;
        verdict->start_time = worker->target.start_time;
        verdict->uid = worker->target.uid;
        verdict->command = read_command(watch->manager, worker);
        verdict->cgroup = strdup(worker->target.group);
        verdict->unit = watch->unit ? strdup(watch->unit) : NULL;
        verdict->rss = worker->rss;
        verdict->by_tripwire = finding_is_of_memory(finding) && tripwire_told(watch);
        verdict->peak = of_group ? watch->peak : worker->peak;
        verdict->n_samples =
                series_export(of_group                                ? &watch->whole->series
                              : finding->family > 0 && worker->family ? &worker->family->series
                                                                      : &worker->series,
                              verdict->samples, VERDICT_SAMPLES);
        if (!verdict->policy || !verdict->command || !verdict->cgroup ||
            (watch->unit && !verdict->unit))
                return verdict_free(verdict);
        return verdict;
}

void record_close(struct manager *manager, struct verdict *verdict, enum outcome outcome)
{
        if (!verdict)
                return;
        verdict->outcome = outcome;
        store_append(manager->store, verdict);
}
