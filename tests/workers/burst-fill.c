/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fills memory as fast as the machine can: every page that it gets is written to, and it never stops. */

#include <stdlib.h>
#include <string.h>

#define CHUNK ((size_t) 1 << 20)

int main(void)
{
        for (;;) {
                char *volatile chunk = malloc(CHUNK);

                if (!chunk)
                        return EXIT_FAILURE;
                memset(chunk, 1, CHUNK);
        }
}
