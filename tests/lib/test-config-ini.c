/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The strict reader: each of inih's traps is an error with its line, and what is good arrives
 * whole.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config/ini.h"

/* What arrived, as "[Section]" and "LINE:Key=value" joined by newlines. */
struct arrived {
        char *text;
        size_t size;
        FILE *stream;
};

static bool take(void *userdata, const struct bng_place *place, const char *section,
                 const char *key, const char *value, struct bng_why *why)
{
        struct arrived *arrived = userdata;

        if (strcmp(section, "Unknown") == 0)
                return bng_why(why, "no such section; expected [A]");
        if (key && strcmp(key, "Bad") == 0)
                return bng_why(why, "no such key; expected Good=");
        if (key)
                fprintf(arrived->stream, "%u:%s=%s\n", place->line, key, value);
        else
                fprintf(arrived->stream, "[%s]\n", section);
        return true;
}

static bool repeats(const char *section, const char *key)
{
        (void)section;
        return strcmp(key, "List") == 0;
}

static bool read_text(const char *text, size_t size, struct arrived *arrived,
                      struct bng_config_errors *errors)
{
        struct bng_ini_sink sink = {.handler = take, .repeats = repeats, .userdata = arrived};
        FILE *stream = tmpfile();
        bool ok;

        assert_non_null(stream);
        assert_int_equal(fwrite(text, 1, size, stream), size);
        rewind(stream);
        arrived->stream = open_memstream(&arrived->text, &arrived->size);
        ok = bng_ini_read(stream, "x.conf", &sink, errors);
        fclose(arrived->stream);
        fclose(stream);
        assert_int_equal(ok, !bng_config_errors_any(errors));
        return ok;
}

static void expect_good(const char *text, size_t size, const char *expected)
{
        struct bng_config_errors errors = {0};
        struct arrived arrived = {0};

        if (!read_text(text, size, &arrived, &errors))
                fail_msg("refused: %s", errors.lines[0]);
        assert_string_equal(arrived.text, expected);
        bng_config_errors_clear(&errors);
        free(arrived.text);
}
#define GOOD(text, expected) expect_good(text, sizeof(text) - 1, expected)

/* Exactly one error, on this line and with these words; `expected` is what still arrives. */
static void expect_bad(const char *text, size_t size, unsigned line, const char *words,
                       const char *expected)
{
        struct bng_config_errors errors = {0};
        struct arrived arrived = {0};
        char place[40];

        if (read_text(text, size, &arrived, &errors))
                fail_msg("accepted: %s", text);
        if (errors.n != 1)
                fail_msg("%zu errors, the second: %s", errors.n, errors.lines[1]);
        snprintf(place, sizeof(place), "x.conf:%u: ", line);
        if (strncmp(errors.lines[0], place, strlen(place)) != 0 || !strstr(errors.lines[0], words))
                fail_msg("expected line %u and \"%s\" in: %s", line, words, errors.lines[0]);
        assert_string_equal(arrived.text, expected);
        bng_config_errors_clear(&errors);
        free(arrived.text);
}
#define BAD(text, line, words, expected) expect_bad(text, sizeof(text) - 1, line, words, expected)

static void test_good(void **state)
{
        (void)state;
        GOOD("", "");
        GOOD("\n\n# a comment\n; another\n", "");
        GOOD("[A]\nKey=value\n", "[A]\n2:Key=value\n");
        GOOD("[A]\nKey=value", "[A]\n2:Key=value\n");
        GOOD("[A]", "[A]\n");
        GOOD("[A]\n[B]\nKey=1\n", "[A]\n[B]\n3:Key=1\n");
        GOOD("[A]\r\nKey=value\r\n\r\n", "[A]\n2:Key=value\n");
        GOOD("[A]\nKey = value \t\n", "[A]\n2:Key=value\n");
        GOOD("[A]  \n   \nKey=\n", "[A]\n3:Key=\n");
        GOOD("[A]\nKey=a  b\tc\n", "[A]\n2:Key=a  b\tc\n");
        GOOD("[A]\nKey=a=b:c;d#e [f]\n", "[A]\n2:Key=a=b:c;d#e [f]\n");
        GOOD("[A]\nKey=;x\n", "[A]\n2:Key=;x\n");
        GOOD("[A]\nKey=a\\b\"c\n", "[A]\n2:Key=a\\b\"c\n");
        GOOD("[Policy a b.c:d;e]\nKey=1\n", "[Policy a b.c:d;e]\n2:Key=1\n");
        GOOD("[A]\nList=1\nList=2\nList=\nList=2\n",
             "[A]\n2:List=1\n3:List=2\n4:List=\n5:List=2\n");
        GOOD("[A]\nKey=1\n[B]\nKey=2\n", "[A]\n2:Key=1\n[B]\n4:Key=2\n");
        GOOD("[A]\nKey=\xc3\xa9\xff\n", "[A]\n2:Key=\xc3\xa9\xff\n");
}

static void test_traps(void **state)
{
        (void)state;
        BAD("[A]\nKey=1\n Other=2\n", 3, "indented", "[A]\n2:Key=1\n");
        BAD("[A]\nKey=1\n\tOther=2\n", 3, "indented", "[A]\n2:Key=1\n");
        BAD("[A]\n # comment\nKey=1\n", 2, "indented", "[A]\n3:Key=1\n");
        BAD("[A]\nKey=1\n  [B]\n", 3, "indented", "[A]\n2:Key=1\n");
        BAD("[A]\nKey=1 ; comment\n", 2, "comment", "[A]\n");
        BAD("[A]\nKey=1\t# comment\n", 2, "comment", "[A]\n");
        BAD("[A]\nKey= ;x\n", 2, "comment", "[A]\n");
        BAD("[A]\nKey: 1\n", 2, "Key=value", "[A]\n");
        BAD("[A]\nKey:x=1\n", 2, "is no key", "[A]\n");
        BAD("[A]\nKey\n", 2, "Key=value", "[A]\n");
        BAD("[A]\n=1\n", 2, "is no key", "[A]\n");
        BAD("[A]\nTwo Words=1\n", 2, "is no key", "[A]\n");
        BAD("[A]\nKey[0]=1\n", 2, "is no key", "[A]\n");
        BAD("[A]\nKey=1\\\nMore=2\n", 2, "backslash", "[A]\n3:More=2\n");
        BAD("[A]\nKey=\"1\"\n", 2, "quotes", "[A]\n");
        BAD("[A]\nKey=1\nKey=1\n", 3, "first on line 2", "[A]\n2:Key=1\n3:Key=1\n");
        BAD("[A]\nKey=1\n[B]\n[A]\nOther=2\n", 4, "first on line 1",
            "[A]\n2:Key=1\n[B]\n[A]\n5:Other=2\n");
        BAD("Key=1\n[A]\n", 1, "before any [Section]", "[A]\n");
        BAD("[A\nKey=1\n", 1, "closing bracket", "");
        BAD("[A]]\n", 1, "after the closing", "");
        BAD("[A] # x\nKey=1\n", 1, "after the closing", "");
        BAD("[A] Key=1\n", 1, "after the closing", "");
        BAD("[]\n", 1, "is no section", "");
        BAD("[[A]\n", 1, "is no section", "");
        BAD("[ A]\n", 1, "blanks around", "");
        BAD("[A ]\n", 1, "blanks around", "");
        BAD("[A ;b]\n", 1, "comment", "");
        BAD("[A]\nKey=1\n[Unknown]\nKey=1\nOther=2\n[B]\nKey=3\n", 3, "expected [A]",
            "[A]\n2:Key=1\n[B]\n7:Key=3\n");
        BAD("[A]\nBad=1\nKey=2\n", 2, "expected Good=", "[A]\n3:Key=2\n");
        BAD("\xef\xbb\xbf[A]\nKey=1\n", 1, "byte order mark", "");
}

static void test_bytes_that_are_no_text(void **state)
{
        (void)state;
        BAD("[A]\nKey=1\0002\nOther=3\n", 2, "NUL", "[A]\n3:Other=3\n");
        BAD("[A]\n# x\0\nOther=3\n", 2, "NUL", "[A]\n3:Other=3\n");
        BAD("[A]\n\0\nOther=3\n", 2, "NUL", "[A]\n3:Other=3\n");
        BAD("[A]\nKey=\033[2J\n", 2, "control", "[A]\n");
        BAD("[A]\nKey=1\r2\n", 2, "control", "[A]\n");
        BAD("[A]\nKey=1\r\r\n", 2, "control", "[A]\n");
        BAD("[A]\nKey=1\r", 2, "control", "[A]\n");
        BAD("[A]\n\vKey=1\n", 2, "control", "[A]\n");
}

/* A line of `length` bytes; inih would read what passes its buffer as a line of its own. */
static char *long_key(size_t length)
{
        char *line = malloc(length + 2);

        assert_non_null(line);
        memset(line, 'x', length);
        memcpy(line, "Key=", 4);
        line[length] = '\n';
        line[length + 1] = '\0';
        return line;
}

static void test_long_lines(void **state)
{
        const size_t lengths[] = {199, 200, 201, 255, 256, 4096, 1000000};
        char *line, *text, *expected;

        (void)state;
        line = long_key(BNG_INI_LINE_MAX);
        assert_true(asprintf(&text, "[A]\n%sKeep=2\n", line) > 0);
        assert_true(asprintf(&expected, "[A]\n2:%s3:Keep=2\n", line) > 0);
        expect_good(text, strlen(text), expected);
        free(line);
        free(text);
        free(expected);
        for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
                line = long_key(lengths[i]);
                /* what inih would take for the next line is a key */
                if (lengths[i] > 205)
                        memcpy(line + 199, "Evil=1", 6);
                assert_true(asprintf(&text, "[A]\n%sKeep=2\n", line) > 0);
                expect_bad(text, strlen(text), 2, "longer than", "[A]\n3:Keep=2\n");
                *line = '#';
                free(text);
                assert_true(asprintf(&text, "[A]\n%sKeep=2\n", line) > 0);
                expect_bad(text, strlen(text), 2, "longer than", "[A]\n3:Keep=2\n");
                free(line);
                free(text);
        }
}

static void test_long_sections(void **state)
{
        char text[200], expected[200], name[60];

        (void)state;
        memset(name, 'n', sizeof(name));
        name[BNG_INI_SECTION_MAX] = '\0';
        snprintf(text, sizeof(text), "[%s]\nKey=1\n", name);
        snprintf(expected, sizeof(expected), "[%s]\n2:Key=1\n", name);
        expect_good(text, strlen(text), expected);
        name[BNG_INI_SECTION_MAX] = 'n';
        name[BNG_INI_SECTION_MAX + 1] = '\0';
        snprintf(text, sizeof(text), "[%s]\nKey=1\n", name);
        expect_bad(text, strlen(text), 1, "longer than", "");
}

static void test_every_error_is_told(void **state)
{
        static const char text[] = "Key=1\n[A]\n x\nKey\nBad=2\nGood=3\nGood=3\n";
        struct bng_config_errors errors = {0};
        struct arrived arrived = {0};
        const unsigned lines[] = {1, 3, 4, 5, 7};

        (void)state;
        assert_false(read_text(text, sizeof(text) - 1, &arrived, &errors));
        assert_int_equal(errors.n, 5);
        for (size_t i = 0; i < 5; i++) {
                char place[40];

                snprintf(place, sizeof(place), "x.conf:%u: ", lines[i]);
                assert_memory_equal(errors.lines[i], place, strlen(place));
        }
        bng_config_errors_clear(&errors);
        free(arrived.text);
}

static void test_errors_are_bounded(void **state)
{
        struct bng_config_errors errors = {0};
        struct arrived arrived = {0};
        const size_t n = 10000;
        char *text = malloc(2 * n);

        (void)state;
        assert_non_null(text);
        for (size_t i = 0; i < n; i++)
                memcpy(text + 2 * i, "x\n", 2);
        assert_false(read_text(text, 2 * n, &arrived, &errors));
        assert_int_equal(errors.n, BNG_CONFIG_ERRORS_MAX);
        assert_int_equal(errors.n + errors.left_out, n);
        bng_config_errors_clear(&errors);
        assert_false(bng_config_errors_any(&errors));
        free(arrived.text);
        free(text);
}

static void test_messages_are_escaped(void **state)
{
        struct bng_config_errors errors = {0};

        (void)state;
        bng_config_errors_add(&errors, &(struct bng_place){"a\nb\033", 3}, "x%cy", 0x7f);
        bng_config_errors_add(&errors, &(struct bng_place){"a", 0}, "whole");
        bng_config_errors_add(&errors, NULL, "no file");
        assert_string_equal(errors.lines[0], "a\\x0ab\\x1b:3: x\\x7fy");
        assert_string_equal(errors.lines[1], "a: whole");
        assert_string_equal(errors.lines[2], "no file");
        bng_config_errors_clear(&errors);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_good),
                cmocka_unit_test(test_traps),
                cmocka_unit_test(test_bytes_that_are_no_text),
                cmocka_unit_test(test_long_lines),
                cmocka_unit_test(test_long_sections),
                cmocka_unit_test(test_every_error_is_told),
                cmocka_unit_test(test_errors_are_bounded),
                cmocka_unit_test(test_messages_are_escaped),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
