/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "bounds/checked.h"
#include "readers/process-files.h"
#include "readers/text.h"

/*
 * What a process holds. statm is read at every measurement through a kept descriptor; swap and proportional
 * memory are dearer, and read where they are asked for. All of it is shown by any thread that lives.
 */

static int read_pages(int statm, struct process_pages *pages)
{
        uint64_t *const numbers[] = {&pages->size, &pages->resident, &pages->shared};
        char text[256];
        const char *rest = text;
        int r = text_read(statm, text, sizeof(text));

        if (r < 0)
                return process_gone(r);
        /* Read more often than all else: sscanf would cost half as much as the kernel. */
        for (unsigned i = 0; i < 3; i++)
                if (!text_next_number(&rest, numbers[i]))
                        return -EBADMSG;
        return 0;
}

/*
 * A process whose first thread has ended (main called pthread_exit) shows no memory under
 * /proc/PID, though the others use it. Any of them shows the same memory: go on with that one's
 * folder. -ESRCH when none has memory, as of a zombie; another error where that cannot be told.
 */
static int adopt_thread(struct process_reader *reader, struct process_pages *pages)
{
        int tasks = openat(reader->folder, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        DIR *dir = tasks < 0 ? NULL : fdopendir(tasks);
        const struct dirent *entry;
        int r = -ESRCH;

        if (!dir) {
                r = -errno;
                process_close(tasks);
                return process_gone(r);
        }
        while ((entry = readdir(dir))) {
                int folder, statm, error;

                if (!isdigit((unsigned char)*entry->d_name))
                        continue;
                folder =
                        openat(tasks, entry->d_name, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
                statm = folder < 0 ? -1
                                   : openat(folder, "statm", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
                error = statm < 0 ? process_gone(-errno) : -ESRCH;
                if (error != -ESRCH)
                        r = error;
                if (statm >= 0 && read_pages(statm, pages) == 0 && pages->size > 0) {
                        close(reader->statm);
                        if (reader->memory != reader->folder)
                                close(reader->memory);
                        reader->memory = folder;
                        reader->statm = statm;
                        closedir(dir);
                        return 0;
                }
                process_close(statm);
                process_close(folder);
        }
        closedir(dir);
        return r;
}

/* The thread read last may have ended: then another one. */
int process_find_pages(struct process_reader *reader, struct process_pages *pages)
{
        int r = read_pages(reader->statm, pages);

        if ((r == 0 && pages->size == 0) || (r == -ESRCH && reader->memory != reader->folder))
                return adopt_thread(reader, pages);
        return r;
}

int process_read_memory(struct process_reader *reader, struct process_memory *ret)
{
        uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
        struct process_pages pages;
        int r = process_find_pages(reader, &pages);

        if (r < 0)
                return r;
        *ret = (struct process_memory){
                .private_bytes =
                        page * (pages.resident > pages.shared ? pages.resident - pages.shared : 0),
                .rss = page * pages.resident,
        };
        return 0;
}

bool process_leader_is_gone(struct process_reader *reader)
{
        struct process_pages pages;

        return process_find_pages(reader, &pages) == 0 && reader->memory != reader->folder;
}

/* Named lines of a file of the thread that shows the memory. */
static int read_fields(struct process_reader *reader, const char *file, struct text_field *fields,
                       size_t n)
{
        struct process_pages pages;
        char *text;
        int r = process_find_pages(reader, &pages);

        /* Whoever has a range of ids may be in tens of thousands of user groups, which are listed first. */
        if (r == 0)
                r = process_read_whole(reader->memory, file, &text);
        if (r < 0)
                return r;
        text_fields(text, fields, n);
        free(text);
        return 0;
}

static int read_field(struct process_reader *reader, const char *name, uint64_t *bytes)
{
        struct text_field field = {.name = name};
        int r = read_fields(reader, "status", &field, 1);

        if (r < 0)
                return r;
        *bytes = field.value;
        return field.found ? 0 : -ENODATA;
}

int process_read_swap(struct process_reader *reader, uint64_t *bytes)
{
        return read_field(reader, "VmSwap", bytes);
}

int process_read_shmem(struct process_reader *reader, uint64_t *bytes)
{
        return read_field(reader, "RssShmem", bytes);
}

/*
 * All of it from one walk over its pages: whoever grows meanwhile shares no more for that. What was given back
 * (MADV_FREE) is clean, until it is used again. Of that only what is nobody else's is taken off as a whole: the rest
 * stays as long as another one uses it, and counts by its part like all that is shared.
 */
int process_read_others(struct process_reader *reader, uint64_t *bytes)
{
        enum { ALL, OWN, SWAPPED, OWN_SWAPPED, GIVEN_BACK, OWN_CLEAN, N };
        struct text_field fields[N] = {
                [ALL] = {.name = "Anonymous"},       [OWN] = {.name = "Pss_Anon"},
                [SWAPPED] = {.name = "Swap"},        [OWN_SWAPPED] = {.name = "SwapPss"},
                [GIVEN_BACK] = {.name = "LazyFree"}, [OWN_CLEAN] = {.name = "Private_Clean"},
        };
        int r = read_fields(reader, "smaps_rollup", fields, N);

        if (r < 0)
                return r;
        if (!fields[ALL].found || !fields[OWN].found)
                return -ENODATA;
        *bytes = bng_sat_sub(fields[ALL].value, fields[OWN].value);
        if (fields[SWAPPED].found && fields[OWN_SWAPPED].found)
                *bytes = bng_sat_add(*bytes,
                                     bng_sat_sub(fields[SWAPPED].value, fields[OWN_SWAPPED].value));
        if (fields[GIVEN_BACK].found && fields[OWN_CLEAN].found)
                *bytes = bng_sat_add(*bytes,
                                     bng_min(fields[GIVEN_BACK].value, fields[OWN_CLEAN].value));
        return 0;
}
