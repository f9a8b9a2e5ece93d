/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The daemon's configuration as files: over one another, missing, wrong in many places at once, and those that are
 * installed.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include "load-fixture.h"

static void test_all_errors_of_a_file(void **state)
{
        struct bng_config_errors errors = {0};
        struct guard_config *config = NULL;
        static const char *const expected[] = {
                "many-errors.conf:3: ",  "many-errors.conf:4: ",  "many-errors.conf:7: ",
                "many-errors.conf:8: ",  "many-errors.conf:9: ",  "many-errors.conf:11: ",
                "many-errors.conf:12: ", "many-errors.conf:15: ", "many-errors.conf:15: ",
        };

        (void)state;
        assert_int_equal(guard_config_load(&config, NULL, FIXTURE("many-errors.conf"), &errors),
                         -EINVAL);
        assert_int_equal(errors.n, sizeof(expected) / sizeof(*expected));
        for (size_t i = 0; i < errors.n; i++)
                if (!strstr(errors.lines[i], expected[i]))
                        fail_msg("expected %s in: %s", expected[i], errors.lines[i]);
        bng_config_errors_clear(&errors);
}

/* Main file and drop-ins: scalars replace, lists append, an empty value resets. */
static void test_files_over_one_another(void **state)
{
        struct bng_config_errors errors = {0};
        struct guard_config *config = NULL;
        const struct policy *policy;

        (void)state;
        if (guard_config_load(&config, FIXTURE("root"), NULL, &errors) < 0)
                fail_msg("%s", errors.lines[0]);
        assert_int_equal(config->n_policies, 2);
        policy = &config->policies[0];
        assert_string_equal(policy->name, "web");
        assert_int_equal(policy->units.n, 2); /* appended */
        assert_string_equal(policy->units.patterns[0], "web.service");
        assert_string_equal(policy->units.patterns[1], "web2.service");
        assert_int_equal(policy->users.n, 1); /* reset, then one */
        assert_string_equal(policy->users.patterns[0], "www");
        assert_int_equal(policy->worker_memory_max, 256 * MIB);   /* replaced */
        assert_int_equal(policy->group_memory_max, POLICY_UNSET); /* reset */
        assert_int_equal(policy->grace, 5 * SEC);                 /* reset to the default */
        assert_string_equal(config->policies[1].name, "late");
        assert_int_equal(config->protect.n, 2);
        assert_int_equal(config->kill_budget, 20); /* reset to the default */
        guard_config_free(config);
}

static void test_no_file(void **state)
{
        struct bng_config_errors errors = {0};
        struct guard_config *config = NULL;

        (void)state;
        assert_int_equal(guard_config_load(&config, FIXTURE("no-such-root"), NULL, &errors), 0);
        assert_int_equal(config->n_policies, 0);
        guard_config_free(config);
        config = NULL;
        assert_int_equal(guard_config_load(&config, NULL, FIXTURE("no-such.conf"), &errors),
                         -EINVAL);
        assert_non_null(strstr(errors.lines[0], "no-such.conf: cannot be read: No such file"));
        assert_null(config);
        bng_config_errors_clear(&errors);
}

static char *read_whole(const char *path)
{
        char *text = calloc(1, 1 << 16);
        FILE *file = fopen(path, "r");

        assert_non_null(text);
        assert_non_null(file);
        assert_true(fread(text, 1, (1 << 16) - 1, file) > 0);
        fclose(file);
        return text;
}

/* Takes the # off the lines that are configuration in comments. */
static void uncomment(char *text)
{
        char *to = text;

        for (char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
                size_t n = strcspn(line, "\n") + 1, word = 0;

                if (*line != '#')
                        continue;
                while (isalpha((unsigned char)line[1 + word]))
                        word++;
                if (line[1] != '[' && (word == 0 || line[1 + word] != '='))
                        continue;
                memmove(to, line + 1, n - 1);
                to += n - 1;
        }
        *to = '\0';
}

/* The default watches nothing; what it shows in comments is right, and says the defaults. */
static void test_default_file(void **state)
{
        char *text = read_whole(CONF "/bignum-guard.conf");
        struct guard_config *config = good(text), *nothing = good("");

        (void)state;
        assert_int_equal(config->n_policies, 0);
        guard_config_free(config);
        uncomment(text);
        config = good(text);
        assert_int_equal(config->dry_run, nothing->dry_run);
        assert_int_equal(config->kill_budget, nothing->kill_budget);
        assert_int_equal(config->kill_budget_window, nothing->kill_budget_window);
        assert_int_equal(config->record_full_command, nothing->record_full_command);
        guard_config_free(nothing);
        assert_int_equal(config->n_policies, 1);
        nothing = good("[Policy web]\nUser=x\nLeakMax=1\n");
        assert_int_equal(config->policies[0].growth_window, nothing->policies[0].growth_window);
        assert_int_equal(config->policies[0].leak_window, nothing->policies[0].leak_window);
        assert_int_equal(config->policies[0].action, nothing->policies[0].action);
        assert_int_equal(config->policies[0].scope, nothing->policies[0].scope);
        assert_int_equal(config->policies[0].grace, nothing->policies[0].grace);
        assert_int_equal(config->policies[0].cpu_window, nothing->policies[0].cpu_window);
        assert_int_equal(config->policies[0].crash_loop, nothing->policies[0].crash_loop);
        assert_int_equal(config->policies[0].crash_loop_window,
                         nothing->policies[0].crash_loop_window);
        assert_int_equal(config->policies[0].report_time, nothing->policies[0].report_time);
        guard_config_free(nothing);
        guard_config_free(config);
        free(text);
}

static void test_examples(void **state)
{
        DIR *dir = opendir(CONF "/examples");
        const struct dirent *entry;
        unsigned n = 0;

        (void)state;
        assert_non_null(dir);
        while ((entry = readdir(dir))) {
                struct bng_config_errors errors = {0};
                struct guard_config *config = NULL;
                char path[1000];

                if (!strstr(entry->d_name, ".conf"))
                        continue;
                snprintf(path, sizeof(path), CONF "/examples/%s", entry->d_name);
                if (guard_config_load(&config, NULL, path, &errors) < 0)
                        fail_msg("%s", errors.lines[0]);
                assert_true(config->n_policies > 0);
                guard_config_free(config);
                n++;
        }
        closedir(dir);
        assert_true(n >= 4);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_all_errors_of_a_file),
                cmocka_unit_test(test_files_over_one_another),
                cmocka_unit_test(test_no_file),
                cmocka_unit_test(test_default_file),
                cmocka_unit_test(test_examples),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
