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
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "readers/kills.h"

#define RECORD_MAX 8192                 /* the kernel's own */
#define RECORDS_MAX 4096                /* in one turn */
#define FIRST_PID_NAMESPACE 0xeffffffcU /* PROC_PID_INIT_INO, the same since Linux 3.8 */

struct kill_words {
        char record[RECORD_MAX + 1], about[RECORD_MAX + 1]; /* the latest, and the one before it */
        uint64_t limit;                                     /* told, and not used yet */
        struct kernel_kill summary; /* pid 0: none; its texts are in `about` */
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

/* The paths may hold anything but the words between them. */
static void take_paths(struct kernel_kill *summary, char *text)
{
        char *limited = strstr(text, ",oom_memcg="), *group, *task = find_last(text, ",task=");

        if (!task)
                return;
        *task = '\0';
        group = limited ? strstr(limited, ",task_memcg=") : strstr(text, ",task_memcg=");
        if (!group)
                return;
        *group = '\0';
        summary->group = group + strlen(",task_memcg=");
        unescape(group + strlen(",task_memcg="));
        if (limited) {
                summary->limited = limited + strlen(",oom_memcg=");
                unescape(limited + strlen(",oom_memcg="));
        }
}

static bool take_summary(struct kill_words *words, char *text)
{
        char *pid;

        if (!behind(text, "oom-kill:"))
                return false;
        words->summary = (struct kernel_kill){.limit = words->limit};
        words->limit = UINT64_MAX;
        pid = find_last(text, ",pid=");
        if (!pid || !read_pid(pid + strlen(",pid="), ',', &words->summary.pid)) {
                words->summary.pid = 0;
                return true;
        }
        memcpy(words->about, words->record, sizeof(words->about));
        take_paths(&words->summary, words->about + (text - words->record));
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
        unescape(command + 1);
        found.command = command + 1;
        if (words->summary.pid == found.pid) {
                found.limit = found.machine ? UINT64_MAX : words->summary.limit;
                found.limited = found.machine ? NULL : words->summary.limited;
                found.group = words->summary.group;
        }
        words->summary.pid = 0;
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
