/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fills memory as fast as the machine can: every page that it gets is written to. It stops at as many MiB as its
 * argument says, and without one never. */

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK ((size_t)1 << 20)

int main(int argc, char **argv)
{
        unsigned long most = argc > 1 ? strtoul(argv[1], NULL, 10) : ULONG_MAX;

        for (unsigned long n = 0; n < most; n++) {
                char *volatile chunk = malloc(CHUNK);

                if (!chunk)
                        return EXIT_FAILURE;
                memset(chunk, 1, CHUNK);
        }
        for (;;)
                pause();
}
