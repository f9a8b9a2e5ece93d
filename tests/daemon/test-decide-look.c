/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The culprit of a group, and the time until the next look. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "decide-fixture.h"
#include "samples/leak.h"

static void test_culprit(void **state)
{
        static struct series each[4];
        struct subject workers[4];

        (void)state;
        policy.group_memory_max = GIB;

        /* nobody grows: the largest, and of equals the first */
        workers[0] = grown(&each[0], 100 * MIB, 0, HOUR, 5 * SECOND);
        workers[1] = grown(&each[1], 500 * MIB, 0, HOUR, 5 * SECOND);
        workers[2] = grown(&each[2], 500 * MIB, 0, HOUR, 5 * SECOND);
        workers[3] = grown(&each[3], 0, 0, HOUR, 5 * SECOND);
        assert_int_equal(culprit(workers, 4, 0), 1);
        assert_int_equal(culprit(workers, 1, 0), 0);

        /* a slow leak of a small one tells over the leak window */
        workers[0] = grown(&each[0], 100 * MIB, 1e5, HOUR, 5 * SECOND);
        assert_int_equal(culprit(workers, 4, 0), 0);

        /* a burst before a leak */
        workers[3] = grown(&each[3], 0, 50e6, 2 * SECOND, SECOND / 10);
        assert_int_equal(culprit(workers, 4, 0), 3);

        /* less than a twentieth of the group is noise, and so is who comes with its normal size */
        workers[0] = grown(&each[0], 100 * MIB, 1e3, HOUR, 5 * SECOND);
        workers[3] = grown(&each[3], 300 * MIB, 1e6, 2 * SECOND, SECOND / 10);
        assert_int_equal(culprit(workers, 4, 0), 1);

        /* empty workers: some index all the same */
        for (size_t i = 0; i < 4; i++)
                workers[i] = grown(&each[i], 0, 0, SECOND, SECOND);
        assert_in_range(culprit(workers, 4, 0), 0, 3);
}

static void test_young_culprit(void **state)
{
        static struct series each[3];
        struct subject workers[3];

        (void)state;
        policy.group_memory_max = 300 * MIB;
        workers[0] = grown(&each[0], 150 * MIB, 0, HOUR, 5 * SECOND);
        workers[1] = grown(&each[1], 40 * MIB, 0, HOUR, 5 * SECOND);
        workers[2] = grown(&each[2], 80 * MIB, 0, 0, SECOND);

        /* of those that were there nobody grew */
        assert_int_equal(culprit(workers, 3, 0), 0);
        workers[2].at_sight = 80 * MIB;
        workers[2].young = true;
        assert_int_equal(culprit(workers, 3, 0), 2);
        assert_int_equal(culprit(workers, 3, 80 * MIB), 2);
        assert_int_equal(culprit(workers, 3, UINT64_MAX), 2);

        /* one beside it grows, by less than it took unless that was another's place */
        workers[1] = grown(&each[1], 10 * MIB, 3.0 * MIB, 10 * SECOND, SECOND);
        assert_int_equal(culprit(workers, 3, 0), 2);
        assert_int_equal(culprit(workers, 3, 49 * MIB), 2);
        assert_int_equal(culprit(workers, 3, 51 * MIB), 1);

        /* the same when it is seen as it takes its place */
        workers[2] = grown(&each[2], 0, 8.0 * MIB, 10 * SECOND, SECOND);
        workers[2].young = true;
        assert_int_equal(culprit(workers, 3, 49 * MIB), 2);
        assert_int_equal(culprit(workers, 3, 51 * MIB), 1);
        workers[2].young = false;
        assert_int_equal(culprit(workers, 3, 51 * MIB), 2);
}

/* What the group has and no worker tells of: nobody's, unless somebody maps it. */
static void test_nobody_is_the_culprit(void **state)
{
        static struct series each[2], untold;
        struct untold rest = {.series = &untold};
        struct subject workers[2];

        (void)state;
        policy.group_memory_max = 200 * MIB;
        workers[0] = grown(&each[0], 100 * MIB, 0, HOUR, 5 * SECOND);
        workers[1] = grown(&each[1], 20 * MIB, 2.0 * MIB, 10 * SECOND, SECOND);

        /* it grew more than anybody, or less */
        (void)grown(&untold, 10 * MIB, 3.0 * MIB, 10 * SECOND, SECOND);
        assert_int_equal(decide_culprit(&policy, workers, 2, &rest), 2);
        workers[1].mapped = workers[1].mapped_growth = 4 * MIB;
        assert_int_equal(decide_culprit(&policy, workers, 2, &rest), 2);
        workers[1].mapped = workers[1].mapped_growth = 6 * MIB;
        assert_int_equal(decide_culprit(&policy, workers, 2, &rest), 1);
        workers[1].mapped = workers[1].mapped_growth = 0;
        (void)grown(&untold, 10 * MIB, 1.9 * MIB, 10 * SECOND, SECOND);
        assert_int_equal(decide_culprit(&policy, workers, 2, &rest), 1);
        (void)grown(&untold, 90 * MIB, 0, HOUR, 5 * SECOND);
        assert_int_equal(decide_culprit(&policy, workers, 2, &rest), 1);

        /* who maps what others have taken did not take it, and who did take it is no larger for himself */
        workers[0].mapped = workers[0].mapped_growth = GIB;
        assert_int_equal(decide_culprit(&policy, workers, 2, &rest), 1);
        workers[1] = grown(&each[1], 20 * MIB, 0, HOUR, 5 * SECOND);
        workers[0].mapped = workers[0].mapped_growth = 0;
        workers[1].mapped = workers[1].mapped_growth = 95 * MIB;
        (void)grown(&untold, 10 * MIB, 9.0 * MIB, 10 * SECOND, SECOND);
        assert_int_equal(decide_culprit(&policy, workers, 2, &rest), 1);
        workers[1].mapped_growth = 0;
        (void)grown(&untold, 90 * MIB, 0, HOUR, 5 * SECOND);
        assert_int_equal(decide_culprit(&policy, workers, 2, &rest), 1);

        /* nothing grows: the largest, if it can be seen */
        workers[1].mapped = 0;
        assert_int_equal(decide_culprit(&policy, workers, 2, &rest), 0);
        (void)grown(&untold, 100 * MIB + 1, 0, HOUR, 5 * SECOND);
        assert_int_equal(decide_culprit(&policy, workers, 2, &rest), 2);

        /* seen for the first time, all of it may be new; a leak is known after its window */
        workers[1] = grown(&each[1], 20 * MIB, 2.0 * MIB, 10 * SECOND, SECOND);
        (void)grown(&untold, 30 * MIB, 0, 0, SECOND);
        assert_int_equal(decide_culprit(&policy, workers, 2, &rest), 2);
        workers[1] = grown(&each[1], 20 * MIB, 0.02 * MIB, HOUR, 5 * SECOND);
        (void)grown(&untold, 90 * MIB, 0, MINUTE, 5 * SECOND);
        assert_int_equal(decide_culprit(&policy, workers, 2, &rest), 2);
        (void)grown(&untold, 90 * MIB, 0, HOUR, 5 * SECOND);
        assert_int_equal(decide_culprit(&policy, workers, 2, &rest), 1);

        /* a licence for nobody: the workers are over the limit without it */
        workers[1] = grown(&each[1], 180 * MIB, 2.0 * MIB, 10 * SECOND, SECOND);
        (void)grown(&untold, 10 * MIB, 3.0 * MIB, 10 * SECOND, SECOND);
        assert_int_equal(decide_culprit(&policy, workers, 2, &rest), 1);
        workers[1] = grown(&each[1], 180 * MIB, 0, HOUR, 5 * SECOND);
        assert_int_equal(decide_culprit(&policy, workers, 2, &rest), 2);
}

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
                TEST(test_culprit),
                TEST(test_young_culprit),
                TEST(test_nobody_is_the_culprit),
                TEST(test_next_look),
                TEST(test_next_sample),
                TEST(test_next_look_with_a_rate),
                TEST(test_fill_at_full_speed),
                TEST(test_a_leak_after_a_long_rest),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
