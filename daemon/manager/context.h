/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the files of this folder and of those below it share: the manager, and what it watches. Each file's header
 * says what others may call; context is passed down, and what is found goes one way:
 *
 *   groups/    what exists: discover finds it, watch is one group, worker one process of it
 *   looks/     when something is looked at, and what wakes us before: schedule, round, alarm -> groups, answers
 *   wires/     memory.high as the alarm of cgroup v2, and how it is taken back whatever happens
 *   answers/   what was found is judged, and logged, stopped or ended                        -> ends
 *   ends/      an end as a little state machine, what it costs, and what it frees
 *   kernel/    whom the kernel ended before anybody here did                                 -> answers/record
 *
 * and here: manager.c the life of the daemon, settings.c the configuration in force, announce.c and describe.c what
 * is told and what is asked, the rest helpers that know nothing of groups.
 *
 * Everything is the loop's thread's. Ownership: the manager owns watches and endings; a watch owns its
 * workers, but an ending or a job in the offload's thread may hold a worker longer (references).
 * Policies belong to a configuration that is replaced as a whole; endings keep theirs alive.
 */

#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <uthash.h>
#undef HASH_INITIAL_NUM_BUCKETS /* older ones do not ask whether it is defined */
#undef HASH_INITIAL_NUM_BUCKETS_LOG2
#define HASH_INITIAL_NUM_BUCKETS 1U /* most groups have few workers */
#define HASH_INITIAL_NUM_BUCKETS_LOG2 0U
#include "act/end.h"
#include "act/group.h"
#include "bus/server.h"
#include "manager/answers/loops.h"
#include "manager/ends/accounts.h"
#include "manager/log.h"
#include "manager/manager.h"
#include "manager/offload.h"
#include "manager/units.h"
#include "manager/users.h"
#include "policy/decide.h"
#include "policy/load.h"
#include "policy/match.h"
#include "policy/trip.h"
#include "policy/tripwire.h"
#include "readers/arrivals.h"
#include "readers/group.h"
#include "readers/kills.h"
#include "readers/process.h"
#include "report/store.h"

/* A configuration in force, or one that an ending still goes by. */
struct settings {
        unsigned references;
        struct guard_config *config;
};

/* Groups that wait to be looked at, and of those before them the ones that are left. */
struct line {
        struct watch *waiting, *turn;
};

/* The calendar of looks that are seconds away, see round.c. */
#define ROUND_PAGES 256
struct round {
        sd_event_source *timer;
        uint64_t at; /* monotonic microseconds of the next wake-up */
        struct watch *pages[ROUND_PAGES];
        sd_event_source *next; /* whose turn it is: */
        struct line due;       /* those whose time has come, */
        struct line asked;     /* and those who are to be looked at at once */
};

/* Who had its grace and left, see escaped.c. */
#define ESCAPED_MAX 64
struct escaped {
        pid_t pid;
        uint64_t start_time;
};

/* Rest for those below, see breath.c. */
struct breath {
        sd_event_source *source, *limit;
        uint64_t taken; /* monotonic microseconds */
};

struct manager {
        const struct manager_options *options;
        sd_event *event;
        struct host host;
        bool host_open;
        char *own_group; /* the daemon's own, the root on a foreign host */
        struct settings *settings;
        bool dry_run;
        bool stopping;
        uint64_t started_realtime;
        uint64_t last_event;
        char *config_error;  /* why the last reload was refused */
        unsigned told;       /* groups that the status line speaks of, */
        uint64_t tell_again; /* and the monotonic microseconds before which it stays */

        struct watch *watches; /* by path */
        struct ending *endings;
        struct wire *wires;    /* of watches, and those whose last answer is awaited, */
        struct keeper *keeper; /* without which none is set; NULL where there is none */
        struct loops *loops;
        struct accounts *accounts;
        struct accounts *forgiven;           /* ends that were not charged after all */
        struct escaped escaped[ESCAPED_MAX]; /* the latest, */
        unsigned next_escaped;               /* and where the next one is noted */
        struct accounts *told_of;            /* verdicts on what was not an end, */
        struct verdict *surplus;             /* and those that were too many, see surplus.c */
        sd_event_source *surplus_due;

        struct offload *offload;
        struct offload *naming; /* a directory server may hang, and no end waits for that */
        struct offload
                *arming;  /* the kernel waits while it sets an alarm; NULL where it has none */
        unsigned armings; /* so many wait for that */
        sd_event_source *bells; /* of all alarms */
        struct round round;
        struct breath breath;
        struct users *users;
        struct units *units;
        struct store *store;
        struct server *server;
        sd_event_source *discovery;
        struct arrivals *arrivals; /* NULL where there is no inotify */
        sd_event_source *arrived;
        struct kills *kills; /* NULL where the kernel's log may not be read */
        sd_event_source *killed;
        struct flood *flood;  /* of those that it does not place; NULL: there was none */
        bool arrivals_missed; /* a folder is not watched: only walks find what is made in it */
        struct note *notes;   /* of groups that were told of, to be walked, */
        uint64_t news_again;  /* monotonic microseconds: not before, */
        bool news_lost;       /* and more were told: a walk over all tells which, */
        bool moves_lost;      /* and only their lists of processes, who was moved in */
        uint64_t walk_due;    /* monotonic microseconds: a walk although nothing arrived */
        uint64_t walk_again;  /* monotonic microseconds: not before, however much arrives */

        uint64_t machine;      /* bytes of memory the machine has, UINT64_MAX: unknown */
        uint64_t available;    /* bytes of memory the machine has left, */
        bool swaps;            /* something on it may be swapped out, */
        uint64_t machine_read; /* when that was read, */
        uint64_t resized;      /* and when it last had another size */
        struct {
                struct log_trouble hold, read, walk, depth, signal, culprit, brake, machine, keep,
                        hidden;
        } trouble;
};

/* What was answered to a worker or a group, so that the answer is given once. */
struct answered {
        unsigned reasons; /* a bit an enum reason */
        bool frozen;      /* stopped: by us, to be let go when we leave, */
        bool by_others;   /* or by somebody else before, whose that is to undo */
        uint64_t
                quiet_up_to; /* bytes: frozen ones are judged anew above it, they have been let go; and for their CPU time */
        uint64_t
                quiet_until; /* this, monotonic microseconds: what they used before is out of the window */
        uint64_t again; /* monotonic microseconds: logged ones may be logged again */
        uint64_t backoff;
        uint64_t tolerated_up_to; /* bytes: one of a crash loop may pass its limit, 0: it may not */
        struct loop_chance chance;
};

/* A worker and its children, see family.c. */
struct family {
        struct series series; /* of their memory together */
        uint64_t memory;      /* bytes */
        size_t n;             /* processes */
        struct family_growth by_members, newcomer;
};

/* Shared memory that a worker maps, bytes; files on disk are charged to nobody as what only an end would free. */
struct mapped {
        uint64_t bytes;
        uint64_t then,
                before; /* what they were when this span of the growth window began, and the one before */
        uint64_t since; /* monotonic microseconds: this span, */
        uint64_t read;  /* and when it was read last */
};

/* How it looks by other windows than its own policy's: those of a group above that has another policy. */
struct part {
        struct series series;
        struct mapped mapped;
        struct family *family; /* NULL: it has had no children here */
        struct part *next;
};

struct worker {
        unsigned references;
        struct watch *watch; /* NULL once the watch has let it go */
        struct process_reader *reader;
        struct act_target target;
        char *domain; /* the group above that lists it and is charged for it, where its own is threaded; or NULL */
        bool annexed; /* lives in a group below the watched one: counts for the group's limit alone */
        bool seen;    /* in the list of processes that is being read */
        bool let_go; /* it was found elsewhere, or protected: not judged any more as who it was here */
        bool undecided;      /* its user's name is not known yet */
        bool early;          /* near its limit when it was young */
        struct job *proving; /* a proof is asked for, NULL: it is not */
        bool questioned;     /* for its command line, and has not answered yet */
        bool condemned;      /* an end of it was begun */
        bool adopts;         /* the parent of somebody else's orphans */
        bool overtaken;      /* the kernel ended it: that is written down, or will be by its end */
        bool swap_read;      /* `private` holds what is swapped out */
        uint8_t named;       /* so often only its name was read since, see worker-facts.c */

        const struct policy *policy; /* the first that matches, or NULL */
        char *comm, *argv0;
        uint64_t born; /* monotonic microseconds; before the boot of a container it is 0 */
        uint64_t first_seen, facts_due;

        struct series series; /* of `private` */
        uint64_t private;     /* bytes: resident minus shared, and swapped out */
        uint64_t rss;
        uint64_t shared_pages; /* bytes of it: files and shared memory */
        struct mapped *mapped; /* NULL: no group that is judged as a whole asks for it */
        struct part *parts;    /* NULL: nobody asks for other windows */
        uint64_t shared;  /* bytes of `private` that its end would not free, by the last proof */
        uint64_t peak;    /* highest memory that was judged */
        uint64_t brought; /* bytes it had at first sight: may be charged to another group;
                                 UINT64_MAX before it was measured */
        uint64_t due;     /* monotonic microseconds of its next measurement */
        struct family *family; /* NULL: it has had no children here */
        struct cpu_use *cpu;   /* NULL: no policy asks for its CPU time */
        uint64_t
                cpu_counted; /* its counter when it was last added to its groups', UINT64_MAX: never */

        uint64_t asked;    /* monotonic microseconds: since when a proof is wanted, 0: it is not, */
        uint64_t asked_at; /* bytes of `private` then, */
        uint64_t proven;   /* and of the last proof, 0: none */
        struct answered answered;
        struct ending *ending;
        uint64_t guest_at; /* the event of an end that it is not concerned by (guests.c), or 0 */
        UT_hash_handle hh; /* by target.pid */
};

/* Those whom the kernel ended in a group: its counter at some moment, and how many were told of since (kernel-flood.c). */
struct counted {
        bool known; /* the counter was read */
        uint64_t kills, told;
};

/* A group below a watched one that is not watched itself. */
struct annex {
        char *path;
        struct group_reader *reader;
        bool seen;
        uint64_t kills; /* the kernel's counter, as in struct missing */
        struct counted counted;
        UT_hash_handle hh;
};

/* What the kernel was asked to tell of a group (alarm.c). */
struct alarm {
        struct trip armed;     /* bytes of usage */
        bool silent;           /* usage was read below them, and nothing rang since */
        uint8_t polls;         /* looks that it would have saved so far */
        int bell;              /* an eventfd, -1: no levels are armed */
        struct arming *arming; /* new levels are being set, */
        uint64_t again;        /* and monotonic microseconds before which no others will be */
};

/* How closely a group is looked at. */
enum pace {
        PACE_TOLD, /* an alarm tells when something is near: only the windows ask for samples */
        PACE_FAR,  /* polled, and far below every limit */
        PACE_NEAR,
};

/* Memory that a death is about to free, see relief.c. */
struct relief {
        uint64_t settle, until;         /* monotonic microseconds */
        uint64_t below, above;          /* bytes of the group's total: between them it is awaited */
        uint64_t since, lately, before; /* of those whom the kernel ended: as in struct departed */
};

/* Where the kernel's log may not be read: its counters, and who ended meanwhile of himself. */
#define MISSING_MAX 16
struct missing {
        uint64_t kills;      /* the counter at the latest list, UINT64_MAX: not read yet, */
        uint64_t counted;    /* and monotonic microseconds of that */
        uint64_t owed;       /* ends that were counted, and not told of yet, */
        uint64_t owed_since; /* and monotonic microseconds */
        bool sure;           /* who vanishes now has not just left, as far as one can tell */
        struct worker *workers[MISSING_MAX];        /* references, */
        const struct policy *policies[MISSING_MAX]; /* and whose each of them was */
        size_t n;
};

/* What was held by those who left a group, or one below it, by themselves. */
struct departed {
        uint64_t since;  /* monotonic microseconds: this span began, */
        uint64_t bytes;  /* bytes of it, */
        uint64_t before; /* and of the one before */
};

/* Is the kernel's limit on the group hit again and again? See kernel-limit.c. */
struct pressed {
        uint64_t due,
                rested; /* monotonic microseconds of the next look, and when it may be told again */
        uint64_t hits;  /* the kernel's counter at the latest look */
        unsigned
                looks; /* in a row that found the group full, and hitting its limit since the first */
};

/* What is remembered of a group that is judged as a whole. */
struct whole {
        struct series series; /* of its memory */
        struct relief relief; /* from the last death in it */
        struct departed departed;
        struct series *untold; /* bytes of it that none of its processes shows; NULL: not counted */
        uint64_t foreign;      /* and that they show beyond it */
        uint64_t
                crowded; /* since when it is over its limit without those who are dying, 0: it is not */
        uint64_t deliberating; /* since when culprits are being proven, 0: they are not */
        uint64_t
                nobody_until; /* monotonic microseconds: nobody in it may be ended, so nobody is looked for */
};

struct watch {
        struct manager *manager;
        char *path;
        char *shown; /* the path, escaped for messages: most are the same */
        char *claim; /* the unit its path claims to belong to, or NULL */
        char *unit;  /* the unit systemd confirmed, or NULL */
        sd_bus_slot *asking;
        uint64_t ask_again;
        struct group_reader *reader;
        uint64_t inode;
        int frozen;        /* the switch that stops it, or -1 */
        bool seen;         /* in the walk that is under way */
        bool asks_names;   /* a policy asks for users or commands */
        bool dry;          /* nobody was to be ended when its policies were found */
        bool in_round;     /* the manager's round looks, at once or in seconds, not its own timer */
        bool empty;        /* nobody is in it, and the first who is will be told of */
        bool put_off;      /* until what was told of new groups is heard */
        uint32_t believed; /* seconds, monotonic: the end of an end that spared somebody, or 0 */

        const struct policy **policies; /* those that may match in this group, in their order */
        size_t n_policies;
        const struct policy *policy; /* the one for the group as a whole, or NULL */

        struct worker *workers; /* by pid */
        struct annex *annexes;  /* by path */
        struct whole *whole;    /* an empty one without `policy` */
        struct group_reading reading;
        uint64_t memory, peak;
        struct cpu_use *cpu; /* NULL: no policy asks for the group's CPU time */
        uint64_t cpu_summed; /* microseconds, where the kernel does not count */
        uint64_t due;        /* monotonic microseconds of the next full reading of the group */
        uint64_t next_look;
        struct watch **on_page,
                *page_next; /* what points to it in the round, NULL: nothing, and who is next */
        sd_event_source *timer;
        struct alarm alarm;
        struct wire *wire;        /* NULL: none was wanted so far */
        uint64_t looked;          /* monotonic microseconds of the latest look, */
        uint64_t listed;          /* and of the latest list of its processes; */
        uint64_t sample_below;    /* when those in watched groups below are to be sampled */
        uint64_t room, room_read; /* bytes to the nearest limit, and when that was */
        uint64_t empty_at;        /* bytes of its usage when nobody was in it */
        uint64_t list_due; /* when the list of processes is to be read although nothing is near, */
#define LOOK_CLOSELY 1     /* which is long ago; 0 while something is near */

        struct answered answered;
        struct missing *missing; /* NULL: the log tells, or no list was read yet */
        struct counted counted;  /* where it tells */
        struct pressed *pressed; /* NULL: it was not at the kernel's limit yet */
        UT_hash_handle hh;
};

/* Walks, and looks at what was told meanwhile, take no more than one of so many parts of the time each. */
#define DISCOVER_SHARE 50

/* Microseconds. */
static inline uint64_t clock_read(clockid_t clock)
{
        struct timespec now;

        clock_gettime(clock, &now);
        return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* The moment itself, in monotonic microseconds, where manager_now() is that of the wake-up. */
static inline uint64_t clock_now(void)
{
        return clock_read(CLOCK_MONOTONIC);
}

uint64_t manager_now(const struct manager *manager); /* monotonic microseconds, of this turn */
/* One end of this policy's budget: 1 it is granted, 0 it is not, or -ENOMEM. */
int manager_take_budget(struct manager *manager, const struct policy *policy);
void manager_give_back_budget(struct manager *manager, const struct policy *policy, uint64_t then);
/* The same of an end that others were faster with: as many as the budget has. Who could have that happen any number of
 * times would have no budget, and verdicts, and groups that wait for what the dead held, without end. */
void manager_forgive_budget(struct manager *manager, const struct policy *policy, uint64_t then);
void manager_keep_budget(struct manager *manager); /* what was taken, through a restart */
/* Reads how many bytes the machine has and has left, if that was not just done. */
void manager_read_machine(struct manager *manager, uint64_t now);
/* The last end that was under way is over. */
void manager_ends_are_over(struct manager *manager);
