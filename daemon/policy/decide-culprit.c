/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who brought a group over its limit: the worker that contributed most, by its own growth or by that of the
 * processes it started.
 *
 * What a young one has may be the very growth that broke the limit, or the usual size of one that replaces
 * another. So it counts, also what it took before anybody saw it, as far as the young have more than those had
 * who left; and all of it once nobody else is found to have grown.
 */

#include <math.h>
#include "policy/decide-forecast.h"
#include "policy/decide.h"
#include "samples/growth.h"
#include "samples/larger.h"
#include "samples/leak.h"

/* The worker with the largest contribution, or n when none reaches `least`. */
static size_t largest(const struct subject *workers, size_t n, double least, double left,
                      double (*contribution)(const struct subject *, double left))
{
        double most = least;
        size_t culprit = n;

        for (size_t i = 0; i < n; i++) {
                double bytes = contribution(&workers[i], left);

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

/* Bytes that it has taken by itself since it was born. */
static double taken(const struct subject *young)
{
        return (double)young->at_sight + larger(growth_in_window(young->series), 0);
}

static double by_growth(const struct subject *worker, double left)
{
        double own =
                worker->young ? smaller(taken(worker), left) : growth_in_window(worker->series);

        return larger(own, family_growth(worker));
}

static double by_leak(const struct subject *worker, double left)
{
        (void)left;
        return larger(leak_in_window(worker->series), family_leak(worker));
}

static double by_size(const struct subject *worker, double left)
{
        (void)left;
        return (double)worker->memory;
}

/* Bytes that the young have taken, and nobody has left to them. */
static double left_to_young(const struct subject *workers, size_t n, uint64_t departed)
{
        double all = 0;

        for (size_t i = 0; i < n; i++)
                if (workers[i].young)
                        all += taken(&workers[i]);
        return larger(all - (double)departed, 0);
}

/* A contribution below this is none. */
static double noise(const struct policy *policy, const struct subject *workers, size_t n)
{
        uint64_t total = 0;

        for (size_t i = 0; i < n; i++)
                total = bng_sat_add(total, workers[i].memory);
        return (double)twentieth(
                       bng_min(policy_group_memory_max(policy, workers[0].bases), total)) +
               1;
}

size_t decide_culprit(const struct policy *policy, const struct subject *workers, size_t n,
                      uint64_t departed)
{
        double least = noise(policy, workers, n), left = left_to_young(workers, n, departed);
        size_t culprit = largest(workers, n, least, left, by_growth);

        if (culprit == n)
                culprit = largest(workers, n, least, left, by_leak);
        if (culprit == n)
                culprit = largest(workers, n, least, INFINITY, by_growth);
        if (culprit == n)
                culprit = largest(workers, n, 0, left, by_size);
        return culprit;
}

bool decide_is_family(const struct policy *policy, const struct subject *culprit)
{
        double least = (double)twentieth(policy_group_memory_max(policy, culprit->bases));
        double own = growth_in_window(culprit->series);

        if (larger(own, family_growth(culprit)) > least)
                return family_growth(culprit) > own;
        return family_leak(culprit) > larger(leak_in_window(culprit->series), least);
}
