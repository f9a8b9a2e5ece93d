/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Two queues under one lock and an eventfd: the loop puts jobs into the first, the thread moves them to
 * the second and rings. The thread blocks all signals: they are the loop's.
 */

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include "manager/offload.h"

struct queue {
        struct job *first, **end;
};

struct offload {
        pthread_mutex_t lock;
        pthread_cond_t changed;
        pthread_t thread;
        struct queue waiting, finished;
        bool stop, stopped;
        int bell;
        sd_event_source *source;
};

static void queue_put(struct queue *queue, struct job *job)
{
        job->next = NULL;
        *queue->end = job;
        queue->end = &job->next;
}

static struct job *queue_take(struct queue *queue)
{
        struct job *job = queue->first;

        if (job) {
                queue->first = job->next;
                if (!queue->first)
                        queue->end = &queue->first;
        }
        return job;
}

static void *work(void *userdata)
{
        struct offload *offload = userdata;

        pthread_mutex_lock(&offload->lock);
        while (!offload->stop) {
                struct job *job = queue_take(&offload->waiting);

                if (!job) {
                        pthread_cond_wait(&offload->changed, &offload->lock);
                        continue;
                }
                pthread_mutex_unlock(&offload->lock);
                job->run(job);
                pthread_mutex_lock(&offload->lock);
                queue_put(&offload->finished, job);
                (void)eventfd_write(offload->bell, 1);
        }
        offload->stopped = true;
        pthread_cond_broadcast(&offload->changed);
        pthread_mutex_unlock(&offload->lock);
        return NULL;
}

static void give_back(struct offload *offload, struct queue *queue, bool ran)
{
        for (;;) {
                struct job *job;

                pthread_mutex_lock(&offload->lock);
                job = queue_take(queue);
                pthread_mutex_unlock(&offload->lock);
                if (!job)
                        return;
                job->done(job, ran);
        }
}

static int on_bell(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        struct offload *offload = userdata;
        eventfd_t rings;

        (void)source;
        (void)revents;
        (void)eventfd_read(fd, &rings);
        give_back(offload, &offload->finished, true);
        return 0;
}

int offload_new(struct offload **ret, sd_event *event)
{
        struct offload *offload = calloc(1, sizeof(*offload));
        pthread_condattr_t attributes;
        sigset_t all, before;
        int r;

        if (!offload)
                return -ENOMEM;
        offload->waiting.end = &offload->waiting.first;
        offload->finished.end = &offload->finished.first;
        offload->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (offload->bell < 0) {
                r = -errno;
                free(offload);
                return r;
        }
        r = sd_event_add_io(event, &offload->source, offload->bell, EPOLLIN, on_bell, offload);
        if (r >= 0) {
                pthread_mutex_init(&offload->lock, NULL);
                pthread_condattr_init(&attributes);
                pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
                pthread_cond_init(&offload->changed, &attributes);
                pthread_condattr_destroy(&attributes);
                sigfillset(&all);
                pthread_sigmask(SIG_SETMASK, &all, &before);
                r = -pthread_create(&offload->thread, NULL, work, offload);
                pthread_sigmask(SIG_SETMASK, &before, NULL);
        }
        if (r < 0) {
                sd_event_source_unref(offload->source);
                close(offload->bell);
                free(offload);
                return r;
        }
        *ret = offload;
        return 0;
}

void offload_submit(struct offload *offload, struct job *job)
{
        pthread_mutex_lock(&offload->lock);
        queue_put(&offload->waiting, job);
        pthread_cond_broadcast(&offload->changed);
        pthread_mutex_unlock(&offload->lock);
}

struct offload *offload_free(struct offload *offload)
{
        struct timespec deadline;
        bool stopped;
        int r = 0;

        if (!offload)
                return NULL;
        clock_gettime(CLOCK_MONOTONIC, &deadline);
        deadline.tv_sec++;
        pthread_mutex_lock(&offload->lock);
        offload->stop = true;
        pthread_cond_broadcast(&offload->changed);
        while (!offload->stopped && r == 0)
                r = pthread_cond_timedwait(&offload->changed, &offload->lock, &deadline);
        stopped = offload->stopped;
        pthread_mutex_unlock(&offload->lock);

        give_back(offload, &offload->finished, true);
        give_back(offload, &offload->waiting, false);
        sd_event_source_unref(offload->source);
        if (!stopped) {
                pthread_detach(offload->thread);
                return NULL;
        }
        pthread_join(offload->thread, NULL);
        pthread_cond_destroy(&offload->changed);
        pthread_mutex_destroy(&offload->lock);
        close(offload->bell);
        free(offload);
        return NULL;
}
