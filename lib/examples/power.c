/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guarded power: BASE EXPONENT, of strangers' choice. Prints the power, or why there is none.
 * Exit status 0, or 3 where it is refused.
 */
#include <bignum-guard.h>

int main(int argc, char **argv)
{
        bng_ctx *ctx;
        mpz_t base, exponent;

        mpz_inits(base, exponent, NULL);
        if (argc != 3 || bng_ctx_new(&ctx) != BNG_OK)
                return 2;
        bng_ctx_set_result_limit_bits(ctx, 1000000);
        bool is_refused = bng_mpz_set_str(ctx, base, argv[1], 0) != BNG_OK ||
                          bng_mpz_set_str(ctx, exponent, argv[2], 0) != BNG_OK ||
                          bng_mpz_pow(ctx, base, base, exponent) != BNG_OK;
        if (is_refused)
                fprintf(stderr, "%s\n", bng_ctx_message(ctx));
        else
                gmp_printf("%Zd\n", base);
        mpz_clears(base, exponent, NULL);
        bng_ctx_free(ctx);
        return is_refused ? 3 : 0;
}
