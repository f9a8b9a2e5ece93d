/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reasons, their order, their boundaries. */

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
                TEST(test_shares),
                TEST(test_no_limits_no_reason),
                TEST(test_empty_and_single),
                TEST(test_burst),
                TEST(test_a_burst_is_as_near_as_it_is_fast_now),
                TEST(test_teeth_near_the_limit_are_no_burst),
                TEST(test_leak),
                TEST(test_cpu),
                TEST(test_order_of_reasons),
                TEST(test_family),
                TEST(test_huge_values),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
