/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "guard-cases.h"
#include "memory-fixture.h"
#include "predict/peak.h"

/*
 * The promise of the memory limit: no operation makes GMP hold more than was predicted, at any size
 * and for any shape of operands, and what is refused makes GMP hold nothing.
 *
 * The prediction is read off the outside: it is the lowest memory limit under which a check passes.
 */

static unsigned long seed = 20240301;

static bool worth_trying(const struct guard_case *op, double bits)
{
        return bits <= (double)op->bits_max * (test_is_extended() ? 10 : 1);
}

/* Where results go, any of them together. */
enum {
        TIGHT = 1,    /* the limit is tight: by way of a temporary */
        IN_PLACE = 2, /* into operands */
        ROOMY = 4,    /* where there is room already */
};
#define WAYS 8
/* Goes through all of them; of any three in a row one overwrites an operand, and one does not. */
#define NEXT_WAY 5

static void try_operands(bng_ctx *ctx, const struct guard_case *op, struct operands *x,
                         uint64_t bits, unsigned way)
{
        mpz_t r, s;
        mpz_inits(r, s, NULL);
        if (op->updates)
                random_integer(r, bits);
        mpz_ptr first = r, second = s;
        if (way & IN_PLACE) {
                bool swapped = random_below(2);
                first = swapped ? x->b : x->a;
                if (op->two && random_below(2))
                        second = swapped ? x->a : x->b;
        }
        if (way & ROOMY) {
                mpz_realloc2(first, bit_length(first) + random_below(2 * bits + 1));
                mpz_realloc2(second, bit_length(second) + random_below(2 * bits + 1));
        }

        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        uint64_t predicted = predicted_peak_of_case(ctx, op, x, first);
        if (way & TIGHT)
                bng_ctx_set_result_limit_bits(ctx, bits);
        uint64_t a_bits = bit_length(x->a);
        uint64_t b_bits = bit_length(x->b);
        gmp_hooks_start();
        bng_status status = op->guarded(ctx, x, first, second);
        uint64_t measured = gmp_hooks_peak_bytes();
        if (status != BNG_OK && !(way & TIGHT))
                fail_msg("%s: %s", op->name, bng_ctx_message(ctx));
        if (measured > predicted)
                fail_msg("%s holds %lu bytes, predicted %lu: about %lu bits, a of %lu, b of %lu, c "
                         "of %lu, m=%lu n=%lu, way %u, seed %lu",
                         op->name, (unsigned long)measured, (unsigned long)predicted,
                         (unsigned long)bits, (unsigned long)a_bits, (unsigned long)b_bits,
                         (unsigned long)bit_length(x->c), x->m, x->n, way, seed);
        mpz_clears(r, s, NULL);
}

static void try_size(bng_ctx *ctx, const struct guard_case *op, struct operands *x, double bits,
                     unsigned rounds)
{
        unsigned way = (unsigned)random_below(WAYS);

        for (unsigned round = 0; round < rounds; round++) {
                uint64_t about = (uint64_t)bits + random_below((uint64_t)bits / 2);
                op->make(x, about);
                try_operands(ctx, op, x, about, way);
                way = (way + NEXT_WAY) % WAYS;
        }
}

/* The operation that is tried, where an argument says which; otherwise all are. */
static const char *only;

static void test_no_operation_holds_more_than_predicted(void **userdata)
{
        bng_ctx *ctx = *userdata;
        struct operands x;

        operands_init(&x);
        for (size_t i = 0; i < guard_cases_count; i++) {
                const struct guard_case *op = &guard_cases[i];
                double dense = test_is_extended() ? 1e7 : 5e5;
                double most = test_is_extended() ? 1e8 : 1e7;

                if (only && strcmp(only, op->name) != 0)
                        continue;
                random_start(seed);
                for (double bits = 100; bits <= dense && worth_trying(op, bits); bits *= 1.7)
                        try_size(ctx, op, &x, bits, bits < 3e4 ? 20 : bits < 1e6 ? 4 : WAYS);
                if (worth_trying(op, most))
                        try_size(ctx, op, &x, most, 3);
                random_end();
        }
        operands_clear(&x);
}

/* ---- products of numbers of which only a longest length is known ---- */

/* Of the same shorter factor a longer one may be split in fewer pieces, or be taken in parts. */
static void test_a_shorter_factor_holds_no_more(void **userdata)
{
        mpz_t a, b, r;

        (void)userdata;
        random_start(seed);
        for (unsigned i = 0; i < 500; i++) {
                uint64_t b_limbs = 1 + random_below(5000);
                uint64_t a_limbs = b_limbs + random_below(b_limbs * (random_below(2) ? 10 : 2));
                uint64_t most = a_limbs + random_below(a_limbs);
                mpz_inits(a, b, r, NULL);
                random_integer(a, a_limbs * GMP_NUMB_BITS);
                random_integer(b, b_limbs * GMP_NUMB_BITS);
                gmp_hooks_start();
                mpz_mul(r, a, b);
                uint64_t measured = gmp_hooks_peak_bytes();
                uint64_t predicted =
                        bng_peak_multiply(most * GMP_NUMB_BITS, b_limbs * GMP_NUMB_BITS);
                predicted -= (most - a_limbs) * sizeof(mp_limb_t);
                if (measured > predicted)
                        fail_msg("%lu limbs by %lu hold %lu bytes, of up to %lu: %lu",
                                 (unsigned long)a_limbs, (unsigned long)b_limbs,
                                 (unsigned long)measured, (unsigned long)most,
                                 (unsigned long)predicted);
                mpz_clears(a, b, r, NULL);
        }
        random_end();
}

/* ---- text, of which the library itself holds the result ---- */

struct text {
        char *digits;
        int base;
        mpz_t z;
};

static bng_status ask_set_str(bng_ctx *ctx, const void *userdata)
{
        const struct text *text = userdata;
        return bng_check_set_str(ctx, text->digits, text->base);
}

static bng_status ask_get_str(bng_ctx *ctx, const void *userdata)
{
        const struct text *text = userdata;
        return bng_check_get_str(ctx, text->base, text->z);
}

static void try_text(bng_ctx *ctx, struct text *text)
{
        char *digits;
        mpz_t back;

        uint64_t predicted = predicted_peak(ctx, ask_get_str, text);
        gmp_hooks_start();
        assert_int_equal(bng_mpz_get_str(ctx, &digits, text->base, text->z), BNG_OK);
        uint64_t measured = gmp_hooks_peak_bytes() + strlen(digits) + 1;
        if (measured > predicted)
                fail_msg("get_str in base %d holds %lu bytes, predicted %lu, of %lu bits, seed %lu",
                         text->base, (unsigned long)measured, (unsigned long)predicted,
                         (unsigned long)bit_length(text->z), seed);

        text->digits = digits;
        predicted = predicted_peak(ctx, ask_set_str, text);
        mpz_init(back);
        gmp_hooks_start();
        assert_int_equal(bng_mpz_set_str(ctx, back, digits, text->base), BNG_OK);
        measured = gmp_hooks_peak_bytes();
        if (measured > predicted)
                fail_msg("set_str in base %d holds %lu bytes, predicted %lu, of %lu bits, seed %lu",
                         text->base, (unsigned long)measured, (unsigned long)predicted,
                         (unsigned long)bit_length(text->z), seed);
        assert_int_equal(mpz_cmp(back, text->z), 0);
        mpz_clear(back);
        free(digits);
}

static void test_text_holds_no_more_than_predicted(void **userdata)
{
        static const int bases[] = {2, 3, 7, 8, 10, 16, 36, 61, 62};
        bng_ctx *ctx = *userdata;
        struct text text;

        random_start(seed);
        mpz_init(text.z);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        for (double bits = 1; bits <= (test_is_extended() ? 2e7 : 3e6); bits = bits * 1.5 + 1)
                for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
                        if (bits > 1e5 && !test_is_extended() && bases[i] != 10 && bases[i] != 2)
                                continue;
                        text.base = bases[i];
                        random_integer(text.z, (uint64_t)bits);
                        try_text(ctx, &text);
                }
        mpz_clear(text.z);
        random_end();
}

/* ---- multifactorials, by way of factorials, double factorials, lists, and powers ---- */

static void try_multifactorial(bng_ctx *ctx, unsigned long n, unsigned long m)
{
        mpz_t r;

        mpz_init(r);
        uint64_t predicted = bng_predict_multifactorial(bng_operand_ui(n), m).peak_bytes;
        gmp_hooks_start();
        assert_int_equal(bng_mpz_mfac_uiui(ctx, r, n, m), BNG_OK);
        if (gmp_hooks_peak_bytes() > predicted)
                fail_msg("mfac_uiui holds %lu bytes, predicted %lu, n=%lu, m=%lu, seed %lu",
                         (unsigned long)gmp_hooks_peak_bytes(), (unsigned long)predicted, n, m,
                         seed);
        mpz_clear(r);
}

static void test_multifactorials_of_all_kinds(void **userdata)
{
        bng_ctx *ctx = *userdata;

        random_start(seed);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        for (unsigned long n = 0; n < 40; n++)
                for (unsigned long m = 1; m < 40; m++)
                        try_multifactorial(ctx, n, m);
        for (double numbers = 2; numbers < (test_is_extended() ? 1e6 : 4e4); numbers *= 1.4)
                for (unsigned round = 0; round < 12; round++) {
                        static const unsigned long rests[] = {1, 2, 3, 5, 1000003};
                        unsigned long count =
                                (unsigned long)numbers + (unsigned long)random_below(5);
                        unsigned long m = rests[random_below(sizeof rests / sizeof *rests)];
                        unsigned long g = (unsigned long)random_below(3) + 1;
                        unsigned long most = ULONG_MAX / m / g / (count + 1);
                        if (round % 3 == 0 && most > 0)
                                g *= 1 + (unsigned long)random_below(most < 1000 ? most : 1000);
                        if (round % 3 == 1 && most > 0)
                                g *= 1 + (unsigned long)random_below(most);
                        if (most > 0)
                                try_multifactorial(ctx,
                                                   g * (m * count + (unsigned long)random_below(m)),
                                                   m * g);
                }
        random_end();
}

/* ---- primes: longer than in the table, up to where candidates are sieved by many of them ---- */

static bng_status ask_nextprime(bng_ctx *ctx, const void *userdata)
{
        return bng_check_nextprime(ctx, userdata);
}

static void test_next_primes(void **userdata)
{
        bng_ctx *ctx = *userdata;
        mpz_t a, r;

        random_start(seed);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        for (double bits = 45; bits < (test_is_extended() ? 5000 : 1300); bits *= 1.3) {
                mpz_inits(a, r, NULL);
                random_integer(a, (uint64_t)bits);
                mpz_abs(a, a);
                uint64_t predicted = predicted_peak(ctx, ask_nextprime, a);
                gmp_hooks_start();
                assert_int_equal(bng_mpz_nextprime(ctx, r, a), BNG_OK);
                uint64_t measured = gmp_hooks_peak_bytes();
                /* Half as much again at most, where there is at least the generator. */
                if (measured > predicted || (bits > 60 && predicted > measured + measured / 2))
                        fail_msg("nextprime holds %lu bytes, predicted %lu, of %lu bits, seed %lu",
                                 (unsigned long)measured, (unsigned long)predicted,
                                 (unsigned long)bit_length(a), seed);
                mpz_clears(a, r, NULL);
        }
        random_end();
}

/* ---- how close a prediction is, above 10^6 bits ---- */

/*
 * Not more than half above the truth where a user meets the limit. Operands, or results of a small
 * argument, have 10^6 bits and more, so that every processor multiplies them by transforms.
 */
struct close_case {
        const char *name;
        void (*make)(struct operands *x, uint64_t bits);
        bng_status (*check)(bng_ctx *ctx, const struct operands *x);
        bng_status (*guarded)(bng_ctx *ctx, const struct operands *x, mpz_ptr r);
        void (*plain)(const struct operands *x, mpz_ptr r);
};

static void make_two(struct operands *x, uint64_t bits)
{
        random_integer(x->a, bits);
        random_integer(x->b, bits + random_below(bits));
}

static void make_power_of_word(struct operands *x, uint64_t bits)
{
        mpz_set_ui(x->a, 3 + 2 * (unsigned long)random_below(1000));
        x->n = (unsigned long)(bits / (bit_length(x->a) - 1));
}

static void make_power_of_long(struct operands *x, uint64_t bits)
{
        x->n = 2 + (unsigned long)random_below(9);
        random_integer(x->a, bits / (x->n - 1));
}

/* An odd part that is a fraction of the base. */
static void make_power_of_even(struct operands *x, uint64_t bits)
{
        x->n = 5 + (unsigned long)random_below(99);
        random_integer(x->a, 200);
        mpz_mul_2exp(x->a, x->a, bits / (x->n - 1));
}

static void make_factorial_of(struct operands *x, uint64_t bits)
{
        x->n = (unsigned long)(bits / 13);
}

static void make_shifted(struct operands *x, uint64_t bits)
{
        random_integer(x->a, bits / 2);
        x->n = (unsigned long)random_below(3 * bits) + (unsigned long)bits / 2;
}

#define CLOSE(op, ...)                                                                             \
        static bng_status check_##op(bng_ctx *ctx, const struct operands *x)                       \
        {                                                                                          \
                return bng_check_##op(ctx, __VA_ARGS__);                                           \
        }                                                                                          \
        static bng_status guarded_##op(bng_ctx *ctx, const struct operands *x, mpz_ptr r)          \
        {                                                                                          \
                return bng_mpz_##op(ctx, r, __VA_ARGS__);                                          \
        }                                                                                          \
        static void plain_##op(const struct operands *x, mpz_ptr r)                                \
        {                                                                                          \
                mpz_##op(r, __VA_ARGS__);                                                          \
        }

#define bng_check_square bng_check_mul
#define bng_mpz_square bng_mpz_mul
#define mpz_square mpz_mul

CLOSE(mul, x->a, x->b)
CLOSE(square, x->a, x->a)
CLOSE(pow_ui, x->a, x->n)
CLOSE(fac_ui, x->n)
CLOSE(mul_2exp, x->a, x->n)

static const struct close_case close_cases[] = {
        {"mul", make_two, check_mul, guarded_mul, plain_mul},
        {"a square", make_two, check_square, guarded_square, plain_square},
        {"a power of a word", make_power_of_word, check_pow_ui, guarded_pow_ui, plain_pow_ui},
        {"a power of a long base", make_power_of_long, check_pow_ui, guarded_pow_ui, plain_pow_ui},
        {"a power of an even base", make_power_of_even, check_pow_ui, guarded_pow_ui, plain_pow_ui},
        {"fac_ui", make_factorial_of, check_fac_ui, guarded_fac_ui, plain_fac_ui},
        {"mul_2exp", make_shifted, check_mul_2exp, guarded_mul_2exp, plain_mul_2exp},
};

struct close_asked {
        const struct close_case *op;
        const struct operands *x;
};

static bng_status ask_close(bng_ctx *ctx, const void *userdata)
{
        const struct close_asked *asked = userdata;
        return asked->op->check(ctx, asked->x);
}

/*
 * Half as much again as GMP's own call at most, twice as much with limbs of 32 bits, for which the tables
 * of transforms lie further apart. What is computed in steps may hold less.
 */
static void expect_close(const char *name, uint64_t predicted, uint64_t measured, uint64_t bits)
{
        uint64_t slack = GMP_NUMB_BITS == 64 ? measured / 2 : measured;

        if (measured > predicted || predicted - measured > slack)
                fail_msg("%s holds %lu bytes, predicted %lu, of %lu bits, seed %lu", name,
                         (unsigned long)measured, (unsigned long)predicted, (unsigned long)bits,
                         seed);
}

static void try_close(bng_ctx *ctx, const struct close_case *op, const struct operands *x,
                      uint64_t bits)
{
        struct close_asked asked = {op, x};
        mpz_t r, s;

        mpz_inits(r, s, NULL);
        uint64_t predicted = predicted_peak(ctx, ask_close, &asked);
        gmp_hooks_start();
        op->plain(x, r);
        expect_close(op->name, predicted, gmp_hooks_peak_bytes(), bits);
        gmp_hooks_start();
        assert_int_equal(op->guarded(ctx, x, s), BNG_OK);
        if (gmp_hooks_peak_bytes() > predicted)
                fail_msg("%s holds %lu bytes when guarded, predicted %lu, of %lu bits, seed %lu",
                         op->name, (unsigned long)gmp_hooks_peak_bytes(), (unsigned long)predicted,
                         (unsigned long)bits, seed);
        mpz_clears(r, s, NULL);
}

static void test_predictions_are_close(void **userdata)
{
        bng_ctx *ctx = *userdata;
        struct operands x;

        operands_init(&x);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        for (size_t i = 0; i < sizeof close_cases / sizeof *close_cases; i++) {
                random_start(seed + i);
                for (double least = 1.1e6; least <= (test_is_extended() ? 1e8 : 2e6);
                     least *= 1.3) {
                        uint64_t bits = (uint64_t)least + random_below((uint64_t)least / 8);
                        close_cases[i].make(&x, bits);
                        try_close(ctx, &close_cases[i], &x, bits);
                }
                random_end();
        }
        operands_clear(&x);
}

static void test_conversions_are_close(void **userdata)
{
        bng_ctx *ctx = *userdata;
        struct text text = {.base = 10};
        mpz_t back;

        random_start(seed);
        mpz_init(text.z);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        for (double least = 1.1e6; least <= (test_is_extended() ? 5e7 : 2e6); least *= 1.4) {
                uint64_t bits = (uint64_t)least + random_below((uint64_t)least / 8);
                random_integer(text.z, bits);
                uint64_t predicted = predicted_peak(ctx, ask_get_str, &text);
                text.digits = malloc(mpz_sizeinbase(text.z, 10) + 2);
                assert_non_null(text.digits);
                gmp_hooks_start();
                mpz_get_str(text.digits, 10, text.z);
                expect_close("get_str", predicted, gmp_hooks_peak_bytes() + strlen(text.digits) + 1,
                             bits);

                predicted = predicted_peak(ctx, ask_set_str, &text);
                mpz_init(back);
                gmp_hooks_start();
                assert_int_equal(mpz_set_str(back, text.digits, 10), 0);
                expect_close("set_str", predicted, gmp_hooks_peak_bytes(), bits);
                mpz_clear(back);
                free(text.digits);
        }
        mpz_clear(text.z);
        random_end();
}

/* ---- refusals ---- */

static void test_a_refusal_asks_gmp_for_nothing(void **userdata)
{
        bng_ctx *ctx = *userdata;
        struct operands x;
        mpz_t r, s;

        operands_init(&x);
        mpz_inits(r, s, NULL);
        for (size_t i = 0; i < guard_cases_count; i++) {
                const struct guard_case *op = &guard_cases[i];
                random_start(seed);
                for (unsigned round = 0; round < 200; round++) {
                        op->make(&x, 500);
                        mpz_set_ui(r, 1);
                        mpz_set_ui(s, 1);
                        /* No memory: everything is refused. */
                        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
                        bng_ctx_set_memory_limit_bytes(ctx, 0);
                        gmp_hooks_start();
                        assert_int_equal(op->check(ctx, &x, r), BNG_REFUSED_MEMORY);
                        assert_int_equal(op->guarded(ctx, &x, r, s), BNG_REFUSED_MEMORY);
                        assert_int_equal(gmp_hooks_requests(), 0);
                        assert_int_equal(mpz_cmp_ui(r, 1), 0);
                        assert_int_equal(mpz_cmp_ui(s, 1), 0);
                        /* Room for 16 bytes: what is surely longer is refused before it is made. */
                        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
                        bng_ctx_set_result_limit_bits(ctx, 128);
                        gmp_hooks_start();
                        if (op->check(ctx, &x, r) == BNG_REFUSED_RESULT) {
                                assert_int_equal(op->guarded(ctx, &x, r, s), BNG_REFUSED_RESULT);
                                assert_int_equal(gmp_hooks_requests(), 0);
                                assert_int_equal(mpz_cmp_ui(r, 1), 0);
                        }
                }
                random_end();
        }
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        mpz_clears(r, s, NULL);
        operands_clear(&x);
}

static void test_what_is_held_counts(void **userdata)
{
        bng_ctx *ctx = *userdata;
        mpz_t a;

        mpz_init(a);
        mpz_setbit(a, 1000000);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        bng_ctx_set_memory_limit_bytes(ctx, 8000000);
        assert_int_equal(bng_check_mul(ctx, a, a), BNG_OK);
        bng_ctx_set_held_bytes(ctx, 7900000);
        assert_int_equal(bng_check_mul(ctx, a, a), BNG_REFUSED_MEMORY);
        assert_int_equal(bng_mpz_mul(ctx, a, a, a), BNG_REFUSED_MEMORY);
        assert_non_null(strstr(bng_ctx_message(ctx), "7.5 MiB held already"));
        bng_ctx_set_held_bytes(ctx, UINT64_MAX);
        assert_int_equal(bng_mpz_mul(ctx, a, a, a), BNG_REFUSED_MEMORY);
        assert_int_equal(bng_mpz_add_ui(ctx, a, a, 1), BNG_REFUSED_MEMORY);
        bng_ctx_set_held_bytes(ctx, 0);
        assert_int_equal(bng_mpz_mul(ctx, a, a, a), BNG_OK);
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        mpz_clear(a);
}

/*
 * Near the end of a total what was made with spare room is moved into what it needs, and is there
 * twice: not where that breaks the memory limit. Room that fits as it is is kept then.
 */
static void try_near_total(const struct guard_case *op, struct operands *x)
{
        bng_ctx *ctx;
        mpz_t r, s, after, second;

        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        bng_ctx_set_result_limit_bits(ctx, UINT64_MAX);
        bng_ctx_set_total_limit_bytes(ctx, UINT64_MAX - 1);
        bng_mpz_init(ctx, r);
        bng_mpz_init(ctx, s);
        if (op->updates)
                random_integer(r, random_below(2000));
        mpz_init_set(after, r);
        mpz_init(second);
        op->plain(x, after, second);
        uint64_t needed = (mpz_size(after) + mpz_size(second)) * sizeof(mp_limb_t);
        uint64_t predicted = predicted_peak_of_case(ctx, op, x, r);
        bng_ctx_set_memory_limit_bytes(ctx, predicted);
        bng_ctx_set_total_limit_bytes(ctx, needed + 8 * random_below(30));
        gmp_hooks_start();
        bng_status status = op->guarded(ctx, x, r, s);
        if (gmp_hooks_peak_bytes() > predicted)
                fail_msg("%s near a total of %lu holds %lu bytes, predicted %lu, seed %lu",
                         op->name, (unsigned long)bng_ctx_total_limit_bytes(ctx),
                         (unsigned long)gmp_hooks_peak_bytes(), (unsigned long)predicted, seed);
        assert_true(status == BNG_OK || status == BNG_REFUSED_MEMORY);
        assert_true(status != BNG_OK || (mpz_cmp(r, after) == 0 && mpz_cmp(s, second) == 0));
        bng_mpz_clear(ctx, r);
        bng_mpz_clear(ctx, s);
        mpz_clears(after, second, NULL);
        ctx = bng_ctx_free(ctx);
}

static void test_near_a_total(void **unused)
{
        (void)unused;
        struct operands x;

        operands_init(&x);
        for (size_t i = 0; i < guard_cases_count; i++) {
                random_start(seed);
                for (unsigned round = 0; round < 40; round++) {
                        guard_cases[i].make(&x, random_below(2000));
                        try_near_total(&guard_cases[i], &x);
                }
                random_end();
        }
        operands_clear(&x);
}

/* One limb of carry, and no memory to move the rest: what fits as it is, and what fits a variable. */
static void test_spare_room_that_may_not_move(void **unused)
{
        (void)unused;
        const uint64_t bytes = 8000;
        bng_ctx *ctx;
        mpz_t a, r;

        assert_int_equal(bng_ctx_new(&ctx), BNG_OK);
        mpz_init(a);
        mpz_setbit(a, bytes * 8 - 2);
        bng_ctx_set_memory_limit_bytes(ctx, 2 * bytes);
        bng_ctx_set_total_limit_bytes(ctx, bytes + sizeof(mp_limb_t));
        bng_mpz_init(ctx, r);
        assert_int_equal(bng_mpz_add_ui(ctx, r, a, 1), BNG_OK);
        assert_int_equal(bng_ctx_live_bytes(ctx), bytes + sizeof(mp_limb_t));
        bng_mpz_clear(ctx, r);

        bng_ctx_set_total_limit_bytes(ctx, bytes);
        bng_mpz_init(ctx, r);
        assert_int_equal(bng_mpz_add_ui(ctx, r, a, 1), BNG_REFUSED_MEMORY);
        assert_int_equal(mpz_sgn(r), 0);
        assert_int_equal(bng_mpz_set(ctx, r, a), BNG_OK);
        assert_int_equal(bng_mpz_add_ui(ctx, r, r, 1), BNG_OK);
        mpz_add_ui(a, a, 1);
        assert_int_equal(mpz_cmp(r, a), 0);
        assert_int_equal(bng_ctx_live_bytes(ctx), bytes);
        bng_mpz_clear(ctx, r);
        mpz_clear(a);
        ctx = bng_ctx_free(ctx);
}

/* usage: test-guard-memory [OPERATION] */
int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_no_operation_holds_more_than_predicted),
                cmocka_unit_test(test_a_shorter_factor_holds_no_more),
                cmocka_unit_test(test_text_holds_no_more_than_predicted),
                cmocka_unit_test(test_multifactorials_of_all_kinds),
                cmocka_unit_test(test_next_primes),
                cmocka_unit_test(test_predictions_are_close),
                cmocka_unit_test(test_conversions_are_close),
                cmocka_unit_test(test_a_refusal_asks_gmp_for_nothing),
                cmocka_unit_test(test_what_is_held_counts),
                cmocka_unit_test(test_near_a_total),
                cmocka_unit_test(test_spare_room_that_may_not_move),
        };

        const struct CMUnitTest of_one[] = {
                cmocka_unit_test(test_no_operation_holds_more_than_predicted),
        };

        only = argc > 1 ? argv[1] : NULL;
        return only ? cmocka_run_group_tests(of_one, memory_set_up, memory_tear_down)
                    : cmocka_run_group_tests(tests, memory_set_up, memory_tear_down);
}
