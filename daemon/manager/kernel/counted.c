/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/checked.h"
#include "manager/kernel/counted.h"

static uint64_t accounted_for(const struct counted *counted)
{
        return bng_sat_add(counted->kills, counted->told);
}

uint64_t counted_lost(const struct counted *counted, uint64_t now)
{
        uint64_t known = accounted_for(counted);

        return now > known ? now - known : 0;
}

void counted_settle(struct counted *counted, uint64_t now)
{
        *counted = (struct counted){.known = true, .kills = bng_max(now, accounted_for(counted))};
}
