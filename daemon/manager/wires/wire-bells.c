/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What tells of a wire: memory.events.local, which rings when memory.high was passed, and memory.high itself, which
 * tells when somebody else writes to it. While the wire is set they stand for the polls of its group.
 */

#include <errno.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/sysinfo.h>
#include <unistd.h>
#include "act/brake.h"
#include "manager/groups/watch.h"
#include "manager/looks/round.h"
#include "manager/wires/wire.h"
#include "readers/text.h"

#define RINGS_USEC UINT64_C(1000) /* between two looks that it rings for */

/* While it is set, polls are as seldom as under an alarm; then the group is looked at at once. With swap a
 * group may grow that does not pass it. */
void wire_arm(struct wire *wire, uint64_t at)
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

void wire_take_bells(struct wire *wire)
{
        wire->bell = sd_event_source_disable_unref(wire->bell);
        wire->change = sd_event_source_disable_unref(wire->change);
        wire_arm(wire, UINT64_MAX);
}

static void look_closely_at(struct watch *watch)
{
        uint64_t now = manager_now(watch->manager);

        watch->list_due = LOOK_CLOSELY;
        if (now - watch->looked < RINGS_USEC)
                watch_look_at(watch, watch->looked + RINGS_USEC);
        else
                round_call(watch);
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
                wire_give_up(wire); /* the group is gone: so will be the watch */
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
        struct act_group group = wire_target(wire);
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
        /* Whoever writes to it all the time keeps nobody from his turn (breath.c). */
        if (r >= 0)
                r = sd_event_source_set_priority(wire->change, SERVER_PRIORITY);
        return r < 0 ? r : 0;
}

/* Before it is set, so that nothing is missed. */
int wire_hang_bells(struct wire *wire)
{
        struct act_group group = wire_target(wire);
        int r = 0;

        if (!wire->bell)
                r = add_bell(wire, &group);
        if (r == 0 && !wire->change)
                r = add_change(wire, &group);
        if (r < 0)
                wire_take_bells(wire);
        return r;
}
