/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/checked.h"
#include "bounds/range.h"
#include "expr/apply.h"
#include "guard/judge.h"

static struct bng_prediction predict_isqrt(struct bng_operand n)
{
        return bng_predict_root(n, bng_operand_ui(2));
}

static struct bng_prediction predict_shift_right(struct bng_operand a, struct bng_operand count)
{
        return bng_predict_shift_right(BNG_FLOOR, a, count);
}

/* What works on integers alone, by how many there are. */
static const struct bng_unary unary[BNG_OP_COUNT] = {
        [BNG_OP_INVERT] = {bng_predict_complement, bng_mpz_com},
        [BNG_OP_FACTORIAL] = {bng_predict_factorial, bng_mpz_fac_z},
        [BNG_OP_PRIMORIAL] = {bng_predict_primorial, bng_mpz_primorial_z},
        [BNG_OP_FIBONACCI] = {bng_predict_fibonacci, bng_mpz_fib_z},
        [BNG_OP_LUCAS] = {bng_predict_lucas, bng_mpz_lucnum_z},
        [BNG_OP_ISQRT] = {predict_isqrt, bng_mpz_sqrt},
};

static const struct bng_binary binary[BNG_OP_COUNT] = {
        [BNG_OP_OR] = {.predict = bng_predict_ior, .run = bng_mpz_ior},
        [BNG_OP_XOR] = {.predict = bng_predict_xor, .run = bng_mpz_xor},
        [BNG_OP_AND] = {.predict = bng_predict_and, .run = bng_mpz_and},
        [BNG_OP_LSHIFT] = {.predict = bng_predict_shift_left, .run = bng_mpz_mul_2exp_z},
        [BNG_OP_RSHIFT] = {.predict = predict_shift_right, .run = bng_mpz_fdiv_q_2exp_z},
        [BNG_OP_BINOMIAL] = {.predict = bng_predict_binomial, .run = bng_mpz_bin_z},
        [BNG_OP_GCD] = {.predict = bng_predict_gcd,
                        .run = bng_mpz_gcd,
                        .drops_zeros_of_a = true,
                        .drops_zeros_of_b = true},
        [BNG_OP_LCM] = {.predict = bng_predict_lcm,
                        .run = bng_mpz_lcm,
                        .drops_zeros_of_a = true,
                        .drops_zeros_of_b = true},
        [BNG_OP_ROOT] = {.predict = bng_predict_root, .run = bng_mpz_root_z},
};

typedef bng_status (*on_rationals)(struct bng_work *work, struct bng_rational *rop,
                                   struct bng_rational *a, struct bng_rational *b);

static const on_rationals rational[BNG_OP_COUNT] = {
        [BNG_OP_ADD] = bng_rational_add,           [BNG_OP_SUB] = bng_rational_sub,
        [BNG_OP_MUL] = bng_rational_mul,           [BNG_OP_DIV] = bng_rational_div,
        [BNG_OP_FLOORDIV] = bng_rational_floordiv, [BNG_OP_MOD] = bng_rational_mod,
        [BNG_OP_POW] = bng_rational_pow,
};

/*
 * Python's pow(b, e, m) has the sign of m; GMP's residue is never negative. A residue of a negative
 * m that was only predicted is known by |m| alone, as adding m turns it around.
 */
static bng_status power_modulo(struct bng_work *work, struct bng_integer *rop,
                               const struct bng_rational *operands)
{
        static const struct bng_ternary powm = {bng_predict_power_modulo, bng_mpz_powm};
        static const struct bng_binary add = {.predict = bng_predict_add, .run = bng_mpz_add};
        const struct bng_integer *modulus = &operands[2].num;
        struct bng_integer residue;
        bng_integer_init(&residue);
        bool is_result = !bng_integer_may_be_negative(modulus);
        uint64_t limit_bits = is_result ? 0 : bng_work_begin_detour(work);
        bng_status status = bng_integer_ternary(work, &residue, &powm, &operands[0].num,
                                                &operands[1].num, modulus);
        if (!is_result)
                bng_work_end_detour(work, limit_bits);
        if (status != BNG_OK || is_result || bng_integer_is_zero(&residue)) {
                bng_integer_swap(rop, &residue);
        } else if (residue.predicted || modulus->predicted) {
                struct bng_range size = bng_range_residue(bng_integer_operand(modulus).size);
                struct bng_operand signed_residue =
                        bng_operand_range(size, true, bng_integer_may_be_positive(modulus));
                status = bng_integer_set_operand(work, rop, &signed_residue);
        } else {
                status = bng_integer_binary(work, rop, &add, &residue, modulus);
        }
        bng_integer_clear(work, &residue);
        return status;
}

/*
 * binomial(n, k) = binomial(n, n - k), and 0 for k > n >= 0. For n < 0 it is, with the sign
 * (-1)^k, binomial(top, k) of top = k - n - 1, which has -n - 1 on the other side. A prediction sees
 * long numbers by their leading digits, which do not tell these cases apart; the numbers themselves
 * do. rest is the other side, which a prediction may only know by its length: then it stands for the
 * smaller one.
 */
static bng_status other_side(struct bng_work *work, const struct bng_integer *n,
                             const struct bng_integer *k, struct bng_integer *rest,
                             struct bng_integer *top)
{
        static const struct bng_binary sub = {.predict = bng_predict_subtract, .run = bng_mpz_sub};
        static const struct bng_binary add = {.predict = bng_predict_add, .run = bng_mpz_add};
        bool of_negative = mpz_sgn(n->z) < 0;
        bng_status status = of_negative ? bng_integer_unary(work, rest, &unary[BNG_OP_INVERT], n)
                                        : bng_integer_binary(work, rest, &sub, n, k);
        if (status != BNG_OK)
                return status;
        bng_integer_absolute(rest); /* as it is, and said of a predicted one */
        return of_negative ? bng_integer_binary(work, top, &add, k, rest) : BNG_OK;
}

static bng_status smaller_binomial(struct bng_work *work, struct bng_integer *rop,
                                   const struct bng_integer *n, const struct bng_integer *k,
                                   struct bng_integer *rest, struct bng_integer *top)
{
        bool of_negative = mpz_sgn(n->z) < 0;
        if (!of_negative && mpz_cmp(n->z, k->z) < 0) {
                bng_integer_set_ui(work, rop, 0);
                return BNG_OK;
        }
        uint64_t limit_bits = bng_work_begin_detour(work);
        bng_status status = other_side(work, n, k, rest, top);
        bng_work_end_detour(work, limit_bits);
        if (status != BNG_OK)
                return status;
        bool is_smaller = rest->predicted || mpz_cmp(rest->z, k->z) < 0;
        status = bng_integer_binary(work, rop, &binary[BNG_OP_BINOMIAL], of_negative ? top : n,
                                    is_smaller ? rest : k);
        if (of_negative && mpz_odd_p(k->z))
                bng_integer_negate(rop);
        return status;
}

/* The evaluation will hold n - k, or -n - 1 and k - n - 1, besides. */
static bng_status binomial_of_predicted(struct bng_work *work, struct bng_integer *rop,
                                        const struct bng_integer *n, const struct bng_integer *k)
{
        uint64_t besides =
                bng_sat_mul(2, bng_sat_add(bng_integer_bytes_most(n), bng_integer_bytes_most(k)));
        bng_work_hold(work, 0, besides);
        bng_status status = bng_integer_binary(work, rop, &binary[BNG_OP_BINOMIAL], n, k);
        bng_work_release(work, 0, besides);
        return status;
}

static bng_status binomial(struct bng_work *work, struct bng_integer *rop,
                           const struct bng_integer *n, const struct bng_integer *k)
{
        if (n->predicted || k->predicted)
                return binomial_of_predicted(work, rop, n, k);
        if (mpz_sgn(k->z) <= 0)
                return bng_integer_binary(work, rop, &binary[BNG_OP_BINOMIAL], n, k);
        struct bng_integer rest, top;
        bng_integer_init(&rest);
        bng_integer_init(&top);
        bng_status status = smaller_binomial(work, rop, n, k, &rest, &top);
        bng_integer_clear(work, &rest);
        bng_integer_clear(work, &top);
        return status;
}

static bng_status on_integers(struct bng_work *work, enum bng_op op, unsigned count,
                              struct bng_integer *rop, const struct bng_rational *operands)
{
        for (unsigned i = 0; i < count; i++)
                if (!bng_rational_may_be_integer(&operands[i]))
                        return bng_ctx_fail(work->ctx, BNG_UNDEFINED, "undefined: %s needs %s",
                                            bng_op_name(op),
                                            count == 1 ? "an integer" : "integers");
        if (op == BNG_OP_POWM)
                return power_modulo(work, rop, operands);
        if (op == BNG_OP_BINOMIAL)
                return binomial(work, rop, &operands[0].num, &operands[1].num);
        if (count == 2)
                return bng_integer_binary(work, rop, &binary[op], &operands[0].num,
                                          &operands[1].num);
        return bng_integer_unary(work, rop, &unary[op], &operands[0].num);
}

/*
 * What some of a gcd's arguments have in common is no value on the way, and no longer than they are: x
 * and x may be a long variable, and gcd(x, x, 2) fits. The parser ends with all of them as one.
 */
static bng_status gcd_of_two(struct bng_work *work, struct bng_integer *rop,
                             const struct bng_rational *operands)
{
        uint64_t limit_bits = bng_work_begin_detour(work);
        bng_status status = on_integers(work, BNG_OP_GCD, 2, rop, operands);
        bng_work_end_detour(work, limit_bits);
        return status;
}

/* Keeps the value and changes at most its sign. */
static void in_place(enum bng_op op, struct bng_rational *rop, struct bng_rational *a)
{
        bng_integer_swap(&rop->num, &a->num);
        bng_integer_swap(&rop->den, &a->den);
        if (op == BNG_OP_NEG)
                bng_integer_negate(&rop->num);
        else if (op != BNG_OP_POS)
                bng_integer_absolute(&rop->num);
}

bng_status bng_apply(struct bng_work *work, enum bng_op op, unsigned count,
                     struct bng_rational *rop, struct bng_rational *operands)
{
        bool is_sign = op == BNG_OP_NEG || op == BNG_OP_POS || op == BNG_OP_ABS;
        bool is_of_one = count == 1 && (op == BNG_OP_GCD || op == BNG_OP_LCM);
        if (is_sign || (is_of_one && bng_rational_may_be_integer(&operands[0]))) {
                in_place(op, rop, operands);
                return op == BNG_OP_GCD ? bng_integer_judge(work, &rop->num) : BNG_OK;
        }
        if (rational[op])
                return rational[op](work, rop, &operands[0], &operands[1]);
        bng_integer_set_ui(work, &rop->den, 1);
        if (op == BNG_OP_GCD && count == 2)
                return gcd_of_two(work, &rop->num, operands);
        if (count > 0)
                return on_integers(work, op, count, &rop->num, operands);
        bng_integer_set_ui(work, &rop->num, op == BNG_OP_LCM);
        return bng_integer_judge(work, &rop->num);
}
