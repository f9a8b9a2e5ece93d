/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is told of an affair and remembered of it. The verdicts come before the deed, so that nothing is
 * done of which nothing could be told. What was only logged may be logged again after a pause that
 * doubles, for every reason anew.
 */

#include <stdlib.h>
#include "manager/answers/affair.h"
#include "manager/answers/record.h"
#include "manager/answers/surplus.h"

#define BACKOFF_FIRST_USEC (UINT64_C(3600) * 1000000)
#define BACKOFF_LAST_USEC (UINT64_C(24) * 3600 * 1000000)

/* One that was frozen and was let go by somebody has this answer from now on. */
static void note_logged(struct answered *answered, enum reason reason, uint64_t now)
{
        answered->quiet_up_to = 0;
        answered->reasons |= 1U << reason;
        answered->backoff = answered->backoff == 0                      ? BACKOFF_FIRST_USEC
                            : answered->backoff < BACKOFF_LAST_USEC / 2 ? answered->backoff * 2
                                                                        : BACKOFF_LAST_USEC;
        answered->again = now + answered->backoff;
}

void affair_drop_verdicts(struct affair *affair)
{
        for (size_t i = 0; affair->verdicts && i < affair->n; i++)
                verdict_free(affair->verdicts[i]);
        free(affair->verdicts);
        affair->verdicts = NULL;
}

bool affair_prepare(struct affair *affair)
{
        uint64_t event = record_event(affair->watch->manager);
        bool all = true;

        affair->verdicts = calloc(affair->n, sizeof(struct verdict *));
        for (size_t i = 0; affair->verdicts && i < affair->n && all; i++) {
                affair->verdicts[i] = record_new(affair->watch, affair->workers[i], affair->policy,
                                                 affair->finding, event);
                all = affair->verdicts[i];
        }
        if (affair->verdicts && all)
                return true;
        affair_drop_verdicts(affair);
        return false;
}

void affair_report(struct affair *affair, enum outcome outcome)
{
        struct manager *manager = affair->watch->manager;
        bool alone = surplus_admits(manager, affair->policy);

        for (size_t i = 0; i < affair->n; i++) {
                if (alone)
                        record_close(manager, affair->verdicts[i], outcome);
                else
                        surplus_add(manager, affair->verdicts[i], outcome);
                affair->verdicts[i] = NULL;
        }
}

void affair_note_logged(const struct affair *affair)
{
        const struct finding *finding = affair->finding;
        enum reason reason =
                finding->reason == REASON_CRASH_LOOP ? finding->loops_by : finding->reason;

        if (affair->whole || !affair->breaker)
                note_logged(&affair->watch->answered, reason, affair->now);
        for (size_t i = 0; i < affair->n; i++)
                note_logged(&affair->workers[i]->answered, reason, affair->now);
}
