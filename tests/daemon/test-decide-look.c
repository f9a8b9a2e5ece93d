/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When to look again: soon enough for the fastest growth, and as often as the windows ask for. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "decide-fixture.h"
#include "samples/leak.h"

static void test_next_look(void **state)
{
        struct subject subject = steady(50 * MIB);

        (void)state;
        /* nothing to look for */
        assert_int_equal(decide_next_look_worker(&policy, &subject), DECIDE_POLL_MAX);
        /* far away, near, at and past the limit */
        policy.worker_memory_max = 64 * GIB;
        assert_int_equal(decide_next_look_worker(&policy, &subject), DECIDE_POLL_MAX);
        policy.worker_memory_max = 50 * MIB + 512 * MIB;
        assert_in_range(decide_next_look_worker(&policy, &subject), 124000, 126000);
        for (uint64_t back = 0; back < 3; back++) {
                policy.worker_memory_max = 50 * MIB + 1 - back;
                assert_int_equal(decide_next_look_worker(&policy, &subject), DECIDE_POLL_MIN);
        }
        /* of a group its own limit */
        assert_int_equal(decide_next_look_group(&policy, &subject), DECIDE_POLL_MAX);
        policy.group_memory_max = 0;
        assert_int_equal(decide_next_look_group(&policy, &subject), DECIDE_POLL_MIN);
        /* the windows */
        policy.worker_memory_max = POLICY_UNSET;
        policy.growth_max = 1;
        subject.hard_limit = 4 * GIB;
        assert_int_equal(decide_next_look_worker(&policy, &subject), SECOND / 2);
        policy.growth_max = POLICY_UNSET;
        subject.hard_limit = UINT64_MAX;
        policy.leak_max = 1;
        assert_int_equal(decide_next_look_worker(&policy, &subject), DECIDE_POLL_MAX);
        policy.leak_window = 10 * SECOND;
        subject = steady(50 * MIB);
        /* of one that stays as it is, in the middle of the next 48th but two: after a minute 287 are over */
        assert_int_equal(decide_next_look_worker(&policy, &subject),
                         290 * 208334 - MINUTE + 208334 / 2);
        subject = grown(&series, 50 * MIB, 1e3, MINUTE, SECOND);
        assert_int_equal(decide_next_look_worker(&policy, &subject), 104167); /* half of one */
}

/* What the windows ask for where something else watches the limits. */
static void test_next_sample(void **state)
{
        const uint64_t needed = policy.grace + 2 * (SECOND / 2) + 100000 + 2 * 10 * SECOND;
        struct subject subject = steady(50 * MIB);
        uint64_t before = UINT64_MAX;

        (void)state;
        policy.worker_memory_max = 60 * MIB;
        assert_int_equal(decide_next_sample_worker(&policy, &subject), UINT64_MAX);
        policy.leak_max = 1;
        assert_int_equal(decide_next_sample_worker(&policy, &subject),
                         5 * (600 * SECOND / 48) - MINUTE + 600 * SECOND / 48 / 2);
        subject = grown(&series, 50 * MIB, 1e3, MINUTE, SECOND);
        assert_int_equal(decide_next_sample_worker(&policy, &subject), 600 * SECOND / 48 / 2);
        subject = steady(50 * MIB);
        assert_int_equal(decide_next_sample_group(&policy, &subject), UINT64_MAX);
        policy.leak_max = POLICY_UNSET;

        /* No burst can be found while even the fastest growth leaves more than the grace; from then on,
         * two windows early, each part of the window is sampled. */
        policy.growth_max = 1;
        for (uint64_t limit = 1024 * GIB; limit > 60 * MIB; limit -= limit / 8) {
                uint64_t left = (uint64_t)((double)(limit - 50 * MIB) / (4.0 * GIB) * 1e6);
                uint64_t usec;

                policy.worker_memory_max = limit;
                usec = decide_next_sample_worker(&policy, &subject);
                if (left > needed + SECOND / 2)
                        assert_in_range(usec, left - needed - 2, left - needed + 2);
                else
                        assert_int_equal(usec, SECOND / 2);
                assert_true(usec <= before);
                before = usec;
        }
        policy.worker_memory_max = POLICY_UNSET; /* without any limit nothing is near one */
        assert_int_equal(decide_next_sample_worker(&policy, &subject), UINT64_MAX);
}

/* A rate that was seen makes looks more frequent than a worker that stands still would get, never less. */
static void test_next_look_with_a_rate(void **state)
{
        static const double rates[] = {-50e6, -1, 0, 1, 50e6, 1e9, 10e9, 100e9};

        (void)state;
        policy.worker_memory_max = 2000 * GIB;
        for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
                struct subject subject = grown(&series, GIB, rates[i], 4 * SECOND, SECOND / 10);
                uint64_t still, look;

                subject.memory = policy.worker_memory_max - 4 * GIB;
                look = decide_next_look_worker(&policy, &subject);
                subject.series = &(struct series){0};
                still = decide_next_look_worker(&policy, &subject);
                assert_int_equal(still, SECOND);
                assert_true(look <= still);
                assert_true((double)look * rates[i] / 1e6 <= 4.0 * (double)GIB);
        }
}

/* A worker that fills memory at 2 GB/s, looked at as asked but always `late`, from birth: found before
 * it is a twentieth over 256 MiB, and killed at once. */
static void test_fill_at_full_speed(void **state)
{
        const uint64_t late = 2000;

        (void)state;
        policy.worker_memory_max = 256 * MIB;
        for (uint64_t born = 0; born < 5 * SECOND; born += 12345) {
                uint64_t usec = HOUR;
                struct finding finding = {0};
                struct subject subject = {.series = &series, .hard_limit = UINT64_MAX};
                unsigned looks = 0;

                series_init(&series, 0, 0);
                while (finding.reason == REASON_NONE) {
                        uint64_t since = usec > HOUR + born ? usec - HOUR - born : 0;

                        subject.memory = 10 * MIB + since * 2000;
                        series_push(&series, usec, subject.memory);
                        finding = decide_worker(&policy, &subject);
                        usec += decide_next_look_worker(&policy, &subject) + late;
                        looks++;
                }
                assert_int_equal(finding.reason, REASON_WORKER_MEMORY);
                assert_true(subject.memory <= 256 * MIB / 20 * 21);
                assert_int_equal(decide_step(&policy, &finding), STEP_KILL);
                assert_true(looks < 120);
        }
}

/* Bytes of one who was still until `begin`, and leaks from then on, a step every so often. */
static uint64_t leaking(uint64_t usec, uint64_t begin, uint64_t step, double rate)
{
        uint64_t since = usec > begin ? usec - begin : 0;

        return 50 * MIB + (uint64_t)(rate * (double)(since - since % step) / 1e6) / 4096 * 4096;
}

/* When that is found, looked at as often as the window asks for, or twice in each slot whatever is seen; microseconds. */
static uint64_t found(uint64_t begin, uint64_t step, double rate, bool as_asked)
{
        struct subject subject = {.series = &series, .hard_limit = UINT64_MAX};
        uint64_t usec = 0, slot;

        series_init(&series, policy.leak_window, policy.growth_window);
        slot = series_slot_usec(&series);
        while (!leak_judge(&series, policy.leak_max).found && usec < 3 * HOUR) {
                usec += as_asked && usec > 0 ? decide_next_sample_worker(&policy, &subject)
                                             : slot / 2;
                series_push(&series, usec, leaking(usec, begin, step, rate));
        }
        return usec;
}

/* Who has been still for long is looked at more rarely, and if he leaks then it is found as soon, but for the slot that
 * the looks are apart. */
static void test_a_leak_after_a_long_rest(void **state)
{
        const uint64_t slot = 600 * SECOND / 48;

        (void)state;
        policy.leak_max = 100 * MIB;
        for (uint64_t begin = HOUR; begin < HOUR + 7 * slot; begin += slot / 4)
                for (unsigned steps = 0; steps <= 12; steps++)
                        for (double times = 1.5; times < 20; times *= 2) {
                                double rate = times * (double)policy.leak_max / 3600;
                                uint64_t step = steps > 0 ? steps * slot : 1;
                                uint64_t often = found(begin, step, rate, false);
                                uint64_t rarely = found(begin, step, rate, true);

                                assert_true(steps > 4 || often < begin + HOUR);
                                assert_true(rarely <= often + slot);
                        }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, fresh)
        const struct CMUnitTest tests[] = {
                TEST(test_next_look),
                TEST(test_next_sample),
                TEST(test_next_look_with_a_rate),
                TEST(test_fill_at_full_speed),
                TEST(test_a_leak_after_a_long_rest),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
