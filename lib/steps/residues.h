/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Products modulo an odd number or a power of two, between any few of which work can end. Numbers are
 * in a form of their own while they are multiplied. Functions return false where they were stopped.
 */

#include <gmp.h>
#include <stdbool.h>
#include "steps/stop.h"

struct bng_residues {
        const struct bng_stop *stop;
        mpz_t modulus;    /* without its sign */
        mp_bitcnt_t twos; /* it is 2^twos; 0: it is odd, and numbers are in Montgomery's form */
        unsigned long at_once; /* squares that GMP makes in a moment */
        mpz_t quotient, product, remainder;
        mp_limb_t inverse;      /* 1/m mod B */
        mpz_t inverses;         /* -1/m mod R */
        unsigned long products; /* of short ones, since the last look */
};

/* modulus odd, or a power of two */
void bng_residues_init(struct bng_residues *m, mpz_srcptr modulus, const struct bng_stop *stop);
void bng_residues_clear(struct bng_residues *m);

/* Once, for the first number: rop is what n is modulo m, in that form. */
bool bng_residues_enter(struct bng_residues *m, mpz_ptr rop, mpz_srcptr n);
/* rop = a b, all of them in that form; rop may be an operand. Operands get room for as many limbs. */
bool bng_residues_multiply(struct bng_residues *m, mpz_ptr rop, mpz_ptr a, mpz_ptr b);
/* a = a^(2^times), at GMP's pace where these are many */
bool bng_residues_square(struct bng_residues *m, mpz_ptr a, unsigned long times);
/* r leaves it: below m, not negative. */
bool bng_residues_leave(struct bng_residues *m, mpz_ptr r);
