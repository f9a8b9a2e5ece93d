/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "readers/process-files.h"
#include "readers/text.h"

/*
 * Who a process is: held by its folder, and read from stat, status and its names. Any process gives itself
 * whatever name it likes, so the fields of stat are looked for behind its last parenthesis.
 */

#define FLAG_KERNEL_THREAD 0x00200000 /* PF_KTHREAD in field 9 of stat */
#define ENVIRONMENT_MAX (256 << 10)   /* bytes; what lies behind them is not looked at */

void process_close(int fd)
{
        if (fd >= 0)
                close(fd);
}

int process_gone(int r)
{
        return r == -ENOENT || r == -ENODEV ? -ESRCH : r;
}

int process_read_file(int folder, const char *name, char *text, size_t size)
{
        return process_gone(text_read_at(folder, name, text, size));
}

int process_read_whole(int folder, const char *name, char **text)
{
        return process_gone(text_read_all_at(folder, name, text));
}

/* They begin behind the last ), because comm may hold anything. */
bool process_stat_field(const char *stat, unsigned number, uint64_t *value)
{
        const char *p = strrchr(stat, ')');

        for (unsigned i = 2; p && i < number; i++) {
                p = strchr(p, ' ');
                if (p)
                        p++;
        }
        if (!p || !isdigit((unsigned char)*p))
                return false;
        *value = strtoull(p, NULL, 10);
        return true;
}

struct process_reader *process_reader_free(struct process_reader *reader)
{
        if (!reader)
                return NULL;
        process_close(reader->statm);
        if (reader->memory != reader->folder)
                process_close(reader->memory);
        process_close(reader->folder);
        free(reader);
        return NULL;
}

int process_reader_new(struct process_reader **ret, const struct host *host, pid_t pid)
{
        struct process_reader *reader = malloc(sizeof(*reader));
        char name[16];
        int r = 0;

        if (!reader)
                return -ENOMEM;
        *reader = (struct process_reader){
                .host = host, .pid = pid, .folder = -1, .memory = -1, .statm = -1};
        snprintf(name, sizeof(name), "%d", (int)pid);
        reader->folder = openat(host->procfs, name, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (reader->folder < 0)
                r = -errno;
        reader->memory = reader->folder;
        if (r == 0) {
                reader->statm = openat(reader->folder, "statm", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
                r = reader->statm < 0 ? -errno : 0;
        }
        if (r < 0) {
                process_reader_free(reader);
                return process_gone(r);
        }
        *ret = reader;
        return 0;
}

static int duplicate(int fd, int *ret)
{
        *ret = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        return *ret < 0 ? -errno : 0;
}

int process_reader_dup(struct process_reader **ret, const struct process_reader *reader)
{
        struct process_reader *copy = malloc(sizeof(*copy));
        int r;

        if (!copy)
                return -ENOMEM;
        *copy = (struct process_reader){
                .host = reader->host, .pid = reader->pid, .folder = -1, .memory = -1, .statm = -1};
        r = duplicate(reader->folder, &copy->folder);
        copy->memory = copy->folder;
        if (r == 0 && reader->memory != reader->folder)
                r = duplicate(reader->memory, &copy->memory);
        if (r == 0)
                r = duplicate(reader->statm, &copy->statm);
        if (r < 0) {
                process_reader_free(copy);
                return r;
        }
        *ret = copy;
        return 0;
}

pid_t process_reader_pid(const struct process_reader *reader)
{
        return reader->pid;
}

int process_read_identity(struct process_reader *reader, struct process_identity *ret)
{
        struct text_field uid = {.name = "Uid"};
        uint64_t ppid, session, flags, start_time;
        char text[TEXT_MAX];
        int r = process_read_file(reader->folder, "stat", text, sizeof(text));
        long pid;

        if (r < 0)
                return r;
        pid = strtol(text, NULL, 10);
        if (pid <= 0 || !process_stat_field(text, 4, &ppid) ||
            !process_stat_field(text, 9, &flags) || !process_stat_field(text, 22, &start_time))
                return -EBADMSG;
        if (!process_stat_field(text, 6, &session))
                session = 0;
        r = process_read_file(reader->folder, "status", text, sizeof(text));
        if (r < 0)
                return r;
        text_fields(text, &uid, 1);
        if (!uid.found)
                return -EBADMSG;
        *ret = (struct process_identity){
                .pid = (pid_t)pid,
                .ppid = (pid_t)ppid,
                .session = (pid_t)session,
                .uid = (uid_t)uid.value,
                .start_time = start_time,
                .kernel_thread = flags & FLAG_KERNEL_THREAD,
        };
        return 0;
}

uint64_t process_ticks_now(void)
{
        uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK);
        struct timespec now;

        clock_gettime(CLOCK_BOOTTIME, &now);
        return (uint64_t)now.tv_sec * ticks + (uint64_t)now.tv_nsec * ticks / 1000000000;
}

int process_read_cpu(struct process_reader *reader, uint64_t *usec)
{
        uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK), user, system;
        char text[TEXT_MAX];
        int r = process_read_file(reader->folder, "stat", text, sizeof(text));

        if (r < 0)
                return r;
        if (!process_stat_field(text, 14, &user) || !process_stat_field(text, 15, &system))
                return -EBADMSG;
        *usec = (user + system) * 1000000 / ticks;
        return 0;
}

/* Field 3, of a thread that lives: the first one may have ended. Another letter is the state of one that is traced. */
int process_read_stopped(struct process_reader *reader, bool *stopped)
{
        char text[TEXT_MAX];
        int r = process_read_file(reader->memory, "stat", text, sizeof(text));
        const char *end = r < 0 ? NULL : strrchr(text, ')');

        if (r < 0)
                return r;
        *stopped = end && end[1] == ' ' && end[2] == 'T';
        return end ? 0 : -EBADMSG;
}

/* Field 52, which is 0 for whoever may not know, as it is for who left by himself. */
int process_read_death(struct process_reader *reader, int *status)
{
        char text[TEXT_MAX];
        int r = process_read_file(reader->folder, "stat", text, sizeof(text));
        const char *end = r < 0 ? NULL : strrchr(text, ')');
        uint64_t code;

        if (r < 0)
                return r;
        if (!end || !process_stat_field(text, 52, &code))
                return -EBADMSG;
        if (end[1] != ' ' || (end[2] != 'Z' && end[2] != 'X'))
                return -EINVAL;
        *status = (int)code;
        return 0;
}

int process_read_handles(struct process_reader *reader, int signo, bool *handles)
{
        char *text;
        int r = process_read_whole(reader->folder, "status", &text);
        const char *line = r < 0 ? NULL : strstr(text, "\nSigCgt:");

        if (r < 0)
                return r;
        /* A mask in hexadecimal; bit 0 is signal 1. The kernel escapes newlines in the name above it. */
        if (line)
                *handles = strtoull(line + strlen("\nSigCgt:"), NULL, 16) >> (signo - 1) & 1;
        free(text);
        return line ? 0 : -EBADMSG;
}

int process_read_comm(struct process_reader *reader, char **comm)
{
        char text[256];
        int n = process_read_file(reader->folder, "comm", text, sizeof(text));

        if (n < 0)
                return n;
        if (n > 0 && text[n - 1] == '\n')
                text[n - 1] = '\0';
        *comm = strdup(text);
        return *comm ? 0 : -ENOMEM;
}

int process_read_cmdline(struct process_reader *reader, size_t max, char **cmdline, size_t *size)
{
        char *text = malloc(max + 1), *shorter;
        int n = text ? process_read_file(reader->folder, "cmdline", text, max + 1) : -ENOMEM;

        if (n < 0) {
                free(text);
                return n;
        }
        /* A thousand of them are kept, and few are as long as they may be. */
        shorter = realloc(text, (size_t)n + 1);
        *cmdline = shorter ? shorter : text;
        *size = (size_t)n;
        return 0;
}

int process_read_managed(struct process_reader *reader, bool *managed)
{
        char wanted[40], *text = malloc(ENVIRONMENT_MAX);
        int n = text ? process_read_file(reader->folder, "environ", text, ENVIRONMENT_MAX)
                     : -ENOMEM;

        *managed = false;
        snprintf(wanted, sizeof(wanted), "SYSTEMD_EXEC_PID=%d", (int)reader->pid);
        for (int at = 0; at < n && !*managed; at += (int)strlen(text + at) + 1)
                *managed = strcmp(text + at, wanted) == 0;
        free(text);
        return n < 0 ? n : 0;
}
