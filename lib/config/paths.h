/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Which files are the configuration, with systemd's precedence. The folders are, the first the
 * strongest: SYSCONFDIR (/etc), /run, /usr/local/lib, /usr/lib.
 *
 *   - The main file is the first bignum-guard/bignum-guard.conf of them.
 *   - Drop-ins are bignum-guard/bignum-guard.conf.d/NAME.conf of all of them, sorted by NAME across
 *     the folders. Where two have the same NAME only the one of the stronger folder counts; a link
 * to /dev/null or an empty file there so masks the other.
 *   - Files are read in that order, the main file first: what is read later wins.
 *
 * A user's own daemon has files of its own, with the same names: in $XDG_CONFIG_HOME/bignum-guard (usually
 * ~/.config/bignum-guard), and in bignum-guard/user of the folders above but /run.
 *
 * What "wins" means is the handler's: a scalar replaces, a list appends, an empty value resets.
 */

#include "config/ini.h"

#define BNG_CONFIG_USER "~" /* as `root`: the user's files instead of the system's */

/* The files that count, in the order of reading. Starts as {0}. */
struct bng_config_files {
        char **paths;
        size_t n;
};

/*
 * root: NULL, a folder before all of the paths, for tests and images, or BNG_CONFIG_USER. False with an error where a
 * folder cannot be read; folders and files that do not exist are no error.
 */
bool bng_config_find(struct bng_config_files *files, const char *root,
                     struct bng_config_errors *errors);
void bng_config_files_clear(struct bng_config_files *files);

/* Every file of bng_config_find, one after the other. True when nothing was wrong (or no file is
 * there). */
bool bng_config_read_all(const char *root, const struct bng_ini_sink *sink,
                         struct bng_config_errors *errors);
/* This file alone: `--config FILE`. Here a file that does not exist is an error. */
bool bng_config_read_file(const char *path, const struct bng_ini_sink *sink,
                          struct bng_config_errors *errors);
/* The same; a file that anybody but root and the user of this process may have written is an error. */
bool bng_config_read_trusted_file(const char *path, const struct bng_ini_sink *sink,
                                  struct bng_config_errors *errors);
