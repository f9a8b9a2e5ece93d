/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An end, from the decision to the last death, as a state machine on the loop: any number of them run
 * side by side and none waits for anything.
 *
 *   RESTART   with Action=restart-unit systemd is asked to restart the unit, and ends its processes itself. It
 *             does not take the job: REPORT. The grace runs out, or the memory grows on: KILLED
 *   REPORT    ReportSignal= is sent to who handles it, where there is one and time for it. ReportSec= runs
 *             out: GRACE
 *   GRACE     SIGTERM is sent. The grace runs out, or the memory grows on: KILLED
 *   KILLED    SIGKILL is sent, to a group by cgroup.kill or, where that cannot be, to one member after
 *             the other until the group is empty: what forks faster than one turn of the loop can signal
 *             loses in the end, because a task with a pending SIGKILL cannot fork
 *   GIVEN_UP  somebody still lives KILL_WAIT after SIGKILL (a process in the kernel's hands). That is
 *             said once; its death is still awaited, so that nobody takes it for another culprit. Its group is
 *             judged without it, and may be ended again
 *
 * It is over when nobody is awaited any more and, of a group, nobody is left. A death is told by the pidfd.
 * One that left the group in which it was judged is let go. The verdict is closed at the death, when its
 * process is let go, or when it is given up.
 */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>
#include "bounds/checked.h"
#include "config/units.h"
#include "manager/answers/record.h"
#include "manager/ends/ending.h"
#include "manager/ends/members.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"
#include "manager/settings.h"
#include "manager/wires/tripwire.h"

#define KILL_WAIT_USEC (UINT64_C(10) * 1000000)
#define SWEEP_USEC                                                                                 \
        UINT64_C(5000) /* between two sweeps of a group that does not die, and between two
                                     attempts to send what could not be sent, */
#define LIST_USEC                                                                                  \
        UINT64_C(250000) /* while a group is asked to end: between two lists of who is in it */
#define EMPTY_LISTS 4    /* in a row show that a group is empty */
#define OWED_USEC UINT64_C(1000000) /* and when it could not for long */
#define BELIEVED_SEC 60 /* a group that is over a limit again so soon has not got there anew */

static void set_timer(struct ending *ending, uint64_t usec)
{
        (void)sd_event_source_set_time(ending->timer, usec);
        (void)sd_event_source_set_enabled(ending->timer, SD_EVENT_ONESHOT);
}

void ending_nobody_is_awaited(struct ending *ending)
{
        set_timer(ending, 0);
}

static bool is_asked_as_a_whole(const struct ending *ending)
{
        return ending->whole && (ending->stage == REPORT || ending->stage == GRACE);
}

/* When the stage goes on: `soon` with nobody to wait for, while a group may still fork, or while a signal is owed;
 * else when its time is over. */
static void wait_in_stage(struct ending *ending, uint64_t soon)
{
        bool forks = ending->stage == KILLED && ending->whole && !ending->closed;
        bool owed = members_signal_owed(ending);
        uint64_t later = ending->deadline;

        if (is_asked_as_a_whole(ending))
                later = bng_min(later, manager_now(ending->manager) + LIST_USEC);
        set_timer(ending, forks || owed || !members_awaited(ending) ? soon : later);
}

static struct ending *ending_free(struct ending *ending)
{
        struct manager *manager = ending->manager;

        DL_DELETE(manager->endings, ending);
        members_free(ending);
        sd_event_source_disable_unref(ending->timer);
        sd_bus_slot_unref(ending->restarting);
        settings_unref(ending->settings);
        free(ending->known);
        free(ending->path);
        free(ending);
        return NULL;
}

static void kill_now(struct ending *ending)
{
        struct act_group target = {.path = ending->path, .inode = ending->inode};
        struct act_spare spare = settings_spare(ending->manager);
        uint64_t now = manager_now(ending->manager);

        /* What else is in the group may be the unit's next start. */
        if (ending->stage == RESTART)
                ending->whole = false;
        if (ending->whole && !ending->partial && now > ending->started)
                ending->partial = guests_are_in(ending);
        ending->stage = KILLED;
        ending->deadline = now + KILL_WAIT_USEC;
        if (ending->whole && !ending->partial &&
            act_group_kill(&ending->manager->host, &target, &spare) == ACT_DONE) {
                guests_close(ending);
                members_were_killed(ending);
        } else {
                members_signal(ending, SIGKILL);
                /* At once: who waits for one of them to die is fast. */
                if (ending->whole)
                        (void)members_sweep(ending, SIGKILL);
        }
        wait_in_stage(ending, now);
}

/* ---- the stages */

static void ask(struct ending *ending)
{
        uint64_t now = manager_now(ending->manager);

        ending->stage = GRACE;
        members_signal(ending, SIGTERM);
        /* It is theirs from the signal on: the look that led to it may be a while ago. */
        ending->deadline = clock_now() + ending->policy->grace;
        wait_in_stage(ending, now);
}

/* False: nobody can report, or there is no time for it. */
static bool ask_for_report(struct ending *ending)
{
        const struct policy *policy = ending->policy;
        uint64_t now = manager_now(ending->manager);

        if (!decide_report(policy, &ending->finding) ||
            members_report(ending, policy->report_signal) == 0)
                return false;
        ending->stage = REPORT;
        ending->deadline = now + policy->report_time;
        wait_in_stage(ending, now + SWEEP_USEC);
        return true;
}

static void ask_to_end(struct ending *ending)
{
        /* Without a unit to restart it is Action=terminate, and without a grace nobody is asked. */
        if (ending->policy->grace == 0) {
                ending->stage = GRACE;
                kill_now(ending);
                return;
        }
        if (!ask_for_report(ending))
                ask(ending);
}

static void on_restart(void *userdata, const char *unit, int error)
{
        struct ending *ending = userdata;

        (void)unit;
        ending->restarting = sd_bus_slot_unref(ending->restarting);
        if (error == 0)
                return;
        log_line(LOG_WARNING, "systemd does not restart the unit as policy %s asks: %s.%s",
                 ending->policy->name,
                 error == -ECANCELED ? "it is being stopped, or another job goes before"
                                     : strerror(-error),
                 ending->stage == RESTART ? " Its worker is ended instead." : "");
        if (ending->stage == RESTART)
                ask_to_end(ending);
}

/* Only a service has a restart; and a user's own manager is not restarted for one of its programs. */
static bool can_be_restarted(const char *unit)
{
        size_t n = unit ? strlen(unit) : 0;

        return n > 8 && strcmp(unit + n - 8, ".service") == 0 && strncmp(unit, "user@", 5) != 0;
}

/* False: there is no unit to restart, or nobody to ask. */
static bool ask_for_restart(struct ending *ending)
{
        struct manager *manager = ending->manager;
        const char *unit = ending->watch->unit;

        if (!can_be_restarted(unit)) {
                log_line(LOG_WARNING,
                         "Policy %s restarts units, but %s belongs to no service that systemd "
                         "confirmed: "
                         "its worker is only ended.",
                         ending->policy->name, ending->watch->shown);
                return false;
        }
        if (units_available(manager->units, manager_now(manager)) &&
            units_restart(manager->units, unit, on_restart, ending, &ending->restarting) >= 0)
                return true;
        log_line(LOG_WARNING,
                 "Cannot ask systemd on the system bus to restart %s: its worker is only ended.",
                 unit);
        return false;
}

static void wait_for_restart(struct ending *ending)
{
        uint64_t now = manager_now(ending->manager);

        ending->stage = RESTART;
        ending->deadline = now + ending->policy->grace;
        wait_in_stage(ending, now + SWEEP_USEC);
}

/* The group is judged again from here on. */
static void note_believed(struct ending *ending)
{
        if (ending->believed && ending->watch)
                ending->watch->believed = (uint32_t)(manager_now(ending->manager) / 1000000);
        ending->believed = false;
}

static void give_up(struct ending *ending)
{
        note_believed(ending);
        ending->stage = GIVEN_UP;
        members_give_up(ending);
}

/* Is nobody left of the group? Who was forked in it meanwhile is signalled like the others. One empty list proves
 * nothing: v1 takes the numbers after it took the processes, and one that forked and was reaped in between has
 * none. They follow each other at once, because who waits for this death to start the next worker is fast. */
static bool is_empty(struct ending *ending)
{
        for (unsigned lists = 0; lists < EMPTY_LISTS; lists++)
                if (members_sweep(ending, ending->stage >= KILLED ? SIGKILL : SIGTERM) > 0)
                        return false;
        return true;
}

/* Nobody to wait for, and of a group nobody left. Who is in it long after it was given up may be its next start. */
static bool is_over(struct ending *ending)
{
        if (members_awaited(ending))
                return false;
        return !ending->whole || ending->stage == RESTART || ending->stage == GIVEN_UP ||
               is_empty(ending);
}

static void finish(struct ending *ending)
{
        struct manager *manager = ending->manager;

        if (ending->unrecorded > 0)
                log_line(LOG_WARNING, "%zu further processes were ended without a verdict each.",
                         ending->unrecorded);
        /* Others were faster: that is not to be charged. */
        else if (ending->stage != RESTART && ending->stage != GIVEN_UP &&
                 members_died_unsignalled(ending))
                manager_forgive_budget(manager, ending->policy, ending->started);
        note_believed(ending);
        ending_free(ending);
        if (!manager->endings)
                manager_ends_are_over(manager);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        struct ending *ending = userdata;
        uint64_t now = manager_now(ending->manager);

        (void)source;
        (void)usec;
        members_ask(ending);
        if (is_asked_as_a_whole(ending) && now - ending->listed >= LIST_USEC)
                (void)guests_are_in(ending);
        if (ending->stage == KILLED && now >= ending->deadline)
                give_up(ending);
        if (is_over(ending))
                finish(ending);
        else if (ending->stage < KILLED && now < ending->deadline)
                wait_in_stage(ending,
                              now + SWEEP_USEC); /* newcomers have what is left of the grace */
        else if (ending->stage == REPORT)
                ask(ending);
        else if (ending->stage == RESTART || ending->stage == GRACE)
                kill_now(ending);
        else if (ending->stage == KILLED) {
                if (ending->whole)
                        (void)members_sweep(ending, SIGKILL);
                wait_in_stage(ending, now + SWEEP_USEC);
        } else if (members_signal_owed(ending) || ending->whole)
                set_timer(ending, now + OWED_USEC);
        return 0;
}

/* "Policy web ends worker 42 (python3) of /web: worker-memory, 97M against 96M; SIGKILL." */
static void say_decision(const struct ending *ending, const char *who, enum step step)
{
        struct measure_text value, limit;
        struct bng_size_text grace;
        const struct finding *finding = &ending->finding;

        bng_format_usec(ending->policy->grace, &grace);
        log_line(LOG_NOTICE, "Policy %s ends %s%s: %s, %s against %s; %s%s.", ending->policy->name,
                 who ? "" : "everything in ", who ? who : ending->watch->shown,
                 reason_name(finding->reason),
                 verdict_measure(finding->reason, finding->value, &value),
                 verdict_measure(finding->reason, finding->limit, &limit),
                 step == STEP_KILL      ? "SIGKILL"
                 : step == STEP_RESTART ? "a restart of its unit, and SIGKILL after "
                                        : "SIGTERM, and SIGKILL after ",
                 step == STEP_KILL ? "" : grace.text);
}

static void begin(struct ending *ending, enum step step)
{
        bool restart;

        /* Nobody ends calmly while the kernel holds it back; who is killed is held until then. */
        if (step != STEP_KILL)
                tripwire_lift_around(ending->watch);
        restart = ending->policy->action == ACTION_RESTART_UNIT && ask_for_restart(ending);
        if (restart)
                ending->stage = RESTART;
        if (step == STEP_KILL)
                kill_now(ending);
        else if (restart)
                wait_for_restart(ending);
        else
                ask_to_end(ending);
}

int ending_start(const struct ending_order *order)
{
        struct watch *watch = order->watch;
        struct manager *manager = watch->manager;
        struct ending *ending = calloc(1, sizeof(*ending));
        uint64_t now = manager_now(manager);
        bool at_once = order->step == STEP_KILL && order->policy->action != ACTION_RESTART_UNIT;
        char *who = NULL;
        int r;

        if (!ending)
                return -ENOMEM;
        *ending = (struct ending){
                .manager = manager,
                .watch = watch,
                .path = strdup(watch->path),
                .inode = watch->inode,
                .settings = settings_ref(manager->settings),
                .policy = order->policy,
                .finding = order->finding,
                .event = record_event(manager),
                .whole = order->whole,
                .partial = order->partial,
                .listed = order->complete ? now : 0,
                .breaker = order->breaker,
                .stage = GRACE,
                .started = now,
        };
        DL_APPEND(manager->endings, ending);
        r = ending->path ? sd_event_add_time(manager->event, &ending->timer, CLOCK_MONOTONIC,
                                             UINT64_MAX, 1, on_timer, ending)
                         : -ENOMEM;
        for (size_t i = 0; r >= 0 && i < order->n && i < ENDING_MEMBERS_MAX; i++)
                r = members_add(ending, order->workers[i]);
        if (r < 0) {
                ending_free(ending);
                return r;
        }

        if (!order->whole && ending->members[0]->verdict)
                who = verdict_who(ending->members[0]->verdict);
        /* Nothing is written while he runs on. */
        if (at_once)
                kill_now(ending);
        say_decision(ending, who, order->step);
        free(who);
        if (!at_once)
                begin(ending, order->step);
        tripwire_lift_around(watch);
        return 0;
}

static void measured(struct ending *ending, uint64_t memory)
{
        if (ending->stage < KILLED && decide_cut_grace(ending->policy, &ending->finding, memory)) {
                log_line(LOG_NOTICE, "It grows on in its grace: SIGKILL.");
                kill_now(ending);
        }
}

void ending_measured_worker(const struct worker *worker)
{
        if (worker->ending && worker->ending->breaker == worker)
                measured(worker->ending, worker_memory(worker));
}

void ending_measured_group(const struct watch *watch)
{
        struct ending *ending;

        DL_FOREACH(watch->manager->endings, ending)
        {
                if (ending->watch == watch && !ending->breaker)
                        measured(ending, watch->memory);
        }
}

bool ending_of_group(const struct watch *watch)
{
        struct ending *ending;

        DL_FOREACH(watch->manager->endings, ending)
        {
                if (ending->whole && ending->stage != GIVEN_UP && ending->watch == watch)
                        return true;
        }
        return false;
}

bool ending_believed(const struct watch *watch, uint64_t now)
{
        return watch->believed > 0 && now / 1000000 - watch->believed < BELIEVED_SEC;
}

bool ending_under_way(const struct watch *watch)
{
        struct ending *ending;

        DL_FOREACH(watch->manager->endings, ending)
        {
                if (ending->stage != GIVEN_UP && path_is_below(ending->path, watch->path))
                        return true;
        }
        return false;
}

struct worker *ending_awaits(const struct manager *manager, pid_t pid)
{
        struct worker *worker = NULL;
        struct ending *ending;

        DL_FOREACH(manager->endings, ending)
        {
                if (!worker)
                        worker = members_await(ending, pid);
        }
        return worker;
}

void ending_forget_watch(struct manager *manager, const struct watch *watch)
{
        struct ending *ending;

        DL_FOREACH(manager->endings, ending)
        {
                if (ending->watch == watch)
                        ending->watch = NULL;
        }
}

void ending_give_up(struct manager *manager)
{
        while (manager->endings) {
                members_ask(manager->endings);
                give_up(manager->endings);
                ending_free(manager->endings);
        }
}
