/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whom the kernel ends is told of once, however its counter and its log are read. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "manager/kernel/counted.h"

static void test_told_before_it_is_counted(void **state)
{
        struct counted counted = {.known = true, .kills = 10};

        (void)state;
        counted.told = 3; /* two that the counter has, and one that came behind it */
        assert_int_equal(counted_lost(&counted, 12), 0);
        counted_settle(&counted, 12);
        assert_int_equal(counted_lost(&counted, 13), 0);
        assert_int_equal(counted_lost(&counted, 14), 1);
        counted_settle(&counted, 14);
        assert_int_equal(counted_lost(&counted, 14), 0);
}

/* Each end is named by the log or lost with it, and ends come between the counter's reading and the log's. */
static void test_against_the_truth(void **state)
{
        struct counted counted = {.known = true, .kills = 1000};
        uint64_t counter = 1000, ended = 0, told = 0;

        (void)state;
        srandom(11);
        for (int i = 0; i < 10000; i++) {
                uint64_t now = 0, lost;

                for (int half = 0; half < 2; half++) {
                        for (long n = random() % 4; n > 0; n--) {
                                bool named = random() % 2;

                                counter++;
                                ended++;
                                counted.told += named;
                                told += named;
                        }
                        if (half == 0)
                                now = counter;
                }
                lost = counted_lost(&counted, now);
                told += lost;
                counted_settle(&counted, now);
                assert_true(told <= ended);
        }
        told += counted_lost(&counted, counter);
        assert_int_equal(told, ended);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_told_before_it_is_counted),
                cmocka_unit_test(test_against_the_truth),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
