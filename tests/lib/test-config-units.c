/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Sizes, durations and yes or no: what is read, what is refused, and what is shown reads back.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config/nearest.h"
#include "config/units.h"
#include "extended.h"

#define K UINT64_C(1024)
#define S BNG_USEC_PER_SEC

struct reading {
        const char *text;
        bool ok;
        uint64_t value;
};

static void check(const char *kind, bool (*parse)(const char *, uint64_t *, struct bng_why *),
                  const struct reading *cases, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                struct bng_why why = {0};
                uint64_t value = 77;
                bool ok = parse(cases[i].text, &value, &why);

                if (ok != cases[i].ok || value != (ok ? cases[i].value : 77))
                        fail_msg("%s \"%s\": %s, %llu (%s)", kind, cases[i].text,
                                 ok ? "read" : "refused", (unsigned long long)value, why.text);
                if (!ok)
                        assert_non_null(strstr(why.text, "; ")); /* what would have been right */
        }
}
#define CHECK(parse, cases) check(#parse, parse, cases, sizeof(cases) / sizeof(*cases))

static void test_sizes_in_bytes(void **state)
{
        static const struct reading cases[] = {
                {"0", true, 0},
                {"1", true, 1},
                {"4096", true, 4096},
                {"17B", true, 17},
                {"64K", true, 64 * K},
                {"64KB", true, 64 * K},
                {"64KiB", true, 64 * K},
                {"64M", true, 64 * K * K},
                {"1G", true, K * K * K},
                {"2T", true, 2 * K * K * K * K},
                {"3P", true, 3 * K * K * K * K * K},
                {"15E", true, 15 * K * K * K * K * K * K},
                {"  64M\t", true, 64 * K * K},
                {"0064M", true, 64 * K * K},
                {"18446744073709551614", true, UINT64_MAX - 1},
                {"16777215T", true, 16777215 * K * K * K * K},
                {"infinity", true, UINT64_MAX},
                {" infinity ", true, UINT64_MAX},
                {"18446744073709551615", false, 0}, /* that would be infinity by accident */
                {"18446744073709551616", false, 0},
                {"99999999999999999999999999", false, 0},
                {"16E", false, 0},
                {"16777216T", false, 0},
                {"", false, 0},
                {" ", false, 0},
                {"M", false, 0},
                {"-1", false, 0},
                {"+1", false, 0},
                {"1.5G", false, 0},
                {"64m", false, 0},
                {"64 M", false, 0},
                {"64MM", false, 0},
                {"64iB", false, 0},
                {"64Mi", false, 0},
                {"50%", false, 0},
                {"0x10", false, 0},
                {"1e9", false, 0},
                {"64M 1", false, 0},
                {"Infinity", false, 0},
                {"infinity1", false, 0},
                {"4096bit", false, 0},
                {"64Kbit", false, 0},
        };

        (void)state;
        CHECK(bng_parse_size_bytes, cases);
}

static void test_sizes_in_bits(void **state)
{
        static const struct reading cases[] = {
                {"4096bit", true, 4096},
                {"64Kbit", true, 64 * K},
                {"1bit", true, 1},
                {"1", true, 8},
                {"1K", true, 8 * K},
                {"16M", true, 128 * K * K},
                {" 1Mbit ", true, K * K},
                {"15Ebit", true, 15 * K * K * K * K * K * K},
                {"2305843009213693951", true, (UINT64_MAX >> 3) * 8},
                {"1E", true, 8 * K * K * K * K * K * K},
                {"infinity", true, UINT64_MAX},
                {"18446744073709551614bit", true, UINT64_MAX - 1},
                {"18446744073709551615bit", false, 0},
                {"2305843009213693952", false, 0},
                {"2E", false, 0},
                {"16Ebit", false, 0},
                {"4096bits", false, 0},
                {"4096 bit", false, 0},
                {"4096Bit", false, 0},
                {"64Kibit", false, 0},
                {"bit", false, 0},
        };

        (void)state;
        CHECK(bng_parse_size_bits, cases);
}

static void test_durations(void **state)
{
        static const struct reading cases[] = {
                {"20", true, 20 * S},
                {"0", true, 0},
                {"1us", true, 1},
                {"7\xc2\xb5s", true, 7},
                {"500ms", true, S / 2},
                {"2.5s", true, 5 * S / 2},
                {"2.5", true, 5 * S / 2},
                {"1min", true, 60 * S},
                {"5m", true, 300 * S},
                {"1h 30min", true, 5400 * S},
                {"1h30min", true, 5400 * S},
                {"1 h 30 min", true, 5400 * S},
                {"2min 200ms", true, 120 * S + S / 5},
                {"5min 20", true, 320 * S},
                {"0.5h", true, 1800 * S},
                {"1.5us", true, 1},
                {"0.000001", true, 1},
                {"0.0000019", true, 1},
                {"1d", true, 86400 * S},
                {"2w", true, 14 * 86400 * S},
                {"1M", true, 2629800 * S},
                {"1y", true, 31557600 * S},
                {"  10min\t", true, 600 * S},
                {"infinity", true, BNG_USEC_INFINITY},
                {"18446744073709551614us", true, UINT64_MAX - 1},
                {"18446744073709551615us", false, 0},
                {"18446744073709551616us", false, 0},
                {"584541y 1y", true, UINT64_C(584542) * 31557600 * S},
                {"584555y", false, 0},
                {"584542y 584542y", false, 0},
                {"", false, 0},
                {"min", false, 0},
                {"-1s", false, 0},
                {"1.", false, 0},
                {".5s", false, 0},
                {"1..5s", false, 0},
                {"1.5.5s", false, 0},
                {"1 fortnight", false, 0},
                {"1S", false, 0},
                {"infinity 1s", false, 0},
                {"1s infinity", false, 0},
                {"20/1min", false, 0},
        };

        (void)state;
        CHECK(bng_parse_duration, cases);
}

static void test_booleans(void **state)
{
        static const char *const yes[] = {"yes", "Yes", "true", "on", "1", "y", " yes "};
        static const char *const no[] = {"no", "NO", "false", "off", "0", "n"};
        static const char *const neither[] = {"", "2", "yess", "ye", "yes no", "maybe", "-1"};
        struct bng_why why;
        bool value;

        (void)state;
        for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++) {
                value = false;
                assert_true(bng_parse_bool(yes[i], &value, &why) && value);
        }
        for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++) {
                value = true;
                assert_true(bng_parse_bool(no[i], &value, &why) && !value);
        }
        for (size_t i = 0; i < sizeof(neither) / sizeof(*neither); i++)
                assert_false(bng_parse_bool(neither[i], &value, &why));
}

static void test_long_text_is_cut_in_messages(void **state)
{
        char text[5000];
        struct bng_why why;
        uint64_t value;

        (void)state;
        memset(text, 'x', sizeof(text) - 1);
        text[sizeof(text) - 1] = '\0';
        assert_false(bng_parse_size_bits(text, &value, &why));
        assert_true(strlen(why.text) < sizeof(why.text) - 1);
        assert_false(bng_parse_duration(text, &value, &why));
        assert_true(strlen(why.text) < sizeof(why.text) - 1);
}

static void test_shown_bytes(void **state)
{
        static const struct {
                uint64_t bytes;
                const char *text;
        } cases[] = {
                {0, "0 bytes"},
                {1, "1 byte"},
                {17, "17 bytes"},
                {1023, "1023 bytes"},
                {1024, "1K"},
                {1536, "1.5K"},
                {10 * K - 1, "10K"},
                {512 * K, "512K"},
                {K * K - 1, "1M"},
                {1023 * K + 511, "1023K"},
                {1023 * K + 512, "1M"},
                {K * K, "1M"},
                {1400 * K, "1.4M"},
                {64 * K * K, "64M"},
                {5 * K * K * K / 2, "2.5G"},
                {K * K * K * K - 1, "1T"},
                {K * K * K * K * K * K, "1E"},
                {UINT64_MAX, "16E"},
        };
        struct bng_size_text out;

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
                assert_string_equal(bng_format_bytes(cases[i].bytes, &out), cases[i].text);
}

static void test_shown_durations(void **state)
{
        static const struct {
                uint64_t usec;
                const char *text;
        } cases[] = {
                {0, "0s"},
                {17, "17us"},
                {1500, "1.5ms"},
                {350000, "350ms"},
                {999499, "999ms"},
                {999500, "1s"},
                {1500000, "1.5s"},
                {2 * S, "2s"},
                {12345678, "12s"},
                {59 * S + 499999, "59s"},
                {59 * S + 500000, "1min"},
                {123 * S, "2min 3s"},
                {3600 * S - 1, "1h"},
                {5400 * S, "1h 30min"},
                {86400 * S - 1, "1d"},
                {90000 * S, "1d 1h"},
                {BNG_USEC_INFINITY, "infinity"},
        };
        struct bng_size_text out;

        (void)state;
        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
                assert_string_equal(bng_format_usec(cases[i].usec, &out), cases[i].text);
}

/* What is shown is within a twentieth of the truth, over all magnitudes. */
static void test_shown_reads_back(void **state)
{
        uint64_t seed = 20240917;
        int rounds = test_is_extended() ? 200000 : 20000;

        (void)state;
        for (int i = 0; i < rounds; i++) {
                struct bng_size_text shown;
                struct bng_why why;
                uint64_t value, back = 0;
                double error;

                seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
                value = (seed ^ seed >> 29) >> (i % 50);
                bng_format_usec(value, &shown);
                if (!bng_parse_duration(shown.text, &back, &why))
                        fail_msg("%llu us is shown as \"%s\", which is refused: %s",
                                 (unsigned long long)value, shown.text, why.text);
                error = (double)back - (double)value;
                if (error > (double)value / 20 || -error > (double)value / 20)
                        fail_msg("%llu us is shown as \"%s\"", (unsigned long long)value,
                                 shown.text);
        }
}

static void test_nearest(void **state)
{
        static const char *const known[] = {"ResultMax", "OperationMemoryMax", "TimeMax"};

        (void)state;
        assert_string_equal(bng_nearest("resultmax", known, 3), "ResultMax");
        assert_string_equal(bng_nearest("ReslutMax", known, 3), "ResultMax");
        assert_null(bng_nearest("MemoryOperationMax", known, 3));
        assert_string_equal(bng_nearest("OperationMemMax", known, 3), "OperationMemoryMax");
        assert_string_equal(bng_nearest("TimeMx", known, 3), "TimeMax");
        assert_null(bng_nearest("", known, 3));
        assert_null(bng_nearest("Color", known, 3));
        assert_null(bng_nearest("TimeMax", known, 0));
        assert_null(bng_nearest("AVeryLongWordThatIsNearToNothingAtAllAndLongerThanAnyKeyCouldBe",
                                known, 3));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_sizes_in_bytes),
                cmocka_unit_test(test_sizes_in_bits),
                cmocka_unit_test(test_durations),
                cmocka_unit_test(test_booleans),
                cmocka_unit_test(test_long_text_is_cut_in_messages),
                cmocka_unit_test(test_shown_bytes),
                cmocka_unit_test(test_shown_durations),
                cmocka_unit_test(test_shown_reads_back),
                cmocka_unit_test(test_nearest),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
