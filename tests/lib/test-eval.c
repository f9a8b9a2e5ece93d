/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Evaluation, beyond what the table of the command's cases (bng.cases) shows: limits to the bit on
 * every operation, memory that is given back, and expressions that are deep or long.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "expr/eval.h"
#include "sandwich.h"

static bng_ctx *context(uint64_t result_bits, uint64_t memory_bytes)
{
        bng_ctx *ctx;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        bng_ctx_set_result_limit_bits(ctx, result_bits);
        bng_ctx_set_memory_limit_bytes(ctx, memory_bytes);
        bng_ctx_set_held_bytes(ctx, 1000);
        return ctx;
}

/* The status, and in base 10 the value; what was held before is held again. */
static bng_status evaluate(bng_ctx *ctx, const char *text, size_t length, char *value, size_t size)
{
        mpq_t result;
        struct bng_eval_text printed = {NULL, NULL};
        mpq_init(result);
        bng_status status = bng_eval(ctx, result, text, length, NULL, 0);
        assert_int_equal(bng_ctx_held_bytes(ctx), 1000);
        if (status == BNG_OK)
                status = bng_eval_print(ctx, result, &printed);
        mpq_clear(result);
        assert_int_equal(bng_ctx_held_bytes(ctx), 1000);
        if (status != BNG_OK) {
                assert_true(*bng_ctx_message(ctx));
                return status;
        }
        snprintf(value, size, printed.den ? "%s/%s" : "%s", printed.num, printed.den);
        free(printed.num);
        free(printed.den);
        return BNG_OK;
}

/* What fits is computed at its own size and refused one bit below, whatever operation made it. */
static void test_result_limit_to_the_bit(void **state)
{
        static const struct {
                const char *text;
                uint64_t bits; /* of the largest value on the way, operands included */
        } cases[] = {
                {"1023", 10},
                {"1024", 11},
                {"-1024", 11},
                {"0x3ff", 10},
                {"1000+23", 10},
                {"1000+24", 11},
                {"0-1024", 11},
                {"~1023", 11},
                {"32*32", 11},
                {"31*33", 10},
                {"1<<10", 11},
                {"2**10", 11},
                {"3**100", 159},
                {"10**30", 100},
                {"1024>>5", 11},
                {"1024//3", 11},
                {"1000|1023", 10},
                {"6!", 10},
                {"30!", 108},
                {"binomial(13, 6)", 11},
                {"fibonacci(100)", 69},
                {"lucas(100)", 70},
                {"primorial(30)", 33},
                {"lcm(31, 33)", 10},
                {"1/1024", 11},
                {"1/1023", 10},
                {"1023/2", 10},
                {"(1/2)**10", 11},
                {"2**-10", 11},
                {"(3/2)**6", 10},
                {"1/31 * 1/33", 10},
                {"1/31 + 1/33", 10},
                {"1/31 - 1/33", 10},
                {"1023/31 * 31/33", 10},
                {"1023/1000 - 1023/1000", 10},
                {"(1023/2) // (1/2)", 10},
                {"(1023/2) % (1/3)", 10},
        };
        (void)state;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                char value[256];
                bng_ctx *ctx = context(cases[i].bits, UINT64_MAX);
                bng_status status =
                        evaluate(ctx, cases[i].text, strlen(cases[i].text), value, sizeof value);
                if (status != BNG_OK)
                        fail_msg("%s: %s", cases[i].text, bng_ctx_message(ctx));
                bng_ctx_set_result_limit_bits(ctx, cases[i].bits - 1);
                status = evaluate(ctx, cases[i].text, strlen(cases[i].text), value, sizeof value);
                if (status != BNG_REFUSED_RESULT)
                        fail_msg("%s: %s within %d bits", cases[i].text, value,
                                 (int)cases[i].bits - 1);
                bng_ctx_free(ctx);
        }
}

/* Every operation under every tiny limit: an answer or a refusal, and nothing leaks or is overrun. */
static void test_tiny_limits(void **state)
{
        static const char *const texts[] = {
                "1+2*3-4//3%5/7",
                "2**10>>3<<2|5^6&~7",
                "10!",
                "binomial(20,7)",
                "primorial(20)",
                "fibonacci(50)+lucas(50)",
                "gcd(12345678901234567890,9876543210)*lcm(4,6,8)",
                "isqrt(10**20)",
                "root(-10**21,3)",
                "pow(3,10**10,10**10)",
                "pow(3,7,-10**10)",
                "(22/7)**-5",
                "(22/7+1/3)%(3/5)",
                "abs(-1/2)-(+3)",
                "123456789012345678901234567890",
        };
        (void)state;
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                char right[256];
                bng_ctx *ctx = context(UINT64_MAX, UINT64_MAX);
                assert_int_equal(evaluate(ctx, texts[i], strlen(texts[i]), right, sizeof right),
                                 BNG_OK);
                for (uint64_t limit = 0; limit < 300; limit++) {
                        char value[256];
                        bng_ctx_set_result_limit_bits(ctx, limit);
                        bng_status status =
                                evaluate(ctx, texts[i], strlen(texts[i]), value, sizeof value);
                        assert_true(status == BNG_OK || status == BNG_REFUSED_RESULT);
                        if (status == BNG_OK)
                                assert_string_equal(value, right);
                }
                bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
                for (uint64_t limit = 0; limit < 20000; limit += 37) {
                        char value[256];
                        bng_ctx_set_memory_limit_bytes(ctx, limit);
                        bng_status status =
                                evaluate(ctx, texts[i], strlen(texts[i]), value, sizeof value);
                        assert_true(status == BNG_OK || status == BNG_REFUSED_MEMORY);
                        if (status == BNG_OK)
                                assert_string_equal(value, right);
                }
                bng_ctx_free(ctx);
        }
}

static void test_deep_and_long(void **state)
{
        static const struct {
                const char *head;
                const char *middle;
                const char *tail;
                size_t n;
                const char *value;
        } cases[] = {
                {"(", "7", ")", DEEP, "7"},
                {"-", "7", "", DEEP, "7"},
                {"~", "7", "", DEEP + 1, "-8"},
                {"1**", "7", "", DEEP, "1"},
                {"1+", "7", "", DEEP, "300007"},
                {"", "1", "!", DEEP, "1"},
                {"abs(-", "7", ")", 200000, "7"},
                {"gcd(6,", "9", ")", 200000, "3"},
                {"1/(1+", "0", ")", 90, "2880067194370816120/4660046610375530309"},
                {"1_", "1", "", 0, "1"},
        };
        (void)state;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                size_t length;
                char value[256] = "";
                char *text = sandwich(cases[i].head, cases[i].middle, cases[i].tail, cases[i].n,
                                      &length);
                bng_ctx *ctx = context(UINT64_C(1) << 27, UINT64_C(1) << 28);
                bng_status status = evaluate(ctx, text, length, value, sizeof value);
                if (status != BNG_OK)
                        fail_msg("%s...: %s", cases[i].head, bng_ctx_message(ctx));
                assert_string_equal(value, cases[i].value);
                bng_ctx_free(ctx);
                free(text);
        }
}

/* The values that wait on the stack are memory like any other. */
static void test_waiting_values_are_charged(void **state)
{
        size_t length;
        char value[16];
        char *text = sandwich("1**", "1", "", DEEP, &length);
        bng_ctx *ctx = context(UINT64_MAX, 8 << 20);
        (void)state;
        assert_int_equal(evaluate(ctx, text, length, value, sizeof value), BNG_REFUSED_MEMORY);
        bng_ctx_free(ctx);
        free(text);

        /* Ten large values that wait, each of 2 MB, for a limit that would hold one of them and its work. */
        text = sandwich("2**(2**24)+(", "0", ")", 10, &length);
        ctx = context(UINT64_MAX, 12 << 20);
        assert_int_equal(evaluate(ctx, text, length, value, sizeof value), BNG_REFUSED_MEMORY);
        bng_ctx_set_memory_limit_bytes(ctx, 64 << 20);
        mpq_t result;
        mpq_init(result);
        assert_int_equal(bng_eval(ctx, result, text, length, NULL, 0), BNG_OK);
        assert_int_equal(bng_eval_bits(result), (1 << 24) + 4);
        mpq_clear(result);
        bng_ctx_free(ctx);
        free(text);
}

/* Ten million digits: read under a limit that lets them, refused under one that does not. */
static void test_long_literal(void **state)
{
        size_t length;
        char *text = sandwich("98", "7", "", 5000000, &length);
        bng_ctx *ctx = context(UINT64_C(1) << 26, UINT64_C(1) << 28);
        mpq_t result;
        (void)state;
        mpq_init(result);
        assert_int_equal(bng_eval(ctx, result, text, length, NULL, 0), BNG_OK);
        assert_int_equal(bng_eval_bits(result), 33219285);
        bng_ctx_set_result_limit_bits(ctx, 33219284);
        assert_int_equal(bng_eval(ctx, result, text, length, NULL, 0), BNG_REFUSED_RESULT);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        bng_ctx_set_memory_limit_bytes(ctx, 12 << 20);
        assert_int_equal(bng_eval(ctx, result, text, length, NULL, 0), BNG_REFUSED_MEMORY);
        mpq_clear(result);
        bng_ctx_free(ctx);
        free(text);
}

/* Squaring again and again is refused at the first square that is too long, not before. */
static void test_repeated_squaring(void **state)
{
        char text[512] = "3";
        char value[8192];
        bng_ctx *ctx = context(20000, UINT64_MAX);
        (void)state;
        for (unsigned squarings = 1; squarings <= 60; squarings++) {
                char longer[sizeof text];
                snprintf(longer, sizeof longer, "(%.400s)**2", text);
                strcpy(text, longer);
                bng_status status = evaluate(ctx, text, strlen(text), value, sizeof value);
                /* 3^(2^13) has 12985 bits, 3^(2^14) 25969. */
                assert_int_equal(status, squarings <= 13 ? BNG_OK : BNG_REFUSED_RESULT);
        }
        bng_ctx_free(ctx);
}

static void test_printing_counts(void **state)
{
        mpq_t result;
        struct bng_eval_text printed;
        bng_ctx *ctx = context(UINT64_MAX, 2 << 20);
        (void)state;
        mpq_init(result);
        assert_int_equal(bng_eval(ctx, result, "1<<8000000", 10, NULL, 0), BNG_OK);
        assert_int_equal(bng_eval_print(ctx, result, &printed), BNG_REFUSED_MEMORY);
        mpq_clear(result);
        assert_int_equal(bng_ctx_held_bytes(ctx), 1000);
        bng_ctx_free(ctx);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_result_limit_to_the_bit),
                cmocka_unit_test(test_tiny_limits),
                cmocka_unit_test(test_deep_and_long),
                cmocka_unit_test(test_waiting_values_are_charged),
                cmocka_unit_test(test_long_literal),
                cmocka_unit_test(test_repeated_squaring),
                cmocka_unit_test(test_printing_counts),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
