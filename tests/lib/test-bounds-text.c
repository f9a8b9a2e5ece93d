/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include "bounds-check.h"
#include "bounds/text.h"

/* The texts of magnitudes: true for every number, and the ones that everyone will look at. */

static struct bng_range of(uint64_t n)
{
        return bng_range_of_u64(n);
}

static struct bng_range power(uint64_t base, struct bng_range exponent)
{
        return bng_range_pow(of(base), exponent);
}

static void expect(struct bng_range range, const char *text)
{
        struct bng_range_text got;

        assert_string_equal(bng_range_text(range, &got), text);
}

static void test_cases(void **state)
{
        struct bng_range n;

        (void)state;
        expect(bng_range_zero(), "0");
        expect(of(1), "1");
        expect(of(UINT64_MAX), "18446744073709551615");
        expect(power(9, of(9)), "387420489");
        expect(power(2, of(64)), "10^19");
        expect(power(10, of(100)), "about 10^100");
        expect(power(2, of(10485760)), "10^3156528");
        expect(power(1024, power(1024, of(1024))), "10^10^3083");
        n = power(9, power(9, of(9)));
        expect(n, "10^369693099");
        n = power(9, n);
        expect(n, "10^10^369693099");
        n = power(9, n);
        expect(n, "10^10^10^369693099");
        for (unsigned i = 0; i < 5; i++)
                n = power(9, n);
        expect(n, "10^10^10^10^10^10^10^10^369693099");
        n = power(9, n);
        expect(n, "(10^)^9 369693099");
        for (unsigned i = 0; i < 999991; i++)
                n = power(9, n);
        expect(n, "(10^)^1000000 369693099");
        expect(bng_range_unknown(), "of unknown size");
        expect(bng_range_or_zero(power(2, of(100))), "up to 10^31");
        expect(bng_range_of_bits(0, 1000), "up to 10^302");
        expect(bng_range_of_bits(1, 1000), "up to 10^302");
        expect(bng_range_of_bits(900, 1000), "10^270 to 10^302");
        expect(bng_range_of_bits(1000, 1000), "about 10^301");
        expect(bng_range_of_bits(1001, 1001), "10^301");
}

/* One storey to the next: 2^(2^63) is where log2 leaves 63 bits. */
static void test_between_heights(void **state)
{
        const struct bng_range two = of(2);

        (void)state;
        /* 2^63 * log10(2) = 2776511644261678566.3 */
        expect(bng_range_pow(two, of((UINT64_C(1) << 63) - 3)), "10^2776511644261678565");
        expect(bng_range_pow(two, of(UINT64_C(1) << 63)), "10^10^18");
        expect(bng_range_union(bng_range_pow(two, of(UINT64_C(1) << 62)),
                               bng_range_pow(two, of(UINT64_C(1) << 63))),
               "10^10^18");
        expect(bng_range_union(of(11), bng_range_pow(two, of(UINT64_C(1) << 63))),
               "10^1 to 10^10^19");
        expect(bng_range_union(of(7), bng_range_pow(two, of(UINT64_C(1) << 63))), "up to 10^10^19");
}

/* A text about a number of `digits` digits. */
static bool is_true(const char *text, size_t digits)
{
        unsigned long first, last;
        char end;

        if (sscanf(text, "10^%lu to 10^%lu%c", &first, &last, &end) == 2)
                return first < digits && digits <= last;
        if (sscanf(text, "up to 10^%lu%c", &last, &end) == 1)
                return digits <= last;
        if (sscanf(text, "about 10^%lu%c", &last, &end) == 1)
                return digits == last || digits == last + 1;
        if (sscanf(text, "10^%lu%c", &last, &end) == 1)
                return digits == last + 1;
        return false;
}

static void test_true(void **state)
{
        unsigned plain = 0, cases = random_cases(20000);
        mpz_t n;

        (void)state;
        mpz_init(n);
        for (unsigned i = cases; i; i--) {
                struct bng_range range;
                struct bng_range_text got;
                char *decimal;

                random_operand(n, 2000);
                if (!random_below(3)) {
                        mpz_ui_pow_ui(n, 10, random_below(400));
                        mpz_add_ui(n, n, 1);
                        mpz_sub_ui(n, n, random_below(3));
                }
                range = random_below(2) ? sharp_range(n) : random_range(n);
                bng_range_text(range, &got);
                decimal = mpz_get_str(NULL, 10, n);
                if (range.known)
                        assert_string_equal(got.text, decimal);
                else if (strcmp(got.text, "of unknown size") != 0 &&
                         !is_true(got.text, strlen(decimal)))
                        fail_holds(range, n, "%s of %Zd", got.text, n);
                plain += !strncmp(got.text, "10^", 3) && !strstr(got.text, " to ");
                free(decimal);
        }
        /* Not by evasion. */
        assert_true(plain > cases / 4);
        mpz_clear(n);
}

/* Leading bits decide the digit except next to a power of ten. */
static void test_sharp(void **state)
{
        mpz_t n;

        (void)state;
        mpz_init(n);
        for (unsigned i = 20; i < 1000; i++) {
                struct bng_range_text got;
                char text[32];

                mpz_ui_pow_ui(n, 10, i);
                mpz_mul_ui(n, n, 2);
                snprintf(text, sizeof text, "10^%u", i);
                assert_string_equal(bng_range_text(sharp_range(n), &got), text);
        }
        mpz_clear(n);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_cases),
                cmocka_unit_test(test_between_heights),
                cmocka_unit_test(test_true),
                cmocka_unit_test(test_sharp),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
