/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The small text files of the kernel. Each of those read here is made in one piece when it is read
 * from its begin, so one read sees one moment, and a kept descriptor is read again from offset 0.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_MAX                                                                                   \
        16384 /* more than any of these files has, but status of who is in a thousand user groups */

/* The file's text, NUL-terminated. Its length or a negative errno; what does not fit is left out.
 */
int text_read(int fd, char *buffer, size_t size);
/* The same of a file in a folder, opened for this one reading. */
int text_read_at(int dirfd, const char *name, char *buffer, size_t size);

/* The whole of a file in a folder however long it is, opened for this one reading: *text is malloc'ed and
 * NUL-terminated. 0 or a negative errno. */
int text_read_all_at(int dirfd, const char *name, char **text);

/* A whole number and nothing else on its line. */
bool text_number(const char *text, uint64_t *number);

/* The number at *text, behind blanks; *text moves behind it. False where there is none. */
bool text_next_number(const char **text, uint64_t *number);

/* Lines "name number", "name: number" or "name: number kB" (which becomes bytes). */
struct text_field {
        const char *name;
        bool found;
        uint64_t value;
};
/* Looks all of them up in one pass; the first line of a name counts. */
void text_fields(const char *text, struct text_field *fields, size_t n);
