/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "memory-fixture.h"
#include "other-cases.h"

/*
 * The operations of other-cases.h hold no more than predicted, neither guarded nor by GMP's own call: of
 * sizes all over, and of those around whole limbs.
 */

static unsigned long seed = 20240501;

static void expect_no_more(const struct guard_case *op, const char *how, uint64_t bits,
                           uint64_t predicted)
{
        uint64_t measured = gmp_hooks_peak_bytes() + other_held_bytes();

        if (measured > predicted)
                fail_msg("%s, %s, holds %lu bytes, predicted %lu, of about %lu bits, seed %lu",
                         op->name, how, (unsigned long)measured, (unsigned long)predicted,
                         (unsigned long)bits, seed);
}

static void start(void)
{
        other_held_nothing();
        gmp_hooks_start();
}

static void try_operands(bng_ctx *ctx, const struct guard_case *op, uint64_t bits)
{
        struct operands x;
        mpz_t r, s;

        operands_init(&x);
        mpz_inits(r, s, NULL);
        op->make(&x, bits);
        uint64_t predicted = predicted_peak_of_other(ctx, op, &x, r);
        start();
        if (op->guarded(ctx, &x, r, s) != BNG_OK)
                fail_msg("%s: %s", op->name, bng_ctx_message(ctx));
        expect_no_more(op, "guarded", bits, predicted);
        mpz_clears(r, s, NULL);

        mpz_inits(r, s, NULL);
        start();
        op->plain(&x, r, s);
        expect_no_more(op, "by GMP", bits, predicted);
        mpz_clears(r, s, NULL);

        /* By way of a temporary where it straddles the limit. */
        mpz_inits(r, s, NULL);
        bng_ctx_set_result_limit_bits(ctx, bits);
        start();
        op->guarded(ctx, &x, r, s);
        expect_no_more(op, "with a tight limit", bits, predicted);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        mpz_clears(r, s, NULL);
        operands_clear(&x);
}

static void test_other_operations_hold_no_more_than_predicted(void **userdata)
{
        double most = test_is_extended() ? 1e7 : 1e5;

        random_start(seed);
        other_cases_begin();
        for (size_t i = 0; i < other_cases_count; i++) {
                const struct guard_case *op = &other_cases[i];
                for (double about = 2; about < most && about <= test_slow_bits(op->bits_max);
                     about *= 1.5) {
                        uint64_t bits = (uint64_t)about;
                        uint64_t limbs = bits / GMP_NUMB_BITS * GMP_NUMB_BITS;
                        try_operands(*userdata, op, bits);
                        if (limbs > 0 && bits < 30000)
                                for (uint64_t near = limbs - 1; near <= limbs + 1; near++)
                                        try_operands(*userdata, op, near);
                }
        }
        other_cases_end();
        random_end();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_other_operations_hold_no_more_than_predicted),
        };

        return cmocka_run_group_tests(tests, memory_set_up, memory_tear_down);
}
