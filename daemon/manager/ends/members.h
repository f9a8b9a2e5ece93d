/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What an end consists of, shared by its files: ending.c knows the stages and when one follows the
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
        bool killed;  /* by SIGKILL */
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
        uint64_t
                listed; /* monotonic microseconds of the latest list of who is in the group, 0: there was none, */
        pid_t *known; /* and who was in it but members, in their order */
        size_t n_known;
        uint64_t waited_in,
                waited; /* the latest turn in which an environment was asked for, and microseconds of it */
        bool believed; /* somebody was spared for what is in his */
        bool closed; /* everybody in the group has a SIGKILL pending: none of them forks any more, */
        uint64_t closed_at;           /* clock ticks since boot: since when, */
        pid_t closed_up_to;           /* and the latest pid of then; 0: that is not known */
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
/* Signals those that were forked in a dying group since. Returns how many processes the group still has that are
 * to end; a bounded number is newly signalled in one call. */
size_t members_sweep(struct ending *ending, int signo);
/* Asks for deaths that nobody told of. */
void members_ask(struct ending *ending);
bool members_awaited(const struct ending *ending);                    /* is anybody? */
struct worker *members_await(const struct ending *ending, pid_t pid); /* who has it, or NULL */
bool members_include(const struct ending *ending, pid_t pid);         /* dead ones as well */
bool members_died_unsignalled(const struct ending *ending);           /* all of them */
/* Is anybody in it who ends in this group, by this end or another one, dead ones as well? */
bool members_share(const struct ending *ending, pid_t session);
/* Closes the verdicts of those that live as survivors; their deaths are awaited still. */
void members_give_up(struct ending *ending);

/* ---- killer.c */
/* Of one that has died: by whom, where it was not us. */
enum killer killer_of(const struct member *member);

/* ---- guests.c */
/* Is this one, which is in the group and no member, not to end with it? */
bool guests_include(struct ending *ending, struct worker *worker);
/* Lists who is in the group by now. Is there one? Then the group is not to be killed as a whole. */
bool guests_are_in(struct ending *ending);
/* From now on nobody in the group can fork. */
void guests_close(struct ending *ending);

/* ---- ending.c */
/* The last death that was awaited: the stage goes on in the next turn of the loop. */
void ending_nobody_is_awaited(struct ending *ending);
