/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How many of a counter's ends were not told of. The counter is read first and then the log, so what ends in between is
 * told of before it is counted: it stays to a group's credit, or it would be told of once more.
 *
 * Pure. No group counts backwards: one that is made again is another one, with a struct counted of its own.
 */

#include "manager/context.h"

/* The counter said `now`. */
uint64_t counted_lost(const struct counted *counted, uint64_t now);
/* And those that were lost are told of too. */
void counted_settle(struct counted *counted, uint64_t now);
