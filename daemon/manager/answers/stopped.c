/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "act/group.h"
#include "manager/answers/stopped.h"
#include "manager/leftovers.h"
#include "manager/log.h"

static void print(FILE *file, const struct stopped *stopped)
{
        uint64_t inode;
        char *path;

        if (stopped->group < 0)
                fprintf(file, "PROCESS %d %" PRIu64 "%c", (int)stopped->pid, stopped->start_time,
                        '\0');
        else if (act_group_name_switch(stopped->group, &path, &inode) == 0) {
                fprintf(file, "GROUP %" PRIu64 " %s%c", inode, path, '\0');
                free(path);
        }
}

struct all {
        const struct stopped *at;
        size_t n;
};

static void print_all(FILE *file, const void *userdata)
{
        const struct all *all = userdata;

        for (size_t i = 0; i < all->n; i++)
                print(file, &all->at[i]);
}

int stopped_write(int folder, const struct stopped *stopped, size_t n)
{
        const struct all all = {.at = stopped, .n = n};

        if (n == 0)
                return unlinkat(folder, STOPPED_RECORD, 0) < 0 && errno != ENOENT ? -errno : 0;
        return leftovers_write(folder, STOPPED_RECORD, print_all, &all);
}

/* ---- undoing */

/* Another process under its pid is left alone, and so is one that may not be touched. */
static int let_process_run(const struct host *host, pid_t pid, uint64_t start_time)
{
        struct act_target target = {.pidfd = -1};
        struct process_reader *reader;
        int r = process_reader_new(&reader, host, pid);

        if (r < 0)
                return r == -ESRCH ? ACT_GONE : r;
        r = act_hold(&target, host, reader);
        if (r == ACT_DONE)
                r = target.start_time == start_time ? act_continue(&target, host) : ACT_GONE;
        act_release(&target);
        process_reader_free(reader);
        return r;
}

static int let_group_run(const char *path, uint64_t inode)
{
        int fd = act_group_find_switch(path, inode);

        if (fd < 0)
                return act_gone_or(fd);
        return act_group_thaw(fd);
}

/* What is no entry counts as gone. */
static int let_run(const struct host *host, const char *text)
{
        uint64_t number;
        int pid, begin = 0;

        if (sscanf(text, "PROCESS %d %" SCNu64, &pid, &number) == 2)
                return let_process_run(host, (pid_t)pid, number);
        if (sscanf(text, "GROUP %" SCNu64 " %n", &number, &begin) == 1 && text[begin] == '/')
                return let_group_run(text + begin, number);
        return ACT_GONE;
}

bool stopped_undo(int folder, const struct host *host)
{
        FILE *record = leftovers_open(folder, STOPPED_RECORD);
        size_t size = 0, undone = 0, failed = 0;
        char *text = NULL;

        if (!record)
                return errno == ENOENT;
        while (getdelim(&text, &size, '\0', record) > 0) {
                int r = let_run(host, text);

                undone += r == ACT_DONE;
                failed += r < 0;
        }
        free(text);
        fclose(record);
        if (failed == 0)
                (void)unlinkat(folder, STOPPED_RECORD, 0);
        if (undone > 0)
                log_line(LOG_NOTICE,
                         "Let %zu run again, processes and groups, that a daemon had left stopped.",
                         undone);
        if (failed > 0)
                log_line(LOG_WARNING,
                         "Could not let %zu run again that a daemon had left stopped; the next one "
                         "tries again.",
                         failed);
        return failed == 0;
}
