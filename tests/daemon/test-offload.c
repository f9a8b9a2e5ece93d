/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Jobs run in the other thread, come back in their order, and none is lost when everything ends. One that hangs
 * holds nobody up where there may be more threads. */

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
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

/* One that hangs until it is let go. */
struct hung {
        struct job job;
        sem_t go;
        int came_back;
};

static void hang(struct job *job)
{
        struct hung *hung = (struct hung *)job;

        while (sem_wait(&hung->go) < 0)
                ;
}

static void came_back(struct job *job, bool ran)
{
        assert_true(ran);
        ((struct hung *)job)->came_back++;
}

static void hung_init(struct hung *hung)
{
        *hung = (struct hung){.job = {.run = hang, .done = came_back}};
        assert_int_equal(sem_init(&hung->go, 0, 0), 0);
}

static void wait_for(const int *flag)
{
        while (!*flag)
                assert_true(sd_event_run(event, UINT64_MAX) >= 0);
}

static void test_one_that_hangs(void **state)
{
        struct offload *offload;
        struct hung first, second, third, last;

        (void)state;
        assert_true(sd_event_new(&event) >= 0);
        assert_int_equal(offload_new(&offload, event), 0);
        offload_widen(offload, 2);
        hung_init(&first);
        hung_init(&second);
        hung_init(&third);
        hung_init(&last);
        sem_post(&second.go);
        offload_submit(offload, &first.job);
        offload_submit(offload, &second.job);
        wait_for(&second.came_back);

        /* Run at once: there is a thread for one that hangs, none for another one. */
        assert_int_equal(offload_run(offload, &third.job, 1000), 0);
        while (!atomic_load(&third.job.begun)) /* on a busy machine */
                usleep(1000);
        assert_int_equal(offload_run(offload, &last.job, 1000), -EAGAIN);
        offload_submit(offload, &last.job);
        assert_false(atomic_load(&last.job.begun));
        assert_int_equal(first.came_back + third.came_back + last.came_back, 0);
        sem_post(&third.go);
        wait_for(&third.came_back);
        sem_post(&last.go);
        wait_for(&last.came_back);
        sem_post(&second.go);
        assert_int_equal(offload_run(offload, &second.job, UINT32_MAX), 1);
        assert_int_equal(second.came_back, 1);
        sem_post(&first.go);
        wait_for(&first.came_back);
        assert_null(offload_free(offload));
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
                cmocka_unit_test(test_one_that_hangs),
                cmocka_unit_test(test_users_have_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
