/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "bng/answer.h"
#include "bng/deadline.h"
#include "bng/tool.h"
#include "config/units.h"

/* What is said while the expression is read, and what is said after that. */
static struct words {
        char sentence[128]; /* for standard error */
        char *object_line;  /* for standard output, or NULL */
} words[2];
static volatile sig_atomic_t is_read;

/* A descriptor that does not take it all is not waited for: the process is late already. */
static void end(int signal)
{
        (void)signal;
        const struct words *said = &words[is_read];
        ssize_t written = write(STDERR_FILENO, said->sentence, strlen(said->sentence));
        if (said->object_line)
                written = write(STDOUT_FILENO, said->object_line, strlen(said->object_line));
        (void)written;
        _exit(EXIT_REFUSED);
}

uint64_t deadline_now_usec(void)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t)now.tv_sec * BNG_USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}

/* 68 years fit every time_t, and are as good as any more. */
#define SECONDS_MAX INT32_MAX

/* 0 is none. */
static void set_timer(uint64_t usec)
{
        uint64_t seconds = usec / BNG_USEC_PER_SEC;
        struct itimerval timer = {
                .it_value = {.tv_sec = seconds < SECONDS_MAX ? (time_t)seconds : SECONDS_MAX,
                             .tv_usec = (suseconds_t)(usec % BNG_USEC_PER_SEC)}};
        setitimer(ITIMER_REAL, &timer, NULL);
}

static bool make_words(struct words *ret, const struct request *request, const char *what,
                       uint64_t usec)
{
        struct bng_size_text limit;
        char why[112];
        snprintf(why, sizeof why, "refused: %s takes longer than the time limit of %s (TimeMax=)",
                 what, bng_format_usec(usec, &limit));
        snprintf(ret->sentence, sizeof ret->sentence, "bng: %s\n", why);
        if (request->json)
                ret->object_line = answer_failure_line(BNG_REFUSED_TIME, why);
        return !request->json || ret->object_line;
}

int deadline_set(const struct request *request, uint64_t begin_usec, bool reads)
{
        uint64_t usec = bng_ctx_time_limit_usec(request->ctx);
        if (usec == BNG_USEC_INFINITY)
                return EXIT_DONE;
        if (!make_words(&words[0], request, "reading the expression", usec) ||
            !make_words(&words[1], request, "it", usec))
                return answer_failure(request, BNG_NO_MEMORY, "out of memory");

        is_read = !reads;
        struct sigaction action = {.sa_handler = end};
        sigset_t alarm;
        sigemptyset(&alarm);
        sigaddset(&alarm, SIGALRM);
        sigaction(SIGALRM, &action, NULL);
        sigprocmask(SIG_UNBLOCK, &alarm, NULL);
        uint64_t passed_usec = deadline_now_usec() - begin_usec;
        set_timer(usec > passed_usec ? usec - passed_usec : 1);
        return EXIT_DONE;
}

void deadline_goes_on(void)
{
        is_read = true;
}

void deadline_lift(void)
{
        set_timer(0);
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
                free(words[i].object_line);
                words[i].object_line = NULL;
        }
}
