/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a prediction says of expressions that nobody computes: bounds of powers that are one bit apart,
 * towers, and of what is refused the sentence and the place that the evaluation gives.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "bounds/text.h"
#include "eval-check.h"

/* At most one bit apart, also where the base is a power that is not computed. */
static void test_powers_to_one_bit(void **state)
{
        static const char *const texts[] = {
                "(1024**1024)**1024", "((1024**100)**100)**100",
                "(3**5000)**1000",    "((3**100)**100)**100",
                "(7**7**5)**99",      "(10**2000-1)**3000",
                "(-3**5000)**777",    "(2**5000)**-1000",
                "factorial(5*10**6)", "(1/3**5000)**500",
                "2**(10**8)",         "(2**64-1)**(2**20)",
        };
        bng_ctx *ctx;
        (void)state;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                struct bng_predict_result p;
                assert_int_equal(predict(ctx, texts[i], strlen(texts[i]), &p), BNG_OK);
                if (p.bits.bits_max - p.bits.bits_min > 1)
                        fail_msg("%s: %" PRIu64 " to %" PRIu64, texts[i], p.bits.bits_min,
                                 p.bits.bits_max);
        }
        bng_ctx_free(ctx);
}

static void test_towers(void **state)
{
        char text[4 * 5000 + 2];
        bng_ctx *ctx;
        struct bng_predict_result p;
        struct bng_range_text magnitude;
        (void)state;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        for (unsigned storeys = 4; storeys <= 5000; storeys += 1249) {
                text[0] = '\0';
                size_t length = 0;
                for (unsigned i = 0; i < storeys; i++)
                        length += (size_t)sprintf(text + length, i ? "**9" : "9");
                assert_int_equal(predict(ctx, text, length, &p), BNG_REFUSED_RESULT);
                assert_true(p.is_known);
                assert_true(p.bits.bits_max == BNG_BITS_BEYOND);
                assert_true(strlen(bng_range_text(p.size, &magnitude)) > 0);
                /* And towers of factorials, and what they shift. */
                assert_int_equal(predict(ctx, "9!!!!!!!!!!!!!!!!", 17, &p), BNG_REFUSED_RESULT);
                assert_true(p.is_known);
                assert_int_equal(predict(ctx, "1<<(1<<(1<<(1<<99)))", 20, &p), BNG_REFUSED_RESULT);
                assert_true(p.is_known);
        }
        bng_ctx_free(ctx);
}

/* The same first refusal, in the same words, wherever the operands are the same. */
static void test_same_sentence(void **state)
{
        static const char *const texts[] = {
                "1024**1024**1024",
                "9**9**9**9",
                "(2**128)**(2**63)",
                "10**9 + 10**10**10",
                "2*(1<<10**12)",
                "(10**9)!",
                "fibonacci(10**10)",
                "2**-10**10",
                "1/0",
                "(-1)!",
                "1<<-1",
                "isqrt(-4)",
                "2**(1/2)",
                "pow(2,-1,4)",
                "1+",
                "foo(1)",
                "9**9**9**9 / 0",
        };
        bng_ctx *ctx;
        (void)state;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                struct bng_predict_result p;
                mpq_t value;
                char sentence[512];
                bng_status predicted = predict(ctx, texts[i], strlen(texts[i]), &p);
                snprintf(sentence, sizeof sentence, "%s", bng_ctx_message(ctx));
                mpq_init(value);
                assert_int_equal(evaluate(ctx, value, texts[i], strlen(texts[i])), predicted);
                mpq_clear(value);
                assert_int_not_equal(predicted, BNG_OK);
                assert_string_equal(bng_ctx_message(ctx), sentence);
        }
        bng_ctx_free(ctx);
}

/* A refusal stays quick: what nobody would read to its end is not predicted to its end. */
static void test_long_texts_have_a_place_only(void **state)
{
        struct bng_predict_result p;
        mpq_t value;
        char text[8000];
        bng_ctx *ctx;
        (void)state;
        memset(text, ' ', sizeof text);
        memcpy(text, "1+9**9**9", 9);
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        mpq_init(value);
        assert_int_equal(evaluate(ctx, value, text, sizeof text), BNG_REFUSED_RESULT);
        mpq_clear(value);
        assert_non_null(strstr(bng_ctx_message(ctx), "; this stands at column 4"));
        assert_int_equal(predict(ctx, text, sizeof text, &p), BNG_REFUSED_RESULT);
        assert_non_null(strstr(bng_ctx_message(ctx), "; this stands at column 4"));
        assert_true(p.is_known);
        bng_ctx_free(ctx);
}

/* A refusal to print is one of the whole, and has no place in the text. */
static void test_printing_has_no_place(void **state)
{
        static const char text[] = " 3**3000";
        struct bng_predict_result p;
        mpq_t value;
        struct bng_eval_text printed;
        char sentence[512];
        bng_ctx *ctx;
        (void)state;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        bng_ctx_set_memory_limit_bytes(ctx, 4096);
        assert_int_equal(predict(ctx, text, strlen(text), &p), BNG_REFUSED_MEMORY);
        snprintf(sentence, sizeof sentence, "%s", bng_ctx_message(ctx));
        assert_null(strstr(sentence, "part"));
        mpq_init(value);
        assert_int_equal(evaluate(ctx, value, text, strlen(text)), BNG_OK);
        assert_int_equal(bng_eval_print(ctx, value, &printed), BNG_REFUSED_MEMORY);
        mpq_clear(value);
        bng_ctx_free(ctx);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_powers_to_one_bit),
                cmocka_unit_test(test_towers),
                cmocka_unit_test(test_same_sentence),
                cmocka_unit_test(test_printing_has_no_place),
                cmocka_unit_test(test_long_texts_have_a_place_only),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
