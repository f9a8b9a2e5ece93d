/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The manager as a whole on fixture hosts, where it may only say what it would have done: which policy is
 * whose, and how many verdicts there are.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "manager-fixture.h"

/* Two workers of 308 and 289 MiB in web.service, one of 95 in db.service. */
static void run_on_fixture(const char *folder, const char *text)
{
        static char procfs[256], groups[256];

        configure(folder, text);
        snprintf(procfs, sizeof(procfs), "%s/v2/proc", FIXTURES);
        snprintf(groups, sizeof(groups), "%s/v2/cgroup", FIXTURES);
        options.procfs = procfs;
        options.groups = groups;
}

static void test_a_foreign_host_is_only_told_about(void **state)
{
        json_t *verdicts;
        pid_t daemon;

        run_on_fixture(*state, "[Policy web]\nCgroup=/system.slice/*\nWorkerMemoryMax=128M\n"
                               "Action=kill\n");
        daemon = start_daemon();
        verdicts = wait_for_verdicts(*state, 2);
        sleep(1); /* once a worker, not once a look */
        json_decref(verdicts);
        verdicts = read_verdicts(*state);
        assert_int_equal(json_array_size(verdicts), 2);
        for (size_t i = 0; i < 2; i++) {
                assert_string_equal(text_of(verdicts, i, "outcome"), "would-have-ended");
                assert_string_equal(text_of(verdicts, i, "cgroup"), "/system.slice/web.service");
                assert_true(number_of(verdicts, i, "pid") == 101 ||
                            number_of(verdicts, i, "pid") == 102);
                assert_int_equal(
                        json_array_size(json_object_get(json_array_get(verdicts, i), "signals")),
                        0);
        }
        json_decref(verdicts);
        stop_daemon(daemon);
}

/* The one verdict that the daemon gives under this configuration, and no second one soon after. */
static json_t *the_only_verdict(const char *folder, const char *text)
{
        pid_t daemon;
        json_t *verdicts;

        run_on_fixture(folder, text);
        daemon = start_daemon();
        json_decref(wait_for_verdicts(folder, 1));
        sleep(2);
        verdicts = read_verdicts(folder);
        stop_daemon(daemon);
        assert_int_equal(json_array_size(verdicts), 1);
        return verdicts;
}

/* Protect= keeps web.service out, the first policy that matches claims db.service for itself. */
static void test_protection_and_the_order_of_policies(void **state)
{
        json_t *verdicts = the_only_verdict(
                *state, "[Guard]\nProtect=web.service\n"
                        "[Policy first]\nCgroup=/system.slice/db*\nWorkerMemoryMax=64M\n"
                        "[Policy second]\nCgroup=/system.slice/**\nWorkerMemoryMax=32M\n");

        assert_string_equal(text_of(verdicts, 0, "policy"), "first");
        assert_int_equal(number_of(verdicts, 0, "pid"), 103);
        json_decref(verdicts);
}

/* 620 MiB against 512: the group is over, and the larger of its two workers would have been ended, once. */
static void test_a_groups_culprit_is_named_once(void **state)
{
        json_t *verdicts = the_only_verdict(
                *state, "[Policy web]\nCgroup=/system.slice/web*\nGroupMemoryMax=512M\n");

        assert_string_equal(text_of(verdicts, 0, "reason"), "group-memory");
        json_decref(verdicts);
}

/* Unit= needs systemd's own word, which a folder of files cannot give; User= and Command= need none. */
static void test_a_claimed_unit_is_no_unit(void **state)
{
        json_t *verdicts = the_only_verdict(
                *state, "[Policy unit]\nUnit=web.service\nWorkerMemoryMax=1M\n"
                        "[Policy user]\nCgroup=/system.slice/*\nUser=nobody-has-this-name\n"
                        "WorkerMemoryMax=1M\n"
                        "[Policy rest]\nCgroup=/system.slice/db*\nWorkerMemoryMax=1M\n");

        assert_string_equal(text_of(verdicts, 0, "policy"), "rest");
        json_decref(verdicts);
}

/* A copy of the host, to be changed. */
static void run_on_copy(const char *folder, const char *text)
{
        static char procfs[256], groups[256];
        char copy[256];

        snprintf(copy, sizeof(copy), "cp -r %s/v2 %.60s/host", FIXTURES, folder);
        assert_int_equal(system(copy), 0);
        configure(folder, text);
        snprintf(procfs, sizeof(procfs), "%.60s/host/proc", folder);
        snprintf(groups, sizeof(groups), "%.60s/host/cgroup", folder);
        options.procfs = procfs;
        options.groups = groups;
}

/* Replaced as a whole, as the kernel's files change. */
static void put(const char *folder, const char *name, const char *text)
{
        char before[300], after[300];
        FILE *file;

        snprintf(before, sizeof(before), "%s/new", folder);
        snprintf(after, sizeof(after), "%s/%s", folder, name);
        file = fopen(before, "we");
        assert_non_null(file);
        fputs(text, file);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(rename(before, after), 0);
}

/* A tenth of a machine that loses memory is a tenth of what it has left. */
static void test_a_share_follows_the_machine(void **state)
{
        json_t *verdicts;
        pid_t daemon;

        run_on_copy(*state, "[Policy web]\nCgroup=/system.slice/*\nWorkerMemoryMax=10%\n");
        daemon = start_daemon();
        sleep(1); /* 1600 MiB: nobody holds that */
        verdicts = read_verdicts(*state);
        assert_int_equal(json_array_size(verdicts), 0);
        json_decref(verdicts);
        put(options.procfs, "meminfo", "MemTotal: 1024000 kB\nMemAvailable: 512000 kB\n");
        json_decref(wait_for_verdicts(*state, 2));
        stop_daemon(daemon);
}

/* Of 180 that are logged at once, half of them in each of two groups, 60 have a verdict each, and one tells of the others. */
static void test_those_that_are_too_many_are_counted(void **state)
{
        unsigned rest = 0;
        char command[600];
        json_t *verdicts;
        pid_t daemon;

        run_on_copy(*state, "[Policy web]\nCgroup=/system.slice/*\nWorkerMemoryMax=128M\n"
                            "Action=log\n");
        snprintf(command, sizeof(command),
                 "cd %s && for i in $(seq 1001 1180); do cp -r 101 $i; "
                 "sed -i \"s/^101 /$i /\" $i/stat; done; "
                 "seq 1001 1090 >%s/system.slice/web.service/cgroup.procs; "
                 "seq 1091 1180 >%s/system.slice/db.service/cgroup.procs; "
                 "sed -i s/web.service/db.service/ 109[1-9]/cgroup 11[0-8]*/cgroup",
                 options.procfs, options.groups, options.groups);
        assert_int_equal(system(command), 0);
        daemon = start_daemon();
        json_decref(wait_for_verdicts(*state, 60));
        sleep(3); /* for the others, of whom nothing is told before the stop */
        stop_daemon(daemon);
        verdicts = read_verdicts(*state);
        for (size_t i = 0; i < json_array_size(verdicts); i++) {
                json_int_t count = number_of(verdicts, i, "count");

                assert_string_equal(text_of(verdicts, i, "outcome"), "logged");
                assert_true(i < 60 ? count == 0 : count > 1);
                rest += (unsigned)count;
        }
        assert_int_equal(json_array_size(verdicts), 61);
        assert_int_equal(rest, 120);
        assert_string_equal(text_of(verdicts, 60, "cgroup"), "/system.slice");
        json_decref(verdicts);
}

/* The kernel ends three between the latest look and the stop. */
static void test_a_stop_tells_what_the_kernel_ended(void **state)
{
        char web[300];
        json_t *verdicts;
        pid_t daemon;

        run_on_copy(*state, "[Policy web]\nCgroup=/system.slice/web*\nWorkerMemoryMax=128M\n");
        snprintf(web, sizeof(web), "%s/system.slice/web.service", options.groups);
        put(web, "memory.events.local", "oom_kill 0\n");
        daemon = start_daemon();
        json_decref(wait_for_verdicts(*state, 2)); /* it has looked, and would have ended two */
        put(web, "memory.events.local", "oom_kill 3\n");
        stop_daemon(daemon);
        verdicts = read_verdicts(*state);
        assert_int_equal(json_array_size(verdicts), 3);
        assert_string_equal(text_of(verdicts, 2, "reason"), "kernel-oom");
        assert_int_equal(number_of(verdicts, 2, "count"), 3);
        json_decref(verdicts);
}

static void test_a_wrong_configuration_does_not_start(void **state)
{
        struct manager *manager;

        configure(*state, "[Policy p]\nCgroup=/x\nWorkerMemoryMax=lots\n");
        assert_int_equal(manager_new(&manager, &options), -EINVAL);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_a_foreign_host_is_only_told_about, start, end),
                cmocka_unit_test_setup_teardown(test_protection_and_the_order_of_policies, start,
                                                end),
                cmocka_unit_test_setup_teardown(test_a_groups_culprit_is_named_once, start, end),
                cmocka_unit_test_setup_teardown(test_a_claimed_unit_is_no_unit, start, end),
                cmocka_unit_test_setup_teardown(test_a_share_follows_the_machine, start, end),
                cmocka_unit_test_setup_teardown(test_those_that_are_too_many_are_counted, start,
                                                end),
                cmocka_unit_test_setup_teardown(test_a_stop_tells_what_the_kernel_ended, start,
                                                end),
                cmocka_unit_test_setup_teardown(test_a_wrong_configuration_does_not_start, start,
                                                end),
        };

        reset_if_asked(argc, argv);
        return cmocka_run_group_tests(tests, groups_open, groups_close);
}
