/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "readers/group-files.h"
#include "readers/text.h"

/*
 * What is counted of a group besides its memory: its CPU time, the kernel's kills in it, how often it came to its
 * limit, its processes. Read too seldom to keep a descriptor for.
 */

int group_read_cpu(struct group_reader *reader, uint64_t *usec)
{
        struct text_field field = {.name = "usage_usec"};
        char text[TEXT_MAX];
        int r = text_read_at(reader->own.folder, "cpu.stat", text, sizeof(text));

        if (r == -ENOENT)
                return -ENODATA;
        if (r < 0)
                return r;
        text_fields(text, &field, 1);
        if (!field.found)
                return -ENODATA; /* v1's cpu.stat, of another controller */
        *usec = field.value;
        return 0;
}

int group_read_kills(struct group_reader *reader, uint64_t *n)
{
        const char *name = reader->layout == HOST_V2   ? "memory.events.local"
                           : reader->layout == HOST_V1 ? "memory.oom_control"
                                                       : NULL;
        struct text_field field = {.name = "oom_kill"};
        char text[TEXT_MAX];
        int r = name ? text_read_at(reader->own.folder, name, text, sizeof(text)) : -ENOENT;

        if (r < 0)
                return r;
        text_fields(text, &field, 1);
        *n = field.value;
        return field.found ? 0 : -ENOENT;
}

int group_read_hits(struct group_reader *reader, uint64_t *n)
{
        struct text_field field = {.name = "max"};
        char text[TEXT_MAX];
        int r = reader->layout == HOST_V2 ? text_read_at(reader->own.folder, "memory.events.local",
                                                         text, sizeof(text))
                : reader->layout == HOST_V1
                        ? text_read_at(reader->own.folder, "memory.failcnt", text, sizeof(text))
                        : -ENOENT;

        if (r < 0)
                return r;
        if (reader->layout == HOST_V1)
                return text_number(text, n) ? 0 : -EBADMSG;
        text_fields(text, &field, 1);
        *n = field.value;
        return field.found ? 0 : -ENOENT;
}

/* The kernel tells of a file only as long as somebody has it open. */
int group_await_events(struct group_reader *reader, bool *deserted)
{
        struct text_field field = {.name = "populated"};
        char text[TEXT_MAX];
        int r = reader->layout == HOST_V2
                        ? group_open_file(reader->own.folder, "cgroup.events", &reader->events)
                        : -ENOENT;

        if (r >= 0)
                r = reader->events < 0 ? -ENOENT : text_read(reader->events, text, sizeof(text));
        if (r < 0)
                return r;
        text_fields(text, &field, 1);
        *deserted = field.found && field.value == 0;
        return field.found ? 0 : -ENOENT;
}

void group_let_events(struct group_reader *reader)
{
        if (reader->events >= 0)
                close(reader->events);
        reader->events = GROUP_FILE_UNOPENED;
}

int group_read_pids(struct group_reader *reader, pid_t **pids, size_t *n_pids)
{
        size_t n = 0, lines = 1;
        char *text, *line, *rest;
        pid_t *list;
        /* Opened anew each time: v1 makes its list once for a descriptor, and as long as that is read
         * again within a second it never learns of another process. */
        int r = text_read_all_at(reader->own.folder, "cgroup.procs", &text);

        if (r == -EOPNOTSUPP) { /* threaded: its processes are in the list of its domain */
                text = strdup("");
                r = text ? 0 : -ENOMEM;
        }
        if (r < 0)
                return r;
        for (const char *p = text; *p; p++)
                lines += *p == '\n';
        list = malloc(lines * sizeof(*list));
        if (!list) {
                free(text);
                return -ENOMEM;
        }
        rest = text;
        while ((line = strsep(&rest, "\n"))) {
                uint64_t pid;

                /* 0 stands for a process of another pid namespace */
                if (text_number(line, &pid) && pid > 0 && pid <= INT32_MAX)
                        list[n++] = (pid_t)pid;
        }
        free(text);
        *pids = list;
        *n_pids = n;
        return 0;
}

bool group_is_threaded(const struct host *host, const char *path)
{
        char name[PATH_MAX], text[TEXT_MAX];
        int n = snprintf(name, sizeof(name), "%s/cgroup.type", path + strspn(path, "/"));

        return host->controller[0] == '\0' && n > 0 && (size_t)n < sizeof(name) &&
               text_read_at(host->groups, name, text, sizeof(text)) >= 0 &&
               strcmp(text, "threaded\n") == 0;
}
