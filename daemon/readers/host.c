/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "readers/host.h"
#include "readers/text.h"

static int open_folder(int dirfd, const char *path)
{
        int fd = openat(dirfd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);

        return fd < 0 ? -errno : fd;
}

static bool has_file(int dirfd, const char *path)
{
        return faccessat(dirfd, path, F_OK, 0) == 0;
}

static bool is_same_folder(int fd, const char *path)
{
        struct stat a, b;

        return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev &&
               a.st_ino == b.st_ino;
}

static bool is_procfs(int fd)
{
        struct statfs status;

        return fstatfs(fd, &status) == 0 && status.f_type == PROC_SUPER_MAGIC;
}

/* Are its numbers those of our own PID namespace? One of a namespace above shows us with two numbers, one
 * of any other does not show us at all. */
static bool shows_own_pids(int procfs)
{
        char *text, *line;
        uint64_t pid;
        bool own;

        if (text_read_all_at(procfs, "self/status", &text) < 0)
                return false;
        line = strstr(text, "\nNSpid:\t");
        own = line && text_number(line + strlen("\nNSpid:\t"), &pid) && pid == (uint64_t)getpid();
        free(text);
        return own;
}

/* Is `word` in a list of words between blanks, as cgroup.controllers is? */
static bool has_controller(int dirfd, const char *file, const char *word)
{
        char text[TEXT_MAX], *rest = text, *token;

        if (text_read_at(dirfd, file, text, sizeof(text)) < 0)
                return false;
        while ((token = strsep(&rest, " \n")))
                if (strcmp(token, word) == 0)
                        return true;
        return false;
}

/* A hierarchy below the root: its folder, and how /proc/PID/cgroup marks its line. */
static int watch(struct host *host, const char *cgroupfs, int root, enum host_layout layout,
                 const char *folder, const char *controller)
{
        bool is_root = strcmp(folder, ".") == 0;

        host->layout = layout;
        host->groups = open_folder(root, folder);
        if (host->groups < 0)
                return host->groups;
        host->controller = strdup(controller);
        if (asprintf(&host->groups_path, "%s%s%s", cgroupfs, is_root ? "" : "/",
                     is_root ? "" : folder) < 0)
                host->groups_path = NULL;
        return host->controller && host->groups_path ? 0 : -ENOMEM;
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
        return strcmp((*a)->d_name, (*b)->d_name);
}

/* The first v1 hierarchy by name, whatever it controls: any tells which processes belong together.
 */
static int watch_any(struct host *host, const char *cgroupfs, int root)
{
        struct dirent **entries;
        int n = scandirat(root, ".", &entries, NULL, compare_names), r = -ENOENT;

        if (n < 0)
                return -errno;
        for (int i = 0; i < n; i++) {
                const char *name = entries[i]->d_name;
                char procs[NAME_MAX + 16], controller[NAME_MAX + 1];

                snprintf(procs, sizeof(procs), "%s/cgroup.procs", name);
                snprintf(controller, sizeof(controller), "%.*s", (int)strcspn(name, ","), name);
                if (r == -ENOENT && *name != '.' && has_file(root, procs))
                        r = watch(host, cgroupfs, root, HOST_PLAIN, name, controller);
                free(entries[i]);
        }
        free(entries);
        return r;
}

/* What counts memory is watched; where nothing does, what tells best which processes belong
 * together. */
static int find_layout(struct host *host, const char *cgroupfs, int root)
{
        const char *unified = has_file(root, "cgroup.controllers")           ? "."
                              : has_file(root, "unified/cgroup.controllers") ? "unified"
                                                                             : NULL;
        int fd;

        if (unified) {
                fd = open_folder(root, unified);
                if (fd < 0)
                        return fd;
                host->unified = fd;
        }
        if (has_file(root, "memory/memory.usage_in_bytes"))
                return watch(host, cgroupfs, root, HOST_V1, "memory", "memory");
        if (unified)
                return watch(host, cgroupfs, root,
                             has_controller(host->unified, "cgroup.controllers", "memory")
                                     ? HOST_V2
                                     : HOST_PLAIN,
                             unified, "");
        if (has_file(root, "systemd/cgroup.procs"))
                return watch(host, cgroupfs, root, HOST_PLAIN, "systemd", "name=systemd");
        return watch_any(host, cgroupfs, root);
}

int host_open(struct host *host, const char *procfs, const char *cgroupfs)
{
        int root, r;

        *host = (struct host){.procfs = -1, .groups = -1, .unified = -1, .only = HOST_EVERY_USER};
        host->above = calloc(1, sizeof(*host->above));
        if (!host->above)
                return -ENOMEM;
        host->procfs = open_folder(AT_FDCWD, procfs);
        if (host->procfs < 0) {
                r = host->procfs;
                host_close(host);
                return r;
        }
        root = open_folder(AT_FDCWD, cgroupfs);
        r = root < 0 ? root : find_layout(host, cgroupfs, root);
        if (r == 0) {
                bool own_proc = is_same_folder(host->procfs, "/proc");

                host->foreign = !own_proc || !shows_own_pids(host->procfs) ||
                                !is_same_folder(root, "/sys/fs/cgroup");
                if (own_proc && !is_procfs(host->procfs))
                        r = -ENOENT;
        }
        if (root >= 0)
                close(root);
        if (r < 0)
                host_close(host);
        return r;
}

void host_close(struct host *host)
{
        const int fds[] = {host->procfs, host->groups, host->unified};

        for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++)
                if (fds[i] >= 0)
                        close(fds[i]);
        free(host->above);
        free(host->groups_path);
        free(host->controller);
        *host = (struct host){.procfs = -1, .groups = -1, .unified = -1};
}

const char *host_layout_name(enum host_layout layout)
{
        static const char *const names[] = {
                [HOST_V2] = "v2", [HOST_V1] = "v1", [HOST_PLAIN] = "plain"};

        return names[layout];
}

int host_read_memory(const struct host *host, struct host_memory *ret)
{
        struct text_field fields[] = {{.name = "MemTotal"},
                                      {.name = "MemAvailable"},
                                      {.name = "SwapTotal"},
                                      {.name = "SwapFree"}};
        char text[TEXT_MAX];
        int r = text_read_at(host->procfs, "meminfo", text, sizeof(text));

        if (r < 0)
                return r;
        text_fields(text, fields, 4);
        if (!fields[0].found || !fields[1].found)
                return -ENODATA;
        *ret = (struct host_memory){
                .total = fields[0].value,
                .available = fields[1].value,
                .swaps = !fields[2].found || !fields[3].found || fields[2].value != fields[3].value,
        };
        return 0;
}

/* "0.20 0.18 0.12 1/80 11206": the last number. */
int host_read_latest_pid(const struct host *host, pid_t *pid)
{
        char text[TEXT_MAX], *last;
        uint64_t number;
        int r = text_read_at(host->procfs, "loadavg", text, sizeof(text));

        if (r < 0)
                return r;
        last = strrchr(text, ' ');
        if (!last || !text_number(last + 1, &number) || number > INT32_MAX)
                return -EBADMSG;
        *pid = (pid_t)number;
        return 0;
}
