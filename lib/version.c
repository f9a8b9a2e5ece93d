/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bignum-guard.h"

const char *bng_version(void)
{
        return BNG_VERSION;
}
