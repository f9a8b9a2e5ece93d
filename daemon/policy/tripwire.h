/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A v2 tripwire, pure: where a group's memory.high is to be so that the kernel tells of a limit, when it is to
 * be moved or lifted, and whose a memory.high is that is found.
 *
 * memory.high holds back who passes it, the page cache included, so it is set only near a limit, and each place of
 * it only says where to look more closely: the looks decide. First it is a sixteenth before the limit itself: below that
 * nothing can break the limit, whatever usage consists of. When that has tripped and it was the cache, or what the
 * kernel keeps for the group, it is moved to just before where usage will be when the limit is reached if nothing
 * else changes. When that trips, it is held there for a moment: who rushes on is held back, and crosses the limit between two looks that
 * follow each other as fast as they may. Who does not is let go: it is moved behind the limit, and
 * when that trips short of the limit as well, the cache is what grows: the wire is lifted, and comes back after a
 * pause that doubles each time. So a group that lives in its cache is held back for moments only, and seldom. Where the cache fills
 * all that the kernel's own limit leaves, usage does not move when memory takes its place, and no wire can tell.
 *
 * The kernel tells of a file once in 10 ms, and later of what happens meanwhile. So each trip is followed by
 * looks for a moment, as if there were no wire.
 *
 * What is set is never a whole number of MiB: a memory.high that an administrator sets is not mistaken for
 * ours, and one that differs from what we set is somebody else's.
 */

#include <stdbool.h>
#include <stdint.h>

#define TRIPWIRE_NONE UINT64_MAX /* bytes; what the kernel calls "max" */

struct tripwire {
        uint64_t at;      /* bytes of usage, TRIPWIRE_NONE: it is not set */
        uint64_t again;   /* monotonic microseconds before which it is not set or moved */
        uint64_t tripped; /* and of the latest trip, */
        unsigned trips;   /* the number of trips short of the limit, without a long calm between, */
        bool is_over;     /* and whether it has tripped where it is now */
};

struct tripwire_facts {
        bool serves; /* this group may be held back, by us, now */
        uint64_t
                limit; /* bytes of usage below which nothing can pass the limit; UINT64_MAX: none */
        uint64_t room; /* bytes that the measured memory is below the limit, 0: it is over */
        uint64_t hard_limit; /* bytes of usage that the kernel lets nobody pass; UINT64_MAX: none */
        uint64_t usage;      /* bytes, the cache included */
        uint64_t high;       /* bytes in memory.high, TRIPWIRE_NONE: "max" */
        uint64_t now;        /* monotonic microseconds */
};

enum tripwire_step {
        TRIPWIRE_KEEP,   /* as it is, set or not */
        TRIPWIRE_SET,    /* to *at, anew or in the place of what we had set */
        TRIPWIRE_LIFT,   /* what we had set */
        TRIPWIRE_FORGET, /* what we had set is gone, or is somebody else's by now */
};

void tripwire_init(struct tripwire *wire);
/* What to do; *at is where to set it. */
enum tripwire_step tripwire_decide(const struct tripwire *wire, const struct tripwire_facts *facts,
                                   uint64_t *at);
/* What has been done, or has happened. */
void tripwire_was_set(struct tripwire *wire, uint64_t at, uint64_t now);
void tripwire_was_lifted(struct tripwire *wire, uint64_t now);
void tripwire_has_tripped(struct tripwire *wire, uint64_t now);
/* Trouble: not moved or set again for a while. */
void tripwire_pause(struct tripwire *wire, uint64_t now);
/* It is not there any more, `high` is: gone when systemd has read its files, or somebody else's. */
void tripwire_was_replaced(struct tripwire *wire, uint64_t high, uint64_t now);
/* Has it tripped a moment ago, so that the looks follow each other as fast as they may? */
bool tripwire_is_fresh(const struct tripwire *wire, uint64_t now);
/* Was it the wire that told of what is found at this moment? */
bool tripwire_has_told(const struct tripwire *wire, uint64_t now);
