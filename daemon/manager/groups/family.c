/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A worker and the children it was seen to start: who leaks by starting processes that never go has no
 * process that grows. So each parent of a watched group has a series of what it and its children hold
 * together, which is judged like its own.
 *
 * What children gain by themselves is theirs, not their parent's: of a server whose workers leak, the
 * workers are named, one by one, and never the master. So what the members gained that were there all
 * through the window is told apart (decide_family), and of those that joined within it, what they gain
 * still: what a process takes as it starts is the doing of who started it.
 *
 * A child is known by the parent it had at first sight, so one whose parent is gone is not somebody
 * else's; grandchildren are their own parents'. But whoever is the first process of a container, or asked for that
 * (prctl's subreaper), becomes the parent of all orphans below it, and they may be so at their first sight. A
 * session tells: it is inherited, or one's own. One that is led by somebody else comes from somebody else, and who
 * has adopted one may have adopted them all: it has no family.
 *
 * What a child shares with its parent since its fork is no gain of the family: a server that starts its workers one
 * after the other would look like one that leaks by it. So what may be shared counts once a proof tells that it is not.
 *
 * Of a family that leaks or bursts by starting processes, those were no part of it that have been there much longer and
 * do not grow.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "bounds/checked.h"
#include "manager/groups/family.h"
#include "manager/groups/roster.h"
#include "manager/groups/worker.h"
#include "samples/growth.h"
#include "samples/leak.h"

#define DOUBT_MIN (UINT64_C(1) << 20)    /* bytes: less is not worth a proof, */
#define PATIENCE_USEC UINT64_C(10000000) /* which is waited for so long */
#define SETTLED_WINDOWS                                                                            \
        4 /* it takes one or two until a leak is found: who is older was there before it */

static bool asks(const struct watch *watch)
{
        for (size_t i = 0; i < watch->n_policies; i++) {
                const struct policy *policy = watch->policies[i];

                if (policy->scope == SCOPE_WORKER &&
                    (policy->growth_max != POLICY_UNSET || policy->leak_max != POLICY_UNSET ||
                     policy_limits_group_memory(policy)))
                        return true;
        }
        return false;
}

static bool is_adopted(const struct worker *worker, const struct worker *parent)
{
        pid_t session = worker->target.session, of_parent = parent->target.session;

        return session > 0 && of_parent > 0 && session != of_parent &&
               session != worker->target.pid && session != parent->target.pid;
}

static void note_adoptions(struct watch *watch)
{
        struct worker *worker, *parent;

        for (worker = watch->workers; worker; worker = worker->hh.next) {
                HASH_FIND(hh, watch->workers, &worker->target.parent, sizeof(pid_t), parent);
                if (parent && is_adopted(worker, parent))
                        parent->adopts = true;
        }
}

static struct worker *find_parent(struct watch *watch, struct worker *worker)
{
        struct worker *parent = NULL;

        if (!worker->policy)
                return NULL;
        HASH_FIND(hh, watch->workers, &worker->target.parent, sizeof(pid_t), parent);
        if (parent && (parent->adopts || is_adopted(worker, parent)))
                return NULL;
        /* One that falls under another policy is judged, and ended, by that one alone. And another process
         * under the pid of a parent that is gone is younger than its "child". */
        if (!parent || parent == worker || parent->policy != worker->policy || worker->annexed ||
            parent->target.start_time > worker->target.start_time)
                return NULL;
        return parent;
}

/* What a child surely has by itself: what it came with may be its parent's. A proof tells what is others', which is at
 * least half of the pages that it shares. One that does not come says nothing in favour of who hides his pages. */
static uint64_t own_memory(struct worker *child, const struct worker *parent, uint64_t now)
{
        uint64_t shared = bng_min(child->private, bng_min(child->brought, parent->private));

        if (child->proven > 0)
                shared = bng_min(shared, bng_sat_add(child->shared, child->shared));
        else if (shared >= DOUBT_MIN) {
                worker_prove(child);
                if (now - child->asked >= PATIENCE_USEC)
                        shared = 0;
        }
        return child->private - shared;
}

/* One that was there all the time gained `growth` by itself, a newcomer what goes on; and the rest of the
 * largest newcomer counts as gained by itself too: a family is more than one. */
static void gained(double *by_members, double *newcomer, uint64_t memory, bool is_new,
                   double growth, double going_on)
{
        double taken = (double)memory - going_on;

        if (!is_new && growth > 0)
                *by_members += growth;
        if (!is_new)
                return;
        *by_members += going_on;
        if (taken > *newcomer)
                *newcomer = taken;
}

static void add(struct family *family, const struct worker *member, uint64_t memory,
                const struct policy *policy)
{
        const struct series *series = &member->series;

        family->memory += memory;
        family->n++;
        if (series->n_pushed == 0 || !policy)
                return;
        gained(&family->by_members.growth, &family->newcomer.growth, memory,
               series_seen(series) < policy->growth_window, growth_in_window(series),
               growth_going_on(series));
        gained(&family->by_members.leak, &family->newcomer.leak, memory,
               series_seen(series) < policy->leak_window, leak_in_window(series),
               leak_going_on(series));
}

static struct family *family_of(struct worker *parent)
{
        if (!parent->family)
                parent->family = calloc(1, sizeof(*parent->family));
        return parent->family;
}

void family_gather(struct watch *watch, uint64_t now)
{
        struct worker *worker;

        if (!asks(watch))
                return;
        note_adoptions(watch);
        for (worker = watch->workers; worker; worker = worker->hh.next)
                if (worker->family) {
                        worker->family->memory = worker->family->n = 0;
                        worker->family->by_members = worker->family->newcomer =
                                (struct family_growth){0};
                        add(worker->family, worker, worker_memory(worker), worker->policy);
                }
        for (worker = watch->workers; worker; worker = worker->hh.next) {
                struct worker *parent = find_parent(watch, worker);
                bool first = parent && !parent->family;

                if (!parent || !family_of(parent))
                        continue;
                if (first)
                        add(parent->family, parent, worker_memory(parent), parent->policy);
                add(parent->family, worker, own_memory(worker, parent, now), parent->policy);
        }
        for (worker = watch->workers; worker; worker = worker->hh.next) {
                struct family *family = worker->family;
                const struct policy *policy = worker->policy;

                if (!family || !policy)
                        continue;
                if (family->series.leak_window != policy->leak_window ||
                    family->series.growth_window != policy->growth_window)
                        series_init(&family->series, policy->leak_window, policy->growth_window);
                family->by_members.growth += family->newcomer.growth;
                family->by_members.leak += family->newcomer.leak;
                series_push(&family->series, now, family->memory);
        }
}

/* Lists of processes are read rarely while nothing is near: those that were started since are met now. */
static void meet_newcomers(struct watch *watch, uint64_t now)
{
        struct worker *worker;
        pid_t *pids;
        size_t n;

        if (group_read_pids(watch->reader, &pids, &n) < 0)
                return;
        for (size_t i = 0; i < n; i++) {
                if (watch_hold(watch, pids[i], &worker) != ACT_DONE)
                        continue;
                worker_identify(worker, now);
                worker_unref(worker);
        }
        free(pids);
}

/* It was there long before all this, and stays as it is. */
static bool is_settled(const struct worker *worker)
{
        const struct series *series = &worker->series;
        uint64_t window = bng_max(series->leak_window, series->growth_window);

        return series->n_pushed > 0 &&
               (series->latest.usec - worker->first_seen) / SETTLED_WINDOWS >= window &&
               leak_in_window(series) <= (double)worker_memory(worker) / 16;
}

int family_members(struct worker *parent, bool all, struct worker ***ret, size_t *n)
{
        struct watch *watch = parent->watch;
        struct worker **members, *worker;

        meet_newcomers(watch, manager_now(watch->manager));
        members = calloc(HASH_COUNT(watch->workers) + 1, sizeof(struct worker *));
        if (!members)
                return -ENOMEM;
        *n = 0;
        members[(*n)++] = parent; /* first, so that it starts no more */
        for (worker = watch->workers; worker; worker = worker->hh.next)
                if (!worker->ending && !worker->let_go && find_parent(watch, worker) == parent &&
                    (all || !is_settled(worker)))
                        members[(*n)++] = worker;
        *ret = members;
        return 0;
}
