/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the daemon tells about itself while it runs, as JSON for `bng status` and `bng explain`: the one
 * place that knows the names of the fields. Built from the outside in: status, its policies, their
 * groups, their workers.
 *
 * status_new() and explain_new() give a new reference; the add functions hand back a borrowed one, for
 * what belongs below. Each takes NULL for its parent and then gives NULL, and so does a lack of memory:
 * the caller checks nothing in between. A status in which an add failed lacks that entry.
 * Strings may hold any bytes; they are escaped here. Sizes are bytes, rates bytes per second.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "policy/policy.h"

struct status_daemon {
        const char *layout;      /* host_layout_name() */
        const char *groups_path; /* root of the watched hierarchy */
        bool dry_run;            /* configured, or forced on a foreign host */
        uint64_t started_realtime_usec;
        const char *config;       /* file in force, or NULL: built-in defaults */
        const char *config_error; /* why the last reload was refused, or NULL */
};

struct status_group {
        const char *path;
        const char *unit;                             /* or NULL */
        uint64_t memory;                              /* bytes that only an end would free */
        uint64_t limit;                               /* the kernel's, UINT64_MAX: none */
        uint64_t worker_memory_max, group_memory_max; /* the policy's here, UINT64_MAX: none */
        uint64_t peak; /* the highest that we measured, UINT64_MAX: it is not measured itself */
        double rate;   /* bytes per second, NAN likewise */
        uint64_t next_usec; /* microseconds from now to the next look, UINT64_MAX: not polled */
};

struct status_worker {
        pid_t pid;
        uint64_t start_time;
        uid_t uid;
        const char *command;
        uint64_t memory;
        uint64_t peak;
        double rate;
        uint64_t next_usec; /* as above */
        const char *state;  /* "watched", "ending", "frozen", "unwatched": no policy is about it */
};

json_t *status_new(const struct status_daemon *daemon);
json_t *status_add_policy(json_t *status, const struct policy *policy);
json_t *status_add_group(json_t *policy, const struct status_group *group);
json_t *status_add_worker(json_t *group, const struct status_worker *worker);

/* Why a policy is, or is not, the one of a process. */
enum explain_match {
        EXPLAIN_APPLIES,      /* the first that matches */
        EXPLAIN_LATER,        /* matches too, but an earlier one won */
        EXPLAIN_OTHER_GROUP,  /* its Unit= or Cgroup= names other groups */
        EXPLAIN_OTHER_WORKER, /* the group, yes, but User= or Command= name other processes */
};

struct explain_process {
        struct status_worker
                worker;     /* memory 0, next UINT64_MAX, state "unwatched" without a policy */
        uint64_t mapped;    /* bytes of files and of shared memory, which its memory is without */
        const char *cgroup; /* its path, or NULL */
        const char *unit;   /* or NULL */
        const char
                *exempt; /* why no policy can touch it: "named by Protect=", "the daemon itself", "a
                                        kernel thread", "its group holds the daemon", ...; or NULL */
};

/* How near a limit is. */
struct explain_limit {
        const char *key; /* "WorkerMemoryMax" */
        /* In the key's unit: bytes, bytes per second, bytes per hour, microseconds. UINT64_MAX: a share of
         * a group that has no limit. */
        uint64_t limit;
        struct share share; /* as it is written */
        uint64_t value;     /* the same unit */
        uint64_t window;    /* microseconds that `value` looks back, 0: now */
        bool is_time;       /* it is microseconds: seconds in the JSON */
        bool known;         /* false: too few samples yet, `value` says nothing */
};

json_t *explain_new(const struct explain_process *process);
/* `key`: the first that speaks against it ("Unit"), or NULL. */
json_t *explain_add_policy(json_t *explanation, const struct policy *policy,
                           enum explain_match match, const char *key);
json_t *explain_add_limit(json_t *explanation, const struct explain_limit *limit);
