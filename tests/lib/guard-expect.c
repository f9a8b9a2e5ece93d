/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include "guard-expect.h"

int fixture_set_up(void **userdata)
{
        struct fixture *f = calloc(1, sizeof *f);

        if (!f || bng_ctx_new(&f->ctx) != BNG_OK)
                return -1;
        mpz_inits(f->r, f->a, f->b, f->c, NULL);
        mpz_set_ui(f->r, 4711);
        *userdata = f;
        return 0;
}

int fixture_tear_down(void **userdata)
{
        struct fixture *f = *userdata;

        mpz_clears(f->r, f->a, f->b, f->c, NULL);
        bng_ctx_free(f->ctx);
        free(f);
        return 0;
}
