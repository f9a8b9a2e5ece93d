/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Predictions of whole expressions against their evaluation: each operation, and random ones under random limits.
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
#include "eval-check.h"
#include "extended.h"
#include "gmp-hooks.h"
#include "random-text.h"

/* ---- random expressions ---- */

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
        if (depth == 0 || t->length > sizeof t->bytes / 4) {
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
                append(t, ",%d)", (int)(random_below(3) ? random_below(30) : random_below(3000)));
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

/* Evaluates and prints with this memory limit, which GMP keeps whatever becomes of it. */
static bng_status evaluate_within(bng_ctx *ctx, const struct text *t,
                                  const struct bng_predict_result *predicted, uint64_t memory_bytes)
{
        mpq_t value;
        struct bng_eval_text printed;
        uint64_t limit = bng_ctx_memory_limit_bytes(ctx);

        mpq_init(value);
        bng_ctx_set_memory_limit_bytes(ctx, memory_bytes);
        gmp_hooks_start();
        bng_status status = evaluate(ctx, value, t->bytes, t->length);
        if (status == BNG_OK)
                status = bng_eval_print(ctx, value, &printed);
        if (status == BNG_OK) {
                free(printed.num);
                free(printed.den);
        }
        if (gmp_hooks_peak_bytes() > memory_bytes)
                complain(t, predicted, "held beyond a limit", memory_bytes);
        bng_ctx_set_memory_limit_bytes(ctx, limit);
        mpq_clear(value);
        return status;
}

/*
 * Under any limit below the peak: what the prediction refuses, the evaluation does not do either, but for
 * how the blocks of words are counted.
 */
static bool compare_refusals(bng_ctx *ctx, const struct text *t,
                             const struct bng_predict_result *predicted)
{
        struct bng_predict_result within = {0};
        uint64_t limit = bng_ctx_memory_limit_bytes(ctx);
        uint64_t memory_bytes = random_below(predicted->peak_bytes);

        bng_ctx_set_memory_limit_bytes(ctx, memory_bytes);
        bng_status prediction = predict(ctx, t->bytes, t->length, &within);
        bng_ctx_set_memory_limit_bytes(ctx, limit);
        uint64_t less = prediction == BNG_REFUSED_MEMORY ? memory_bytes / 100 + 96 : 0;
        if (memory_bytes <= less)
                return true;
        bng_status status = evaluate_within(ctx, t, predicted, memory_bytes - less);
        if (status == BNG_OK && prediction == BNG_REFUSED_MEMORY)
                complain(t, predicted, "refused for its memory what fits into", memory_bytes);
        return prediction == BNG_REFUSED_MEMORY;
}

struct counts {
        unsigned evaluated, refused, refused_memory;
};

static void compare(bng_ctx *ctx, const struct text *t, struct counts *n)
{
        struct bng_predict_result predicted = {0};
        mpq_t value;
        struct bng_eval_text printed;
        bng_status prediction = predict(ctx, t->bytes, t->length, &predicted);

        mpq_init(value);
        gmp_hooks_start();
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
        uint64_t held_bytes = gmp_hooks_peak_bytes();
        if (status == BNG_OK && is_refusal(prediction))
                complain(t, &predicted, "refused what can be computed", prediction);
        if (status == BNG_OK && prediction == BNG_UNDEFINED)
                complain(t, &predicted, "undefined, but it has a value", 0);
        n->refused += is_refusal(status) && is_refusal(prediction);
        if (status != BNG_OK || !predicted.is_known)
                return;
        n->evaluated++;
        if (bits < predicted.bits.bits_min || bits > predicted.bits.bits_max)
                complain(t, &predicted, "bits", bits);
        if (held_bytes > predicted.peak_bytes)
                complain(t, &predicted, "peak bytes", held_bytes);
        status = evaluate_within(ctx, t, &predicted, predicted.peak_bytes);
        if (status != BNG_OK)
                complain(t, &predicted, "the predicted peak is not enough", status);
        n->refused_memory += compare_refusals(ctx, t, &predicted);
}

static void test_random(void **state)
{
        bng_ctx *ctx;
        struct counts counts = {0};
        unsigned n = test_rounds(4000, 40000);
        (void)state;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        for (unsigned i = 0; i < n; i++) {
                struct text t = {.length = 0};
                expression(&t, (int)random_below(5));
                bng_ctx_set_result_limit_bits(ctx, i % 2 ? 1000000 : 1 + random_below(20000));
                compare(ctx, &t, &counts);
        }
        bng_ctx_free(ctx);
        print_message("%u evaluated, %u refused of %u; %u refused for their memory\n",
                      counts.evaluated, counts.refused, n, counts.refused_memory);
        assert_true(counts.evaluated > n / 5);
        assert_true(counts.refused > n / 20);
        assert_true(counts.refused_memory > n / 5);
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
        struct counts counts = {0};
        (void)state;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                /* The slow ones on some of the pairs. */
                size_t step = strncmp(texts[i], "pow(", 4) == 0 ? 4 : 1;
                for (size_t pair = 0; pair < 25; pair += step) {
                        struct text t = {.length = 0};
                        for (const char *c = texts[i]; *c; c++) {
                                if (*c == 'A' || *c == 'B')
                                        append(&t, "%s", as[*c == 'A' ? pair % 5 : pair / 5]);
                                else
                                        append(&t, "%c", *c);
                        }
                        compare(ctx, &t, &counts);
                }
        }
        bng_ctx_free(ctx);
        assert_true(counts.evaluated > 1000);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_random),
                cmocka_unit_test(test_each_operation),
        };

        random_start(20240607);
        gmp_hooks_install();
        return cmocka_run_group_tests(tests, NULL, NULL);
}
