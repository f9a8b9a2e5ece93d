/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The groups below a watched one that nobody watches for themselves. As far as the group's own limit goes their processes
 * are its workers: the kernel counts them in, so one of them may be the culprit.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "manager/groups/annexes.h"
#include "manager/self.h"

static void annex_free(struct annex *annex)
{
        group_reader_free(annex->reader);
        free(annex->path);
        free(annex);
}

void annexes_drop(struct watch *watch, struct annex *annex)
{
        HASH_DEL(watch->annexes, annex);
        annex_free(annex);
}

int watch_annex(struct watch *watch, const char *path, uint64_t inode)
{
        struct annex *annex;
        int r;

        HASH_FIND_STR(watch->annexes, path, annex);
        if (annex && (inode == 0 || group_reader_inode(annex->reader) == inode)) {
                annex->seen = true;
                return 0;
        }
        if (annex)
                annexes_drop(watch, annex); /* of another group, which had this path */
        if (!self_has_room_to_spare())
                return -EMFILE;
        annex = calloc(1, sizeof(*annex));
        if (!annex)
                return -ENOMEM;
        annex->seen = true;
        annex->kills = UINT64_MAX;
        annex->path = strdup(path);
        r = annex->path ? group_reader_new(&annex->reader, &watch->manager->host, path) : -ENOMEM;
        if (r < 0) {
                annex_free(annex);
                return r;
        }
        HASH_ADD_KEYPTR(hh, watch->annexes, annex->path, strlen(annex->path), annex);
        if (!annex->hh.tbl) {
                annex_free(annex);
                return -ENOMEM;
        }
        return 0;
}

void watch_drop_annexes(struct watch *watch)
{
        struct annex *annex, *next;

        HASH_ITER(hh, watch->annexes, annex, next)
        if (!annex->seen)
                annexes_drop(watch, annex);
}

void annexes_free(struct watch *watch)
{
        struct annex *annex, *next;

        HASH_ITER(hh, watch->annexes, annex, next)
        annexes_drop(watch, annex);
}
