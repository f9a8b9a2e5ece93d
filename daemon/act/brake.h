/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The kernel's brake on a v2 group: memory.high holds back who passes it. The one place that writes it.
 *
 * It is written to the file, also where systemd made the group, because systemd's own record is the
 * administrator's: SetUnitProperties would replace what stands there, and leave a drop-in that goes over what
 * is set later. What is written here stays out of that record, so that systemd puts the administrator's
 * value in force again whenever it is changed, and at each daemon-reload.
 *
 * Nobody can compare and write in one step. Who asks systemd for its record after writing knows both
 * orders: a value that was set before is in the answer, and one that is set after it is written to the
 * file by systemd, over ours.
 *
 * Nothing logs. Results as in end.h; -EOPNOTSUPP where the kernel has no such file here.
 */

#include <stdint.h>
#include "act/group.h"

#define BRAKE_OFF UINT64_MAX /* bytes; "max" in the file */

int brake_read(const struct host *host, const struct act_group *group, uint64_t *bytes);
/* Writes `bytes` if the file says `expected`; else ACT_REFUSED. Below the group's usage the kernel makes room
 * first, and the call waits for it. */
int brake_replace(const struct host *host, const struct act_group *group, uint64_t expected,
                  uint64_t bytes);
/* memory.high, as a descriptor that is the caller's, for who wants to be told of each writing. */
int brake_open(const struct host *host, const struct act_group *group);
/* memory.events.local, as a descriptor that is the caller's: EPOLLPRI when the brake is passed. Read it
 * each time. */
int brake_open_events(const struct host *host, const struct act_group *group);
