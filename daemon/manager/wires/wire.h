/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One wire: what was set in one group's memory.high, who is told of it, and whether somebody else wants
 * another value there (wire.c; wire-bells.c: what tells of it). The manager's list has those of the watches, and those of watches that
 * are gone for which systemd's answer is awaited.
 */

#include "manager/context.h"
#include "manager/wires/owner.h"

struct wire {
        struct manager *manager;
        struct watch *watch; /* NULL: it is gone, systemd's answer is awaited */
        char *path;
        uint64_t inode;
        struct tripwire state;
        uint64_t kept[2]; /* bytes: what its memory.high may have by us, for the record */
        uint64_t asked;   /* monotonic microseconds of the latest question to its owner */
        struct owner owner;
        uint64_t passings;       /* of its memory.high, when it was last read */
        sd_event_source *bell;   /* it was passed, */
        sd_event_source *change; /* or memory.high was written */
        struct wire *prev, *next;
};

/* For the watch, which is to hand it to wire_release(). NULL without memory. */
struct wire *wire_new(struct watch *watch);
bool wire_is_set(const struct wire *wire);
/* Anew, or in the place of what is set; where that cannot be, nothing is set afterwards. */
void wire_set(struct wire *wire, uint64_t at);
/* Takes back what we set; what somebody else has set by now stays. */
void wire_lift(struct wire *wire);
/* Asks systemd again whether somebody wants another value there. */
void wire_verify(struct wire *wire);
/* memory.high has another value (bytes) than what we set: it is not ours any more. */
void wire_forget(struct wire *wire, uint64_t high);
/* The watch goes: so does the wire, once it is known that nobody wants another value there. */
void wire_release(struct wire *wire);
/* One that was released is still there: what could not be lifted is tried again, what was never answered is asked
 * again. */
void wire_press_on(struct wire *wire);
void wire_free(struct wire *wire); /* leaves what is set to the keeper */

/* ---- between the files of a wire */
static inline struct act_group wire_target(const struct wire *wire)
{
        return (struct act_group){.path = wire->path, .inode = wire->inode};
}

/* Lifts it, and sets none for a while. */
void wire_give_up(struct wire *wire);
/* wire-bells.c: hung before the wire is set, so that nothing is missed. 0 or a negative errno; none hang then. */
int wire_hang_bells(struct wire *wire);
void wire_take_bells(struct wire *wire);
/* They stand for the polls up to so many bytes of usage; UINT64_MAX: not any more. */
void wire_arm(struct wire *wire, uint64_t at);
