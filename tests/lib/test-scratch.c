/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>
#include "guard-cases.h"
#include "extended.h"
#include "predict/peak.h"
#include "predict/scratch.h"
#include "predict/tuning.h"

/*
 * What is said of numbers of up to so many limbs is no less than what is said of exactly the shorter ones.
 * Whether that is the truth is asked of GMP elsewhere. The same of roots.
 */

static unsigned long seed = 20240401;

/* Up to 2^26, all magnitudes alike, often next to a power of two or to three quarters of it. */
static uint64_t random_length(void)
{
        uint64_t power = UINT64_C(8) << random_below(23);

        switch (random_below(4)) {
        case 0:
                return power + random_below(9) - 4;
        case 1:
                return power - power / 4 + random_below(9) - 4;
        default:
                return power + random_below(power);
        }
}

/* Hardly shorter, any, or far. */
static uint64_t shorter(uint64_t limbs)
{
        switch (random_below(3)) {
        case 0:
                return limbs - random_below(limbs / 64 + 2) % limbs;
        case 1:
                return 1 + random_below(limbs);
        default:
                return 1 + random_below(limbs >> random_below(8));
        }
}

static void expect(const char *what, uint64_t less, uint64_t most, uint64_t a, uint64_t b,
                   uint64_t of_a, uint64_t of_b)
{
        if (less > most)
                fail_msg("%s: up to %lu by %lu limbs %lu, of %lu by %lu limbs %lu, seed %lu", what,
                         (unsigned long)of_a, (unsigned long)of_b, (unsigned long)most,
                         (unsigned long)a, (unsigned long)b, (unsigned long)less, seed);
}

static void try_products(uint64_t of_a, uint64_t of_b)
{
        uint64_t a = shorter(of_a), b = shorter(of_b);
        uint64_t most = bng_scratch_multiply(of_a, of_b);
        uint64_t square = bng_scratch_square(of_a);
        uint64_t any = bng_scratch_multiply_any(of_a);
        uint64_t rest = of_a - a;

        expect("product", bng_scratch_exact_product(a, b), most, a, b, of_a, of_b);
        /* A number that is as much shorter as the other one. */
        uint64_t alike = of_a * b / of_b;

        if (alike >= 16)
                expect("about such a product", bng_scratch_exact_product(alike, b),
                       bng_scratch_product(of_a, of_b), alike, b, of_a, of_b);
        expect("square", bng_scratch_exact_square(a), square, a, a, of_a, of_a);
        expect("any product", bng_scratch_exact_product(a, rest), any, a, rest, of_a, 0);
}

static void try_divisions(uint64_t of_n, uint64_t of_d)
{
        uint64_t n = shorter(of_n), d = shorter(of_d < n ? of_d : n);
        unsigned higher = (unsigned)random_below(2);

        expect("remainder", bng_scratch_tdiv_qr(n, d, higher, false),
               bng_scratch_remainder_up_to(of_n), n, d, of_n, 0);
        expect("exact quotient", bng_scratch_exact(n, d, higher),
               bng_scratch_exact_up_to(of_n, of_d), n, d, of_n, of_d);
}

/* In bits; the degree is short, or any up to a few more than the number has limbs, or bits. */
static void try_roots(uint64_t of_bits)
{
        uint64_t bits = shorter(of_bits);
        uint64_t most[] = {10, of_bits / (3 * GMP_NUMB_BITS) + 8, of_bits + 8};
        uint64_t degree = 3 + random_below(most[random_below(3)]);

        expect("root", bng_peak_root(bits, degree), bng_peak_root(of_bits, degree), bits, degree,
               of_bits, degree);
        expect("root and remainder", bng_peak_root_remainder(bits, degree),
               bng_peak_root_remainder(of_bits, degree), bits, degree, of_bits, degree);
}

static void try_all(void)
{
        random_start(seed);
        for (unsigned i = 0; i < test_rounds(20000, 2000000); i++) {
                try_products(random_length(), random_length());
                try_divisions(random_length(), random_length());
                try_roots(random_length());
        }
        random_end();
}

static void test_shorter_numbers_hold_no_more(void **unused)
{
        (void)unused;
        try_all();
}

static void test_nor_in_a_gmp_that_nobody_knows(void **unused)
{
        (void)unused;
        bng_tuning_forget(true);
        try_all();
        bng_tuning_forget(false);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_shorter_numbers_hold_no_more),
                cmocka_unit_test(test_nor_in_a_gmp_that_nobody_knows),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
