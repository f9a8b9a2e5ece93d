/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The readers on fixture trees: pure v2, pure v1, hybrid, and a host where nothing counts memory.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "readers-check.h"

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
        uint64_t without;

        assert_int_equal(group_reader_new(&reader, host, path), 0);
        assert_int_equal(group_read_limits(reader, false, &limits), 0);
        assert_int_equal(limits.swap, 0);
        assert_int_equal(group_read_limits(reader, true, &limits), 0);
        assert_int_equal(group_read(reader, &reading), 0);
        assert_int_equal(limits.swap, reading.swap);
        assert_int_equal(limits.limit, reading.limit);
        assert_int_equal(limits.headroom, reading.headroom);
        assert_int_equal(limits.accounted, reading.accounted);
        assert_int_equal(group_read_usage(reader, true, usage), 0);
        assert_int_equal(group_read_usage(reader, false, &without), 0);
        assert_int_equal(*usage - without, host->layout == HOST_V2 ? reading.swap : 0);
        assert_null(group_reader_free(reader));
        return reading;
}

static void test_v2(void **state)
{
        struct host host = open_fixture("v2");
        struct group_reading reading;
        struct host_memory memory;
        uint64_t usage;
        pid_t latest;

        (void)state;
        assert_int_equal(host.layout, HOST_V2);
        assert_string_equal(host_layout_name(host.layout), "v2");
        assert_string_equal(host.controller, "");
        assert_true(host.unified >= 0);
        assert_string_equal(strrchr(host.groups_path, '/'), "/cgroup");
        assert_int_equal(host_read_memory(&host, &memory), 0);
        assert_true(memory.swaps); /* it does not say */
        assert_int_equal(memory.available, 8192000 * UINT64_C(1024));
        assert_int_equal(memory.total, 16384000 * UINT64_C(1024));
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
        assert_int_equal(process_read_others(reader, &bytes), 0);
        assert_int_equal(bytes, 116000 * 1024);
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
        assert_int_equal(process_read_others(reader, &bytes), -ESRCH); /* no such file here */
        process_reader_free(reader);

        reader = open_process(&host, 2);
        assert_int_equal(process_read_identity(reader, &identity), 0);
        assert_true(identity.kernel_thread);
        assert_int_equal(process_read_memory(reader, &memory), -ESRCH);
        process_reader_free(reader);

        assert_int_equal(process_reader_new(&reader, &host, 999), -ESRCH);
        host_close(&host);
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

/* By an environment that is its own, and not inherited. */
static void test_managed(void **state)
{
        struct host host = open_fixture("v2");
        const struct {
                pid_t pid;
                int result;
                bool managed;
        } each[] = {{101, 0, true}, {102, 0, false}, {103, -ESRCH, false}};

        (void)state;
        for (size_t i = 0; i < sizeof(each) / sizeof(*each); i++) {
                struct process_reader *reader = open_process(&host, each[i].pid);
                bool managed;

                assert_int_equal(process_read_managed(reader, &managed), each[i].result);
                assert_int_equal(managed, each[i].managed);
                process_reader_free(reader);
        }
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
                cmocka_unit_test(test_managed), cmocka_unit_test(test_walk),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
