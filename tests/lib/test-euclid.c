/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "guard-cases.h"
#include "predict/euclid.h"

/*
 * What the first quotients leave, of numbers that were made so that it is known: two remainders that
 * follow each other are put together to what they come from, by quotients backwards.
 */

static unsigned long seed = 20261126;

struct pair {
        mpz_t a, b;
};

static void pair_init(struct pair *x)
{
        mpz_inits(x->a, x->b, NULL);
}

static void pair_clear(struct pair *x)
{
        mpz_clears(x->a, x->b, NULL);
}

/* (a, b) = (a q + b, a): one step back, with a as the larger one. */
static void step_back(struct pair *x, uint64_t quotient)
{
        mpz_addmul_ui(x->b, x->a, (unsigned long)quotient);
        mpz_swap(x->a, x->b);
}

/* As many as the product of the quotients stays below `most`: then the factors do too. */
static void steps_back(struct pair *x, uint64_t most)
{
        while (most > 2) {
                uint64_t quotient = 1 + random_below(random_below(2) ? 3 : most / 2);
                if (quotient + 1 > most)
                        break;
                step_back(x, quotient);
                most /= quotient + 1;
        }
}

static void random_positive(mpz_ptr z, uint64_t bits)
{
        random_integer(z, bits);
        mpz_abs(z, z);
}

static void disguise(mpz_ptr z)
{
        if (random_below(2))
                mpz_neg(z, z);
        if (random_below(2))
                mpz_mul_2exp(z, z, random_below(200));
}

static void assert_rest(const struct pair *x, uint64_t bits)
{
        uint64_t rest = bng_euclid_odd_rest_bits(x->a, x->b);

        if (rest + 2 < bits || rest > bits + 2)
                fail_msg("%lu bits are left, not %lu", (unsigned long)rest, (unsigned long)bits);
        assert_true(bng_euclid_odd_rest_bits(x->b, x->a) == rest);
}

#define CASES 3000

static void test_a_short_remainder_is_found(void **userdata)
{
        (void)userdata;
        random_start(seed);
        for (unsigned i = 0; i < CASES; i++) {
                uint64_t bits = 16500 + random_below(4000);
                uint64_t rest = random_below(4) == 0 ? random_below(3) : random_below(bits - 64);
                struct pair x;
                pair_init(&x);
                do {
                        random_positive(x.a, bits);
                        random_positive(x.b, rest);
                        steps_back(&x, UINT64_C(1) << 20);
                        /* Zeros that both of them lose would change what follows what. */
                } while (mpz_even_p(x.a) || mpz_even_p(x.b));
                disguise(x.a);
                disguise(x.b);
                assert_rest(&x, rest);
                pair_clear(&x);
        }
        random_end();
}

static void test_nothing_is_left_of_multiples(void **userdata)
{
        (void)userdata;
        random_start(seed);
        for (unsigned i = 0; i < CASES / 10; i++) {
                struct pair x;
                pair_init(&x);
                random_positive(x.a, 17000 + random_below(10000));
                mpz_setbit(x.a, 0);
                mpz_mul_ui(x.b, x.a, (unsigned long)(2 * random_below(UINT64_C(1) << 20) + 1));
                mpz_mul_ui(x.a, x.a, (unsigned long)(2 * random_below(UINT64_C(1) << 20) + 1));
                disguise(x.a);
                disguise(x.b);
                assert_rest(&x, 0);
                pair_clear(&x);
        }
        random_end();
}

/* Of others the shorter one is what is left. */
static void test_others_are_as_they_are(void **userdata)
{
        (void)userdata;
        random_start(seed);
        random_without_patterns();
        for (unsigned i = 0; i < CASES; i++) {
                struct pair x;
                pair_init(&x);
                random_positive(x.a, 17000 + random_below(4000));
                random_positive(x.b, random_below(2) ? 1 + random_below(17000)
                                                     : mpz_sizeinbase(x.a, 2) - random_below(90));
                mpz_setbit(x.a, 0);
                mpz_setbit(x.b, 0);
                uint64_t shorter =
                        bit_length(x.b) < bit_length(x.a) ? bit_length(x.b) : bit_length(x.a);
                uint64_t rest = bng_euclid_odd_rest_bits(x.a, x.b);
                /* By chance one vanishes in the leading bits, and is not much shorter. */
                assert_true(rest <= shorter && rest + 128 >= shorter);
                disguise(x.a);
                disguise(x.b);
                assert_true(bng_euclid_odd_rest_bits(x.a, x.b) == rest);
                mpz_set_ui(x.b, 0);
                assert_true(bng_euclid_odd_rest_bits(x.a, x.b) == 0);
                pair_clear(&x);
        }
        random_end();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_short_remainder_is_found),
                cmocka_unit_test(test_nothing_is_left_of_multiples),
                cmocka_unit_test(test_others_are_as_they_are),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
