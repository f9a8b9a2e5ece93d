/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "readers/process.h"
#include "readers/text.h"

#define FLAG_KERNEL_THREAD 0x00200000 /* PF_KTHREAD in field 9 of stat */
#define FLAG_EXITING 0x00000004       /* PF_EXITING */

struct process_reader {
        const struct host *host;
        pid_t pid;
        int folder; /* /proc/PID */
        int memory; /* the folder of the thread that shows the memory: /proc/PID, see adopt_thread
                     */
        int statm;  /* in there */
};

static void close_fd(int fd)
{
        if (fd >= 0)
                close(fd);
}

/* The files read here exist as long as the process does. */
static int gone(int r)
{
        return r == -ENOENT || r == -ENODEV ? -ESRCH : r;
}

static int read_file(int folder, const char *name, char *text, size_t size)
{
        return gone(text_read_at(folder, name, text, size));
}

struct process_reader *process_reader_free(struct process_reader *reader)
{
        if (!reader)
                return NULL;
        close_fd(reader->statm);
        if (reader->memory != reader->folder)
                close_fd(reader->memory);
        close_fd(reader->folder);
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
                return gone(r);
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

/* Fields of stat by their number in proc(5), from 3 on: they begin behind the last ), because comm
 * may hold anything. */
static bool stat_field(const char *stat, unsigned number, uint64_t *value)
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

int process_read_identity(struct process_reader *reader, struct process_identity *ret)
{
        struct text_field uid = {.name = "Uid"};
        uint64_t ppid, flags, start_time;
        char text[TEXT_MAX];
        int r = read_file(reader->folder, "stat", text, sizeof(text));
        long pid;

        if (r < 0)
                return r;
        pid = strtol(text, NULL, 10);
        if (pid <= 0 || !stat_field(text, 4, &ppid) || !stat_field(text, 9, &flags) ||
            !stat_field(text, 22, &start_time))
                return -EBADMSG;
        r = read_file(reader->folder, "status", text, sizeof(text));
        if (r < 0)
                return r;
        text_fields(text, &uid, 1);
        if (!uid.found)
                return -EBADMSG;
        *ret = (struct process_identity){
                .pid = (pid_t)pid,
                .ppid = (pid_t)ppid,
                .uid = (uid_t)uid.value,
                .start_time = start_time,
                .kernel_thread = flags & FLAG_KERNEL_THREAD,
        };
        return 0;
}

int process_read_cpu(struct process_reader *reader, uint64_t *usec)
{
        uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK), user, system;
        char text[TEXT_MAX];
        int r = read_file(reader->folder, "stat", text, sizeof(text));

        if (r < 0)
                return r;
        if (!stat_field(text, 14, &user) || !stat_field(text, 15, &system))
                return -EBADMSG;
        *usec = (user + system) * 1000000 / ticks;
        return 0;
}

int process_read_handles(struct process_reader *reader, int signo, bool *handles)
{
        char text[TEXT_MAX];
        int r = read_file(reader->folder, "status", text, sizeof(text));
        const char *line = r < 0 ? NULL : strstr(text, "\nSigCgt:");

        if (r < 0)
                return r;
        if (!line)
                return -EBADMSG;
        /* A mask in hexadecimal; bit 0 is signal 1. The kernel escapes newlines in the name above it. */
        *handles = strtoull(line + strlen("\nSigCgt:"), NULL, 16) >> (signo - 1) & 1;
        return 0;
}

struct pages {
        uint64_t size, resident, shared;
};

static int read_pages(int statm, struct pages *pages)
{
        uint64_t *const numbers[] = {&pages->size, &pages->resident, &pages->shared};
        char text[256];
        const char *rest = text;
        int r = text_read(statm, text, sizeof(text));

        if (r < 0)
                return gone(r);
        /* Read more often than all else: sscanf would cost half as much as the kernel. */
        for (unsigned i = 0; i < 3; i++)
                if (!text_next_number(&rest, numbers[i]))
                        return -EBADMSG;
        return 0;
}

/*
 * A process whose first thread has ended (main called pthread_exit) shows no memory under
 * /proc/PID, though the others use it. Any of them shows the same memory: go on with that one's
 * folder. -ESRCH when none has memory, as of a zombie.
 */
static int adopt_thread(struct process_reader *reader, struct pages *pages)
{
        int tasks = openat(reader->folder, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        DIR *dir = tasks < 0 ? NULL : fdopendir(tasks);
        const struct dirent *entry;

        if (!dir) {
                int r = -errno;

                close_fd(tasks);
                return gone(r);
        }
        while ((entry = readdir(dir))) {
                int folder, statm;

                if (!isdigit((unsigned char)*entry->d_name))
                        continue;
                folder =
                        openat(tasks, entry->d_name, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
                statm = folder < 0 ? -1
                                   : openat(folder, "statm", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
                if (statm >= 0 && read_pages(statm, pages) == 0 && pages->size > 0) {
                        close(reader->statm);
                        if (reader->memory != reader->folder)
                                close(reader->memory);
                        reader->memory = folder;
                        reader->statm = statm;
                        closedir(dir);
                        return 0;
                }
                close_fd(statm);
                close_fd(folder);
        }
        closedir(dir);
        return -ESRCH;
}

/* The pages of whichever thread shows them; the one read last may have ended, then another one. */
static int find_pages(struct process_reader *reader, struct pages *pages)
{
        int r = read_pages(reader->statm, pages);

        if ((r == 0 && pages->size == 0) || (r == -ESRCH && reader->memory != reader->folder))
                return adopt_thread(reader, pages);
        return r;
}

int process_read_memory(struct process_reader *reader, struct process_memory *ret)
{
        uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
        struct pages pages;
        int r = find_pages(reader, &pages);

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
        struct pages pages;

        return find_pages(reader, &pages) == 0 && reader->memory != reader->folder;
}

/* Sums named lines of a file of the thread that shows the memory; needs the first of them. */
static int sum_fields(struct process_reader *reader, const char *file, const char *const names[2],
                      uint64_t *bytes)
{
        struct text_field fields[2] = {{.name = names[0]}, {.name = names[1]}};
        struct pages pages;
        char text[TEXT_MAX];
        int r = find_pages(reader, &pages);

        if (r == 0)
                r = read_file(reader->memory, file, text, sizeof(text));
        if (r < 0)
                return r;
        text_fields(text, fields, 2);
        if (!fields[0].found)
                return -ENODATA;
        *bytes = fields[0].value + (fields[1].found ? fields[1].value : 0);
        return 0;
}

int process_read_swap(struct process_reader *reader, uint64_t *bytes)
{
        return sum_fields(reader, "status", (const char *const[2]){"VmSwap", ""}, bytes);
}

int process_read_proportional(struct process_reader *reader, uint64_t *bytes)
{
        return sum_fields(reader, "smaps_rollup", (const char *const[2]){"Pss_Anon", "SwapPss"},
                          bytes);
}

int process_read_comm(struct process_reader *reader, char **comm)
{
        char text[256];
        int n = read_file(reader->folder, "comm", text, sizeof(text));

        if (n < 0)
                return n;
        if (n > 0 && text[n - 1] == '\n')
                text[n - 1] = '\0';
        *comm = strdup(text);
        return *comm ? 0 : -ENOMEM;
}

int process_read_cmdline(struct process_reader *reader, size_t max, char **cmdline, size_t *size)
{
        char *text = malloc(max + 1);
        int n = text ? read_file(reader->folder, "cmdline", text, max + 1) : -ENOMEM;

        if (n < 0) {
                free(text);
                return n;
        }
        *cmdline = text;
        *size = (size_t)n;
        return 0;
}

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

        return read_file(reader->memory, "stat", text, sizeof(text)) < 0 ||
               !stat_field(text, 9, &flags) || (flags & FLAG_EXITING);
}

/* Of a thread that lives: v1 shows one that exits in the root, from a moment on in which it has its memory
 * still. */
static int read_path(struct process_reader *reader, const char *controller, int hierarchy,
                     char **path)
{
        struct pages pages;
        const char *found;
        char *text;
        size_t n;
        int fd, r;

        r = find_pages(reader, &pages);
        if (r < 0)
                return r;
        fd = openat(reader->memory, "cgroup", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return gone(-errno);
        r = text_read_all(fd, &text);
        close(fd);
        if (r < 0)
                return gone(r);
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
