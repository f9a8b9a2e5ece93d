/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guard/operation.h"

/*
 * Sums, products, bits and shifts, a line each: name, parameters, what is predicted, what GMP does.
 * The small ones also say how many limbs their operands have together.
 */

/* Parameters, and the arguments that pass them on. */
#define ONE (const mpz_t a), (a)
#define TWO (const mpz_t a, const mpz_t b), (a, b)
#define WITH_UI (const mpz_t a, unsigned long b), (a, b)
#define LIMBS_ONE (mpz_size(a) + 1)
#define LIMBS_TWO (mpz_size(a) + mpz_size(b))
#define LIMBS_UI (mpz_size(a) + BNG_ULONG_LIMBS)

SMALL_OPERATION(set, ONE, LIMBS_ONE, bng_predict_copy(Z(a)), bng_limb_set(out, a))
SMALL_OPERATION(set_ui, (unsigned long a), (a), 2 * BNG_ULONG_LIMBS, bng_predict_copy(U(a)),
                bng_limb_set_ui(out, a))
SMALL_OPERATION(set_si, (long a), (a), 2 * BNG_ULONG_LIMBS, bng_predict_copy(S(a)),
                bng_limb_set_si(out, a))
SMALL_OPERATION(abs, ONE, LIMBS_ONE, bng_predict_copy(Z(a)), bng_limb_abs(out, a))
SMALL_OPERATION(neg, ONE, LIMBS_ONE, bng_predict_copy(Z(a)), bng_limb_neg(out, a))
SMALL_OPERATION(com, ONE, LIMBS_ONE, bng_predict_complement(Z(a)), mpz_com(out, a))

SMALL_OPERATION(add, TWO, LIMBS_TWO, bng_predict_add(Z(a), Z(b)), bng_limb_add(out, a, b))
SMALL_OPERATION(add_ui, WITH_UI, LIMBS_UI, bng_predict_add(Z(a), U(b)), bng_limb_add_ui(out, a, b))
SMALL_OPERATION(sub, TWO, LIMBS_TWO, bng_predict_subtract(Z(a), Z(b)), bng_limb_sub(out, a, b))
SMALL_OPERATION(sub_ui, WITH_UI, LIMBS_UI, bng_predict_subtract(Z(a), U(b)),
                bng_limb_sub_ui(out, a, b))
SMALL_OPERATION(ui_sub, (unsigned long b, const mpz_t a), (b, a), LIMBS_UI,
                bng_predict_subtract(U(b), Z(a)), bng_limb_ui_sub(out, b, a))

#define PRODUCT (a == b ? bng_predict_square(Z(a)) : bng_predict_multiply(Z(a), Z(b)))
SMALL_STEPPED(mul, TWO, LIMBS_TWO, PRODUCT, bng_steps_multiply(out, a, b, stop),
              bng_limb_mul(out, a, b))
SMALL_OPERATION(mul_si, (const mpz_t a, long b), (a, b), LIMBS_UI, bng_predict_multiply(Z(a), S(b)),
                bng_limb_mul_si(out, a, b))
SMALL_OPERATION(mul_ui, WITH_UI, LIMBS_UI, bng_predict_multiply(Z(a), U(b)),
                bng_limb_mul_ui(out, a, b))

#define LIMBS_ADDMUL (mpz_size(rop) + LIMBS_TWO)
#define LIMBS_ADDMUL_UI (mpz_size(rop) + LIMBS_UI)

#define SUM_WITH_PRODUCT                                                                           \
        (a == b ? bng_predict_add_square(Z(rop), Z(a))                                             \
                : bng_predict_add_product(Z(rop), Z(a), Z(b)))
#define DIFFERENCE_TO_PRODUCT                                                                      \
        (a == b ? bng_predict_subtract_square(Z(rop), Z(a))                                        \
                : bng_predict_subtract_product(Z(rop), Z(a), Z(b)))
UPDATE(addmul, TWO, LIMBS_ADDMUL, SUM_WITH_PRODUCT, bng_limb_addmul(out, a, b))
UPDATE(addmul_ui, WITH_UI, LIMBS_ADDMUL_UI, bng_predict_add_product(Z(rop), Z(a), U(b)),
       bng_limb_addmul_ui(out, a, b))
UPDATE(submul, TWO, LIMBS_ADDMUL, DIFFERENCE_TO_PRODUCT, bng_limb_submul(out, a, b))
UPDATE(submul_ui, WITH_UI, LIMBS_ADDMUL_UI, bng_predict_subtract_product(Z(rop), Z(a), U(b)),
       bng_limb_submul_ui(out, a, b))

SMALL_OPERATION(and, TWO, LIMBS_TWO, bng_predict_and(Z(a), Z(b)), bng_limb_and(out, a, b))
SMALL_OPERATION(ior, TWO, LIMBS_TWO, bng_predict_ior(Z(a), Z(b)), bng_limb_ior(out, a, b))
SMALL_OPERATION(xor, TWO, LIMBS_TWO, bng_predict_xor(Z(a), Z(b)), bng_limb_xor(out, a, b))
