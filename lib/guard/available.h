/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a process may really still take: OperationMemoryMax=auto. Each fence around it leaves
 * something, and the tightest one decides:
 *
 *   its cgroups     limit minus usage, of its own and of every one above it, v1 and v2, where
 *                   memory.high is one like memory.max. File pages are no usage: the kernel drops
 *                   them before anything is ended.
 *   RLIMIT_AS       minus the size of the address space
 *   RLIMIT_DATA     minus the size of its private writable mappings
 *   MemAvailable    of the system
 *
 * Swap is not counted on: who takes more than there is memory gets slow before anything is ended.
 * What cannot be read says nothing. A look takes about as long as computing with a megabyte, and
 * needs no memory but the stack.
 */

#include <stdint.h>

struct bng_available {
        uint64_t bytes;  /* UINT64_MAX: nothing could be read */
        char fence[160]; /* which one is the tightest, in words */
};

/* Where to look; tests have trees of their own. */
struct bng_available_from {
        const char *proc;    /* "/proc" */
        const char *process; /* its folder in there */
        const char *cgroup;  /* "/sys/fs/cgroup" */
        uint64_t address_space_limit_bytes;
        uint64_t data_limit_bytes; /* UINT64_MAX: none */
};

void bng_available_look(const struct bng_available_from *from, struct bng_available *ret);
/* For this process. */
void bng_available_here(struct bng_available *ret);
