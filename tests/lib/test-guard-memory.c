/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "guard-cases.h"
#include "memory-fixture.h"
#include "predict/peak.h"

/*
 * The promise of the memory limit: no operation makes GMP hold more than was predicted, at any size
 * and for any shape of operands, and what is refused makes GMP hold nothing.
 *
 * The prediction is read off the outside: it is the lowest memory limit under which a check passes.
 */

static unsigned long seed = 20240301;

static bool worth_trying(const struct guard_case *op, double bits)
{
        return bits <= test_slow_bits(op->bits_max);
}

/* Where results go, any of them together. */
enum {
        TIGHT = 1,    /* the limit is tight: by way of a temporary */
        IN_PLACE = 2, /* into operands */
        ROOMY = 4,    /* where there is room already */
};
#define WAYS 8
/* Goes through all of them; of any three in a row one overwrites an operand, and one does not. */
#define NEXT_WAY 5

static void try_operands(bng_ctx *ctx, const struct guard_case *op, struct operands *x,
                         uint64_t bits, unsigned way)
{
        mpz_t r, s;
        mpz_inits(r, s, NULL);
        if (op->updates)
                random_integer(r, bits);
        mpz_ptr first = r, second = s;
        if (way & IN_PLACE) {
                bool swapped = random_below(2);
                first = swapped ? x->b : x->a;
                if (op->two && random_below(2))
                        second = swapped ? x->a : x->b;
        }
        if (way & ROOMY) {
                mpz_realloc2(first, bit_length(first) + random_below(2 * bits + 1));
                mpz_realloc2(second, bit_length(second) + random_below(2 * bits + 1));
        }

        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        uint64_t predicted = predicted_peak_of_case(ctx, op, x, first);
        if (way & TIGHT)
                bng_ctx_set_result_limit_bits(ctx, bits);
        uint64_t a_bits = bit_length(x->a);
        uint64_t b_bits = bit_length(x->b);
        gmp_hooks_start();
        bng_status status = op->guarded(ctx, x, first, second);
        uint64_t measured = gmp_hooks_peak_bytes();
        if (status != BNG_OK && !(way & TIGHT))
                fail_msg("%s: %s", op->name, bng_ctx_message(ctx));
        if (measured > predicted)
                fail_msg("%s holds %lu bytes, predicted %lu: about %lu bits, a of %lu, b of %lu, c "
                         "of %lu, m=%lu n=%lu, way %u, seed %lu",
                         op->name, (unsigned long)measured, (unsigned long)predicted,
                         (unsigned long)bits, (unsigned long)a_bits, (unsigned long)b_bits,
                         (unsigned long)bit_length(x->c), x->m, x->n, way, seed);
        mpz_clears(r, s, NULL);
}

static void try_size(bng_ctx *ctx, const struct guard_case *op, struct operands *x, double bits,
                     unsigned rounds)
{
        unsigned way = (unsigned)random_below(WAYS);

        for (unsigned round = 0; round < rounds; round++) {
                uint64_t about = (uint64_t)bits + random_below((uint64_t)bits / 2);
                op->make(x, about);
                try_operands(ctx, op, x, about, way);
                way = (way + NEXT_WAY) % WAYS;
        }
}

/* The operation that is tried, where an argument says which; otherwise all are. */
static const char *only;

static void test_no_operation_holds_more_than_predicted(void **userdata)
{
        bng_ctx *ctx = *userdata;
        struct operands x;
        bool tried = false;

        operands_init(&x);
        for (size_t i = 0; i < guard_cases_count; i++) {
                const struct guard_case *op = &guard_cases[i];
                double dense = test_is_extended() ? 1e7 : 5e5;
                double most = test_is_extended() ? test_longest_bits() : 1e7;

                if (only && strcmp(only, op->name) != 0)
                        continue;
                tried = true;
                random_start(seed);
                for (double bits = 100; bits <= dense && worth_trying(op, bits); bits *= 1.7)
                        try_size(ctx, op, &x, bits, bits < 3e4 ? 20 : bits < 1e6 ? 4 : WAYS);
                for (double bits = 1e7; bits <= most && worth_trying(op, bits); bits *= 10)
                        try_size(ctx, op, &x, bits, 3);
                random_end();
        }
        operands_clear(&x);
        if (!tried)
                fail_msg("there is no operation %s", only);
}

/* ---- products of numbers of which only a longest length is known ---- */

/* Of the same shorter factor a longer one may be split in fewer pieces, or be taken in parts. */
static void test_a_shorter_factor_holds_no_more(void **userdata)
{
        mpz_t a, b, r;

        (void)userdata;
        random_start(seed);
        for (unsigned i = 0; i < 500; i++) {
                uint64_t b_limbs = 1 + random_below(5000);
                uint64_t a_limbs = b_limbs + random_below(b_limbs * (random_below(2) ? 10 : 2));
                uint64_t most = a_limbs + random_below(a_limbs);
                mpz_inits(a, b, r, NULL);
                random_integer(a, a_limbs * GMP_NUMB_BITS);
                random_integer(b, b_limbs * GMP_NUMB_BITS);
                gmp_hooks_start();
                mpz_mul(r, a, b);
                uint64_t measured = gmp_hooks_peak_bytes();
                uint64_t predicted =
                        bng_peak_multiply(most * GMP_NUMB_BITS, b_limbs * GMP_NUMB_BITS);
                predicted -= (most - a_limbs) * sizeof(mp_limb_t);
                if (measured > predicted)
                        fail_msg("%lu limbs by %lu hold %lu bytes, of up to %lu: %lu",
                                 (unsigned long)a_limbs, (unsigned long)b_limbs,
                                 (unsigned long)measured, (unsigned long)most,
                                 (unsigned long)predicted);
                mpz_clears(a, b, r, NULL);
        }
        random_end();
}

/* ---- multifactorials, by way of factorials, double factorials, lists, and powers ---- */

static void try_multifactorial(bng_ctx *ctx, unsigned long n, unsigned long m)
{
        mpz_t r;

        mpz_init(r);
        uint64_t predicted = bng_predict_multifactorial(bng_operand_ui(n), m).peak_bytes;
        gmp_hooks_start();
        assert_int_equal(bng_mpz_mfac_uiui(ctx, r, n, m), BNG_OK);
        uint64_t held = gmp_hooks_peak_bytes();
        if (m == 2) {
                mpz_clear(r);
                mpz_init(r);
                gmp_hooks_start();
                assert_int_equal(bng_mpz_2fac_ui(ctx, r, n), BNG_OK);
                if (gmp_hooks_peak_bytes() > held)
                        held = gmp_hooks_peak_bytes();
        }
        if (held > predicted)
                fail_msg("mfac_uiui holds %lu bytes, predicted %lu, n=%lu, m=%lu, seed %lu",
                         (unsigned long)held, (unsigned long)predicted, n, m, seed);
        mpz_clear(r);
}

static void test_multifactorials_of_all_kinds(void **userdata)
{
        bng_ctx *ctx = *userdata;

        random_start(seed);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        for (unsigned long n = 0; n < 40; n++)
                for (unsigned long m = 1; m < 40; m++)
                        try_multifactorial(ctx, n, m);
        for (double numbers = 2; numbers < (test_is_extended() ? 1e6 : 4e4); numbers *= 1.4)
                for (unsigned round = 0; round < 12; round++) {
                        static const unsigned long rests[] = {1, 2, 3, 5, 1000003};
                        unsigned long count =
                                (unsigned long)numbers + (unsigned long)random_below(5);
                        unsigned long m = rests[random_below(sizeof rests / sizeof *rests)];
                        unsigned long g = (unsigned long)random_below(3) + 1;
                        unsigned long most = ULONG_MAX / m / g / (count + 1);
                        if (round % 3 == 0 && most > 0)
                                g *= 1 + (unsigned long)random_below(most < 1000 ? most : 1000);
                        if (round % 3 == 1 && most > 0)
                                g *= 1 + (unsigned long)random_below(most);
                        if (most > 0)
                                try_multifactorial(ctx,
                                                   g * (m * count + (unsigned long)random_below(m)),
                                                   m * g);
                }
        random_end();
}

/* ---- primes: longer than in the table, up to where candidates are sieved by many of them ---- */

static bng_status ask_nextprime(bng_ctx *ctx, const void *userdata)
{
        return bng_check_nextprime(ctx, userdata);
}

static void test_next_primes(void **userdata)
{
        bng_ctx *ctx = *userdata;
        mpz_t a, r;

        random_start(seed);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        for (double bits = 45; bits < (test_is_extended() ? 5000 : 1300); bits *= 1.3) {
                mpz_inits(a, r, NULL);
                random_integer(a, (uint64_t)bits);
                mpz_abs(a, a);
                uint64_t predicted = predicted_peak(ctx, ask_nextprime, a);
                gmp_hooks_start();
                assert_int_equal(bng_mpz_nextprime(ctx, r, a), BNG_OK);
                uint64_t measured = gmp_hooks_peak_bytes();
                /* Half as much again at most, where there is at least the generator. */
                if (measured > predicted || (bits > 60 && predicted > measured + measured / 2))
                        fail_msg("nextprime holds %lu bytes, predicted %lu, of %lu bits, seed %lu",
                                 (unsigned long)measured, (unsigned long)predicted,
                                 (unsigned long)bit_length(a), seed);
                mpz_clears(a, r, NULL);
        }
        random_end();
}

/* usage: test-guard-memory [OPERATION] */
int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_no_operation_holds_more_than_predicted),
                cmocka_unit_test(test_a_shorter_factor_holds_no_more),
                cmocka_unit_test(test_multifactorials_of_all_kinds),
                cmocka_unit_test(test_next_primes),
        };

        const struct CMUnitTest of_one[] = {
                cmocka_unit_test(test_no_operation_holds_more_than_predicted),
        };

        only = argc > 1 ? argv[1] : NULL;
        return only ? cmocka_run_group_tests(of_one, memory_set_up, memory_tear_down)
                    : cmocka_run_group_tests(tests, memory_set_up, memory_tear_down);
}
