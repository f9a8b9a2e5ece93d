/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "guard-cases.h"

/*
 * What the guard costs: the time of everyday operations behind it over GMP's own, on operands of 1
 * and of 64 limbs, with a context as it comes; with a total limit and statistics on (on one of many
 * numbers of its own); and of a check alone.
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

#define ROUNDS 100
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
                printf("%-11s %5u %8.1f %10.1f %6.2f %10.1f %6.2f %10.1f\n", c->operation, c->limbs,
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

#define TWO(name, op)                                                                              \
        MEASURE(name, mpz_##op(r, a, b), bng_mpz_##op(ctx, r, a, b),                               \
                bng_mpz_##op(counting, o, a, b), bng_check_##op(ctx, a, b))
#define WORD(name, op, n)                                                                          \
        MEASURE(name, mpz_##op(r, a, n), bng_mpz_##op(ctx, r, a, n),                               \
                bng_mpz_##op(counting, o, a, n), bng_check_##op(ctx, a, n))

static void costs(bng_ctx *ctx, bool json)
{
        static const unsigned sizes[] = {1, 64};
        bng_ctx *counting;
        mpz_t a, b, q, r;
        mpz_t own[NUMBERS];
        bool first = true;

        if (bng_ctx_new(&counting) != BNG_OK)
                exit(1);
        bng_ctx_set_total_limit_bytes(counting, UINT64_C(1) << 30);
        bng_ctx_set_statistics(counting, true);
        for (unsigned i = 0; i < NUMBERS; i++)
                bng_mpz_init(counting, own[i]);
        mpz_ptr o = own[NUMBERS / 2], p = own[NUMBERS / 2 + 1];
        mpz_inits(a, b, q, r, NULL);
        if (!json)
                printf("%-11s %5s %8s %10s %6s %10s %6s %10s\n", "operation", "limbs", "GMP ns",
                       "guarded ns", "ratio", "counted ns", "ratio", "check ns");
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                unsigned limbs = sizes[i];
                unsigned loops = 200000 / (limbs * limbs + 10);
                random_integer(a, limbs * GMP_NUMB_BITS);
                random_integer(b, limbs * GMP_NUMB_BITS);
                /* A sum that is added to and taken from in turn stays as long as it is. */
                mpz_mul(r, a, b);
                mpz_mul(o, a, b);
                TWO("mul", mul);
                TWO("add", add);
                TWO("sub", sub);
                WORD("mul_ui", mul_ui, 1234567);
                WORD("add_ui", add_ui, 1234567);
                WORD("sub_ui", sub_ui, 1234567);
                MEASURE("addmul", (mpz_addmul(r, a, b), mpz_submul(r, a, b)),
                        (bng_mpz_addmul(ctx, r, a, b), bng_mpz_submul(ctx, r, a, b)),
                        (bng_mpz_addmul(counting, o, a, b), bng_mpz_submul(counting, o, a, b)),
                        bng_check_addmul(ctx, r, a, b));
                MEASURE("set", mpz_set(r, a), bng_mpz_set(ctx, r, a), bng_mpz_set(counting, o, a),
                        bng_check_set(ctx, a));
                TWO("and", and);
                WORD("mul_2exp", mul_2exp, 5);
                WORD("tdiv_q_2exp", tdiv_q_2exp, 5);
                WORD("fdiv_q_2exp", fdiv_q_2exp, 5);
                mpz_tdiv_q_2exp(b, b, limbs * GMP_NUMB_BITS / 2);
                TWO("tdiv_q", tdiv_q);
                TWO("tdiv_r", tdiv_r);
                TWO("fdiv_q", fdiv_q);
                TWO("fdiv_r", fdiv_r);
                MEASURE("fdiv_qr", mpz_fdiv_qr(r, q, a, b), bng_mpz_fdiv_qr(ctx, r, q, a, b),
                        bng_mpz_fdiv_qr(counting, o, p, a, b), bng_check_fdiv_qr(ctx, a, b));
                WORD("tdiv_q_ui", tdiv_q_ui, 1234567);
                TWO("gcd", gcd);
                WORD("pow_ui", pow_ui, 3);
        }
        mpz_clears(a, b, q, r, NULL);
        for (unsigned i = 0; i < NUMBERS; i++)
                bng_mpz_clear(counting, own[i]);
        bng_ctx_free(counting);
}

int main(int argc, char **argv)
{
        bool json = argc == 2 && strcmp(argv[1], "--json") == 0;
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

        if (json)
                printf("]}\n");
        random_end();
        bng_ctx_free(ctx);
        return 0;
}
