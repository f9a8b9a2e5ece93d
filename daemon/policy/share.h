/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Limits on memory in bytes, also those that are written as a share: "20%" of the machine's memory,
 * "80% of group" of the kernel's limit on the group. A share is no number before it is asked what it is
 * a share of, because a group's limit may change while the policy stays. Pure.
 */

#include "config/units.h"
#include "policy/policy.h"

/* What shares are of, in bytes; UINT64_MAX: there is no such limit. */
struct memory_bases {
        uint64_t machine;
        uint64_t group; /* the tightest of the kernel's limits on the group and those above it */
};

/* Bytes, rounded down, at least 1; POLICY_UNSET where the policy sets none, or the group has no limit. */
uint64_t policy_worker_memory_max(const struct policy *policy, struct memory_bases bases);
uint64_t policy_group_memory_max(const struct policy *policy, struct memory_bases bases);
bool policy_limits_group_memory(const struct policy *policy); /* in bytes or as a share */
bool policy_limits_worker_memory(const struct policy *policy);

/* "20%", "12.5%", "20% of machine", "80% of group": more than 0, at most 100, two decimals. */
bool share_parse(const char *text, struct share *ret, struct bng_why *why);
/* "12.5%", "80% of group"; "" for no share. Returns ret->text. */
struct share_text {
        char text[24];
};
const char *share_format(struct share share, struct share_text *ret);
