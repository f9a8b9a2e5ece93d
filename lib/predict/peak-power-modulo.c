/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdbool.h>
#include "predict/limbs.h"
#include "predict/peak.h"
#include "predict/power-steps.h"
#include "predict/scratch.h"

/*
 * The peaks of powers modulo a number. Whoever asks may make them by GMP's own calls, of which short
 * exponents have another, or in steps where they take long (steps/modular.c): the most of these counts.
 *
 * An even modulus has an odd part and twos, each of which is a modulus of its own; the two results are
 * joined by products. Modulo an odd number of n limbs there are, beside it and the powers in a table:
 * the base times B^n and its quotient, of which nothing is left but the remainder; then an inverse modulo
 * B^n, and products that are reduced in Montgomery's form.
 */

struct parts {
        uint64_t base, modulus; /* in limbs, as all that follows */
        uint64_t odd, twos;     /* what the modulus is a product of; without twos 0 */
        uint64_t odd_bits, twos_bits;
        uint64_t exponent_bits;
        bool exact; /* of exactly these lengths */
};

/* Headers, carries, the limb by which a residue may be longer; numbers of some limbs. */
#define ROUNDING 16

static struct parts parts_of(struct bng_power_bits of)
{
        uint64_t odd_bits = of.twos_known ? of.modulus - of.twos : of.modulus;
        uint64_t twos_bits = of.twos_known ? of.twos : of.modulus;

        return (struct parts){
                .base = bng_limbs_of_bits(of.base),
                .modulus = bng_limbs_of_bits(of.modulus),
                .odd = bng_limbs_of_bits(odd_bits),
                .twos = bng_limbs_of_bits(twos_bits),
                .odd_bits = odd_bits,
                .twos_bits = twos_bits,
                .exponent_bits = of.exponent,
                .exact = of.twos_known && of.lengths_known,
        };
}

static uint64_t product(const struct parts *of, uint64_t a, uint64_t b)
{
        return of->exact ? bng_scratch_exact_product(a, b) : bng_scratch_multiply(a, b);
}

static uint64_t square(const struct parts *of, uint64_t a)
{
        return of->exact ? bng_scratch_exact_square(a) : bng_scratch_square(a);
}

static uint64_t division(const struct parts *of, uint64_t n, uint64_t d)
{
        if (of->exact)
                return bng_max(bng_scratch_tdiv_qr(n, d, 0, false),
                               bng_scratch_tdiv_qr(n, d, 1, false));
        return n < 2 * d ? bng_scratch_remainder_up_to(n) : bng_scratch_remainder_by_up_to(n, d);
}

/* ---- GMP's calls ---- */

unsigned bng_power_window(uint64_t exponent_bits)
{
        static const uint16_t longest[] = {7, 25, 81, 241, 673, 1793, 4609, 11521, 28161};
        unsigned window = 0;

        while (window < sizeof longest / sizeof *longest && exponent_bits > longest[window])
                window++;
        return window;
}

/* mpn_powm by an odd number: the table, and the base or products, with an inverse. */
static uint64_t odd_call(const struct parts *of, uint64_t base, unsigned window)
{
        uint64_t n = of->odd;
        uint64_t reduction = bng_block_limbs(2 * base + n + 1) +
                             bng_max(division(of, base + n, n), division(of, base, n));
        uint64_t products = bng_max(square(of, n), product(of, n, n));

        products = bng_max(products, bng_scratch_montgomery(n));
        return bng_block_limbs(n) + bng_block_limbs(n << window) + bng_max(reduction, products);
}

/* mpn_powlo, and what joins both results: an inverse and products. */
static uint64_t call_of_twos(const struct parts *of, unsigned window)
{
        uint64_t n = of->twos;
        uint64_t products = bng_max(square(of, n), bng_scratch_lower_half(n));
        uint64_t joining = bng_max(bng_scratch_lower_half(n), product(of, n, of->odd));

        joining = bng_max(joining, bng_scratch_modulo(n, 0));
        return 2 * bng_block_limbs(n) +
               bng_max(bng_block_limbs(n << window) + bng_block_limbs(2 * n) + products, joining);
}

/* mpz_powm; by an exponent of 1 a division is all. */
static uint64_t by_call(const struct parts *of, uint64_t base, uint64_t exponent_bits)
{
        uint64_t n = of->modulus;
        unsigned window = bng_power_window(exponent_bits);
        uint64_t inverses = 5 * bng_modulo_limbs(bng_max(of->odd, of->twos)) + ROUNDING;
        uint64_t own = (of->twos > 0 ? 3 : 1) * n;
        uint64_t block = bng_block_limbs(own + bng_max(inverses, 2 * n));
        uint64_t result = 2 * bng_block_limbs(of->twos) + n;
        uint64_t work =
                bng_max(odd_call(of, base, window), of->twos > 0 ? call_of_twos(of, window) : 0);
        uint64_t remainder = bng_block_limbs(n) + bng_block_limbs(bng_sat_sub(base, n) + 1) +
                             bng_max(division(of, base, n), n);

        return bng_max(bng_block_limbs(of->odd + 1) + block + bng_max(work, result), remainder);
}

/* A remainder by an inverse in blocks that always come from the hooks. */
static uint64_t own_division(const struct parts *of, uint64_t n, uint64_t d)
{
        uint64_t blocks = d < 4096 ? 6 * d + 64 : d + 2;

        return blocks + division(of, n, d);
}

/* mpz_powm_ui of an exponent below 20. */
#define SHORT_EXPONENT_BITS 5

static uint64_t of_short_exponent(const struct parts *of)
{
        uint64_t n = of->modulus;
        uint64_t reduction = bng_block_limbs(2 * of->base + 1) + own_division(of, of->base, n);
        uint64_t products =
                bng_max(bng_max(square(of, n), product(of, n, n)), own_division(of, 2 * n, n));

        return 2 * bng_block_limbs(n) +
               bng_max(reduction, bng_block_limbs(4 * n + 2) + bng_max(products, n));
}

/* ---- in steps ---- */

/*
 * steps/divide.c: at once, or block by block. Quotient and remainder count in; a remainder below zero
 * moves in the end.
 */
static uint64_t stepped_division(const struct parts *of, uint64_t n, uint64_t d)
{
        uint64_t block = bng_max(d / 2 + 1, 8192);
        uint64_t by_blocks = n < d + block ? 0 : 3 * d + 2 * block + division(of, d + block, d);
        uint64_t most = bng_max(bng_max(division(of, n, d), by_blocks), d);

        return bng_sat_sub(n, d) + d + most + ROUNDING;
}

/*
 * steps/residues.c. Beside the modulus and the table: the base; a form of it; products, with room for
 * three of them and one that is overwritten; or calls for squares in a row.
 */
static uint64_t part_in_steps(struct parts of, uint64_t n, uint64_t bits, uint64_t exponent_bits)
{
        bool is_odd = of.twos == 0;
        unsigned rows = bng_power_rows(exponent_bits);
        uint64_t columns = bng_div_up(exponent_bits, rows);
        uint64_t at_once = bng_min(columns, bng_power_squares_at_once(bits, is_odd ? 0 : bits));
        uint64_t table = ((n + (n > 96 || !is_odd)) << rows) + 4 * ROUNDING;

        uint64_t first = is_odd ? stepped_division(&of, of.base, n) : 0;
        uint64_t form = is_odd ? 2 * n + stepped_division(&of, 2 * n, n) : 0;
        uint64_t products = 7 * n + bng_max(square(&of, n), product(&of, n, n));
        uint64_t calls = at_once < BNG_CALL_SQUARES_MIN ? 0 : by_call(&of, n, at_once + 1);
        uint64_t most = bng_max(bng_max(form, products), calls);
        return n + bng_max(first, 2 * n + table + most) + 4 * ROUNDING;
}

/* The odd part, its result, that of the twos; and an inverse and products that join them. */
static uint64_t in_steps(const struct parts *of)
{
        struct parts odd = *of, twos = *of;

        odd.twos = 0;
        odd.modulus = of->odd;
        uint64_t most = part_in_steps(odd, of->odd, of->odd_bits, of->exponent_bits);
        if (of->twos == 0)
                return most;
        twos.odd = 1;
        twos.modulus = of->twos + 1;
        uint64_t n = of->twos;
        uint64_t inverse = 4 * n + product(of, n, n / 2 + 1);
        uint64_t joining =
                n + bng_max(3 * n + product(of, n, n), 3 * n + of->odd + product(of, n, of->odd));
        uint64_t held = 2 * of->odd + 2 * n + 4 * ROUNDING;
        most = bng_max(most, n + part_in_steps(twos, n, of->twos_bits,
                                               bng_min(of->exponent_bits, of->twos_bits)));
        most = bng_max(most, bng_max(bng_max(inverse, joining), 2 * of->modulus + n));
        return held + most;
}

/* A length beyond what an integer has leaves no room for anything else. */
static bool is_beyond(const struct parts *of)
{
        return bng_max(of->base, of->modulus) >= BNG_LIMBS_BEYOND;
}

uint64_t bng_peak_power_modulo(struct bng_power_bits of)
{
        struct parts parts = parts_of(of);

        if (is_beyond(&parts))
                return UINT64_MAX;
        uint64_t most = by_call(&parts, parts.base, of.exponent);
        if (!of.is_quick)
                most = bng_max(most, in_steps(&parts));
        if (of.exponent_min <= SHORT_EXPONENT_BITS)
                most = bng_max(most, of_short_exponent(&parts));
        return bng_bytes_of_limbs(most);
}

/* ---- for secrets ---- */

/*
 * mpz_powm_sec: one block for the base and for all values of a window, how many bits of which the tables
 * for processors say differently. These are the lowest lengths of all.
 */
uint64_t bng_peak_secret_power_modulo(struct bng_power_bits of)
{
        static const uint16_t longest[] = {1, 8, 54, 71, 452, 746, 2499};
        struct parts parts = parts_of(of);
        uint64_t bits = bng_sat_mul(bng_limbs_of_bits(of.exponent), GMP_NUMB_BITS);
        uint64_t n = parts.modulus;
        unsigned window = 1;

        if (is_beyond(&parts))
                return UINT64_MAX;
        for (size_t i = 0; i < sizeof longest / sizeof *longest && bits > longest[i]; i++)
                window++;
        uint64_t powers = (n << window) + 4 * n;
        uint64_t block = n + bng_max(powers, 2 * parts.base + 6 * n) + ROUNDING;
        return bng_bytes_of_limbs(bng_block_limbs(block) + n);
}
