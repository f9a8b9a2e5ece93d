/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Whose a death was. The kernel, and other daemons that guard memory, may end the same worker at the same moment, or in
 * its grace, and then it is not our signals that it died of. The kernel tells of its own in its log; of others the
 * status tells with which a process died, as long as the kernel knows it.
 *
 * Only signals count that a process is ended by: what it raised itself, as by a fault, is its own. A service manager
 * that restarts a unit sends what we asked it to send. And where several end together one may kill the other because he
 * was asked: a master its workers, and a container's init takes all along.
 */

#include <signal.h>
#include <sys/wait.h>
#include "manager/ends/members.h"
#include "manager/kernel/kernel.h"

static bool was_sent(const struct verdict *verdict, int signo)
{
        for (size_t i = 0; i < verdict->n_signals; i++)
                if (verdict->signals[i].signo == signo)
                        return true;
        return false;
}

enum killer killer_of(const struct member *member)
{
        struct worker *worker = member->worker;
        int status;

        if (member->killed || !member->verdict)
                return KILLER_NOBODY_ELSE;
        kernel_hear(member->ending->manager);
        if (worker->overtaken)
                return KILLER_KERNEL;
        if (member->ending->stage == RESTART || member->ending->n > 1 ||
            act_read_death(&worker->target, worker->reader, &status) < 0 || !WIFSIGNALED(status) ||
            (WTERMSIG(status) != SIGKILL && WTERMSIG(status) != SIGTERM) ||
            was_sent(member->verdict, WTERMSIG(status)))
                return KILLER_NOBODY_ELSE;
        return KILLER_OTHERS;
}
