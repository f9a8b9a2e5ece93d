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
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/sysinfo.h>
#include <unistd.h>
#include <utlist.h>
#include <systemd/sd-daemon.h>
#include "act/brake.h"
#include "manager/keeper.h"
#include "manager/wire.h"
#include "readers/text.h"

#define WIRES_MAX 256             /* set at a time: the record is written anew for each change */
#define RINGS_USEC UINT64_C(1000) /* between two looks that it rings for */
#define ANSWER_USEC UINT64_C(60000000) /* without one, the bus was lost that it was asked by */

static struct act_group target(const struct wire *wire)
{
        return (struct act_group){.path = wire->path, .inode = wire->inode};
}

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

/* While it is set, polls are as seldom as under an alarm; then the group is looked at at once. With swap a
 * group may grow that does not pass it. */
static void arm(struct wire *wire, uint64_t at)
{
        struct watch *watch = wire->watch;
        struct sysinfo system;

        if (!watch)
                return;
        if (sysinfo(&system) < 0 || system.totalswap > 0)
                at = UINT64_MAX;
        if (at == UINT64_MAX && watch->alarm.armed.early != UINT64_MAX) {
                watch->list_due = LOOK_CLOSELY;
                watch_look_at(watch, 0);
        }
        watch->alarm.armed = (struct trip){at, at};
}

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

static void no_bell(struct wire *wire)
{
        wire->bell = sd_event_source_disable_unref(wire->bell);
        wire->change = sd_event_source_disable_unref(wire->change);
        arm(wire, UINT64_MAX);
}

static void forget(struct wire *wire)
{
        no_bell(wire);
        owner_cancel(&wire->owner);
        keep_no_longer(wire);
        if (!wire->watch)
                wire_free(wire);
}

static void give_up(struct wire *wire);

/* What an administrator wants goes before what we set, and behind what we took away. */
static void on_owner(void *userdata, uint64_t bytes, int error)
{
        struct wire *wire = userdata;
        struct act_group group = target(wire);
        bool theirs = error == 0 && bytes != BRAKE_OFF;

        if (theirs && brake_replace(&wire->manager->host, &group, wire->state.at, bytes) >= 0)
                tripwire_was_replaced(&wire->state, bytes, manager_now(wire->manager));
        if (!wire_is_set(wire))
                forget(wire);
        else if (theirs || error < 0)
                give_up(wire); /* it could not be written, or nobody knows whose it is */
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
        struct act_group group = target(wire);
        int r;

        if (!wire_is_set(wire))
                return;
        no_bell(wire);
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

static void give_up(struct wire *wire)
{
        tripwire_pause(&wire->state, manager_now(wire->manager));
        wire_lift(wire);
}

static void look_closely_at(struct watch *watch)
{
        uint64_t now = manager_now(watch->manager);

        watch->list_due = LOOK_CLOSELY;
        if (now - watch->looked < RINGS_USEC)
                watch_look_at(watch, watch->looked + RINGS_USEC);
        else
                look_now(watch);
}

/* How often memory.high was passed: the file rings for other events too. */
static int read_passings(int fd, uint64_t *n)
{
        struct text_field field = {.name = "high"};
        char text[512];
        int r = text_read(fd, text, sizeof(text));

        if (r < 0)
                return r;
        text_fields(text, &field, 1);
        *n = field.value;
        return field.found ? 0 : -EBADMSG;
}

static int on_bell(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        struct wire *wire = userdata;
        uint64_t before = wire->passings;

        (void)source;
        (void)events;
        if (read_passings(fd, &wire->passings) < 0)
                give_up(wire); /* the group is gone: so will be the watch */
        else if (wire->passings != before) {
                tripwire_has_tripped(&wire->state, manager_now(wire->manager));
                look_closely_at(wire->watch);
        }
        return 0;
}

/* By us as well; but when it was systemd or somebody else, there is no wire any more. */
static int on_change(sd_event_source *source, const struct inotify_event *event, void *userdata)
{
        struct wire *wire = userdata;
        struct act_group group = target(wire);
        uint64_t high;

        (void)source;
        (void)event;
        if (wire_is_set(wire) && brake_read(&wire->manager->host, &group, &high) == ACT_DONE &&
            high != wire->state.at)
                wire_forget(wire, high);
        return 0;
}

static int add_bell(struct wire *wire, const struct act_group *group)
{
        int fd = brake_open_events(&wire->manager->host, group), r;

        if (fd < 0)
                return fd;
        r = read_passings(fd, &wire->passings);
        if (r >= 0)
                r = sd_event_add_io(wire->manager->event, &wire->bell, fd, EPOLLPRI, on_bell, wire);
        if (r < 0) {
                close(fd);
                return r;
        }
        (void)sd_event_source_set_priority(wire->bell, SD_EVENT_PRIORITY_IMPORTANT);
        (void)sd_event_source_set_io_fd_own(wire->bell, true);
        return 0;
}

static int add_change(struct wire *wire, const struct act_group *group)
{
        int fd = brake_open(&wire->manager->host, group), r;

        if (fd < 0)
                return fd;
        r = sd_event_add_inotify_fd(wire->manager->event, &wire->change, fd, IN_MODIFY, on_change,
                                    wire);
        close(fd);
        return r < 0 ? r : 0;
}

/* Before it is set, so that nothing is missed. */
static int hang_bells(struct wire *wire)
{
        struct act_group group = target(wire);
        int r = 0;

        if (!wire->bell)
                r = add_bell(wire, &group);
        if (r == 0 && !wire->change)
                r = add_change(wire, &group);
        if (r < 0)
                no_bell(wire);
        return r;
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
        struct act_group group = target(wire);
        struct act_spare spare = settings_spare(manager);
        uint64_t before = wire->state.at;
        int r;

        r = act_group_check(&manager->host, &group, &spare);
        if (r == ACT_DONE)
                r = hang_bells(wire);
        if (r == ACT_DONE)
                r = keep(wire, at);
        if (r == ACT_DONE)
                r = brake_replace(&manager->host, &group, before, at);
        if (r == ACT_DONE) {
                tripwire_was_set(&wire->state, at, manager_now(manager));
                arm(wire, at);
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
                give_up(wire);
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
