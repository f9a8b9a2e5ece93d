/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The bounds against GMP, with the fuzzer's bytes as operands. The first byte chooses a row of
 * tests/lib/bounds-rows.h, whose promise must hold; then eight bytes make each number it draws.
 * Whatever the row, the arguments of a growing operation are drawn once more over all 64 bits,
 * where no result can be computed: there its bounds must be ordered, never fall as an argument
 * rises, and stay "beyond" once they are.
 */

#include <stdlib.h>
#include "../lib/bounds-rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *left;
static size_t left_bytes;

/* Little endian; zeros follow the end. */
static uint64_t next_of_bytes(struct draw *draw)
{
        uint64_t n = 0;
        size_t take = left_bytes < 8 ? left_bytes : 8;

        (void)draw;
        for (size_t i = 0; i < take; i++)
                n |= (uint64_t)left[i] << 8 * i;
        left += take;
        left_bytes -= take;
        return n;
}

static void check(bool ok)
{
        if (!ok)
                abort();
}

static bng_bounds grown(unsigned operation, uint64_t n, uint64_t k)
{
        switch (operation) {
        case 0:
                return bng_bounds_pow(2 + k % 1000, k | UINT64_C(1) << 63, n);
        case 1:
                return bng_bounds_fac(n);
        case 2:
                return bng_bounds_mfac(n, k ? k : 1);
        case 3:
                return bng_bounds_bin(n, k >> 40);
        case 4:
                return bng_bounds_fib(n);
        case 5:
                return bng_bounds_luc(n ? n : 1);
        case 6:
                return bng_bounds_primorial(n);
        case 7:
                return bng_bounds_mul(n, k);
        case 8:
                return bng_bounds_shift_left(k, n);
        case 9:
                return bng_bounds_lcm(n, k);
        case 10:
                return bng_bounds_rrandomb(n);
        case 11:
                return bng_bounds_setbit(k, n);
        case 12:
                return bng_bounds_nextprime(n);
        default:
                /* BNG_BITS_BEYOND stands for 2^63 bits and more, so it is not above 2^63. */
                return bng_bounds_root(n >> 1, 1 + k % 70);
        }
}

static void check_far(struct draw *draw, unsigned operation)
{
        uint64_t n = draw->next(draw), more = draw->next(draw), k = draw->next(draw), limit;
        bng_bounds less = grown(operation, n, k), greater;

        more = n > UINT64_MAX - more ? UINT64_MAX : n + more;
        greater = grown(operation, more, k);
        check(less.bits_min <= less.bits_max);
        check(less.bits_min <= greater.bits_min && less.bits_max <= greater.bits_max);
        check(less.bits_max < UINT64_C(1) << 63 || less.bits_max == BNG_BITS_BEYOND);
        check(less.bits_min < UINT64_C(1) << 63 || less.bits_min == BNG_BITS_BEYOND);

        /* A quick answer about a power never contradicts its bounds. */
        less = grown(0, n, k);
        limit = draw->next(draw) >> 1;
        switch (bng_bounds_pow_fits(2 + k % 1000, k | UINT64_C(1) << 63, n, limit)) {
        case BNG_FIT_YES:
                check(less.bits_max <= limit);
                break;
        case BNG_FIT_NO:
                check(less.bits_min > limit);
                break;
        default:
                check(less.bits_min <= limit && limit < less.bits_max);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct draw draw = {next_of_bytes};
        static bool begun;

        if (!begun)
                bounds_rows_begin();
        begun = true;
        if (!size)
                return 0;
        left = data + 1;
        left_bytes = size - 1;
        check(outcome_is_good(bounds_rows[data[0] % bounds_rows_length].run(&draw)));
        left = data + 1;
        left_bytes = size - 1;
        check_far(&draw, data[0] % 14);
        return 0;
}
