/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Predictions of whole expressions against their evaluation: random expressions under random limits.
 * Where an expression has a value, the predicted bounds hold it and the predicted peak covers what GMP
 * really held; what is refused for its size would have been refused by the evaluation too.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bounds/text.h"
#include "expr/eval.h"
#include "expr/predict.h"

static uint64_t seed = 20240607;

static uint64_t random_below(uint64_t n)
{
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        return seed % n;
}

static unsigned rounds(unsigned n)
{
        return getenv("BNG_TEST_EXTENDED") ? 10 * n : n;
}

/* ---- what GMP holds, measured ---- */

static size_t held_bytes;
static size_t peak_bytes;

static void note(size_t bytes)
{
        held_bytes += bytes;
        if (held_bytes > peak_bytes)
                peak_bytes = held_bytes;
}

static void *counted_malloc(size_t bytes)
{
        note(bytes);
        void *block = malloc(bytes);
        assert_non_null(block);
        return block;
}

static void *counted_realloc(void *block, size_t old_bytes, size_t bytes)
{
        held_bytes -= old_bytes;
        note(bytes);
        block = realloc(block, bytes);
        assert_non_null(block);
        return block;
}

static void counted_free(void *block, size_t bytes)
{
        held_bytes -= bytes;
        free(block);
}

/* ---- random expressions ---- */

struct text {
        char bytes[4096];
        size_t length;
};

__attribute__((format(printf, 2, 3))) static void append(struct text *t, const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        int n = vsnprintf(t->bytes + t->length, sizeof t->bytes - t->length, format, arguments);
        va_end(arguments);
        assert_true(n >= 0 && (size_t)n < sizeof t->bytes - t->length);
        t->length += (size_t)n;
}

static void number(struct text *t)
{
        switch (random_below(8)) {
        case 0:
                append(t, "%d", (int)random_below(4));
                break;
        case 1:
                append(t, "(2**%d)", (int)random_below(9000));
                break;
        case 2:
                append(t, "(2**%d-1)", (int)random_below(9000));
                break;
        case 3:
                append(t, "(3**%d)", (int)random_below(6000));
                break;
        case 4:
                append(t, "(-7**%d)", (int)random_below(3000));
                break;
        case 5:
                append(t, "0x%" PRIx64 "%016" PRIx64, random_below(UINT64_MAX),
                       random_below(UINT64_MAX));
                break;
        default:
                append(t, "%d", (int)random_below(1000));
                break;
        }
}

static void expression(struct text *t, int depth)
{
        static const char *const infix[] = {"+", "-", "*", "/", "//", "%", "&",
                                            "|", "^", "+", "-", "*",  "/", "**(3&"};
        static const char *const calls[] = {"gcd", "lcm"};
        static const char *const unary[] = {"-", "~", "+", "abs", ""};
        static const char *const grow[] = {"factorial", "primorial", "fibonacci", "lucas"};
        if (depth == 0 || t->length > sizeof t->bytes / 2) {
                number(t);
                return;
        }
        switch (random_below(12)) {
        case 0:
                append(t, "%s(", unary[random_below(5)]);
                expression(t, depth - 1);
                append(t, ")");
                return;
        case 1:
                append(t, "%s(", calls[random_below(2)]);
                expression(t, depth - 1);
                append(t, ",");
                expression(t, depth - 1);
                append(t, ")");
                return;
        case 2:
                append(t, "(");
                expression(t, depth - 1);
                append(t, ")**%d", (int)random_below(60) - 20);
                return;
        case 3:
                append(t, "(");
                expression(t, depth - 1);
                append(t, ")%s%d", random_below(2) ? "<<" : ">>", (int)random_below(9000));
                return;
        case 4:
                append(t, "%s((", grow[random_below(4)]);
                expression(t, depth - 1);
                append(t, ")%%%d)", (int)random_below(2000) + 1);
                return;
        case 5:
                append(t, "root(");
                expression(t, depth - 1);
                append(t, ",%d)", (int)random_below(5) + 1);
                return;
        case 6:
                append(t, "pow(");
                expression(t, depth - 1);
                append(t, ",%d,", (int)random_below(100) - 5);
                expression(t, depth - 1);
                append(t, ")");
                return;
        case 7:
                append(t, "binomial(");
                expression(t, depth - 1);
                append(t, ",%d)", (int)random_below(30));
                return;
        default:;
                const char *operator= infix[random_below(14)];
                append(t, "(");
                expression(t, depth - 1);
                append(t, ")%s(", operator);
                expression(t, depth - 1);
                append(t, "%s", strchr(operator, '(') ? "))" : ")");
        }
}

static void complain(const struct text *t, const struct bng_predict_result *p, const char *what,
                     uint64_t real)
{
        fail_msg("%s: %" PRIu64 ", predicted bits %" PRIu64 " to %" PRIu64 ", peak %" PRIu64
                 "\n%s\n",
                 what, real, p->bits.bits_min, p->bits.bits_max, p->peak_bytes, t->bytes);
}

static bool is_refusal(bng_status status)
{
        return status != BNG_OK && status != BNG_UNDEFINED;
}

/* Without predicting it first, which would only agree with itself. */
static bng_status evaluate(bng_ctx *ctx, mpq_ptr value, const char *text, size_t length)
{
        return bng_evaluate(ctx, value, &(struct bng_expression){text, length, NULL, 0});
}

static bng_status predict(bng_ctx *ctx, const char *text, size_t length,
                          struct bng_predict_result *ret)
{
        return bng_predict(ctx, &(struct bng_expression){text, length, NULL, 0}, true, ret);
}

/* Evaluates and prints with this memory limit. */
static bng_status evaluate_within(bng_ctx *ctx, const struct text *t, uint64_t memory_bytes)
{
        mpq_t value;
        struct bng_eval_text printed;
        uint64_t limit = bng_ctx_memory_limit_bytes(ctx);

        mpq_init(value);
        bng_ctx_set_memory_limit_bytes(ctx, memory_bytes);
        bng_status status = evaluate(ctx, value, t->bytes, t->length);
        if (status == BNG_OK)
                status = bng_eval_print(ctx, value, &printed);
        if (status == BNG_OK) {
                free(printed.num);
                free(printed.den);
        }
        bng_ctx_set_memory_limit_bytes(ctx, limit);
        mpq_clear(value);
        return status;
}

static void compare(bng_ctx *ctx, const struct text *t, unsigned *evaluated, unsigned *refused)
{
        struct bng_predict_result predicted = {0};
        mpq_t value;
        struct bng_eval_text printed;
        bng_status prediction = predict(ctx, t->bytes, t->length, &predicted);

        mpq_init(value);
        held_bytes = peak_bytes = 0;
        bng_status status = evaluate(ctx, value, t->bytes, t->length);
        uint64_t bits = status == BNG_OK ? bng_eval_bits(value) : 0;
        if (status == BNG_OK) {
                status = bng_eval_print(ctx, value, &printed);
                if (status == BNG_OK) {
                        free(printed.num);
                        free(printed.den);
                }
        }
        mpq_clear(value);
        if (status == BNG_OK && is_refusal(prediction) && prediction != BNG_REFUSED_MEMORY)
                complain(t, &predicted, "refused what can be computed", prediction);
        if (status == BNG_OK && prediction == BNG_UNDEFINED)
                complain(t, &predicted, "undefined, but it has a value", 0);
        *refused += is_refusal(status) && is_refusal(prediction);
        if (status != BNG_OK || !predicted.is_known)
                return;
        ++*evaluated;
        if (bits < predicted.bits.bits_min || bits > predicted.bits.bits_max)
                complain(t, &predicted, "bits", bits);
        if (peak_bytes > predicted.peak_bytes)
                complain(t, &predicted, "peak bytes", peak_bytes);
        status = evaluate_within(ctx, t, predicted.peak_bytes);
        if (status != BNG_OK)
                complain(t, &predicted, "the predicted peak is not enough", status);
}

static void test_random(void **state)
{
        bng_ctx *ctx;
        unsigned evaluated = 0;
        unsigned refused = 0;
        unsigned n = rounds(4000);
        (void)state;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        mp_set_memory_functions(counted_malloc, counted_realloc, counted_free);
        for (unsigned i = 0; i < n; i++) {
                struct text t = {.length = 0};
                expression(&t, (int)random_below(5));
                bng_ctx_set_result_limit_bits(ctx, i % 2 ? 1000000 : 1 + random_below(20000));
                compare(ctx, &t, &evaluated, &refused);
        }
        mp_set_memory_functions(NULL, NULL, NULL);
        bng_ctx_free(ctx);
        print_message("%u evaluated, %u refused of %u\n", evaluated, refused, n);
        assert_true(evaluated > n / 5);
        assert_true(refused > n / 20);
}

/* Every operation by itself, on operands that the prediction does not compute. */
static void test_each_operation(void **state)
{
        static const char *const texts[] = {
                "A+B",
                "A-B",
                "B-A",
                "-A+B",
                "A*B",
                "-A*B",
                "A/B",
                "B/A",
                "A//B",
                "-A//B",
                "B//A",
                "A%B",
                "-A%B",
                "A%-B",
                "B%A",
                "A**7",
                "A**-7",
                "(A/B)**5",
                "(B/A)**-5",
                "A&B",
                "A|-B",
                "A^B",
                "~A",
                "-A",
                "+A",
                "A<<9999",
                "A>>7777",
                "-A>>5",
                "-A>>10**9",
                "gcd(A,B)",
                "lcm(A,B)",
                "isqrt(A)",
                "root(A,3)",
                "root(-A,5)",
                "pow(A,B,A+1)",
                "pow(A,B,-A)",
                "abs(-A)",
                "abs(A/B)",
                "factorial(3000)",
                "binomial(20000,500)",
                "binomial(A,20)",
                "binomial(-A,20)",
                "primorial(20000)",
                "fibonacci(30000)",
                "lucas(30000)",
                "A/B+B/A",
                "A/B-B/A",
                "A/B*B/A",
                "(A/B)//(B/7)",
                "(A/B)%(B/7)",
                "(A/3)%(B/7)",
                "0*A",
                "A-A",
                "A/A",
                "A**0",
                "1**A",
                "(A-A)**1",
                "A*1",
                "A//(A+B)",
                "(A/B)/(A/B)",
                "gcd(A)",
                "gcd(A,0)",
                "lcm(A,0)",
                "isqrt(A*A)",
                "A%2",
        };
        static const char *const as[] = {"(2**5000)", "(2**5000-1)", "(3**4000+1)", "(-5**3001)",
                                         "(7**2000)"};
        bng_ctx *ctx;
        unsigned evaluated = 0;
        unsigned refused = 0;
        (void)state;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        mp_set_memory_functions(counted_malloc, counted_realloc, counted_free);
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                for (size_t pair = 0; pair < 25; pair++) {
                        struct text t = {.length = 0};
                        for (const char *c = texts[i]; *c; c++) {
                                if (*c == 'A' || *c == 'B')
                                        append(&t, "%s", as[*c == 'A' ? pair % 5 : pair / 5]);
                                else
                                        append(&t, "%c", *c);
                        }
                        compare(ctx, &t, &evaluated, &refused);
                }
        }
        mp_set_memory_functions(NULL, NULL, NULL);
        bng_ctx_free(ctx);
        assert_true(evaluated > 1000);
}

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
                cmocka_unit_test(test_random),
                cmocka_unit_test(test_each_operation),
                cmocka_unit_test(test_powers_to_one_bit),
                cmocka_unit_test(test_towers),
                cmocka_unit_test(test_same_sentence),
                cmocka_unit_test(test_printing_has_no_place),
                cmocka_unit_test(test_long_texts_have_a_place_only),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
