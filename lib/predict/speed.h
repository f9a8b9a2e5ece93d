/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How fast this machine is: what was measured over what the built-in curves say, for each pace, of
 * work that by them takes about 1, 10 and 100 ms. In between the factor moves with the logarithm of
 * the time, outside it stays.
 */

#include "predict/predict.h"

#define BNG_SPEED_POINTS 3
#define BNG_SPEED_FACTOR_MIN 0.001
#define BNG_SPEED_FACTOR_MAX 1000.0

struct bng_speed {
        double factors[BNG_PACES][BNG_SPEED_POINTS];
};

/* The built-in curves as they are. */
void bng_speed_init(struct bng_speed *speed);

/* By the built-in curves, the seconds at a point: 0.001, 0.01 and 0.1. */
double bng_speed_point_seconds(unsigned point);

/* How long it takes on this machine what by the built-in curves takes so many seconds. */
double bng_speed_seconds(const struct bng_speed *speed, enum bng_pace pace, double seconds);
