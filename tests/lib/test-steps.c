/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <sys/time.h>
#include "guard-cases.h"
#include "steps/steps.h"

/*
 * Work in steps gives GMP's results, and ends wherever it is told to with nothing changed and
 * nothing lost.
 *
 * The hooks count what GMP holds, and can set the flag at any allocation: so work is stopped between
 * all of its steps, one run after the other, without a clock.
 */

static unsigned long seed = 20240306;
static bool extended;
static size_t held_bytes, allocations, stop_at;
static struct bng_stop stop;

static void count(void)
{
        if (++allocations == stop_at)
                atomic_store(&stop.interrupted, true);
}

static void *allocate(size_t bytes)
{
        count();
        held_bytes += bytes;
        return malloc(bytes);
}

static void *move(void *block, size_t old_bytes, size_t bytes)
{
        count();
        held_bytes += bytes - old_bytes;
        return realloc(block, bytes);
}

static void release(void *block, size_t bytes)
{
        held_bytes -= bytes;
        free(block);
}

/* ---- the operations, each on x, in steps and by GMP ---- */

struct work {
        const char *name;
        bool (*steps)(mpz_ptr r, const struct operands *x);
        void (*plain)(mpz_ptr r, const struct operands *x);
        void (*make)(struct operands *x, uint64_t bits);
        uint64_t bits_max;
};

static void make_two(struct operands *x, uint64_t bits)
{
        static const unsigned parts[] = {2, 2, 3, 5, 20, 1000};
        uint64_t b_bits = bits / parts[random_below(sizeof parts / sizeof *parts)];

        random_integer(x->a, bits - b_bits);
        random_integer(x->b, b_bits);
        if (mpz_sgn(x->b) == 0)
                mpz_set_ui(x->b, 1);
        if (random_below(2) == 0)
                mpz_swap(x->a, x->b);
}

static void make_dividend(struct operands *x, uint64_t bits)
{
        make_two(x, bits);
        if (random_below(4) == 0) { /* a digit of zeros, a remainder of 0 */
                mpz_mul(x->a, x->a, x->b);
                mpz_tdiv_q_2exp(x->a, x->a, mpz_sizeinbase(x->b, 2) / 64 * 64);
                mpz_mul(x->a, x->a, x->b);
        }
}

static void make_base(struct operands *x, uint64_t bits)
{
        x->n = 1 + (unsigned long)random_below(random_below(2) ? 9 : 100000);
        random_integer(x->a, bits / x->n + 2);
        if (random_below(2) == 0)
                mpz_mul_2exp(x->a, x->a, random_below(130));
}

static void make_index(struct operands *x, uint64_t bits)
{
        x->n = (unsigned long)(bits / 20 + random_below(bits / 20));
}

static void make_long_index(struct operands *x, uint64_t bits)
{
        x->n = (unsigned long)(bits + random_below(bits / 2));
}

static bool steps_multiply(mpz_ptr r, const struct operands *x)
{
        return bng_steps_multiply(r, x->a, x->b, &stop);
}

static void plain_multiply(mpz_ptr r, const struct operands *x)
{
        mpz_mul(r, x->a, x->b);
}

static bool steps_square(mpz_ptr r, const struct operands *x)
{
        return bng_steps_multiply(r, x->a, x->a, &stop);
}

static void plain_square(mpz_ptr r, const struct operands *x)
{
        mpz_mul(r, x->a, x->a);
}

/* Both results in one: what is not there when it was stopped is not looked at. */
static bool steps_divide(mpz_ptr r, const struct operands *x)
{
        mpz_t q, rest;

        mpz_inits(q, rest, NULL);
        bool done = bng_steps_divide(q, rest, x->a, x->b, &stop);
        if (done) {
                mpz_mul_2exp(q, q, mpz_sizeinbase(x->b, 2));
                mpz_add(r, q, rest);
        }
        mpz_clears(q, rest, NULL);
        return done;
}

static void plain_divide(mpz_ptr r, const struct operands *x)
{
        mpz_t q, rest;

        mpz_inits(q, rest, NULL);
        mpz_tdiv_qr(q, rest, x->a, x->b);
        mpz_mul_2exp(q, q, mpz_sizeinbase(x->b, 2));
        mpz_add(r, q, rest);
        mpz_clears(q, rest, NULL);
}

static bool steps_power(mpz_ptr r, const struct operands *x)
{
        return bng_steps_power(r, x->a, x->n, &stop);
}

static void plain_power(mpz_ptr r, const struct operands *x)
{
        mpz_pow_ui(r, x->a, x->n);
}

#define OF_INDEX(name, gmp)                                                                        \
        static bool steps_##name(mpz_ptr r, const struct operands *x)                              \
        {                                                                                          \
                return bng_steps_##name(r, x->n, &stop);                                           \
        }                                                                                          \
        static void plain_##name(mpz_ptr r, const struct operands *x)                              \
        {                                                                                          \
                gmp(r, x->n);                                                                      \
        }

OF_INDEX(factorial, mpz_fac_ui)
OF_INDEX(primorial, mpz_primorial_ui)
OF_INDEX(fibonacci, mpz_fib_ui)
OF_INDEX(lucas, mpz_lucnum_ui)

static const struct work works[] = {
        {"multiply", steps_multiply, plain_multiply, make_two, 33000000},
        {"square", steps_square, plain_square, make_two, 15000000},
        {"divide", steps_divide, plain_divide, make_dividend, 9000000},
        {"power", steps_power, plain_power, make_base, 6000000},
        {"factorial", steps_factorial, plain_factorial, make_index, 6000000},
        {"primorial", steps_primorial, plain_primorial, make_long_index, 2000000},
        {"fibonacci", steps_fibonacci, plain_fibonacci, make_long_index, 6000000},
        {"lucas", steps_lucas, plain_lucas, make_long_index, 6000000},
};
#define WORKS (sizeof works / sizeof *works)

static void compare(const struct work *work, const struct operands *x, uint64_t bits)
{
        mpz_t steps, plain;

        mpz_init_set_si(steps, -7);
        mpz_init(plain);
        assert_true(work->steps(steps, x));
        work->plain(plain, x);
        if (mpz_cmp(steps, plain) != 0)
                fail_msg("%s is not GMP's: about %lu bits, a of %lu, b of %lu, n=%lu, seed %lu",
                         work->name, (unsigned long)bits, (unsigned long)bit_length(x->a),
                         (unsigned long)bit_length(x->b), x->n, seed);
        mpz_clears(steps, plain, NULL);
}

static void test_results_are_those_of_gmp(void **userdata)
{
        struct operands x;

        (void)userdata;
        operands_init(&x);
        random_start(seed);
        for (size_t i = 0; i < WORKS; i++) {
                const struct work *work = &works[i];
                double step = extended ? 1.2 : 2.5;
                for (double bits = 1000; bits <= (double)work->bits_max; bits *= step) {
                        unsigned rounds = bits < 1e6 ? 6 : bits < 1e7 ? 2 : 1;
                        for (unsigned round = 0; round < rounds; round++) {
                                work->make(&x, (uint64_t)bits);
                                compare(work, &x, (uint64_t)bits);
                        }
                }
        }
        random_end();
        operands_clear(&x);
}

static void test_small_arguments_are_those_of_gmp(void **userdata)
{
        struct operands x;

        (void)userdata;
        operands_init(&x);
        for (long a = -3; a <= 3; a++)
                for (x.n = 0; x.n < 5; x.n++) {
                        mpz_set_si(x.a, a);
                        mpz_set_ui(x.b, x.n);
                        for (size_t i = 0; i < WORKS; i++)
                                if (works[i].steps != steps_divide || x.n > 0)
                                        compare(&works[i], &x, 3);
                }
        operands_clear(&x);
}

/* Next to the indices from which on work is done in steps. */
static void test_indices_around_the_thresholds(void **userdata)
{
        static const unsigned long edges[] = {20000, 40000, 200000, 400000};
        struct operands x;

        (void)userdata;
        operands_init(&x);
        for (size_t e = 0; e < sizeof edges / sizeof *edges; e++)
                for (x.n = edges[e] - 2; x.n <= edges[e] + 2; x.n++)
                        for (size_t i = 4; i < WORKS; i++)
                                compare(&works[i], &x, x.n);
        operands_clear(&x);
}

static void test_results_may_be_operands(void **userdata)
{
        struct operands x;
        mpz_t plain;

        (void)userdata;
        operands_init(&x);
        mpz_init(plain);
        random_start(seed);
        for (double bits = 1e5; bits <= 4e7; bits *= 2.6) {
                for (unsigned which = 0; which < 2; which++) {
                        make_two(&x, (uint64_t)bits);
                        mpz_ptr r = which == 0 ? x.a : x.b;
                        plain_multiply(plain, &x);
                        assert_true(bng_steps_multiply(r, x.a, x.b, &stop));
                        assert_int_equal(mpz_cmp(r, plain), 0);
                }
                make_two(&x, (uint64_t)bits);
                mpz_mul(plain, x.a, x.a);
                assert_true(bng_steps_multiply(x.a, x.a, x.a, &stop));
                assert_int_equal(mpz_cmp(x.a, plain), 0);
                if (bits > 6e6)
                        continue;
                make_base(&x, (uint64_t)bits);
                plain_power(plain, &x);
                assert_true(bng_steps_power(x.a, x.a, x.n, &stop));
                assert_int_equal(mpz_cmp(x.a, plain), 0);
        }
        random_end();
        mpz_clear(plain);
        operands_clear(&x);
}

/* ---- stopped between any two steps ---- */

/* Runs the work with the flag set at the n-th allocation. False: it ended before. */
static bool stopped_at(const struct work *work, const struct operands *x, size_t n)
{
        mpz_t r;

        mpz_init_set_si(r, -7);
        size_t before_bytes = held_bytes;
        allocations = 0;
        stop_at = n;
        bool done = work->steps(r, x);
        stop_at = 0;
        atomic_store(&stop.interrupted, false);
        if (!done) {
                if (mpz_cmp_si(r, -7) != 0)
                        fail_msg("%s has changed its result", work->name);
                if (held_bytes != before_bytes)
                        fail_msg("%s, stopped at allocation %lu, has lost memory", work->name,
                                 (unsigned long)n);
        }
        mpz_clear(r);
        return !done;
}

/* Operands that every operation needs several steps for. */
static void make_long(struct operands *x, bool two)
{
        random_integer(x->a, two ? 14500000 : 8000000);
        random_integer(x->b, two ? 14400000 : 4000000);
        x->n = two ? 0 : 1200000;
}

static void test_it_ends_between_any_two_steps(void **userdata)
{
        struct operands x;

        (void)userdata;
        operands_init(&x);
        random_start(seed);
        for (size_t i = 0; i < WORKS; i++) {
                const struct work *work = &works[i];
                unsigned stops = 0;

                make_long(&x, work->steps == steps_multiply);
                if (work->steps == steps_power)
                        mpz_set_si(x.a, -6);
                if (work->steps == steps_factorial)
                        x.n = 60000;
                assert_false(stopped_at(work, &x, 0));
                size_t all = allocations;
                for (size_t n = 1; n <= all; n += all / 12 + 1)
                        stops += stopped_at(work, &x, n);
                /* A square is one step. */
                if (stops == 0 && work->steps != steps_square)
                        fail_msg("%s cannot be stopped", work->name);
        }
        random_end();
        operands_clear(&x);
}

static void test_a_flag_that_is_set_ends_it_at_once(void **userdata)
{
        struct operands x;
        mpz_t r;

        (void)userdata;
        operands_init(&x);
        mpz_init_set_si(r, -7);
        random_start(seed);
        for (size_t i = 0; i < WORKS; i++) {
                works[i].make(&x, 5000000);
                if (works[i].steps == steps_power)
                        mpz_set_si(x.a, -3), x.n = 3000000;
                atomic_store(&stop.interrupted, true);
                assert_false(works[i].steps(r, &x));
                atomic_store(&stop.interrupted, false);
                stop.until_nsec = bng_now_nsec();
                assert_false(works[i].steps(r, &x));
                stop.until_nsec = BNG_NSEC_NEVER;
                assert_int_equal(mpz_cmp_si(r, -7), 0);
        }
        random_end();
        mpz_clear(r);
        operands_clear(&x);
}

/* ---- text ---- */

static void compare_text(mpz_srcptr z, int base)
{
        mpz_t back;
        char *plain = mpz_get_str(NULL, base, z);
        char *steps = malloc(strlen(plain) + 2);

        steps[0] = '-';
        assert_true(bng_steps_print(steps + (mpz_sgn(z) < 0), base, z, &stop));
        assert_string_equal(steps, plain);
        mpz_init(back);
        const char *digits = plain + (mpz_sgn(z) < 0);
        assert_true(bng_steps_parse(back, digits, strlen(digits), abs(base), &stop));
        assert_int_equal(mpz_cmpabs(back, z), 0);
        mpz_clear(back);
        free(steps);
        release(plain, strlen(plain) + 1);
}

static void test_text_is_that_of_gmp(void **userdata)
{
        static const int bases[] = {10, 3, 7, 36, -36, 61, 62, 16, 2};
        mpz_t z;

        (void)userdata;
        mpz_init(z);
        random_start(seed);
        for (double bits = 100; bits <= 4e6; bits *= 3)
                for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
                        if (bits > 1e6 && i > 1)
                                continue;
                        random_integer(z, (uint64_t)bits);
                        compare_text(z, bases[i]);
                }
        /* Zeros at the end, in the middle and all over, and next to them. */
        for (unsigned long n = 170000; n < 340000; n += 26001) {
                mpz_ui_pow_ui(z, 10, n);
                compare_text(z, 10);
                mpz_add_ui(z, z, 1);
                compare_text(z, 10);
                mpz_sub_ui(z, z, 2);
                compare_text(z, 10);
                mpz_neg(z, z);
                compare_text(z, 10);
        }
        random_end();
        mpz_clear(z);
}

static void test_text_ends_between_any_two_steps(void **userdata)
{
        mpz_t z, r;
        unsigned stops = 0;

        (void)userdata;
        mpz_init(z);
        mpz_init_set_si(r, -7);
        mpz_ui_pow_ui(z, 7, 500000);
        size_t room = mpz_sizeinbase(z, 10) + 2;
        char *text = malloc(room), *other = malloc(room);
        mpz_get_str(text, 10, z);
        for (size_t n = 1; n < 400; n += 23) {
                size_t before_bytes = held_bytes;
                allocations = 0, stop_at = n;
                stops += !bng_steps_print(other, 10, z, &stop);
                atomic_store(&stop.interrupted, false);
                assert_int_equal(held_bytes, before_bytes);
                allocations = 0;
                if (!bng_steps_parse(r, text, strlen(text), 10, &stop)) {
                        assert_int_equal(mpz_cmp_si(r, -7), 0);
                        assert_int_equal(held_bytes, before_bytes);
                        stops++;
                }
                stop_at = 0;
                atomic_store(&stop.interrupted, false);
        }
        assert_true(stops > 8);
        free(text);
        free(other);
        mpz_clears(z, r, NULL);
}

/* Long texts as the guarded function reads them: what GMP takes, and what it does not. */
static void test_long_texts_are_read_as_gmp_reads_them(void **userdata)
{
        static const char *const starts[] = {"",   "-",   " ",   " - ", "0",  "00 0", "0x",
                                             "0b", "-0X", "+",   "1",   "\n", "_",    "- 0",
                                             "-",  "--",  "-0b", "07",  "0 x"};
        static const char *const ends[] = {"", " ", "x", "\t3 \n", "-", "9", "z", " Z"};
        static const int bases[] = {0, 2, 8, 10, 11, 16, 36, 37, 62};
        const size_t n = 150000;
        char *text = malloc(n + 100);
        bng_ctx *ctx;
        mpz_t plain, guarded;

        (void)userdata;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        mpz_inits(plain, guarded, NULL);
        random_start(seed);
        for (size_t s = 0; s < sizeof starts / sizeof *starts; s++)
                for (size_t e = 0; e < sizeof ends / sizeof *ends; e++) {
                        int base = bases[random_below(sizeof bases / sizeof *bases)];
                        size_t length = strlen(strcpy(text, starts[s]));
                        for (size_t i = 0; i < n; i++)
                                text[length++] = i % 1000 == 7 ? ' ' : (char)('0' + i % 3 % 2);
                        strcpy(text + length, ends[e]);
                        mpz_set_si(plain, 5);
                        mpz_set_si(guarded, 5);
                        int failed = mpz_set_str(plain, text, base);
                        bng_status status = bng_mpz_set_str(ctx, guarded, text, base);
                        if (status != (failed ? BNG_SYNTAX : BNG_OK) ||
                            mpz_cmp(guarded, plain) != 0)
                                fail_msg("\"%s\" ... \"%s\" in base %d: %s", starts[s], ends[e],
                                         base, bng_ctx_message(ctx));
                }
        random_end();
        mpz_clears(plain, guarded, NULL);
        bng_ctx_free(ctx);
        free(text);
}

/* ---- contexts ---- */

static bng_ctx *signalled;

static void interrupt(int number)
{
        (void)number;
        bng_ctx_interrupt(signalled);
}

/* An operation long enough to be hit. */
static bng_status some_operation(bng_ctx *ctx, mpz_ptr r, unsigned which, mpz_srcptr z)
{
        char *text;
        bng_status status;

        switch (which % 4) {
        case 0:
                return bng_mpz_ui_pow_ui(ctx, r, 3, 1500000);
        case 1:
                return bng_mpz_fac_ui(ctx, r, 120000);
        case 2:
                return bng_mpz_mul(ctx, r, z, z);
        default:
                status = bng_mpz_get_str(ctx, &text, 10, z);
                assert_int_equal(text != NULL, status == BNG_OK);
                free(text);
                return status;
        }
}

static void after_an_interruption(bng_ctx *ctx, mpz_ptr r, bng_status status)
{
        if (status == BNG_OK) {
                mpz_set_si(r, -7);
                return;
        }
        assert_int_equal(status, BNG_INTERRUPTED);
        assert_int_equal(mpz_cmp_si(r, -7), 0);
        assert_string_equal(bng_ctx_message(ctx), "interrupted");
}

static void test_signals_interrupt(void **userdata)
{
        bng_ctx *ctx;
        mpz_t r, z;

        (void)userdata;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        signalled = ctx;
        mpz_init(z);
        mpz_init_set_si(r, -7);
        mpz_ui_pow_ui(z, 7, 700000);
        signal(SIGALRM, interrupt);
        random_start(seed);
        for (unsigned i = 0; i < 60; i++) {
                struct itimerval timer = {.it_value.tv_usec = 1 + (long)random_below(12000)};
                setitimer(ITIMER_REAL, &timer, NULL);
                after_an_interruption(ctx, r, some_operation(ctx, r, i, z));
                timer.it_value.tv_usec = 0;
                setitimer(ITIMER_REAL, &timer, NULL);
                bng_ctx_clear_interrupt(ctx);
                assert_int_equal(bng_mpz_add_ui(ctx, r, r, 0), BNG_OK);
        }
        random_end();
        signal(SIGALRM, SIG_DFL);
        mpz_clears(r, z, NULL);
        bng_ctx_free(ctx);
}

static void *interrupt_soon(void *ctx)
{
        struct timespec moment = {.tv_nsec = 300000};
        nanosleep(&moment, NULL);
        bng_ctx_interrupt(ctx);
        return NULL;
}

static void test_other_threads_interrupt(void **userdata)
{
        bng_ctx *ctx;
        mpz_t r, z;

        (void)userdata;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        mpz_init(z);
        mpz_init_set_si(r, -7);
        mpz_ui_pow_ui(z, 7, 400000);
        for (unsigned i = 0; i < 20; i++) {
                pthread_t thread;
                assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, ctx), 0);
                bng_status status;
                /* Until it comes: also between two operations it is not lost. */
                do {
                        status = some_operation(ctx, r, i, z);
                        after_an_interruption(ctx, r, status);
                } while (status == BNG_OK);
                pthread_join(thread, NULL);
                bng_ctx_clear_interrupt(ctx);
        }
        mpz_clears(r, z, NULL);
        bng_ctx_free(ctx);
}

static void test_an_interruption_stays_until_it_is_cleared(void **userdata)
{
        bng_ctx *ctx;
        mpz_t r, a;

        (void)userdata;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        mpz_init_set_si(r, -7);
        mpz_init_set_ui(a, 5);
        for (unsigned i = 0; i < 2; i++) {
                bng_ctx_set_statistics(ctx, i == 1);
                bng_ctx_interrupt(ctx);
                /* Also through what makes the small lengths anew. */
                bng_ctx_set_result_limit_bits(ctx, 1000000);
                assert_int_equal(bng_mpz_add(ctx, r, a, a), BNG_INTERRUPTED);
                assert_int_equal(bng_mpz_mul(ctx, r, a, a), BNG_INTERRUPTED);
                assert_int_equal(bng_mpz_addmul(ctx, r, a, a), BNG_INTERRUPTED);
                assert_int_equal(bng_mpz_tdiv_q(ctx, r, a, a), BNG_INTERRUPTED);
                assert_int_equal(bng_mpz_set_str(ctx, r, "12", 10), BNG_INTERRUPTED);
                assert_int_equal(bng_check_mul(ctx, a, a), BNG_INTERRUPTED);
                assert_int_equal(mpz_cmp_si(r, -7), 0);
                bng_ctx_clear_interrupt(ctx);
                assert_int_equal(bng_mpz_mul(ctx, r, a, a), BNG_OK);
                assert_int_equal(mpz_cmp_si(r, 25), 0);
                mpz_set_si(r, -7);
        }
        mpz_clears(r, a, NULL);
        bng_ctx_free(ctx);
}

static void test_time_limits(void **userdata)
{
        bng_ctx *ctx;
        mpz_t r;

        (void)userdata;
        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        mpz_init_set_si(r, -7);
        /* An hour for what takes a blink, and a millisecond for what surely takes longer. */
        bng_ctx_set_time_limit_usec(ctx, UINT64_C(3600) * 1000000);
        assert_int_equal(bng_mpz_ui_pow_ui(ctx, r, 3, 1000), BNG_OK);
        mpz_set_si(r, -7);
        bng_ctx_set_time_limit_usec(ctx, 1000);
        assert_int_equal(bng_check_ui_pow_ui(ctx, 3, 40000000), BNG_REFUSED_TIME);
        assert_non_null(strstr(bng_ctx_message(ctx), "the limit is 1ms (TimeMax=)"));
        assert_int_equal(bng_mpz_ui_pow_ui(ctx, r, 3, 40000000), BNG_REFUSED_TIME);
        assert_int_equal(mpz_cmp_si(r, -7), 0);
        bng_ctx_set_time_limit_usec(ctx, UINT64_MAX);

        /* A deadline. */
        uint64_t now_usec = bng_now_nsec() / 1000;
        bng_ctx_set_deadline_usec(ctx, now_usec);
        assert_int_equal(bng_ctx_deadline_usec(ctx), now_usec);
        assert_int_equal(bng_mpz_ui_pow_ui(ctx, r, 3, 3), BNG_REFUSED_TIME);
        assert_string_equal(bng_ctx_message(ctx), "refused: the deadline has passed");
        bng_ctx_set_deadline_usec(ctx, now_usec + UINT64_C(3600) * 1000000);
        assert_int_equal(bng_mpz_ui_pow_ui(ctx, r, 3, 3), BNG_OK);
        bng_ctx_set_deadline_usec(ctx, UINT64_MAX);
        assert_true(bng_ctx_deadline_usec(ctx) == UINT64_MAX);
        mpz_clear(r);
        bng_ctx_free(ctx);
}

static int set_up(void **userdata)
{
        (void)userdata;
        extended = getenv("BNG_TEST_EXTENDED") != NULL;
        stop.until_nsec = BNG_NSEC_NEVER;
        mp_set_memory_functions(allocate, move, release);
        return 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_results_are_those_of_gmp),
                cmocka_unit_test(test_small_arguments_are_those_of_gmp),
                cmocka_unit_test(test_indices_around_the_thresholds),
                cmocka_unit_test(test_results_may_be_operands),
                cmocka_unit_test(test_it_ends_between_any_two_steps),
                cmocka_unit_test(test_a_flag_that_is_set_ends_it_at_once),
                cmocka_unit_test(test_text_is_that_of_gmp),
                cmocka_unit_test(test_text_ends_between_any_two_steps),
                cmocka_unit_test(test_long_texts_are_read_as_gmp_reads_them),
                cmocka_unit_test(test_signals_interrupt),
                cmocka_unit_test(test_other_threads_interrupt),
                cmocka_unit_test(test_an_interruption_stays_until_it_is_cleared),
                cmocka_unit_test(test_time_limits),
        };

        return cmocka_run_group_tests(tests, set_up, NULL);
}
