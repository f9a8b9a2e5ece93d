/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The daemon against groups of this machine under what makes its work hard: a group that forks away from
 * it, a worker deaf to it, too few descriptors, a log that nobody reads, a group that is made anew.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "manager-fixture.h"

static void just_wait(void)
{
        for (;;)
                pause();
}

/* Is never the process that it was a moment ago. */
static void run_from_it(void)
{
        for (;;) {
                pid_t pid = fork();

                if (pid > 0)
                        _exit(0);
                prctl(PR_SET_PDEATHSIG, 0);
                usleep(200);
        }
}

/* The group is not the same in the v2 tree, so it dies one by one, and what forks away as fast as it can
 * is caught: nobody is left, and the bystander in the v2 group lives. */
static void test_a_group_that_runs_away_is_caught(void **state)
{
        pid_t large, bystander = -1, runners[3], daemon;
        json_t *verdicts;

        need_group(home);
        configure_home(*state, "", "GroupMemoryMax=16M\nScope=group\nAction=kill\n");
        for (size_t i = 0; i < 3; i++)
                runners[i] = child_in(home, false, run_from_it);
        if (is_hybrid()) {
                bystander = fork();
                if (bystander == 0)
                        just_wait();
                assert_int_equal(join(host.unified, home, bystander), 0);
        }
        large = child_in(home, false, hold_and_wait);
        for (size_t i = 0; i < 3; i++)
                waitpid(runners[i], NULL, 0); /* the first of each chain; the others are orphans */
        daemon = start_daemon();
        assert_int_equal(reap(large), SIGKILL);
        verdicts = wait_for_verdicts(*state, 2);
        json_decref(verdicts);
        for (int tries = 0; tries < PATIENCE; tries++) {
                struct group_reader *reader;
                pid_t *pids;
                size_t n;

                assert_int_equal(group_reader_new(&reader, &host, home), 0);
                assert_int_equal(group_read_pids(reader, &pids, &n), 0);
                free(pids);
                group_reader_free(reader);
                if (n == 0)
                        break;
                assert_true(tries + 1 < PATIENCE);
                usleep(50000);
        }
        if (bystander > 0) {
                assert_true(is_alive(bystander));
                kill(bystander, SIGKILL);
                reap(bystander);
        }
        stop_daemon(daemon);
        verdicts = read_verdicts(*state);
        for (size_t i = 0; i < json_array_size(verdicts); i++) {
                assert_int_equal(number_of(verdicts, i, "event"), number_of(verdicts, 0, "event"));
                assert_string_not_equal(text_of(verdicts, i, "outcome"), "survived");
        }
        json_decref(verdicts);
}

/* Who asks it to end leaves a trace: the signal stays pending. */
static void hold_deaf(void)
{
        sigset_t term;

        sigemptyset(&term);
        sigaddset(&term, SIGTERM);
        sigprocmask(SIG_BLOCK, &term, NULL);
        hold_and_wait();
}

static bool is_asked_to_end(pid_t pid)
{
        char path[32], line[256];
        bool asked = false;
        FILE *file;

        snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
        file = fopen(path, "re");
        assert_non_null(file);
        while (fgets(line, sizeof(line), file))
                if (strncmp(line, "ShdPnd:", strlen("ShdPnd:")) == 0)
                        asked = strtoull(line + strlen("ShdPnd:"), NULL, 16) &
                                (1U << (SIGTERM - 1));
        fclose(file);
        return asked;
}

/* A stop does not wait for an hour of grace, nor cut it short: the verdict says that the worker lived. */
static void test_a_stop_writes_what_is_under_way(void **state)
{
        pid_t worker, daemon;
        json_t *verdicts;

        need_group(home);
        configure_home(*state, "", "WorkerMemoryMax=16M\nGraceSec=1h\n");
        worker = child_in(home, false, hold_deaf);
        wait_for_state(worker, 'S'); /* it must not grow any more: then there is time to ask it */
        daemon = start_daemon();
        for (int tries = 0; tries < PATIENCE && !is_asked_to_end(worker); tries++)
                usleep(50000);
        assert_true(is_asked_to_end(worker));
        stop_daemon(daemon);
        assert_true(is_alive(worker));
        verdicts = read_verdicts(*state);
        assert_int_equal(json_array_size(verdicts), 1);
        assert_string_equal(text_of(verdicts, 0, "outcome"), "survived");
        json_decref(verdicts);
        kill(worker, SIGKILL);
        reap(worker);
}

/* With descriptors for some of the workers only, it goes on and ends those that it can hold; as they go,
 * it takes hold of the others. */
static void test_too_few_descriptors(void **state)
{
        pid_t workers[24], daemon;
        json_t *verdicts;

        need_group(home);
        configure_home(*state, "KillBudget=1000/1min\n", "WorkerMemoryMax=16M\nAction=kill\n");
        for (size_t i = 0; i < 24; i++)
                workers[i] = child_in(home, false, hold_and_wait);
        max_files = 60;
        daemon = start_daemon();
        for (size_t i = 0; i < 24; i++)
                assert_int_equal(reap(workers[i]), SIGKILL);
        verdicts = wait_for_verdicts(*state, 24);
        assert_int_equal(json_array_size(verdicts), 24);
        json_decref(verdicts);
        stop_daemon(daemon);
}

/* Standard error is a pipe that is full, and that nobody empties. */
static void test_nobody_listens(void **state)
{
        int ends[2], filler, before;
        char path[32], page[4096] = "";
        pid_t worker, daemon;

        need_group(home);
        configure_home(*state, "", "WorkerMemoryMax=16M\nAction=kill\n");
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        /* Another descriptor, so that only this one does not wait. */
        snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[1]);
        filler = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        assert_true(filler >= 0);
        while (write(filler, page, sizeof(page)) > 0)
                ;
        before = dup(STDERR_FILENO);
        assert_true(before >= 0);
        assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
        daemon = start_daemon();
        assert_true(dup2(before, STDERR_FILENO) >= 0);
        close(before);
        for (size_t i = 0; i < 2; i++) {
                worker = child_in(home, false, hold_and_wait);
                assert_int_equal(reap(worker), SIGKILL);
        }
        json_decref(wait_for_verdicts(*state, 2));
        stop_daemon(daemon);
        close(filler);
        close(ends[0]);
        close(ends[1]);
}

/* The group is made anew under its path while the daemon runs: it is another one, and is watched too. */
static void test_a_group_made_anew(void **state)
{
        json_t *verdicts;
        pid_t daemon, worker;

        need_group(home);
        configure_home(*state, "", "WorkerMemoryMax=16M\nAction=kill\n");
        daemon = start_daemon();
        for (size_t i = 0; i < 3; i++) {
                worker = child_in(home, false, hold_and_wait);
                assert_int_equal(reap(worker), SIGKILL);
                remove_group(home);
                need_group(home);
        }
        verdicts = wait_for_verdicts(*state, 3);
        assert_int_equal(json_array_size(verdicts), 3);
        json_decref(verdicts);
        stop_daemon(daemon);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_a_group_that_runs_away_is_caught, start, end),
                cmocka_unit_test_setup_teardown(test_a_stop_writes_what_is_under_way, start, end),
                cmocka_unit_test_setup_teardown(test_too_few_descriptors, start, end),
                cmocka_unit_test_setup_teardown(test_nobody_listens, start, end),
                cmocka_unit_test_setup_teardown(test_a_group_made_anew, start, end),
        };

        reset_if_asked(argc, argv);
        return cmocka_run_group_tests(tests, groups_open, groups_close);
}
