/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounds/checked.h"
#include "policy/loop.h"

#define SETTLED_USEC UINT64_C(2000000)
#define AHEAD_SECONDS 1.0
#define BACKOFF_FIRST_USEC (UINT64_C(3600) * 1000000)
#define BACKOFF_LAST_USEC (UINT64_C(24) * 3600 * 1000000)

bool loop_concerns(const struct policy *policy, const struct finding *finding)
{
        return policy->crash_loop > 0 && policy->action != ACTION_LOG &&
               policy->action != ACTION_FREEZE &&
               (finding->reason == REASON_WORKER_MEMORY || finding->reason == REASON_GROUP_MEMORY);
}

void loop_note_end(struct loop *loop, const struct policy *policy, uint64_t born, uint64_t now)
{
        if (loop->ends > 0 && now - loop->last_end > policy->crash_loop_window)
                loop->ends = 0;
        /* Those that ran side by side are one link of the chain. */
        if (loop->ends == 0 || born > loop->last_end)
                loop->ends++;
        loop->last_end = now;
}

bool loop_is_on(const struct loop *loop, const struct policy *policy, uint64_t now)
{
        if (policy->crash_loop == 0)
                return false;
        return loop->diagnosed || (loop->ends >= policy->crash_loop &&
                                   now - loop->last_end <= policy->crash_loop_window);
}

uint64_t loop_ceiling(const struct finding *finding)
{
        uint64_t half = finding->limit / 2;

        return finding->limit > UINT64_MAX - half ? UINT64_MAX : finding->limit + half;
}

uint64_t loop_tolerance(const struct loop_chance *chance, const struct finding *finding)
{
        uint64_t grown = bng_sat_add(chance->memory, finding->limit / 8);
        uint64_t ceiling = loop_ceiling(finding);

        return grown < ceiling ? grown : ceiling;
}

enum loop_answer loop_judge(struct loop_chance *chance, const struct finding *finding, uint64_t now)
{
        uint64_t ceiling = loop_ceiling(finding), room;

        if (finding->value > ceiling)
                return LOOP_END;
        room = ceiling - finding->value;
        if (finding->lasting_rate * AHEAD_SECONDS > (double)room)
                return LOOP_END;
        if (chance->memory == 0 || finding->value > chance->memory + finding->limit / 50) {
                chance->memory = finding->value;
                chance->since = now;
        }
        return now - chance->since >= SETTLED_USEC ? LOOP_TOLERATE : LOOP_WAIT;
}

bool loop_take_report(struct loop *loop, uint64_t now)
{
        loop->diagnosed = true;
        if (now < loop->again)
                return false;
        loop->backoff = loop->backoff == 0                      ? BACKOFF_FIRST_USEC
                        : loop->backoff < BACKOFF_LAST_USEC / 2 ? loop->backoff * 2
                                                                : BACKOFF_LAST_USEC;
        loop->again = now + loop->backoff;
        return true;
}
