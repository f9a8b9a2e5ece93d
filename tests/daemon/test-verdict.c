/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a verdict says to programs: its fields, and that nothing in it can break its line. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "report/stamp.h"
#include "verdicts.h"

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

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_stamp),
                cmocka_unit_test(test_fields),
                cmocka_unit_test(test_hostile),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
