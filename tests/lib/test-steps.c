/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "always-in-steps.h"
#include "extended.h"
#include "steps-works.h"
#include "steps/primes.h"

/*
 * Work in steps gives GMP's results: numbers of all kinds, and texts.
 */

/* As dense as it may be, or so that a test takes a second or so. */
static double step(double plain, double extended)
{
        return test_is_extended() ? extended : plain;
}

static void compare(struct steps_fixture *f, const struct steps_work *work, uint64_t bits)
{
        const struct operands *x = &f->x;

        mpz_set_si(f->steps, -7);
        assert_true(work->steps(f->steps, x));
        work->plain(f->plain, x);
        if (mpz_cmp(f->steps, f->plain) != 0)
                fail_msg("%s is not GMP's: about %lu bits, a of %lu, b of %lu, n=%lu, m=%lu, seed "
                         "%lu",
                         work->name, (unsigned long)bits, (unsigned long)bit_length(x->a),
                         (unsigned long)bit_length(x->b), x->n, x->m, STEPS_SEED);
}

static void test_results_are_those_of_gmp(void **userdata)
{
        struct steps_fixture *f = *userdata;

        for (size_t i = 0; i < steps_works_count; i++) {
                const struct steps_work *work = &steps_works[i];
                for (double bits = 1000; bits <= (double)work->bits_max; bits *= step(2.5, 1.2)) {
                        unsigned rounds = bits < 1e6 ? 6 : bits < 1e7 ? 2 : 1;
                        for (unsigned round = 0; round < rounds; round++) {
                                work->make(&f->x, (uint64_t)bits);
                                compare(f, work, (uint64_t)bits);
                        }
                }
        }
}

static void test_small_arguments_are_those_of_gmp(void **userdata)
{
        struct steps_fixture *f = *userdata;
        struct operands *x = &f->x;

        for (long a = -3; a <= 3; a++)
                for (x->n = 0; x->n < 5; x->n++) {
                        mpz_set_si(x->a, a);
                        mpz_set_ui(x->b, x->n);
                        x->m = (unsigned long)(a + 3);
                        mpz_set_si(x->c, x->n > 0 ? (long)x->n : 7);
                        /* No division by 0. */
                        for (size_t i = 0; i < steps_works_count; i++)
                                if (strcmp(steps_works[i].name, "divide") != 0 || x->n > 0)
                                        compare(f, &steps_works[i], 3);
                }
}

/* Next to the indices from which on work is done in steps. */
static void test_indices_around_the_thresholds(void **userdata)
{
        static const unsigned long edges[] = {20000, 40000, 200000, 400000};
        unsigned long around = test_is_extended() ? 2 : 1;
        struct steps_fixture *f = *userdata;

        for (size_t e = 0; e < sizeof edges / sizeof *edges; e++)
                for (f->x.n = edges[e] - around; f->x.n <= edges[e] + around; f->x.n++)
                        for (size_t i = 0; i < steps_works_count; i++)
                                if (steps_works[i].by_index)
                                        compare(f, &steps_works[i], f->x.n);
}

static void make_factors(struct operands *x, uint64_t bits)
{
        uint64_t b_bits = bits / (2 + random_below(4));

        random_integer(x->a, bits - b_bits);
        random_integer(x->b, b_bits);
}

/* Squares that are taken apart, to the last bit of their lengths. */
static void test_long_squares(void **userdata)
{
        static const uint64_t lengths[] = {14680064, 14680065, 15728640, 16777216, 16777217};
        struct steps_fixture *f = *userdata;

        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
                random_integer(f->x.a, lengths[i]);
                mpz_mul(f->plain, f->x.a, f->x.a);
                assert_true(bng_steps_multiply(f->steps, f->x.a, f->x.a, &steps_stop));
                assert_int_equal(mpz_cmp(f->steps, f->plain), 0);
        }
}

static void test_results_may_be_operands(void **userdata)
{
        struct steps_fixture *f = *userdata;
        struct operands *x = &f->x;

        for (double bits = 1e5; bits <= 4e7; bits *= step(2.6, 1.3)) {
                for (unsigned which = 0; which < 2; which++) {
                        make_factors(x, (uint64_t)bits);
                        mpz_ptr r = which == 0 ? x->a : x->b;
                        mpz_mul(f->plain, x->a, x->b);
                        assert_true(bng_steps_multiply(r, x->a, x->b, &steps_stop));
                        assert_int_equal(mpz_cmp(r, f->plain), 0);
                }
                make_factors(x, (uint64_t)bits);
                mpz_mul(f->plain, x->a, x->a);
                assert_true(bng_steps_multiply(x->a, x->a, x->a, &steps_stop));
                assert_int_equal(mpz_cmp(x->a, f->plain), 0);
                if (bits > 6e6)
                        continue;
                x->n = 1 + (unsigned long)random_below(100000);
                random_integer(x->a, (uint64_t)bits / x->n + 2);
                mpz_pow_ui(f->plain, x->a, x->n);
                assert_true(bng_steps_power(x->a, x->a, x->n, &steps_stop));
                assert_int_equal(mpz_cmp(x->a, f->plain), 0);
        }
}

/* Long enough to be done in steps by themselves. */
static void test_powers_modulo_a_number(void **userdata)
{
        static const struct {
                unsigned long modulus_bits, exponent_bits;
                bool is_even;
        } lengths[] = {{64, 9000000, false}, {700, 300000, false}, {1000, 250000, true},
                       {3000, 30000, false}, {3000, 30000, true},  {6144, 9000, false},
                       {6145, 9000, false},  {20000, 1000, false}, {70000, 100, false},
                       {100000, 70, true}};
        struct steps_fixture *f = *userdata;
        struct operands *x = &f->x;

        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
                /* Of any sign, zeros in a row and ones in a row among the bits. */
                random_integer(x->a, lengths[i].modulus_bits * 3 / 2);
                random_integer(x->b, lengths[i].exponent_bits);
                random_integer(x->c, lengths[i].modulus_bits);
                mpz_abs(x->b, x->b);
                if (lengths[i].is_even)
                        mpz_mul_2exp(x->c, x->c, lengths[i].modulus_bits / 5);
                mpz_powm(f->plain, x->a, x->b, x->c);
                assert_true(bng_steps_power_modulo(f->steps, x->a, x->b, x->c, &steps_stop));
                if (mpz_cmp(f->steps, f->plain) != 0)
                        fail_msg("row %zu is not GMP's, seed %lu", i, STEPS_SEED);
                mpz_ptr alias = i % 3 == 0 ? x->a : i % 3 == 1 ? x->b : x->c;
                assert_true(bng_steps_power_modulo(alias, x->a, x->b, x->c, &steps_stop));
                assert_int_equal(mpz_cmp(alias, f->plain), 0);
        }
}

/* Odd, even, a power of two, 1 and others of a limb; of any sign. */
static void make_any_modulus(mpz_t m, uint64_t bits)
{
        random_integer(m, bits);
        if (random_below(3) == 0)
                mpz_mul_2exp(m, m, random_below(bits));
        else if (random_below(2) == 0)
                mpz_setbit(m, 0);
        if (random_below(20) == 0)
                mpz_set_si(m, random_below(2) == 0 ? -1 : 1);
}

static void make_any_base(mpz_t a, const mpz_t m, uint64_t bits)
{
        random_integer(a, random_below(2) == 0 ? bits : random_below(3 * bits));
        switch (random_below(8)) {
        case 0: /* one below the modulus, or one above */
                mpz_add_ui(a, m, 1);
                if (random_below(2) == 0)
                        mpz_sub_ui(a, a, 2);
                break;
        case 1:
                mpz_mul(a, a, m);
                break;
        case 2:
                mpz_set_si(a, (long)random_below(5) - 2);
                break;
        case 3:
                mpz_mul_2exp(a, a, random_below(bits));
        }
}

static void test_powers_modulo_any_number_in_steps(void **userdata)
{
        struct steps_fixture *f = *userdata;
        struct operands *x = &f->x;

        for (unsigned i = 0; i < test_rounds(6000, 200000); i++) {
                uint64_t bits = 1 + random_below(i % 100 == 0 ? 9000 : i % 4 == 0 ? 800 : 200);
                make_any_modulus(x->c, bits);
                make_any_base(x->a, x->c, bits);
                random_integer(x->b, random_below(i % 8 == 0 && bits < 300 ? 9000 : 150));
                mpz_abs(x->b, x->b);
                if (mpz_sgn(x->c) == 0)
                        continue;
                mpz_powm(f->plain, x->a, x->b, x->c);
                mpz_ptr alias = i % 3 == 0 ? x->a : i % 3 == 1 ? x->b : x->c;
                assert_true(always_in_steps(alias, x->a, x->b, x->c, &steps_stop));
                if (mpz_cmp(alias, f->plain) != 0)
                        fail_msg("round %u is not GMP's, seed %lu", i, STEPS_SEED);
        }
}

/* ---- text ---- */

static void compare_text(mpz_srcptr z, int base)
{
        mpz_t back;
        char *plain = mpz_get_str(NULL, base, z);
        char *steps = malloc(strlen(plain) + 2);

        steps[0] = '-';
        assert_true(bng_steps_print(steps + (mpz_sgn(z) < 0), base, z, &steps_stop));
        assert_string_equal(steps, plain);
        mpz_init(back);
        const char *digits = plain + (mpz_sgn(z) < 0);
        assert_true(bng_steps_parse(back, digits, strlen(digits), abs(base), &steps_stop));
        assert_int_equal(mpz_cmpabs(back, z), 0);
        mpz_clear(back);
        free(steps);
        steps_release(plain, strlen(plain) + 1);
}

static void test_text_is_that_of_gmp(void **userdata)
{
        static const int bases[] = {10, 3, 7, 36, -36, 61, 62, 16, 2};
        struct steps_fixture *f = *userdata;
        mpz_ptr z = f->x.a;

        for (double bits = 100; bits <= 4e6; bits *= step(3, 1.5))
                for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
                        if (bits > 1e6 && i > 1 && !test_is_extended())
                                continue;
                        random_integer(z, (uint64_t)bits);
                        compare_text(z, bases[i]);
                }
        /* Zeros at the end, in the middle and all over, and next to them. */
        unsigned long zeros = test_is_extended() ? 26001 : 78003;
        for (unsigned long n = 170000; n < 340000; n += zeros) {
                mpz_ui_pow_ui(z, 10, n);
                compare_text(z, 10);
                mpz_add_ui(z, z, 1);
                compare_text(z, 10);
                mpz_sub_ui(z, z, 2);
                compare_text(z, 10);
                mpz_neg(z, z);
                compare_text(z, 10);
        }
}

/* Long texts as the guarded function reads them: what GMP takes, and what it does not. */
static void test_long_texts_are_read_as_gmp_reads_them(void **userdata)
{
        static const char *const starts[] = {"",   "-",   " ",   " - ", "0",  "00 0", "0x",
                                             "0b", "-0X", "+",   "1",   "\n", "_",    "- 0",
                                             "-",  "--",  "-0b", "07",  "0 x"};
        static const char *const ends[] = {"", " ", "x", "\t3 \n", "-", "9", "z", " Z"};
        static const int bases[] = {0, 2, 8, 10, 11, 16, 36, 37, 62};
        const size_t n = 150000;
        char *text = malloc(n + 100);
        struct steps_fixture *f = *userdata;
        bng_ctx *ctx;

        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        for (size_t s = 0; s < sizeof starts / sizeof *starts; s++)
                for (size_t e = 0; e < sizeof ends / sizeof *ends; e++) {
                        int base = bases[random_below(sizeof bases / sizeof *bases)];
                        size_t length = strlen(strcpy(text, starts[s]));
                        for (size_t i = 0; i < n; i++)
                                text[length++] = i % 1000 == 7 ? ' ' : (char)('0' + i % 3 % 2);
                        strcpy(text + length, ends[e]);
                        mpz_set_si(f->plain, 5);
                        mpz_set_si(f->steps, 5);
                        int failed = mpz_set_str(f->plain, text, base);
                        bng_status status = bng_mpz_set_str(ctx, f->steps, text, base);
                        if (status != (failed ? BNG_SYNTAX : BNG_OK) ||
                            mpz_cmp(f->steps, f->plain) != 0)
                                fail_msg("\"%s\" ... \"%s\" in base %d: %s", starts[s], ends[e],
                                         base, bng_ctx_message(ctx));
                }
        bng_ctx_free(ctx);
        free(text);
}

/* A loop over odd numbers ends also where it goes to the largest limb. */
static void test_odd_numbers_up_to_any(void **userdata)
{
        const mp_limb_t largest = GMP_NUMB_MAX;

        (void)userdata;
        assert_true(bng_next_odd(largest - 2, largest) == largest);
        assert_true(bng_next_odd(largest, largest) == 0);
        assert_true(bng_next_odd(largest - 4, largest - 1) == largest - 2);
        assert_true(bng_next_odd(largest - 2, largest - 1) == 0);
        for (mp_limb_t most = 0; most < 3; most++)
                assert_true(bng_next_odd(1, most) == 0);
        assert_true(bng_next_odd(1, 3) == 3);
        assert_true(bng_next_odd(1, largest) == 3);
}

static void test_primes_of_a_sieve(void **userdata)
{
        const struct bng_stop never = {.until_nsec = BNG_NSEC_NEVER};
        struct steps_fixture *f = *userdata;
        mpz_ptr prime = f->plain;
        struct bng_sieve sieve;

        assert_true(bng_sieve_init(&sieve, 3000, &never));
        for (mp_limb_t most = 0; most <= 3000; most++) {
                mpz_set_ui(prime, 3);
                for (mp_limb_t p = bng_sieve_next(&sieve, 1, most); p > 0;
                     p = bng_sieve_next(&sieve, p, most)) {
                        assert_int_equal(p, mpz_get_ui(prime));
                        mpz_nextprime(prime, prime);
                }
                assert_true(mpz_cmp_ui(prime, (unsigned long)most) > 0);
        }
        bng_sieve_clear(&sieve);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                STEPS_TEST(test_results_are_those_of_gmp),
                STEPS_TEST(test_small_arguments_are_those_of_gmp),
                STEPS_TEST(test_indices_around_the_thresholds),
                STEPS_TEST(test_long_squares),
                STEPS_TEST(test_results_may_be_operands),
                STEPS_TEST(test_powers_modulo_any_number_in_steps),
                STEPS_TEST(test_powers_modulo_a_number),
                STEPS_TEST(test_odd_numbers_up_to_any),
                STEPS_TEST(test_primes_of_a_sieve),
                STEPS_TEST(test_text_is_that_of_gmp),
                STEPS_TEST(test_long_texts_are_read_as_gmp_reads_them),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
