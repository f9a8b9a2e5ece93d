/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The decision, pure: policies and what was measured go in; a finding (who breaks what, on which
 * evidence) and the step that answers it come out. No clock, no file, no signal.
 *
 * The order of reasons, when several hold: a limit that is passed, then a burst, then a leak, then CPU
 * time. A limit is passed by the first byte above it. Growth, leaks and CPU time are judged on what
 * would be ended: on the worker with Scope=worker, on the group with Scope=group; a worker's and a
 * group's own limit always.
 *
 * A burst grows faster than GrowthMax= through the window, beyond every earlier peak of its own,
 * and would reach the nearest limit (its own or the kernel's) before the grace and the daemon's
 * reaction are over.
 */

#include "policy/policy.h"
#include "policy/share.h"
#include "samples/cpu.h"
#include "samples/series.h"

enum reason {
        REASON_NONE,
        REASON_WORKER_MEMORY, /* "worker-memory" */
        REASON_GROUP_MEMORY,  /* "group-memory" */
        REASON_GROWTH,        /* "growth" */
        REASON_LEAK,          /* "leak" */
        REASON_CPU,           /* "cpu" */
        REASON_CRASH_LOOP,    /* "crash-loop", see loop.h */
        REASON_KERNEL_OOM, /* "kernel-oom": nothing was decided, the kernel was faster; see overtaken.h */
        REASON_KERNEL_LIMIT, /* "kernel-limit": it keeps a group down, and has ended nobody so far */
};

/* Why the kernel ended a worker before the guard did. */
enum overtaken {
        OVERTAKEN_NO_LIMIT,    /* the policy sets no limit on memory */
        OVERTAKEN_LIMIT_ABOVE, /* it sets one that is not below the kernel's */
        OVERTAKEN_ONLY_TOLD,   /* it ends nobody: Action=log, or a dry run */
        OVERTAKEN_TOO_FAST,    /* both were passed between two looks */
        OVERTAKEN_TOGETHER,    /* nobody was over a limit, only all of them together */
};

/* As in verdicts and metrics; "none" for REASON_NONE. Static text. */
const char *reason_name(enum reason reason);

struct finding {
        enum reason reason;
        /* Of a crash loop, and of what the kernel ended: whose key it is about, REASON_WORKER_MEMORY or
         * REASON_GROUP_MEMORY. */
        enum reason loops_by;
        /* The policy's limit that is broken, and what was measured against it, in the unit of its key:
         * bytes, bytes per second (GrowthMax=), bytes per hour (LeakMax=), microseconds of CPU time
         * (CpuTimeMax=). */
        uint64_t limit;
        uint64_t value;
        unsigned
                family; /* processes that were judged together, a worker and those it started; 0: one */
        double rate; /* bytes per second at which it grows; may be negative, always finite */
        double lasting_rate; /* the same, as far as it has lasted: grace is refused, and one of a loop ended, for no other */
        double confidence; /* 0 to 1; 1 for a limit that is passed */
        /* Microseconds until the nearest limit at this rate; 0: passed already, UINT64_MAX: never. */
        uint64_t to_limit;
        /* Bytes above which no grace is left: the policy's limit and a twentieth, or just below the
         * kernel's limit if that is nearer; UINT64_MAX: none. */
        uint64_t ceiling;
        /* Of what the kernel ended: `limit` is the kernel's, in bytes, UINT64_MAX where it is not known;
         * beside it the policy's own, and what follows. */
        enum overtaken overtaken;
        uint64_t own_limit; /* bytes or POLICY_UNSET */
        bool by_machine;    /* the machine's memory ran out, not a group's limit */
};

/* Bytes that the members of a family gained by themselves within the windows: those that were in it all the
 * time, and the largest of the newcomers. The rest was gained by starting processes. */
struct family_growth {
        double growth, leak;
};

/* How a worker or a group looks at `now`. Limits are bytes; UINT64_MAX where there is none. */
struct subject {
        const struct series *series; /* with the latest measurement already pushed */
        uint64_t now;                /* monotonic microseconds */
        uint64_t memory;             /* bytes, the latest measurement */
        /* The kernel's limit on the group, with what the group has left added to this subject's own
         * memory: where it would be when the kernel ends it. */
        uint64_t hard_limit;
        uint64_t
                tolerated; /* bytes up to which it may pass its own limit (loop.h), 0: it may not */
        bool young;        /* a worker that was born within the growth window, */
        uint64_t
                at_sight; /* and bytes that it had taken by itself when it was first measured; else 0 */
        uint64_t mapped;        /* bytes of shared pages in it, which others may hold as well, */
        uint64_t mapped_growth; /* and by which they became more within about the growth window */
        struct memory_bases bases;   /* what the policy's shares are of */
        const struct series *family; /* of a worker with children: what all of them hold; or NULL */
        struct family_growth by_members;
        const struct cpu_use *cpu; /* NULL: not measured */
};

/* reason is REASON_NONE, and the rest but rate, to_limit and ceiling 0, when nothing is broken. */
struct finding decide_worker(const struct policy *policy, const struct subject *worker);
struct finding decide_group(const struct policy *policy, const struct subject *group);

/* The same of a worker with its children, for GrowthMax= and LeakMax= alone: only if most of it was gained
 * by starting processes. `family`: as a subject of its own, with `family` and `by_members` in it. */
struct finding decide_family(const struct policy *policy, const struct subject *family);
/* Did decide_culprit() name this worker for the processes that it started? They are to end with it. */
bool decide_is_family(const struct policy *policy, const struct subject *culprit);

/* What a group is charged for, and no worker tells of. */
struct untold {
        uint64_t
                departed; /* bytes that those held who left by themselves within about the growth window */
        const struct series *series; /* of what nobody holds who can be seen; NULL: nothing */
};

/* The worker of a group that breaks its limit: index of the one that contributed most to the growth
 * over the window (the growth window, then the leak window), without growth worth the name the
 * largest; or n, where most was contributed by nobody who can be seen. n >= 1. Growth counts from a worker's first
 * sight, that of a young one from its birth. A young one that only takes the place of the departed is not it, nor one
 * that took its size within the leak window and holds it since, where another one leaks. */
size_t decide_culprit(const struct policy *policy, const struct subject *workers, size_t n,
                      const struct untold *untold);

enum step {
        STEP_LOG,
        STEP_FREEZE,
        STEP_TERMINATE, /* SIGTERM now, SIGKILL after the grace */
        STEP_KILL,
        STEP_RESTART, /* of its unit; SIGKILL after the grace */
};

/* Grace is for those that have time: a burst that would pass its limit within the grace, or a worker
 * that would grow past its ceiling within it, is killed at once. `finding` holds a reason. */
enum step decide_step(const struct policy *policy, const struct finding *finding);
/* Is there time for ReportSec= as well, before the grace of a step that is STEP_TERMINATE? */
bool decide_report(const struct policy *policy, const struct finding *finding);
/* While a terminated worker uses its grace: must it be killed now, because it grows on? `finding` is the
 * one that ended it, `memory` its latest measurement in bytes (the group's, if a group is ended). */
bool decide_cut_grace(const struct policy *policy, const struct finding *finding, uint64_t memory);

#define DECIDE_POLL_MIN UINT64_C(1000)    /* microseconds */
#define DECIDE_POLL_MAX UINT64_C(5000000) /* microseconds */

/* Microseconds until the next look: headroom to the nearest limit over the fastest plausible growth of
 * this machine, between DECIDE_POLL_MIN and DECIDE_POLL_MAX, and often enough for the windows.
 * `policy`'s worker_memory_max counts for a worker, group_memory_max for a group. */
uint64_t decide_next_look_worker(const struct policy *policy, const struct subject *worker);
uint64_t decide_next_look_group(const struct policy *policy, const struct subject *group);

/* The same for the windows alone, where something else tells when a limit is near: UINT64_MAX when none
 * of them can find anything before the subject has grown. */
uint64_t decide_next_sample_worker(const struct policy *policy, const struct subject *worker);
uint64_t decide_next_sample_group(const struct policy *policy, const struct subject *group);
