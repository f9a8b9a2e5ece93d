/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One process of a watched group: held, measured, known. */

#include "manager/context.h"

int worker_new(struct worker **ret, struct watch *watch, pid_t pid, uint64_t now);
struct worker *worker_ref(struct worker *worker);
struct worker *worker_unref(struct worker *worker); /* NULL */
/* The group that lists it and is charged for it: nearly always its own. */
const char *worker_home(const struct worker *worker);
/* Measures it. 0; -ESRCH when it has ended. */
int worker_measure(struct worker *worker, bool swaps, uint64_t now);
/* The same, unless it has been measured in this turn of the loop. */
int worker_measure_once(struct worker *worker, bool swaps, uint64_t now);
uint64_t worker_memory(const struct worker *worker); /* bytes: what its end would free */

/* ---- worker-facts.c */

/* Who it is by now, and so which policy is its own. */
void worker_identify(struct worker *worker, uint64_t now);
/* The same, where it may have been told by its name alone for a minute: before it is ended. */
void worker_identify_fully(struct worker *worker, uint64_t now);
/* The first key of the policy that speaks against it, or NULL. */
const char *worker_mismatch(struct worker *worker, const struct policy *policy, uint64_t now);
bool worker_matches(struct worker *worker, const struct policy *policy, uint64_t now);
/* `text` is the worker's from now on. */
void worker_set_argv0(struct worker *worker, char *text, size_t size);

/* ---- worker-parts.c */

/* It was measured for a group that has these windows, its own or one above it: what it maps of shared memory is read as
 * well. */
void worker_take_part(struct worker *worker, const struct series *windows, uint64_t now);
/* How it looks by these windows, where its own policy has others: NULL where it has the same, or was not measured so. */
struct part *worker_find_part(const struct worker *worker, const struct series *windows);
void worker_free_parts(struct worker *worker);
struct family *worker_free_family(struct family *family); /* NULL */

/* ---- worker-subject.c */

/* So many bytes of its memory, at most, may be its parent's since its fork: a proof tells. */
uint64_t worker_doubt(const struct worker *worker);
struct subject worker_subject(const struct worker *worker, uint64_t now);
/* The same by the windows of a group, as far as it has taken part there. */
struct subject worker_part(const struct worker *worker, const struct series *windows, uint64_t now);

/* ---- worker-proof.c */

/* Asks for proportional memory in the offload's thread; the group is looked at when it is there. */
void worker_prove(struct worker *worker);
/* The proof that was asked for has not begun: others hang. */
bool worker_proof_is_put_off(const struct worker *worker);
