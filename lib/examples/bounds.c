/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guard of a language that has integers of its own. It knows of each its sign and its limbs, and
 * asks the pure bounds before it computes: no GMP is needed, neither to compile nor to call them.
 * Prints what it would do with a few operations.
 */
#define BNG_NO_GMP
#include <bignum-guard.h>
#include <inttypes.h>
#include <stdio.h>

#define LIMIT_BITS UINT64_C(8388608) /* 1 MiB */

/* An integer of this language: limbs of 32 bits, the lowest first, the highest not 0. */
struct integer {
        size_t length;
        const uint32_t *limbs;
};

static uint64_t bits_of(struct integer n)
{
        if (n.length == 0)
                return 0;
        return 32 * (uint64_t)n.length - (uint64_t)__builtin_clz(n.limbs[n.length - 1]);
}

/* The leading 64 bits, the highest of them set: what makes the bounds of a power exact. */
static uint64_t lead_of(struct integer n)
{
        uint64_t lead = 0;
        unsigned missing = 64;

        for (size_t i = n.length; i > 0 && missing > 0; i--) {
                unsigned zeros = i == n.length ? (unsigned)__builtin_clz(n.limbs[i - 1]) : 0;
                unsigned have = 32 - zeros < missing ? 32 - zeros : missing;
                uint64_t limb = (uint64_t)n.limbs[i - 1] >> (32 - zeros - have);
                missing -= have;
                lead |= limb << missing;
        }
        return lead;
}

/* Of a refusal the language would make an exception with this sentence. */
static void judge(const char *what, bng_bounds bits)
{
        if (bits.bits_min > LIMIT_BITS && bits.bits_min == BNG_BITS_BEYOND)
                printf("%s: refused, it has 2^63 bits or more\n", what);
        else if (bits.bits_min > LIMIT_BITS)
                printf("%s: refused, it has at least %" PRIu64 " bits\n", what, bits.bits_min);
        else if (bits.bits_max > LIMIT_BITS)
                printf("%s: compute it and look, it may have %" PRIu64 " bits\n", what,
                       bits.bits_max);
        else
                printf("%s: compute it, room for %" PRIu64 " bits is enough\n", what,
                       bits.bits_max);
}

int main(void)
{
        static const uint32_t limbs[] = {0xdeadbeef, 0xcafe, 0x400};
        struct integer n = {3, limbs};

        judge("n * n", bng_bounds_mul(bits_of(n), bits_of(n)));
        judge("n ** 100", bng_bounds_pow(bits_of(n), lead_of(n), 100));
        judge("n ** 113359", bng_bounds_pow(bits_of(n), lead_of(n), 113359));
        judge("n ** 113360", bng_bounds_pow(bits_of(n), lead_of(n), 113360));
        judge("n << 10000000000", bng_bounds_shift_left(bits_of(n), 10000000000));
        judge("factorial(500000)", bng_bounds_fac(500000));
        judge("factorial(2 ** 63)", bng_bounds_fac(UINT64_C(1) << 63));
        printf("n * n in decimal: at most %" PRIu64 " digits\n",
               bng_bounds_get_str(bng_bounds_mul(bits_of(n), bits_of(n)).bits_max, 10).digits_max);
}
