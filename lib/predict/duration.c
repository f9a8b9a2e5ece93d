/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/checked.h"
#include "predict/peak.h"

/*
 * A time is made when it is asked for, and how far Euclid's algorithm gets with the numbers is looked at
 * no earlier.
 */

static struct bng_time time_of(const struct bng_duration *duration)
{
        return duration->of ? duration->of(duration->lengths) : (struct bng_time){0, BNG_PACE_PASS};
}

static struct bng_rest glance(struct bng_pair pair, bool at_least)
{
        if (pair.a)
                return bng_euclid_glance(pair);
        return at_least ? (struct bng_rest){0, 0} : BNG_REST_UNKNOWN;
}

struct bng_time bng_time_of_duration(struct bng_duration duration)
{
        duration.lengths.rest = glance(duration.pair, duration.at_least);
        duration.lengths.other_rest = glance(duration.other_pair, duration.at_least);
        return time_of(&duration);
}

static struct bng_rest look(struct bng_pair pair, double seconds)
{
        return pair.a ? bng_euclid_look(pair, seconds) : BNG_REST_UNKNOWN;
}

static uint64_t look_bytes(struct bng_pair pair)
{
        if (!pair.a)
                return 0;
        uint64_t bits = bng_max(mpz_sizeinbase(pair.a, 2), mpz_sizeinbase(pair.b, 2));
        return bng_peak_bytes(BNG_WORK_DIVIDE, bits);
}

uint64_t bng_time_look_bytes(struct bng_duration duration)
{
        return bng_max(look_bytes(duration.pair), look_bytes(duration.other_pair));
}

struct bng_time bng_time_after_look(struct bng_duration duration, double seconds)
{
        if (duration.other_pair.a)
                seconds /= 2;
        duration.lengths.rest = look(duration.pair, seconds);
        duration.lengths.other_rest = look(duration.other_pair, seconds);
        return time_of(&duration);
}
