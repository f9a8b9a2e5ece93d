/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The file in which `bng calibrate` leaves what it measured: a key for each pace in the section
 * [Speed], the factors of struct bng_speed in thousandths, which no locale spells otherwise.
 *
 *     [Speed]
 *     Multiply=1020 970 1100
 *
 * It is read as strictly as a configuration; a key that is missing leaves the built-in speed. Where
 * it lies, the first that exists counts:
 *
 *   - in $STATE_DIRECTORY, as systemd sets it for a service;
 *   - not for root: in $XDG_STATE_HOME/bignum-guard, without it in ~/.local/state/bignum-guard;
 *   - in /var/cache/bignum-guard, which root writes and everybody reads. The daemon's folder in
 *     /var/lib is closed to all but root.
 *
 * The first of them is where it is written. A setuid program reads the last one alone. A file that
 * others than root and the user of the process may have written is not believed.
 */

#include <stdio.h>
#include "guard/context.h"

#define BNG_CALIBRATION_NAME "calibration.conf"

/* The places to look at, at most three, each for free(). */
struct bng_calibration_paths {
        char *paths[3];
        size_t n;
};

/* False: no memory. Starts as {0}; bng_calibration_paths_clear in any case. */
bool bng_calibration_find(struct bng_calibration_paths *found);
void bng_calibration_paths_clear(struct bng_calibration_paths *found);

/* What a pace is called in the file. Static text. */
const char *bng_pace_name(enum bng_pace pace);

void bng_calibration_print(FILE *stream, const struct bng_speed *speed);
