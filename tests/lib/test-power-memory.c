/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "always-in-steps.h"
#include "guard-cases.h"
#include "memory-fixture.h"
#include "predict/predict.h"

/*
 * Powers modulo a number hold no more than predicted where the base is longer than the modulus, or
 * the exponent is, in GMP's own calls, in the guarded ones and in steps; and not much less, because
 * only the first reduction sees the base.
 */

static unsigned long seed = 20240314;

/* Odd, even, a power of two, with zero limbs at its end that GMP takes away first. */
static void make_modulus(mpz_t m, uint64_t bits)
{
        random_integer(m, bits);
        if (random_below(3) == 0) {
                uint64_t zeros = random_below(4) == 0 ? bits - 1 : random_below(bits);
                mpz_tdiv_q_2exp(m, m, zeros);
                mpz_setbit(m, 0);
                mpz_mul_2exp(m, m, zeros);
        } else if (random_below(2)) {
                mpz_setbit(m, 0);
        }
}

enum way {
        GUARDED,
        PLAIN,
        IN_STEPS,
        SECRET,
        WAYS,
};

/* Whoever does not know the exponent does not know that the work is too short for steps. */
static struct bng_prediction predicted(enum way way, const mpz_t a, const mpz_t e, const mpz_t m)
{
        struct bng_operand exponent = bng_operand_z(e);

        if (way == IN_STEPS)
                exponent = bng_operand_range(bng_range_of_bits(0, bit_length(e)), false, true);
        return way == SECRET
                       ? bng_predict_secret_power_modulo(bng_operand_z(a), exponent,
                                                         bng_operand_z(m))
                       : bng_predict_power_modulo(bng_operand_z(a), exponent, bng_operand_z(m));
}

static void run(enum way way, bng_ctx *ctx, mpz_t r, const mpz_t a, const mpz_t e, const mpz_t m)
{
        struct bng_stop stop = {.until_nsec = BNG_NSEC_NEVER};

        switch (way) {
        case GUARDED:
                assert_int_equal(bng_mpz_powm(ctx, r, a, e, m), BNG_OK);
                break;
        case PLAIN:
                if (mpz_fits_ulong_p(e) && random_below(2))
                        mpz_powm_ui(r, a, mpz_get_ui(e), m);
                else
                        mpz_powm(r, a, e, m);
                break;
        case IN_STEPS:
                assert_true(always_in_steps(r, a, e, m, &stop));
                break;
        default:
                mpz_powm_sec(r, a, e, m);
        }
}

static void expect_power_within(bng_ctx *ctx, mpz_t r, const mpz_t a, const mpz_t e, const mpz_t m)
{
        bool can_be_in_steps = mpz_sgn(e) >= 0;
        bool can_be_secret = mpz_sgn(e) > 0 && mpz_odd_p(m) && mpz_size(a) < 2000;

        for (enum way way = 0; way < WAYS; way++) {
                if ((way == IN_STEPS && !can_be_in_steps) || (way == SECRET && !can_be_secret))
                        continue;
                uint64_t most = predicted(way, a, e, m).peak_bytes;
                mpz_clear(r);
                mpz_init(r);
                gmp_hooks_start();
                run(way, ctx, r, a, e, m);
                if (gmp_hooks_peak_bytes() > most)
                        fail_msg("way %d: a base of %zu limbs, an exponent of %zu bits, a modulus "
                                 "of %zu limbs: %lu bytes held, %lu predicted",
                                 (int)way, mpz_size(a), mpz_sizeinbase(e, 2), mpz_size(m),
                                 (unsigned long)gmp_hooks_peak_bytes(), (unsigned long)most);
        }
}

static void test_powers_of_long_bases(void **userdata)
{
        bng_ctx *ctx = *userdata;
        mpz_t r, a, e, m, g;

        mpz_inits(r, a, e, m, g, NULL);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        random_start(seed);
        for (unsigned i = 0; i < test_rounds(150, 3000); i++) {
                /* From far longer to hardly longer; sometimes so long that it is reduced in steps. */
                uint64_t base_bits = i % 30 == 0 ? 6400000 + random_below(9000000)
                                                 : 64 + random_below(UINT64_C(1) << (8 + i % 13));
                uint64_t modulus_bits = 2 + (random_below(2) ? random_below(base_bits)
                                                             : random_below(base_bits / 20 + 9));
                bool is_long = modulus_bits > 100000;
                random_integer(a, base_bits);
                make_modulus(m, modulus_bits);
                random_integer(e, 1 + random_below(is_long ? 3 : 300));
                mpz_abs(e, e);
                if (random_below(4) == 0 && mpz_sgn(m) != 0 && !is_long) {
                        mpz_gcd(g, a, m);
                        if (mpz_cmp_ui(g, 1) == 0)
                                mpz_neg(e, e);
                }
                if (mpz_sgn(m) != 0)
                        expect_power_within(ctx, r, a, e, m);
        }
        random_end();
        mpz_clears(r, a, e, m, g, NULL);
}

/* GMP and the steps keep as many powers as they ever do, each in whole limbs. */
static void test_powers_of_long_exponents(void **userdata)
{
        bng_ctx *ctx = *userdata;
        mpz_t r, a, e, m;

        mpz_inits(r, a, e, m, NULL);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        random_start(seed);
        for (unsigned limbs = 0; limbs <= 3; limbs++) {
                for (unsigned i = 0; i < test_rounds(12, 300); i++) {
                        /* Around a whole limb; odd, even, and a power of two. */
                        uint64_t bits = limbs * GMP_NUMB_BITS + 1 + i % 2;
                        mpz_set_ui(m, 0);
                        mpz_setbit(m, bits - 1);
                        if (i % 3 > 0)
                                mpz_setbit(m, i % 3 == 1 ? 0 : random_below(bits));
                        random_integer(a, i % 4 == 3 ? 2 * bits : bits);
                        random_integer(e, 30000 + random_below(50000));
                        mpz_abs(e, e);
                        expect_power_within(ctx, r, a, e, m);
                }
        }
        random_end();
        mpz_clears(r, a, e, m, NULL);
}

static void test_a_long_base_costs_a_reduction(void **userdata)
{
        bng_ctx *ctx = *userdata;
        mpz_t r, a, m;

        mpz_init(r);
        mpz_init(a);
        mpz_init_set_ui(m, 7);
        mpz_setbit(a, 66000000);
        gmp_hooks_start();
        assert_int_equal(bng_mpz_powm_ui(ctx, r, a, 2, m), BNG_OK);
        uint64_t held_bytes = gmp_hooks_peak_bytes();
        bng_ctx_set_memory_limit_bytes(ctx, 2 * held_bytes);
        assert_int_equal(bng_check_powm_ui(ctx, a, 2, m), BNG_OK);
        bng_ctx_set_memory_limit_bytes(ctx, held_bytes - 1);
        assert_int_equal(bng_check_powm_ui(ctx, a, 2, m), BNG_REFUSED_MEMORY);
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        mpz_clears(r, a, m, NULL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_powers_of_long_bases),
                cmocka_unit_test(test_powers_of_long_exponents),
                cmocka_unit_test(test_a_long_base_costs_a_reduction),
        };

        return cmocka_run_group_tests(tests, memory_set_up, memory_tear_down);
}
