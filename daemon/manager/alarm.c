/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One interface to what the kernel can tell of a group's usage: levels are wanted, and once they are
 * armed the group is looked at when one is crossed. On v1 they are thresholds on an eventfd, which brake
 * nobody and so serve every group. Setting one makes the kernel wait for a grace period, which is done in
 * a thread of its own; the old levels hold until the new ones do, and until then the group is polled.
 */

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "manager/context.h"
#include "readers/threshold.h"

#define AGAIN_USEC UINT64_C(1000000)          /* between two changes of a group's levels, */
#define AFTER_TROUBLE_USEC UINT64_C(60000000) /* and after one that failed */
#define RINGS_USEC UINT64_C(1000)             /* between two looks that it rings for */

struct arming {
        struct job job;
        struct watch *watch; /* NULL: it is gone, or has no use for it any more */
        int folder, bell;
        struct trip trip;
        int error;
};

void alarm_init(struct alarm *alarm)
{
        *alarm = (struct alarm){.armed = {UINT64_MAX, UINT64_MAX}};
}

void alarm_off(struct watch *watch)
{
        struct alarm *alarm = &watch->alarm;

        if (alarm->arming)
                alarm->arming->watch = NULL;
        sd_event_source_disable_unref(alarm->bell);
        alarm_init(alarm);
}

static int on_bell(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        struct watch *watch = userdata;
        uint64_t now = manager_now(watch->manager);
        eventfd_t rings;

        (void)source;
        (void)events;
        (void)eventfd_read(fd, &rings);
        watch->alarm.silent = false;
        if (now - watch->looked < RINGS_USEC)
                watch_look_at(watch, watch->looked + RINGS_USEC);
        else
                look_now(watch);
        return 0;
}

static void set_levels(struct job *job)
{
        struct arming *arming = (struct arming *)job;

        /* The nearer one may come first. */
        arming->error = threshold_set(arming->folder, arming->bell, arming->trip.early);
        if (arming->error == 0 && arming->trip.exact != arming->trip.early)
                arming->error = threshold_set(arming->folder, arming->bell, arming->trip.exact);
        if (arming->error == 0)
                (void)threshold_set_oom(arming->folder, arming->bell);
}

static int ring_at(struct watch *watch, const struct arming *arming)
{
        struct alarm *alarm = &watch->alarm;
        sd_event_source *bell;
        int r;

        r = sd_event_add_io(watch->manager->event, &bell, arming->bell, EPOLLIN, on_bell, watch);
        if (r < 0)
                return r;
        /* One that is near its limit comes before the rounds of those that are not. */
        (void)sd_event_source_set_priority(bell, SD_EVENT_PRIORITY_IMPORTANT);
        (void)sd_event_source_set_io_fd_own(bell, true);
        sd_event_source_disable_unref(alarm->bell);
        alarm->bell = bell;
        alarm->armed = arming->trip;
        alarm->silent = false;
        return 0;
}

static void are_set(struct job *job, bool ran)
{
        struct arming *arming = (struct arming *)job;
        struct watch *watch = arming->watch;
        uint64_t usage;
        int r = ran ? arming->error : -ECANCELED;

        close(arming->folder);
        if (watch)
                watch->alarm.arming = NULL;
        if (watch && r == 0)
                r = ring_at(watch, arming);
        if (!watch || r < 0)
                close(arming->bell);
        if (watch && r < 0)
                watch->alarm.again = manager_now(watch->manager) + AFTER_TROUBLE_USEC;
        else if (watch && (group_read_usage(watch->reader, &usage) < 0 ||
                           !trip_covers(&watch->alarm.armed, usage, schedule_sure(watch))))
                watch_look_at(watch, 0); /* it was crossed before it was set, or the old levels
                                          * told of somebody of whom these do not */
        free(arming);
}

void alarm_want(struct watch *watch, const struct trip *wanted, uint64_t usage, uint64_t now)
{
        struct manager *manager = watch->manager;
        struct alarm *alarm = &watch->alarm;
        struct arming *arming;

        if (!manager->arming || alarm->arming || now < alarm->again ||
            !trip_is_outdated(&alarm->armed, wanted, usage))
                return;
        alarm->again = now + AGAIN_USEC;
        arming = calloc(1, sizeof(*arming));
        if (!arming)
                return;
        *arming = (struct arming){
                .job = {.run = set_levels, .done = are_set},
                .watch = watch,
                .folder = threshold_open(watch->reader),
                .bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                .trip = *wanted,
        };
        if (arming->folder < 0 || arming->bell < 0) {
                if (arming->folder >= 0)
                        close(arming->folder);
                if (arming->bell >= 0)
                        close(arming->bell);
                free(arming);
                alarm->again = now + AFTER_TROUBLE_USEC;
                return;
        }
        alarm->arming = arming;
        offload_submit(manager->arming, &arming->job);
}
