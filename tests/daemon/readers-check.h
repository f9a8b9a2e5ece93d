/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the tests of the readers ask of groups and processes on a host that is made of files. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "readers/group.h"
#include "readers/host.h"
#include "readers/process.h"

static inline void expect_pids(const struct host *host, const char *path, const pid_t *expected,
                               size_t n)
{
        struct group_reader *reader;
        pid_t *pids;
        size_t n_pids;

        assert_int_equal(group_reader_new(&reader, host, path), 0);
        assert_int_equal(group_read_pids(reader, &pids, &n_pids), 0);
        assert_int_equal(n_pids, n);
        for (size_t i = 0; i < n; i++)
                assert_int_equal(pids[i], expected[i]);
        free(pids);
        group_reader_free(reader);
}

static inline struct process_reader *open_process(const struct host *host, pid_t pid)
{
        struct process_reader *reader;

        assert_int_equal(process_reader_new(&reader, host, pid), 0);
        return reader;
}

static inline void expect_group(const struct host *host, pid_t pid, const char *expected,
                                const char *unified)
{
        struct process_reader *reader = open_process(host, pid);
        char *path = NULL;

        assert_int_equal(process_read_group(reader, host, &path), 0);
        assert_string_equal(path, expected);
        free(path);
        path = NULL;
        assert_int_equal(process_read_unified_group(reader, &path), unified ? 0 : -ENOENT);
        if (unified)
                assert_string_equal(path, unified);
        free(path);
        process_reader_free(reader);
}

/* Everything that the walk meets, in one text. */
static inline int note(void *userdata, const char *path, uint64_t inode)
{
        assert_int_not_equal(inode, 0);
        fprintf(userdata, "%s|", path);
        return strstr(path, "stop-here") ? 42 : 0;
}

static inline char *walk(const struct host *host, int expected)
{
        char *text;
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        assert_int_equal(group_walk(host, "/", note, stream), expected);
        fclose(stream);
        return text;
}
