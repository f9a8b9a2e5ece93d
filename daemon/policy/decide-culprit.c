/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who brought a group over its limit: the worker that contributed most, by its own growth or by that of the
 * processes it started.
 *
 * What a newborn took before anybody saw it was seen by nobody. It may be the very growth that broke the
 * limit, or the usual size of one that replaces another. So it counts as far as the group grew by more than
 * its workers were seen to.
 */

#include <math.h>
#include "policy/decide-forecast.h"
#include "policy/decide.h"
#include "samples/growth.h"
#include "samples/leak.h"

/* The worker with the largest contribution, or n when none reaches `least`. */
static size_t largest(const struct subject *workers, size_t n, double least, double unseen,
                      double (*contribution)(const struct subject *, double unseen))
{
        double most = least;
        size_t culprit = n;

        for (size_t i = 0; i < n; i++) {
                double bytes = contribution(&workers[i], unseen);

                if (bytes > most || (bytes == most && culprit == n)) {
                        most = bytes;
                        culprit = i;
                }
        }
        return culprit;
}

static double family_growth(const struct subject *worker)
{
        return worker->family ? most_by_starting(growth_in_window(worker->family),
                                                 worker->by_members.growth)
                              : 0;
}

static double family_leak(const struct subject *worker)
{
        return worker->family
                       ? most_by_starting(leak_in_window(worker->family), worker->by_members.leak)
                       : 0;
}

static double by_growth(const struct subject *worker, double unseen)
{
        double own = growth_in_window(worker->series) + fmin((double)worker->newborn, unseen);

        return fmax(own, family_growth(worker));
}

static double by_leak(const struct subject *worker, double unseen)
{
        (void)unseen;
        return fmax(leak_in_window(worker->series), family_leak(worker));
}

static double by_size(const struct subject *worker, double unseen)
{
        (void)unseen;
        return (double)worker->memory;
}

/* Bytes that the group grew within the window (or since its last sample before that) and no worker was seen to. */
static double unseen_growth(const struct subject *workers, size_t n, const struct series *group)
{
        unsigned i = group->n_recent;
        double unseen;

        if (i < 2)
                return INFINITY;
        for (i--; i > 0; i--)
                if (group->latest.usec - series_recent(group, i).usec >= group->growth_window)
                        break;
        unseen = (double)group->latest.bytes - (double)series_recent(group, i).bytes;
        for (size_t w = 0; w < n; w++)
                unseen -= growth_in_window(workers[w].series);
        return fmax(unseen, 0);
}

/* A contribution below this is none. */
static double noise(const struct policy *policy, const struct subject *workers, size_t n)
{
        uint64_t total = 0;

        for (size_t i = 0; i < n; i++)
                total = bng_sat_add(total, workers[i].memory);
        return (double)twentieth(
                       min_u64(policy_group_memory_max(policy, workers[0].bases), total)) +
               1;
}

size_t decide_culprit(const struct policy *policy, const struct subject *workers, size_t n,
                      const struct series *group)
{
        double least = noise(policy, workers, n), unseen = unseen_growth(workers, n, group);
        size_t culprit = largest(workers, n, least, unseen, by_growth);

        if (culprit == n)
                culprit = largest(workers, n, least, unseen, by_leak);
        if (culprit == n)
                culprit = largest(workers, n, 0, unseen, by_size);
        return culprit;
}

bool decide_is_family(const struct policy *policy, const struct subject *culprit)
{
        double least = (double)twentieth(policy_group_memory_max(policy, culprit->bases));
        double own = growth_in_window(culprit->series);

        if (fmax(own, family_growth(culprit)) > least)
                return family_growth(culprit) > own;
        return family_leak(culprit) > fmax(leak_in_window(culprit->series), least);
}
