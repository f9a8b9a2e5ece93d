/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A stale name is given while its successor is being looked up: a user does not change under a
 * process, and a server that is down for a moment must not make policies come and go.
 */

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include "manager/users.h"

struct user {
        struct job job;
        uid_t uid;
        char *name;  /* the loop's, NULL until it is known for the first time */
        char *found; /* the thread's */
        bool asked;
        uint64_t stale; /* monotonic microseconds */
        UT_hash_handle hh;
};

struct users {
        struct offload *offload;
        struct user *table;
};

static void find_name(struct job *job)
{
        struct user *user = (struct user *)job;
        struct passwd entry, *result = NULL;
        size_t size = 1024;
        char *buffer = NULL;
        int r;

        do {
                char *larger = realloc(buffer, size *= 2);

                r = ENOMEM;
                if (!larger)
                        break;
                buffer = larger;
                r = getpwuid_r(user->uid, &entry, buffer, size, &result);
        } while (r == ERANGE && size < (1U << 20));

        if (r == 0 && result)
                user->found = strdup(entry.pw_name);
        else if (asprintf(&user->found, "%u", (unsigned)user->uid) < 0)
                user->found = NULL;
        free(buffer);
}

static void take_name(struct job *job, bool ran)
{
        struct user *user = (struct user *)job;

        user->asked = false;
        if (!ran || !user->found) {
                user->stale = 0;
                return;
        }
        free(user->name);
        user->name = user->found;
        user->found = NULL;
}

int users_new(struct users **ret, struct offload *offload)
{
        struct users *users = calloc(1, sizeof(*users));

        if (!users)
                return -ENOMEM;
        users->offload = offload;
        *ret = users;
        return 0;
}

const char *users_name(struct users *users, uid_t uid, uint64_t now)
{
        struct user *user;

        HASH_FIND(hh, users->table, &uid, sizeof(uid), user);
        if (!user) {
                user = calloc(1, sizeof(*user));
                if (!user)
                        return NULL;
                user->uid = uid;
                user->job = (struct job){.run = find_name, .done = take_name};
                HASH_ADD(hh, users->table, uid, sizeof(user->uid), user);
                if (!user->hh.tbl) {
                        free(user);
                        return NULL;
                }
        }
        if (!user->asked && now >= user->stale) {
                user->asked = true;
                user->stale = now + USERS_FRESH_USEC;
                offload_submit(users->offload, &user->job);
        }
        return user->name;
}

struct users *users_free(struct users *users)
{
        struct user *user, *next;

        if (!users)
                return NULL;
        HASH_ITER(hh, users->table, user, next)
        {
                HASH_DEL(users->table, user);
                if (user->asked)
                        continue; /* a thread that hangs still has it */
                free(user->name);
                free(user->found);
                free(user);
        }
        free(users);
        return NULL;
}
