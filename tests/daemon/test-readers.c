/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The readers on fixture trees: pure v2, pure v1, hybrid, and a host where nothing counts memory; and
 * on trees made here with names and files that are odd.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "readers/group.h"
#include "readers/host.h"
#include "readers/process.h"

#define MIB (UINT64_C(1) << 20)

static struct host open_fixture(const char *name)
{
        struct host host;
        char procfs[500], cgroupfs[500];

        snprintf(procfs, sizeof(procfs), "%s/%s/proc", FIXTURES, name);
        snprintf(cgroupfs, sizeof(cgroupfs), "%s/%s/cgroup", FIXTURES, name);
        assert_int_equal(host_open(&host, procfs, cgroupfs), 0);
        assert_true(host.foreign);
        return host;
}

static struct group_reading read_group(const struct host *host, const char *path, uint64_t *usage)
{
        struct group_reading reading, limits;
        struct group_reader *reader;

        assert_int_equal(group_reader_new(&reader, host, path), 0);
        assert_int_equal(group_read_limits(reader, false, &limits), 0);
        assert_int_equal(limits.swap, 0);
        assert_int_equal(group_read_limits(reader, true, &limits), 0);
        assert_int_equal(group_read(reader, &reading), 0);
        assert_int_equal(limits.swap, reading.swap);
        assert_int_equal(limits.limit, reading.limit);
        assert_int_equal(limits.headroom, reading.headroom);
        assert_int_equal(limits.accounted, reading.accounted);
        assert_int_equal(group_read_usage(reader, usage), 0);
        assert_null(group_reader_free(reader));
        return reading;
}

static void expect_pids(const struct host *host, const char *path, const pid_t *expected, size_t n)
{
        struct group_reader *reader;
        pid_t *pids;
        size_t n_pids;

        assert_int_equal(group_reader_new(&reader, host, path), 0);
        assert_int_equal(group_read_pids(reader, &pids, &n_pids), 0);
        assert_int_equal(n_pids, n);
        for (size_t i = 0; i < n; i++)
                assert_int_equal(pids[i], expected[i]);
        free(pids);
        group_reader_free(reader);
}

static struct process_reader *open_process(const struct host *host, pid_t pid)
{
        struct process_reader *reader;

        assert_int_equal(process_reader_new(&reader, host, pid), 0);
        return reader;
}

static void expect_group(const struct host *host, pid_t pid, const char *expected,
                         const char *unified)
{
        struct process_reader *reader = open_process(host, pid);
        char *path = NULL;

        assert_int_equal(process_read_group(reader, host, &path), 0);
        assert_string_equal(path, expected);
        free(path);
        path = NULL;
        assert_int_equal(process_read_unified_group(reader, &path), unified ? 0 : -ENOENT);
        if (unified)
                assert_string_equal(path, unified);
        free(path);
        process_reader_free(reader);
}

static void test_v2(void **state)
{
        struct host host = open_fixture("v2");
        struct group_reading reading;
        uint64_t usage, available;
        bool swaps;
        pid_t latest;

        (void)state;
        assert_int_equal(host.layout, HOST_V2);
        assert_string_equal(host_layout_name(host.layout), "v2");
        assert_string_equal(host.controller, "");
        assert_true(host.unified >= 0);
        assert_string_equal(strrchr(host.groups_path, '/'), "/cgroup");
        assert_int_equal(host_read_available(&host, &available, &swaps), 0);
        assert_true(swaps); /* it does not say */
        assert_int_equal(available, 8192000 * UINT64_C(1024));
        assert_int_equal(host_read_latest_pid(&host, &latest), 0);
        assert_int_equal(latest, 3456);

        reading = read_group(&host, "/system.slice/web.service", &usage);
        assert_true(reading.accounted);
        assert_int_equal(reading.memory, (600 + 20 + 8) * MIB);
        assert_int_equal(reading.swap, 8 * MIB);
        assert_int_equal(usage, (600 + 20 + 60 + 30 + 6 + 8) * MIB);
        /* the slice's 1G is tighter than the service's 2G, and the other service uses it as well */
        assert_int_equal(reading.limit, 1024 * MIB);
        assert_int_equal(reading.headroom, (1024 - (700 + 30 + 6)) * MIB);

        reading = read_group(&host, "/init.scope", &usage);
        assert_int_equal(reading.limit, GROUP_NO_LIMIT);
        assert_int_equal(reading.headroom, GROUP_NO_LIMIT);
        assert_int_equal(reading.memory, 2 * MIB);

        /* no controller in this group, but the slice's limit holds for it too */
        reading = read_group(&host, "/system.slice/off.service", &usage);
        assert_false(reading.accounted);
        assert_int_equal(reading.memory, 0);
        assert_int_equal(reading.limit, 1024 * MIB);
        assert_int_equal(usage, UINT64_MAX);

        expect_pids(&host, "/system.slice/web.service", (const pid_t[]){101, 102}, 2);
        expect_pids(&host, "/system.slice", NULL, 0);
        expect_group(&host, 101, "/system.slice/web.service", "/system.slice/web.service");
        host_close(&host);
}

static void check_v1(const char *name, const char *unified)
{
        struct host host = open_fixture(name);
        struct group_reading reading;
        uint64_t usage;

        assert_int_equal(host.layout, HOST_V1);
        assert_string_equal(host.controller, "memory");
        assert_int_equal(host.unified >= 0, unified != NULL);
        reading = read_group(&host, "/batch/job", &usage);
        assert_true(reading.accounted);
        /* with /batch/job/step below it, and not its mapped files */
        assert_int_equal(reading.memory, (250 + 20 + 6) * MIB);
        assert_int_equal(reading.swap, 6 * MIB);
        assert_int_equal(usage, (250 + 20 + 45 + 5 + 1 + 6) * MIB);
        assert_int_equal(reading.limit, 512 * MIB);
        assert_int_equal(reading.headroom, (512 - (300 + 20 + 1)) * MIB);
        expect_pids(&host, "/batch/job", (const pid_t[]){201, 202}, 2);
        expect_pids(&host, "/batch/job/step", (const pid_t[]){203}, 1);
        expect_group(&host, 203, "/batch/job/step", unified);
        host_close(&host);
}

static void test_v1(void **state)
{
        (void)state;
        check_v1("v1", NULL);
}

static void test_hybrid(void **state)
{
        (void)state;
        check_v1("hybrid", "/batch.service");
}

static void test_plain(void **state)
{
        struct host host = open_fixture("plain");
        struct group_reading reading;
        uint64_t usage;

        (void)state;
        assert_int_equal(host.layout, HOST_PLAIN);
        assert_string_equal(host.controller, "name=systemd");
        assert_int_equal(host.unified, -1);
        reading = read_group(&host, "/web", &usage);
        assert_false(reading.accounted);
        assert_int_equal(reading.memory, 0);
        assert_int_equal(reading.limit, GROUP_NO_LIMIT);
        assert_int_equal(usage, UINT64_MAX);
        expect_pids(&host, "/web", (const pid_t[]){301, 302}, 2);
        expect_group(&host, 303, "/web/deep", NULL);
        host_close(&host);
}

static void test_process(void **state)
{
        struct host host = open_fixture("v2");
        struct process_reader *reader = open_process(&host, 101);
        uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), bytes;
        struct process_identity identity;
        struct process_memory memory;
        char *text;
        size_t size;

        (void)state;
        assert_int_equal(process_read_identity(reader, &identity), 0);
        assert_int_equal(identity.pid, 101);
        assert_int_equal(identity.ppid, 1);
        assert_int_equal(identity.uid, 33);
        assert_int_equal(identity.start_time, 1001);
        assert_false(identity.kernel_thread);
        assert_int_equal(process_read_memory(reader, &memory), 0);
        assert_int_equal(memory.rss, 80000 * page);
        assert_int_equal(memory.private_bytes, 79000 * page);
        assert_int_equal(process_read_swap(reader, &bytes), 0);
        assert_int_equal(bytes, 2048 * 1024);
        assert_int_equal(process_read_proportional(reader, &bytes), 0);
        assert_int_equal(bytes, 202048 * 1024);
        assert_int_equal(process_read_cpu(reader, &bytes), 0);
        assert_int_equal(bytes, (5 + 6) * 1000000 / sysconf(_SC_CLK_TCK));
        for (int signo = 1; signo <= 64; signo++) {
                bool handles;

                assert_int_equal(process_read_handles(reader, signo, &handles), 0);
                assert_int_equal(handles, signo == 2 || signo == 10 || signo == 64);
        }
        assert_int_equal(process_read_comm(reader, &text), 0);
        assert_string_equal(text, "gunicorn");
        free(text);
        assert_int_equal(process_read_cmdline(reader, 4096, &text, &size), 0);
        assert_int_equal(size, sizeof("/usr/bin/python3\0/usr/bin/gunicorn\0app"));
        assert_memory_equal(text, "/usr/bin/python3\0/usr/bin/gunicorn\0app\0", size + 1);
        free(text);
        assert_int_equal(process_read_cmdline(reader, 5, &text, &size), 0);
        assert_int_equal(size, 5);
        assert_string_equal(text, "/usr/");
        free(text);
        process_reader_free(reader);

        reader = open_process(&host, 102); /* whose comm looks like the rest of stat */
        assert_int_equal(process_read_identity(reader, &identity), 0);
        assert_int_equal(identity.ppid, 101);
        assert_int_equal(identity.start_time, 1002);
        assert_int_equal(process_read_comm(reader, &text), 0);
        assert_string_equal(text, "a) R 7 (b\nc");
        free(text);
        assert_int_equal(process_read_proportional(reader, &bytes), -ESRCH); /* no such file here */
        process_reader_free(reader);

        reader = open_process(&host, 2);
        assert_int_equal(process_read_identity(reader, &identity), 0);
        assert_true(identity.kernel_thread);
        assert_int_equal(process_read_memory(reader, &memory), -ESRCH);
        process_reader_free(reader);

        assert_int_equal(process_reader_new(&reader, &host, 999), -ESRCH);
        host_close(&host);
}

/* Everything that the walk meets, in one text. */
static int note(void *userdata, const char *path, uint64_t inode)
{
        assert_int_not_equal(inode, 0);
        fprintf(userdata, "%s|", path);
        return strstr(path, "stop-here") ? 42 : 0;
}

static char *walk(const struct host *host, int expected)
{
        char *text;
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        assert_int_equal(group_walk(host, "/", note, stream), expected);
        fclose(stream);
        return text;
}

static void test_walk(void **state)
{
        struct host host = open_fixture("hybrid");
        char *text = walk(&host, 0);

        (void)state;
        assert_non_null(strstr(text, "/batch|"));
        assert_non_null(strstr(text, "/batch/job|/batch/job/step|"));
        assert_non_null(strstr(text, "/batch/other|"));
        assert_int_equal(strlen(text), strlen("/batch|/batch/job|/batch/job/step|/batch/other|"));
        free(text);
        host_close(&host);
}

/* ------------------------------------------------------------------ trees made here ---------- */

static char root[] = "/tmp/bng-readers-XXXXXX";

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
        (void)status;
        (void)type;
        (void)where;
        return remove(path);
}

static int set_up(void **state)
{
        (void)state;
        strcpy(root + strlen(root) - 6, "XXXXXX");
        return mkdtemp(root) && chdir(root) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
        (void)state;
        if (chdir("/") < 0)
                return -1;
        return nftw(root, remove_one, 64, FTW_DEPTH | FTW_PHYS);
}

static void put(const char *path, const char *text)
{
        char *copy = strdup(path);
        FILE *file;

        assert_non_null(copy);
        for (char *p = strchr(copy, '/'); p; p = strchr(p + 1, '/')) {
                *p = '\0';
                mkdir(copy, 0755);
                *p = '/';
        }
        free(copy);
        file = fopen(path, "w");
        assert_non_null(file);
        fputs(text, file);
        assert_int_equal(fclose(file), 0);
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
        put("proc/meminfo", "");
        assert_int_equal(host_open(&host, "proc", "cgroup"), -ENOENT);
        put("cgroup/note", "");
        assert_int_equal(host_open(&host, "proc", "cgroup"), -ENOENT);
        put("cgroup/pids/cgroup.procs", "");
        expect_layout(HOST_PLAIN, "cgroup/pids", "pids", false);
        put("cgroup/cpu,cpuacct/cgroup.procs", "");
        expect_layout(HOST_PLAIN, "cgroup/cpu,cpuacct", "cpu", false);
        put("cgroup/systemd/cgroup.procs", "");
        expect_layout(HOST_PLAIN, "cgroup/systemd", "name=systemd", false);
        put("cgroup/unified/cgroup.controllers", "cpu hugetlb-memory memoryx\n");
        expect_layout(HOST_PLAIN, "cgroup/unified", "", true);
        put("cgroup/unified/cgroup.controllers", "cpu memory\n");
        expect_layout(HOST_V2, "cgroup/unified", "", true);
        put("cgroup/memory/memory.usage_in_bytes", "0\n");
        expect_layout(HOST_V1, "cgroup/memory", "memory", true);
        assert_int_equal(unlink("cgroup/memory/memory.usage_in_bytes"), 0);
        put("cgroup/cgroup.controllers", "memory");
        expect_layout(HOST_V2, "cgroup", "", true);
        put("cgroup/cgroup.controllers", "");
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
        put("proc/meminfo", "");
        put("cgroup/cgroup.controllers", "memory\n");
        for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
                char path[100], member[200];

                snprintf(path, sizeof(path), "cgroup/%s/cgroup.procs", names[i]);
                put(path, "7\n");
                snprintf(path, sizeof(path), "proc/%zu/statm", 10 + i);
                put(path, "1 1 0\n");
                snprintf(path, sizeof(path), "proc/%zu/cgroup", 10 + i);
                snprintf(member, sizeof(member), "0::/%s\n", names[i]);
                put(path, member);
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
        put("proc/7/statm", "1 1 0\n");
        put("proc/7/stat", "7 (a) S 1 7 7 0 -1 4194304 0\n");
        put("cgroup/cgroup.controllers", "memory\n");
        assert_int_equal(host_open(&host, "proc", "cgroup"), 0);
        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
                struct process_reader *reader = open_process(&host, 7);
                char *path = NULL;
                int r;

                put("proc/7/cgroup", cases[i].text);
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
        put("proc/7/statm", "1 1 0\n");
        put("proc/7/stat", "7 (a) R 1 7 7 0 -1 4194308 0\n");
        put("proc/7/cgroup", "4:memory:/\n");
        put("cgroup/memory/memory.usage_in_bytes", "1\n");
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
        put("proc/7/statm", "1 1 0\n");
        put("cgroup/memory/memory.usage_in_bytes", "1\n");
        assert_int_equal(host_open(&host, "proc", "cgroup"), 0);
        for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
                put("proc/7/cgroup", texts[i]);
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
        put("proc/meminfo", "");
        put("cgroup/cgroup.controllers", "memory\n");
        put("cgroup/a/cgroup.procs", "");
        put("cgroup/empty/note", "");
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
        struct host host;
        char *text;
        size_t depth = 0;

        (void)state;
        put("proc/meminfo", "");
        put("cgroup/cgroup.controllers", "memory\n");
        assert_int_equal(symlink("..", "cgroup/up"), 0);
        for (int i = 0; i < GROUP_DEPTH_MAX + 10; i++)
                strcat(path, "/deep");
        strcat(path, "/cgroup.procs");
        put(path, "");
        assert_int_equal(host_open(&host, "proc", "cgroup"), 0);
        text = walk(&host, 0);
        for (const char *p = text; *p; p++)
                depth += *p == '|';
        assert_int_equal(depth, GROUP_DEPTH_MAX);
        assert_null(strstr(text, "up"));
        free(text);
        put("cgroup/deep/stop-here/cgroup.procs", "");
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
        put("proc/meminfo", "MemTotal: 1 kB\n");
        put("cgroup/cgroup.controllers", "memory\n");
        put("cgroup/a/cgroup.procs", "0\n12\nx\n\n99999999999\n13");
        put("cgroup/a/memory.current", "4096\n");
        put("cgroup/a/memory.max", "max\n");
        put("cgroup/a/memory.stat", "anon 1000\nanon 2000\nshmem 24\n");
        assert_int_equal(host_open(&host, "proc", "cgroup"), 0);
        assert_int_equal(host_read_available(&host, &(uint64_t){0}, &(bool){0}), -ENODATA);
        assert_int_equal(host_read_latest_pid(&host, &(pid_t){0}), -ENOENT);
        expect_pids(&host, "/a", (const pid_t[]){12, 13}, 2);
        assert_int_equal(group_reader_new(&reader, &host, "/a"), 0);
        assert_int_equal(group_read(reader, &reading), 0);
        assert_int_equal(reading.memory, 1024); /* no swap: kernels without it */
        assert_int_equal(group_read_hits(reader, &(uint64_t){0}), -ENOENT);
        put("cgroup/a/memory.events.local", "low 0\nhigh 7\nmax 42\noom 1\n");
        assert_int_equal(group_read_hits(reader, &hits), 0);
        assert_int_equal(hits, 42);
        put("cgroup/a/memory.events.local", "low 0\nhigh 7\n");
        assert_int_equal(group_read_hits(reader, &(uint64_t){0}), -ENOENT);
        put("cgroup/a/memory.max", "4000\n");
        put("cgroup/a/memory.current", "5000\n");
        assert_int_equal(group_read(reader, &reading), 0);
        assert_int_equal(reading.limit, 4000);
        assert_int_equal(reading.headroom, 0);
        put("cgroup/a/memory.max", "-1\n");
        assert_int_equal(group_read(reader, &reading), -EBADMSG);
        put("cgroup/a/memory.max", "max\n");
        put("cgroup/a/memory.stat", "");
        assert_int_equal(group_read(reader, &reading), -EBADMSG);
        put("cgroup/a/memory.stat", "anonx 5\nxanon 5\nanon\n");
        assert_int_equal(group_read(reader, &reading), -EBADMSG);
        group_reader_free(reader);
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
        put("proc/meminfo", "");
        put("cgroup/systemd/cgroup.procs", "");
        put("cgroup/systemd/a/cgroup.procs", text);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void expect_cpu(const char *fixture, const char *path, int result, uint64_t expected)
{
        struct host host = open_fixture(fixture);
        struct group_reader *reader;
        uint64_t usec = 0;

        assert_int_equal(group_reader_new(&reader, &host, path), 0);
        assert_int_equal(group_read_cpu(reader, &usec), result);
        assert_int_equal(usec, expected);
        group_reader_free(reader);
        host_close(&host);
}

static void test_cpu_time(void **state)
{
        (void)state;
        expect_cpu("v2", "/system.slice/web.service", 0, 7654321);
        expect_cpu("v2", "/system.slice/db.service", -ENODATA, 0);
        expect_cpu("v1", "/batch", -ENODATA, 0); /* that file is another controller's */
        expect_cpu("plain", "/web", -ENODATA, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_v2),      cmocka_unit_test(test_v1),
                cmocka_unit_test(test_hybrid),  cmocka_unit_test(test_plain),
                cmocka_unit_test(test_process), cmocka_unit_test(test_cpu_time),
                cmocka_unit_test(test_walk),    TEST(test_layouts),
                TEST(test_odd_names),           TEST(test_memberships),
                TEST(test_an_exit_is_no_move),  TEST(test_v1_lines),
                TEST(test_hard_paths),          TEST(test_walk_of_odd_trees),
                TEST(test_odd_files),           TEST(test_many_pids),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
