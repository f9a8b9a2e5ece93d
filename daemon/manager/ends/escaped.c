/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An end lets go who left the group in which it was judged, and where it is now it is judged anew. Whoever moves about,
 * or is moved, would so be asked to end again and again, each time from the budget, and never be ended. So the latest
 * of those who had their grace are known by pid and start time: where they are to be ended again they are not asked.
 */

#include "manager/ends/escaped.h"

void escaped_note(struct manager *manager, const struct worker *worker)
{
        if (escaped_before(manager, worker))
                return;
        manager->escaped[manager->next_escaped++ % ESCAPED_MAX] = (struct escaped){
                .pid = worker->target.pid, .start_time = worker->target.start_time};
}

bool escaped_before(const struct manager *manager, const struct worker *worker)
{
        for (unsigned i = 0; i < ESCAPED_MAX; i++)
                if (manager->escaped[i].pid == worker->target.pid &&
                    manager->escaped[i].start_time == worker->target.start_time)
                        return true;
        return false;
}
