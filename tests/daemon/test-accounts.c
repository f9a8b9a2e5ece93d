/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kill budgets over a restart of the daemon: kept, read back, and not believed when somebody else wrote
 * the file. */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-id128.h>
#include <unistd.h>
#include <cmocka.h>
#include "manager/ends/accounts.h"
#include "scratch.h"

#define WINDOW UINT64_C(60000000)
#define NOW UINT64_C(5000000)

static void on_announce(void *userdata, const struct verdict *verdict, const char *line, int error)
{
        (void)userdata, (void)verdict, (void)line, (void)error;
}

static void on_trouble(void *userdata, int error)
{
        (void)userdata, (void)error;
}

static const struct store_ops ops = {.announce = on_announce, .trouble = on_trouble};

/* Takes so many ends of the policy, as a daemon that then stops. The number that was granted. */
static unsigned run_daemon(const char *folder, const char *policy, unsigned n, unsigned max,
                           uint64_t now, int expected)
{
        struct accounts *accounts;
        struct store *store;
        unsigned granted = 0;
        sd_event *event;

        assert_int_equal(sd_event_new(&event), 0);
        assert_int_equal(accounts_new(&accounts), 0);
        assert_int_equal(accounts_restore(accounts, folder, now), expected);
        assert_int_equal(store_new(&store, event, folder, &ops, NULL), 0);
        for (unsigned i = 0; i < n; i++)
                granted += accounts_take(accounts, policy, max, WINDOW, now);
        accounts_keep(accounts, store);
        store_free(store);
        accounts_free(accounts);
        sd_event_unref(event);
        return granted;
}

static void test_a_restart_does_not_refill(void **state)
{
        const char *folder = *state;

        assert_int_equal(run_daemon(folder, "web", 2, 3, NOW, -ENOENT), 2);
        assert_int_equal(run_daemon(folder, "web", 3, 3, NOW + 1, 0), 1);
        assert_int_equal(run_daemon(folder, "web", 3, 3, NOW + 2, 0), 0);
        assert_int_equal(run_daemon(folder, "other \xff\n", 4, 3, NOW + 3, 0), 3);
        assert_int_equal(run_daemon(folder, "other \xff\n", 4, 3, NOW + 4, 0), 0);
        assert_int_equal(run_daemon(folder, "web", 1, 3, NOW + 5, 0), 0);
        assert_int_equal(run_daemon(folder, "web", 3, 3, NOW + WINDOW, 0), 2);
}

static void test_an_end_that_did_not_begin(void **state)
{
        struct accounts *accounts;

        (void)state;
        assert_int_equal(accounts_new(&accounts), 0);
        assert_true(accounts_take(accounts, "web", 1, WINDOW, NOW));
        assert_false(accounts_take(accounts, "web", 1, WINDOW, NOW));
        accounts_give_back(accounts, "web", NOW + 1);
        assert_false(accounts_take(accounts, "web", 1, WINDOW, NOW + 1));
        accounts_give_back(accounts, "web", NOW);
        accounts_give_back(accounts, "never heard of", NOW);
        assert_true(accounts_take(accounts, "web", 1, WINDOW, NOW + 1));
        /* One of several, which is not the latest: it is its time that is free again. */
        assert_true(accounts_take(accounts, "web", 3, WINDOW, NOW + 2));
        assert_true(accounts_take(accounts, "web", 3, WINDOW, NOW + 3));
        accounts_give_back(accounts, "web", NOW + 2);
        assert_true(accounts_take(accounts, "web", 3, WINDOW, NOW + 4));
        assert_false(accounts_take(accounts, "web", 3, WINDOW, NOW + WINDOW));
        assert_true(accounts_take(accounts, "web", 3, WINDOW, NOW + WINDOW + 1));
        accounts_free(accounts);
}

static void put_file(const char *folder, const char *text, mode_t mode)
{
        char path[256];
        FILE *file;

        snprintf(path, sizeof(path), "%s/" ACCOUNTS_FILE, folder);
        unlink(path);
        file = fopen(path, "we");
        assert_non_null(file);
        fputs(text, file);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(chmod(path, mode), 0);
}

static int read_back(const char *folder, const char *text, mode_t mode)
{
        struct accounts *accounts;
        int r;

        put_file(folder, text, mode);
        assert_int_equal(accounts_new(&accounts), 0);
        r = accounts_restore(accounts, folder, NOW);
        /* What is refused is refused whole. */
        if (r < 0)
                for (unsigned i = 0; i < 2; i++)
                        assert_true(accounts_take(accounts, "web", 2, WINDOW, NOW));
        accounts_free(accounts);
        return r;
}

static void test_what_somebody_else_wrote(void **state)
{
        static const char *const wrong[] = {
                "",
                "{",
                "[]",
                "{\"boot_id\":\"%s\"}",
                "{\"boot_id\":\"%s\",\"ends\":[]}",
                "{\"boot_id\":1,\"ends\":{}}",
                "{\"boot_id\":\"%s\",\"ends\":{\"web\":1}}",
                "{\"boot_id\":\"%s\",\"ends\":{\"web\":[1,-1]}}",
                "{\"boot_id\":\"%s\",\"ends\":{\"web\":[1.5]}}",
                "{\"boot_id\":\"%s\",\"ends\":{\"web\":[1,\"2\"]}}",
                "{\"boot_id\":\"%s\",\"ends\":{\"web\":[3,2]}}",
                "{\"boot_id\":\"%s\",\"ends\":{\"web\":[1],\"x\":[5000001]}}",
                "{\"boot_id\":\"%s\",\"ends\":{\"web\":[1],\"web\":[1]}}",
                "{\"boot_id\":\"%s\",\"ends\":{\"\":[1]}}",
                "{\"boot_id\":\"%s\",\"ends\":{\"web\":[1]},\"more\":1}",
                "{\"boot_id\":\"%s\",\"ends\":{\"web\":[1]}} more",
                "{\"boot_id\":\"%s\",\"ends\":{\"web\":[99999999999999999999999]}}",
        };
        char boot[SD_ID128_STRING_MAX], text[256], path[256], target[256];
        const char *folder = *state;
        struct accounts *accounts;
        sd_id128_t id;

        assert_int_equal(sd_id128_get_boot(&id), 0);
        sd_id128_to_string(id, boot);
        for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
                const char *mark = strstr(wrong[i], "%s");
                int before = mark ? (int)(mark - wrong[i]) : (int)strlen(wrong[i]);

                snprintf(text, sizeof(text), "%.*s%s%s", before, wrong[i], mark ? boot : "",
                         mark ? mark + 2 : "");
                assert_int_equal(read_back(folder, text, 0600), -EBADMSG);
        }

        snprintf(text, sizeof(text), "{\"boot_id\":\"%s\",\"ends\":{\"web\":[1,1,2]}}", boot);
        assert_int_equal(read_back(folder, text, 0600), 0);
        assert_int_equal(read_back(folder, text, 0620), -EPERM);
        assert_int_equal(read_back(folder, text, 0604), -EPERM);

        /* Another boot's clock says nothing about this one's. */
        boot[0] = boot[0] == '0' ? '1' : '0';
        snprintf(text, sizeof(text), "{\"boot_id\":\"%s\",\"ends\":{\"web\":[1,2,99000000]}}",
                 boot);
        put_file(folder, text, 0600);
        assert_int_equal(run_daemon(folder, "web", 3, 3, NOW, 0), 3);

        /* A link, or a second name: somebody else's. */
        snprintf(path, sizeof(path), "%s/" ACCOUNTS_FILE, folder);
        snprintf(target, sizeof(target), "%s/elsewhere", folder);
        assert_int_equal(link(path, target), 0);
        assert_int_equal(accounts_new(&accounts), 0);
        assert_int_equal(accounts_restore(accounts, folder, NOW), -EPERM);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(symlink(target, path), 0);
        assert_int_equal(accounts_restore(accounts, folder, NOW), -EPERM);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(mkfifo(path, 0600), 0);
        assert_int_equal(accounts_restore(accounts, folder, NOW), -EPERM);
        accounts_free(accounts);

        /* And it is replaced, not written through. */
        assert_int_equal(unlink(path), 0);
        assert_int_equal(symlink(target, path), 0);
        assert_int_equal(run_daemon(folder, "web", 1, 3, NOW, -EPERM), 1);
        assert_int_equal(run_daemon(folder, "web", 3, 3, NOW, 0), 2);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_a_restart_does_not_refill, scratch_setup,
                                                scratch_teardown),
                cmocka_unit_test(test_an_end_that_did_not_begin),
                cmocka_unit_test_setup_teardown(test_what_somebody_else_wrote, scratch_setup,
                                                scratch_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
