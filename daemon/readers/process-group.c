/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "readers/process-files.h"
#include "readers/text.h"

/*
 * Where a process lives: its line of /proc/PID/cgroup for the hierarchy that is asked for.
 */

#define FLAG_EXITING 0x00000004 /* PF_EXITING in field 9 of stat */

/* Is the controller in the list between the colons of "4:cpu,memory:/path"? "" is v2's own line. */
static bool is_line_of(const char *list, size_t n, const char *controller)
{
        size_t length = strlen(controller);

        if (n == 0 || length == 0)
                return n == length;
        for (const char *end = list + n; list < end; list++) {
                size_t word = strcspn(list, ",:");

                if (word == length && memcmp(list, controller, length) == 0)
                        return true;
                list += word;
        }
        return false;
}

/* Where the path begins in the text; *length is up to the end of its line. */
static const char *find_path(const char *text, const char *controller, size_t *length)
{
        while (*text) {
                const char *end = strchrnul(text, '\n'),
                           *list = memchr(text, ':', (size_t)(end - text));
                const char *path = list ? memchr(list + 1, ':', (size_t)(end - list - 1)) : NULL;

                if (path && is_line_of(list + 1, (size_t)(path - list - 1), controller)) {
                        *length = (size_t)(end - path - 1);
                        return path + 1;
                }
                text = *end ? end + 1 : end;
        }
        return NULL;
}

/* The kernel marks the path of a removed group so; but a group may also be called that. */
static void cut_deleted(char *path, int hierarchy)
{
        static const char mark[] = " (deleted)";
        size_t n = strlen(path), m = strlen(mark);

        if (n > m && strcmp(path + n - m, mark) == 0 &&
            faccessat(hierarchy, path + 1, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
                path[n - m] = '\0';
}

/* Has the thread that shows the memory begun to exit? */
static bool is_exiting(const struct process_reader *reader)
{
        char text[TEXT_MAX];
        uint64_t flags;

        return process_read_file(reader->memory, "stat", text, sizeof(text)) < 0 ||
               !process_stat_field(text, 9, &flags) || (flags & FLAG_EXITING);
}

/* Of a thread that lives: v1 shows one that exits in the root, from a moment on in which it has its memory
 * still. */
static int read_path(struct process_reader *reader, const char *controller, int hierarchy,
                     char **path)
{
        struct process_pages pages;
        const char *found;
        char *text;
        size_t n;
        int r;

        r = process_find_pages(reader, &pages);
        if (r < 0)
                return r;
        r = process_read_whole(reader->memory, "cgroup", &text);
        if (r < 0)
                return r;
        found = find_path(text, controller, &n);
        if (!found || n == 0 || *found != '/')
                r = -ENOENT;
        else if (strncmp(found, "/..", 3) == 0 && (n == 3 || found[3] == '/'))
                r = -EXDEV;
        else if (n == 1 && is_exiting(reader))
                r = -ESRCH;
        else {
                *path = strndup(found, n);
                if (*path)
                        cut_deleted(*path, hierarchy);
                else
                        r = -ENOMEM;
        }
        free(text);
        return r;
}

int process_read_group(struct process_reader *reader, const struct host *host, char **path)
{
        return read_path(reader, host->controller, host->groups, path);
}

int process_read_unified_group(struct process_reader *reader, char **path)
{
        return reader->host->unified < 0 ? -ENOENT
                                         : read_path(reader, "", reader->host->unified, path);
}
