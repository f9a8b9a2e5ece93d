/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Acting on a whole group of this machine: ended or stopped at once, and left alone where it is another or holds others. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "act/group.h"
#include "act-fixture.h"

static int frozen; /* the latest switch */

static struct act_group need_switch(void)
{
        struct act_group group = {.path = home};

        need_group(home);
        group.inode = inode_of(home);
        if (host.unified < 0) {
                print_message("skipped: there is no v2 hierarchy here\n");
                skip();
        }
        return group;
}

static void test_the_whole_group_is_killed(void **state)
{
        struct act_group group = need_switch();
        pid_t children[4], *pids;
        size_t n;

        (void)state;
        for (size_t i = 0; i < 4; i++)
                children[i] = child_in(home, false, wait_for_ever);
        assert_int_equal(act_group_members(&host, &group, &pids, &n), ACT_DONE);
        assert_int_equal(n, 4);
        for (size_t i = 1; i < n; i++)
                assert_true(pids[i - 1] < pids[i]);
        free(pids);
        assert_int_equal(act_group_kill(&host, &group, NULL), ACT_DONE);
        for (size_t i = 0; i < 4; i++)
                assert_int_equal(reap(children[i]), SIGKILL);
}

/* Freezing is asynchronous: cgroup.events says when it is done. */
static void wait_for_event(const char *event)
{
        int tree = is_hybrid() ? host.unified : host.groups;
        char path[128], events[256];

        snprintf(path, sizeof(path), "%s/cgroup.events", home + 1);
        for (int tries = 0; tries < 6000; tries++) {
                int fd = openat(tree, path, O_RDONLY | O_CLOEXEC);
                ssize_t n = read(fd, events, sizeof(events) - 1);

                close(fd);
                events[n > 0 ? n : 0] = '\0';
                if (strstr(events, event))
                        return;
                usleep(10000);
        }
        fail_msg("%s: no \"%s\"", home, event);
}

static void test_a_frozen_group_runs_again(void **state)
{
        struct act_group group = need_switch();
        pid_t pid = child_in(home, false, wait_for_ever), bystander;

        (void)state;
        assert_int_equal(act_group_freeze(&host, &group, NULL, &frozen), ACT_DONE);
        wait_for_event("frozen 1");
        assert_true(is_alive(pid));
        assert_int_equal(act_group_thaw(frozen), ACT_DONE);
        wait_for_event("frozen 0");

        /* Also when another one has come into the v2 group meanwhile. */
        if (is_hybrid()) {
                assert_int_equal(act_group_freeze(&host, &group, NULL, &frozen), ACT_DONE);
                wait_for_event("frozen 1");
                need_group(other);
                bystander = child_in(other, false, wait_for_ever);
                assert_int_equal(join(host.unified, home, bystander), 0);
                assert_int_equal(act_group_thaw(frozen), ACT_DONE);
                wait_for_event("frozen 0");
                kill(bystander, SIGKILL);
                reap(bystander);
        }
        kill(pid, SIGTERM);
        assert_int_equal(reap(pid), SIGTERM);
}

/* An administrator's pause outlives the daemon. */
static void test_who_was_stopped_by_others_is_not_ours(void **state)
{
        struct act_group group = need_switch();
        pid_t pid = child_in(home, false, wait_for_ever);
        int others;

        (void)state;
        assert_int_equal(act_group_freeze(&host, &group, NULL, &others), ACT_DONE);
        assert_true(others >= 0);
        wait_for_event("frozen 1");
        assert_int_equal(act_group_freeze(&host, &group, NULL, &frozen), ACT_DONE);
        assert_int_equal(frozen, -1);
        wait_for_event("frozen 1");
        assert_int_equal(act_group_thaw(others), ACT_DONE);
        wait_for_event("frozen 0");
        assert_int_equal(act_group_freeze(&host, &group, NULL, &frozen), ACT_DONE);
        assert_int_equal(act_group_thaw(frozen), ACT_DONE);
        kill(pid, SIGTERM);
        assert_int_equal(reap(pid), SIGTERM);
}

/* Nobody is left whose v2 group could be asked for: whoever comes next would hang. */
static void test_a_frozen_group_is_let_go_when_it_is_empty(void **state)
{
        struct act_group group = need_switch();
        pid_t pid = child_in(home, false, wait_for_ever);

        (void)state;
        assert_int_equal(act_group_freeze(&host, &group, NULL, &frozen), ACT_DONE);
        wait_for_event("frozen 1");
        kill(pid, SIGKILL);
        reap(pid);
        assert_int_equal(act_group_thaw(frozen), ACT_DONE);
        wait_for_event("frozen 0");

        /* And when it is no more, there is nothing to let go. */
        pid = child_in(home, false, wait_for_ever);
        assert_int_equal(act_group_freeze(&host, &group, NULL, &frozen), ACT_DONE);
        kill(pid, SIGKILL);
        reap(pid);
        remove_group(home);
        assert_int_equal(act_group_thaw(frozen), ACT_GONE);
}

/* A process in the v2 group alone would be killed along: so the switch is not used. */
static void test_a_differing_twin_is_not_used(void **state)
{
        struct act_group group = need_switch();
        pid_t member, bystander;

        (void)state;
        if (!is_hybrid()) {
                print_message("skipped: only on a hybrid host can the two trees differ\n");
                skip();
        }
        member = child_in(home, false, wait_for_ever);
        need_group(other);
        bystander = child_in(other, false, wait_for_ever);
        assert_int_equal(join(host.unified, home, bystander), 0);
        assert_int_equal(act_group_kill(&host, &group, NULL), -EOPNOTSUPP);
        assert_int_equal(act_group_freeze(&host, &group, NULL, &frozen), -EOPNOTSUPP);
        assert_true(is_alive(member) && is_alive(bystander));
        kill(bystander, SIGKILL);
        reap(bystander);

        /* And one that is missing in the v2 group: its members would be spared. */
        bystander = child_in(home, true, wait_for_ever);
        assert_int_equal(act_group_kill(&host, &group, NULL), -EOPNOTSUPP);
        assert_true(is_alive(member) && is_alive(bystander));
        kill(member, SIGKILL);
        kill(bystander, SIGKILL);
        reap(member);
        reap(bystander);
}

/* What is limited to one user takes no other's process, however root moved it into a group of that user's: a
 * group's switch would ask for no permission. */
static void test_another_users_process_is_left_alone(void **state)
{
        struct act_group group = need_switch();
        pid_t pid = child_in(home, false, wait_for_ever);
        struct process_reader *reader;
        struct act_target target;

        (void)state;
        host.only = getuid() + 1;
        assert_int_equal(process_reader_new(&reader, &host, pid), 0);
        assert_int_equal(act_hold(&target, &host, reader), ACT_REFUSED);
        assert_int_equal(act_group_kill(&host, &group, NULL), ACT_REFUSED);
        assert_int_equal(act_group_freeze(&host, &group, NULL, &frozen), ACT_REFUSED);
        host.only = getuid();
        assert_int_equal(act_hold(&target, &host, reader), ACT_DONE);
        host.only = getuid() + 1; /* it changed hands */
        assert_int_equal(act_signal(&target, &host, reader, SIGKILL), ACT_REFUSED);
        host.only = HOST_EVERY_USER;
        assert_true(is_alive(pid));
        act_release(&target);
        process_reader_free(reader);
        assert_int_equal(act_group_kill(&host, &group, NULL), ACT_DONE);
        assert_int_equal(reap(pid), SIGKILL);
}

static bool spares_hidden(void *userdata, const char *path)
{
        unsigned *asked = userdata;

        (*asked)++;
        return strcmp(path + strlen(home), "/.hidden") == 0;
}

/* A group below counts whatever its name, and may be spared at the last moment. */
static void test_a_group_below_is_seen_and_spared(void **state)
{
        struct act_group group = need_switch();
        unsigned asked = 0;
        struct act_spare spare = {.spares = spares_hidden, .userdata = &asked};
        pid_t child, *pids;
        char below[128];
        size_t n;

        (void)state;
        snprintf(below, sizeof(below), "%s/.hidden", home);
        need_group(below);
        child = child_in(below, false, wait_for_ever);
        assert_int_equal(act_group_members(&host, &group, &pids, &n), ACT_DONE);
        assert_int_equal(n, 1);
        assert_int_equal(pids[0], child);
        free(pids);
        assert_int_equal(act_group_kill(&host, &group, &spare), ACT_REFUSED);
        assert_int_equal(act_group_freeze(&host, &group, &spare, &frozen), ACT_REFUSED);
        assert_int_equal(asked, 4);
        assert_true(is_alive(child));
        assert_int_equal(act_group_kill(&host, &group, NULL), ACT_DONE);
        assert_int_equal(reap(child), SIGKILL);
        remove_group(below);
}

static void test_another_group_under_the_path_is_left_alone(void **state)
{
        struct act_group group = need_switch();
        pid_t pid = child_in(home, false, wait_for_ever), *pids;
        size_t n;

        (void)state;
        group.inode++;
        assert_int_equal(act_group_kill(&host, &group, NULL), ACT_GONE);
        assert_int_equal(act_group_members(&host, &group, &pids, &n), ACT_GONE);
        assert_true(is_alive(pid));
        kill(pid, SIGKILL);
        reap(pid);
}

static void test_the_root_and_our_own_group_are_refused(void **state)
{
        struct act_group group = need_switch();

        (void)state;
        group.path = "/";
        assert_int_equal(act_group_kill(&host, &group, NULL), ACT_REFUSED);
        assert_int_equal(act_group_freeze(&host, &group, NULL, &frozen), ACT_REFUSED);

        /* A child that stands for the daemon: it is in the group that it is told to kill. */
        group.path = home;
        if (fork() == 0) {
                if (join(host.groups, home, getpid()) < 0 ||
                    (is_hybrid() && join(host.unified, home, getpid()) < 0))
                        _exit(2);
                _exit(act_group_kill(&host, &group, NULL) == ACT_REFUSED ? 0 : 1);
        }
        int status;

        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_teardown(test_the_whole_group_is_killed, remove_homes),
                cmocka_unit_test_teardown(test_a_frozen_group_runs_again, remove_homes),
                cmocka_unit_test_teardown(test_who_was_stopped_by_others_is_not_ours, remove_homes),
                cmocka_unit_test_teardown(test_a_frozen_group_is_let_go_when_it_is_empty,
                                          remove_homes),
                cmocka_unit_test_teardown(test_a_differing_twin_is_not_used, remove_homes),
                cmocka_unit_test_teardown(test_another_users_process_is_left_alone, remove_homes),
                cmocka_unit_test_teardown(test_a_group_below_is_seen_and_spared, remove_homes),
                cmocka_unit_test_teardown(test_another_group_under_the_path_is_left_alone,
                                          remove_homes),
                cmocka_unit_test_teardown(test_the_root_and_our_own_group_are_refused,
                                          remove_homes),
        };

        return cmocka_run_group_tests(tests, open_homes, groups_close);
}
