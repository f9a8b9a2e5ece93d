/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The life of the daemon. A start that succeeds says READY; a reload replaces the configuration as a
 * whole or not at all; a stop lets what is under way come to its end, for STOP_USEC at most, writes down
 * the rest as it stands, and lets go of what was frozen.
 *
 * Order at the end: the ends first, because they make verdicts, and what the kernel ended; then the watches; then the store,
 * which writes and announces everything; then the bus, which is told of it.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "manager/announce.h"
#include "manager/answers/surplus.h"
#include "manager/describe.h"
#include "manager/ends/ending.h"
#include "manager/groups/discover.h"
#include "manager/groups/watch.h"
#include "manager/kernel/kernel.h"
#include "manager/looks/alarm.h"
#include "manager/looks/breath.h"
#include "manager/looks/round.h"
#include "manager/notify.h"
#include "manager/self.h"
#include "manager/settings.h"
#include "manager/wires/tripwire.h"

#define STOP_USEC (UINT64_C(5) * 1000000)
#define MACHINE_FRESH_USEC UINT64_C(50000)
#define RESIZE_PAUSE_USEC UINT64_C(5000000) /* a balloon grows by the page */
#define LOOP_FAILURES_MAX 100               /* in a row */
#define LOOP_PAUSE_NSEC 10000000
#define OFFLOAD_THREADS                                                                            \
        24 /* while processes hang that are asked; the units' TasksMax= has room for them */

uint64_t manager_now(const struct manager *manager)
{
        uint64_t now;

        if (sd_event_now(manager->event, CLOCK_MONOTONIC, &now) < 0)
                return 0;
        return now;
}

int manager_take_budget(struct manager *manager, const struct policy *policy)
{
        const struct guard_config *config = manager->settings->config;

        return accounts_take(manager->accounts, policy->name, config->kill_budget,
                             config->kill_budget_window, manager_now(manager));
}

void manager_keep_budget(struct manager *manager)
{
        if (manager->store)
                accounts_keep(manager->accounts, manager->store);
}

void manager_give_back_budget(struct manager *manager, const struct policy *policy, uint64_t then)
{
        accounts_give_back(manager->accounts, policy->name, then);
}

void manager_forgive_budget(struct manager *manager, const struct policy *policy, uint64_t then)
{
        const struct guard_config *config = manager->settings->config;

        if (accounts_take(manager->forgiven, policy->name, config->kill_budget,
                          config->kill_budget_window, manager_now(manager)) > 0) {
                manager_give_back_budget(manager, policy, then);
                manager_keep_budget(manager);
        }
}

/* Its shares are other limits now, and when anything is due rested on the old ones. */
static void resize(struct manager *manager, uint64_t total, uint64_t now)
{
        struct watch *watch;
        struct worker *worker;

        manager->machine = total;
        manager->resized = now;
        for (watch = manager->watches; watch; watch = watch->hh.next) {
                for (worker = watch->workers; worker; worker = worker->hh.next)
                        worker->due = 0;
                watch->due = 0;
                watch->list_due = 0;
                watch_look_at(watch, 0);
        }
}

void manager_read_machine(struct manager *manager, uint64_t now)
{
        struct host_memory memory;
        int r;

        if (manager->machine_read > 0 && now - manager->machine_read < MACHINE_FRESH_USEC)
                return;
        manager->machine_read = now;
        r = host_read_memory(&manager->host, &memory);
        if (r < 0) {
                manager->available = UINT64_MAX;
                manager->swaps = true;
                log_trouble(
                        &manager->trouble.machine, now,
                        "Cannot read how much memory the machine has: %s; limits that are shares "
                        "of it %s.",
                        strerror(-r),
                        manager->machine == UINT64_MAX ? "do not hold" : "stay as they are");
                return;
        }
        manager->available = memory.available;
        manager->swaps = memory.swaps;
        if (memory.total != manager->machine &&
            (manager->machine == UINT64_MAX || now - manager->resized >= RESIZE_PAUSE_USEC))
                resize(manager, memory.total, now);
}

/* ---- stopping */

static int on_stop_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void)usec;
        ending_give_up(userdata);
        return sd_event_exit(sd_event_source_get_event(source), 0);
}

void manager_ends_are_over(struct manager *manager)
{
        if (manager->stopping)
                (void)sd_event_exit(manager->event, 0);
}

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
        struct manager *manager = userdata;

        (void)source;
        (void)info;
        if (manager->stopping)
                return 0;
        manager->stopping = true;
        notify_state("STOPPING=1\nSTATUS=Stopping");
        if (!manager->endings)
                return sd_event_exit(manager->event, 0);
        log_line(LOG_INFO, "Stopping once what is being ended has ended.");
        return sd_event_add_time_relative(manager->event, NULL, CLOCK_MONOTONIC, STOP_USEC, 1,
                                          on_stop_deadline, manager);
}

static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
        struct manager *manager = userdata;

        (void)source;
        (void)info;
        if (!manager->stopping)
                (void)settings_reload(manager, NULL);
        return 0;
}

/* ---- start */

static int block_signals(void)
{
        sigset_t set;

        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGHUP);
        if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
                return -errno;
        signal(SIGPIPE, SIG_IGN);
        return 0;
}

static int failed(int r, const char *what)
{
        log_line(LOG_ERR, "%s: %s", what, strerror(-r));
        return r;
}

static int set_up_loop(struct manager *manager)
{
        int r = block_signals(); /* before there are threads */

        if (r >= 0)
                r = sd_event_new(&manager->event);
        if (r >= 0)
                r = log_open(manager->event);
        if (r >= 0)
                r = sd_event_add_signal(manager->event, NULL, SIGTERM, on_stop, manager);
        if (r >= 0)
                r = sd_event_add_signal(manager->event, NULL, SIGINT, on_stop, manager);
        if (r >= 0)
                r = sd_event_add_signal(manager->event, NULL, SIGHUP, on_hangup, manager);
        if (r >= 0)
                r = notify_open(manager->event);
        if (r >= 0)
                r = offload_new(&manager->offload, manager->event);
        if (r >= 0)
                offload_widen(manager->offload, OFFLOAD_THREADS);
        if (r >= 0)
                r = offload_new(&manager->naming, manager->event);
        if (r >= 0 && manager->host.layout == HOST_V1 && !manager->host.foreign)
                r = offload_new(&manager->arming, manager->event);
        if (r >= 0 && manager->arming)
                r = alarms_start(manager);
        if (r >= 0)
                r = round_start(manager);
        if (r >= 0)
                r = breath_start(manager);
        if (r >= 0)
                r = users_new(&manager->users, manager->naming);
        if (r >= 0)
                r = units_new(&manager->units, manager->event, manager->options->user);
        return r < 0 ? failed(r, "Cannot set up the event loop") : 0;
}

static int set_up_host(struct manager *manager)
{
        const struct manager_options *options = manager->options;
        const char *procfs = options->procfs ? options->procfs : "/proc";
        const char *groups = options->groups ? options->groups : "/sys/fs/cgroup";
        int r;

        r = host_open(&manager->host, procfs, groups);
        if (r < 0) {
                log_line(LOG_ERR, "Cannot find cgroups in %s, or processes in %s: %s", groups,
                         procfs, strerror(-r));
                return r;
        }
        manager->host_open = true;
        if (!self_may_end_everybody())
                manager->host.only = getuid();
        r = self_group(&manager->host, &manager->own_group);
        if (r < 0)
                return failed(r, "Cannot find the daemon's own group");
        return 0;
}

/* What was ended before the restart counts still. A file that cannot be believed is said, and written anew. */
static int set_up_accounts(struct manager *manager)
{
        int r = accounts_new(&manager->accounts);

        if (r >= 0)
                r = accounts_new(&manager->forgiven);
        if (r >= 0)
                r = accounts_new(&manager->told_of);
        if (r < 0)
                return failed(r, "Cannot set up the kill budgets");
        r = accounts_restore(manager->accounts, manager->options->state, manager_now(manager));
        if (r < 0 && r != -ENOENT && r != -ENOTDIR)
                log_line(LOG_WARNING,
                         "Cannot take over the kill budgets from %s/%s: %s; they start full.",
                         manager->options->state, ACCOUNTS_FILE, announce_why_unwritten(r));
        return 0;
}

static int set_up_reports(struct manager *manager)
{
        const struct manager_options *options = manager->options;
        int r;

        r = store_new(&manager->store, manager->event, options->state, &announce_ops, manager);
        if (r < 0)
                return failed(r, "Cannot set up the verdicts");
        r = server_new(&manager->server, manager->event, options->runtime, options->user,
                       &describe_ops, manager);
        if (r == -EADDRINUSE)
                return failed(r, "Another bignum-guardd answers in the runtime folder");
        /* Without a socket nobody can ask, but the guard guards. */
        if (r < 0)
                log_line(LOG_WARNING, "Cannot answer bng in %s: %s", options->runtime,
                         strerror(-r));
        tripwires_start(manager);
        return 0;
}

int manager_new(struct manager **ret, const struct manager_options *options)
{
        struct manager *manager = calloc(1, sizeof(*manager));
        char *complaint = NULL;
        int r;

        if (!manager)
                return failed(-ENOMEM, "Cannot start");
        manager->options = options;
        manager->machine = manager->available = UINT64_MAX;
        manager->told = UINT_MAX;
        manager->started_realtime = clock_read(CLOCK_REALTIME);

        self_prepare();
        r = set_up_host(manager);
        if (r >= 0) {
                r = settings_load(manager, &complaint);
                free(complaint);
        }
        if (r >= 0)
                r = set_up_loop(manager);
        if (r >= 0)
                r = set_up_accounts(manager);
        if (r >= 0)
                r = set_up_reports(manager);
        if (r < 0) {
                manager_free(manager);
                return r;
        }
        *ret = manager;
        return 0;
}

/* The loop's own calls fail as others do, and a guard does not leave for that: it goes on, unless nothing but
 * failures come. */
static int run_loop(struct manager *manager)
{
        struct log_trouble trouble = {0};
        unsigned failures = 0;
        int code = 0;

        while (sd_event_get_state(manager->event) != SD_EVENT_FINISHED) {
                int r = sd_event_run(manager->event, UINT64_MAX);

                failures = r < 0 ? failures + 1 : 0;
                if (failures == LOOP_FAILURES_MAX)
                        return failed(r, "The event loop does not run any more");
                if (r < 0) {
                        log_trouble(&trouble, manager_now(manager), "The event loop stumbles: %s",
                                    strerror(-r));
                        (void)clock_nanosleep(CLOCK_MONOTONIC, 0,
                                              &(struct timespec){.tv_nsec = LOOP_PAUSE_NSEC}, NULL);
                        discover_soon(
                                manager); /* it may have failed to arm its clock, and forgotten it */
                }
        }
        (void)sd_event_get_exit_code(manager->event, &code);
        return code;
}

int manager_run(struct manager *manager)
{
        int r;

        if (manager->host.foreign)
                log_line(LOG_WARNING, "Not this host's own cgroups, or a /proc of another PID "
                                      "namespace: dry run.");
        else if (!manager->dry_run)
                self_check_privileges(manager->options->user);
        if (manager->settings->config->n_policies == 0)
                log_line(LOG_WARNING, "No policy is configured: nothing is watched.");
        log_line(LOG_INFO, "bignum-guardd %s watches %s (%s); policies: %zu%s.", BNG_VERSION,
                 manager->host.groups_path, host_layout_name(manager->host.layout),
                 manager->settings->config->n_policies, manager->dry_run ? "; dry run" : "");
        r = discover_start(manager);
        if (r < 0)
                return failed(r, "Cannot start to look for groups");
        notify_state("READY=1");
        announce_status(manager);
        return run_loop(manager);
}

struct manager *manager_free(struct manager *manager)
{
        struct watch *watch, *next;

        if (!manager)
                return NULL;
        notify_close();
        ending_give_up(manager);
        kernel_stop(manager);
        surplus_tell(manager);
        HASH_ITER(hh, manager->watches, watch, next)
        {
                HASH_DEL(manager->watches, watch);
                watch_free(watch);
        }
        tripwires_stop(manager);
        manager->offload = offload_free(manager->offload);
        manager->naming = offload_free(manager->naming);
        manager->arming = offload_free(manager->arming);
        alarms_stop(manager);
        round_stop(manager);
        breath_stop(manager);
        store_free(manager->store);
        server_free(manager->server);
        users_free(manager->users);
        units_free(manager->units);
        accounts_free(manager->accounts);
        accounts_free(manager->forgiven);
        accounts_free(manager->told_of);
        loops_free(manager->loops);
        discover_stop(manager);
        if (manager->host_open)
                host_close(&manager->host);
        settings_unref(manager->settings);
        log_close();
        sd_event_unref(manager->event);
        free(manager->own_group);
        free(manager->config_error);
        free(manager);
        return NULL;
}
