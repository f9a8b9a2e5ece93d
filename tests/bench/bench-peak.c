/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "division-shapes.h"
#include "fraction-cases.h"
#include "gmp-hooks.h"
#include "guard-cases.h"
#include "other-cases.h"

/*
 * How far predictions of memory lie above the truth: predicted over measured peak of every guarded
 * operation over sizes from 10^4 bits on, with random and structured operands, of divisions of all
 * shapes (division-shapes.c), of text, streams and comparisons (other-cases.c), and of fractions whose longer
 * part has so many bits; the smallest, the median and the largest. Below 1 would be a broken promise. A
 * prediction is of the worst operands that look the same: the last column is the largest of what is left where
 * those are known, and measured too.
 *
 * Where GMP finds its scratch on the stack, and the result is short, a prediction for any processor
 * is many times what was held.
 *
 * usage: bench-peak [--json] [--least BITS] [--most BITS] [--decade SIZES] [--slow] [OPERATION...]
 *
 * Sizes go up to 10^8 bits, or to --most, so many in each decade. An operation ends at the first size that is
 * predicted to hold more than 4 GiB or to take more than 5 seconds, or when it has taken them; with --slow,
 * 300. As many operands of a size as take no time are drawn, up to 20.
 */

#define BITS_LEAST 1e4
#define BITS_MOST 1e8
#define SIZES_OF_A_DECADE 12
#define DRAWS_MAX 20
#define SECONDS_OF_DRAWS 0.02
#define SAMPLES_MAX 4096
#define SECONDS_SLOW 300
#define HELD_MOST_BYTES (UINT64_C(4) << 30)

struct sample {
        double ratio;
        double attained; /* the same of the worst operands that look the same */
        double bits;
};

static int by_ratio(const void *a, const void *b)
{
        double difference = ((const struct sample *)a)->ratio - ((const struct sample *)b)->ratio;
        return (difference > 0) - (difference < 0);
}

/* ---- one operation ---- */

struct peak {
        uint64_t predicted, measured; /* 0: nothing was held */
        bool is_too_much;             /* nothing was computed */
};

/* What a row may take. */
static double seconds_max = 5;

static bool is_too_long(bng_status status)
{
        return status == BNG_REFUSED_TIME;
}

static void limit_time(bng_ctx *ctx)
{
        bng_ctx_set_time_limit_usec(ctx, (uint64_t)(seconds_max * 1e6));
}

static void open_time(bng_ctx *ctx)
{
        bng_ctx_set_time_limit_usec(ctx, UINT64_MAX);
}

/* What GMP's own call holds. A prediction says nothing of its binomials. */
static uint64_t measure_plain(const struct guard_case *op, const struct operands *x, mpz_srcptr old)
{
        mpz_t r, s;

        if (strncmp(op->name, "bin_", 4) == 0)
                return 0;
        mpz_init_set(r, old);
        mpz_init(s);
        other_held_nothing();
        gmp_hooks_start();
        op->plain(x, r, s);
        uint64_t measured = gmp_hooks_peak_bytes() + other_held_bytes();
        mpz_clears(r, s, NULL);
        return measured;
}

/* In steps it may be less. */
static struct peak measure(bng_ctx *ctx, const struct guard_case *op, const struct operands *x,
                           uint64_t bits)
{
        mpz_t old, r, s;

        mpz_inits(old, s, NULL);
        if (op->updates)
                random_integer(old, bits);
        mpz_init_set(r, old);
        struct peak peak = {.predicted = predicted_peak_of_other(ctx, op, x, r)};
        limit_time(ctx);
        peak.is_too_much = peak.predicted > HELD_MOST_BYTES ||
                           (op->check && is_too_long(op->check(ctx, x, r)));
        open_time(ctx);
        other_held_nothing();
        gmp_hooks_start();
        if (!peak.is_too_much && op->guarded(ctx, x, r, s) == BNG_OK) {
                uint64_t guarded = gmp_hooks_peak_bytes() + other_held_bytes();
                uint64_t plain = measure_plain(op, x, old);
                peak.measured = guarded > plain ? guarded : plain;
        }
        mpz_clears(old, r, s, NULL);
        return peak;
}

/* ---- fractions ---- */

/* The larger of GMP's own call and the guarded one. */
static struct peak measure_fractions(bng_ctx *ctx, const struct fraction_case *op,
                                     struct fractions *x)
{
        struct peak peak = {0};
        mpq_t plain, guarded;

        mpq_inits(plain, guarded, NULL);
        fraction_case_begin(op, x, plain);
        fraction_case_begin(op, x, guarded);
        peak.predicted = predicted_peak_of_fractions(ctx, op, x);
        limit_time(ctx);
        peak.is_too_much = peak.predicted > HELD_MOST_BYTES || is_too_long(op->check(ctx, x));
        open_time(ctx);
        if (!peak.is_too_much) {
                gmp_hooks_start();
                op->plain(x, plain);
                uint64_t held = held_by_fractions(op, x);
                gmp_hooks_start();
                if (op->guarded(ctx, x, guarded) == BNG_OK) {
                        peak.measured = held_by_fractions(op, x);
                        if (held > peak.measured)
                                peak.measured = held;
                }
        }
        mpq_clears(plain, guarded, NULL);
        return peak;
}

/* ---- one row of the table ---- */

struct row {
        const char *name;
        const struct fraction_case *fractions;
        struct guard_case integers; /* otherwise */
};

static size_t rows_count(void)
{
        return guard_cases_count + other_cases_count + division_shapes_count + fraction_cases_count;
}

static struct row row(size_t i)
{
        if (i < guard_cases_count)
                return (struct row){guard_cases[i].name, NULL, guard_cases[i]};
        i -= guard_cases_count;
        if (i < other_cases_count)
                return (struct row){other_cases[i].name, NULL, other_cases[i]};
        i -= other_cases_count;
        if (i < division_shapes_count) {
                const struct division_shape *shape = &division_shapes[i];
                struct row shaped = {shape->name, NULL, *division_shape_case(shape)};
                shaped.integers.make = shape->make;
                return shaped;
        }
        const struct fraction_case *op = &fraction_cases[i - division_shapes_count];
        return (struct row){.name = op->name, .fractions = op};
}

static double ratio_of(struct peak peak)
{
        return (double)peak.predicted / (double)peak.measured;
}

static bool attains_more(struct peak worst, struct peak peak)
{
        return worst.predicted == peak.predicted && worst.measured > peak.measured;
}

/* The second is of the worst operands that look the same. */
static struct peak take(bng_ctx *ctx, const struct guard_case *op, uint64_t bits,
                        struct peak *attained)
{
        struct operands x;

        operands_init(&x);
        op->make(&x, bits);
        struct peak peak = *attained = measure(ctx, op, &x, bits);
        if (peak.measured > 0 && make_worst(op->name, &x)) {
                struct peak worst = measure(ctx, op, &x, bits);
                if (attains_more(worst, peak))
                        *attained = worst;
        }
        operands_clear(&x);
        return peak;
}

static struct peak take_fractions(bng_ctx *ctx, const struct fraction_case *op, uint64_t bits,
                                  struct peak *attained)
{
        typedef bool make_alike(const struct fraction_case *op, struct fractions *x);
        static make_alike *const ways[] = {fractions_make_worst, fractions_make_common};
        struct fractions x;

        fractions_init(&x);
        fractions_make(&x, bits, op->kind == FRACTION_READ);
        struct peak peak = *attained = measure_fractions(ctx, op, &x);
        for (size_t i = 0; peak.measured > 0 && i < sizeof ways / sizeof *ways; i++) {
                if (!ways[i](op, &x))
                        continue;
                struct peak worst = measure_fractions(ctx, op, &x);
                if (attains_more(worst, *attained))
                        *attained = worst;
        }
        fractions_clear(&x);
        return peak;
}

static double seconds_now(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

struct range {
        double least, most, factor; /* sizes in bits, and from one to the next */
};

/* How many samples there are, of which those that held nothing are none; the most bytes predicted of these. */
static size_t take_samples(bng_ctx *ctx, const struct row *row, struct range range,
                           struct sample *samples, uint64_t *most_of_nothing)
{
        size_t n = 0;
        double start = seconds_now();
        bool is_too_much = false;

        *most_of_nothing = 0;
        for (double bits = range.least; bits <= range.most * 1.001 && !is_too_much;
             bits *= range.factor) {
                double of_this_size = seconds_now();
                for (unsigned draws = 0; draws < DRAWS_MAX && n < SAMPLES_MAX; draws++) {
                        if (draws > 0 && seconds_now() - of_this_size > SECONDS_OF_DRAWS)
                                break;
                        struct peak attained;
                        struct peak peak =
                                row->fractions
                                        ? take_fractions(ctx, row->fractions, (uint64_t)bits,
                                                         &attained)
                                        : take(ctx, &row->integers, (uint64_t)bits, &attained);
                        is_too_much |= peak.is_too_much || seconds_now() - start > seconds_max;
                        if (peak.measured > 0)
                                samples[n++] =
                                        (struct sample){ratio_of(peak), ratio_of(attained), bits};
                        else if (!peak.is_too_much && peak.predicted > *most_of_nothing)
                                *most_of_nothing = peak.predicted;
                }
        }
        return n;
}

/* Rounded down: 1.00 is not below 1. */
static double hundredths(double ratio)
{
        return floor(ratio * 100) / 100;
}

static void report(const char *name, struct sample *samples, size_t n, bool json, bool first)
{
        double attained = 0, longest = 0;

        qsort(samples, n, sizeof *samples, by_ratio);
        for (size_t i = 0; i < n; i++) {
                attained = fmax(attained, samples[i].attained);
                longest = fmax(longest, samples[i].bits);
        }
        struct sample least = samples[0];
        struct sample median = samples[n / 2];
        struct sample most = samples[n - 1];

        if (json)
                printf("%s{\"operation\": \"%s\", \"least\": %.3f, \"median\": %.3f, "
                       "\"most\": %.3f, \"most_bits\": %.0f, \"samples\": %zu, "
                       "\"longest_bits\": %.0f, \"attained\": %.3f}",
                       first ? "" : ",\n", name, least.ratio, median.ratio, most.ratio, most.bits,
                       n, longest, attained);
        else
                printf("%-20s %8.2f %8.2f %8.2f   at %-8.3g bits, of %4zu up to %-8.3g %8.2f\n",
                       name, hundredths(least.ratio), median.ratio, most.ratio, most.bits, n,
                       longest, attained);
}

/* False where there is nothing to be said. */
static bool compare(bng_ctx *ctx, const struct row *row, struct range range, bool json, bool first)
{
        static struct sample samples[SAMPLES_MAX];
        uint64_t most_of_nothing;
        size_t n = take_samples(ctx, row, range, samples, &most_of_nothing);

        if (n > 0)
                report(row->name, samples, n, json, first);
        else if (!json && most_of_nothing > 0)
                printf("%-20s holds nothing, of at most %lu bytes predicted\n", row->name,
                       (unsigned long)most_of_nothing);
        else if (!json)
                printf("%-20s takes or holds too much\n", row->name);
        fflush(stdout);
        return n > 0;
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
        struct range range = {.least = BITS_LEAST, .most = BITS_MOST};
        double sizes = SIZES_OF_A_DECADE;
        int i = 1;

        for (; i < argc && argv[i][0] == '-'; i++) {
                if (!strcmp(argv[i], "--json"))
                        json = true;
                else if (!strcmp(argv[i], "--slow"))
                        seconds_max = SECONDS_SLOW;
                else if (!strcmp(argv[i], "--least") && i + 1 < argc)
                        range.least = strtod(argv[++i], NULL);
                else if (!strcmp(argv[i], "--most") && i + 1 < argc)
                        range.most = strtod(argv[++i], NULL);
                else if (!strcmp(argv[i], "--decade") && i + 1 < argc)
                        sizes = strtod(argv[++i], NULL);
                else {
                        fprintf(stderr,
                                "usage: %s [--json] [--least BITS] [--most BITS] "
                                "[--decade SIZES] [--slow] [OPERATION...]\n",
                                *argv);
                        return 2;
                }
        }
        range.factor = pow(10, 1 / sizes);

        bng_ctx *ctx;
        gmp_hooks_install();
        if (bng_ctx_new(&ctx) != BNG_OK)
                return 1;
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        random_start(1);
        other_cases_begin();
        if (json)
                printf("[");
        else
                printf("%-20s %8s %8s %8s   %-40s %8s   predicted over measured peak\n",
                       "operation", "least", "median", "most", "", "attained");
        bool first = true;
        for (size_t c = 0; c < rows_count(); c++) {
                struct row of = row(c);
                if (wanted(of.name, argc - i, argv + i))
                        first &= !compare(ctx, &of, range, json, first);
        }
        if (json)
                printf("]\n");
        random_end();
        other_cases_end();
        bng_ctx_free(ctx);
        return 0;
}
