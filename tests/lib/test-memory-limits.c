/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "guard-cases.h"
#include "memory-fixture.h"

/*
 * What memory limits do: a refusal makes GMP hold nothing, what is held already counts, and near the
 * end of a total nothing is moved that may not be there twice.
 */

static unsigned long seed = 20240301;

static void test_a_refusal_asks_gmp_for_nothing(void **userdata)
{
        bng_ctx *ctx = *userdata;
        struct operands x;
        mpz_t r, s;

        operands_init(&x);
        mpz_inits(r, s, NULL);
        for (size_t i = 0; i < guard_cases_count; i++) {
                const struct guard_case *op = &guard_cases[i];
                random_start(seed);
                for (unsigned round = 0; round < 200; round++) {
                        op->make(&x, 500);
                        mpz_set_ui(r, 1);
                        mpz_set_ui(s, 1);
                        /* No memory: everything is refused. */
                        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
                        bng_ctx_set_memory_limit_bytes(ctx, 0);
                        gmp_hooks_start();
                        assert_int_equal(op->check(ctx, &x, r), BNG_REFUSED_MEMORY);
                        assert_int_equal(op->guarded(ctx, &x, r, s), BNG_REFUSED_MEMORY);
                        assert_int_equal(gmp_hooks_requests(), 0);
                        assert_int_equal(mpz_cmp_ui(r, 1), 0);
                        assert_int_equal(mpz_cmp_ui(s, 1), 0);
                        /* Room for 16 bytes: what is surely longer is refused before it is made. */
                        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
                        bng_ctx_set_result_limit_bits(ctx, 128);
                        gmp_hooks_start();
                        if (op->check(ctx, &x, r) == BNG_REFUSED_RESULT) {
                                assert_int_equal(op->guarded(ctx, &x, r, s), BNG_REFUSED_RESULT);
                                assert_int_equal(gmp_hooks_requests(), 0);
                                assert_int_equal(mpz_cmp_ui(r, 1), 0);
                        }
                }
                random_end();
        }
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        mpz_clears(r, s, NULL);
        operands_clear(&x);
}

static void test_what_is_held_counts(void **userdata)
{
        bng_ctx *ctx = *userdata;
        mpz_t a;

        mpz_init(a);
        mpz_setbit(a, 1000000);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        bng_ctx_set_memory_limit_bytes(ctx, 8000000);
        assert_int_equal(bng_check_mul(ctx, a, a), BNG_OK);
        bng_ctx_set_held_bytes(ctx, 7900000);
        assert_int_equal(bng_check_mul(ctx, a, a), BNG_REFUSED_MEMORY);
        assert_int_equal(bng_mpz_mul(ctx, a, a, a), BNG_REFUSED_MEMORY);
        assert_non_null(strstr(bng_ctx_message(ctx), "7.5 MiB held already"));
        bng_ctx_set_held_bytes(ctx, UINT64_MAX);
        assert_int_equal(bng_mpz_mul(ctx, a, a, a), BNG_REFUSED_MEMORY);
        assert_int_equal(bng_mpz_add_ui(ctx, a, a, 1), BNG_REFUSED_MEMORY);
        bng_ctx_set_held_bytes(ctx, 0);
        assert_int_equal(bng_mpz_mul(ctx, a, a, a), BNG_OK);
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        mpz_clear(a);
}

/*
 * Near the end of a total what was made with spare room is moved into what it needs, and is there
 * twice: not where that breaks the memory limit. Room that fits as it is is kept then.
 */
static void try_near_total(const struct guard_case *op, struct operands *x)
{
        bng_ctx *ctx;
        mpz_t r, s, after, second;

        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        bng_ctx_set_total_limit_bytes(ctx, UINT64_MAX - 1);
        bng_mpz_init(ctx, r);
        bng_mpz_init(ctx, s);
        if (op->updates)
                random_integer(r, random_below(2000));
        mpz_init_set(after, r);
        mpz_init(second);
        op->plain(x, after, second);
        uint64_t needed = (mpz_size(after) + mpz_size(second)) * sizeof(mp_limb_t);
        uint64_t predicted = predicted_peak_of_case(ctx, op, x, r);
        bng_ctx_set_memory_limit_bytes(ctx, predicted);
        bng_ctx_set_total_limit_bytes(ctx, needed + 8 * random_below(30));
        gmp_hooks_start();
        bng_status status = op->guarded(ctx, x, r, s);
        if (gmp_hooks_peak_bytes() > predicted)
                fail_msg("%s near a total of %lu holds %lu bytes, predicted %lu, seed %lu",
                         op->name, (unsigned long)bng_ctx_total_limit_bytes(ctx),
                         (unsigned long)gmp_hooks_peak_bytes(), (unsigned long)predicted, seed);
        assert_true(status == BNG_OK || status == BNG_REFUSED_MEMORY);
        assert_true(status != BNG_OK || (mpz_cmp(r, after) == 0 && mpz_cmp(s, second) == 0));
        bng_mpz_clear(ctx, r);
        bng_mpz_clear(ctx, s);
        mpz_clears(after, second, NULL);
        ctx = bng_ctx_free(ctx);
}

static void test_near_a_total(void **unused)
{
        (void)unused;
        struct operands x;

        operands_init(&x);
        for (size_t i = 0; i < guard_cases_count; i++) {
                random_start(seed);
                for (unsigned round = 0; round < 40; round++) {
                        guard_cases[i].make(&x, random_below(2000));
                        try_near_total(&guard_cases[i], &x);
                }
                random_end();
        }
        operands_clear(&x);
}

/* One limb of carry, and no memory to move the rest: what fits as it is, and what fits a variable. */
static void test_spare_room_that_may_not_move(void **unused)
{
        (void)unused;
        const uint64_t bytes = 8000;
        bng_ctx *ctx;
        mpz_t a, r;

        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        mpz_init(a);
        mpz_setbit(a, bytes * 8 - 2);
        bng_ctx_set_memory_limit_bytes(ctx, 2 * bytes);
        bng_ctx_set_total_limit_bytes(ctx, bytes + sizeof(mp_limb_t));
        bng_mpz_init(ctx, r);
        assert_int_equal(bng_mpz_add_ui(ctx, r, a, 1), BNG_OK);
        assert_int_equal(bng_ctx_live_bytes(ctx), bytes + sizeof(mp_limb_t));
        bng_mpz_clear(ctx, r);

        bng_ctx_set_total_limit_bytes(ctx, bytes);
        bng_mpz_init(ctx, r);
        assert_int_equal(bng_mpz_add_ui(ctx, r, a, 1), BNG_REFUSED_MEMORY);
        assert_int_equal(mpz_sgn(r), 0);
        assert_int_equal(bng_mpz_set(ctx, r, a), BNG_OK);
        assert_int_equal(bng_mpz_add_ui(ctx, r, r, 1), BNG_OK);
        mpz_add_ui(a, a, 1);
        assert_int_equal(mpz_cmp(r, a), 0);
        assert_int_equal(bng_ctx_live_bytes(ctx), bytes);
        bng_mpz_clear(ctx, r);
        mpz_clear(a);
        ctx = bng_ctx_free(ctx);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_refusal_asks_gmp_for_nothing),
                cmocka_unit_test(test_what_is_held_counts),
                cmocka_unit_test(test_near_a_total),
                cmocka_unit_test(test_spare_room_that_may_not_move),
        };

        return cmocka_run_group_tests(tests, memory_set_up, memory_tear_down);
}
