/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who a policy is about: groups, units, workers, and who is protected from all of them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "policy/match.h"

#define GLOBS(...)                                                                                 \
        {                                                                                          \
                (char *[]){__VA_ARGS__}, sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)          \
        }

static void test_unit_from_path(void **state)
{
        static const char *const cases[][2] = {
                {"/system.slice/web.service", "web.service"},
                {"/system.slice/web.service/worker/deep", "web.service"},
                {"/system.slice/system-web.slice/web@1.service", "web@1.service"},
                {"/init.scope", "init.scope"},
                {"/user.slice/user-1000.slice/session-3.scope", "session-3.scope"},
                {"/user.slice/user-1000.slice/user@1000.service/app.slice/job.service",
                 "user@1000.service"},
                {"/system.slice/_memory.service", "memory.service"},
                {"/system.slice/__x.service", "_x.service"},
                {"/system.slice/a\\x2db.service", "a\\x2db.service"},
                {"/system.slice/tmp.mount", "tmp.mount"},
                {"/", NULL},
                {"", NULL},
                {"/system.slice", NULL},
                {"/docker/abc", NULL},
                {"/docker/web.service", NULL},
                {"/system.slice/docker/web.service", NULL},
                {"/.service", NULL},
                {"/system.slice/web.timer", NULL},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
                char *unit = unit_from_path(cases[i][0]);

                if (!unit != !cases[i][1] || (unit && strcmp(unit, cases[i][1]) != 0))
                        fail_msg("\"%s\": %s", cases[i][0], unit ? unit : "none");
                free(unit);
        }
}

static void test_groups(void **state)
{
        struct policy by_unit = {.units = GLOBS("web*.service", "db.service")};
        struct policy by_cgroup = {.cgroups = GLOBS("/batch/*")};
        struct policy by_both = {.units = GLOBS("web.service"),
                                 .cgroups = GLOBS("/system.slice/**")};
        struct policy by_user = {.users = GLOBS("www")};
        struct group_facts web = {"/system.slice/web.service", "web.service"};
        struct group_facts claimed = {"/system.slice/web.service", NULL};
        struct group_facts batch = {"/batch/job", NULL};

        (void)state;
        assert_true(policy_matches_group(&by_unit, &web));
        assert_false(policy_matches_group(&by_unit, &claimed));
        assert_false(policy_matches_group(&by_cgroup, &web));
        assert_true(policy_matches_group(&by_cgroup, &batch));
        assert_true(policy_matches_group(&by_both, &web));
        assert_false(policy_matches_group(&by_both, &claimed));
        assert_false(policy_matches_group(&by_both, &batch));
        assert_true(policy_matches_group(&by_user, &batch));
}

static void test_workers(void **state)
{
        struct policy any = {.users = {0}};
        struct policy by_user = {.users = GLOBS("www-*", "33")};
        struct policy by_command = {.commands = GLOBS("gunicorn*", "python3")};
        struct policy by_path = {.commands = GLOBS("/usr/bin/python3")};
        struct policy by_both = {.users = GLOBS("www-data"), .commands = GLOBS("python3")};
        struct worker_facts worker = {"www-data", "33", "gunicorn: worker", "/usr/bin/python3"};
        struct worker_facts other = {NULL, "1000", "bash", "-bash"};
        struct worker_facts kernel = {"root", "0", "kworker/0:1", NULL};

        (void)state;
        assert_true(policy_matches_worker(&any, &worker) && policy_matches_worker(&any, &kernel));
        assert_true(policy_matches_worker(&by_user, &worker));
        assert_false(policy_matches_worker(&by_user, &other));
        worker.user = NULL;
        assert_true(policy_matches_worker(&by_user, &worker)); /* by the number */
        worker.uid = "34";
        assert_false(policy_matches_worker(&by_user, &worker));
        assert_true(policy_matches_worker(&by_command, &worker));
        worker.command = "other";
        assert_true(policy_matches_worker(&by_command, &worker)); /* by the last component */
        assert_true(policy_matches_worker(&by_path, &worker));
        worker.argv0 = NULL;
        assert_false(policy_matches_worker(&by_command, &worker));
        assert_false(policy_matches_worker(&by_path, &kernel));
        worker = (struct worker_facts){"www-data", "33", "x", "python3"};
        assert_true(policy_matches_worker(&by_both, &worker));
        worker.user = "root";
        assert_false(policy_matches_worker(&by_both, &worker));
}

static void test_protection(void **state)
{
        struct guard_config config = {.protect = GLOBS("db.service", "core.slice", "/batch/keep*")};
        static const struct {
                const char *path, *unit;
                bool is_protected;
        } cases[] = {
                {"/system.slice/db.service", "db.service", true},
                {"/system.slice/db.service", NULL,
                 true}, /* the place suffices where nobody confirms */
                {"/system.slice/db.service/below", NULL, true},
                {"/odd/place", "db.service", true},
                {"/core.slice/x.service", "x.service", true},
                {"/core.slice/core-a.slice/x.service", NULL, true},
                {"/system.slice/web.service", "web.service", false},
                {"/system.slice/web.service/db.service", "web.service",
                 false}, /* anyone may make that */
                {"/user.slice/db.service", NULL, true},
                {"/batch/keep", NULL, true},
                {"/batch/keep-1/deep/er", NULL, true},
                {"/batch/job", NULL, false},
                {"/batch", NULL, false},
                {"/", NULL, false},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
                struct group_facts facts = {cases[i].path, cases[i].unit};

                if (guard_protects(&config, &facts) != cases[i].is_protected)
                        fail_msg("%s", cases[i].path);
        }
}

static void test_forbidden(void **state)
{
        (void)state;
        assert_true(group_is_forbidden("/", "/a/b"));
        assert_true(group_is_forbidden("/", "/"));
        assert_true(group_is_forbidden("", "/a"));
        assert_true(group_is_forbidden("/a", "/a/b"));
        assert_true(group_is_forbidden("/a/", "/a/b"));
        assert_true(group_is_forbidden("/a/b", "/a/b"));
        assert_false(group_is_forbidden("/a/b/c", "/a/b"));
        assert_false(group_is_forbidden("/a/bc", "/a/b"));
        assert_false(group_is_forbidden("/a/b", "/a/bc"));
        assert_false(group_is_forbidden("/x", "/"));
        assert_true(group_is_slice("/system.slice"));
        assert_true(group_is_slice("/user.slice/user-1000.slice"));
        assert_false(group_is_slice("/system.slice/web.service"));
        assert_false(group_is_slice("/.slice"));
}

static void test_the_first_key_that_does_not_match(void **state)
{
        char *unit = (char *)"web.service", *cgroup = (char *)"/a", *user = (char *)"www",
             *command = (char *)"python3";
        const struct policy policy = {.units = {&unit, 1},
                                      .cgroups = {&cgroup, 1},
                                      .users = {&user, 1},
                                      .commands = {&command, 1}};
        struct group_facts group = {.path = "/b", .unit = NULL};
        struct worker_facts worker = {.user = "db", .uid = "5", .command = "sh", .argv0 = NULL};

        (void)state;
        assert_string_equal(policy_mismatch_group(&policy, &group), "Unit");
        group.unit = "web.service";
        assert_string_equal(policy_mismatch_group(&policy, &group), "Cgroup");
        group.path = "/a";
        assert_null(policy_mismatch_group(&policy, &group));
        assert_string_equal(policy_mismatch_worker(&policy, &worker), "User");
        worker.user = "www";
        assert_string_equal(policy_mismatch_worker(&policy, &worker), "Command");
        worker.argv0 = "/usr/bin/python3";
        assert_null(policy_mismatch_worker(&policy, &worker));
}

/* Who is below a path that nothing reaches is never looked for: so no group may match below one. */
static void test_what_is_below(void **state)
{
        static const struct {
                const char *pattern, *path;
                bool reaches;
        } cases[] = {
                {"/a/b", "/a", true},      {"/a/b", "/a/b", false}, {"/a/b", "/a/bc", false},
                {"/a/b", "/x", false},     {"/a/*", "/a", true},    {"/a/*", "/a/b", false},
                {"/a/**", "/a/b/c", true}, {"/**/b", "/x/y", true}, {"/a*/c", "/ab", true},
                {"/a*/c", "/ba", false},   {"/a[/c", "/a", false},  {"**", "/x", true},
        };
        static const char *const names[] = {"a", "b", "ab"};
        uint32_t random = 7;

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
                assert_int_equal(glob_reaches_below(cases[i].pattern, cases[i].path),
                                 cases[i].reaches);
        /* every pattern of a few tokens against every path of up to three names */
        for (unsigned round = 0; round < 20000; round++) {
                static const char *const tokens[] = {"/", "a", "b", "*", "**", "?", "[ab]"};
                char pattern[64] = "/", path[64] = "";

                for (unsigned i = 0; i < 5; i++) {
                        random = random * 1664525 + 1013904223;
                        strcat(pattern, tokens[(random >> 16) % 7]);
                }
                for (unsigned i = 0; i < 3; i++) {
                        char above[64];

                        strcpy(above, path);
                        random = random * 1664525 + 1013904223;
                        strcat(strcat(path, "/"), names[(random >> 16) % 3]);
                        for (char *slash = above + strlen(above); glob_match(pattern, path);) {
                                *slash = '\0';
                                assert_true(glob_reaches_below(pattern, above));
                                slash = strrchr(above, '/');
                                if (!slash)
                                        break;
                        }
                }
        }
}

static void test_units_below(void **state)
{
        static char *patterns[] = {(char *)"web*.service"}, *paths[] = {(char *)"/system.slice/*"};
        struct policy policy = {.units = {.patterns = patterns, .n = 1}};

        (void)state;
        assert_true(policy_reaches_below(&policy, "/system.slice"));
        assert_true(policy_reaches_below(&policy, "/a.slice/a-b.slice"));
        assert_true(policy_reaches_below(&policy, "/system.slice/web1.service"));
        assert_true(policy_reaches_below(&policy, "/system.slice/web1.service/deep/er"));
        assert_false(policy_reaches_below(&policy, "/system.slice/db.service"));
        assert_false(policy_reaches_below(&policy, "/system.slice/db.service/web1.service"));
        assert_false(policy_reaches_below(&policy, "/docker"));
        policy.cgroups = (struct globs){.patterns = paths, .n = 1};
        assert_true(policy_reaches_below(&policy, "/system.slice"));
        assert_false(policy_reaches_below(&policy, "/system.slice/web1.service"));
        assert_false(policy_reaches_below(&policy, "/a.slice"));
        policy.cgroups.n = policy.units.n = 0;
        assert_true(policy_reaches_below(&policy, "/anywhere"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_unit_from_path),
                cmocka_unit_test(test_groups),
                cmocka_unit_test(test_workers),
                cmocka_unit_test(test_protection),
                cmocka_unit_test(test_forbidden),
                cmocka_unit_test(test_the_first_key_that_does_not_match),
                cmocka_unit_test(test_what_is_below),
                cmocka_unit_test(test_units_below),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
