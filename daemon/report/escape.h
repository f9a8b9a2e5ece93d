/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Text that others chose (commands, cgroups, units) made harmless, in one place: for the verdict file,
 * the journal and a terminal alike. What remains is valid UTF-8 that prints: every byte of a control
 * character, of an invisible or direction-changing one and of invalid UTF-8 becomes \xNN.
 *
 * A backslash stays as it is. So systemd's own names (`a\x2db.service`) read as systemd writes them,
 * and escaping what is escaped changes nothing: each layer may escape without asking who did before.
 * The price: whether a \x1b was one byte or four characters is not told.
 *
 * Pure, any thread. Results are malloc'ed, NULL without memory.
 */

#include <stddef.h>

/* The longest command that a verdict keeps, in bytes after escaping, without the NUL. */
#define ESCAPE_COMMAND_MAX 1024

/* `size` bytes of `text`, NULs among them. At most `max` bytes (>= 3) come out: what was cut ends in
 * "...", never inside a character or an escape. */
char *escape_text(const char *text, size_t size, size_t max);
/* A whole NUL-terminated text, uncut. NULL gives NULL. */
char *escape_string(const char *text);
/* A command line as /proc/PID/cmdline holds it, or a name: arguments joined by blanks, cut at
 * ESCAPE_COMMAND_MAX. */
char *escape_command(const char *cmdline, size_t size);
