/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A daemon for the helper to talk to: it watches one policy with one group, where 4242 is a worker; the
 * names that it tells are hostile. Its second reload fails.
 */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "report/status.h"
#include "server-process.h"

static inline struct policy policy(void)
{
        return (struct policy){.name = (char *)"web",
                               .worker_memory_max = UINT64_C(512) << 20,
                               .group_memory_max = POLICY_UNSET,
                               .growth_max = POLICY_UNSET,
                               .growth_window = 1000000,
                               .leak_max = UINT64_C(64) << 20,
                               .leak_window = 600000000,
                               .cpu_time_max = UINT64_C(400000) * 31557600 * 1000000,
                               .cpu_window = 60000000,
                               .action = ACTION_TERMINATE,
                               .scope = SCOPE_WORKER,
                               .grace = 5000000};
}

static const struct status_worker worker = {.pid = 4242,
                                            .start_time = 99,
                                            .uid = 1000,
                                            .command = "py\x1b[31mthon",
                                            .memory = UINT64_C(400) << 20,
                                            .peak = UINT64_C(410) << 20,
                                            .rate = -2048,
                                            .next_usec = 500000,
                                            .state = "watched"};

static inline int on_status(void *userdata, json_t **ret)
{
        struct status_daemon daemon = {.layout = "v1",
                                       .groups_path = "/sys/fs/cgroup/memory",
                                       .dry_run = true,
                                       .started_realtime_usec = UINT64_C(1789000000000000),
                                       .config_error = "a.conf:3: no such key"};
        struct status_group group = {.path = "/app/web\n",
                                     .unit = "web.service",
                                     .memory = UINT64_C(800) << 20,
                                     .limit = UINT64_C(2) << 30,
                                     .worker_memory_max = UINT64_C(512) << 20,
                                     .group_memory_max = UINT64_MAX,
                                     .peak = UINT64_C(900) << 20,
                                     .rate = 1048576,
                                     .next_usec = UINT64_MAX};
        struct policy web = policy();
        json_t *json;

        (void)userdata;
        *ret = status_new(&daemon);
        json = status_add_group(status_add_policy(*ret, &web), &group);
        status_add_worker(json, &worker);
        return 0;
}

static inline int on_explain(void *userdata, pid_t pid, json_t **ret)
{
        struct explain_process process = {
                .worker = worker, .mapped = 3 << 20, .cgroup = "/app/web"};
        struct explain_limit memory = {.key = "WorkerMemoryMax",
                                       .limit = UINT64_C(512) << 20,
                                       .value = UINT64_C(400) << 20,
                                       .known = true};
        struct explain_limit leak = {
                .key = "LeakMax", .limit = UINT64_C(64) << 20, .window = 600000000};
        struct policy web = policy();

        (void)userdata;
        if (pid != 4242)
                return -ESRCH;
        *ret = explain_new(&process);
        explain_add_policy(*ret, &web, EXPLAIN_APPLIES, NULL);
        explain_add_limit(*ret, &memory);
        explain_add_limit(*ret, &leak);
        return 0;
}

static inline int on_reload(void *userdata, char **errors)
{
        static int calls;

        (void)userdata;
        if (calls++ == 0)
                return 0;
        *errors = strdup("a.conf:3: no such key\nb.conf:4: bad\x1b value");
        return -EINVAL;
}

static inline bool on_dry_run(void *userdata)
{
        (void)userdata;
        return true;
}

static const struct server_ops ops = {
        .status = on_status, .explain = on_explain, .reload = on_reload, .dry_run = on_dry_run};
