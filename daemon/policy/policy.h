/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the configuration says, as data: the daemon's [Guard] section and its policies in the order
 * in which they were read. Immutable once loaded; a reload makes a new one.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POLICY_UNSET UINT64_MAX /* of a limit: not set */

enum policy_action {
        ACTION_LOG,          /* only a verdict */
        ACTION_FREEZE,       /* stop it, keep it */
        ACTION_TERMINATE,    /* SIGTERM, grace, SIGKILL (default) */
        ACTION_KILL,         /* SIGKILL at once */
        ACTION_RESTART_UNIT, /* systemd restarts its unit; without one as ACTION_TERMINATE */
};

enum policy_scope {
        SCOPE_WORKER, /* the one process (default) */
        SCOPE_GROUP,  /* every process of its cgroup */
};

/* A limit on memory that is written as a share; share.h makes bytes of it. */
struct share {
        enum share_of {
                SHARE_OF_NOTHING, /* it is written in bytes, or not at all */
                SHARE_OF_MACHINE,
                SHARE_OF_GROUP,
        } of;
        unsigned hundredths; /* of a percent, 1 to 10000 */
};

/* Globs of one kind; any of them suffices. Empty: the kind does not narrow. */
struct globs {
        char **patterns;
        size_t n;
};

struct policy {
        char *name;

        struct globs units;
        struct globs cgroups;
        struct globs users;
        struct globs commands;

        uint64_t worker_memory_max;                           /* bytes or POLICY_UNSET, and so on */
        uint64_t group_memory_max;                            /* bytes */
        struct share worker_memory_share, group_memory_share; /* instead of these two */
        uint64_t growth_max;                                  /* bytes per second */
        uint64_t growth_window; /* microseconds, 100ms to 1h; default 1s */
        uint64_t leak_max;      /* bytes per hour */
        uint64_t leak_window;   /* microseconds, 5s to 7d; default 10min */
        uint64_t cpu_time_max;  /* microseconds of CPU time, on all CPUs together, within ... */
        uint64_t cpu_window;    /* ... so many microseconds, 1s to 7d; default 1min */

        enum policy_action action;
        enum policy_scope scope;
        uint64_t grace; /* microseconds between SIGTERM and SIGKILL, 0 to 1h; default 5s */
        unsigned
                crash_loop; /* ends of young workers in a row that are a loop, 0: off; default 5 ... */
        uint64_t
                crash_loop_window; /* ... each so many microseconds after the one before, at most; 10min */
        int report_signal;    /* before SIGTERM, to a process that handles it; 0 (default): none */
        uint64_t report_time; /* microseconds between it and SIGTERM, 0 to 1min; default 1s */
};

/* As the configuration has it. Static text. */
const char *policy_action_name(enum policy_action action);

#define GUARD_KILL_BUDGET_MAX 10000

struct guard_config {
        bool dry_run;
        unsigned kill_budget; /* 1 to GUARD_KILL_BUDGET_MAX ends a policy may make in each ... */
        uint64_t kill_budget_window; /* ... of these windows, microseconds, 1s to 7d */
        bool record_full_command;    /* RecordCommand=full: with arguments, else the name alone */
        struct globs protect;        /* units and cgroups never ended */

        struct policy *policies;
        size_t n_policies;
};
