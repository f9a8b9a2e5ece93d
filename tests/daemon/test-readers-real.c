/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The readers on the machine itself: real processes, and real groups where they can be made (root, a
 * memory controller). What cannot be tested here is skipped, and says why.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "readers/arrivals.h"
#include "readers/group.h"
#include "readers/host.h"
#include "readers/process.h"

#define MIB ((uint64_t)1 << 20)

static struct host host;
static char group_name[64]; /* below the watched hierarchy, of this run alone */

static int open_host(void **state)
{
        int r = host_open(&host, "/proc", "/sys/fs/cgroup");

        (void)state;
        if (r < 0)
                fprintf(stderr, "this machine has no cgroups to read: %s\n", strerror(-r));
        snprintf(group_name, sizeof(group_name), "bng-test-readers-%d", (int)getpid());
        return 0;
}

static int close_host(void **state)
{
        (void)state;
        host_close(&host);
        return 0;
}

static void need_host(void)
{
        if (host.procfs >= 0)
                return;
        print_message("skipped: this machine has no /proc with cgroups\n");
        skip();
}

static void *take(size_t bytes, int flags)
{
        void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

        if (memory != MAP_FAILED)
                memset(memory, 1, bytes);
        return memory;
}

/* A child that does `work`, says so, and waits for its end. */
struct child {
        pid_t pid;
        int said;
};

static pid_t running; /* the child of the test, for a test that fails */

static struct child start(const char *group, void (*work)(void))
{
        struct child child;
        int pipes[2];
        char byte;

        assert_int_equal(pipe(pipes), 0);
        child.pid = fork();
        assert_true(child.pid >= 0);
        if (child.pid == 0) {
                char path[100];
                int fd;

                prctl(PR_SET_PDEATHSIG, SIGKILL);
                if (group) {
                        snprintf(path, sizeof(path), "%s/cgroup.procs", group);
                        fd = openat(host.groups, path, O_WRONLY);
                        if (fd < 0 || write(fd, "0", 1) != 1)
                                _exit(1);
                        close(fd);
                }
                work();
                if (write(pipes[1], "x", 1) != 1)
                        _exit(1);
                for (;;)
                        pause();
        }
        running = child.pid;
        close(pipes[1]);
        child.said = pipes[0];
        assert_int_equal(read(child.said, &byte, 1), 1);
        return child;
}

static void end(struct child child)
{
        kill(child.pid, SIGKILL);
        waitpid(child.pid, NULL, 0);
        running = 0;
        close(child.said);
}

static void nothing(void)
{
}

/* Who was started after whom. */
static void expect_the_order_of_starts(void)
{
        pid_t before, after, child;

        assert_int_equal(host_read_latest_pid(&host, &before), 0);
        child = fork();
        if (child == 0)
                _exit(0);
        assert_true(child > 0);
        assert_int_equal(host_read_latest_pid(&host, &after), 0);
        assert_true(host_started_since(child, before, after));
        assert_false(host_started_since(getpid(), before, after));
        assert_false(host_started_since(child, after, after));
        assert_int_equal(waitpid(child, NULL, 0), child);

        /* Pids begin again. */
        assert_true(host_started_since(32500, 32000, 310));
        assert_true(host_started_since(310, 32000, 310));
        assert_false(host_started_since(311, 32000, 310));
        assert_false(host_started_since(32000, 32000, 310));
}

static void test_self(void **state)
{
        struct process_memory before, after;
        struct process_identity identity;
        struct process_reader *reader;
        uint64_t bytes;
        bool swaps;
        char *text;
        size_t size;
        void *mine, *shared;

        (void)state;
        need_host();
        assert_false(host.foreign);
        assert_int_equal(host_read_available(&host, &bytes, &swaps), 0);
        assert_true(bytes > MIB);
        expect_the_order_of_starts();
        assert_int_equal(process_reader_new(&reader, &host, getpid()), 0);
        assert_int_equal(process_read_identity(reader, &identity), 0);
        assert_int_equal(identity.pid, getpid());
        assert_int_equal(identity.ppid, getppid());
        assert_int_equal(identity.uid, getuid());
        assert_true(identity.start_time > 0);
        assert_false(identity.kernel_thread);
        assert_int_equal(process_read_memory(reader, &before), 0);
        mine = take(64 * MIB, MAP_PRIVATE);
        shared = take(32 * MIB, MAP_SHARED);
        assert_int_equal(process_read_memory(reader, &after), 0);
        assert_in_range(after.private_bytes - before.private_bytes, 63 * MIB, 70 * MIB);
        assert_in_range(after.rss - before.rss, 95 * MIB, 104 * MIB);
        assert_int_equal(process_read_swap(reader, &bytes), 0);
        assert_int_equal(process_read_proportional(reader, &bytes), 0);
        assert_in_range(bytes, 64 * MIB, after.private_bytes + MIB);
        munmap(mine, 64 * MIB);
        munmap(shared, 32 * MIB);
        assert_int_equal(process_read_comm(reader, &text), 0);
        assert_string_equal(text, "test-readers-re"); /* the kernel keeps 15 bytes */
        free(text);
        assert_int_equal(process_read_cmdline(reader, 4096, &text, &size), 0);
        assert_true(size > 0 && strstr(text, "test-readers-real"));
        free(text);
        process_reader_free(reader);
}

static void rename_oddly(void)
{
        prctl(PR_SET_NAME, "x) S 1 \n(y\xff");
}

static void test_odd_name(void **state)
{
        struct process_identity identity;
        struct process_reader *reader;
        struct child child;
        char *comm;

        (void)state;
        need_host();
        child = start(NULL, rename_oddly);
        assert_int_equal(process_reader_new(&reader, &host, child.pid), 0);
        assert_int_equal(process_read_identity(reader, &identity), 0);
        assert_int_equal(identity.ppid, getpid());
        assert_int_equal(identity.uid, getuid());
        assert_int_equal(process_read_comm(reader, &comm), 0);
        assert_string_equal(comm, "x) S 1 \n(y\xff");
        free(comm);
        process_reader_free(reader);
        end(child);
}

/* From the end on a reader knows nothing; a zombie is still somebody, but holds no memory. */
static void test_ended(void **state)
{
        struct process_identity identity;
        struct process_reader *reader;
        struct process_memory memory;
        struct child child;
        uint64_t bytes;
        siginfo_t info;
        char *text;
        size_t size;

        (void)state;
        need_host();
        child = start(NULL, nothing);
        assert_int_equal(process_reader_new(&reader, &host, child.pid), 0);
        assert_int_equal(process_read_memory(reader, &memory), 0);
        kill(child.pid, SIGKILL);
        assert_int_equal(waitid(P_PID, (id_t)child.pid, &info, WEXITED | WNOWAIT), 0);
        assert_int_equal(process_read_identity(reader, &identity), 0);
        assert_int_equal(process_read_memory(reader, &memory), -ESRCH);
        assert_int_equal(process_read_swap(reader, &bytes), -ESRCH);
        end(child);
        assert_int_equal(process_read_identity(reader, &identity), -ESRCH);
        assert_int_equal(process_read_memory(reader, &memory), -ESRCH);
        assert_int_equal(process_read_swap(reader, &bytes), -ESRCH);
        assert_int_equal(process_read_proportional(reader, &bytes), -ESRCH);
        assert_int_equal(process_read_comm(reader, &text), -ESRCH);
        assert_int_equal(process_read_cmdline(reader, 10, &text, &size), -ESRCH);
        assert_int_equal(process_read_group(reader, &host, &text), -ESRCH);
        process_reader_free(reader);
        assert_int_equal(process_reader_new(&reader, &host, child.pid), -ESRCH);
}

static void *hold_memory(void *said)
{
        take(64 * MIB, MAP_PRIVATE);
        if (write(*(int *)said, "x", 1) != 1)
                _exit(1);
        for (;;)
                pause();
}

/* The first thread ends, the process lives on in another one, which is where its memory shows. */
static void test_first_thread_ended(void **state)
{
        struct process_memory memory;
        struct process_reader *reader;
        int pipes[2], tries = 0;
        uint64_t bytes;
        char byte;
        pid_t pid;

        (void)state;
        need_host();
        assert_int_equal(pipe(pipes), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                static int said;
                pthread_t thread;

                prctl(PR_SET_PDEATHSIG, SIGKILL);
                said = pipes[1];
                if (pthread_create(&thread, NULL, hold_memory, &said) != 0)
                        _exit(1);
                pthread_exit(NULL);
        }
        assert_int_equal(process_reader_new(&reader, &host, pid), 0);
        assert_int_equal(read(pipes[0], &byte, 1), 1);
        /* wait until the first thread is a zombie: then stat tells Z */
        for (char text[512] = ""; !strstr(text, ") Z ") && tries < 1000; tries++) {
                char path[40];
                int fd;

                usleep(10000);
                snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
                fd = open(path, O_RDONLY);
                assert_true(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
                close(fd);
        }
        assert_int_equal(process_read_memory(reader, &memory), 0);
        assert_in_range(memory.private_bytes, 64 * MIB, 80 * MIB);
        assert_int_equal(process_read_memory(reader, &memory), 0);
        assert_in_range(memory.private_bytes, 64 * MIB, 80 * MIB);
        assert_int_equal(process_read_swap(reader, &bytes), 0);
        assert_int_equal(process_read_proportional(reader, &bytes), 0);
        assert_in_range(bytes, 64 * MIB, 80 * MIB);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        assert_int_equal(process_read_memory(reader, &memory), -ESRCH);
        process_reader_free(reader);
        close(pipes[0]);
        close(pipes[1]);
}

/* Makes the group of this run, or skips the test. */
static void need_group(void)
{
        need_host();
        if (mkdirat(host.groups, group_name, 0755) == 0)
                return;
        print_message("skipped: cannot make a group in %s: %s\n", host.groups_path,
                      strerror(errno));
        skip();
}

static void remove_group(const char *name)
{
        for (int tries = 0; unlinkat(host.groups, name, AT_REMOVEDIR) < 0 && tries < 100; tries++)
                usleep(10000); /* the last process may still be on its way out */
}

static void write_group_file(const char *name, const char *text)
{
        char path[128];
        int fd;

        snprintf(path, sizeof(path), "%s/%s", group_name, name);
        fd = openat(host.groups, path, O_WRONLY);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, strlen(text)), strlen(text));
        close(fd);
}

/* 48 MiB of its own, 16 MiB shared, and a file of 32 MiB in the page cache. */
static void use_memory(void)
{
        char path[] = "/var/tmp/bng-cache-XXXXXX";
        int fd = mkstemp(path);
        void *block = take(48 * MIB, MAP_PRIVATE);

        take(16 * MIB, MAP_SHARED);
        if (fd < 0 || write(fd, block, 32 * MIB) != (ssize_t)(32 * MIB))
                _exit(1);
        unlink(path);
}

/* One reader sees processes come and go at once, however often it is asked. */
static void test_real_pids(void **state)
{
        struct child children[3];
        struct group_reader *reader;
        char path[80];
        pid_t *pids;
        size_t n;

        (void)state;
        need_group();
        snprintf(path, sizeof(path), "/%s", group_name);
        assert_int_equal(group_reader_new(&reader, &host, path), 0);
        for (size_t i = 0; i < 3; i++) {
                assert_int_equal(group_read_pids(reader, &pids, &n), 0);
                assert_int_equal(n, i);
                free(pids);
                children[i] = start(group_name, nothing);
        }
        for (size_t i = 0; i < 3; i++) {
                assert_int_equal(group_read_pids(reader, &pids, &n), 0);
                assert_int_equal(n, 3 - i);
                free(pids);
                end(children[i]);
        }
        remove_group(group_name);
        assert_int_equal(group_read_pids(reader, &pids, &n), -ENOENT);
        group_reader_free(reader);
}

static void test_real_group(void **state)
{
        struct group_reading reading;
        struct group_reader *reader;
        struct child child;
        uint64_t usage, inode;
        char path[80], limit[32];
        pid_t *pids;
        size_t n;

        (void)state;
        need_group();
        snprintf(path, sizeof(path), "/%s", group_name);
        child = start(group_name, use_memory);
        assert_int_equal(group_reader_new(&reader, &host, path), 0);
        assert_int_equal(group_read_pids(reader, &pids, &n), 0);
        assert_int_equal(n, 1);
        assert_int_equal(pids[0], child.pid);
        free(pids);
        assert_int_equal(group_read(reader, &reading), 0);
        assert_int_equal(group_read_usage(reader, &usage), 0);
        if (reading.accounted) {
                assert_in_range(reading.memory, 64 * MIB, 72 * MIB);
                assert_in_range(usage, 96 * MIB, 110 * MIB);
                if (reading.limit == GROUP_NO_LIMIT)
                        assert_int_equal(reading.headroom, GROUP_NO_LIMIT);
                snprintf(limit, sizeof(limit), "%d", 128 << 20);
                write_group_file(host.layout == HOST_V2 ? "memory.max" : "memory.limit_in_bytes",
                                 limit);
                assert_int_equal(group_read(reader, &reading), 0);
                assert_int_equal(reading.limit, 128 * MIB);
                /* the file in the cache leaves room */
                assert_in_range(reading.headroom, 54 * MIB, 64 * MIB);
        } else
                print_message(
                        "nothing counts memory here: only the list of processes was tested\n");

        inode = group_reader_inode(reader);
        end(child);
        remove_group(group_name);
        assert_int_equal(mkdirat(host.groups, group_name, 0755), 0);
        if (reading.accounted) { /* the kept descriptors are of the group that is gone */
                int r = group_read(reader, &reading);

                assert_true(r == -ENODEV || r == -ENOENT);
                r = group_read_usage(reader, &usage);
                assert_true(r == -ENODEV || r == -ENOENT);
        }
        group_reader_free(reader);
        assert_int_equal(group_reader_new(&reader, &host, path), 0);
        assert_int_not_equal(group_reader_inode(reader), inode);
        group_reader_free(reader);
        remove_group(group_name);
}

/* After every test, also one that failed half-way. */
static int clean_up(void **state)
{
        (void)state;
        if (running > 0) {
                kill(running, SIGKILL);
                waitpid(running, NULL, 0);
                running = 0;
        }
        if (host.procfs >= 0 && faccessat(host.groups, group_name, F_OK, 0) == 0)
                remove_group(group_name);
        return 0;
}

static int find_group(void *userdata, const char *path, uint64_t inode)
{
        (void)inode;
        return strcmp(path, userdata) == 0;
}

/* Names as users may make them; the kernel refuses a newline, on which the format of cgroup relies. */
static void test_real_names(void **state)
{
        static const char *const endings[] = {" with blank", "\xff", " (deleted)", ":colon",
                                              "\\x2d"};

        (void)state;
        need_group();
        remove_group(group_name);
        for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
                char name[100], path[101], *found = NULL;
                struct process_reader *reader;
                struct child child;

                snprintf(name, sizeof(name), "%s%s", group_name, endings[i]);
                snprintf(path, sizeof(path), "/%s", name);
                assert_int_equal(mkdirat(host.groups, name, 0755), 0);
                assert_int_equal(group_walk(&host, "/", find_group, path), 1);
                child = start(name, nothing);
                assert_int_equal(process_reader_new(&reader, &host, child.pid), 0);
                assert_int_equal(process_read_group(reader, &host, &found), 0);
                assert_string_equal(found, path);
                free(found);
                process_reader_free(reader);
                end(child);
                remove_group(name);
                assert_int_equal(group_walk(&host, "/", find_group, path), 0);
        }
        assert_int_equal(mkdirat(host.groups, "bng-test\nnewline", 0755), -1);
}

/* The walk asks the kernel whether there is anything below; what it passes by there is nothing. */
static void test_real_groups_below(void **state)
{
        static const char *const below[] = {"/a", "/a/b", "/c"};
        char name[128], path[129];

        (void)state;
        need_group();
        for (size_t i = 0; i < 3; i++) {
                snprintf(name, sizeof(name), "%s%s", group_name, below[i]);
                assert_int_equal(mkdirat(host.groups, name, 0755), 0);
        }
        for (size_t i = 3; i-- > 0;) {
                snprintf(path, sizeof(path), "/%s%s", group_name, below[i]);
                assert_int_equal(group_walk(&host, "/", find_group, path), 1);
                assert_int_equal(unlinkat(host.groups, path + 1, AT_REMOVEDIR), 0);
                assert_int_equal(group_walk(&host, "/", find_group, path), 0);
        }
}

static void count_moves(void *userdata, enum arrivals_of what, const char *path)
{
        unsigned *n = userdata;

        *n += what == ARRIVALS_OF_PROCESSES && strcmp(path + 1, group_name) == 0;
}

/* What is moved into a group brings memory that is charged elsewhere: nothing but this tells of it. */
static void test_a_process_that_is_moved_is_told(void **state)
{
        struct arrivals *arrivals;
        char path[128];
        unsigned n = 0;
        struct child child;

        (void)state;
        need_group();
        snprintf(path, sizeof(path), "/%s", group_name);
        assert_int_equal(arrivals_new(&arrivals, &host), 0);
        assert_int_equal(arrivals_watch(arrivals, path, 0, ARRIVALS_OF_PROCESSES), 0);
        assert_false(arrivals_read(arrivals, count_moves, &n));
        assert_int_equal(n, 0);
        child = start(group_name, nothing);
        assert_false(arrivals_read(arrivals, count_moves, &n));
        assert_true(n > 0);
        end(child);
        n = 0;
        remove_group(group_name);
        assert_false(arrivals_read(arrivals, count_moves, &n));
        assert_int_equal(n, 0);
        assert_null(arrivals_free(arrivals));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_teardown(test_self, clean_up),
                cmocka_unit_test_teardown(test_odd_name, clean_up),
                cmocka_unit_test_teardown(test_ended, clean_up),
                cmocka_unit_test_teardown(test_first_thread_ended, clean_up),
                cmocka_unit_test_teardown(test_real_pids, clean_up),
                cmocka_unit_test_teardown(test_real_group, clean_up),
                cmocka_unit_test_teardown(test_real_names, clean_up),
                cmocka_unit_test_teardown(test_real_groups_below, clean_up),
                cmocka_unit_test_teardown(test_a_process_that_is_moved_is_told, clean_up),
        };

        return cmocka_run_group_tests(tests, open_host, close_host);
}
