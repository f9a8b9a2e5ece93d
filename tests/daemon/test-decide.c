/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reasons, their order, their boundaries; the step that answers them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <cmocka.h>
#include "decide-fixture.h"
#include "samples/growth.h"
#include "samples/leak.h"

static void test_reason_names(void **state)
{
        (void)state;
        assert_string_equal(reason_name(REASON_NONE), "none");
        assert_string_equal(reason_name(REASON_WORKER_MEMORY), "worker-memory");
        assert_string_equal(reason_name(REASON_GROUP_MEMORY), "group-memory");
        assert_string_equal(reason_name(REASON_GROWTH), "growth");
        assert_string_equal(reason_name(REASON_LEAK), "leak");
        assert_string_equal(reason_name(REASON_CPU), "cpu");
        assert_string_equal(reason_name(REASON_CRASH_LOOP), "crash-loop");
        assert_string_equal(reason_name(REASON_KERNEL_LIMIT), "kernel-limit");
}

static void test_limit_boundary(void **state)
{
        static const uint64_t limits[] = {
                0, 1, 19, 20, 256 * MIB, UINT64_C(1) << 63, UINT64_MAX - 2};

        (void)state;
        for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
                uint64_t limit = limits[i];
                struct subject subject;
                struct finding finding;

                policy.worker_memory_max = limit;
                policy.group_memory_max = POLICY_UNSET;
                for (uint64_t memory = limit > 0 ? limit - 1 : 0; memory <= limit; memory++) {
                        subject = steady(0);
                        subject.memory = memory;
                        finding = decide_worker(&policy, &subject);
                        assert_int_equal(finding.reason, REASON_NONE);
                        assert_int_equal(finding.limit, 0);
                        assert_int_equal(finding.value, 0);
                        assert_true(finding.confidence == 0);
                }
                subject.memory = limit + 1;
                finding = decide_worker(&policy, &subject);
                assert_int_equal(finding.reason, REASON_WORKER_MEMORY);
                assert_int_equal(finding.limit, limit);
                assert_int_equal(finding.value, limit + 1);
                assert_true(finding.confidence == 1);
                assert_int_equal(finding.to_limit, 0);
                assert_true(finding.ceiling >= limit + 1);

                /* the worker's limit is not the group's, and the other way round */
                assert_int_equal(decide_group(&policy, &subject).reason, REASON_NONE);
                policy.worker_memory_max = POLICY_UNSET;
                policy.group_memory_max = limit;
                assert_int_equal(decide_worker(&policy, &subject).reason, REASON_NONE);
                assert_int_equal(decide_group(&policy, &subject).reason, REASON_GROUP_MEMORY);
        }
}

static void test_no_limits_no_reason(void **state)
{
        struct subject subject = grown(&series, MIB, 100e6, 20 * MINUTE, 5 * SECOND);

        (void)state;
        assert_int_equal(decide_worker(&policy, &subject).reason, REASON_NONE);
        assert_int_equal(decide_group(&policy, &subject).reason, REASON_NONE);
        assert_int_equal(decide_worker(&policy, &subject).to_limit, UINT64_MAX);
        assert_int_equal(decide_worker(&policy, &subject).ceiling, UINT64_MAX);
}

static void test_empty_and_single(void **state)
{
        struct subject subject = {.series = &series, .hard_limit = UINT64_MAX};

        (void)state;
        policy.worker_memory_max = 256 * MIB;
        policy.growth_max = policy.leak_max = 0;
        assert_int_equal(decide_worker(&policy, &subject).reason, REASON_NONE);
        assert_true(decide_next_look_worker(&policy, &subject) >= DECIDE_POLL_MIN);

        series_push(&series, HOUR, 256 * MIB + 1);
        subject.memory = 256 * MIB + 1;
        assert_int_equal(decide_worker(&policy, &subject).reason, REASON_WORKER_MEMORY);
        assert_true(decide_worker(&policy, &subject).rate == 0);
}

static void test_burst(void **state)
{
        struct subject subject = grown(&series, 100 * MIB, 50e6, 20 * SECOND, SECOND / 2);
        struct finding finding;

        (void)state;
        policy.growth_max = 20000000;
        policy.worker_memory_max = subject.memory + 250000000; /* five seconds away: the grace */
        finding = decide_worker(&policy, &subject);
        assert_int_equal(finding.reason, REASON_GROWTH);
        assert_int_equal(finding.limit, 20000000);
        assert_in_range(finding.value, 49900000, 50100000);
        assert_true(fabs(finding.rate - 50e6) < 1e5);
        assert_true(finding.confidence == 1);
        assert_in_range(finding.to_limit, 4990000, 5010000);

        /* not on another scope, not when the limit is far, not when it is slower than allowed */
        assert_int_equal(decide_group(&policy, &subject).reason, REASON_NONE);
        policy.worker_memory_max += 100000000;
        assert_int_equal(decide_worker(&policy, &subject).reason, REASON_NONE);
        subject.hard_limit = subject.memory + 200000000; /* the kernel's is nearer */
        finding = decide_worker(&policy, &subject);
        assert_int_equal(finding.reason, REASON_GROWTH);
        assert_int_equal(finding.ceiling, subject.hard_limit - 1);
        policy.growth_max = 51000000;
        assert_int_equal(decide_worker(&policy, &subject).reason, REASON_NONE);
        policy.growth_max = 49000000;
        policy.scope = SCOPE_GROUP;
        assert_int_equal(decide_worker(&policy, &subject).reason, REASON_NONE);
        assert_int_equal(decide_group(&policy, &subject).reason, REASON_GROWTH);
}

/* The window begins before the burst: what is left of the time goes by the burst. */
static void test_a_burst_is_as_near_as_it_is_fast_now(void **state)
{
        uint64_t now = 0, memory = 10 * MIB;
        struct subject subject;
        struct finding finding;

        (void)state;
        policy.growth_max = 16 * MIB;
        policy.growth_window = 2 * SECOND;
        policy.worker_memory_max = 370 * MIB;
        policy.grace = 15 * SECOND;
        series_init(&series, policy.leak_window, policy.growth_window);
        for (; now < 3 * SECOND; now += SECOND / 20) {
                memory += now >= 17 * SECOND / 10 ? 66 * MIB / 20 : 0;
                series_push(&series, HOUR + now, memory);
        }
        subject = (struct subject){.series = &series,
                                   .now = series.latest.usec,
                                   .memory = memory,
                                   .hard_limit = UINT64_MAX};
        finding = decide_worker(&policy, &subject);
        assert_int_equal(finding.reason, REASON_GROWTH);
        assert_true(finding.rate < 50.0 * MIB);
        assert_in_range(finding.to_limit, 4 * SECOND, 9 * SECOND / 2);
        assert_int_equal(decide_step(&policy, &finding), STEP_KILL);
}

static void test_teeth_near_the_limit_are_no_burst(void **state)
{
        struct subject subject = {.series = &series, .hard_limit = UINT64_MAX};

        (void)state;
        policy.growth_max = 1000000;
        policy.worker_memory_max = 430 * MIB;
        for (uint64_t t = 0; t < 300 * SECOND; t += SECOND / 4) {
                uint64_t bytes = 100 * MIB + t % (15 * SECOND) * 20;

                series_push(&series, HOUR + t, bytes);
                subject.memory = bytes;
                if (t > 20 * SECOND)
                        assert_int_equal(decide_worker(&policy, &subject).reason, REASON_NONE);
        }
}

static void test_leak(void **state)
{
        struct subject subject = grown(&series, 100 * MIB, 1e5, 15 * MINUTE, 5 * SECOND);
        struct finding finding;

        (void)state;
        policy.leak_max = 200000000; /* an hour; it loses 360 MB */
        finding = decide_worker(&policy, &subject);
        assert_int_equal(finding.reason, REASON_LEAK);
        assert_int_equal(finding.limit, 200000000);
        assert_in_range(finding.value, 359000000, 361000000);
        assert_true(fabs(finding.rate - 1e5) < 1e3);
        assert_true(finding.confidence > 0.99 && finding.confidence <= 1);
        assert_int_equal(finding.to_limit, UINT64_MAX);
        assert_int_equal(decide_step(&policy, &finding), STEP_TERMINATE);

        policy.scope = SCOPE_GROUP;
        assert_int_equal(decide_worker(&policy, &subject).reason, REASON_NONE);
        assert_int_equal(decide_group(&policy, &subject).reason, REASON_LEAK);
        policy.leak_max = 400000000;
        assert_int_equal(decide_group(&policy, &subject).reason, REASON_NONE);
}

static void test_cpu(void **state)
{
        struct subject subject = steady(100 * MIB);
        struct cpu_use cpu;
        struct finding finding;

        (void)state;
        cpu_init(&cpu, policy.cpu_window);
        subject.cpu = &cpu;
        policy.cpu_time_max = 30 * SECOND;
        for (uint64_t at = 0; at < MINUTE; at += 4 * SECOND) {
                cpu_push(&cpu, HOUR + at, 7 * SECOND + at);
                assert_int_equal(decide_worker(&policy, &subject).reason, REASON_NONE);
        }
        cpu_push(&cpu, HOUR + MINUTE, 7 * SECOND + MINUTE);
        finding = decide_worker(&policy, &subject);
        assert_int_equal(finding.reason, REASON_CPU);
        assert_int_equal(finding.limit, 30 * SECOND);
        assert_int_equal(finding.value, MINUTE);
        assert_true(finding.confidence == 1);
        assert_int_equal(decide_step(&policy, &finding), STEP_TERMINATE);

        /* passed by the first microsecond above it, on what would be ended, when it is measured */
        policy.cpu_time_max = MINUTE;
        assert_int_equal(decide_worker(&policy, &subject).reason, REASON_NONE);
        policy.cpu_time_max = MINUTE - 1;
        assert_int_equal(decide_worker(&policy, &subject).reason, REASON_CPU);
        assert_int_equal(decide_group(&policy, &subject).reason, REASON_NONE);
        policy.scope = SCOPE_GROUP;
        assert_int_equal(decide_worker(&policy, &subject).reason, REASON_NONE);
        assert_int_equal(decide_group(&policy, &subject).reason, REASON_CPU);
        subject.cpu = NULL;
        assert_int_equal(decide_group(&policy, &subject).reason, REASON_NONE);

        /* memory comes first */
        subject.cpu = &cpu;
        policy.group_memory_max = 50 * MIB;
        assert_int_equal(decide_group(&policy, &subject).reason, REASON_GROUP_MEMORY);
}

static void test_order_of_reasons(void **state)
{
        struct subject subject;

        (void)state;
        policy.leak_window = MINUTE;
        subject = grown(&series, 100 * MIB, 50e6, 2 * MINUTE, SECOND / 2);
        policy.leak_max = 1;
        assert_int_equal(decide_worker(&policy, &subject).reason, REASON_LEAK);
        policy.growth_max = 1;
        policy.worker_memory_max = subject.memory;
        assert_int_equal(decide_worker(&policy, &subject).reason, REASON_GROWTH);
        policy.worker_memory_max = subject.memory - 1;
        assert_int_equal(decide_worker(&policy, &subject).reason, REASON_WORKER_MEMORY);
}

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

/* 1 MiB a second together: by starting processes, unless the members gained most of it themselves. */
static void test_family(void **state)
{
        struct subject family;
        double gained;

        (void)state;
        policy.leak_window = MINUTE;
        policy.leak_max = GIB;
        family = grown(&series, 100 * MIB, (double)MIB, 3 * MINUTE, SECOND / 2);
        gained = leak_in_window(&series);
        family.family = &series;
        assert_int_equal(decide_family(&policy, &family).reason, REASON_LEAK);
        family.by_members.leak = gained / 2 - 1;
        assert_int_equal(decide_family(&policy, &family).reason, REASON_LEAK);
        family.by_members.leak = gained / 2;
        assert_int_equal(decide_family(&policy, &family).reason, REASON_NONE);

        /* a burst, with its own window */
        policy.growth_max = MIB / 2;
        family.hard_limit = family.memory + 2 * MIB;
        assert_int_equal(decide_family(&policy, &family).reason, REASON_GROWTH);
        family.by_members.growth = growth_in_window(&series) / 2;
        assert_int_equal(decide_family(&policy, &family).reason, REASON_NONE);

        /* its size is no reason, and a group ends as a whole anyway */
        family.by_members = (struct family_growth){0};
        policy.worker_memory_max = 1;
        assert_int_equal(decide_family(&policy, &family).reason, REASON_GROWTH);
        policy.scope = SCOPE_GROUP;
        assert_int_equal(decide_family(&policy, &family).reason, REASON_NONE);
}

static void test_family_as_culprit(void **state)
{
        static struct series own[2], together;
        struct subject workers[2];

        (void)state;
        policy.group_memory_max = 200 * MIB;
        workers[0] = grown(&own[0], 100 * MIB, 2.0 * MIB, 20 * SECOND, SECOND);
        (void)grown(&together, 10 * MIB, 4.0 * MIB, 20 * SECOND, SECOND);
        workers[1] = grown(&own[1], 10 * MIB, 0, 20 * SECOND, SECOND);
        assert_int_equal(culprit(workers, 2, 0), 0);
        assert_false(decide_is_family(&policy, &workers[0]));
        workers[1].family = &together;
        assert_int_equal(culprit(workers, 2, 0), 1);
        assert_true(decide_is_family(&policy, &workers[1]));
        /* the children grew, not their number */
        workers[1].by_members.growth = workers[1].by_members.leak = 60.0 * MIB;
        assert_int_equal(culprit(workers, 2, 0), 0);
        assert_false(decide_is_family(&policy, &workers[1]));
}

/* Came with little, took 60 MiB at once, and holds that since. */
static struct subject loaded(struct series *ret, uint64_t length)
{
        series_init(ret, policy.leak_window, policy.growth_window);
        for (uint64_t usec = 0; usec <= length; usec += SECOND)
                series_push(ret, HOUR + usec, usec == 0 ? 5 * MIB : 65 * MIB);
        return (struct subject){
                .series = ret,
                .now = ret->latest.usec,
                .memory = ret->latest.bytes,
                .hard_limit = UINT64_MAX,
        };
}

/* Who leaks, by himself or by starting processes, more slowly than the growth window tells; not who was started meanwhile. */
static void test_newcomer_is_no_leak(void **state)
{
        static struct series own[2], together;
        struct subject workers[2];

        (void)state;
        policy.group_memory_max = 200 * MIB;
        policy.growth_window = SECOND;
        policy.leak_window = MINUTE;
        workers[0] = loaded(&own[0], 20 * SECOND);
        workers[1] = grown(&own[1], 10 * MIB, 2.0 * MIB, 20 * SECOND, SECOND);
        assert_int_equal(culprit(workers, 2, 0), 1);
        assert_false(decide_is_family(&policy, &workers[1]));

        (void)grown(&together, 10 * MIB, 2.0 * MIB, 20 * SECOND, SECOND);
        workers[1] = loaded(&own[1], 20 * SECOND);
        workers[1].family = &together;
        assert_int_equal(culprit(workers, 2, 0), 1);
        assert_true(decide_is_family(&policy, &workers[1]));

        /* nobody leaks: then what it took is what was gained */
        workers[1] = grown(&own[1], 80 * MIB, 0, 20 * SECOND, SECOND);
        assert_int_equal(culprit(workers, 2, 0), 0);
        /* nor is it a newcomer who was there all the time, and took as much of late */
        workers[1] = grown(&own[1], 10 * MIB, 0.5 * MIB, 80 * SECOND, SECOND);
        workers[0] = grown(&own[0], 5 * MIB, 0, 40 * SECOND, SECOND);
        for (unsigned i = 41; i <= 80; i++)
                series_push(&own[0], HOUR + i * SECOND, 65 * MIB);
        workers[0].memory = 65 * MIB;
        workers[0].now = own[0].latest.usec;
        assert_int_equal(culprit(workers, 2, 0), 0);
}

/* The limit moves with the group's, and is passed by the first byte above it wherever it is. */
static void test_shares(void **state)
{
        struct subject subject = steady(100 * MIB);

        (void)state;
        policy.worker_memory_share = (struct share){SHARE_OF_GROUP, 5000};
        policy.group_memory_share = (struct share){SHARE_OF_GROUP, 8000};
        subject.bases = (struct memory_bases){.machine = GIB, .group = UINT64_MAX};
        assert_int_equal(decide_worker(&policy, &subject).reason, REASON_NONE);
        assert_int_equal(decide_next_look_worker(&policy, &subject), DECIDE_POLL_MAX);
        subject.bases.group = 200 * MIB;
        assert_int_equal(decide_worker(&policy, &subject).reason, REASON_NONE);
        assert_int_equal(decide_next_look_worker(&policy, &subject), DECIDE_POLL_MIN);
        subject.bases.group = 200 * MIB - 2;
        assert_int_equal(decide_worker(&policy, &subject).reason, REASON_WORKER_MEMORY);
        assert_int_equal(decide_worker(&policy, &subject).limit, 100 * MIB - 1);
        assert_int_equal(decide_group(&policy, &subject).reason, REASON_NONE);
        subject.bases.group = 125 * MIB - 1;
        assert_int_equal(decide_group(&policy, &subject).reason, REASON_GROUP_MEMORY);
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

static void test_huge_values(void **state)
{
        struct subject subject = grown(&series, UINT64_C(1) << 63, 1e12, 10 * SECOND, SECOND / 10);
        struct finding finding;

        (void)state;
        policy.worker_memory_max = UINT64_C(1) << 63;
        policy.growth_max = policy.leak_max = 0;
        policy.grace = UINT64_MAX;
        finding = decide_worker(&policy, &subject);
        assert_int_equal(finding.reason, REASON_WORKER_MEMORY);
        assert_int_equal(decide_step(&policy, &finding), STEP_KILL);
        policy.worker_memory_max = UINT64_MAX - 1;
        finding = decide_worker(&policy, &subject);
        assert_int_equal(finding.reason, REASON_GROWTH);
        assert_int_equal(finding.ceiling, UINT64_MAX);
        assert_true(isfinite(finding.rate));
        assert_int_equal(decide_step(&policy, &finding), STEP_KILL);
        subject.hard_limit = 0;
        assert_int_equal(decide_next_look_worker(&policy, &subject), DECIDE_POLL_MIN);
        decide_worker(&policy, &subject);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, fresh)
        const struct CMUnitTest tests[] = {
                TEST(test_reason_names),
                TEST(test_limit_boundary),
                TEST(test_no_limits_no_reason),
                TEST(test_empty_and_single),
                TEST(test_burst),
                TEST(test_a_burst_is_as_near_as_it_is_fast_now),
                TEST(test_teeth_near_the_limit_are_no_burst),
                TEST(test_leak),
                TEST(test_cpu),
                TEST(test_order_of_reasons),
                TEST(test_step_by_action),
                TEST(test_step_of_a_forecast),
                TEST(test_step_past_a_limit),
                TEST(test_step_behind_a_step),
                TEST(test_family),
                TEST(test_family_as_culprit),
                TEST(test_newcomer_is_no_leak),
                TEST(test_shares),
                TEST(test_report),
                TEST(test_cut_grace),
                TEST(test_a_gap_is_no_haste),
                TEST(test_huge_values),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
