/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Whom the daemon stops, it lets go: when it leaves, and when it is killed, for which a record stands
 * before anybody is stopped. Who was stopped by others is none of its business.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "manager-fixture.h"

/* The budget is one end: the second worker is stopped instead, and runs again when the daemon leaves. */
static void test_what_was_frozen_runs_again(void **state)
{
        pid_t workers[2], frozen, daemon;
        json_t *verdicts;

        need_group(home);
        configure_home(*state, "KillBudget=1/10min\n", "WorkerMemoryMax=16M\nAction=kill\n");
        for (size_t i = 0; i < 2; i++)
                workers[i] = child_in(home, false, hold_and_wait);
        daemon = start_daemon();
        verdicts = wait_for_verdicts(*state, 2);
        sleep(1);
        json_decref(verdicts);
        verdicts = read_verdicts(*state);
        assert_int_equal(json_array_size(verdicts), 2);
        for (size_t i = 0; i < 2; i++) {
                bool withheld = strcmp(text_of(verdicts, i, "outcome"), "withheld") == 0;

                if (!withheld)
                        assert_string_equal(text_of(verdicts, i, "outcome"), "ended");
                frozen = (pid_t)number_of(verdicts, i, "pid");
                if (withheld)
                        break;
                assert_int_equal(i, 0);
        }
        json_decref(verdicts);
        wait_for_state(frozen, 'T');
        stop_daemon(daemon);
        assert_int_not_equal(state_of(frozen), 'T');
        kill(frozen, SIGKILL);
        reap(workers[0]);
        reap(workers[1]);
}

/* So it does when the daemon is killed: by the child that waits for that. */
static void test_what_was_frozen_runs_again_after_a_crash(void **state)
{
        pid_t worker, daemon;
        char record[160];

        need_group(home);
        configure_home(*state, "", "WorkerMemoryMax=16M\nAction=freeze\n");
        worker = child_in(home, false, hold_and_wait);
        daemon = start_daemon();
        json_decref(wait_for_verdicts(*state, 1));
        wait_for_state(worker, 'T');
        kill(daemon, SIGKILL);
        assert_int_equal(reap(daemon), SIGKILL);
        running = 0;
        snprintf(record, sizeof(record), "%s/stopped", (const char *)*state);
        for (int tries = 0; tries < PATIENCE && access(record, F_OK) == 0; tries++)
                usleep(50000);
        assert_int_not_equal(access(record, F_OK), 0);
        assert_int_not_equal(state_of(worker), 'T');
        kill(worker, SIGKILL);
        reap(worker);
}

/* Who was stopped before by somebody else stays so, and stands in no record of ours. */
static void test_what_others_have_stopped_stays_so(void **state)
{
        char path[160], record[512] = "", theirs[32], ours[32];
        pid_t stopped, worker, daemon;
        FILE *file;

        need_group(home);
        configure_home(*state, "", "WorkerMemoryMax=16M\nAction=freeze\n");
        stopped = child_in(home, false, hold_and_wait);
        wait_for_state(stopped, 'S');
        kill(stopped, SIGSTOP);
        wait_for_state(stopped, 'T');
        worker = child_in(home, false, hold_and_wait);
        daemon = start_daemon();
        json_decref(wait_for_verdicts(*state, 2));
        wait_for_state(worker, 'T');
        snprintf(path, sizeof(path), "%s/stopped", (const char *)*state);
        file = fopen(path, "re");
        assert_non_null(file);
        for (size_t n = fread(record, 1, sizeof(record) - 1, file); n-- > 0;)
                record[n] = record[n] == '\0' ? '\n' : record[n];
        fclose(file);
        snprintf(ours, sizeof(ours), "PROCESS %d ", (int)worker);
        snprintf(theirs, sizeof(theirs), "PROCESS %d ", (int)stopped);
        assert_non_null(strstr(record, ours));
        assert_null(strstr(record, theirs));
        stop_daemon(daemon);
        assert_int_not_equal(state_of(worker), 'T');
        assert_int_equal(state_of(stopped), 'T');
        kill(worker, SIGKILL);
        kill(stopped, SIGKILL);
        reap(worker);
        reap(stopped);
}

static void need_freezes(void)
{
        char path[96];

        snprintf(path, sizeof(path), "%s/cgroup.freeze", home + 1);
        if (faccessat(is_hybrid() ? host.unified : host.groups, path, F_OK, 0) == 0)
                return;
        print_message("skipped: groups cannot be frozen here\n");
        skip();
}

/* The daemon may be killed at any moment: so what it will stop stands in the record before. */
static void test_a_group_is_written_down_before_it_is_stopped(void **state)
{
        char path[160], record[512] = "";
        pid_t worker, daemon;
        ssize_t n = 0;
        int fd;

        need_group(home);
        need_freezes();
        /* The first record goes to us, and the file that the second one goes to is another. */
        snprintf(path, sizeof(path), "%s/stopped.new", (const char *)*state);
        assert_int_equal(mkfifo(path, 0600), 0);
        fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        assert_true(fd >= 0);
        configure_home(*state, "", "GroupMemoryMax=16M\nScope=group\nAction=freeze\n");
        worker = child_in(home, false, hold_and_wait);
        daemon = start_daemon();
        for (int tries = 0; tries < PATIENCE && n <= 0; tries++) {
                n = read(fd, record, sizeof(record) - 1);
                usleep(n > 0 ? 0 : 50000);
        }
        assert_int_equal(strncmp(record, "GROUP ", 6), 0);
        close(fd);
        json_decref(wait_for_verdicts(*state, 1));
        stop_daemon(daemon);
        kill(worker, SIGKILL);
        reap(worker);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_what_was_frozen_runs_again, start, end),
                cmocka_unit_test_setup_teardown(test_what_was_frozen_runs_again_after_a_crash,
                                                start, end),
                cmocka_unit_test_setup_teardown(test_what_others_have_stopped_stays_so, start, end),
                cmocka_unit_test_setup_teardown(test_a_group_is_written_down_before_it_is_stopped,
                                                start, end),
        };

        reset_if_asked(argc, argv);
        return cmocka_run_group_tests(tests, groups_open, groups_close);
}
