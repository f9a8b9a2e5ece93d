/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who can start processes can have any number of them logged or frozen, one after the other, at next to no cost to
 * himself: ends have KillBudget=, but here nothing ends. So of each policy VERDICTS_MAX a minute are told one by one. The
 * others of the minute are counted, those that are alike in one verdict: how many they were, in which group they all
 * were, and what the one held that went furthest.
 */

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "bounds/checked.h"
#include "manager/answers/record.h"
#include "manager/answers/surplus.h"

#define VERDICTS_MAX 60
#define MINUTE_USEC UINT64_C(60000000)

bool surplus_admits(struct manager *manager, const struct policy *policy)
{
        /* Without memory for the book rather one too many. */
        return accounts_take(manager->told_of, policy->name, VERDICTS_MAX, MINUTE_USEC,
                             manager_now(manager)) != 0;
}

static bool are_alike(const struct verdict *a, const struct verdict *b)
{
        return strcmp(a->policy, b->policy) == 0 && a->finding.reason == b->finding.reason &&
               a->finding.loops_by == b->finding.loops_by && a->outcome == b->outcome;
}

/* Up to the group that both are in or below. */
static void cut_to_common(char *path, const char *other)
{
        size_t common = 0, i = 0;

        for (; path[i] != '\0' && path[i] == other[i]; i++)
                if (path[i] == '/')
                        common = i;
        if ((path[i] == '\0' || path[i] == '/') && (other[i] == '\0' || other[i] == '/'))
                common = i;
        path[common > 0 ? common : 1] = '\0';
}

/* From here on it is on several, and nobody's name is in it. */
static void count_in(struct verdict *all, const struct verdict *one)
{
        if (all->count < UINT_MAX)
                all->count++;
        all->pid = 0;
        all->start_time = 0;
        *all->command = '\0';
        all->n_samples = 0;
        cut_to_common(all->cgroup, one->cgroup);
        if (all->unit && (!one->unit || strcmp(all->unit, one->unit) != 0)) {
                free(all->unit);
                all->unit = NULL;
        }
        if (one->finding.value > all->finding.value)
                all->finding = one->finding;
        all->rss = bng_max(all->rss, one->rss);
        all->peak = bng_max(all->peak, one->peak);
}

static int on_minute(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void)source;
        (void)usec;
        surplus_tell(userdata);
        return 0;
}

void surplus_add(struct manager *manager, struct verdict *verdict, enum outcome outcome)
{
        struct verdict *all = manager->surplus;

        verdict->outcome = outcome;
        while (all && !are_alike(all, verdict))
                all = all->next;
        if (all) {
                count_in(all, verdict);
                verdict_free(verdict);
                return;
        }
        verdict->count = 1;
        verdict->next = manager->surplus;
        manager->surplus = verdict;
        if (!manager->surplus_due &&
            sd_event_add_time_relative(manager->event, &manager->surplus_due, CLOCK_MONOTONIC,
                                       MINUTE_USEC, 0, on_minute, manager) < 0)
                surplus_tell(manager);
}

void surplus_tell(struct manager *manager)
{
        struct verdict *verdict;

        manager->surplus_due = sd_event_source_disable_unref(manager->surplus_due);
        while ((verdict = manager->surplus)) {
                manager->surplus = verdict->next;
                record_close(manager, verdict, verdict->outcome);
        }
}
