/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Fuzz target of the kernel's log: the input is its records, one behind the other with 0x1e between. Names of processes and
 * of groups stand in them. Whatever they are, an end is told whole or not at all, and only where the kernel speaks.
 */

#include <stdint.h>
#include <string.h>
#include "folders.h"
#include "readers/kills.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SEPARATOR 0x1e

/* A program that writes to the log has a number of 8 and more in front. */
static bool is_the_kernels(const char *record)
{
        char *end;
        unsigned long long priority = strtoull(record, &end, 10);

        return *record >= '0' && *record <= '9' && *end == ',' && priority < 8;
}

static bool is_or_is_below(const char *path, const char *above)
{
        size_t n = strlen(above);

        return strncmp(path, above, n) == 0 && (n == 1 || path[n] == '/' || path[n] == '\0');
}

static void check(const char *record, const struct kernel_kill *kill)
{
        require(is_the_kernels(record), "nobody else tells of an end");
        require(kill->pid > 0, "a pid is positive");
        require(kill->command && strlen(kill->command) < strlen(record),
                "a command is a part of the record");
        require(kill->limit > 0, "a limit is more than nothing");
        require(!kill->machine || (kill->limit == UINT64_MAX && !kill->limited),
                "the machine is no group");
        require(!kill->limited || kill->group, "who is limited is known with whose group");
        require(!kill->group || *kill->group == '/', "a group is a path");
        require(!kill->limited ||
                        (*kill->limited == '/' && is_or_is_below(kill->group, kill->limited)),
                "a limit is of a group or of one above it");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct kill_words *words = kill_words_new();
        const uint8_t *at = data, *end = data + size;

        require(words, "there is memory");
        while (at < end) {
                const uint8_t *next = memchr(at, SEPARATOR, (size_t)(end - at));
                const uint8_t *stop = next ? next : end;
                struct kernel_kill kill;
                char *record = strndup((const char *)at, (size_t)(stop - at));

                require(record, "there is memory");
                if (kill_words_take(words, record, &kill))
                        check(record, &kill);
                free(record);
                at = next ? next + 1 : end;
        }
        kill_words_free(words);
        return 0;
}
