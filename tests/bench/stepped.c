/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stepped.h"

/* The text to be read, of the operands that were made last. */
static char *text;

static void make_factors(struct operands *x, uint64_t bits)
{
        random_integer(x->a, bits / 2);
        random_integer(x->b, bits / 2);
}

static void make_power(struct operands *x, uint64_t bits)
{
        mpz_set_ui(x->a, 7);
        x->n = (unsigned long)((double)bits / 2.807);
}

static void make_long_power(struct operands *x, uint64_t bits)
{
        random_integer(x->a, bits / 11);
        x->n = 11;
}

static void make_factorial(struct operands *x, uint64_t bits)
{
        x->n = 1;
        while (bng_bounds_fac(x->n).bits_max < bits)
                x->n += x->n / 100 + 1;
}

static void make_primorial(struct operands *x, uint64_t bits)
{
        x->n = (unsigned long)((double)bits * 0.6931);
}

static void make_fibonacci(struct operands *x, uint64_t bits)
{
        x->n = (unsigned long)((double)bits * 1.4404);
}

static void make_binomial(struct operands *x, uint64_t bits)
{
        x->n = 1UL << 31;
        x->m = 2;
        while (bng_bounds_bin(x->n, x->m).bits_max < bits)
                x->m += x->m / 100 + 1;
}

/* Modulo an odd number of so many bits; the exponent makes that it takes long enough for steps. */
static void make_power_modulo(struct operands *x, uint64_t modulus_bits, uint64_t exponent_bits)
{
        random_integer(x->a, modulus_bits);
        random_integer(x->b, exponent_bits);
        random_integer(x->c, modulus_bits);
        mpz_setbit(x->c, 0);
        mpz_abs(x->b, x->b);
}

#define MODULO(modulus_bits, exponent_part)                                                        \
        static void make_modulo_##modulus_bits(struct operands *x, uint64_t bits)                  \
        {                                                                                          \
                make_power_modulo(x, modulus_bits, bits / (exponent_part));                        \
        }

MODULO(64, 2)
MODULO(128, 4)
MODULO(256, 8)
MODULO(2048, 128)
MODULO(8192, 2000)
MODULO(32768, 20000)
MODULO(262144, 300000)
MODULO(2097152, 4000000)

/* So that the text has as many bits. */
static void make_text(struct operands *x, uint64_t bits)
{
        mpz_set_ui(x->a, 0);
        mpz_setbit(x->a, (mp_bitcnt_t)((double)bits / 8 * 3.3219));
        mpz_sub_ui(x->a, x->a, 1);
        free(text);
        text = mpz_get_str(NULL, 10, x->a);
}

static void make_number(struct operands *x, uint64_t bits)
{
        mpz_set_ui(x->a, 0);
        mpz_setbit(x->a, bits);
        mpz_sub_ui(x->a, x->a, 1);
        free(text);
        text = mpz_get_str(NULL, 10, x->a);
}

static void plain_mul(mpz_ptr r, struct operands *x)
{
        mpz_mul(r, x->a, x->b);
}

static bng_status steps_mul(bng_ctx *ctx, mpz_ptr r, struct operands *x)
{
        return bng_mpz_mul(ctx, r, x->a, x->b);
}

static void plain_power(mpz_ptr r, struct operands *x)
{
        mpz_pow_ui(r, x->a, x->n);
}

static bng_status steps_power(bng_ctx *ctx, mpz_ptr r, struct operands *x)
{
        return bng_mpz_pow_ui(ctx, r, x->a, x->n);
}

#define OF_INDEX(op, gmp)                                                                          \
        static void plain_##op(mpz_ptr r, struct operands *x)                                      \
        {                                                                                          \
                gmp(r, x->n);                                                                      \
        }                                                                                          \
        static bng_status steps_##op(bng_ctx *ctx, mpz_ptr r, struct operands *x)                  \
        {                                                                                          \
                return bng_##gmp(ctx, r, x->n);                                                    \
        }

OF_INDEX(factorial, mpz_fac_ui)
OF_INDEX(primorial, mpz_primorial_ui)
OF_INDEX(fibonacci, mpz_fib_ui)
OF_INDEX(lucas, mpz_lucnum_ui)

static void plain_binomial(mpz_ptr r, struct operands *x)
{
        mpz_set_ui(x->a, x->n);
        mpz_bin_ui(r, x->a, x->m);
}

static bng_status steps_binomial(bng_ctx *ctx, mpz_ptr r, struct operands *x)
{
        return bng_mpz_bin_uiui(ctx, r, x->n, x->m);
}

static void plain_power_modulo(mpz_ptr r, struct operands *x)
{
        mpz_powm(r, x->a, x->b, x->c);
}

static bng_status steps_power_modulo(bng_ctx *ctx, mpz_ptr r, struct operands *x)
{
        return bng_mpz_powm(ctx, r, x->a, x->b, x->c);
}

static void plain_print(mpz_ptr r, struct operands *x)
{
        (void)r;
        free(mpz_get_str(NULL, 10, x->a));
}

static bng_status steps_print(bng_ctx *ctx, mpz_ptr r, struct operands *x)
{
        char *written;
        bng_status status = bng_mpz_get_str(ctx, &written, 10, x->a);

        (void)r;
        free(written);
        return status;
}

static void plain_parse(mpz_ptr r, struct operands *x)
{
        (void)x;
        mpz_set_str(r, text, 10);
}

static bng_status steps_parse(bng_ctx *ctx, mpz_ptr r, struct operands *x)
{
        (void)x;
        return bng_mpz_set_str(ctx, r, text, 10);
}

const struct stepped stepped[] = {
        {"mul", make_factors, plain_mul, steps_mul},
        {"pow 7^n", make_power, plain_power, steps_power},
        {"pow a^11", make_long_power, plain_power, steps_power},
        {"powm 64", make_modulo_64, plain_power_modulo, steps_power_modulo},
        {"powm 128", make_modulo_128, plain_power_modulo, steps_power_modulo},
        {"powm 256", make_modulo_256, plain_power_modulo, steps_power_modulo},
        {"powm 2048", make_modulo_2048, plain_power_modulo, steps_power_modulo},
        {"powm 8192", make_modulo_8192, plain_power_modulo, steps_power_modulo},
        {"powm 32768", make_modulo_32768, plain_power_modulo, steps_power_modulo},
        {"powm 262144", make_modulo_262144, plain_power_modulo, steps_power_modulo},
        {"powm 2097152", make_modulo_2097152, plain_power_modulo, steps_power_modulo},
        {"bin", make_binomial, plain_binomial, steps_binomial},
        {"fac", make_factorial, plain_factorial, steps_factorial},
        {"primorial", make_primorial, plain_primorial, steps_primorial},
        {"fib", make_fibonacci, plain_fibonacci, steps_fibonacci},
        {"lucnum", make_fibonacci, plain_lucas, steps_lucas},
        {"get_str", make_text, plain_print, steps_print},
        {"set_str", make_number, plain_parse, steps_parse},
};
const size_t stepped_count = sizeof stepped / sizeof *stepped;

void stepped_end(void)
{
        free(text);
}
