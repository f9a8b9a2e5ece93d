/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bounds/checked.h"
#include "policy/tripwire.h"

#define MIB (UINT64_C(1) << 20)
#define GRAIN (UINT64_C(64) << 10) /* a whole number of pages, whatever their size */
#define BATCHES                                                                                    \
        (4 * GRAIN) /* what the kernel may count too early for a group, or too late for a process */
#define BEFORE (2 * BATCHES)
#define AGAIN_USEC UINT64_C(1000000)       /* between two settings, */
#define AGAIN_DOUBLINGS_MAX 6              /* doubled so often, */
#define TRIPS_EXPECTED 2                   /* but not for these, on the way to a limit, */
#define STAND_BACK_USEC UINT64_C(60000000) /* and after somebody else has set it */
#define CALM_USEC UINT64_C(600000000)      /* without a trip: the next one is the first */
#define HOLD_USEC UINT64_C(100000)         /* held back near the limit, until it is decided */
#define TOLD_USEC UINT64_C(1000000)        /* what is decided so soon was told by the wire */

void tripwire_init(struct tripwire *wire)
{
        *wire = (struct tripwire){.at = TRIPWIRE_NONE};
}

/* The next lower value that is a whole number of pages, and not of MiB. */
static uint64_t mark_as_ours(uint64_t bytes)
{
        bytes -= bytes % GRAIN;
        return bytes % MIB == 0 && bytes > 0 ? bytes - GRAIN : bytes;
}

/* Below the limit nothing can pass it; and so much before that there is time to look and to ask who shares what. */
static uint64_t first_at(const struct tripwire_facts *facts)
{
        return mark_as_ours(facts->limit - facts->limit / 16);
}

/*
 * Where the limit is expected if nothing else changes: before it, so that looks follow while the crossing is still to
 * come; too near for that, a little behind it, for page tables, and for what is counted in batches.
 */
static uint64_t expected_at(const struct tripwire_facts *facts)
{
        uint64_t at = bng_sat_add(facts->usage, facts->room);

        return mark_as_ours(facts->room > 2 * BEFORE
                                    ? at - BEFORE
                                    : bng_sat_add(at, facts->room / 256 + BATCHES));
}

/* One that has tripped moves on even where the kernel has taken so much cache that usage is below it again. */
static uint64_t place(const struct tripwire *wire, const struct tripwire_facts *facts)
{
        uint64_t first = first_at(facts);

        return facts->usage < first && !wire->is_over ? first : expected_at(facts);
}

/* A wire that is set lower than it would be is one trip too many, which moves it. One that is set higher
 * tells too late. */
static bool is_too_high(uint64_t at, uint64_t wanted)
{
        return at > wanted && at - wanted > wanted / 64 + MIB;
}

/* It has just tripped, and the limit is as good as reached: held while the looks decide. */
static bool is_held(const struct tripwire *wire, const struct tripwire_facts *facts)
{
        return wire->is_over && facts->room <= 2 * BEFORE && tripwire_is_fresh(wire, facts->now);
}

static bool is_wanted(const struct tripwire_facts *facts)
{
        return facts->serves && facts->limit != UINT64_MAX && facts->usage >= facts->limit / 4;
}

enum tripwire_step tripwire_decide(const struct tripwire *wire, const struct tripwire_facts *facts,
                                   uint64_t *at)
{
        bool set = wire->at != TRIPWIRE_NONE, may = facts->now >= wire->again;

        if (set && facts->high != wire->at)
                return TRIPWIRE_FORGET;
        if (is_wanted(facts) && is_held(wire, facts))
                return TRIPWIRE_KEEP;
        *at = place(wire, facts);
        if (!is_wanted(facts) || facts->room == 0 || *at == TRIPWIRE_NONE || *at <= facts->usage ||
            *at >= facts->hard_limit)
                return set ? TRIPWIRE_LIFT : TRIPWIRE_KEEP;
        if (!set)
                return facts->high == TRIPWIRE_NONE && may && facts->usage >= facts->limit / 2
                               ? TRIPWIRE_SET
                               : TRIPWIRE_KEEP;
        if (wire->is_over)
                return may ? TRIPWIRE_SET : TRIPWIRE_LIFT;
        return is_too_high(wire->at, *at) && may ? TRIPWIRE_SET : TRIPWIRE_KEEP;
}

static uint64_t pause_after(const struct tripwire *wire)
{
        unsigned doublings = wire->trips > TRIPS_EXPECTED ? wire->trips - TRIPS_EXPECTED : 0;

        return AGAIN_USEC << (doublings < AGAIN_DOUBLINGS_MAX ? doublings : AGAIN_DOUBLINGS_MAX);
}

void tripwire_was_set(struct tripwire *wire, uint64_t at, uint64_t now)
{
        wire->at = at;
        wire->is_over = false;
        wire->again = wire->trips < TRIPS_EXPECTED ? now : now + pause_after(wire);
}

void tripwire_was_lifted(struct tripwire *wire, uint64_t now)
{
        wire->at = TRIPWIRE_NONE;
        wire->is_over = false;
        if (wire->again < now + pause_after(wire))
                wire->again = now + pause_after(wire);
}

void tripwire_has_tripped(struct tripwire *wire, uint64_t now)
{
        if (wire->at == TRIPWIRE_NONE || wire->is_over)
                return;
        if (wire->trips > 0 && now - wire->tripped >= CALM_USEC)
                wire->trips = 0;
        wire->trips++;
        wire->is_over = true;
        wire->tripped = now;
}

void tripwire_pause(struct tripwire *wire, uint64_t now)
{
        wire->again = now + STAND_BACK_USEC;
}

void tripwire_was_replaced(struct tripwire *wire, uint64_t high, uint64_t now)
{
        tripwire_was_lifted(wire, now);
        if (high != TRIPWIRE_NONE)
                tripwire_pause(wire, now);
}

bool tripwire_is_fresh(const struct tripwire *wire, uint64_t now)
{
        return wire->trips > 0 && now - wire->tripped < HOLD_USEC;
}

bool tripwire_has_told(const struct tripwire *wire, uint64_t now)
{
        return wire->trips > 0 && now - wire->tripped < TOLD_USEC;
}
