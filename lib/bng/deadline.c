/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#include "bng/answer.h"
#include "bng/deadline.h"
#include "bng/tool.h"
#include "config/units.h"

static char *object_line;  /* for standard output, or NULL */
static char sentence[128]; /* for standard error */

/* A descriptor that does not take it all is not waited for: the process is late already. */
static void end(int signal)
{
        (void)signal;
        ssize_t written = write(STDERR_FILENO, sentence, strlen(sentence));
        if (object_line)
                written = write(STDOUT_FILENO, object_line, strlen(object_line));
        (void)written;
        _exit(EXIT_REFUSED);
}

static int set_timer(uint64_t usec)
{
        struct itimerval timer = {.it_value = {.tv_sec = (time_t)(usec / BNG_USEC_PER_SEC),
                                               .tv_usec = (suseconds_t)(usec % BNG_USEC_PER_SEC)}};
        return setitimer(ITIMER_REAL, &timer, NULL);
}

int deadline_set(const struct request *request)
{
        uint64_t usec = bng_ctx_time_limit_usec(request->ctx);
        if (usec == BNG_USEC_INFINITY)
                return EXIT_DONE;
        struct bng_size_text limit;
        char why[96];
        snprintf(why, sizeof why, "refused: it takes longer than the time limit of %s (TimeMax=)",
                 bng_format_usec(usec, &limit));
        snprintf(sentence, sizeof sentence, "bng: %s\n", why);
        if (request->json && !(object_line = answer_failure_line(BNG_REFUSED_TIME, why)))
                return answer_failure(request, BNG_NO_MEMORY, "out of memory");

        struct sigaction action = {.sa_handler = end};
        sigset_t alarm;
        sigemptyset(&alarm);
        sigaddset(&alarm, SIGALRM);
        sigaction(SIGALRM, &action, NULL);
        sigprocmask(SIG_UNBLOCK, &alarm, NULL);
        if (set_timer(usec > 0 ? usec : 1) < 0)
                return answer_failure(request, BNG_INVALID,
                                      "the time limit is too long for this system");
        return EXIT_DONE;
}

void deadline_lift(void)
{
        set_timer(0);
        free(object_line);
        object_line = NULL;
}
