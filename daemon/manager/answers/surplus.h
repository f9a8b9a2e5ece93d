/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Verdicts on what is not an end, of which there may be any number: written one by one up to a bound, beyond it together. */

#include "manager/context.h"

/* May what is told next of this policy have verdicts of its own? Counts as told then. */
bool surplus_admits(struct manager *manager, const struct policy *policy);
/* One more that has none: it counts in one that stands for all. Takes the verdict over. */
void surplus_add(struct manager *manager, struct verdict *verdict, enum outcome outcome);
void surplus_tell(struct manager *manager); /* what is counted so far; no timer is left */
