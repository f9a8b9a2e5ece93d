/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the files of this folder share: the manager, what it watches, and who calls whom.
 *
 *   manager.c    the life of the daemon: start and stop
 *   settings.c   the configuration in force, its reload, and what it says of a group
 *   announce.c   what is told to the journal, the bus and systemd
 *   discover.c   which groups exist, and which policies name them     -> watch
 *   news.c       what is told of groups that come and go              -> discover
 *   watch.c      one watched group, and its policies
 *   scan.c       the lists of its processes, and of its annexes'      -> roster
 *   roster.c     its workers: taken in, let go, asked for             -> worker
 *   worker.c     one process of it: held, measured, known
 *   cpu.c        their CPU time, where a policy asks for it
 *   family.c     a worker with the children it started
 *   look.c       one look at a group: what to read, when to come back -> judge
 *   round.c      one wake-up for all looks that are seconds away
 *   breath.c     a rest for those below, however much is to be looked at
 *   schedule.c   how far everything is, and so when it is due
 *   alarm.c      the kernel told to tell when a limit is near
 *   tripwire.c   the same on v2, where telling holds back       -> wire.c
 *   wire.c       one group's memory.high: wire-bells.c tells of it, owner.c asks whose it is, keeper.c sees that it
 *                is taken back, and that who is stopped runs again; reset.c does both
 *   judge.c      what was read, measured and decided                  -> answer
 *   contributors.c  who may have brought a group over its limit
 *   answer.c     what is done about it: affair.c logs, freeze.c stops, or it is an end -> ending, record
 *   stopped.c    the record of what is stopped, by which it runs again whatever becomes of the daemon
 *   ending.c     an end as a little state machine; members.c: its processes
 *   dying.c      memory that those hold who are being ended
 *   relief.c     memory that a death is about to free
 *   kernel.c     those whom the kernel ended before anybody here did, by its log, kernel-counts.c by the
 *                groups' counters, kernel-flood.c by both; kernel-verdict.c tells of them     -> record
 *   kernel-limit.c  groups that the kernel holds at its limit       -> record
 *   record.c     a verdict from what is known
 *   describe.c   status and explanations for the bus
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
#include "manager/accounts.h"
#include "manager/log.h"
#include "manager/loops.h"
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

/* Rest for those below, see breath.c. */
struct breath {
        sd_event_source *source;
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
                struct log_trouble hold, read, walk, depth, signal, culprit, brake, machine, keep;
        } trouble;
};

/* What was answered to a worker or a group, so that the answer is given once. */
struct answered {
        unsigned reasons; /* a bit an enum reason */
        bool frozen;      /* by us: to be let go when we leave */
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
        bool undecided; /* its user's name is not known yet */
        bool early;     /* near its limit when it was young */
        bool proving;
        bool condemned; /* an end of it was begun */
        bool adopts;    /* the parent of somebody else's orphans */
        bool overtaken; /* the kernel ended it: that is written down */

        const struct policy *policy; /* the first that matches, or NULL */
        char *comm, *argv0;
        uint64_t born; /* monotonic microseconds; before the boot of a container it is 0 */
        uint64_t first_seen, facts_due;

        struct series series; /* of `private` */
        uint64_t private;     /* bytes: resident minus shared, and swapped out */
        uint64_t rss;
        uint64_t shared_pages; /* bytes of it: files and shared memory */
        bool swap_read;        /* `private` holds what is swapped out */
        struct mapped mapped;
        struct part *parts;    /* NULL: nobody asks for other windows */
        uint64_t shared;       /* bytes of `private` that belong to others, by the last proof */
        uint64_t peak;         /* highest memory that was judged */
        uint64_t brought;      /* bytes it had at first sight: may be charged to another group;
                                 UINT64_MAX before it was measured */
        uint64_t due;          /* monotonic microseconds of its next measurement */
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
        bool seen;       /* in the walk that is under way */
        bool asks_names; /* a policy asks for users or commands */
        bool dry;        /* nobody was to be ended when its policies were found */
        bool in_round;   /* the manager's round looks, at once or in seconds, not its own timer */

        const struct policy **policies; /* those that may match in this group, in their order */
        size_t n_policies;
        const struct policy *policy; /* the one for the group as a whole, or NULL */

        struct worker *workers; /* by pid */
        struct annex *annexes;  /* by path */
        struct series *series;  /* of the group as a whole; an empty one without `policy` */
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
        bool empty;               /* nobody is in it, and the first who is will be told of, */
        uint64_t empty_at;        /* and bytes of its usage then */
        uint64_t list_due; /* when the list of processes is to be read although nothing is near, */
#define LOOK_CLOSELY 1     /* which is long ago; 0 while something is near */

        struct answered answered;
        int frozen;              /* the switch that stops it, or -1 */
        struct relief relief;    /* from the last death in it */
        struct missing *missing; /* NULL: the log tells, or no list was read yet */
        struct counted counted;  /* where it tells */
        struct pressed pressed;
        struct departed departed;
        struct series *untold; /* bytes of it that none of its processes shows; NULL: not counted */
        uint64_t foreign;      /* and that they show beyond it */
        uint64_t
                crowded; /* since when it is over its limit without those who are dying, 0: it is not */
        uint64_t deliberating; /* since when culprits are being proven, 0: they are not */
        bool put_off;          /* until what was told of new groups is heard */
        uint64_t
                nobody_until; /* monotonic microseconds: nobody in it may be ended, so nobody is looked for */
        UT_hash_handle hh;
};

/* Walks, and looks at what was told meanwhile, take no more than one of so many parts of the time each. */
#define DISCOVER_SHARE 50

/* The moment itself, in monotonic microseconds, where manager_now() is that of the wake-up. */
static inline uint64_t clock_now(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* ---- settings.c */
struct settings *settings_ref(struct settings *settings);
struct settings *settings_unref(struct settings *settings); /* NULL */
/* The unit that a group's path claims to be of, malloc'ed or NULL: the system's, or for a user's daemon one of
 * that user's service manager. */
char *settings_claim(const struct manager *manager, const char *path);
/* Named by Protect=, or a group that holds the daemon: nothing in it is ever ended. */
bool settings_exempt(const struct manager *manager, const char *path);
/* The same for what acts on groups. */
struct act_spare settings_spare(struct manager *manager);
/* The first time; *complaint (malloc'ed, or NULL) if it fails. */
int settings_load(struct manager *manager, char **complaint);
/* Reads the configuration anew. -EINVAL: it is wrong, the last good one stays; *errors, where asked for,
 * gets the lines (malloc'ed). Says itself what happened. */
int settings_reload(struct manager *manager, char **errors);

/* ---- announce.c */
/* Tells systemd's status line how much is watched. */
void announce_status(struct manager *manager);
extern const struct store_ops announce_ops;    /* userdata: the manager */
const char *announce_why_unwritten(int error); /* static text */

/* ---- manager.c */
uint64_t manager_now(const struct manager *manager); /* monotonic microseconds, of this turn */
/* One end of this policy's budget: 1 it is granted, 0 it is not, or -ENOMEM. */
int manager_take_budget(struct manager *manager, const struct policy *policy);
void manager_give_back_budget(struct manager *manager, const struct policy *policy);
void manager_keep_budget(struct manager *manager); /* what was taken, through a restart */
/* Reads how many bytes the machine has and has left, if that was not just done. */
void manager_read_machine(struct manager *manager, uint64_t now);
/* The last end that was under way is over. */
void manager_ends_are_over(struct manager *manager);

/* ---- discover.c */
int discover_start(struct manager *manager);
void discover_stop(struct manager *manager);
/* Walks as soon as the pace of walks allows. */
void discover_soon(struct manager *manager);
/* Walks now: finds new groups, drops vanished ones. */
void discover_walk(struct manager *manager);
/* One group of a walk, a group_walk_fn; `userdata` is the manager. */
int discover_group(void *userdata, const char *path, uint64_t inode);
/* A watch ends if another group, or none, is under its path by now. */
void discover_check(struct manager *manager, const char *path);
/* The watch of this group, or of the nearest one above that has one; or NULL. */
struct watch *discover_nearest(struct manager *manager, const char *path);
/* The nearest watched group above this one, or NULL. */
struct watch *discover_above(const struct watch *watch);
/* Where nothing was watched until now, nobody was going to walk: now and then. */
void discover_seldom(struct manager *manager);
/* Sets the clock to whatever is due. */
void discover_wake(struct manager *manager);

/* ---- news.c */
/* Was something told that is not heard yet? */
bool discover_is_behind(const struct manager *manager);
/* Another configuration is in force: every group and worker is asked anew whose it is. */
void discover_apply(struct manager *manager);

/* ---- watch.c */
int watch_new(struct watch **ret, struct manager *manager, const char *path);
struct watch *watch_free(struct watch *watch); /* NULL; what it froze runs again */
/* Finds out which policies are in force here. False: none. */
bool watch_apply(struct watch *watch);
/* What was frozen as a whole runs again. */
void watch_let_go(struct watch *watch);
/* The next watched group at or below this one after `last`, NULL: the first; in any order. NULL: there are no more. */
struct watch *watch_below(const struct watch *watch, struct watch *last);
/* May what its workers hold be in swap, so that it is to be read? */
bool watch_swaps(const struct watch *watch);
void watch_look_at(struct watch *watch, uint64_t usec);
/* What shares of memory are of, in this group. */
struct memory_bases watch_bases(const struct watch *watch);
struct act_group watch_target(const struct watch *watch);
bool path_is_below(const char *path, const char *above); /* or the same */

/* ---- annexes.c */
/* A group below that has no watch of its own; those that were not told again leave. */
int watch_annex(struct watch *watch, const char *path, uint64_t inode);
void watch_drop_annexes(struct watch *watch);
void annexes_drop(struct watch *watch, struct annex *annex);
void annexes_free(struct watch *watch);

/* ---- scan.c */
/* Reads the lists of processes: takes new ones in, drops those that left. 0 or a negative errno;
 * -ENODEV or -ENOENT when the group is gone. */
int watch_scan(struct watch *watch, uint64_t now);

/* ---- roster.c */
void watch_drop(struct watch *watch, struct worker *worker);
/* The same of one that is not there any more: it left by itself, unless somebody ended it. */
void watch_lose(struct watch *watch, struct worker *worker, uint64_t now);
/* Takes hold of this process, as who it was where it is known to an end. As act_hold; the reference is the caller's. */
int watch_meet(struct worker **ret, struct watch *watch, pid_t pid, uint64_t now);
/* It is a worker of this group from now on, and the reference is the watch's. -ENOMEM: it stays the caller's. */
int watch_adopt(struct watch *watch, struct worker *worker);
/* This process of the group or below it, with a reference: known, or known from now on. ACT_REFUSED when
 * it is exempt, or not there any more; else as act_hold. Lets no worker go. */
int watch_hold(struct watch *watch, pid_t pid, struct worker **ret);
/*
 * Up to ENDING_MEMBERS_MAX processes of the group and below it that may be ended, and are not being ended yet, as
 * references that watch_gathered_free() gives back. 0 or a negative errno.
 */
struct gathered {
        struct worker **workers;
        size_t n;
        bool partial;  /* something was left out because it is exempt */
        bool complete; /* and nothing for another reason */
};
int watch_gather(struct watch *watch, struct gathered *ret);
void watch_gathered_free(struct gathered *gathered);

/* ---- worker.c */
int worker_new(struct worker **ret, struct watch *watch, pid_t pid, uint64_t now);
struct worker *worker_ref(struct worker *worker);
struct worker *worker_unref(struct worker *worker); /* NULL */
/* The group that lists it and is charged for it: nearly always its own. */
const char *worker_home(const struct worker *worker);
/* Who it is by now, and so which policy is its own. */
void worker_identify(struct worker *worker, uint64_t now);
/* The first key of the policy that speaks against it, or NULL. */
const char *worker_mismatch(struct worker *worker, const struct policy *policy, uint64_t now);
bool worker_matches(struct worker *worker, const struct policy *policy, uint64_t now);
/* Measures it. 0; -ESRCH when it has ended. */
int worker_measure(struct worker *worker, bool swaps, uint64_t now);
/* The same, unless it has been measured in this turn of the loop. */
int worker_measure_once(struct worker *worker, bool swaps, uint64_t now);
/* It was measured for a group that has these windows, its own or one above it: what it maps of shared memory is read as
 * well. */
void worker_take_part(struct worker *worker, const struct series *windows, uint64_t now);
uint64_t worker_memory(const struct worker *worker); /* bytes: what its end would free, */
/* but for so many, at most, that may be its parent's since its fork: a proof tells. */
uint64_t worker_doubt(const struct worker *worker);
struct subject worker_subject(const struct worker *worker, uint64_t now);
/* The same by the windows of a group, as far as it has taken part there; but for its family, which is its own policy's. */
struct subject worker_part(const struct worker *worker, const struct series *windows, uint64_t now);
/* Asks for proportional memory in the offload's thread; the group is looked at when it is there. */
void worker_prove(struct worker *worker);

/* ---- cpu.c */
/* Reads the CPU time when the policy asks for it and it is time. 0 or a negative errno. */
int cpu_measure_worker(struct worker *worker, uint64_t now);
int cpu_measure_group(struct watch *watch, uint64_t now);

/* ---- family.c */
/* What each parent in the group and its children hold by now. */
void family_gather(struct watch *watch, uint64_t now);
/* The parent, then its children, `all` or those who may be why it grows; not referenced, *ret is the caller's to free.
 * 0 or -ENOMEM. */
int family_members(struct worker *parent, bool all, struct worker ***ret, size_t *n);

/* ---- look.c */
void look_now(struct watch *watch); /* the watch may be gone afterwards */
/* A process was moved into it, or into one of so many groups of which it is one: its list is read soon. */
void look_for_newcomers(struct watch *watch, size_t together);

/* ---- round.c */
int round_start(struct manager *manager);
void round_stop(struct manager *manager);
void round_include(struct watch *watch, uint64_t now); /* its next look is the round's, */
void round_exclude(struct watch *watch);               /* or not any more */
void round_call(struct watch *watch); /* its time has come; the watch may be gone afterwards */
void round_go_on(struct manager *manager);

/* ---- breath.c */
int breath_start(struct manager *manager);
void breath_stop(struct manager *manager);
/* Have others waited long enough? Then the rest of what is to be done waits for round_go_on(). */
bool breath_is_due(struct manager *manager);
/* The same for the manager's bells, and its arrivals: then the source is off until others had their turn. */
bool breath_holds(struct manager *manager, sd_event_source *source);

/* ---- schedule.c: monotonic microseconds of the next measurement, UINT64_MAX: none is asked for */
enum pace schedule_pace(const struct watch *watch, uint64_t usage);
/* Usage (bytes) below which no limit can be passed, whatever it consists of. */
uint64_t schedule_sure(const struct watch *watch);
/* Bytes until the nearest limit of the group or of a worker that was measured. */
uint64_t schedule_room(const struct watch *watch);
uint64_t schedule_worker(const struct worker *worker, const struct subject *subject,
                         enum pace pace);
uint64_t schedule_group(const struct watch *watch, const struct subject *subject, enum pace pace);
/* When a worker's part in the growth of its group must be sampled: who grew within the window can only be
 * told from samples within it, and who grew before from one for each of its slots. */
uint64_t schedule_contribution(const struct watch *watch, enum pace pace, uint64_t now);
/* When the list of processes is to be read, for those that nobody has seen yet. */
uint64_t schedule_list(const struct watch *watch, uint64_t usage, uint64_t now);
/* When a group with this usage can first be near a limit. */
uint64_t schedule_unseen(const struct watch *watch, uint64_t usage, uint64_t now);
/* When one that is far, or that nobody is in, is to be polled for that. */
uint64_t schedule_poll(const struct watch *watch, uint64_t usage, uint64_t now);

/* ---- alarm.c */
int alarms_start(struct manager *manager);
void alarms_stop(struct manager *manager); /* the watches are gone */
void alarm_init(struct alarm *alarm);
/* To be told where the nearest limit is, if what is armed is outdated, and once it is worth its price. Asynchronous;
 * not sooner than a second after the last time. */
void alarm_want(struct watch *watch, enum pace pace, uint64_t usage, uint64_t now);
void alarm_off(struct watch *watch);

/* ---- tripwire.c */
void tripwires_start(struct manager *manager); /* once there is a runtime folder */
/* The watches are gone. What could not be taken back is the keeper's. */
void tripwires_stop(struct manager *manager);
/* The group was read closely: sets its wire, moves it, or takes it away. `usage` in bytes. */
void tripwire_want(struct watch *watch, uint64_t usage, uint64_t now);
/* Takes off what holds back somebody in this group or below it, because it is to end. */
void tripwire_lift_around(struct watch *watch);
/* The watch goes. */
void tripwire_release(struct watch *watch);
/* Was it a wire that told of what is found now? */
bool tripwire_told(const struct watch *watch);
bool tripwire_is_set(const struct watch *watch);
/* Has it tripped a moment ago? */
bool tripwire_is_hot(const struct watch *watch);
/* Those of watches that are gone, as far as they could not be taken back at once. */
void tripwires_press_on(struct manager *manager);

/* ---- contributors.c */
/* While the group is near its limit: those who may take it there, in watched groups below it. */
void contributors_sample(struct watch *watch, uint64_t now);
/* So many bytes left the group, and all above it, with one who ended by himself. */
void contributors_departed(struct watch *watch, uint64_t bytes, uint64_t now);
/* All who may have broken the group's limit, here and below, freshly measured and not referenced; the caller's
 * to free, NULL without memory. *untold: what else may have. */
struct worker **contributors_find(struct watch *watch, size_t *n, struct untold *untold,
                                  uint64_t now);
/* One of them, as it has a part in what the group holds. */
struct subject contributors_subject(const struct watch *watch, const struct worker *worker,
                                    uint64_t now);

/* ---- judge.c */
void judge_workers(struct watch *watch, enum pace pace, uint64_t now); /* those that are due */
void judge_families(struct watch *watch, uint64_t now); /* those that grow by starting processes */
void judge_group(struct watch *watch, enum pace pace, uint64_t now);
/* Is it over its limit, and was that answered (logged, or stopped)? */
bool judge_group_is_answered(const struct watch *watch, uint64_t now);

/* ---- answer.c */
/* Was this answered already, so that there is nothing more to say or do? */
bool answer_is_given(const struct answered *answered, enum reason reason, uint64_t memory,
                     uint64_t now);
/* Another answer may be due: what was given is forgotten, but not that it is frozen. */
void answer_anew(struct answered *answered);
/* Nothing is broken any more: what is frozen stays frozen, the rest starts anew. */
void answer_forget(struct answered *answered, uint64_t memory, uint64_t own_limit);
/* What is done about a worker that broke its policy, */
void answer_worker(struct worker *worker, const struct finding *finding, uint64_t now);
/* about a worker and the children it started, */
void answer_family(struct worker *parent, const struct policy *policy,
                   const struct finding *finding, uint64_t now);
/* and about a group: this one of its workers, or with NULL all of it. */
void answer_group(struct watch *watch, struct worker *culprit, const struct finding *finding,
                  uint64_t now);

/* ---- freeze.c */
/* Writes down anew all that is stopped: somebody was let go. */
void freeze_note(struct manager *manager);

/* ---- ending.c, members.c */
#define ENDING_MEMBERS_MAX 1024 /* processes of one end with a verdict of their own */
/*
 * Ends these workers (n >= 1), or with `whole` everything in the watch's group, of which these are what
 * is known. `partial`: something in the group is exempt, so its members go one by one. `complete`: these are
 * all who are in it.
 */
struct ending_order {
        struct watch *watch;
        struct worker **workers;
        size_t n;
        bool whole, partial, complete;
        const struct worker
                *breaker; /* whose own memory broke the policy, NULL: the group's total */
        const struct policy *policy;
        struct finding finding;
        enum step step; /* STEP_TERMINATE, STEP_KILL or STEP_RESTART */
};
int ending_start(const struct ending_order *order);
/* There is another measurement of what is being ended: what grows on in its grace is killed at once. */
void ending_measured_worker(const struct worker *worker);
void ending_measured_group(const struct watch *watch);
/* Is all of it being ended? No more once somebody in it has outlived his SIGKILL. */
bool ending_of_group(const struct watch *watch);
/* Is anything in this group or below it still dying, so that memory is about to be freed? */
bool ending_under_way(const struct watch *watch);
/* The process with this pid that is being ended, so that its verdict is on its way; or NULL. */
struct worker *ending_awaits(const struct manager *manager, pid_t pid);
void ending_forget_watch(struct manager *manager, const struct watch *watch);
/* Writes down every end that is under way as it stands, and lets go of all. */
void ending_give_up(struct manager *manager);

/* ---- dying.c */
/* Bytes that those hold who live on after SIGKILL: nobody else ends for them. */
uint64_t dying_never(const struct watch *watch, uint64_t now);
/* Somebody in the group or below is being ended. Takes off *memory, the group's, what they hold (bytes): is the rest
 * over the group's limit by itself, and for more than a moment? */
bool dying_leave_too_much(struct watch *watch, uint64_t now, uint64_t *memory);

/* ---- relief.c */
/* One that was ended is dead: its groups wait for its memory before they are judged again. */
void relief_expect(const struct worker *dead, struct manager *manager);
/* One whom the kernel ended is dead, who held so many bytes. */
void relief_by_kernel(const struct worker *dead, uint64_t bytes, struct manager *manager);
uint64_t relief_lately(struct watch *watch, uint64_t now); /* bytes that such have just held */
bool relief_is_near(struct watch *watch, uint64_t now);    /* is memory still about to be freed? */

/* ---- kernel.c, kernel-counts.c */
void kernel_start(struct manager *manager);
void kernel_stop(struct manager *manager);
/* Before somebody who ended is let go: the kernel told of it before that, and nobody may have listened yet. */
void kernel_hear(struct manager *manager);
/* Without its log: this one has ended of himself, and when the group's list was read the counters tell more. */
void kernel_miss(struct watch *watch, struct worker *worker);
void kernel_count(struct watch *watch, uint64_t now);
uint64_t kernel_due(const struct watch *watch,
                    uint64_t now);       /* of another list; UINT64_MAX: none */
void kernel_forget(struct watch *watch); /* the policies are about to change, or the watch ends */
/* The group was read: does it stay at the kernel's limit, and nobody ends? */
void kernel_watch_limit(struct watch *watch, uint64_t now);
/* When one with this usage (bytes) is to be looked at for that, though nothing else is near; UINT64_MAX: not for that. */
uint64_t kernel_limit_due(const struct watch *watch, uint64_t usage);

/* ---- record.c */
/* Was it the group's own total that broke the policy? Then its series is the evidence. */
bool record_is_of_group(const struct policy *policy, const struct finding *finding);
/* A verdict with everything but its outcome. NULL without memory. */
struct verdict *record_new(const struct watch *watch, const struct worker *worker,
                           const struct policy *policy, const struct finding *finding,
                           uint64_t event);
/* The moment, and the event, of one that is put together by the caller. */
void record_begin(const struct manager *manager, struct verdict *verdict, uint64_t event);
uint64_t record_event(struct manager *manager); /* a number for the verdicts of one decision */
/* Gives it its outcome and hands it to the store. NULL is fine: there was no memory for it. */
void record_close(struct manager *manager, struct verdict *verdict, enum outcome outcome);

/* ---- describe.c */
extern const struct server_ops describe_ops;
