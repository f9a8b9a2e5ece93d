/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include "manager/loops.h"

#define FORGOTTEN_USEC (UINT64_C(7) * 24 * 3600 * 1000000)

struct loops {
        char *key;      /* "POLICY /path": a policy's name has no blank */
        uint64_t asked; /* monotonic microseconds */
        struct loop loop;
        UT_hash_handle hh;
};

static void drop(struct loops **loops, struct loops *entry)
{
        HASH_DEL(*loops, entry);
        free(entry->key);
        free(entry);
}

static void forget_old(struct loops **loops, uint64_t now)
{
        struct loops *entry, *next;

        HASH_ITER(hh, *loops, entry, next)
        {
                if (now - entry->asked > FORGOTTEN_USEC)
                        drop(loops, entry);
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
                forget_old(loops, now);
                entry->key = key;
                HASH_ADD_KEYPTR(hh, *loops, entry->key, strlen(entry->key), entry);
        }
        entry->asked = now;
        return &entry->loop;
}

struct loops *loops_free(struct loops *loops)
{
        struct loops *entry, *next;

        HASH_ITER(hh, loops, entry, next)
        drop(&loops, entry);
        return NULL;
}
