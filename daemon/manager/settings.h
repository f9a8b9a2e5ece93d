/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The configuration in force, its reload, and what it says of a group. */

#include "manager/context.h"

struct settings *settings_ref(struct settings *settings);
struct settings *settings_unref(struct settings *settings); /* NULL */
/* Does a policy ask for units? */
bool settings_name_units(const struct manager *manager);
/* The unit that a group's path claims to be of, malloc'ed or NULL: the system's, or for a user's daemon one of
 * that user's service manager. */
char *settings_claim(const struct manager *manager, const char *path);
/* Named by Protect=, or a group that holds the daemon: nothing in it is ever ended. */
bool settings_exempt(const struct manager *manager, const char *path);
/* The same for what acts on groups. */
struct act_spare settings_spare(struct manager *manager);
/* The first time; *complaint (malloc'ed, or NULL) if it fails. */
int settings_load(struct manager *manager, char **complaint);
/* Reads the configuration anew. -EINVAL: it is wrong, the last good one stays; *errors, where asked for,
 * gets the lines (malloc'ed). Says itself what happened. */
int settings_reload(struct manager *manager, char **errors);
