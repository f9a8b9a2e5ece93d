/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include "predict/tuning.h"
#include "predict/tuning-table.h"

/*
 * Where GMP's transforms begin differs by a factor of ten from processor to processor, and what a
 * product holds by a factor of two with it. A build of GMP has this from a table of its source,
 * gmp-mparam.h, made by a program that measures one machine. It does not tell the threshold, but it
 * has a function that tells in how many pieces it splits a transform of any length, from a hundred
 * rows of the same table. They differ between all machines that were measured, so they say which
 * table it is, and the table has the threshold.
 *
 * This is right as long as a build takes both from one table of GMP. A table that was measured anew
 * has other rows, is not known, and then nothing is assumed but that no product of less than 1000
 * limbs is worth a transform; neither of another version of GMP, nor where the function is missing.
 * Two builds without a table at all for their processor are not known either.
 */

static const struct bng_tuning unknown = {1000, 1000};

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

struct bng_tuning bng_tuning_of(const char *version, int (*split)(mp_size_t limbs, int is_square))
{
        if (!is_known(version) || !split)
                return unknown;
        uint64_t hash = hash_of(split);
        for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
                if (tables[i].hash == hash)
                        return tables[i].tuning;
        return unknown;
}

/* Not part of GMP's interface, so it may be missing. */
extern int __gmpn_fft_best_k(mp_size_t limbs, int is_square) __attribute__((weak));

/* Both lengths in one word, 0 before GMP was asked; whoever asks gets the same answer. */
static _Atomic uint32_t asked;

static void keep(struct bng_tuning tuning)
{
        atomic_store_explicit(&asked, (uint32_t)tuning.multiply << 16 | tuning.square,
                              memory_order_relaxed);
}

struct bng_tuning bng_tuning(void)
{
        uint32_t kept = atomic_load_explicit(&asked, memory_order_relaxed);

        if (kept != 0)
                return (struct bng_tuning){(uint16_t)(kept >> 16), (uint16_t)kept};
        struct bng_tuning tuning = bng_tuning_of(gmp_version, __gmpn_fft_best_k);
        keep(tuning);
        return tuning;
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
        keep(forget ? unknown : bng_tuning_of(gmp_version, __gmpn_fft_best_k));
}
