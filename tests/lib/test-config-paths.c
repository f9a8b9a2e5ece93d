/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which files count and in which order, on folders made for each test; and [Limits] read from them.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "config/limits.h"
#include "config/paths.h"

static char root[] = "/tmp/bng-config-XXXXXX";

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
        return mkdtemp(root) ? 0 : -1;
}

static int tear_down(void **state)
{
        (void)state;
        return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void make_parents(char *path)
{
        for (char *p = strchr(path + strlen(root) + 1, '/'); p; p = strchr(p + 1, '/')) {
                *p = '\0';
                mkdir(path, 0755);
                *p = '/';
        }
}

static const char *in_root(const char *below)
{
        static char path[300];

        snprintf(path, sizeof(path), "%s%s", root, below);
        make_parents(path);
        return path;
}

static void put(const char *below, const char *text)
{
        FILE *file = fopen(in_root(below), "w");

        assert_non_null(file);
        fputs(text, file);
        assert_int_equal(fclose(file), 0);
}

#define MAIN "/bignum-guard/bignum-guard.conf"
#define DROP "/bignum-guard/bignum-guard.conf.d/"

static void expect_files(const char *const expected[], size_t n)
{
        struct bng_config_errors errors = {0};
        struct bng_config_files files = {0};

        assert_true(bng_config_find(&files, root, &errors));
        assert_int_equal(files.n, n);
        for (size_t i = 0; i < n; i++)
                assert_string_equal(files.paths[i] + strlen(root), expected[i]);
        bng_config_files_clear(&files);
}
#define FILES(...)                                                                                 \
        expect_files((const char *const[]){__VA_ARGS__},                                           \
                     sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void test_nothing_there(void **state)
{
        (void)state;
        expect_files(NULL, 0);
}

static void test_first_main_file(void **state)
{
        (void)state;
        put("/usr/lib" MAIN, "");
        FILES("/usr/lib" MAIN);
        put("/usr/local/lib" MAIN, "");
        FILES("/usr/local/lib" MAIN);
        put("/run" MAIN, "");
        FILES("/run" MAIN);
        put("/etc" MAIN, "");
        FILES("/etc" MAIN);
}

/* A user's own files come first, and the system's for itself do not count. */
static void test_a_users_files(void **state)
{
        struct bng_config_errors errors = {0};
        struct bng_config_files files = {0};

        (void)state;
        put("/own/bignum-guard/bignum-guard.conf", "");
        put("/own/bignum-guard/bignum-guard.conf.d/a.conf", "");
        put("/home/.config/bignum-guard/bignum-guard.conf", "");
        setenv("HOME", in_root("/home"), 1);
        setenv("XDG_CONFIG_HOME", in_root("/own"), 1);
        assert_true(bng_config_find(&files, BNG_CONFIG_USER, &errors));
        assert_true(files.n >= 2);
        assert_string_equal(files.paths[0], in_root("/own/bignum-guard/bignum-guard.conf"));
        for (size_t i = 1; i < files.n; i++)
                assert_true(strstr(files.paths[i], "/own/") || strstr(files.paths[i], "/user/"));
        bng_config_files_clear(&files);

        setenv("XDG_CONFIG_HOME", "relative", 1); /* is to be ignored */
        assert_true(bng_config_find(&files, BNG_CONFIG_USER, &errors));
        assert_string_equal(files.paths[0],
                            in_root("/home/.config/bignum-guard/bignum-guard.conf"));
        bng_config_files_clear(&files);
        unsetenv("XDG_CONFIG_HOME");
        bng_config_errors_clear(&errors);
}

static void test_drop_ins(void **state)
{
        (void)state;
        put("/usr/lib" DROP "10-a.conf", "");
        put("/usr/lib" DROP "50-b.conf", "");
        put("/usr/local/lib" DROP "30-c.conf", "");
        put("/run" DROP "20-d.conf", "");
        put("/run" DROP "50-b.conf", "");
        put("/etc" DROP "40-e.conf", "");
        put("/etc" DROP "05-f.conf", "");
        put("/etc" DROP "60-not", "");
        put("/etc" DROP ".60-hidden.conf", "");
        put("/etc" DROP "60.conf~", "");
        put("/etc" DROP ".conf", "");
        put("/usr/lib" MAIN, "");
        FILES("/usr/lib" MAIN, "/etc" DROP "05-f.conf", "/usr/lib" DROP "10-a.conf",
              "/run" DROP "20-d.conf", "/usr/local/lib" DROP "30-c.conf", "/etc" DROP "40-e.conf",
              "/run" DROP "50-b.conf");
}

static uint64_t result_max(void)
{
        struct bng_config_limits limits;
        struct bng_config_errors errors = {0};

        if (!bng_config_limits_read(&limits, root, NULL, &errors))
                fail_msg("%s", errors.lines[0]);
        return limits.result_max;
}

static void test_later_files_win(void **state)
{
        (void)state;
        assert_int_equal(result_max(), UINT64_C(16) << 23);
        put("/usr/lib" MAIN, "[Limits]\nResultMax=1bit\n");
        assert_int_equal(result_max(), 1);
        put("/etc" MAIN, "[Limits]\nResultMax=2bit\n");
        assert_int_equal(result_max(), 2);
        put("/usr/lib" DROP "50-x.conf", "[Limits]\nResultMax=3bit\n");
        assert_int_equal(result_max(), 3);
        put("/usr/lib" DROP "60-y.conf", "[Limits]\nResultMax=4bit\n");
        assert_int_equal(result_max(), 4);
        put("/etc" DROP "40-z.conf", "[Limits]\nResultMax=5bit\n");
        assert_int_equal(result_max(), 4);
        put("/run" DROP "60-y.conf", "[Limits]\nResultMax=6bit\n");
        assert_int_equal(result_max(), 6);
}

static void test_masks(void **state)
{
        (void)state;
        put("/usr/lib" DROP "50-x.conf", "[Limits]\nResultMax=3bit\n");
        put("/etc" DROP "50-x.conf", "");
        assert_int_equal(result_max(), UINT64_C(16) << 23);
        assert_int_equal(unlink(in_root("/etc" DROP "50-x.conf")), 0);
        assert_int_equal(result_max(), 3);
        assert_int_equal(symlink("/dev/null", in_root("/etc" DROP "50-x.conf")), 0);
        assert_int_equal(result_max(), UINT64_C(16) << 23);
        put("/usr/lib" MAIN, "[Limits]\nResultMax=7bit\n");
        assert_int_equal(result_max(), 7);
        assert_int_equal(symlink("/dev/null", in_root("/etc" MAIN)), 0);
        assert_int_equal(result_max(), UINT64_C(16) << 23);
}

static void expect_error(const char *words)
{
        struct bng_config_limits limits = {.result_max = 42};
        struct bng_config_errors errors = {0};

        assert_false(bng_config_limits_read(&limits, root, NULL, &errors));
        assert_int_equal(limits.result_max, 42);
        assert_true(errors.n >= 1);
        if (!strstr(errors.lines[0], words))
                fail_msg("expected \"%s\" in: %s", words, errors.lines[0]);
        bng_config_errors_clear(&errors);
}

static void test_what_is_no_file(void **state)
{
        (void)state;
        in_root("/etc" DROP "50-x.conf/");
        expect_error("50-x.conf: is not a regular file");
        assert_int_equal(rmdir(in_root("/etc" DROP "50-x.conf")), 0);
        assert_int_equal(mkfifo(in_root("/etc" DROP "50-x.conf"), 0600), 0);
        expect_error("50-x.conf: is not a regular file");
        assert_int_equal(unlink(in_root("/etc" DROP "50-x.conf")), 0);
        assert_int_equal(symlink("/nowhere/at/all", in_root("/etc" DROP "50-x.conf")), 0);
        expect_error("50-x.conf: cannot be read: No such file");
        assert_int_equal(unlink(in_root("/etc" DROP "50-x.conf")), 0);
        assert_int_equal(symlink("/dev/zero", in_root("/etc" DROP "50-x.conf")), 0);
        expect_error("50-x.conf: is not a regular file");
        assert_int_equal(unlink(in_root("/etc" DROP "50-x.conf")), 0);
}

static void test_one_file(void **state)
{
        struct bng_config_limits limits = {.result_max = 42};
        struct bng_config_errors errors = {0};

        (void)state;
        put("/etc" MAIN, "[Limits]\nResultMax=2bit\n");
        put("/mine",
            "[Limits]\nTimeMax=90ms\n[Guard]\nDryRun=yes\nDryRun=no\n[Policy a]\nUnit=a.service\n");
        assert_true(bng_config_limits_read(&limits, root, in_root("/mine"), &errors));
        assert_int_equal(limits.result_max, UINT64_C(16) << 23);
        assert_int_equal(limits.operation_memory_max, UINT64_C(256) << 20);
        assert_int_equal(limits.time_max, 90000);
        limits.result_max = 42;
        assert_false(bng_config_limits_read(&limits, root, in_root("/absent"), &errors));
        assert_non_null(strstr(errors.lines[0], "absent: cannot be read: No such file"));
        assert_int_equal(limits.result_max, 42);
        bng_config_errors_clear(&errors);
}

static void test_limits(void **state)
{
        static const struct {
                const char *text, *words;
        } bad[] = {
                {"[Limits]\nResultMax=many\n", ":2: ResultMax=: \"many\" is no size"},
                {"[Limits]\nResultMax=0\n", "allows nothing"},
                {"[Limits]\nOperationMemoryMax=64bit\n", "in bits"},
                {"[Limits]\nOperationMemoryMax=automatic\n", "OperationMemoryMax="},
                {"[Limits]\nTotalMax=1bit\n", "in bits"},
                {"[Limits]\nResultmax=1M\n", "did you mean ResultMax=?"},
                {"[Limits]\nColor=red\n", "it has ResultMax="},
                {"[Limits]\nResultMax=1M\nTimeMax=1s\nResultMax=2M\n",
                 ":4: ResultMax= stands here again, first on line 2"},
                {"[Limit]\nResultMax=1M\n", ":1: there is no section [Limit]"},
                {"[limits]\nResultMax=1M\n", ":1: there is no section [limits]"},
                {"[Policy]\nUnit=x\n", ":1: there is no section [Policy]"},
        };
        struct bng_config_limits limits = BNG_CONFIG_LIMITS_DEFAULT;
        struct bng_why why;

        (void)state;
        for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
                put("/etc" MAIN, bad[i].text);
                expect_error(bad[i].words);
        }
        assert_true(bng_config_limits_key(&limits, "ResultMax", "infinity", &why));
        assert_int_equal(limits.result_max, UINT64_MAX);
        assert_true(bng_config_limits_key(&limits, "ResultMax", "", &why));
        assert_int_equal(limits.result_max, UINT64_C(16) << 23);
        assert_true(bng_config_limits_key(&limits, "OperationMemoryMax", "1M", &why));
        assert_int_equal(limits.operation_memory_max, 1 << 20);
        assert_true(bng_config_limits_key(&limits, "TimeMax", "2", &why));
        assert_int_equal(limits.time_max, 2000000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_nothing_there),   TEST(test_first_main_file), TEST(test_a_users_files),
                TEST(test_drop_ins),        TEST(test_later_files_win), TEST(test_masks),
                TEST(test_what_is_no_file), TEST(test_one_file),        TEST(test_limits),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
