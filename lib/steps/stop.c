/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <time.h>
#include "steps/stop.h"

uint64_t bng_now_nsec(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}
