/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is done about it: it is logged, stopped, or ended. */

#include "manager/context.h"

/* Was this answered already, so that there is nothing more to say or do? */
bool answer_is_given(const struct answered *answered, enum reason reason, uint64_t memory,
                     uint64_t now);
/* Another answer may be due: what was given is forgotten, but not that it is frozen. */
void answer_anew(struct answered *answered);
/* Nothing is broken any more: what is frozen stays frozen, the rest starts anew. */
void answer_forget(struct answered *answered, uint64_t memory, uint64_t own_limit);
/* What is done about a worker that broke its policy, */
void answer_worker(struct worker *worker, const struct finding *finding, uint64_t now);
/* about a worker of this group or one below it and the children it started, */
void answer_family(struct watch *watch, struct worker *parent, const struct policy *policy,
                   const struct finding *finding, uint64_t now);
/* and about a group: this one of its workers, or with NULL all of it. */
void answer_group(struct watch *watch, struct worker *culprit, const struct finding *finding,
                  uint64_t now);
