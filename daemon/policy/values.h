/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How the values of [Guard] and [Policy ...] are read: one parser a kind of value, all of one
 * shape, so that a table can name them. `to` points to the field; on false it is unchanged and
 * `why` says what would have been right.
 */

#include "config/units.h"

typedef bool (*value_parser)(const char *text, void *to, struct bng_why *why);

bool value_bool(const char *text, void *to, struct bng_why *why);
/* A size, or a share of the machine or of the group: of struct policy two fields; to is the whole. */
bool value_worker_memory(const char *text, void *to, struct bng_why *why);
bool value_group_memory(const char *text, void *to, struct bng_why *why);
bool value_bytes_per_second(const char *text, void *to, struct bng_why *why); /* "100M", "100M/s" */
bool value_bytes_per_hour(const char *text, void *to, struct bng_why *why);   /* "64M", "64M/h" */
bool value_growth_window(const char *text, void *to, struct bng_why *why); /* usec, 100ms to 1h */
bool value_leak_window(const char *text, void *to, struct bng_why *why);   /* usec, 5s to 7d */
bool value_cpu_time(const char *text, void *to, struct bng_why *why); /* usec, above 0; infinity */
bool value_cpu_window(const char *text, void *to, struct bng_why *why);  /* usec, 1s to 7d */
bool value_grace(const char *text, void *to, struct bng_why *why);       /* usec, 0 to 1h */
bool value_report_time(const char *text, void *to, struct bng_why *why); /* usec, 0 to 1min */
/* int: "SIGUSR1", "USR1", or 0 for "none"; never one that no process can handle. */
bool value_signal(const char *text, void *to, struct bng_why *why);
bool value_action(const char *text, void *to, struct bng_why *why);
bool value_scope(const char *text, void *to, struct bng_why *why);
bool value_record(const char *text, void *to, struct bng_why *why); /* bool: full? */

/* Globs append one pattern to struct globs. */
bool value_unit_glob(const char *text, void *to, struct bng_why *why);
bool value_cgroup_glob(const char *text, void *to, struct bng_why *why);
bool value_glob(const char *text, void *to, struct bng_why *why);
bool value_protect_glob(const char *text, void *to, struct bng_why *why); /* a unit or a cgroup */

/* "5/10min" or "no": of struct policy the two fields of the loop; to is the whole of it. */
bool value_crash_loop(const char *text, void *to, struct bng_why *why);
/* "20/1min": of struct guard_config the two fields of the budget; to is the whole of it. */
bool value_kill_budget(const char *text, void *to, struct bng_why *why);
