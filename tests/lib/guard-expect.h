/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A request that is turned down: the status, the destination r of the fixture as it was, and words of
 * the sentence; and one that gives a small number. Fixtures have a context `ctx` and an `r`, which
 * holds 4711 between two requests.
 */

#include <string.h>
#include <gmp.h>
#include "bignum-guard.h"

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
