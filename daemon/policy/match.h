/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Who a policy is about. Globs: `*` and `?` stay within one path component, `**` crosses, `[...]`
 * as usual, a backslash quotes. Each kind that is given must match; first policy that matches wins.
 */

#include <stdbool.h>
#include "config/units.h"
#include "policy/policy.h"

/*
 * Patterns are anchored at both ends, `?` and a set are one byte and never a `/`, and more than two
 * stars are two. At most length(pattern) * length(text) steps. A pattern that glob_check refuses
 * matches nothing or less than it seems to.
 */
#define GLOB_MAX 255 /* bytes of a pattern */
bool glob_match(const char *pattern, const char *text);
/* Can anything match that is below this path (which has no / at its end)? True where that is not sure. */
bool glob_reaches_below(const char *pattern, const char *path);
bool glob_check(const char *pattern, struct bng_why *why);

/* What of a group decides: its path, and its unit where systemd confirmed one (else NULL). */
struct group_facts {
        const char *path;
        const char *unit;
};
/* What of a process decides. NULL never matches a kind that is given. */
struct worker_facts {
        const char *user;    /* name of the user, or NULL where the number has none */
        const char *uid;     /* the number as text */
        const char *command; /* comm */
        const char *argv0;   /* first argument or NULL; its last path component counts as well */
};

/*
 * The system unit that a group's path names: "/system.slice/web.service/worker" gives
 * "web.service". Slices are stepped over; the leading `_` that systemd puts before names that look
 * like kernel files is taken off. Only a claim, anyone may make folders: systemd must confirm it.
 * malloc'ed; NULL where the path names none (units of a user's own manager count as their
 * user@UID.service), or no memory.
 */
char *unit_from_path(const char *path);

/* Could any process in this group fall under the policy? (Then the group is watched.) */
bool policy_matches_group(const struct policy *policy, const struct group_facts *group);
/* Could a group somewhere below `path` match, as units are claimed by paths (unit_from_path)? Where none can, nobody
 * needs to look. */
bool policy_reaches_below(const struct policy *policy, const char *path);
bool policy_matches_worker(const struct policy *policy, const struct worker_facts *worker);
/* The first key that speaks against the group, or against the worker: "Unit", "Cgroup", "User", "Command";
 * NULL where it matches. */
const char *policy_mismatch_group(const struct policy *policy, const struct group_facts *group);
const char *policy_mismatch_worker(const struct policy *policy, const struct worker_facts *worker);
/* In a group that both match: do they say the same of the same processes? False in doubt. */
bool policy_is_alike(const struct policy *policy, const struct policy *other);
/* Protect= names this group or unit, or a parent of it. */
bool guard_protects(const struct guard_config *config, const struct group_facts *group);
/* The root group, a group above (or equal to) the daemon's own: never watched. */
bool group_is_forbidden(const char *path, const char *own_path);
/* A slice as a whole: never ended with Scope=group. */
bool group_is_slice(const char *path);
