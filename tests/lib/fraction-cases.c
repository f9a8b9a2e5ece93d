/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>
#include "division-shapes.h"
#include "fraction-cases.h"
#include "gmp-hooks.h"

/* ---- operands ---- */

void fractions_init(struct fractions *x)
{
        mpq_inits(x->a, x->b, x->raw, NULL);
        mpz_init(x->z);
        mpf_init2(x->f, 200);
        x->text = NULL;
        x->text_bytes = 0;
}

void fractions_clear(struct fractions *x)
{
        mpq_clears(x->a, x->b, x->raw, NULL);
        mpz_clear(x->z);
        mpf_clear(x->f);
        free(x->text);
}

/* Of up to so many bits, half of them powers of 2 and 3 that are easily there in two of them. */
static void make_factor(mpz_t factor, uint64_t bits)
{
        random_integer(factor, 1 + random_below(bits));
        if (random_below(2))
                mpz_ui_pow_ui(factor, 6, (unsigned long)random_below(bits / 3 + 1));
}

static void make_fraction(mpq_t q, uint64_t bits, mpz_srcptr factor)
{
        random_integer(mpq_numref(q), bits);
        random_integer(mpq_denref(q), random_below(3) == 0 ? 1 + random_below(bits) : bits);
        if (random_below(2))
                mpz_swap(mpq_numref(q), mpq_denref(q));
        if (random_below(2))
                mpz_mul(mpq_denref(q), mpq_denref(q), factor);
        else if (random_below(2))
                mpz_mul(mpq_numref(q), mpq_numref(q), factor);
        mpq_canonicalize(q);
}

static void write_text(struct fractions *x)
{
        free(x->text);
        x->text = malloc(mpz_sizeinbase(mpq_numref(x->raw), 10) +
                         mpz_sizeinbase(mpq_denref(x->raw), 10) + 4);
        mpq_get_str(x->text, 10, x->raw);
}

void fractions_make(struct fractions *x, uint64_t bits, bool with_text)
{
        mpz_t factor;

        mpz_init(factor);
        make_factor(factor, bits);
        make_fraction(x->a, bits, factor);
        make_fraction(x->b, random_below(2) ? bits : 1 + random_below(bits), factor);
        mpq_set(x->raw, x->a);
        mpz_mul(mpq_numref(x->raw), mpq_numref(x->raw), factor);
        mpz_mul(mpq_denref(x->raw), mpq_denref(x->raw), factor);
        mpz_clear(factor);
        random_integer(x->z, random_below(bits + 1));
        mpf_set_q(x->f, x->a);
        if (random_below(2))
                mpf_mul_2exp(x->f, x->f, random_below(bits + 1));
        else
                mpf_div_2exp(x->f, x->f, random_below(bits + 1));
        x->n = (unsigned long)random_below(2 * bits);
        x->d = ldexp(mpf_get_d_2exp(&(long){0}, x->f), (int)random_below(2000) - 1000);
        if (with_text)
                write_text(x);
}

/* ---- those that look the same and hold the most ---- */

static bool make_worst_divisor(mpz_ptr a, mpz_ptr b)
{
        struct operands pair;

        operands_init(&pair);
        mpz_set(pair.a, a);
        mpz_set(pair.b, b);
        bool is_made = make_worst("gcd", &pair);
        if (is_made) {
                mpz_set(a, pair.a);
                mpz_set(b, pair.b);
        }
        operands_clear(&pair);
        return is_made;
}

static bool is_sum(const struct fraction_case *op)
{
        return strcmp(op->name, "mpq_add") == 0 || strcmp(op->name, "mpq_sub") == 0;
}

bool fractions_make_worst(const struct fraction_case *op, struct fractions *x)
{
        mpz_ptr num = mpq_numref(x->a), den = mpq_denref(x->a);
        mpz_ptr other_num = mpq_numref(x->b), other_den = mpq_denref(x->b);

        if (op->kind == FRACTION_UPDATED)
                return make_worst_divisor(mpq_numref(x->raw), mpq_denref(x->raw));
        if (is_sum(op))
                return make_worst_divisor(den, other_den);
        if (strcmp(op->name, "mpq_mul") == 0)
                return make_worst_divisor(num, other_den) && make_worst_divisor(other_num, den);
        if (strcmp(op->name, "mpq_div") == 0)
                return make_worst_divisor(num, other_num) && make_worst_divisor(den, other_den);
        return false;
}

/* A multiple of the shorter number in the longer one's place, with the same zeros at its end. */
static bool make_multiple(mpz_ptr longer, mpz_srcptr shorter)
{
        uint64_t bits = bit_length(longer), zeros = mpz_scan1(longer, 0);
        uint64_t odd_bits = bits - zeros;
        mpz_t odd;

        mpz_init(odd);
        mpz_tdiv_q_2exp(odd, shorter, mpz_scan1(shorter, 0));
        uint64_t most = bit_length(odd) > odd_bits ? 0 : odd_bits - bit_length(odd) + 1;
        bool is_made = false;
        for (uint64_t more = most; !is_made && more > 0 && more + 1 >= most; more--) {
                random_digits(longer, more);
                mpz_setbit(longer, 0);
                mpz_mul(longer, longer, odd);
                mpz_mul_2exp(longer, longer, zeros);
                is_made = bit_length(longer) == bits;
        }
        mpz_clear(odd);
        return is_made;
}

bool fractions_make_common(const struct fraction_case *op, struct fractions *x)
{
        mpz_ptr den = mpq_denref(x->a), other_den = mpq_denref(x->b);

        if (!is_sum(op))
                return false;
        return bit_length(den) < bit_length(other_den) ? make_multiple(other_den, den)
                                                       : make_multiple(den, other_den);
}

void fraction_case_begin(const struct fraction_case *op, const struct fractions *x, mpq_ptr r)
{
        if (op->kind != FRACTION_UPDATED)
                return;
        mpz_set(mpq_numref(r), mpq_numref(x->raw));
        mpz_set(mpq_denref(r), mpq_denref(x->raw));
}

/* ---- what does not look like the others, made to look alike ---- */

#define mpq_mul_self(r, a) mpq_mul(r, a, a)
#define bng_mpq_mul_self(ctx, r, a) bng_mpq_mul(ctx, r, a, a)
#define bng_check_mpq_mul_self(ctx, a) bng_check_mpq_mul(ctx, a, a)

#define mpq_canonicalize_raw(r, raw) mpq_canonicalize(r)
#define bng_mpq_canonicalize_raw(ctx, r, raw) bng_mpq_canonicalize(ctx, r)
#define bng_check_mpq_canonicalize_raw bng_check_mpq_canonicalize

static void write_by_gmp(struct fractions *x)
{
        char *text = malloc(mpz_sizeinbase(mpq_numref(x->a), 10) +
                            mpz_sizeinbase(mpq_denref(x->a), 10) + 3);
        mpq_get_str(text, 10, x->a);
        x->text_bytes = strlen(text) + 1;
        free(text);
}

static bng_status write_guarded(bng_ctx *ctx, struct fractions *x)
{
        char *text;
        bng_status status = bng_mpq_get_str(ctx, &text, 10, x->a);

        x->text_bytes = text ? strlen(text) + 1 : 0;
        free(text);
        return status;
}
#define mpq_write(r, x) write_by_gmp(x)
#define bng_mpq_write(ctx, r, x) write_guarded(ctx, x)
#define bng_check_mpq_write(ctx, x) bng_check_mpq_get_str(ctx, 10, (x)->a)

/* ---- the table ---- */

/* name, kind, arguments as GMP takes them */
#define CASES(X)                                                                                   \
        X(set, RESULT, x->a)                                                                       \
        X(abs, RESULT, x->a)                                                                       \
        X(neg, RESULT, x->a)                                                                       \
        X(inv, RESULT, x->a)                                                                       \
        X(add, RESULT, x->a, x->b)                                                                 \
        X(sub, RESULT, x->a, x->b)                                                                 \
        X(mul, RESULT, x->a, x->b)                                                                 \
        X(mul_self, RESULT, x->a)                                                                  \
        X(div, RESULT, x->a, x->b)                                                                 \
        X(mul_2exp, RESULT, x->a, x->n)                                                            \
        X(div_2exp, RESULT, x->a, x->n)                                                            \
        X(canonicalize_raw, UPDATED, x->raw)                                                       \
        X(set_z, RESULT, x->z)                                                                     \
        X(set_ui, RESULT, x->n, x->n + 7)                                                          \
        X(set_si, RESULT, -(long)x->n, x->n / 3 + 1)                                               \
        X(set_d, RESULT, x->d)                                                                     \
        X(set_f, RESULT, x->f)                                                                     \
        X(set_str, READ, x->text, 10)                                                              \
        X(write, WRITTEN, x)

#define DEFINE(op, kind, ...)                                                                      \
        static void plain_##op(struct fractions *x, mpq_ptr r)                                     \
        {                                                                                          \
                (void)x, (void)r;                                                                  \
                mpq_##op(r, __VA_ARGS__);                                                          \
        }                                                                                          \
        static bng_status guarded_##op(bng_ctx *ctx, struct fractions *x, mpq_ptr r)               \
        {                                                                                          \
                (void)x, (void)r;                                                                  \
                return bng_mpq_##op(ctx, r, __VA_ARGS__);                                          \
        }                                                                                          \
        static bng_status check_##op(bng_ctx *ctx, struct fractions *x)                            \
        {                                                                                          \
                return bng_check_mpq_##op(ctx, __VA_ARGS__);                                       \
        }
CASES(DEFINE)

#define ROW(op, kind, ...) {"mpq_" #op, FRACTION_##kind, plain_##op, guarded_##op, check_##op},
const struct fraction_case fraction_cases[] = {CASES(ROW)};
const size_t fraction_cases_count = sizeof fraction_cases / sizeof *fraction_cases;

/* ---- memory ---- */

struct asked {
        const struct fraction_case *op;
        struct fractions *x;
};

static bng_status ask_check(bng_ctx *ctx, const void *userdata)
{
        const struct asked *asked = userdata;
        return asked->op->check(ctx, asked->x);
}

uint64_t predicted_peak_of_fractions(bng_ctx *ctx, const struct fraction_case *op,
                                     struct fractions *x)
{
        return predicted_peak(ctx, ask_check, &(struct asked){op, x});
}

uint64_t held_by_fractions(const struct fraction_case *op, const struct fractions *x)
{
        uint64_t held = gmp_hooks_peak_bytes();

        return op->kind == FRACTION_WRITTEN ? held + x->text_bytes : held;
}
