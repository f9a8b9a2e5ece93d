/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include "manager/answers/loops.h"

#define DIAGNOSED_USEC (UINT64_C(7) * 24 * 3600 * 1000000)
#define LOOKED_AT 2 /* old ones for each new one: so what is over is not more than what is not */

struct loops {
        char *key;       /* "POLICY /path": a policy's name has no blank */
        uint64_t asked;  /* monotonic microseconds */
        uint64_t window; /* of the policy: without an end for so many microseconds it is over */
        struct loop loop;
        UT_hash_handle hh;
};

static void free_entry(struct loops *entry)
{
        free(entry->key);
        free(entry);
}

static bool add(struct loops **loops, struct loops *entry)
{
        HASH_ADD_KEYPTR(hh, *loops, entry->key, strlen(entry->key), entry);
        return entry->hh.tbl;
}

/* When the next report is due is remembered longer. */
static bool is_over(const struct loops *entry, uint64_t now)
{
        return now - entry->asked > (entry->loop.diagnosed ? DIAGNOSED_USEC : entry->window);
}

/* In turn: what is looked at and is not over goes to the end. */
static void forget_some(struct loops **loops, uint64_t now)
{
        for (unsigned i = 0; i < LOOKED_AT && *loops; i++) {
                struct loops *entry = *loops;

                HASH_DEL(*loops, entry);
                if (is_over(entry, now) || !add(loops, entry))
                        free_entry(entry);
        }
}

struct loop *loops_get(struct loops **loops, const struct policy *policy, const char *path,
                       uint64_t now)
{
        struct loops *entry;
        char *key;

        if (asprintf(&key, "%s %s", policy->name, path) < 0)
                return NULL;
        HASH_FIND_STR(*loops, key, entry);
        if (entry)
                free(key);
        else {
                entry = calloc(1, sizeof(*entry));
                if (!entry) {
                        free(key);
                        return NULL;
                }
                forget_some(loops, now);
                entry->key = key;
                if (!add(loops, entry)) {
                        free_entry(entry);
                        return NULL;
                }
        }
        entry->asked = now;
        entry->window = policy->crash_loop_window;
        return &entry->loop;
}

struct loops *loops_free(struct loops *loops)
{
        struct loops *entry, *next;

        HASH_ITER(hh, loops, entry, next)
        {
                HASH_DEL(loops, entry);
                free_entry(entry);
        }
        return NULL;
}
