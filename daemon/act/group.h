/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Acts on a whole group and everything below it, through the kernel's own switches: cgroup.kill ends
 * all of it at once and wins against forks, cgroup.freeze stops it.
 *
 * Both belong to the v2 hierarchy. Where another one is watched (v1 and hybrid hosts) they are used only
 * if the v2 group of the members holds exactly the same processes; else the answer is -EOPNOTSUPP, and
 * the caller goes through the members one by one (act_group_members, act_hold, act_signal), again
 * until none is left. A group is named by its path and the inode it was first seen with: one that was
 * made anew under the same path is another one. The root, and a group in which the daemon or PID 1
 * lives, is never acted on.
 *
 * Nothing blocks, nothing logs. Results as in end.h; ACT_GONE where the group is no more.
 */

#include <stdbool.h>
#include <stddef.h>
#include "act/end.h"
#include "readers/group.h"

struct act_group {
        const char *path; /* in the watched hierarchy */
        uint64_t inode;   /* of its folder */
};

/* What a result of reading or opening its files comes to. */
static inline int act_gone_or(int r)
{
        return group_is_gone(r) ? ACT_GONE : r;
}

/* Who says of the group, and of each below it, right before the switch is pressed, whether it is to be left
 * alone: then nothing is done to any of them. */
struct act_spare {
        bool (*spares)(void *userdata, const char *path);
        void *userdata;
};

/* The group's folder, as a descriptor that is the caller's, if it is still the group that was first seen;
 * -ENOENT. */
int act_group_open(const struct host *host, const struct act_group *group);
/* May it be acted on as a whole? ACT_REFUSED where something in it must not be touched or is spared. */
int act_group_check(const struct host *host, const struct act_group *group,
                    const struct act_spare *spare);
/* SIGKILL to all of the group. `spare` may be NULL. ACT_REFUSED where something in it must not be touched or is
 * spared; -EOPNOTSUPP: not here, see above. */
int act_group_kill(const struct host *host, const struct act_group *group,
                   const struct act_spare *spare);
/* The switch that act_group_freeze() would press now, for who writes it down before. Results as there. */
int act_group_find_freeze(const struct host *host, const struct act_group *group,
                          const struct act_spare *spare, int *found);
/* Stops all of the group. Asynchronous. Results as above; with ACT_DONE *frozen is the switch that was pressed, for
 * act_group_thaw; or -1: somebody else has stopped the group before, and lets it run again. */
int act_group_freeze(const struct host *host, const struct act_group *group,
                     const struct act_spare *spare, int *frozen);
/* Lets what was stopped run again, whoever has come or gone meanwhile, and closes the switch. */
int act_group_thaw(int frozen);
/* ---- switch.c */
/* What act_group_freeze() pressed, for another process: its path (malloc'ed) and inode. 0 or a negative errno. */
int act_group_name_switch(int frozen, char **path, uint64_t *inode);
/* A descriptor of it for act_group_thaw(), if it is the same still; or a negative errno, -ENOENT: it is not. */
int act_group_find_switch(const char *path, uint64_t inode);

/* The processes of the group and of the groups below it, sorted, each once. *pids is malloc'ed, NULL
 * where there are none. */
int act_group_members(const struct host *host, const struct act_group *group, pid_t **pids,
                      size_t *n_pids);
