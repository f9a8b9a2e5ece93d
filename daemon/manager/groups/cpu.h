/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The CPU time of workers and groups, where a policy asks for it. */

#include "manager/context.h"

/* Reads the CPU time when the policy asks for it and it is time. 0 or a negative errno. */
int cpu_measure_worker(struct worker *worker, uint64_t now);
int cpu_measure_group(struct watch *watch, uint64_t now);
