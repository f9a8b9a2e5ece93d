/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>
#include "guard/operation.h"
#include "guard/text.h"

/*
 * Fractions, a line each like the integers. A fraction fits if its numerator and its denominator do;
 * where that is not sure, and under a total, which both have to fit together, GMP computes into a
 * temporary.
 */

struct output {
        bng_ctx *ctx;
        mpq_ptr destination;
        mpq_ptr out;
        mpq_t temporary;
};

static void open_to(struct output *output, bng_ctx *ctx, mpq_ptr destination, bool temporary)
{
        *output = (struct output){.ctx = ctx, .destination = destination, .out = destination};
        if (temporary) {
                mpq_init(output->temporary);
                output->out = output->temporary;
        }
}

static bng_status open(struct output *output, bng_ctx *ctx, mpq_ptr destination,
                       const struct bng_prediction *prediction)
{
        bng_status status = bng_judge(ctx, prediction);

        if (status == BNG_OK)
                open_to(output, ctx, destination,
                        ctx->total_limit_bytes != UINT64_MAX || bng_straddles(ctx, prediction));
        return status;
}

static void end(struct output *output)
{
        if (output->out != output->destination)
                mpq_clear(output->temporary);
}

bng_status bng_fraction_hand_out(bng_ctx *ctx, mpq_ptr destination, mpq_ptr value)
{
        struct bng_result parts[] = {
                {.destination = mpq_numref(destination), .value = mpq_numref(value)},
                {.destination = mpq_denref(destination), .value = mpq_denref(value)},
        };
        bng_status status = bng_judge_rooms(ctx, parts, 2);

        for (size_t i = 0; i < 2 && status == BNG_OK; i++)
                bng_result_hand_out(&parts[i]);
        return status;
}

/* Both parts, or none. */
static bng_status hand_out(struct output *output)
{
        bng_status status = bng_judge_result(output->ctx, mpq_numref(output->temporary));

        if (status == BNG_OK)
                status = bng_judge_result(output->ctx, mpq_denref(output->temporary));
        if (status == BNG_OK)
                status = bng_fraction_hand_out(output->ctx, output->destination, output->temporary);
        return status;
}

static bng_status close(struct output *output)
{
        bng_ctx *ctx = output->ctx;
        bool direct = output->out == output->destination;
        bng_status status = direct ? BNG_OK : hand_out(output);

        if (status == BNG_OK) {
                bng_account_operation(ctx);
                bng_account_result(ctx, mpq_numref(output->destination));
                bng_account_result(ctx, mpq_denref(output->destination));
        }
        end(output);
        return status;
}

#define CHECK_MPQ(op, parameters, prediction) CHECK(mpq_##op, parameters, prediction)

#define RUN_MPQ(prediction, work)                                                                  \
        struct bng_prediction predicted = prediction;                                              \
        struct output output;                                                                      \
        bng_status status = open(&output, ctx, rop, &predicted);                                   \
        if (status != BNG_OK)                                                                      \
                return status;                                                                     \
        mpq_ptr out = output.out;                                                                  \
        work;                                                                                      \
        return close(&output)

/* bng_check_mpq_OP and bng_mpq_OP. */
#define OPERATION_MPQ(op, parameters, prediction, work)                                            \
        CHECK_MPQ(op, parameters, prediction)                                                      \
        bng_status bng_mpq_##op(bng_ctx *ctx, mpq_t rop, BNG_UNPACK parameters)                    \
        {                                                                                          \
                RUN_MPQ(prediction, work);                                                         \
        }

#define ONE (const mpq_t a)
#define TWO (const mpq_t a, const mpq_t b)
#define BY_COUNT (const mpq_t a, mp_bitcnt_t n)

OPERATION_MPQ(set, ONE, bng_predict_fraction_copy(a), mpq_set(out, a))
OPERATION_MPQ(abs, ONE, bng_predict_fraction_copy(a), mpq_abs(out, a))
OPERATION_MPQ(neg, ONE, bng_predict_fraction_copy(a), mpq_neg(out, a))
OPERATION_MPQ(inv, ONE, bng_predict_fraction_inverse(a), mpq_inv(out, a))

OPERATION_MPQ(add, TWO, bng_predict_fraction_add(a, b), mpq_add(out, a, b))
OPERATION_MPQ(sub, TWO, bng_predict_fraction_add(a, b), mpq_sub(out, a, b))
OPERATION_MPQ(mul, TWO, bng_predict_fraction_multiply(a, b), mpq_mul(out, a, b))
OPERATION_MPQ(div, TWO, bng_predict_fraction_divide(a, b), mpq_div(out, a, b))
OPERATION_MPQ(mul_2exp, BY_COUNT, bng_predict_fraction_shift_left(a, n), mpq_mul_2exp(out, a, n))
OPERATION_MPQ(div_2exp, BY_COUNT, bng_predict_fraction_shift_right(a, n), mpq_div_2exp(out, a, n))

OPERATION_MPQ(set_z, (const mpz_t z), bng_predict_fraction_of(Z(z), U(1)), mpq_set_z(out, z))
OPERATION_MPQ(set_ui, (unsigned long num, unsigned long den),
              bng_predict_fraction_of(U(num), U(den)), mpq_set_ui(out, num, den))
OPERATION_MPQ(set_si, (long num, unsigned long den), bng_predict_fraction_of(S(num), U(den)),
              mpq_set_si(out, num, den))
OPERATION_MPQ(set_d, (double d), bng_predict_fraction_of_double(d), mpq_set_d(out, d))
OPERATION_MPQ(set_f, (const mpf_t f), bng_predict_fraction_of_float(f), mpq_set_f(out, f))

/* ---- in place ---- */

bng_status bng_check_mpq_canonicalize(bng_ctx *ctx, const mpq_t a)
{
        struct bng_prediction predicted = bng_predict_fraction_canonical(a);
        return bng_judge(ctx, &predicted);
}

/* As GMP, but into another fraction. */
static void reduce_to(mpq_ptr out, mpq_srcptr a)
{
        mpz_t divisor;

        mpz_init(divisor);
        mpz_gcd(divisor, mpq_numref(a), mpq_denref(a));
        if (mpz_sgn(mpq_denref(a)) < 0)
                mpz_neg(divisor, divisor);
        mpz_divexact(mpq_numref(out), mpq_numref(a), divisor);
        mpz_divexact(mpq_denref(out), mpq_denref(a), divisor);
        mpz_clear(divisor);
}

/* It only becomes shorter, so what is over the limit before may fit after. */
bng_status bng_mpq_canonicalize(bng_ctx *ctx, mpq_t rop)
{
        RUN_MPQ(bng_predict_fraction_canonical(rop), {
                if (out != rop)
                        reduce_to(out, rop);
                else
                        mpq_canonicalize(out);
        });
}

/* ---- parts: the other one stays as it is ---- */

bng_status bng_mpq_set_num(bng_ctx *ctx, mpq_t rop, const mpz_t num)
{
        return bng_mpz_set(ctx, mpq_numref(rop), num);
}

static bng_status no_denominator(bng_ctx *ctx)
{
        return bng_ctx_fail(ctx, BNG_UNDEFINED, "undefined: a fraction with the denominator zero");
}

bng_status bng_mpq_set_den(bng_ctx *ctx, mpq_t rop, const mpz_t den)
{
        if (mpz_sgn(den) == 0)
                return no_denominator(ctx);
        return bng_mpz_set(ctx, mpq_denref(rop), den);
}

bng_status bng_mpq_get_num(bng_ctx *ctx, mpz_t rop, const mpq_t a)
{
        return bng_mpz_set(ctx, rop, mpq_numref(a));
}

bng_status bng_mpq_get_den(bng_ctx *ctx, mpz_t rop, const mpq_t a)
{
        return bng_mpz_set(ctx, rop, mpq_denref(a));
}

/* ---- text: a numerator, or both with a stroke between them ---- */

/* The numerator's digits are copied to end them with a NUL. A zero may be no number at all. */
static struct bng_prediction predict_text(const char *text, int base)
{
        const char *end = text + strlen(text);
        const char *stroke = strchr(text, '/');
        struct bng_prediction num = bng_predict_text(text, stroke ? stroke : end, base);

        if (!stroke)
                return num;
        struct bng_prediction den = bng_predict_text(stroke + 1, end, base);
        struct bng_prediction both =
                bng_predict_parse_both(num, den, (uint64_t)(stroke - text) + 1);
        if (den.result.size.surely_zero)
                both.result = num.result;
        return both;
}

bng_status bng_check_mpq_set_str(bng_ctx *ctx, const char *text, int base)
{
        if (!bng_good_base(base))
                return bng_wrong_base(ctx, base);
        struct bng_prediction predicted = predict_text(text, base);
        return bng_judge(ctx, &predicted);
}

/* Its text ends at the stroke; a copy ends with a NUL. */
static bng_status read_numerator(bng_ctx *ctx, mpq_ptr out, const char *text, size_t length,
                                 int base)
{
        char *copy = malloc(length + 1);

        if (!copy)
                return bng_no_memory(ctx);
        memcpy(copy, text, length);
        copy[length] = '\0';
        bng_status status = bng_read_text(ctx, mpq_numref(out), copy, base);
        free(copy);
        return status;
}

/* As GMP, but in steps. */
static bng_status read_both(bng_ctx *ctx, mpq_ptr out, const char *text, int base)
{
        const char *stroke = strchr(text, '/');

        if (!stroke)
                return bng_read_text(ctx, mpq_numref(out), text, base);
        bng_status status = read_numerator(ctx, out, text, (size_t)(stroke - text), base);
        return status == BNG_OK ? bng_read_text(ctx, mpq_denref(out), stroke + 1, base) : status;
}

/* After reading, well or not. */
static bng_status close_text(struct output *output, bng_status status)
{
        if (status == BNG_OK && mpz_sgn(mpq_denref(output->out)) == 0)
                status = no_denominator(output->ctx);
        if (status == BNG_OK)
                return close(output);
        end(output);
        return status;
}

/* The numerator may be there when the denominator turns out to be no number. */
bng_status bng_mpq_set_str(bng_ctx *ctx, mpq_t rop, const char *text, int base)
{
        bng_status status = bng_check_mpq_set_str(ctx, text, base);
        struct output output;

        if (status != BNG_OK)
                return status;
        open_to(&output, ctx, rop, true);
        bng_clock_start(ctx);
        status = read_both(ctx, output.out, text, base);
        return close_text(&output, status);
}

bng_status bng_check_mpq_get_str(bng_ctx *ctx, int base, const mpq_t a)
{
        if (!bng_good_base_to_write(base))
                return bng_wrong_base(ctx, base);
        struct bng_prediction predicted =
                bng_predict_print_both(Z(mpq_numref(a)), Z(mpq_denref(a)), (unsigned)abs(base));
        return bng_judge_cost(ctx, &predicted);
}

/* A part with its sign, and a NUL. */
static bool print(char *text, int base, const mpz_t part, const struct bng_stop *stop)
{
        text[0] = '-';
        return bng_steps_print(text + (mpz_sgn(part) < 0), base, part, stop);
}

/* As GMP: without a denominator of one. */
static bool print_both(char *text, int base, const mpq_t a, const struct bng_stop *stop)
{
        if (!print(text, base, mpq_numref(a), stop))
                return false;
        if (mpz_cmp_ui(mpq_denref(a), 1) == 0)
                return true;
        text += strlen(text);
        *text = '/';
        return print(text + 1, base, mpq_denref(a), stop);
}

static bng_status make_text(bng_ctx *ctx, char **ret, int base, mpq_srcptr a)
{
        bng_status status = bng_check_mpq_get_str(ctx, base, a);

        *ret = NULL;
        if (status != BNG_OK)
                return status;
        /* A sign each, a stroke and a NUL. */
        size_t digits =
                mpz_sizeinbase(mpq_numref(a), abs(base)) + mpz_sizeinbase(mpq_denref(a), abs(base));
        char *text = malloc(digits + 4);
        if (!text)
                return bng_no_memory(ctx);
        bng_clock_start(ctx);
        if (!print_both(text, base, a, &ctx->stop)) {
                free(text);
                return bng_stopped(ctx);
        }
        *ret = text;
        return BNG_OK;
}

bng_status bng_mpq_get_str(bng_ctx *ctx, char **ret, int base, const mpq_t a)
{
        bng_status status = make_text(ctx, ret, base, a);

        if (status == BNG_OK)
                bng_account_operation(ctx);
        return status;
}

/* ---- streams ---- */

bng_status bng_mpq_inp_str(bng_ctx *ctx, mpq_t rop, FILE *stream, int base)
{
        struct output output;

        open_to(&output, ctx, rop, true);
        bng_status status = bng_read_fraction(ctx, output.out, stream, base);
        return close_text(&output, status);
}

bng_status bng_check_mpq_out_str(bng_ctx *ctx, int base, const mpq_t a)
{
        return bng_check_mpq_get_str(ctx, base, a);
}

bng_status bng_mpq_out_str(bng_ctx *ctx, FILE *stream, int base, const mpq_t a)
{
        char *text;
        bng_status status = make_text(ctx, &text, base, a);

        return status == BNG_OK ? bng_write_text(ctx, stream, text) : status;
}
