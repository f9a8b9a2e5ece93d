/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The books of a context: what its numbers hold is what they are charged for, whatever happens to them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "context-fixture.h"
#include "guard-cases.h"

static unsigned long seed = 20240305;

static void test_numbers_come_and_go(void **state)
{
        bng_ctx *ctx = context(1000);
        mpz_t a, b, c, plain;

        (void)state;
        assert_int_equal(bng_mpz_init2(ctx, a, 64 * 50), BNG_OK);
        assert_int_equal(bng_ctx_live_bytes(ctx), 400);
        assert_int_equal(bng_mpz_init2(ctx, b, 64 * 75 + 1), BNG_REFUSED_TOTAL);
        assert_int_equal(bng_ctx_live_bytes(ctx), 400 + room(b));
        assert_int_equal(mpz_sgn(b), 0);
        bng_mpz_clear(ctx, b);
        assert_int_equal(bng_mpz_init2(ctx, b, 64 * 75), BNG_OK);
        assert_int_equal(bng_ctx_live_bytes(ctx), 1000);
        /* No room is left: what needs none runs. */
        assert_int_equal(bng_mpz_init_set_ui(ctx, c, 7), BNG_REFUSED_TOTAL);
        assert_int_equal(bng_mpz_ui_pow_ui(ctx, a, 2, 64 * 50 - 1), BNG_OK);
        assert_int_equal(bng_mpz_mul_2exp(ctx, a, a, 1), BNG_REFUSED_TOTAL);
        assert_int_equal(mpz_sizeinbase(a, 2), 64 * 50);
        /* Others' numbers do not count. */
        mpz_init(plain);
        assert_int_equal(bng_mpz_mul(ctx, plain, a, a), BNG_OK);
        assert_int_equal(bng_ctx_live_bytes(ctx), 1000);
        bng_mpz_clear(ctx, b);
        assert_int_equal(bng_mpz_mul_ui(ctx, c, a, 0), BNG_OK);
        assert_int_equal(bng_ctx_live_bytes(ctx), 400 + room(c));
        bng_mpz_clear(ctx, c);
        assert_int_equal(bng_mpz_init_set_si(ctx, c, -7), BNG_OK);
        assert_int_equal(mpz_cmp_si(c, -7), 0);
        bng_mpz_clear(ctx, c);
        assert_int_equal(bng_mpz_init_set_str(ctx, c, "-0xff", 0), BNG_OK);
        assert_int_equal(mpz_cmp_si(c, -255), 0);
        bng_mpz_clear(ctx, c);
        assert_int_equal(bng_mpz_init_set_str(ctx, c, "seven", 10), BNG_SYNTAX);
        bng_mpz_clear(ctx, c);
        assert_int_equal(bng_mpz_init_set(ctx, c, a), BNG_OK);
        assert_int_equal(mpz_cmp(a, c), 0);
        assert_int_equal(bng_ctx_live_peak_bytes(ctx), 1000);
        bng_mpz_clear(ctx, c);
        bng_mpz_clear(ctx, a);
        bng_mpz_clear(ctx, plain); /* fine too */
        assert_int_equal(bng_ctx_live_bytes(ctx), 0);
        ctx = bng_ctx_free(ctx);
}

/* GMP makes room for a limb where it is asked for none, and for a denominator of 1. */
static void test_least_room_counts(void **state)
{
        (void)state;
        bng_ctx *ctx = context(8 * sizeof(mp_limb_t));
        mpz_t x[12], y;
        mpq_t q, r;

        for (unsigned i = 0; i < 12; i++) {
                assert_int_equal(bng_mpz_init2(ctx, x[i], 0), i < 8 ? BNG_OK : BNG_REFUSED_TOTAL);
                assert_int_equal(room(x[i]), i < 8 ? sizeof(mp_limb_t) : 0);
        }
        assert_int_equal(bng_ctx_live_bytes(ctx), 8 * sizeof(mp_limb_t));
        assert_int_equal(bng_mpz_realloc2(ctx, x[0], 0), BNG_OK);
        assert_int_equal(bng_mpz_realloc2(ctx, x[11], 0), BNG_REFUSED_TOTAL);
        assert_int_equal(bng_mpz_array_init(ctx, y, 1, 0), BNG_REFUSED_TOTAL);
        assert_int_equal(bng_mpq_init(ctx, q), BNG_REFUSED_TOTAL);
        assert_int_equal(bng_ctx_live_bytes(ctx), 8 * sizeof(mp_limb_t));
        bng_mpz_clear(ctx, x[0]);
        mpq_init(r);
        assert_int_equal(bng_mpq_set(ctx, r, q), BNG_UNDEFINED);
        assert_int_equal(bng_mpq_set_ui(ctx, q, 0, 1), BNG_OK);
        assert_int_equal(mpz_cmp_ui(mpq_denref(q), 1), 0);
        assert_int_equal(bng_ctx_live_bytes(ctx), 8 * sizeof(mp_limb_t));
        bng_mpq_clear(ctx, q);
        mpq_clear(r);
        for (unsigned i = 1; i < 12; i++)
                bng_mpz_clear(ctx, x[i]);
        assert_int_equal(bng_ctx_live_bytes(ctx), 0);
        ctx = bng_ctx_free(ctx);
}

/* Whatever plain GMP does is found at the next guarded call that has the number as a destination. */
static void test_unguarded_changes_are_found(void **state)
{
        bng_ctx *ctx = context(100000);
        mpz_t a, b;

        (void)state;
        bng_mpz_init(ctx, a);
        bng_mpz_init(ctx, b);
        mpz_ui_pow_ui(a, 3, 10000);
        mpz_realloc2(b, 6400);
        assert_int_equal(bng_ctx_live_bytes(ctx), 0);
        for (unsigned i = 0; i < 3; i++) {
                assert_int_equal(bng_mpz_add_ui(ctx, a, a, 1), BNG_OK);
                assert_int_equal(bng_mpz_add_ui(ctx, b, b, 1), BNG_OK);
                assert_int_equal(bng_ctx_live_bytes(ctx), room(a) + room(b));
                mpz_swap(a, b);
                mpz_realloc2(a, 64 * (i + 1));
        }
        /* A number that ended without a word, and whose address begins another one. */
        mpz_clear(a);
        bng_mpz_init(ctx, a);
        assert_int_equal(bng_mpz_add_ui(ctx, b, b, 1), BNG_OK);
        assert_int_equal(bng_ctx_live_bytes(ctx), room(a) + room(b));
        bng_mpz_clear(ctx, b);
        /* The context ends first. */
        ctx = bng_ctx_free(ctx);
        mpz_clear(a);
}

static uint64_t room_q(mpq_srcptr q)
{
        return room(mpq_numref(q)) + room(mpq_denref(q));
}

static void test_fractions_count(void **state)
{
        bng_ctx *ctx = context(2000);
        mpq_t a, b;

        (void)state;
        assert_int_equal(bng_mpq_init(ctx, a), BNG_OK);
        assert_int_equal(bng_mpq_init(ctx, b), BNG_OK);
        assert_int_equal(bng_ctx_live_bytes(ctx), room_q(a) + room_q(b));
        assert_int_equal(bng_mpq_set_si(ctx, a, -7, 3), BNG_OK);
        while (bng_mpq_mul(ctx, a, a, a) == BNG_OK) {
                assert_int_equal(bng_ctx_live_bytes(ctx), room_q(a) + room_q(b));
                assert_true(bng_ctx_live_bytes(ctx) <= 2000);
        }
        assert_int_equal(bng_ctx_failures(ctx, BNG_REFUSED_TOTAL), 1);
        assert_int_equal(bng_ctx_live_bytes(ctx), room_q(a) + room_q(b));
        /* The value of an expression moves into it. */
        const bng_variable variable = {"b", mpq_numref(b), mpq_denref(b)};
        assert_int_equal(bng_eval(ctx, b, "b + 1/3**300", 12, &variable, 1), BNG_OK);
        assert_int_equal(bng_ctx_live_bytes(ctx), room_q(a) + room_q(b));
        bng_mpq_clear(ctx, a);
        bng_mpq_clear(ctx, b);
        assert_int_equal(bng_ctx_live_bytes(ctx), 0);
        ctx = bng_ctx_free(ctx);
}

/* Random operations on many numbers: the sum is always what they hold, and never over the total. */
static void test_books_balance(void **state)
{
        enum { NUMBERS = 40 };
        uint64_t total = 6000;
        bng_ctx *ctx = context(total);
        mpz_t n[NUMBERS];
        unsigned refusals = 0;

        (void)state;
        random_start(seed);
        for (unsigned i = 0; i < NUMBERS; i++)
                bng_mpz_init_set_ui(ctx, n[i], i + 2);
        for (unsigned round = 0; round < 20000; round++) {
                mpz_ptr r = n[random_below(NUMBERS)], s = n[random_below(NUMBERS)];
                mpz_srcptr a = n[random_below(NUMBERS)], b = n[random_below(NUMBERS)];
                bng_status status = BNG_OK;
                switch (random_below(9)) {
                case 0:
                        status = bng_mpz_mul(ctx, r, a, b);
                        break;
                case 1:
                        status = bng_mpz_addmul(ctx, r, a, b);
                        break;
                case 2:
                        status = bng_mpz_pow_ui(ctx, r, a, random_below(9));
                        break;
                case 3:
                        status = bng_mpz_tdiv_q(ctx, r, a, b);
                        break;
                case 4:
                        if (r != s)
                                status = bng_mpz_fdiv_qr(ctx, r, s, a, b);
                        break;
                case 5:
                        bng_mpz_clear(ctx, r);
                        status = bng_mpz_init2(ctx, r, random_below(3000));
                        break;
                case 6:
                        status = bng_mpz_gcd(ctx, r, a, b);
                        break;
                case 7:
                        status = bng_mpz_setbit(ctx, r, random_below(4000));
                        break;
                default:
                        status = bng_mpz_tdiv_r_2exp(ctx, r, a, random_below(300));
                        break;
                }
                if (status == BNG_REFUSED_TOTAL)
                        refusals++;
                else
                        assert_true(status == BNG_OK || status == BNG_UNDEFINED);
                uint64_t held = 0;
                for (unsigned i = 0; i < NUMBERS; i++)
                        held += room(n[i]);
                assert_int_equal(bng_ctx_live_bytes(ctx), held);
                assert_true(held <= total);
        }
        assert_true(refusals > 100);
        assert_int_equal(bng_ctx_failures(ctx, BNG_REFUSED_TOTAL), refusals);
        for (unsigned i = 0; i < NUMBERS; i++)
                bng_mpz_clear(ctx, n[i]);
        assert_int_equal(bng_ctx_live_bytes(ctx), 0);
        random_end();
        ctx = bng_ctx_free(ctx);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_numbers_come_and_go),
                cmocka_unit_test(test_least_room_counts),
                cmocka_unit_test(test_unguarded_changes_are_found),
                cmocka_unit_test(test_fractions_count),
                cmocka_unit_test(test_books_balance),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
