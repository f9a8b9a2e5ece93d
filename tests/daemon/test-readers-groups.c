/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The readers of groups on the machine itself, where they can be made (root, a memory controller). What
 * cannot be tested here is skipped, and says why.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include "readers-real.h"
#include "readers/arrivals.h"

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
        assert_int_equal(group_read_usage(reader, true, &usage), 0);
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
                r = group_read_usage(reader, true, &usage);
                assert_true(r == -ENODEV || r == -ENOENT);
        }
        group_reader_free(reader);
        assert_int_equal(group_reader_new(&reader, &host, path), 0);
        assert_int_not_equal(group_reader_inode(reader), inode);
        group_reader_free(reader);
        remove_group(group_name);
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
                cmocka_unit_test_teardown(test_real_pids, clean_up),
                cmocka_unit_test_teardown(test_real_group, clean_up),
                cmocka_unit_test_teardown(test_real_names, clean_up),
                cmocka_unit_test_teardown(test_real_groups_below, clean_up),
                cmocka_unit_test_teardown(test_a_process_that_is_moved_is_told, clean_up),
        };

        return cmocka_run_group_tests(tests, open_host, close_host);
}
