/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <string.h>
#include "time-shapes.h"

/* ---- lengths ---- */

/* a of so many bits, b shorter. */
#define PARTS(name, a_bits, b_bits)                                                                \
        static void make_##name(struct operands *x, uint64_t bits)                                 \
        {                                                                                          \
                random_integer(x->a, a_bits);                                                      \
                random_integer(x->b, b_bits);                                                      \
        }

PARTS(by_tenth, bits, bits / 10 + 1)
PARTS(by_thousandth, bits, bits / 1000 + 1)
PARTS(by_limbs, bits, 200)
PARTS(by_long, bits, bits - bits / 50)
PARTS(by_third, bits, bits / 3)
PARTS(by_most, bits, bits / 3 * 2)

/* a is a multiple of b. */
#define MULTIPLE(name, shape)                                                                      \
        static void make_##name(struct operands *x, uint64_t bits)                                 \
        {                                                                                          \
                make_##shape(x, bits);                                                             \
                mpz_tdiv_q(x->c, x->a, x->b);                                                      \
                mpz_mul(x->a, x->b, x->c);                                                         \
        }

MULTIPLE(multiple_by_tenth, by_tenth)
MULTIPLE(multiple_by_limbs, by_limbs)
MULTIPLE(multiple_by_long, by_long)
MULTIPLE(multiple_by_most, by_most)

/* ---- few ones or few zeros ---- */

static void power_of_two(mpz_ptr z, uint64_t exponent)
{
        mpz_set_ui(z, 0);
        mpz_setbit(z, exponent);
}

static void make_twos(struct operands *x, uint64_t bits)
{
        power_of_two(x->a, bits);
        power_of_two(x->b, bits / 2);
        x->n = 3;
}

static void make_ones(struct operands *x, uint64_t bits)
{
        make_twos(x, bits);
        mpz_sub_ui(x->a, x->a, 1);
        mpz_sub_ui(x->b, x->b, 1);
}

static void make_one_and_zeros(struct operands *x, uint64_t bits)
{
        make_twos(x, bits);
        mpz_setbit(x->a, 0);
        mpz_setbit(x->b, 0);
}

static void make_negative(struct operands *x, uint64_t bits)
{
        random_integer(x->a, bits);
        random_integer(x->b, bits);
        mpz_abs(x->a, x->a);
        mpz_abs(x->b, x->b);
        mpz_neg(x->a, x->a);
        mpz_neg(x->b, x->b);
        x->n = bits / 2;
}

/* ---- powers and roots ---- */

#define POWER(name, base, exponent)                                                                \
        static void make_##name(struct operands *x, uint64_t bits)                                 \
        {                                                                                          \
                base;                                                                              \
                x->n = (unsigned long)(exponent);                                                  \
                mpz_set_ui(x->b, x->n);                                                            \
        }

POWER(power_of_3, mpz_set_ui(x->a, 3), bits / 1.585)
POWER(power_of_10, mpz_set_ui(x->a, 10), bits / 3.322)
POWER(power_of_word, random_integer(x->a, 64), bits / 64)
POWER(power_of_two_limbs, random_integer(x->a, 128), bits / 128)
POWER(square, random_integer(x->a, bits / 2), 2)
POWER(cube, random_integer(x->a, bits / 3), 3)
POWER(power_15, random_integer(x->a, bits / 15), 15)
POWER(power_255, random_integer(x->a, bits / 255 + 1), 255)
POWER(power_of_sparse, make_one_and_zeros(x, bits / 15), 15)
POWER(power_with_zeros, mpz_ui_pow_ui(x->a, 10, 1000), bits / 3322)
POWER(power_with_many_zeros, power_of_two(x->a, bits / 20); mpz_mul_ui(x->a, x->a, 12345), 20)
POWER(power_of_two, mpz_set_ui(x->a, 1024), bits / 10)

/* A root of so many bits; what is left may be nothing. */
#define ROOT(name, root_bits, is_power)                                                            \
        static void make_##name(struct operands *x, uint64_t bits)                                 \
        {                                                                                          \
                random_integer(x->a, bits);                                                        \
                mpz_abs(x->a, x->a);                                                               \
                x->n = (unsigned long)(bits / (root_bits));                                        \
                if (is_power) {                                                                    \
                        random_digits(x->b, (uint64_t)(root_bits));                                \
                        mpz_pow_ui(x->a, x->b, x->n);                                              \
                }                                                                                  \
        }

ROOT(root_of_1_bit, 1.05, false)
ROOT(root_of_2_bits, 2, false)
ROOT(root_of_3_bits, 3, false)
ROOT(root_of_5_bits, 5, false)
ROOT(root_of_10_bits, 10, false)
ROOT(root_of_30_bits, 30, false)
ROOT(root_of_100_bits, 100, false)
ROOT(root_of_300_bits, 300, false)
ROOT(root_of_1000_bits, 1000, false)
ROOT(root_of_10000_bits, 10000, false)
ROOT(cubic_root, bits / 3, false)
ROOT(root_7, bits / 7, false)
ROOT(root_30, bits / 30, false)
ROOT(root_100, bits / 100, false)
ROOT(power_of_2_bits, 2, true)
ROOT(power_of_10_bits, 10, true)
ROOT(power_of_100_bits, 100, true)
ROOT(power_of_1000_bits, 1000, true)
ROOT(power_7, bits / 7, true)
ROOT(power_3, bits / 3, true)

/* ---- factors to be removed: a = b^m c ---- */

#define FACTOR(name, factor_bits, odd, share)                                                      \
        static void make_##name(struct operands *x, uint64_t bits)                                 \
        {                                                                                          \
                random_digits(x->b, factor_bits);                                                  \
                if (odd)                                                                           \
                        mpz_setbit(x->b, 0);                                                       \
                else                                                                               \
                        mpz_clrbit(x->b, 0);                                                       \
                mpz_pow_ui(x->a, x->b, (unsigned long)((double)bits / (factor_bits) * (share)));   \
                random_integer(x->c, bits - bit_length(x->a) + 1);                                 \
                mpz_mul(x->a, x->a, x->c);                                                         \
        }

FACTOR(odd_factor_not_there, 10, true, 0)
FACTOR(odd_factor_seldom, 10, true, .1)
FACTOR(odd_factor_often, 10, true, .5)
FACTOR(odd_factor_alone, 10, true, 1)
FACTOR(even_factor_often, 10, false, .5)
FACTOR(long_factor_not_there, bits / 10, true, 0)
FACTOR(long_factor_once, bits / 3, true, .34)
FACTOR(long_factor_often, bits / 10, true, .6)
FACTOR(longest_factor_not_there, bits / 10 * 9, true, 0)

/* ---- powers modulo a number: b^c modulo a ---- */

/* About as long as squares of the modulus by themselves. */
static uint64_t exponent_bits(uint64_t bits, uint64_t modulus_bits)
{
        return bits * 20 / modulus_bits + 1;
}

#define MODULO(name, base_bits, exponent, modulus)                                                 \
        static void make_##name(struct operands *x, uint64_t bits)                                 \
        {                                                                                          \
                random_digits(x->b, base_bits);                                                    \
                random_digits(x->c, exponent);                                                     \
                modulus;                                                                           \
        }
#define ODD(modulus_bits)                                                                          \
        random_digits(x->a, modulus_bits);                                                         \
        mpz_setbit(x->a, 0)

MODULO(modulo_first_power, bits, 1, ODD(bits / 3))
MODULO(modulo_second_power, bits, 2, ODD(bits - 3); mpz_clrbit(x->c, 0))
MODULO(modulo_20th_power, bits, 5, ODD(bits))
MODULO(modulo_few_bits, 2, exponent_bits(bits, 60), ODD(60))
MODULO(modulo_limb, 60, exponent_bits(bits, 60), ODD(60))
MODULO(modulo_two_limbs, 128, exponent_bits(bits, 128), ODD(128))
MODULO(modulo_limbs, 256, exponent_bits(bits, 256), ODD(256))
MODULO(modulo_2048, 2048, exponent_bits(bits, 2048), ODD(2048))
MODULO(modulo_by_2, 2, exponent_bits(bits, 4096), ODD(4096))
MODULO(modulo_65536, 65536, exponent_bits(bits, 65536) + 4, ODD(65536))
MODULO(modulo_even, 4096, exponent_bits(bits, 4096), ODD(4096); mpz_mul_2exp(x->a, x->a, 1))
MODULO(modulo_half_even, 8192, exponent_bits(bits, 8192), ODD(4096); mpz_mul_2exp(x->a, x->a, 4096))
MODULO(modulo_twos, 8192, exponent_bits(bits, 8192), power_of_two(x->a, 8192))
MODULO(modulo_ones, 4096, exponent_bits(bits, 4096), power_of_two(x->a, 4096);
       mpz_sub_ui(x->a, x->a, 1))
MODULO(modulo_long_base, bits * 10, 20, ODD(2048))

/* ---- what grows from words ---- */

#define WORDS(name, first, second)                                                                 \
        static void make_##name(struct operands *x, uint64_t bits)                                 \
        {                                                                                          \
                x->m = (unsigned long)(first);                                                     \
                x->n = (unsigned long)(second);                                                    \
                mpz_set_ui(x->a, x->m);                                                            \
                mpz_set_ui(x->b, x->n);                                                            \
        }

/* m over n */
WORDS(binomial_of_longest, ULONG_MAX / 2 + 1, bits / 50)
WORDS(binomial_of_half, bits, bits / 2)
WORDS(binomial_of_hundredth, (double)bits * 12, (double)bits * .12)
WORDS(binomial_of_all_but_few, (double)bits * 100, (double)bits * 100 - bits / 25)
WORDS(binomial_of_few, ULONG_MAX / 4 + 1, bits < 900 ? bits : 900)
/* n (n - m) (n - 2m) .. */
WORDS(multifactorial_3, 3, (double)bits / 20 * 3)
WORDS(multifactorial_10, 10, (double)bits / 20 * 10 + 7)
WORDS(multifactorial_long, bits * 1000, (double)bits *bits * 20 + 1)
WORDS(multifactorial_even, 60, (double)bits / 20 * 60)
WORDS(lucas_odd, 0, ((unsigned long)((double)bits * 1.44) | 1))
WORDS(lucas_even, 0, UINT64_C(1) << (63 - __builtin_clzll(bits)))

static void make_binomial_of_long(struct operands *x, uint64_t bits)
{
        random_digits(x->a, bits / 20);
        x->n = 20;
}

static void make_binomial_of_two_limbs(struct operands *x, uint64_t bits)
{
        random_digits(x->a, 100);
        x->n = bits / 90;
        mpz_neg(x->a, x->a);
}

/* ---- text ---- */

static char *text;
static int text_base = 10;

static void write_text(mpz_srcptr z, int base)
{
        free(text);
        text = mpz_get_str(NULL, base, z);
        text_base = base;
}

static bng_status read_back(bng_ctx *ctx, const struct operands *x, mpz_ptr r, mpz_ptr s)
{
        (void)x, (void)s;
        return bng_mpz_set_str(ctx, r, text, text_base);
}

static bng_status check_read(bng_ctx *ctx, const struct operands *x, mpz_srcptr r)
{
        (void)x, (void)r;
        return bng_check_set_str(ctx, text, text_base);
}

#define TEXT(base)                                                                                 \
        static void make_text_##base(struct operands *x, uint64_t bits)                            \
        {                                                                                          \
                random_integer(x->a, bits);                                                        \
                write_text(x->a, base);                                                            \
        }                                                                                          \
        static bng_status print_##base(bng_ctx *ctx, const struct operands *x, mpz_ptr r,          \
                                       mpz_ptr s)                                                  \
        {                                                                                          \
                char *written;                                                                     \
                bng_status status = bng_mpz_get_str(ctx, &written, base, x->a);                    \
                (void)r, (void)s;                                                                  \
                free(written);                                                                     \
                return status;                                                                     \
        }                                                                                          \
        static bng_status check_print_##base(bng_ctx *ctx, const struct operands *x, mpz_srcptr r) \
        {                                                                                          \
                (void)r;                                                                           \
                return bng_check_get_str(ctx, base, x->a);                                         \
        }
TEXT(2)
TEXT(3)
TEXT(10)
TEXT(16)
TEXT(32)
TEXT(62)

static void make_number(struct operands *x, uint64_t bits)
{
        random_integer(x->a, bits);
}

/* Zeros or blanks before a short number, and blanks between digits. */
static void make_text_of(char filler, uint64_t length, int base)
{
        free(text);
        text = malloc(length + 20);
        if (!text)
                abort();
        memset(text, filler, length);
        strcpy(text + length, "123456789");
        text_base = base;
}

static void make_zeros_10(struct operands *x, uint64_t bits)
{
        (void)x;
        make_text_of('0', 3 * bits, 10);
}

static void make_zeros_16(struct operands *x, uint64_t bits)
{
        (void)x;
        make_text_of('0', 3 * bits, 16);
}

static void make_blanks(struct operands *x, uint64_t bits)
{
        (void)x;
        make_text_of(' ', 3 * bits, 10);
}

static void make_spaced(struct operands *x, uint64_t bits)
{
        make_text_10(x, bits / 5);
        size_t n = strlen(text);
        char *spaced = malloc(20 * n + 1);
        if (!spaced)
                abort();
        memset(spaced, ' ', 20 * n);
        spaced[20 * n] = '\0';
        for (size_t i = 0; i < n; i++)
                spaced[20 * i] = text[i];
        free(text);
        text = spaced;
}

/* b^m as a number to be printed; 10 to the power, where only zeros follow. */
static void make_power_to_print(struct operands *x, uint64_t bits)
{
        mpz_ui_pow_ui(x->a, 10, (unsigned long)((double)bits / 3.322));
}

static void make_power_of_7(struct operands *x, uint64_t bits)
{
        mpz_ui_pow_ui(x->a, 7, (unsigned long)((double)bits / 2.807));
}

/* ---- random numbers, and words in memory ---- */

static gmp_randstate_t generator;

static gmp_randstate_t *random_state(void)
{
        static bool is_there;

        if (!is_there)
                gmp_randinit_default(generator);
        is_there = true;
        return &generator;
}

static void make_length(struct operands *x, uint64_t bits)
{
        x->n = bits;
}

#define RANDOM(op, argument)                                                                       \
        static bng_status random_##op(bng_ctx *ctx, const struct operands *x, mpz_ptr r,           \
                                      mpz_ptr s)                                                   \
        {                                                                                          \
                (void)s;                                                                           \
                return bng_mpz_##op(ctx, r, *random_state(), argument);                            \
        }                                                                                          \
        static bng_status check_random_##op(bng_ctx *ctx, const struct operands *x, mpz_srcptr r)  \
        {                                                                                          \
                (void)r;                                                                           \
                return bng_check_##op(ctx, argument);                                              \
        }
RANDOM(urandomb, x->n)
RANDOM(rrandomb, x->n)
RANDOM(urandomm, x->a)

#define WORDS_IN_MEMORY(name, order, size, endian, nails)                                          \
        static bng_status import_##name(bng_ctx *ctx, const struct operands *x, mpz_ptr r,         \
                                        mpz_ptr s)                                                 \
        {                                                                                          \
                (void)s;                                                                           \
                return bng_mpz_import(ctx, r, mpz_size(x->a) * sizeof(mp_limb_t) / (size), order,  \
                                      size, endian, nails, mpz_limbs_read(x->a));                  \
        }                                                                                          \
        static bng_status check_import_##name(bng_ctx *ctx, const struct operands *x,              \
                                              mpz_srcptr r)                                        \
        {                                                                                          \
                (void)r;                                                                           \
                return bng_check_import(ctx, mpz_size(x->a) * sizeof(mp_limb_t) / (size), order,   \
                                        size, endian, nails, mpz_limbs_read(x->a));                \
        }                                                                                          \
        static bng_status export_##name(bng_ctx *ctx, const struct operands *x, mpz_ptr r,         \
                                        mpz_ptr s)                                                 \
        {                                                                                          \
                void *words;                                                                       \
                bng_status status =                                                                \
                        bng_mpz_export(ctx, &words, NULL, order, size, endian, nails, x->a);       \
                (void)r, (void)s;                                                                  \
                free(words);                                                                       \
                return status;                                                                     \
        }                                                                                          \
        static bng_status check_export_##name(bng_ctx *ctx, const struct operands *x,              \
                                              mpz_srcptr r)                                        \
        {                                                                                          \
                (void)r;                                                                           \
                return bng_check_export(ctx, order, size, endian, nails, x->a);                    \
        }
WORDS_IN_MEMORY(bytes, 1, 1, 0, 0)
WORDS_IN_MEMORY(bits, -1, 1, 0, 7)
WORDS_IN_MEMORY(shorts, -1, 2, 1, 3)
WORDS_IN_MEMORY(limbs, -1, sizeof(mp_limb_t), 0, 0)

/* ---- the table ---- */

#define OF(operation, what, make)                                                                  \
        {                                                                                          \
                operation ", " what, operation, make, NULL, NULL                                   \
        }
#define READ(what, make)                                                                           \
        {                                                                                          \
                "set_str, " what, NULL, make, read_back, check_read                                \
        }
#define PRINT(what, base, make)                                                                    \
        {                                                                                          \
                "get_str, " what, NULL, make, print_##base, check_print_##base                     \
        }
#define RANDOM_ROW(op, make)                                                                       \
        {                                                                                          \
#op, NULL, make, random_##op, check_random_##op                                    \
        }
#define MEMORY(name)                                                                               \
        {"import, " #name, NULL, make_number, import_##name, check_import_##name},                 \
        {                                                                                          \
                "export, " #name, NULL, make_number, export_##name, check_export_##name            \
        }

const struct time_shape time_shapes[] = {
        OF("mul", "by a tenth", make_by_tenth),
        OF("mul", "by a thousandth", make_by_thousandth),
        OF("mul", "by limbs", make_by_limbs),
        OF("mul", "by half", make_twos),
        OF("mul", "ones", make_ones),
        OF("mul", "zeros", make_one_and_zeros),
        OF("addmul", "by a thousandth", make_by_thousandth),
        OF("and", "negative", make_negative),
        OF("ior", "negative", make_negative),
        OF("xor", "negative", make_negative),
        OF("com", "negative", make_negative),
        OF("fdiv_q_2exp", "negative", make_negative),
        OF("fdiv_r_2exp", "negative", make_negative),
        OF("setbit", "negative", make_negative),
        OF("tdiv_q", "by a tenth", make_by_tenth),
        OF("tdiv_q", "by a thousandth", make_by_thousandth),
        OF("tdiv_q", "by limbs", make_by_limbs),
        OF("tdiv_q", "by nearly all", make_by_long),
        OF("tdiv_q", "by a third", make_by_third),
        OF("tdiv_q", "by most", make_by_most),
        OF("tdiv_q", "exact by most", make_multiple_by_most),
        OF("tdiv_q", "twos", make_twos),
        OF("tdiv_q", "ones", make_ones),
        OF("tdiv_q", "zeros", make_one_and_zeros),
        OF("tdiv_r", "by a tenth", make_by_tenth),
        OF("tdiv_r", "by a thousandth", make_by_thousandth),
        OF("tdiv_r", "by limbs", make_by_limbs),
        OF("tdiv_r", "by nearly all", make_by_long),
        OF("tdiv_r", "by most", make_by_most),
        OF("tdiv_r", "ones", make_ones),
        OF("fdiv_q", "by most", make_by_most),
        OF("cdiv_qr", "by a third", make_by_third),
        OF("divexact", "by a tenth", make_multiple_by_tenth),
        OF("divexact", "by limbs", make_multiple_by_limbs),
        OF("divexact", "by nearly all", make_multiple_by_long),
        OF("divexact", "by most", make_multiple_by_most),
        OF("divexact", "twos", make_twos),
        OF("pow_ui", "of 3", make_power_of_3),
        OF("pow_ui", "of 10", make_power_of_10),
        OF("pow_ui", "of a word", make_power_of_word),
        OF("pow_ui", "of two limbs", make_power_of_two_limbs),
        OF("pow_ui", "square", make_square),
        OF("pow_ui", "cube", make_cube),
        OF("pow_ui", "15", make_power_15),
        OF("pow_ui", "255", make_power_255),
        OF("pow_ui", "sparse", make_power_of_sparse),
        OF("pow_ui", "with zeros", make_power_with_zeros),
        OF("pow_ui", "of zeros", make_power_with_many_zeros),
        OF("pow_ui", "twos", make_power_of_two),
        OF("sqrt", "twos", make_twos),
        OF("sqrt", "power", make_one_and_zeros),
        OF("sqrtrem", "ones", make_ones),
        OF("root", "of 1 bit", make_root_of_1_bit),
        OF("root", "of 2 bits", make_root_of_2_bits),
        OF("root", "of 3 bits", make_root_of_3_bits),
        OF("root", "of 5 bits", make_root_of_5_bits),
        OF("root", "of 10 bits", make_root_of_10_bits),
        OF("root", "of 30 bits", make_root_of_30_bits),
        OF("root", "of 100 bits", make_root_of_100_bits),
        OF("root", "of 300 bits", make_root_of_300_bits),
        OF("root", "of 1000 bits", make_root_of_1000_bits),
        OF("root", "of 10000 bits", make_root_of_10000_bits),
        OF("root", "3", make_cubic_root),
        OF("root", "7", make_root_7),
        OF("root", "30", make_root_30),
        OF("root", "100", make_root_100),
        OF("root", "twos", make_twos),
        OF("root", "2-bit power", make_power_of_2_bits),
        OF("root", "10-bit power", make_power_of_10_bits),
        OF("root", "100-bit power", make_power_of_100_bits),
        OF("root", "1000-bit power", make_power_of_1000_bits),
        OF("root", "power 3", make_power_3),
        OF("root", "power 7", make_power_7),
        OF("rootrem", "of 1 bit", make_root_of_1_bit),
        OF("rootrem", "of 2 bits", make_root_of_2_bits),
        OF("rootrem", "of 3 bits", make_root_of_3_bits),
        OF("rootrem", "of 5 bits", make_root_of_5_bits),
        OF("rootrem", "of 10 bits", make_root_of_10_bits),
        OF("rootrem", "of 30 bits", make_root_of_30_bits),
        OF("rootrem", "of 100 bits", make_root_of_100_bits),
        OF("rootrem", "of 300 bits", make_root_of_300_bits),
        OF("rootrem", "of 1000 bits", make_root_of_1000_bits),
        OF("rootrem", "3", make_cubic_root),
        OF("rootrem", "7", make_root_7),
        OF("rootrem", "100", make_root_100),
        OF("rootrem", "100-bit power", make_power_of_100_bits),
        OF("rootrem", "power 3", make_power_3),
        OF("remove", "not there", make_odd_factor_not_there),
        OF("remove", "seldom", make_odd_factor_seldom),
        OF("remove", "often", make_odd_factor_often),
        OF("remove", "alone", make_odd_factor_alone),
        OF("remove", "even often", make_even_factor_often),
        OF("remove", "long not there", make_long_factor_not_there),
        OF("remove", "long once", make_long_factor_once),
        OF("remove", "long often", make_long_factor_often),
        OF("remove", "longest not there", make_longest_factor_not_there),
        OF("powm", "first", make_modulo_first_power),
        OF("powm", "second", make_modulo_second_power),
        OF("powm", "20th", make_modulo_20th_power),
        OF("powm", "few bits", make_modulo_few_bits),
        OF("powm", "limb", make_modulo_limb),
        OF("powm", "two limbs", make_modulo_two_limbs),
        OF("powm", "limbs", make_modulo_limbs),
        OF("powm", "2048", make_modulo_2048),
        OF("powm", "by 2", make_modulo_by_2),
        OF("powm", "65536", make_modulo_65536),
        OF("powm", "even", make_modulo_even),
        OF("powm", "half even", make_modulo_half_even),
        OF("powm", "twos", make_modulo_twos),
        OF("powm", "ones", make_modulo_ones),
        OF("powm", "long base", make_modulo_long_base),
        OF("powm_sec", "20th", make_modulo_20th_power),
        OF("powm_sec", "limb", make_modulo_limb),
        OF("powm_sec", "two limbs", make_modulo_two_limbs),
        OF("powm_sec", "2048", make_modulo_2048),
        OF("powm_sec", "65536", make_modulo_65536),
        OF("bin_uiui", "longest", make_binomial_of_longest),
        OF("bin_uiui", "half", make_binomial_of_half),
        OF("bin_uiui", "hundredth", make_binomial_of_hundredth),
        OF("bin_uiui", "all but few", make_binomial_of_all_but_few),
        OF("bin_uiui", "few", make_binomial_of_few),
        OF("bin_ui", "long", make_binomial_of_long),
        OF("bin_ui", "two limbs", make_binomial_of_two_limbs),
        OF("mfac_uiui", "3", make_multifactorial_3),
        OF("mfac_uiui", "10", make_multifactorial_10),
        OF("mfac_uiui", "60", make_multifactorial_even),
        OF("mfac_uiui", "long", make_multifactorial_long),
        OF("lucnum_ui", "odd", make_lucas_odd),
        OF("lucnum_ui", "even", make_lucas_even),
        READ("2", make_text_2),
        READ("3", make_text_3),
        READ("10", make_text_10),
        READ("16", make_text_16),
        READ("32", make_text_32),
        READ("62", make_text_62),
        READ("zeros 10", make_zeros_10),
        READ("zeros 16", make_zeros_16),
        READ("blanks", make_blanks),
        READ("spaced", make_spaced),
        PRINT("2", 2, make_number),
        PRINT("3", 3, make_number),
        PRINT("10", 10, make_number),
        PRINT("16", 16, make_number),
        PRINT("32", 32, make_number),
        PRINT("62", 62, make_number),
        PRINT("twos", 10, make_twos),
        PRINT("power of 7", 10, make_power_of_7),
        PRINT("power", 10, make_power_to_print),
        RANDOM_ROW(urandomb, make_length),
        RANDOM_ROW(rrandomb, make_length),
        RANDOM_ROW(urandomm, make_number),
        MEMORY(bytes),
        MEMORY(bits),
        MEMORY(shorts),
        MEMORY(limbs),
};
const size_t time_shapes_count = sizeof time_shapes / sizeof *time_shapes;

struct guard_case time_shape_case(const struct time_shape *shape)
{
        if (!shape->operation)
                return (struct guard_case){
                        .guarded = shape->guarded, .check = shape->check, .bits_max = UINT64_MAX};
        size_t i = 0;
        while (strcmp(guard_cases[i].name, shape->operation) != 0)
                i++;
        return guard_cases[i];
}
