/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Takes STEP bytes, every page written to, every PAUSE microseconds (0: as fast as the machine can), and never stops.
 * Standard input is a file that it shares with who started it: there it notes when its group's usage, the file
 * USAGE, came to LIMIT, and when it last ran. So the time from the crossing to the signal can be read however it
 * ended, to the millisecond.
 */

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PIECE ((size_t)256 << 10) /* bytes between two notes, */
#define BEAT UINT64_C(1000000)    /* and nanoseconds */

struct note {
        uint64_t crossed; /* monotonic nanoseconds, 0: not yet */
        uint64_t last;
};

static uint64_t now_nsec(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t read_number(int fd)
{
        char text[24];
        ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

        text[n > 0 ? n : 0] = '\0';
        return strtoull(text, NULL, 10);
}

static void sleep_until(volatile struct note *note, uint64_t due)
{
        uint64_t now;

        while ((now = note->last = now_nsec()) < due) {
                uint64_t left = due - now;

                nanosleep(&(struct timespec){.tv_nsec = (long)(left < BEAT ? left : BEAT)}, NULL);
        }
}

int main(int argc, char **argv)
{
        volatile struct note *note =
                mmap(NULL, sizeof(*note), PROT_READ | PROT_WRITE, MAP_SHARED, STDIN_FILENO, 0);
        int usage = argc == 5 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
        uint64_t limit, pause, due;
        size_t step;

        if (note == MAP_FAILED || usage < 0) {
                fprintf(stderr, "usage: burst-timed USAGE LIMIT STEP PAUSE <>NOTE\n");
                return EXIT_FAILURE;
        }
        limit = strtoull(argv[2], NULL, 10);
        step = strtoull(argv[3], NULL, 10);
        pause = strtoull(argv[4], NULL, 10) * 1000;
        due = now_nsec();
        for (;;) {
                char *fresh = mmap(NULL, step, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                                   -1, 0);

                if (fresh == MAP_FAILED)
                        return EXIT_FAILURE;
                for (size_t at = 0; at < step; at += PIECE) {
                        memset(fresh + at, 1, step - at < PIECE ? step - at : PIECE);
                        note->last = now_nsec();
                        if (note->crossed == 0 && read_number(usage) >= limit)
                                note->crossed = note->last;
                }
                due += pause;
                if (pause > 0)
                        sleep_until(note, due);
        }
}
