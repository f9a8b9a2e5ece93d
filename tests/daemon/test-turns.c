/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How often each group is looked at, however many there are, and that each of those who are looked at, who ring and
 * who ask has a turn.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "manager/looks/breath.h"
#include "manager/looks/look.h"
#include "manager/looks/round.h"
#include "manager/looks/schedule.h"
#include "watch-fixture.h"

/* Whoever makes groups by the hundred, one level down or several, is looked at more rarely himself, and nobody else is. */
static void test_a_crowd_elsewhere(void **state)
{
        enum { CROWD = 200 };
        struct watch *watch, *crowd[2 * CROWD];
        uint64_t before;

        (void)state;
        configure("[Policy p]\nCgroup=/a\nCgroup=/b/**\nWorkerMemoryMax=64M\n");
        watch = open_watch();
        assert_int_equal(group_reader_crowd(watch->reader), 1);
        before = schedule_poll(watch, 0, SECOND);
        assert_int_equal(before, schedule_unseen(watch, 0, SECOND));
        scratch_put("cgroup/b/cgroup.procs", "");
        scratch_put("cgroup/b/c/cgroup.procs", "");
        scratch_put("cgroup/b/c/d/cgroup.procs", "");
        for (unsigned i = 0; i < 2 * CROWD; i++) {
                char path[64];

                snprintf(path, sizeof(path), "cgroup/b/%s%u/cgroup.procs", i < CROWD ? "" : "c/d/",
                         i);
                scratch_put(path, "");
                *strrchr(path, '/') = '\0';
                crowd[i] = open_watch_of(path + strlen("cgroup"));
        }
        assert_int_equal(group_reader_crowd(watch->reader), 2);
        assert_int_equal(schedule_poll(watch, 0, SECOND), before);
        assert_int_equal(schedule_list(watch, 0, SECOND) - SECOND, 5 * SECOND);
        assert_int_equal(group_reader_crowd(crowd[0]->reader), 2 * (CROWD + 1));
        assert_int_equal(group_reader_crowd(crowd[CROWD]->reader), 2 * (CROWD + 1) * CROWD);
        /* never rarer than if all shared alike */
        assert_int_equal(schedule_list(crowd[0], 0, SECOND),
                         schedule_list(crowd[CROWD], 0, SECOND));
        for (unsigned i = 0; i < 2 * CROWD; i++)
                close_watch(crowd[i]);
        assert_int_equal(group_reader_crowd(watch->reader), 1);
        close_watch(watch);
}

/* The more are told of together, by one who sets the limit of all, the rarer each is looked at. */
static void test_told_of_together(void **state)
{
        struct watch *watch = open_watch();
        uint64_t pause;

        (void)state;
        watch->listed = manager_now(&manager) + 3600 * SECOND;
        watch->list_due = UINT64_MAX;
        look_for_newcomers(watch, 10001);
        pause = watch->list_due - watch->listed;
        assert_in_range(pause, 5 * SECOND, 10 * SECOND);
        look_for_newcomers(watch, 101);
        assert_in_range(watch->list_due - watch->listed, pause / 200, pause / 50);
        close_watch(watch);
}

static int on_ringing(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        (void)fd;
        (void)events;
        (void)userdata;
        (void)breath_holds(&manager, source);
        return 0;
}

static int start_ringing(void)
{
        int bell = eventfd(1, EFD_CLOEXEC);

        assert_int_equal(breath_start(&manager), 0);
        assert_int_equal(round_start(&manager), 0);
        assert_true(sd_event_add_io(manager.event, &manager.bells, bell, EPOLLIN, on_ringing,
                                    NULL) >= 0);
        assert_true(sd_event_source_set_priority(manager.bells, SD_EVENT_PRIORITY_IMPORTANT) >= 0);
        return bell;
}

static void stop_ringing(int bell)
{
        manager.bells = sd_event_source_disable_unref(manager.bells);
        close(bell);
        round_stop(&manager);
        breath_stop(&manager);
}

/* Alarms that ring all the time leave a turn to those who are polled. */
static void test_alarms_without_an_end(void **state)
{
        struct watch *watch;
        int bell;

        (void)state;
        bell = start_ringing();
        watch = open_watch();
        watch_look_at(watch, 0);
        for (unsigned breaths = 0; breaths < 5 && watch->looked == 0;) {
                uint64_t taken = manager.breath.taken;

                assert_true(sd_event_run(manager.event, UINT64_MAX) >= 0);
                breaths += manager.breath.taken != taken;
        }
        assert_true(watch->looked > 0);
        close_watch(watch);
        stop_ringing(bell);
}

static int on_something(sd_event_source *source, void *userdata)
{
        (void)source;
        (void)userdata;
        return 0;
}

/* There is always something more urgent than those who are waited for: they wait, and the alarms ring again. */
static void test_a_breath_has_an_end(void **state)
{
        sd_event_source *always;
        int bell, enabled = SD_EVENT_ON;
        uint64_t taken, begin;

        (void)state;
        bell = start_ringing();
        assert_true(sd_event_add_defer(manager.event, &always, on_something, NULL) >= 0);
        assert_true(sd_event_source_set_enabled(always, SD_EVENT_ON) >= 0);
        while (enabled != SD_EVENT_OFF) {
                assert_true(sd_event_run(manager.event, UINT64_MAX) >= 0);
                (void)sd_event_source_get_enabled(manager.bells, &enabled);
        }
        taken = manager.breath.taken;
        begin = clock_now();
        while (manager.breath.taken == taken && clock_now() - begin < 60 * SECOND)
                assert_true(sd_event_run(manager.event, UINT64_MAX) >= 0);
        (void)sd_event_source_get_enabled(manager.bells, &enabled);
        assert_int_equal(enabled, SD_EVENT_ON);
        sd_event_source_disable_unref(always);
        stop_ringing(bell);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        const struct CMUnitTest tests[] = {
                TEST(test_a_crowd_elsewhere),
                TEST(test_told_of_together),
                TEST(test_alarms_without_an_end),
                TEST(test_a_breath_has_an_end),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
