/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who is in a group and below it, on made-up folders: however deep, and with hardly a descriptor left. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include "act/tree.h"
#include "scratch.h"

#define DEPTH 300
#define LONG_NAME 100 /* characters: the deepest path is longer than a path may be */
#define DESCRIPTORS 3

static int root;

static int set_up(void **state)
{
        if (scratch_setup(state) < 0 || chdir(*state) < 0)
                return -1;
        root = tree_open(AT_FDCWD, ".");
        return root < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
        close(root);
        return chdir("/") == 0 ? scratch_teardown(state) : -1;
}

static void put(int folder, const char *name, const char *text)
{
        int fd = openat(folder, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, strlen(text)), strlen(text));
        close(fd);
}

/* The list of each folder, from the root down, holds its depth. */
static void dig(const char *name)
{
        int folder = tree_open(root, ".");

        for (int depth = 1; depth <= DEPTH; depth++) {
                char text[16];
                int below;

                assert_int_equal(mkdirat(folder, name, 0700), 0);
                below = tree_open(folder, name);
                assert_true(below >= 0);
                close(folder);
                folder = below;
                snprintf(text, sizeof(text), "%d\n", depth);
                put(folder, "cgroup.procs", text);
        }
        close(folder);
}

static void fill(const char *name)
{
        int folder = tree_open(root, name), up;

        for (int depth = 1; depth < DEPTH; depth++) {
                int below = tree_open(folder, name);

                assert_true(below >= 0);
                close(folder);
                folder = below;
        }
        for (int depth = DEPTH; depth > 0; depth--) {
                assert_int_equal(unlinkat(folder, "cgroup.procs", 0), 0);
                up = tree_open(folder, "..");
                assert_true(up >= 0);
                close(folder);
                folder = up;
                assert_int_equal(unlinkat(folder, name, AT_REMOVEDIR), 0);
        }
        close(folder);
}

/* So many may be opened still; back to what it was with 0. */
static void leave_descriptors(unsigned n)
{
        struct rlimit limit;
        int lowest = dup(root);

        assert_true(lowest >= 0);
        close(lowest);
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
        limit.rlim_cur = n > 0 ? (rlim_t)lowest + n : limit.rlim_max;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void test_deep_and_hardly_a_descriptor_left(void **state)
{
        char name[LONG_NAME + 1] = "";
        struct tree_pids pids;
        int r;

        (void)state;
        memset(name, 'x', LONG_NAME);
        dig(name);
        put(root, "cgroup.procs", "1000\n");
        leave_descriptors(DESCRIPTORS);
        r = tree_read(root, "/a", NULL, &pids);
        leave_descriptors(0);
        fill(name);
        assert_int_equal(r, 0);
        assert_int_equal(pids.n, DEPTH + 1);
        for (int i = 0; i < DEPTH; i++)
                assert_int_equal(pids.at[i], i + 1);
        assert_int_equal(pids.at[DEPTH], 1000);
        free(pids.at);
}

static bool spares_the_deepest(void *userdata, const char *path)
{
        (void)userdata;
        return strlen(path) == strlen("/a") + 2 * DEPTH;
}

static void test_one_that_is_spared_deep_below(void **state)
{
        const struct act_spare spare = {.spares = spares_the_deepest};
        struct tree_pids pids;
        int r;

        (void)state;
        dig("d");
        put(root, "cgroup.procs", "1000\n");
        r = tree_read(root, "/a", &spare, &pids);
        fill("d");
        assert_int_equal(r, ACT_REFUSED);
}

static void test_without_a_descriptor(void **state)
{
        struct tree_pids pids;
        int r;

        (void)state;
        put(root, "cgroup.procs", "1\n");
        leave_descriptors(DESCRIPTORS - 2);
        r = tree_read(root, "/a", NULL, &pids);
        leave_descriptors(0);
        assert_int_equal(r, -EMFILE);
        assert_null(pids.at);
        assert_int_equal(pids.n, 0);
}

static void test_each_once_and_in_order(void **state)
{
        static const pid_t expected[] = {3, 5, 7, 8, 20, 31};
        struct tree_pids pids;

        (void)state;
        scratch_put("cgroup.procs", "20\n5\n");
        scratch_put("b/cgroup.procs", "7\n31\n");
        scratch_put("b/c/cgroup.procs", "");
        scratch_put("b/c/d/cgroup.procs", "3\n20\n");
        scratch_put("e/cgroup.procs", "8\n");
        scratch_put("file", "8\n");
        assert_int_equal(tree_read(root, "/a", NULL, &pids), 0);
        assert_int_equal(pids.n, sizeof(expected) / sizeof(*expected));
        assert_memory_equal(pids.at, expected, sizeof(expected));
        free(pids.at);
}

/* What is no group of processes, as one that is being removed, has none. */
static void test_one_below_that_is_gone(void **state)
{
        struct tree_pids pids;

        (void)state;
        scratch_put("cgroup.procs", "20\n");
        assert_int_equal(mkdir("b", 0700), 0);
        scratch_put("c/cgroup.procs", "21\n");
        assert_int_equal(tree_read(root, "/a", NULL, &pids), 0);
        assert_int_equal(pids.n, 2);
        free(pids.at);
        assert_int_equal(unlink("cgroup.procs"), 0);
        assert_int_equal(tree_read(root, "/a", NULL, &pids), -ENOENT);
        assert_null(pids.at);
}

static bool spares(void *userdata, const char *path)
{
        return strcmp(path, userdata) == 0;
}

static void test_one_that_is_spared(void **state)
{
        char *paths[] = {"/a", "/a/b", "/a/b/c"};
        struct tree_pids pids;

        (void)state;
        scratch_put("cgroup.procs", "20\n");
        scratch_put("b/cgroup.procs", "21\n");
        scratch_put("b/c/cgroup.procs", "22\n");
        for (size_t i = 0; i < 3; i++) {
                const struct act_spare spare = {.spares = spares, .userdata = paths[i]};

                assert_int_equal(tree_read(root, "/a", &spare, &pids), ACT_REFUSED);
                assert_null(pids.at);
        }
}

static void put_four_groups(void)
{
        scratch_put("cgroup.procs", "20\n");
        scratch_put("b/cgroup.procs", "21\n");
        scratch_put("b/c/cgroup.procs", "22\n");
        scratch_put("d/cgroup.procs", "23\n");
}

/* Somebody renames the folder that the walk is in. */
static bool renames(void *userdata, const char *path)
{
        (void)userdata;
        if (strcmp(path, "/a/b/c") == 0)
                assert_int_equal(rename("b", "e"), 0);
        return false;
}

static void test_one_that_is_renamed_meanwhile(void **state)
{
        const struct act_spare spare = {.spares = renames};
        struct tree_pids pids;

        (void)state;
        put_four_groups();
        assert_int_equal(tree_read(root, "/a", &spare, &pids), 0);
        assert_int_equal(pids.n, 4);
        free(pids.at);
}

/* Moved to elsewhere, the way back would lead out of the group. */
static bool moves(void *userdata, const char *path)
{
        (void)userdata;
        if (strcmp(path, "/a/b/c") == 0)
                assert_int_equal(rename("b/c", "d/c"), 0);
        return false;
}

static void test_one_that_is_moved_meanwhile(void **state)
{
        const struct act_spare spare = {.spares = moves};
        struct tree_pids pids;

        (void)state;
        put_four_groups();
        assert_int_equal(tree_read(root, "/a", &spare, &pids), -ESTALE);
        assert_null(pids.at);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        const struct CMUnitTest tests[] = {
                TEST(test_deep_and_hardly_a_descriptor_left),
                TEST(test_one_that_is_spared_deep_below),
                TEST(test_without_a_descriptor),
                TEST(test_each_once_and_in_order),
                TEST(test_one_below_that_is_gone),
                TEST(test_one_that_is_spared),
                TEST(test_one_that_is_renamed_meanwhile),
                TEST(test_one_that_is_moved_meanwhile),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
