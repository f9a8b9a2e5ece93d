/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Acting on one process of this machine: the right one is signalled, and every kind of wrong one is not. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "act/group.h"
#include "act-fixture.h"

static void hold(pid_t pid, struct act_target *target, struct process_reader **reader)
{
        assert_int_equal(process_reader_new(reader, &host, pid), 0);
        assert_int_equal(act_hold(target, &host, *reader), ACT_DONE);
        assert_int_equal(target->pid, pid);
        assert_true(target->pidfd >= 0);
}

static void test_the_held_process_gets_the_signal(void **state)
{
        struct process_reader *reader;
        struct act_target target;
        pid_t pid;

        (void)state;
        need_group(home);
        pid = child_in(home, false, wait_for_ever);
        hold(pid, &target, &reader);
        assert_string_equal(target.group, home);
        assert_int_equal(act_check(&target, &host, reader), ACT_DONE);
        assert_int_equal(act_signal(&target, &host, reader, SIGTERM), ACT_DONE);
        assert_int_equal(reap(pid), SIGTERM);
        assert_int_equal(act_signal(&target, &host, reader, SIGKILL), ACT_GONE);
        act_release(&target);
        process_reader_free(reader);
}

/* How it died is told before it is collected, and by newer kernels afterwards as well. */
static void test_how_it_died(void **state)
{
        struct process_reader *reader;
        struct act_target target;
        siginfo_t info;
        int status = 0, r;
        pid_t pid;

        (void)state;
        need_group(home);
        pid = child_in(home, false, wait_for_ever);
        hold(pid, &target, &reader);
        assert_true(act_read_death(&target, reader, &status) < 0);
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
        assert_int_equal(act_read_death(&target, reader, &status), 0);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGKILL);
        assert_int_equal(reap(pid), SIGKILL);
        r = act_read_death(&target, reader, &status);
        assert_true(r == -ESRCH || (r == 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
        act_release(&target);
        process_reader_free(reader);
}

static void test_another_start_time_is_another_process(void **state)
{
        struct process_reader *reader;
        struct act_target target;
        pid_t pid;

        (void)state;
        need_group(home);
        pid = child_in(home, false, wait_for_ever);
        hold(pid, &target, &reader);
        target.start_time++;
        assert_int_equal(act_signal(&target, &host, reader, SIGKILL), ACT_REFUSED);
        target.start_time--;
        target.pid++;
        assert_int_equal(act_signal(&target, &host, reader, SIGKILL), ACT_REFUSED);
        target.pid--;
        assert_true(is_alive(pid));
        assert_int_equal(act_signal(&target, &host, reader, SIGKILL), ACT_DONE);
        assert_int_equal(reap(pid), SIGKILL);
        act_release(&target);
        process_reader_free(reader);
}

/* The kernel hands the same pid out again: what was held is gone, and the newcomer is left alone. */
static void test_a_reused_pid_is_left_alone(void **state)
{
        struct process_reader *reader;
        struct act_target target;
        pid_t pid, again = -1;
        char text[16];

        (void)state;
        need_group(home);
        pid = child_in(home, false, wait_for_ever);
        hold(pid, &target, &reader);
        kill(pid, SIGKILL);
        reap(pid);
        for (int tries = 0; tries < 200 && again != pid; tries++) {
                int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
                int n = snprintf(text, sizeof(text), "%d", (int)pid - 1);

                if (fd < 0 || write(fd, text, (size_t)n) != n)
                        tries = 200;
                if (fd >= 0)
                        close(fd);
                again = child_in(home, false, wait_for_ever);
                if (again != pid) {
                        kill(again, SIGKILL);
                        reap(again);
                }
        }
        if (again == pid) {
                assert_int_equal(act_signal(&target, &host, reader, SIGKILL), ACT_GONE);
                assert_true(is_alive(again));
                kill(again, SIGKILL);
                reap(again);
        }
        act_release(&target);
        process_reader_free(reader);
        if (again != pid) {
                print_message("skipped: the kernel does not hand out a wanted pid here\n");
                skip();
        }
}

static void test_who_moved_is_left_alone(void **state)
{
        struct process_reader *reader;
        struct act_target target;
        pid_t pid;

        (void)state;
        need_group(home);
        need_group(other);
        pid = child_in(home, false, wait_for_ever);
        hold(pid, &target, &reader);
        assert_int_equal(join(host.groups, other, pid), 0);
        assert_int_equal(act_signal(&target, &host, reader, SIGKILL), ACT_REFUSED);
        assert_true(is_alive(pid));
        kill(pid, SIGKILL);
        reap(pid);
        act_release(&target);
        process_reader_free(reader);
}

static void test_the_untouchable_are_never_held(void **state)
{
        const pid_t pids[] = {1, 2, getpid()};

        (void)state;
        for (size_t i = 0; i < 3; i++) {
                struct act_target target;
                struct process_reader *reader;
                struct process_identity identity;

                if (host.procfs < 0 || process_reader_new(&reader, &host, pids[i]) < 0)
                        continue; /* in a pid namespace nobody is kthreadd */
                assert_int_equal(process_read_identity(reader, &identity), 0);
                if (pids[i] != 2 || identity.kernel_thread)
                        assert_int_equal(act_hold(&target, &host, reader), ACT_REFUSED);
                process_reader_free(reader);
        }
}

static void test_a_foreign_host_is_never_touched(void **state)
{
        struct act_group group = {.path = home};
        struct process_reader *reader;
        struct act_target target;
        struct host foreign;
        pid_t pid;
        int frozen;

        (void)state;
        need_group(home);
        pid = child_in(home, false, wait_for_ever);
        hold(pid, &target, &reader);
        group.inode = inode_of(home);
        foreign = host;
        foreign.foreign = true;
        assert_int_equal(act_signal(&target, &foreign, reader, SIGKILL), ACT_REFUSED);
        assert_int_equal(act_group_kill(&foreign, &group, NULL), ACT_REFUSED);
        assert_int_equal(act_group_freeze(&foreign, &group, NULL, &frozen), ACT_REFUSED);
        act_release(&target);
        assert_int_equal(act_hold(&target, &foreign, reader), ACT_DONE);
        assert_int_equal(target.pidfd, -1);
        assert_int_equal(act_signal(&target, &host, reader, SIGKILL), ACT_REFUSED);
        assert_true(is_alive(pid));
        kill(pid, SIGKILL);
        reap(pid);
        act_release(&target);
        process_reader_free(reader);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_teardown(test_the_held_process_gets_the_signal, remove_homes),
                cmocka_unit_test_teardown(test_how_it_died, remove_homes),
                cmocka_unit_test_teardown(test_another_start_time_is_another_process, remove_homes),
                cmocka_unit_test_teardown(test_a_reused_pid_is_left_alone, remove_homes),
                cmocka_unit_test_teardown(test_who_moved_is_left_alone, remove_homes),
                cmocka_unit_test_teardown(test_the_untouchable_are_never_held, remove_homes),
                cmocka_unit_test_teardown(test_a_foreign_host_is_never_touched, remove_homes),
        };

        return cmocka_run_group_tests(tests, open_homes, groups_close);
}
