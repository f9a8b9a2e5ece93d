/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "gmp-hooks.h"
#include "guard-cases.h"

/*
 * What the guard costs, and how far its predictions of memory lie above the truth:
 *
 *   the time of a guarded product and of GMP's own, of operands of 1 and of 64 limbs, and of a check
 *   alone that has to judge; the best of several runs, because anything else on the machine only adds;
 *
 *   predicted over measured peak of every operation, over sizes from 10^2 to 10^6 bits: the smallest,
 *   the median and the largest.
 */

static double now(void)
{
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Sets best to the nanoseconds of one statement. */
#define TIME(best, loops, statement)                                                               \
        do {                                                                                       \
                best = 1e9;                                                                        \
                for (unsigned run = 0; run < 15; run++) {                                          \
                        double start = now();                                                      \
                        for (unsigned loop = 0; loop < (loops); loop++)                            \
                                statement;                                                         \
                        double each = (now() - start) / (loops)*1e9;                               \
                        best = each < best ? each : best;                                          \
                }                                                                                  \
        } while (0)

static void time_products(bng_ctx *ctx)
{
        static const unsigned limbs[] = {1, 64};
        mpz_t a, b, r;

        mpz_inits(a, b, r, NULL);
        printf("%-8s %14s %14s %8s %14s\n", "limbs", "mpz_mul ns", "bng_mpz_mul ns", "ratio",
               "bng_check ns");
        for (size_t i = 0; i < sizeof limbs / sizeof *limbs; i++) {
                unsigned loops = 2000000 / (limbs[i] * limbs[i] + 10);
                double plain, guarded, check;
                random_integer(a, limbs[i] * 64);
                random_integer(b, limbs[i] * 64);
                TIME(plain, loops, mpz_mul(r, a, b));
                TIME(guarded, loops, bng_mpz_mul(ctx, r, a, b));
                TIME(check, loops, bng_check_mul(ctx, a, b));
                printf("%-8u %14.1f %14.1f %8.2f %14.1f\n", limbs[i], plain, guarded,
                       guarded / plain, check);
        }
        mpz_clears(a, b, r, NULL);
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

static void compare_peaks(bng_ctx *ctx, const struct guard_case *op)
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
        if (n > 0)
                printf("%-16s %8.1f %8.1f %8.1f   of %zu sizes\n", op->name, ratios[0],
                       ratios[n / 2], ratios[n - 1], n);
}

int main(void)
{
        bng_ctx *ctx;

        gmp_hooks_install();
        if (bng_ctx_new(&ctx) != BNG_OK)
                return 1;
        random_start(1);
        time_products(ctx);

        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        printf("\n%-16s %8s %8s %8s   predicted over measured peak\n", "operation", "least",
               "median", "most");
        for (size_t i = 0; i < guard_cases_count; i++)
                compare_peaks(ctx, &guard_cases[i]);
        random_end();
        bng_ctx_free(ctx);
        return 0;
}
