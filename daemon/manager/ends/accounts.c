/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The file is one object, {"boot_id": "...", "ends": {"POLICY": [123, 456], ...}}. It is read by a strict
 * reader: a file that is not exactly that, or that claims ends in the future, is somebody else's and is not
 * believed in part either.
 */

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-id128.h>
#include <unistd.h>
#include <uthash.h>
#include "manager/ends/accounts.h"
#include "manager/ends/budget.h"
#include "policy/policy.h"
#include "report/escape.h"
#include "report/json.h"

#define FILE_MAX (4 << 20) /* bytes; ours are far smaller */

struct account {
        char *policy;
        struct budget budget;
        UT_hash_handle hh;
};

struct accounts {
        struct account *table;
};

int accounts_new(struct accounts **ret)
{
        *ret = calloc(1, sizeof(**ret));
        return *ret ? 0 : -ENOMEM;
}

static void clear(struct accounts *accounts)
{
        struct account *account, *next;

        HASH_ITER(hh, accounts->table, account, next)
        {
                HASH_DEL(accounts->table, account);
                budget_clear(&account->budget);
                free(account->policy);
                free(account);
        }
}

struct accounts *accounts_free(struct accounts *accounts)
{
        if (!accounts)
                return NULL;
        clear(accounts);
        free(accounts);
        return NULL;
}

/* Names are kept as JSON can hold them, whatever bytes they are of. */
static struct account *find(struct accounts *accounts, const char *policy)
{
        char *name = escape_string(policy);
        struct account *account = NULL;

        if (name)
                HASH_FIND_STR(accounts->table, name, account);
        if (!account && name && (account = calloc(1, sizeof(*account)))) {
                account->policy = name;
                HASH_ADD_KEYPTR(hh, accounts->table, name, strlen(name), account);
                if (account->hh.tbl)
                        return account;
                free(account);
                account = NULL;
        }
        free(name);
        return account;
}

/* ---- the file */

static json_t *boot_id(void)
{
        char text[SD_ID128_STRING_MAX];
        sd_id128_t id;

        if (sd_id128_get_boot(&id) < 0)
                return NULL;
        return json_string(sd_id128_to_string(id, text));
}

static json_t *ends_of(const struct budget *budget)
{
        json_t *ends = json_array();

        for (size_t i = 0; i < budget->n; i++)
                if (json_array_append_new(ends, json_integer((json_int_t)budget->ends[i])) < 0) {
                        json_decref(ends);
                        return NULL;
                }
        return ends;
}

/* Without memory nothing is kept this time: the next end tries again, with this one in it. */
void accounts_keep(const struct accounts *accounts, struct store *store)
{
        json_t *root = json_object(), *ends = json_object();
        const struct account *account;
        char *text = NULL;
        int r = 0;

        for (account = accounts->table; account; account = account->hh.next)
                if (account->budget.n > 0)
                        r |= json_object_set_new(ends, account->policy, ends_of(&account->budget));
        r |= json_object_set_new(root, "boot_id", boot_id());
        r |= json_object_set_new(root, "ends", ends);
        if (r == 0)
                text = json_line(root);
        json_decref(root);
        if (text)
                store_keep(store, ACCOUNTS_FILE, text);
}

static int restore_policy(struct accounts *accounts, const char *policy, const json_t *ends,
                          uint64_t now)
{
        size_t n = json_array_size(ends);
        struct account *account;
        uint64_t before = 0;

        if (!json_is_array(ends) || n > GUARD_KILL_BUDGET_MAX || !*policy)
                return -EBADMSG;
        account = find(accounts, policy);
        if (!account)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                const json_t *end = json_array_get(ends, i);
                json_int_t usec = json_integer_value(end);

                if (!json_is_integer(end) || usec < 0 || (uint64_t)usec < before ||
                    (uint64_t)usec > now)
                        return -EBADMSG;
                before = (uint64_t)usec;
                if (budget_take(&account->budget, GUARD_KILL_BUDGET_MAX, UINT64_MAX, before) <= 0)
                        return -ENOMEM;
        }
        return 0;
}

static int restore_all(struct accounts *accounts, json_t *root, uint64_t now)
{
        json_t *given = json_object_get(root, "boot_id"), *ends = json_object_get(root, "ends");
        json_t *own = boot_id(), *list;
        const char *policy;
        int r = 0;

        if (json_object_size(root) != 2 || !json_is_string(given) || !json_is_object(ends))
                r = -EBADMSG;
        else if (!own)
                r = -ENODATA;
        else if (json_equal(own, given))
                json_object_foreach(ends, policy, list)
                {
                        r = restore_policy(accounts, policy, list, now);
                        if (r < 0)
                                break;
                }
        json_decref(own);
        return r;
}

/* A plain file that nobody else may have written. */
static int open_own(const char *folder)
{
        struct stat st;
        int dir, fd, r = 0;

        dir = open(folder, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (dir < 0)
                return -errno;
        fd = openat(dir, ACCOUNTS_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
                r = errno == ELOOP ? -EPERM : -errno;
        close(dir);
        if (r < 0)
                return r;
        if (fstat(fd, &st) < 0)
                r = -errno;
        else if (!S_ISREG(st.st_mode) || st.st_nlink != 1 || st.st_uid != geteuid() ||
                 (st.st_mode & 077))
                r = -EPERM;
        else if (st.st_size > FILE_MAX)
                r = -EBADMSG;
        if (r < 0)
                close(fd);
        return r < 0 ? r : fd;
}

int accounts_restore(struct accounts *accounts, const char *folder, uint64_t now)
{
        json_error_t error;
        json_t *root;
        int fd = open_own(folder), r;

        if (fd < 0)
                return fd;
        root = json_loadfd(fd, JSON_REJECT_DUPLICATES, &error);
        close(fd);
        if (!root)
                return -EBADMSG;
        r = restore_all(accounts, root, now);
        json_decref(root);
        if (r < 0)
                clear(accounts);
        return r;
}

int accounts_take(struct accounts *accounts, const char *policy, unsigned max, uint64_t window,
                  uint64_t now)
{
        struct account *account = find(accounts, policy);

        return account ? budget_take(&account->budget, max, window, now) : -ENOMEM;
}

void accounts_give_back(struct accounts *accounts, const char *policy, uint64_t then)
{
        struct account *account = find(accounts, policy);

        if (account)
                budget_give_back(&account->budget, then);
}
