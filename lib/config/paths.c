/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "config/paths.h"
#include "config/sysconfdir.h"

/* SYSCONFDIR is /etc unless the build says otherwise; then it comes right behind. */
static const char *const folders[] = {"/etc", BNG_SYSCONFDIR, "/run", "/usr/local/lib", "/usr/lib"};
#define N_FOLDERS (sizeof(folders) / sizeof(*folders))
#define RUN_RANK 2

static bool no_memory(struct bng_config_errors *errors)
{
        bng_config_errors_add(errors, NULL, "out of memory");
        return false;
}

static bool cannot_read(struct bng_config_errors *errors, const char *path, int error)
{
        bng_config_errors_add(errors, &(struct bng_place){.file = path}, "cannot be read: %s",
                              strerror(error));
        return false;
}

/* Takes the path over, also when it fails. */
static bool append(struct bng_config_files *files, char *path)
{
        char **paths = path ? realloc(files->paths, (files->n + 1) * sizeof(*paths)) : NULL;

        if (!paths) {
                free(path);
                return false;
        }
        files->paths = paths;
        files->paths[files->n++] = path;
        return true;
}

void bng_config_files_clear(struct bng_config_files *files)
{
        for (size_t i = 0; i < files->n; i++)
                free(files->paths[i]);
        free(files->paths);
        *files = (struct bng_config_files){0};
}

/* Below the folder of that rank, the strongest first. For a user it is their own, then those of the system but
 * /run: only root may look into that one. */
static char *join(const char *root, size_t rank, const char *below)
{
        const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
        char *path;
        int n;

        if (strcmp(root, BNG_CONFIG_USER) != 0)
                n = asprintf(&path, "%s%s/bignum-guard/%s", root, folders[rank], below);
        else if (rank > 0)
                n = asprintf(&path, "%s/bignum-guard/user/%s",
                             folders[rank <= RUN_RANK ? rank - 1 : rank], below);
        else if (base && *base == '/')
                n = asprintf(&path, "%s/bignum-guard/%s", base, below);
        else
                n = asprintf(&path, "%s/.config/bignum-guard/%s",
                             home && *home == '/' ? home : "/nonexistent", below);
        return n < 0 ? NULL : path;
}

/* Looks for the main file; none at all is fine. */
static bool find_main(struct bng_config_files *files, const char *root,
                      struct bng_config_errors *errors)
{
        for (size_t i = 0; i < N_FOLDERS; i++) {
                char *path = join(root, i, "bignum-guard.conf");
                struct stat status;

                if (!path)
                        return no_memory(errors);
                if (stat(path, &status) == 0)
                        return append(files, path) || no_memory(errors);
                if (errno != ENOENT && errno != ENOTDIR) {
                        cannot_read(errors, path, errno);
                        free(path);
                        return false;
                }
                free(path);
        }
        return true;
}

static const char *file_name(const char *path)
{
        return strrchr(path, '/') + 1;
}

static bool has_name(const struct bng_config_files *files, const char *name)
{
        for (size_t i = 0; i < files->n; i++)
                if (strcmp(file_name(files->paths[i]), name) == 0)
                        return true;
        return false;
}

static bool is_drop_in(const char *name)
{
        size_t n = strlen(name);

        return name[0] != '.' && n > 5 && strcmp(name + n - 5, ".conf") == 0;
}

/* Adds the drop-ins of one folder that no stronger folder has. */
static bool find_drop_ins(struct bng_config_files *files, const char *folder,
                          struct bng_config_errors *errors)
{
        const struct dirent *entry;
        bool ok = true;
        DIR *dir = opendir(folder);

        if (!dir)
                return errno == ENOENT || errno == ENOTDIR || cannot_read(errors, folder, errno);
        while (ok && (errno = 0, entry = readdir(dir))) {
                char *path;

                if (!is_drop_in(entry->d_name) || has_name(files, entry->d_name))
                        continue;
                if (asprintf(&path, "%s/%s", folder, entry->d_name) < 0)
                        path = NULL;
                ok = append(files, path) || no_memory(errors);
        }
        if (ok && errno != 0)
                ok = cannot_read(errors, folder, errno);
        closedir(dir);
        return ok;
}

static int compare_names(const void *a, const void *b)
{
        return strcmp(file_name(*(char *const *)a), file_name(*(char *const *)b));
}

bool bng_config_find(struct bng_config_files *files, const char *root,
                     struct bng_config_errors *errors)
{
        struct bng_config_files drop_ins = {0};
        bool ok;

        root = root ? root : "";
        ok = find_main(files, root, errors);
        for (size_t i = 0; i < N_FOLDERS; i++) {
                char *folder = join(root, i, "bignum-guard.conf.d");

                ok &= folder ? find_drop_ins(&drop_ins, folder, errors) : no_memory(errors);
                free(folder);
        }
        if (drop_ins.n > 0)
                qsort(drop_ins.paths, drop_ins.n, sizeof(*drop_ins.paths), compare_names);
        for (size_t i = 0; i < drop_ins.n; i++) /* append takes each over */
                if (!append(files, drop_ins.paths[i]))
                        ok = no_memory(errors);
        free(drop_ins.paths);
        return ok;
}

static bool is_null(const struct stat *status)
{
        return S_ISCHR(status->st_mode) && status->st_rdev == makedev(1, 3);
}

static bool is_trusted(const struct stat *status)
{
        return (status->st_uid == 0 || status->st_uid == geteuid()) && !(status->st_mode & 022);
}

/*
 * Only regular files are read: a pipe would block the one who reloads. /dev/null is the exception,
 * it is how a drop-in is masked.
 */
static bool read_file(const char *path, bool trusted, const struct bng_ini_sink *sink,
                      struct bng_config_errors *errors)
{
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        const struct bng_place place = {.file = path};
        const char *wrong = NULL;
        struct stat status;
        FILE *stream;
        bool ok;

        if (fd < 0)
                return cannot_read(errors, path, errno);
        if (fstat(fd, &status) < 0 || !(S_ISREG(status.st_mode) || is_null(&status)))
                wrong = "is not a regular file";
        else if (trusted && !is_trusted(&status))
                wrong = "is not believed: others than root and this user may have written it";
        if (wrong || is_null(&status)) {
                close(fd);
                if (wrong)
                        bng_config_errors_add(errors, &place, "%s", wrong);
                return !wrong;
        }
        stream = fdopen(fd, "r");
        if (!stream) {
                close(fd);
                return no_memory(errors);
        }
        ok = bng_ini_read(stream, path, sink, errors);
        fclose(stream);
        return ok;
}

bool bng_config_read_file(const char *path, const struct bng_ini_sink *sink,
                          struct bng_config_errors *errors)
{
        return read_file(path, false, sink, errors);
}

bool bng_config_read_trusted_file(const char *path, const struct bng_ini_sink *sink,
                                  struct bng_config_errors *errors)
{
        return read_file(path, true, sink, errors);
}

bool bng_config_read_all(const char *root, const struct bng_ini_sink *sink,
                         struct bng_config_errors *errors)
{
        struct bng_config_files files = {0};
        bool ok = bng_config_find(&files, root, errors);

        for (size_t i = 0; i < files.n; i++)
                ok &= bng_config_read_file(files.paths[i], sink, errors);
        bng_config_files_clear(&files);
        return ok;
}
