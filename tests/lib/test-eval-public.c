/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The evaluator as programs use it: names for their numbers, one sentence for each refusal, and what
 * the limits promise of a whole evaluation: never more memory, never more live numbers than that, as
 * GMP's own requests show.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "bignum-guard.h"
#include "extended.h"
#include "gmp-hooks.h"
#include "random-text.h"

static bng_ctx *context(uint64_t result_bits, uint64_t memory_bytes, uint64_t total_bytes)
{
        bng_ctx *ctx;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        bng_ctx_set_result_limit_bits(ctx, result_bits);
        bng_ctx_set_memory_limit_bytes(ctx, memory_bytes);
        bng_ctx_set_total_limit_bytes(ctx, total_bytes);
        return ctx;
}

struct names {
        mpz_t x, y, three, big;
        bng_variable list[4];
};

static void names_init(struct names *n)
{
        mpz_init_set_si(n->x, -12);
        mpz_init_set_ui(n->y, 7);
        mpz_init_set_ui(n->three, 3);
        mpz_init(n->big);
        mpz_ui_pow_ui(n->big, 3, 50000);
        n->list[0] = (bng_variable){"x", n->x, NULL};
        n->list[1] = (bng_variable){"y", n->y, n->three};
        n->list[2] = (bng_variable){"big_number1", n->big, NULL};
        n->list[3] = (bng_variable){"x", n->y, NULL}; /* the first one counts */
}

static void names_clear(struct names *n)
{
        mpz_clears(n->x, n->y, n->three, n->big, NULL);
}

static void test_variables(void **state)
{
        static const struct {
                const char *text, *value;
        } cases[] = {
                {"x", "-12"},
                {" y ", "7/3"},
                {"x*y", "-28"},
                {"-x", "12"},
                {"abs(x)", "12"},
                {"gcd(x)", "12"},
                {"gcd(x, 8)", "4"},
                {"x**2+y**-1", "1011/7"},
                {"(y-y)*big_number1", "0"},
                {"big_number1 % 1000", "1"},
                {"big_number1 == 1", NULL},
                {"x!", NULL},
                {"2x", NULL},
                {"pow(3, x, 7)", "1"},
                {"x//y", "-6"},
                {"x<<2|1", "-47"},
                {"~x", "11"},
                {"- x ** 2", "-144"},
                {"x-x", "0"},
                {"0-x", "12"},
        };
        struct names n;
        bng_ctx *ctx = context(UINT64_MAX, UINT64_MAX, UINT64_MAX);
        mpq_t value;
        (void)state;
        names_init(&n);
        mpq_init(value);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                const char *text = cases[i].text;
                bng_expr_prediction p;
                bng_status predicted = bng_predict_expr(ctx, &p, text, strlen(text), n.list, 4);
                bng_status status = bng_eval(ctx, value, text, strlen(text), n.list, 4);
                assert_int_equal(predicted, status);
                if (!cases[i].value) {
                        assert_true(status == BNG_SYNTAX || status == BNG_UNDEFINED);
                        continue;
                }
                if (status != BNG_OK)
                        fail_msg("%s: %s", text, bng_ctx_message(ctx));
                char *printed = mpq_get_str(NULL, 10, value);
                assert_string_equal(printed, cases[i].value);
                free(printed);
        }
        mpq_clear(value);
        names_clear(&n);
        bng_ctx_free(ctx);
}

static void expect(bng_ctx *ctx, const char *text, const bng_variable *list, size_t count,
                   bng_status status, const char *words)
{
        bng_expr_prediction p;
        mpq_t value;
        mpq_init(value);
        mpq_set_ui(value, 5, 3);
        assert_int_equal(bng_eval(ctx, value, text, strlen(text), list, count), status);
        assert_int_equal(mpq_cmp_ui(value, 5, 3), 0);
        if (!strstr(bng_ctx_message(ctx), words))
                fail_msg("%s: %s", text, bng_ctx_message(ctx));
        assert_int_equal(bng_predict_expr(ctx, &p, text, strlen(text), list, count), status);
        mpq_clear(value);
}

static void test_names(void **state)
{
        struct names n;
        bng_ctx *ctx = context(UINT64_MAX, UINT64_MAX, UINT64_MAX);
        mpz_t zero;
        (void)state;
        names_init(&n);
        mpz_init(zero);
        expect(ctx, "1 + z", n.list, 3, BNG_SYNTAX,
               "column 5: there is no \"z\"; the variables are x, y, big_number1");
        expect(ctx, "1 + z", NULL, 0, BNG_SYNTAX, "the functions are");
        expect(ctx, "factorail", n.list, 3, BNG_SYNTAX, "did you mean factorial(n)?");
        expect(ctx, "z(3)", n.list, 3, BNG_SYNTAX, "the functions are");
        expect(ctx, "x(3)", n.list, 3, BNG_SYNTAX, "column 2: an operator is missing");
        expect(ctx, "x y", n.list, 3, BNG_SYNTAX, "column 3: an operator is missing before \"y\"");
        const bng_variable bad[] = {
                {"gcd", n.x, NULL}, {"", n.x, NULL},   {"1a", n.x, NULL},
                {"a-b", n.x, NULL}, {NULL, n.x, NULL}, {"a", NULL, n.x},
                {"a", n.x, n.x},    {"a", n.x, zero},  {"\x1b[31m", n.x, NULL},
        };
        static const char *const why[] = {"is a function", "no name",      "no name",
                                          "no name",       "needs a name", "needs a",
                                          "above 0",       "above 0",      "no name"};
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                expect(ctx, "1", &bad[i], 1, BNG_INVALID, why[i]);
        /* So many that a message has no room for all. */
        bng_variable many[100];
        char words[100][8];
        for (size_t i = 0; i < 100; i++) {
                snprintf(words[i], sizeof words[i], "name%02u", (unsigned)i);
                many[i] = (bng_variable){words[i], n.x, NULL};
        }
        expect(ctx, "nine99", many, 100, BNG_SYNTAX, "name10, ...");
        mpz_clear(zero);
        names_clear(&n);
        bng_ctx_free(ctx);
}

/* The result may be one of the variables; a refusal leaves both alone. */
static void test_result_is_a_variable(void **state)
{
        bng_ctx *ctx = context(200, UINT64_MAX, UINT64_MAX);
        mpq_t q;
        (void)state;
        mpq_init(q);
        mpq_set_ui(q, 3, 2);
        const bng_variable self = {"q", mpq_numref(q), mpq_denref(q)};
        assert_int_equal(bng_eval(ctx, q, "q", 1, &self, 1), BNG_OK);
        assert_int_equal(mpq_cmp_ui(q, 3, 2), 0);
        for (unsigned i = 0; i < 6; i++)
                assert_int_equal(bng_eval(ctx, q, "q*q", 3, &self, 1), BNG_OK);
        assert_int_equal(mpz_sizeinbase(mpq_numref(q), 2), 102);
        assert_int_equal(bng_eval(ctx, q, "q*q", 3, &self, 1), BNG_REFUSED_RESULT);
        assert_int_equal(mpz_sizeinbase(mpq_numref(q), 2), 102);
        assert_int_equal(bng_eval(ctx, q, "1/q", 3, &self, 1), BNG_OK);
        assert_int_equal(mpz_sizeinbase(mpq_denref(q), 2), 102);
        /* A variable may be longer than a result, which it then cannot be. */
        bng_ctx_set_result_limit_bits(ctx, 50);
        assert_int_equal(bng_eval(ctx, q, "q", 1, &self, 1), BNG_REFUSED_RESULT);
        assert_int_equal(bng_eval(ctx, q, "(q-q)+5", 7, &self, 1), BNG_OK);
        mpq_clear(q);
        bng_ctx_free(ctx);
}

/* The result owns its limbs, also where the variable has some for a value that needs none. */
static void test_result_outlives_a_variable_of_zero(void **state)
{
        bng_ctx *ctx = context(200, UINT64_MAX, UINT64_MAX);
        mpz_t x;
        mpq_t q;
        (void)state;
        mpz_init_set_ui(x, 5);
        mpz_set_ui(x, 0);
        mpq_init(q);
        const bng_variable zero = {"x", x, NULL};
        assert_int_equal(bng_eval(ctx, q, "x", 1, &zero, 1), BNG_OK);
        assert_ptr_not_equal(mpz_limbs_read(mpq_numref(q)), mpz_limbs_read(x));
        mpz_clear(x);
        assert_int_equal(mpz_get_ui(mpq_numref(q)), 0);
        assert_int_equal(mpq_cmp_ui(q, 0, 1), 0);
        mpq_clear(q);
        bng_ctx_free(ctx);
}

static void test_prediction(void **state)
{
        bng_ctx *ctx = context(UINT64_C(1) << 30, UINT64_MAX, UINT64_MAX);
        bng_expr_prediction p;
        (void)state;
        assert_int_equal(bng_predict_expr(ctx, &p, "3**1000000", 10, NULL, 0), BNG_OK);
        assert_true(p.is_known);
        assert_int_equal(p.bits.bits_min, 1584963);
        assert_string_equal(p.magnitude, "10^477121");
        assert_true(p.log2_bits > 20.5 && p.log2_bits < 20.7);
        assert_true(p.peak_bytes >= 1584963 / 8 && p.seconds > 0);
        assert_int_equal(bng_predict_expr(ctx, &p, "9**9**9**9", 10, NULL, 0), BNG_REFUSED_RESULT);
        assert_true(p.is_known && p.bits.bits_min == BNG_BITS_BEYOND);
        assert_int_equal(p.peak_bytes, UINT64_MAX);
        assert_true(isinf(p.seconds));
        /* A long text, whole. */
        static const char tower[] = "fibonacci(lucas(10**primorial(10**18)))";
        assert_int_equal(bng_predict_expr(ctx, &p, tower, strlen(tower), NULL, 0),
                         BNG_REFUSED_RESULT);
        assert_string_equal(p.magnitude, "10^10^10^10^434294481056377587 to "
                                         "10^10^10^10^434294481881537104");
        assert_int_equal(bng_predict_expr(ctx, &p, "9**", 3, NULL, 0), BNG_SYNTAX);
        assert_false(p.is_known);
        bng_ctx_free(ctx);
}

/* The whole is predicted first: what comes last ends it before anything was computed. */
static void test_nothing_runs_before_a_refusal(void **state)
{
        static const char *const texts[] = {"3**100000 * (9**9**9)", "3**100000 + 1//0",
                                            "3**100000 + 5!!!!", "3**100000 +"};
        bng_ctx *ctx = context(UINT64_C(1) << 27, UINT64_MAX, UINT64_MAX);
        mpq_t value;
        (void)state;
        mpq_init(value);
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                gmp_hooks_start();
                assert_int_not_equal(bng_eval(ctx, value, texts[i], strlen(texts[i]), NULL, 0),
                                     BNG_OK);
                assert_true(gmp_hooks_peak_bytes() < 1000);
        }
        mpq_clear(value);
        bng_ctx_free(ctx);
}

static void count_refusal(void *userdata, bng_status status, const char *sentence)
{
        (void)sentence;
        assert_int_not_equal(status, BNG_OK);
        ++*(unsigned *)userdata;
}

static void test_told_once(void **state)
{
        bng_ctx *ctx = context(1000, 1 << 20, UINT64_MAX);
        unsigned told = 0;
        bng_expr_prediction p;
        mpq_t value;
        (void)state;
        mpq_init(value);
        bng_ctx_set_refusal_callback(ctx, count_refusal, &told);
        static const char *const texts[] = {"1+9**9**9", "1/0",    "1+",           "x",
                                            "2**999*7",  "2**999", "3**600*5**200"};
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
                bng_eval(ctx, value, texts[i], strlen(texts[i]), NULL, 0);
        assert_int_equal(told, 6);
        assert_int_equal(bng_ctx_failures(ctx, BNG_REFUSED_RESULT), 3);
        assert_int_equal(bng_ctx_failures(ctx, BNG_SYNTAX), 2);
        assert_int_equal(bng_ctx_failures(ctx, BNG_UNDEFINED), 1);
        bng_predict_expr(ctx, &p, texts[0], strlen(texts[0]), NULL, 0);
        assert_int_equal(told, 7);
        mpq_clear(value);
        bng_ctx_free(ctx);
}

/* ---- the budget of one expression ---- */

static void test_total(void **state)
{
        bng_ctx *ctx = context(UINT64_MAX, UINT64_MAX, 1000);
        mpq_t value;
        mpz_t own;
        (void)state;
        mpq_init(value);
        /* 50 limbs each: two wait while the third is made, and then their sums come. */
        static const char three[] = "2**3199+(2**3198+2**3197)";
        assert_int_equal(bng_eval(ctx, value, three, strlen(three), NULL, 0), BNG_REFUSED_TOTAL);
        assert_non_null(strstr(bng_ctx_message(ctx), "(TotalMax=)"));
        assert_int_equal(bng_ctx_live_bytes(ctx), 0);
        bng_ctx_set_total_limit_bytes(ctx, 1700);
        assert_int_equal(bng_eval(ctx, value, three, strlen(three), NULL, 0), BNG_OK);
        assert_int_equal(bng_ctx_live_bytes(ctx), 0);
        /* Live numbers of the context take from the same total. */
        assert_int_equal(bng_mpz_init2(ctx, own, 64 * 100), BNG_OK);
        assert_int_equal(bng_eval(ctx, value, three, strlen(three), NULL, 0), BNG_REFUSED_TOTAL);
        assert_int_equal(bng_ctx_live_bytes(ctx), 800);
        bng_mpz_clear(ctx, own);
        /* Words need nothing of it. */
        bng_ctx_set_total_limit_bytes(ctx, 1);
        assert_int_equal(bng_eval(ctx, value, "(1+2)/7*3", 9, NULL, 0), BNG_OK);
        assert_int_equal(bng_eval(ctx, value, "2**64", 5, NULL, 0), BNG_REFUSED_TOTAL);
        mpq_clear(value);
        bng_ctx_free(ctx);
}

/* ---- random expressions ---- */

static void expression(struct text *t, unsigned depth)
{
        static const char *const leaves[] = {"x",     "y",       "big_number1", "7",
                                             "3**99", "2**5000", "5**3000",     "(1/3**400)"};
        static const char *const infix[] = {"+", "-", "*", "/", "//", "%", "&", "|", "^", "+(-1)*"};
        static const char *const of_one[] = {"isqrt(abs(", "abs((", "~((", "-(("};
        if (depth == 0 || t->length > sizeof t->bytes / 4) {
                append(t, "%s", leaves[random_below(8)]);
                return;
        }
        switch (random_below(6)) {
        case 0:
                append(t, "%s", of_one[random_below(4)]);
                expression(t, depth - 1);
                append(t, "))");
                break;
        case 1:
                append(t, "(");
                expression(t, depth - 1);
                append(t, ")**%u", (unsigned)random_below(7));
                break;
        case 2:
                append(t, "gcd(");
                expression(t, depth - 1);
                append(t, ",");
                expression(t, depth - 1);
                append(t, ")");
                break;
        default:
                append(t, "(");
                expression(t, depth - 1);
                append(t, ")%s(", infix[random_below(10)]);
                expression(t, depth - 1);
                append(t, ")");
        }
}

/* Limits from a few bytes to more than any of them needs. */
static uint64_t some_limit(void)
{
        return (UINT64_C(1) << (4 + random_below(20))) + random_below(1000);
}

static void test_never_more_than_the_limits(void **state)
{
        unsigned statuses[BNG_REFUSED_TOTAL + 1] = {0};
        unsigned rounds = test_is_extended() ? 40000 : 10000;
        struct names n;
        (void)state;
        names_init(&n);
        for (unsigned i = 0; i < rounds; i++) {
                struct text t = {.length = 0};
                uint64_t memory = some_limit();
                uint64_t total = random_below(3) ? UINT64_MAX - 1 : some_limit();
                bng_ctx *ctx =
                        context(random_below(2) ? UINT64_MAX : UINT64_C(1) << random_below(20),
                                memory, total);
                mpq_t value;
                expression(&t, (unsigned)random_below(6));
                mpq_init(value);
                gmp_hooks_start();
                bng_status status = bng_eval(ctx, value, t.bytes, t.length, n.list, 3);
                if (gmp_hooks_peak_bytes() > memory)
                        fail_msg("%lu bytes held, the limit is %lu; %s\n%s",
                                 (unsigned long)gmp_hooks_peak_bytes(), (unsigned long)memory,
                                 bng_ctx_message(ctx), t.bytes);
                if (bng_ctx_live_peak_bytes(ctx) > total)
                        fail_msg("%lu bytes live, the limit is %lu\n%s",
                                 (unsigned long)bng_ctx_live_peak_bytes(ctx), (unsigned long)total,
                                 t.bytes);
                assert_int_equal(bng_ctx_live_bytes(ctx), 0);
                statuses[status]++;
                mpq_clear(value);
                bng_ctx_free(ctx);
        }
        names_clear(&n);
        print_message("%u evaluated, refused for the result %u, memory %u, total %u\n",
                      statuses[BNG_OK], statuses[BNG_REFUSED_RESULT], statuses[BNG_REFUSED_MEMORY],
                      statuses[BNG_REFUSED_TOTAL]);
        assert_true(statuses[BNG_OK] > rounds / 10);
        assert_true(statuses[BNG_REFUSED_MEMORY] > rounds / 10);
        assert_true(statuses[BNG_REFUSED_RESULT] > rounds / 50);
        assert_true(statuses[BNG_REFUSED_TOTAL] > rounds / 50);
        assert_int_equal(statuses[BNG_SYNTAX], 0);
}

static int set_up(void **state)
{
        (void)state;
        random_start(20240918);
        gmp_hooks_install();
        return 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_variables),
                cmocka_unit_test(test_names),
                cmocka_unit_test(test_result_is_a_variable),
                cmocka_unit_test(test_result_outlives_a_variable_of_zero),
                cmocka_unit_test(test_prediction),
                cmocka_unit_test(test_nothing_runs_before_a_refusal),
                cmocka_unit_test(test_told_once),
                cmocka_unit_test(test_total),
                cmocka_unit_test(test_never_more_than_the_limits),
        };
        return cmocka_run_group_tests(tests, set_up, NULL);
}
