/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A folder for one test, removed with what is in it. */

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static inline int scratch_remove_one(const char *path, const struct stat *st, int kind,
                                     struct FTW *where)
{
        (void)st;
        (void)kind;
        (void)where;
        return remove(path);
}

static inline int scratch_setup(void **state)
{
        char path[] = "/tmp/bignum-guard-test-XXXXXX";

        *state = mkdtemp(path) ? strdup(path) : NULL;
        return *state ? 0 : -1;
}

static inline int scratch_teardown(void **state)
{
        int r = nftw(*state, scratch_remove_one, 8, FTW_DEPTH | FTW_PHYS);

        free(*state);
        return r;
}

/* A file of this text below the working directory; the folders above it are made where they are missing. */
static inline void scratch_put(const char *path, const char *text)
{
        char *copy = strdup(path);
        FILE *file;

        assert_non_null(copy);
        for (char *p = strchr(copy, '/'); p; p = strchr(p + 1, '/')) {
                *p = '\0';
                mkdir(copy, 0755);
                *p = '/';
        }
        free(copy);
        file = fopen(path, "we");
        assert_non_null(file);
        fputs(text, file);
        assert_int_equal(fclose(file), 0);
}
