/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Sizes and durations as people write them, in one place for both halves.
 *
 * Sizes: a whole number with K, M, G, T, P or E (1024-based, an optional B or iB after it) is
 * bytes; with `bit` it is bits (`4096bit`, `64Kbit`). Without a suffix it is bytes. Durations as
 * systemd writes them: `20`, `1min`, `1h 30min`, `500ms`, `2.5s`; without a unit, seconds;
 * `infinity`. Nothing wraps: a value beyond 64 bits is an error (and 2^64-1 itself means infinity).
 * Text is read to its end; blanks around it pass. On error the functions return false and `why`
 * holds what would have been right, without a period.
 */

#include <stdbool.h>
#include <stdint.h>

#define BNG_USEC_PER_SEC UINT64_C(1000000)
#define BNG_USEC_INFINITY UINT64_MAX

struct bng_why {
        char text[256];
};

/* Writes the sentence of an error, cut to what fits; returns false, to be returned in turn. */
bool bng_why(struct bng_why *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A size in bits, so that both spellings stay exact. "infinity" gives UINT64_MAX. */
bool bng_parse_size_bits(const char *text, uint64_t *bits, struct bng_why *why);
/* A size in whole bytes: a size in bits is refused. "infinity" gives UINT64_MAX. */
bool bng_parse_size_bytes(const char *text, uint64_t *bytes, struct bng_why *why);
bool bng_parse_duration(const char *text, uint64_t *usec, struct bng_why *why);
/* yes/no, y/n, true/false, t/f, on/off, 1/0 in any case, as systemd. */
bool bng_parse_bool(const char *text, bool *value, struct bng_why *why);

/*
 * For people: 1024-based, as sizes are read, two or three digits that count: "1.3M", "512K",
 * "17 bytes". Returns out->text.
 */
struct bng_size_text {
        char text[64];
};
const char *bng_format_bytes(uint64_t bytes, struct bng_size_text *out);
/* "1.5s", "350ms", "2min 3s": rounded to what a person wants. */
const char *bng_format_usec(uint64_t usec, struct bng_size_text *out);
