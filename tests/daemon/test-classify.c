/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The leak classifier over many made-up workers: hour-long traces at the default window with
 * irregular looks every 1 to 5 seconds, and minute-long ones at a window of ten seconds with twenty
 * looks a second. Each class is drawn from hundreds of seeds; no healthy worker may be found at any
 * look, each leak must be.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include "samples/leak.h"
#include "shapes.h"

#define SEEDS 200
#define LEAK_MAX (UINT64_C(100) << 20) /* bytes per hour */

struct regime {
        const char *name;
        double window;             /* seconds */
        double look_min, look_max; /* seconds between two looks */
};

static const struct regime regimes[] = {
        {"10 min", 600, 1, 5},
        {"10 s", 10, 0.04, 0.06},
};

#define WINDOWS 6 /* the length of a trace */

static unsigned seeds(void)
{
        return getenv("BNG_TEST_EXTENDED") ? SEEDS * 10 : SEEDS;
}

/* Time of the first finding in windows, or 0. */
static double first_found(struct shape shape, struct rng *rng, const struct regime *regime)
{
        double allowance = (double)LEAK_MAX / 3600 * regime->window;
        static struct series series; /* again with the memory of the one before */
        double time = 0;

        series_init(&series, (uint64_t)(regime->window * 1e6), 0);
        while (time < WINDOWS * regime->window) {
                double value = shape_value(&shape, rng, time / regime->window) * allowance;

                series_push(&series, (uint64_t)(time * 1e6), (uint64_t)value);
                if (leak_judge(&series, LEAK_MAX).found)
                        return time / regime->window;
                time += rng_between(rng, regime->look_min, regime->look_max);
        }
        return 0;
}

typedef void (*draw_fn)(struct shape *shape, struct rng *rng);

static void expect(draw_fn draw, bool leak, const char *name)
{
        for (size_t r = 0; r < sizeof(regimes) / sizeof(*regimes); r++) {
                double latest = 0, sum = 0;
                unsigned wrong = 0;

                for (unsigned seed = 1; seed <= seeds(); seed++) {
                        struct rng rng = {seed};
                        struct shape shape = {.base = rng_scale(&rng, 1, 100)};
                        double found;

                        draw(&shape, &rng);
                        found = first_found(shape, &rng, &regimes[r]);
                        sum += found;
                        latest = fmax(latest, found);
                        if ((found > 0) == leak)
                                continue;
                        wrong++;
                        print_error("%s, %s, seed %u: %s after %.2f windows\n", name,
                                    regimes[r].name, seed, leak ? "not found" : "found", found);
                }
                if (leak)
                        print_message("%-24s %-6s found after %.2f windows, at most %.2f\n", name,
                                      regimes[r].name, sum / seeds(), latest);
                assert_int_equal(wrong, 0);
        }
}

static void small_noise(struct shape *shape, struct rng *rng)
{
        shape->noise = rng_between(rng, 0, 0.05);
        shape->noise_memory = rng_next(rng) % 2 ? rng_between(rng, 0, 0.1) : 0;
}

/* A collector's teeth as they come with everything else. */
static void teeth(struct shape *shape, struct rng *rng, double longest)
{
        shape->period = rng_scale(rng, 1.0 / SERIES_SLOTS, longest);
        shape->tooth = rng_scale(rng, 0.1, 50);
        shape->phase = rng_between(rng, 0, 1);
        shape->tooth_jitter = rng_between(rng, 0, 0.3);
}

static void warm_up(struct shape *shape, struct rng *rng)
{
        shape->warm_up = rng_scale(rng, 0.1, 50);
        shape->warm_up_levels_off = rng_next(rng) % 2;
        shape->warm_up_time = shape->warm_up_levels_off ? rng_between(rng, 0.01, 1.0 / 6)
                                                        : rng_between(rng, 0.01, 0.5);
}

/* Peaks (length of at most a window), or steps that stay. */
static void events(struct shape *shape, struct rng *rng, unsigned n, bool stay, double longest_rise)
{
        for (unsigned i = 0; i < n && shape->n_events < SHAPE_EVENTS; i++) {
                unsigned e = shape->n_events++;

                shape->events[e].start = rng_between(rng, 0, WINDOWS);
                shape->events[e].length = stay ? INFINITY : rng_scale(rng, 0.001, 1);
                shape->events[e].height = rng_scale(rng, 0.1, 50);
                shape->events[e].rise = rng_between(rng, 0, longest_rise);
        }
}

static void draw_flat(struct shape *shape, struct rng *rng)
{
        shape->base = 100;
        shape->noise = rng_scale(rng, 0.001, 10);
        shape->noise_memory = rng_next(rng) % 2 ? rng_scale(rng, 0.001, 0.05) : 0;
}

static void draw_warm_up(struct shape *shape, struct rng *rng)
{
        warm_up(shape, rng);
        small_noise(shape, rng);
}

static void draw_sawtooth(struct shape *shape, struct rng *rng)
{
        teeth(shape, rng, 0.5);
        small_noise(shape, rng);
}

static void draw_sawtooth_after_warm_up(struct shape *shape, struct rng *rng)
{
        warm_up(shape, rng);
        teeth(shape, rng, 0.5);
        small_noise(shape, rng);
}

static void draw_slow_teeth(struct shape *shape, struct rng *rng)
{
        warm_up(shape, rng);
        teeth(shape, rng, 0.5);
        shape->period = rng_between(rng, 0.25, 0.5);
}

static void draw_peaks(struct shape *shape, struct rng *rng)
{
        events(shape, rng, 1 + rng_next(rng) % 6, false, 0.1);
        small_noise(shape, rng);
}

static void draw_step(struct shape *shape, struct rng *rng)
{
        events(shape, rng, 1, true, 0);
        small_noise(shape, rng);
}

static void draw_few_steps(struct shape *shape, struct rng *rng)
{
        events(shape, rng, 3, true, 0);
        small_noise(shape, rng);
}

static void draw_cache_fill(struct shape *shape, struct rng *rng)
{
        events(shape, rng, 1, true, 0.5);
        small_noise(shape, rng);
}

/* Load that ebbs and comes back. */
static void draw_tide(struct shape *shape, struct rng *rng)
{
        shape->tide = rng_scale(rng, 0.1, 50);
        shape->tide_period = rng_between(rng, 0.5, 2.2);
        small_noise(shape, rng);
}

static void draw_everything_healthy(struct shape *shape, struct rng *rng)
{
        warm_up(shape, rng);
        teeth(shape, rng, 0.5);
        events(shape, rng, 1, true, 0.2);
        events(shape, rng, 3, false, 0.2);
        small_noise(shape, rng);
}

static void draw_shrinking(struct shape *shape, struct rng *rng)
{
        shape->base = 100;
        shape->leak = -rng_between(rng, 0, 10);
        shape->noise = rng_scale(rng, 0.001, 1);
}

static void draw_slower_than_allowed(struct shape *shape, struct rng *rng)
{
        shape->leak = rng_between(rng, 0, 0.5);
        small_noise(shape, rng);
}

static void leak(struct shape *shape, struct rng *rng)
{
        shape->leak = rng_scale(rng, 1.5, 15);
        small_noise(shape, rng);
}

static void draw_leak(struct shape *shape, struct rng *rng)
{
        leak(shape, rng);
}

static void draw_slowest_leak(struct shape *shape, struct rng *rng)
{
        leak(shape, rng);
        shape->leak = 1.5;
}

static void draw_leak_in_steps(struct shape *shape, struct rng *rng)
{
        leak(shape, rng);
        shape->quantum = rng_between(rng, 0.01, 0.25);
}

static void draw_leak_after_warm_up(struct shape *shape, struct rng *rng)
{
        leak(shape, rng);
        warm_up(shape, rng);
}

/* Teeth whose troughs the looks can see: they rise by less than 0.4 allowances between two. */
static void visible_teeth(struct shape *shape, struct rng *rng, double longest)
{
        teeth(shape, rng, longest);
        shape->tooth = fmin(shape->tooth, 50 * shape->period);
}

static void draw_leak_with_teeth(struct shape *shape, struct rng *rng)
{
        leak(shape, rng);
        visible_teeth(shape, rng, 0.125);
}

static void draw_leak_with_slow_teeth(struct shape *shape, struct rng *rng)
{
        leak(shape, rng);
        visible_teeth(shape, rng, 0.25);
}

static void draw_leak_with_peaks(struct shape *shape, struct rng *rng)
{
        leak(shape, rng);
        events(shape, rng, 3, false, 0.1);
}

#define HEALTHY(class)                                                                             \
        static void test_##class(void **state)                                                     \
        {                                                                                          \
                (void)state;                                                                       \
                expect(draw_##class, false, #class);                                               \
        }
#define LEAKING(class)                                                                             \
        static void test_##class(void **state)                                                     \
        {                                                                                          \
                (void)state;                                                                       \
                expect(draw_##class, true, #class);                                                \
        }

HEALTHY(flat)
HEALTHY(warm_up)
HEALTHY(sawtooth)
HEALTHY(sawtooth_after_warm_up)
HEALTHY(slow_teeth)
HEALTHY(peaks)
HEALTHY(step)
HEALTHY(few_steps)
HEALTHY(cache_fill)
HEALTHY(tide)
HEALTHY(everything_healthy)
HEALTHY(shrinking)
HEALTHY(slower_than_allowed)
LEAKING(leak)
LEAKING(slowest_leak)
LEAKING(leak_in_steps)
LEAKING(leak_after_warm_up)
LEAKING(leak_with_teeth)
LEAKING(leak_with_slow_teeth)
LEAKING(leak_with_peaks)

/* Looks that are further apart than two slots could take fast teeth for a slow rise: they say nothing. */
static void test_sparse_looks(void **state)
{
        (void)state;
        for (unsigned slots = 1; slots <= 5; slots++) {
                static struct series series; /* again with the memory of the one before */
                bool found = false;

                series_init(&series, SERIES_SLOTS * UINT64_C(1000000), 0);
                for (uint64_t i = 0; i < 400 / slots; i++) {
                        series_push(&series, i * slots * 1000000, i * slots * LEAK_MAX);
                        found |= leak_judge(&series, LEAK_MAX).found;
                }
                assert_int_equal(found, slots <= 2);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_flat),
                cmocka_unit_test(test_warm_up),
                cmocka_unit_test(test_sawtooth),
                cmocka_unit_test(test_sawtooth_after_warm_up),
                cmocka_unit_test(test_slow_teeth),
                cmocka_unit_test(test_peaks),
                cmocka_unit_test(test_step),
                cmocka_unit_test(test_few_steps),
                cmocka_unit_test(test_cache_fill),
                cmocka_unit_test(test_tide),
                cmocka_unit_test(test_everything_healthy),
                cmocka_unit_test(test_shrinking),
                cmocka_unit_test(test_slower_than_allowed),
                cmocka_unit_test(test_leak),
                cmocka_unit_test(test_slowest_leak),
                cmocka_unit_test(test_leak_in_steps),
                cmocka_unit_test(test_leak_after_warm_up),
                cmocka_unit_test(test_leak_with_teeth),
                cmocka_unit_test(test_leak_with_slow_teeth),
                cmocka_unit_test(test_leak_with_peaks),
                cmocka_unit_test(test_sparse_looks),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
