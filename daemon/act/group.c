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

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "act/group.h"
#include "readers/group.h"

struct pids {
        pid_t *at;
        size_t n, room;
};

static bool names_root(const char *path)
{
        return path[strspn(path, "/")] == '\0';
}

static int open_folder(int root, const char *path)
{
        int fd = openat(root, path + strspn(path, "/"),
                        O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

        return fd < 0 ? -errno : fd;
}

int act_group_open(const struct host *host, const struct act_group *group)
{
        struct stat st;
        int fd;

        fd = open_folder(host->groups, group->path);
        if (fd < 0)
                return fd;
        if (fstat(fd, &st) < 0 || st.st_ino != group->inode) {
                close(fd);
                return -ENOENT;
        }
        return fd;
}

static int pids_add(struct pids *pids, pid_t pid)
{
        if (pids->n == pids->room) {
                size_t room = pids->room > 0 ? pids->room * 2 : 64;
                pid_t *at = reallocarray(pids->at, room, sizeof(*at));

                if (!at)
                        return -ENOMEM;
                pids->at = at;
                pids->room = room;
        }
        pids->at[pids->n++] = pid;
        return 0;
}

static int add_procs(int folder, struct pids *pids)
{
        int fd = openat(folder, "cgroup.procs", O_RDONLY | O_CLOEXEC), r = 0;
        unsigned long pid;
        FILE *file;

        if (fd < 0)
                return -errno;
        file = fdopen(fd, "re");
        if (!file) {
                r = -errno;
                close(fd);
                return r;
        }
        errno = 0;
        while (r >= 0 && fscanf(file, "%lu", &pid) == 1)
                r = pids_add(pids, (pid_t)pid);
        /* A threaded v2 group answers EOPNOTSUPP: its processes are listed by the group above. */
        if (r >= 0 && ferror(file) && errno != EOPNOTSUPP)
                r = -errno;
        fclose(file);
        return r;
}

/* A walk over a group and all below it: whose processes, and what stops it. */
struct tree {
        struct pids *pids;
        const struct act_spare *spare; /* or NULL */
};

static bool is_spared(const struct tree *tree, const char *path)
{
        return tree->spare && tree->spare->spares(tree->spare->userdata, path);
}

static int add_below(const struct tree *tree, int folder, const char *path, const char *name,
                     unsigned depth);

/* Adds the processes of the folder and of all below it; takes the descriptor over. ACT_REFUSED where a group
 * is spared. */
static int add_tree(const struct tree *tree, int folder, const char *path, unsigned depth)
{
        struct dirent *entry;
        DIR *dir;
        int r;

        r = is_spared(tree, path) ? ACT_REFUSED : add_procs(folder, tree->pids);
        dir = r != 0 ? NULL : fdopendir(folder);
        if (!dir) {
                r = r != 0 ? r : -errno;
                close(folder);
                return r;
        }
        while (r == 0 && depth < GROUP_DEPTH_MAX && (errno = 0, entry = readdir(dir)))
                if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
                    strcmp(entry->d_name, "..") != 0)
                        r = add_below(tree, dirfd(dir), path, entry->d_name, depth);
        if (r == 0 && errno != 0 && errno != ENOENT)
                r = -errno;
        closedir(dir);
        return r;
}

static int add_below(const struct tree *tree, int folder, const char *path, const char *name,
                     unsigned depth)
{
        char *below;
        int r;

        if (asprintf(&below, "%s/%s", path, name) < 0)
                return -ENOMEM;
        r = open_folder(folder, name);
        if (r >= 0)
                r = add_tree(tree, r, below, depth + 1);
        free(below);
        return r == -ENOENT || r == -ENODEV ? 0 : r; /* removed meanwhile: it was empty */
}

static int compare_pids(const void *a, const void *b)
{
        const pid_t *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

static int read_tree(int root, const char *path, const struct act_spare *spare, struct pids *pids)
{
        struct tree tree = {.pids = pids, .spare = spare};
        size_t n = 0;
        int r;

        *pids = (struct pids){0};
        r = open_folder(root, path);
        if (r >= 0)
                r = add_tree(&tree, r, path, 0);
        if (r != 0) {
                free(pids->at);
                *pids = (struct pids){0};
                return r;
        }
        if (pids->n > 0)
                qsort(pids->at, pids->n, sizeof(*pids->at), compare_pids);
        for (size_t i = 0; i < pids->n; i++)
                if (n == 0 || pids->at[n - 1] != pids->at[i])
                        pids->at[n++] = pids->at[i];
        pids->n = n;
        return 0;
}

static bool same_pids(const struct pids *a, const struct pids *b)
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

static bool holds_untouchable(const struct host *host, const struct pids *pids)
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

static bool agree(const struct host *host, const struct act_group *group, const char *twin_path,
                  const struct pids *members)
{
        struct pids twin = {0}, again = {0};
        bool same = read_tree(host->unified, twin_path, NULL, &twin) == 0 &&
                    same_pids(members, &twin) &&
                    read_tree(host->groups, group->path, NULL, &again) == 0 &&
                    same_pids(members, &again);

        free(twin.at);
        free(again.at);
        return same;
}

/* The v2 folder of the members, if it holds exactly these; -EOPNOTSUPP. */
static int open_twin(const struct host *host, const struct act_group *group,
                     const struct pids *members)
{
        char *path = NULL;
        int fd = -1;

        if (host->unified < 0 || members->n == 0 || unified_path(host, members->at[0], &path) < 0)
                return -EOPNOTSUPP;
        if (!names_root(path) && (fd = open_folder(host->unified, path)) >= 0 &&
            !agree(host, group, path, members)) {
                close(fd);
                fd = -1;
        }
        free(path);
        return fd < 0 ? -EOPNOTSUPP : fd;
}

/* The descriptor of the switch, which was pressed; or a negative errno. */
static int press_at(int folder, const char *file)
{
        int fd = openat(folder, file, O_WRONLY | O_CLOEXEC), r;

        if (fd < 0)
                return errno == ENOENT ? -EOPNOTSUPP : -errno;
        if (write(fd, "1", 1) < 0) {
                r = -errno;
                close(fd);
                return r;
        }
        return fd;
}

static int answer(int r)
{
        return r == -ENOENT || r == -ENODEV ? ACT_GONE : r;
}

/* Opens the group that was seen and lists all who are in it and below; refuses where somebody is among them who
 * may not be touched. */
static int list_touchable(const struct host *host, const struct act_group *group,
                          const struct act_spare *spare, int *folder, struct pids *members)
{
        int r;

        if (host->foreign || names_root(group->path))
                return ACT_REFUSED;
        *folder = act_group_open(host, group);
        if (*folder < 0)
                return *folder;
        r = read_tree(host->groups, group->path, spare, members);
        return r == 0 && holds_untouchable(host, members) ? ACT_REFUSED : r;
}

/* ACT_DONE with the switch in *pressed, which is the caller's; else -1 is in it. */
static int press(const struct host *host, const struct act_group *group,
                 const struct act_spare *spare, const char *file, int *pressed)
{
        struct pids members = {0};
        int folder = -1, r = list_touchable(host, group, spare, &folder, &members);

        if (r == 0 && host->controller[0] != '\0') {
                close(folder);
                folder = open_twin(host, group, &members);
                r = folder < 0 ? folder : 0;
        }
        *pressed = r == 0 ? press_at(folder, file) : -1;
        if (*pressed >= 0)
                r = ACT_DONE;
        else if (r == 0)
                r = *pressed;
        if (folder >= 0)
                close(folder);
        free(members.at);
        return answer(r);
}

int act_group_check(const struct host *host, const struct act_group *group,
                    const struct act_spare *spare)
{
        struct pids members = {0};
        int folder = -1, r = list_touchable(host, group, spare, &folder, &members);

        if (folder >= 0)
                close(folder);
        free(members.at);
        return answer(r);
}

int act_group_kill(const struct host *host, const struct act_group *group,
                   const struct act_spare *spare)
{
        int pressed, r = press(host, group, spare, "cgroup.kill", &pressed);

        if (pressed >= 0)
                close(pressed);
        return r;
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
        return answer(r);
}

int act_group_members(const struct host *host, const struct act_group *group, pid_t **pids,
                      size_t *n_pids)
{
        struct pids members;
        int r, folder;

        folder = act_group_open(host, group);
        if (folder < 0)
                return folder == -ENOENT ? ACT_GONE : folder;
        close(folder);
        r = read_tree(host->groups, group->path, NULL, &members);
        if (r < 0)
                return r == -ENOENT || r == -ENODEV ? ACT_GONE : r;
        *pids = members.at;
        *n_pids = members.n;
        return ACT_DONE;
}
