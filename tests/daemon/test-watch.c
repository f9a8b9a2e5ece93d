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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "manager/answers/answer.h"
#include "manager/groups/annexes.h"
#include "manager/groups/roster.h"
#include "manager/groups/scan.h"
#include "watch-fixture.h"

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

/* Thousands of them are watched while nothing happens: what few need is allocated. */
static void test_what_one_costs(void **state)
{
        (void)state;
        assert_in_range(sizeof(struct watch), 1, 512);
        assert_in_range(sizeof(struct worker), 1, 576);
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
                TEST(test_the_size_of_the_machine),
                TEST(test_one_measurement_a_turn),
                TEST(test_what_one_costs),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
