/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A moment as people type it: a time ago in a duration's form ("2h", "1d 3h"), a local date and time
 * ("2026-09-10", "2026-09-10 03:00", with seconds or a T; "today", "yesterday"), or one in UTC with a Z behind.
 */

#include <stdbool.h>
#include <stdint.h>

/* Microseconds since 1970; a moment before that is 0. False for anything else. */
bool moment_parse(const char *text, uint64_t *realtime_usec);
