/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One watched group: its policies are those that could match a process in it, and when it is to be looked at. roster.c
 * knows its workers, scan.c reads who they are.
 *
 * A group is the folder that was seen: when it is removed its descriptors fail and the watch ends, and
 * one made again under the same path is found by the next walk as another group.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "manager/answers/answer.h"
#include "manager/answers/freeze.h"
#include "manager/ends/ending.h"
#include "manager/groups/annexes.h"
#include "manager/groups/roster.h"
#include "manager/groups/watch.h"
#include "manager/kernel/kernel.h"
#include "manager/looks/alarm.h"
#include "manager/looks/round.h"
#include "manager/settings.h"
#include "manager/wires/tripwire.h"
#include "report/escape.h"

/* Looks that are further away than this are the manager's round's. */
#define ROUND_FROM_USEC UINT64_C(4000000)

/* Of groups that are not judged as a whole: nothing is ever remembered in it. */
static struct whole no_whole;

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void)source;
        (void)usec;
        round_call(userdata);
        return 0;
}

int watch_new(struct watch **ret, struct manager *manager, const char *path)
{
        struct watch *watch = calloc(1, sizeof(*watch));
        int r;

        if (!watch)
                return -ENOMEM;
        watch->manager = manager;
        watch->path = strdup(path);
        watch->shown = escape_string(path);
        if (watch->path && watch->shown && strcmp(watch->path, watch->shown) == 0) {
                free(watch->shown);
                watch->shown = watch->path;
        }
        watch->claim = settings_claim(manager, path);
        watch->reading.headroom = watch->reading.limit = UINT64_MAX;
        watch->whole = &no_whole;
        watch->frozen = -1;
        alarm_init(&watch->alarm);
        r = watch->path && watch->shown ? group_reader_new(&watch->reader, &manager->host, path)
                                        : -ENOMEM;
        if (r < 0) {
                watch_free(watch);
                return r;
        }
        watch->inode = group_reader_inode(watch->reader);
        *ret = watch;
        return 0;
}

void watch_let_go(struct watch *watch)
{
        if (!watch->answered.frozen)
                return;
        (void)act_group_thaw(watch->frozen);
        watch->frozen = -1;
        watch->answered.frozen = false;
        freeze_note(watch->manager);
}

static void free_whole(struct whole *whole)
{
        if (whole == &no_whole)
                return;
        series_free(&whole->series);
        if (whole->untold)
                series_free(whole->untold);
        free(whole->untold);
        free(whole);
}

struct watch *watch_free(struct watch *watch)
{
        struct worker *worker, *next;

        if (!watch)
                return NULL;
        watch_let_go(watch);
        round_exclude(watch);
        alarm_off(watch);
        tripwire_release(watch);
        HASH_ITER(hh, watch->workers, worker, next)
        watch_drop(watch, worker);
        annexes_free(watch);
        ending_forget_watch(watch->manager, watch);
        kernel_forget(watch);
        free(watch->missing);
        free(watch->pressed);
        sd_bus_slot_unref(watch->asking);
        sd_event_source_disable_unref(watch->timer);
        group_reader_free(watch->reader);
        free_whole(watch->whole);
        free(watch->policies);
        free(watch->cpu);
        if (watch->shown != watch->path)
                free(watch->shown);
        free(watch->path);
        free(watch->claim);
        free(watch->unit);
        free(watch);
        return NULL;
}

struct memory_bases watch_bases(const struct watch *watch)
{
        return (struct memory_bases){.machine = watch->manager->machine,
                                     .group = watch->reading.limit};
}

struct act_group watch_target(const struct watch *watch)
{
        return (struct act_group){.path = watch->path, .inode = watch->inode};
}

static bool narrows(const struct policy *policy)
{
        return policy->users.n > 0 || policy->commands.n > 0;
}

static bool is_about_groups(const struct policy *policy)
{
        return policy_limits_group_memory(policy) || policy->scope == SCOPE_GROUP;
}

/* Only a group that is judged as a whole needs one. False without memory. */
static bool keep_whole(struct watch *watch)
{
        const struct policy *policy = watch->policy;
        struct series *series;

        if (!policy)
                return true;
        if (watch->whole == &no_whole) {
                struct whole *whole = calloc(1, sizeof(*whole));

                if (!whole)
                        return false;
                watch->whole = whole;
        }
        series = &watch->whole->series;
        if (series->leak_window != policy->leak_window ||
            series->growth_window != policy->growth_window)
                series_init(series, policy->leak_window, policy->growth_window);
        watch->whole->nobody_until = 0;
        return true;
}

/*
 * Would these policies do no more than those before, which are there until a reload is through? In a dry run
 * that begins now, nothing is sent to whom the same policies stopped already.
 */
static bool says_the_same(const struct watch *watch, const struct policy *const *policies, size_t n)
{
        if (watch->n_policies != n || (watch->dry && !watch->manager->dry_run))
                return false;
        for (size_t i = 0; i < n; i++)
                if (!policy_is_alike(watch->policies[i], policies[i]))
                        return false;
        return true;
}

bool watch_apply(struct watch *watch)
{
        struct manager *manager = watch->manager;
        const struct guard_config *config = manager->settings->config;
        const struct group_facts facts = {.path = watch->path, .unit = watch->unit};
        const struct policy **policies;
        struct worker *worker;
        bool shadowed = false, same;
        size_t n = 0;

        policies = calloc(config->n_policies + 1, sizeof(*policies));
        if (!policies)
                return false;
        watch->policy = NULL;
        watch->asks_names = false;

        for (size_t i = 0; i < config->n_policies && !shadowed; i++) {
                const struct policy *policy = &config->policies[i];

                if (!policy_matches_group(policy, &facts))
                        continue;
                policies[n++] = policy;
                if (!watch->policy && is_about_groups(policy))
                        watch->policy = policy;
                /* One that takes every process leaves none to those behind it. */
                shadowed = !narrows(policy);
                watch->asks_names |= narrows(policy);
        }

        same = says_the_same(watch, policies, n);
        free(watch->policies);
        watch->policies = policies;
        watch->n_policies = n;
        watch->dry = manager->dry_run;
        if (!keep_whole(watch)) {
                free(watch->policies);
                watch->policies = NULL;
                watch->policy = NULL;
                watch->n_policies = 0;
                return false;
        }
        kernel_forget(watch);
        for (worker = watch->workers; worker; worker = worker->hh.next) {
                worker->answered.tolerated_up_to = 0;
                if (!same)
                        answer_anew(&worker->answered);
                worker->policy = NULL; /* of a configuration that may be gone */
                worker->facts_due = 0;
                worker->due = 0;
        }
        watch->answered.tolerated_up_to = 0;
        if (!same)
                answer_anew(&watch->answered);
        watch->due = 0;
        watch->list_due = 0;
        watch->sample_below = 0;
        return watch->n_policies > 0;
}

bool path_is_below(const char *path, const char *above)
{
        size_t length = strlen(above);

        return strncmp(path, above, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

struct watch *watch_below(const struct watch *watch, struct watch *last)
{
        struct watch *next = last ? last->hh.next : watch->manager->watches;

        while (next && !path_is_below(next->path, watch->path))
                next = next->hh.next;
        return next;
}

bool watch_swaps(const struct watch *watch)
{
        return watch->reading.swap > 0 || !watch->reading.accounted;
}

void watch_look_at(struct watch *watch, uint64_t usec)
{
        uint64_t now = manager_now(watch->manager);
        uint64_t accuracy = usec > now ? (usec - now) / 8 : 0;

        watch->next_look = usec;
        watch->in_round = usec <= now || usec - now >= ROUND_FROM_USEC;
        if (!watch->in_round && !watch->timer)
                watch->in_round = sd_event_add_time(watch->manager->event, &watch->timer,
                                                    CLOCK_MONOTONIC, usec, 0, on_timer, watch) < 0;
        if (watch->in_round) {
                watch->timer = sd_event_source_disable_unref(watch->timer);
                round_include(watch, now);
                return;
        }
        round_exclude(watch);
        /* Those that are nearer share wake-ups: an eighth late is as good as in time. */
        (void)sd_event_source_set_time(watch->timer, usec);
        (void)sd_event_source_set_time_accuracy(watch->timer, accuracy > 0 ? accuracy : 1);
        (void)sd_event_source_set_enabled(watch->timer, SD_EVENT_ONESHOT);
}
