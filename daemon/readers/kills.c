/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One end is several records, written one behind the other under a lock of the kernel's:
 *
 *   memory: usage 32768kB, limit 32768kB, failcnt 19
 *   oom-kill:constraint=CONSTRAINT_MEMCG,...,oom_memcg=/a,task_memcg=/a/b,task=python3,pid=42,uid=0
 *   Memory cgroup out of memory: Killed process 42 (python3) total-vm:44788kB, anon-rss:32512kB, ...
 *
 * Only the last is always there, and it alone tells of an end; the others are put to it when they name the same
 * process. A process chooses its name: so what comes before a name is read from the left, and what comes behind
 * it from the right.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "readers/kills.h"

#define RECORD_MAX 8192                 /* the kernel's own */
#define RECORDS_MAX 4096                /* in one turn */
#define FIRST_PID_NAMESPACE 0xeffffffcU /* PROC_PID_INIT_INO, the same since Linux 3.8 */

struct kill_words {
        char record[RECORD_MAX + 1]; /* the latest, */
        char about[RECORD_MAX + 1];  /* and the latest summary */
        uint64_t limit;              /* told, and not used yet */
        uint64_t limit_of_summary;
        pid_t pid; /* of the summary, 0: there is none */
};

struct kills {
        int fd;
        struct kill_words *words;
        char buffer[RECORD_MAX + 1];
};

struct kill_words *kill_words_new(void)
{
        struct kill_words *words = calloc(1, sizeof(*words));

        if (words)
                words->limit = UINT64_MAX;
        return words;
}

struct kill_words *kill_words_free(struct kill_words *words)
{
        free(words);
        return NULL;
}

/* What follows `prefix`, or NULL. */
static char *behind(char *text, const char *prefix)
{
        size_t n = strlen(prefix);

        return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

static char *find_last(char *text, const char *what)
{
        char *last = NULL;

        for (char *at = text; (at = strstr(at, what)); at++)
                last = at;
        return last;
}

/* Digits up to `end`. */
static bool read_number(const char *text, char end, uint64_t *number)
{
        char *stop;

        if (*text < '0' || *text > '9')
                return false;
        errno = 0;
        *number = strtoull(text, &stop, 10);
        return errno == 0 && *stop == end;
}

static bool read_pid(const char *text, char end, pid_t *pid)
{
        uint64_t number;

        if (!read_number(text, end, &number) || number == 0 || number > INT32_MAX)
                return false;
        *pid = (pid_t)number;
        return true;
}

/* The last ", NAME:123kB" in bytes; 0 without one. */
static uint64_t read_size(char *text, const char *name)
{
        char *at = find_last(text, name);
        uint64_t number;

        if (!at || !read_number(at + strlen(name), 'k', &number) || number > UINT64_MAX / 1024)
                return 0;
        return number * 1024;
}

/* "\x0a" is the byte: the kernel writes it so, a backslash among them. In place. */
static void unescape(char *text)
{
        char *to = text;

        for (const char *from = text; *from; to++) {
                char digits[3] = {0}, *end;
                long byte;

                if (from[0] == '\\' && from[1] == 'x' && from[2] && from[3]) {
                        digits[0] = from[2];
                        digits[1] = from[3];
                        byte = strtol(digits, &end, 16);
                        if (*end == '\0' && byte > 0) {
                                *to = (char)byte;
                                from += 4;
                                continue;
                        }
                }
                *to = *from++;
        }
        *to = '\0';
}

/* "6,512,12798346602,-;text": the text, where the kernel itself is the speaker; the lines behind it are not the
 * message's. NULL. */
static char *message_of(char *record)
{
        char *text = strchr(record, ';'), *end;
        uint64_t priority;

        if (!text || !read_number(record, ',', &priority) || priority >= 8)
                return NULL;
        text++;
        end = strchr(text, '\n');
        if (end)
                *end = '\0';
        return text;
}

/* "memory: usage 1kB, limit 2kB, failcnt 3", of the group that is about to lose somebody. */
static bool take_limit(struct kill_words *words, char *text)
{
        char *at = behind(text, "memory: usage ");
        uint64_t limit;

        if (!at)
                return false;
        limit = read_size(at, ", limit ");
        words->limit = limit > 0 && limit < INT64_MAX / 2 ? limit : UINT64_MAX;
        return true;
}

static bool is_or_is_below(const char *path, const char *above, size_t length)
{
        return strncmp(path, above, length) == 0 &&
               (length == 1 || path[length] == '/' || path[length] == '\0');
}

/*
 * "oom-kill:...,oom_memcg=/a,task_memcg=/a/b,task=NAME,pid=42,uid=0", without the first path where it was the
 * machine's memory. Whoever makes groups chooses their names, the words between the paths among them. So a
 * split only counts if the second path is the first one or below it, which the right one always is; and where
 * several do, none.
 */
static void take_paths(struct kernel_kill *kill, char *text)
{
        static const char *const second = ",task_memcg=", *const first = ",oom_memcg=";
        char *limited = NULL, *end = NULL;
        unsigned splits = 0;

        for (char *at = text; (at = strstr(at, second)); at++) {
                const char *group = at + strlen(second);

                if (*group != '/')
                        continue;
                if (kill->machine) {
                        end = at;
                        splits++;
                        continue;
                }
                for (char *path = text; (path = strstr(path, first)) && path < at; path++) {
                        char *above = path + strlen(first);

                        if (*above != '/' || above >= at ||
                            !is_or_is_below(group, above, (size_t)(at - above)))
                                continue;
                        limited = above;
                        end = at;
                        splits++;
                }
        }
        if (splits != 1)
                return;
        *end = '\0';
        kill->group = end + strlen(second);
        kill->limited = limited;
        unescape(end + strlen(second));
        if (limited)
                unescape(limited);
}

/* The summary that has this name and pid at its end; the kernel writes the name in both records alike. */
static void take_summary_of(struct kill_words *words, struct kernel_kill *kill, const char *name)
{
        char mark[RECORD_MAX], *task;

        if (words->pid != kill->pid)
                return;
        if (!kill->machine)
                kill->limit = words->limit_of_summary;
        snprintf(mark, sizeof(mark), ",task=%s,pid=%d,", name, (int)kill->pid);
        task = find_last(words->about, mark);
        if (!task)
                return;
        *task = '\0';
        take_paths(kill, words->about);
}

static bool take_summary(struct kill_words *words, const char *text)
{
        char *pid;

        if (strncmp(text, "oom-kill:", strlen("oom-kill:")) != 0)
                return false;
        strcpy(words->about, text);
        words->limit_of_summary = words->limit;
        words->limit = UINT64_MAX;
        pid = find_last(words->about, ",pid=");
        if (!pid || !read_pid(pid + strlen(",pid="), ',', &words->pid))
                words->pid = 0;
        return true;
}

bool kill_words_take(struct kill_words *words, const char *record, struct kernel_kill *kill)
{
        static const char *const machine[] = {
                "Out of memory: Killed process ",
                "Out of memory (oom_kill_allocating_task): Killed process ",
        };
        char *text, *at, *command, *sizes;
        struct kernel_kill found = {.limit = UINT64_MAX};
        uint64_t uid;

        strncpy(words->record, record, RECORD_MAX);
        text = message_of(words->record);
        if (!text || take_limit(words, text) || take_summary(words, text))
                return false;
        at = behind(text, "Memory cgroup out of memory: Killed process ");
        for (size_t i = 0; !at && i < sizeof(machine) / sizeof(*machine); i++) {
                at = behind(text, machine[i]);
                found.machine = at;
        }
        if (!at || !read_pid(at, ' ', &found.pid))
                return false;
        command = strchr(at, '(');
        sizes = find_last(at, ") total-vm:");
        if (!command || !sizes)
                return false;
        found.memory = read_size(sizes, ", anon-rss:") + read_size(sizes, ", shmem-rss:");
        at = strstr(sizes, ", UID:");
        if (at && read_number(at + strlen(", UID:"), ' ', &uid))
                found.uid = (uid_t)uid;
        *sizes = '\0';
        take_summary_of(words, &found, command + 1);
        words->pid = 0;
        unescape(command + 1);
        found.command = command + 1;
        *kill = found;
        return true;
}

/* ---- the log */

int kills_new(struct kills **ret)
{
        struct kills *kills;
        struct stat namespace;

        if (stat("/proc/self/ns/pid", &namespace) < 0)
                return -errno;
        if (namespace.st_ino != FIRST_PID_NAMESPACE)
                return -EXDEV;
        kills = calloc(1, sizeof(*kills));
        if (!kills)
                return -ENOMEM;
        kills->words = kill_words_new();
        kills->fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
        if (kills->fd < 0 || lseek(kills->fd, 0, SEEK_END) < 0 || !kills->words) {
                int r = kills->words ? -errno : -ENOMEM;

                kills_free(kills);
                return r;
        }
        *ret = kills;
        return 0;
}

struct kills *kills_free(struct kills *kills)
{
        if (!kills)
                return NULL;
        if (kills->fd >= 0)
                close(kills->fd);
        kill_words_free(kills->words);
        free(kills);
        return NULL;
}

int kills_fd(const struct kills *kills)
{
        return kills->fd;
}

bool kills_read(struct kills *kills, kills_fn fn, void *userdata)
{
        bool whole = true;

        for (unsigned i = 0; i < RECORDS_MAX; i++) {
                ssize_t n = read(kills->fd, kills->buffer, RECORD_MAX); /* one record */
                struct kernel_kill kill;

                if (n > 0) {
                        kills->buffer[n] = '\0';
                        if (kill_words_take(kills->words, kills->buffer, &kill))
                                fn(userdata, &kill);
                } else if (n < 0 && errno == EPIPE)
                        whole = false;
                else if (n == 0 || errno != EINTR)
                        break;
        }
        return whole;
}
