/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include "steps-works.h"

struct bng_stop steps_stop = {.until_nsec = BNG_NSEC_NEVER};
size_t steps_held_bytes, steps_allocations, steps_stop_at;

/* ---- hooks ---- */

static void count(void)
{
        if (++steps_allocations == steps_stop_at)
                atomic_store(&steps_stop.interrupted, true);
}

static void *allocate(size_t bytes)
{
        count();
        steps_held_bytes += bytes;
        return malloc(bytes);
}

static void *move(void *block, size_t old_bytes, size_t bytes)
{
        count();
        steps_held_bytes += bytes - old_bytes;
        return realloc(block, bytes);
}

void steps_release(void *block, size_t bytes)
{
        steps_held_bytes -= bytes;
        free(block);
}

int steps_set_up(void **userdata)
{
        static struct steps_fixture fixture;

        mp_set_memory_functions(allocate, move, steps_release);
        operands_init(&fixture.x);
        mpz_init_set_si(fixture.steps, -7);
        mpz_init(fixture.plain);
        random_start(STEPS_SEED);
        *userdata = &fixture;
        return 0;
}

int steps_tear_down(void **userdata)
{
        struct steps_fixture *f = *userdata;

        random_end();
        operands_clear(&f->x);
        mpz_clears(f->steps, f->plain, NULL);
        return 0;
}

/* ---- the operations, each on x, in steps and by GMP ---- */

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
        return bng_steps_multiply(r, x->a, x->b, &steps_stop);
}

static void plain_multiply(mpz_ptr r, const struct operands *x)
{
        mpz_mul(r, x->a, x->b);
}

static bool steps_square(mpz_ptr r, const struct operands *x)
{
        return bng_steps_multiply(r, x->a, x->a, &steps_stop);
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
        bool done = bng_steps_divide(q, rest, x->a, x->b, &steps_stop);
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
        return bng_steps_power(r, x->a, x->n, &steps_stop);
}

static void plain_power(mpz_ptr r, const struct operands *x)
{
        mpz_pow_ui(r, x->a, x->n);
}

#define OF_INDEX(name, gmp)                                                                        \
        static bool steps_##name(mpz_ptr r, const struct operands *x)                              \
        {                                                                                          \
                return bng_steps_##name(r, x->n, &steps_stop);                                     \
        }                                                                                          \
        static void plain_##name(mpz_ptr r, const struct operands *x)                              \
        {                                                                                          \
                gmp(r, x->n);                                                                      \
        }

OF_INDEX(factorial, mpz_fac_ui)
OF_INDEX(primorial, mpz_primorial_ui)
OF_INDEX(fibonacci, mpz_fib_ui)
OF_INDEX(lucas, mpz_lucnum_ui)

static bool steps_power_modulo(mpz_ptr r, const struct operands *x)
{
        return bng_steps_power_modulo(r, x->a, x->b, x->c, &steps_stop);
}

static void plain_power_modulo(mpz_ptr r, const struct operands *x)
{
        mpz_powm(r, x->a, x->b, x->c);
}

static bool steps_binomial(mpz_ptr r, const struct operands *x)
{
        return bng_steps_binomial(r, x->n, x->m, &steps_stop);
}

static void plain_binomial(mpz_ptr r, const struct operands *x)
{
        mpz_t n;

        mpz_init_set_ui(n, x->n);
        mpz_bin_ui(r, n, x->m);
        mpz_clear(n);
}

/* k a small part of n, around the sixteenth from which on primes are enough, or about the half. */
static void make_binomial(struct operands *x, uint64_t bits)
{
        static const unsigned parts[] = {2, 3, 14, 15, 16, 17, 18, 40, 1000};

        x->m = (unsigned long)(bits / 8 + random_below(3));
        x->n = x->m * parts[random_below(sizeof parts / sizeof *parts)] + random_below(20);
        if (random_below(4) == 0) {
                x->n = ULONG_MAX - random_below(2);
                x->m = (unsigned long)(bits / 64);
        }
        if (random_below(5) == 0)
                x->m = x->n - x->m;
}

/* For short moduli an exponent that takes long, for long ones a short one. */
static void make_power_modulo(struct operands *x, uint64_t bits)
{
        uint64_t modulus_bits = 1 + random_below(random_below(4) == 0 ? bits / 4 + 1 : 800);

        random_integer(x->a, random_below(2 * modulus_bits));
        random_integer(x->c, modulus_bits);
        random_integer(x->b, modulus_bits > 5000 ? 1 + random_below(70) : bits);
        mpz_abs(x->b, x->b);
        if (random_below(3) == 0)
                mpz_mul_2exp(x->c, x->c, random_below(modulus_bits));
}

/* ---- operands that need several steps ---- */

static void make_long_product(struct operands *x)
{
        random_integer(x->a, 14500000);
        random_integer(x->b, 14400000);
}

static void make_long_square(struct operands *x)
{
        random_integer(x->a, 15500000);
}

static void make_long_division(struct operands *x)
{
        random_integer(x->a, 8000000);
        random_integer(x->b, 4000000);
}

static void make_long_power(struct operands *x)
{
        mpz_set_si(x->a, -6);
        x->n = 1200000;
}

static void make_long_factorial(struct operands *x)
{
        x->n = 60000;
}

static void make_long_binomial(struct operands *x)
{
        x->n = 1UL << 31;
        x->m = 60000;
}

static void make_long_indexed(struct operands *x)
{
        x->n = 1200000;
}

static void make_long_power_modulo(struct operands *x)
{
        random_integer(x->a, 90000);
        random_integer(x->b, 200);
        random_integer(x->c, 80000);
        mpz_abs(x->b, x->b);
}

/* ---- the table ---- */

const struct steps_work steps_works[] = {
        {"multiply", steps_multiply, plain_multiply, make_two, 33000000, false, make_long_product},
        {"square", steps_square, plain_square, make_two, 15000000, false, make_long_square},
        {"divide", steps_divide, plain_divide, make_dividend, 9000000, false, make_long_division},
        {"power", steps_power, plain_power, make_base, 6000000, false, make_long_power},
        {"power modulo", steps_power_modulo, plain_power_modulo, make_power_modulo, 20000, false,
         make_long_power_modulo},
        {"binomial", steps_binomial, plain_binomial, make_binomial, 300000, false,
         make_long_binomial},
        {"factorial", steps_factorial, plain_factorial, make_index, 6000000, true,
         make_long_factorial},
        {"primorial", steps_primorial, plain_primorial, make_long_index, 2000000, true,
         make_long_indexed},
        {"fibonacci", steps_fibonacci, plain_fibonacci, make_long_index, 6000000, true,
         make_long_indexed},
        {"lucas", steps_lucas, plain_lucas, make_long_index, 6000000, true, make_long_indexed},
};
const size_t steps_works_count = sizeof steps_works / sizeof *steps_works;
