/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The helper behind bng, as a program: what it prints and how it exits, with a server that answers, and
 * with none.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include "control/moment.h"
#include "report/lines.h"
#include "report/store.h"
#include "control-server.h"
#include "scratch.h"
#include "verdicts.h"

struct fixture {
        void *folder;
        pid_t server;
};

static int setup(void **state)
{
        struct fixture *fixture = calloc(1, sizeof(*fixture));

        *state = fixture;
        return fixture && scratch_setup(&fixture->folder) == 0 ? 0 : -1;
}

static int setup_server(void **state)
{
        struct server *serving = NULL;
        struct fixture *fixture;

        if (setup(state) < 0)
                return -1;
        fixture = *state;
        fixture->server = server_start(fixture->folder, &ops, &serving);
        return fixture->server > 0 ? 0 : -1;
}

static int teardown(void **state)
{
        struct fixture *fixture = *state;
        int status = 0;

        if (fixture->server > 0) {
                kill(fixture->server, SIGTERM);
                waitpid(fixture->server, &status, 0);
        }
        scratch_teardown(&fixture->folder);
        free(fixture);
        return status == 0 ? 0 : -1;
}

/* Runs the helper: its exit status; `output` gets standard output and error together. */
struct output {
        char text[16384];
};

static int run(const struct fixture *fixture, struct output *output, const char *command)
{
        char line[1024];
        size_t n;
        int status;
        FILE *in;

        snprintf(line, sizeof(line),
                 "export TZ=UTC LC_ALL=C.UTF-8 RUNTIME_DIRECTORY='%s' STATE_DIRECTORY='%s'; "
                 "\"$BNG_CONTROL\" %s 2>&1",
                 (const char *)fixture->folder, (const char *)fixture->folder, command);
        in = popen(line, "r");
        assert_non_null(in);
        n = fread(output->text, 1, sizeof(output->text) - 1, in);
        output->text[n] = '\0';
        status = pclose(in);
        assert_true(WIFEXITED(status));
        /* Nothing that a process named reaches the terminal as it is. */
        assert_null(strchr(output->text, '\x1b'));
        return WEXITSTATUS(status);
}

static void has(const struct output *output, const char *part)
{
        if (!strstr(output->text, part))
                fail_msg("no `%s' in:\n%s", part, output->text);
}

static json_t *json_of(const struct output *output)
{
        json_t *json = json_loads(output->text, 0, NULL);

        if (!json)
                fail_msg("no JSON: %s", output->text);
        return json;
}

/* An object that says why there is no answer. */
static void has_error(const struct output *output, const char *part)
{
        json_t *json = json_of(output);
        const char *error = json_string_value(json_object_get(json, "error"));

        if (!error || !strstr(error, part))
                fail_msg("no error `%s' in: %s", part, output->text);
        json_decref(json);
}

static void test_usage(void **state)
{
        struct output output;

        assert_int_equal(run(*state, &output, ""), 2);
        assert_int_equal(run(*state, &output, "frobnicate"), 2);
        has(&output, "bng: this version has no command `frobnicate'");
        assert_int_equal(run(*state, &output, "status extra"), 2);
        has(&output, "bng status: `extra': it takes no arguments");
        assert_int_equal(run(*state, &output, "status --frobnicate"), 2);
        has(&output, "bng status: there is no option --frobnicate");
        assert_int_equal(run(*state, &output, "history --polcy web"), 2);
        has(&output, "did you mean --policy?");
        assert_int_equal(run(*state, &output, "history -n"), 2);
        has(&output, "bng history: -n: N is missing");
        assert_int_equal(run(*state, &output, "explain 12x --json 2>/dev/null #"), 2);
        assert_string_equal(output.text, "{\"error\": \"`12x' is no process id\"}\n");
        assert_int_equal(run(*state, &output, "explain"), 2);
        has(&output, "bng explain: a process id is missing");
        assert_int_equal(run(*state, &output, "explain 12x"), 2);
        assert_int_equal(run(*state, &output, "explain 0"), 2);
        assert_int_equal(run(*state, &output, "explain 99999999999"), 2);
        assert_int_equal(run(*state, &output, "explain 1 2"), 2);
        assert_int_equal(run(*state, &output, "history --since=soon"), 2);
        has(&output, "give a time ago");
        assert_int_equal(run(*state, &output, "history -n -1"), 2);
        assert_int_equal(run(*state, &output, "check-config a b"), 2);
        assert_int_equal(run(*state, &output, "status --help"), 0);
        has(&output, "Usage: bng status");
        assert_int_equal(run(*state, &output, "history --help"), 0);
        assert_int_equal(run(*state, &output, "explain --help"), 0);
        assert_int_equal(run(*state, &output, "check-config --help"), 0);
        assert_int_equal(run(*state, &output, "reload --help"), 0);
        assert_int_equal(run(*state, &output, "status --version"), 0);
        assert_string_equal(output.text, "bng " BNG_VERSION "\n");
}

static void test_no_daemon(void **state)
{
        struct output output;

        assert_int_equal(run(*state, &output, "status"), 1);
        has(&output, "bng status: bignum-guardd does not run here");
        has(&output, "systemctl start bignum-guard");
        assert_int_equal(run(*state, &output, "status --json 2>/dev/null #"), 1);
        has_error(&output, "bignum-guardd does not run here");
        assert_int_equal(run(*state, &output, "reload --json 2>/dev/null #"), 1);
        has_error(&output, "bignum-guardd does not run here");
        assert_int_equal(run(*state, &output, "explain 1 --json 2>/dev/null #"), 1);
        has_error(&output, "bignum-guardd does not run here");
        assert_int_equal(run(*state, &output, "reload"), 1);
        assert_int_equal(run(*state, &output, "explain 1"), 1);
        assert_int_equal(run(*state, &output, "status --runtime /nonexistent"), 1);
        has(&output, "/nonexistent");
        assert_int_equal(run(*state, &output, "history"), 0);
        has(&output, "No such verdict in ");
        assert_int_equal(run(*state, &output, "history --json"), 0);
        assert_string_equal(output.text, "[]\n");
}

static void test_status(void **state)
{
        struct output output;
        json_t *json, *policy_json, *group;

        assert_int_equal(run(*state, &output, "status"), 0);
        has(&output, "bignum-guardd " BNG_VERSION ", pid ");
        has(&output, "since 2026-09-10 00:26:40");
        has(&output, "DRY RUN");
        has(&output, "THE LAST RELOAD WAS REFUSED");
        has(&output,
            "policy web: terminate worker, WorkerMemoryMax=512M, LeakMax=64M/h over 10min, "
            "CpuTimeMax=146100000d over 1min\n");
        has(&output,
            "  GROUP, WORKERS         MEMORY  LIMIT  PEAK  GROWS  NEXT LOOK  UNIT, STATE\n"
            "  /app/web\\x0a             800M     2G  900M  +1M/s          -  web.service\n"
            "    4242 py\\x1b[31mthon    400M   512M  410M  -2K/s      500ms  watched\n");

        assert_int_equal(run(*state, &output, "status --json"), 0);
        json = json_of(&output);
        assert_string_equal(json_string_value(json_object_get(json, "layout")), "v1");
        assert_true(json_is_true(json_object_get(json, "dry_run")));
        policy_json = json_array_get(json_object_get(json, "policies"), 0);
        group = json_array_get(json_object_get(policy_json, "groups"), 0);
        assert_string_equal(json_string_value(json_object_get(group, "path")), "/app/web\\x0a");
        assert_true(json_is_null(json_object_get(group, "next_look")));
        assert_int_equal(json_array_size(json_object_get(group, "workers")), 1);
        json_decref(json);
}

static void test_reload(void **state)
{
        struct output output;
        json_t *json;

        assert_int_equal(run(*state, &output, "reload"), 0);
        assert_string_equal(output.text, "The new configuration is in force.\n");
        assert_int_equal(run(*state, &output, "reload"), 1);
        has(&output, "stays in force:\na.conf:3: no such key\nb.conf:4: bad\\x1b value\n");
        assert_int_equal(run(*state, &output, "reload --json 2>/dev/null #"), 1);
        json = json_of(&output);
        assert_true(json_is_false(json_object_get(json, "reloaded")));
        assert_int_equal(json_array_size(json_object_get(json, "errors")), 2);
        assert_string_equal(
                json_string_value(json_array_get(json_object_get(json, "errors"), 1)),
                "b.conf:4: bad\\x1b value");
        json_decref(json);
}

static void put_verdict(const struct fixture *fixture, pid_t pid, const char *policy_name,
                        uint64_t usec)
{
        struct lines lines = LINES_INIT(fixture->folder, STORE_FILE, 1 << 20, 1);
        struct verdict *verdict = sample_verdict(pid);
        char *line;

        free(verdict->policy);
        verdict->policy = strdup(policy_name);
        verdict->realtime_usec = usec;
        line = verdict_to_line(verdict);
        assert_int_equal(lines_begin(&lines), 0);
        assert_int_equal(lines_append(&lines, line), 0);
        assert_int_equal(lines_commit(&lines), 0);
        lines_close(&lines);
        free(line);
        verdict_free(verdict);
}

static void test_explain(void **state)
{
        struct output output;
        json_t *json;

        put_verdict(*state, 77, "db", UINT64_C(1789000000000000));
        put_verdict(*state, 4242, "web", UINT64_C(1789000000000000));
        assert_int_equal(run(*state, &output, "explain 4242"), 0);
        has(&output, "Process 4242 (py\\x1b[31mthon) of user 1000, in /app/web.");
        has(&output, "It is watched and holds 400M.");
        has(&output, "It maps 3M more of files and shared memory: those count for no process "
                     "alone.");
        has(&output, "Policy web applies, the first that matches: terminate worker.");
        has(&output, "What breaks it: SIGTERM, after 5s SIGKILL.");
        has(&output, "WorkerMemoryMax   512M       400M   78%  now\n");
        has(&output, "LeakMax          64M/h  too early        10min\n");
        has(&output, "An earlier process had the same number, 4242:");

        assert_int_equal(run(*state, &output, "explain 77"), 0);
        has(&output, "Verdict of 2026-09-10 00:26:40: worker 77 (python3) of /app/web ended:");
        has(&output, "SIGTERM by pidfd");
        has(&output, "   -0.500      4K\n");
        assert_null(strstr(output.text, "bng explain:"));

        assert_int_equal(run(*state, &output, "explain 78"), 1);
        has(&output, "bng explain: there is no process 78, and no verdict names one");
        assert_int_equal(run(*state, &output, "explain 4242 --json"), 0);
        json = json_of(&output);
        assert_int_equal(
                json_integer_value(json_object_get(json_object_get(json, "process"), "pid")), 4242);
        assert_int_equal(json_array_size(json_object_get(json, "verdicts")), 1);
        json_decref(json);
}

static size_t count_of(const struct fixture *fixture, const char *command)
{
        struct output output;
        json_t *json;
        size_t n;

        assert_int_equal(run(fixture, &output, command), 0);
        json = json_of(&output);
        assert_true(json_is_array(json));
        n = json_array_size(json);
        json_decref(json);
        return n;
}

static void test_history(void **state)
{
        struct timespec now;
        struct output output;
        size_t lines = 0;

        clock_gettime(CLOCK_REALTIME, &now);
        for (pid_t pid = 1; pid <= 5; pid++)
                put_verdict(*state, pid, pid % 2 ? "web" : "db",
                            UINT64_C(1789000000000000) + (uint64_t)pid * 3600000000u);
        put_verdict(*state, 6, "web", ((uint64_t)now.tv_sec - 60) * 1000000);
        assert_int_equal(count_of(*state, "history --json"), 6);
        assert_int_equal(count_of(*state, "history --json -n 2"), 2);
        assert_int_equal(count_of(*state, "history --json -n 0"), 6);
        assert_int_equal(count_of(*state, "history --json --policy db"), 2);
        assert_int_equal(count_of(*state, "history --json --policy=nobody"), 0);
        assert_int_equal(count_of(*state, "history --json --since 2min"), 1);
        assert_int_equal(count_of(*state, "history --json --since 2026-09-10T04:26:40Z"),
                         now.tv_sec > 1789018000 ? 3 : 2);

        assert_int_equal(run(*state, &output, "history -n 1 --policy=db"), 0);
        assert_string_equal(
                output.text,
                "2026-09-10 04:26:40  worker 4 (python3) of /app/web ended: it leaked "
                "1.2G/h over 10min (LeakMax=64M/h of policy db), confidence 98%, 812M at the end; "
                "SIGTERM, gone after 300ms\n");
        for (pid_t pid = 7; pid <= 30; pid++)
                put_verdict(*state, pid, "web", (uint64_t)now.tv_sec * 1000000);
        assert_int_equal(run(*state, &output, "history"), 0);
        for (const char *c = output.text; *c; c++)
                lines += *c == '\n';
        assert_int_equal(lines, 20);
}

static void put_file(const struct fixture *fixture, const char *name, const char *text)
{
        char path[256];
        FILE *out;

        snprintf(path, sizeof(path), "%s/%s", (const char *)fixture->folder, name);
        out = fopen(path, "w");
        assert_non_null(out);
        fputs(text, out);
        fclose(out);
}

static void test_check_config(void **state)
{
        struct output output;
        json_t *json;

        put_file(*state, "good.conf", "[Policy web]\nCgroup=/app/*\nWorkerMemoryMax=512M\n");
        put_file(*state, "bad.conf",
                 "[Guard]\nDryRun=maybe\n\n[Policy web]\nCgroup=/app/*\nNo=1\n");
        assert_int_equal(run(*state, &output, "check-config \"$RUNTIME_DIRECTORY\"/good.conf"), 0);
        has(&output, "good.conf: valid\n  policy web\n");
        assert_int_equal(run(*state, &output, "check-config \"$RUNTIME_DIRECTORY\"/bad.conf"), 1);
        has(&output, "bad.conf:2: ");
        has(&output, "bad.conf:6: ");
        assert_int_equal(
                run(*state, &output, "check-config --json \"$RUNTIME_DIRECTORY\"/bad.conf"), 1);
        json = json_of(&output);
        assert_true(json_is_false(json_object_get(json, "valid")));
        assert_true(json_array_size(json_object_get(json, "errors")) >= 2);
        json_decref(json);
        assert_int_equal(run(*state, &output, "check-config /nonexistent.conf"), 1);
        has(&output, "/nonexistent.conf");
}

static void test_moment(void **state)
{
        static const struct {
                const char *text;
                uint64_t seconds;
        } cases[] = {
                {"1970-01-02", 86400},
                {"1970-01-02 00:01", 86460},
                {"1970-01-02 00:00:01", 86401},
                {"1970-01-02T00:00:01Z", 86401},
                {"2026-09-10T00:26:40.123456Z", 1789000000},
                {"1969-01-01", 0},
        };
        static const char *const bad[] = {"", "soon", "2026-13-01", "2026-09-10x", "-2h", "todays"};
        uint64_t usec, before, again;

        (void)state;
        setenv("TZ", "UTC", 1);
        tzset();
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                assert_true(moment_parse(cases[i].text, &usec));
                assert_int_equal(usec, cases[i].seconds * 1000000);
        }
        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
                if (moment_parse(bad[i], &usec))
                        fail_msg("`%s' passed", bad[i]);
        assert_true(moment_parse("999999d", &usec));
        assert_int_equal(usec, 0);
        do { /* a day may begin in between */
                assert_true(moment_parse("today", &usec));
                assert_true(moment_parse("yesterday", &before));
                assert_true(moment_parse("today", &again));
        } while (again != usec);
        assert_int_equal(usec % (86400 * UINT64_C(1000000)), 0);
        assert_int_equal(usec - before, 86400 * UINT64_C(1000000));
}

#define plain_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define server_test(f) cmocka_unit_test_setup_teardown(f, setup_server, teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                plain_test(test_usage),        plain_test(test_no_daemon),
                server_test(test_status),      server_test(test_reload),
                server_test(test_explain),     plain_test(test_history),
                plain_test(test_check_config), cmocka_unit_test(test_moment),
        };

        if (!getenv("BNG_CONTROL")) {
                fprintf(stderr, "BNG_CONTROL= must name the helper; `meson test' sets it\n");
                return 1;
        }
        return cmocka_run_group_tests(tests, NULL, NULL);
}
