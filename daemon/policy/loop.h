/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A crash loop: a worker that needs more than its limit as soon as it runs is ended, started again by
 * its supervisor, and ended again, for ever. Ends do not help there; the limit is wrong, or the program.
 * After so many ends in a row (CrashLoop=), each of a young worker that came after the end before, the
 * next one is given a chance: it may go up to half above the limit. If it settles there it is left
 * alone, and the loop is reported. If it grows through that, or would within a second, it is no loop of
 * this kind but a runaway, and is ended like any other. What is left alone is what it needed from its start
 * on: one that has grown by an eighth of the limit since then, or that has been below the limit again, has
 * had its chance. Pure.
 */

#include "policy/decide.h"

#define LOOP_YOUNG_USEC UINT64_C(60000000)

/* The ends by one policy in one group. Starts as {0}. */
struct loop {
        unsigned ends;     /* in a row */
        uint64_t last_end; /* monotonic microseconds */
        bool diagnosed;    /* somebody settled above the limit */
        uint64_t again;    /* not reported before, monotonic microseconds */
        uint64_t backoff;  /* microseconds to the next report but one: they double */
};

/* Of one worker or group that is given its chance. Starts as {0}. */
struct loop_chance {
        uint64_t since;  /* monotonic microseconds since when it has been about ... */
        uint64_t memory; /* ... so many bytes; 0: not asked yet */
};

/* Is this a finding that a loop is made of? */
bool loop_concerns(const struct policy *policy, const struct finding *finding);
/* One that was born at `born` is being ended. Monotonic microseconds. */
void loop_note_end(struct loop *loop, const struct policy *policy, uint64_t born, uint64_t now);
/* Is the next young worker over its limit one of a loop? */
bool loop_is_on(const struct loop *loop, const struct policy *policy, uint64_t now);

enum loop_answer {
        LOOP_END,      /* a runaway: end it */
        LOOP_WAIT,     /* not settled yet: ask again soon */
        LOOP_TOLERATE, /* leave it alone up to loop_tolerance() */
};
enum loop_answer loop_judge(struct loop_chance *chance, const struct finding *finding,
                            uint64_t now);
uint64_t loop_ceiling(const struct finding *finding); /* bytes: of the chance, */
/* and of one that is tolerated, as it settled. */
uint64_t loop_tolerance(const struct loop_chance *chance, const struct finding *finding);
/* Is a tolerated one to be reported? Then the next report is due later and later. */
bool loop_take_report(struct loop *loop, uint64_t now);
