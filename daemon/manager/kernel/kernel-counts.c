/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Those whom the kernel ended, by the groups' counters, where its log may not be read: these tell how many
 * were ended, not who. They are read together with the list of processes, and the kernel counts before who
 * is ended is gone: so for a moment the two wait for each other. If as many workers have vanished as were
 * counted, it was probably they; else the verdict says that it cannot be told. A group that is gone by then
 * took its counter along. When the daemon stops they are read once more, and nobody waits.
 *
 * Nothing here acts.
 */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include "bounds/checked.h"
#include "manager/answers/record.h"
#include "manager/ends/ending.h"
#include "manager/groups/scan.h"
#include "manager/groups/worker.h"
#include "manager/kernel/kernel-verdict.h"
#include "manager/kernel/kernel.h"

#define SURE_USEC                                                                                  \
        UINT64_C(10000000) /* between two lists: who vanished in more may have just left */
#define DYING_USEC UINT64_C(2000000)     /* one that was counted is still listed for a while, */
#define DYING_AGAIN_USEC UINT64_C(50000) /* and so the list is read again */
#define PROBABLY 0.5                     /* who vanished meanwhile may have left by himself */

/* Dead, or its memory is gone: it will be. One that only moved to another group has it still. */
static bool has_ended(const struct worker *worker)
{
        struct pollfd pidfd = {.fd = worker->target.pidfd, .events = POLLIN};
        struct process_memory memory;

        if (pidfd.fd >= 0 && poll(&pidfd, 1, 0) > 0)
                return true;
        return process_read_memory(worker->reader, &memory) == -ESRCH;
}

void kernel_miss(struct watch *watch, struct worker *worker)
{
        struct missing *missing = watch->missing;

        if (!missing || worker->ending || worker->let_go || !kernel_policy_of(watch, worker) ||
            !has_ended(worker))
                return;
        if (missing->n < MISSING_MAX) {
                missing->workers[missing->n] = worker_ref(worker);
                missing->policies[missing->n] = kernel_policy_of(watch, worker);
        }
        missing->n++;
        watch->list_due = 0;
}

void kernel_forget(struct watch *watch)
{
        struct missing *missing = watch->missing;

        for (size_t i = 0; missing && i < missing->n && i < MISSING_MAX; i++)
                worker_unref(missing->workers[i]);
        if (missing)
                missing->n = 0;
}

/* How many more than before. */
static uint64_t count(struct group_reader *reader, uint64_t *known)
{
        uint64_t before = *known;

        if (group_read_kills(reader, known) < 0) {
                *known = before;
                return 0;
        }
        return before == UINT64_MAX || *known < before ? 0 : *known - before;
}

static uint64_t count_all(struct watch *watch)
{
        uint64_t n = count(watch->reader, &watch->missing->kills);

        if (watch->policy)
                for (struct annex *annex = watch->annexes; annex; annex = annex->hh.next)
                        n += count(annex->reader, &annex->kills);
        return n;
}

/* All that is owed: who it was, if as many have vanished, and nobody can have left unnoticed before. */
static void tell_counted(struct watch *watch)
{
        struct missing *missing = watch->missing;
        const struct policy *policy = watch->policy ? watch->policy : watch->policies[0];
        struct kernel_kill kill = {.limit = UINT64_MAX};
        struct verdict *verdict;

        if (missing->sure && missing->n == missing->owed && missing->n <= MISSING_MAX) {
                uint64_t event = record_event(watch->manager);

                for (size_t i = 0; i < missing->n; i++) {
                        kill.memory = worker_memory(missing->workers[i]);
                        kernel_tell_worker(watch, missing->workers[i], missing->policies[i], &kill,
                                           PROBABLY, event);
                }
                return;
        }
        verdict =
                kernel_verdict_new(watch, policy, &kill, watch->path, record_event(watch->manager));
        if (verdict) {
                verdict->count = (unsigned)bng_min(missing->owed, UINT_MAX);
                verdict->finding.family = (unsigned)missing->n;
                verdict->finding.confidence = 0;
        }
        kernel_tell(watch->manager, verdict, &kill);
}

uint64_t kernel_due(const struct watch *watch, uint64_t now)
{
        return watch->missing && watch->missing->owed > 0 ? now + DYING_AGAIN_USEC : UINT64_MAX;
}

/* How many more were ended is owed from now on. */
static void take_count(struct watch *watch, uint64_t now)
{
        struct missing *missing = watch->missing;
        uint64_t n = count_all(watch);

        if (n > 0 && missing->owed == 0)
                missing->owed_since = now;
        missing->owed += n;
        missing->sure =
                now - missing->counted <= SURE_USEC && (missing->owed == n || missing->sure);
        missing->counted = now;
        /* While we end some of them ourselves, who is who is not to be told. */
        if (watch->n_policies == 0 || ending_under_way(watch))
                missing->owed = 0;
}

static void settle(struct watch *watch)
{
        if (watch->missing->owed > 0)
                tell_counted(watch);
        watch->missing->owed = 0;
        kernel_forget(watch);
}

void kernel_count(struct watch *watch, uint64_t now)
{
        struct missing *missing;

        if (watch->manager->host.layout == HOST_PLAIN)
                return;
        if (watch->manager->kills) {
                flood_begin(watch);
                return;
        }
        if (!watch->missing) {
                watch->missing = calloc(1, sizeof(*watch->missing));
                if (!watch->missing)
                        return;
                watch->missing->kills = UINT64_MAX;
        }
        missing = watch->missing;
        take_count(watch, now);
        if (missing->owed <= missing->n || now - missing->owed_since >= DYING_USEC)
                settle(watch);
}

void kernel_count_last(struct watch *watch, uint64_t now)
{
        if (!watch->missing)
                return;
        take_count(watch, now);
        /* Who they were is looked up only where there is something to tell. */
        if (watch->missing->owed > 0)
                (void)watch_scan(watch, now);
        settle(watch);
}
