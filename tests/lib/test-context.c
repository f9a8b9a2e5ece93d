/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "gmp-hooks.h"
#include "guard-cases.h"

/*
 * The books of a context: what its numbers hold is what they are charged for, whatever happens to
 * them; under a total limit everything that fits runs and nothing else, for every operation; and
 * who asked to be told of failures is told each of them once.
 */

static unsigned long seed = 20240305;

static bng_ctx *context(uint64_t total_bytes)
{
        bng_ctx *ctx;

        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        bng_ctx_set_total_limit_bytes(ctx, total_bytes);
        return ctx;
}

static uint64_t room(mpz_srcptr n)
{
        return (uint64_t)n->_mp_alloc * sizeof(mp_limb_t);
}

/* The room that the results have after the operation on variables of the context's own. */
static bng_status run(bng_ctx *ctx, const struct guard_case *op, const struct operands *x,
                      mpz_srcptr before, uint64_t *bytes)
{
        mpz_t r, s;

        bng_mpz_init(ctx, r);
        bng_mpz_init(ctx, s);
        uint64_t total = bng_ctx_total_limit_bytes(ctx);
        bng_ctx_set_total_limit_bytes(ctx, UINT64_MAX - 1);
        if (op->updates)
                assert_int_equal(bng_mpz_set(ctx, r, before), BNG_OK);
        bng_ctx_set_total_limit_bytes(ctx, total);
        uint64_t live_before = bng_ctx_live_bytes(ctx);
        assert_int_equal(live_before, room(r) + room(s));

        bng_status status = op->guarded(ctx, x, r, s);
        *bytes = room(r) + room(s);
        if (bng_ctx_live_bytes(ctx) != *bytes)
                fail_msg("%s: %lu bytes live, %lu held", op->name,
                         (unsigned long)bng_ctx_live_bytes(ctx), (unsigned long)*bytes);
        if (status == BNG_OK && *bytes > total && *bytes > live_before)
                fail_msg("%s: %lu bytes over the total of %lu", op->name, (unsigned long)*bytes,
                         (unsigned long)total);
        if (status != BNG_OK) {
                assert_int_equal(status, BNG_REFUSED_TOTAL);
                assert_int_equal(*bytes, live_before);
                assert_true(op->updates ? mpz_cmp(r, before) == 0 : mpz_sgn(r) == 0);
                assert_int_equal(mpz_sgn(s), 0);
                assert_non_null(strstr(bng_ctx_message(ctx), "(TotalMax=)"));
        }
        bng_mpz_clear(ctx, r);
        bng_mpz_clear(ctx, s);
        assert_int_equal(bng_ctx_live_bytes(ctx), 0);
        return status;
}

/*
 * GMP makes room by itself, perhaps more by another way to the same result: with what it took
 * without a limit all is well, with less than the numbers themselves need it is refused.
 */
static void try_total(const struct guard_case *op, const struct operands *x, mpz_srcptr before)
{
        bng_ctx *ctx = context(UINT64_MAX - 1);
        uint64_t bytes, needed, again;
        mpz_t r, s;

        assert_int_equal(run(ctx, op, x, before, &bytes), BNG_OK);
        mpz_inits(r, s, NULL);
        mpz_set(r, before);
        op->plain(x, r, s);
        needed = (mpz_size(r) + mpz_size(s)) * sizeof(mp_limb_t);
        for (uint64_t limit = bytes; limit <= bytes + 24; limit += 8) {
                bng_ctx_set_total_limit_bytes(ctx, limit);
                if (run(ctx, op, x, before, &again) != BNG_OK)
                        fail_msg("%s takes %lu bytes, and is refused at %lu: %s", op->name,
                                 (unsigned long)bytes, (unsigned long)limit, bng_ctx_message(ctx));
        }
        if (needed > 0 && needed > room(before)) {
                bng_ctx_set_total_limit_bytes(ctx, needed - 1);
                if (run(ctx, op, x, before, &again) == BNG_OK && !op->updates)
                        fail_msg("%s needs %lu bytes and runs below", op->name,
                                 (unsigned long)needed);
        }
        for (uint64_t limit = 0; limit < 64; limit += 8) {
                bng_ctx_set_total_limit_bytes(ctx, limit);
                run(ctx, op, x, before, &again);
        }
        mpz_clears(r, s, NULL);
        ctx = bng_ctx_free(ctx);
}

static void test_total_of_every_operation(void **state)
{
        struct operands x;
        mpz_t before;

        (void)state;
        operands_init(&x);
        mpz_init(before);
        for (size_t i = 0; i < guard_cases_count; i++) {
                random_start(seed);
                for (unsigned round = 0; round < 60; round++) {
                        uint64_t bits = random_below(round % 4 == 0 ? 5000 : 200);
                        guard_cases[i].make(&x, bits);
                        random_integer(before, guard_cases[i].updates ? random_below(300) : 0);
                        try_total(&guard_cases[i], &x, before);
                }
                random_end();
        }
        mpz_clear(before);
        operands_clear(&x);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_total_of_every_operation),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
