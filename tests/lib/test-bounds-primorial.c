/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mpfr-check.h"
#include "bounds/primorial-table.h"

/*
 * The primorials below 2^22, from an ordinary sieve and 128 bits of MPFR: the table's entries, and that
 * the bounds are exact (for every primorial in the extended run). Above, the bounds against the same sum
 * as far as a sieve goes.
 */

#define EXACT_END (UINT32_C(1) << 22)
#define STRIDE 4096
#define SUM_PRECISION 128

static bool *sieved(uint32_t end)
{
        bool *composite = calloc(end, sizeof *composite);

        assert_non_null(composite);
        for (uint64_t p = 2; p * p < end; p++)
                for (uint64_t multiple = p * p; !composite[p] && multiple < end; multiple += p)
                        composite[multiple] = true;
        return composite;
}

/* sum += log2(prime), off by 2^-100 at most: 2^20 of them stay far below the table's 2^-40. */
static void add_log2(mpfr_t sum, uint32_t prime, mpfr_t log)
{
        mpfr_set_ui(log, prime, MPFR_RNDN);
        mpfr_log2(log, log, MPFR_RNDN);
        mpfr_add(sum, sum, log, MPFR_RNDN);
}

static uint64_t checkpoint_of(mpfr_t log)
{
        uint64_t entry;
        mpfr_t scaled;

        mpfr_init2(scaled, SUM_PRECISION);
        mpfr_mul_2ui(scaled, log, 40, MPFR_RNDN);
        entry = mpfr_get_uj(scaled, MPFR_RNDD);
        mpfr_clear(scaled);
        return entry;
}

static void expect_exact(uint32_t n, uint64_t bits)
{
        bng_bounds bounds = bng_bounds_primorial(n);

        if (bounds.bits_min != bits || bounds.bits_max != bits)
                fail_msg("primorial(%u): %llu bits, bounds [%llu, %llu]", n,
                         (unsigned long long)bits, (unsigned long long)bounds.bits_min,
                         (unsigned long long)bounds.bits_max);
}

static void test_exact(void **state)
{
        bool *composite = sieved(EXACT_END);
        uint64_t bits;
        mpfr_t log, scratch;

        (void)state;
        mpfr_inits2(SUM_PRECISION, log, scratch, NULL);
        mpfr_set_ui(log, 0, MPFR_RNDN);
        for (uint32_t n = 0; n < EXACT_END; n++) {
                bool prime = n >= 2 && !composite[n];

                if (prime)
                        add_log2(log, n, scratch);
                if (n % STRIDE == 0 && checkpoint_of(log) != bng_primorial_checkpoints[n / STRIDE])
                        fail_msg("entry %u of the table is wrong", n / STRIDE);
                /* Around the checkpoints, and a share of the primes that changes with the seed. */
                if (n % STRIDE > 1 && n % STRIDE < STRIDE - 2 && n > 2000 &&
                    !(prime && random_below(random_cases(1) > 1 ? 1 : 16) == 0))
                        continue;
                bits = mpfr_get_uj(log, MPFR_RNDD) + 1;
                expect_exact(n, bits);
                if (n > 0 && prime)
                        assert_true(bng_bounds_primorial(n - 1).bits_max < bits);
        }
        /* The last entry is at the end itself. */
        assert_int_equal(checkpoint_of(log), bng_primorial_checkpoints[EXACT_END / STRIDE]);
        mpfr_clears(log, scratch, NULL);
        free(composite);
}

/* Beyond the sieve's end: true, within a thousandth, and never less than before. */
static void test_theorem(void **state)
{
        uint32_t end = random_cases(6) * 1000000;
        bool *composite = sieved(end);
        bng_bounds before = {0, 0};
        mpfr_t log, scratch;

        (void)state;
        mpfr_inits2(SUM_PRECISION, log, scratch, NULL);
        mpfr_set_uj_2exp(log, bng_primorial_checkpoints[EXACT_END / STRIDE], -40, MPFR_RNDN);
        for (uint32_t n = EXACT_END; n < end; n++) {
                bng_bounds bounds;

                if (composite[n])
                        continue;
                add_log2(log, n, scratch);
                if (n % 61 > 3 && n > EXACT_END + 1000)
                        continue;
                bounds = bng_bounds_primorial(n);
                if (!holds_bits(bounds, mpfr_get_uj(log, MPFR_RNDD) + 1) ||
                    bounds.bits_max - bounds.bits_min > bounds.bits_min / 1000 ||
                    bounds.bits_min < before.bits_min || bounds.bits_max < before.bits_max)
                        fail_msg("primorial(%u): bounds [%llu, %llu]", n,
                                 (unsigned long long)bounds.bits_min,
                                 (unsigned long long)bounds.bits_max);
                before = bounds;
        }
        mpfr_clears(log, scratch, NULL);
        free(composite);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_exact),
                cmocka_unit_test(test_theorem),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
