/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Levels of an alarm: where they are, when they are outdated, and what they cover. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "policy/trip.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

static const struct trip none = {UINT64_MAX, UINT64_MAX};

static void test_levels(void **state)
{
        struct trip trip = trip_at(10 * MIB, UINT64_MAX);

        (void)state;
        assert_true(trip.early == UINT64_MAX && trip.exact == UINT64_MAX);
        trip = trip_at(10 * MIB, 100 * MIB);
        assert_int_equal(trip.exact, 110 * MIB);
        assert_int_equal(trip.early, 60 * MIB);
        /* without room to halve there is one level */
        trip = trip_at(10 * MIB, TRIP_ROOM_MIN - 1);
        assert_int_equal(trip.early, trip.exact);
        trip = trip_at(10 * MIB, 0);
        assert_int_equal(trip.exact, 10 * MIB);
        /* nothing wraps */
        trip = trip_at(UINT64_MAX - 5, 10 * GIB);
        assert_int_equal(trip.exact, UINT64_MAX);
        assert_int_equal(trip.early, UINT64_MAX);
}

/* One that is far behind the other can be set once that has told. */
static void test_those_to_set(void **state)
{
        uint64_t levels[TRIP_LEVELS_MAX];
        struct trip trip = trip_at(10 * MIB, 100 * MIB);

        (void)state;
        assert_int_equal(trip_levels(&trip, levels), 2);
        assert_int_equal(levels[0], trip.early);
        assert_int_equal(levels[1], trip.exact);
        trip = trip_at(10 * MIB, TRIP_ROOM_MIN - 1);
        assert_int_equal(trip_levels(&trip, levels), 1);
        assert_int_equal(levels[0], trip.exact);
        trip = trip_at(10 * MIB, 2 * TRIP_FAR - 2);
        assert_int_equal(trip_levels(&trip, levels), 2);
        trip = trip_at(10 * MIB, 2 * TRIP_FAR);
        assert_int_equal(trip_levels(&trip, levels), 1);
        assert_int_equal(levels[0], trip.early);
}

/* However a worker grows, what is armed at each alarm tells before its limit is passed, in few steps. */
static void test_a_growing_worker_is_told_of(void **state)
{
        (void)state;
        for (uint64_t step = 4096; step <= 64 * MIB; step *= 4) {
                const uint64_t limit = 256 * MIB;
                struct trip armed = none;
                unsigned times = 0;
                uint64_t usage;

                for (usage = 5 * MIB; usage <= limit; usage += step) {
                        struct trip wanted = trip_at(usage, limit - usage);

                        if (trip_is_outdated(&armed, &wanted, usage)) {
                                armed = wanted;
                                times++;
                        }
                        assert_true(armed.exact <= limit);
                        assert_true(trip_covers(&armed, usage, limit) || usage >= armed.early);
                }
                assert_in_range(times, 1, 12);
        }
}

static void test_outdated(void **state)
{
        struct trip armed = trip_at(10 * MIB, 100 * MIB), wanted;

        (void)state;
        assert_true(trip_is_outdated(&none, &armed, 10 * MIB));
        assert_false(trip_is_outdated(&armed, &none, 10 * MIB)); /* one too many does no harm */
        assert_false(trip_is_outdated(&armed, &armed, 10 * MIB));
        /* shrinking leaves it: it tells too early at worst */
        wanted = trip_at(5 * MIB, 105 * MIB);
        assert_false(trip_is_outdated(&armed, &wanted, 5 * MIB));
        /* the cache tripped it */
        wanted = trip_at(80 * MIB, 100 * MIB);
        assert_true(trip_is_outdated(&armed, &wanted, 80 * MIB));
        /* another worker is much nearer to its limit */
        wanted = trip_at(20 * MIB, 30 * MIB);
        assert_true(trip_is_outdated(&armed, &wanted, 20 * MIB));
        /* one that sits below its limit and breathes does not arm it again and again */
        armed = trip_at(255 * MIB, MIB);
        wanted = trip_at(255 * MIB + 8192, MIB - 4096);
        assert_false(trip_is_outdated(&armed, &wanted, 255 * MIB + 8192));
}

static void test_covers(void **state)
{
        struct trip armed = trip_at(100 * MIB, 156 * MIB);

        (void)state;
        assert_true(trip_covers(&armed, 100 * MIB, 256 * MIB));
        assert_true(trip_covers(&armed, armed.early - 1, 256 * MIB));
        assert_false(trip_covers(&armed, armed.early, 256 * MIB));
        /* half of the usage is cache: one may pass 128M while the usage stays below the level */
        assert_false(trip_covers(&armed, 100 * MIB, 128 * MIB));
        assert_false(trip_covers(&none, 100 * MIB, 256 * MIB));
        assert_true(trip_covers(&none, 100 * MIB, UINT64_MAX)); /* nothing to pass */
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_levels),
                cmocka_unit_test(test_those_to_set),
                cmocka_unit_test(test_a_growing_worker_is_told_of),
                cmocka_unit_test(test_outdated),
                cmocka_unit_test(test_covers),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
