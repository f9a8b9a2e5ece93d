/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where a tripwire is, when it moves and when it is lifted; and that nobody else's is touched. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "policy/tripwire.h"

#define KIB (UINT64_C(1) << 10)
#define MIB (UINT64_C(1) << 20)
#define SECOND UINT64_C(1000000)
#define LIMIT (96 * MIB)

/* A group as the kernel has it, and the daemon that looks at it. */
struct group {
        struct tripwire wire;
        uint64_t anon, cache, other, hard_limit, high, now;
        bool serves;
        unsigned sets, lifts, trips;
};

static struct group group_new(void)
{
        struct group group = {.hard_limit = UINT64_MAX,
                              .high = TRIPWIRE_NONE,
                              .now = 1000 * SECOND,
                              .serves = true};

        tripwire_init(&group.wire);
        return group;
}

static uint64_t usage(const struct group *group)
{
        return group->anon + group->cache + group->other;
}

/* One look, after which what was decided is done. */
static enum tripwire_step look(struct group *group)
{
        struct tripwire_facts facts = {
                .serves = group->serves,
                .limit = LIMIT,
                .room = group->anon < LIMIT ? LIMIT - group->anon : 0,
                .hard_limit = group->hard_limit,
                .usage = usage(group),
                .high = group->high,
                .now = group->now,
        };
        enum tripwire_step step;
        uint64_t at = 0;

        if (group->wire.at != TRIPWIRE_NONE && facts.usage >= group->wire.at) {
                group->trips += !group->wire.is_over;
                tripwire_has_tripped(&group->wire, group->now);
        }
        step = tripwire_decide(&group->wire, &facts, &at);
        switch (step) {
        case TRIPWIRE_SET:
                /* never over somebody else's, never where it would hold back at once */
                assert_true(group->high == TRIPWIRE_NONE || group->high == group->wire.at);
                assert_true(at > facts.usage && at != TRIPWIRE_NONE);
                assert_true(at % MIB != 0 && at % (64 * KIB) == 0);
                group->high = at;
                group->sets++;
                tripwire_was_set(&group->wire, at, group->now);
                break;
        case TRIPWIRE_LIFT:
                assert_true(group->high == group->wire.at);
                group->high = TRIPWIRE_NONE;
                group->lifts++;
                tripwire_was_lifted(&group->wire, group->now);
                break;
        case TRIPWIRE_FORGET:
                tripwire_was_replaced(&group->wire, group->high, group->now);
                break;
        case TRIPWIRE_KEEP:
                break;
        }
        return step;
}

static void test_far_from_a_limit_there_is_none(void **state)
{
        struct group group = group_new();

        (void)state;
        group.anon = LIMIT / 2 - 1;
        assert_int_equal(look(&group), TRIPWIRE_KEEP);
        assert_true(group.high == TRIPWIRE_NONE);
        group.anon = LIMIT / 2;
        assert_int_equal(look(&group), TRIPWIRE_SET);
        assert_true(group.high < LIMIT && group.high >= LIMIT - LIMIT / 16 - 64 * KIB);
        /* It does not come and go at the same place. */
        group.anon = LIMIT / 2 - 1;
        assert_int_equal(look(&group), TRIPWIRE_KEEP);
        group.anon = LIMIT / 4 - 1;
        assert_int_equal(look(&group), TRIPWIRE_LIFT);
        assert_true(group.high == TRIPWIRE_NONE);
}

/* In whatever steps it grows: the kernel tells before it is over its limit, so that looks follow each other when it
 * crosses it, and holds it back until then. */
static void test_a_growing_worker_is_told_of(void **state)
{
        (void)state;
        for (uint64_t step = 4 * KIB; step <= 256 * KIB; step *= 4)
                for (uint64_t other = 0; other <= 8 * MIB; other += 4 * MIB) {
                        struct group group = group_new();

                        group.anon = LIMIT / 2;
                        group.other = other;
                        look(&group);
                        while (group.anon < LIMIT) {
                                group.anon += step;
                                group.other = other + group.anon / 512; /* page tables */
                                group.now += 100;
                                if (usage(&group) >= group.high)
                                        look(&group);
                                assert_true(group.high != TRIPWIRE_NONE);
                        }
                        assert_in_range(group.trips, 1, 2);
                        assert_true(tripwire_is_fresh(&group.wire, group.now));
                        assert_true(group.high < LIMIT + group.other);
                }
}

/* One that comes near its limit and stays there is let go, and told of when it goes on after all. */
static void test_who_stops_short_of_the_limit_is_let_go(void **state)
{
        struct group group = group_new();

        (void)state;
        group.anon = LIMIT - 16 * MIB;
        group.other = 4 * MIB;
        assert_int_equal(look(&group), TRIPWIRE_SET);
        group.anon = LIMIT - 3 * MIB; /* it trips where all usage would nearly be too much, */
        assert_int_equal(look(&group), TRIPWIRE_SET);
        assert_in_range(group.high, LIMIT + group.other - MIB, LIMIT + group.other - 256 * KIB);
        group.anon = LIMIT - 384 * KIB; /* and before the limit */
        group.now += SECOND / 10;
        assert_int_equal(look(&group), TRIPWIRE_KEEP);
        assert_true(usage(&group) > group.high);
        group.now += SECOND / 10;
        assert_int_equal(look(&group), TRIPWIRE_SET);
        assert_in_range(group.high, LIMIT + group.other, LIMIT + group.other + MIB);
        for (unsigned i = 0; i < 100; i++) {
                group.now += SECOND;
                assert_int_equal(look(&group), TRIPWIRE_KEEP);
                assert_false(tripwire_is_fresh(&group.wire, group.now));
        }
        group.anon = LIMIT + 512 * KIB;
        assert_int_equal(look(&group), TRIPWIRE_KEEP);
        assert_true(tripwire_has_told(&group.wire, group.now));
        assert_true(usage(&group) > group.high);
}

/* What is decided is decided soon; who lives on over the limit is not held back for it. */
static void test_over_the_limit_it_is_held_for_a_moment(void **state)
{
        struct group group = group_new();

        (void)state;
        group.anon = LIMIT - MIB;
        look(&group);
        group.anon = LIMIT + MIB;
        assert_int_equal(look(&group), TRIPWIRE_KEEP);
        assert_true(tripwire_has_told(&group.wire, group.now));
        group.now += 50000;
        assert_int_equal(look(&group), TRIPWIRE_KEEP);
        group.now += 50000;
        assert_int_equal(look(&group), TRIPWIRE_LIFT);
        for (unsigned i = 0; i < 1000; i++) {
                group.now += SECOND;
                assert_int_equal(look(&group), TRIPWIRE_KEEP);
        }
        assert_false(tripwire_has_told(&group.wire, group.now));
        assert_true(group.high == TRIPWIRE_NONE);
}

/* A group that fills its cache: what holds it back is gone at the next look, and comes back ever more seldom. */
static void test_page_cache_is_let_go(void **state)
{
        struct group group = group_new();
        uint64_t held = 0;

        (void)state;
        group.anon = LIMIT / 4;
        group.cache = LIMIT / 3;
        for (unsigned i = 0; i < 600 * 100; i++) {
                group.now += SECOND / 100;
                /* 400 MiB/s; the kernel takes back what passes the brake, and now and then all of it */
                group.cache += 4 * MIB;
                if (usage(&group) > group.high) {
                        group.cache -= usage(&group) - group.high;
                        tripwire_has_tripped(&group.wire, group.now);
                        held++;
                }
                if (i % 1000 == 0)
                        group.cache = LIMIT / 3;
                look(&group);
        }
        assert_in_range(held, 1, 60);
        assert_in_range(group.sets, 2, 120);
}

/* After a long calm it is as on the first day. */
static void test_calm_is_forgiving(void **state)
{
        struct group group = group_new();

        (void)state;
        group.anon = LIMIT / 2;
        look(&group);
        for (unsigned i = 0; i < 8; i++) {
                group.cache = LIMIT;
                tripwire_has_tripped(&group.wire, group.now);
                look(&group);
                group.now += 700 * SECOND;
                group.cache = 0;
                look(&group);
        }
        assert_true(group.wire.trips <= 1);
}

static void test_an_administrators_is_never_touched(void **state)
{
        static const uint64_t theirs[] = {0, 64 * MIB, LIMIT - 64 * KIB, LIMIT, 200 * MIB};

        (void)state;
        for (size_t i = 0; i < sizeof(theirs) / sizeof(theirs[0]); i++) {
                struct group group = group_new();

                /* before: whatever happens, */
                group.high = theirs[i];
                for (group.anon = 0; group.anon < 2 * LIMIT; group.anon += MIB) {
                        group.now += SECOND;
                        assert_int_equal(look(&group), TRIPWIRE_KEEP);
                        assert_true(group.high == theirs[i]);
                }
        }
        for (size_t i = 0; i < sizeof(theirs) / sizeof(theirs[0]); i++) {
                struct group group = group_new();

                /* and while ours is there; a size of theirs that is ours to the byte cannot be told apart */
                group.anon = LIMIT / 2;
                look(&group);
                if (group.high == theirs[i])
                        continue;
                group.high = theirs[i];
                assert_int_equal(look(&group), TRIPWIRE_FORGET);
                for (; group.anon < 2 * LIMIT; group.anon += MIB) {
                        group.now += SECOND;
                        assert_int_equal(look(&group), TRIPWIRE_KEEP);
                        assert_true(group.high == theirs[i]);
                }
        }
}

/* systemd has read its files anew: it comes back, after a while. */
static void test_one_that_was_undone_comes_back(void **state)
{
        struct group group = group_new();

        (void)state;
        group.anon = LIMIT / 2;
        look(&group);
        group.high = TRIPWIRE_NONE;
        assert_int_equal(look(&group), TRIPWIRE_FORGET);
        assert_int_equal(look(&group), TRIPWIRE_KEEP);
        group.now += SECOND;
        assert_int_equal(look(&group), TRIPWIRE_SET);
}

static void test_who_is_not_served_is_let_go(void **state)
{
        struct group group = group_new();

        (void)state;
        group.anon = LIMIT - MIB;
        look(&group);
        group.serves = false; /* a second worker, a dry run, an end that is under way */
        assert_int_equal(look(&group), TRIPWIRE_LIFT);
        assert_true(group.high == TRIPWIRE_NONE);
        group.now += 100 * SECOND;
        assert_int_equal(look(&group), TRIPWIRE_KEEP);
        group.serves = true;
        assert_int_equal(look(&group), TRIPWIRE_SET);
}

static void test_the_ends_of_the_range(void **state)
{
        struct tripwire_facts facts = {
                .serves = true, .hard_limit = UINT64_MAX, .high = TRIPWIRE_NONE, .now = SECOND};
        struct tripwire wire;
        uint64_t at;

        (void)state;
        tripwire_init(&wire);
        /* no limit, however large usage is */
        facts.limit = facts.room = UINT64_MAX;
        facts.usage = UINT64_MAX;
        assert_int_equal(tripwire_decide(&wire, &facts, &at), TRIPWIRE_KEEP);
        /* a limit of nothing */
        facts.limit = facts.room = facts.usage = 0;
        assert_int_equal(tripwire_decide(&wire, &facts, &at), TRIPWIRE_KEEP);
        /* usage is not known, or the sum is out of range: never "max" by accident */
        facts.limit = LIMIT;
        facts.room = MIB;
        facts.usage = UINT64_MAX - 1;
        if (tripwire_decide(&wire, &facts, &at) == TRIPWIRE_SET)
                assert_true(at != TRIPWIRE_NONE && at > facts.usage);
        facts.usage = UINT64_MAX;
        assert_int_equal(tripwire_decide(&wire, &facts, &at), TRIPWIRE_KEEP);
        /* limits of a few pages */
        for (uint64_t limit = 1; limit < 300 * KIB; limit += 1021)
                for (uint64_t memory = 0; memory <= limit; memory += 4099) {
                        facts = (struct tripwire_facts){.serves = true,
                                                        .limit = limit,
                                                        .room = limit - memory,
                                                        .hard_limit = UINT64_MAX,
                                                        .usage = memory,
                                                        .high = TRIPWIRE_NONE,
                                                        .now = SECOND};
                        if (tripwire_decide(&wire, &facts, &at) == TRIPWIRE_SET)
                                assert_true(at > memory && at % MIB != 0);
                }
}

/* The kernel lets nobody use more than eight times the limit, and the cache uses all that memory leaves: it
 * would never be told of there, so nothing may rest on it. */
static void test_where_the_cache_fills_the_kernels_limit_there_is_none(void **state)
{
        struct group group = group_new();

        (void)state;
        group.hard_limit = 8 * LIMIT;
        group.anon = LIMIT / 2;
        group.cache = 7 * LIMIT + LIMIT / 2;
        for (; group.anon < LIMIT; group.anon += MIB, group.cache -= MIB) {
                assert_int_equal(look(&group), TRIPWIRE_KEEP);
                group.now += SECOND;
        }
        /* One that is set already, when the limit comes down on it. */
        group = group_new();
        group.anon = LIMIT - 8 * MIB;
        assert_int_equal(look(&group), TRIPWIRE_SET);
        group.hard_limit = group.high;
        group.now += SECOND;
        assert_int_equal(look(&group), TRIPWIRE_LIFT);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_far_from_a_limit_there_is_none),
                cmocka_unit_test(test_a_growing_worker_is_told_of),
                cmocka_unit_test(test_who_stops_short_of_the_limit_is_let_go),
                cmocka_unit_test(test_over_the_limit_it_is_held_for_a_moment),
                cmocka_unit_test(test_page_cache_is_let_go),
                cmocka_unit_test(test_calm_is_forgiving),
                cmocka_unit_test(test_an_administrators_is_never_touched),
                cmocka_unit_test(test_one_that_was_undone_comes_back),
                cmocka_unit_test(test_who_is_not_served_is_let_go),
                cmocka_unit_test(test_where_the_cache_fills_the_kernels_limit_there_is_none),
                cmocka_unit_test(test_the_ends_of_the_range),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
