/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The walk goes from a folder into the one below it by its name, and back by "..", which is where it came from even if
 * something was renamed meanwhile; that it is the same folder is checked all the same. No path is looked up twice, so no
 * path is too long, and what is below a folder is listed before it is gone to, so that one folder is held at a time.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "act/tree.h"
#include "readers/group.h"

struct tree {
        struct tree_pids *pids;
        const struct act_spare *spare; /* or NULL */
        int folder;                    /* where the walk is */
};

int tree_open(int root, const char *path)
{
        int fd = openat(root, path + strspn(path, "/"),
                        O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

        return fd < 0 ? -errno : fd;
}

static int add(struct tree_pids *pids, pid_t pid)
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

static int add_procs(int folder, struct tree_pids *pids)
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
                r = add(pids, (pid_t)pid);
        /* A threaded v2 group answers EOPNOTSUPP: its processes are listed by the group above. */
        if (r >= 0 && ferror(file) && errno != EOPNOTSUPP)
                r = -errno;
        fclose(file);
        return r;
}

/* The names of all right below, each with its NUL, and one more NUL; malloc'ed. */
static int list(DIR *dir, char **names)
{
        const struct dirent *entry;
        size_t size;
        FILE *stream = open_memstream(names, &size);
        int r = 0;

        if (!stream)
                return -ENOMEM;
        while ((errno = 0, entry = readdir(dir)))
                if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
                    strcmp(entry->d_name, "..") != 0)
                        (void)fwrite(entry->d_name, strlen(entry->d_name) + 1, 1, stream);
        if (errno != 0 && errno != ENOENT)
                r = -errno;
        (void)fputc('\0', stream);
        if (ferror(stream) | fclose(stream))
                r = -ENOMEM;
        if (r < 0)
                free(*names);
        return r;
}

static int list_below(int folder, char **names)
{
        int fd = tree_open(folder, "."), r;
        DIR *dir;

        if (fd < 0)
                return fd;
        dir = fdopendir(fd);
        if (!dir) {
                r = -errno;
                close(fd);
                return r;
        }
        r = list(dir, names);
        closedir(dir);
        return r;
}

static int go_down(struct tree *tree, const char *name, struct stat *from)
{
        int folder;

        if (fstat(tree->folder, from) < 0)
                return -errno;
        folder = tree_open(tree->folder, name);
        if (folder < 0)
                return folder;
        close(tree->folder);
        tree->folder = folder;
        return 0;
}

static int go_back(struct tree *tree, const struct stat *from)
{
        int folder = tree_open(tree->folder, "..");
        struct stat there;

        if (folder < 0)
                return folder;
        close(tree->folder);
        tree->folder = folder;
        if (fstat(folder, &there) < 0)
                return -errno;
        return there.st_ino == from->st_ino && there.st_dev == from->st_dev ? 0 : -ESTALE;
}

static bool is_gone(int r)
{
        return r == -ENOENT || r == -ENODEV;
}

static int add_below(struct tree *tree, const char *path, const char *name, unsigned depth);

/* Adds the processes of the folder where the walk is, and of all below it. */
static int add_tree(struct tree *tree, const char *path, unsigned depth)
{
        bool spared = tree->spare && tree->spare->spares(tree->spare->userdata, path);
        char *names;
        int r;

        r = spared ? ACT_REFUSED : add_procs(tree->folder, tree->pids);
        if (r != 0 || depth == GROUP_DEPTH_MAX)
                return r;
        r = list_below(tree->folder, &names);
        if (r < 0)
                return r;
        for (const char *name = names; r == 0 && *name; name += strlen(name) + 1)
                r = add_below(tree, path, name, depth);
        free(names);
        return r;
}

static int add_below(struct tree *tree, const char *path, const char *name, unsigned depth)
{
        struct stat from;
        char *below;
        int r, back;

        if (asprintf(&below, "%s/%s", path, name) < 0)
                return -ENOMEM;
        r = go_down(tree, name, &from);
        if (r == 0) {
                r = add_tree(tree, below, depth + 1);
                back = go_back(tree, &from);
                r = back < 0 ? back : is_gone(r) ? 0 : r;
        } else if (is_gone(r))
                r = 0; /* removed meanwhile: it was empty */
        free(below);
        return r;
}

static int compare_pids(const void *a, const void *b)
{
        const pid_t *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

static void sort(struct tree_pids *pids)
{
        size_t n = 0;

        if (pids->n > 0)
                qsort(pids->at, pids->n, sizeof(*pids->at), compare_pids);
        for (size_t i = 0; i < pids->n; i++)
                if (n == 0 || pids->at[n - 1] != pids->at[i])
                        pids->at[n++] = pids->at[i];
        pids->n = n;
}

int tree_read(int folder, const char *path, const struct act_spare *spare, struct tree_pids *ret)
{
        struct tree tree = {.pids = ret, .spare = spare};
        int r;

        *ret = (struct tree_pids){0};
        tree.folder = tree_open(folder, ".");
        if (tree.folder < 0)
                return tree.folder;
        r = add_tree(&tree, path, 0);
        close(tree.folder);
        if (r == 0)
                sort(ret);
        else {
                free(ret->at);
                *ret = (struct tree_pids){0};
        }
        return r;
}
