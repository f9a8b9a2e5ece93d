/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include "predict/tuning.h"
#include "predict/tuning-table.h"

/*
 * Where GMP's transforms begin differs by a factor of ten from processor to processor, and what a
 * product holds by a factor of two with it; where it divides by inverses by a factor of five, and
 * what a short quotient holds by three. A build of GMP has this from a table of its source,
 * gmp-mparam.h, made by a program that measures one machine. It does not tell the thresholds, but it
 * has a function that tells in how many pieces it splits a transform of any length, from a hundred
 * rows of the same table. They differ between all machines that were measured, so they say which
 * table it is, and the table has the thresholds.
 *
 * This is right as long as a build takes all from one table of GMP. A table that was measured anew
 * has other rows, is not known, and then nothing is assumed but that no product of less than 1000
 * limbs is worth a transform and no quotient of less than 200 an inverse, but for exact ones; neither
 * of another version of GMP, nor where the function is missing. Two builds without a table at all for
 * their processor are not known either.
 */

static const struct bng_tuning unknown = {1000, 1000, 40, 200, 200, 0, 0};

#define LIMBS_LEAST 64
#define LIMBS_MOST (1 << 26)

/* FNV-1a over the splits at lengths that grow by a sixteenth. */
static uint64_t hash_of(int (*split)(mp_size_t limbs, int is_square))
{
        uint64_t hash = UINT64_C(0xcbf29ce484222325);

        for (mp_size_t limbs = LIMBS_LEAST; limbs < LIMBS_MOST; limbs += limbs / 16 + 1)
                for (int is_square = 0; is_square < 2; is_square++) {
                        hash ^= (uint64_t)split(limbs, is_square);
                        hash *= UINT64_C(0x100000001b3);
                }
        return hash;
}

static bool is_known(const char *version)
{
        return strncmp(version, "6.2.", 4) == 0 || strncmp(version, "6.3.", 4) == 0;
}

static const struct bng_tuning *find(const char *version,
                                     int (*split)(mp_size_t limbs, int is_square))
{
        if (!is_known(version) || !split)
                return &unknown;
        uint64_t hash = hash_of(split);
        for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
                if (tables[i].hash == hash)
                        return &tables[i].tuning;
        return &unknown;
}

struct bng_tuning bng_tuning_of(const char *version, int (*split)(mp_size_t limbs, int is_square))
{
        return *find(version, split);
}

/* Not part of GMP's interface, so it may be missing. */
extern int __gmpn_fft_best_k(mp_size_t limbs, int is_square) __attribute__((weak));

/* NULL before GMP was asked; whoever asks gets the same answer. */
static _Atomic(const struct bng_tuning *) asked;

static const struct bng_tuning *keep(const struct bng_tuning *tuning)
{
        atomic_store_explicit(&asked, tuning, memory_order_relaxed);
        return tuning;
}

struct bng_tuning bng_tuning(void)
{
        const struct bng_tuning *kept = atomic_load_explicit(&asked, memory_order_relaxed);

        return kept ? *kept : *keep(find(gmp_version, __gmpn_fft_best_k));
}

/* A table that nobody knows tells its splits too. */
static atomic_bool forgotten;

int bng_tuning_split(uint64_t limbs, bool is_square)
{
        bool tells = is_known(gmp_version) && __gmpn_fft_best_k &&
                     !atomic_load_explicit(&forgotten, memory_order_relaxed);

        return tells && limbs <= LIMBS_MOST ? __gmpn_fft_best_k((mp_size_t)limbs, is_square) : -1;
}

void bng_tuning_forget(bool forget)
{
        atomic_store_explicit(&forgotten, forget, memory_order_relaxed);
        keep(forget ? &unknown : find(gmp_version, __gmpn_fft_best_k));
}
