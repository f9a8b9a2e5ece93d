/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* v1's events on this machine: a level rings when a real child crosses it, and no other. */

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <cmocka.h>
#include "groups.h"
#include "readers/threshold.h"

#define GROUP "/bignum-guard-test-threshold"
#define MIB (UINT64_C(1) << 20)
#define PATIENCE_MSEC 60000 /* only there so that a failure ends */
#define LEVELS(...)                                                                                \
        (const uint64_t[]){__VA_ARGS__}, sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t)

static bool rings(int bell, int ms)
{
        struct pollfd source = {.fd = bell, .events = POLLIN};

        return poll(&source, 1, ms) > 0;
}

static void hold_32m(void)
{
        void *memory = mmap(NULL, 32 * MIB, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

        if (memory != MAP_FAILED)
                pause();
}

static int begin(struct group_reader **reader, int *bell)
{
        int folder;

        if (host.procfs >= 0 && host.layout != HOST_V1) {
                print_message("skipped: this machine has no v1 memory controller\n");
                skip();
        }
        need_group(GROUP);
        assert_int_equal(group_reader_new(reader, &host, GROUP), 0);
        folder = threshold_open(*reader);
        assert_true(folder >= 0);
        *bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        return folder;
}

static void test_a_level_rings(void **state)
{
        struct group_reader *reader;
        eventfd_t count;
        uint64_t usage;
        int folder, bell, far;
        pid_t child;

        (void)state;
        folder = begin(&reader, &bell);
        far = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        assert_int_equal(threshold_set(folder, bell, LEVELS(8 * MIB, 24 * MIB)), 0);
        assert_int_equal(threshold_set(folder, far, LEVELS(512 * MIB)), 0);
        assert_false(rings(bell, 0));
        child = child_in(GROUP, true, hold_32m);
        assert_true(rings(bell, PATIENCE_MSEC));
        assert_false(rings(far, 0));
        for (int tries = 0; tries < PATIENCE_MSEC / 10; tries++) {
                assert_int_equal(group_read_usage(reader, true, &usage), 0);
                if (usage >= 32 * MIB)
                        break;
                usleep(10000);
        }
        assert_true(usage >= 32 * MIB);

        /* one below usage does not ring by being set, but when usage falls below it */
        assert_int_equal(eventfd_read(bell, &count), 0);
        assert_int_equal(threshold_set(folder, far, LEVELS(16 * MIB)), 0);
        assert_false(rings(far, 0));
        kill(child, SIGKILL);
        reap(child);
        assert_true(rings(far, PATIENCE_MSEC));
        close(far);
        close(bell);
        close(folder);
        group_reader_free(reader);
        remove_group(GROUP);
}

static void test_a_removed_group_rings(void **state)
{
        struct group_reader *reader;
        int folder, bell;

        (void)state;
        folder = begin(&reader, &bell);
        assert_int_equal(threshold_set(folder, bell, LEVELS(8 * MIB)), 0);
        remove_group(GROUP);
        assert_true(rings(bell, PATIENCE_MSEC));
        assert_int_equal(threshold_set(folder, bell, LEVELS(16 * MIB)), -ENOENT);
        close(bell);
        close(folder);
        group_reader_free(reader);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_level_rings),
                cmocka_unit_test(test_a_removed_group_rings),
        };

        return cmocka_run_group_tests(tests, groups_open, groups_close);
}
