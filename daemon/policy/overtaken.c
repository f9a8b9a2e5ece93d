/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "policy/overtaken.h"

static void blame(struct finding *finding, enum overtaken overtaken, enum reason key,
                  uint64_t limit)
{
        finding->overtaken = overtaken;
        finding->loops_by = key;
        finding->own_limit = limit;
}

void overtaken_explain(struct finding *finding, const struct policy *policy,
                       const struct overtaken_by *by)
{
        uint64_t worker = policy_worker_memory_max(policy, by->bases);
        uint64_t group = policy_group_memory_max(policy, by->bases);
        enum reason key = group < worker ? REASON_GROUP_MEMORY : REASON_WORKER_MEMORY;
        uint64_t nearest = group < worker ? group : worker;

        if (nearest == POLICY_UNSET)
                blame(finding, OVERTAKEN_NO_LIMIT, key, nearest);
        else if (by->kernel_limit != UINT64_MAX && nearest >= by->kernel_limit)
                blame(finding, OVERTAKEN_LIMIT_ABOVE, key, nearest);
        else if (!by->acts)
                blame(finding, OVERTAKEN_ONLY_TOLD, key, nearest);
        else if (by->memory > worker)
                blame(finding, OVERTAKEN_TOO_FAST, REASON_WORKER_MEMORY, worker);
        else if (by->own_group && group < by->kernel_limit)
                blame(finding, OVERTAKEN_TOO_FAST, REASON_GROUP_MEMORY, group);
        else
                blame(finding, OVERTAKEN_TOGETHER, key, nearest);
}
