/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The crash loops of all policies and groups, by name and path: a service that is started again often has
 * a new group of the same path. What is over is forgotten, little by little, when others are begun.
 */

#include "policy/loop.h"

struct loops;

/* The loop of this policy in this group, made where there is none; NULL without memory. */
struct loop *loops_get(struct loops **loops, const struct policy *policy, const char *path,
                       uint64_t now);
struct loops *loops_free(struct loops *loops); /* NULL; all of them */
