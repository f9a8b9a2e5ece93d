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
 * Like a worker, a family is remembered by the windows of each group above that asks (struct part): of what it gained an
 * hour ago nothing is why a group is over its limit that remembers ten seconds.
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
        if (!parent || parent == worker || parent->policy != worker->policy ||
            parent->annexed != worker->annexed ||
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
                if (now - child->asked >= PATIENCE_USEC && !worker_proof_is_put_off(child))
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

/* Of how a worker looks by these windows (NULL: its own policy's): the series, and its family. */
static const struct series *series_by(const struct worker *worker, const struct series *windows)
{
        const struct part *part = windows ? worker_find_part(worker, windows) : NULL;

        return part ? &part->series : &worker->series;
}

static struct family **family_by(struct worker *worker, const struct series *windows)
{
        struct part *part = windows ? worker_find_part(worker, windows) : NULL;

        return part ? &part->family : &worker->family;
}

static void add(struct family *family, const struct worker *member, uint64_t memory,
                const struct series *windows)
{
        const struct series *series = series_by(member, windows);

        family->memory += memory;
        family->n++;
        if (series->n_pushed == 0 || !member->policy)
                return;
        gained(&family->by_members.growth, &family->newcomer.growth, memory,
               series_seen(series) < series->growth_window, growth_in_window(series),
               growth_going_on(series));
        gained(&family->by_members.leak, &family->newcomer.leak, memory,
               series_seen(series) < series->leak_window, leak_in_window(series),
               leak_going_on(series));
}

static void begin(struct watch *watch, const struct series *windows)
{
        for (struct worker *worker = watch->workers; worker; worker = worker->hh.next) {
                struct family *family = *family_by(worker, windows);

                if (!family)
                        continue;
                family->memory = family->n = 0;
                family->by_members = family->newcomer = (struct family_growth){0};
                add(family, worker, worker_memory(worker), windows);
        }
}

/* Without memory the next look tries again. */
static void add_child(struct worker *parent, struct worker *child, const struct series *windows,
                      uint64_t now)
{
        struct family **family = family_by(parent, windows);

        if (!*family) {
                *family = calloc(1, sizeof(**family));
                if (!*family)
                        return;
                add(*family, parent, worker_memory(parent), windows);
        }
        add(*family, child, own_memory(child, parent, now), windows);
}

/* A family that was remembered by its own policy's windows alone begins with that. */
static void remember(struct worker *worker, const struct series *windows, uint64_t now)
{
        const struct series *series = series_by(worker, windows);
        struct family *family = *family_by(worker, windows);

        if (family->series.leak_window != series->leak_window ||
            family->series.growth_window != series->growth_window) {
                series_init(&family->series, series->leak_window, series->growth_window);
                if (worker->family && family != worker->family)
                        series_take_recent(&family->series, &worker->family->series);
        }
        family->by_members.growth += family->newcomer.growth;
        family->by_members.leak += family->newcomer.leak;
        series_push(&family->series, now, family->memory);
}

void family_gather(struct watch *watch, const struct series *windows, uint64_t now)
{
        struct worker *worker;

        if (!asks(watch))
                return;
        note_adoptions(watch);
        begin(watch, windows);
        for (worker = watch->workers; worker; worker = worker->hh.next) {
                struct worker *parent = find_parent(watch, worker);

                if (parent)
                        add_child(parent, worker, windows, now);
        }
        for (worker = watch->workers; worker; worker = worker->hh.next)
                if (*family_by(worker, windows) && worker->policy)
                        remember(worker, windows, now);
}

/* Lists of processes are read rarely while nothing is near: those that were started since are met now. */
static void meet_newcomers(struct watch *watch, struct group_reader *reader, uint64_t now)
{
        struct worker *worker;
        pid_t *pids;
        size_t n;

        if (group_read_pids(reader, &pids, &n) < 0)
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
        uint64_t now = manager_now(watch->manager);

        meet_newcomers(watch, watch->reader, now);
        for (struct annex *annex = watch->annexes; annex; annex = annex->hh.next)
                meet_newcomers(watch, annex->reader, now);
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
