/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "report/status.h"

#include <unistd.h>
#include "policy/share.h"
#include "report/json.h"
#include "report/verdict.h"

/* Appends a new object to parent[key], an array; the object is then the parent's. */
static json_t *adopt(json_t *parent, const char *key, json_t *child, bool whole)
{
        if (!whole || json_array_append(json_object_get(parent, key), child) < 0) {
                json_decref(child);
                return NULL;
        }
        json_decref(child);
        return child;
}

json_t *status_new(const struct status_daemon *daemon)
{
        json_t *json = json_object();
        bool whole = json_put(json, "version", json_string(BNG_VERSION)) &&
                     json_put(json, "pid", json_integer(getpid())) &&
                     json_put(json, "started", json_time(daemon->started_realtime_usec)) &&
                     json_put(json, "layout", json_text(daemon->layout)) &&
                     json_put(json, "groups_path", json_text(daemon->groups_path)) &&
                     json_put(json, "dry_run", json_boolean(daemon->dry_run)) &&
                     json_put(json, "config", json_text(daemon->config)) &&
                     json_put(json, "config_error", json_text(daemon->config_error)) &&
                     json_put(json, "policies", json_array());

        if (!whole) {
                json_decref(json);
                return NULL;
        }
        return json;
}

/* A share, which is other bytes in each group, as it is written; else bytes. */
static json_t *memory_max_to_json(uint64_t bytes, struct share share)
{
        struct share_text text;

        return share.of == SHARE_OF_NOTHING ? json_count_or_null(bytes)
                                            : json_string(share_format(share, &text));
}

static json_t *limits_to_json(const struct policy *policy)
{
        json_t *json = json_object();
        bool whole = json_put(json, "WorkerMemoryMax",
                              memory_max_to_json(policy->worker_memory_max,
                                                 policy->worker_memory_share)) &&
                     json_put(json, "GroupMemoryMax",
                              memory_max_to_json(policy->group_memory_max,
                                                 policy->group_memory_share)) &&
                     json_put(json, "GrowthMax", json_count_or_null(policy->growth_max)) &&
                     json_put(json, "LeakMax", json_count_or_null(policy->leak_max)) &&
                     json_put(json, "CpuTimeMax", json_seconds_or_null(policy->cpu_time_max));

        if (!whole) {
                json_decref(json);
                return NULL;
        }
        return json;
}

json_t *status_add_policy(json_t *status, const struct policy *policy)
{
        json_t *json;
        bool whole;

        if (!status)
                return NULL;
        json = json_object();
        whole = json_put(json, "name", json_text(policy->name)) &&
                json_put(json, "action", json_string(policy_action_name(policy->action))) &&
                json_put(json, "scope", json_string(verdict_scope_name(policy->scope))) &&
                json_put(json, "grace", json_seconds(policy->grace)) &&
                json_put(json, "growth_window", json_seconds(policy->growth_window)) &&
                json_put(json, "leak_window", json_seconds(policy->leak_window)) &&
                json_put(json, "cpu_window", json_seconds(policy->cpu_window)) &&
                json_put(json, "limits", limits_to_json(policy)) &&
                json_put(json, "groups", json_array());
        return adopt(status, "policies", json, whole);
}

json_t *status_add_group(json_t *policy, const struct status_group *group)
{
        json_t *json;
        bool whole;

        if (!policy)
                return NULL;
        json = json_object();
        whole = json_put(json, "path", json_text(group->path)) &&
                json_put(json, "unit", json_text(group->unit)) &&
                json_put(json, "memory", json_count(group->memory)) &&
                json_put(json, "limit", json_count_or_null(group->limit)) &&
                json_put(json, "worker_memory_max", json_count_or_null(group->worker_memory_max)) &&
                json_put(json, "group_memory_max", json_count_or_null(group->group_memory_max)) &&
                json_put(json, "peak", json_count_or_null(group->peak)) &&
                json_put(json, "rate", json_rounded(group->rate)) &&
                json_put(json, "next_look", json_seconds_or_null(group->next_usec)) &&
                json_put(json, "workers", json_array());
        return adopt(policy, "groups", json, whole);
}

static bool put_worker(json_t *json, const struct status_worker *worker)
{
        return json_put(json, "pid", json_integer(worker->pid)) &&
               json_put(json, "start_time", json_count(worker->start_time)) &&
               json_put(json, "uid", json_integer(worker->uid)) &&
               json_put(json, "command", json_text(worker->command)) &&
               json_put(json, "memory", json_count(worker->memory)) &&
               json_put(json, "peak", json_count(worker->peak)) &&
               json_put(json, "rate", json_rounded(worker->rate)) &&
               json_put(json, "next_look", json_seconds_or_null(worker->next_usec)) &&
               json_put(json, "state", json_text(worker->state));
}

json_t *status_add_worker(json_t *group, const struct status_worker *worker)
{
        json_t *json;

        if (!group)
                return NULL;
        json = json_object();
        return adopt(group, "workers", json, put_worker(json, worker));
}

json_t *explain_new(const struct explain_process *process)
{
        json_t *json = json_object();
        bool whole = put_worker(json, &process->worker) &&
                     json_put(json, "mapped", json_count(process->mapped)) &&
                     json_put(json, "cgroup", json_text(process->cgroup)) &&
                     json_put(json, "unit", json_text(process->unit)) &&
                     json_put(json, "exempt", json_text(process->exempt)) &&
                     json_put(json, "policies", json_array()) &&
                     json_put(json, "limits", json_array());

        if (!whole) {
                json_decref(json);
                return NULL;
        }
        return json;
}

static json_t *step_to_json(const char *step, uint64_t wait)
{
        return json_pack("{s:s,s:o}", "step", step, "wait", json_seconds(wait));
}

/* What would be done, one after the other, each with the seconds that it is given. */
static json_t *steps_to_json(const struct policy *policy)
{
        json_t *json = json_array();
        struct signal_name name;
        bool whole = true;

        switch (policy->action) {
        case ACTION_LOG:
        case ACTION_FREEZE:
                whole = json_array_append_new(
                                json, step_to_json(policy_action_name(policy->action), 0)) == 0;
                break;
        case ACTION_RESTART_UNIT:
                whole = json_array_append_new(json, step_to_json("restart-unit", policy->grace)) ==
                        0;
                break;
        case ACTION_TERMINATE:
                if (policy->report_signal && policy->grace > 0)
                        whole = json_array_append_new(
                                        json, step_to_json(verdict_signal_name(
                                                                   policy->report_signal, &name),
                                                           policy->report_time)) == 0;
                if (policy->grace > 0)
                        whole &= json_array_append_new(json,
                                                       step_to_json("SIGTERM", policy->grace)) == 0;
                break;
        case ACTION_KILL:
                break;
        }
        if (policy->action != ACTION_LOG && policy->action != ACTION_FREEZE)
                whole &= json_array_append_new(json, step_to_json("SIGKILL", 0)) == 0;
        if (!whole) {
                json_decref(json);
                return NULL;
        }
        return json;
}

json_t *explain_add_policy(json_t *explanation, const struct policy *policy,
                           enum explain_match match, const char *key)
{
        static const char *const names[] = {
                [EXPLAIN_APPLIES] = "applies",
                [EXPLAIN_LATER] = "later",
                [EXPLAIN_OTHER_GROUP] = "other-group",
                [EXPLAIN_OTHER_WORKER] = "other-worker",
        };
        json_t *json;
        bool whole;

        if (!explanation)
                return NULL;
        json = json_object();
        whole = json_put(json, "name", json_text(policy->name)) &&
                json_put(json, "match", json_string(names[match])) &&
                json_put(json, "key", json_text(key)) &&
                json_put(json, "steps", steps_to_json(policy)) &&
                json_put(json, "action", json_string(policy_action_name(policy->action))) &&
                json_put(json, "scope", json_string(verdict_scope_name(policy->scope)));
        return adopt(explanation, "policies", json, whole);
}

static json_t *measure_to_json(const struct explain_limit *limit, uint64_t measure)
{
        return limit->is_time ? json_seconds(measure) : json_count_or_null(measure);
}

json_t *explain_add_limit(json_t *explanation, const struct explain_limit *limit)
{
        struct share_text share;
        json_t *json;
        bool whole;

        if (!explanation)
                return NULL;
        json = json_object();
        whole = json_put(json, "key", json_text(limit->key)) &&
                json_put(json, "limit", measure_to_json(limit, limit->limit)) &&
                json_put(json, "value",
                         limit->known ? measure_to_json(limit, limit->value) : json_null()) &&
                json_put(json, "share",
                         limit->share.of == SHARE_OF_NOTHING
                                 ? json_null()
                                 : json_string(share_format(limit->share, &share))) &&
                json_put(json, "window", json_seconds(limit->window));
        return adopt(explanation, "limits", json, whole);
}
