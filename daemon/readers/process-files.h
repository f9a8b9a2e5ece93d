/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the files of the process reader share: its descriptors, and how their texts are read. process.c knows
 * who a process is, process-memory.c what it holds, process-group.c where it lives.
 */

#include "readers/process.h"

struct process_reader {
        const struct host *host;
        pid_t pid;
        int folder; /* /proc/PID */
        int memory; /* the folder of the thread that shows the memory: /proc/PID, see process-memory.c */
        int statm; /* in there */
};

/* The files read here exist as long as the process does: -ESRCH for what says that one is missing. */
int process_gone(int r);
/* As text_read_at(), -ESRCH when the process is gone. */
int process_read_file(int folder, const char *name, char *text, size_t size);
/* The same, however long it is: *text is the caller's to free. */
int process_read_whole(int folder, const char *name, char **text);
/* A field of stat by its number in proc(5), from 3 on. False where it is no number. */
bool process_stat_field(const char *stat, unsigned number, uint64_t *value);
void process_close(int fd); /* or -1 */

struct process_pages {
        uint64_t size, resident, shared;
};
/* The pages of whichever thread shows them, whose folder is reader->memory from then on. */
int process_find_pages(struct process_reader *reader, struct process_pages *pages);
