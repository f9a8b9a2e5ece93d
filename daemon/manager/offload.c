/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Two queues under one lock and an eventfd: the loop puts jobs into the first, the thread moves them to
 * the second and rings. The thread blocks all signals: they are the loop's.
 *
 * Another thread is started when a job waits and none was taken for HANGS_USEC. It ends when it finds nothing to do, so that
 * there is one thread where nothing hangs. Each that leaves is waited for by the next one that does, the last by who frees:
 * then nothing of them is left.
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

#define HANGS_USEC UINT64_C(100000)

struct queue {
        struct job *first, **end;
};

struct offload {
        pthread_mutex_t lock;
        pthread_cond_t changed;
        struct queue waiting, finished;
        unsigned threads, busy, most;
        pthread_t left; /* the latest that has left, */
        bool has_left;  /* if one has */
        uint64_t taken; /* jobs so far, */
        uint64_t seen;  /* and when the timer was set */
        bool stop;
        int bell;
        sd_event_source *source, *timer;
};

static void queue_put(struct queue *queue, struct job *job)
{
        job->next = NULL;
        *queue->end = job;
        queue->end = &job->next;
}

static void queue_put_first(struct queue *queue, struct job *job)
{
        job->next = queue->first;
        if (!queue->first)
                queue->end = &job->next;
        queue->first = job;
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

/* The first thread stays, others leave when nothing waits. */
static struct job *next_job(struct offload *offload)
{
        struct job *job = NULL;

        while (!offload->stop && !(job = queue_take(&offload->waiting)) &&
               offload->threads == offload->busy + 1)
                pthread_cond_wait(&offload->changed, &offload->lock);
        return job;
}

/* Under the lock; the one that left before, which has nothing more to do. */
static bool leave(struct offload *offload, pthread_t *before)
{
        bool had_left = offload->has_left;

        *before = offload->left;
        offload->left = pthread_self();
        offload->has_left = true;
        offload->threads--;
        pthread_cond_broadcast(&offload->changed);
        return had_left;
}

static void *work(void *userdata)
{
        struct offload *offload = userdata;
        pthread_t before;
        struct job *job;
        bool had_left;

        pthread_mutex_lock(&offload->lock);
        while ((job = next_job(offload))) {
                offload->busy++;
                offload->taken++;
                atomic_store(&job->begun, true);
                pthread_mutex_unlock(&offload->lock);
                job->run(job);
                pthread_mutex_lock(&offload->lock);
                offload->busy--;
                if (job->expected) {
                        job->finished = true;
                        pthread_cond_broadcast(&offload->changed);
                } else {
                        queue_put(&offload->finished, job);
                        (void)eventfd_write(offload->bell, 1);
                }
        }
        had_left = leave(offload, &before);
        pthread_mutex_unlock(&offload->lock);
        if (had_left)
                pthread_join(before, NULL);
        return NULL;
}

/* Under the lock. A negative errno. */
static int add_thread(struct offload *offload)
{
        sigset_t all, before;
        pthread_t thread;
        int r;

        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        r = -pthread_create(&thread, NULL, work, offload);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (r < 0)
                return r;
        offload->threads++;
        return 0;
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

/* Does somebody wait whom no thread is going to take soon? Under the lock. */
static bool hangs(const struct offload *offload)
{
        return offload->waiting.first && offload->busy == offload->threads &&
               offload->threads < offload->most;
}

/* Under the lock. */
static void watch_for_hangs(struct offload *offload)
{
        offload->seen = offload->taken;
        (void)sd_event_source_set_time_relative(offload->timer, HANGS_USEC);
        (void)sd_event_source_set_enabled(offload->timer, SD_EVENT_ONESHOT);
}

/* Under the lock. */
static void somebody_waits(struct offload *offload)
{
        int enabled;

        if (offload->most > 1 && sd_event_source_get_enabled(offload->timer, &enabled) >= 0 &&
            enabled == SD_EVENT_OFF)
                watch_for_hangs(offload);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        struct offload *offload = userdata;

        (void)source;
        (void)usec;
        pthread_mutex_lock(&offload->lock);
        if (hangs(offload) && offload->seen == offload->taken)
                (void)add_thread(offload);
        if (offload->waiting.first)
                watch_for_hangs(offload);
        pthread_mutex_unlock(&offload->lock);
        return 0;
}

int offload_new(struct offload **ret, sd_event *event)
{
        struct offload *offload = calloc(1, sizeof(*offload));
        pthread_condattr_t attributes;
        int r;

        if (!offload)
                return -ENOMEM;
        offload->waiting.end = &offload->waiting.first;
        offload->finished.end = &offload->finished.first;
        offload->most = 1;
        offload->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (offload->bell < 0) {
                r = -errno;
                free(offload);
                return r;
        }
        r = sd_event_add_io(event, &offload->source, offload->bell, EPOLLIN, on_bell, offload);
        if (r >= 0)
                r = sd_event_add_time(event, &offload->timer, CLOCK_MONOTONIC, UINT64_MAX, 0,
                                      on_timer, offload);
        if (r >= 0)
                r = sd_event_source_set_enabled(offload->timer, SD_EVENT_OFF);
        if (r >= 0) {
                pthread_mutex_init(&offload->lock, NULL);
                pthread_condattr_init(&attributes);
                pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
                pthread_cond_init(&offload->changed, &attributes);
                pthread_condattr_destroy(&attributes);
                pthread_mutex_lock(&offload->lock);
                r = add_thread(offload);
                pthread_mutex_unlock(&offload->lock);
        }
        if (r < 0) {
                sd_event_source_unref(offload->timer);
                sd_event_source_unref(offload->source);
                close(offload->bell);
                free(offload);
                return r;
        }
        *ret = offload;
        return 0;
}

void offload_widen(struct offload *offload, unsigned threads)
{
        pthread_mutex_lock(&offload->lock);
        offload->most = threads;
        pthread_mutex_unlock(&offload->lock);
}

void offload_submit(struct offload *offload, struct job *job)
{
        pthread_mutex_lock(&offload->lock);
        atomic_store(&job->begun, false);
        job->expected = job->finished = false;
        queue_put(&offload->waiting, job);
        pthread_cond_broadcast(&offload->changed);
        somebody_waits(offload);
        pthread_mutex_unlock(&offload->lock);
}

static struct timespec after(uint64_t usec)
{
        struct timespec time;

        clock_gettime(CLOCK_MONOTONIC, &time);
        usec += (uint64_t)time.tv_nsec / 1000;
        time.tv_sec += (time_t)(usec / 1000000);
        time.tv_nsec = (long)(usec % 1000000 * 1000);
        return time;
}

int offload_run(struct offload *offload, struct job *job, uint64_t usec)
{
        struct timespec deadline = after(usec);
        int r = 0;

        pthread_mutex_lock(&offload->lock);
        if (offload->busy == offload->threads)
                r = offload->threads < offload->most ? add_thread(offload) : -EAGAIN;
        if (r < 0) {
                pthread_mutex_unlock(&offload->lock);
                return -EAGAIN;
        }
        atomic_store(&job->begun, false);
        job->expected = true;
        job->finished = false;
        queue_put_first(&offload->waiting, job);
        pthread_cond_broadcast(&offload->changed);
        while (!job->finished && r == 0)
                r = pthread_cond_timedwait(&offload->changed, &offload->lock, &deadline);
        job->expected = false; /* from now on it comes back to the loop */
        r = job->finished;
        if (!atomic_load(&job->begun))
                somebody_waits(offload);
        pthread_mutex_unlock(&offload->lock);
        return r;
}

struct offload *offload_free(struct offload *offload)
{
        struct timespec deadline = after(1000000);
        bool stopped;
        int r = 0;

        if (!offload)
                return NULL;
        pthread_mutex_lock(&offload->lock);
        offload->stop = true;
        pthread_cond_broadcast(&offload->changed);
        while (offload->threads > 0 && r == 0)
                r = pthread_cond_timedwait(&offload->changed, &offload->lock, &deadline);
        stopped = offload->threads == 0;
        pthread_mutex_unlock(&offload->lock);

        give_back(offload, &offload->finished, true);
        give_back(offload, &offload->waiting, false);
        sd_event_source_unref(offload->timer);
        sd_event_source_unref(offload->source);
        if (!stopped)
                return NULL;
        pthread_join(offload->left, NULL);
        pthread_cond_destroy(&offload->changed);
        pthread_mutex_destroy(&offload->lock);
        close(offload->bell);
        free(offload);
        return NULL;
}
