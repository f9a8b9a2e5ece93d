/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gmp.h>
#include "bounds/checked.h"
#include "predict/time.h"

/*
 * How long roots take. Square roots have a curve. Those of higher degrees are found by mpn_rootrem from
 * their leading bits on: some from a table, and with each step about twice as many as before, less those
 * of the degree; up to as many as the degree has, one bit a step. A step is the root's power as far as it
 * is known, and a quotient of what that leaves by the power of one degree less. So a root of some hundred
 * bits takes several powers as long as the number, and one of a few bits a power alone.
 */

/* The first bits are found without a step, less the leading one. */
#define BITS_OF_TABLE 8

/* As many bits of the root as have to be known before the others: ceil(log2(degree)) + 1. */
static uint64_t bits_of_degree(uint64_t degree)
{
        return 65 - (unsigned)__builtin_clzll(degree - 1);
}

static struct bng_time times(double n, struct bng_time time)
{
        return (struct bng_time){n * time.seconds, time.pace};
}

/* From so many bits of the root below the leading one, where its logarithm is this, to so many more. */
static struct bng_time step(uint64_t bits, double root_log2, uint64_t more, uint64_t degree)
{
        double divisor_log2 = root_log2 * (double)(degree - 1);
        uint64_t divisor_bits = (uint64_t)divisor_log2 + 1;
        struct bng_time power = bng_time_and(bng_time_power(root_log2, 0, degree - 1),
                                             bng_time_multiply(divisor_bits, bits + 1));

        return bng_time_and(power, bng_time_quotient(divisor_bits + more, divisor_bits));
}

/* A number so long without a remainder gets so many limbs of zeros that the root has one more. */
static bool is_padded(uint64_t bits, uint64_t degree, bool with_remainder)
{
        return !with_remainder && bits / GMP_NUMB_BITS / 3 >= degree;
}

/* Only powers and their neighbours are then made again in the end; nobody knows before whether it is one. */
#define POWER_OR_NOT 0.7

static struct bng_time root_of_degree(uint64_t bits, uint64_t degree, bool with_remainder)
{
        bool padded = is_padded(bits, degree, with_remainder);
        double root_log2 = (double)bits / (double)degree + (padded ? GMP_NUMB_BITS : 0);
        uint64_t root_bits = (bits - 1) / degree + (padded ? GMP_NUMB_BITS : 0);
        struct bng_time time = bng_time_power(root_log2, 0, degree);

        time = times(padded ? POWER_OR_NOT : 1, time);
        for (uint64_t known = root_bits, before; known > BITS_OF_TABLE; known = before) {
                uint64_t of_degree = bits_of_degree(degree);
                before = known > of_degree ? (known + of_degree) / 2 : known - 1;
                time = bng_time_and(time, step(before, root_log2 - (double)(root_bits - before),
                                               known - before, degree));
        }
        return bng_time_and(time, bng_time_of(BNG_PACE_PASS, bits));
}

/*
 * By the curve, which is that of a square root without more. A remainder takes a third more. Without it the root
 * of a square takes as long again, since only its square shows that it is one, and that is not known before.
 */
#define WITH_REMAINDER 1.3
#define SQUARE_OR_NOT 1.25

struct bng_time bng_time_root(uint64_t bits, uint64_t degree, bool with_remainder)
{
        /* The number itself, or 1. */
        if (degree == 1 || degree >= bits)
                return bng_time_of(BNG_PACE_PASS, bits);
        if (degree <= 2 || bits == BNG_BITS_BEYOND)
                return times(with_remainder ? WITH_REMAINDER : SQUARE_OR_NOT,
                             bng_time_of(BNG_PACE_ROOT, bits));
        return root_of_degree(bits, degree, with_remainder);
}
