/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include "guard-cases.h"

/*
 * What predicted times and work in steps are worth, all in this process's own time:
 *
 *   predicted over measured time of every operation, where it takes 10 ms and more: the least, the
 *   median and the most;
 *   work in steps over GMP's plain call, the best of interleaved rounds;
 *   from an interruption at a random moment to the return: the longest.
 *
 * The speeds are those of `bng calibrate`, from the file CALIBRATION or where it usually lies.
 *
 * usage: bench-time [--json] [--calibration FILE] [--least BITS] [--most BITS] [--longest SECONDS]
 *                   [--steps] [OPERATION...]
 *
 * Lengths go from 10^4 to 5 * 10^6 bits, or to --most, and no single operation is tried that would take more
 * than 20 seconds, or --longest. Where operations are named, they make the first table, and the others are
 * left out; with --steps the first is left out, and the others are of these operations, or all.
 */

static bool json;
static bool is_first = true;

static double now_seconds(void)
{
        struct timespec t;

        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The start of a row. */
static void row(const char *table, const char *name)
{
        if (json)
                printf("%s{\"table\": \"%s\", \"operation\": \"%s\"", is_first ? "[" : ",\n", table,
                       name);
        else
                printf("%-16s", name);
        is_first = false;
}

static void cell(const char *key, double value, int decimals)
{
        if (json)
                printf(", \"%s\": %g", key, value);
        else
                printf(" %12.*f", decimals, value);
}

static void end_row(void)
{
        puts(json ? "}" : "");
        fflush(stdout);
}

static void heading(const char *text)
{
        if (!json)
                printf("\n%s\n", text);
}

/* ---- predicted over measured ---- */

#define SAMPLES_MAX 200
#define WORTH_SECONDS 0.01

static double bits_least = 1e4;
static double bits_most = 5e6;
static double longest_seconds = 20;
static bool steps_only;

static bool is_refused(bng_ctx *ctx, const struct guard_case *op, const struct operands *x,
                       mpz_srcptr r, double seconds)
{
        bng_ctx_set_time_limit_usec(ctx, (uint64_t)(seconds / 2 * 1e6));
        bng_status status = op->check(ctx, x, r);
        bng_ctx_set_time_limit_usec(ctx, UINT64_MAX);
        return status == BNG_REFUSED_TIME;
}

/*
 * A check refuses what even at half of the prediction is over the limit. Some of them do a part of
 * the work, so few are asked. 0: not worth it, or too long.
 */
static double predicted_seconds(bng_ctx *ctx, const struct guard_case *op, const struct operands *x,
                                mpz_srcptr r)
{
        double refused = WORTH_SECONDS / 4;
        double enough = longest_seconds;

        if (!is_refused(ctx, op, x, r, refused) || is_refused(ctx, op, x, r, enough))
                return 0;
        while (enough / refused > 1.03) {
                double middle = sqrt(enough * refused);
                if (is_refused(ctx, op, x, r, middle))
                        refused = middle;
                else
                        enough = middle;
        }
        return enough;
}

static double measured_seconds(bng_ctx *ctx, const struct guard_case *op, const struct operands *x)
{
        double best = INFINITY;

        for (unsigned round = 0; round < 2 && best > 0; round++) {
                mpz_t r, s;
                mpz_inits(r, s, NULL);
                double begin = now_seconds();
                bng_status status = op->guarded(ctx, x, r, s);
                double seconds = now_seconds() - begin;
                if (status != BNG_OK)
                        seconds = 0;
                best = seconds < best ? seconds : best;
                mpz_clears(r, s, NULL);
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
static double ratio_of(bng_ctx *ctx, const struct guard_case *op, double bits, unsigned draws)
{
        double predicted = 0, measured = 0;
        struct operands x;
        mpz_t r;

        operands_init(&x);
        mpz_init(r);
        for (unsigned draw = 0; draw < draws; draw++) {
                op->make(&x, (uint64_t)bits);
                double seconds = predicted_seconds(ctx, op, &x, r);
                predicted += seconds;
                measured += seconds > 0 ? measured_seconds(ctx, op, &x) : 0;
        }
        mpz_clear(r);
        operands_clear(&x);
        return measured >= WORTH_SECONDS * draws ? predicted / measured : 0;
}

static void compare_times(bng_ctx *ctx, const struct guard_case *row_of_table)
{
        struct guard_case changed = *row_of_table, *op = &changed;
        bool is_prime = strcmp(op->name, "nextprime") == 0;
        unsigned draws = is_prime ? PRIMES : 1;
        struct sample samples[SAMPLES_MAX];
        size_t n = 0;

        if (is_prime) {
                op->make = make_long_prime;
                op->bits_max = UINT64_MAX;
        }
        double most = bits_most / MAKING < (double)op->bits_max ? bits_most
                                                                : MAKING * (double)op->bits_max;
        for (double bits = bits_least; bits <= most; bits *= 1.6)
                for (unsigned round = 0; round < 2 && n < SAMPLES_MAX; round++) {
                        double ratio = ratio_of(ctx, op, bits, draws);
                        if (ratio > 0)
                                samples[n++] = (struct sample){ratio, bits};
                }
        if (n == 0)
                return;
        qsort(samples, n, sizeof *samples, by_ratio);
        row("predicted over measured", op->name);
        cell("least", samples[0].ratio, 2);
        cell("least_bits", samples[0].bits, 0);
        cell("median", samples[n / 2].ratio, 2);
        cell("most", samples[n - 1].ratio, 2);
        cell("most_bits", samples[n - 1].bits, 0);
        cell("samples", (double)n, 0);
        end_row();
}

/* ---- steps ---- */

struct stepped {
        const char *name;
        void (*make)(struct operands *x, uint64_t bits);
        void (*plain)(mpz_ptr r, struct operands *x);
        bng_status (*steps)(bng_ctx *ctx, mpz_ptr r, struct operands *x);
};

static char *text;

static void make_factors(struct operands *x, uint64_t bits)
{
        random_integer(x->a, bits / 2);
        random_integer(x->b, bits / 2);
}

static void make_power(struct operands *x, uint64_t bits)
{
        mpz_set_ui(x->a, 7);
        x->n = (unsigned long)((double)bits / 2.807);
}

static void make_long_power(struct operands *x, uint64_t bits)
{
        random_integer(x->a, bits / 11);
        x->n = 11;
}

static void make_factorial(struct operands *x, uint64_t bits)
{
        x->n = 1;
        while (bng_bounds_fac(x->n).bits_max < bits)
                x->n += x->n / 100 + 1;
}

static void make_primorial(struct operands *x, uint64_t bits)
{
        x->n = (unsigned long)((double)bits * 0.6931);
}

static void make_fibonacci(struct operands *x, uint64_t bits)
{
        x->n = (unsigned long)((double)bits * 1.4404);
}

static void make_binomial(struct operands *x, uint64_t bits)
{
        x->n = 1UL << 31;
        x->m = 2;
        while (bng_bounds_bin(x->n, x->m).bits_max < bits)
                x->m += x->m / 100 + 1;
}

/* Modulo 2048 bits; the longer the exponent, the longer it takes. */
static void make_power_modulo(struct operands *x, uint64_t bits)
{
        random_integer(x->a, 2048);
        random_integer(x->b, bits / 64);
        random_integer(x->c, 2048);
        mpz_setbit(x->c, 0);
        mpz_abs(x->b, x->b);
}

/* So that the text has as many bits. */
static void make_text(struct operands *x, uint64_t bits)
{
        mpz_set_ui(x->a, 0);
        mpz_setbit(x->a, (mp_bitcnt_t)((double)bits / 8 * 3.3219));
        mpz_sub_ui(x->a, x->a, 1);
        free(text);
        text = mpz_get_str(NULL, 10, x->a);
}

static void make_number(struct operands *x, uint64_t bits)
{
        mpz_set_ui(x->a, 0);
        mpz_setbit(x->a, bits);
        mpz_sub_ui(x->a, x->a, 1);
        free(text);
        text = mpz_get_str(NULL, 10, x->a);
}

static void plain_mul(mpz_ptr r, struct operands *x)
{
        mpz_mul(r, x->a, x->b);
}

static bng_status steps_mul(bng_ctx *ctx, mpz_ptr r, struct operands *x)
{
        return bng_mpz_mul(ctx, r, x->a, x->b);
}

static void plain_power(mpz_ptr r, struct operands *x)
{
        mpz_pow_ui(r, x->a, x->n);
}

static bng_status steps_power(bng_ctx *ctx, mpz_ptr r, struct operands *x)
{
        return bng_mpz_pow_ui(ctx, r, x->a, x->n);
}

#define OF_INDEX(op, gmp)                                                                          \
        static void plain_##op(mpz_ptr r, struct operands *x)                                      \
        {                                                                                          \
                gmp(r, x->n);                                                                      \
        }                                                                                          \
        static bng_status steps_##op(bng_ctx *ctx, mpz_ptr r, struct operands *x)                  \
        {                                                                                          \
                return bng_##gmp(ctx, r, x->n);                                                    \
        }

OF_INDEX(factorial, mpz_fac_ui)
OF_INDEX(primorial, mpz_primorial_ui)
OF_INDEX(fibonacci, mpz_fib_ui)
OF_INDEX(lucas, mpz_lucnum_ui)

static void plain_binomial(mpz_ptr r, struct operands *x)
{
        mpz_set_ui(x->a, x->n);
        mpz_bin_ui(r, x->a, x->m);
}

static bng_status steps_binomial(bng_ctx *ctx, mpz_ptr r, struct operands *x)
{
        return bng_mpz_bin_uiui(ctx, r, x->n, x->m);
}

static void plain_power_modulo(mpz_ptr r, struct operands *x)
{
        mpz_powm(r, x->a, x->b, x->c);
}

static bng_status steps_power_modulo(bng_ctx *ctx, mpz_ptr r, struct operands *x)
{
        return bng_mpz_powm(ctx, r, x->a, x->b, x->c);
}

static void plain_print(mpz_ptr r, struct operands *x)
{
        (void)r;
        free(mpz_get_str(NULL, 10, x->a));
}

static bng_status steps_print(bng_ctx *ctx, mpz_ptr r, struct operands *x)
{
        char *written;
        bng_status status = bng_mpz_get_str(ctx, &written, 10, x->a);

        (void)r;
        free(written);
        return status;
}

static void plain_parse(mpz_ptr r, struct operands *x)
{
        (void)x;
        mpz_set_str(r, text, 10);
}

static bng_status steps_parse(bng_ctx *ctx, mpz_ptr r, struct operands *x)
{
        (void)x;
        return bng_mpz_set_str(ctx, r, text, 10);
}

static const struct stepped stepped[] = {
        {"mul", make_factors, plain_mul, steps_mul},
        {"pow 7^n", make_power, plain_power, steps_power},
        {"pow a^11", make_long_power, plain_power, steps_power},
        {"powm", make_power_modulo, plain_power_modulo, steps_power_modulo},
        {"bin", make_binomial, plain_binomial, steps_binomial},
        {"fac", make_factorial, plain_factorial, steps_factorial},
        {"primorial", make_primorial, plain_primorial, steps_primorial},
        {"fib", make_fibonacci, plain_fibonacci, steps_fibonacci},
        {"lucnum", make_fibonacci, plain_lucas, steps_lucas},
        {"get_str", make_text, plain_print, steps_print},
        {"set_str", make_number, plain_parse, steps_parse},
};
#define STEPPED (sizeof stepped / sizeof *stepped)
#define ROUNDS 4

static void compare_steps(bng_ctx *ctx, const struct stepped *op, uint64_t bits)
{
        double plain = INFINITY, steps = INFINITY;
        struct operands x;

        operands_init(&x);
        op->make(&x, bits);
        for (unsigned round = 0; round < ROUNDS; round++) {
                mpz_t r;
                mpz_init(r);
                double begin = now_seconds();
                op->plain(r, &x);
                double seconds = now_seconds() - begin;
                plain = seconds < plain ? seconds : plain;
                mpz_clear(r);
                mpz_init(r);
                begin = now_seconds();
                op->steps(ctx, r, &x);
                seconds = now_seconds() - begin;
                steps = seconds < steps ? seconds : steps;
                mpz_clear(r);
        }
        operands_clear(&x);
        row("steps over plain", op->name);
        cell("bits", (double)bits, 0);
        cell("plain_ms", plain * 1e3, 2);
        cell("steps_ms", steps * 1e3, 2);
        cell("ratio", steps / plain, 3);
        end_row();
}

/* ---- from the flag to the return ---- */

static bng_ctx *interrupted;
static double interrupted_seconds;

static void interrupt(int number)
{
        (void)number;
        interrupted_seconds = now_seconds();
        bng_ctx_interrupt(interrupted);
}

#define MOMENTS 40

static void find_longest_step(bng_ctx *ctx, const struct stepped *op, uint64_t bits)
{
        struct operands x;
        double longest = 0;
        mpz_t r;

        operands_init(&x);
        op->make(&x, bits);
        mpz_init(r);
        double begin = now_seconds();
        op->steps(ctx, r, &x);
        double whole = now_seconds() - begin;
        for (unsigned i = 0; i < MOMENTS; i++) {
                long usec = 1 + (long)(whole * 1e6 * (i + .5) / MOMENTS);
                struct itimerval timer = {
                        .it_value = {.tv_sec = usec / 1000000, .tv_usec = usec % 1000000}};
                interrupted_seconds = 0;
                setitimer(ITIMER_VIRTUAL, &timer, NULL);
                bng_status status = op->steps(ctx, r, &x);
                double late = now_seconds() - interrupted_seconds;
                timer.it_value = (struct timeval){0};
                setitimer(ITIMER_VIRTUAL, &timer, NULL);
                if (interrupted_seconds > 0 && late > longest)
                        longest = late;
                (void)status;
                bng_ctx_clear_interrupt(ctx);
        }
        mpz_clear(r);
        operands_clear(&x);
        row("flag to return", op->name);
        cell("bits", (double)bits, 0);
        cell("whole_ms", whole * 1e3, 2);
        cell("longest_ms", longest * 1e3, 2);
        end_row();
}

static bool wanted(const char *name, int argc, char **argv)
{
        for (int i = 0; i < argc; i++)
                if (strcmp(name, argv[i]) == 0)
                        return true;
        return argc == 0;
}

static void compare_all_steps(bng_ctx *ctx, int argc, char **argv)
{
        static const uint64_t lengths[] = {1000000, 4000000, 33000000};

        heading("in steps: bits of the result, plain and in steps in ms, ratio");
        for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++)
                for (size_t i = 0; i < STEPPED; i++)
                        if (wanted(stepped[i].name, argc, argv))
                                compare_steps(ctx, &stepped[i], lengths[l]);
        heading("from an interruption to the return: bits of the result, the whole and the longest "
                "in ms");
        interrupted = ctx;
        signal(SIGVTALRM, interrupt);
        for (size_t l = 1; l < sizeof lengths / sizeof *lengths; l++)
                for (size_t i = 0; i < STEPPED; i++)
                        if (wanted(stepped[i].name, argc, argv))
                                find_longest_step(ctx, &stepped[i], lengths[l]);
}

static bool exists(const char *name)
{
        for (size_t i = 0; i < STEPPED && steps_only; i++)
                if (strcmp(stepped[i].name, name) == 0)
                        return true;
        for (size_t c = 0; c < guard_cases_count && !steps_only; c++)
                if (strcmp(guard_cases[c].name, name) == 0)
                        return true;
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
                        json = true;
                        continue;
                }
                if (strcmp(argv[i], "--steps") == 0) {
                        steps_only = true;
                        continue;
                }
                if (strcmp(argv[i], "--calibration") == 0) {
                        calibration = value;
                } else if (strcmp(argv[i], "--least") == 0) {
                        bits_least = strtod(value, NULL);
                } else if (strcmp(argv[i], "--most") == 0) {
                        bits_most = strtod(value, NULL);
                } else if (strcmp(argv[i], "--longest") == 0) {
                        longest_seconds = strtod(value, NULL);
                } else {
                        fprintf(stderr,
                                "usage: %s [--json] [--calibration FILE] [--least BITS] "
                                "[--most BITS] [--longest SECONDS] [--steps] [OPERATION...]\n",
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

        if (!steps_only)
                heading("predicted over measured time: least, at so many bits, median, most, at so "
                        "many bits");
        for (size_t c = 0; c < guard_cases_count && !steps_only; c++)
                if (wanted(guard_cases[c].name, argc - i, argv + i))
                        compare_times(ctx, &guard_cases[c]);
        if (i >= argc || steps_only)
                compare_all_steps(ctx, argc - i, argv + i);
        if (json)
                puts(is_first ? "[]" : "]");
        random_end();
        free(text);
        bng_ctx_free(ctx);
        return 0;
}
