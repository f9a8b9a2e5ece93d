/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The kill budgets of all policies, by the policies' names, so that neither a reload nor a restart of the
 * daemon refills one: a service that brings the guard down as well would else be ended for ever.
 *
 * They are kept in the state folder (ACCOUNTS_FILE), replaced as a whole outside the loop after each end. The
 * times in it are of CLOCK_MONOTONIC, which no clock that is set can move, and so belong to one boot: what
 * another boot left counts for nothing, its services are new.
 */

#include <stdbool.h>
#include <stdint.h>
#include "report/store.h"

#define ACCOUNTS_FILE "budget.json"

struct accounts;

/* 0 or -ENOMEM. */
int accounts_new(struct accounts **ret);
struct accounts *accounts_free(struct accounts *accounts); /* NULL */
/*
 * What is left in `folder` from before. 0; -ENOENT there is nothing; -EPERM it is not a plain file that only
 * we can write; -EBADMSG it is not what we write; another negative errno. Nothing is taken over then.
 */
int accounts_restore(struct accounts *accounts, const char *folder, uint64_t now);
/* One end of this policy, at most `max` in each `window`. Times in monotonic microseconds. 1 it is granted, 0 it is
 * not, or -ENOMEM. */
int accounts_take(struct accounts *accounts, const char *policy, unsigned max, uint64_t window,
                  uint64_t now);
/* The end that was taken at this moment was none. */
void accounts_give_back(struct accounts *accounts, const char *policy, uint64_t then);
/* Has the store write down what was taken: once the end has begun, which waits for no disk. */
void accounts_keep(const struct accounts *accounts, struct store *store);
