/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "extended.h"
#include "guard-cases.h"

/*
 * The promise of the size limit, of every operation on random operands: with the limit at the
 * result's length everything runs, one bit below it everything is refused and nothing has changed,
 * also where the destination is an operand.
 */

static unsigned long seed = 20240229;

struct results {
        mpz_t r, s;
};

static void results_init(struct results *y)
{
        mpz_inits(y->r, y->s, NULL);
}

static void results_clear(struct results *y)
{
        mpz_clears(y->r, y->s, NULL);
}

static uint64_t longest(const struct results *y)
{
        uint64_t r = bit_length(y->r);
        uint64_t s = bit_length(y->s);

        return r > s ? r : s;
}

static bool same(const struct results *a, const struct results *b)
{
        return mpz_cmp(a->r, b->r) == 0 && mpz_cmp(a->s, b->s) == 0;
}

static void copy(struct results *to, const struct results *from)
{
        mpz_set(to->r, from->r);
        mpz_set(to->s, from->s);
}

#define EXPECT(condition, op, x, limit)                                                            \
        do {                                                                                       \
                if (!(condition)) {                                                                \
                        gmp_printf("%s a=%Zx b=%Zx c=%Zx m=%lu n=%lu limit=%lu seed=%lu\n",        \
                                   (op)->name, (x)->a, (x)->b, (x)->c, (x)->m, (x)->n,             \
                                   (unsigned long)(limit), seed);                                  \
                        fail_msg("%s", #condition);                                                \
                }                                                                                  \
        } while (0)

/* Variables of their own: before has what they hold, after what GMP makes of it. */
static void try_limit(bng_ctx *ctx, const struct guard_case *op, const struct operands *x,
                      uint64_t limit, const struct results *before, const struct results *after)
{
        struct results y;
        bool fits = longest(after) <= limit;

        results_init(&y);
        copy(&y, before);
        bng_ctx_set_result_limit_bits(ctx, limit);
        bng_status checked = op->check(ctx, x, y.r);
        bng_status status = op->guarded(ctx, x, y.r, y.s);
        EXPECT(status == (fits ? BNG_OK : BNG_REFUSED_RESULT), op, x, limit);
        EXPECT(same(&y, fits ? after : before), op, x, limit);
        EXPECT(checked == BNG_OK || checked == status, op, x, limit);
        results_clear(&y);
}

/* The destination is the operand a or b. */
static void try_alias(bng_ctx *ctx, const struct guard_case *op, struct operands *x, bool first,
                      uint64_t limit)
{
        mpz_ptr alias = first ? x->a : x->b;
        struct results before, after, s;

        results_init(&before);
        results_init(&after);
        results_init(&s);
        mpz_set(before.r, alias);
        copy(&after, &before);
        op->plain(x, after.r, after.s);
        bng_ctx_set_result_limit_bits(ctx, limit);
        bool fits = longest(&after) <= limit;
        bng_status status = op->guarded(ctx, x, alias, s.s);
        EXPECT(status == (fits ? BNG_OK : BNG_REFUSED_RESULT), op, x, limit);
        EXPECT(mpz_cmp(alias, fits ? after.r : before.r) == 0, op, x, limit);
        EXPECT(mpz_cmp(s.s, fits ? after.s : before.s) == 0, op, x, limit);
        mpz_set(alias, before.r);
        results_clear(&before);
        results_clear(&after);
        results_clear(&s);
}

static void try_operands(bng_ctx *ctx, const struct guard_case *op, struct operands *x)
{
        struct results before, after;

        results_init(&before);
        results_init(&after);
        random_integer(before.r, random_below(bit_length(x->a) * 2 + 2));
        if (op->two)
                random_integer(before.s, random_below(100));
        copy(&after, &before);
        op->plain(x, after.r, after.s);

        uint64_t bits = longest(&after);
        for (uint64_t limit = bits < 2 ? 0 : bits - 2; limit <= bits + 2; limit++)
                try_limit(ctx, op, x, limit, &before, &after);
        try_limit(ctx, op, x, 16 * 8, &before, &after);
        try_limit(ctx, op, x, 0, &before, &after);
        try_limit(ctx, op, x, UINT64_MAX, &before, &after);
        try_alias(ctx, op, x, true, bits);
        try_alias(ctx, op, x, false, bits);
        if (bits > 0) {
                try_alias(ctx, op, x, true, bits - 1);
                try_alias(ctx, op, x, false, bits - 1);
        }
        results_clear(&before);
        results_clear(&after);
}

static void test_every_operation_at_its_limit(void **unused)
{
        (void)unused;
        unsigned rounds = test_rounds(400, 4000);
        bng_ctx *ctx;
        struct operands x;

        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        operands_init(&x);
        for (size_t i = 0; i < guard_cases_count; i++) {
                random_start(seed);
                for (unsigned round = 0; round < rounds; round++) {
                        uint64_t most = round % 50 == 49 ? 20000 : round % 4 == 0 ? 70 : 1000;
                        guard_cases[i].make(&x, random_below(most));
                        try_operands(ctx, &guard_cases[i], &x);
                }
                random_end();
        }
        operands_clear(&x);
        ctx = bng_ctx_free(ctx);
        assert_null(ctx);
}

/*
 * The whole library at 16 bytes, as a program that only wants small numbers would set it: every guard
 * trips on results that are longer, and lets the others pass. Those of operations by words alone,
 * which have no longer results, trip at 0 bytes.
 */
static void test_every_guard_trips_at_16_bytes(void **unused)
{
        (void)unused;
        bng_ctx *ctx;
        struct operands x;

        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        operands_init(&x);
        for (size_t i = 0; i < guard_cases_count; i++) {
                const struct guard_case *op = &guard_cases[i];
                unsigned trips = 0;
                unsigned passes = 0;

                for (uint64_t limit = 128; limit == 128 || (limit == 0 && trips == 0);
                     limit -= 128) {
                        bng_ctx_set_result_limit_bits(ctx, limit);
                        random_start(seed);
                        for (unsigned round = 0; round < 200; round++) {
                                struct results y;
                                results_init(&y);
                                op->make(&x, random_below(round % 2 ? 40 : 1000));
                                if (op->updates)
                                        random_integer(y.r, random_below(300));
                                bng_status status = op->guarded(ctx, &x, y.r, y.s);
                                assert_true(status == BNG_OK || status == BNG_REFUSED_RESULT);
                                assert_true(status != BNG_OK || longest(&y) <= limit);
                                trips += status == BNG_REFUSED_RESULT;
                                passes += status == BNG_OK;
                                results_clear(&y);
                        }
                        random_end();
                }
                if (trips == 0 || passes == 0)
                        fail_msg("%s: refused %u times, passed %u times", op->name, trips, passes);
        }
        operands_clear(&x);
        bng_ctx_free(ctx);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_operation_at_its_limit),
                cmocka_unit_test(test_every_guard_trips_at_16_bytes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
