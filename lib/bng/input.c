/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "bng/answer.h"
#include "bng/deadline.h"
#include "bng/input.h"
#include "bng/tool.h"
#include "bounds/checked.h"
#include "config/limits.h"
#include "config/units.h"
#include "guard/available.h"
#include "guard/judge.h"

#define FIRST_BYTES 65536

static int fail(const struct request *request, bng_status status, const char *sentence)
{
        deadline_lift();
        return answer_failure(request, status, sentence);
}

static int unreadable(const struct request *request, const char *file, int error)
{
        char sentence[256];
        snprintf(sentence, sizeof sentence, "cannot read the expression from %.150s: %s",
                 strcmp(file, "-") == 0 ? "standard input" : file, strerror(error));
        return fail(request, BNG_INVALID, sentence);
}

static int too_long(const struct request *request, uint64_t limit_bytes)
{
        struct bng_size_text limit;
        char sentence[128];
        snprintf(sentence, sizeof sentence,
                 "refused: the expression is longer than the memory limit of %s "
                 "(OperationMemoryMax=)",
                 bng_format_bytes(limit_bytes, &limit));
        return fail(request, BNG_REFUSED_MEMORY, sentence);
}

static int too_long_for_now(const struct request *request, uint64_t bytes,
                            const struct bng_available *available)
{
        struct bng_size_text length, left;
        char sentence[384];
        snprintf(sentence, sizeof sentence,
                 "refused: the expression has %s or more, and %s leaves %s for all else that "
                 "reading and evaluating it takes (OperationMemoryMax=auto)",
                 bng_format_bytes(bytes, &length), available->fence,
                 bng_format_bytes(available->bytes, &left));
        return fail(request, BNG_REFUSED_MEMORY, sentence);
}

/* What the text has, and how much room there is for it. */
struct reading {
        struct request *request;
        const char *file; /* for messages */
        int fd;
        size_t room;
};

static int make_room(struct reading *r, uint64_t room)
{
        char *text = room <= SIZE_MAX ? realloc(r->request->text, (size_t)room) : NULL;
        if (!text)
                return fail(r->request, BNG_NO_MEMORY, "out of memory");
        r->request->text = text;
        r->room = (size_t)room;
        return EXIT_DONE;
}

/*
 * The text surely has so many bytes. Of a limit all may be taken, and a byte more shows what is
 * longer. What the process may still use is looked at each time, as others take of it too, and half
 * of it is left to them and to the evaluation; as for operations, only where it is about much.
 */
static int grow(struct reading *r, uint64_t room, uint64_t bytes)
{
        uint64_t limit_bytes = bng_ctx_memory_limit_bytes(r->request->ctx);
        struct bng_available available = {.bytes = UINT64_MAX};

        if (limit_bytes == BNG_MEMORY_AUTO && room <= BNG_UNSEEN_BYTES)
                return make_room(r, room);
        if (limit_bytes == BNG_MEMORY_AUTO) {
                bng_available_here(&available);
                limit_bytes = BNG_CONFIG_LIMITS_DEFAULT.operation_memory_max;
        }
        if (available.bytes != UINT64_MAX)
                return room - r->room > available.bytes / 2
                               ? too_long_for_now(r->request, bytes, &available)
                               : make_room(r, room);
        if (bytes > limit_bytes)
                return too_long(r->request, limit_bytes);
        uint64_t most = bng_sat_add(limit_bytes, 1);
        return make_room(r, room < most ? room : most);
}

/* What a file still has, if it tells; 0: nobody knows. */
static uint64_t bytes_left(int fd)
{
        struct stat st;
        off_t begin = lseek(fd, 0, SEEK_CUR);
        bool tells = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && begin >= 0;
        return tells && st.st_size > begin ? (uint64_t)(st.st_size - begin) : 0;
}

/*
 * A file has its room at once, with a byte that shows its end. Otherwise it grows by half as it
 * fills: a short text costs little, and a long one is seldom moved.
 */
static int read_all(struct reading *r)
{
        struct request *request = r->request;
        uint64_t known_bytes = bytes_left(r->fd);
        uint64_t first_room = known_bytes > 0 ? known_bytes + 1 : FIRST_BYTES;
        int exit_status = grow(r, first_room, known_bytes);
        while (exit_status == EXIT_DONE) {
                if (request->length == r->room) {
                        exit_status = grow(r, bng_sat_add(r->room, r->room / 2 + 1), r->room);
                        continue;
                }
                ssize_t n = read(r->fd, request->text + request->length, r->room - request->length);
                if (n == 0)
                        return EXIT_DONE;
                if (n > 0)
                        request->length += (size_t)n;
                else if (errno != EINTR)
                        return unreadable(request, r->file, errno);
        }
        return exit_status;
}

/* Gives back what the text does not need; it counts from here on. */
static void hold(struct request *request)
{
        char *text = realloc(request->text, request->length + 1);
        if (text)
                request->text = text;
        bng_ctx_set_held_bytes(request->ctx, request->length);
}

int input_read(struct request *request, const char *file)
{
        struct reading reading = {.request = request, .file = file, .fd = STDIN_FILENO};
        bool opens = strcmp(file, "-") != 0;

        if (opens)
                reading.fd = open(file, O_RDONLY | O_CLOEXEC);
        if (reading.fd < 0)
                return unreadable(request, file, errno);
        int exit_status = read_all(&reading);
        if (opens)
                close(reading.fd);
        if (exit_status == EXIT_DONE)
                hold(request);
        return exit_status;
}
