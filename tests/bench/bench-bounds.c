/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <gmp.h>
#include "bounds/log2.h"
#include "bounds/range.h"

/*
 * What a bound costs, against the cheapest thing it stands in front of: mpz_mul of two one-limb
 * numbers. All are measured in turn, round after round, and the shortest time of each counts:
 * whatever else the machine does only adds.
 *
 * And what a bound is worth: how far above the truth the exact bound and the two formulas that are
 * commonly used lie, bitlen(b) * e and floor(log2 b) * e, on the same random powers.
 *
 * usage: bench-bounds [--json]
 */

#define ROUNDS 20
#define CALLS 100000

static volatile uint64_t sink;
static mpz_t one_limb, another, product;

static double now_ns(void)
{
        struct timespec t;

        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static uint64_t lead_at(uint64_t i)
{
        return UINT64_C(1) << 63 | i * UINT64_C(0x9e3779b97f4a7c15);
}

static uint64_t mul_one_limb(void)
{
        mpz_mul(product, one_limb, another);
        return mpz_getlimbn(product, 0);
}

#define LIMIT (UINT64_C(1) << 27) /* 16 MiB */

/* The i-th call of each kind. */
#define KINDS                                                                                      \
        KIND("mpz_mul, one limb", mul_one_limb())                                                  \
        KIND("power fits, far below", (uint64_t)bng_bounds_pow_fits(200, lead_at(i), i, LIMIT))    \
        KIND("power fits, far above",                                                              \
             (uint64_t)bng_bounds_pow_fits(200, lead_at(i), i << 40 | 1, LIMIT))                   \
        KIND("power fits, near",                                                                   \
             (uint64_t)bng_bounds_pow_fits(64, lead_at(i), LIMIT / 64 + (i & 4095), LIMIT))        \
        KIND("power, short exponent", bng_bounds_pow(200, lead_at(i), i).bits_max)                 \
        KIND("power, long exponent", bng_bounds_pow(40, lead_at(i), ~i).bits_max)                  \
        KIND("power, any exponent",                                                                \
             bng_bounds_pow(200, lead_at(i), lead_at(i) >> (i & 63)).bits_max)                     \
        KIND("log2", bng_log2_leading(100, lead_at(i), false).lo.frac)                             \
        KIND("product", bng_bounds_mul(i, 64).bits_max)                                            \
        KIND("product, leading bits", bng_bounds_mul_leading(i + 65, lead_at(i), 90, ~i).bits_max) \
        KIND("sum", bng_bounds_add(i, 64).bits_max)                                                \
        KIND("factorial", bng_bounds_fac(1000 + i).bits_max)                                       \
        KIND("multifactorial", bng_bounds_mfac(1000 + i, 3).bits_max)                              \
        KIND("binomial", bng_bounds_bin(UINT64_C(1) << 40, 1000 + i).bits_max)                     \
        KIND("fibonacci", bng_bounds_fib(1000 + i).bits_max)                                       \
        KIND("primorial", bng_bounds_primorial(10000 + i).bits_max)

#define KIND(name, expression) name,
static const char *const names[] = {KINDS};
#undef KIND
#define LENGTH (sizeof names / sizeof names[0])

#define KIND(name, expression)                                                                     \
        {                                                                                          \
                double begin_ = now_ns(), ns_;                                                     \
                uint64_t sum_ = 0;                                                                 \
                for (uint64_t i = 1; i <= CALLS; i++)                                              \
                        sum_ += (expression);                                                      \
                sink += sum_;                                                                      \
                ns_ = (now_ns() - begin_) / CALLS;                                                 \
                best[kind] = ns_ < best[kind] ? ns_ : best[kind];                                  \
                kind++;                                                                            \
        }

static void costs(bool json)
{
        double best[LENGTH];

        mpz_init_set_ui(one_limb, 0x89abcdef);
        mpz_init_set_ui(another, 0x12345679);
        mpz_init2(product, 256);
        for (size_t i = 0; i < LENGTH; i++)
                best[i] = 1e9;
        for (unsigned round = 0; round < ROUNDS; round++) {
                size_t kind = 0;

                KINDS
        }
        for (size_t i = 0; i < LENGTH; i++)
                printf(json ? "%s{\"what\": \"%s\", \"ns\": %.2f, \"ratio\": %.3f}"
                            : "%s%-28s %8.1f ns %8.2f x mpz_mul\n",
                       !json ? ""
                       : i   ? ", "
                             : "{\"costs\": [",
                       names[i], best[i], best[i] / best[0]);
        mpz_clears(one_limb, another, product, NULL);
}

#define POWERS 20000

struct slack {
        const char *name;
        double sum, sum_relative;
        int64_t least, most;
};

static void add_slack(struct slack *slack, uint64_t said, uint64_t truth)
{
        int64_t off = (int64_t)said - (int64_t)truth;

        slack->sum += (double)off;
        slack->sum_relative += (double)off / (double)truth;
        slack->least = off < slack->least ? off : slack->least;
        slack->most = off > slack->most ? off : slack->most;
}

static void slacks(bool json)
{
        struct slack slack[] = {
                {"bng_bounds_pow, upper", 0, 0, INT64_MAX, INT64_MIN},
                {"bng_bounds_pow, lower", 0, 0, INT64_MAX, INT64_MIN},
                {"bitlen(b) * e", 0, 0, INT64_MAX, INT64_MIN},
                {"floor(log2 b) * e", 0, 0, INT64_MAX, INT64_MIN},
        };
        const size_t length = sizeof slack / sizeof slack[0];
        mpz_t power;

        mpz_init(power);
        for (uint64_t i = 1; i <= POWERS; i++) {
                unsigned bits = 2 + (unsigned)(lead_at(i) >> 20) % 31;
                unsigned long b = (unsigned long)(lead_at(7 * i) >> (64 - bits));
                unsigned long e = 1 + (unsigned long)(lead_at(3 * i) >> 30) % 1000;
                bng_bounds bounds = bng_bounds_ui_pow_ui(b, e);
                uint64_t truth;

                mpz_ui_pow_ui(power, b, e);
                truth = mpz_sizeinbase(power, 2);
                add_slack(&slack[0], bounds.bits_max, truth);
                add_slack(&slack[1], bounds.bits_min, truth);
                add_slack(&slack[2], (uint64_t)bits * e, truth);
                add_slack(&slack[3], (uint64_t)(bits - 1) * e, truth);
        }
        if (!json)
                printf("\n%d random powers of 2..32 bits      mean bits off        %%    least     "
                       "most\n",
                       POWERS);
        for (size_t i = 0; i < length; i++)
                printf(json ? "%s{\"what\": \"%s\", \"mean_bits\": %.3f, \"mean_percent\": %.4f, "
                              "\"least_bits\": %" PRId64 ", \"most_bits\": %" PRId64 "}"
                            : "%s%-38s %14.3f %8.3f %8" PRId64 " %8" PRId64 "\n",
                       !json ? ""
                       : i   ? ", "
                             : "], \"slack\": [",
                       slack[i].name, slack[i].sum / POWERS, 100 * slack[i].sum_relative / POWERS,
                       slack[i].least, slack[i].most);
        if (json)
                printf("]}\n");
        mpz_clear(power);
}

int main(int argc, char *argv[])
{
        bool json = argc == 2 && !strcmp(argv[1], "--json");

        costs(json);
        slacks(json);
        return 0;
}
