/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "bng/measure.h"

/* No operand is longer, so that a small machine can measure itself: 32 MiB. */
#define BITS_MAX (UINT64_C(1) << 28)

/* The best of several runs: whatever else the machine does only adds. */
static const unsigned runs[BNG_SPEED_POINTS] = {6, 3, 2};

/*
 * Times around that of a point: Fourier transforms have few lengths, so products take up to a third
 * more or less than products that are a little longer.
 */
static const double around[] = {0.75, 1, 1.35};
#define AROUND (sizeof around / sizeof *around)

struct operands {
        mpz_t a, b, c;
        char *text;
        unsigned long n;
};

/* A long number without a pattern, the same in every run. */
static void fill(mpz_ptr z, uint64_t bits)
{
        gmp_randstate_t state;

        gmp_randinit_default(state);
        mpz_urandomb(z, state, bits);
        mpz_setbit(z, bits - 1);
        mpz_setbit(z, 0);
        gmp_randclear(state);
}

/* The length at which the curve reaches so many seconds. */
static uint64_t bits_of(enum bng_pace pace, double seconds)
{
        uint64_t bits = 64;

        while (bits < BITS_MAX && bng_time_of(pace, bits).seconds < seconds)
                bits += bits / 8;
        return bits;
}

/* An odd modulus that is longer where there is more time, and an exponent that takes the rest. */
static void make_power_modulo(struct operands *x, unsigned point, double seconds)
{
        uint64_t bits = UINT64_C(1) << (10 + 3 * point);

        fill(x->a, bits - 1);
        fill(x->c, bits);
        fill(x->b, 2 + (uint64_t)(seconds / bng_time_of(BNG_PACE_POWER_MODULO, bits).seconds));
}

static void make_text(struct operands *x, uint64_t bits)
{
        size_t digits = (size_t)((double)bits / 3.3219280948873626);

        x->text = malloc(digits + 1);
        if (!x->text)
                return;
        for (size_t i = 0; i < digits; i++)
                x->text[i] = (char)('1' + i * i % 1009 % 9);
        x->text[digits] = '\0';
}

/* What by the curves takes so many seconds. */
static void make(struct operands *x, enum bng_pace pace, unsigned point, double seconds)
{
        uint64_t bits = bits_of(pace, seconds);

        switch (pace) {
        case BNG_PACE_MULTIPLY:
                fill(x->a, bits / 2);
                fill(x->b, bits / 2 - 1);
                break;
        case BNG_PACE_SQUARE:
                fill(x->a, bits / 2);
                break;
        case BNG_PACE_DIVIDE:
                fill(x->a, bits);
                fill(x->b, bits / 2);
                break;
        case BNG_PACE_GCD:
        case BNG_PACE_INVERT:
                fill(x->a, bits - 1);
                /* 2^bits and an odd number have no common divisor. */
                mpz_setbit(x->b, bits);
                mpz_sub_ui(x->b, x->b, pace == BNG_PACE_GCD);
                break;
        case BNG_PACE_POWER_MODULO:
                make_power_modulo(x, point, seconds);
                break;
        case BNG_PACE_FACTORIAL:
                x->n = 1;
                while (bng_bounds_fac(x->n).bits_max < bits)
                        x->n += x->n / 64 + 1;
                break;
        case BNG_PACE_BINOMIAL:
                x->n = (unsigned long)bits;
                break;
        case BNG_PACE_PRIMORIAL:
                x->n = (unsigned long)((double)bits * 0.6931);
                break;
        case BNG_PACE_FIBONACCI:
                x->n = (unsigned long)((double)bits * 1.4404);
                break;
        case BNG_PACE_PARSE:
                make_text(x, bits);
                break;
        default:
                fill(x->a, bits);
                break;
        }
}

static bng_status print(bng_ctx *ctx, mpz_srcptr a)
{
        char *text;
        bng_status status = bng_mpz_get_str(ctx, &text, 10, a);

        free(text);
        return status;
}

static bng_status square_root(bng_ctx *ctx, mpz_ptr r, mpz_srcptr a)
{
        mpz_t remainder;

        mpz_init(remainder);
        bng_status status = bng_mpz_sqrtrem(ctx, r, remainder, a);
        mpz_clear(remainder);
        return status;
}

static bng_status run(bng_ctx *ctx, enum bng_pace pace, mpz_ptr r, const struct operands *x)
{
        switch (pace) {
        case BNG_PACE_PASS:
                return bng_mpz_add(ctx, r, x->a, x->a);
        case BNG_PACE_MULTIPLY:
                return bng_mpz_mul(ctx, r, x->a, x->b);
        case BNG_PACE_SQUARE:
                return bng_mpz_pow_ui(ctx, r, x->a, 2);
        case BNG_PACE_DIVIDE:
                return bng_mpz_tdiv_q(ctx, r, x->a, x->b);
        case BNG_PACE_GCD:
                return bng_mpz_gcd(ctx, r, x->a, x->b);
        case BNG_PACE_INVERT:
                return bng_mpz_invert(ctx, r, x->a, x->b);
        case BNG_PACE_POWER_MODULO:
                return bng_mpz_powm(ctx, r, x->a, x->b, x->c);
        case BNG_PACE_ROOT:
                return square_root(ctx, r, x->a);
        case BNG_PACE_FACTORIAL:
                return bng_mpz_fac_ui(ctx, r, x->n);
        case BNG_PACE_BINOMIAL:
                return bng_mpz_bin_uiui(ctx, r, x->n, x->n / 2);
        case BNG_PACE_PRIMORIAL:
                return bng_mpz_primorial_ui(ctx, r, x->n);
        case BNG_PACE_FIBONACCI:
                return bng_mpz_fib_ui(ctx, r, x->n);
        case BNG_PACE_PARSE:
                return bng_mpz_set_str(ctx, r, x->text, 10);
        default:
                return print(ctx, x->a);
        }
}

/* What the built-in curves say of the same operation. */
static struct bng_prediction predicted(enum bng_pace pace, const struct operands *x)
{
        struct bng_operand a = bng_operand_z(x->a), b = bng_operand_z(x->b);
        struct bng_operand n = bng_operand_ui(x->n);

        switch (pace) {
        case BNG_PACE_PASS:
                return bng_predict_add(a, a);
        case BNG_PACE_MULTIPLY:
                return bng_predict_multiply(a, b);
        case BNG_PACE_SQUARE:
                return bng_predict_power(a, bng_operand_ui(2));
        case BNG_PACE_DIVIDE:
                return bng_predict_quotient(BNG_TRUNCATE, a, b);
        case BNG_PACE_GCD:
                return bng_predict_gcd(a, b);
        case BNG_PACE_INVERT:
                return bng_predict_inverse(a, b);
        case BNG_PACE_POWER_MODULO:
                return bng_predict_power_modulo(a, b, bng_operand_z(x->c));
        case BNG_PACE_ROOT:
                return bng_predict_root_remainder(a, bng_operand_ui(2));
        case BNG_PACE_FACTORIAL:
                return bng_predict_factorial(n);
        case BNG_PACE_BINOMIAL:
                return bng_predict_binomial(n, bng_operand_ui(x->n / 2));
        case BNG_PACE_PRIMORIAL:
                return bng_predict_primorial(n);
        case BNG_PACE_FIBONACCI:
                return bng_predict_fibonacci(n);
        case BNG_PACE_PARSE:
                return bng_predict_parse(1, strlen(x->text) - 1, 10, strlen(x->text));
        default:
                return bng_predict_print(a, 10);
        }
}

static double predicted_seconds(enum bng_pace pace, const struct operands *x)
{
        return bng_time_of_duration(predicted(pace, x).duration).seconds;
}

/* Of this process: a machine that is busy is not slow. */
static double now_seconds(void)
{
        struct timespec now;

        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bng_status run_best(bng_ctx *ctx, enum bng_pace pace, unsigned point,
                           const struct operands *x, double *best_seconds)
{
        bng_status status = BNG_OK;

        for (unsigned i = 0; status == BNG_OK && i < runs[point]; i++) {
                mpz_t r;
                mpz_init(r);
                /* What is passed over for long is more memory than a process has at hand. */
                malloc_trim(0);
                double begin = now_seconds();
                status = run(ctx, pace, r, x);
                double seconds = now_seconds() - begin;
                mpz_clear(r);
                if (i == 0 || seconds < *best_seconds)
                        *best_seconds = seconds;
        }
        return status;
}

static double limited(double factor)
{
        return factor < BNG_SPEED_FACTOR_MIN   ? BNG_SPEED_FACTOR_MIN
               : factor > BNG_SPEED_FACTOR_MAX ? BNG_SPEED_FACTOR_MAX
                                               : factor;
}

static bng_status measure_one(bng_ctx *ctx, enum bng_pace pace, unsigned point,
                              double curve_seconds, double *factor)
{
        struct operands x = {.n = 1};
        double seconds = 0;

        mpz_inits(x.a, x.b, x.c, NULL);
        make(&x, pace, point, curve_seconds);
        bng_status status = pace == BNG_PACE_PARSE && !x.text
                                    ? BNG_NO_MEMORY
                                    : run_best(ctx, pace, point, &x, &seconds);
        if (status == BNG_OK)
                *factor = limited(seconds / predicted_seconds(pace, &x));
        mpz_clears(x.a, x.b, x.c, NULL);
        free(x.text);
        return status;
}

bng_status measure(bng_ctx *ctx, enum bng_pace pace, unsigned point, double *factor)
{
        double product = 1, one = 1;
        bng_status status = BNG_OK;

        for (size_t i = 0; status == BNG_OK && i < AROUND; i++) {
                double seconds = bng_speed_point_seconds(point) * around[i];
                status = measure_one(ctx, pace, point, seconds, &one);
                product *= one;
        }
        if (status == BNG_OK)
                *factor = pow(product, 1. / AROUND);
        return status;
}
