/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "extended.h"
#include "steps-works.h"

/*
 * Work in steps ends wherever it is told to, with nothing changed and nothing lost.
 */

/* So many places among all. */
static size_t places(size_t plain, size_t extended)
{
        return test_is_extended() ? extended : plain;
}

/* Runs the work with the flag set at the n-th allocation. False: it ended before. */
static bool stopped_at(const struct steps_work *work, const struct operands *x, size_t n)
{
        mpz_t r;

        mpz_init_set_si(r, -7);
        size_t before_bytes = steps_held_bytes;
        steps_allocations = 0;
        steps_stop_at = n;
        bool done = work->steps(r, x);
        steps_stop_at = 0;
        atomic_store(&steps_stop.interrupted, false);
        if (!done) {
                if (mpz_cmp_si(r, -7) != 0)
                        fail_msg("%s has changed its result", work->name);
                if (steps_held_bytes != before_bytes)
                        fail_msg("%s, stopped at allocation %lu, has lost memory", work->name,
                                 (unsigned long)n);
        }
        mpz_clear(r);
        return !done;
}

static void test_it_ends_between_any_two_steps(void **userdata)
{
        struct steps_fixture *f = *userdata;

        for (size_t i = 0; i < steps_works_count; i++) {
                const struct steps_work *work = &steps_works[i];
                unsigned stops = 0;

                work->make_long(&f->x);
                assert_false(stopped_at(work, &f->x, 0));
                size_t all = steps_allocations;
                for (size_t n = 1; n <= all; n += all / places(8, 60) + 1)
                        stops += stopped_at(work, &f->x, n);
                if (stops == 0)
                        fail_msg("%s cannot be stopped", work->name);
        }
}

static void test_a_flag_that_is_set_ends_it_at_once(void **userdata)
{
        struct steps_fixture *f = *userdata;

        for (size_t i = 0; i < steps_works_count; i++) {
                steps_works[i].make_long(&f->x);
                atomic_store(&steps_stop.interrupted, true);
                assert_false(steps_works[i].steps(f->steps, &f->x));
                atomic_store(&steps_stop.interrupted, false);
                steps_stop.until_nsec = bng_now_nsec();
                assert_false(steps_works[i].steps(f->steps, &f->x));
                steps_stop.until_nsec = BNG_NSEC_NEVER;
                assert_int_equal(mpz_cmp_si(f->steps, -7), 0);
        }
}

static void test_text_ends_between_any_two_steps(void **userdata)
{
        struct steps_fixture *f = *userdata;
        mpz_ptr z = f->x.a;
        unsigned stops = 0;

        mpz_ui_pow_ui(z, 7, 500000);
        size_t room = mpz_sizeinbase(z, 10) + 2;
        char *text = malloc(room), *other = malloc(room);
        mpz_get_str(text, 10, z);
        for (size_t n = 1; n < 400; n += 400 / places(18, 130)) {
                size_t before_bytes = steps_held_bytes;
                steps_allocations = 0, steps_stop_at = n;
                stops += !bng_steps_print(other, 10, z, &steps_stop);
                atomic_store(&steps_stop.interrupted, false);
                assert_int_equal(steps_held_bytes, before_bytes);
                steps_allocations = 0;
                if (!bng_steps_parse(f->steps, text, strlen(text), 10, &steps_stop)) {
                        assert_int_equal(mpz_cmp_si(f->steps, -7), 0);
                        assert_int_equal(steps_held_bytes, before_bytes);
                        stops++;
                }
                steps_stop_at = 0;
                atomic_store(&steps_stop.interrupted, false);
        }
        assert_true(stops > 8);
        free(text);
        free(other);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                STEPS_TEST(test_it_ends_between_any_two_steps),
                STEPS_TEST(test_a_flag_that_is_set_ends_it_at_once),
                STEPS_TEST(test_text_ends_between_any_two_steps),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
