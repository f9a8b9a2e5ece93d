/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The step that answers a reason: asked to end where there is time for it, ended at once where there is none. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "decide-fixture.h"

static void test_step_by_action(void **state)
{
        static const struct {
                enum policy_action action;
                enum step step;
        } cases[] = {
                {ACTION_LOG, STEP_LOG},
                {ACTION_FREEZE, STEP_FREEZE},
                {ACTION_TERMINATE, STEP_TERMINATE},
                {ACTION_KILL, STEP_KILL},
                {ACTION_RESTART_UNIT, STEP_RESTART},
        };
        struct finding finding = {
                .reason = REASON_LEAK, .to_limit = UINT64_MAX, .ceiling = UINT64_MAX};

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
                policy.action = cases[i].action;
                assert_int_equal(decide_step(&policy, &finding), cases[i].step);
        }
        policy.action = ACTION_TERMINATE;
        policy.grace = 0;
        assert_int_equal(decide_step(&policy, &finding), STEP_KILL);
}

static void test_step_of_a_forecast(void **state)
{
        static const enum reason reasons[] = {REASON_GROWTH, REASON_LEAK};
        struct finding finding = {.rate = 1, .ceiling = UINT64_MAX};

        (void)state;
        for (size_t i = 0; i < 2; i++) {
                finding.reason = reasons[i];
                finding.to_limit = policy.grace + 1;
                assert_int_equal(decide_step(&policy, &finding), STEP_TERMINATE);
                finding.to_limit = policy.grace;
                assert_int_equal(decide_step(&policy, &finding), STEP_KILL);
                /* systemd's stop takes its time as well */
                policy.action = ACTION_RESTART_UNIT;
                assert_int_equal(decide_step(&policy, &finding), STEP_KILL);
                policy.action = ACTION_TERMINATE;
        }
}

static void test_step_past_a_limit(void **state)
{
        struct subject subject;
        struct finding finding;

        (void)state;
        policy.worker_memory_max = 200000000;
        /* 1 MB past it: 9 MB below the ceiling, 1.8 MB/s for the grace */
        subject = grown(&series, 183100000, 1.79e6, 10 * SECOND, SECOND);
        subject.memory = 201000000;
        finding = decide_worker(&policy, &subject);
        assert_int_equal(finding.ceiling, 210000000);
        assert_int_equal(decide_step(&policy, &finding), STEP_TERMINATE);
        subject = grown(&series, 183100000, 1.81e6, 10 * SECOND, SECOND);
        subject.memory = 201000000;
        finding = decide_worker(&policy, &subject);
        assert_int_equal(decide_step(&policy, &finding), STEP_KILL);
        /* shrinking, or standing still far above */
        subject = grown(&series, 900000000, -1e6, 10 * SECOND, SECOND);
        finding = decide_worker(&policy, &subject);
        assert_int_equal(decide_step(&policy, &finding), STEP_TERMINATE);
        assert_int_equal(finding.ceiling, subject.memory + 10000000);
        /* no room below the kernel's limit */
        subject.hard_limit = subject.memory;
        finding = decide_worker(&policy, &subject);
        assert_int_equal(decide_step(&policy, &finding), STEP_KILL);
}

/* Memory that stands still, from then on grows by `step` every `every`, and is looked at every 20 ms. */
static struct subject in_steps(uint64_t from, uint64_t step, uint64_t every, uint64_t length)
{
        series_init(&series, policy.leak_window, policy.growth_window);
        for (uint64_t usec = 0; usec <= 3 * SECOND + length; usec += 20000)
                series_push(&series, HOUR + usec,
                            from + (usec > 3 * SECOND ? (usec - 3 * SECOND) / every * step : 0));
        return (struct subject){.series = &series,
                                .now = series.latest.usec,
                                .memory = series.latest.bytes,
                                .hard_limit = UINT64_MAX};
}

/* A look right behind one of a few steps sees a rate of twice as much: that is no reason to refuse the grace. */
static void test_step_behind_a_step(void **state)
{
        struct subject subject;
        struct finding finding;

        (void)state;
        policy.growth_window = policy.grace = SECOND;
        policy.worker_memory_max = 32000000;
        subject = in_steps(31850000 - 10 * 200000, 200000, SECOND / 5, 2 * SECOND + 200000);
        finding = decide_worker(&policy, &subject);
        assert_int_equal(finding.reason, REASON_WORKER_MEMORY);
        assert_true(finding.rate >= 1.4e6);
        assert_int_equal(decide_step(&policy, &finding), STEP_TERMINATE);

        /* A burst is one however small its steps are, and whenever in the grace's length it began, */
        subject = in_steps(28000000, 40000, SECOND / 1000, 120000);
        finding = decide_worker(&policy, &subject);
        assert_int_equal(finding.reason, REASON_WORKER_MEMORY);
        assert_int_equal(decide_step(&policy, &finding), STEP_KILL);

        /* and where it has only begun, it has its grace no longer than up to the ceiling. */
        subject = in_steps(31900000, 40000, SECOND / 1000, 20000);
        finding = decide_worker(&policy, &subject);
        assert_int_equal(decide_step(&policy, &finding), STEP_TERMINATE);
        assert_false(decide_cut_grace(&policy, &finding, finding.ceiling));
        assert_true(decide_cut_grace(&policy, &finding, finding.ceiling + 1));
        assert_true(finding.ceiling <= 34300000);
}

static void test_report(void **state)
{
        struct finding finding = {
                .reason = REASON_GROWTH, .ceiling = UINT64_MAX, .to_limit = 6 * SECOND + 1};

        (void)state;
        policy.report_time = SECOND;
        assert_false(decide_report(&policy, &finding));
        policy.report_signal = 10;
        assert_true(decide_report(&policy, &finding));
        finding.to_limit--; /* the grace, but not the report */
        assert_false(decide_report(&policy, &finding));
        assert_int_equal(decide_step(&policy, &finding), STEP_TERMINATE);
        policy.grace = policy.report_time = UINT64_MAX;
        assert_false(decide_report(&policy, &finding));
}

static void test_cut_grace(void **state)
{
        struct subject subject = steady(200000001);
        struct finding finding;

        (void)state;
        policy.worker_memory_max = 200000000;
        finding = decide_worker(&policy, &subject);
        assert_int_equal(finding.reason, REASON_WORKER_MEMORY);
        assert_false(decide_cut_grace(&policy, &finding, 0));
        assert_false(decide_cut_grace(&policy, &finding, 209999999));
        assert_false(decide_cut_grace(&policy, &finding, 210000000));
        assert_true(decide_cut_grace(&policy, &finding, 210000001));
        policy.action = ACTION_KILL;
        assert_true(decide_cut_grace(&policy, &finding, 0));

        /* a leak without a limit has none to pass */
        fresh(NULL);
        subject = grown(&series, 100 * MIB, 1e5, 15 * MINUTE, 5 * SECOND);
        policy.leak_max = 1;
        finding = decide_worker(&policy, &subject);
        assert_int_equal(finding.reason, REASON_LEAK);
        assert_false(decide_cut_grace(&policy, &finding, UINT64_MAX));
        subject.hard_limit = GIB;
        finding = decide_worker(&policy, &subject);
        assert_false(decide_cut_grace(&policy, &finding, GIB - 1));
        assert_true(decide_cut_grace(&policy, &finding, GIB));
}

/* Where nobody looked for longer than the grace, all of it may have been a moment's, whatever was seen since. */
static void test_a_gap_is_no_haste(void **state)
{
        struct subject subject = {.series = &series, .hard_limit = UINT64_MAX};
        struct finding finding;

        (void)state;
        policy.worker_memory_max = 96 * MIB;
        policy.grace = 4 * SECOND;
        subject.memory = 96 * MIB + 24576;
        series_push(&series, HOUR, 4096);
        for (unsigned looks = 0; looks < 3; looks++) {
                series_push(&series, HOUR + 4401587 + looks * 9336, subject.memory);
                finding = decide_worker(&policy, &subject);
                assert_int_equal(finding.reason, REASON_WORKER_MEMORY);
                assert_int_equal(decide_step(&policy, &finding), STEP_TERMINATE);
        }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, fresh)
        const struct CMUnitTest tests[] = {
                TEST(test_step_by_action),
                TEST(test_step_of_a_forecast),
                TEST(test_step_past_a_limit),
                TEST(test_step_behind_a_step),
                TEST(test_report),
                TEST(test_cut_grace),
                TEST(test_a_gap_is_no_haste),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
