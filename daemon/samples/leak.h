/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Is it a leak: memory that went up over the whole leak window and never came back? Judged on the
 * troughs, see leak.c for the argument. Pure; doubles are finite for every series.
 */

#include "samples/series.h"

struct leak {
        bool found;  /* the growth that stays is faster than asked, steady, and still going on */
        double rate; /* bytes per second that stay; 0 unless found */
        double confidence; /* 0 to 1: that the rate is above the one asked; 0 unless found */
};

/* `max_per_hour`: bytes per hour. Nothing is found before the series spans its leak window. */
struct leak leak_judge(const struct series *series, uint64_t max_per_hour);

/* Bytes that the latest trough is above the oldest one kept of the leak window (negative: below). */
double leak_in_window(const struct series *series);
/*
 * Bytes that the troughs of the leak window rose and still rise: twice the rise of the latter half, at most
 * all of it, at least 0. One that took its memory at its start and holds it since has none.
 */
double leak_going_on(const struct series *series);
