/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Ends within the window are few, so the book is a plain list in the order of time: what has left the
 * window is dropped from its front, and what remains is counted. A reload may change both numbers.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "manager/ends/budget.h"

int budget_take(struct budget *budget, unsigned max, uint64_t window, uint64_t now)
{
        size_t old = 0;

        while (old < budget->n && now - budget->ends[old] >= window)
                old++;
        if (old > 0) {
                budget->n -= old;
                memmove(budget->ends, budget->ends + old, budget->n * sizeof(*budget->ends));
        }
        if (budget->n >= max)
                return 0;
        if (budget->n == budget->room) {
                size_t room = budget->room > 0 ? budget->room * 2 : 16;
                uint64_t *ends = reallocarray(budget->ends, room, sizeof(*ends));

                if (!ends)
                        return -ENOMEM;
                budget->ends = ends;
                budget->room = room;
        }
        budget->ends[budget->n++] = now;
        return 1;
}

void budget_give_back(struct budget *budget, uint64_t then)
{
        for (size_t i = budget->n; i-- > 0;)
                if (budget->ends[i] == then) {
                        budget->n--;
                        memmove(budget->ends + i, budget->ends + i + 1,
                                (budget->n - i) * sizeof(*budget->ends));
                        return;
                }
}

void budget_clear(struct budget *budget)
{
        free(budget->ends);
        *budget = (struct budget){0};
}
