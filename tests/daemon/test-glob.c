/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Globs against tables, and against a matcher that simply tries everything. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "policy/match.h"

static void test_globs(void **state)
{
        static const struct {
                const char *pattern, *text;
                bool matches;
        } cases[] = {
                {"/a/b", "/a/b", true},
                {"/a/b", "/a/bc", false},
                {"/a/b", "/a", false},
                {"a", "", false},
                {"*", "", true},
                {"**", "", true},
                {"?", "", false},
                {"", "", true},
                {"*", "abc", true},
                {"*", "a/c", false},
                {"**", "a/c", true},
                {"***", "a/c", true},
                {"a*c", "abbc", true},
                {"a*c", "ac", true},
                {"a*c", "a/c", false},
                {"a**c", "a/b/c", true},
                {"/system.slice/gunicorn*.service", "/system.slice/gunicorn-7.service", true},
                {"/system.slice/gunicorn*.service", "/system.slice/gunicorn/x.service", false},
                {"/system.slice/*", "/system.slice/web.service", true},
                {"/system.slice/*", "/system.slice/web.service/worker", false},
                {"/system.slice/*", "/system.slice/", true},
                {"/system.slice/**", "/system.slice/web.service/worker", true},
                {"/*/b", "/a/b", true},
                {"/*/b", "/a/a/b", false},
                {"/**/b", "/a/a/b", true},
                {"/**/b", "/b", false},
                {"/**b", "/b", true},
                {"**/x*y", "/a/xby/xaay", true},
                {"**/x*y", "/a/xby/xa/ay", false},
                {"a?c", "abc", true},
                {"a?c", "a/c", false},
                {"a?c", "abbc", false},
                {"[abc]", "b", true},
                {"[abc]", "d", false},
                {"[a-c]x", "bx", true},
                {"[!a-c]", "b", false},
                {"[^a-c]", "d", true},
                {"[!a]", "/", false},
                {"[!-0]", "/", false},
                {"[]x]", "]", true},
                {"[!]x]", "]", false},
                {"[a-]", "-", true},
                {"[-a]", "-", true},
                {"[\\]]", "]", true},
                {"[\\!a]", "!", true},
                {"[a\\-c]", "b", false},
                {"[a\\-c]", "-", true},
                {"\\*", "*", true},
                {"\\*", "a", false},
                {"a\\?b", "a?b", true},
                {"\\\\", "\\", true},
                {"web@[0-9]*.service", "web@17.service", true},
                {"x y", "x y", true},
                {"*\n*", "a\nb", true},
                {"\xff*", "\xff\xfe", true},
                {"[\x80-\xff]", "\xc3", true},
                {"[unclosed", "[unclosed", false},
                {"a\\", "a\\", false},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
                if (glob_match(cases[i].pattern, cases[i].text) != cases[i].matches)
                        fail_msg("\"%s\" on \"%s\": expected %d", cases[i].pattern, cases[i].text,
                                 cases[i].matches);
}

static void test_bad_globs(void **state)
{
        static const char *const bad[] = {"",     "[a",    "[",     "[]",    "[!]",  "a\\",
                                          "[a\\", "[a\\]", "[z-a]", "[a/b]", "x[!/]"};
        static const char *const good[] = {"a",     "*",    "**",   "[a]", "[]]",   "[!]]",
                                           "[a-z]", "[a-]", "[-a]", "\\[", "[\\]]", "a]b"};
        char longest[GLOB_MAX + 2];
        struct bng_why why;

        (void)state;
        for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
                if (glob_check(bad[i], &why))
                        fail_msg("\"%s\" is accepted", bad[i]);
        for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
                if (!glob_check(good[i], &why))
                        fail_msg("\"%s\" is refused: %s", good[i], why.text);
        memset(longest, 'a', sizeof(longest));
        longest[GLOB_MAX] = '\0';
        assert_true(glob_check(longest, &why) && glob_match(longest, longest));
        longest[GLOB_MAX] = 'a';
        longest[GLOB_MAX + 1] = '\0';
        assert_false(glob_check(longest, &why) || glob_match(longest, longest));
}

/* The definition itself, exponential: for short patterns of letters, ?, * and **. */
static bool slow_match(const char *pattern, const char *text)
{
        bool stars = pattern[0] == '*' && pattern[1] == '*';

        if (!*pattern)
                return !*text;
        if (stars || *pattern == '*') {
                const char *rest = pattern + (stars ? strspn(pattern, "*") : 1);

                if (slow_match(rest, text))
                        return true;
                return *text && (stars || *text != '/') && slow_match(pattern, text + 1);
        }
        if (*pattern == '?')
                return *text && *text != '/' && slow_match(pattern + 1, text + 1);
        return *pattern == *text && slow_match(pattern + 1, text + 1);
}

static void test_globs_as_defined(void **state)
{
        int rounds = getenv("BNG_TEST_EXTENDED") ? 3000000 : 300000, matches = 0;
        uint64_t seed = 7331;

        (void)state;
        for (int i = 0; i < rounds; i++) {
                char pattern[9] = "", text[11] = "";

                for (size_t k = 0; k < 18; k++) {
                        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
                        if (k < 8)
                                pattern[k] = "ab/***?\0"[seed >> 61];
                        else
                                text[k - 8] = "aabb/a/\0"[seed >> 61];
                }
                if (glob_match(pattern, text) != slow_match(pattern, text))
                        fail_msg("\"%s\" on \"%s\"", pattern, text);
                matches += glob_match(pattern, text);
        }
        assert_true(matches > rounds / 50 && matches < rounds / 2);
}

/* What makes a backtracking matcher take for ever takes steps in the size of the two here. */
static void test_no_explosion(void **state)
{
        char pattern[GLOB_MAX + 1], *text = malloc(100001);

        (void)state;
        assert_non_null(text);
        for (size_t i = 0; i + 3 < sizeof(pattern); i += 3)
                memcpy(pattern + i, "**a", 4);
        memset(text, 'a', 100000);
        strcpy(text + 99999, "b");
        assert_false(glob_match(pattern, text));
        for (size_t i = 0; i + 2 < sizeof(pattern); i += 2)
                memcpy(pattern + i, "*a", 3);
        assert_false(glob_match(pattern, text));
        text[99999] = 'a';
        assert_true(glob_match(pattern, text));
        free(text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_globs),
                cmocka_unit_test(test_bad_globs),
                cmocka_unit_test(test_globs_as_defined),
                cmocka_unit_test(test_no_explosion),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
