/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "any-case.h"
#include "table.h"

/*
 * What predicted times are worth: predicted over measured time of every operation, where it takes 10 ms
 * and more: the least, the median and the most. The speeds are those of `bng calibrate`, from the file
 * CALIBRATION or where it usually lies.
 *
 * usage: bench-time [--json] [--calibration FILE] [--least BITS] [--most BITS] [--growth FACTOR]
 *                   [--longest SECONDS] [OPERATION...]
 *
 * Lengths go from 10^4 to 5 * 10^6 bits, or to --most, each 1.6 times the one before, or --growth times,
 * and no single operation is tried that would take more than 20 seconds, or --longest. Where operations are named, the others are left out.
 */

#define SAMPLES_MAX 200
#define WORTH_SECONDS 0.01

static double bits_least = 1e4;
static double bits_most = 5e6;
static double growth = 1.6;
static double longest_seconds = 20;

static bool is_refused(bng_ctx *ctx, const struct any_case *op, struct any_operands *x,
                       double seconds)
{
        bng_ctx_set_time_limit_usec(ctx, (uint64_t)(seconds / 2 * 1e6));
        bng_status status = any_check(ctx, op, x);
        bng_ctx_set_time_limit_usec(ctx, UINT64_MAX);
        return status == BNG_REFUSED_TIME;
}

/*
 * A check refuses what even at half of the prediction is over the limit. Some of them do a part of
 * the work, so few are asked. 0: not worth it, or too long.
 */
static double predicted_seconds(bng_ctx *ctx, const struct any_case *op, struct any_operands *x)
{
        double refused = WORTH_SECONDS / 4;
        double enough = longest_seconds;

        if (!is_refused(ctx, op, x, refused) || is_refused(ctx, op, x, enough))
                return 0;
        while (enough / refused > 1.03) {
                double middle = sqrt(enough * refused);
                if (is_refused(ctx, op, x, middle))
                        refused = middle;
                else
                        enough = middle;
        }
        return enough;
}

static double measured_seconds(bng_ctx *ctx, const struct any_case *op, struct any_operands *x)
{
        double best = INFINITY;

        for (unsigned round = 0; round < 2 && best > 0; round++) {
                any_begin(op, x);
                malloc_trim(0); /* as bng calibrate does */
                double begin = now_seconds();
                bng_status status = any_run(ctx, op, x);
                double seconds = now_seconds() - begin;
                if (status != BNG_OK)
                        seconds = 0;
                best = seconds < best ? seconds : best;
        }
        return best;
}

struct sample {
        double ratio;
        double bits;
};

static int by_ratio(const void *a, const void *b)
{
        double difference = ((const struct sample *)a)->ratio - ((const struct sample *)b)->ratio;
        return (difference > 0) - (difference < 0);
}

/* Some operands alone take longer than the operation. */
#define MAKING 10

/* How far the next prime is depends on luck: the mean of many. */
#define PRIMES 16
#define BITS_PER_PRIME_BIT 1000

static void make_long_prime(struct operands *x, uint64_t bits)
{
        random_integer(x->a, 200 + bits / BITS_PER_PRIME_BIT);
        mpz_abs(x->a, x->a);
}

/* Of the operation with `draws` operands of about this length; 0: not worth it, or too long. */
static double ratio_of(bng_ctx *ctx, const struct any_case *op, double bits, unsigned draws)
{
        double predicted = 0, measured = 0;
        struct any_operands x;

        any_init(&x);
        for (unsigned draw = 0; draw < draws; draw++) {
                any_make(op, &x, (uint64_t)bits);
                any_begin(op, &x);
                double seconds = predicted_seconds(ctx, op, &x);
                predicted += seconds;
                measured += seconds > 0 ? measured_seconds(ctx, op, &x) : 0;
        }
        any_clear(&x);
        return measured >= WORTH_SECONDS * draws ? predicted / measured : 0;
}

static void compare_times(bng_ctx *ctx, struct any_case op)
{
        bool is_prime = strcmp(op.name, "nextprime") == 0;
        unsigned draws = is_prime ? PRIMES : 1;
        struct sample samples[SAMPLES_MAX];
        size_t n = 0;

        if (is_prime) {
                op.make = make_long_prime;
                op.bits_max = UINT64_MAX;
        }
        double most =
                bits_most / MAKING < (double)op.bits_max ? bits_most : MAKING * (double)op.bits_max;
        for (double bits = bits_least; bits <= most; bits *= growth)
                for (unsigned round = 0; round < 2 && n < SAMPLES_MAX; round++) {
                        double ratio = ratio_of(ctx, &op, bits, draws);
                        if (ratio > 0)
                                samples[n++] = (struct sample){ratio, bits};
                }
        if (n == 0)
                return;
        qsort(samples, n, sizeof *samples, by_ratio);
        row("predicted over measured", op.name);
        cell("least", samples[0].ratio, 2);
        cell("least_bits", samples[0].bits, 0);
        cell("median", samples[n / 2].ratio, 2);
        cell("most", samples[n - 1].ratio, 2);
        cell("most_bits", samples[n - 1].bits, 0);
        cell("samples", (double)n, 0);
        end_row();
}

static bool exists(char *name)
{
        for (size_t c = 0; c < any_cases_count(); c++) {
                struct any_case op = any_case(c);
                if (any_case_is_wanted(&op, 1, &name))
                        return true;
        }
        return false;
}

int main(int argc, char **argv)
{
        const char *calibration = NULL;
        bng_ctx *ctx;
        int i = 1;

        for (; i < argc && argv[i][0] == '-'; i++) {
                const char *value = i + 1 < argc ? argv[i + 1] : "0";
                if (strcmp(argv[i], "--json") == 0) {
                        table_is_json = true;
                        continue;
                }
                if (strcmp(argv[i], "--calibration") == 0) {
                        calibration = value;
                } else if (strcmp(argv[i], "--least") == 0) {
                        bits_least = strtod(value, NULL);
                } else if (strcmp(argv[i], "--most") == 0) {
                        bits_most = strtod(value, NULL);
                } else if (strcmp(argv[i], "--growth") == 0 && strtod(value, NULL) > 1) {
                        growth = strtod(value, NULL);
                } else if (strcmp(argv[i], "--longest") == 0) {
                        longest_seconds = strtod(value, NULL);
                } else {
                        fprintf(stderr,
                                "usage: %s [--json] [--calibration FILE] [--least BITS] "
                                "[--most BITS] [--growth FACTOR] [--longest SECONDS] "
                                "[OPERATION...]\n",
                                *argv);
                        return 2;
                }
                i++;
        }
        for (int name = i; name < argc; name++)
                if (!exists(argv[name])) {
                        fprintf(stderr, "there is no operation \"%s\"\n", argv[name]);
                        return 2;
                }
        if (bng_ctx_new(&ctx) != BNG_OK || bng_ctx_load_calibration(ctx, calibration) != BNG_OK) {
                fputs("there is no calibration, or no memory\n", stderr);
                return 1;
        }
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        random_start(1);
        random_without_patterns();

        heading("predicted over measured time: least, at so many bits, median, most, at so many "
                "bits");
        for (size_t c = 0; c < any_cases_count(); c++) {
                struct any_case op = any_case(c);
                if (any_case_is_wanted(&op, argc - i, argv + i))
                        compare_times(ctx, op);
        }
        end_table();
        random_end();
        bng_ctx_free(ctx);
        return 0;
}
