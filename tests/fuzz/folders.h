/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What fuzz targets that need folders share: the end of a folder with all that is in it. _GNU_SOURCE is
 * defined by the build. */

#include <ftw.h>
#include <stdio.h>
#include "require.h"

static inline int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
        (void)st, (void)kind, (void)where;
        return remove(path);
}

static inline void remove_folder(const char *folder)
{
        (void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
