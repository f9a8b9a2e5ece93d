/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/primorial-table.h"
#include "bounds/range.h"
#include "bounds/stirling.h"

/*
 * Primorials: log2 of the product of the primes up to n is theta(n) / ln 2, with Chebyshev's theta.
 *
 *   n < 53                the product itself, it fits 64 bits
 *   n < 2^22              exact bit counts: the logarithm of the product up to the last checkpoint
 *                         before n, by table, and those of the primes between, by a sieve
 *   n <= 10^19            n - 1.95 sqrt n <= theta(n) < n - 0.05 sqrt n
 *       - J. Buethe, "An analytic method for bounding psi(x)", Math. Comp. 87, 2018, Theorem 2: the
 *         first from 1423, the second from 1 on
 *   above                 n (1 - 1/ln n) < theta(n) < 1.000028 n
 *       - J. B. Rosser and L. Schoenfeld 1962, from 41 on; P. Dusart 2010
 *
 * The third line is within the fourth. From 2^22 on its ends are 1.9 / sqrt n < 0.001 of the bits
 * apart, at GMP's ceiling 7 * 10^-6.
 */

#define STRIDE 4096                                /* from checkpoint to checkpoint */
#define SIEVE_END (UINT32_C(1) << 22)              /* 1024 of them */
#define THEOREM_END UINT64_C(10000000000000000000) /* 10^19 */

/* 1.95 up and 0.05 down. */
#define FACTOR_UP ((struct bng_fixed){1, 0xf333333333333334})
#define FACTOR_DN ((struct bng_fixed){0, 0x0ccccccccccccccc})

/* The odd primes below 2048 = sqrt(2^22): every odd composite below SIEVE_END has one as a factor. */
static const uint16_t odd_primes[] = {
        3,    5,    7,    11,   13,   17,   19,   23,   29,   31,   37,   41,   43,   47,   53,
        59,   61,   67,   71,   73,   79,   83,   89,   97,   101,  103,  107,  109,  113,  127,
        131,  137,  139,  149,  151,  157,  163,  167,  173,  179,  181,  191,  193,  197,  199,
        211,  223,  227,  229,  233,  239,  241,  251,  257,  263,  269,  271,  277,  281,  283,
        293,  307,  311,  313,  317,  331,  337,  347,  349,  353,  359,  367,  373,  379,  383,
        389,  397,  401,  409,  419,  421,  431,  433,  439,  443,  449,  457,  461,  463,  467,
        479,  487,  491,  499,  503,  509,  521,  523,  541,  547,  557,  563,  569,  571,  577,
        587,  593,  599,  601,  607,  613,  617,  619,  631,  641,  643,  647,  653,  659,  661,
        673,  677,  683,  691,  701,  709,  719,  727,  733,  739,  743,  751,  757,  761,  769,
        773,  787,  797,  809,  811,  821,  823,  827,  829,  839,  853,  857,  859,  863,  877,
        881,  883,  887,  907,  911,  919,  929,  937,  941,  947,  953,  967,  971,  977,  983,
        991,  997,  1009, 1013, 1019, 1021, 1031, 1033, 1039, 1049, 1051, 1061, 1063, 1069, 1087,
        1091, 1093, 1097, 1103, 1109, 1117, 1123, 1129, 1151, 1153, 1163, 1171, 1181, 1187, 1193,
        1201, 1213, 1217, 1223, 1229, 1231, 1237, 1249, 1259, 1277, 1279, 1283, 1289, 1291, 1297,
        1301, 1303, 1307, 1319, 1321, 1327, 1361, 1367, 1373, 1381, 1399, 1409, 1423, 1427, 1429,
        1433, 1439, 1447, 1451, 1453, 1459, 1471, 1481, 1483, 1487, 1489, 1493, 1499, 1511, 1523,
        1531, 1543, 1549, 1553, 1559, 1567, 1571, 1579, 1583, 1597, 1601, 1607, 1609, 1613, 1619,
        1621, 1627, 1637, 1657, 1663, 1667, 1669, 1693, 1697, 1699, 1709, 1721, 1723, 1733, 1741,
        1747, 1753, 1759, 1777, 1783, 1787, 1789, 1801, 1811, 1823, 1831, 1847, 1861, 1867, 1871,
        1873, 1877, 1879, 1889, 1901, 1907, 1913, 1931, 1933, 1949, 1951, 1973, 1979, 1987, 1993,
        1997, 1999, 2003, 2011, 2017, 2027, 2029, 2039,
};
#define ODD_PRIMES (sizeof odd_primes / sizeof odd_primes[0])

/* The table's entry, and what it was rounded down by at most. */
static struct bng_enclosure checkpoint(uint32_t i)
{
        uint64_t log = bng_primorial_checkpoints[i];

        return (struct bng_enclosure){
                {log >> 40, log << 24},
                {(log + 1) >> 40, (log + 1) << 24},
        };
}

/* Marks the odd composites of first + 1, first + 3, ... last; first is even. */
static void sieve(uint32_t first, uint32_t last, bool composite[STRIDE / 2])
{
        for (size_t i = 0; i < ODD_PRIMES; i++) {
                uint32_t p = odd_primes[i], multiple = p * p;

                if (multiple > last)
                        return;
                if (multiple <= first) {
                        multiple = (first / p + 1) * p;
                        if (multiple % 2 == 0)
                                multiple += p;
                }
                for (; multiple <= last; multiple += 2 * p)
                        composite[(multiple - first) / 2] = true;
        }
}

/*
 * log2 of the primorial of n, n < SIEVE_END. Primes are multiplied while the product fits 64 bits, so
 * a logarithm serves at least two of them: less than 2^10 logarithms, each 3 ulps wide. With the
 * checkpoint's 2^-40 the enclosure is narrower than 2^-39, and no primorial of this range is that near
 * to a power of two (the tests see each of them).
 */
static struct bng_enclosure log2_primorial(uint32_t n)
{
        uint32_t first = n / STRIDE * STRIDE;
        bool composite[STRIDE / 2] = {false};
        struct bng_enclosure log = checkpoint(n / STRIDE), part;
        uint64_t product = first == 0 && n >= 2 ? 2 : 1;

        sieve(first, n, composite);
        for (uint32_t i = first == 0 ? 1 : 0; first + 2 * i + 1 <= n; i++) {
                uint32_t prime = first + 2 * i + 1;

                if (composite[i])
                        continue;
                if (product > UINT64_MAX / prime) {
                        part = bng_log2_u64(product);
                        log.lo = bng_fixed_add(log.lo, part.lo);
                        log.hi = bng_fixed_add(log.hi, part.hi);
                        product = 1;
                }
                product *= prime;
        }
        part = bng_log2_u64(product);
        return (struct bng_enclosure){
                bng_fixed_add(log.lo, part.lo),
                bng_fixed_add(log.hi, part.hi),
        };
}

static struct bng_range small_primorial(uint32_t n)
{
        uint64_t product = n >= 2 ? 2 : 1;
        struct bng_enclosure log;

        if (n >= 53) {
                log = log2_primorial(n);
                return bng_range_between(bng_magnitude_lo(log.lo), bng_magnitude_hi(log.hi));
        }
        for (size_t i = 0; odd_primes[i] <= n; i++)
                product *= odd_primes[i];
        return bng_range_of_u64(product);
}

/*
 * Above 10^19, ln n > 43.7: theta(n) / ln 2 is above 0.977 n / ln 2 > 1.409 n > 2^0.4946 n, and
 * below 1.000028 n / ln 2 < 2^0.52881 n.
 */
static struct bng_range primorial_huge(struct bng_magnitude n)
{
        const struct bng_magnitude dn = {1, {0, 0x7e9e1b089a027525}};
        const struct bng_magnitude up = {1, {0, 0x875fe15dc74aafff}};

        return bng_range_between(bng_magnitude_exp2_lo(bng_magnitude_mul_lo(n, dn)),
                                 bng_magnitude_exp2_hi(bng_magnitude_mul_hi(n, up)));
}

static struct bng_range primorial(uint64_t n)
{
        struct bng_fixed root_lo, root_hi, theta_lo, theta_hi, bits_lo, end;
        struct bng_enclosure log;

        if (n < SIEVE_END)
                return small_primorial((uint32_t)n);
        log = bng_log2_u64(n);
        if (n > THEOREM_END)
                return bng_range_span(primorial_huge(bng_magnitude_lo(log.lo)),
                                      primorial_huge(bng_magnitude_hi(log.hi)));
        root_lo = bng_exp2(bng_fixed_shr_dn(log.lo, 1)).lo;
        root_hi = bng_exp2(bng_fixed_shr_up(log.hi, 1)).hi;
        theta_lo = bng_fixed_sub(bng_fixed_of(n), bng_fixed_mul_up(FACTOR_UP, root_hi));
        theta_hi = bng_fixed_sub(bng_fixed_of(n), bng_fixed_mul_dn(FACTOR_DN, root_lo));
        bits_lo = bng_fixed_mul_dn(theta_lo, BNG_LOG2_E_DN);
        /* Never less than what is known of fewer primes. */
        end = checkpoint(SIEVE_END / STRIDE).lo;
        if (bng_fixed_compare(bits_lo, end) < 0)
                bits_lo = end;
        return bng_range_between(bng_magnitude_lo(bits_lo),
                                 bng_magnitude_hi(bng_fixed_mul_up(theta_hi, BNG_LOG2_E_UP)));
}

struct bng_range bng_range_primorial(struct bng_range n)
{
        return bng_range_monotone(n, primorial, primorial_huge);
}
