/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * No global state: threads with contexts of their own at the same time, each with everything that a
 * context can do, and one more thread that interrupts them. Built with ThreadSanitizer, which ends the
 * program at the first race; the results are checked besides.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "bignum-guard.h"

#define THREADS 4
#define ROUNDS 150

struct worker {
        pthread_t thread;
        unsigned number;
        bng_ctx *ctx;
        unsigned told;
        unsigned interrupted;
        atomic_bool done;
};

#define CHECK(condition)                                                                           \
        do {                                                                                       \
                if (!(condition)) {                                                                \
                        fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                    \
                        abort();                                                                   \
                }                                                                                  \
        } while (0)

static void on_refusal(void *userdata, bng_status status, const char *sentence)
{
        struct worker *w = userdata;
        CHECK(status != BNG_OK && *sentence);
        w->told++;
}

/* Whether it ran; the interruption that ended it is over. */
static bool ran(struct worker *w, bng_status status)
{
        CHECK(status == BNG_OK || status == BNG_INTERRUPTED);
        if (status == BNG_OK)
                return true;
        w->interrupted++;
        bng_ctx_clear_interrupt(w->ctx);
        return false;
}

static void numbers(struct worker *w, unsigned round)
{
        mpz_t a, b;
        char *text;
        CHECK(bng_mpz_init(w->ctx, a) == BNG_OK && bng_mpz_init(w->ctx, b) == BNG_OK);
        if (ran(w, bng_mpz_ui_pow_ui(w->ctx, a, 10 + w->number, 200 + round)) &&
            ran(w, bng_mpz_mul(w->ctx, b, a, a)) && ran(w, bng_mpz_sqrt(w->ctx, b, b))) {
                CHECK(mpz_cmp(a, b) == 0 && bng_ctx_live_bytes(w->ctx) > 0);
                if (ran(w, bng_mpz_get_str(w->ctx, &text, 10 + (int)w->number, a))) {
                        CHECK(strlen(text) == 201 + round && text[0] == '1' && text[1] == '0');
                        free(text);
                }
        }
        bng_mpz_clear(w->ctx, a);
        bng_mpz_clear(w->ctx, b);
        CHECK(bng_ctx_live_bytes(w->ctx) == 0);
}

static void expressions(struct worker *w, unsigned round)
{
        static const char text[] = "(factorial(n)//factorial(n-2) + 1/3) * 3 - fibonacci(2000) % 1";
        mpq_t value;
        mpz_t n;
        mpq_init(value);
        mpz_init_set_ui(n, 50 + round);
        const bng_variable variable = {"n", n, NULL};
        if (ran(w, bng_eval(w->ctx, value, text, sizeof text - 1, &variable, 1)))
                CHECK(mpq_cmp_ui(value, 3UL * (50 + round) * (49 + round) + 1, 1) == 0);
        bng_status status = bng_eval(w->ctx, value, "9**9**9**9", 10, NULL, 0);
        CHECK(status == BNG_REFUSED_RESULT || !ran(w, status));
        mpz_clear(n);
        mpq_clear(value);
}

static void *work(void *userdata)
{
        struct worker *w = userdata;
        for (unsigned round = 0; round < ROUNDS; round++) {
                numbers(w, round);
                expressions(w, round);
                if (round % 50 == 0)
                        CHECK(bng_ctx_load_limits(w->ctx, "/dev/null") == BNG_OK);
        }
        CHECK(w->told >= w->interrupted);
        CHECK(bng_ctx_operations(w->ctx) > ROUNDS);
        atomic_store(&w->done, true);
        return NULL;
}

static bool all_done(struct worker *workers)
{
        bool done = true;
        for (unsigned i = 0; i < THREADS; i++)
                done = atomic_load(&workers[i].done) && done;
        return done;
}

int main(void)
{
        struct worker workers[THREADS] = {0};
        unsigned interrupted = 0;
        for (unsigned i = 0; i < THREADS; i++) {
                struct worker *w = &workers[i];
                w->number = i;
                CHECK(bng_ctx_new(&w->ctx) == BNG_OK);
                bng_ctx_set_total_limit_bytes(w->ctx, 1 << 20);
                bng_ctx_set_statistics(w->ctx, true);
                bng_ctx_set_refusal_callback(w->ctx, on_refusal, w);
        }
        for (unsigned i = 0; i < THREADS; i++)
                CHECK(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
        for (unsigned i = 0; !all_done(workers); i++) {
                const struct timespec pause = {0, 300000};
                bng_ctx_interrupt(workers[i % THREADS].ctx);
                nanosleep(&pause, NULL);
        }
        for (unsigned i = 0; i < THREADS; i++) {
                CHECK(pthread_join(workers[i].thread, NULL) == 0);
                interrupted += workers[i].interrupted;
                bng_ctx_free(workers[i].ctx);
        }
        printf("%u interruptions\n", interrupted);
        return 0;
}
