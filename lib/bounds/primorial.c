/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/range.h"
#include "bounds/stirling.h"

/*
 * Primorials: log2 of the product of the primes up to n is theta(n) / ln 2, with Chebyshev's theta.
 *
 *   n < 53                exact, the product fits 64 bits
 *   n < 1427              exact bit counts, by table
 *   n <= 10^19            n - 1.95 sqrt n <= theta(n) < n - 0.05 sqrt n
 *       - J. Buethe, "An analytic method for bounding psi(x)", Math. Comp. 87, 2018, Theorem 2: the
 *         first from 1423, the second from 1 on
 *   above                 n (1 - 1/ln n) < theta(n) < 1.000028 n
 *       - J. B. Rosser and L. Schoenfeld 1962, from 41 on; P. Dusart 2010
 *
 * The third line is within the fourth. At GMP's ceiling its ends are 2 * 10^-5 of the bits apart.
 */

/* Primes up to 1423 and the bits of the product up to each; the tests multiply again. */
static const struct {
        uint16_t prime;
        uint16_t bits;
} table[] = {
        {2, 2},       {3, 3},       {5, 5},       {7, 8},       {11, 12},     {13, 15},
        {17, 19},     {19, 24},     {23, 28},     {29, 33},     {31, 38},     {37, 43},
        {41, 49},     {43, 54},     {47, 60},     {53, 65},     {59, 71},     {61, 77},
        {67, 83},     {71, 89},     {73, 96},     {79, 102},    {83, 108},    {89, 115},
        {97, 121},    {101, 128},   {103, 135},   {107, 141},   {109, 148},   {113, 155},
        {127, 162},   {131, 169},   {137, 176},   {139, 183},   {149, 190},   {151, 198},
        {157, 205},   {163, 212},   {167, 220},   {173, 227},   {179, 235},   {181, 242},
        {191, 250},   {193, 257},   {197, 265},   {199, 273},   {211, 280},   {223, 288},
        {227, 296},   {229, 304},   {233, 312},   {239, 319},   {241, 327},   {251, 335},
        {257, 343},   {263, 351},   {269, 359},   {271, 368},   {277, 376},   {281, 384},
        {283, 392},   {293, 400},   {307, 408},   {311, 417},   {313, 425},   {317, 433},
        {331, 442},   {337, 450},   {347, 459},   {349, 467},   {353, 475},   {359, 484},
        {367, 492},   {373, 501},   {379, 510},   {383, 518},   {389, 527},   {397, 535},
        {401, 544},   {409, 553},   {419, 561},   {421, 570},   {431, 579},   {433, 588},
        {439, 596},   {443, 605},   {449, 614},   {457, 623},   {461, 632},   {463, 641},
        {467, 649},   {479, 658},   {487, 667},   {491, 676},   {499, 685},   {503, 694},
        {509, 703},   {521, 712},   {523, 721},   {541, 730},   {547, 739},   {557, 748},
        {563, 758},   {569, 767},   {571, 776},   {577, 785},   {587, 794},   {593, 803},
        {599, 813},   {601, 822},   {607, 831},   {613, 840},   {617, 850},   {619, 859},
        {631, 868},   {641, 878},   {643, 887},   {647, 896},   {653, 906},   {659, 915},
        {661, 924},   {673, 934},   {677, 943},   {683, 953},   {691, 962},   {701, 971},
        {709, 981},   {719, 990},   {727, 1000},  {733, 1009},  {739, 1019},  {743, 1029},
        {751, 1038},  {757, 1048},  {761, 1057},  {769, 1067},  {773, 1076},  {787, 1086},
        {797, 1096},  {809, 1105},  {811, 1115},  {821, 1125},  {823, 1134},  {827, 1144},
        {829, 1154},  {839, 1163},  {853, 1173},  {857, 1183},  {859, 1193},  {863, 1202},
        {877, 1212},  {881, 1222},  {883, 1232},  {887, 1242},  {907, 1251},  {911, 1261},
        {919, 1271},  {929, 1281},  {937, 1291},  {941, 1301},  {947, 1311},  {953, 1320},
        {967, 1330},  {971, 1340},  {977, 1350},  {983, 1360},  {991, 1370},  {997, 1380},
        {1009, 1390}, {1013, 1400}, {1019, 1410}, {1021, 1420}, {1031, 1430}, {1033, 1440},
        {1039, 1450}, {1049, 1460}, {1051, 1470}, {1061, 1480}, {1063, 1490}, {1069, 1500},
        {1087, 1510}, {1091, 1520}, {1093, 1531}, {1097, 1541}, {1103, 1551}, {1109, 1561},
        {1117, 1571}, {1123, 1581}, {1129, 1591}, {1151, 1601}, {1153, 1612}, {1163, 1622},
        {1171, 1632}, {1181, 1642}, {1187, 1652}, {1193, 1663}, {1201, 1673}, {1213, 1683},
        {1217, 1693}, {1223, 1704}, {1229, 1714}, {1231, 1724}, {1237, 1734}, {1249, 1745},
        {1259, 1755}, {1277, 1765}, {1279, 1776}, {1283, 1786}, {1289, 1796}, {1291, 1807},
        {1297, 1817}, {1301, 1827}, {1303, 1838}, {1307, 1848}, {1319, 1858}, {1321, 1869},
        {1327, 1879}, {1361, 1890}, {1367, 1900}, {1373, 1910}, {1381, 1921}, {1399, 1931},
        {1409, 1942}, {1423, 1952},
};
static const unsigned table_length = sizeof table / sizeof table[0];

/* 1.95 up and 0.05 down. */
#define FACTOR_UP ((struct bng_fixed){1, 0xf333333333333334})
#define FACTOR_DN ((struct bng_fixed){0, 0x0ccccccccccccccc})
#define TABLE_END 1427                             /* the prime after the table's last */
#define THEOREM_END UINT64_C(10000000000000000000) /* 10^19 */

/* How many primes of the table are <= n. */
static unsigned count_primes(uint64_t n)
{
        unsigned lo = 0, hi = table_length;

        while (lo < hi) {
                unsigned middle = (lo + hi) / 2;

                if (table[middle].prime <= n)
                        lo = middle + 1;
                else
                        hi = middle;
        }
        return lo;
}

static struct bng_range by_table(uint64_t n)
{
        unsigned count = count_primes(n);
        uint64_t product = 1;

        if (n >= 53)
                return bng_range_of_bits(table[count - 1].bits, table[count - 1].bits);
        for (unsigned i = 0; i < count; i++)
                product *= table[i].prime;
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
        struct bng_fixed root_lo, root_hi, theta_lo, theta_hi;
        struct bng_enclosure log;

        if (n < TABLE_END)
                return by_table(n);
        log = bng_log2_u64(n);
        if (n > THEOREM_END)
                return bng_range_span(primorial_huge(bng_magnitude_lo(log.lo)),
                                      primorial_huge(bng_magnitude_hi(log.hi)));
        root_lo = bng_exp2(bng_fixed_shr_dn(log.lo, 1)).lo;
        root_hi = bng_exp2(bng_fixed_shr_up(log.hi, 1)).hi;
        theta_lo = bng_fixed_sub(bng_fixed_of(n), bng_fixed_mul_up(FACTOR_UP, root_hi));
        theta_hi = bng_fixed_sub(bng_fixed_of(n), bng_fixed_mul_dn(FACTOR_DN, root_lo));
        return bng_range_between(bng_magnitude_lo(bng_fixed_mul_dn(theta_lo, BNG_LOG2_E_DN)),
                                 bng_magnitude_hi(bng_fixed_mul_up(theta_hi, BNG_LOG2_E_UP)));
}

struct bng_range bng_range_primorial(struct bng_range n)
{
        return bng_range_monotone(n, primorial, primorial_huge);
}
