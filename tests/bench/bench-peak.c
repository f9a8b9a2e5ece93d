/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "division-shapes.h"
#include "fraction-cases.h"
#include "gmp-hooks.h"
#include "guard-cases.h"

/*
 * How far predictions of memory lie above the truth: predicted over measured peak of every guarded
 * operation over sizes from 10^4 bits on, with random and structured operands, of divisions of all
 * shapes (division-shapes.c), and of fractions whose longer part has so many bits; the smallest, the
 * median and the largest. Below 1 would be a broken promise. A prediction is of the worst operands that look the same: the last column is the largest of
 * what is left where those are known, and measured too.
 *
 * Where GMP finds its scratch on the stack, and the result is short, a prediction for any processor
 * is many times what was held.
 *
 * usage: bench-peak [--json] [--least BITS] [--most BITS] [--slow] [OPERATION...]
 *
 * Sizes go up to 10^7 bits, or to --most; 1e9 takes long, and some 10 GB. Operations that take long on
 * fewer bits end there, but with --slow.
 */

#define BITS_LEAST 1e4
#define BITS_MOST 1e7
#define SAMPLES_MAX 256

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

/* ---- text, which the library holds itself ---- */

static char *digits;
static size_t text_bytes;

static bng_status check_get_str(bng_ctx *ctx, const struct operands *x, mpz_srcptr r)
{
        (void)r;
        return bng_check_get_str(ctx, 10, x->a);
}

static bng_status guarded_get_str(bng_ctx *ctx, const struct operands *x, mpz_ptr r, mpz_ptr s)
{
        char *text;
        bng_status status = bng_mpz_get_str(ctx, &text, 10, x->a);

        (void)r, (void)s;
        if (status == BNG_OK) {
                text_bytes = strlen(text) + 1;
                free(text);
        }
        return status;
}

static void plain_get_str(const struct operands *x, mpz_ptr r, mpz_ptr s)
{
        char *text = malloc(mpz_sizeinbase(x->a, 10) + 2);

        (void)r, (void)s;
        if (!text)
                abort();
        mpz_get_str(text, 10, x->a);
        text_bytes = strlen(text) + 1;
        free(text);
}

static void make_digits(struct operands *x, uint64_t bits)
{
        random_digits(x->a, bits);
        free(digits);
        digits = malloc(mpz_sizeinbase(x->a, 10) + 2);
        if (!digits)
                abort();
        mpz_get_str(digits, 10, x->a);
}

static bng_status check_set_str(bng_ctx *ctx, const struct operands *x, mpz_srcptr r)
{
        (void)x, (void)r;
        return bng_check_set_str(ctx, digits, 10);
}

static void plain_set_str(const struct operands *x, mpz_ptr r, mpz_ptr s)
{
        (void)x, (void)s;
        mpz_set_str(r, digits, 10);
}

static bng_status guarded_set_str(bng_ctx *ctx, const struct operands *x, mpz_ptr r, mpz_ptr s)
{
        (void)x, (void)s;
        return bng_mpz_set_str(ctx, r, digits, 10);
}

static const struct guard_case texts[] = {
        {.name = "get_str",
         .make = make_digits,
         .plain = plain_get_str,
         .guarded = guarded_get_str,
         .check = check_get_str,
         .bits_max = UINT64_MAX},
        {.name = "set_str",
         .make = make_digits,
         .plain = plain_set_str,
         .guarded = guarded_set_str,
         .check = check_set_str,
         .bits_max = UINT64_MAX},
};
static const size_t texts_count = sizeof texts / sizeof *texts;

/* ---- one operation ---- */

struct peak {
        uint64_t predicted, measured; /* 0: nothing was held, or nothing computed */
};

/* What GMP's own call holds. A prediction says nothing of its binomials. */
static uint64_t measure_plain(const struct guard_case *op, const struct operands *x, mpz_srcptr old)
{
        mpz_t r, s;

        if (strncmp(op->name, "bin_", 4) == 0)
                return 0;
        mpz_init_set(r, old);
        mpz_init(s);
        text_bytes = 0;
        gmp_hooks_start();
        op->plain(x, r, s);
        uint64_t measured = gmp_hooks_peak_bytes() + text_bytes;
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
        struct peak peak = {.predicted = predicted_peak_of_case(ctx, op, x, r)};
        text_bytes = 0;
        if (op->check(ctx, x, r) == BNG_OK) {
                gmp_hooks_start();
                if (op->guarded(ctx, x, r, s) == BNG_OK) {
                        uint64_t guarded = gmp_hooks_peak_bytes() + text_bytes;
                        uint64_t plain = measure_plain(op, x, old);
                        peak.measured = guarded > plain ? guarded : plain;
                }
        }
        mpz_clears(old, r, s, NULL);
        return peak;
}

static double ratio_of(struct peak peak)
{
        return (double)peak.predicted / (double)peak.measured;
}

/* False where there is no ratio. */
static bool take(bng_ctx *ctx, const struct guard_case *op, struct operands *x, uint64_t bits,
                 struct sample *sample)
{
        op->make(x, bits);
        struct peak peak = measure(ctx, op, x, bits);
        if (peak.measured == 0)
                return false;
        sample->bits = (double)bits;
        sample->ratio = sample->attained = ratio_of(peak);
        if (make_worst(op->name, x)) {
                struct peak worst = measure(ctx, op, x, bits);
                if (worst.predicted == peak.predicted && worst.measured > peak.measured)
                        sample->attained = ratio_of(worst);
        }
        return true;
}

static void report(const char *name, struct sample *samples, size_t n, bool json, bool first)
{
        double attained = 0;

        qsort(samples, n, sizeof *samples, by_ratio);
        for (size_t i = 0; i < n; i++)
                attained = samples[i].attained > attained ? samples[i].attained : attained;
        struct sample least = samples[0];
        struct sample median = samples[n / 2];
        struct sample most = samples[n - 1];

        if (json)
                printf("%s{\"operation\": \"%s\", \"least\": %.3f, \"median\": %.3f, "
                       "\"most\": %.3f, \"most_bits\": %.0f, \"sizes\": %zu, \"attained\": %.3f}",
                       first ? "" : ",\n", name, least.ratio, median.ratio, most.ratio, most.bits,
                       n, attained);
        else
                printf("%-20s %8.2f %8.2f %8.2f   at %-8.3g bits, of %3zu sizes %8.2f\n", name,
                       least.ratio, median.ratio, most.ratio, most.bits, n, attained);
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
                n += take(ctx, op, &x, (uint64_t)bits, &samples[n]);
        }
        operands_clear(&x);
        if (n > 0)
                report(name, samples, n, json, first);
        return n > 0;
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
        gmp_hooks_start();
        op->plain(x, plain);
        uint64_t held = held_by_fractions(op, x);
        gmp_hooks_start();
        if (op->guarded(ctx, x, guarded) == BNG_OK) {
                peak.measured = held_by_fractions(op, x);
                if (held > peak.measured)
                        peak.measured = held;
        }
        mpq_clears(plain, guarded, NULL);
        return peak;
}

/* False where there is no ratio. */
static bool take_fractions(bng_ctx *ctx, const struct fraction_case *op, struct fractions *x,
                           uint64_t bits, struct sample *sample)
{
        typedef bool make_alike(const struct fraction_case *op, struct fractions *x);
        static make_alike *const ways[] = {fractions_make_worst, fractions_make_common};

        fractions_make(x, bits, op->kind == FRACTION_READ);
        struct peak peak = measure_fractions(ctx, op, x);
        if (peak.measured == 0)
                return false;
        sample->bits = (double)bits;
        sample->ratio = sample->attained = ratio_of(peak);
        for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
                if (!ways[i](op, x))
                        continue;
                struct peak worst = measure_fractions(ctx, op, x);
                if (worst.predicted == peak.predicted && ratio_of(worst) < sample->attained)
                        sample->attained = ratio_of(worst);
        }
        return true;
}

static bool compare_fractions(bng_ctx *ctx, const struct fraction_case *op, double least,
                              double most, bool json, bool first)
{
        struct sample samples[SAMPLES_MAX];
        size_t n = 0;
        struct fractions x;

        fractions_init(&x);
        for (double bits = least; bits <= most && n < SAMPLES_MAX; bits *= 1.2)
                n += take_fractions(ctx, op, &x, (uint64_t)bits, &samples[n]);
        fractions_clear(&x);
        if (n > 0)
                report(op->name, samples, n, json, first);
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
        bool json = false, slow = false;
        double least = BITS_LEAST;
        double most = BITS_MOST;
        int i = 1;

        for (; i < argc && argv[i][0] == '-'; i++) {
                if (!strcmp(argv[i], "--json"))
                        json = true;
                else if (!strcmp(argv[i], "--slow"))
                        slow = true;
                else if (!strcmp(argv[i], "--least") && i + 1 < argc)
                        least = strtod(argv[++i], NULL);
                else if (!strcmp(argv[i], "--most") && i + 1 < argc)
                        most = strtod(argv[++i], NULL);
                else {
                        fprintf(stderr,
                                "usage: %s [--json] [--least BITS] [--most BITS] "
                                "[--slow] [OPERATION...]\n",
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
                printf("%-20s %8s %8s %8s   %-31s %8s   predicted over measured peak\n",
                       "operation", "least", "median", "most", "", "attained");
        bool first = true;
        for (size_t c = 0; c < guard_cases_count; c++) {
                struct guard_case op = guard_cases[c];

                if (slow)
                        op.bits_max = UINT64_MAX;
                if (wanted(op.name, argc - i, argv + i))
                        first &= !compare(ctx, op.name, &op, least, most, json, first);
        }
        for (size_t t = 0; t < texts_count; t++)
                if (wanted(texts[t].name, argc - i, argv + i))
                        first &= !compare(ctx, texts[t].name, &texts[t], least, most, json, first);
        for (size_t d = 0; d < division_shapes_count; d++) {
                const struct division_shape *shape = &division_shapes[d];
                struct guard_case shaped = *division_shape_case(shape);

                shaped.make = shape->make;
                if (slow)
                        shaped.bits_max = UINT64_MAX;
                else if (shape->bits_max > 0)
                        shaped.bits_max = shape->bits_max;
                if (wanted(shape->name, argc - i, argv + i))
                        first &= !compare(ctx, shape->name, &shaped, least, most, json, first);
        }
        for (size_t f = 0; f < fraction_cases_count; f++)
                if (wanted(fraction_cases[f].name, argc - i, argv + i))
                        first &= !compare_fractions(ctx, &fraction_cases[f], least, most, json,
                                                    first);
        if (json)
                printf("]\n");
        random_end();
        free(digits);
        bng_ctx_free(ctx);
        return 0;
}
