/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Jobs run in the other thread, come back in their order, and none is lost when everything ends. */

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "manager/offload.h"
#include "manager/users.h"

#define JOBS 200

struct work {
        struct job job;
        int number;
        pthread_t ran_in;
        bool ran;
};

static int next_back, n_back, n_unrun;
static sd_event *event;

static void run(struct job *job)
{
        struct work *work = (struct work *)job;

        work->ran_in = pthread_self();
        work->ran = true;
}

static void done(struct job *job, bool ran)
{
        struct work *work = (struct work *)job;

        assert_int_equal(work->number, next_back++);
        assert_true(work->ran == ran);
        if (ran)
                assert_false(pthread_equal(work->ran_in, pthread_self()));
        n_unrun += !ran;
        if (++n_back == JOBS)
                (void)sd_event_exit(event, 0);
}

static void submit_all(struct offload *offload, struct work *work)
{
        next_back = n_back = n_unrun = 0;
        for (int i = 0; i < JOBS; i++) {
                work[i] = (struct work){.job = {.run = run, .done = done}, .number = i};
                offload_submit(offload, &work[i].job);
        }
}

static void test_in_order_through_the_loop(void **state)
{
        struct work work[JOBS];
        struct offload *offload;

        (void)state;
        assert_true(sd_event_new(&event) >= 0);
        assert_int_equal(offload_new(&offload, event), 0);
        submit_all(offload, work);
        assert_int_equal(sd_event_loop(event), 0);
        assert_int_equal(n_back, JOBS);
        assert_int_equal(n_unrun, 0);
        assert_null(offload_free(offload));
        sd_event_unref(event);
}

static void test_all_come_back_at_the_end(void **state)
{
        struct work work[JOBS];
        struct offload *offload;

        (void)state;
        assert_true(sd_event_new(&event) >= 0);
        assert_int_equal(offload_new(&offload, event), 0);
        submit_all(offload, work);
        assert_null(offload_free(offload));
        assert_int_equal(n_back, JOBS);
        sd_event_unref(event);
}

static void test_users_have_names(void **state)
{
        const char *name = NULL;
        struct offload *offload;
        struct users *users;

        (void)state;
        assert_true(sd_event_new(&event) >= 0);
        assert_int_equal(offload_new(&offload, event), 0);
        assert_int_equal(users_new(&users, offload), 0);
        for (int tries = 0; tries < 1000 && !(name = users_name(users, 0, 1)); tries++)
                assert_true(sd_event_run(event, 10000) >= 0);
        assert_string_equal(name, "root");
        while (!(name = users_name(users, 4242424242U, 1)))
                assert_true(sd_event_run(event, 10000) >= 0);
        assert_string_equal(name, "4242424242");
        offload_free(offload);
        assert_null(users_free(users));
        sd_event_unref(event);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_in_order_through_the_loop),
                cmocka_unit_test(test_all_come_back_at_the_end),
                cmocka_unit_test(test_users_have_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
