/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A switch of a group is a file in its folder: the folder is opened first, its inode compared, and
 * the file opened below it, so that what is written goes to the group that was seen.
 *
 * On a hybrid host memory is counted in one hierarchy and the switches stand in another. The v2 group is
 * asked of the members themselves, then both lists are compared, and the first is read once more: only
 * when all three agree is the switch pressed. What remains is a process that enters the v2 group from
 * elsewhere within these microseconds, which takes someone who moves it there by hand.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "act/group.h"
#include "act/tree.h"
#include "readers/text.h"

static bool names_root(const char *path)
{
        return path[strspn(path, "/")] == '\0';
}

int act_group_open(const struct host *host, const struct act_group *group)
{
        struct stat st;
        int fd;

        fd = tree_open(host->groups, group->path);
        if (fd < 0)
                return fd;
        if (fstat(fd, &st) < 0 || st.st_ino != group->inode) {
                close(fd);
                return -ENOENT;
        }
        return fd;
}

static bool same_pids(const struct tree_pids *a, const struct tree_pids *b)
{
        return a->n == b->n && (a->n == 0 || memcmp(a->at, b->at, a->n * sizeof(*a->at)) == 0);
}

/* The kernel asks for no permission of each process when a group's switch is pressed: so we do. */
static bool is_anothers(const struct host *host, pid_t pid)
{
        struct process_identity identity;
        struct process_reader *reader;
        int r;

        if (host->only == HOST_EVERY_USER)
                return false;
        r = process_reader_new(&reader, host, pid);
        if (r < 0)
                return r != -ESRCH;
        r = process_read_identity(reader, &identity);
        process_reader_free(reader);
        return r < 0 ? r != -ESRCH : identity.uid != host->only;
}

static bool holds_untouchable(const struct host *host, const struct tree_pids *pids)
{
        pid_t self = getpid();

        for (size_t i = 0; i < pids->n; i++) {
                pid_t pid = pids->at[i];

                if (pid <= 1 || pid == self ||
                    is_anothers(host, pid)) /* 0: outside our namespace */
                        return true;
        }
        return false;
}

static int unified_path(const struct host *host, pid_t pid, char **path)
{
        struct process_reader *reader;
        int r = process_reader_new(&reader, host, pid);

        if (r < 0)
                return r;
        r = process_read_unified_group(reader, path);
        process_reader_free(reader);
        return r;
}

static bool agree(const struct act_group *group, int folder, int twin_folder, const char *twin_path,
                  const struct tree_pids *members)
{
        struct tree_pids twin = {0}, again = {0};
        bool same = tree_read(twin_folder, twin_path, NULL, &twin) == 0 &&
                    same_pids(members, &twin) &&
                    tree_read(folder, group->path, NULL, &again) == 0 && same_pids(members, &again);

        free(twin.at);
        free(again.at);
        return same;
}

/* The v2 folder of the members of this one, if it holds exactly these; -EOPNOTSUPP. */
static int open_twin(const struct host *host, const struct act_group *group, int folder,
                     const struct tree_pids *members)
{
        char *path = NULL;
        int fd = -1;

        if (host->unified < 0 || members->n == 0 || unified_path(host, members->at[0], &path) < 0)
                return -EOPNOTSUPP;
        if (!names_root(path) && (fd = tree_open(host->unified, path)) >= 0 &&
            !agree(group, folder, fd, path, members)) {
                close(fd);
                fd = -1;
        }
        free(path);
        return fd < 0 ? -EOPNOTSUPP : fd;
}

static int open_switch(int folder, const char *file)
{
        int fd = openat(folder, file, O_WRONLY | O_CLOEXEC);

        return fd >= 0 ? fd : errno == ENOENT ? -EOPNOTSUPP : -errno;
}

/* Opens the group that was seen and lists all who are in it and below; refuses where somebody is among them who
 * may not be touched. */
static int list_touchable(const struct host *host, const struct act_group *group,
                          const struct act_spare *spare, int *folder, struct tree_pids *members)
{
        int r;

        if (host->foreign || names_root(group->path))
                return ACT_REFUSED;
        *folder = act_group_open(host, group);
        if (*folder < 0)
                return *folder;
        r = tree_read(*folder, group->path, spare, members);
        return r == 0 && holds_untouchable(host, members) ? ACT_REFUSED : r;
}

/* By somebody else, whose it is then to take that back. cgroup.kill cannot be read, and never is. */
static bool is_pressed(int folder, const char *file)
{
        char text[8];

        return text_read_at(folder, file, text, sizeof(text)) > 0 && *text == '1';
}

/* ACT_DONE with the switch in *found, which is the caller's, or -1 where it was pressed already; else -1 is in it. */
static int find(const struct host *host, const struct act_group *group,
                const struct act_spare *spare, const char *file, int *found)
{
        struct tree_pids members = {0};
        int folder = -1, r = list_touchable(host, group, spare, &folder, &members);

        if (r == 0 && host->controller[0] != '\0') {
                int twin = open_twin(host, group, folder, &members);

                close(folder);
                folder = twin;
                r = twin < 0 ? twin : 0;
        }
        *found = -1;
        if (r == 0 && !is_pressed(folder, file)) {
                r = open_switch(folder, file);
                if (r >= 0) {
                        *found = r;
                        r = ACT_DONE;
                }
        }
        if (folder >= 0)
                close(folder);
        free(members.at);
        return act_gone_or(r);
}

/* As find(), and what is found is pressed. */
static int press(const struct host *host, const struct act_group *group,
                 const struct act_spare *spare, const char *file, int *pressed)
{
        int r = find(host, group, spare, file, pressed);

        if (r != ACT_DONE || *pressed < 0 || write(*pressed, "1", 1) > 0)
                return r;
        r = -errno;
        close(*pressed);
        *pressed = -1;
        return act_gone_or(r);
}

int act_group_check(const struct host *host, const struct act_group *group,
                    const struct act_spare *spare)
{
        struct tree_pids members = {0};
        int folder = -1, r = list_touchable(host, group, spare, &folder, &members);

        if (folder >= 0)
                close(folder);
        free(members.at);
        return act_gone_or(r);
}

int act_group_kill(const struct host *host, const struct act_group *group,
                   const struct act_spare *spare)
{
        int pressed, r = press(host, group, spare, "cgroup.kill", &pressed);

        if (pressed >= 0)
                close(pressed);
        return r;
}

int act_group_find_freeze(const struct host *host, const struct act_group *group,
                          const struct act_spare *spare, int *found)
{
        return find(host, group, spare, "cgroup.freeze", found);
}

int act_group_freeze(const struct host *host, const struct act_group *group,
                     const struct act_spare *spare, int *frozen)
{
        return press(host, group, spare, "cgroup.freeze", frozen);
}

int act_group_thaw(int frozen)
{
        int r = write(frozen, "0", 1) < 0 ? -errno : ACT_DONE;

        close(frozen);
        return act_gone_or(r);
}

int act_group_members(const struct host *host, const struct act_group *group, pid_t **pids,
                      size_t *n_pids)
{
        struct tree_pids members;
        int r, folder;

        folder = act_group_open(host, group);
        if (folder < 0)
                return act_gone_or(folder);
        r = tree_read(folder, group->path, NULL, &members);
        close(folder);
        if (r < 0)
                return act_gone_or(r);
        *pids = members.at;
        *n_pids = members.n;
        return ACT_DONE;
}
