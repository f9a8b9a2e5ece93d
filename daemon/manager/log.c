/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One write a line, so that lines of several threads never mix; a line longer than the buffer is cut.
 *
 * Whoever reads standard error may be slow, or hang: a journal that waits for its disk, a pipe that nobody empties, a
 * file on a disk that is busy. An end does not wait for its own announcement, so while the daemon runs a thread says
 * what is to be said, and another one goes the errands: who reads the journal need not be who reads standard error. What
 * nobody takes waits up to a bound; how much was left out beyond that is said as soon as somebody listens.
 */

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "manager/log.h"
#include "manager/offload.h"
#include "report/journal.h"

#define LINE_MAX_BYTES 2048
#define WAITING_MAX 4096
#define PATIENCE_MSEC 1000 /* at the end, for what waits still */
#define PAUSE_MSEC 5

/* A thread, and what waits for it. */
struct speaker {
        struct offload *thread; /* NULL: what is to be said is said at once */
        atomic_uint waiting, left_out;
};

static struct speaker speaker, messenger; /* of lines, and of errands */

struct errand {
        struct job job;
        struct speaker *by;
        log_errand_fn fn;
        void *userdata;
};

static void write_text(const char *text)
{
        if (write(STDERR_FILENO, text, strlen(text)) < 0)
                return; /* nobody reads what we say: nothing to be done about it */
}

static int print_level(char line[static LINE_MAX_BYTES], int level)
{
        static _Atomic int journal = -1;

        *line = '\0';
        if (journal < 0)
                journal = journal_is_stderr();
        return journal ? snprintf(line, LINE_MAX_BYTES, "<%d>", level) : 0;
}

/* Lines at once, in their place; entries as a line, which the messenger does not wait for. */
static void confess(struct speaker *by)
{
        unsigned n = atomic_exchange(&by->left_out, 0);
        char line[LINE_MAX_BYTES];
        int used;

        if (n == 0)
                return;
        if (by == &messenger) {
                log_line(LOG_WARNING,
                         "%u journal entries were left out: nobody took them for so long.", n);
                return;
        }
        used = print_level(line, LOG_WARNING);
        snprintf(line + used, sizeof(line) - (size_t)used,
                 "%u lines were left out here: nobody took them for so long.\n", n);
        write_text(line);
}

static void run_errand(struct job *job)
{
        struct errand *errand = (struct errand *)job;

        confess(errand->by);
        errand->fn(errand->userdata, true);
        errand->fn = NULL;
        atomic_fetch_sub(&errand->by->waiting, 1);
}

static void forget_errand(struct job *job, bool ran)
{
        struct errand *errand = (struct errand *)job;

        if (!ran && errand->fn) {
                errand->fn(errand->userdata, false);
                atomic_fetch_sub(&errand->by->waiting, 1);
        }
        free(errand);
}

static void submit(struct speaker *by, log_errand_fn fn, void *userdata)
{
        struct errand *errand;

        if (by->thread && atomic_load(&by->waiting) >= WAITING_MAX) {
                atomic_fetch_add(&by->left_out, 1);
                fn(userdata, false);
                return;
        }
        errand = by->thread ? malloc(sizeof(*errand)) : NULL;
        if (!errand) {
                fn(userdata, true);
                return;
        }
        *errand = (struct errand){.job = {.run = run_errand, .done = forget_errand},
                                  .by = by,
                                  .fn = fn,
                                  .userdata = userdata};
        atomic_fetch_add(&by->waiting, 1);
        offload_submit(by->thread, &errand->job);
}

void log_errand(log_errand_fn fn, void *userdata)
{
        submit(&messenger, fn, userdata);
}

int log_open(sd_event *event)
{
        int r = speaker.thread ? 0 : offload_new(&speaker.thread, event);

        return r < 0 || messenger.thread ? r : offload_new(&messenger.thread, event);
}

static bool is_busy(struct speaker *by)
{
        return by->thread && atomic_load(&by->waiting) > 0;
}

void log_close(void)
{
        for (int waited = 0; (is_busy(&messenger) || is_busy(&speaker)) && waited < PATIENCE_MSEC;
             waited += PAUSE_MSEC)
                (void)clock_nanosleep(CLOCK_MONOTONIC, 0,
                                      &(struct timespec){.tv_nsec = PAUSE_MSEC * 1000000}, NULL);
        messenger.thread = offload_free(messenger.thread);
        speaker.thread = offload_free(speaker.thread);
}

/* ---- lines */

static void say_line(void *userdata, bool heard)
{
        if (heard)
                write_text(userdata);
        free(userdata);
}

__attribute__((format(printf, 2, 0))) static void put_line(int level, const char *format,
                                                           va_list args)
{
        char line[LINE_MAX_BYTES], *copy;
        int used = print_level(line, level), text;
        size_t length;

        text = vsnprintf(line + used, sizeof(line) - (size_t)used - 1, format, args);
        if (text < 0)
                return;
        length = (size_t)used + (size_t)text;
        if (length > sizeof(line) - 2)
                length = sizeof(line) - 2;
        strcpy(line + length, "\n");
        copy = speaker.thread ? strdup(line) : NULL;
        if (copy)
                submit(&speaker, say_line, copy);
        else
                write_text(line);
}

void log_line(int level, const char *format, ...)
{
        va_list args;

        va_start(args, format);
        put_line(level, format, args);
        va_end(args);
}

void log_trouble(struct log_trouble *trouble, uint64_t now, const char *format, ...)
{
        va_list args;

        if (now < trouble->again)
                return;
        trouble->again = now + LOG_TROUBLE_USEC;
        va_start(args, format);
        put_line(LOG_WARNING, format, args);
        va_end(args);
}
