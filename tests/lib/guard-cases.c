/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include "guard-cases.h"

/* ---- random numbers ---- */

static gmp_randstate_t state;
static bool without_patterns;

void random_start(unsigned long seed)
{
        gmp_randinit_mt(state);
        gmp_randseed_ui(state, seed);
}

void random_without_patterns(void)
{
        without_patterns = true;
}

void random_end(void)
{
        gmp_randclear(state);
}

uint64_t random_below(uint64_t limit)
{
        return limit == 0 ? 0 : gmp_urandomb_ui(state, 62) % limit;
}

uint64_t bit_length(mpz_srcptr z)
{
        return mpz_sgn(z) == 0 ? 0 : mpz_sizeinbase(z, 2);
}

void random_digits(mpz_ptr z, uint64_t bits)
{
        mpz_urandomb(z, state, bits);
        if (bits > 0)
                mpz_setbit(z, bits - 1);
}

void random_integer(mpz_ptr z, uint64_t bits)
{
        mpz_set_ui(z, 0);
        if (bits == 0)
                return;
        switch (without_patterns ? 5 : random_below(6)) {
        case 0: /* 2^n */
                break;
        case 1: /* 2^(n+1) - 1 */
                mpz_setbit(z, bits - 1);
                mpz_sub_ui(z, z, 1);
                break;
        case 2:
        case 3:
                mpz_rrandomb(z, state, bits);
                break;
        default:
                random_digits(z, bits);
        }
        mpz_setbit(z, bits - 1);
        if (random_below(3) == 0)
                mpz_neg(z, z);
}

uint64_t predicted_peak(bng_ctx *ctx, guard_question *ask, const void *userdata)
{
        uint64_t refused = 0;
        uint64_t enough = UINT64_MAX / 2;

        while (enough - refused > 1) {
                uint64_t middle = refused + (enough - refused) / 2;
                bng_ctx_set_memory_limit_bytes(ctx, middle);
                if (ask(ctx, userdata) == BNG_REFUSED_MEMORY)
                        refused = middle;
                else
                        enough = middle;
        }
        bng_ctx_set_memory_limit_bytes(ctx, UINT64_MAX);
        return enough;
}

struct asked {
        const struct guard_case *op;
        const struct operands *x;
        mpz_srcptr r;
};

static bng_status ask_check(bng_ctx *ctx, const void *userdata)
{
        const struct asked *asked = userdata;
        return asked->op->check(ctx, asked->x, asked->r);
}

uint64_t predicted_peak_of_case(bng_ctx *ctx, const struct guard_case *op, const struct operands *x,
                                mpz_srcptr r)
{
        return predicted_peak(ctx, ask_check, &(struct asked){op, x, r});
}

void operands_init(struct operands *x)
{
        mpz_inits(x->a, x->b, x->c, NULL);
        mpf_init2(x->f, 300);
        mpq_init(x->q);
        x->m = x->n = 0;
}

void operands_clear(struct operands *x)
{
        mpz_clears(x->a, x->b, x->c, NULL);
        mpf_clear(x->f);
        mpq_clear(x->q);
}

/* ---- operands of a size ---- */

/* From 0 to bits, more often near the ends. */
static uint64_t some_bits(uint64_t bits)
{
        switch (random_below(5)) {
        case 0:
                return bits;
        case 1:
                return random_below(3) > bits ? bits : random_below(3);
        case 2:
                return bits / 2;
        case 3:
                return bits / (1 + random_below(20));
        default:
                return random_below(bits + 1);
        }
}

static void make_one(struct operands *x, uint64_t bits)
{
        random_integer(x->a, bits);
        random_integer(x->b, some_bits(bits));
        random_integer(x->c, some_bits(bits));
        x->n = random_below(4) == 0
                       ? (unsigned long)random_below(3)
                       : (unsigned long)random_below(UINT64_C(1) << (1 + random_below(60)));
}

static void make_divisor(struct operands *x, uint64_t bits)
{
        make_one(x, bits);
        if (mpz_sgn(x->b) == 0)
                mpz_set_si(x->b, random_below(2) == 0 ? -1 : 1);
        if (random_below(8) == 0)
                mpz_swap(x->a, x->b);
        if (mpz_sgn(x->b) == 0)
                mpz_set_ui(x->b, 3);
}

static void make_exact(struct operands *x, uint64_t bits)
{
        make_divisor(x, bits / 2);
        mpz_mul(x->a, x->a, x->b);
}

static void make_word_divisor(struct operands *x, uint64_t bits)
{
        make_one(x, bits);
        x->n += x->n == 0;
}

static void make_exact_word(struct operands *x, uint64_t bits)
{
        make_word_divisor(x, bits);
        mpz_mul_ui(x->a, x->a, x->n);
}

/* a = b^m c, b not 0 */
static void make_factor(struct operands *x, uint64_t bits)
{
        random_integer(x->b, 1 + random_below(1 + random_below(bits / 2 + 2)));
        random_integer(x->c, random_below(bits / 3 + 2));
        x->m = random_below(2) ? 0 : (unsigned long)(bits / (2 * bit_length(x->b)));
        mpz_pow_ui(x->a, x->b, x->m);
        mpz_mul(x->a, x->a, x->c);
}

/* q = a / |b| */
static void make_fraction(struct operands *x, uint64_t bits)
{
        make_divisor(x, bits);
        mpq_set_num(x->q, x->a);
        mpq_set_den(x->q, x->b);
        mpq_canonicalize(x->q);
}

/* A float whose point is anywhere. */
static void make_float(struct operands *x, uint64_t bits)
{
        make_one(x, bits);
        mpf_set_z(x->f, x->a);
        if (random_below(3) == 0)
                mpf_div_2exp(x->f, x->f, random_below(2 * bits + 1));
        else if (random_below(3) == 0)
                mpf_mul_2exp(x->f, x->f, random_below(2 * bits + 1));
}

/* b has an inverse modulo a, a > 1 in most cases. */
static void make_modulus(struct operands *x, uint64_t bits)
{
        do {
                random_integer(x->a, bits < 2 ? 2 : bits);
                random_integer(x->b, bits < 2 ? 1 : bits);
                mpz_gcd(x->c, x->a, x->b);
        } while (mpz_cmp_ui(x->c, 1) != 0);
        random_integer(x->c, random_below(200));
}

/* An odd modulus a, an exponent c above 0. */
static void make_odd_modulus(struct operands *x, uint64_t bits)
{
        make_modulus(x, bits);
        mpz_setbit(x->a, 0);
        mpz_abs(x->c, x->c);
        mpz_add_ui(x->c, x->c, 1);
        x->n = mpz_get_ui(x->c) & 0xffff;
}

static void make_shift(struct operands *x, uint64_t bits)
{
        random_integer(x->a, some_bits(bits));
        x->n = (unsigned long)(bits - bit_length(x->a));
        if (random_below(2) == 0)
                x->n = (unsigned long)random_below(bits + 1);
        mpz_set_ui(x->b, x->n);
}

/* A base and an exponent whose power has about so many bits. */
static void make_power(struct operands *x, uint64_t bits)
{
        static const unsigned long typical[] = {0,  1,   2,   3,   5,    7,     10,
                                                16, 255, 256, 257, 1000, 65535, 65536};
        uint64_t base_bits = 1 + random_below(1 + random_below(bits / 2 + 1));

        if (random_below(2) == 0)
                mpz_set_ui(x->a, typical[random_below(sizeof typical / sizeof *typical)]);
        else
                random_integer(x->a, base_bits);
        if (random_below(4) == 0)
                mpz_mul_2exp(x->a, x->a, random_below(random_below(2) ? 100 : bits / 2 + 1));
        base_bits = bit_length(x->a) > 1 ? bit_length(x->a) : 2;
        x->n = (unsigned long)(bits / (random_below(2) ? base_bits : base_bits - 1));
        mpz_set_ui(x->b, x->n);
        x->m = mpz_get_ui(x->a) & 0xffff;
}

static void make_root(struct operands *x, uint64_t bits)
{
        make_one(x, bits);
        mpz_abs(x->a, x->a);
        x->n = 1 + (unsigned long)random_below(1 + random_below(80));
        mpz_set_ui(x->b, x->n);
}

static void make_word(struct operands *x, double n)
{
        x->n = (unsigned long)n + (unsigned long)random_below(5);
        mpz_set_ui(x->b, x->n);
}

static void make_factorial(struct operands *x, uint64_t bits)
{
        make_word(x, (double)bits / (bits < 8 ? 1 : log2((double)bits)));
}

static void make_multifactorial(struct operands *x, uint64_t bits)
{
        x->m = 1 + (unsigned long)random_below(random_below(2) ? 5 : 1 + bits);
        make_factorial(x, bits * x->m < bits * 3 ? bits * x->m : bits * 3);
}

static void make_prime(struct operands *x, uint64_t bits)
{
        random_integer(x->a, bits % 300);
}

static void make_primorial(struct operands *x, uint64_t bits)
{
        make_word(x, (double)bits * 0.6931);
}

static void make_fibonacci(struct operands *x, uint64_t bits)
{
        make_word(x, (double)bits * 1.4404);
}

static void make_binomial(struct operands *x, uint64_t bits)
{
        uint64_t n_bits = 2 + random_below(random_below(2) ? 63 : 20);
        uint64_t k = bits / n_bits;

        if (random_below(3) == 0) {
                x->m = (unsigned long)bits;
                k = random_below(4) == 0 ? random_below(bits + 2) : bits / 2;
        } else {
                x->m = (unsigned long)random_below(UINT64_C(1) << (n_bits - 1)) + (unsigned long)k;
        }
        x->n = (unsigned long)k;
        if (x->m > bits && k > bits / 2)
                x->n = (unsigned long)(bits / 64);
        mpz_set_ui(x->a, x->m);
        if (random_below(3) == 0)
                random_integer(x->a, 60 + random_below(80));
        if (bit_length(x->a) > 60)
                x->n = (unsigned long)(bits / bit_length(x->a));
        mpz_set_ui(x->b, x->n);
        if (random_below(4) == 0)
                mpz_neg(x->a, x->a);
        if (mpz_cmpabs_ui(x->a, 2 * x->n) < 0 && mpz_sgn(x->a) < 0)
                mpz_neg(x->a, x->a);
}

/* ---- the table ---- */

/* GMP's own function of the name, for what GMP has. */
#define mpz_mul_2exp_z(r, a, n) mpz_mul_2exp(r, a, mpz_get_ui(n))
#define mpz_fdiv_q_2exp_z(r, a, n) mpz_fdiv_q_2exp(r, a, mpz_get_ui(n))
#define mpz_pow(r, a, n) mpz_pow_ui(r, a, mpz_get_ui(n))
#define mpz_root_z(r, a, n) mpz_root(r, a, mpz_get_ui(n))
#define mpz_fac_z(r, n) mpz_fac_ui(r, mpz_get_ui(n))
#define mpz_bin_z(r, a, n) mpz_bin_ui(r, a, mpz_get_ui(n))
#define mpz_primorial_z(r, n) mpz_primorial_ui(r, mpz_get_ui(n))
#define mpz_fib_z(r, n) mpz_fib_ui(r, mpz_get_ui(n))
#define mpz_lucnum_z(r, n) mpz_lucnum_ui(r, mpz_get_ui(n))

/* Functions that do not look like the others, made to look alike. */
#define mpz_import_limbs(r, a) mpz_import(r, mpz_size(a), -1, sizeof(mp_limb_t), 0, 0, LIMBS(a))
#define bng_mpz_import_limbs(ctx, r, a)                                                            \
        bng_mpz_import(ctx, r, mpz_size(a), -1, sizeof(mp_limb_t), 0, 0, LIMBS(a))
#define bng_check_import_limbs(ctx, a)                                                             \
        bng_check_import(ctx, mpz_size(a), -1, sizeof(mp_limb_t), 0, 0, LIMBS(a))
#define LIMBS(a) mpz_limbs_read(a)
#define mpz_gcdext_first(g, s, a, b) mpz_gcdext(g, s, NULL, a, b)
#define bng_mpz_gcdext_first(ctx, g, s, a, b) bng_mpz_gcdext(ctx, g, s, NULL, a, b)
#define mpz_gcdext_second(g, t, a, b) mpz_gcdext(g, NULL, t, a, b)
#define bng_mpz_gcdext_second(ctx, g, t, a, b) bng_mpz_gcdext(ctx, g, NULL, t, a, b)
#define bng_check_gcdext_first bng_check_gcdext
#define bng_check_gcdext_second bng_check_gcdext
#define bng_mpz_remove(ctx, r, a, f) bng_mpz_remove(ctx, &(mp_bitcnt_t){0}, r, a, f)

/* Of any size, and a fraction in between. */
static double as_double(const struct operands *x)
{
        long exponent;
        double mantissa = mpz_get_d_2exp(&exponent, x->a);
        return ldexp(mantissa, (int)(exponent % 1024) - (x->n % 2 == 0 ? 20 : 0));
}

#define FUNCTIONS(op, plain_call, guarded_call, check_call)                                        \
        static void plain_##op(const struct operands *x, mpz_ptr r, mpz_ptr s)                     \
        {                                                                                          \
                (void)x, (void)s;                                                                  \
                plain_call;                                                                        \
        }                                                                                          \
        static bng_status guarded_##op(bng_ctx *ctx, const struct operands *x, mpz_ptr r,          \
                                       mpz_ptr s)                                                  \
        {                                                                                          \
                (void)s;                                                                           \
                return guarded_call;                                                               \
        }                                                                                          \
        static bng_status check_##op(bng_ctx *ctx, const struct operands *x, mpz_srcptr r)         \
        {                                                                                          \
                (void)r;                                                                           \
                return check_call;                                                                 \
        }

#define ONE(op, ...)                                                                               \
        FUNCTIONS(op, mpz_##op(r, __VA_ARGS__), bng_mpz_##op(ctx, r, __VA_ARGS__),                 \
                  bng_check_##op(ctx, __VA_ARGS__))
#define TWO(op, ...)                                                                               \
        FUNCTIONS(op, mpz_##op(r, s, __VA_ARGS__), bng_mpz_##op(ctx, r, s, __VA_ARGS__),           \
                  bng_check_##op(ctx, __VA_ARGS__))
#define UPDATE(op, ...)                                                                            \
        FUNCTIONS(op, mpz_##op(r, __VA_ARGS__), bng_mpz_##op(ctx, r, __VA_ARGS__),                 \
                  bng_check_##op(ctx, r, __VA_ARGS__))

/* operation, results and whether they are operands, how operands are made, how long they may be */
#define CASES(X)                                                                                   \
        X(set, ONE, make_one, 0, x->a)                                                             \
        X(set_ui, ONE, make_one, 0, x->n)                                                          \
        X(set_si, ONE, make_one, 0, (long)(x->n % 2 ? x->n : -x->n))                               \
        X(set_d, ONE, make_one, 0, as_double(x))                                                   \
        X(set_f, ONE, make_float, 0, x->f)                                                         \
        X(set_q, ONE, make_fraction, 0, x->q)                                                      \
        X(import_limbs, ONE, make_one, 0, x->c)                                                    \
        X(abs, ONE, make_one, 0, x->a)                                                             \
        X(neg, ONE, make_one, 0, x->a)                                                             \
        X(com, ONE, make_one, 0, x->a)                                                             \
        X(add, ONE, make_one, 0, x->a, x->b)                                                       \
        X(add_ui, ONE, make_one, 0, x->a, x->n)                                                    \
        X(sub, ONE, make_one, 0, x->a, x->b)                                                       \
        X(sub_ui, ONE, make_one, 0, x->a, x->n)                                                    \
        X(ui_sub, ONE, make_one, 0, x->n, x->a)                                                    \
        X(mul, ONE, make_one, 0, x->a, x->b)                                                       \
        X(mul_si, ONE, make_one, 0, x->a, -(long)x->n)                                             \
        X(mul_ui, ONE, make_one, 0, x->a, x->n)                                                    \
        X(addmul, UPDATE, make_one, 0, x->a, x->b)                                                 \
        X(addmul_ui, UPDATE, make_one, 0, x->a, x->n)                                              \
        X(submul, UPDATE, make_one, 0, x->a, x->b)                                                 \
        X(submul_ui, UPDATE, make_one, 0, x->a, x->n)                                              \
        X(mul_2exp, ONE, make_shift, 0, x->a, x->n)                                                \
        X(mul_2exp_z, ONE, make_shift, 0, x->a, x->b)                                              \
        X(tdiv_q_2exp, ONE, make_shift, 0, x->a, x->n)                                             \
        X(fdiv_q_2exp, ONE, make_shift, 0, x->a, x->n)                                             \
        X(fdiv_q_2exp_z, ONE, make_shift, 0, x->a, x->b)                                           \
        X(cdiv_q_2exp, ONE, make_shift, 0, x->a, x->n)                                             \
        X(tdiv_r_2exp, ONE, make_shift, 0, x->a, x->n)                                             \
        X(fdiv_r_2exp, ONE, make_shift, 0, x->a, x->n)                                             \
        X(cdiv_r_2exp, ONE, make_shift, 0, x->a, x->n)                                             \
        X(setbit, UPDATE, make_shift, 0, x->n)                                                     \
        X(clrbit, UPDATE, make_shift, 0, x->n)                                                     \
        X(combit, UPDATE, make_shift, 0, x->n)                                                     \
        X(tdiv_q, ONE, make_divisor, 0, x->a, x->b)                                                \
        X(tdiv_r, ONE, make_divisor, 0, x->a, x->b)                                                \
        X(tdiv_qr, TWO, make_divisor, 0, x->a, x->b)                                               \
        X(fdiv_q, ONE, make_divisor, 0, x->a, x->b)                                                \
        X(fdiv_r, ONE, make_divisor, 0, x->a, x->b)                                                \
        X(fdiv_qr, TWO, make_divisor, 0, x->a, x->b)                                               \
        X(cdiv_q, ONE, make_divisor, 0, x->a, x->b)                                                \
        X(cdiv_r, ONE, make_divisor, 0, x->a, x->b)                                                \
        X(cdiv_qr, TWO, make_divisor, 0, x->a, x->b)                                               \
        X(mod, ONE, make_divisor, 0, x->a, x->b)                                                   \
        X(divexact, ONE, make_exact, 0, x->a, x->b)                                                \
        X(tdiv_q_ui, ONE, make_word_divisor, 0, x->a, x->n)                                        \
        X(tdiv_r_ui, ONE, make_word_divisor, 0, x->a, x->n)                                        \
        X(tdiv_qr_ui, TWO, make_word_divisor, 0, x->a, x->n)                                       \
        X(fdiv_q_ui, ONE, make_word_divisor, 0, x->a, x->n)                                        \
        X(fdiv_r_ui, ONE, make_word_divisor, 0, x->a, x->n)                                        \
        X(fdiv_qr_ui, TWO, make_word_divisor, 0, x->a, x->n)                                       \
        X(cdiv_q_ui, ONE, make_word_divisor, 0, x->a, x->n)                                        \
        X(cdiv_r_ui, ONE, make_word_divisor, 0, x->a, x->n)                                        \
        X(cdiv_qr_ui, TWO, make_word_divisor, 0, x->a, x->n)                                       \
        X(mod_ui, ONE, make_word_divisor, 0, x->a, x->n)                                           \
        X(divexact_ui, ONE, make_exact_word, 0, x->a, x->n)                                        \
        X(gcd_ui, ONE, make_one, 0, x->a, x->n)                                                    \
        X(lcm_ui, ONE, make_one, 0, x->a, x->n)                                                    \
        X(gcdext_first, TWO, make_one, 200000, x->a, x->b)                                         \
        X(gcdext_second, TWO, make_one, 200000, x->a, x->b)                                        \
        X(remove, ONE, make_factor, 200000, x->a, x->b)                                            \
        X(nextprime, ONE, make_prime, 400, x->a)                                                   \
        X(gcd, ONE, make_one, 2000000, x->a, x->b)                                                 \
        X(lcm, ONE, make_one, 2000000, x->a, x->b)                                                 \
        X(invert, ONE, make_modulus, 50000, x->b, x->a)                                            \
        X(powm, ONE, make_modulus, 20000, x->b, x->c, x->a)                                        \
        X(powm_ui, ONE, make_odd_modulus, 20000, x->b, x->n, x->a)                                 \
        X(powm_sec, ONE, make_odd_modulus, 20000, x->b, x->c, x->a)                                \
        X(pow, ONE, make_power, 0, x->a, x->b)                                                     \
        X(pow_ui, ONE, make_power, 0, x->a, x->n)                                                  \
        X(ui_pow_ui, ONE, make_power, 0, x->m, x->n)                                               \
        X(sqrt, ONE, make_root, 0, x->a)                                                           \
        X(root, ONE, make_root, 500000, x->a, x->n)                                                \
        X(root_z, ONE, make_root, 500000, x->a, x->b)                                              \
        X(sqrtrem, TWO, make_root, 0, x->a)                                                        \
        X(rootrem, TWO, make_root, 500000, x->a, x->n)                                             \
        X(2fac_ui, ONE, make_factorial, 0, x->n)                                                   \
        X(mfac_uiui, ONE, make_multifactorial, 0, x->n, x->m)                                      \
        X(fib2_ui, TWO, make_fibonacci, 0, x->n)                                                   \
        X(lucnum2_ui, TWO, make_fibonacci, 0, x->n)                                                \
        X(fac_ui, ONE, make_factorial, 0, x->n)                                                    \
        X(fac_z, ONE, make_factorial, 0, x->b)                                                     \
        X(bin_ui, ONE, make_binomial, 1000000, x->a, x->n)                                         \
        X(bin_uiui, ONE, make_binomial, 2000000, x->m, x->n)                                       \
        X(bin_z, ONE, make_binomial, 1000000, x->a, x->b)                                          \
        X(primorial_ui, ONE, make_primorial, 0, x->n)                                              \
        X(primorial_z, ONE, make_primorial, 0, x->b)                                               \
        X(fib_ui, ONE, make_fibonacci, 0, x->n)                                                    \
        X(fib_z, ONE, make_fibonacci, 0, x->b)                                                     \
        X(lucnum_ui, ONE, make_fibonacci, 0, x->n)                                                 \
        X(lucnum_z, ONE, make_fibonacci, 0, x->b)                                                  \
        X(and, ONE, make_one, 0, x->a, x->b)                                                       \
        X(ior, ONE, make_one, 0, x->a, x->b)                                                       \
        X(xor, ONE, make_one, 0, x->a, x->b)

#define DEFINE(op, kind, maker, longest, ...) kind(op, __VA_ARGS__)
CASES(DEFINE)

enum {
        ONE_,
        TWO_,
        UPDATE_,
};
#define ROW(op, kind, maker, longest, ...)                                                         \
        {                                                                                          \
                .name = #op,                                                                       \
                .make = maker,                                                                     \
                .plain = plain_##op,                                                               \
                .guarded = guarded_##op,                                                           \
                .check = check_##op,                                                               \
                .updates = kind##_ == UPDATE_,                                                     \
                .two = kind##_ == TWO_,                                                            \
                .bits_max = longest == 0 ? UINT64_MAX : longest,                                   \
        },

const struct guard_case guard_cases[] = {CASES(ROW)};
const size_t guard_cases_count = sizeof guard_cases / sizeof *guard_cases;
