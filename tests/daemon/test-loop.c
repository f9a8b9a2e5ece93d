/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When ends in a row are a crash loop, and who of one is left alone. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>
#include "decide-fixture.h"
#include "manager/answers/loops.h"
#include "policy/loop.h"

static struct loop loop;
static struct loop_chance chance;
static struct finding finding;

static int begin(void **state)
{
        fresh(state);
        policy.crash_loop = 3;
        policy.crash_loop_window = 10 * MINUTE;
        loop = (struct loop){0};
        chance = (struct loop_chance){0};
        finding = (struct finding){.reason = REASON_WORKER_MEMORY, .limit = 100 * MIB};
        return 0;
}

static void test_ends_in_a_row(void **state)
{
        uint64_t now = HOUR;

        (void)state;
        assert_false(loop_is_on(&loop, &policy, now));
        for (unsigned i = 0; i < 3; i++) {
                assert_false(loop_is_on(&loop, &policy, now));
                now += 20 * SECOND;
                loop_note_end(&loop, &policy, now - 10 * SECOND, now);
        }
        assert_true(loop_is_on(&loop, &policy, now));
        assert_true(loop_is_on(&loop, &policy, now + 10 * MINUTE));
        assert_false(loop_is_on(&loop, &policy, now + 10 * MINUTE + 1));
        /* one that comes too late begins anew */
        loop_note_end(&loop, &policy, now + 11 * MINUTE, now + 12 * MINUTE);
        assert_int_equal(loop.ends, 1);
        policy.crash_loop = 0;
        assert_false(loop_is_on(&loop, &policy, now));
}

/* Each job in a group of its own: what is over is not kept for days, what was reported is. */
static void test_what_is_over_is_forgotten(void **state)
{
        struct loops *loops = NULL;
        struct loop *over, *reported;
        uint64_t now = HOUR;
        char path[32];

        (void)state;
        over = loops_get(&loops, &policy, "/over", now);
        reported = loops_get(&loops, &policy, "/reported", now);
        assert_non_null(over);
        assert_non_null(reported);
        loop_note_end(over, &policy, now - SECOND, now);
        assert_true(loop_take_report(reported, now));
        for (unsigned i = 0; i < 100; i++) {
                now += MINUTE;
                snprintf(path, sizeof(path), "/job-%u", i);
                assert_non_null(loops_get(&loops, &policy, path, now));
                if (i < 9)
                        assert_int_equal(loops_get(&loops, &policy, "/over", HOUR)->ends, 1);
        }
        assert_int_equal(loops_get(&loops, &policy, "/over", now)->ends, 0);
        assert_true(loops_get(&loops, &policy, "/reported", now)->diagnosed);
        assert_null(loops_free(loops));
}

static void test_ten_side_by_side_are_no_loop(void **state)
{
        (void)state;
        for (uint64_t i = 0; i < 10; i++)
                loop_note_end(&loop, &policy, HOUR + i, HOUR + MINUTE + i);
        assert_int_equal(loop.ends, 1);
        assert_false(loop_is_on(&loop, &policy, HOUR + MINUTE + 10));
}

static void test_what_concerns_loops(void **state)
{
        (void)state;
        assert_true(loop_concerns(&policy, &finding));
        finding.reason = REASON_GROUP_MEMORY;
        assert_true(loop_concerns(&policy, &finding));
        for (enum reason reason = REASON_GROWTH; reason <= REASON_CPU; reason++) {
                finding.reason = reason;
                assert_false(loop_concerns(&policy, &finding));
        }
        finding.reason = REASON_WORKER_MEMORY;
        policy.action = ACTION_LOG;
        assert_false(loop_concerns(&policy, &finding));
        policy.action = ACTION_FREEZE;
        assert_false(loop_concerns(&policy, &finding));
        policy.action = ACTION_RESTART_UNIT;
        policy.crash_loop = 0;
        assert_false(loop_concerns(&policy, &finding));
}

static enum loop_answer judge(uint64_t memory, double rate, uint64_t now)
{
        finding.value = memory;
        finding.rate = 1e9; /* that of a moment is no reason */
        finding.lasting_rate = rate;
        return loop_judge(&chance, &finding, now);
}

static void test_one_that_settles_is_left_alone(void **state)
{
        (void)state;
        assert_int_equal(judge(101 * MIB, 20e6, HOUR), LOOP_WAIT);
        assert_int_equal(judge(120 * MIB, 20e6, HOUR + SECOND), LOOP_WAIT);
        /* by a fiftieth of the limit it may waver */
        assert_int_equal(judge(122 * MIB, 1e5, HOUR + 3 * SECOND - 1), LOOP_WAIT);
        assert_int_equal(judge(122 * MIB, 1e5, HOUR + 3 * SECOND), LOOP_TOLERATE);
        assert_int_equal(loop_ceiling(&finding), 150 * MIB);
        /* As it settled, and not much more: never beyond the chance that it had. */
        assert_int_equal(chance.memory, 120 * MIB);
        assert_int_equal(loop_tolerance(&chance, &finding), 120 * MIB + 100 * MIB / 8);
        chance.memory = 140 * MIB;
        assert_int_equal(loop_tolerance(&chance, &finding), 150 * MIB);
        chance.memory = UINT64_MAX - 1;
        assert_int_equal(loop_tolerance(&chance, &finding), 150 * MIB);
}

static void test_one_that_runs_away_is_ended(void **state)
{
        (void)state;
        assert_int_equal(judge(101 * MIB, 49 * (double)MIB, HOUR), LOOP_WAIT);
        assert_int_equal(judge(101 * MIB, 50 * (double)MIB, HOUR),
                         LOOP_END); /* there in a second */
        assert_int_equal(judge(150 * MIB, 0, HOUR), LOOP_WAIT);
        assert_int_equal(judge(150 * MIB + 1, 0, HOUR), LOOP_END);
        /* slowly, but on and on */
        chance = (struct loop_chance){0};
        for (uint64_t second = 0; second < 40; second++)
                assert_int_equal(judge(101 * MIB + second * MIB * 6 / 5, 1.2 * (double)MIB,
                                       HOUR + second * SECOND),
                                 LOOP_WAIT);
        assert_int_equal(judge(151 * MIB, 1.2 * (double)MIB, HOUR + 41 * SECOND), LOOP_END);
        finding.limit = UINT64_MAX - 10;
        assert_int_equal(loop_ceiling(&finding), UINT64_MAX);
}

static void test_reports_are_rare(void **state)
{
        unsigned n = 0;

        (void)state;
        for (uint64_t now = HOUR; now < 100 * HOUR; now += MINUTE)
                n += loop_take_report(&loop, now);
        /* at 0, 1, 3, 7, 15, 31 hours, then daily */
        assert_int_equal(n, 8);
        assert_true(loop_is_on(&loop, &policy, 1000 * HOUR));
}

/* What is tolerated may pass its limit up to there, and is judged for all else as ever. */
static void test_decisions_about_the_tolerated(void **state)
{
        struct subject subject = steady(120 * MIB);

        (void)state;
        policy.worker_memory_max = 100 * MIB;
        assert_int_equal(decide_worker(&policy, &subject).reason, REASON_WORKER_MEMORY);
        subject.tolerated = 150 * MIB;
        assert_int_equal(decide_worker(&policy, &subject).reason, REASON_NONE);
        assert_true(decide_next_look_worker(&policy, &subject) > DECIDE_POLL_MIN);
        subject.memory = 150 * MIB + 1;
        assert_int_equal(decide_worker(&policy, &subject).reason, REASON_WORKER_MEMORY);
        assert_int_equal(decide_worker(&policy, &subject).limit, 100 * MIB);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, begin)
        const struct CMUnitTest tests[] = {
                TEST(test_ends_in_a_row),
                TEST(test_what_is_over_is_forgotten),
                TEST(test_ten_side_by_side_are_no_loop),
                TEST(test_what_concerns_loops),
                TEST(test_one_that_settles_is_left_alone),
                TEST(test_one_that_runs_away_is_ended),
                TEST(test_reports_are_rare),
                TEST(test_decisions_about_the_tolerated),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
