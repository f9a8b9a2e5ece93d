/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A verdict from what is known. */

#include "manager/context.h"

/* A verdict with everything but its outcome. NULL without memory. */
struct verdict *record_new(const struct watch *watch, struct worker *worker,
                           const struct policy *policy, const struct finding *finding,
                           uint64_t event);
/* The moment, and the event, of one that is put together by the caller. */
void record_begin(const struct manager *manager, struct verdict *verdict, uint64_t event);
uint64_t record_event(struct manager *manager); /* a number for the verdicts of one decision */
/* Gives it its outcome and hands it to the store. NULL is fine: there was no memory for it. */
void record_close(struct manager *manager, struct verdict *verdict, enum outcome outcome);
