/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "report/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include "report/folders.h"

/* O_NONBLOCK: a FIFO in the file's place must not stop the writer before fstat() has seen it. */
#define FILE_FLAGS (O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)

struct file_name {
        char text[NAME_MAX + 1];
};

/* NAME, NAME.1, ... */
static const char *rotated_name(const struct lines *lines, unsigned index, struct file_name *ret)
{
        if (index == 0)
                snprintf(ret->text, sizeof(ret->text), "%s", lines->name);
        else
                snprintf(ret->text, sizeof(ret->text), "%s.%u", lines->name, index);
        return ret->text;
}

static void close_fd(int *fd)
{
        if (*fd >= 0)
                close(*fd);
        *fd = -1;
}

void lines_close(struct lines *lines)
{
        if (lines->fd >= 0) {
                struct stat st;

                if (fstat(lines->fd, &st) == 0 && st.st_size > lines->committed &&
                    ftruncate(lines->fd, lines->committed) < 0) {
                        /* A disk that takes not even this: the next opening repairs. */
                }
        }
        close_fd(&lines->fd);
        close_fd(&lines->folder_fd);
}

static int open_folder(struct lines *lines)
{
        int fd;

        if (mkdir(lines->folder, 0700) < 0 && errno != EEXIST)
                return -errno;
        fd = folders_open_own(lines->folder, O_RDONLY);
        if (fd < 0)
                return fd;
        if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
                int r = errno == EWOULDBLOCK ? -EBUSY : -errno;

                close(fd);
                return r;
        }
        lines->folder_fd = fd;
        return 0;
}

static int open_file(const struct lines *lines, const char *name, int flags)
{
        struct stat st;
        int fd = openat(lines->folder_fd, name, flags | FILE_FLAGS, 0600);

        if (fd < 0)
                return -errno;
        if (fstat(fd, &st) < 0) {
                int r = -errno;
                close(fd);
                return r;
        }
        if (!S_ISREG(st.st_mode) || st.st_nlink != 1) {
                close(fd);
                return -EMLINK;
        }
        return fd;
}

static int read_at(int fd, char *to, size_t size, off_t offset)
{
        while (size > 0) {
                ssize_t n = pread(fd, to, size, offset);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : -EIO;
                to += n;
                size -= (size_t)n;
                offset += n;
        }
        return 0;
}

/* Where the last line ends: behind the last newline of the first `size` bytes. */
static int find_end(int fd, off_t size, off_t *ret)
{
        char chunk[4096];

        while (size > 0) {
                size_t n = size < (off_t)sizeof(chunk) ? (size_t)size : sizeof(chunk);
                const char *newline;
                int r = read_at(fd, chunk, n, size - (off_t)n);

                if (r < 0)
                        return r;
                newline = memrchr(chunk, '\n', n);
                if (newline) {
                        *ret = size - (off_t)n + (newline - chunk) + 1;
                        return 0;
                }
                size -= (off_t)n;
        }
        *ret = 0;
        return 0;
}

/* 1 or 0; -ENOMEM, which tells nothing about it. */
static int is_object(const char *text, size_t size)
{
        json_error_t error = {0};
        json_t *json = json_loadb(text, size, 0, &error);
        int object = json_is_object(json);

        if (!json && json_error_code(&error) == json_error_out_of_memory)
                object = -ENOMEM;
        json_decref(json);
        return object;
}

static int keep_torn(struct lines *lines, const char *tail, size_t size)
{
        struct file_name name;
        int fd, r = 0;

        snprintf(name.text, sizeof(name.text), "%s.torn", lines->name);
        fd = open_file(lines, name.text, O_WRONLY | O_CREAT);
        if (fd < 0)
                return fd;
        /* Only the latest is kept, so that no series of crashes fills the disk. */
        if (ftruncate(fd, 0) < 0) {
                r = -errno;
        } else {
                ssize_t n = write(fd, tail, size);

                if (n < 0)
                        r = -errno;
                else if ((size_t)n != size)
                        r = -ENOSPC;
                else if (fsync(fd) < 0)
                        r = -errno;
        }
        close(fd);
        return r;
}

/* A crash may have left a line without its end. If only the newline is missing it gets one. */
static int repair(struct lines *lines)
{
        struct stat st;
        off_t end;
        size_t size;
        char *tail;
        int r;

        if (fstat(lines->fd, &st) < 0)
                return -errno;
        r = find_end(lines->fd, st.st_size, &end);
        if (r < 0)
                return r;
        lines->committed = end;
        if (end == st.st_size)
                return 0;

        size = (size_t)(st.st_size - end);
        tail = malloc(size);
        if (!tail)
                return -ENOMEM;
        r = read_at(lines->fd, tail, size, end);
        if (r == 0)
                r = is_object(tail, size);
        if (r > 0) {
                r = 0;
                if (write(lines->fd, "\n", 1) != 1)
                        r = -errno;
                else
                        lines->committed = st.st_size + 1;
        } else if (r == 0) {
                r = keep_torn(lines, tail, size);
                if (r == 0 && ftruncate(lines->fd, end) < 0)
                        r = -errno;
        }
        free(tail);
        if (r == 0 && fdatasync(lines->fd) < 0)
                r = -errno;
        return r;
}

static int open_current(struct lines *lines)
{
        int fd = open_file(lines, lines->name, O_RDWR | O_APPEND | O_CREAT);

        if (fd < 0)
                return fd;
        lines->fd = fd;
        /* Its name must be as durable as its lines. */
        return fsync(lines->folder_fd) < 0 ? -errno : repair(lines);
}

/* Oldest first, so that a crash in between loses none: it leaves a gap in the numbers. */
static int rotate(struct lines *lines)
{
        struct file_name from, to;

        for (unsigned i = lines->rotated; i > 0; i--) {
                rotated_name(lines, i - 1, &from);
                rotated_name(lines, i, &to);
                if (renameat(lines->folder_fd, from.text, lines->folder_fd, to.text) < 0 &&
                    errno != ENOENT)
                        return -errno;
        }
        close_fd(&lines->fd);
        return open_current(lines);
}

int lines_begin(struct lines *lines)
{
        struct stat st;
        int r = 0;

        /* Removed behind our back: what is written there would be lost. */
        if (lines->fd >= 0 && (fstat(lines->fd, &st) < 0 || st.st_nlink == 0))
                lines_close(lines);
        if (lines->folder_fd < 0)
                r = open_folder(lines);
        if (r == 0 && lines->fd < 0)
                r = open_current(lines);
        if (r == 0 && lines->committed > 0 && (uint64_t)lines->committed >= lines->max)
                r = rotate(lines);
        if (r < 0) {
                /* Nothing is ours to undo: the tail of an unrepaired file is evidence. */
                close_fd(&lines->fd);
                close_fd(&lines->folder_fd);
        }
        return r;
}

int lines_append(struct lines *lines, const char *line)
{
        const struct iovec parts[] = {
                {.iov_base = (char *)line, .iov_len = strlen(line)},
                {.iov_base = (char *)"\n", .iov_len = 1},
        };
        ssize_t n;
        int r;

        do
                n = writev(lines->fd, parts, 2);
        while (n < 0 && errno == EINTR);
        if (n >= 0 && (size_t)n == parts[0].iov_len + 1)
                return 0;
        /* A short write is how a full disk begins. */
        r = n < 0 ? -errno : -ENOSPC;
        lines_close(lines);
        return r;
}

int lines_commit(struct lines *lines)
{
        struct stat st;

        if (fdatasync(lines->fd) < 0 || fstat(lines->fd, &st) < 0) {
                int r = -errno;
                lines_close(lines);
                return r;
        }
        lines->committed = st.st_size;
        return 0;
}

static int write_new(int fd, const char *text, size_t size)
{
        while (size > 0) {
                ssize_t n = write(fd, text, size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : -ENOSPC;
                text += n;
                size -= (size_t)n;
        }
        return fdatasync(fd) < 0 ? -errno : 0;
}

int lines_replace(struct lines *lines, const char *name, const char *text)
{
        struct file_name fresh;
        int fd, r;

        snprintf(fresh.text, sizeof(fresh.text), "%s.new", name);
        if (unlinkat(lines->folder_fd, fresh.text, 0) < 0 && errno != ENOENT)
                return -errno;
        fd = open_file(lines, fresh.text, O_WRONLY | O_CREAT | O_EXCL);
        if (fd < 0)
                return fd;
        r = write_new(fd, text, strlen(text));
        close(fd);
        if (r == 0 && renameat(lines->folder_fd, fresh.text, lines->folder_fd, name) < 0)
                r = -errno;
        if (r == 0 && fsync(lines->folder_fd) < 0)
                r = -errno;
        if (r < 0)
                (void)unlinkat(lines->folder_fd, fresh.text, 0);
        return r;
}
