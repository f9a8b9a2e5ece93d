/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The file of whole lines: what a crash, a full disk, a link or a second writer may do to it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "report/lines.h"
#include "scratch.h"

#define NAME "verdicts.jsonl"

struct path {
        char text[512];
};

static const char *inside(const char *folder, const char *name, struct path *ret)
{
        snprintf(ret->text, sizeof(ret->text), "%.250s/%.250s", folder, name);
        return ret->text;
}

static void put_file(const char *folder, const char *name, const char *content, size_t size)
{
        struct path path;
        FILE *out = fopen(inside(folder, name, &path), "w");

        assert_non_null(out);
        assert_int_equal(fwrite(content, 1, size, out), size);
        assert_int_equal(fclose(out), 0);
}

static void file_is(const char *folder, const char *name, const char *expected, size_t size)
{
        static char content[65536];
        struct path path;
        FILE *in = fopen(inside(folder, name, &path), "r");

        assert_non_null(in);
        assert_int_equal(fread(content, 1, sizeof(content), in), size);
        fclose(in);
        assert_memory_equal(content, expected, size);
}

static bool exists(const char *folder, const char *name)
{
        struct path path;

        return access(inside(folder, name, &path), F_OK) == 0;
}

static int write_one(struct lines *lines, const char *line)
{
        int r = lines_begin(lines);

        if (r == 0)
                r = lines_append(lines, line);
        if (r == 0)
                r = lines_commit(lines);
        return r;
}

static void test_modes(void **state)
{
        struct path folder, file;
        struct lines lines = LINES_INIT(inside(*state, "state", &folder), NAME, 1000, 2);
        struct stat st;

        assert_int_equal(write_one(&lines, "{}"), 0);
        lines_close(&lines);
        assert_int_equal(stat(folder.text, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0700);
        assert_int_equal(stat(inside(folder.text, NAME, &file), &st), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
        /* One that others may write is not trusted, and left as it is. */
        assert_int_equal(chmod(folder.text, 0770), 0);
        assert_int_equal(write_one(&lines, "{}"), -EPERM);
        assert_int_equal(stat(folder.text, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0770);
        assert_int_equal(chmod(folder.text, 0755), 0);
        assert_int_equal(write_one(&lines, "{}"), 0);
        lines_close(&lines);
        file_is(folder.text, NAME, "{}\n{}\n", 6);
}

static void test_uncommitted(void **state)
{
        struct lines lines = LINES_INIT(*state, NAME, 1000, 2);

        assert_int_equal(write_one(&lines, "{\"a\":1}"), 0);
        assert_int_equal(lines_begin(&lines), 0);
        assert_int_equal(lines_append(&lines, "{\"b\":1}"), 0);
        lines_close(&lines);
        file_is(*state, NAME, "{\"a\":1}\n", 8);
}

static void test_torn(void **state)
{
        static const struct {
                const char *before;
                size_t size;
                const char *after, *torn;
        } cases[] = {
#define CASE(before, after, torn) {before, sizeof(before) - 1, after, torn}
                CASE("", "{\"n\":1}\n", NULL),
                CASE("{\"a\":1}\n", "{\"a\":1}\n{\"n\":1}\n", NULL),
                CASE("{\"a\":1}\n{\"b\":", "{\"a\":1}\n{\"n\":1}\n", "{\"b\":"),
                CASE("{\"b\":", "{\"n\":1}\n", "{\"b\":"),
                CASE("{", "{\"n\":1}\n", "{"),
                /* Only its newline is missing: the verdict is kept. */
                CASE("{\"a\":1}\n{\"b\":2}", "{\"a\":1}\n{\"b\":2}\n{\"n\":1}\n", NULL),
                /* A file system may leave zeros where a block was promised. */
                CASE("{\"a\":1}\n\0\0\0", "{\"a\":1}\n{\"n\":1}\n", "\0\0\0"),
#undef CASE
        };

        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                struct lines lines = LINES_INIT(*state, NAME, 1000, 2);
                struct path torn;

                unlink(inside(*state, NAME ".torn", &torn));
                put_file(*state, NAME, cases[i].before, cases[i].size);
                assert_int_equal(write_one(&lines, "{\"n\":1}"), 0);
                lines_close(&lines);
                file_is(*state, NAME, cases[i].after, strlen(cases[i].after));
                assert_int_equal(exists(*state, NAME ".torn"), cases[i].torn != NULL);
                if (cases[i].torn)
                        file_is(*state, NAME ".torn", cases[i].torn,
                                strlen(cases[i].torn) ? strlen(cases[i].torn) : 3);
        }
}

/* The end of the last whole line is found wherever it lies in the blocks of the search. */
static void test_torn_long(void **state)
{
        static char content[9000];

        for (size_t whole = 4000; whole < 4200; whole += 7) {
                struct lines lines = LINES_INIT(*state, NAME, 100000, 2);

                memset(content, 'x', sizeof(content));
                content[whole - 1] = '\n';
                put_file(*state, NAME, content, sizeof(content));
                assert_int_equal(lines_begin(&lines), 0);
                lines_close(&lines);
                file_is(*state, NAME, content, whole);
                file_is(*state, NAME ".torn", content + whole, sizeof(content) - whole);
        }
}

static void test_rotation(void **state)
{
        struct lines lines = LINES_INIT(*state, NAME, 8, 2);

        assert_int_equal(write_one(&lines, "{\"a\":1}"), 0);
        assert_int_equal(write_one(&lines, "{\"b\":1}"), 0);
        assert_int_equal(write_one(&lines, "{\"c\":1}"), 0);
        file_is(*state, NAME, "{\"c\":1}\n", 8);
        file_is(*state, NAME ".1", "{\"b\":1}\n", 8);
        file_is(*state, NAME ".2", "{\"a\":1}\n", 8);
        assert_int_equal(write_one(&lines, "{\"d\":1}"), 0);
        file_is(*state, NAME ".2", "{\"b\":1}\n", 8);
        assert_false(exists(*state, NAME ".3"));
        lines_close(&lines);
        /* A crash between two renames left a gap: nothing is lost by it. */
        lines = LINES_INIT(*state, NAME, 8, 3);
        struct path gap;
        unlink(inside(*state, NAME ".1", &gap));
        assert_int_equal(write_one(&lines, "{\"e\":1}"), 0);
        file_is(*state, NAME, "{\"e\":1}\n", 8);
        file_is(*state, NAME ".1", "{\"d\":1}\n", 8);
        file_is(*state, NAME ".3", "{\"b\":1}\n", 8);
        lines_close(&lines);
}

static void test_links_refused(void **state)
{
        struct lines lines = LINES_INIT(*state, NAME, 1000, 2);
        struct path path, other, link_folder;

        put_file(*state, "precious", "mine\n", 5);
        assert_int_equal(symlink(inside(*state, "precious", &other), inside(*state, NAME, &path)),
                         0);
        assert_int_equal(write_one(&lines, "{}"), -ELOOP);
        unlink(path.text);
        assert_int_equal(link(other.text, path.text), 0);
        assert_int_equal(write_one(&lines, "{}"), -EMLINK);
        unlink(path.text);
        assert_int_equal(mkfifo(path.text, 0600), 0);
        assert_int_equal(write_one(&lines, "{}"), -EMLINK);
        unlink(path.text);
        /* The torn tail goes through no link either. */
        put_file(*state, NAME, "{", 1);
        assert_int_equal(symlink(other.text, inside(*state, NAME ".torn", &path)), 0);
        assert_int_equal(write_one(&lines, "{}"), -ELOOP);
        unlink(path.text);
        file_is(*state, "precious", "mine\n", 5);

        assert_int_equal(symlink(*state, inside(*state, "link", &link_folder)), 0);
        lines = LINES_INIT(link_folder.text, NAME, 1000, 2);
        assert_int_equal(write_one(&lines, "{}"), -ENOTDIR);
}

static void test_one_writer(void **state)
{
        struct lines first = LINES_INIT(*state, NAME, 1000, 2);
        struct lines second = LINES_INIT(*state, NAME, 1000, 2);

        assert_int_equal(write_one(&first, "{}"), 0);
        assert_int_equal(write_one(&second, "{}"), -EBUSY);
        lines_close(&first);
        assert_int_equal(write_one(&second, "{}"), 0);
        lines_close(&second);
}

static void test_removed(void **state)
{
        struct lines lines = LINES_INIT(*state, NAME, 1000, 2);
        struct path path;

        assert_int_equal(write_one(&lines, "{\"a\":1}"), 0);
        assert_int_equal(unlink(inside(*state, NAME, &path)), 0);
        assert_int_equal(write_one(&lines, "{\"b\":1}"), 0);
        file_is(*state, NAME, "{\"b\":1}\n", 8);
        lines_close(&lines);
}

/* A disk that is full in the middle of a line: the part is cut off, the line comes again later. */
static void test_full(void **state)
{
        struct lines lines = LINES_INIT(*state, NAME, 1000, 2);
        struct rlimit before, tight;
        struct sigaction ignore = {.sa_handler = SIG_IGN}, old;
        int r;

        assert_int_equal(write_one(&lines, "{\"a\":1}"), 0);
        sigaction(SIGXFSZ, &ignore, &old);
        getrlimit(RLIMIT_FSIZE, &before);
        for (rlim_t room = 8; room < 24; room++) {
                tight = (struct rlimit){.rlim_cur = room, .rlim_max = before.rlim_max};
                setrlimit(RLIMIT_FSIZE, &tight);
                r = lines_begin(&lines);
                if (r == 0)
                        r = lines_append(&lines, "{\"b\":1}");
                if (r == 0)
                        r = lines_append(&lines, "{\"c\":1}");
                setrlimit(RLIMIT_FSIZE, &before);
                assert_true(r < 0);
                file_is(*state, NAME, "{\"a\":1}\n", 8);
        }
        assert_int_equal(write_one(&lines, "{\"b\":1}"), 0);
        sigaction(SIGXFSZ, &old, NULL);
        file_is(*state, NAME, "{\"a\":1}\n{\"b\":1}\n", 16);
        lines_close(&lines);
}

/* Killed anywhere, again and again: after the next start every line is an object, in order. */
static void test_killed(void **state)
{
        int rounds = getenv("BNG_TEST_EXTENDED") ? 300 : 30;
        static char line[3000];
        struct path path;
        json_int_t last = -1;
        char *text = NULL;
        size_t room = 0;
        ssize_t n;
        FILE *in;

        for (int round = 0; round < rounds; round++) {
                pid_t child = fork();

                assert_true(child >= 0);
                if (child == 0) {
                        struct lines lines = LINES_INIT(*state, NAME, UINT64_C(1) << 40, 2);

                        for (int i = 0;; i++) {
                                snprintf(line, sizeof(line), "{\"n\":%d,\"text\":\"%02048d\"}",
                                         round * 1000000 + i, i);
                                if (write_one(&lines, line) < 0)
                                        _exit(1);
                        }
                }
                usleep(500 + (useconds_t)round * 397 % 9000);
                kill(child, SIGKILL);
                int status;
                assert_int_equal(waitpid(child, &status, 0), child);
                assert_true(WIFSIGNALED(status));
        }
        struct lines lines = LINES_INIT(*state, NAME, UINT64_C(1) << 40, 2);
        assert_int_equal(lines_begin(&lines), 0);
        lines_close(&lines);

        in = fopen(inside(*state, NAME, &path), "r");
        assert_non_null(in);
        while ((n = getline(&text, &room, in)) > 0) {
                json_t *json = json_loadb(text, (size_t)n, 0, NULL);

                assert_true(json_is_object(json));
                assert_true(json_integer_value(json_object_get(json, "n")) > last);
                last = json_integer_value(json_object_get(json, "n"));
                json_decref(json);
        }
        assert_true(last > 0);
        free(text);
        fclose(in);
}

#define scratch_test(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                scratch_test(test_modes),      scratch_test(test_uncommitted),
                scratch_test(test_torn),       scratch_test(test_torn_long),
                scratch_test(test_rotation),   scratch_test(test_links_refused),
                scratch_test(test_one_writer), scratch_test(test_removed),
                scratch_test(test_full),       scratch_test(test_killed),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
