/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kill budget against a plain model of it, at its borders, and over a reload. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "manager/ends/budget.h"

#define WINDOW UINT64_C(60000000)

static void test_borders(void **state)
{
        struct budget budget = {0};

        (void)state;
        assert_true(budget_take(&budget, 2, WINDOW, 1000));
        assert_true(budget_take(&budget, 2, WINDOW, 1000));
        assert_false(budget_take(&budget, 2, WINDOW, 1000));
        assert_false(budget_take(&budget, 2, WINDOW, 1000 + WINDOW - 1));
        assert_true(budget_take(&budget, 2, WINDOW, 1000 + WINDOW));
        assert_true(budget_take(&budget, 2, WINDOW, 1000 + WINDOW));
        assert_false(budget_take(&budget, 2, WINDOW, 1000 + WINDOW));
        budget_clear(&budget);
        assert_false(budget_take(&budget, 0, WINDOW, 1000));
        budget_clear(&budget);
}

static void test_reload_does_not_refill(void **state)
{
        struct budget budget = {0};

        (void)state;
        for (unsigned i = 0; i < 20; i++)
                assert_true(budget_take(&budget, 20, WINDOW, i));
        assert_false(budget_take(&budget, 5, WINDOW, 100));
        assert_true(budget_take(&budget, 21, WINDOW, 100));
        assert_false(budget_take(&budget, 21, WINDOW, 100));
        /* A shorter window forgets sooner. */
        assert_true(budget_take(&budget, 2, 50, 120));
        budget_clear(&budget);
}

static void test_against_the_model(void **state)
{
        struct budget budget = {0};
        uint64_t now = 0, taken[4096];
        size_t n = 0;

        (void)state;
        srandom(7);
        for (int i = 0; i < 4000; i++) {
                unsigned max = 1 + (unsigned)(i / 400), within = 0;

                now += (uint64_t)(random() % 20000000);
                for (size_t k = 0; k < n; k++)
                        within += now - taken[k] < WINDOW;
                if (within < max) {
                        assert_true(budget_take(&budget, max, WINDOW, now));
                        taken[n++] = now;
                } else
                        assert_false(budget_take(&budget, max, WINDOW, now));
        }
        budget_clear(&budget);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_borders),
                cmocka_unit_test(test_reload_does_not_refill),
                cmocka_unit_test(test_against_the_model),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
