/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who brought a group over its limit: the worker that contributed most, by its own growth or by that of the
 * processes it started.
 *
 * What a young one has may be the very growth that broke the limit, or the usual size of one that replaces
 * another. So it counts, also what it took before anybody saw it, as far as the young have more than those had
 * who left; and all of it once nobody else is found to have grown. Many may have grown by little each, as where somebody
 * outside starts more and more of them: then the most that one of them took tells, and who is large has no part in it,
 * nor has who was there before while more came with the young. The same over the window of leaks: of who is not known
 * for so long, what goes on counts first, and what it took at its start only where nobody is found to leak.
 *
 * A group is charged for more than its workers hold for themselves: for shared memory that they map, for files in
 * memory, for processes that cannot be seen. That is untold. A worker that maps more than before counts with it, as
 * far as the untold became more; what nobody maps is a contributor like others, but there is nobody to end for it.
 * When it began is not known before it is seen for a window, so until then all of it may be new. Where the workers are
 * over the limit without it, it excuses nobody who grew: else a file in memory would be a licence.
 *
 * Who has such a file open is not asked, though /proc would tell. A file with a name in a tmpfs outlives everybody, so no
 * end frees it. One without (memfd_create, or removed since) goes with the last who has it open; but that may be
 * somebody outside the group, a message on its way through a socket, or a mapping of the kernel's, which nobody can list, and
 * the descriptor does not tell who filled it: servers of shared buffers keep what others wrote. An end could hit
 * the wrong one and free nothing. Scope=group does not depend on who it was.
 */

#include <math.h>
#include "policy/decide-forecast.h"
#include "policy/decide.h"
#include "samples/growth.h"
#include "samples/larger.h"
#include "samples/leak.h"

/* What is left of the group's growth for a worker to have a part in. */
struct rest {
        double for_young; /* bytes that the young have taken, and nobody has left to them */
        double growth, leak,
                memory; /* bytes that are untold: grown within either window, and in all */
};

typedef double (*contribution_fn)(const struct subject *worker, const struct rest *rest);

/* The worker with the largest contribution, or n when none reaches `least`. */
static size_t largest(const struct subject *workers, size_t n, double least,
                      const struct rest *rest, contribution_fn contribution)
{
        double most = least;
        size_t culprit = n;

        for (size_t i = 0; i < n; i++) {
                double bytes = contribution(&workers[i], rest);

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

/* What it maps is its doing as far as it can be. */
static double mapped_growth(const struct subject *worker, const struct rest *rest)
{
        return smaller((double)worker->mapped_growth, rest->growth);
}

static double mapped_leak(const struct subject *worker, const struct rest *rest)
{
        return smaller((double)worker->mapped_growth, rest->leak);
}

static double mapped(const struct subject *worker, const struct rest *rest)
{
        return smaller((double)worker->mapped, rest->memory);
}

static double by_growth(const struct subject *worker, const struct rest *rest)
{
        double own = worker->young ? smaller(taken(worker), rest->for_young)
                                   : growth_in_window(worker->series);

        return larger(own + mapped_growth(worker, rest), family_growth(worker));
}

static double by_growth_of_young(const struct subject *worker, const struct rest *rest)
{
        return worker->young ? by_growth(worker, rest) : 0;
}

/* What those who were there before gained together: what one gives back another may take. */
static double growth_of_old(const struct subject *workers, size_t n)
{
        double all = 0;

        for (size_t i = 0; i < n; i++)
                if (!workers[i].young)
                        all += growth_in_window(workers[i].series);
        return all;
}

static double by_leak(const struct subject *worker, const struct rest *rest)
{
        return larger(leak_in_window(worker->series) + mapped_leak(worker, rest),
                      family_leak(worker));
}

/* What stayed in the window; of a newcomer, who had to take its usual size, what it gains still. */
static double lasting_leak(const struct subject *worker)
{
        const struct series *series = worker->series;

        return series_seen(series) < series->leak_window ? leak_going_on(series)
                                                         : leak_in_window(series);
}

static double by_lasting_leak(const struct subject *worker, const struct rest *rest)
{
        return larger(lasting_leak(worker) + mapped_leak(worker, rest), family_leak(worker));
}

static double by_size(const struct subject *worker, const struct rest *rest)
{
        return (double)worker->memory + mapped(worker, rest);
}

/* Is this culprit's contribution, or that of nobody, less than what is untold and not mapped by anybody? */
static bool is_nobody(const struct subject *workers, size_t n, size_t culprit, double least,
                      const struct rest *rest, contribution_fn contribution, double untold,
                      contribution_fn mapped_by)
{
        double most = 0;

        for (size_t i = 0; i < n; i++)
                most = larger(most, mapped_by(&workers[i], rest));
        return untold - most > (culprit < n ? contribution(&workers[culprit], rest) : least);
}

static double left_to_young(const struct subject *workers, size_t n, uint64_t departed)
{
        double all = 0;

        for (size_t i = 0; i < n; i++)
                if (workers[i].young)
                        all += taken(&workers[i]);
        return larger(all - (double)departed, 0);
}

static struct rest rest_of(const struct subject *workers, size_t n, const struct untold *untold)
{
        const struct series *series = untold->series;
        struct rest rest = {.for_young = left_to_young(workers, n, untold->departed)};

        if (!series || series->n_pushed == 0)
                return rest;
        rest.memory = (double)series->latest.bytes;
        rest.growth = series->n_pushed > 1 ? larger(growth_in_window(series), 0) : rest.memory;
        rest.leak = series_seen(series) < series->leak_window ? rest.memory
                                                              : larger(leak_in_window(series), 0);
        return rest;
}

static uint64_t total_of(const struct subject *workers, size_t n)
{
        uint64_t total = 0;

        for (size_t i = 0; i < n; i++)
                total = bng_sat_add(total, workers[i].memory);
        return total;
}

size_t decide_culprit(const struct policy *policy, const struct subject *workers, size_t n,
                      const struct untold *untold)
{
        struct rest rest = rest_of(workers, n, untold);
        uint64_t total = total_of(workers, n);
        uint64_t limit = policy_group_memory_max(policy, workers[0].bases);
        double least = (double)twentieth(bng_min(limit, total)) + 1; /* less is noise */
        size_t culprit = largest(workers, n, least, &rest, by_growth);
        bool excuses = total <= limit;

        if ((culprit == n || excuses) &&
            is_nobody(workers, n, culprit, least, &rest, by_growth, rest.growth, mapped_growth))
                return n;
        if (culprit == n) {
                culprit = largest(workers, n, least, &rest, by_lasting_leak);
                if (culprit == n)
                        culprit = largest(workers, n, least, &rest, by_leak);
                if (culprit < n && excuses &&
                    is_nobody(workers, n, culprit, least, &rest, by_leak, rest.leak, mapped_leak))
                        return n;
        }
        if (culprit == n) {
                double old = growth_of_old(workers, n), young = rest.for_young;
                bool many = old + young > least;

                rest.for_young = INFINITY;
                culprit = largest(workers, n, many ? 0 : least, &rest,
                                  many && young > old ? by_growth_of_young : by_growth);
        }
        if (culprit == n) {
                culprit = largest(workers, n, 0, &rest, by_size);
                if (is_nobody(workers, n, culprit, least, &rest, by_size, rest.memory, mapped))
                        return n;
        }
        return culprit;
}

bool decide_is_family(const struct policy *policy, const struct subject *culprit)
{
        double least = (double)twentieth(policy_group_memory_max(policy, culprit->bases));
        double own = growth_in_window(culprit->series);

        if (larger(own, family_growth(culprit)) > least)
                return family_growth(culprit) > own;
        return family_leak(culprit) > larger(lasting_leak(culprit), least);
}
