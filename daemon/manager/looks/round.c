/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One wake-up, on whole seconds, for all groups whose next look is seconds away: a thousand that are far
 * from their limits cost one timer together. They stand in a calendar that has a page for each of the next
 * seconds, so that a wake-up touches those that are due and nobody else. One whose look is further away
 * than the calendar has pages is come across once each time around.
 *
 * Those whose time has come stand in one line, and those who asked for a look at once in another, which a few of step
 * out of at a time: at a start that is everybody, and whoever nears a limit meanwhile need not wait for all of them.
 */

#include "manager/looks/breath.h"
#include "manager/looks/look.h"
#include "manager/looks/round.h"

#define GRAIN_USEC UINT64_C(1000000)
#define TURN_USEC 250 /* of those whose time has come, and so many */
#define AT_A_TIME 4   /* of those who asked */

static void set_timer(struct round *round, uint64_t usec)
{
        round->at = usec;
        (void)sd_event_source_set_time(round->timer, usec);
        (void)sd_event_source_set_enabled(round->timer,
                                          usec == UINT64_MAX ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
}

static void enter(struct watch **page, struct watch *watch)
{
        watch->on_page = page;
        watch->page_next = *page;
        if (watch->page_next)
                watch->page_next->on_page = &watch->page_next;
        *page = watch;
}

void round_exclude(struct watch *watch)
{
        if (!watch->on_page)
                return;
        *watch->on_page = watch->page_next;
        if (watch->page_next)
                watch->page_next->on_page = watch->on_page;
        watch->on_page = NULL;
}

static struct watch **page_of(struct round *round, uint64_t usec)
{
        return &round->pages[usec / GRAIN_USEC % ROUND_PAGES];
}

/* The next page behind this time that somebody stands on. */
static uint64_t next_page(struct round *round, uint64_t usec)
{
        usec -= usec % GRAIN_USEC;
        for (unsigned i = 0; i < ROUND_PAGES; i++) {
                usec += GRAIN_USEC;
                if (*page_of(round, usec))
                        return usec;
        }
        return UINT64_MAX;
}

static void call_next(struct round *round)
{
        if (round->due.waiting || round->due.turn || round->asked.waiting || round->asked.turn)
                (void)sd_event_source_set_enabled(round->next, SD_EVENT_ONESHOT);
}

void round_go_on(struct manager *manager)
{
        call_next(&manager->round);
}

static void line_up(struct line *line, struct watch *watch)
{
        round_exclude(watch);
        enter(&line->waiting, watch);
}

/* Who lines up again waits for the others' turn first. NULL: nobody is left. */
static struct watch *step_out(struct line *line)
{
        struct watch *first;

        if (!line->turn && (line->turn = line->waiting)) {
                line->turn->on_page = &line->turn;
                line->waiting = NULL;
        }
        first = line->turn;
        if (first)
                round_exclude(first);
        return first;
}

static int on_round(sd_event_source *source, uint64_t usec, void *userdata)
{
        struct manager *manager = userdata;
        struct round *round = &manager->round;
        uint64_t now = manager_now(manager), page = round->at;
        struct watch *watch, *next;

        (void)source;
        (void)usec;
        if (now - page > ROUND_PAGES * GRAIN_USEC)
                page = now - ROUND_PAGES * GRAIN_USEC; /* it slept: each page once */
        for (; page <= now; page += GRAIN_USEC)
                for (watch = *page_of(round, page); watch; watch = next) {
                        next = watch->page_next;
                        if (watch->next_look <= now)
                                line_up(&round->due, watch);
                }
        set_timer(round, next_page(round, now));
        call_next(round);
        return 0;
}

static int on_next(sd_event_source *source, uint64_t usec, void *userdata)
{
        struct manager *manager = userdata;
        struct round *round = &manager->round;
        uint64_t begin = clock_now();
        struct watch *watch;

        (void)source;
        (void)usec;
        while (clock_now() - begin < TURN_USEC && (watch = step_out(&round->due)))
                look_now(watch);
        for (unsigned i = 0; i < AT_A_TIME && (watch = step_out(&round->asked)); i++)
                look_now(watch);
        /* Asked behind the turn: where alarms ring all the time, they have it until a breath is due. */
        if (!breath_is_due(manager))
                call_next(round);
        return 0;
}

void round_call(struct watch *watch)
{
        if (breath_is_due(watch->manager))
                line_up(&watch->manager->round.due, watch);
        else
                look_now(watch);
}

void round_include(struct watch *watch, uint64_t now)
{
        struct round *round = &watch->manager->round;
        uint64_t rest;

        round_exclude(watch);
        if (watch->next_look >= UINT64_MAX - GRAIN_USEC)
                return; /* until somebody asks for it */
        if (watch->next_look <= now) {
                line_up(&round->asked, watch);
                call_next(round);
                return;
        }
        rest = watch->next_look % GRAIN_USEC;
        watch->next_look += rest > 0 ? GRAIN_USEC - rest : 0;
        enter(page_of(round, watch->next_look), watch);
        if (watch->next_look < round->at)
                set_timer(round, watch->next_look);
}

int round_start(struct manager *manager)
{
        struct round *round = &manager->round;
        int r;

        round->at = UINT64_MAX;
        /* A moment that is over, and no deferred source: that would come before all that wait longer (breath.c). */
        r = sd_event_add_time(manager->event, &round->next, CLOCK_MONOTONIC, 0, 1, on_next,
                              manager);
        if (r >= 0)
                r = sd_event_source_set_enabled(round->next, SD_EVENT_OFF);
        return r < 0 ? r
                     : sd_event_add_time(manager->event, &round->timer, CLOCK_MONOTONIC, UINT64_MAX,
                                         0, on_round, manager);
}

void round_stop(struct manager *manager)
{
        manager->round.next = sd_event_source_disable_unref(manager->round.next);
        manager->round.timer = sd_event_source_disable_unref(manager->round.timer);
}
