/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What is remembered of one worker's or group's memory: a ring of recent samples for growth, and
 * the trough of each slot of a long window for leaks. Of a bounded size whatever the windows and the
 * sampling, and small while nothing happens: the troughs are allocated of one whose memory changes, half a
 * kilobyte, and more recent samples of one that is looked at often, a kilobyte at most. Without memory it
 * remembers a shorter time. Pure: time comes in with the samples (monotonic microseconds).
 *
 * A series belongs to one process, or to one group. Another process under the same pid is another series.
 *
 * Not thread safe: one thread at a time for each series.
 */

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sample {
        uint64_t usec;
        uint64_t bytes;
};

#define SERIES_RECENT 64  /* recent samples, thinned so that they span the growth window */
#define SERIES_FEW 4      /* of them, kept in place */
#define SERIES_SLOTS 48   /* slots of one leak window */
#define SERIES_TROUGHS 97 /* slots remembered: two leak windows, and the slot that still runs */

#define SERIES_NO_TROUGH INFINITY /* a slot without a sample */
#define SERIES_STILL_SLOTS 4      /* who is the same so many slots later was the same between */

/* Windows outside of this range are taken as its nearest end. */
#define SERIES_WINDOW_MIN UINT64_C(10000)                    /* 10 ms */
#define SERIES_WINDOW_MAX (UINT64_C(10) * 366 * 86400000000) /* 10 years */

struct series {
        uint64_t leak_window;   /* microseconds */
        uint64_t growth_window; /* microseconds */

        uint64_t n_pushed;     /* samples taken in; 0: empty, and nothing below means anything */
        struct sample first;   /* the first one ever */
        struct sample latest;  /* the last one */
        struct sample highest; /* the first of the highest ever */
        uint64_t still_since;  /* all samples from then on are what the latest one is */

        /* A ring, of `few` until `many` is allocated; the newest entry is always the latest sample. */
        struct sample few[SERIES_FEW], *many;
        uint8_t room;   /* of `many` */
        uint8_t oldest; /* its index */
        uint8_t n_recent;

        /* Bytes: slot i of the series is at i % SERIES_TROUGHS. Of 24 bits, which is to the page up to 64 GiB, and
         * always a tenth of a millionth of what is held. NULL: all that are remembered are what the latest sample is. */
        float *troughs;
        uint64_t slot; /* the slot of the latest sample, counted from the first */
};

/* An empty series, out of zeroed memory or of a series in use, whose memory it keeps. Windows in microseconds; 0
 * or POLICY_UNSET for one that is not asked for. */
void series_init(struct series *series, uint64_t leak_window, uint64_t growth_window);

/* What is left is zeroed memory. */
void series_free(struct series *series);

/*
 * Takes in one measurement, in constant time for regular sampling. `usec` is monotonic; a sample at
 * or before the latest is ignored. Gaps of any length are right: slots that nothing was seen in
 * stay empty, and the classifiers do not bridge them; but less than SERIES_STILL_SLOTS of them between two samples
 * that are alike to the byte are as these are.
 */
void series_push(struct series *series, uint64_t usec, uint64_t bytes);

/* Length of a slot in microseconds, at least 1. */
uint64_t series_slot_usec(const struct series *series);
/* Microseconds from the first sample to the latest; 0 when empty. */
uint64_t series_seen(const struct series *series);
/* Recent sample i, 0 the oldest kept; i < n_recent. */
struct sample series_recent(const struct series *series, unsigned i);
/* The trough of a slot that is remembered, bytes: not behind the latest, and less than SERIES_TROUGHS before it. */
float series_trough(const struct series *series, uint64_t slot);
/* Pushes what another one, of other windows, has kept of its recent samples. */
void series_take_recent(struct series *series, const struct series *from);
/* For how many microseconds the samples have been what the latest one is, to the byte; 0: it differs from the one before
 * it. */
uint64_t series_still_usec(const struct series *series);

/*
 * What is remembered, as evidence: up to `max` samples in the order of time, thinned evenly, the
 * first ever and the latest among them (max >= 2). What is older than the recent ring is told by
 * its troughs, at the middle of their slots. Returns how many were written.
 */
size_t series_export(const struct series *series, struct sample *ret, size_t max);
