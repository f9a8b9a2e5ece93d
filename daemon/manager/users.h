/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Names of users, for User=. A directory server may take seconds to answer, so names are looked up in
 * a thread of their own, once a user, and looked up again after USERS_FRESH_USEC.
 */

#include <stdint.h>
#include <sys/types.h>
#include "manager/offload.h"

#define USERS_FRESH_USEC (UINT64_C(600) * 1000000)

struct users;

int users_new(struct users **ret, struct offload *offload);
/* The name, or the number as text where nobody knows one. NULL: not known yet, ask again soon. The
 * text is the table's, until the next call. */
const char *users_name(struct users *users, uid_t uid, uint64_t now);
/* To be called behind offload_free(), which gives the jobs back. NULL. */
struct users *users_free(struct users *users);
