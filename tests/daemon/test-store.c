/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The store and its reader: what is announced when, and what is found again. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "report/history.h"
#include "report/stamp.h"
#include "report/store.h"
#include "scratch.h"
#include "verdicts.h"

#define COMMAND_SIZE 1000 /* makes 10000 verdicts more than one file */

struct log {
        const char *folder;
        size_t n;
        size_t failed;
        pid_t last;
        bool ordered;
        bool check_disk; /* each announced one must be readable at once */
        int troubles;
        int trouble;
};

static size_t count_history(const char *folder, pid_t pid)
{
        struct history_filter filter = {.pid = pid};
        size_t skipped, n;
        json_t *found;

        assert_int_equal(history_read(folder, &filter, &found, &skipped), 0);
        assert_int_equal(skipped, 0);
        n = json_array_size(found);
        json_decref(found);
        return n;
}

static void on_announce(void *userdata, const struct verdict *verdict, const char *line, int error)
{
        struct log *log = userdata;
        json_t *json = json_loads(line, 0, NULL);

        assert_non_null(json);
        assert_int_equal(json_integer_value(json_object_get(json, "pid")), verdict->pid);
        json_decref(json);
        log->n++;
        log->failed += error < 0;
        log->ordered = log->ordered && verdict->pid > log->last;
        log->last = verdict->pid;
        if (log->check_disk && error == 0)
                assert_int_equal(count_history(log->folder, verdict->pid), 1);
}

static void on_trouble(void *userdata, int error)
{
        struct log *log = userdata;

        log->troubles++;
        log->trouble = error;
}

static const struct store_ops ops = {.announce = on_announce, .trouble = on_trouble};

static void run_until(sd_event *event, const size_t *counter, size_t wanted)
{
        while (*counter < wanted)
                assert_true(sd_event_run(event, 20 * 1000000) > 0);
}

static void test_announced_is_on_disk(void **state)
{
        struct log log = {.folder = *state, .ordered = true, .check_disk = true};
        struct store *store = NULL;
        sd_event *event = NULL;

        assert_int_equal(sd_event_new(&event), 0);
        assert_int_equal(store_new(&store, event, *state, &ops, &log), 0);
        for (pid_t pid = 1; pid <= 50; pid++)
                store_append(store, sample_verdict(pid));
        run_until(event, &log.n, 50);
        assert_int_equal(log.failed, 0);
        assert_true(log.ordered);
        assert_int_equal(log.troubles, 0);
        store_free(store);
        sd_event_unref(event);
}

/* Freed at once: everything is written first, and announced. */
static void test_drain(void **state)
{
        struct log log = {.folder = *state, .ordered = true};
        struct store *store = NULL;
        sd_event *event = NULL;

        assert_int_equal(sd_event_new(&event), 0);
        assert_int_equal(store_new(&store, event, *state, &ops, &log), 0);
        for (pid_t pid = 1; pid <= 1000; pid++)
                store_append(store, sample_verdict(pid));
        assert_null(store_free(store));
        sd_event_unref(event);
        assert_int_equal(log.n, 1000);
        assert_int_equal(log.failed, 0);
        assert_true(log.ordered);
        assert_int_equal(count_history(*state, 0), 1000);
}

/* More than fits in one file: the rotated ones are read back too, in order, up to what is kept. */
static void test_load(void **state)
{
        struct log log = {.folder = *state, .ordered = true};
        struct history_filter filter = {.max = 0};
        const pid_t total = 10000;
        struct store *store = NULL;
        sd_event *event = NULL;
        json_t *found, *one;
        size_t skipped, i;
        struct stat st;
        char path[128];

        assert_int_equal(sd_event_new(&event), 0);
        assert_int_equal(store_new(&store, event, *state, &ops, &log), 0);
        for (pid_t pid = 1; pid <= total; pid++) {
                struct verdict *verdict = sample_verdict(pid);

                free(verdict->command);
                verdict->command = malloc(COMMAND_SIZE + 1);
                memset(verdict->command, 'x', COMMAND_SIZE);
                verdict->command[COMMAND_SIZE] = '\0';
                store_append(store, verdict);
                run_until(event, &log.n, (size_t)(pid > 2000 ? pid - 2000 : 0));
        }
        store_free(store);
        sd_event_unref(event);
        assert_int_equal(log.n, total);
        assert_int_equal(log.failed, 0);
        assert_true(log.ordered);
        snprintf(path, sizeof(path), "%s/" STORE_FILE ".1", (const char *)*state);
        assert_int_equal(stat(path, &st), 0);
        assert_true((uint64_t)st.st_size >= STORE_FILE_MAX);

        assert_int_equal(history_read(*state, &filter, &found, &skipped), 0);
        assert_int_equal(json_array_size(found), total);
        json_array_foreach(found, i, one)
                assert_int_equal(json_integer_value(json_object_get(one, "pid")), i + 1);
        json_decref(found);
        filter.max = 7;
        assert_int_equal(history_read(*state, &filter, &found, &skipped), 0);
        assert_int_equal(json_array_size(found), 7);
        json_array_foreach(found, i, one) assert_int_equal(
                json_integer_value(json_object_get(one, "pid")), (size_t)total - 6 + i);
        json_decref(found);
}

/* The disk takes nothing: announced with the error, told once, kept, and written when it can be. */
static void test_full(void **state)
{
        struct log log = {.folder = *state, .ordered = true};
        struct rlimit before, tight;
        struct store *store = NULL;
        sd_event *event = NULL;

        getrlimit(RLIMIT_FSIZE, &before);
        tight = (struct rlimit){.rlim_cur = 2000, .rlim_max = before.rlim_max};
        assert_int_equal(sd_event_new(&event), 0);
        assert_int_equal(store_new(&store, event, *state, &ops, &log), 0);
        setrlimit(RLIMIT_FSIZE, &tight);
        for (pid_t pid = 1; pid <= 10; pid++) {
                store_append(store, sample_verdict(pid));
                run_until(event, &log.n, (size_t)pid);
        }
        setrlimit(RLIMIT_FSIZE, &before);
        assert_true(log.failed > 0 && log.failed < 10);
        assert_int_equal(log.troubles, 1);
        assert_true(log.trouble == -EFBIG || log.trouble == -ENOSPC);
        assert_int_equal(count_history(*state, 0), 10 - log.failed);
        /* The next one takes the others along. */
        store_append(store, sample_verdict(11));
        run_until(event, &log.n, 11);
        assert_int_equal(count_history(*state, 0), 11);
        store_free(store);
        sd_event_unref(event);
        assert_int_equal(log.n, 11);
        assert_int_equal(log.troubles, 2);
        assert_int_equal(log.trouble, 0);
}

/* A folder that cannot be is trouble, not an end; what waited is written at the last chance. */
static void test_no_folder(void **state)
{
        struct log log = {.ordered = true};
        struct store *store = NULL;
        sd_event *event = NULL;
        char parent[128], folder[160];

        snprintf(parent, sizeof(parent), "%s/missing", (const char *)*state);
        snprintf(folder, sizeof(folder), "%s/state", parent);
        assert_int_equal(sd_event_new(&event), 0);
        assert_int_equal(store_new(&store, event, folder, &ops, &log), 0);
        store_append(store, sample_verdict(1));
        run_until(event, &log.n, 1);
        assert_int_equal(log.failed, 1);
        assert_int_equal(log.trouble, -ENOENT);
        assert_int_equal(mkdir(parent, 0700), 0);
        store_free(store);
        sd_event_unref(event);
        assert_int_equal(log.n, 1);
        assert_int_equal(count_history(folder, 1), 1);
}

/* Another store holds the folder, so nothing drains: at the bound the newest is told, not lost
 * silently. */
static void test_bound(void **state)
{
        struct log log = {.ordered = true}, other_log = {.ordered = true};
        struct store *store = NULL, *other = NULL;
        sd_event *event = NULL;

        assert_int_equal(sd_event_new(&event), 0);
        assert_int_equal(store_new(&other, event, *state, &ops, &other_log), 0);
        store_append(other, sample_verdict(1));
        run_until(event, &other_log.n, 1);
        assert_int_equal(store_new(&store, event, *state, &ops, &log), 0);
        for (pid_t pid = 1; pid <= STORE_QUEUE_MAX + 3; pid++)
                store_append(store, sample_verdict(pid));
        run_until(event, &log.n, STORE_QUEUE_MAX + 3);
        assert_int_equal(log.failed, STORE_QUEUE_MAX + 3);
        assert_int_equal(log.trouble, -EBUSY);
        store_free(other);
        store_free(store);
        sd_event_unref(event);
        assert_int_equal(log.n, STORE_QUEUE_MAX + 3);
        assert_int_equal(count_history(*state, 0), STORE_QUEUE_MAX + 1);
}

static void put_lines(const char *folder, const char *name, const char *text)
{
        char path[128];
        FILE *out;

        snprintf(path, sizeof(path), "%s/%s", folder, name);
        out = fopen(path, "w");
        assert_non_null(out);
        fputs(text, out);
        fclose(out);
}

static void test_history(void **state)
{
        struct history_filter filter = {.max = 0};
        json_t *found;
        size_t skipped;

        assert_int_equal(history_read("/nonexistent/folder", &filter, &found, &skipped), 0);
        assert_int_equal(json_array_size(found), 0);
        json_decref(found);

        put_lines(*state, STORE_FILE ".3",
                  "{\"pid\":1,\"policy\":\"web\",\"time\":\"2026-01-01T00:00:00.000000Z\"}\n");
        put_lines(*state, STORE_FILE,
                  "{\"pid\":2,\"policy\":\"db\",\"time\":\"2026-01-02T00:00:00.000000Z\"}\n"
                  "not json\n[1]\n\n"
                  "{\"pid\":3,\"policy\":\"web\",\"time\":\"2026-01-03T00:00:00.000000Z\"}\n"
                  "{\"pid\":4,\"policy\":\"web\",\"time\":\"2026-0");
        assert_int_equal(history_read(*state, &filter, &found, &skipped), 0);
        assert_int_equal(json_array_size(found), 3);
        assert_int_equal(skipped, 3);
        assert_int_equal(json_integer_value(json_object_get(json_array_get(found, 0), "pid")), 1);
        json_decref(found);

        filter = (struct history_filter){.policy = "web"};
        assert_int_equal(history_read(*state, &filter, &found, &skipped), 0);
        assert_int_equal(json_array_size(found), 2);
        json_decref(found);

        /* 2026-01-02T00:00:00Z, inclusive */
        filter = (struct history_filter){.since_realtime_usec = UINT64_C(1767312000000000)};
        assert_int_equal(history_read(*state, &filter, &found, &skipped), 0);
        assert_int_equal(json_array_size(found), 2);
        json_decref(found);
        filter.since_realtime_usec++;
        assert_int_equal(history_read(*state, &filter, &found, &skipped), 0);
        assert_int_equal(json_array_size(found), 1);
        json_decref(found);
}

#define scratch_test(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                scratch_test(test_announced_is_on_disk),
                scratch_test(test_drain),
                scratch_test(test_load),
                scratch_test(test_full),
                scratch_test(test_no_folder),
                scratch_test(test_bound),
                scratch_test(test_history),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
