/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a verdict says, to programs and to people, whatever bytes a process put into its names. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "report/escape.h"
#include "report/stamp.h"
#include "verdicts.h"

#define CASES (getenv("BNG_TEST_EXTENDED") ? 200000 : 20000)

static uint64_t random_state = UINT64_C(0x9e3779b97f4a7c15);

static uint64_t next_random(void)
{
        random_state ^= random_state << 13;
        random_state ^= random_state >> 7;
        random_state ^= random_state << 17;
        return random_state;
}

static void escapes_to(const char *text, size_t size, const char *expected)
{
        char *escaped = escape_text(text, size, SIZE_MAX);

        assert_non_null(escaped);
        assert_string_equal(escaped, expected);
        free(escaped);
}

#define ESCAPES_TO(text, expected) escapes_to(text, sizeof(text) - 1, expected)

static void test_escape(void **state)
{
        (void)state;
        ESCAPES_TO("", "");
        ESCAPES_TO("python3 app.py", "python3 app.py");
        ESCAPES_TO("a\nb\tc\rd", "a\\x0ab\\x09c\\x0dd");
        ESCAPES_TO("\x1b[31mred\x1b]0;title\x07", "\\x1b[31mred\\x1b]0;title\\x07");
        ESCAPES_TO("nul\0inside", "nul\\x00inside");
        ESCAPES_TO("\x7f\x80\xff", "\\x7f\\x80\\xff");
        ESCAPES_TO("\"quoted\" \\x41", "\"quoted\" \\x41");
        ESCAPES_TO("foo\\x2dbar.service", "foo\\x2dbar.service");
        /* What prints stays readable in every script. */
        ESCAPES_TO("caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x90\x8d",
                   "caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x90\x8d");
        ESCAPES_TO("\xc2\x9b"
                   "31m",
                   "\\xc2\\x9b31m");                            /* CSI as a C1 control */
        ESCAPES_TO("\xe2\x80\xae", "\\xe2\\x80\\xae");          /* right-to-left override */
        ESCAPES_TO("\xe2\x80\xa8", "\\xe2\\x80\\xa8");          /* line separator */
        ESCAPES_TO("\xef\xbb\xbf", "\\xef\\xbb\\xbf");          /* byte order mark */
        ESCAPES_TO("\xc0\x8a", "\\xc0\\x8a");                   /* newline, too long a form */
        ESCAPES_TO("\xe0\x80\x8a", "\\xe0\\x80\\x8a");          /* the same in three bytes */
        ESCAPES_TO("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* a surrogate */
        ESCAPES_TO("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* beyond Unicode */
        ESCAPES_TO("\xe6\x97", "\\xe6\\x97");                   /* cut in a character */
        assert_null(escape_string(NULL));
}

static void test_escape_cut(void **state)
{
        static const struct {
                const char *text;
                size_t max;
                const char *expected;
        } cases[] = {
                {"abcdef", 6, "abcdef"},
                {"abcdefg", 6, "abc..."},
                {"abcd", 3, "..."},
                {"abc", 3, "abc"},
                {"ab\ncd", 8, "ab\\x0acd"},
                {"ab\ncd", 7, "ab..."},
                {"\n\n\n", 11, "\\x0a\\x0a..."},
                {"\n\n\n", 10, "\\x0a..."},
                {"\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5", 8, "\xe6\x97\xa5..."},
                {"\xe6\x97\xa5\xe6\x97\xa5", 5, "..."},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                char *escaped = escape_text(cases[i].text, strlen(cases[i].text), cases[i].max);

                assert_string_equal(escaped, cases[i].expected);
                free(escaped);
        }
}

static void test_escape_command(void **state)
{
        char long_command[3 * ESCAPE_COMMAND_MAX];
        char *escaped;

        (void)state;
        escaped = escape_command("python3\0app.py\0\0--x\0\0\0", 22);
        assert_string_equal(escaped, "python3 app.py  --x");
        free(escaped);
        escaped = escape_command("", 0);
        assert_string_equal(escaped, "");
        free(escaped);
        memset(long_command, '\n', sizeof(long_command));
        escaped = escape_command(long_command, sizeof(long_command));
        assert_true(strlen(escaped) <= ESCAPE_COMMAND_MAX);
        assert_string_equal(escaped + strlen(escaped) - 7, "\\x0a...");
        free(escaped);
}

/* Any bytes: what comes out is one printable line within `max`, valid UTF-8, and stays as it is. */
static void test_escape_random(void **state)
{
        (void)state;
        for (int i = 0; i < CASES; i++) {
                char text[64];
                size_t size = next_random() % sizeof(text), max = 3 + next_random() % 100;
                char *once, *twice;
                json_t *json;

                for (size_t k = 0; k < size; k++)
                        text[k] = (char)(next_random() % 3 ? next_random() : next_random() % 0x80);
                once = escape_text(text, size, max);
                assert_non_null(once);
                assert_true(strlen(once) <= max);
                for (const char *c = once; *c; c++)
                        assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
                json = json_string(once); /* NULL for what is no UTF-8 */
                assert_non_null(json);
                json_decref(json);
                twice = escape_text(once, strlen(once), max);
                assert_string_equal(once, twice);
                free(once);
                free(twice);
        }
}

static void test_stamp(void **state)
{
        struct stamp stamp;

        (void)state;
        assert_string_equal(stamp_format(0, &stamp), "1970-01-01T00:00:00.000000Z");
        assert_string_equal(stamp_format(UINT64_C(951782399000001), &stamp),
                            "2000-02-28T23:59:59.000001Z");
        assert_string_equal(stamp_format(UINT64_MAX, &stamp), "586524-01-19T08:01:49.551615Z");
}

static json_t *parse_line(const char *line)
{
        json_t *json = json_loads(line, 0, NULL);

        assert_non_null(json);
        for (const char *c = line; *c; c++)
                assert_true(*c >= 0x20 && *c < 0x7f);
        return json;
}

static const char *text_of(const json_t *json, const char *key)
{
        const char *text = json_string_value(json_object_get(json, key));

        assert_non_null(text);
        return text;
}

static json_int_t number_of(const json_t *json, const char *key)
{
        const json_t *number = json_object_get(json, key);

        assert_true(json_is_integer(number));
        return json_integer_value(number);
}

static void test_fields(void **state)
{
        struct verdict *verdict = sample_verdict(4242);
        char *line = verdict_to_line(verdict);
        json_t *json = parse_line(line), *entry;

        (void)state;
        assert_string_equal(text_of(json, "time"), "2026-09-10T00:26:40.123456Z");
        assert_int_equal(number_of(json, "event"), 7);
        assert_string_equal(text_of(json, "policy"), "web");
        assert_string_equal(text_of(json, "reason"), "leak");
        assert_string_equal(text_of(json, "action"), "terminate");
        assert_string_equal(text_of(json, "scope"), "worker");
        assert_string_equal(text_of(json, "outcome"), "ended");
        assert_int_equal(number_of(json, "pid"), 4242);
        assert_int_equal(number_of(json, "start_time"), 123456);
        assert_int_equal(number_of(json, "uid"), 1000);
        assert_string_equal(text_of(json, "command"), "python3");
        assert_string_equal(text_of(json, "cgroup"), "/app/web");
        assert_true(json_is_null(json_object_get(json, "unit")));
        assert_int_equal(number_of(json, "limit"), 64 << 20);
        assert_int_equal(number_of(json, "value"), 1288490189);
        assert_int_equal(number_of(json, "rss"), 812 << 20);
        assert_int_equal(number_of(json, "rate"), 357914);
        assert_int_equal(number_of(json, "peak"), 813 << 20);
        assert_non_null(strstr(line, "\"confidence\":0.988,"));
        assert_non_null(strstr(line, "\"window\":600.0,"));
        assert_non_null(strstr(line, "\"seconds_to_end\":0.3,"));
        assert_non_null(strstr(line, "\"samples\":[[-0.5,4096],[1e-6,8192]]"));
        entry = json_array_get(json_object_get(json, "signals"), 0);
        assert_string_equal(text_of(entry, "name"), "SIGTERM");
        assert_string_equal(text_of(entry, "time"), "2026-09-10T00:26:40.124000Z");
        assert_string_equal(text_of(entry, "by"), "pidfd");
        json_decref(json);
        free(line);
        verdict_free(verdict);
}

/* Nothing in a record can break its line: neither names nor numbers. */
static void test_hostile(void **state)
{
        struct verdict *verdict = sample_verdict(1);
        json_t *json;
        char *line;

        (void)state;
        free(verdict->command);
        free(verdict->cgroup);
        verdict->command = strdup("a\"}\n{\"pid\":1}\\\x1b[2J\xff\xc2\x9b");
        verdict->cgroup = strdup("/x\n\xfe");
        verdict->unit = strdup("caf\xc3\xa9.service");
        verdict->finding.rate = NAN;
        verdict->finding.confidence = INFINITY;
        verdict->finding.value = UINT64_MAX;
        verdict->finding.to_limit = UINT64_MAX;
        verdict->signals[0].by_cgroup_kill = true;
        verdict->signals[0].signo = 40;
        verdict->n_signals = VERDICT_SIGNALS + 3; /* more than it holds */
        verdict->n_samples = VERDICT_SAMPLES + 3;

        line = verdict_to_line(verdict);
        json = parse_line(line);
        assert_string_equal(text_of(json, "command"),
                            "a\"}\\x0a{\"pid\":1}\\\\x1b[2J\\xff\\xc2\\x9b");
        assert_string_equal(text_of(json, "cgroup"), "/x\\x0a\\xfe");
        assert_string_equal(text_of(json, "unit"), "caf\xc3\xa9.service");
        assert_true(json_is_null(json_object_get(json, "rate")));
        assert_true(json_is_null(json_object_get(json, "confidence")));
        assert_true(json_is_null(json_object_get(json, "seconds_to_limit")));
        assert_int_equal(number_of(json, "value"), INT64_MAX);
        assert_int_equal(json_array_size(json_object_get(json, "signals")), VERDICT_SIGNALS);
        assert_int_equal(json_array_size(json_object_get(json, "samples")), VERDICT_SAMPLES);
        assert_null(strchr(text_of(json, "message"), '\n'));
        json_decref(json);
        free(line);
        verdict_free(verdict);
}

static void says(const struct verdict *verdict, const char *expected)
{
        char *sentence = verdict_sentence(verdict);

        assert_string_equal(sentence, expected);
        free(sentence);
}

static void test_sentence(void **state)
{
        struct verdict *verdict = sample_verdict(4242);
        json_t *json;

        (void)state;
        says(verdict, "worker 4242 (python3) of /app/web ended: it leaked 1.2G/h over 10min "
                      "(LeakMax=64M/h of policy web), confidence 98%, 812M at the end; SIGTERM, "
                      "gone after 300ms");

        verdict->finding.family = 38;
        says(verdict,
             "worker 4242 (python3) of /app/web ended: its family of 38 processes leaked 1.2G/h "
             "over "
             "10min (LeakMax=64M/h of policy web), confidence 98%, 812M resident in this worker; "
             "SIGTERM, gone after 300ms");
        verdict->finding.family = 0;
        verdict->finding.reason = REASON_CRASH_LOOP;
        verdict->finding.loops_by = REASON_WORKER_MEMORY;
        verdict->outcome = OUTCOME_LOGGED;
        says(verdict,
             "worker 4242 (python3) of /app/web left running: as young as it is it holds 1.2G "
             "(WorkerMemoryMax=64M of policy web), like those that were ended for it before, one "
             "after the other; ending it again would not help: raise the limit, or make it "
             "smaller");
        verdict->finding.reason = REASON_LEAK;
        verdict->outcome = OUTCOME_RESTARTED;
        verdict->action = ACTION_RESTART_UNIT;
        says(verdict,
             "worker 4242 (python3) of /app/web restarted with its unit: it leaked 1.2G/h over "
             "10min "
             "(LeakMax=64M/h of policy web), confidence 98%, 812M at the end; systemd took the "
             "restart, gone after 300ms");
        verdict->outcome = OUTCOME_ENDED;
        verdict->finding.reason = REASON_CPU;
        verdict->finding.limit = 50000000;
        verdict->finding.value = 59400000;
        verdict->window = 60000000;
        says(verdict, "worker 4242 (python3) of /app/web ended: it burned 59s of CPU time in 1min "
                      "(CpuTimeMax=50s of policy web); SIGTERM, gone after 300ms");
        json = verdict_to_json(verdict);
        assert_true(json_real_value(json_object_get(json, "limit")) == 50);
        assert_true(json_real_value(json_object_get(json, "value")) == 59.4);
        json_decref(json);
        verdict_free(verdict);
}

#define MIB (UINT64_C(1) << 20)

static void test_sentence_of_the_kernels(void **state)
{
        struct verdict *verdict = sample_verdict(4242);
        struct finding *finding = &verdict->finding;
        json_t *json;

        (void)state;
        verdict->outcome = OUTCOME_GONE;
        verdict->n_signals = 0;
        *finding = (struct finding){.reason = REASON_KERNEL_OOM,
                                    .loops_by = REASON_WORKER_MEMORY,
                                    .limit = 64 * MIB,
                                    .value = 60 * MIB,
                                    .rate = 3.0 * 1024 * MIB,
                                    .overtaken = OVERTAKEN_LIMIT_ABOVE,
                                    .own_limit = 128 * MIB};
        says(verdict,
             "worker 4242 (python3) of /app/web killed by the kernel: it held 60M when its "
             "group was at the kernel's limit of 64M; WorkerMemoryMax=128M of policy web "
             "is not below the kernel's limit: with less the guard ends it first");
        finding->overtaken = OVERTAKEN_TOO_FAST;
        finding->own_limit = 48 * MIB;
        verdict->limited = strdup("/app");
        says(verdict,
             "worker 4242 (python3) of /app/web killed by the kernel: it held 60M when "
             "/app was at the kernel's limit of 64M; WorkerMemoryMax=48M of policy web was "
             "passed as well, and faster than the guard looked, at 3G/s: leave more "
             "between it and the kernel's limit");
        finding->overtaken = OVERTAKEN_TOGETHER;
        finding->by_machine = true;
        says(verdict,
             "worker 4242 (python3) of /app/web killed by the kernel: it held 60M when the "
             "machine was out of memory; WorkerMemoryMax=48M of policy web was not passed, "
             "all of them together filled the memory: set GroupMemoryMax= below what the "
             "machine has");
        finding->by_machine = false;
        finding->overtaken = OVERTAKEN_ONLY_TOLD;
        finding->loops_by = REASON_GROUP_MEMORY;
        finding->limit = UINT64_MAX;
        says(verdict, "worker 4242 (python3) of /app/web killed by the kernel: it held 60M when "
                      "/app was at the kernel's limit; GroupMemoryMax=48M of policy web ends "
                      "nobody: Action=log, or a dry run");
        /* Nobody knows who it was. */
        finding->overtaken = OVERTAKEN_NO_LIMIT;
        finding->family = 3;
        verdict->pid = 0;
        verdict->start_time = 0;
        verdict->command[0] = '\0';
        says(verdict, "a worker of /app/web killed by the kernel: which one cannot be told, 3 had "
                      "ended since the last look, when /app was at the kernel's limit; policy web "
                      "sets no limit on memory: with WorkerMemoryMax= below the kernel's limit the "
                      "guard ends it first");
        json = verdict_to_json(verdict);
        assert_string_equal(json_string_value(json_object_get(json, "reason")), "kernel-oom");
        assert_string_equal(json_string_value(json_object_get(json, "limit_cgroup")), "/app");
        assert_true(json_is_null(json_object_get(json, "pid")));
        assert_true(json_is_null(json_object_get(json, "start_time")));
        assert_null(json_object_get(json, "count"));
        assert_true(json_is_null(json_object_get(json, "uid")));
        assert_true(json_is_null(json_object_get(json, "limit")));
        json_decref(json);
        /* Nor who they were. */
        verdict->count = 12;
        verdict->window = 4200000;
        says(verdict,
             "12 workers of /app/web killed by the kernel: within 4.2s, too many at a time "
             "for it to name them, when /app was at the kernel's limit; policy web sets no "
             "limit on memory: with WorkerMemoryMax= below the kernel's limit the guard "
             "ends it first");
        json = verdict_to_json(verdict);
        assert_int_equal(json_integer_value(json_object_get(json, "count")), 12);
        json_decref(json);
        verdict_free(verdict);
        verdict = sample_verdict(4242);

        free(verdict->command);
        verdict->command = strdup("/usr/bin/python3 /srv/app.py");
        verdict->outcome = OUTCOME_GONE;
        says(verdict,
             "worker 4242 (python3 /srv/app.py) of /app/web ended by itself: it leaked 1.2G/h over "
             "10min (LeakMax=64M/h of policy web), confidence 98%, 812M at the end; no signal had "
             "reached it");
        strcpy(verdict->command, "/odd/ x");
        verdict->outcome = OUTCOME_LOGGED;
        says(verdict, "worker 4242 (/odd/ x) of /app/web left running: it leaked 1.2G/h over 10min "
                      "(LeakMax=64M/h of policy web), confidence 98%, 812M at the end; its group "
                      "is a slice, which is never ended as a whole");
        verdict->action = ACTION_LOG;
        says(verdict, "worker 4242 (/odd/ x) of /app/web left running: it leaked 1.2G/h over 10min "
                      "(LeakMax=64M/h of policy web), confidence 98%, 812M at the end; Action=log "
                      "does nothing else");
        verdict->count = 5;
        verdict->pid = 0;
        *verdict->command = '\0';
        says(verdict,
             "5 workers of /app/web left running: within a minute, more than have a verdict "
             "each; of the one that went furthest: it leaked 1.2G/h over 10min "
             "(LeakMax=64M/h of policy web), confidence 98%, 812M at the end; Action=log "
             "does nothing else");
        verdict->count = 0;
        verdict->pid = 4242;
        verdict->action = ACTION_TERMINATE;
        strcpy(verdict->command, "python3");

        verdict->outcome = OUTCOME_SURVIVED;
        verdict->unit = strdup("web.service");
        verdict->signals[1] = (struct sent_signal){.signo = 9};
        verdict->n_signals = 2;
        verdict->finding = (struct finding){.reason = REASON_WORKER_MEMORY,
                                            .limit = UINT64_C(512) << 20,
                                            .value = UINT64_C(530) << 20};
        says(verdict, "worker 4242 (python3) of web.service did not end: it held 530M "
                      "(WorkerMemoryMax=512M of policy web); SIGTERM, then SIGKILL sent, and it "
                      "still lives: it waits in the kernel (state D), or something holds it");

        verdict->outcome = OUTCOME_ENDED;
        verdict->scope = SCOPE_GROUP;
        verdict->n_signals = 1;
        verdict->signals[0] = (struct sent_signal){.signo = 9, .by_cgroup_kill = true};
        verdict->finding = (struct finding){.reason = REASON_GROWTH,
                                            .limit = UINT64_C(64) << 20,
                                            .value = UINT64_C(850) << 20,
                                            .to_limit = 400000};
        verdict->window = 10000000;
        says(verdict, "worker 4242 (python3) of web.service ended: its group grew by 850M/s over "
                      "10s (GrowthMax=64M/s of policy web), the nearest limit 400ms away, 812M "
                      "resident in this worker; SIGKILL to the whole group, gone after 300ms");

        verdict->outcome = OUTCOME_WOULD_HAVE_ENDED;
        verdict->finding = (struct finding){.reason = REASON_GROUP_MEMORY,
                                            .limit = UINT64_C(2) << 30,
                                            .value = UINT64_C(3) << 30};
        verdict->n_signals = 0;
        says(verdict, "worker 4242 (python3) of web.service would have been ended: its group held "
                      "3G (GroupMemoryMax=2G of policy web), 812M resident in this worker; dry "
                      "run, nothing was sent");
        verdict_free(verdict);
}

static void test_sentence_of_the_kernels_limit(void **state)
{
        struct verdict *verdict = sample_verdict(0);
        json_t *json;

        (void)state;
        verdict->outcome = OUTCOME_LOGGED;
        verdict->n_signals = 0;
        verdict->start_time = 0;
        verdict->command[0] = '\0';
        verdict->finding = (struct finding){.reason = REASON_KERNEL_LIMIT,
                                            .loops_by = REASON_GROUP_MEMORY,
                                            .limit = 64 * MIB,
                                            .value = 62 * MIB,
                                            .overtaken = OVERTAKEN_LIMIT_ABOVE,
                                            .own_limit = 128 * MIB};
        says(verdict, "everybody of /app/web held back by the kernel: the group is at the kernel's "
                      "limit of 64M again and again, and 62M of that is memory that only an end "
                      "would free; GroupMemoryMax=128M of policy web is not below the kernel's "
                      "limit: with less the guard ends it first");
        json = verdict_to_json(verdict);
        assert_string_equal(json_string_value(json_object_get(json, "reason")), "kernel-limit");
        assert_string_equal(json_string_value(json_object_get(json, "outcome")), "logged");
        assert_true(json_is_null(json_object_get(json, "pid")));
        assert_int_equal(json_integer_value(json_object_get(json, "limit")), 64 * MIB);
        json_decref(json);
        verdict_free(verdict);
}

/* Every reason with every outcome is a sentence of its own. */
static void test_sentences_differ(void **state)
{
        char *seen[64];
        size_t n = 0;

        (void)state;
        for (int reason = REASON_WORKER_MEMORY; reason <= REASON_LEAK; reason++)
                for (int outcome = OUTCOME_ENDED; outcome <= OUTCOME_WOULD_HAVE_ENDED; outcome++) {
                        struct verdict *verdict = sample_verdict(1);

                        verdict->finding.reason = (enum reason)reason;
                        verdict->outcome = (enum outcome)outcome;
                        seen[n] = verdict_sentence(verdict);
                        assert_non_null(seen[n]);
                        for (size_t i = 0; i < n; i++)
                                assert_string_not_equal(seen[i], seen[n]);
                        n++;
                        verdict_free(verdict);
                }
        while (n > 0)
                free(seen[--n]);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_escape),
                cmocka_unit_test(test_escape_cut),
                cmocka_unit_test(test_escape_command),
                cmocka_unit_test(test_escape_random),
                cmocka_unit_test(test_stamp),
                cmocka_unit_test(test_fields),
                cmocka_unit_test(test_hostile),
                cmocka_unit_test(test_sentence),
                cmocka_unit_test(test_sentence_of_the_kernels),
                cmocka_unit_test(test_sentence_of_the_kernels_limit),
                cmocka_unit_test(test_sentences_differ),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
