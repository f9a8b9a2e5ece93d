/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include "bounds/checked.h"
#include "guard/available.h"

#define TEXT_BYTES 8192

/* The beginning of a file, as a text. False: there is none. */
__attribute__((format(printf, 2, 3))) static bool read_text(char text[TEXT_BYTES],
                                                            const char *format, ...)
{
        char path[PATH_MAX];
        va_list arguments;

        va_start(arguments, format);
        int length = vsnprintf(path, sizeof path, format, arguments);
        va_end(arguments);
        if (length < 0 || (size_t)length >= sizeof path)
                return false;
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return false;
        size_t n = 0;
        for (ssize_t got = 1; got > 0 && n<TEXT_BYTES - 1; n += got> 0 ? (size_t)got : 0)
                got = read(fd, text + n, TEXT_BYTES - 1 - n);
        close(fd);
        text[n] = '\0';
        return n > 0;
}

/* "max" and whatever else is no number is no limit. */
static uint64_t number(const char *text)
{
        char *end;
        unsigned long long n = strtoull(text, &end, 10);

        return end == text ? UINT64_MAX : n;
}

/* The number on the line that begins with this word; `absent` without such a line. */
static uint64_t number_of(const char *text, const char *word, uint64_t absent)
{
        size_t length = strlen(word);

        for (const char *line = text; line; line = strchr(line, '\n')) {
                line += *line == '\n';
                if (strncmp(line, word, length) == 0 &&
                    (line[length] == ' ' || line[length] == ':'))
                        return number(line + length + strspn(line + length, ": \t"));
        }
        return absent;
}

__attribute__((format(printf, 3, 4))) static void fence(struct bng_available *tightest,
                                                        uint64_t bytes, const char *format, ...)
{
        va_list arguments;

        if (bytes >= tightest->bytes)
                return;
        tightest->bytes = bytes;
        va_start(arguments, format);
        vsnprintf(tightest->fence, sizeof tightest->fence, format, arguments);
        va_end(arguments);
        for (char *c = tightest->fence; *c; c++)
                if ((unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f)
                        *c = '?';
}

/* ---- cgroups: v1 and v2 differ in names alone ---- */

/*
 * Above v2's memory.high nothing is killed. But whoever asks for more is put to sleep each time, for
 * longer and longer: an operation that needs it hardly ends any more. v1's soft limit only says
 * where memory is reclaimed first.
 */
struct files {
        const char *limit, *brake, *usage, *active, *inactive;
};

static const struct files v1 = {"memory.limit_in_bytes", NULL, "memory.usage_in_bytes",
                                "total_active_file", "total_inactive_file"};
static const struct files v2 = {"memory.max", "memory.high", "memory.current", "active_file",
                                "inactive_file"};

/* A limit of v1 without a limit is the largest multiple of a page. */
#define NO_LIMIT (UINT64_C(1) << 62)

static void look_at_group(const char *folder, const char *group, const struct files *files,
                          struct bng_available *tightest)
{
        char text[TEXT_BYTES];

        if (!read_text(text, "%s%s/%s", folder, group, files->limit))
                return;
        uint64_t limit = number(text);
        uint64_t brake = NO_LIMIT;
        if (files->brake && read_text(text, "%s%s/%s", folder, group, files->brake))
                brake = number(text);
        bool brakes = brake < limit;
        if (brakes)
                limit = brake;
        if (limit >= NO_LIMIT || !read_text(text, "%s%s/%s", folder, group, files->usage))
                return;
        uint64_t usage = number(text);
        if (read_text(text, "%s%s/memory.stat", folder, group)) {
                uint64_t file_pages = bng_sat_add(number_of(text, files->active, 0),
                                                  number_of(text, files->inactive, 0));
                usage = bng_sat_sub(usage, file_pages);
        }
        fence(tightest, bng_sat_sub(limit, usage), "the %s of its cgroup %s",
              brakes ? "memory.high" : "memory limit", *group ? group : "/");
}

/*
 * From the group itself to the root of what is mounted. In a container that root may be the group,
 * and its path one of the host's: folders that are not there are passed over.
 */
static void look_at_chain(const char *folder, char *group, const struct files *files,
                          struct bng_available *tightest)
{
        for (;;) {
                size_t length = strlen(group);
                while (length > 0 && group[length - 1] == '/')
                        group[--length] = '\0';
                look_at_group(folder, group, files, tightest);
                char *last = strrchr(group, '/');
                if (!last)
                        return;
                *last = '\0';
        }
}

static bool has_controller(const char *controllers, size_t length, const char *name)
{
        size_t n = strlen(name);

        for (size_t i = 0; i + n <= length; i++)
                if ((i == 0 || controllers[i - 1] == ',') &&
                    (i + n == length || controllers[i + n] == ',') &&
                    memcmp(controllers + i, name, n) == 0)
                        return true;
        return false;
}

/* A line "ID:CONTROLLERS:PATH"; v2 has no controllers, and on a hybrid host a folder of its own. */
static void look_at_line(const char *cgroup, char *line, struct bng_available *tightest)
{
        char folder[PATH_MAX];
        char *controllers = strchr(line, ':');
        char *group = controllers ? strchr(controllers + 1, ':') : NULL;

        if (!group)
                return;
        size_t length = (size_t)(group - controllers) - 1;
        group++;
        if (length == 0) {
                char copy[PATH_MAX];
                snprintf(copy, sizeof copy, "%s", group);
                look_at_chain(cgroup, copy, &v2, tightest);
                snprintf(folder, sizeof folder, "%s/unified", cgroup);
                look_at_chain(folder, group, &v2, tightest);
        } else if (has_controller(controllers + 1, length, "memory")) {
                snprintf(folder, sizeof folder, "%s/memory", cgroup);
                look_at_chain(folder, group, &v1, tightest);
        }
}

static void look_at_cgroups(const struct bng_available_from *from, struct bng_available *tightest)
{
        char text[TEXT_BYTES];
        char *rest = text;

        if (!read_text(text, "%s/%s/cgroup", from->proc, from->process))
                return;
        for (char *line; (line = strsep(&rest, "\n"));)
                look_at_line(from->cgroup, line, tightest);
}

/* ---- the others ---- */

static void look_at_limits(const struct bng_available_from *from, struct bng_available *tightest)
{
        char text[TEXT_BYTES];

        if (from->address_space_limit_bytes == UINT64_MAX && from->data_limit_bytes == UINT64_MAX)
                return;
        if (!read_text(text, "%s/%s/status", from->proc, from->process))
                return;
        uint64_t size = bng_sat_mul(number_of(text, "VmSize", 0), 1024);
        uint64_t data = bng_sat_mul(number_of(text, "VmData", 0), 1024);
        if (from->address_space_limit_bytes != UINT64_MAX)
                fence(tightest, bng_sat_sub(from->address_space_limit_bytes, size),
                      "the limit of its address space (RLIMIT_AS)");
        if (from->data_limit_bytes != UINT64_MAX)
                fence(tightest, bng_sat_sub(from->data_limit_bytes, data),
                      "the limit of its data (RLIMIT_DATA)");
}

static void look_at_system(const struct bng_available_from *from, struct bng_available *tightest)
{
        char text[TEXT_BYTES];

        if (read_text(text, "%s/meminfo", from->proc))
                fence(tightest, bng_sat_mul(number_of(text, "MemAvailable", UINT64_MAX), 1024),
                      "the memory of the system (MemAvailable)");
}

void bng_available_look(const struct bng_available_from *from, struct bng_available *ret)
{
        *ret = (struct bng_available){.bytes = UINT64_MAX};
        look_at_system(from, ret);
        look_at_limits(from, ret);
        look_at_cgroups(from, ret);
}

static uint64_t soft(const struct rlimit *limit)
{
        return limit->rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit->rlim_cur;
}

void bng_available_here(struct bng_available *ret)
{
        struct rlimit address_space = {RLIM_INFINITY, RLIM_INFINITY};
        struct rlimit data = address_space;

        getrlimit(RLIMIT_AS, &address_space);
        getrlimit(RLIMIT_DATA, &data);
        const struct bng_available_from here = {
                .proc = "/proc",
                .process = "self",
                .cgroup = "/sys/fs/cgroup",
                .address_space_limit_bytes = soft(&address_space),
                .data_limit_bytes = soft(&data),
        };
        bng_available_look(&here, ret);
}
