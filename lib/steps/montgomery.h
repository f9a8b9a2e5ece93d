/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Montgomery's products modulo an odd m of one limb, R = B, or of two, R = B^2: a b / R mod m without a call and
 * without a division. The inverse is 1/m mod B.
 */

#include <gmp.h>
#include <stdint.h>

#if GMP_NUMB_BITS == 64
__extension__ typedef unsigned __int128 two_limbs;
#else
typedef uint64_t two_limbs;
#endif

/*
 * a b / R mod m for a, b < m. With q = a b / m mod R, a b and q m have the same low limb; what is left
 * of their high ones is above -m.
 */
static inline mp_limb_t multiply_limb(mp_limb_t a, mp_limb_t b, mp_limb_t modulus,
                                      mp_limb_t inverse)
{
        two_limbs product = (two_limbs)a * b;
        mp_limb_t q = (mp_limb_t)product * inverse;
        mp_limb_t high = (mp_limb_t)(product >> GMP_NUMB_BITS);
        mp_limb_t taken = (mp_limb_t)((two_limbs)q * modulus >> GMP_NUMB_BITS);

        return high - taken + (high < taken ? modulus : 0);
}

/* The low limb of a b + c + carry; the high one is carried on. */
static inline mp_limb_t add_product(mp_limb_t a, mp_limb_t b, mp_limb_t c, mp_limb_t *carry)
{
        two_limbs sum = (two_limbs)a * b + c + *carry;

        *carry = (mp_limb_t)(sum >> GMP_NUMB_BITS);
        return (mp_limb_t)sum;
}

/* limb + next B + q m, with the q for which the limb becomes 0; what is carried on from next. */
static inline mp_limb_t clear_limb(mp_limb_t limb, mp_limb_t *next, two_limbs modulus,
                                   mp_limb_t inverse)
{
        mp_limb_t q = -(limb * inverse), carry = 0;

        add_product(q, (mp_limb_t)modulus, limb, &carry);
        *next = add_product(q, (mp_limb_t)(modulus >> GMP_NUMB_BITS), *next, &carry);
        return carry;
}

/* a b / R mod m, below R: the four limbs of the product, of which multiples of m make two 0. */
static inline two_limbs multiply_two_limbs(two_limbs a, two_limbs b, two_limbs modulus,
                                           mp_limb_t inverse)
{
        mp_limb_t a0 = (mp_limb_t)a, a1 = (mp_limb_t)(a >> GMP_NUMB_BITS);
        mp_limb_t b0 = (mp_limb_t)b, b1 = (mp_limb_t)(b >> GMP_NUMB_BITS);
        mp_limb_t p2 = 0, p3 = 0;
        mp_limb_t p0 = add_product(a0, b0, 0, &p2);
        mp_limb_t p1 = add_product(a1, b0, 0, &p2);

        p1 = add_product(a0, b1, p1, &p3);
        p2 = add_product(a1, b1, p2, &p3);
        mp_limb_t low = clear_limb(p0, &p1, modulus, inverse);
        mp_limb_t high = clear_limb(p1, &low, modulus, inverse);
        two_limbs more = (two_limbs)high << GMP_NUMB_BITS | low;
        two_limbs sum = ((two_limbs)p3 << GMP_NUMB_BITS | p2) + more;
        return sum < more ? sum - modulus : sum;
}
