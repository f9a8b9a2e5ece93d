/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "bng/answer.h"
#include "bng/input.h"
#include "bng/tool.h"
#include "config/units.h"
#include "guard/available.h"

#define FIRST_BYTES 65536

static int too_long(struct request *request, uint64_t limit_bytes)
{
        struct bng_size_text limit;
        char sentence[128];
        snprintf(sentence, sizeof sentence,
                 "refused: the expression is longer than the memory limit of %s "
                 "(OperationMemoryMax=)",
                 bng_format_bytes(limit_bytes, &limit));
        return answer_failure(request, BNG_REFUSED_MEMORY, sentence);
}

static int unreadable(struct request *request, const char *file, int error)
{
        char sentence[256];
        snprintf(sentence, sizeof sentence, "cannot read the expression from %.150s: %s",
                 strcmp(file, "-") == 0 ? "standard input" : file, strerror(error));
        return answer_failure(request, BNG_INVALID, sentence);
}

static uint64_t memory_limit_bytes(const bng_ctx *ctx)
{
        uint64_t limit_bytes = bng_ctx_memory_limit_bytes(ctx);
        struct bng_available available;

        if (limit_bytes != BNG_MEMORY_AUTO)
                return limit_bytes;
        bng_available_here(&available);
        return available.bytes;
}

/* Doubles the room as it fills, so that a short expression from anywhere costs little. */
static int read_all(struct request *request, const char *file, int fd)
{
        uint64_t limit_bytes = memory_limit_bytes(request->ctx);
        size_t room = 0;
        struct stat st;
        if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size > limit_bytes)
                return too_long(request, limit_bytes);
        for (;;) {
                if (request->length == room) {
                        room = room == 0 ? FIRST_BYTES : room * 2;
                        char *text = realloc(request->text, room);
                        if (!text)
                                return answer_failure(request, BNG_NO_MEMORY, "out of memory");
                        request->text = text;
                }
                ssize_t n = read(fd, request->text + request->length, room - request->length);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return unreadable(request, file, errno);
                if (n == 0)
                        return EXIT_DONE;
                request->length += (size_t)n;
                if (request->length > limit_bytes)
                        return too_long(request, limit_bytes);
        }
}

int input_read(struct request *request, const char *file)
{
        if (strcmp(file, "-") == 0)
                return read_all(request, file, STDIN_FILENO);
        int fd = open(file, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return unreadable(request, file, errno);
        int exit_status = read_all(request, file, fd);
        close(fd);
        return exit_status;
}
