/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* New groups are told at once and by their paths; what cannot be told is known to be missed. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "readers/arrivals.h"
#include "readers/group.h"
#include "scratch.h"

struct scene {
        bool removed; /* what is told is not there any more */
        struct host host;
        struct arrivals *arrivals;
        size_t n;       /* how many were told */
        char told[256]; /* paths, each behind a blank */
};

static void open_scene(struct scene *scene, const char *folder)
{
        *scene = (struct scene){.host.groups = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC)};
        assert_true(scene->host.groups >= 0);
        assert_int_equal(arrivals_new(&scene->arrivals, &scene->host), 0);
        assert_int_equal(arrivals_watch(scene->arrivals, "/", 0, ARRIVALS_OF_GROUPS), 0);
}

static void close_scene(struct scene *scene)
{
        assert_null(arrivals_free(scene->arrivals));
        close(scene->host.groups);
}

static void make(const struct scene *scene, const char *path)
{
        assert_int_equal(mkdirat(scene->host.groups, path, 0700), 0);
}

static void note(void *userdata, enum arrivals_of what, const char *path)
{
        struct scene *scene = userdata;

        assert_true(strlen(scene->told) + strlen(path) + 2 < sizeof(scene->told));
        if (what == ARRIVALS_RENAMED) {
                strcat(strcat(scene->told, " ~"), path);
                return;
        }
        if (what == ARRIVALS_OF_PROCESSES || what == ARRIVALS_OF_LIMITS) {
                strcat(strcat(scene->told, what == ARRIVALS_OF_LIMITS ? " <" : " >"), path);
                return;
        }
        strcat(strcat(scene->told, " "), path);
        assert_int_equal(arrivals_watch(scene->arrivals, path, 0, ARRIVALS_OF_GROUPS),
                         scene->removed ? -ENOENT : 0);
}

static void count(void *userdata, enum arrivals_of what, const char *path)
{
        struct scene *scene = userdata;

        assert_int_equal(what, ARRIVALS_OF_GROUPS);
        assert_int_equal(strtoul(path + 1, NULL, 10), scene->n);
        scene->n++;
}

/* Nothing is missed, and this is told. */
static void assert_told(struct scene *scene, const char *expected)
{
        scene->told[0] = '\0';
        assert_false(arrivals_read(scene->arrivals, note, scene));
        assert_string_equal(scene->told, expected);
}

static void test_told_by_path(void **state)
{
        struct scene scene;

        open_scene(&scene, *state);
        assert_told(&scene, "");
        make(&scene, "a");
        make(&scene, "b \n");
        assert_told(&scene, " /a /b \n");
        make(&scene, "a/deep");
        assert_told(&scene, " /a/deep");
        make(&scene, "a/deep/er");
        assert_told(&scene, " /a/deep/er");
        close(openat(scene.host.groups, "a/file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        assert_told(&scene, "");
        close_scene(&scene);
}

/* However much there is to be told, a call hands a handful on; the rest comes, and nothing is missed. */
static void test_a_handful_at_a_time(void **state)
{
        struct scene scene;
        unsigned calls = 0;
        size_t n = 0, before;
        char path[16];

        open_scene(&scene, *state);
        for (unsigned i = 0; i < 400; i++) {
                snprintf(path, sizeof(path), "%u", i);
                make(&scene, path);
        }
        do {
                before = n;
                assert_false(arrivals_read(scene.arrivals, count, &scene));
                n = scene.n;
                assert_true(n - before < 300);
                calls += n > before;
        } while (n > before);
        assert_int_equal(n, 400);
        assert_true(calls > 1);
        close_scene(&scene);
}

static void write_to(const struct scene *scene, const char *path)
{
        int fd = openat(scene->host.groups, path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

        assert_int_equal(write(fd, "1", 1), 1);
        close(fd);
}

/* Only a write to the list of a group's processes moves one; who merely reads it or sets a limit moves none. */
static void test_processes_that_are_moved(void **state)
{
        struct scene scene;

        open_scene(&scene, *state);
        make(&scene, "a");
        assert_told(&scene, " /a");
        write_to(&scene, "a/cgroup.procs");
        write_to(&scene, "a/tasks");
        assert_told(&scene, "");
        assert_int_equal(arrivals_watch(scene.arrivals, "/a", 0, ARRIVALS_OF_PROCESSES), 0);
        write_to(&scene, "a/memory.max");
        close(openat(scene.host.groups, "a/cgroup.procs", O_RDONLY | O_CLOEXEC));
        assert_told(&scene, "");
        write_to(&scene, "a/cgroup.procs");
        assert_told(&scene, " >/a");
        write_to(&scene, "a/tasks");
        assert_told(&scene, " >/a");
        close_scene(&scene);
}

static void test_a_limit_is_written(void **state)
{
        struct scene scene;

        open_scene(&scene, *state);
        make(&scene, "a");
        assert_told(&scene, " /a");
        assert_int_equal(arrivals_watch(scene.arrivals, "/a", 0, ARRIVALS_OF_LIMITS), 0);
        write_to(&scene, "a/cgroup.procs");
        write_to(&scene, "a/memory.high");
        assert_told(&scene, "");
        write_to(&scene, "a/memory.max");
        assert_told(&scene, " </a");
        write_to(&scene, "a/memory.limit_in_bytes");
        assert_told(&scene, " </a");
        close_scene(&scene);
}

static void test_made_again(void **state)
{
        struct scene scene;

        open_scene(&scene, *state);
        for (unsigned i = 0; i < 100; i++) {
                make(&scene, "a");
                assert_told(&scene, " /a");
                make(&scene, "a/b");
                assert_told(&scene, " /a/b");
                assert_int_equal(unlinkat(scene.host.groups, "a/b", AT_REMOVEDIR), 0);
                assert_int_equal(unlinkat(scene.host.groups, "a", AT_REMOVEDIR), 0);
                scene.removed = true;
                assert_told(&scene, " /a/b /a");
                scene.removed = false;
        }
        close_scene(&scene);
}

static void test_renamed(void **state)
{
        struct scene scene;

        open_scene(&scene, *state);
        make(&scene, "a");
        assert_told(&scene, " /a");
        assert_int_equal(renameat(scene.host.groups, "a", scene.host.groups, "z"), 0);
        assert_told(&scene, " ~/a ~/z");
        /* A walk of what has another name now sets it right. */
        assert_int_equal(arrivals_watch(scene.arrivals, "/z", 0, ARRIVALS_OF_GROUPS), 0);
        make(&scene, "z/new");
        assert_told(&scene, " /z/new");
        close_scene(&scene);
}

/* What a group tells that is gone by then is nothing, and says of no other that it was missed. */
static void test_told_after_it_is_gone(void **state)
{
        struct scene scene;

        open_scene(&scene, *state);
        make(&scene, "a");
        assert_told(&scene, " /a");
        /* Under its path there is another one before the removal of the first was heard: that ends its number. */
        assert_int_equal(unlinkat(scene.host.groups, "a", AT_REMOVEDIR), 0);
        make(&scene, "a");
        assert_int_equal(arrivals_watch(scene.arrivals, "/a", 0, ARRIVALS_OF_GROUPS), 0);
        make(&scene, "a/b");
        assert_told(&scene, " /a /a");
        make(&scene, "a/c");
        assert_told(&scene, " /a/c");
        close_scene(&scene);
}

static void test_gone_meanwhile(void **state)
{
        struct scene scene;

        open_scene(&scene, *state);
        make(&scene, "a");
        assert_int_equal(unlinkat(scene.host.groups, "a", AT_REMOVEDIR), 0);
        assert_int_equal(arrivals_watch(scene.arrivals, "/a", 0, ARRIVALS_OF_GROUPS), -ENOENT);
        close_scene(&scene);
}

/* What is told of a folder already is not asked for again; of another one under its path it is. */
static void test_known_by_inode(void **state)
{
        struct scene scene;

        open_scene(&scene, *state);
        make(&scene, "a");
        assert_int_equal(arrivals_watch(scene.arrivals, "/a", 7, ARRIVALS_OF_GROUPS), 0);
        assert_int_equal(unlinkat(scene.host.groups, "a", AT_REMOVEDIR), 0);
        assert_int_equal(arrivals_watch(scene.arrivals, "/a/", 7, ARRIVALS_OF_GROUPS), 0);
        assert_int_equal(arrivals_watch(scene.arrivals, "/a", 7, ARRIVALS_OF_PROCESSES), -ENOENT);
        assert_int_equal(arrivals_watch(scene.arrivals, "/a", 8, ARRIVALS_OF_GROUPS), -ENOENT);
        scene.removed = true;
        assert_told(&scene, " /a /a");
        make(&scene, "a");
        scene.removed = false;
        assert_told(&scene, " /a");
        assert_int_equal(arrivals_watch(scene.arrivals, "/a", 8, ARRIVALS_OF_GROUPS), 0);
        make(&scene, "a/b");
        assert_told(&scene, " /a/b");
        close_scene(&scene);
}

/* On a real hierarchy: the first process that is started in a group, by whatever means. Here it is moved in, which is told
 * twice then. */
static void test_the_first_process(void **state)
{
        char path[64];
        struct group_reader *reader;
        struct group_above *above = NULL;
        struct scene scene = {.host.above = &above};
        bool deserted = false;
        pid_t child;
        int procs;

        (void)state;
        scene.host.layout = HOST_V2;
        scene.host.groups = open("/sys/fs/cgroup/unified", O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (scene.host.groups < 0)
                scene.host.groups = open("/sys/fs/cgroup", O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (scene.host.groups < 0)
                skip();
        snprintf(path, sizeof(path), "/bng-test-arrivals-%d", (int)getpid());
        if (faccessat(scene.host.groups, "cgroup.controllers", F_OK, 0) < 0 ||
            mkdirat(scene.host.groups, path + 1, 0700) < 0) {
                close(scene.host.groups);
                skip();
        }
        assert_int_equal(group_reader_new(&reader, &scene.host, path), 0);
        assert_int_equal(arrivals_new(&scene.arrivals, &scene.host), 0);
        assert_int_equal(arrivals_watch(scene.arrivals, path, 0, ARRIVALS_OF_PROCESSES), 0);
        assert_int_equal(group_await_events(reader, &deserted), 0);
        assert_true(deserted);

        child = fork();
        assert_true(child >= 0);
        if (child == 0) {
                pause();
                _exit(0);
        }
        snprintf(scene.told, sizeof(scene.told), "%s/cgroup.procs", path + 1);
        procs = openat(scene.host.groups, scene.told, O_WRONLY | O_CLOEXEC);
        assert_true(dprintf(procs, "%d", (int)child) > 0);
        close(procs);
        scene.told[0] = '\0';
        for (unsigned i = 0; i < 3000 && strlen(scene.told) <= 2 * strlen(path); i++) {
                (void)usleep(20000);
                assert_false(arrivals_read(scene.arrivals, note, &scene));
        }
        assert_true(strlen(scene.told) == 2 * (strlen(path) + 2));
        assert_int_equal(group_await_events(reader, &deserted), 0);
        assert_false(deserted);

        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        group_reader_free(reader);
        arrivals_free(scene.arrivals);
        for (unsigned i = 0;
             i < 3000 && unlinkat(scene.host.groups, path + 1, AT_REMOVEDIR) < 0 && errno == EBUSY;
             i++)
                (void)usleep(20000);
        close(scene.host.groups);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_told_by_path, scratch_setup, scratch_teardown),
                cmocka_unit_test_setup_teardown(test_a_handful_at_a_time, scratch_setup,
                                                scratch_teardown),
                cmocka_unit_test_setup_teardown(test_processes_that_are_moved, scratch_setup,
                                                scratch_teardown),
                cmocka_unit_test_setup_teardown(test_a_limit_is_written, scratch_setup,
                                                scratch_teardown),
                cmocka_unit_test_setup_teardown(test_made_again, scratch_setup, scratch_teardown),
                cmocka_unit_test_setup_teardown(test_renamed, scratch_setup, scratch_teardown),
                cmocka_unit_test_setup_teardown(test_told_after_it_is_gone, scratch_setup,
                                                scratch_teardown),
                cmocka_unit_test_setup_teardown(test_gone_meanwhile, scratch_setup,
                                                scratch_teardown),
                cmocka_unit_test_setup_teardown(test_known_by_inode, scratch_setup,
                                                scratch_teardown),
                cmocka_unit_test(test_the_first_process),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
