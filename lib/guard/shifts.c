/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guard/operation.h"

/*
 * Shifts and single bits, where a small number names a huge one. The count may be an integer of any
 * size: a huge one is refused, or it changes nothing, as in 0 << huge and 1 >> huge.
 */

#define BY_COUNT (const mpz_t a, mp_bitcnt_t n), (a, n)
#define BY_INTEGER (const mpz_t a, const mpz_t n)

/*
 * Of a shift to the right no more than the operand is left; but bits that are taken from a negative
 * number by rounding are as many as are asked for.
 */
#define LIMBS_ONE (mpz_size(a) + 1)
#define LIMBS_COUNT (mpz_size(a) + n / GMP_NUMB_BITS + 1)

SMALL_OPERATION(mul_2exp, BY_COUNT, LIMBS_COUNT, bng_predict_shift_left(Z(a), U(n)),
                bng_limb_mul_2exp(out, a, n))
OPERATION(mul_2exp_z, BY_INTEGER, bng_predict_shift_left(Z(a), Z(n)),
          mpz_mul_2exp(out, a, bng_saturated_word(n)))

SMALL_OPERATION(tdiv_q_2exp, BY_COUNT, LIMBS_ONE, bng_predict_shift_right(BNG_TRUNCATE, Z(a), U(n)),
                bng_limb_tdiv_q_2exp(out, a, n))
SMALL_OPERATION(fdiv_q_2exp, BY_COUNT, LIMBS_ONE, bng_predict_shift_right(BNG_FLOOR, Z(a), U(n)),
                bng_limb_fdiv_q_2exp(out, a, n))
OPERATION(fdiv_q_2exp_z, BY_INTEGER, bng_predict_shift_right(BNG_FLOOR, Z(a), Z(n)),
          mpz_fdiv_q_2exp(out, a, bng_saturated_word(n)))
SMALL_OPERATION(cdiv_q_2exp, BY_COUNT, LIMBS_ONE, bng_predict_shift_right(BNG_CEILING, Z(a), U(n)),
                mpz_cdiv_q_2exp(out, a, n))

SMALL_OPERATION(tdiv_r_2exp, BY_COUNT, LIMBS_ONE, bng_predict_low_bits(BNG_TRUNCATE, Z(a), U(n)),
                mpz_tdiv_r_2exp(out, a, n))
SMALL_OPERATION(fdiv_r_2exp, BY_COUNT, LIMBS_COUNT, bng_predict_low_bits(BNG_FLOOR, Z(a), U(n)),
                mpz_fdiv_r_2exp(out, a, n))
SMALL_OPERATION(cdiv_r_2exp, BY_COUNT, LIMBS_COUNT, bng_predict_low_bits(BNG_CEILING, Z(a), U(n)),
                mpz_cdiv_r_2exp(out, a, n))

UPDATE(setbit, (mp_bitcnt_t index), (index), mpz_size(rop) + index / GMP_NUMB_BITS + 1,
       bng_predict_set_bit(Z(rop), U(index)), mpz_setbit(out, index))
UPDATE(clrbit, (mp_bitcnt_t index), (index), mpz_size(rop) + index / GMP_NUMB_BITS + 1,
       bng_predict_clear_bit(Z(rop), U(index)), mpz_clrbit(out, index))
UPDATE(combit, (mp_bitcnt_t index), (index), mpz_size(rop) + index / GMP_NUMB_BITS + 1,
       bng_predict_flip_bit(Z(rop), U(index)), mpz_combit(out, index))
