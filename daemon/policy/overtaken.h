/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The kernel ended a worker before the guard did: why the guard was not first, which says what to set. Pure.
 */

#include "policy/decide.h"

struct overtaken_by {
        uint64_t memory;       /* bytes that the worker held at its end */
        uint64_t kernel_limit; /* bytes: what it or its group ran into; UINT64_MAX: unknown */
        bool own_group;        /* the kernel's limit was that of the worker's own group */
        bool acts;             /* the policy ends or freezes, and it is no dry run */
        struct memory_bases bases;
};

/* Fills in what a finding of this reason adds: `overtaken`, `own_limit` and the key it is of (`loops_by`). */
void overtaken_explain(struct finding *finding, const struct policy *policy,
                       const struct overtaken_by *by);
