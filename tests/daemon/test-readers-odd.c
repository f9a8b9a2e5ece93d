/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The readers on trees that are made here: names, paths and files that are odd, and lists that are long.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "readers-check.h"
#include "scratch.h"

static int set_up(void **state)
{
        return scratch_setup(state) == 0 && chdir(*state) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
        return chdir("/") == 0 ? scratch_teardown(state) : -1;
}

static void expect_layout(enum host_layout layout, const char *folder, const char *controller,
                          bool unified)
{
        struct host host;

        assert_int_equal(host_open(&host, "proc", "cgroup"), 0);
        assert_int_equal(host.layout, layout);
        assert_string_equal(host.groups_path, folder);
        assert_string_equal(host.controller, controller);
        assert_int_equal(host.unified >= 0, unified);
        host_close(&host);
}

static void test_layouts(void **state)
{
        struct host host;

        (void)state;
        assert_int_equal(host_open(&host, "proc", "cgroup"), -ENOENT);
        scratch_put("proc/meminfo", "");
        assert_int_equal(host_open(&host, "proc", "cgroup"), -ENOENT);
        scratch_put("cgroup/note", "");
        assert_int_equal(host_open(&host, "proc", "cgroup"), -ENOENT);
        scratch_put("cgroup/pids/cgroup.procs", "");
        expect_layout(HOST_PLAIN, "cgroup/pids", "pids", false);
        scratch_put("cgroup/cpu,cpuacct/cgroup.procs", "");
        expect_layout(HOST_PLAIN, "cgroup/cpu,cpuacct", "cpu", false);
        scratch_put("cgroup/systemd/cgroup.procs", "");
        expect_layout(HOST_PLAIN, "cgroup/systemd", "name=systemd", false);
        scratch_put("cgroup/unified/cgroup.controllers", "cpu hugetlb-memory memoryx\n");
        expect_layout(HOST_PLAIN, "cgroup/unified", "", true);
        scratch_put("cgroup/unified/cgroup.controllers", "cpu memory\n");
        expect_layout(HOST_V2, "cgroup/unified", "", true);
        scratch_put("cgroup/memory/memory.usage_in_bytes", "0\n");
        expect_layout(HOST_V1, "cgroup/memory", "memory", true);
        assert_int_equal(unlink("cgroup/memory/memory.usage_in_bytes"), 0);
        scratch_put("cgroup/cgroup.controllers", "memory");
        expect_layout(HOST_V2, "cgroup", "", true);
        scratch_put("cgroup/cgroup.controllers", "");
        expect_layout(HOST_PLAIN, "cgroup", "", true);
        assert_int_equal(host_open(&host, "proc", "/sys/fs/cgroup/no-such"), -ENOENT);
}

static void test_odd_names(void **state)
{
        static const char *const names[] = {"a b", "new\nline", "\xff\xfe", "x (deleted)",
                                            "-",   "*",         "\\x2d"};
        struct host host;
        char *text;

        (void)state;
        scratch_put("proc/meminfo", "");
        scratch_put("cgroup/cgroup.controllers", "memory\n");
        for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
                char path[100], member[200];

                snprintf(path, sizeof(path), "cgroup/%s/cgroup.procs", names[i]);
                scratch_put(path, "7\n");
                snprintf(path, sizeof(path), "proc/%zu/statm", 10 + i);
                scratch_put(path, "1 1 0\n");
                snprintf(path, sizeof(path), "proc/%zu/cgroup", 10 + i);
                snprintf(member, sizeof(member), "0::/%s\n", names[i]);
                scratch_put(path, member);
        }
        assert_int_equal(host_open(&host, "proc", "cgroup"), 0);
        text = walk(&host, 0);
        for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
                char path[100];

                snprintf(path, sizeof(path), "/%s", names[i]);
                assert_non_null(strstr(text, path));
                expect_pids(&host, path, (const pid_t[]){7}, 1);
                if (!strchr(names[i],
                            '\n')) /* the kernel makes no such group, because of this file */
                        expect_group(&host, (pid_t)(10 + i), path, path);
        }
        free(text);
        host_close(&host);
}

static void test_memberships(void **state)
{
        static const struct {
                const char *text;
                int result;
                const char *path;
        } cases[] = {
                {"0::/a\n", 0, "/a"},
                {"0::/a", 0, "/a"},
                {"0::/\n", 0, "/"},
                {"0::/a (deleted)\n", 0, "/a"},
                {"0::/a:b\n", 0, "/a:b"},
                {"5:cpu:/x\n0::/a\n", 0, "/a"},
                {"5:cpu:/x\n", -ENOENT, NULL},
                {"", -ENOENT, NULL},
                {"0::\n", -ENOENT, NULL},
                {"0:\n\n:\n::\n", -ENOENT, NULL},
                {"0::a\n", -ENOENT, NULL},
                {"0::/..\n", -EXDEV, NULL},
                {"0::/../x\n", -EXDEV, NULL},
                {"0::/../../x\n", -EXDEV, NULL},
                {"0::/..x\n", 0, "/..x"},
        };
        struct host host;

        (void)state;
        scratch_put("proc/7/statm", "1 1 0\n");
        scratch_put("proc/7/stat", "7 (a) S 1 7 7 0 -1 4194304 0\n");
        scratch_put("cgroup/cgroup.controllers", "memory\n");
        assert_int_equal(host_open(&host, "proc", "cgroup"), 0);
        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
                struct process_reader *reader = open_process(&host, 7);
                char *path = NULL;
                int r;

                scratch_put("proc/7/cgroup", cases[i].text);
                r = process_read_group(reader, &host, &path);
                if (r != cases[i].result || (r == 0 && strcmp(path, cases[i].path) != 0))
                        fail_msg("\"%s\": %d, %s", cases[i].text, r, r == 0 ? path : "-");
                free(path);
                process_reader_free(reader);
        }
        host_close(&host);
}

/* v1 shows a process that exits in the root, and it has not moved there. */
static void test_an_exit_is_no_move(void **state)
{
        struct process_reader *reader;
        struct host host;
        char *path;

        (void)state;
        scratch_put("proc/7/statm", "1 1 0\n");
        scratch_put("proc/7/stat", "7 (a) R 1 7 7 0 -1 4194308 0\n");
        scratch_put("proc/7/cgroup", "4:memory:/\n");
        scratch_put("cgroup/memory/memory.usage_in_bytes", "1\n");
        assert_int_equal(host_open(&host, "proc", "cgroup"), 0);
        reader = open_process(&host, 7);
        assert_int_equal(process_read_group(reader, &host, &path), -ESRCH);
        process_reader_free(reader);
        host_close(&host);
}

static void test_v1_lines(void **state)
{
        static const char *const texts[] = {"4:memory:/a\n", "4:cpu,memory:/a\n",
                                            "4:memory,cpu:/a\n",
                                            "3:memoryx,xmemory:/b\n4:cpu,memory,io:/a\n0::/c\n",
                                            "1:name=memory:/b\n4:memory:/a\n"};
        struct host host;

        (void)state;
        scratch_put("proc/7/statm", "1 1 0\n");
        scratch_put("cgroup/memory/memory.usage_in_bytes", "1\n");
        assert_int_equal(host_open(&host, "proc", "cgroup"), 0);
        for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
                scratch_put("proc/7/cgroup", texts[i]);
                expect_group(&host, 7, "/a", NULL);
        }
        host_close(&host);
}

static void test_hard_paths(void **state)
{
        struct group_reader *reader;
        struct host host;
        char name[300];

        (void)state;
        scratch_put("proc/meminfo", "");
        scratch_put("cgroup/cgroup.controllers", "memory\n");
        scratch_put("cgroup/a/cgroup.procs", "");
        scratch_put("cgroup/empty/note", "");
        assert_int_equal(symlink("a", "cgroup/link"), 0);
        assert_int_equal(host_open(&host, "proc", "cgroup"), 0);
        assert_int_equal(group_reader_new(&reader, &host, "/"), -EINVAL);
        assert_int_equal(group_reader_new(&reader, &host, ""), -EINVAL);
        assert_int_equal(group_reader_new(&reader, &host, "a"), -EINVAL);
        assert_int_equal(group_reader_new(&reader, &host, "/.."), -EINVAL);
        assert_int_equal(group_reader_new(&reader, &host, "/a/.."), -EINVAL);
        assert_int_equal(group_reader_new(&reader, &host, "/a/./."), -EINVAL);
        assert_int_equal(group_reader_new(&reader, &host, "/b"), -ENOENT);
        assert_int_equal(group_reader_new(&reader, &host, "/a/b"), -ENOENT);
        assert_int_equal(group_reader_new(&reader, &host, "/empty"), -ENOENT);
        assert_true(group_reader_new(&reader, &host, "/link") < 0);
        memset(name, 'n', sizeof(name));
        *name = '/';
        name[sizeof(name) - 1] = '\0';
        assert_int_equal(group_reader_new(&reader, &host, name), -ENAMETOOLONG);
        assert_int_equal(group_reader_new(&reader, &host, "/a"), 0);
        group_reader_free(reader);
        host_close(&host);
}

static void test_walk_of_odd_trees(void **state)
{
        char path[3000] = "cgroup";
        struct rlimit files, few = {.rlim_cur = 64};
        struct host host;
        char *text;
        size_t depth = 0;

        (void)state;
        scratch_put("proc/meminfo", "");
        scratch_put("cgroup/cgroup.controllers", "memory\n");
        assert_int_equal(symlink("..", "cgroup/up"), 0);
        for (int i = 0; i < GROUP_DEPTH_MAX + 10; i++)
                strcat(path, "/deep");
        strcat(path, "/cgroup.procs");
        scratch_put(path, "");
        assert_int_equal(host_open(&host, "proc", "cgroup"), 0);
        /* However deep it is, a walk takes few descriptors. */
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
        few.rlim_max = files.rlim_max;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
        text = walk(&host, 0);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
        for (const char *p = text; *p; p++)
                depth += *p == '|';
        assert_int_equal(depth, GROUP_DEPTH_MAX);
        assert_null(strstr(text, "up"));
        free(text);
        scratch_put("cgroup/deep/stop-here/cgroup.procs", "");
        free(walk(&host, 42));
        host_close(&host);
}

/* What a kernel does not write, or not yet: an error or less knowledge, never a wrong number. */
static void test_odd_files(void **state)
{
        struct group_reading reading;
        struct group_reader *reader;
        struct host host;
        uint64_t hits;

        (void)state;
        scratch_put("proc/meminfo", "MemTotal: 1 kB\n");
        scratch_put("cgroup/cgroup.controllers", "memory\n");
        scratch_put("cgroup/a/cgroup.procs", "0\n12\nx\n\n99999999999\n13");
        scratch_put("cgroup/a/memory.current", "4096\n");
        scratch_put("cgroup/a/memory.max", "max\n");
        scratch_put("cgroup/a/memory.stat", "anon 1000\nanon 2000\nshmem 24\n");
        assert_int_equal(host_open(&host, "proc", "cgroup"), 0);
        assert_int_equal(host_read_memory(&host, &(struct host_memory){0}), -ENODATA);
        assert_int_equal(host_read_latest_pid(&host, &(pid_t){0}), -ENOENT);
        expect_pids(&host, "/a", (const pid_t[]){12, 13}, 2);
        assert_int_equal(group_reader_new(&reader, &host, "/a"), 0);
        assert_int_equal(group_read(reader, &reading), 0);
        assert_int_equal(reading.memory, 1024); /* no swap: kernels without it */
        assert_int_equal(group_read_hits(reader, &(uint64_t){0}), -ENOENT);
        scratch_put("cgroup/a/memory.events.local", "low 0\nhigh 7\nmax 42\noom 1\n");
        assert_int_equal(group_read_hits(reader, &hits), 0);
        assert_int_equal(hits, 42);
        scratch_put("cgroup/a/memory.events.local", "low 0\nhigh 7\n");
        assert_int_equal(group_read_hits(reader, &(uint64_t){0}), -ENOENT);
        scratch_put("cgroup/a/memory.max", "4000\n");
        scratch_put("cgroup/a/memory.current", "5000\n");
        assert_int_equal(group_read(reader, &reading), 0);
        assert_int_equal(reading.limit, 4000);
        assert_int_equal(reading.headroom, 0);
        scratch_put("cgroup/a/memory.max", "-1\n");
        assert_int_equal(group_read(reader, &reading), -EBADMSG);
        scratch_put("cgroup/a/memory.max", "max\n");
        scratch_put("cgroup/a/memory.stat", "");
        assert_int_equal(group_read(reader, &reading), -EBADMSG);
        scratch_put("cgroup/a/memory.stat", "anonx 5\nxanon 5\nanon\n");
        assert_int_equal(group_read(reader, &reading), -EBADMSG);
        group_reader_free(reader);
        host_close(&host);
}

static void put_group(const char *path, const char *limit)
{
        static const char *const files[] = {"cgroup.procs", "memory.current", "memory.stat",
                                            "memory.max"};
        const char *const texts[] = {"", "4096\n", "anon 1000\n", limit};
        char file[200];

        for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
                snprintf(file, sizeof(file), "cgroup%s/%s", path, files[i]);
                if (texts[i])
                        scratch_put(file, texts[i]);
        }
}

static uint64_t limit_of(struct group_reader *reader)
{
        struct group_reading reading;

        assert_int_equal(group_read(reader, &reading), 0);
        return reading.limit;
}

static int count_descriptors(void)
{
        int n = 0;

        for (int fd = 0; fd < 256; fd++)
                n += fcntl(fd, F_GETFD) >= 0;
        return n;
}

/* What siblings have above them is opened once, and is what was there when each was found. */
static void test_siblings(void **state)
{
        struct group_reader *readers[4], *later;
        struct host host;
        int before, first;

        (void)state;
        scratch_put("proc/meminfo", "");
        scratch_put("cgroup/cgroup.controllers", "memory\n");
        put_group("/a", "500000\n");
        put_group("/a/b", NULL); /* its controller is off */
        put_group("/a/b/c", "max\n");
        put_group("/a/b/d", "400000\n");
        assert_int_equal(host_open(&host, "proc", "cgroup"), 0);
        before = count_descriptors();
        assert_int_equal(group_reader_new(&readers[0], &host, "/a/b/c"), 0);
        first = count_descriptors() - before;
        assert_int_equal(group_reader_new(&readers[1], &host, "//a//b/d/"), 0);
        group_reader_free(readers[1]);
        assert_int_equal(count_descriptors(), before + first);
        assert_int_equal(group_reader_new(&readers[1], &host, "/a/b/d"), 0);
        assert_int_equal(group_reader_new(&readers[2], &host, "/a/b"), 0);
        assert_int_equal(group_reader_new(&readers[3], &host, "/a"), 0);
        assert_int_equal(limit_of(readers[0]), 500000);
        assert_int_equal(limit_of(readers[1]), 400000);
        assert_int_equal(limit_of(readers[2]), 500000);

        /* the controller is turned on: who is found later knows */
        scratch_put("cgroup/a/b/memory.max", "300000\n");
        assert_int_equal(group_reader_new(&later, &host, "/a/b/d"), 0);
        assert_int_equal(limit_of(later), 300000);
        group_reader_free(later);

        /* another group is under the path by now */
        assert_int_equal(rename("cgroup/a", "cgroup/z"), 0);
        put_group("/a", "200000\n");
        put_group("/a/b", "max\n");
        put_group("/a/b/c", "max\n");
        assert_int_equal(group_reader_new(&later, &host, "/a/b/c"), 0);
        assert_int_equal(limit_of(later), 200000);
        scratch_put("cgroup/z/memory.max", "100000\n");
        assert_int_equal(limit_of(readers[0]), 100000);
        assert_int_equal(group_reader_new(&(struct group_reader *){NULL}, &host, "/a/b/d"),
                         -ENOENT);
        group_reader_free(readers[3]);
        group_reader_free(readers[0]);
        group_reader_free(later);
        group_reader_free(readers[1]);
        group_reader_free(readers[2]);
        assert_int_equal(count_descriptors(), before);
        host_close(&host);
}

/* Thousands of processes: more than one read of the list. */
static void test_many_pids(void **state)
{
        size_t n = 30000, n_pids;
        char *text = malloc(n * 8), *end = text;
        struct group_reader *reader;
        struct host host;
        pid_t *pids;

        (void)state;
        assert_non_null(text);
        for (size_t i = 0; i < n; i++)
                end += sprintf(end, "%zu\n", i + 1);
        scratch_put("proc/meminfo", "");
        scratch_put("cgroup/systemd/cgroup.procs", "");
        scratch_put("cgroup/systemd/a/cgroup.procs", text);
        free(text);
        assert_int_equal(host_open(&host, "proc", "cgroup"), 0);
        assert_int_equal(group_reader_new(&reader, &host, "/a"), 0);
        for (int round = 0; round < 2; round++) {
                assert_int_equal(group_read_pids(reader, &pids, &n_pids), 0);
                assert_int_equal(n_pids, n);
                for (size_t i = 0; i < n; i++)
                        assert_int_equal(pids[i], i + 1);
                free(pids);
        }
        group_reader_free(reader);
        host_close(&host);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        const struct CMUnitTest tests[] = {
                TEST(test_layouts),           TEST(test_odd_names),
                TEST(test_memberships),       TEST(test_an_exit_is_no_move),
                TEST(test_v1_lines),          TEST(test_hard_paths),
                TEST(test_walk_of_odd_trees), TEST(test_odd_files),
                TEST(test_siblings),          TEST(test_many_pids),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
