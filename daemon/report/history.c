/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "report/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "report/stamp.h"
#include "report/store.h"

struct file {
        int fd;
        dev_t device;
        ino_t inode;
};

struct reading {
        const struct history_filter *filter;
        struct stamp since;
        json_t *found;
        size_t skipped;
};

static int open_one(int folder, unsigned index, struct file *ret)
{
        char name[sizeof(STORE_FILE) + 16];
        struct stat st;
        int fd;

        if (index == 0)
                snprintf(name, sizeof(name), "%s", STORE_FILE);
        else
                snprintf(name, sizeof(name), "%s.%u", STORE_FILE, index);
        fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0)
                return -errno;
        if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
                close(fd);
                return -EINVAL;
        }
        *ret = (struct file){.fd = fd, .device = st.st_dev, .inode = st.st_ino};
        return 0;
}

/*
 * The newest first: a rotation in between then shows a file a second time under its next name,
 * which is told by its inode, and hides none. Returns how many, or a negative errno.
 */
static int open_all(int folder, struct file files[static STORE_ROTATED + 1])
{
        int n = 0;

        for (unsigned i = 0; i <= STORE_ROTATED; i++) {
                int r = open_one(folder, i, &files[n]);

                if (r == -ENOENT)
                        continue;
                if (r < 0) {
                        while (n > 0)
                                close(files[--n].fd);
                        return r;
                }
                if (n > 0 && files[n].inode == files[n - 1].inode &&
                    files[n].device == files[n - 1].device)
                        close(files[n].fd);
                else
                        n++;
        }
        return n;
}

static bool passes(const struct reading *reading, const json_t *verdict)
{
        const struct history_filter *filter = reading->filter;
        const char *policy = json_string_value(json_object_get(verdict, "policy"));
        const char *time = json_string_value(json_object_get(verdict, "time"));

        if (filter->policy && (!policy || strcmp(policy, filter->policy) != 0))
                return false;
        if (filter->pid > 0 &&
            json_integer_value(json_object_get(verdict, "pid")) != (json_int_t)filter->pid)
                return false;
        /* Times of one width in one zone compare as text. */
        return filter->since_realtime_usec == 0 || (time && strcmp(time, reading->since.text) >= 0);
}

static int read_line(struct reading *reading, const char *line, size_t size)
{
        json_t *verdict = json_loadb(line, size, 0, NULL);
        size_t max = reading->filter->max;

        if (!json_is_object(verdict)) {
                json_decref(verdict);
                reading->skipped++;
                return 0;
        }
        if (!passes(reading, verdict)) {
                json_decref(verdict);
                return 0;
        }
        if (json_array_append_new(reading->found, verdict) < 0)
                return -ENOMEM;
        /* Twice the wanted number at most is held, whatever the history's length. */
        if (max > 0 && json_array_size(reading->found) / 2 >= max) {
                json_t *latest = json_array();
                size_t n = json_array_size(reading->found);

                for (size_t i = n - max; i < n; i++)
                        if (json_array_append(latest, json_array_get(reading->found, i)) < 0) {
                                json_decref(latest);
                                return -ENOMEM;
                        }
                json_decref(reading->found);
                reading->found = latest;
        }
        return 0;
}

/* Takes the descriptor over. */
static int read_file(struct reading *reading, int fd)
{
        FILE *in = fdopen(fd, "r");
        char *line = NULL;
        size_t room = 0;
        ssize_t n;
        int r = 0;

        if (!in) {
                close(fd);
                return -ENOMEM;
        }
        /* A last line without its end is one that is being written now. */
        while (r == 0 && (n = getline(&line, &room, in)) > 0 && line[n - 1] == '\n')
                r = read_line(reading, line, (size_t)n - 1);
        if (r == 0 && ferror(in))
                r = -EIO;
        free(line);
        fclose(in);
        return r;
}

int history_read(const char *folder, const struct history_filter *filter, json_t **ret,
                 size_t *skipped)
{
        struct file files[STORE_ROTATED + 1];
        struct reading reading = {.filter = filter, .found = json_array()};
        int fd, n = 0, r = reading.found ? 0 : -ENOMEM;

        stamp_format(filter->since_realtime_usec, &reading.since);
        fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fd >= 0) {
                n = open_all(fd, files);
                close(fd);
                if (n < 0)
                        r = n;
        } else if (errno != ENOENT) {
                r = -errno;
        }
        while (n > 0) {
                n--;
                if (r == 0)
                        r = read_file(&reading, files[n].fd);
                else
                        close(files[n].fd);
        }
        while (r == 0 && filter->max > 0 && json_array_size(reading.found) > filter->max)
                json_array_remove(reading.found, 0);
        if (r < 0) {
                json_decref(reading.found);
                return r;
        }
        *ret = reading.found;
        *skipped = reading.skipped;
        return 0;
}
