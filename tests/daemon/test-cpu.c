/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a window of CPU time holds: made-up workers, looked at regularly and not, over an hour. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "samples/cpu.h"
#include "shapes.h"

#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

static struct cpu_use cpu;

static void test_nothing_before_a_whole_window(void **state)
{
        uint64_t used;

        (void)state;
        cpu_init(&cpu, MINUTE);
        assert_false(cpu_in_window(&cpu, &used));
        /* years of CPU time before the first sight are no burning now */
        cpu_push(&cpu, HOUR, 1000 * HOUR);
        assert_false(cpu_in_window(&cpu, &used));
        cpu_push(&cpu, HOUR + MINUTE - 1, 1000 * HOUR + MINUTE);
        assert_false(cpu_in_window(&cpu, &used));
        assert_int_equal(used, 0);
        cpu_push(&cpu, HOUR + MINUTE, 1000 * HOUR + MINUTE);
        assert_true(cpu_in_window(&cpu, &used));
        assert_int_equal(used, MINUTE);
}

static void test_a_gap_hides_nothing(void **state)
{
        uint64_t used;

        (void)state;
        cpu_init(&cpu, MINUTE);
        cpu_push(&cpu, HOUR, 0);
        cpu_push(&cpu, 2 * HOUR, HOUR / 2);
        assert_true(cpu_in_window(&cpu, &used));
        assert_int_equal(used, MINUTE / 2); /* half a CPU all the time, as far as anybody knows */
}

static void test_strange_readings(void **state)
{
        uint64_t used;

        (void)state;
        cpu_init(&cpu, MINUTE);
        cpu_push(&cpu, HOUR, 50 * SECOND);
        cpu_push(&cpu, HOUR, 60 * SECOND);          /* at the same moment */
        cpu_push(&cpu, HOUR - SECOND, 60 * SECOND); /* earlier */
        assert_int_equal(cpu.n, 1);
        cpu_push(&cpu, HOUR + 2 * MINUTE, 3 * MINUTE);
        assert_true(cpu_in_window(&cpu, &used));
        cpu_push(&cpu, HOUR + 3 * MINUTE, SECOND); /* another process's counter */
        assert_false(cpu_in_window(&cpu, &used));
        cpu_push(&cpu, HOUR + 5 * MINUTE, UINT64_MAX);
        assert_true(cpu_in_window(&cpu, &used));
        assert_true(used > UINT64_MAX / 3);
}

static void test_when_it_is_due(void **state)
{
        (void)state;
        cpu_init(&cpu, 16 * SECOND);
        assert_int_equal(cpu_spacing(16 * SECOND), SECOND);
        assert_true(cpu_is_due(&cpu, 0));
        cpu_push(&cpu, HOUR, 0);
        assert_false(cpu_is_due(&cpu, HOUR + SECOND / 2));
        assert_true(cpu_is_due(&cpu, HOUR + SECOND));
}

/* Against the sum of what was really used, at looks of every pace: off by one spacing's use at most. */
static void test_random_workers(void **state)
{
        (void)state;
        for (uint64_t seed = 1; seed <= 200; seed++) {
                struct rng rng = {seed};
                uint64_t window = (uint64_t)rng_scale(&rng, 1e6, 600e6),
                         spacing = cpu_spacing(window);
                uint64_t steps = 30000, every = window / 10000 * 2;
                double threads = rng_scale(&rng, 0.01, 64);
                static uint64_t history[40000];
                uint64_t now = HOUR, counter = 0, next = 0, n = 0;
                bool burns = false;

                cpu_init(&cpu, window);
                while (n < steps) {
                        uint64_t used;

                        if (rng_next(&rng) % 500 == 0)
                                burns = !burns;
                        counter += burns ? (uint64_t)(threads * (double)every) : 0;
                        now += every;
                        history[n++] = counter;
                        if (n < next)
                                continue;
                        next = n + 1 + rng_next(&rng) % (2 * spacing / every);
                        cpu_push(&cpu, now, counter);
                        if (!cpu_in_window(&cpu, &used))
                                assert_true((n - 1) * every < window + 2 * spacing);
                        else {
                                uint64_t exact = counter - history[n - 1 - window / every];
                                double off = (double)used - (double)exact;

                                assert_true(fabs(off) <=
                                            threads * (double)(2 * spacing + 4 * every));
                        }
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_nothing_before_a_whole_window),
                cmocka_unit_test(test_a_gap_hides_nothing),
                cmocka_unit_test(test_strange_readings),
                cmocka_unit_test(test_when_it_is_due),
                cmocka_unit_test(test_random_workers),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
