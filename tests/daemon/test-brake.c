/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is written to memory.high, and what takes it back: over files that stand for a hierarchy. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include "act/brake.h"
#include "manager/wires/keeper.h"
#include "manager/wires/reset.h"
#include "scratch.h"

#define AT UINT64_C(67043328)

struct tree {
        struct host host;
        int runtime;
        char folder[256];
};

static void put(int folder, const char *name, const char *text, size_t size)
{
        int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, size), (ssize_t)size);
        close(fd);
}

static void tree_open(struct tree *tree, const char *scratch)
{
        char path[300];

        snprintf(tree->folder, sizeof(tree->folder), "%s/run", scratch);
        snprintf(path, sizeof(path), "%s/groups", scratch);
        assert_int_equal(mkdir(tree->folder, 0755), 0);
        assert_int_equal(mkdir(path, 0755), 0);
        tree->host = (struct host){.layout = HOST_V2,
                                   .groups = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC),
                                   .controller = "",
                                   .only = HOST_EVERY_USER};
        tree->runtime = open(tree->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(tree->host.groups >= 0 && tree->runtime >= 0);
        /* nobody to ask */
        unsetenv("DBUS_SESSION_BUS_ADDRESS");
        unsetenv("XDG_RUNTIME_DIR");
}

static void tree_close(struct tree *tree)
{
        close(tree->host.groups);
        close(tree->runtime);
}

/* A group with this memory.high; NULL: without one. */
static struct act_group make(const struct tree *tree, const char *path, const char *high)
{
        struct act_group group = {.path = path};
        struct stat st;
        int folder;

        assert_int_equal(mkdirat(tree->host.groups, path + 1, 0755), 0);
        folder = openat(tree->host.groups, path + 1, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_int_equal(fstat(folder, &st), 0);
        group.inode = st.st_ino;
        if (high)
                put(folder, "memory.high", high, strlen(high));
        close(folder);
        return group;
}

/* A plain file keeps the rest of what was longer; the kernel's does not. */
static bool says(const struct tree *tree, const struct act_group *group, const char *text)
{
        char path[64], found[64] = "";
        int fd;

        snprintf(path, sizeof(path), "%s/memory.high", group->path + 1);
        fd = openat(tree->host.groups, path, O_RDONLY | O_CLOEXEC);
        assert_true(read(fd, found, sizeof(found) - 1) > 0);
        close(fd);
        return strncmp(found, text, strlen(text)) == 0;
}

static void test_only_what_is_expected_is_replaced(void **state)
{
        struct tree tree;
        struct act_group group, other, without, again;
        uint64_t bytes;

        tree_open(&tree, *state);
        group = make(&tree, "/free", "max\n");
        other = make(&tree, "/theirs", "83886080\n");
        without = make(&tree, "/without", NULL);

        assert_int_equal(brake_read(&tree.host, &group, &bytes), ACT_DONE);
        assert_true(bytes == BRAKE_OFF);
        assert_int_equal(brake_read(&tree.host, &other, &bytes), ACT_DONE);
        assert_true(bytes == 83886080);
        assert_int_equal(brake_read(&tree.host, &without, &bytes), -EOPNOTSUPP);

        assert_int_equal(brake_replace(&tree.host, &other, BRAKE_OFF, AT), ACT_REFUSED);
        assert_int_equal(brake_replace(&tree.host, &other, AT, BRAKE_OFF), ACT_REFUSED);
        assert_true(says(&tree, &other, "83886080\n"));
        assert_int_equal(brake_replace(&tree.host, &group, AT, BRAKE_OFF), ACT_REFUSED);
        assert_int_equal(brake_replace(&tree.host, &group, BRAKE_OFF, AT), ACT_DONE);
        assert_true(says(&tree, &group, "67043328"));
        assert_int_equal(brake_replace(&tree.host, &without, BRAKE_OFF, AT), -EOPNOTSUPP);

        /* another group under the same path, and none */
        again = group;
        again.inode++;
        assert_int_equal(brake_replace(&tree.host, &again, AT, BRAKE_OFF), ACT_GONE);
        again.path = "/never";
        assert_int_equal(brake_read(&tree.host, &again, &bytes), ACT_GONE);
        assert_true(says(&tree, &group, "67043328"));

        /* not this host's, and not v2's */
        tree.host.foreign = true;
        assert_int_equal(brake_replace(&tree.host, &group, AT, BRAKE_OFF), -EOPNOTSUPP);
        tree.host.foreign = false;
        tree.host.layout = HOST_V1;
        assert_int_equal(brake_replace(&tree.host, &group, AT, BRAKE_OFF), -EOPNOTSUPP);
        tree_close(&tree);
}

static void lost(void *userdata)
{
        (void)userdata;
        fail_msg("no child was started");
}

static void test_what_was_written_down_is_taken_back(void **state)
{
        static const char value[] = "67043328\n";
        struct act_group set, moved, theirs, odd;
        struct keeper *keeper;
        sd_event *event;
        struct tree tree;
        int lock;

        tree_open(&tree, *state);
        /* Everybody may open the folder and lock it, which means nothing. */
        assert_int_equal(flock(tree.runtime, LOCK_EX | LOCK_NB), 0);
        set = make(&tree, "/set", value);
        moved = make(&tree, "/moved", value);
        theirs = make(&tree, "/theirs", "67108864\n");
        odd = make(&tree, "/odd\n1 2 name", value);
        assert_int_equal(sd_event_new(&event), 0);
        assert_int_equal(keeper_new(&keeper, event, &tree.host, tree.folder, true, lost, NULL), 0);

        const struct kept kept[] = {
                {set.path, set.inode, {BRAKE_OFF, AT}},
                {moved.path, moved.inode, {AT, AT + 65536}}, /* the second was not written yet */
                {theirs.path, theirs.inode, {AT, BRAKE_OFF}},
                {odd.path, odd.inode, {AT, BRAKE_OFF}},
                {"/gone", 1, {AT, BRAKE_OFF}},
        };
        assert_int_equal(keeper_write(keeper, kept, sizeof(kept) / sizeof(kept[0])), 0);
        /* Under the lock nobody else undoes; then whoever comes. */
        lock = openat(tree.runtime, RESET_LOCK, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
        assert_int_equal(flock(lock, LOCK_EX | LOCK_NB), -1);
        close(lock);
        keeper_free(keeper);
        assert_true(says(&tree, &set, value));
        assert_int_equal(keeper_new(&keeper, event, &tree.host, tree.folder, true, lost, NULL), 0);
        assert_true(says(&tree, &set, "max"));
        assert_true(says(&tree, &moved, "max"));
        assert_true(says(&tree, &theirs, "67108864\n"));
        assert_true(says(&tree, &odd, "max"));
        assert_int_equal(faccessat(tree.runtime, RESET_RECORD, F_OK, 0), -1);

        /* What is taken back while it lives is not in the record any more. */
        assert_int_equal(keeper_write(keeper, kept, 1), 0);
        assert_int_equal(faccessat(tree.runtime, RESET_RECORD, F_OK, 0), 0);
        assert_int_equal(keeper_write(keeper, NULL, 0), 0);
        assert_int_equal(faccessat(tree.runtime, RESET_RECORD, F_OK, 0), -1);
        keeper_free(keeper);
        sd_event_unref(event);
        tree_close(&tree);
}

static void test_a_record_that_is_no_record(void **state)
{
        static const char *const texts[] = {
                "",
                "x",
                "1",
                "1 2",
                "1 2 ",
                "1 2 relative",
                "-",
                " ",
                "1  /set",
                "1 max /set",
                "99999999999999999999999 1 /set",
                "1 99999999999999999999999 /set",
                "1 2 /",
        };
        struct act_group set;
        struct tree tree;
        char line[128];
        int n;

        tree_open(&tree, *state);
        set = make(&tree, "/set", "67043328\n");
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
                put(tree.runtime, RESET_RECORD, texts[i], strlen(texts[i]) + 1);
                reset_leftovers(tree.runtime, &tree.host, true);
                assert_true(says(&tree, &set, "67043328\n"));
                assert_int_equal(faccessat(tree.runtime, RESET_RECORD, F_OK, 0), -1);
        }
        /* What stands behind something broken counts, also without its end. */
        n = snprintf(line, sizeof(line), "broken%c%" PRIu64 " 67043328 /set", 0, set.inode);
        put(tree.runtime, RESET_RECORD, line, (size_t)n);
        reset_leftovers(tree.runtime, &tree.host, true);
        assert_true(says(&tree, &set, "max"));
        tree_close(&tree);
}

static void test_what_cannot_be_taken_back_stays_in_the_record(void **state)
{
        struct act_group set, stuck;
        struct tree tree;
        char line[128];
        int n;

        tree_open(&tree, *state);
        set = make(&tree, "/set", "67043328\n");
        stuck = make(&tree, "/stuck", NULL);
        assert_int_equal(mkdirat(tree.host.groups, "stuck/memory.high", 0755), 0);
        n = snprintf(line, sizeof(line), "%" PRIu64 " 67043328 /stuck%c%" PRIu64 " 67043328 /set",
                     stuck.inode, 0, set.inode);
        put(tree.runtime, RESET_RECORD, line, (size_t)n);
        assert_false(reset_leftovers(tree.runtime, &tree.host, true));
        assert_true(says(&tree, &set, "max"));

        assert_int_equal(unlinkat(tree.host.groups, "stuck/memory.high", AT_REMOVEDIR), 0);
        n = openat(tree.host.groups, "stuck", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        put(n, "memory.high", "67043328\n", 9);
        close(n);
        assert_true(reset_leftovers(tree.runtime, &tree.host, true));
        assert_true(says(&tree, &stuck, "max"));
        assert_int_equal(faccessat(tree.runtime, RESET_RECORD, F_OK, 0), -1);
        tree_close(&tree);
}

static void test_a_folder_of_others_is_refused(void **state)
{
        struct tree tree;
        int lock;

        tree_open(&tree, *state);
        assert_int_equal(chmod(tree.folder, 0777), 0);
        assert_int_equal(reset_open_locked(tree.folder, &lock), -EPERM);
        assert_int_equal(chmod(tree.folder, 0755), 0);
        assert_int_equal(reset_open_locked("/nonexistent/folder", &lock), -ENOENT);
        tree_close(&tree);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_only_what_is_expected_is_replaced,
                                                scratch_setup, scratch_teardown),
                cmocka_unit_test_setup_teardown(test_what_was_written_down_is_taken_back,
                                                scratch_setup, scratch_teardown),
                cmocka_unit_test_setup_teardown(test_a_record_that_is_no_record, scratch_setup,
                                                scratch_teardown),
                cmocka_unit_test_setup_teardown(test_what_cannot_be_taken_back_stays_in_the_record,
                                                scratch_setup, scratch_teardown),
                cmocka_unit_test_setup_teardown(test_a_folder_of_others_is_refused, scratch_setup,
                                                scratch_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
