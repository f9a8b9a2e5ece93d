/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the kernel says of those whom it ended, and why the guard was not first. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "policy/overtaken.h"
#include "readers/kills.h"

#define MIB (UINT64_C(1) << 20)

static struct kill_words *words;
static struct kernel_kill kill;

static int start(void **state)
{
        (void)state;
        words = kill_words_new();
        return words ? 0 : -1;
}

static int end(void **state)
{
        (void)state;
        words = kill_words_free(words);
        return 0;
}

static bool take(const char *record)
{
        return kill_words_take(words, record, &kill);
}

#define SIZES                                                                                      \
        " total-vm:44788kB, anon-rss:32512kB, file-rss:5444kB, shmem-rss:256kB, UID:1000 "         \
        "pgtables:124kB oom_score_adj:0\n"
#define SUMMARY(pid)                                                                               \
        "6,514,1,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,"  \
        "oom_memcg=/a,task_memcg=/a/b,task=python3,pid=" #pid ",uid=1000\n"
#define LIMIT "6,465,1,-;memory: usage 32768kB, limit 49152kB, failcnt 19\n"
#define KILL(name) "3,515,1,-;Memory cgroup out of memory: Killed process 42 (" name ")" SIZES

static void test_all_that_it_tells(void **state)
{
        (void)state;
        assert_false(take(LIMIT));
        assert_false(take(
                "6,466,1,-;memory+swap: usage 32768kB, limit 9007199254740988kB, failcnt 0\n"));
        assert_false(take("6,513,1,-;[     42]  1000    42    11197     9489        0 python3\n"));
        assert_false(take(SUMMARY(42)));
        assert_true(take(KILL("python3")));
        assert_int_equal(kill.pid, 42);
        assert_int_equal(kill.uid, 1000);
        assert_string_equal(kill.command, "python3");
        assert_int_equal(kill.memory, (32512 + 256) * 1024);
        assert_false(kill.machine);
        assert_int_equal(kill.limit, 48 * MIB);
        assert_string_equal(kill.limited, "/a");
        assert_string_equal(kill.group, "/a/b");
        /* It is told once. */
        assert_true(take(KILL("python3")));
        assert_null(kill.group);
        assert_int_equal(kill.limit, UINT64_MAX);
}

static void test_of_another_process_it_tells_nothing(void **state)
{
        (void)state;
        assert_false(take(LIMIT));
        assert_false(take(SUMMARY(43)));
        assert_true(take(KILL("python3")));
        assert_null(kill.group);
        assert_null(kill.limited);
        assert_int_equal(kill.limit, UINT64_MAX);
}

static void test_the_machine(void **state)
{
        (void)state;
        assert_false(take("6,1,1,-;oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/"
                          ",mems_allowed=0,"
                          "global_oom,task_memcg=/a/b,task=x,pid=42,uid=0\n"));
        assert_true(take("3,2,1,-;Out of memory: Killed process 42 (x)" SIZES));
        assert_true(kill.machine);
        assert_string_equal(kill.group, "/a/b");
        assert_null(kill.limited);
        assert_int_equal(kill.limit, UINT64_MAX);
        assert_true(take(
                "3,3,1,c;Out of memory (oom_kill_allocating_task): Killed process 7 (x)" SIZES));
        assert_int_equal(kill.pid, 7);
}

/* A program may be called what it likes; what it writes itself has a facility of its own. */
static void test_names_that_want_to_be_more(void **state)
{
        static const char *const names[] = {
                "x) total-vm:9kB", ", anon-rss:9kB", "(((", ")))", "",
        };

        (void)state;
        for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
                char record[512];

                snprintf(record, sizeof(record),
                         "3,5,1,-;Memory cgroup out of memory: Killed process 42 (%s)" SIZES,
                         names[i]);
                assert_true(take(record));
                assert_string_equal(kill.command, names[i]);
                assert_int_equal(kill.memory, (32512 + 256) * 1024);
        }
        assert_true(take(KILL("a\\x0ab\\x5cc")));
        assert_string_equal(kill.command, "a\nb\\c");
        assert_false(take("6,1,1,-;oom-kill:constraint=CONSTRAINT_MEMCG,cpuset=/,oom_memcg=/"
                          "a,task_memcg=/a/x\\x5cx2dy,"
                          "task=z,pid=7,uid=8,pid=42,uid=0\n"));
        assert_true(take(KILL("z,pid=7,uid=8")));
        assert_string_equal(kill.group, "/a/x\\x2dy");
}

#define OOM(paths, name)                                                                           \
        "6,1,1,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,"    \
        "oom_memcg=" paths ",task=" name ",pid=42,uid=0\n"

/* Whoever makes groups chooses their names. */
static void test_groups_that_want_to_be_others(void **state)
{
        static const struct {
                const char *summary, *limited, *group;
        } cases[] = {
                {OOM("/a,task_memcg=/a", "x"), "/a", "/a"},
                {OOM("/,task_memcg=/a", "x"), "/", "/a"},
                {OOM("/u/x,task_memcg=/db/y,task_memcg=/u/x,task_memcg=/db/y", "x"),
                 "/u/x,task_memcg=/db/y", "/u/x,task_memcg=/db/y"},
                {OOM("/u/x,task_memcg=/db/y,task_memcg=/u/x,task_memcg=/db/y/z", "x"),
                 "/u/x,task_memcg=/db/y", "/u/x,task_memcg=/db/y/z"},
                {OOM("/u,task_memcg=/u/x,task_memcg=/db", "x"), "/u", "/u/x,task_memcg=/db"},
                /* it might be the second one as well */
                {OOM("/u,task_memcg=/u/x,oom_memcg=/db,task_memcg=/db", "x"), NULL, NULL},
                {OOM("/ab,task_memcg=/abc", "x"), NULL, NULL},
                /* another name than the other record's */
                {OOM("/a,task_memcg=/a", "y"), NULL, NULL},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
                assert_false(take(cases[i].summary));
                assert_true(take(KILL("x")));
                assert_true(!cases[i].limited == !kill.limited && !cases[i].group == !kill.group);
                if (cases[i].limited)
                        assert_string_equal(kill.limited, cases[i].limited);
                if (cases[i].group)
                        assert_string_equal(kill.group, cases[i].group);
        }
        assert_false(take(OOM("/a,task_memcg=/a/b", ",task=x")));
        assert_true(take(KILL(",task=x")));
        assert_string_equal(kill.group, "/a/b");
        assert_string_equal(kill.command, ",task=x");
        assert_false(take("6,1,1,-;oom-kill:constraint=CONSTRAINT_NONE,global_oom,task_memcg="
                          "/u/x,task_memcg=/db,task=x,pid=42,uid=0\n"));
        assert_true(take("3,2,1,-;Out of memory: Killed process 42 (x)" SIZES));
        assert_null(kill.group);
}

static void test_what_the_kernel_did_not_say(void **state)
{
        static const char *const records[] = {
                "",
                "3",
                "3,1,1,-;",
                "11,1,1,-;Memory cgroup out of memory: Killed process 42 (x)" SIZES, /* a program */
                "3,1,1,-;Killed process 42 (x)" SIZES,
                "3,1,1,-; Memory cgroup out of memory: Killed process 42 (x)" SIZES,
                "3,1,1,-;Memory cgroup out of memory: Killed process 0 (x)" SIZES,
                "3,1,1,-;Memory cgroup out of memory: Killed process -1 (x)" SIZES,
                "3,1,1,-;Memory cgroup out of memory: Killed process 42949672960 (x)" SIZES,
                "3,1,1,-;Memory cgroup out of memory: Killed process 42",
                "3,1,1,-;Memory cgroup out of memory: Killed process 42 (x",
                "3,1,1,-;first line\n SUBSYSTEM=Memory cgroup out of memory: Killed process 42 "
                "(x)" SIZES,
                "6,1,1,-;oom_reaper: reaped process 42 (x), now anon-rss:0kB\n",
        };

        (void)state;
        for (size_t i = 0; i < sizeof(records) / sizeof(*records); i++)
                assert_false(take(records[i]));
}

/* ---- why */

static void explained(struct policy policy, struct overtaken_by by, enum overtaken overtaken,
                      enum reason key, uint64_t limit)
{
        struct finding finding = {.reason = REASON_KERNEL_OOM};

        by.bases = (struct memory_bases){.machine = 1024 * MIB, .group = by.kernel_limit};
        overtaken_explain(&finding, &policy, &by);
        assert_int_equal(finding.overtaken, overtaken);
        assert_int_equal(finding.own_limit, limit);
        if (limit != POLICY_UNSET)
                assert_int_equal(finding.loops_by, key);
}

static void test_why(void **state)
{
        const struct policy none = {.worker_memory_max = POLICY_UNSET,
                                    .group_memory_max = POLICY_UNSET};
        struct policy worker = none, group = none, share = none;
        struct overtaken_by by = {
                .memory = 40 * MIB, .kernel_limit = 64 * MIB, .own_group = true, .acts = true};

        (void)state;
        worker.worker_memory_max = 48 * MIB;
        group.group_memory_max = 48 * MIB;
        share.worker_memory_share = (struct share){SHARE_OF_GROUP, 5000};
        explained(none, by, OVERTAKEN_NO_LIMIT, REASON_NONE, POLICY_UNSET);
        explained(worker, by, OVERTAKEN_TOGETHER, REASON_WORKER_MEMORY, 48 * MIB);
        explained(group, by, OVERTAKEN_TOO_FAST, REASON_GROUP_MEMORY, 48 * MIB);
        explained(share, by, OVERTAKEN_TOO_FAST, REASON_WORKER_MEMORY, 32 * MIB);
        by.own_group = false;
        explained(group, by, OVERTAKEN_TOGETHER, REASON_GROUP_MEMORY, 48 * MIB);
        by.memory = 48 * MIB;
        explained(worker, by, OVERTAKEN_TOGETHER, REASON_WORKER_MEMORY, 48 * MIB);
        by.memory = 48 * MIB + 1;
        explained(worker, by, OVERTAKEN_TOO_FAST, REASON_WORKER_MEMORY, 48 * MIB);
        by.acts = false;
        explained(worker, by, OVERTAKEN_ONLY_TOLD, REASON_WORKER_MEMORY, 48 * MIB);
        by.kernel_limit = 48 * MIB;
        explained(worker, by, OVERTAKEN_LIMIT_ABOVE, REASON_WORKER_MEMORY, 48 * MIB);
        by.kernel_limit = UINT64_MAX;
        explained(worker, by, OVERTAKEN_ONLY_TOLD, REASON_WORKER_MEMORY, 48 * MIB);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_all_that_it_tells, start, end),
                cmocka_unit_test_setup_teardown(test_of_another_process_it_tells_nothing, start,
                                                end),
                cmocka_unit_test_setup_teardown(test_the_machine, start, end),
                cmocka_unit_test_setup_teardown(test_names_that_want_to_be_more, start, end),
                cmocka_unit_test_setup_teardown(test_groups_that_want_to_be_others, start, end),
                cmocka_unit_test_setup_teardown(test_what_the_kernel_did_not_say, start, end),
                cmocka_unit_test(test_why),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
