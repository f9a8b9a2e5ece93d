/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "readers/text.h"

int text_read(int fd, char *buffer, size_t size)
{
        ssize_t n;

        do
                n = pread(fd, buffer, size - 1, 0);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;
        buffer[n] = '\0';
        return (int)n;
}

int text_read_at(int dirfd, const char *name, char *buffer, size_t size)
{
        int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), r;

        if (fd < 0)
                return -errno;
        r = text_read(fd, buffer, size);
        close(fd);
        return r;
}

/* A file that was just opened. */
static int read_all(int fd, char **text)
{
        size_t size = 4096, length = 0;
        char *buffer = malloc(size), *larger;
        ssize_t n;

        if (!buffer)
                return -ENOMEM;
        while ((n = read(fd, buffer + length, size - length - 1)) > 0 ||
               (n < 0 && errno == EINTR)) {
                if (n < 0)
                        continue;
                length += (size_t)n;
                if (size - length > 1024)
                        continue;
                larger = realloc(buffer, 2 * size);
                if (!larger) {
                        free(buffer);
                        return -ENOMEM;
                }
                buffer = larger;
                size *= 2;
        }
        if (n < 0) {
                int r = -errno;

                free(buffer);
                return r;
        }
        buffer[length] = '\0';
        *text = buffer;
        return 0;
}

int text_read_all_at(int dirfd, const char *name, char **text)
{
        int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), r;

        if (fd < 0)
                return -errno;
        r = read_all(fd, text);
        close(fd);
        return r;
}

/* Digits up to something else; false without a digit or beyond 64 bits. */
static bool read_digits(const char **text, uint64_t *number)
{
        const char *begin = *text;
        uint64_t n = 0;

        for (; **text >= '0' && **text <= '9'; (*text)++)
                if (__builtin_mul_overflow(n, 10, &n) ||
                    __builtin_add_overflow(n, (uint64_t)(**text - '0'), &n))
                        return false;
        *number = n;
        return *text > begin;
}

bool text_number(const char *text, uint64_t *number)
{
        return read_digits(&text, number) && (*text == '\0' || *text == '\n');
}

bool text_next_number(const char **text, uint64_t *number)
{
        *text += strspn(*text, " ");
        return read_digits(text, number);
}

void text_fields(const char *text, struct text_field *fields, size_t n)
{
        for (size_t i = 0; i < n; i++)
                fields[i].found = false;
        while (*text) {
                size_t length = strcspn(text, ": \n");
                const char *value = text + length + strspn(text + length, ": \t");

                for (size_t i = 0; i < n; i++) {
                        if (fields[i].found || strncmp(fields[i].name, text, length) != 0 ||
                            fields[i].name[length] || !read_digits(&value, &fields[i].value))
                                continue;
                        if (strncmp(value, " kB", 3) == 0 &&
                            __builtin_mul_overflow(fields[i].value, 1024, &fields[i].value))
                                fields[i].value = UINT64_MAX;
                        fields[i].found = true;
                        break;
                }
                text += strcspn(text, "\n");
                text += *text == '\n';
        }
}
