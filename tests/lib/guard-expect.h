/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A test of single requests: a context of its own, and an r that holds 4711 between two of them. A
 * request is turned down, with its status, r as it was and words of the sentence; or it gives a small
 * number.
 */

#include <string.h>
#include <gmp.h>
#include "bignum-guard.h"

struct fixture {
        bng_ctx *ctx;
        mpz_t r, a, b, c;
};

int fixture_set_up(void **userdata);
int fixture_tear_down(void **userdata);

#define EXPECT_SENTENCE(ctx, call, words)                                                          \
        do {                                                                                       \
                if (!strstr(bng_ctx_message(ctx), words))                                          \
                        fail_msg("%s: \"%s\" lacks \"%s\"", #call, bng_ctx_message(ctx), words);   \
        } while (0)

#define EXPECT_NOT(f, expected, call, words)                                                       \
        do {                                                                                       \
                assert_int_equal(call, expected);                                                  \
                assert_int_equal(mpz_cmp_ui((f)->r, 4711), 0);                                     \
                EXPECT_SENTENCE((f)->ctx, call, words);                                            \
        } while (0)

#define EXPECT_VALUE(f, call, value)                                                               \
        do {                                                                                       \
                assert_int_equal(call, BNG_OK);                                                    \
                if (mpz_cmp_si((f)->r, value) != 0) {                                              \
                        gmp_printf("%s gives %Zd\n", #call, (f)->r);                               \
                        fail();                                                                    \
                }                                                                                  \
                mpz_set_ui((f)->r, 4711);                                                          \
        } while (0)

/* Equal as they are written, in lowest terms or not. */
static inline bool same_fraction(const mpq_t a, const mpq_t b)
{
        return mpz_cmp(mpq_numref(a), mpq_numref(b)) == 0 &&
               mpz_cmp(mpq_denref(a), mpq_denref(b)) == 0;
}

/* The same of a fraction, r, that holds 47/11. */
#define EXPECT_NO_FRACTION(ctx, r, expected, call, words)                                          \
        do {                                                                                       \
                assert_int_equal(call, expected);                                                  \
                assert_int_equal(mpq_cmp_ui(r, 47, 11), 0);                                        \
                EXPECT_SENTENCE(ctx, call, words);                                                 \
        } while (0)
