/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Products modulo a number, between any two of which work can end. Numbers are in a form of their own
 * while they are multiplied. Functions return false where they were stopped.
 */

#include <gmp.h>
#include <stdbool.h>
#include "steps/stop.h"

struct bng_residues {
        const struct bng_stop *stop;
        mpz_t modulus; /* without its sign */
        mpz_t quotient, product, remainder;
        bool is_montgomery;
        mp_limb_t inverse; /* -1/m mod B */
        mpz_t inverses;    /* -1/m mod R */
        unsigned products; /* so far, of short ones */
};

/* modulus not 0 */
void bng_residues_init(struct bng_residues *m, mpz_srcptr modulus, const struct bng_stop *stop);
void bng_residues_clear(struct bng_residues *m);

/* Once, for the first number: rop is what n is modulo m, in that form. */
bool bng_residues_enter(struct bng_residues *m, mpz_ptr rop, mpz_srcptr n);
/* rop = a b, all of them in that form; rop may be an operand. */
bool bng_residues_multiply(struct bng_residues *m, mpz_ptr rop, mpz_srcptr a, mpz_srcptr b);
/* r leaves it: below m, not negative. */
bool bng_residues_leave(struct bng_residues *m, mpz_ptr r);
