/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "bignum-guard.h"

/*
 * Numbers of one limb do not reach GMP, so here every pair of those that lie next to a carry or a
 * sign meets in every operation: in a context as it comes and in one that counts; with destinations
 * of their own, without room and with enough; and with each operand as the destination.
 */

static const unsigned long sizes[] = {
        0, 1, 2, 3, 12345, LONG_MAX, (unsigned long)LONG_MAX + 1, ULONG_MAX - 1, ULONG_MAX,
};
#define SIZES (sizeof sizes / sizeof *sizes)
#define NUMBERS (2 * SIZES) /* each with either sign */

typedef void plain(mpz_ptr, mpz_srcptr, mpz_srcptr);
typedef bng_status guarded(bng_ctx *, mpz_ptr, mpz_srcptr, mpz_srcptr);

/* The same shape for all: words are the second operand's absolute value. */
#define SHAPE(op, plain_call, guarded_call)                                                        \
        static void plain_##op(mpz_ptr r, mpz_srcptr a, mpz_srcptr b)                              \
        {                                                                                          \
                (void)a, (void)b;                                                                  \
                plain_call;                                                                        \
        }                                                                                          \
        static bng_status guarded_##op(bng_ctx *ctx, mpz_ptr r, mpz_srcptr a, mpz_srcptr b)        \
        {                                                                                          \
                (void)a, (void)b;                                                                  \
                return guarded_call;                                                               \
        }
#define ONE(op) SHAPE(op, mpz_##op(r, a), bng_mpz_##op(ctx, r, a))
#define TWO(op) SHAPE(op, mpz_##op(r, a, b), bng_mpz_##op(ctx, r, a, b))
#define WORD(op) SHAPE(op, mpz_##op(r, a, mpz_get_ui(b)), bng_mpz_##op(ctx, r, a, mpz_get_ui(b)))
#define COUNT(op)                                                                                  \
        SHAPE(op, mpz_##op(r, a, mpz_get_ui(b) % 130), bng_mpz_##op(ctx, r, a, mpz_get_ui(b) % 130))
#define SIGNED(b) ((long)mpz_get_ui(b))

ONE(set)
ONE(neg)
ONE(abs)
SHAPE(set_ui, mpz_set_ui(r, mpz_get_ui(b)), bng_mpz_set_ui(ctx, r, mpz_get_ui(b)))
SHAPE(set_si, mpz_set_si(r, SIGNED(b)), bng_mpz_set_si(ctx, r, SIGNED(b)))
TWO(add)
TWO(sub)
TWO(mul)
TWO(and)
TWO(ior)
TWO(xor)
TWO(addmul)
TWO(submul)
WORD(add_ui)
WORD(sub_ui)
WORD(mul_ui)
WORD(addmul_ui)
WORD(submul_ui)
SHAPE(ui_sub, mpz_ui_sub(r, mpz_get_ui(b), a), bng_mpz_ui_sub(ctx, r, mpz_get_ui(b), a))
SHAPE(mul_si, mpz_mul_si(r, a, SIGNED(b)), bng_mpz_mul_si(ctx, r, a, SIGNED(b)))
COUNT(mul_2exp)
COUNT(tdiv_q_2exp)
COUNT(fdiv_q_2exp)
/* Division by zero is no matter of limbs. */
#define DIVISION(op)                                                                               \
        SHAPE(op, mpz_sgn(b) != 0 ? (void)mpz_##op(r, a, b) : (void)0,                             \
              mpz_sgn(b) != 0 ? bng_mpz_##op(ctx, r, a, b) : BNG_OK)
DIVISION(tdiv_q)
DIVISION(tdiv_r)
DIVISION(fdiv_q)
DIVISION(fdiv_r)
DIVISION(mod)

#define ROW(op)                                                                                    \
        {                                                                                          \
#op, plain_##op, guarded_##op                                                      \
        }
static const struct {
        const char *name;
        plain *plain;
        guarded *guarded;
} rows[] = {
        ROW(set),    ROW(neg),    ROW(abs),      ROW(set_ui),      ROW(set_si),      ROW(add),
        ROW(sub),    ROW(mul),    ROW(and),      ROW(ior),         ROW(xor),         ROW(addmul),
        ROW(submul), ROW(add_ui), ROW(sub_ui),   ROW(mul_ui),      ROW(addmul_ui),   ROW(submul_ui),
        ROW(ui_sub), ROW(mul_si), ROW(mul_2exp), ROW(tdiv_q_2exp), ROW(fdiv_q_2exp), ROW(tdiv_q),
        ROW(tdiv_r), ROW(fdiv_q), ROW(fdiv_r),   ROW(mod),
};

/* What a destination may hold: nothing, with and without room, up to three limbs, either sign. */
#define BEFORE 7
static void make_destination(mpz_ptr r, unsigned before)
{
        if (before == 0) {
                mpz_init(r);
                return;
        }
        mpz_init2(r, before == 1 ? GMP_NUMB_BITS : 4 * GMP_NUMB_BITS);
        mpz_set_ui(r, before > 2);
        mpz_mul_2exp(r, r, (before / 2) * GMP_NUMB_BITS);
        mpz_sub_ui(r, r, before > 2);
        if (before % 2 == 1)
                mpz_neg(r, r);
}

static void expect_same(size_t row, mpz_srcptr got, mpz_srcptr expected, mpz_srcptr a, mpz_srcptr b)
{
        if (mpz_cmp(got, expected) == 0)
                return;
        gmp_fprintf(stderr, "%s(%Zd, %Zd): %Zd instead of %Zd\n", rows[row].name, a, b, got,
                    expected);
        fail();
}

static void try_pair(bng_ctx *ctx, size_t row, mpz_srcptr a, mpz_srcptr b)
{
        for (unsigned before = 0; before < BEFORE; before++) {
                mpz_t r, expected;
                make_destination(r, before);
                make_destination(expected, before);
                rows[row].plain(expected, a, b);
                assert_int_equal(rows[row].guarded(ctx, r, a, b), BNG_OK);
                expect_same(row, r, expected, a, b);
                mpz_clears(r, expected, NULL);
        }
        /* r is a, r is b, all are one */
        for (unsigned alias = 0; alias < 3; alias++) {
                mpz_t x, y;
                mpz_init_set(x, alias == 1 ? b : a);
                mpz_init_set(y, x);
                rows[row].plain(x, alias == 1 ? a : x, alias == 0 ? b : x);
                assert_int_equal(rows[row].guarded(ctx, y, alias == 1 ? a : y, alias == 0 ? b : y),
                                 BNG_OK);
                expect_same(row, y, x, a, b);
                mpz_clears(x, y, NULL);
        }
}

static void try_all(bng_ctx *ctx)
{
        mpz_t numbers[NUMBERS];

        for (size_t i = 0; i < NUMBERS; i++) {
                mpz_init_set_ui(numbers[i], sizes[i / 2]);
                if (i % 2 == 1)
                        mpz_neg(numbers[i], numbers[i]);
        }
        for (size_t row = 0; row < sizeof rows / sizeof *rows; row++)
                for (size_t i = 0; i < NUMBERS; i++)
                        for (size_t j = 0; j < NUMBERS; j++)
                                try_pair(ctx, row, numbers[i], numbers[j]);
        for (size_t i = 0; i < NUMBERS; i++)
                mpz_clear(numbers[i]);
}

static void test_as_it_comes(void **userdata)
{
        bng_ctx *ctx;

        (void)userdata;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        try_all(ctx);
        bng_ctx_free(ctx);
}

static void test_counting(void **userdata)
{
        bng_ctx *ctx;

        (void)userdata;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        bng_ctx_set_statistics(ctx, true);
        try_all(ctx);
        assert_true(bng_ctx_operations(ctx) > 10000);
        assert_int_equal(bng_ctx_failures(ctx, BNG_OK), 0);
        bng_ctx_free(ctx);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_as_it_comes),
                cmocka_unit_test(test_counting),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
