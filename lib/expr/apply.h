/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The operations of the language on rationals: which of them need integers, and what each one is in
 * terms of rational.h and of the library's guarded functions.
 */

#include "expr/op.h"
#include "expr/rational.h"

/*
 * rop = op(operands[0], ...), with as many operands as the parser gives. rop is fresh; operands may
 * be destroyed, and remain to be cleared.
 */
bng_status bng_apply(struct bng_work *work, enum bng_op op, unsigned count,
                     struct bng_rational *rop, struct bng_rational *operands);
