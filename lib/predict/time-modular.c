/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <gmp.h>
#include "bounds/checked.h"
#include "predict/time.h"

/*
 * How long powers modulo a number take, by GMP in one piece or in steps (steps/modular.c): as often the
 * price of a bit as the exponent has bits. An odd part and the twos of a modulus are worked with one
 * after the other.
 */

static struct bng_time times(double n, struct bng_time time)
{
        return (struct bng_time){n > 0 ? n * time.seconds : 0, time.pace};
}

/* For each bit of an exponent; INFINITY for one beyond. To the power of 1 there is nothing to do. */
static double bits_of_exponent(uint64_t exponent_bits)
{
        if (exponent_bits <= 1)
                return 0;
        return exponent_bits == BNG_BITS_BEYOND ? INFINITY : (double)exponent_bits + 1;
}

static uint64_t whole_limbs(uint64_t bits)
{
        return bits > BNG_BITS_BEYOND - GMP_NUMB_BITS
                       ? bits
                       : (bits + GMP_NUMB_BITS - 1) / GMP_NUMB_BITS * GMP_NUMB_BITS;
}

/*
 * Of a base below an odd modulus. It is shifted by as many limbs as the modulus has and reduced, so that there
 * are no divisions afterwards.
 */
static struct bng_time power_of_residue(uint64_t exponent_bits, uint64_t modulus_bits)
{
        struct bng_time power =
                times(bits_of_exponent(exponent_bits),
                      bng_time_of(BNG_PACE_POWER_MODULO, whole_limbs(modulus_bits)));

        return exponent_bits <= 1
                       ? power
                       : bng_time_and(power, bng_time_remainder(bng_sat_mul(2, modulus_bits),
                                                                modulus_bits));
}

/* A window of some bits is a product; calls take their time too. */
#define BITS_OF_WINDOW 6
#define SECONDS_OF_CALLS 10e-9

/* Of a base below 2^twos: products that are cut off. */
static struct bng_time power_modulo_twos(uint64_t exponent_bits, uint64_t twos)
{
        struct bng_time bit = times(1. / BITS_OF_WINDOW, bng_time_multiply(twos, twos));

        bit = bng_time_and(bit, bng_time_of(BNG_PACE_SQUARE, bng_sat_mul(2, twos)));
        bit.seconds += SECONDS_OF_CALLS;
        return times(twos == 0 ? 0 : bits_of_exponent(exponent_bits), bit);
}

/* A number that is a power of two has no odd part to be worked with. */
static uint64_t odd_part(uint64_t modulus_bits, uint64_t twos)
{
        uint64_t bits = modulus_bits > twos ? modulus_bits - twos : 0;

        return twos > 0 && bits <= 1 ? 0 : bits;
}

struct bng_time bng_time_power_modulo(uint64_t base_bits, uint64_t exponent_bits,
                                      uint64_t modulus_bits, uint64_t twos)
{
        uint64_t odd_bits = odd_part(modulus_bits, twos);
        struct bng_time power = power_modulo_twos(exponent_bits, twos);

        if (odd_bits > 0)
                power = bng_time_and(power_of_residue(exponent_bits, odd_bits), power);
        return bng_time_and(power, bng_time_remainder(base_bits, modulus_bits));
}

/*
 * In steps over GMP in one piece, as measured: from 0.9 to 1.2; 1.4 of numbers so long that every square
 * is a step.
 */
#define POWER_IN_STEPS 1.15

/* What puts the results of an odd part and of the twos together: products, most of an inverse's. */
#define PRODUCTS_TO_JOIN 6

struct bng_time bng_time_power_modulo_stepped(uint64_t base_bits, uint64_t exponent_bits,
                                              uint64_t modulus_bits, uint64_t twos)
{
        struct bng_time at_once =
                bng_time_power_modulo(base_bits, exponent_bits, modulus_bits, twos);
        uint64_t odd_bits = odd_part(modulus_bits, twos);
        struct bng_time power = power_modulo_twos(bng_min(exponent_bits, twos), twos);

        if (at_once.seconds < BNG_POWER_AT_ONCE_SECONDS)
                return at_once;
        if (odd_bits > 0) {
                power = bng_time_and(
                        times(POWER_IN_STEPS, power_of_residue(exponent_bits, odd_bits)), power);
                power = bng_time_and(power, times(twos == 0 ? 0 : PRODUCTS_TO_JOIN,
                                                  bng_time_multiply(twos, twos)));
        }
        return bng_time_and(power, bng_time_remainder(base_bits, modulus_bits));
}

/* For each bit of the exponent, of which GMP takes whole limbs. */
#define SECONDS_PER_PAIR_OF_LIMBS 2e-9
#define SECONDS_OF_SECRET_CALLS 18e-9

/* Limb by limb, however long the modulus is. */
struct bng_time bng_time_secret_power_modulo(uint64_t base_bits, uint64_t exponent_bits,
                                             uint64_t modulus_bits)
{
        double limbs = modulus_bits == BNG_BITS_BEYOND
                               ? INFINITY
                               : (double)whole_limbs(modulus_bits) / GMP_NUMB_BITS;
        double bits =
                exponent_bits == BNG_BITS_BEYOND ? INFINITY : (double)whole_limbs(exponent_bits);
        struct bng_time bit = {limbs * limbs * SECONDS_PER_PAIR_OF_LIMBS + SECONDS_OF_SECRET_CALLS,
                               BNG_PACE_POWER_MODULO};

        return bng_time_and(times(bits, bit), bng_time_remainder(base_bits, modulus_bits));
}
