/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One watched group on a made-up host: who is taken in from the lists of processes, who is let go, and what is
 * remembered of them.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "manager/answers/answer.h"
#include "manager/groups/annexes.h"
#include "manager/groups/contributors.h"
#include "manager/groups/family.h"
#include "manager/groups/roster.h"
#include "manager/groups/scan.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"
#include "manager/looks/breath.h"
#include "manager/looks/look.h"
#include "manager/looks/round.h"
#include "manager/looks/schedule.h"
#include "manager/settings.h"
#include "scratch.h"

#define SECOND UINT64_C(1000000)

static struct manager manager;
static const struct manager_options options = {.config = "test.conf"};

static void put_member(pid_t pid, pid_t parent, pid_t session, const char *group)
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

static void put_process(pid_t pid, pid_t parent, const char *group)
{
        put_member(pid, parent, 1, group);
}

static void configure(const char *text)
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

static struct watch *open_watch_of(const char *path)
{
        struct watch *watch;

        assert_int_equal(watch_new(&watch, &manager, path), 0);
        HASH_ADD_KEYPTR(hh, manager.watches, watch->path, strlen(watch->path), watch);
        assert_true(watch_apply(watch));
        return watch;
}

static struct watch *open_watch(void)
{
        return open_watch_of("/a");
}

static void close_watch(struct watch *watch)
{
        HASH_DEL(manager.watches, watch);
        watch_free(watch);
}

static struct worker *known(const struct watch *watch, pid_t pid)
{
        struct worker *worker;

        HASH_FIND(hh, watch->workers, &pid, sizeof(pid), worker);
        return worker;
}

/* A list below that cannot be read keeps nobody from being judged, and loses nobody. */
static void test_an_annex_in_trouble(void **state)
{
        struct watch *watch;
        struct worker *below;

        (void)state;
        scratch_put("cgroup/a/cgroup.procs", "7\n");
        scratch_put("cgroup/a/b/cgroup.procs", "8\n");
        put_process(7, 1, "/a");
        put_process(8, 1, "/a/b");
        watch = open_watch();
        assert_int_equal(watch_annex(watch, "/a/b", 0), 0);
        assert_int_equal(watch_scan(watch, SECOND), 0);
        assert_non_null(known(watch, 7));
        below = known(watch, 8);
        assert_non_null(below);
        assert_int_equal(unlink("cgroup/a/b/cgroup.procs"), 0);
        assert_int_equal(mkdir("cgroup/a/b/cgroup.procs", 0755), 0);
        scratch_put("cgroup/a/cgroup.procs", "7\n9\n");
        put_process(9, 1, "/a");
        assert_int_equal(watch_scan(watch, 2 * SECOND), 0);
        assert_non_null(known(watch, 9));
        assert_ptr_equal(known(watch, 8), below);
        close_watch(watch);
}

/* Whoever is in a threaded group is in the list of its domain, and its memory is charged there. */
static void test_a_process_in_a_threaded_group(void **state)
{
        struct watch *watch;
        struct worker *worker;

        (void)state;
        scratch_put("cgroup/a/cgroup.procs", "7\n8\n");
        scratch_put("cgroup/a/cgroup.type", "domain threaded\n");
        scratch_put("cgroup/a/t/cgroup.type", "threaded\n");
        scratch_put("cgroup/a/t/u/cgroup.type", "threaded\n");
        scratch_put("cgroup/a/d/cgroup.type", "domain\n");
        put_process(7, 1, "/a/t/u");
        put_process(8, 1, "/a/d"); /* it has just moved */
        watch = open_watch();
        for (uint64_t now = SECOND; now <= 2 * SECOND; now += SECOND) {
                assert_int_equal(watch_scan(watch, now), 0);
                worker = known(watch, 7);
                assert_non_null(worker);
                assert_false(worker->annexed);
                assert_int_equal(worker->first_seen, SECOND); /* the same as before */
                assert_string_equal(worker->target.group, "/a/t/u");
                assert_null(known(watch, 8));
        }
        close_watch(watch);
}

static struct worker *taken_in(struct watch *watch, pid_t pid, uint64_t now)
{
        struct worker *worker;

        assert_int_equal(watch_scan(watch, now), 0);
        worker = known(watch, pid);
        assert_non_null(worker);
        assert_false(worker->let_go);
        return worker;
}

/* One that was away at the moment of its signal, and is back before anybody missed it. */
static void test_one_that_was_let_go(void **state)
{
        struct worker *worker;
        struct ending *ending = (struct ending *)&worker;
        struct watch *watch;

        (void)state;
        scratch_put("cgroup/a/cgroup.procs", "7\n");
        put_process(7, 1, "/a");
        watch = open_watch();
        worker = taken_in(watch, 7, SECOND);
        assert_ptr_equal(taken_in(watch, 7, 2 * SECOND), worker);
        worker->let_go = true;
        worker->ending = ending; /* it goes on, with others */
        assert_int_equal(watch_scan(watch, 3 * SECOND), 0);
        assert_ptr_equal(known(watch, 7), worker);
        worker->ending = NULL;
        assert_int_equal(taken_in(watch, 7, 4 * SECOND)->first_seen, 4 * SECOND);
        close_watch(watch);
}

/* The pidfd of a process that has ended, and nobody has waited for. */
static int open_ended(pid_t *pid)
{
        siginfo_t info;
        int pidfd;

        *pid = fork();
        assert_true(*pid >= 0);
        if (*pid == 0)
                _exit(0);
        pidfd = (int)syscall(SYS_pidfd_open, *pid, 0U);
        assert_true(pidfd >= 0);
        assert_int_equal(waitid(P_PID, (id_t)*pid, &info, WEXITED | WNOWAIT), 0);
        return pidfd;
}

/* Who is gone before he could be held is not in the group any more: all who are in it are known all the same. */
static void test_one_that_vanishes_while_all_are_gathered(void **state)
{
        struct gathered all;
        struct watch *watch;

        (void)state;
        scratch_put("cgroup/a/cgroup.procs", "7\n8\n9\n");
        put_process(7, 1, "/a");
        put_process(9, 1, "/a");
        watch = open_watch();
        assert_int_equal(watch_gather(watch, &all), 0);
        assert_int_equal(all.n, 2);
        assert_true(all.complete);
        assert_false(all.partial);
        watch_gathered_free(&all);
        assert_int_equal(unlink("proc/9/cgroup"), 0); /* it is, and cannot be held */
        assert_int_equal(mkdir("proc/9/cgroup", 0755), 0);
        watch_drop(watch, known(watch, 9));
        assert_int_equal(watch_gather(watch, &all), 0);
        assert_int_equal(all.n, 1);
        assert_false(all.complete);
        watch_gathered_free(&all);
        close_watch(watch);
}

/* Another process under the pid of one that has died between two lists. */
static void test_a_pid_that_is_given_out_again(void **state)
{
        struct worker *worker;
        struct watch *watch;
        pid_t pid;

        (void)state;
        scratch_put("cgroup/a/cgroup.procs", "7\n");
        put_process(7, 1, "/a");
        watch = open_watch();
        worker = taken_in(watch, 7, SECOND);
        worker->target.pidfd = open_ended(&pid);
        assert_ptr_equal(taken_in(watch, 7, 2 * SECOND), worker); /* a zombie has its pid */
        assert_int_equal(rename("proc/7", "proc/reaped"), 0);
        assert_int_equal(unlink("proc/reaped/stat"), 0);
        put_process(7, 1, "/a");
        assert_int_equal(taken_in(watch, 7, 3 * SECOND)->first_seen, 3 * SECOND);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        close_watch(watch);
}

static void apply(struct watch *watch, const char *text, bool dry_run)
{
        struct settings before = *manager.settings;

        manager.settings->config = NULL;
        configure(text);
        manager.dry_run = dry_run;
        assert_true(watch_apply(watch));
        guard_config_free(before.config);
}

/* What was only told, or stopped, is judged anew once more is to be done about it: not as a dry run begins. */
static void test_another_configuration(void **state)
{
        static const struct answered told = {
                .reasons = 1, .again = 99 * SECOND, .quiet_up_to = 1 << 20, .frozen = true};
        static const struct {
                const char *text;
                bool dry_run, same;
        } steps[] = {
                {"[Policy p]\nCgroup=/a\nWorkerMemoryMax=1M\nGroupMemoryMax=1G\n", true, true},
                {"[Policy p]\nCgroup=/a\nWorkerMemoryMax=1M\nGroupMemoryMax=1G\n", true, true},
                {"[Policy q]\nCgroup=/b\nWorkerMemoryMax=1M\n"
                 "[Policy p]\nCgroup=/*\nWorkerMemoryMax=1M\nGroupMemoryMax=1G\n",
                 true, true},
                {"[Policy p]\nCgroup=/a\nWorkerMemoryMax=1M\nGroupMemoryMax=1G\n", false, false},
                {"[Policy p]\nCgroup=/a\nWorkerMemoryMax=1M\nGroupMemoryMax=1G\nAction=kill\n",
                 false, false},
                {"[Policy p]\nCgroup=/a\nWorkerMemoryMax=1M\nGroupMemoryMax=2G\nAction=kill\n",
                 false, false},
                {"[Policy p]\nCgroup=/a\nCommand=x\nWorkerMemoryMax=1M\nGroupMemoryMax=2G\n"
                 "Action=kill\n",
                 false, false},
                {"[Policy p]\nCgroup=/a\nCommand=y\nWorkerMemoryMax=1M\nGroupMemoryMax=2G\n"
                 "Action=kill\n",
                 false, false},
        };
        struct worker *worker;
        struct watch *watch;

        (void)state;
        scratch_put("cgroup/a/cgroup.procs", "7\n");
        put_process(7, 1, "/a");
        watch = open_watch();
        worker = taken_in(watch, 7, SECOND);
        for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
                watch->answered = worker->answered = told;
                apply(watch, steps[i].text, steps[i].dry_run);
                assert_true(worker->answered.frozen);
                for (int of_group = 0; of_group < 2; of_group++) {
                        const struct answered *answered =
                                of_group ? &watch->answered : &worker->answered;

                        assert_int_equal(answered->reasons, steps[i].same ? told.reasons : 0);
                        assert_int_equal(answered->again, steps[i].same ? told.again : 0);
                        assert_int_equal(answered->quiet_up_to,
                                         steps[i].same ? told.quiet_up_to : 0);
                }
        }
        watch->answered.frozen = worker->answered.frozen = false;
        close_watch(watch);
}

/* Of one that is stopped: growth shows that it runs again, or CPU time that it cannot have used before. */
static void test_one_that_is_frozen(void **state)
{
        const struct answered frozen = {
                .frozen = true, .quiet_up_to = 100, .quiet_until = 9 * SECOND};

        (void)state;
        assert_true(answer_is_given(&frozen, REASON_WORKER_MEMORY, 100, 99 * SECOND));
        assert_false(answer_is_given(&frozen, REASON_WORKER_MEMORY, 101, SECOND));
        assert_true(answer_is_given(&frozen, REASON_CPU, 101, 9 * SECOND - 1));
        assert_false(answer_is_given(&frozen, REASON_CPU, 100, 9 * SECOND));
}

static void see(struct watch *watch, uint64_t now)
{
        assert_int_equal(watch_scan(watch, now), 0);
        for (struct worker *worker = watch->workers; worker; worker = worker->hh.next) {
                worker_identify(worker, now);
                assert_int_equal(worker_measure(worker, false, now), 0);
                worker->proven = now; /* they share nothing */
        }
        family_gather(watch, NULL, now);
}

static size_t family_of(const struct watch *watch, pid_t pid)
{
        const struct worker *worker = known(watch, pid);

        return worker->family ? worker->family->n : 1;
}

/* Sessions: inherited, made by a child for itself, by its parent after the fork, and by somebody between them. */
static void test_orphans_are_nobodys_children(void **state)
{
        struct watch *watch;

        (void)state;
        scratch_put("cgroup/a/cgroup.procs", "7\n8\n9\n10\n");
        put_member(7, 1, 3, "/a");
        put_member(8, 7, 3, "/a");
        put_member(9, 7, 9, "/a");
        put_member(10, 7, 7, "/a");
        watch = open_watch();
        see(watch, SECOND);
        assert_int_equal(family_of(watch, 7), 4);
        scratch_put("cgroup/a/cgroup.procs", "7\n8\n9\n10\n12\n");
        put_member(12, 7, 11, "/a");
        see(watch, 2 * SECOND);
        assert_int_equal(family_of(watch, 7), 1);
        close_watch(watch);
}

/* A master with a child that was always there, and one that came. */
static void test_who_was_there_before_is_spared(void **state)
{
        struct worker **members;
        struct watch *watch;
        size_t n;

        (void)state;
        configure("[Policy p]\nCgroup=/a\nLeakMax=1M/h\nLeakWindowSec=6s\n");
        scratch_put("cgroup/a/cgroup.procs", "7\n8\n");
        put_process(7, 1, "/a");
        put_process(8, 7, "/a");
        watch = open_watch();
        for (uint64_t now = SECOND; now < 26 * SECOND; now += SECOND / 4)
                see(watch, now);
        scratch_put("cgroup/a/cgroup.procs", "7\n8\n9\n");
        put_process(9, 7, "/a");
        see(watch, 26 * SECOND);
        assert_int_equal(family_members(known(watch, 7), true, &members, &n), 0);
        assert_int_equal(n, 3);
        free(members);
        assert_int_equal(family_members(known(watch, 7), false, &members, &n), 0);
        assert_int_equal(n, 2);
        assert_ptr_equal(members[0], known(watch, 7));
        assert_ptr_equal(members[1], known(watch, 9));
        free(members);
        close_watch(watch);
}

/* The first size counts at once, however short ago the machine was started; another one not too often. */
static void test_the_size_of_the_machine(void **state)
{
        static const struct {
                uint64_t now;
                const char *total;
                uint64_t taken; /* KiB */
        } steps[] = {
                {SECOND, "1000", 1000},      {SECOND + SECOND / 10, "2000", 1000},
                {6 * SECOND, "3000", 3000},  {7 * SECOND, "4000", 3000},
                {11 * SECOND, "4000", 4000},
        };

        (void)state;
        manager.machine = UINT64_MAX;
        for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
                char text[80];

                snprintf(text, sizeof(text), "MemTotal: %s kB\nMemAvailable: 500 kB\n",
                         steps[i].total);
                scratch_put("proc/meminfo", text);
                manager_read_machine(&manager, steps[i].now);
                assert_int_equal(manager.machine, steps[i].taken << 10);
        }
}

/* What a look has measured it does not measure again for another purpose. */
static void test_one_measurement_a_turn(void **state)
{
        struct worker *worker;
        struct watch *watch;

        (void)state;
        scratch_put("cgroup/a/cgroup.procs", "7\n");
        put_process(7, 1, "/a");
        watch = open_watch();
        worker = taken_in(watch, 7, SECOND);
        worker_identify(worker, SECOND);
        assert_int_equal(worker_measure_once(worker, false, SECOND), 0);
        assert_int_equal(worker->private, UINT64_C(74000) << 12);
        scratch_put("proc/7/statm", "90000 85000 1000 1 0 84000 0\n");
        assert_int_equal(worker_measure_once(worker, false, SECOND), 0);
        assert_int_equal(worker->private, UINT64_C(74000) << 12);
        assert_int_equal(worker_measure_once(worker, false, 2 * SECOND), 0);
        assert_int_equal(worker->private, UINT64_C(84000) << 12);
        /* What is swapped out was not asked for. */
        scratch_put("proc/7/status", "Uid:\t33\t33\t33\t33\nVmSwap:\t4096 kB\n");
        assert_int_equal(worker_measure_once(worker, true, 2 * SECOND), 0);
        assert_int_equal(worker->private, (UINT64_C(84000) << 12) + (4 << 20));
        close_watch(watch);
}

static void put_memory(pid_t pid, unsigned mib)
{
        char path[64], text[64];

        snprintf(path, sizeof(path), "proc/%d/statm", (int)pid);
        snprintf(text, sizeof(text), "%u %u 0 1 0 1 0\n", mib << 8, mib << 8);
        scratch_put(path, text);
}

/* Two groups below, one with a window that is over in a moment and one that remembers for an hour: who made their group
 * grow is told by the group's own. */
static void test_windows_of_a_group_above(void **state)
{
        struct watch *above, *quick, *slow;
        struct worker **workers;
        struct subject subjects[2];
        struct untold untold;
        uint64_t now = 7200 * SECOND;
        size_t n;

        (void)state;
        configure("[Policy above]\nCgroup=/a\nGroupMemoryMax=400M\nGrowthWindowSec=10s\n"
                  "[Policy quick]\nCgroup=/a/q\nWorkerMemoryMax=1G\nGrowthWindowSec=100ms\n"
                  "[Policy slow]\nCgroup=/a/s\nWorkerMemoryMax=1G\nGrowthWindowSec=1h\n");
        scratch_put("cgroup/a/q/cgroup.procs", "7\n");
        scratch_put("cgroup/a/s/cgroup.procs", "8\n");
        put_process(7, 1, "/a/q");
        put_process(8, 1, "/a/s");
        put_memory(7, 50);
        put_memory(8, 50);
        above = open_watch();
        above->reading.accounted = true;
        quick = open_watch_of("/a/q");
        slow = open_watch_of("/a/s");
        see(quick, now);
        see(slow, now);
        put_memory(8, 250); /* long ago */
        for (uint64_t end = now + 600 * SECOND; now < end; now += 10 * SECOND) {
                see(quick, now);
                see(slow, now);
        }
        for (unsigned mib = 50; mib <= 150; mib += 10, now += SECOND / 2) {
                put_memory(7, mib);
                above->reading.memory = (uint64_t)(mib + 250) << 20;
                contributors_sample(above, now);
        }
        workers = contributors_find(above, &n, &untold, now);
        assert_non_null(workers);
        assert_int_equal(n, 2);
        for (size_t i = 0; i < n; i++)
                subjects[i] = contributors_subject(above, workers[i], now);
        n = decide_culprit(above->policy, subjects, n, &untold);
        assert_true(n < 2);
        assert_int_equal(workers[n]->target.pid, 7);
        free(workers);
        close_watch(quick);
        close_watch(slow);
        close_watch(above);
}

/* The same of a family: what it gained by starting processes was long ago. */
static void test_a_family_by_the_windows_of_a_group_above(void **state)
{
        struct watch *above, *quick, *slow;
        struct worker **workers;
        struct subject subjects[6];
        struct untold untold;
        uint64_t now = 7200 * SECOND;
        size_t n;

        (void)state;
        configure("[Policy above]\nCgroup=/a\nGroupMemoryMax=400M\nGrowthWindowSec=10s\n"
                  "[Policy quick]\nCgroup=/a/q\nWorkerMemoryMax=1G\nGrowthWindowSec=100ms\n"
                  "[Policy slow]\nCgroup=/a/s\nGrowthMax=1G/s\nGrowthWindowSec=1h\n");
        scratch_put("cgroup/a/q/cgroup.procs", "7\n");
        scratch_put("cgroup/a/s/cgroup.procs", "8\n9\n");
        put_process(7, 1, "/a/q");
        put_process(8, 1, "/a/s");
        put_process(9, 8, "/a/s");
        for (pid_t pid = 10; pid <= 12; pid++) {
                put_process(pid, 8, "/a/s");
                put_memory(pid, 80);
        }
        put_memory(7, 50);
        put_memory(8, 25);
        put_memory(9, 25);
        above = open_watch();
        above->reading.accounted = true;
        quick = open_watch_of("/a/q");
        slow = open_watch_of("/a/s");
        for (uint64_t end = now + 600 * SECOND; now < end; now += 10 * SECOND) {
                see(quick, now);
                see(slow, now);
                scratch_put("cgroup/a/s/cgroup.procs", "8\n9\n10\n11\n12\n");
        }
        for (unsigned mib = 50; mib <= 150; mib += 10, now += SECOND / 2) {
                put_memory(7, mib);
                above->reading.memory = (uint64_t)(mib + 290) << 20;
                contributors_sample(above, now);
        }
        assert_int_equal(family_of(slow, 8), 5);
        workers = contributors_find(above, &n, &untold, now);
        assert_non_null(workers);
        assert_int_equal(n, 6);
        for (size_t i = 0; i < n; i++)
                subjects[i] = contributors_subject(above, workers[i], now);
        n = decide_culprit(above->policy, subjects, n, &untold);
        assert_true(n < 6);
        assert_int_equal(workers[n]->target.pid, 7);
        free(workers);
        close_watch(quick);
        close_watch(slow);
        close_watch(above);
}

/* Whoever makes groups by the hundred, one level down or several, is looked at more rarely himself, and nobody else is. */
static void test_a_crowd_elsewhere(void **state)
{
        enum { CROWD = 200 };
        struct watch *watch, *crowd[2 * CROWD];
        uint64_t before;

        (void)state;
        configure("[Policy p]\nCgroup=/a\nCgroup=/b/**\nWorkerMemoryMax=64M\n");
        watch = open_watch();
        assert_int_equal(group_reader_crowd(watch->reader), 1);
        before = schedule_poll(watch, 0, SECOND);
        assert_int_equal(before, schedule_unseen(watch, 0, SECOND));
        scratch_put("cgroup/b/cgroup.procs", "");
        scratch_put("cgroup/b/c/cgroup.procs", "");
        scratch_put("cgroup/b/c/d/cgroup.procs", "");
        for (unsigned i = 0; i < 2 * CROWD; i++) {
                char path[64];

                snprintf(path, sizeof(path), "cgroup/b/%s%u/cgroup.procs", i < CROWD ? "" : "c/d/",
                         i);
                scratch_put(path, "");
                *strrchr(path, '/') = '\0';
                crowd[i] = open_watch_of(path + strlen("cgroup"));
        }
        assert_int_equal(group_reader_crowd(watch->reader), 2);
        assert_int_equal(schedule_poll(watch, 0, SECOND), before);
        assert_int_equal(schedule_list(watch, 0, SECOND) - SECOND, 5 * SECOND);
        assert_int_equal(group_reader_crowd(crowd[0]->reader), 2 * (CROWD + 1));
        assert_int_equal(group_reader_crowd(crowd[CROWD]->reader), 2 * (CROWD + 1) * CROWD);
        /* never rarer than if all shared alike */
        assert_int_equal(schedule_list(crowd[0], 0, SECOND),
                         schedule_list(crowd[CROWD], 0, SECOND));
        for (unsigned i = 0; i < 2 * CROWD; i++)
                close_watch(crowd[i]);
        assert_int_equal(group_reader_crowd(watch->reader), 1);
        close_watch(watch);
}

/* The more are told of together, by one who sets the limit of all, the rarer each is looked at. */
static void test_told_of_together(void **state)
{
        struct watch *watch = open_watch();
        uint64_t pause;

        (void)state;
        watch->listed = manager_now(&manager) + 3600 * SECOND;
        watch->list_due = UINT64_MAX;
        look_for_newcomers(watch, 10001);
        pause = watch->list_due - watch->listed;
        assert_in_range(pause, 5 * SECOND, 10 * SECOND);
        look_for_newcomers(watch, 101);
        assert_in_range(watch->list_due - watch->listed, pause / 200, pause / 50);
        close_watch(watch);
}

/* Thousands of them are watched while nothing happens: what few need is allocated. */
static void test_what_one_costs(void **state)
{
        (void)state;
        assert_in_range(sizeof(struct watch), 1, 512);
        assert_in_range(sizeof(struct worker), 1, 576);
}

static int on_ringing(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        (void)fd;
        (void)events;
        (void)userdata;
        (void)breath_holds(&manager, source);
        return 0;
}

/* Alarms that ring all the time leave a turn to those who are polled. */
static void test_alarms_without_an_end(void **state)
{
        int bell = eventfd(1, EFD_CLOEXEC);
        struct watch *watch;

        (void)state;
        assert_int_equal(breath_start(&manager), 0);
        assert_int_equal(round_start(&manager), 0);
        assert_true(sd_event_add_io(manager.event, &manager.bells, bell, EPOLLIN, on_ringing,
                                    NULL) >= 0);
        assert_true(sd_event_source_set_priority(manager.bells, SD_EVENT_PRIORITY_IMPORTANT) >= 0);
        watch = open_watch();
        watch_look_at(watch, 0);
        for (unsigned breaths = 0; breaths < 5 && watch->looked == 0;) {
                uint64_t taken = manager.breath.taken;

                assert_true(sd_event_run(manager.event, UINT64_MAX) >= 0);
                breaths += manager.breath.taken != taken;
        }
        assert_true(watch->looked > 0);
        close_watch(watch);
        manager.bells = sd_event_source_disable_unref(manager.bells);
        close(bell);
        round_stop(&manager);
        breath_stop(&manager);
}

static int on_something(sd_event_source *source, void *userdata)
{
        (void)source;
        (void)userdata;
        return 0;
}

/* There is always something more urgent than those who are waited for: they wait, and the alarms ring again. */
static void test_a_breath_has_an_end(void **state)
{
        sd_event_source *always;
        int bell = eventfd(1, EFD_CLOEXEC), enabled = SD_EVENT_ON;
        uint64_t taken, begin;

        (void)state;
        assert_int_equal(breath_start(&manager), 0);
        assert_int_equal(round_start(&manager), 0);
        assert_true(sd_event_add_io(manager.event, &manager.bells, bell, EPOLLIN, on_ringing,
                                    NULL) >= 0);
        assert_true(sd_event_source_set_priority(manager.bells, SD_EVENT_PRIORITY_IMPORTANT) >= 0);
        assert_true(sd_event_add_defer(manager.event, &always, on_something, NULL) >= 0);
        assert_true(sd_event_source_set_enabled(always, SD_EVENT_ON) >= 0);
        while (enabled != SD_EVENT_OFF) {
                assert_true(sd_event_run(manager.event, UINT64_MAX) >= 0);
                (void)sd_event_source_get_enabled(manager.bells, &enabled);
        }
        taken = manager.breath.taken;
        begin = clock_now();
        while (manager.breath.taken == taken && clock_now() - begin < 60 * SECOND)
                assert_true(sd_event_run(manager.event, UINT64_MAX) >= 0);
        (void)sd_event_source_get_enabled(manager.bells, &enabled);
        assert_int_equal(enabled, SD_EVENT_ON);
        sd_event_source_disable_unref(always);
        manager.bells = sd_event_source_disable_unref(manager.bells);
        close(bell);
        round_stop(&manager);
        breath_stop(&manager);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        const struct CMUnitTest tests[] = {
                TEST(test_an_annex_in_trouble),
                TEST(test_a_process_in_a_threaded_group),
                TEST(test_one_that_was_let_go),
                TEST(test_one_that_vanishes_while_all_are_gathered),
                TEST(test_a_pid_that_is_given_out_again),
                TEST(test_another_configuration),
                TEST(test_one_that_is_frozen),
                TEST(test_orphans_are_nobodys_children),
                TEST(test_who_was_there_before_is_spared),
                TEST(test_the_size_of_the_machine),
                TEST(test_one_measurement_a_turn),
                TEST(test_windows_of_a_group_above),
                TEST(test_a_family_by_the_windows_of_a_group_above),
                TEST(test_a_crowd_elsewhere),
                TEST(test_told_of_together),
                TEST(test_what_one_costs),
                TEST(test_alarms_without_an_end),
                TEST(test_a_breath_has_an_end),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
