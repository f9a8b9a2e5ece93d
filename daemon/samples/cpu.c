/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The counter tells all that happened between two readings, so a gap hides nothing: what the window
 * used is the counter now less the counter at the window's begin. That moment lies between two points,
 * and the counter there is taken from the line between them: off by what one sixteenth of the window
 * used, at most.
 *
 * What was used before the first reading is nobody's guess: it may have been years ago. So nothing is
 * known until one whole window was seen, and a worker that burns while it starts is none that burns.
 */

#include <string.h>
#include "samples/cpu.h"

_Static_assert(CPU_POINTS >= CPU_POINTS_PER_WINDOW + 3,
               "kept points are a spacing apart, so they span the window and one more at each end");

void cpu_init(struct cpu_use *cpu, uint64_t window)
{
        *cpu = (struct cpu_use){.window = window};
}

uint64_t cpu_spacing(uint64_t window)
{
        return window / CPU_POINTS_PER_WINDOW;
}

/* A little early is in time: looks are no clockwork. */
bool cpu_is_due(const struct cpu_use *cpu, uint64_t usec)
{
        uint64_t spacing = cpu_spacing(cpu->window);

        return cpu->n == 0 || usec - cpu->points[cpu->n - 1].usec >= spacing - spacing / 8;
}

void cpu_push(struct cpu_use *cpu, uint64_t usec, uint64_t used)
{
        struct cpu_point *points = cpu->points;
        unsigned n = cpu->n;

        if (n > 0 && usec <= points[n - 1].usec)
                return;
        if (n > 0 && used < points[n - 1].used)
                n = 0;
        /* The latest takes the place of one that came too soon after the one before it. */
        if (n >= 2 && points[n - 1].usec - points[n - 2].usec < cpu_spacing(cpu->window))
                n--;
        if (n == CPU_POINTS) {
                memmove(points, points + 1, (CPU_POINTS - 1) * sizeof(*points));
                n--;
        }
        points[n] = (struct cpu_point){usec, used};
        cpu->n = n + 1;
}

bool cpu_in_window(const struct cpu_use *cpu, uint64_t *used)
{
        const struct cpu_point *points = cpu->points, *latest = points + cpu->n - 1;
        unsigned i = 0;
        uint64_t start;

        *used = 0;
        if (cpu->n < 2 || latest->usec - points[0].usec < cpu->window)
                return false;
        start = latest->usec - cpu->window;
        while (points[i + 1].usec <= start)
                i++;
        /* points[i] is at or before the start, points[i + 1] behind it. */
        *used = latest->used - points[i].used -
                (uint64_t)((double)(points[i + 1].used - points[i].used) *
                           ((double)(start - points[i].usec) /
                            (double)(points[i + 1].usec - points[i].usec)));
        return true;
}
