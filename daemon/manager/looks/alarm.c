/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One interface to what the kernel can tell of a group's usage: levels are wanted, and once they are
 * armed the group is looked at when one is crossed. On v1 they are thresholds on an eventfd, which brake
 * nobody and so serve every group. Setting one makes the kernel wait for a grace period, which is done in
 * a thread of its own; the old levels hold until the new ones do, and until then the group is polled.
 * All eventfds hang on one epoll descriptor, which is the loop's: a group costs a few words.
 */

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "manager/groups/watch.h"
#include "manager/looks/alarm.h"
#include "manager/looks/breath.h"
#include "manager/looks/look.h"
#include "manager/looks/schedule.h"
#include "readers/threshold.h"

#define AGAIN_USEC UINT64_C(1000000)          /* between two changes of a group's levels, */
#define AFTER_TROUBLE_USEC UINT64_C(60000000) /* and after one that failed */
#define RARE_USEC UINT64_C(200000)            /* polls no more often than this are in time, */
#define POLLS_WORTH 8                         /* and as many are worth an alarm */
#define ARMINGS_MAX 256                       /* of groups that can wait, at a time */
#define RINGS_USEC UINT64_C(1000)             /* between two looks that it rings for */

struct arming {
        struct job job;
        struct manager *manager;
        struct watch *watch; /* NULL: it is gone, or has no use for it any more */
        int folder, bell;
        struct trip trip;
        int error;
};

void alarm_init(struct alarm *alarm)
{
        *alarm = (struct alarm){.armed = {UINT64_MAX, UINT64_MAX}, .bell = -1};
}

static void silence(struct watch *watch)
{
        struct alarm *alarm = &watch->alarm;

        if (alarm->bell < 0)
                return;
        /* To close it is not enough where a child has it too. */
        (void)epoll_ctl(sd_event_source_get_io_fd(watch->manager->bells), EPOLL_CTL_DEL,
                        alarm->bell, NULL);
        close(alarm->bell);
        alarm->bell = -1;
}

void alarm_off(struct watch *watch)
{
        struct alarm *alarm = &watch->alarm;

        if (alarm->arming)
                alarm->arming->watch = NULL;
        silence(watch);
        alarm_init(alarm);
}

static void hear(struct watch *watch)
{
        uint64_t now = manager_now(watch->manager);
        eventfd_t rings;

        (void)eventfd_read(watch->alarm.bell, &rings);
        watch->alarm.silent = false;
        if (now - watch->looked < RINGS_USEC)
                watch_look_at(watch, watch->looked + RINGS_USEC);
        else
                look_now(watch);
}

/* One at a time: a look may end other watches than its own. */
static int on_bells(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        struct manager *manager = userdata;
        struct epoll_event event;

        (void)events;
        if (!breath_holds(manager, source) && epoll_wait(fd, &event, 1, 0) == 1)
                hear(event.data.ptr);
        return 0;
}

int alarms_start(struct manager *manager)
{
        int bells = epoll_create1(EPOLL_CLOEXEC), r;

        if (bells < 0)
                return -errno;
        r = sd_event_add_io(manager->event, &manager->bells, bells, EPOLLIN, on_bells, manager);
        if (r < 0) {
                close(bells);
                return r;
        }
        /* Who is near a limit comes before the rounds of those that are not. */
        (void)sd_event_source_set_priority(manager->bells, SD_EVENT_PRIORITY_IMPORTANT);
        return sd_event_source_set_io_fd_own(manager->bells, true);
}

void alarms_stop(struct manager *manager)
{
        manager->bells = sd_event_source_disable_unref(manager->bells);
}

static void set_levels(struct job *job)
{
        struct arming *arming = (struct arming *)job;
        uint64_t levels[TRIP_LEVELS_MAX];
        size_t n = trip_levels(&arming->trip, levels);

        arming->error = threshold_set(arming->folder, arming->bell, levels, n);
}

static int ring_at(struct watch *watch, const struct arming *arming)
{
        struct alarm *alarm = &watch->alarm;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = watch};

        if (epoll_ctl(sd_event_source_get_io_fd(watch->manager->bells), EPOLL_CTL_ADD, arming->bell,
                      &event) < 0)
                return -errno;
        silence(watch);
        alarm->bell = arming->bell;
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

        arming->manager->armings--;
        close(arming->folder);
        if (watch)
                watch->alarm.arming = NULL;
        if (watch && r == 0)
                r = ring_at(watch, arming);
        if (!watch || r < 0)
                close(arming->bell);
        if (watch && r < 0)
                watch->alarm.again = manager_now(watch->manager) + AFTER_TROUBLE_USEC;
        else if (watch && (group_read_usage(watch->reader, true, &usage) < 0 ||
                           !trip_covers(&watch->alarm.armed, usage, schedule_sure(watch))))
                watch_look_at(watch, 0); /* it was crossed before it was set, or the old levels
                                          * told of somebody of whom these do not */
        free(arming);
}

/*
 * A poll costs little, and an alarm as much as dozens of them. So a group that is far from everything is polled at
 * first: one that is gone before long never needs an alarm.
 */
static bool can_wait(struct watch *watch, enum pace pace, uint64_t usage, uint64_t now)
{
        struct alarm *alarm = &watch->alarm;

        if (pace != PACE_FAR || alarm->bell >= 0 ||
            schedule_unseen(watch, usage, now) - now < RARE_USEC)
                return false;
        if (alarm->polls < POLLS_WORTH)
                alarm->polls++;
        return alarm->polls < POLLS_WORTH || watch->manager->armings >= ARMINGS_MAX;
}

void alarm_want(struct watch *watch, enum pace pace, uint64_t usage, uint64_t now)
{
        struct manager *manager = watch->manager;
        struct alarm *alarm = &watch->alarm;
        struct trip wanted = trip_at(usage, usage == UINT64_MAX ? usage : schedule_room(watch));
        struct arming *arming;

        if (!manager->arming || alarm->arming || now < alarm->again ||
            !trip_is_outdated(&alarm->armed, &wanted, usage) || can_wait(watch, pace, usage, now))
                return;
        alarm->again = now + AGAIN_USEC;
        arming = calloc(1, sizeof(*arming));
        if (!arming)
                return;
        *arming = (struct arming){
                .job = {.run = set_levels, .done = are_set},
                .manager = manager,
                .watch = watch,
                .folder = threshold_open(watch->reader),
                .bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                .trip = wanted,
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
        manager->armings++;
        offload_submit(manager->arming, &arming->job);
}
