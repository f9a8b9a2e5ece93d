/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parser, seen through a sink that writes down what it gets, as postfix text: numbers, and
 * operations with their number of operands where that can vary.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "expr/parse.h"
#include "expr/text.h"
#include "sandwich.h"

static const struct bng_stop never = {.until_nsec = BNG_NSEC_NEVER};

struct writer {
        struct bng_sink sink;
        char text[512];
        size_t literals;
        size_t operations;
};

static void append(struct writer *w, const char *word, size_t length)
{
        size_t used = strlen(w->text);
        snprintf(w->text + used, sizeof w->text - used, "%s%.*s", used ? " " : "", (int)length,
                 word);
}

static bng_status literal(struct bng_sink *sink, const struct bng_literal *literal)
{
        struct writer *w = (struct writer *)sink;
        char digits[64];
        w->literals++;
        if (w->literals <= 64 && literal->length < sizeof digits) {
                size_t n = bng_literal_digits(literal, digits);
                append(w, n ? digits : "0", n ? n : 1);
        }
        return BNG_OK;
}

static bng_status apply(struct bng_sink *sink, enum bng_op op, unsigned operands, size_t offset)
{
        struct writer *w = (struct writer *)sink;
        char word[32];
        (void)offset;
        if (++w->operations > 64)
                return BNG_OK;
        bool sign = operands == 1 && (op == BNG_OP_NEG || op == BNG_OP_POS);
        bool varies = op == BNG_OP_GCD || op == BNG_OP_LCM || op == BNG_OP_POWM;
        snprintf(word, sizeof word,
                 varies ? "%s:%u"
                 : sign ? "u%s"
                        : "%s",
                 bng_op_name(op), operands);
        append(w, word, strlen(word));
        return BNG_OK;
}

static bng_status variable(struct bng_sink *sink, const bng_variable *variable, size_t offset)
{
        (void)offset;
        append((struct writer *)sink, variable->name, strlen(variable->name));
        return BNG_OK;
}

/* In a block of exactly its size, so that a sanitizer sees a step beyond it. */
static bng_status parse(const char *text, size_t length, struct writer *w,
                        struct bng_parsed *parsed)
{
        char *exact = malloc(length ? length : 1);
        assert_non_null(exact);
        memcpy(exact, text, length);
        *w = (struct writer){.sink = {literal, variable, apply}};
        const struct bng_expression expression = {exact, length, NULL, 0};
        bng_status status = bng_parse_check(&expression, UINT64_MAX, &never, parsed);
        if (status == BNG_OK)
                assert_int_equal(bng_parse(&expression, parsed, &never, &w->sink), BNG_OK);
        free(exact);
        return status;
}

static void test_order(void **state)
{
        static const struct {
                const char *text;
                const char *postfix;
        } cases[] = {
                {"1", "1"},
                {" 1 ", "1"},
                {"1+2*3", "1 2 3 * +"},
                {"(1+2)*3", "1 2 + 3 *"},
                {"1-2-3", "1 2 - 3 -"},
                {"2**3**4", "2 3 4 ** **"},
                {"-2**2", "2 2 ** u-"},
                {"2**-1", "2 1 u- **"},
                {"2**-3**4", "2 3 4 ** u- **"},
                {"2**-3*4", "2 3 u- ** 4 *"},
                {"-2*3", "2 u- 3 *"},
                {"2*-3", "2 3 u- *"},
                {"2*-3**2", "2 3 2 ** u- *"},
                {"~-+1", "1 u+ u- ~"},
                {"- -1", "1 u- u-"},
                {"1--1", "1 1 u- -"},
                {"2**3!", "2 3 factorial **"},
                {"-3!", "3 factorial u-"},
                {"3!!", "3 factorial factorial"},
                {"3!**2", "3 factorial 2 **"},
                {"(1+2)!", "1 2 + factorial"},
                {"1|2^3&4<<5+6*7", "1 2 3 4 5 6 7 * + << & ^ |"},
                {"7*6+5<<4&3^2|1", "7 6 * 5 + 4 << 3 & 2 ^ 1 |"},
                {"1//2%3/4", "1 2 // 3 % 4 /"},
                {"1<<2>>3", "1 2 << 3 >>"},
                {"-1<<2", "1 u- 2 <<"},
                {"~1&2", "1 ~ 2 &"},
                {"gcd()", "gcd:0"},
                {"gcd(1)", "1 gcd:1"},
                {"gcd(1,)", "1 gcd:1"},
                {"gcd(1,2)", "1 2 gcd:2 gcd:1"},
                {"gcd(1,2,3)", "1 2 gcd:2 3 gcd:2 gcd:1"},
                {"lcm( )", "lcm:0"},
                {"lcm(1,2,3,)", "1 2 lcm:2 3 lcm:2 lcm:1"},
                {"pow(1,2)", "1 2 **"},
                {"pow(1,2,3)", "1 2 3 pow:3"},
                {"pow(1,2,)", "1 2 **"},
                {"binomial(1+2,3*4)", "1 2 + 3 4 * binomial"},
                {"factorial (3)!", "3 factorial factorial"},
                {"2**abs(-3)**2", "2 3 u- abs 2 ** **"},
                {"isqrt(gcd(1,(2)))", "1 2 gcd:2 gcd:1 isqrt"},
                {"0x_fF+0B1_0+0o17+0_0+00", "fF 10 + 17 + 0 + 0 +"},
                {"1_000_000", "1000000"},
                {"0x0001", "1"},
                {"(\n1\t+\r\n2\f)", "1 2 +"},
                {"1\n+2\n", "1 2 +"},
        };
        (void)state;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                struct writer w;
                struct bng_parsed parsed;
                bng_status status = parse(cases[i].text, strlen(cases[i].text), &w, &parsed);
                if (status != BNG_OK)
                        fail_msg("%s: %s", cases[i].text, parsed.why.text);
                assert_string_equal(w.text, cases[i].postfix);
        }
}

static void test_mistakes(void **state)
{
        static const struct {
                const char *text;
                const char *place;
                const char *fragment; /* of the sentence */
        } cases[] = {
                {"", "column 1", "no expression"},
                {"  ", "column 3", "no expression"},
                {"1+", "column 3", "missing before the end"},
                {"1 2", "column 3", "operator is missing before \"2\""},
                {"2(3)", "column 2", "operator is missing before \"(\""},
                {"(1)(2)", "column 4", "operator is missing"},
                {"*1", "column 1", "missing before \"*\""},
                {"1***2", "column 4", "missing before \"*\""},
                {"1+*2", "column 3", "missing before \"*\""},
                {"()", "column 2", "missing before \")\""},
                {"(1", "column 1", "never closed"},
                {"((1)", "column 1", "never closed"},
                {"1+(2*(3)", "column 3", "never closed"},
                {"gcd(1", "column 1", "never closed"},
                {"1)", "column 2", "no \"(\" for this"},
                {")", "column 1", "missing"},
                {"1,2", "column 2", "comma"},
                {"(1,2)", "column 3", "comma"},
                {"gcd(,1)", "column 5", "missing before \",\""},
                {"gcd(1,,2)", "column 7", "missing before \",\""},
                {"factorial", "column 1", "write factorial(n)"},
                {"1+factorial 3", "column 3", "write factorial(n)"},
                {"factorial()", "column 1", "one argument"},
                {"factorial(1,2)", "column 1", "one argument"},
                {"binomial(1)", "column 1", "two arguments"},
                {"pow(1)", "column 1", "two or three arguments"},
                {"pow(1,2,3,4)", "column 1", "two or three arguments"},
                {"pow(1+(2)", "column 1", "never closed"},
                {"1+foo", "column 3", "there is no \"foo\""},
                {"fact(3)", "column 1", "did you mean factorial(n)"},
                {"facotrial(3)", "column 1", "did you mean factorial(n)"},
                {"sqrt(3)", "column 1", "did you mean isqrt(n)"},
                {"fib(3)", "column 1", "did you mean fibonacci(n)"},
                {"Factorial(3)", "column 1", "did you mean factorial(n)"},
                {"comb(3,2)", "column 1", "did you mean binomial(n, k)"},
                {"__import__('os')", "column 1", "there is no \"__import__\""},
                {"x", "column 1", "there is no \"x\""},
                {"1.5", "column 1", "write 3/2"},
                {".5", "column 1", "write 3/2"},
                {"2*1.", "column 3", "write 3/2"},
                {"1e6", "column 1", "write 10**6"},
                {"1e-6", "column 1", "write 10**6"},
                {"1j", "column 2", "imaginary"},
                {"1a", "column 2", "\"a\" stands right behind"},
                {"0123", "column 1", "leading zeros"},
                {"00_1", "column 1", "leading zeros"},
                {"1__0", "column 2", "underscore"},
                {"1_", "column 2", "underscore"},
                {"_1", "column 1", "there is no \"_1\""},
                {"0x", "column 3", "hexadecimal literal needs a digit"},
                {"0x_", "column 3", "underscore"},
                {"0b12", "column 4", "\"2\" is no digit of a binary literal"},
                {"0o78", "column 4", "\"8\" is no digit of an octal literal"},
                {"0o8", "column 3", "octal literal needs a digit"},
                {"0xg", "column 3", "hexadecimal literal needs a digit"},
                {"1==1", "column 2", "comparisons"},
                {"1!=1", "column 2", "comparisons"},
                {"1<2", "column 2", "comparisons"},
                {"1#2", "column 2", "comments"},
                {"1 $ 2", "column 3", "\"$\""},
                {"1\n+\n  2 3", "line 3, column 5", "operator is missing"},
                {"2\xc3\x97"
                 "3",
                 "column 2", "U+00D7"},
                {"(2)\xe2\x88\x92 3 4", "column 4", "U+2212"},
                {"1\xff", "column 2", "the byte 0xff"},
                {"1\x1b[31m", "column 2", "U+001B"},
                {"1 + \xc3\xa9", "column 5", "U+00E9"},
                {"\xf0\x9f\x98\x80", "column 1", "U+1F600"},
                {"1\xc0\xaf", "column 2", "the byte 0xc0"},
                {"1\"", "column 2", "'\"'"},
        };
        (void)state;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                struct writer w;
                struct bng_parsed parsed;
                struct bng_text_place place;
                assert_int_equal(parse(cases[i].text, strlen(cases[i].text), &w, &parsed),
                                 BNG_SYNTAX);
                bng_text_place(cases[i].text, parsed.offset, &place);
                if (strcmp(place.text, cases[i].place) != 0 ||
                    !strstr(parsed.why.text, cases[i].fragment))
                        fail_msg("%s: %s: %s", cases[i].text, place.text, parsed.why.text);
        }
}

static void test_any_byte(void **state)
{
        (void)state;
        for (int byte = 0; byte < 256; byte++) {
                for (int before = 0; before < 2; before++) {
                        char text[3] = {'1', (char)byte, '1'};
                        struct writer w;
                        struct bng_parsed parsed;
                        bng_status status = parse(text + !before, 2, &w, &parsed);
                        if (status == BNG_OK)
                                continue;
                        assert_int_equal(status, BNG_SYNTAX);
                        assert_true(parsed.offset <= 2 && *parsed.why.text);
                        for (const char *c = parsed.why.text; *c; c++)
                                assert_true(*c >= 0x20 && *c < 0x7f);
                }
        }
        struct writer w;
        struct bng_parsed parsed;
        assert_int_equal(parse("1\0", 2, &w, &parsed), BNG_SYNTAX);
        assert_int_equal(parsed.offset, 1);
}

static void test_depth(void **state)
{
        static const struct {
                const char *head;
                const char *middle;
                const char *tail;
                size_t operations; /* each */
                size_t operators_max;
                size_t values_max;
                bng_status status;
        } cases[] = {
                {"(", "1", ")", 0, DEEP, 1, BNG_OK},
                {"(", "1", "", 0, DEEP, 1, BNG_SYNTAX},
                {"", "1", ")", 0, 0, 1, BNG_SYNTAX},
                {"-", "1", "", 1, DEEP, 1, BNG_OK},
                {"1**", "1", "", 1, DEEP, DEEP + 1, BNG_OK},
                {"1+", "1", "", 1, 1, 2, BNG_OK},
                {"", "1", "!", 1, 0, 1, BNG_OK},
                {"gcd(", "1", ")", 1, DEEP, 1, BNG_OK},
                {"gcd(1,", "1", ")", 2, DEEP, DEEP + 1, BNG_OK},
                {"-(1+", "1", ")", 2, 3 * DEEP, DEEP + 1, BNG_OK},
        };
        (void)state;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                size_t n = DEEP;
                size_t length;
                char *text = sandwich(cases[i].head, cases[i].middle, cases[i].tail, n, &length);
                struct writer w;
                struct bng_parsed parsed;
                assert_int_equal(parse(text, length, &w, &parsed), cases[i].status);
                assert_int_equal(parsed.operators_max, cases[i].operators_max);
                assert_int_equal(parsed.values_max, cases[i].values_max);
                if (cases[i].status == BNG_OK)
                        assert_int_equal(w.operations, n * cases[i].operations);
                free(text);
        }
}

static void test_long_literal(void **state)
{
        size_t length;
        char *text = sandwich("9_", "9", "", 5000000, &length);
        struct writer w;
        struct bng_parsed parsed;
        (void)state;
        assert_int_equal(parse(text, length, &w, &parsed), BNG_OK);
        assert_int_equal(w.literals, 1);
        free(text);
}

static bng_status refuse(struct bng_sink *sink, enum bng_op op, unsigned operands, size_t offset)
{
        struct writer *w = (struct writer *)sink;
        (void)op;
        (void)operands;
        w->operations = offset;
        return BNG_REFUSED_RESULT;
}

static void test_sink_ends_parsing(void **state)
{
        struct writer w = {.sink = {literal, variable, refuse}};
        struct bng_parsed parsed;
        (void)state;
        const struct bng_expression expression = {"1*(2+3)+4", 9, NULL, 0};
        assert_int_equal(bng_parse_check(&expression, UINT64_MAX, &never, &parsed), BNG_OK);
        assert_int_equal(bng_parse(&expression, &parsed, &never, &w.sink), BNG_REFUSED_RESULT);
        assert_int_equal(w.operations, 4);
        assert_int_equal(w.literals, 3);
}

/* Of a long text only the beginning is looked at. */
static void test_the_check_can_be_interrupted(void **state)
{
        static char signs[1000001];
        struct bng_stop stop = {.until_nsec = BNG_NSEC_NEVER};
        struct bng_parsed parsed;
        (void)state;
        memset(signs, '-', sizeof signs - 1);
        const struct bng_expression expression = {signs, sizeof signs - 1, NULL, 0};
        assert_int_equal(bng_parse_check(&expression, UINT64_MAX, &stop, &parsed), BNG_SYNTAX);
        assert_int_equal(parsed.operators_max, sizeof signs - 1);
        atomic_store(&stop.interrupted, true);
        assert_int_equal(bng_parse_check(&expression, UINT64_MAX, &stop, &parsed), BNG_INTERRUPTED);
        assert_true(parsed.operators_max < sizeof signs / 2);
}

/* A blank, a digit or a zero may be there a million times: nobody waits for the last of them. */
static void test_long_tokens_can_be_interrupted(void **state)
{
        static const char *const wrong[][2] = {{" ", ""}, {"9", "_"}, {"0", "_"}};
        struct bng_stop stop = {.until_nsec = BNG_NSEC_NEVER};
        struct bng_parsed parsed;
        struct writer w = {.sink = {literal, variable, refuse}};
        size_t length;
        (void)state;
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
                char *text = sandwich(wrong[i][0], wrong[i][1], "", 1000000, &length);
                const struct bng_expression expression = {text, length, NULL, 0};
                atomic_store(&stop.interrupted, false);
                assert_int_equal(bng_parse_check(&expression, UINT64_MAX, &stop, &parsed),
                                 BNG_SYNTAX);
                atomic_store(&stop.interrupted, true);
                assert_int_equal(bng_parse_check(&expression, UINT64_MAX, &stop, &parsed),
                                 BNG_INTERRUPTED);
                free(text);
        }
        char *zeros = sandwich("0", "", "", 1000000, &length);
        const struct bng_expression expression = {zeros, length, NULL, 0};
        assert_int_equal(bng_parse_check(&expression, UINT64_MAX, &never, &parsed), BNG_OK);
        assert_int_equal(bng_parse(&expression, &parsed, &stop, &w.sink), BNG_INTERRUPTED);
        assert_int_equal(w.literals, 0);
        free(zeros);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_order),
                cmocka_unit_test(test_mistakes),
                cmocka_unit_test(test_any_byte),
                cmocka_unit_test(test_depth),
                cmocka_unit_test(test_long_literal),
                cmocka_unit_test(test_sink_ends_parsing),
                cmocka_unit_test(test_the_check_can_be_interrupted),
                cmocka_unit_test(test_long_tokens_can_be_interrupted),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
