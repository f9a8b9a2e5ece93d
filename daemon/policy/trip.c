/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bounds/checked.h"
#include "policy/trip.h"

struct trip trip_at(uint64_t usage, uint64_t room)
{
        struct trip trip = {UINT64_MAX, UINT64_MAX};

        if (room == UINT64_MAX)
                return trip;
        trip.exact = bng_sat_add(usage, room);
        trip.early = room < TRIP_ROOM_MIN ? trip.exact : bng_sat_add(usage, room / 2);
        return trip;
}

size_t trip_levels(const struct trip *trip, uint64_t levels[static TRIP_LEVELS_MAX])
{
        levels[0] = trip->early;
        levels[1] = trip->exact;
        return trip->exact == trip->early || trip->exact - trip->early >= TRIP_FAR ? 1 : 2;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
        return a > b ? a - b : b - a;
}

bool trip_is_outdated(const struct trip *armed, const struct trip *wanted, uint64_t usage)
{
        if (wanted->exact == UINT64_MAX)
                return false; /* an alarm too many is only a look too many */
        if (armed->exact == UINT64_MAX)
                return true;
        /* No room to halve: exact is all there is, as exact as the kernel is. */
        if (wanted->early == wanted->exact && armed->early == armed->exact)
                return distance(wanted->exact, armed->exact) > TRIP_ROOM_MIN / 8;
        if (usage >= armed->early && wanted->early > usage)
                return true;
        return wanted->early < armed->early &&
               armed->early - wanted->early > (wanted->exact - wanted->early) / 2;
}

bool trip_covers(const struct trip *armed, uint64_t usage, uint64_t sure)
{
        return usage < armed->early && armed->early <= sure;
}
