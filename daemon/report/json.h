/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The few ways in which this daemon puts values into JSON. Each gives a new reference, NULL without
 * memory, and what JSON cannot hold becomes null: so a caller sets fields without a look at each, and
 * a number that is not one never loses a whole record.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One line of printable ASCII; seconds keep their microseconds, and no digit is noise. */
#define REPORT_JSON_FLAGS (JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15))

json_t *json_text(const char *text);         /* any bytes, escaped (escape.h); NULL is null */
json_t *json_count(uint64_t count);          /* saturates at 2^63 - 1 */
json_t *json_count_or_null(uint64_t count);  /* UINT64_MAX is null: no limit, never */
int64_t json_whole(double value);            /* the nearest whole number; of less than 2^63 */
json_t *json_rounded(double value);          /* the nearest whole number; null when not finite */
json_t *json_seconds(uint64_t usec);         /* seconds as a real */
json_t *json_seconds_or_null(uint64_t usec); /* UINT64_MAX is null */
json_t *json_time(uint64_t realtime_usec);   /* RFC 3339 */

/* The value on one line (REPORT_JSON_FLAGS): malloc'ed, NULL without memory. json_dumps() would rather give half of
 * it: it forgets that a string did not fit. */
char *json_line(const json_t *json);

/* Sets object[key]; false without memory (`value` NULL among that). Takes the reference of `value`. */
bool json_put(json_t *object, const char *key, json_t *value);
