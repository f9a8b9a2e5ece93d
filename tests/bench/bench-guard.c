/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "gmp-hooks.h"
#include "guard-cases.h"

/*
 * What the guard costs, and how far its predictions of memory lie above the truth:
 *
 *   the time of guarded sums and products over GMP's own, of operands of 1 and of 64 limbs: with a
 *   context as it comes, with a total limit and statistics on (on one of many numbers of its own),
 *   and of a check alone, which has to judge;
 *
 *   predicted over measured peak of every operation, over sizes from 10^2 to 10^6 bits: the smallest,
 *   the median and the largest.
 *
 * Times are the least of many short rounds that take turns, because anything else on the machine only
 * adds, and to all of them.
 *
 * usage: bench-guard [--json]
 */

static double now(void)
{
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Lowers best to the nanoseconds of one statement in this round. */
#define TIME(best, loops, statement)                                                               \
        do {                                                                                       \
                double start_ = now();                                                             \
                for (unsigned loop_ = 0; loop_ < (loops); loop_++)                                 \
                        statement;                                                                 \
                double each_ = (now() - start_) / (loops)*1e9;                                     \
                best = each_ < best ? each_ : best;                                                \
        } while (0)

#define ROUNDS 200
#define NUMBERS 1000

struct cost {
        const char *operation;
        unsigned limbs;
        double plain, guarded, counted, check;
};

static void print_cost(const struct cost *c, bool json, bool first)
{
        if (json)
                printf("%s{\"operation\": \"%s\", \"limbs\": %u, \"gmp_ns\": %.2f, "
                       "\"guarded_ns\": %.2f, \"guarded_ratio\": %.3f, \"counted_ns\": %.2f, "
                       "\"counted_ratio\": %.3f, \"check_ns\": %.2f}",
                       first ? "" : ", ", c->operation, c->limbs, c->plain, c->guarded,
                       c->guarded / c->plain, c->counted, c->counted / c->plain, c->check);
        else
                printf("%-10s %6u %8.1f %10.1f %6.2f %10.1f %6.2f %10.1f\n", c->operation, c->limbs,
                       c->plain, c->guarded, c->guarded / c->plain, c->counted,
                       c->counted / c->plain, c->check);
}

#define MEASURE(op, plain_call, guarded_call, counted_call, check_call)                            \
        do {                                                                                       \
                struct cost cost = {op, limbs, 1e9, 1e9, 1e9, 1e9};                                \
                for (unsigned round = 0; round < ROUNDS; round++) {                                \
                        TIME(cost.plain, loops, plain_call);                                       \
                        TIME(cost.guarded, loops, guarded_call);                                   \
                        TIME(cost.counted, loops, counted_call);                                   \
                        TIME(cost.check, loops, check_call);                                       \
                }                                                                                  \
                print_cost(&cost, json, first);                                                    \
                first = false;                                                                     \
        } while (0)

static void costs(bng_ctx *ctx, bool json)
{
        static const unsigned sizes[] = {1, 64};
        bng_ctx *counting;
        mpz_t a, b, r;
        mpz_t own[NUMBERS];
        bool first = true;

        if (bng_ctx_new(&counting) != BNG_OK)
                exit(1);
        bng_ctx_set_total_limit_bytes(counting, UINT64_C(1) << 30);
        bng_ctx_set_statistics(counting, true);
        for (unsigned i = 0; i < NUMBERS; i++)
                bng_mpz_init(counting, own[i]);
        mpz_ptr o = own[NUMBERS / 2];
        mpz_inits(a, b, r, NULL);
        if (!json)
                printf("%-10s %6s %8s %10s %6s %10s %6s %10s\n", "operation", "limbs", "GMP ns",
                       "guarded ns", "ratio", "counted ns", "ratio", "check ns");
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                unsigned limbs = sizes[i];
                unsigned loops = 200000 / (limbs * limbs + 10);
                random_integer(a, limbs * GMP_NUMB_BITS);
                random_integer(b, limbs * GMP_NUMB_BITS);
                MEASURE("mul", mpz_mul(r, a, b), bng_mpz_mul(ctx, r, a, b),
                        bng_mpz_mul(counting, o, a, b), bng_check_mul(ctx, a, b));
                MEASURE("add", mpz_add(r, a, b), bng_mpz_add(ctx, r, a, b),
                        bng_mpz_add(counting, o, a, b), bng_check_add(ctx, a, b));
                MEASURE("mul_ui", mpz_mul_ui(r, a, 1234567), bng_mpz_mul_ui(ctx, r, a, 1234567),
                        bng_mpz_mul_ui(counting, o, a, 1234567), bng_check_mul_ui(ctx, a, 1234567));
        }
        mpz_clears(a, b, r, NULL);
        for (unsigned i = 0; i < NUMBERS; i++)
                bng_mpz_clear(counting, own[i]);
        bng_ctx_free(counting);
}

/* The lowest memory limit under which the check passes. */
static uint64_t predicted_peak(bng_ctx *ctx, const struct guard_case *op, const struct operands *x,
                               mpz_srcptr r)
{
        uint64_t refused = 0;
        uint64_t enough = UINT64_C(1) << 40;

        while (enough - refused > 1) {
                uint64_t middle = refused + (enough - refused) / 2;
                bng_ctx_set_memory_limit_bytes(ctx, middle);
                if (op->check(ctx, x, r) == BNG_REFUSED_MEMORY)
                        refused = middle;
                else
                        enough = middle;
        }
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        return enough;
}

#define SAMPLES_MAX 64

static int ascending(const void *a, const void *b)
{
        double difference = *(const double *)a - *(const double *)b;
        return (difference > 0) - (difference < 0);
}

static void compare_peaks(bng_ctx *ctx, const struct guard_case *op, bool json, bool *first)
{
        double ratios[SAMPLES_MAX];
        size_t n = 0;
        struct operands x;

        operands_init(&x);
        for (double bits = 100; bits <= 1e6 && n < SAMPLES_MAX; bits *= 1.2) {
                mpz_t r, s;
                if (bits > (double)op->bits_max)
                        break;
                mpz_inits(r, s, NULL);
                op->make(&x, (uint64_t)bits);
                uint64_t predicted = predicted_peak(ctx, op, &x, r);
                gmp_hooks_start();
                bng_status status = op->guarded(ctx, &x, r, s);
                uint64_t measured = gmp_hooks_peak_bytes();
                if (status == BNG_OK && measured > 0)
                        ratios[n++] = (double)predicted / (double)measured;
                mpz_clears(r, s, NULL);
        }
        operands_clear(&x);
        qsort(ratios, n, sizeof *ratios, ascending);
        if (n == 0)
                return;
        printf(json ? "%s{\"operation\": \"%s\", \"least\": %.3f, \"median\": %.3f, \"most\": "
                      "%.3f, \"sizes\": %zu}"
                    : "%s%-16s %8.1f %8.1f %8.1f   of %zu sizes\n",
               json && !*first ? ", " : "", op->name, ratios[0], ratios[n / 2], ratios[n - 1], n);
        *first = false;
}

int main(int argc, char **argv)
{
        bool json = argc == 2 && strcmp(argv[1], "--json") == 0;
        bool first = true;
        bng_ctx *ctx;

        if (argc > 1 && !json) {
                fprintf(stderr, "usage: bench-guard [--json]\n");
                return 2;
        }
        if (bng_ctx_new(&ctx) != BNG_OK)
                return 1;
        random_start(1);
        if (json)
                printf("{\"costs\": [");
        costs(ctx, json);

        /* The hooks count, which takes time; blocks from before them would confuse them. */
        random_end();
        gmp_hooks_install();
        random_start(1);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        if (json)
                printf("], \"predicted_over_measured_peak\": [");
        else
                printf("\n%-16s %8s %8s %8s   predicted over measured peak\n", "operation", "least",
                       "median", "most");
        for (size_t i = 0; i < guard_cases_count; i++)
                compare_peaks(ctx, &guard_cases[i], json, &first);
        if (json)
                printf("]}\n");
        random_end();
        bng_ctx_free(ctx);
        return 0;
}
