/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Ends that the kernel's log does not place. It writes a line for each, but says of ten in five seconds only in which
 * group they were; and what comes faster than it is read is overwritten. A worker that was watched is known by
 * its pid all the same. Of the others the groups' counters tell how many each of them has lost: of each group that
 * has a limit the counter is known since it is watched, and so is which of those ends were told of. The difference
 * is told once the flood has calmed down, or now and then while it does not.
 *
 * If only one group has lost somebody, and as many as the log has named, they were the same, and each has a verdict of
 * its own. Else there is one for each group, with the number and the time in which they ended.
 *
 * Nothing here acts.
 */

#include <stdlib.h>
#include <string.h>
#include "bounds/checked.h"
#include "manager/answers/record.h"
#include "manager/groups/discover.h"
#include "manager/kernel/counted.h"
#include "manager/kernel/kernel-verdict.h"
#include "manager/kernel/kernel.h"

#define CALM_USEC UINT64_C(1000000)     /* without another one it is over, */
#define PATIENCE_USEC UINT64_C(5000000) /* and so long a piece of it is told of if it is not */
#define AGAIN_USEC UINT64_C(20000)      /* one was counted, and is not in the log yet; */
#define ATTEMPTS_MAX 50                 /* it takes the kernel microseconds */
#define NAMED_MAX 1024

struct flood {
        sd_event_source *timer;
        uint64_t since, latest; /* monotonic microseconds */
        bool overrun;           /* the log has lost some */
        unsigned attempts;
        size_t n; /* not placed; of NAMED_MAX of them this is known: */
        struct kernel_kill named[NAMED_MAX];
};

/* A group with its counter, and how many it has lost. */
struct place {
        struct watch *watch;
        const char *path;
        struct group_reader *reader;
        struct counted *counted;
        uint64_t now, lost;
};

/* ---- what is told, and what is counted */

void flood_told(struct manager *manager, const char *group)
{
        struct watch *watch = discover_nearest(manager, group);
        struct annex *annex;

        if (!watch)
                return;
        if (strcmp(watch->path, group) == 0) {
                watch->counted.told++;
                return;
        }
        HASH_FIND_STR(watch->annexes, group, annex);
        if (annex)
                annex->counted.told++;
}

/* What was told before the counter was read is in it, and what is told after it is not, if nothing is told between
 * two readings alike. */
static void begin(struct manager *manager, struct group_reader *reader, struct counted *counted)
{
        uint64_t before, after;

        if (counted->known || group_read_kills(reader, &before) < 0)
                return;
        kernel_hear(manager);
        if (group_read_kills(reader, &after) < 0 || before != after)
                return; /* the next list tries again */
        *counted = (struct counted){.known = true, .kills = after};
}

void flood_begin(struct watch *watch)
{
        if (watch->reading.limit == UINT64_MAX)
                return;
        begin(watch->manager, watch->reader, &watch->counted);
        for (struct annex *annex = watch->annexes; watch->policy && annex; annex = annex->hh.next)
                begin(watch->manager, annex->reader, &annex->counted);
}

/* ---- the flood */

static void forget(struct flood *flood)
{
        for (size_t i = 0; i < flood->n && i < NAMED_MAX; i++)
                free((char *)flood->named[i].command);
        flood->n = 0;
        flood->attempts = 0;
        flood->overrun = false;
}

static void add_place(struct place *places, size_t *n, struct place place)
{
        if (place.watch->n_policies > 0 && place.counted->known &&
            group_read_kills(place.reader, &place.now) >= 0)
                places[(*n)++] = place;
}

static size_t count_places(const struct manager *manager)
{
        size_t n = 0;

        for (struct watch *watch = manager->watches; watch; watch = watch->hh.next)
                n += 1 + HASH_COUNT(watch->annexes);
        return n;
}

/* Reads all counters, and then the log. How many are not told of, in all. */
static uint64_t count_lost(struct manager *manager, struct place *places, size_t *n)
{
        uint64_t all = 0;

        *n = 0;
        for (struct watch *watch = manager->watches; watch; watch = watch->hh.next) {
                add_place(places, n,
                          (struct place){.watch = watch,
                                         .path = watch->path,
                                         .reader = watch->reader,
                                         .counted = &watch->counted});
                for (struct annex *annex = watch->annexes; annex; annex = annex->hh.next)
                        add_place(places, n,
                                  (struct place){.watch = watch,
                                                 .path = annex->path,
                                                 .reader = annex->reader,
                                                 .counted = &annex->counted});
        }
        kernel_hear(manager);
        for (size_t i = 0; i < *n; i++) {
                places[i].lost = counted_lost(places[i].counted, places[i].now);
                all = bng_sat_add(all, places[i].lost);
        }
        return all;
}

static uint64_t largest(const struct flood *flood)
{
        uint64_t bytes = 0;

        for (size_t i = 0; i < flood->n && i < NAMED_MAX; i++)
                bytes = bng_max(bytes, flood->named[i].memory);
        return bytes;
}

/* One verdict on so many. */
static void tell_number(const struct flood *flood, const struct place *place)
{
        struct watch *watch = place->watch;
        const struct policy *policy = watch->policy ? watch->policy : watch->policies[0];
        const struct kernel_kill nobody = {.limit = UINT64_MAX, .memory = largest(flood)};
        struct verdict *verdict = kernel_verdict_new(watch, policy, &nobody, place->path,
                                                     record_event(watch->manager));

        if (verdict) {
                verdict->count = (unsigned)bng_min(place->lost, UINT_MAX);
                verdict->window = bng_max(flood->latest - flood->since, 1);
                verdict->finding.confidence = 1;
        }
        kernel_tell(watch->manager, verdict, &nobody);
}

static void tell_each(struct manager *manager, struct flood *flood, const struct place *place)
{
        for (size_t i = 0; i < flood->n; i++) {
                flood->named[i].group = place->path;
                kernel_tell_unseen(manager, &flood->named[i]);
        }
}

static void tell(struct manager *manager, struct flood *flood, const struct place *places, size_t n)
{
        const struct place *only = NULL;
        size_t n_losers = 0;

        for (size_t i = 0; i < n; i++)
                if (places[i].lost > 0) {
                        only = &places[i];
                        n_losers++;
                }
        if (n_losers == 1 && only->lost == flood->n && flood->n <= NAMED_MAX)
                tell_each(manager, flood, only);
        else
                for (size_t i = 0; i < n; i++)
                        if (places[i].lost > 0)
                                tell_number(flood, &places[i]);
}

static void wait_for(struct flood *flood, uint64_t usec)
{
        (void)sd_event_source_set_time(flood->timer, usec);
        (void)sd_event_source_set_enabled(flood->timer, SD_EVENT_ONESHOT);
}

/* False: nothing was told. Without memory, or one is counted whose name is not in the log yet, and who `waits` will know it. */
static bool tell_all(struct manager *manager, struct flood *flood, bool waits)
{
        struct place *places = calloc(count_places(manager) + 1, sizeof(*places));
        uint64_t lost;
        size_t n;

        if (!places)
                return false;
        lost = count_lost(manager, places, &n);
        if (waits && lost > flood->n && !flood->overrun && ++flood->attempts < ATTEMPTS_MAX) {
                free(places);
                return false;
        }
        tell(manager, flood, places, n);
        for (size_t i = 0; i < n; i++)
                counted_settle(places[i].counted, places[i].now);
        forget(flood);
        free(places);
        return true;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        struct manager *manager = userdata;

        (void)source;
        (void)usec;
        if (!tell_all(manager, manager->flood, true))
                wait_for(manager->flood, manager_now(manager) + AGAIN_USEC);
        return 0;
}

static struct flood *flood_of(struct manager *manager)
{
        struct flood *flood = manager->flood;

        if (flood)
                return flood;
        flood = calloc(1, sizeof(*flood));
        if (!flood)
                return NULL;
        if (sd_event_add_time(manager->event, &flood->timer, CLOCK_MONOTONIC, UINT64_MAX, 1,
                              on_timer, manager) < 0) {
                free(flood);
                return NULL;
        }
        return manager->flood = flood;
}

static struct flood *note(struct manager *manager)
{
        struct flood *flood = flood_of(manager);
        uint64_t now = manager_now(manager);

        if (!flood)
                return NULL;
        if (flood->n == 0 && !flood->overrun)
                flood->since = now;
        flood->latest = now;
        wait_for(flood, bng_min(now + CALM_USEC, flood->since + PATIENCE_USEC));
        return flood;
}

void flood_take(struct manager *manager, const struct kernel_kill *kill)
{
        struct flood *flood = note(manager);

        if (!flood)
                return;
        if (flood->n < NAMED_MAX) {
                flood->named[flood->n] = *kill;
                flood->named[flood->n].command = strdup(kill->command ? kill->command : "");
                flood->named[flood->n].group = flood->named[flood->n].limited = NULL;
        }
        flood->n++;
}

void flood_overrun(struct manager *manager)
{
        struct flood *flood = note(manager);

        if (flood)
                flood->overrun = true;
}

void flood_stop(struct manager *manager)
{
        struct flood *flood = manager->flood;

        if (!flood)
                return;
        if (flood->n > 0 || flood->overrun)
                (void)tell_all(manager, flood, false);
        forget(flood);
        sd_event_source_disable_unref(flood->timer);
        free(flood);
        manager->flood = NULL;
}
