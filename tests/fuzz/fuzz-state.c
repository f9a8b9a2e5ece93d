/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Fuzz target of what is read back from the state folder: verdicts (bng history), the torn end that a crash left
 * of them, and the kill budgets. Any bytes in these files give whole objects or nothing; and after the writer has
 * opened the file, it is whole lines again, and takes another one.
 */

#include <fcntl.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "folders.h"
#include "manager/ends/accounts.h"
#include "report/history.h"
#include "report/lines.h"
#include "report/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[64];

static void clean_up(void)
{
        remove_folder(folder);
}

static void put(const char *name, const uint8_t *data, size_t size)
{
        char path[128];
        int fd;

        snprintf(path, sizeof(path), "%s/%s", folder, name);
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        require(fd >= 0 && write(fd, data, size) == (ssize_t)size && close(fd) == 0,
                "the file can be written");
}

static size_t count(void)
{
        const struct history_filter all = {0};
        json_t *found, *one;
        size_t skipped, i, n;

        require(history_read(folder, &all, &found, &skipped) == 0, "the history can be read");
        json_array_foreach(found, i, one) require(json_is_object(one), "a verdict is an object");
        n = json_array_size(found);
        json_decref(found);
        return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct lines lines = LINES_INIT(folder, STORE_FILE, STORE_FILE_MAX, STORE_ROTATED);
        struct accounts *accounts;
        size_t before;
        int r;

        if (!*folder) {
                /* Where a sync costs nothing, if there is such a place. */
                strcpy(folder, access("/dev/shm", W_OK) == 0 ? "/dev/shm/bignum-guard-fuzz-XXXXXX"
                                                             : "/tmp/bignum-guard-fuzz-XXXXXX");
                require(mkdtemp(folder), "a folder can be made");
                atexit(clean_up);
        }
        put(STORE_FILE, data, size);
        put(ACCOUNTS_FILE, data, size);

        require(accounts_new(&accounts) == 0, "there is memory");
        r = accounts_restore(accounts, folder, UINT64_MAX / 4);
        require(r <= 0, "budgets are taken over or not");
        require(accounts_take(accounts, "p", 1000000, 1, UINT64_MAX / 4) == 1,
                "a budget can be taken");
        accounts_free(accounts);

        (void)count();
        require(lines_begin(&lines) == 0, "the file can be opened");
        before = count();
        require(lines_append(&lines, "{\"time\":\"2026-01-01T00:00:00.000000Z\"}") == 0 &&
                        lines_commit(&lines) == 0,
                "another line can be written");
        lines_close(&lines);
        require(count() == before + 1, "one more is one more");
        return 0;
}
