/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who of a group did it: by what each gained, alone or by starting others, and nobody where none of them did. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "decide-fixture.h"

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

/* None of them took what tells by itself, and together they are what the group grew by. */
static void test_many_small_ones(void **state)
{
        static struct series each[8];
        struct subject workers[8];

        (void)state;
        policy.group_memory_max = 200 * MIB;
        workers[0] = grown(&each[0], 150 * MIB, 0, HOUR, 5 * SECOND);
        for (size_t i = 1; i < 8; i++) {
                workers[i] = grown(&each[i], (i == 5 ? 8 : 7) * MIB, 0, 0, SECOND);
                workers[i].at_sight = workers[i].memory;
                workers[i].young = true;
        }
        assert_int_equal(culprit(workers, 8, 0), 5);
        assert_int_equal(culprit(workers, 8, 39 * MIB), 5);
        /* they are in the place of others, but for a little */
        assert_int_equal(culprit(workers, 8, 41 * MIB), 0);

        for (size_t i = 1; i < 8; i++)
                workers[i] = grown(&each[i], MIB, (i == 5 ? 0.8 : 0.7) * MIB, 10 * SECOND, SECOND);
        assert_int_equal(culprit(workers, 8, 0), 5);
        for (size_t i = 1; i < 8; i++)
                workers[i] = grown(&each[i], 8 * MIB, 0.1 * MIB, 10 * SECOND, SECOND);
        assert_int_equal(culprit(workers, 8, 0), 0);

        /* what some gain and others give back is not what the group grew by */
        for (size_t i = 1; i < 8; i++)
                workers[i] = grown(&each[i], 12 * MIB, (i % 2 == 0 ? 0.8 : -0.6) * MIB, 10 * SECOND,
                                   SECOND);
        assert_int_equal(culprit(workers, 8, 0), 0);
}

/* Who gained a little, as he does all the time, is not the one while many came beside him. */
static void test_a_neighbour_of_many_small_ones(void **state)
{
        static struct series each[8];
        struct subject workers[8];

        (void)state;
        policy.group_memory_max = 200 * MIB;
        workers[0] = grown(&each[0], 140 * MIB, 0.9 * MIB, 10 * SECOND, SECOND);
        for (size_t i = 1; i < 8; i++) {
                workers[i] = grown(&each[i], (i == 5 ? 8 : 7) * MIB, 0, 0, SECOND);
                workers[i].at_sight = workers[i].memory;
                workers[i].young = true;
        }
        assert_int_equal(culprit(workers, 8, 0), 5);
        /* those that came are in the place of others, for the most part */
        assert_int_equal(culprit(workers, 8, 46 * MIB), 0);
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

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, fresh)
        const struct CMUnitTest tests[] = {
                TEST(test_culprit),
                TEST(test_young_culprit),
                TEST(test_many_small_ones),
                TEST(test_a_neighbour_of_many_small_ones),
                TEST(test_nobody_is_the_culprit),
                TEST(test_family_as_culprit),
                TEST(test_newcomer_is_no_leak),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
