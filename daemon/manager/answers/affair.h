/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What an answer is about: who broke which policy, and what was found. answer.c decides what is done,
 * affair.c tells and remembers it, freeze.c stops.
 */

#include "manager/context.h"

struct affair {
        struct watch *watch;
        struct worker **workers; /* who is concerned, n >= 1 */
        size_t n;
        bool whole, partial, complete; /* as in struct ending_order */
        const struct worker
                *breaker; /* whose own memory broke the policy, NULL: the group's total */
        const struct policy *policy;
        const struct finding *finding;
        uint64_t now;
        struct verdict **verdicts; /* one each, for what is not an end */
};

/* Makes the verdicts: nothing is done of which nothing could be told. False without memory. */
bool affair_prepare(struct affair *affair);
/* Gives them their outcome, and them away. */
void affair_report(struct affair *affair, enum outcome outcome);
void affair_drop_verdicts(struct affair *affair);
/* It was only logged: that is not done again before a pause is over. */
void affair_note_logged(const struct affair *affair);

/* ---- freeze.c */
/* Stops them and reports it: as `outcome`, unless it turns out otherwise. */
void affair_freeze(struct affair *affair, enum outcome outcome);
