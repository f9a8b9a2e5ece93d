/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The wires of a v2 host: policy/tripwire.c says where, wire.c sets them, and keeper.c guarantees that what is set
 * is taken back. A wire serves a group that has one worker, or a limit for the group; a policy that only logs
 * holds nobody back. While it is set the group is looked at as seldom as under any alarm; one that is lost is
 * told of, and polled.
 */

#include <string.h>
#include <utlist.h>
#include "act/brake.h"
#include "bounds/checked.h"
#include "manager/ends/ending.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"
#include "manager/wires/keeper.h"
#include "manager/wires/tripwire.h"
#include "manager/wires/wire.h"

/* Usage and limits count what is swapped out, memory.high does not. */
static void take_off_swap(struct tripwire_facts *facts, uint64_t swap)
{
        facts->usage = bng_sat_sub(facts->usage, swap);
        if (facts->limit != UINT64_MAX)
                facts->limit = bng_sat_sub(facts->limit, swap);
}

/* The group's own limit, and with one worker that worker's; with several the healthy would be held back for
 * one. */
static void find_limit(const struct watch *watch, struct tripwire_facts *facts)
{
        struct memory_bases bases = watch_bases(watch);
        const struct worker *only = watch->workers;
        uint64_t limit;

        facts->limit = facts->room = UINT64_MAX;
        if (watch->policy && watch->policy->action != ACTION_LOG) {
                limit = policy_group_memory_max(watch->policy, bases);
                facts->limit = limit;
                facts->room = limit == UINT64_MAX ? limit : bng_sat_sub(limit, watch->memory);
        }
        if (HASH_COUNT(watch->workers) != 1 || !only->policy || only->annexed || only->let_go ||
            only->ending || only->brought == UINT64_MAX || only->policy->action == ACTION_LOG)
                return;
        limit = policy_worker_memory_max(only->policy, bases);
        if (limit == UINT64_MAX)
                return;
        facts->limit = bng_min(facts->limit, bng_sat_sub(limit, only->brought));
        facts->room = bng_min(facts->room, bng_sat_sub(limit, worker_memory(only)));
}

/* Of another service manager: it cannot be asked what its user wants there. */
static bool is_of_another_manager(const struct watch *watch)
{
        return !watch->manager->options->user && strstr(watch->path, "/user@");
}

static bool serves(struct watch *watch, uint64_t now)
{
        const struct manager *manager = watch->manager;

        return !manager->dry_run && !manager->stopping && watch->reading.accounted &&
               watch->workers && !watch->answered.frozen && !is_of_another_manager(watch) &&
               !ending_under_way(watch) && now >= watch->whole->relief.until;
}

void tripwire_want(struct watch *watch, uint64_t usage, uint64_t now)
{
        struct act_group group = watch_target(watch);
        struct tripwire_facts facts = {.serves = serves(watch, now),
                                       .hard_limit = watch->reading.limit,
                                       .usage = usage,
                                       .now = now};
        struct wire *wire = watch->wire;
        uint64_t at = 0;

        if (!watch->manager->keeper || watch->manager->host.layout != HOST_V2)
                return;
        find_limit(watch, &facts);
        take_off_swap(&facts, watch->reading.swap);
        if (!wire && (!facts.serves || facts.limit == UINT64_MAX || facts.usage < facts.limit / 2))
                return;
        if (!wire)
                wire = watch->wire = wire_new(watch);
        if (!wire || brake_read(&watch->manager->host, &group, &facts.high) != ACT_DONE)
                return;
        if (wire_is_set(wire) && facts.usage >= wire->state.at)
                tripwire_has_tripped(&wire->state, now);
        if (wire_is_set(wire) && !wire->bell) {
                wire_lift(wire); /* it could not be lifted before */
                return;
        }
        switch (tripwire_decide(&wire->state, &facts, &at)) {
        case TRIPWIRE_SET:
                wire_set(wire, at);
                break;
        case TRIPWIRE_LIFT:
                wire_lift(wire);
                break;
        case TRIPWIRE_FORGET:
                wire_forget(wire, facts.high);
                break;
        case TRIPWIRE_KEEP:
                break;
        }
}

void tripwire_release(struct watch *watch)
{
        struct wire *wire = watch->wire;

        if (!wire)
                return;
        watch->wire = NULL;
        wire_release(wire);
}

void tripwire_lift_around(struct watch *watch)
{
        struct wire *wire, *next;

        DL_FOREACH_SAFE(watch->manager->wires, wire, next)
        {
                if (path_is_below(wire->path, watch->path) ||
                    path_is_below(watch->path, wire->path))
                        wire_lift(wire);
        }
}

bool tripwire_told(const struct watch *watch)
{
        return watch->wire && tripwire_has_told(&watch->wire->state, manager_now(watch->manager));
}

bool tripwire_is_hot(const struct watch *watch)
{
        return watch->wire && tripwire_is_fresh(&watch->wire->state, manager_now(watch->manager));
}

bool tripwire_is_set(const struct watch *watch)
{
        return watch->wire && wire_is_set(watch->wire);
}

/* ---- all of them */

static void on_keeper_lost(void *userdata)
{
        struct manager *manager = userdata;
        struct wire *wire, *next;

        DL_FOREACH_SAFE(manager->wires, wire, next)
        {
                wire_lift(wire);
        }
}

void tripwires_press_on(struct manager *manager)
{
        struct wire *wire, *next;

        DL_FOREACH_SAFE(manager->wires, wire, next)
        {
                wire_press_on(wire);
        }
}

/* Not every systemd writes what it has read before it has another reason to. */
static void on_reload(void *userdata)
{
        struct manager *manager = userdata;
        struct wire *wire;

        DL_FOREACH(manager->wires, wire)
        {
                wire_verify(wire);
        }
}

void tripwires_start(struct manager *manager)
{
        const struct manager_options *options = manager->options;
        int r;

        if (manager->host.foreign || options->groups || options->procfs)
                return;
        r = keeper_new(&manager->keeper, manager->event, &manager->host, options->runtime,
                       options->user, on_keeper_lost, manager);
        if (r < 0)
                log_line(LOG_WARNING,
                         "Cannot note in %s what is stopped, or set in memory.high: %s. Groups are "
                         "polled, and whoever is stopped stays so if the daemon is killed.",
                         options->runtime, strerror(-r));
        else if (manager->host.layout == HOST_V2)
                units_on_reload(manager->units, on_reload, manager);
}

void tripwires_stop(struct manager *manager)
{
        struct wire *wire, *next;

        /* What is still in the record is the keeper's child's. */
        DL_FOREACH_SAFE(manager->wires, wire, next)
        {
                wire_free(wire);
        }
        manager->keeper = keeper_free(manager->keeper);
}
