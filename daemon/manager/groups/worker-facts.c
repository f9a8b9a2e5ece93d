/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who a worker is: its name, its command line, its user, and so which policy is its own. None of them is fixed, so they
 * are read again; and where no policy asks for any of them, none is read.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "manager/groups/cmdline.h"
#include "manager/groups/worker.h"

#define FACTS_SLOWEST_USEC UINT64_C(5000000)
#define FACTS_FASTEST_USEC UINT64_C(20000)
#define FACTS_SETTLED_USEC UINT64_C(60000000) /* from then on only its name is read, */
#define FACTS_NAMES 12                        /* and all of it once in so many times */

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

/* Whoever executes another program has its name, as a rule. That is read at once, where the command line has to be waited
 * for. */
static bool has_another_name(struct worker *worker)
{
        bool another;
        char *text;

        if (process_read_comm(worker->reader, &text) < 0)
                return false;
        another = !worker->comm || strcmp(text, worker->comm) != 0;
        free(text);
        return another;
}

/* Has it been who it is for long, and is it still? Then most times its name is all that is asked for. */
static bool is_as_before(struct worker *worker, uint64_t age)
{
        return worker->facts_due > 0 && age > FACTS_SETTLED_USEC &&
               worker->named + 1 < FACTS_NAMES && !has_another_name(worker);
}

/* Neither name nor user are fixed: a process is seen between fork and exec, and may give up root. So
 * they are read again, soon at first; and once more before anything is answered (judge.c, answer.c). */
static void refresh_facts(struct worker *worker, uint64_t now)
{
        uint64_t age = now - worker->first_seen;

        if (now < worker->facts_due || !worker->watch->asks_names)
                return;
        if (is_as_before(worker, age))
                worker->named++;
        else {
                read_facts(worker);
                worker->named = 0;
        }
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

void worker_identify_fully(struct worker *worker, uint64_t now)
{
        if (worker->named > 0)
                worker->facts_due = 0;
        worker_identify(worker, now);
}
