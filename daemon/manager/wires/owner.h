/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What an administrator wants memory.high of a group to be, by systemd's record. Asked asynchronously, like
 * everything of units.h.
 */

#include "manager/units.h"

/* `bytes` is the MemoryHigh= of the unit that the group is of, UINT64_MAX where it has none or systemd does
 * not manage the group itself. `error`: 0, or a negative errno: it could not be asked. */
typedef void (*owner_answer_fn)(void *userdata, uint64_t bytes, int error);

/* A question, the caller's memory, where it stays while it is asked. Starts as {0}. */
struct owner {
        struct units *units;
        const char *path, *interface;
        char *object;
        sd_bus_slot *slot; /* NULL: nothing is asked */
        owner_answer_fn answer;
        void *userdata;
};

/* Drops what was asked before. 0, and answer() is called later unless it is cancelled; a negative errno. `path` must
 * outlive the question. */
int owner_ask(struct owner *owner, struct units *units, const char *path, owner_answer_fn answer,
              void *userdata);
void owner_cancel(struct owner *owner);
