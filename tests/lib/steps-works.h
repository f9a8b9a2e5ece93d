/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The operations that are done in steps, a row each, and hooks that count what GMP holds and can set
 * the flag at any allocation: so work is stopped between all of its steps, one run after the other,
 * without a clock.
 */

#include "guard-cases.h"
#include "steps/steps.h"

/* The one that all of the operations below ask. */
extern struct bng_stop steps_stop;
extern size_t steps_held_bytes;  /* by GMP */
extern size_t steps_allocations; /* since somebody set it to 0 */
extern size_t steps_stop_at;     /* the allocation that sets the flag; 0: none */

/* Ends a block of the hooks. */
void steps_release(void *block, size_t bytes);

/* What each test begins with: hooks, operands, two results, and the same random numbers. */
struct steps_fixture {
        struct operands x;
        mpz_t steps; /* -7: nothing yet */
        mpz_t plain;
};
#define STEPS_SEED 20240306UL
int steps_set_up(void **userdata);
int steps_tear_down(void **userdata);
#define STEPS_TEST(test) cmocka_unit_test_setup_teardown(test, steps_set_up, steps_tear_down)

struct steps_work {
        const char *name;
        bool (*steps)(mpz_ptr r, const struct operands *x);
        void (*plain)(mpz_ptr r, const struct operands *x);
        void (*make)(struct operands *x, uint64_t bits);
        uint64_t bits_max;
        bool by_index; /* of x->n alone */
        /* Operands for which it needs several steps. */
        void (*make_long)(struct operands *x);
};

extern const struct steps_work steps_works[];
extern const size_t steps_works_count;
