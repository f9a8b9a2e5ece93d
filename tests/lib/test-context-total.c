/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Under a limit on the total everything that fits runs and nothing else, for every operation: what the results hold
 * decides, and a refusal leaves everything as it was.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "context-fixture.h"
#include "guard-cases.h"

static unsigned long seed = 20240305;

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
 * What the results need is what decides, not the room that GMP makes on the way: with a total of so
 * much all is well, with a byte less it is refused, unless the destination has that room already.
 */
static void try_total(const struct guard_case *op, const struct operands *x, mpz_srcptr before)
{
        bng_ctx *ctx = context(UINT64_MAX - 1);
        uint64_t bytes, needed;
        mpz_t r, s;

        mpz_inits(r, s, NULL);
        mpz_set(r, before);
        op->plain(x, r, s);
        needed = (mpz_size(r) + mpz_size(s)) * sizeof(mp_limb_t);
        for (uint64_t limit = needed; limit <= needed + 24; limit += 8) {
                bng_ctx_set_total_limit_bytes(ctx, limit);
                if (run(ctx, op, x, before, &bytes) != BNG_OK)
                        fail_msg("%s needs %lu bytes, and is refused at %lu: %s", op->name,
                                 (unsigned long)needed, (unsigned long)limit, bng_ctx_message(ctx));
        }
        if (needed > mpz_size(before) * sizeof(mp_limb_t)) {
                bng_ctx_set_total_limit_bytes(ctx, needed - 1);
                if (run(ctx, op, x, before, &bytes) == BNG_OK)
                        fail_msg("%s needs %lu bytes and runs below", op->name,
                                 (unsigned long)needed);
        }
        for (uint64_t limit = 0; limit < 64; limit += 8) {
                bng_ctx_set_total_limit_bytes(ctx, limit);
                run(ctx, op, x, before, &bytes);
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

/* What one result's variable gives up is another one's room: what counts is their sum. */
static void test_total_of_parts(void **state)
{
        (void)state;
        bng_ctx *ctx = context(10000);
        mpq_t q;
        mpz_t large, larger, r, quotient;

        mpz_inits(large, larger, NULL);
        mpz_setbit(large, 6000 * 8 - 1);
        mpz_setbit(larger, 7000 * 8 - 1);

        bng_mpq_init(ctx, q);
        assert_int_equal(bng_mpq_set_z(ctx, q, larger), BNG_OK);
        assert_int_equal(bng_mpq_inv(ctx, q, q), BNG_OK);
        assert_int_equal(bng_mpq_set_z(ctx, q, large), BNG_OK);
        assert_int_equal(mpz_cmp(mpq_numref(q), large), 0);
        assert_true(bng_ctx_live_bytes(ctx) <= 10000);
        assert_int_equal(bng_mpq_div_2exp(ctx, q, q, 6000 * 8 - 1 + 5000 * 8), BNG_OK);
        assert_int_equal(bng_mpq_set_z(ctx, q, larger), BNG_OK);
        bng_ctx_set_total_limit_bytes(ctx, 7008 + 7);
        assert_int_equal(bng_mpq_inv(ctx, q, q), BNG_OK);
        bng_ctx_set_total_limit_bytes(ctx, 10000);
        bng_mpq_clear(ctx, q);

        bng_mpz_init(ctx, r);
        bng_mpz_init(ctx, quotient);
        assert_int_equal(bng_mpz_set(ctx, r, larger), BNG_OK);
        assert_int_equal(bng_mpz_tdiv_qr_ui(ctx, quotient, r, large, 3), BNG_OK);
        mpz_tdiv_q_ui(larger, large, 3);
        assert_int_equal(mpz_cmp(quotient, larger), 0);
        assert_true(bng_ctx_live_bytes(ctx) <= 10000);

        /* Both do not fit. */
        bng_mpz_clear(ctx, quotient);
        bng_mpz_init(ctx, quotient);
        assert_int_equal(bng_mpz_set_ui(ctx, quotient, 47), BNG_OK);
        bng_ctx_set_total_limit_bytes(ctx, 5000);
        assert_int_equal(bng_mpz_tdiv_qr_ui(ctx, quotient, r, large, 3), BNG_REFUSED_TOTAL);
        assert_int_equal(mpz_cmp_ui(quotient, 47), 0);
        bng_mpz_clear(ctx, r);
        bng_mpz_clear(ctx, quotient);
        mpz_clears(large, larger, NULL);
        ctx = bng_ctx_free(ctx);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_total_of_every_operation),
                cmocka_unit_test(test_total_of_parts),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
