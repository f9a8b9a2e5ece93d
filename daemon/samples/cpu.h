/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How much CPU time a process or a group used within a window, for CpuTimeMax=: from its counter,
 * which only rises, remembered at some points of the window. Constant size, pure, nothing is allocated.
 * Time is monotonic microseconds, CPU time microseconds on all CPUs together: with two threads that
 * burn, a window of a minute holds two minutes.
 */

#include <stdbool.h>
#include <stdint.h>

#define CPU_POINTS_PER_WINDOW 16
#define CPU_POINTS 20

struct cpu_use {
        uint64_t window; /* microseconds */
        struct cpu_point {
                uint64_t usec;
                uint64_t used; /* the counter */
        } points[CPU_POINTS];  /* oldest first; the newest is always the latest reading */
        unsigned n;
};

void cpu_init(struct cpu_use *cpu, uint64_t window);
/* Takes in one reading of the counter. One at or before the latest is ignored; after one that is lower
 * (which no counter of the same process is) everything starts anew. */
void cpu_push(struct cpu_use *cpu, uint64_t usec, uint64_t used);
/* Microseconds between two readings that are worth their cost. */
uint64_t cpu_spacing(uint64_t window);
/* Is another reading worth its cost at `usec`? */
bool cpu_is_due(const struct cpu_use *cpu, uint64_t usec);
/* What the window before the latest reading used. False, and 0, while no whole window was seen. */
bool cpu_in_window(const struct cpu_use *cpu, uint64_t *used);
