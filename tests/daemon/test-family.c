/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who belongs to whom among the workers of a group, and which of them, or of the groups below, a growth is told of.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>
#include "manager/groups/contributors.h"
#include "manager/groups/family.h"
#include "manager/groups/scan.h"
#include "policy/decide.h"
#include "watch-fixture.h"

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

static void put_memory(pid_t pid, unsigned mib)
{
        char path[64], text[64];

        snprintf(path, sizeof(path), "proc/%d/statm", (int)pid);
        snprintf(text, sizeof(text), "%u %u 0 1 0 1 0\n", mib << 8, mib << 8);
        scratch_put(path, text);
}

/* A group that is judged as a whole, and two below that have windows of their own: one that is over in a moment, and one
 * that remembers for an hour. */
struct above {
        struct watch *watch, *quick, *slow;
        uint64_t now;
};

static void open_above(struct above *above, const char *limit_of_slow)
{
        char text[512];

        snprintf(text, sizeof(text),
                 "[Policy above]\nCgroup=/a\nGroupMemoryMax=400M\nGrowthWindowSec=10s\n"
                 "[Policy quick]\nCgroup=/a/q\nWorkerMemoryMax=1G\nGrowthWindowSec=100ms\n"
                 "[Policy slow]\nCgroup=/a/s\n%s\nGrowthWindowSec=1h\n",
                 limit_of_slow);
        configure(text);
        above->watch = open_watch();
        above->watch->reading.accounted = true;
        above->quick = open_watch_of("/a/q");
        above->slow = open_watch_of("/a/s");
        above->now = 7200 * SECOND;
}

static void close_above(struct above *above)
{
        close_watch(above->quick);
        close_watch(above->slow);
        close_watch(above->watch);
}

static void see_both(struct above *above)
{
        see(above->quick, above->now);
        see(above->slow, above->now);
}

static void pass_ten_minutes(struct above *above)
{
        for (uint64_t end = above->now + 600 * SECOND; above->now < end; above->now += 10 * SECOND)
                see_both(above);
}

/* 7 grows by 100 MiB while the others hold so many; who is told to be the reason, of `n` workers. */
static pid_t culprit_when_7_grows(struct above *above, unsigned others, size_t n)
{
        struct subject subjects[8];
        struct worker **workers;
        struct untold untold;
        size_t found;
        pid_t pid;

        for (unsigned mib = 50; mib <= 150; mib += 10, above->now += SECOND / 2) {
                put_memory(7, mib);
                above->watch->reading.memory = (uint64_t)(mib + others) << 20;
                contributors_sample(above->watch, above->now);
        }
        workers = contributors_find(above->watch, &found, &untold, above->now);
        assert_non_null(workers);
        assert_int_equal(found, n);
        for (size_t i = 0; i < n; i++)
                subjects[i] = contributors_subject(above->watch, workers[i], above->now);
        found = decide_culprit(above->watch->policy, subjects, n, &untold);
        assert_true(found < n);
        pid = workers[found]->target.pid;
        free(workers);
        return pid;
}

/* Who made their group grow is told by the group's own window. */
static void test_windows_of_a_group_above(void **state)
{
        struct above above;

        (void)state;
        scratch_put("cgroup/a/q/cgroup.procs", "7\n");
        scratch_put("cgroup/a/s/cgroup.procs", "8\n");
        put_process(7, 1, "/a/q");
        put_process(8, 1, "/a/s");
        put_memory(7, 50);
        put_memory(8, 50);
        open_above(&above, "WorkerMemoryMax=1G");
        see_both(&above);
        put_memory(8, 250); /* long ago */
        pass_ten_minutes(&above);
        assert_int_equal(culprit_when_7_grows(&above, 250, 2), 7);
        close_above(&above);
}

/* The same of a family: what it gained by starting processes was long ago. */
static void test_a_family_by_the_windows_of_a_group_above(void **state)
{
        struct above above;

        (void)state;
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
        open_above(&above, "GrowthMax=1G/s");
        see_both(&above);
        above.now += 10 * SECOND;
        scratch_put("cgroup/a/s/cgroup.procs", "8\n9\n10\n11\n12\n");
        pass_ten_minutes(&above);
        assert_int_equal(family_of(above.slow, 8), 5);
        assert_int_equal(culprit_when_7_grows(&above, 290, 6), 7);
        close_above(&above);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        const struct CMUnitTest tests[] = {
                TEST(test_orphans_are_nobodys_children),
                TEST(test_who_was_there_before_is_spared),
                TEST(test_windows_of_a_group_above),
                TEST(test_a_family_by_the_windows_of_a_group_above),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
