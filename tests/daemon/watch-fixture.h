/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A manager on a made-up host with cgroup v2, and groups of it that are watched, the first of them /a. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"
#include "manager/settings.h"
#include "scratch.h"

#define SECOND UINT64_C(1000000)

static struct manager manager;
static const struct manager_options options = {.config = "test.conf"};

static inline void put_member(pid_t pid, pid_t parent, pid_t session, const char *group)
{
        char path[64], text[256];

        snprintf(path, sizeof(path), "proc/%d/stat", (int)pid);
        snprintf(
                text, sizeof(text),
                "%d (w) S %d 1 %d 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 %d 4096 10 0 1 1 0 0 0 0 0 "
                "0\n",
                (int)pid, (int)parent, (int)session, (int)pid);
        scratch_put(path, text);
        snprintf(path, sizeof(path), "proc/%d/statm", (int)pid);
        scratch_put(path, "90000 75000 1000 1 0 74000 0\n");
        snprintf(path, sizeof(path), "proc/%d/status", (int)pid);
        scratch_put(path, "Uid:\t33\t33\t33\t33\n");
        snprintf(path, sizeof(path), "proc/%d/cgroup", (int)pid);
        snprintf(text, sizeof(text), "0::%s\n", group);
        scratch_put(path, text);
}

static inline void put_process(pid_t pid, pid_t parent, const char *group)
{
        put_member(pid, parent, 1, group);
}

static inline void configure(const char *text)
{
        struct bng_config_errors errors = {0};

        scratch_put("test.conf", text);
        if (!manager.settings)
                manager.settings = calloc(1, sizeof(*manager.settings));
        assert_non_null(manager.settings);
        manager.settings->references = 1;
        guard_config_free(manager.settings->config);
        manager.settings->config = NULL;
        assert_int_equal(
                guard_config_load(&manager.settings->config, NULL, options.config, &errors), 0);
}

static int set_up(void **state)
{
        if (scratch_setup(state) < 0 || chdir(*state) < 0)
                return -1;
        memset(&manager, 0, sizeof(manager));
        scratch_put("proc/meminfo", "MemTotal: 9000000 kB\nMemAvailable: 8000000 kB\n");
        scratch_put("cgroup/cgroup.controllers", "memory\n");
        scratch_put("cgroup/a/cgroup.procs", "");
        scratch_put("cgroup/a/memory.current", "4096\n");
        scratch_put("cgroup/a/memory.max", "max\n");
        scratch_put("cgroup/a/memory.stat", "anon 0\nshmem 0\n");
        manager.options = &options;
        manager.own_group = strdup("/");
        configure("[Policy p]\nCgroup=/a\nWorkerMemoryMax=1M\nGroupMemoryMax=1G\n");
        return manager.own_group && sd_event_new(&manager.event) >= 0 &&
                               host_open(&manager.host, "proc", "cgroup") >= 0
                       ? 0
                       : -1;
}

static int tear_down(void **state)
{
        settings_unref(manager.settings);
        host_close(&manager.host);
        free(manager.own_group);
        sd_event_unref(manager.event);
        return chdir("/") == 0 ? scratch_teardown(state) : -1;
}

static inline struct watch *open_watch_of(const char *path)
{
        struct watch *watch;

        assert_int_equal(watch_new(&watch, &manager, path), 0);
        HASH_ADD_KEYPTR(hh, manager.watches, watch->path, strlen(watch->path), watch);
        assert_true(watch_apply(watch));
        return watch;
}

static inline struct watch *open_watch(void)
{
        return open_watch_of("/a");
}

static inline void close_watch(struct watch *watch)
{
        HASH_DEL(manager.watches, watch);
        watch_free(watch);
}

static inline struct worker *known(const struct watch *watch, pid_t pid)
{
        struct worker *worker;

        HASH_FIND(hh, watch->workers, &pid, sizeof(pid), worker);
        return worker;
}
