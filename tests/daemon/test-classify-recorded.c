/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Real workers, recorded by traces/record.py and replayed: a policy as for a show of a minute
 * decides at every look, and the leak classifier is asked at many windows. Argument: the folder of
 * the traces.
 */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "policy/decide.h"
#include "samples/leak.h"

#define SECOND UINT64_C(1000000)
#define MIB (UINT64_C(1) << 20)
#define SAMPLES_MAX 4096

static const char *folder;

struct trace {
        struct sample samples[SAMPLES_MAX];
        size_t n;
};

static struct trace trace;

static void load(const char *name)
{
        char path[4096];
        uint64_t msec, kib;
        FILE *file;

        snprintf(path, sizeof(path), "%s/%s.csv", folder, name);
        file = fopen(path, "re");
        if (!file)
                fail_msg("cannot open %s", path);
        for (trace.n = 0; fscanf(file, "%" SCNu64 ",%" SCNu64 "\n", &msec, &kib) == 2; trace.n++) {
                assert_true(trace.n < SAMPLES_MAX);
                trace.samples[trace.n] = (struct sample){msec * 1000, kib * 1024};
        }
        assert_true(feof(file) && trace.n > 100);
        fclose(file);
}

/* The first finding of the trace under `policy`, and where it fell. */
static struct finding replay(const struct policy *policy, struct sample *at)
{
        static struct series series; /* again with the memory of the one before */

        series_init(&series, policy->leak_window, policy->growth_window);
        for (size_t i = 0; i < trace.n; i++) {
                struct subject subject = {
                        .series = &series,
                        .now = trace.samples[i].usec,
                        .memory = trace.samples[i].bytes,
                        .hard_limit = UINT64_MAX,
                };
                struct finding finding;

                series_push(&series, trace.samples[i].usec, trace.samples[i].bytes);
                finding = decide_worker(policy, &subject);
                *at = trace.samples[i];
                if (finding.reason != REASON_NONE)
                        return finding;
        }
        return (struct finding){0};
}

static const struct policy minute = {
        .worker_memory_max = 256 * MIB,
        .group_memory_max = POLICY_UNSET,
        .growth_max = 16 * MIB,
        .growth_window = SECOND,
        .leak_max = 2048 * MIB,
        .leak_window = 10 * SECOND,
        .action = ACTION_TERMINATE,
        .scope = SCOPE_WORKER,
        .grace = SECOND,
};

static void test_policy(void **state)
{
        static const struct {
                const char *name;
                enum reason reason;
                enum step step;
        } cases[] = {
                {"cycles-weakref", REASON_NONE, STEP_LOG},
                {"cycles-collected", REASON_NONE, STEP_LOG},
                {"cycles-old", REASON_NONE, STEP_LOG},
                {"temporary-peak", REASON_NONE, STEP_LOG},
                {"cycles-leaked", REASON_LEAK, STEP_TERMINATE},
                {"malloc-leaked", REASON_LEAK, STEP_TERMINATE},
                {"power-of-1024", REASON_GROWTH, STEP_KILL},
                {"fill", REASON_WORKER_MEMORY, STEP_KILL},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
                struct finding finding;
                struct sample at = {0};

                load(cases[i].name);
                finding = replay(&minute, &at);
                print_message("%-18s %-14s after %6.2f s at %3" PRIu64
                              " MiB, %.1f MB/s, confidence %.3f\n",
                              cases[i].name, reason_name(finding.reason), (double)at.usec / 1e6,
                              at.bytes / MIB, finding.rate / 1e6, finding.confidence);
                assert_int_equal(finding.reason, cases[i].reason);
                if (finding.reason != REASON_NONE)
                        assert_int_equal(decide_step(&minute, &finding), cases[i].step);
        }
}

/* Is a leak found anywhere in the trace? */
static bool leaks(uint64_t window, uint64_t max_per_hour)
{
        static struct series series; /* again with the memory of the one before */
        bool found = false;

        series_init(&series, window, 0);
        for (size_t i = 0; i < trace.n && !found; i++) {
                series_push(&series, trace.samples[i].usec, trace.samples[i].bytes);
                found = leak_judge(&series, max_per_hour).found;
        }
        return found;
}

/* At every window that is long enough for its teeth and peaks, and whatever is allowed. */
static void expect_healthy(const char *name, uint64_t window_min, uint64_t window_max)
{
        load(name);
        for (uint64_t window = window_min; window <= window_max; window += window_min / 4)
                for (uint64_t allowed = MIB / 8; allowed < 1024 * 1024 * MIB; allowed *= 2)
                        if (leaks(window, allowed))
                                fail_msg("%s: found in %" PRIu64 " ms with %" PRIu64
                                         " MiB/h allowed",
                                         name, window / 1000, allowed / MIB);
}

/* Found up to two thirds of its rate, not found from twice its rate. */
static void expect_leak(const char *name, uint64_t window_min, uint64_t window_max,
                        uint64_t after_warm_up)
{
        double grown, seconds, per_hour;
        size_t first = 0;

        load(name);
        while (trace.samples[first].usec < after_warm_up)
                first++;
        grown = (double)trace.samples[trace.n - 1].bytes - (double)trace.samples[first].bytes;
        seconds = (double)(trace.samples[trace.n - 1].usec - trace.samples[first].usec) / 1e6;
        per_hour = grown / seconds * 3600;
        print_message("%-22s %.1f MB/h\n", name, per_hour / 1e6);

        for (uint64_t window = window_min; window <= window_max; window += window_min / 4) {
                assert_true(leaks(window, 1));
                assert_true(leaks(window, (uint64_t)(per_hour / 10)));
                assert_true(leaks(window, (uint64_t)(per_hour / 1.5)));
                assert_false(leaks(window, (uint64_t)(per_hour * 2)));
        }
}

static void test_any_window(void **state)
{
        (void)state;
        expect_healthy("cycles-weakref", 5 * SECOND, 40 * SECOND);
        expect_healthy("cycles-collected", 8 * SECOND, 40 * SECOND);
        expect_healthy("cycles-old", 16 * SECOND, 40 * SECOND);
        expect_healthy("temporary-peak", 8 * SECOND, 40 * SECOND);
        expect_leak("cycles-leaked", 5 * SECOND, 40 * SECOND, SECOND);
        expect_leak("malloc-leaked", 5 * SECOND, 40 * SECOND, SECOND);
}

/* A quarter of an hour, a look every two seconds, the default window. */
static void test_default_window(void **state)
{
        (void)state;
        expect_healthy("cycles-old-slowly", 300 * SECOND, 600 * SECOND);
        expect_leak("malloc-leaked-slowly", 300 * SECOND, 600 * SECOND, 10 * SECOND);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_policy),
                cmocka_unit_test(test_any_window),
                cmocka_unit_test(test_default_window),
        };

        if (argc != 2) {
                fprintf(stderr, "usage: %s FOLDER-OF-TRACES\n", argv[0]);
                return 2;
        }
        folder = argv[1];
        return cmocka_run_group_tests(tests, NULL, NULL);
}
