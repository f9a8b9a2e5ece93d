/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The walk goes from a folder into the one below it by its name, and back by "..", which is where it came from even if
 * something was renamed meanwhile; that it is the same folder is checked all the same. No path is looked up twice, so no
 * path is too long, and what is below a folder is listed before it is gone to, so that one folder is held at a time.
 *
 * The kernel's switches reach however deep groups are, and so does the walk. Only whether one is spared is not asked
 * where its path is too long for any process to tell that it is in there.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "act/tree.h"
#include "bounds/checked.h"

/* A folder on the way to where the walk is. */
struct level {
        char *names; /* of all right below it, each with its NUL, and one more NUL; or NULL */
        const char *next;
        dev_t dev;
        ino_t inode;
        size_t length; /* of its path; PATH_MAX: too long */
        struct level *above;
};

struct tree {
        struct tree_pids *pids;
        const struct act_spare *spare; /* or NULL */
        int folder;                    /* where the walk is, */
        struct level *level;           /* what is remembered of it, */
        char path[PATH_MAX];           /* and its path, if that is not too long */
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

static bool is_spared(const struct tree *tree)
{
        return tree->spare && tree->level->length < PATH_MAX &&
               tree->spare->spares(tree->spare->userdata, tree->path);
}

/* Adds the processes of the folder that the walk has come to. One that is gone by now had none, nor had any below it. */
static int enter(struct tree *tree, size_t length)
{
        struct level *level = calloc(1, sizeof(*level));
        struct stat st;
        int r;

        if (!level)
                return -ENOMEM;
        level->length = length;
        level->above = tree->level;
        tree->level = level;
        if (fstat(tree->folder, &st) < 0)
                return -errno;
        level->dev = st.st_dev;
        level->inode = st.st_ino;
        r = is_spared(tree) ? ACT_REFUSED : add_procs(tree->folder, tree->pids);
        if (r == 0)
                r = list_below(tree->folder, &level->names);
        level->next = level->names;
        return group_is_gone(r) && level->above ? 0 : r;
}

/* To the next one that is below, if it is still there. */
static int go_down(struct tree *tree)
{
        struct level *level = tree->level;
        const char *name = level->next;
        size_t n = strlen(name), length = level->length + n + 1;
        int folder = tree_open(tree->folder, name);

        level->next += n + 1;
        if (folder < 0)
                return group_is_gone(folder) ? 0 : folder;
        close(tree->folder);
        tree->folder = folder;
        if (length < PATH_MAX) {
                tree->path[level->length] = '/';
                memcpy(tree->path + level->length + 1, name, n + 1);
        }
        return enter(tree, bng_min(length, PATH_MAX));
}

static void leave(struct tree *tree)
{
        struct level *level = tree->level;

        tree->level = level->above;
        free(level->names);
        free(level);
}

static int go_back(struct tree *tree)
{
        const struct level *level;
        struct stat there;
        int folder;

        leave(tree);
        level = tree->level;
        if (!level)
                return 0;
        folder = tree_open(tree->folder, "..");
        if (folder < 0)
                return folder;
        close(tree->folder);
        tree->folder = folder;
        if (fstat(folder, &there) < 0)
                return -errno;
        return there.st_ino == level->inode && there.st_dev == level->dev ? 0 : -ESTALE;
}

static int compare_pids(const void *a, const void *b)
{
        const pid_t *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

bool tree_lists(const pid_t *pids, size_t n, pid_t pid)
{
        return n > 0 && bsearch(&pid, pids, n, sizeof(pid), compare_pids);
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
        size_t length = bng_min(strlen(path), PATH_MAX);
        int r;

        *ret = (struct tree_pids){0};
        tree.folder = tree_open(folder, ".");
        if (tree.folder < 0)
                return tree.folder;
        if (length < PATH_MAX)
                memcpy(tree.path, path, length);
        r = enter(&tree, length);
        while (r == 0 && tree.level)
                r = tree.level->next && *tree.level->next ? go_down(&tree) : go_back(&tree);
        while (tree.level)
                leave(&tree);
        close(tree.folder);
        if (r == 0)
                sort(ret);
        else {
                free(ret->at);
                *ret = (struct tree_pids){0};
        }
        return r;
}
