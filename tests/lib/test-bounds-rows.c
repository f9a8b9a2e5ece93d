/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include "bounds-check.h"
#include "bounds-rows.h"

/*
 * Every public bound on ten thousand cases against GMP, with the width that its contract promises.
 * Prints how far the upper and the lower end were from the truth, as a histogram a row. Where the
 * contract leaves the width open, as for differences, the ends still have to be the true ones: each
 * end of each row is reached.
 */

static uint64_t next_random(struct draw *draw)
{
        (void)draw;
        return random_below(2) ? random_edge_u64() : random_u64();
}

#define COLUMNS 5 /* 0, 1, 2, 3 bits off, and more */

static void count(unsigned histogram[COLUMNS], uint64_t off)
{
        histogram[off < COLUMNS ? off : COLUMNS - 1]++;
}

static void test_rows(void **state)
{
        struct draw draw = {next_random};

        (void)state;
        printf("%-18s %39s   %39s\n", "bits off:", "upper   0      1      2      3   more",
               "lower   0      1      2      3   more");
        for (unsigned r = 0; r < bounds_rows_length; r++) {
                unsigned above[COLUMNS] = {0}, under[COLUMNS] = {0};

                for (unsigned i = random_cases(10000); i; i--) {
                        uint64_t before = random_state;
                        struct outcome outcome = bounds_rows[r].run(&draw);

                        if (!outcome_is_good(outcome))
                                fail_msg("%s: %llu, bounds [%llu, %llu] (random state %llu)",
                                         bounds_rows[r].name, (unsigned long long)outcome.truth,
                                         (unsigned long long)outcome.bounds.bits_min,
                                         (unsigned long long)outcome.bounds.bits_max,
                                         (unsigned long long)before);
                        count(above, outcome.bounds.bits_max - outcome.truth);
                        count(under, outcome.truth - outcome.bounds.bits_min);
                }
                if (!above[0] || !under[0])
                        fail_msg("%s: its %s end is never reached", bounds_rows[r].name,
                                 above[0] ? "lower" : "upper");
                printf("%-18s", bounds_rows[r].name);
                for (unsigned i = 0; i < COLUMNS; i++)
                        printf(" %6u", above[i]);
                printf("      ");
                for (unsigned i = 0; i < COLUMNS; i++)
                        printf(" %6u", under[i]);
                printf("\n");
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};
        int failed;

        bounds_rows_begin();
        failed = cmocka_run_group_tests(tests, NULL, NULL);
        bounds_rows_end();
        return failed;
}
