/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The files of the runtime folder in which stands what is to be undone when the daemon is gone: entries with a NUL
 * behind each. A file is replaced as a whole, so that it says all of it at any moment.
 */

#include <stdio.h>

/* Prints all entries. */
typedef void (*leftovers_print_fn)(FILE *file, const void *userdata);

/* Replaces the file of this name (static text) in the folder. 0 or a negative errno: it stands as before. */
int leftovers_write(int folder, const char *name, leftovers_print_fn print, const void *userdata);
/* For reading, the caller's to close; NULL with errno set, to ENOENT where there is none. */
FILE *leftovers_open(int folder, const char *name);
