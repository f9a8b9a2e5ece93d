/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>
#include "other-cases.h"

/* ---- what operands have no place for ---- */

static char *digits;
static FILE *stream; /* a file, which takes no memory */
static gmp_randstate_t state;
static mpq_t other;
static uint64_t held;

void other_cases_begin(void)
{
        stream = tmpfile();
        if (!stream)
                abort();
        gmp_randinit_default(state);
        mpq_init(other);
}

void other_cases_end(void)
{
        fclose(stream);
        gmp_randclear(state);
        mpq_clear(other);
        free(digits);
        digits = NULL;
}

uint64_t other_held_bytes(void)
{
        return held;
}

void other_held_nothing(void)
{
        held = 0;
}

/* ---- operands ---- */

static void make_number(struct operands *x, uint64_t bits)
{
        random_integer(x->a, bits);
        random_integer(x->b, 1 + random_below(bits));
        x->n = (unsigned long)bits;
}

static void make_random_limit(struct operands *x, uint64_t bits)
{
        random_integer(x->a, bits);
        mpz_abs(x->a, x->a);
}

/* A prime comes next, so that no other number is tried: the longest of Mersenne's that is no longer. */
static void make_before_prime(struct operands *x, uint64_t bits)
{
        static const unsigned exponents[] = {521,  607,  1279,  2203,  2281,  3217,  4253, 4423,
                                             9689, 9941, 11213, 19937, 21701, 23209, 44497};
        size_t i = 0;

        while (i + 1 < sizeof exponents / sizeof *exponents && exponents[i + 1] <= bits)
                i++;
        mpz_set_ui(x->a, 0);
        mpz_setbit(x->a, exponents[i]);
        mpz_sub_ui(x->a, x->a, 2);
}

static void make_digits_in(struct operands *x, uint64_t bits, int base)
{
        random_integer(x->a, bits);
        x->m = (unsigned long)base;
        free(digits);
        digits = malloc(mpz_sizeinbase(x->a, base) + 2);
        if (!digits)
                abort();
        mpz_get_str(digits, base, x->a);
}

static void make_digits(struct operands *x, uint64_t bits)
{
        make_digits_in(x, bits, 10);
}

static void make_digits_in_any_base(struct operands *x, uint64_t bits)
{
        make_digits_in(x, bits, 2 + (int)random_below(61));
}

static void make_stream(struct operands *x, uint64_t bits)
{
        make_digits(x, bits);
        rewind(stream);
        fprintf(stream, "%s\n", digits);
        fflush(stream);
}

static void make_raw_stream(struct operands *x, uint64_t bits)
{
        random_integer(x->a, bits);
        rewind(stream);
        mpz_out_raw(stream, x->a);
        fflush(stream);
}

/* A fraction in lowest terms, and one that is near. */
static void make_fractions(struct operands *x, uint64_t bits)
{
        uint64_t den_bits = random_below(2) ? bits : 1 + random_below(bits);

        random_integer(mpq_numref(x->q), bits);
        random_integer(mpq_denref(x->q), den_bits);
        random_integer(mpq_numref(other), bits);
        random_integer(mpq_denref(other), den_bits);
        mpq_canonicalize(x->q);
        mpq_canonicalize(other);
        if (mpq_sgn(x->q) != mpq_sgn(other))
                mpq_neg(other, other);
        mpz_tdiv_q(x->a, mpq_numref(x->q), mpq_denref(x->q));
        mpz_add_ui(x->a, x->a, 1);
        mpq_abs(x->q, x->q);
        mpq_abs(other, other);
        mpz_abs(x->a, x->a);
}

static void make_fraction_stream(struct operands *x, uint64_t bits)
{
        make_fractions(x, bits);
        rewind(stream);
        mpq_out_str(stream, 10, x->q);
        fprintf(stream, "\n");
        fflush(stream);
}

/* ---- calls ---- */

#define TEXT_BASE(x) ((int)(x)->m)

static char *to_text(const struct operands *x)
{
        char *text = malloc(mpz_sizeinbase(x->a, TEXT_BASE(x)) + 2);

        if (!text)
                abort();
        return mpz_get_str(text, TEXT_BASE(x), x->a);
}

static void keep(char *text)
{
        held = text ? strlen(text) + 1 : 0;
        free(text);
}

static bng_status guarded_text(bng_ctx *ctx, const struct operands *x)
{
        char *text;
        bng_status status = bng_mpz_get_str(ctx, &text, TEXT_BASE(x), x->a);

        keep(text);
        return status;
}

static bng_status guarded_words(bng_ctx *ctx, const struct operands *x)
{
        size_t count;
        void *words;
        bng_status status = bng_mpz_export(ctx, &words, &count, -1, 4, 0, 0, x->a);

        held = count * 4;
        free(words);
        return status;
}

static bng_status guarded_write(bng_ctx *ctx, const struct operands *x)
{
        rewind(stream);
        bng_status status = bng_mpz_out_str(ctx, stream, 10, x->a);
        held = status == BNG_OK ? (uint64_t)ftell(stream) : 0;
        return status;
}

static bng_status guarded_write_raw(bng_ctx *ctx, const struct operands *x)
{
        rewind(stream);
        return bng_mpz_out_raw(ctx, stream, x->a);
}

static bng_status guarded_write_fraction(bng_ctx *ctx, const struct operands *x)
{
        rewind(stream);
        bng_status status = bng_mpq_out_str(ctx, stream, 10, x->q);
        held = status == BNG_OK ? (uint64_t)ftell(stream) : 0;
        return status;
}

/* The text that was read is there at least, or the bytes. */
static bng_status guarded_read(bng_ctx *ctx, mpz_ptr r)
{
        rewind(stream);
        bng_status status = bng_mpz_inp_str(ctx, r, stream, 10);
        held = status == BNG_OK ? (uint64_t)ftell(stream) : 0;
        return status;
}

static bng_status guarded_read_raw(bng_ctx *ctx, mpz_ptr r)
{
        rewind(stream);
        bng_status status = bng_mpz_inp_raw(ctx, r, stream);
        held = status == BNG_OK ? (uint64_t)ftell(stream) - 4 : 0;
        return status;
}

static bng_status guarded_read_fraction(bng_ctx *ctx)
{
        mpq_t q;

        rewind(stream);
        mpq_init(q);
        bng_status status = bng_mpq_inp_str(ctx, q, stream, 10);
        held = status == BNG_OK ? (uint64_t)ftell(stream) : 0;
        mpq_clear(q);
        return status;
}

static bng_status guarded_gcdext(bng_ctx *ctx, const struct operands *x, mpz_ptr g, mpz_ptr s)
{
        mpz_t t;

        mpz_init(t);
        bng_status status = bng_mpz_gcdext(ctx, g, s, t, x->a, x->b);
        mpz_clear(t);
        return status;
}

static void plain_gcdext_all(const struct operands *x, mpz_ptr g, mpz_ptr s)
{
        mpz_t t;

        mpz_init(t);
        mpz_gcdext(g, s, t, x->a, x->b);
        mpz_clear(t);
}

static bng_status guarded_room(bng_ctx *ctx, const struct operands *x)
{
        mpz_t z;
        bng_status status = bng_mpz_init2(ctx, z, x->n);

        bng_mpz_clear(ctx, z);
        return status;
}

static bng_status guarded_array(bng_ctx *ctx, const struct operands *x)
{
        enum { COUNT = 4 };
        mpz_t array[COUNT];
        bng_status status = bng_mpz_array_init(ctx, array[0], COUNT, x->n / COUNT);

        for (int i = 0; status == BNG_OK && i < COUNT; i++)
                bng_mpz_clear(ctx, array[i]);
        return status;
}

#define INIT(op, call)                                                                             \
        static bng_status guarded_init_##op(bng_ctx *ctx, const struct operands *x)                \
        {                                                                                          \
                mpz_t z;                                                                           \
                bng_status status = call;                                                          \
                bng_mpz_clear(ctx, z);                                                             \
                return status;                                                                     \
        }
INIT(set, bng_mpz_init_set(ctx, z, x->a))
INIT(set_str, ((void)x, bng_mpz_init_set_str(ctx, z, digits, 10)))
INIT(set_ui, bng_mpz_init_set_ui(ctx, z, x->n))
INIT(set_si, bng_mpz_init_set_si(ctx, z, -(long)x->n))
INIT(set_d, bng_mpz_init_set_d(ctx, z, (double)x->n * 1e200))

/* A part of a fraction that is new. */
#define PART(op, call)                                                                             \
        static bng_status guarded_##op(bng_ctx *ctx, const struct operands *x)                     \
        {                                                                                          \
                mpq_t q;                                                                           \
                mpq_init(q);                                                                       \
                bng_status status = call;                                                          \
                mpq_clear(q);                                                                      \
                return status;                                                                     \
        }
PART(set_num, bng_mpq_set_num(ctx, q, x->a))
PART(set_den, bng_mpq_set_den(ctx, q, x->a))

/* ---- the table ---- */

static int answer;
static double number;

#define GCDEXT bng_check_gcdext(ctx, x->a, x->b)
#define EXPORT bng_check_export(ctx, -1, 4, 0, 0, x->a)
#define GET_STR bng_check_get_str(ctx, TEXT_BASE(x), x->a)
#define SET_STR bng_check_set_str(ctx, digits, TEXT_BASE(x))
#define GUARDED_SET_STR bng_mpz_set_str(ctx, r, digits, TEXT_BASE(x))
#define PLAIN_SET_STR mpz_set_str(r, digits, TEXT_BASE(x))
#define NOTHING (void)0

/*
 * row, how operands are made, GMP's own call, the guarded one, its check. What GMP has no call of its own
 * for, or takes no memory for, is NOTHING.
 */
#define CHECKED(X)                                                                                 \
        X(sqr, make_number, mpz_mul(r, x->a, x->a), bng_mpz_mul(ctx, r, x->a, x->a),               \
          bng_check_mul(ctx, x->a, x->a))                                                          \
        X(gcdext, make_number, plain_gcdext_all(x, r, s), guarded_gcdext(ctx, x, r, s), GCDEXT)    \
        X(get_str, make_digits, keep(to_text(x)), guarded_text(ctx, x), GET_STR)                   \
        X(get_str_base, make_digits_in_any_base, keep(to_text(x)), guarded_text(ctx, x), GET_STR)  \
        X(set_str, make_digits, PLAIN_SET_STR, GUARDED_SET_STR, SET_STR)                           \
        X(set_str_base, make_digits_in_any_base, PLAIN_SET_STR, GUARDED_SET_STR, SET_STR)          \
        X(out_str, make_digits, keep(to_text(x)), guarded_write(ctx, x), GET_STR)                  \
        X(out_raw, make_number, NOTHING, guarded_write_raw(ctx, x), bng_check_out_raw(ctx, x->a))  \
        X(export, make_number, NOTHING, guarded_words(ctx, x), EXPORT)                             \
        X(urandomb, make_number, mpz_urandomb(r, state, x->n),                                     \
          bng_mpz_urandomb(ctx, r, state, x->n), bng_check_urandomb(ctx, x->n))                    \
        X(rrandomb, make_number, mpz_rrandomb(r, state, x->n),                                     \
          bng_mpz_rrandomb(ctx, r, state, x->n), bng_check_rrandomb(ctx, x->n))                    \
        X(urandomm, make_random_limit, mpz_urandomm(r, state, x->a),                               \
          bng_mpz_urandomm(ctx, r, state, x->a), bng_check_urandomm(ctx, x->a))                    \
        X(realloc2, make_number, mpz_realloc2(r, x->n), bng_mpz_realloc2(ctx, r, x->n),            \
          bng_check_realloc2(ctx, x->n))                                                           \
        X(nextprime_long, make_before_prime, mpz_nextprime(r, x->a),                               \
          bng_mpz_nextprime(ctx, r, x->a), bng_check_nextprime(ctx, x->a))                         \
        X(tdiv_ui, make_number, mpz_tdiv_ui(x->a, x->n),                                           \
          bng_mpz_tdiv_ui(ctx, &(unsigned long){0}, x->a, x->n),                                   \
          bng_check_tdiv_ui(ctx, x->a, x->n))                                                      \
        X(fdiv_ui, make_number, mpz_fdiv_ui(x->a, x->n),                                           \
          bng_mpz_fdiv_ui(ctx, &(unsigned long){0}, x->a, x->n),                                   \
          bng_check_fdiv_ui(ctx, x->a, x->n))                                                      \
        X(cdiv_ui, make_number, mpz_cdiv_ui(x->a, x->n),                                           \
          bng_mpz_cdiv_ui(ctx, &(unsigned long){0}, x->a, x->n),                                   \
          bng_check_cdiv_ui(ctx, x->a, x->n))                                                      \
        X(cmp_d, make_number, answer = mpz_cmp_d(x->a, 1e300),                                     \
          bng_mpz_cmp_d(ctx, &answer, x->a, 1e300), bng_check_cmp_d(ctx, x->a, 1e300))             \
        X(cmpabs_d, make_number, answer = mpz_cmpabs_d(x->a, 1e300),                               \
          bng_mpz_cmpabs_d(ctx, &answer, x->a, 1e300), bng_check_cmpabs_d(ctx, x->a, 1e300))       \
        X(mpq_cmp, make_fractions, answer = mpq_cmp(x->q, other),                                  \
          bng_mpq_cmp(ctx, &answer, x->q, other), bng_check_mpq_cmp(ctx, x->q, other))             \
        X(mpq_cmp_z, make_fractions, answer = mpq_cmp_z(x->q, x->a),                               \
          bng_mpq_cmp_z(ctx, &answer, x->q, x->a), bng_check_mpq_cmp_z(ctx, x->q, x->a))           \
        X(mpq_cmp_ui, make_fractions, answer = mpq_cmp_ui(x->q, 3, 7),                             \
          bng_mpq_cmp_ui(ctx, &answer, x->q, 3, 7), bng_check_mpq_cmp_ui(ctx, x->q, 3, 7))         \
        X(mpq_cmp_si, make_fractions, answer = mpq_cmp_si(x->q, 3, 7),                             \
          bng_mpq_cmp_si(ctx, &answer, x->q, 3, 7), bng_check_mpq_cmp_si(ctx, x->q, 3, 7))         \
        X(mpq_get_d, make_fractions, number = mpq_get_d(x->q), bng_mpq_get_d(ctx, &number, x->q),  \
          bng_check_mpq_get_d(ctx, x->q))                                                          \
        X(mpq_out_str, make_fractions, NOTHING, guarded_write_fraction(ctx, x),                    \
          bng_check_mpq_out_str(ctx, 10, x->q))

/* The same of those whose guarded call is the only question. */
#define ASKED(X)                                                                                   \
        X(inp_str, make_stream, PLAIN_SET_STR, guarded_read(ctx, r))                               \
        X(inp_raw, make_raw_stream, NOTHING, guarded_read_raw(ctx, r))                             \
        X(init2, make_number, NOTHING, guarded_room(ctx, x))                                       \
        X(array_init, make_number, NOTHING, guarded_array(ctx, x))                                 \
        X(init_set, make_number, NOTHING, guarded_init_set(ctx, x))                                \
        X(init_set_str, make_digits, PLAIN_SET_STR, guarded_init_set_str(ctx, x))                  \
        X(init_set_ui, make_number, NOTHING, guarded_init_set_ui(ctx, x))                          \
        X(init_set_si, make_number, NOTHING, guarded_init_set_si(ctx, x))                          \
        X(init_set_d, make_number, NOTHING, guarded_init_set_d(ctx, x))                            \
        X(mpq_get_num, make_fractions, mpq_get_num(r, x->q), bng_mpq_get_num(ctx, r, x->q))        \
        X(mpq_get_den, make_fractions, mpq_get_den(r, x->q), bng_mpq_get_den(ctx, r, x->q))        \
        X(mpq_set_num, make_number, NOTHING, guarded_set_num(ctx, x))                              \
        X(mpq_set_den, make_number, NOTHING, guarded_set_den(ctx, x))                              \
        X(mpq_inp_str, make_fraction_stream, NOTHING, guarded_read_fraction(ctx))

#define CALLS(op, plain_call, guarded_call)                                                        \
        static void plain_##op(const struct operands *x, mpz_ptr r, mpz_ptr s)                     \
        {                                                                                          \
                (void)x, (void)r, (void)s;                                                         \
                plain_call;                                                                        \
        }                                                                                          \
        static bng_status guarded_##op(bng_ctx *ctx, const struct operands *x, mpz_ptr r,          \
                                       mpz_ptr s)                                                  \
        {                                                                                          \
                (void)x, (void)r, (void)s;                                                         \
                return guarded_call;                                                               \
        }
#define CHECK(op, check_call)                                                                      \
        static bng_status check_##op(bng_ctx *ctx, const struct operands *x, mpz_srcptr r)         \
        {                                                                                          \
                (void)x, (void)r;                                                                  \
                return check_call;                                                                 \
        }
/* By its name, for some are macros of GMP. */
#define DEFINE_CHECKED(op, maker, plain_call, guarded_call, check_call)                            \
        CALLS(of_##op, plain_call, guarded_call)                                                   \
        CHECK(of_##op, check_call)
#define DEFINE_ASKED(op, maker, plain_call, guarded_call) CALLS(of_##op, plain_call, guarded_call)
CHECKED(DEFINE_CHECKED)
ASKED(DEFINE_ASKED)

#define CHECKED_ROW(op, maker, ...) ROW(#op, of_##op, maker, check_of_##op)
#define ASKED_ROW(op, maker, ...) ROW(#op, of_##op, maker, NULL)
/* Longer primes take long. */
#define LONGEST(maker) ((maker) == make_before_prime ? 2000 : UINT64_MAX)
#define ROW(text, op, maker, check_call)                                                           \
        {                                                                                          \
                .name = text,                                                                      \
                .make = maker,                                                                     \
                .plain = plain_##op,                                                               \
                .guarded = guarded_##op,                                                           \
                .check = check_call,                                                               \
                .bits_max = LONGEST(maker),                                                        \
        },

const struct guard_case other_cases[] = {CHECKED(CHECKED_ROW) ASKED(ASKED_ROW)};
const size_t other_cases_count = sizeof other_cases / sizeof *other_cases;

/* ---- memory ---- */

struct asked {
        const struct guard_case *op;
        const struct operands *x;
};

/* Into numbers that are new. */
static bng_status ask_guarded(bng_ctx *ctx, const void *userdata)
{
        const struct asked *asked = userdata;
        mpz_t r, s;

        mpz_inits(r, s, NULL);
        bng_status status = asked->op->guarded(ctx, asked->x, r, s);
        mpz_clears(r, s, NULL);
        return status;
}

uint64_t predicted_peak_of_other(bng_ctx *ctx, const struct guard_case *op,
                                 const struct operands *x, mpz_srcptr r)
{
        return op->check ? predicted_peak_of_case(ctx, op, x, r)
                         : predicted_peak(ctx, ask_guarded, &(struct asked){op, x});
}
