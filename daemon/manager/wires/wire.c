/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A wire is set in the order that lets nothing be lost: whoever may not be held back is looked for, the bells are
 * hung, the keeper writes it down, and then memory.high is written if it still says what it said.
 *
 * After each change systemd is asked: what it has on record is what an administrator wants, even if that
 * was said between our reading of the file and our writing. Then that value is written, and the wire is
 * forgotten. The group stays in the keeper's record until the answer is there.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>
#include <systemd/sd-daemon.h>
#include "act/brake.h"
#include "manager/settings.h"
#include "manager/wires/keeper.h"
#include "manager/wires/wire.h"

#define WIRES_MAX 256 /* set at a time: the record is written anew for each change */
#define ANSWER_USEC UINT64_C(60000000) /* without one, the bus was lost that it was asked by */

bool wire_is_set(const struct wire *wire)
{
        return wire->state.at != TRIPWIRE_NONE;
}

static bool is_kept(const struct wire *wire)
{
        return wire->kept[0] != BRAKE_OFF || wire->kept[1] != BRAKE_OFF;
}

/* ---- the record */

static int keep_all(struct manager *manager)
{
        struct kept *kept;
        struct wire *wire;
        size_t n = 0;
        int r;

        DL_COUNT(manager->wires, wire, n);
        kept = calloc(n + 1, sizeof(*kept));
        if (!kept)
                return -ENOMEM;
        n = 0;
        DL_FOREACH(manager->wires, wire)
        {
                if (is_kept(wire))
                        kept[n++] = (struct kept){.path = wire->path,
                                                  .inode = wire->inode,
                                                  .bytes = {wire->kept[0], wire->kept[1]}};
        }
        r = keeper_write(manager->keeper, kept, n);
        free(kept);
        return r;
}

/* Before `at` is written: both what is set now and what will be. */
static int keep(struct wire *wire, uint64_t at)
{
        wire->kept[0] = wire->state.at;
        wire->kept[1] = at;
        return keep_all(wire->manager);
}

/* Nothing of ours is there any more. One that stays in the record is looked at in vain, later. */
static void keep_no_longer(struct wire *wire)
{
        if (!is_kept(wire))
                return;
        wire->kept[0] = wire->kept[1] = BRAKE_OFF;
        (void)keep_all(wire->manager);
}

/* ---- one wire */

void wire_free(struct wire *wire)
{
        DL_DELETE(wire->manager->wires, wire);
        owner_cancel(&wire->owner);
        sd_event_source_disable_unref(wire->bell);
        sd_event_source_disable_unref(wire->change);
        free(wire->path);
        free(wire);
}

struct wire *wire_new(struct watch *watch)
{
        struct wire *wire = calloc(1, sizeof(*wire));

        if (!wire)
                return NULL;
        *wire = (struct wire){.manager = watch->manager,
                              .watch = watch,
                              .path = strdup(watch->path),
                              .inode = watch->inode,
                              .kept = {BRAKE_OFF, BRAKE_OFF}};
        tripwire_init(&wire->state);
        if (!wire->path) {
                free(wire);
                return NULL;
        }
        DL_APPEND(watch->manager->wires, wire);
        return wire;
}

static void forget(struct wire *wire)
{
        wire_take_bells(wire);
        owner_cancel(&wire->owner);
        keep_no_longer(wire);
        if (!wire->watch)
                wire_free(wire);
}

/* What an administrator wants goes before what we set, and behind what we took away. */
static void on_owner(void *userdata, uint64_t bytes, int error)
{
        struct wire *wire = userdata;
        struct act_group group = wire_target(wire);
        bool theirs = error == 0 && bytes != BRAKE_OFF;

        if (theirs && brake_replace(&wire->manager->host, &group, wire->state.at, bytes) >= 0)
                tripwire_was_replaced(&wire->state, bytes, manager_now(wire->manager));
        if (!wire_is_set(wire))
                forget(wire);
        else if (theirs || error < 0)
                wire_give_up(wire); /* it could not be written, or nobody knows whose it is */
}

static int ask_owner(struct wire *wire)
{
        struct manager *manager = wire->manager;

        wire->asked = manager_now(manager);
        if (!units_available(manager->units, wire->asked))
                return -ENOTCONN;
        return owner_ask(&wire->owner, manager->units, wire->path, on_owner, wire);
}

void wire_lift(struct wire *wire)
{
        struct act_group group = wire_target(wire);
        int r;

        if (!wire_is_set(wire))
                return;
        wire_take_bells(wire);
        r = brake_replace(&wire->manager->host, &group, wire->state.at, BRAKE_OFF);
        if (r < 0) {
                log_trouble(&wire->manager->trouble.brake, manager_now(wire->manager),
                            "Cannot take memory.high back from a group: %s", strerror(-r));
                return; /* it is still set, and still kept */
        }
        tripwire_was_lifted(&wire->state, manager_now(wire->manager));
        if (r != ACT_DONE || ask_owner(wire) < 0)
                forget(wire);
}

void wire_give_up(struct wire *wire)
{
        tripwire_pause(&wire->state, manager_now(wire->manager));
        wire_lift(wire);
}

/* Without systemd nobody has a record; where it runs it must be there to be asked. */
static bool owners_can_be_asked(struct manager *manager)
{
        return units_available(manager->units, manager_now(manager)) || sd_booted() == 0;
}

static size_t count_set(const struct manager *manager)
{
        const struct wire *wire;
        size_t n = 0;

        DL_FOREACH(manager->wires, wire)
        {
                n += wire_is_set(wire);
        }
        return n;
}

static int put(struct wire *wire, uint64_t at)
{
        struct manager *manager = wire->manager;
        struct act_group group = wire_target(wire);
        struct act_spare spare = settings_spare(manager);
        uint64_t before = wire->state.at;
        int r;

        r = act_group_check(&manager->host, &group, &spare);
        if (r == ACT_DONE)
                r = wire_hang_bells(wire);
        if (r == ACT_DONE)
                r = keep(wire, at);
        if (r == ACT_DONE)
                r = brake_replace(&manager->host, &group, before, at);
        if (r == ACT_DONE) {
                tripwire_was_set(&wire->state, at, manager_now(manager));
                wire_arm(wire, at);
                if (ask_owner(wire) < 0 && sd_booted() != 0)
                        wire_lift(wire);
        }
        return r;
}

void wire_set(struct wire *wire, uint64_t at)
{
        struct manager *manager = wire->manager;
        uint64_t now = manager_now(manager);
        bool was_set = wire_is_set(wire);
        int r = -EAGAIN;

        if ((was_set || count_set(manager) < WIRES_MAX) && owners_can_be_asked(manager) &&
            keeper_waits(manager->keeper))
                r = put(wire, at);
        if (r == ACT_DONE)
                return;
        if (r < 0 && r != -EAGAIN && r != -EOPNOTSUPP)
                log_trouble(&manager->trouble.brake, now,
                            "Cannot set memory.high of %s: %s. It is polled.", wire->watch->shown,
                            strerror(-r));
        /* It is as it was before, or somebody else's. */
        if (was_set)
                wire_give_up(wire);
        else {
                tripwire_pause(&wire->state, now);
                forget(wire);
        }
}

void wire_verify(struct wire *wire)
{
        if (wire_is_set(wire))
                (void)ask_owner(wire);
}

void wire_forget(struct wire *wire, uint64_t high)
{
        tripwire_was_replaced(&wire->state, high, manager_now(wire->manager));
        forget(wire);
}

void wire_release(struct wire *wire)
{
        wire->watch = NULL;
        if (wire_is_set(wire))
                wire_lift(wire);
        else if (!wire->owner.slot)
                forget(wire);
}

void wire_press_on(struct wire *wire)
{
        if (wire->watch)
                return;
        if (wire_is_set(wire))
                wire_lift(wire);
        else if (manager_now(wire->manager) - wire->asked >= ANSWER_USEC && ask_owner(wire) < 0)
                forget(wire);
}
