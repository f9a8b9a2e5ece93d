/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What an end consists of, shared by its two files: ending.c knows the stages and when one follows the
 * other, members.c knows the processes, their signals and their deaths.
 */

#include "manager/context.h"

enum stage {
        RESTART,
        REPORT,
        GRACE,
        KILLED,
        GIVEN_UP,
};

struct member {
        struct ending *ending;
        struct worker *worker;
        struct verdict *verdict; /* NULL once it is closed */
        sd_event_source *death;
        bool signalled;
        bool awaited; /* neither dead nor let go */
        int owed;     /* a signal that could not be sent at the moment, or 0 */
};

struct ending {
        struct manager *manager;
        struct watch *watch; /* NULL when the group is gone */
        char *path;
        uint64_t inode;
        struct settings *settings; /* keeps the policy */
        const struct policy *policy;
        struct finding finding;
        uint64_t event;
        bool whole, partial;
        bool at_once;       /* cgroup.kill did it: nobody forked away, */
        pid_t killed_up_to; /* who has a later pid was started since; 0: that is not known */
        const struct worker *breaker; /* whose own memory broke the policy, NULL: the group's total.
                                         Only compared: it may be freed before. */
        enum stage stage;
        uint64_t started, deadline; /* monotonic microseconds; deadline: of the stage */
        struct member **members;
        size_t n, room, unrecorded;
        sd_event_source *timer;
        sd_bus_slot *restarting; /* systemd's answer is awaited */
        struct ending *prev, *next;
};

/* ---- members.c */
/* One more process of this end: its death is awaited from now on, its verdict begun. 0 or -ENOMEM. */
int members_add(struct ending *ending, struct worker *worker);
void members_free(struct ending *ending);
void members_signal(struct ending *ending, int signo);
/* Sends what could not be sent before. True while something still could not. */
bool members_signal_owed(struct ending *ending);
/* Sends the signal that asks for a report to those that handle it; to how many. */
size_t members_report(struct ending *ending, int signo);
/* The kernel sent SIGKILL to all who are in the group: cgroup.kill. */
void members_were_killed(struct ending *ending);
/* Signals those that joined a dying group since: what was forked, or started while it was dying. Returns how many
 * processes the group still has that are to end; a bounded number is newly signalled in one call. */
size_t members_sweep(struct ending *ending, int signo);
/* Asks for deaths that nobody told of. */
void members_ask(struct ending *ending);
bool members_awaited(const struct ending *ending); /* is anybody? */
bool members_await(const struct ending *ending, pid_t pid);
/* Closes the verdicts of those that live as survivors; their deaths are awaited still. */
void members_give_up(struct ending *ending);

/* ---- ending.c */
/* The last death that was awaited: the stage goes on in the next turn of the loop. */
void ending_nobody_is_awaited(struct ending *ending);
