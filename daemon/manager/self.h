/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The daemon makes itself fit for the moment when memory is short and everybody else misbehaves. All
 * of it is asked for and none of it required: what cannot be had is passed over.
 */

#include <stdbool.h>
#include "readers/host.h"

/* Enough descriptors for many workers, pages that stay in memory, last in line for the kernel's
 * own killer. */
void self_prepare(void);
/* Are there descriptors left to take another process or group in? Some are kept for what must not fail
 * then: proofs, lists of processes, the verdicts, somebody who asks. */
bool self_has_room(void);
/* The same for what no policy names, as the groups below a watched one, of which somebody may make any number: a
 * quarter of all descriptors is left to those that policies name. */
bool self_has_room_to_spare(void);
/* Without CAP_KILL only this user's processes are ended. */
bool self_may_end_everybody(void);
/* Says what is missing for acting, when something is: the daemon then runs with what it may. */
void self_check_privileges(bool user);
/* The daemon's own group, malloc'ed; the root on a foreign host, where it is in none. 0 or a negative errno. */
int self_group(const struct host *host, char **path);
