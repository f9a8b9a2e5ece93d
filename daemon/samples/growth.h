/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How fast it grows: once as what the whole growth window says together (for GrowthMax=, where one
 * step or one temporary peak is not growth), once as what the latest samples say (for the forecast
 * of one that is past its limit already). Bytes per second, negative where it shrinks. Pure.
 */

#include "samples/series.h"

struct growth {
        bool known;    /* seven eighths of the window were seen without a gap of an eighth */
        bool regained; /* it only takes what it held before the window and gave back: no new peak */
        double rate;   /* bytes per second that the window sustained; 0 unless known */
        double steady; /* 0 to 1: the share of the window's parts that grew at half of the rate or more */
};

struct growth growth_over_window(const struct series *series);

/* Over the latest eighth of the growth window or, with fewer samples, between the last two; 0 with
 * fewer than two. */
double growth_latest(const struct series *series);

/* The same over the latest `usec` microseconds, as far as recent samples go back. */
double growth_over(const struct series *series, uint64_t usec);

/* The most microseconds between two of the samples that growth_over() goes by; 0 with fewer than two. */
uint64_t growth_unseen_usec(const struct series *series, uint64_t usec);

/* Bytes that the latest sample is above the oldest in the growth window (negative: below); 0 without. */
double growth_in_window(const struct series *series);
/* Bytes of growth_in_window() that go on: twice those of its latter half, at most all, at least 0. */
double growth_going_on(const struct series *series);
