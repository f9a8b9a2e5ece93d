/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Memory of made-up workers over time, relative to a leak window and to what LeakMax= allows in it,
 * so that the same shapes run at windows of seconds and of minutes. Every shape is drawn from a
 * seed.
 */

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

struct rng {
        uint64_t state;
};

static inline uint64_t rng_next(struct rng *rng)
{
        /* splitmix64 */
        uint64_t z = rng->state += UINT64_C(0x9e3779b97f4a7c15);

        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        return z ^ (z >> 31);
}

static inline double rng_between(struct rng *rng, double low, double high)
{
        return low + (high - low) * ((double)(rng_next(rng) >> 11) * 0x1p-53);
}

/* Between low and high, every magnitude alike; 0 < low. */
static inline double rng_scale(struct rng *rng, double low, double high)
{
        return exp(rng_between(rng, log(low), log(high)));
}

static inline double rng_normal(struct rng *rng)
{
        double u = rng_between(rng, 0x1p-53, 1), v = rng_between(rng, 0, 2 * M_PI);

        return sqrt(-2 * log(u)) * cos(v);
}

#define SHAPE_EVENTS 16

/*
 * Times in windows from the start, amounts in allowances (LeakMax= times the window). The value is
 * the sum of all that is not zero.
 */
struct shape {
        double base;

        double leak;    /* allowances per window, steady */
        double quantum; /* the leak comes in steps that last so long */

        double warm_up; /* grows so much in so long, then stays */
        double warm_up_time;
        bool warm_up_levels_off; /* exponentially, instead of by a line */

        double tide; /* height of a slow wave that starts with its crest */
        double tide_period;

        double tooth; /* height of a collector's teeth */
        double period;
        double phase;
        double tooth_jitter; /* share of the period by which returns are early */

        struct {
                double start, length, height; /* a peak, or a step when the length is infinite */
                double rise;                  /* takes so long to come up */
        } events[SHAPE_EVENTS];
        unsigned n_events;

        double noise;        /* standard deviation */
        double noise_memory; /* 0: white; else how long it remembers, in windows */

        /* state of the walk through time */
        double time, noise_now, tooth_start, tooth_end;
};

/* The value at `time`, in allowances; called with rising times. */
static inline double shape_value(struct shape *shape, struct rng *rng, double time)
{
        double value = shape->base, leaked = shape->leak * time;

        if (shape->quantum > 0)
                leaked = shape->leak * floor(time / shape->quantum) * shape->quantum;
        value += leaked;

        if (shape->warm_up_levels_off)
                value += shape->warm_up * (1 - exp(-time / shape->warm_up_time));
        else if (shape->warm_up > 0)
                value += shape->warm_up * fmin(1, time / shape->warm_up_time);

        if (shape->tide_period > 0)
                value += shape->tide * (1 + cos(2 * M_PI * time / shape->tide_period)) / 2;

        if (shape->period > 0) {
                if (shape->tooth_end == 0) {
                        shape->tooth_start = -shape->phase * shape->period;
                        shape->tooth_end = shape->tooth_start + shape->period;
                }
                while (time >= shape->tooth_end) {
                        shape->tooth_start = shape->tooth_end;
                        shape->tooth_end +=
                                shape->period * (1 - shape->tooth_jitter * rng_between(rng, 0, 1));
                }
                value += shape->tooth * (time - shape->tooth_start) / shape->period;
        }

        for (unsigned i = 0; i < shape->n_events; i++) {
                double since = time - shape->events[i].start;

                if (since >= 0 && since < shape->events[i].length)
                        value += shape->events[i].height *
                                 (shape->events[i].rise > 0 ? fmin(1, since / shape->events[i].rise)
                                                            : 1);
        }

        if (shape->noise > 0) {
                double keep = shape->noise_memory > 0
                                      ? exp(-(time - shape->time) / shape->noise_memory)
                                      : 0;

                shape->noise_now = keep * shape->noise_now +
                                   sqrt(1 - keep * keep) * shape->noise * rng_normal(rng);
                value += shape->noise_now;
        }
        shape->time = time;
        return fmax(value, 0);
}
