/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where malloc has less than the limits allow, GMP aborts. The library leaves a program's allocators
 * alone, but this is a program: it says so in a sentence and ends with EXIT_FAILED.
 */
#include <gmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "bng/tool.h"

static void *given(void *block)
{
        if (block)
                return block;
        fputs("bng: out of memory\n", stderr);
        _exit(EXIT_FAILED);
}

static void *allocate(size_t bytes)
{
        return given(malloc(bytes));
}

static void *reallocate(void *block, size_t old_bytes, size_t bytes)
{
        (void)old_bytes;
        return given(realloc(block, bytes));
}

static void release(void *block, size_t bytes)
{
        (void)bytes;
        free(block);
}

void end_without_memory(void)
{
        mp_set_memory_functions(allocate, reallocate, release);
}
