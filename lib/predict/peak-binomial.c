/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "predict/limbs.h"
#include "predict/peak.h"
#include "predict/scratch.h"

/*
 * The peaks of binomials: of words by lib/steps/binomial.c, of longer n by mpz_bin_ui.
 *
 * Both multiply a long list in halves, and the worst moment of that is the last product. Say the
 * factors of a product have s limbs together: then they, the product and the scratch of any product
 * of s limbs are held. While the second half is made, beside it only the first half is, which has
 * what the second half lacks to s limbs; and s limbs and the scratch of any s limbs do not become
 * less with s. So what holds for the halves holds for the whole, but for the limb that a product may
 * be shorter than its room and a few of the shortest lists, which are in SPARE_LIMBS.
 */

/* A limb for each time that a list is halved, and the shortest lists, of 32 limbs each at most. */
#define SPARE_LIMBS 256

/*
 * Two neighbours in a list of the steps have more than a limb's bits together, so no half has more
 * than twice the limbs of the other one, or two thirds of all. bng_steps_multiply may take their
 * product apart, in products of up to half the longer factor; the pieces of both then have up to two
 * thirds. At first it holds the sums of the halves, as long together, and their product; then that
 * beside the whole product. Pieces of the longer factor alone take no more.
 */
static uint64_t product_in_steps(uint64_t limbs)
{
        uint64_t pieces = 2 * limbs / 3 + 16;
        uint64_t whole = bng_min(bng_scratch_multiply_any(limbs),
                                 bng_scratch_multiply(2 * limbs / 3 + 1, limbs / 2 + 1));

        return 2 * limbs + bng_max(whole, pieces + bng_scratch_multiply_any(pieces));
}

/*
 * For k up to 1000 GMP keeps its list on the stack, as well as what it multiplies; up to 70 it moves
 * the result, with a limb of room for each factor. Otherwise the list has the room that bng_factors_init
 * makes. Before it is multiplied there is the sieve, a bit for two numbers, and a block of terms
 * where k is below n/16.
 */
uint64_t bng_peak_binomial(uint64_t bits, uint64_t n, uint64_t k)
{
        uint64_t result = bng_limbs_of_bits(bits) + 2;

        if (k > n)
                return bng_bytes_of_limbs(1);
        k = bng_min(k, n - k);
        if (k <= 1000)
                return bng_bytes_of_limbs(result + (k > 1 ? bng_min(2 * k, SPARE_LIMBS) + 8 : 0));

        bool by_primes = k >= n / 16;
        uint64_t list = 2 * result + 1;
        uint64_t sieve = (by_primes ? n : k) / 2 / GMP_NUMB_BITS + 2;
        uint64_t terms = by_primes ? 0 : bng_max(k / 64, bng_min(k / 8, 65536)) + 1;
        uint64_t product = product_in_steps(result);
        return bng_bytes_of_limbs(list + SPARE_LIMBS + bng_max(sieve + terms, product));
}

/*
 * The product of terms of up to so many limbs each, limbs together. As many are in either factor, but
 * for two and what was put aside, less than two again. A term is a product of two from either end of
 * what is left of the numbers from n - k + 1 to n, so all are nearly as long: with n > 2k and above
 * a word, within a 256th.
 */
static uint64_t product_of_terms(uint64_t limbs, uint64_t term)
{
        uint64_t half = limbs / 2 + limbs / 256 + 5 * term;

        return 2 * limbs +
               bng_min(bng_scratch_multiply_any(limbs), bng_scratch_multiply(half, half));
}

/*
 * mpz_bin_ui makes n (n-1) .. (n-k+1), apart from twos, of products of two and four terms each,
 * which it finds from the ones before: in four numbers of up to four times the length of n, one of
 * which is an operand of a square, and which move as they grow. That number is as long as the
 * result and k! are together. Then it makes the odd part of k! and divides.
 */
uint64_t bng_peak_long_binomial(uint64_t bits, uint64_t n_bits, uint64_t k, uint64_t factorial_bits)
{
        uint64_t n = bng_limbs_of_bits(n_bits) + 2;
        if (k <= 1)
                return bng_bytes_of_limbs(2 * n);

        uint64_t terms = 12 * n + bng_min(8 * k, SPARE_LIMBS);
        uint64_t numerator_bits = bng_sat_add(bits, factorial_bits);
        uint64_t numerator = bng_limbs_of_bits(numerator_bits) + 2;
        uint64_t denominator = bng_limbs_of_bits(factorial_bits) + 2;

        uint64_t multiply = product_of_terms(bng_max(numerator, 4 * n), 4 * n);
        uint64_t held = bng_bytes_of_limbs(terms + numerator);
        uint64_t factorial = bng_peak_factorial(factorial_bits, k);
        uint64_t divide =
                bng_sat_add(bng_bytes_of_limbs(2 * denominator),
                            bng_peak_exact_quotient_up_to(numerator_bits, factorial_bits));
        return bng_max(bng_bytes_of_limbs(terms + multiply),
                       bng_sat_add(held, bng_max(factorial, divide)));
}
