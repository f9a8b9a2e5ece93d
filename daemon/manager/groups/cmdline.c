/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A command line and an environment lie in the memory of their process, and reading them waits for the lock of that. It is held
 * while the process forks or maps, and one that maps a file whose server does not answer holds it for ever. So they are
 * read by another thread, which is nearly always there before one has begun to wait. Else the loop goes on, and does not
 * ask this worker again before that thread comes back.
 */

#include <errno.h>
#include <stdlib.h>
#include "manager/groups/cmdline.h"
#include "manager/groups/watch.h"

#define WAIT_USEC UINT64_C(20000)

struct question {
        struct job job;
        struct worker *worker;
        char *text; /* NULL: it is empty */
        size_t size;
        bool managed;
        int error;
};

static void ask(struct job *job)
{
        struct question *question = (struct question *)job;

        question->error = process_read_cmdline(question->worker->reader, CMDLINE_MAX,
                                               &question->text, &question->size);
}

static void ask_managed(struct job *job)
{
        struct question *question = (struct question *)job;

        question->error = process_read_managed(question->worker->reader, &question->managed);
}

static void take_late(struct job *job, bool ran)
{
        struct question *question = (struct question *)job;
        struct worker *worker = question->worker;

        worker->questioned = false;
        if (ran && question->error >= 0 && question->job.run == ask) {
                worker_set_argv0(worker, question->text, question->size);
                if (worker->watch) {
                        worker->due = 0;
                        watch_look_at(worker->watch, 0);
                }
        }
        worker_unref(worker);
        free(question);
}

/* The answer in *answer; or a negative errno, -EAGAIN: it is not to be had now. */
static int put(struct worker *worker, void (*run)(struct job *), struct question *answer)
{
        struct question *question;
        int r;

        if (worker->questioned || !worker->watch)
                return -EAGAIN;
        question = calloc(1, sizeof(*question));
        if (!question)
                return -ENOMEM;
        question->job = (struct job){.run = run, .done = take_late};
        question->worker = worker;
        r = offload_run(worker->watch->manager->offload, &question->job, WAIT_USEC);
        if (r == 0) {
                worker_ref(worker);
                worker->questioned = true;
                return -EAGAIN;
        }
        if (r == -EAGAIN)
                log_trouble(
                        &worker->watch->manager->trouble.hidden,
                        manager_now(worker->watch->manager),
                        "Cannot read command lines: too many processes hide theirs, and hold up "
                        "who reads them.");
        if (r > 0) {
                r = question->error;
                *answer = *question;
        }
        free(question);
        return r;
}

int cmdline_read(struct worker *worker, char **text, size_t *size)
{
        struct question answer;
        int r = put(worker, ask, &answer);

        if (r >= 0) {
                *text = answer.text;
                *size = answer.size;
        }
        return r;
}

bool cmdline_is_managed(struct worker *worker)
{
        struct question answer;

        return put(worker, ask_managed, &answer) >= 0 && answer.managed;
}
