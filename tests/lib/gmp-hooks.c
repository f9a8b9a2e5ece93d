/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <gmp.h>
#include "gmp-hooks.h"

static uint64_t held, at_start, peak, requests;

static void take(size_t bytes)
{
        requests++;
        held += bytes;
        if (held > peak)
                peak = held;
}

static void *checked(void *block)
{
        if (!block)
                abort();
        return block;
}

static void *allocate(size_t bytes)
{
        take(bytes);
        return checked(malloc(bytes));
}

static void *move(void *block, size_t old_bytes, size_t new_bytes)
{
        take(new_bytes);
        held -= old_bytes;
        return checked(realloc(block, new_bytes));
}

static void release(void *block, size_t bytes)
{
        held -= bytes;
        free(block);
}

void gmp_hooks_install(void)
{
        mp_set_memory_functions(allocate, move, release);
}

int gmp_hooks_set_up(void **state)
{
        (void)state;
        gmp_hooks_install();
        return 0;
}

void gmp_hooks_start(void)
{
        requests = 0;
        at_start = peak = held;
}

uint64_t gmp_hooks_requests(void)
{
        return requests;
}

uint64_t gmp_hooks_peak_bytes(void)
{
        return peak - at_start;
}
