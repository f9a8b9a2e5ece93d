/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>
#include "division-shapes.h"
#include "gmp-hooks.h"
#include "guard-cases.h"

/*
 * How far predictions of memory lie above the truth: predicted over measured peak of every guarded
 * operation over sizes from 10^4 bits on, with random and structured operands, and of divisions of
 * all shapes (division-shapes.c); the smallest, the median and the largest. Below 1 would be a broken
 * promise.
 *
 * Where GMP finds its scratch on the stack, and the result is short, a prediction for any processor
 * is many times what was held.
 *
 * usage: bench-peak [--json] [--least BITS] [--most BITS] [OPERATION...]
 *
 * Sizes go up to 10^7 bits, or to --most; 1e9 takes long, and some 10 GB.
 */

#define BITS_LEAST 1e4
#define BITS_MOST 1e7
#define SAMPLES_MAX 256

struct sample {
        double ratio;
        double bits;
};

static int by_ratio(const void *a, const void *b)
{
        double difference = ((const struct sample *)a)->ratio - ((const struct sample *)b)->ratio;
        return (difference > 0) - (difference < 0);
}

/* False where nothing was held, or nothing computed. */
static bool measure(bng_ctx *ctx, const struct guard_case *op, const struct operands *x,
                    uint64_t bits, double *ratio)
{
        mpz_t r, s;

        mpz_inits(r, s, NULL);
        if (op->updates)
                random_integer(r, bits);
        uint64_t predicted = predicted_peak_of_case(ctx, op, x, r);
        uint64_t measured = 0;
        if (op->check(ctx, x, r) == BNG_OK) {
                gmp_hooks_start();
                if (op->guarded(ctx, x, r, s) == BNG_OK)
                        measured = gmp_hooks_peak_bytes();
        }
        mpz_clears(r, s, NULL);
        if (measured == 0)
                return false;
        *ratio = (double)predicted / (double)measured;
        return true;
}

static void report(const char *name, const struct sample *samples, size_t n, bool json, bool first)
{
        struct sample least = samples[0];
        struct sample median = samples[n / 2];
        struct sample most = samples[n - 1];

        if (json)
                printf("%s{\"operation\": \"%s\", \"least\": %.3f, \"median\": %.3f, "
                       "\"most\": %.3f, \"most_bits\": %.0f, \"sizes\": %zu}",
                       first ? "" : ",\n", name, least.ratio, median.ratio, most.ratio, most.bits,
                       n);
        else
                printf("%-20s %8.2f %8.2f %8.2f   at %.3g bits, of %zu sizes\n", name, least.ratio,
                       median.ratio, most.ratio, most.bits, n);
        fflush(stdout);
}

/* False where no size could be measured. */
static bool compare(bng_ctx *ctx, const char *name, const struct guard_case *op, double least,
                    double most, bool json, bool first)
{
        struct sample samples[SAMPLES_MAX];
        size_t n = 0;
        struct operands x;

        operands_init(&x);
        for (double bits = least; bits <= most && n < SAMPLES_MAX; bits *= 1.2) {
                if (bits > (double)op->bits_max)
                        break;
                op->make(&x, (uint64_t)bits);
                samples[n].bits = bits;
                n += measure(ctx, op, &x, (uint64_t)bits, &samples[n].ratio);
        }
        operands_clear(&x);
        if (n == 0)
                return false;
        qsort(samples, n, sizeof *samples, by_ratio);
        report(name, samples, n, json, first);
        return true;
}

static bool wanted(const char *name, int argc, char **argv)
{
        for (int i = 0; i < argc; i++)
                if (!strcmp(name, argv[i]))
                        return true;
        return argc == 0;
}

int main(int argc, char **argv)
{
        bool json = false;
        double least = BITS_LEAST;
        double most = BITS_MOST;
        int i = 1;

        for (; i < argc && argv[i][0] == '-'; i++) {
                if (!strcmp(argv[i], "--json"))
                        json = true;
                else if (!strcmp(argv[i], "--least") && i + 1 < argc)
                        least = strtod(argv[++i], NULL);
                else if (!strcmp(argv[i], "--most") && i + 1 < argc)
                        most = strtod(argv[++i], NULL);
                else {
                        fprintf(stderr,
                                "usage: %s [--json] [--least BITS] [--most BITS] "
                                "[OPERATION...]\n",
                                *argv);
                        return 2;
                }
        }

        bng_ctx *ctx;
        gmp_hooks_install();
        if (bng_ctx_new(&ctx) != BNG_OK)
                return 1;
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        random_start(1);
        if (json)
                printf("[");
        else
                printf("%-20s %8s %8s %8s   predicted over measured peak\n", "operation", "least",
                       "median", "most");
        bool first = true;
        for (size_t c = 0; c < guard_cases_count; c++)
                if (wanted(guard_cases[c].name, argc - i, argv + i))
                        first &= !compare(ctx, guard_cases[c].name, &guard_cases[c], least, most,
                                          json, first);
        for (size_t d = 0; d < division_shapes_count; d++) {
                const struct division_shape *shape = &division_shapes[d];
                struct guard_case shaped = *division_shape_case(shape);

                shaped.make = shape->make;
                if (wanted(shape->name, argc - i, argv + i))
                        first &= !compare(ctx, shape->name, &shaped, least, most, json, first);
        }
        if (json)
                printf("]\n");
        random_end();
        bng_ctx_free(ctx);
        return 0;
}
