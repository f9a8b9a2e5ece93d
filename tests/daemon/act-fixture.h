/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Two groups of a test's own, and a child that waits in one to be acted upon. */

#include "groups.h"

static char home[64], other[64];

static inline void wait_for_ever(void)
{
        for (;;)
                pause();
}

static int open_homes(void **state)
{
        snprintf(home, sizeof(home), "/bng-test-act-%d", (int)getpid());
        snprintf(other, sizeof(other), "/bng-test-act-%d-other", (int)getpid());
        return groups_open(state);
}

static int remove_homes(void **state)
{
        (void)state;
        if (host.procfs >= 0) {
                remove_group(home);
                remove_group(other);
        }
        return 0;
}
