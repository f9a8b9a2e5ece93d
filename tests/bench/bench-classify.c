/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a thousand watched workers cost: memory of their series, and the time of a push, a decision and
 * the question for the next look, with every kind of limit set. Run by `meson test --benchmark`.
 */

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "policy/decide.h"
#include "shapes.h"

#define WORKERS 1000
#define ROUNDS 400

static double seconds(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(void)
{
        const struct policy policy = {
                .worker_memory_max = UINT64_C(1) << 40,
                .group_memory_max = POLICY_UNSET,
                .growth_max = UINT64_C(1) << 20,
                .growth_window = 10000000,
                .leak_max = UINT64_C(1) << 20,
                .leak_window = 600000000,
                .action = ACTION_TERMINATE,
                .grace = 5000000,
        };
        struct series *series = calloc(WORKERS, sizeof(*series));
        struct rng rng = {1};
        double push = 0, decide = 0, look = 0;
        uint64_t sum = 0;

        if (!series)
                return EXIT_FAILURE;
        for (size_t i = 0; i < WORKERS; i++)
                series_init(&series[i], policy.leak_window, policy.growth_window);

        /* Half of them leak steadily: no test of the classifier ends early for those. */
        for (uint64_t round = 0; round < ROUNDS; round++) {
                double start = seconds();

                for (size_t i = 0; i < WORKERS; i++)
                        series_push(&series[i], round * 5000000 + i,
                                    (i % 2 ? round << 20 : 0) + rng_next(&rng) % 4096);
                push += seconds() - start;

                start = seconds();
                for (size_t i = 0; i < WORKERS; i++) {
                        struct subject subject = {
                                .series = &series[i],
                                .now = series[i].latest.usec,
                                .memory = series[i].latest.bytes,
                                .hard_limit = UINT64_MAX,
                        };

                        sum += decide_worker(&policy, &subject).reason;
                }
                decide += seconds() - start;

                start = seconds();
                for (size_t i = 0; i < WORKERS; i++) {
                        struct subject subject = {
                                .series = &series[i],
                                .now = series[i].latest.usec,
                                .memory = series[i].latest.bytes,
                                .hard_limit = UINT64_MAX,
                        };

                        sum += decide_next_look_worker(&policy, &subject);
                }
                look += seconds() - start;
        }

        printf("bytes a worker:     %zu\n", sizeof(struct series));
        printf("ns a push:          %.0f\n", push * 1e9 / WORKERS / ROUNDS);
        printf("ns a decision:      %.0f\n", decide * 1e9 / WORKERS / ROUNDS);
        printf("ns a next look:     %.0f\n", look * 1e9 / WORKERS / ROUNDS);
        for (size_t i = 0; i < WORKERS; i++)
                series_free(&series[i]);
        free(series);
        return sum > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
