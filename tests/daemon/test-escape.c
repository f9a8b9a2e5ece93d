/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a process put into its names, any bytes, as text that is printed and written in one line. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "report/escape.h"

#define CASES (getenv("BNG_TEST_EXTENDED") ? 200000 : 20000)

static uint64_t random_state = UINT64_C(0x9e3779b97f4a7c15);

static uint64_t next_random(void)
{
        random_state ^= random_state << 13;
        random_state ^= random_state >> 7;
        random_state ^= random_state << 17;
        return random_state;
}

static void escapes_to(const char *text, size_t size, const char *expected)
{
        char *escaped = escape_text(text, size, SIZE_MAX);

        assert_non_null(escaped);
        assert_string_equal(escaped, expected);
        free(escaped);
}

#define ESCAPES_TO(text, expected) escapes_to(text, sizeof(text) - 1, expected)

static void test_escape(void **state)
{
        (void)state;
        ESCAPES_TO("", "");
        ESCAPES_TO("python3 app.py", "python3 app.py");
        ESCAPES_TO("a\nb\tc\rd", "a\\x0ab\\x09c\\x0dd");
        ESCAPES_TO("\x1b[31mred\x1b]0;title\x07", "\\x1b[31mred\\x1b]0;title\\x07");
        ESCAPES_TO("nul\0inside", "nul\\x00inside");
        ESCAPES_TO("\x7f\x80\xff", "\\x7f\\x80\\xff");
        ESCAPES_TO("\"quoted\" \\x41", "\"quoted\" \\x41");
        ESCAPES_TO("foo\\x2dbar.service", "foo\\x2dbar.service");
        /* What prints stays readable in every script. */
        ESCAPES_TO("caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x90\x8d",
                   "caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x90\x8d");
        ESCAPES_TO("\xc2\x9b"
                   "31m",
                   "\\xc2\\x9b31m");                            /* CSI as a C1 control */
        ESCAPES_TO("\xe2\x80\xae", "\\xe2\\x80\\xae");          /* right-to-left override */
        ESCAPES_TO("\xe2\x80\xa8", "\\xe2\\x80\\xa8");          /* line separator */
        ESCAPES_TO("\xef\xbb\xbf", "\\xef\\xbb\\xbf");          /* byte order mark */
        ESCAPES_TO("\xc0\x8a", "\\xc0\\x8a");                   /* newline, too long a form */
        ESCAPES_TO("\xe0\x80\x8a", "\\xe0\\x80\\x8a");          /* the same in three bytes */
        ESCAPES_TO("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* a surrogate */
        ESCAPES_TO("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* beyond Unicode */
        ESCAPES_TO("\xe6\x97", "\\xe6\\x97");                   /* cut in a character */
        assert_null(escape_string(NULL));
}

static void test_escape_cut(void **state)
{
        static const struct {
                const char *text;
                size_t max;
                const char *expected;
        } cases[] = {
                {"abcdef", 6, "abcdef"},
                {"abcdefg", 6, "abc..."},
                {"abcd", 3, "..."},
                {"abc", 3, "abc"},
                {"ab\ncd", 8, "ab\\x0acd"},
                {"ab\ncd", 7, "ab..."},
                {"\n\n\n", 11, "\\x0a\\x0a..."},
                {"\n\n\n", 10, "\\x0a..."},
                {"\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5", 8, "\xe6\x97\xa5..."},
                {"\xe6\x97\xa5\xe6\x97\xa5", 5, "..."},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
                char *escaped = escape_text(cases[i].text, strlen(cases[i].text), cases[i].max);

                assert_string_equal(escaped, cases[i].expected);
                free(escaped);
        }
}

static void test_escape_command(void **state)
{
        char long_command[3 * ESCAPE_COMMAND_MAX];
        char *escaped;

        (void)state;
        escaped = escape_command("python3\0app.py\0\0--x\0\0\0", 22);
        assert_string_equal(escaped, "python3 app.py  --x");
        free(escaped);
        escaped = escape_command("", 0);
        assert_string_equal(escaped, "");
        free(escaped);
        memset(long_command, '\n', sizeof(long_command));
        escaped = escape_command(long_command, sizeof(long_command));
        assert_true(strlen(escaped) <= ESCAPE_COMMAND_MAX);
        assert_string_equal(escaped + strlen(escaped) - 7, "\\x0a...");
        free(escaped);
}

/* Any bytes: what comes out is one printable line within `max`, valid UTF-8, and stays as it is. */
static void test_escape_random(void **state)
{
        (void)state;
        for (int i = 0; i < CASES; i++) {
                char text[64];
                size_t size = next_random() % sizeof(text), max = 3 + next_random() % 100;
                char *once, *twice;
                json_t *json;

                for (size_t k = 0; k < size; k++)
                        text[k] = (char)(next_random() % 3 ? next_random() : next_random() % 0x80);
                once = escape_text(text, size, max);
                assert_non_null(once);
                assert_true(strlen(once) <= max);
                for (const char *c = once; *c; c++)
                        assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
                json = json_string(once); /* NULL for what is no UTF-8 */
                assert_non_null(json);
                json_decref(json);
                twice = escape_text(once, strlen(once), max);
                assert_string_equal(once, twice);
                free(once);
                free(twice);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_escape),
                cmocka_unit_test(test_escape_cut),
                cmocka_unit_test(test_escape_command),
                cmocka_unit_test(test_escape_random),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
