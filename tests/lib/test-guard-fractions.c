/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "gmp-hooks.h"
#include "guard-cases.h"
#include "guard-expect.h"

/*
 * The promises of the limits, of every operation on fractions: at the length of the longer part
 * everything runs, one bit below it everything is refused and nothing has changed, also where the
 * destination is an operand; and GMP holds no more than was predicted, nothing for what is refused.
 */

static unsigned long seed = 20240303;
static unsigned rounds = 400;

struct fractions {
        mpq_t a, b;
        mpz_t z;
        mpf_t f;
        double d;
        unsigned long n;
};

static uint64_t longer_part(const mpq_t q)
{
        uint64_t num = bit_length(mpq_numref(q));
        uint64_t den = bit_length(mpq_denref(q));

        return num > den ? num : den;
}

/* Equal as they are written, in lowest terms or not. */
static bool same(const mpq_t a, const mpq_t b)
{
        return mpz_cmp(mpq_numref(a), mpq_numref(b)) == 0 &&
               mpz_cmp(mpq_denref(a), mpq_denref(b)) == 0;
}

static void random_fraction(mpq_t q, uint64_t bits)
{
        mpz_t factor;

        mpz_init(factor);
        random_integer(mpq_numref(q), random_below(bits + 1));
        random_integer(mpq_denref(q), 1 + random_below(bits + 1));
        /* Something to cancel, with what the next one has too. */
        mpz_ui_pow_ui(factor, 6, random_below(bits / 8 + 1));
        mpz_mul(random_below(2) ? mpq_numref(q) : mpq_denref(q),
                random_below(2) ? mpq_numref(q) : mpq_denref(q), factor);
        if (mpz_sgn(mpq_denref(q)) == 0)
                mpz_set_ui(mpq_denref(q), 1);
        mpq_canonicalize(q);
        mpz_clear(factor);
}

static void make(struct fractions *x, uint64_t bits)
{
        random_fraction(x->a, bits);
        random_fraction(x->b, bits);
        if (mpq_sgn(x->a) == 0)
                mpq_set_ui(x->a, 1, 3);
        if (mpq_sgn(x->b) == 0)
                mpq_set_si(x->b, -5, 2);
        random_integer(x->z, random_below(bits + 1));
        mpf_set_q(x->f, x->a);
        if (random_below(2))
                mpf_mul_2exp(x->f, x->f, random_below(bits + 1));
        else
                mpf_div_2exp(x->f, x->f, random_below(bits + 1));
        x->n = (unsigned long)random_below(bits + 1);
        x->d = ldexp(mpf_get_d_2exp(&(long){0}, x->f), (int)random_below(2000) - 1000);
}

/* name, arguments as GMP takes them */
#define CASES(X)                                                                                   \
        X(set, x->a)                                                                               \
        X(abs, x->a)                                                                               \
        X(neg, x->a)                                                                               \
        X(inv, x->a)                                                                               \
        X(add, x->a, x->b)                                                                         \
        X(sub, x->a, x->b)                                                                         \
        X(mul, x->a, x->b)                                                                         \
        X(div, x->a, x->b)                                                                         \
        X(mul_2exp, x->a, x->n)                                                                    \
        X(div_2exp, x->a, x->n)                                                                    \
        X(set_z, x->z)                                                                             \
        X(set_ui, x->n, x->n + 7)                                                                  \
        X(set_si, -(long)x->n, x->n / 3 + 1)                                                       \
        X(set_d, x->d)                                                                             \
        X(set_f, x->f)

#define DEFINE(op, ...)                                                                            \
        static void plain_##op(const struct fractions *x, mpq_t r)                                 \
        {                                                                                          \
                (void)x;                                                                           \
                mpq_##op(r, __VA_ARGS__);                                                          \
        }                                                                                          \
        static bng_status guarded_##op(bng_ctx *ctx, const struct fractions *x, mpq_t r)           \
        {                                                                                          \
                return bng_mpq_##op(ctx, r, __VA_ARGS__);                                          \
        }                                                                                          \
        static bng_status check_##op(bng_ctx *ctx, const struct fractions *x)                      \
        {                                                                                          \
                return bng_check_mpq_##op(ctx, __VA_ARGS__);                                       \
        }
CASES(DEFINE)

struct fraction_case {
        const char *name;
        void (*plain)(const struct fractions *x, mpq_t r);
        bng_status (*guarded)(bng_ctx *ctx, const struct fractions *x, mpq_t r);
        bng_status (*check)(bng_ctx *ctx, const struct fractions *x);
};
#define ROW(op, ...) {#op, plain_##op, guarded_##op, check_##op},
static const struct fraction_case cases[] = {CASES(ROW)};
#define CASES_COUNT (sizeof cases / sizeof *cases)

#define EXPECT(condition, op, x, limit)                                                            \
        do {                                                                                       \
                if (!(condition)) {                                                                \
                        gmp_printf("%s a=%Qx b=%Qx z=%Zx n=%lu d=%a limit=%lu seed=%lu\n",         \
                                   (op)->name, (x)->a, (x)->b, (x)->z, (x)->n, (x)->d,             \
                                   (unsigned long)(limit), seed);                                  \
                        fail_msg("%s", #condition);                                                \
                }                                                                                  \
        } while (0)

/* r is a variable of its own, or an operand that gets its value back. */
static void try_limit(bng_ctx *ctx, const struct fraction_case *op, struct fractions *x, mpq_t r,
                      uint64_t limit)
{
        mpq_t before, after;

        mpq_inits(before, after, NULL);
        mpq_set(before, r);
        op->plain(x, after);
        bool fits = longer_part(after) <= limit;
        bng_ctx_set_result_limit_bits(ctx, limit);
        bng_status checked = op->check(ctx, x);
        bng_status status = op->guarded(ctx, x, r);
        EXPECT(status == (fits ? BNG_OK : BNG_REFUSED_RESULT), op, x, limit);
        EXPECT(checked == BNG_OK || checked == status, op, x, limit);
        EXPECT(same(r, fits ? after : before), op, x, limit);
        mpq_set(r, before);
        mpq_clears(before, after, NULL);
}

static void try_fractions(bng_ctx *ctx, const struct fraction_case *op, struct fractions *x)
{
        mpq_t r;

        mpq_init(r);
        mpq_set_ui(r, 47, 11);
        mpq_t after;
        mpq_init(after);
        op->plain(x, after);
        uint64_t bits = longer_part(after);
        mpq_clear(after);
        for (uint64_t limit = bits - 1; limit <= bits + 2; limit++) {
                try_limit(ctx, op, x, r, limit);
                try_limit(ctx, op, x, x->a, limit);
                try_limit(ctx, op, x, x->b, limit);
        }
        try_limit(ctx, op, x, r, 16 * 8);
        try_limit(ctx, op, x, r, 0);
        try_limit(ctx, op, x, r, UINT64_MAX);
        mpq_clear(r);
}

static void start(struct fractions *x)
{
        random_start(seed);
        mpq_inits(x->a, x->b, NULL);
        mpz_init(x->z);
        mpf_init2(x->f, 200);
}

static void stop(struct fractions *x)
{
        mpq_clears(x->a, x->b, NULL);
        mpz_clear(x->z);
        mpf_clear(x->f);
        random_end();
}

static void test_every_operation_at_its_limit(void **userdata)
{
        bng_ctx *ctx = *userdata;

        for (size_t i = 0; i < CASES_COUNT; i++) {
                struct fractions x;
                start(&x);
                for (unsigned round = 0; round < rounds; round++) {
                        make(&x, round % 50 == 49 ? 5000 : round % 3 == 0 ? 20 : 500);
                        try_fractions(ctx, &cases[i], &x);
                }
                stop(&x);
        }
}

struct asked {
        const struct fraction_case *op;
        const struct fractions *x;
};

static bng_status ask_check(bng_ctx *ctx, const void *userdata)
{
        const struct asked *asked = userdata;
        return asked->op->check(ctx, asked->x);
}

static void test_memory(void **userdata)
{
        bng_ctx *ctx = *userdata;

        for (size_t i = 0; i < CASES_COUNT; i++) {
                const struct fraction_case *op = &cases[i];
                struct fractions x;
                start(&x);
                for (double bits = 10; bits < 400000;
                     bits *= bits < 20000 && rounds >= 100 ? 1.05 : 2) {
                        mpq_t r;
                        make(&x, (uint64_t)bits);
                        mpq_init(r);
                        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
                        bng_ctx_set_memory_limit_bytes(ctx, 0);
                        gmp_hooks_start();
                        assert_int_equal(op->guarded(ctx, &x, r), BNG_REFUSED_MEMORY);
                        assert_int_equal(gmp_hooks_requests(), 0);
                        struct asked asked = {op, &x};
                        uint64_t predicted = predicted_peak(ctx, ask_check, &asked);
                        /* Directly, and by way of a temporary. */
                        if (random_below(2))
                                bng_ctx_set_result_limit_bits(ctx, (uint64_t)bits);
                        gmp_hooks_start();
                        (void)op->guarded(ctx, &x, r);
                        if (gmp_hooks_peak_bytes() > predicted)
                                fail_msg("%s holds %lu bytes, predicted %lu, of %lu bits, seed %lu",
                                         op->name, (unsigned long)gmp_hooks_peak_bytes(),
                                         (unsigned long)predicted, (unsigned long)bits, seed);
                        mpq_clear(r);
                }
                stop(&x);
        }
}

#define EXPECT_NO_FRACTION(ctx, r, expected, call, words)                                          \
        do {                                                                                       \
                assert_int_equal(call, expected);                                                  \
                assert_int_equal(mpq_cmp_ui(r, 47, 11), 0);                                        \
                EXPECT_SENTENCE(ctx, call, words);                                                 \
        } while (0)

static void test_what_is_no_fraction(void **userdata)
{
        bng_ctx *ctx = *userdata;
        mpq_t r, zero, bad, one;
        mpz_t nothing;

        mpq_inits(r, zero, bad, one, NULL);
        mpz_init(nothing);
        mpq_set_ui(r, 47, 11);
        mpq_set_ui(one, 1, 1);
        mpz_set_ui(mpq_numref(bad), 5);
        mpz_set_ui(mpq_denref(bad), 0);
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_inv(ctx, r, zero), "division by zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_div(ctx, r, one, zero),
                           "division by zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_set(ctx, r, bad), "denominator zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_inv(ctx, r, bad), "denominator zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_add(ctx, r, one, bad),
                           "denominator zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_mul(ctx, r, bad, one),
                           "denominator zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_mul_2exp(ctx, r, bad, 1),
                           "denominator zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_set_ui(ctx, r, 1, 0), "denominator zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_set_si(ctx, r, -1, 0),
                           "denominator zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_set_den(ctx, r, nothing),
                           "denominator zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_canonicalize(ctx, bad),
                           "denominator zero");
        assert_int_equal(mpz_cmp_ui(mpq_numref(bad), 5), 0);
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_set_d(ctx, r, NAN), "NaN");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_set_d(ctx, r, -INFINITY), "infinity");
        EXPECT_NO_FRACTION(ctx, r, BNG_UNDEFINED, bng_mpq_set_str(ctx, r, "1/0", 10),
                           "denominator zero");
        EXPECT_NO_FRACTION(ctx, r, BNG_SYNTAX, bng_mpq_set_str(ctx, r, "1/x", 10), "no number");
        EXPECT_NO_FRACTION(ctx, r, BNG_SYNTAX, bng_mpq_set_str(ctx, r, "1/", 10), "no number");
        EXPECT_NO_FRACTION(ctx, r, BNG_INVALID, bng_mpq_set_str(ctx, r, "1/2", 99), "base 99");
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        EXPECT_NO_FRACTION(ctx, r, BNG_REFUSED_CEILING, bng_mpq_mul_2exp(ctx, r, one, ~0UL), "GMP");
        EXPECT_NO_FRACTION(ctx, r, BNG_REFUSED_CEILING, bng_mpq_div_2exp(ctx, r, one, ~0UL), "GMP");
        assert_int_equal(bng_mpq_mul_2exp(ctx, r, zero, ~0UL), BNG_OK);
        assert_int_equal(mpq_sgn(r), 0);
        mpq_clears(r, zero, bad, one, NULL);
        mpz_clear(nothing);
}

static void expect_text(bng_ctx *ctx, const mpq_t q, const char *expected)
{
        char *text;

        assert_int_equal(bng_mpq_get_str(ctx, &text, 10, q), BNG_OK);
        assert_string_equal(text, expected);
        free(text);
}

/* Long enough for steps in both parts, and signs where GMP writes them too. */
static void test_text_is_as_gmp_writes_it(void **userdata)
{
        static const int bases[] = {10, 62, 16, -36, 2};
        bng_ctx *ctx = *userdata;
        mpq_t q;

        mpq_init(q);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        for (unsigned i = 0; i < 20; i++) {
                mpz_ui_pow_ui(mpq_numref(q), 3, i % 3 == 0 ? 350000 : i);
                mpz_ui_pow_ui(mpq_denref(q), 7, i % 3 == 1 ? 200000 : i / 2);
                if (i % 2)
                        mpq_neg(q, q);
                if (i % 5 == 0)
                        mpz_neg(mpq_denref(q), mpq_denref(q));
                int base = bases[i % 5];
                char *expected = malloc(mpz_sizeinbase(mpq_numref(q), abs(base)) +
                                        mpz_sizeinbase(mpq_denref(q), abs(base)) + 4);
                char *text;
                assert_non_null(expected);
                mpq_get_str(expected, base, q);
                assert_int_equal(bng_mpq_get_str(ctx, &text, base, q), BNG_OK);
                assert_string_equal(text, expected);
                free(text);
                free(expected);
        }
        mpq_clear(q);
}

static void test_text_is_read_as_gmp_reads_it(void **userdata)
{
        static const char *const texts[] = {"",      "/",       "-",       "3",        " 3 / 4 ",
                                            "3/-4",  "1/2/3",   "0x10/10", "0b1/0x1f", "010/010",
                                            "-/1",   "1 2/3 4", "0/5",     "x/1",      "+1/2",
                                            "zz/10", "0x/1",    "-0/7"};
        static const int bases[] = {0, 10, 16, 36, 62};
        bng_ctx *ctx = *userdata;
        mpq_t plain, guarded;

        mpq_inits(plain, guarded, NULL);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
                for (size_t b = 0; b < sizeof bases / sizeof *bases; b++) {
                        bng_status status = bng_mpq_set_str(ctx, guarded, texts[i], bases[b]);
                        if (mpq_set_str(plain, texts[i], bases[b]) != 0) {
                                assert_int_equal(status, BNG_SYNTAX);
                        } else {
                                assert_int_equal(status, BNG_OK);
                                assert_true(same(plain, guarded));
                        }
                }
        mpq_clears(plain, guarded, NULL);
}

/* What mpq_inp_str makes of a text, which leaves a stream at the same place. */
static void expect_read(bng_ctx *ctx, const char *text, int base)
{
        FILE *plain_stream = fmemopen((void *)text, strlen(text), "r");
        FILE *stream = fmemopen((void *)text, strlen(text), "r");
        mpq_t plain, guarded;

        mpq_inits(plain, guarded, NULL);
        bool is_read = mpq_inp_str(plain, plain_stream, base) != 0;
        bng_status status = bng_mpq_inp_str(ctx, guarded, stream, base);
        if (is_read && mpz_sgn(mpq_denref(plain)) == 0)
                assert_int_equal(status, BNG_UNDEFINED);
        else
                assert_int_equal(status, is_read ? BNG_OK : BNG_SYNTAX);
        if (status == BNG_OK) {
                assert_true(same(plain, guarded));
                assert_int_equal(getc(stream), getc(plain_stream));
        } else {
                assert_int_equal(mpq_cmp_ui(guarded, 0, 1), 0);
        }
        mpq_clears(plain, guarded, NULL);
        fclose(plain_stream);
        fclose(stream);
}

static void test_streams(void **userdata)
{
        static const char *const texts[] = {"12/34",      " -5 6", "7/x", "x",      "3/0",
                                            "0xff/0x10;", "0/9",   "8/",  "-1/3/2", "3/ 4",
                                            "3/\n4",      "3/-4",  "3/-", "3 /4",   "3/\t"};
        bng_ctx *ctx = *userdata;
        char *written = NULL;
        size_t length = 0;
        mpq_t r;

        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                expect_read(ctx, texts[i], 10);
                expect_read(ctx, texts[i], 0);
        }
        mpq_init(r);
        mpq_set_ui(r, 47, 11);
        FILE *stream = open_memstream(&written, &length);
        assert_int_equal(bng_mpq_out_str(ctx, stream, 10, r), BNG_OK);
        fclose(stream);
        assert_string_equal(written, "47/11");
        free(written);

        /* A denominator without an end, and one that is a bit too long. */
        bng_ctx_set_result_limit_bits(ctx, 10);
        stream = fopen("/dev/zero", "r");
        assert_non_null(stream);
        EXPECT_NO_FRACTION(ctx, r, BNG_SYNTAX, bng_mpq_inp_str(ctx, r, stream, 10), "no number");
        fclose(stream);
        stream = fmemopen((void *)"1/1024", 6, "r");
        EXPECT_NO_FRACTION(ctx, r, BNG_REFUSED_RESULT, bng_mpq_inp_str(ctx, r, stream, 10),
                           "ResultMax=");
        fclose(stream);
        stream = fmemopen((void *)"1023/1023", 9, "r");
        assert_int_equal(bng_mpq_inp_str(ctx, r, stream, 10), BNG_OK);
        expect_text(ctx, r, "1023/1023");
        fclose(stream);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        mpq_clear(r);
}

static void test_text_and_parts(void **userdata)
{
        bng_ctx *ctx = *userdata;
        mpq_t r;
        mpz_t z;
        char *text;

        mpq_init(r);
        mpz_init(z);
        bng_ctx_set_result_limit_bits(ctx, 8);
        assert_int_equal(bng_mpq_set_str(ctx, r, "-0255/ 170", 10), BNG_OK);
        expect_text(ctx, r, "-255/170");
        assert_int_equal(bng_mpq_set_str(ctx, r, "1/256", 10), BNG_REFUSED_RESULT);
        assert_int_equal(bng_mpq_set_str(ctx, r, "256", 10), BNG_REFUSED_RESULT);
        expect_text(ctx, r, "-255/170");
        /* What is left counts. */
        bng_ctx_set_result_limit_bits(ctx, 1);
        assert_int_equal(bng_mpq_canonicalize(ctx, r), BNG_REFUSED_RESULT);
        expect_text(ctx, r, "-255/170");
        bng_ctx_set_result_limit_bits(ctx, 2);
        assert_int_equal(bng_mpq_canonicalize(ctx, r), BNG_OK);
        expect_text(ctx, r, "-3/2");
        mpz_set_ui(z, 5);
        assert_int_equal(bng_mpq_set_den(ctx, r, z), BNG_REFUSED_RESULT);
        assert_int_equal(bng_mpq_set_num(ctx, r, z), BNG_REFUSED_RESULT);
        mpz_set_ui(z, 1);
        assert_int_equal(bng_mpq_set_num(ctx, r, z), BNG_OK);
        expect_text(ctx, r, "1/2");
        assert_int_equal(bng_mpq_get_den(ctx, z, r), BNG_OK);
        assert_int_equal(mpz_cmp_ui(z, 2), 0);
        assert_int_equal(bng_mpq_get_num(ctx, z, r), BNG_OK);
        assert_int_equal(mpz_cmp_ui(z, 1), 0);
        assert_int_equal(bng_mpq_set_den(ctx, r, z), BNG_OK);
        expect_text(ctx, r, "1");
        bng_ctx_set_memory_limit_bytes(ctx, 10);
        assert_int_equal(bng_mpq_get_str(ctx, &text, 10, r), BNG_REFUSED_MEMORY);
        assert_null(text);
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        assert_int_equal(bng_mpq_get_str(ctx, &text, 1, r), BNG_INVALID);
        assert_null(text);
        mpq_clear(r);
        mpz_clear(z);
}

static int set_up(void **userdata)
{
        bng_ctx *ctx;

        gmp_hooks_install();
        if (getenv("BNG_TEST_EXTENDED"))
                rounds *= 10;
        if (getenv("BNG_TEST_ROUNDS"))
                rounds = (unsigned)atoi(getenv("BNG_TEST_ROUNDS"));
        if (bng_ctx_new(&ctx) != BNG_OK)
                return -1;
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        *userdata = ctx;
        return 0;
}

static int tear_down(void **userdata)
{
        bng_ctx_free(*userdata);
        return 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_operation_at_its_limit),
                cmocka_unit_test(test_memory),
                cmocka_unit_test(test_what_is_no_fraction),
                cmocka_unit_test(test_text_and_parts),
                cmocka_unit_test(test_text_is_as_gmp_writes_it),
                cmocka_unit_test(test_text_is_read_as_gmp_reads_it),
                cmocka_unit_test(test_streams),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
