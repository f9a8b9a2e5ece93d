/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One process of a watched group. It is held (act_hold) before anything is remembered of it, so whatever
 * is decided later is about the very process that was measured.
 *
 * Its memory has two readings. statm is cheap, and counts pages that a fork shares once for every
 * process, and pages that the process has given back to the kernel, which takes them when it wants them.
 * Proportional memory is true, and may wait for the process. So statm is what is watched; when
 * it says too much, a proof is asked for in the offload's thread, and what the proof found that an end would
 * not free is taken off from then on, until the next proof.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "bounds/checked.h"
#include "manager/groups/cmdline.h"
#include "manager/groups/watch.h"
#include "manager/groups/worker.h"

#define PARTS_MAX 4 /* levels of groups with windows of their own */
#define FACTS_SLOWEST_USEC UINT64_C(5000000)
#define FACTS_FASTEST_USEC UINT64_C(20000)

static uint64_t read_clock(clockid_t clock)
{
        struct timespec now;

        return clock_gettime(clock, &now) < 0
                       ? 0
                       : (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Its start, on the loop's clock. The kernel tells it in whole ticks: taken is the latest that it can have been, so
 * that one who was started behind somebody's end does not look as if they had lived together. */
static uint64_t born(const struct worker *worker, uint64_t now)
{
        uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK), start = worker->target.start_time;
        uint64_t since_boot = read_clock(CLOCK_BOOTTIME), awake = read_clock(CLOCK_MONOTONIC), age;

        start = start < UINT64_MAX / 1000000 ? (start + 1) * 1000000 / ticks : 0;
        age = since_boot > start ? since_boot - start : 0;
        return awake > age ? bng_min(awake - age, now) : 0;
}

/* False without memory. */
static bool find_domain(struct worker *worker)
{
        const struct host *host = &worker->watch->manager->host;
        const char *group = worker->target.group;
        char *end;

        if (strcmp(group, worker->watch->path) == 0 || !group_is_threaded(host, group))
                return true;
        worker->domain = strdup(group);
        if (!worker->domain)
                return false;
        do {
                end = strrchr(worker->domain, '/');
                if (!end || end == worker->domain)
                        break;
                *end = '\0';
        } while (group_is_threaded(host, worker->domain));
        return true;
}

const char *worker_home(const struct worker *worker)
{
        return worker->domain ? worker->domain : worker->target.group;
}

int worker_new(struct worker **ret, struct watch *watch, pid_t pid, uint64_t now)
{
        const struct host *host = &watch->manager->host;
        struct worker *worker = calloc(1, sizeof(*worker));
        int r;

        if (!worker)
                return -ENOMEM;
        worker->references = 1;
        worker->watch = watch;
        worker->target.pidfd = -1;
        worker->first_seen = now;
        worker->brought = UINT64_MAX;
        worker->cpu_counted = UINT64_MAX;
        series_init(&worker->series, 0, 0);
        r = process_reader_new(&worker->reader, host, pid);
        if (r >= 0)
                r = act_hold(&worker->target, host, worker->reader);
        if (r == ACT_DONE && !find_domain(worker))
                r = -ENOMEM;
        if (r != ACT_DONE) {
                worker_unref(worker);
                return r;
        }
        worker->born = born(worker, now);
        *ret = worker;
        return 0;
}

struct worker *worker_ref(struct worker *worker)
{
        worker->references++;
        return worker;
}

struct family *worker_free_family(struct family *family)
{
        if (family)
                series_free(&family->series);
        free(family);
        return NULL;
}

static void free_parts(struct worker *worker)
{
        while (worker->parts) {
                struct part *part = worker->parts;

                worker->parts = part->next;
                series_free(&part->series);
                worker_free_family(part->family);
                free(part);
        }
}

struct worker *worker_unref(struct worker *worker)
{
        if (!worker || --worker->references > 0)
                return NULL;
        act_release(&worker->target);
        process_reader_free(worker->reader);
        free(worker->domain);
        free(worker->comm);
        free(worker->argv0);
        free(worker->mapped);
        free(worker->cpu);
        series_free(&worker->series);
        free_parts(worker);
        worker_free_family(worker->family);
        free(worker);
        return NULL;
}

void worker_set_argv0(struct worker *worker, char *text, size_t size)
{
        free(worker->argv0);
        worker->argv0 = text;
        if (size > 0)
                return;
        free(text);
        worker->argv0 = NULL;
}

/* A failed read leaves what was known: it is no proof of another name. */
static void read_facts(struct worker *worker)
{
        struct process_identity identity;
        char *text;
        size_t size;

        if (process_read_comm(worker->reader, &text) >= 0) {
                free(worker->comm);
                worker->comm = text;
        }
        if (cmdline_read(worker, &text, &size) >= 0)
                worker_set_argv0(worker, text, size);
        if (process_read_identity(worker->reader, &identity) >= 0)
                worker->target.uid = identity.uid;
}

/* Neither name nor user are fixed: a process is seen between fork and exec, and may give up root. So
 * they are read again, soon at first. */
static void refresh_facts(struct worker *worker, uint64_t now)
{
        uint64_t age = now - worker->first_seen;

        if (now < worker->facts_due || !worker->watch->asks_names)
                return;
        read_facts(worker);
        worker->facts_due = now + (age < FACTS_FASTEST_USEC   ? FACTS_FASTEST_USEC
                                   : age > FACTS_SLOWEST_USEC ? FACTS_SLOWEST_USEC
                                                              : age);
}

const char *worker_mismatch(struct worker *worker, const struct policy *policy, uint64_t now)
{
        char uid[16] = "";
        struct worker_facts facts = {.user = "",
                                     .uid = uid,
                                     .command = worker->comm ? worker->comm : "",
                                     .argv0 = worker->argv0};

        if (policy->users.n > 0) {
                snprintf(uid, sizeof(uid), "%u", (unsigned)worker->target.uid);
                facts.user = users_name(worker->watch->manager->users, worker->target.uid, now);
                if (!facts.user) {
                        worker->undecided = true;
                        return "User";
                }
        }
        return policy_mismatch_worker(policy, &facts);
}

bool worker_matches(struct worker *worker, const struct policy *policy, uint64_t now)
{
        return !worker_mismatch(worker, policy, now) && !worker->undecided;
}

static void set_policy(struct worker *worker, const struct policy *policy)
{
        uint64_t leak = policy ? policy->leak_window : 0;
        uint64_t growth = policy ? policy->growth_window : 0;

        worker->policy = policy;
        if (worker->series.leak_window != leak || worker->series.growth_window != growth) {
                series_init(&worker->series, leak, growth);
                worker->due = 0;
        }
}

void worker_identify(struct worker *worker, uint64_t now)
{
        const struct watch *watch = worker->watch;

        refresh_facts(worker, now);
        worker->undecided = false;
        for (size_t i = 0; i < watch->n_policies; i++) {
                bool match = !worker_mismatch(worker, watch->policies[i], now);

                if (worker->undecided)
                        return; /* it keeps the policy it had: an earlier one may yet turn out to match */
                if (match) {
                        set_policy(worker, watch->policies[i]);
                        return;
                }
        }
        set_policy(worker, NULL);
}

/* The same windows: then the same samples tell of both. */
static bool has_windows(const struct series *series, const struct series *windows)
{
        return series->leak_window == windows->leak_window &&
               series->growth_window == windows->growth_window;
}

struct part *worker_find_part(const struct worker *worker, const struct series *windows)
{
        struct part *part = has_windows(&worker->series, windows) ? NULL : worker->parts;

        while (part && !has_windows(&part->series, windows))
                part = part->next;
        return part;
}

/* What was seen so far is not forgotten. Of more than there are policies above it the one goes that was asked for longest
 * ago: a reload has changed the windows. */
static struct part *add_part(struct worker *worker, const struct series *windows)
{
        struct part *part, *oldest = worker->parts;
        size_t n = 0;

        for (part = worker->parts; part; part = part->next, n++)
                if (part->series.latest.usec < oldest->series.latest.usec)
                        oldest = part;
        part = n < PARTS_MAX ? calloc(1, sizeof(*part)) : oldest;
        if (!part)
                return NULL;
        if (n < PARTS_MAX) {
                part->next = worker->parts;
                worker->parts = part;
        }
        part->mapped = (struct mapped){0};
        part->family = worker_free_family(part->family);
        series_init(&part->series, windows->leak_window, windows->growth_window);
        series_take_recent(&part->series, &worker->series);
        return part;
}

/* By the windows of its own policy. NULL without memory. */
static struct mapped *own_mapped(struct worker *worker)
{
        if (!worker->mapped)
                worker->mapped = calloc(1, sizeof(*worker->mapped));
        return worker->mapped;
}

static void measure_shmem(struct worker *worker, struct mapped *mapped, uint64_t window,
                          uint64_t now)
{
        uint64_t bytes;

        if (mapped->read == now || process_read_shmem(worker->reader, &bytes) < 0)
                return;
        mapped->read = now;
        if (mapped->since == 0)
                *mapped =
                        (struct mapped){.then = bytes, .before = bytes, .since = now, .read = now};
        mapped->bytes = bytes;
        if (now - mapped->since <= window)
                return;
        mapped->before = mapped->then;
        mapped->then = bytes;
        mapped->since = now;
}

void worker_take_part(struct worker *worker, const struct series *windows, uint64_t now)
{
        struct mapped *mapped;

        if (has_windows(&worker->series, windows))
                mapped = own_mapped(worker);
        else {
                struct part *part = worker_find_part(worker, windows);

                if (!part)
                        part = add_part(worker, windows);
                if (!part)
                        return;
                series_push(&part->series, now, worker->private);
                mapped = &part->mapped;
        }
        if (mapped)
                measure_shmem(worker, mapped, windows->growth_window, now);
}

int worker_measure(struct worker *worker, bool swaps, uint64_t now)
{
        struct process_memory memory;
        uint64_t swapped = 0;
        int r;

        r = process_read_memory(worker->reader, &memory);
        if (r < 0)
                return r;
        if (swaps) {
                r = process_read_swap(worker->reader, &swapped);
                if (r < 0)
                        return r;
        }
        worker->private = memory.private_bytes + swapped;
        worker->rss = memory.rss;
        worker->shared_pages = memory.rss - memory.private_bytes;
        worker->swap_read = swaps;
        if (worker->brought == UINT64_MAX)
                worker->brought = worker->private;
        series_push(&worker->series, now, worker->private);
        if (worker_memory(worker) > worker->peak)
                worker->peak = worker_memory(worker);
        return 0;
}

int worker_measure_once(struct worker *worker, bool swaps, uint64_t now)
{
        const struct series *series = &worker->series;
        bool done = series->n_pushed > 0 && series->latest.usec == now;

        return done && (worker->swap_read || !swaps) ? 0 : worker_measure(worker, swaps, now);
}

uint64_t worker_memory(const struct worker *worker)
{
        return worker->private > worker->shared ? worker->private - worker->shared : 0;
}

/* Born within the growth window. */
static bool is_young(const struct worker *worker, uint64_t window, uint64_t now)
{
        return worker->brought < UINT64_MAX && now - worker->born <= window;
}

static const struct worker *find_parent(const struct worker *worker)
{
        const struct worker *parent = NULL;

        if (worker->watch)
                HASH_FIND(hh, worker->watch->workers, &worker->target.parent, sizeof(pid_t),
                          parent);
        return parent;
}

uint64_t worker_doubt(const struct worker *worker)
{
        if (worker->proven > 0 || !find_parent(worker))
                return 0;
        return bng_min(worker->brought, worker->private);
}

/* What it had taken by itself when it was first measured. Pages that it shares since its fork are its parent's;
 * before a proof says how many, all that the parent holds may be. */
static uint64_t at_sight(const struct worker *worker)
{
        const struct worker *parent = worker->proven == 0 ? find_parent(worker) : NULL;
        uint64_t shared = worker->shared;

        if (parent)
                shared = parent->private;
        return worker->brought > shared ? worker->brought - shared : 0;
}

/* A young one may have taken them all. */
static uint64_t mapped_growth(const struct mapped *mapped, bool young)
{
        uint64_t before = young ? 0 : mapped->before;

        return mapped->bytes > before ? mapped->bytes - before : 0;
}

static struct subject subject_by(const struct worker *worker, const struct series *series,
                                 const struct mapped *mapped, const struct family *family,
                                 uint64_t now)
{
        uint64_t memory = worker_memory(worker), left = UINT64_MAX;
        bool young = is_young(worker, series->growth_window, now);

        if (worker->watch) {
                left = worker->watch->reading.headroom;
                if (worker->watch->manager->available < left)
                        left = worker->watch->manager->available;
        }
        return (struct subject){
                .series = series,
                .now = now,
                .memory = memory,
                .tolerated = worker->answered.tolerated_up_to,
                .young = young,
                .at_sight = young ? at_sight(worker) : 0,
                .mapped = mapped->bytes,
                .mapped_growth = mapped_growth(mapped, young),
                .hard_limit = left < UINT64_MAX - memory ? memory + left : UINT64_MAX,
                .bases = worker->watch ? watch_bases(worker->watch)
                                       : (struct memory_bases){UINT64_MAX, UINT64_MAX},
                .family = family ? &family->series : NULL,
                .by_members = family ? family->by_members : (struct family_growth){0},
                .cpu = worker->cpu,
        };
}

struct subject worker_subject(const struct worker *worker, uint64_t now)
{
        static const struct mapped nothing;

        return subject_by(worker, &worker->series, worker->mapped ? worker->mapped : &nothing,
                          worker->family, now);
}

struct subject worker_part(const struct worker *worker, const struct series *windows, uint64_t now)
{
        const struct part *part = worker_find_part(worker, windows);

        return part ? subject_by(worker, &part->series, &part->mapped, part->family, now)
                    : worker_subject(worker, now);
}

struct proof {
        struct job job;
        struct worker *worker;
        struct process_reader *reader; /* the thread's */
        uint64_t shared;
        int error;
};

static void read_proof(struct job *job)
{
        struct proof *proof = (struct proof *)job;

        proof->error = process_read_others(proof->reader, &proof->shared);
}

/* Does the error say something about the worker? Whatever else went wrong is asked again. */
static bool is_answer(int error)
{
        return error >= 0 || error == -EACCES || error == -EPERM || error == -ENODATA ||
               error == -ESRCH;
}

static void take_proof(struct job *job, bool ran)
{
        struct proof *proof = (struct proof *)job;
        struct worker *worker = proof->worker;

        worker->proving = NULL;
        if (ran && worker->watch && is_answer(proof->error)) {
                /* What cannot be proven is taken as it was read: a worker that hides its pages is
                 * still ended. */
                worker->shared = proof->error < 0 ? 0 : proof->shared;
                worker->proven = manager_now(worker->watch->manager);
                worker->asked = 0;
                worker->due = 0;
                watch_look_at(worker->watch, 0);
        }
        worker_unref(worker);
        process_reader_free(proof->reader);
        free(proof);
}

bool worker_proof_is_put_off(const struct worker *worker)
{
        return worker->proving && !atomic_load(&worker->proving->begun);
}

void worker_prove(struct worker *worker)
{
        struct proof *proof;

        if (worker->asked == 0) {
                worker->asked = manager_now(worker->watch->manager);
                worker->asked_at = worker->private;
        }
        if (worker->proving)
                return;
        proof = calloc(1, sizeof(*proof));
        if (!proof || process_reader_dup(&proof->reader, worker->reader) < 0) {
                free(proof);
                return;
        }
        proof->job = (struct job){.run = read_proof, .done = take_proof};
        proof->worker = worker_ref(worker);
        worker->proving = &proof->job;
        offload_submit(worker->watch->manager->offload, &proof->job);
}
