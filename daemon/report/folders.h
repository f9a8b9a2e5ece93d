/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Where the daemon and bng meet, for the system's daemon and for a user's own. What systemd gives a unit
 * ($STATE_DIRECTORY, $RUNTIME_DIRECTORY) counts first; then for the system /var/lib and /run, for a user what
 * the XDG Base Directory Specification says.
 */

#include <stdbool.h>

/* Does a process like this one serve its user alone? Any but root, unless it may end everybody's (CAP_KILL). */
bool folders_are_users(void);
/* The folders, malloc'ed; NULL without memory. A user's without a home: below /nonexistent. */
char *folders_state(bool user);
char *folders_runtime(bool user);
/* Makes what is missing above a user's folder (0700), as far as that can be. */
void folders_make_parents(const char *folder);
/*
 * Opens a folder, no link, that belongs to us and that nobody else may write: what lies in it is ours too.
 * `flags` are O_RDONLY or O_PATH. The descriptor, -EPERM where it is not so, or another negative errno.
 */
int folders_open_own(const char *folder, int flags);
