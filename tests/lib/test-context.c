/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
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

/* ---- the numbers ---- */

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

/* ---- statistics, and who is told ---- */

struct told {
        unsigned times;
        bng_status status;
        char sentence[1024];
};

static void on_refusal(void *userdata, bng_status status, const char *sentence)
{
        struct told *told = userdata;

        told->times++;
        told->status = status;
        snprintf(told->sentence, sizeof told->sentence, "%s", sentence);
}

static void test_statistics(void **state)
{
        bng_ctx *ctx = context(UINT64_MAX);
        mpz_t a, b, before;

        (void)state;
        bng_mpz_init(ctx, before); /* not counted: nothing is on yet */
        bng_ctx_set_statistics(ctx, true);
        assert_true(bng_ctx_statistics(ctx));
        bng_mpz_init(ctx, a);
        bng_mpz_init(ctx, b);
        assert_int_equal(bng_mpz_ui_pow_ui(ctx, a, 3, 1000), BNG_OK);
        assert_int_equal(bng_mpz_mul(ctx, a, a, a), BNG_OK);
        assert_int_equal(bng_mpz_tdiv_qr(ctx, a, b, a, b), BNG_UNDEFINED);
        assert_int_equal(bng_mpz_tdiv_qr(ctx, b, a, a, a), BNG_OK);
        assert_int_equal(bng_mpz_mul(ctx, before, b, b), BNG_OK);
        assert_int_equal(bng_mpz_add(ctx, b, b, b), BNG_OK);
        assert_int_equal(bng_check_mul(ctx, b, b), BNG_OK);
        assert_int_equal(bng_ctx_operations(ctx), 5);
        assert_int_equal(bng_ctx_largest_bits(ctx), 3170);
        assert_int_equal(bng_ctx_failures(ctx, BNG_UNDEFINED), 1);
        assert_int_equal(bng_ctx_failures(ctx, BNG_OK), 0);
        assert_int_equal(bng_ctx_failures(ctx, (bng_status)99), 0);
        assert_int_equal(bng_ctx_live_bytes(ctx), room(a) + room(b));
        assert_true(bng_ctx_live_peak_bytes(ctx) >= 3170 / 8);
        bng_ctx_set_statistics(ctx, false);
        assert_int_equal(bng_mpz_add(ctx, b, b, b), BNG_OK);
        assert_int_equal(bng_ctx_operations(ctx), 5);
        bng_mpz_clear(ctx, a);
        bng_mpz_clear(ctx, b);
        assert_int_equal(bng_ctx_live_bytes(ctx), 0);
        bng_mpz_clear(ctx, before);
        ctx = bng_ctx_free(ctx);
}

/* What has no integer as a result counts as well, and what could not be written does not. */
static void test_operations_without_integers(void **state)
{
        bng_ctx *ctx = context(UINT64_MAX);
        FILE *nowhere = fopen("/dev/null", "w"), *full = fopen("/dev/full", "w");
        unsigned long left;
        mpz_t a;
        mpq_t q;
        char *text;
        void *words;

        (void)state;
        assert_non_null(nowhere);
        assert_non_null(full);
        setvbuf(full, NULL, _IONBF, 0);
        mpz_init_set_ui(a, 77);
        mpq_init(q);
        bng_ctx_set_statistics(ctx, true);
        assert_int_equal(bng_mpz_tdiv_ui(ctx, &left, a, 5), BNG_OK);
        assert_int_equal(bng_mpz_fdiv_ui(ctx, &left, a, 5), BNG_OK);
        assert_int_equal(bng_mpz_cdiv_ui(ctx, &left, a, 0), BNG_UNDEFINED);
        assert_int_equal(bng_ctx_operations(ctx), 2);
        assert_int_equal(bng_mpz_get_str(ctx, &text, 10, a), BNG_OK);
        free(text);
        assert_int_equal(bng_mpq_get_str(ctx, &text, 10, q), BNG_OK);
        free(text);
        assert_int_equal(bng_mpz_export(ctx, &words, NULL, 1, 1, 0, 0, a), BNG_OK);
        free(words);
        assert_int_equal(bng_ctx_operations(ctx), 5);
        assert_int_equal(bng_mpz_out_str(ctx, nowhere, 10, a), BNG_OK);
        assert_int_equal(bng_mpq_out_str(ctx, nowhere, 10, q), BNG_OK);
        assert_int_equal(bng_mpz_out_raw(ctx, nowhere, a), BNG_OK);
        assert_int_equal(bng_ctx_operations(ctx), 8);
        assert_int_equal(bng_mpz_out_str(ctx, full, 10, a), BNG_STREAM);
        assert_int_equal(bng_mpq_out_str(ctx, full, 10, q), BNG_STREAM);
        assert_int_equal(bng_mpz_out_raw(ctx, full, a), BNG_STREAM);
        assert_int_equal(bng_ctx_operations(ctx), 8);
        fclose(full);
        fclose(nowhere);
        mpq_clear(q);
        mpz_clear(a);
        bng_ctx_free(ctx);
}

static bng_status load(bng_ctx *ctx, const char *text)
{
        char path[] = "/tmp/bng-context-XXXXXX";
        int fd = mkstemp(path);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
        close(fd);
        bng_status status = bng_ctx_load_limits(ctx, path);
        unlink(path);
        return status;
}

static void test_who_is_told(void **state)
{
        bng_ctx *ctx = context(UINT64_MAX);
        struct told told = {0};
        char *text;
        mpz_t a;

        (void)state;
        mpz_init_set_ui(a, 10);
        bng_ctx_set_refusal_callback(ctx, on_refusal, &told);
        bng_ctx_set_result_limit_bits(ctx, 128);
        assert_int_equal(bng_mpz_pow_ui(ctx, a, a, 20), BNG_OK);
        assert_int_equal(told.times, 0);
        assert_int_equal(bng_mpz_mul(ctx, a, a, a), BNG_REFUSED_RESULT);
        assert_int_equal(told.times, 1);
        assert_int_equal(told.status, BNG_REFUSED_RESULT);
        assert_string_equal(told.sentence, bng_ctx_message(ctx));
        assert_int_equal(bng_check_mul(ctx, a, a), BNG_REFUSED_RESULT);
        assert_int_equal(bng_mpz_get_str(ctx, &text, 99, a), BNG_INVALID);
        assert_int_equal(told.times, 3);
        assert_int_equal(bng_ctx_failures(ctx, BNG_REFUSED_RESULT), 2);
        assert_int_equal(bng_ctx_failures(ctx, BNG_INVALID), 1);
        assert_int_equal(load(ctx, "[Limits]\nResultMax=2E\nTotalMax=x\n"), BNG_INVALID);
        assert_int_equal(told.times, 4);
        assert_int_equal(told.status, BNG_INVALID);
        assert_string_equal(told.sentence, bng_ctx_message(ctx));
        assert_non_null(strstr(told.sentence, "\"2E\" is too large; at most 2^64 - 2 bits"));
        assert_non_null(strstr(told.sentence, ":3: "));
        assert_int_equal(bng_ctx_failures(ctx, BNG_INVALID), 2);
        bng_ctx_set_refusal_callback(ctx, NULL, NULL);
        assert_int_equal(bng_check_mul(ctx, a, a), BNG_REFUSED_RESULT);
        assert_int_equal(told.times, 4);
        mpz_clear(a);
        ctx = bng_ctx_free(ctx);
}

/* ---- where limits come from ---- */

static void test_sources(void **state)
{
        static const char text[] = "[Limits]\nResultMax=1M\nTotalMax=2M\nTimeMax=3s\n";
        bng_ctx *ctx;

        (void)state;
        unsetenv("BIGNUM_GUARD_OPERATION_MEMORY_MAX");
        setenv("BIGNUM_GUARD_RESULT_MAX", "4096bit", 1);
        setenv("BIGNUM_GUARD_TOTAL_MAX", "5M", 1);
        setenv("BIGNUM_GUARD_TIME_MAX", "", 1);
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        assert_int_equal(bng_ctx_result_limit_bits(ctx), 16 << 23);
        assert_int_equal(bng_ctx_total_limit_bytes(ctx), UINT64_MAX);
        bng_ctx_set_total_limit_bytes(ctx, 6 << 20);
        assert_int_equal(load(ctx, text), BNG_OK);
        assert_int_equal(bng_ctx_total_limit_bytes(ctx), 6 << 20); /* the call */
        assert_int_equal(bng_ctx_result_limit_bits(ctx), 4096);    /* the environment */
        assert_int_equal(bng_ctx_time_limit_usec(ctx), 3000000);   /* [Limits] */
        assert_int_equal(bng_ctx_memory_limit_bytes(ctx), UINT64_C(256) << 20); /* built in */
        setenv("BIGNUM_GUARD_OPERATION_MEMORY_MAX", "auto", 1);
        assert_int_equal(load(ctx, text), BNG_OK);
        assert_int_equal(bng_ctx_memory_limit_bytes(ctx), BNG_MEMORY_AUTO);
        setenv("BIGNUM_GUARD_TIME_MAX", "soon", 1);
        setenv("BIGNUM_GUARD_RESULT_MAX", "0", 1);
        assert_int_equal(load(ctx, text), BNG_INVALID);
        assert_non_null(strstr(bng_ctx_message(ctx), "BIGNUM_GUARD_TIME_MAX=: \"soon\""));
        assert_non_null(strstr(bng_ctx_message(ctx), "BIGNUM_GUARD_RESULT_MAX= is 0"));
        assert_int_equal(bng_ctx_result_limit_bits(ctx), 4096);
        ctx = bng_ctx_free(ctx);
        unsetenv("BIGNUM_GUARD_OPERATION_MEMORY_MAX");
        unsetenv("BIGNUM_GUARD_RESULT_MAX");
        unsetenv("BIGNUM_GUARD_TOTAL_MAX");
        unsetenv("BIGNUM_GUARD_TIME_MAX");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_total_of_every_operation),
                cmocka_unit_test(test_total_of_parts),
                cmocka_unit_test(test_numbers_come_and_go),
                cmocka_unit_test(test_least_room_counts),
                cmocka_unit_test(test_unguarded_changes_are_found),
                cmocka_unit_test(test_fractions_count),
                cmocka_unit_test(test_books_balance),
                cmocka_unit_test(test_statistics),
                cmocka_unit_test(test_operations_without_integers),
                cmocka_unit_test(test_who_is_told),
                cmocka_unit_test(test_sources),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
