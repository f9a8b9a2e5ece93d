/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The kernel's own share of a start: what nobody gets around who is to read a group's memory and its processes and to
 * be told of them, and nothing else; of that, what it costs only to open, read and close the one file that tells what a
 * group uses, for the first time; of a round, which is to read that file again; and of the alarm that tells of a level.
 * Reads the folders of groups that nobody has opened a file of, one a line, and prints microseconds of CPU time for each:
 * to open it and read, for a start, for another reading, and for its alarm.
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#define LEVEL "34359738368" /* bytes, far from everybody */

static const char *const kept[] = {
        "memory.memsw.usage_in_bytes", "memory.limit_in_bytes", /* v1 */
        "memory.current", "memory.swap.current", "memory.max"   /* v2 */
};

struct group {
        int folder, file;
};

static int open_and_read(int folder, const char *name)
{
        char text[4096];
        int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);

        if (fd >= 0 && read(fd, text, sizeof(text)) < 0) {
                close(fd);
                return -1;
        }
        return fd;
}

/* v1's events, if this is v1. */
static void arm(const struct group *group)
{
        int control = openat(group->folder, "cgroup.event_control", O_WRONLY | O_CLOEXEC), oom,
            bell;
        char text[80];

        if (control < 0)
                return;
        bell = eventfd(0, EFD_CLOEXEC);
        oom = openat(group->folder, "memory.oom_control", O_RDONLY | O_CLOEXEC);
        snprintf(text, sizeof(text), "%d %d " LEVEL, bell, group->file);
        if (write(control, text, strlen(text)) < 0)
                perror("a level");
        snprintf(text, sizeof(text), "%d %d", bell, oom);
        if (write(control, text, strlen(text)) < 0)
                perror("the kernel's killer");
        close(oom);
        close(control); /* the bell stays */
}

static int open_folder(const char *path)
{
        int folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

        if (folder < 0)
                perror(path);
        return folder;
}

/* Its usage, as v1 or v2 names it; not kept. */
static void look_into(int folder)
{
        int fd = open_and_read(folder, kept[0]);

        if (fd < 0)
                fd = open_and_read(folder, "memory.current");
        if (fd >= 0)
                close(fd);
}

static void open_group(struct group *group, int inotify)
{
        char path[64];

        snprintf(path, sizeof(path), "/proc/self/fd/%d", group->folder);
        if (inotify_add_watch(inotify, path, IN_MODIFY | IN_ONLYDIR) < 0)
                perror("to be told");
        group->file = -1;
        for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
                int fd = open_and_read(group->folder, kept[i]);

                if (group->file < 0)
                        group->file = fd;
        }
        close(open_and_read(group->folder, "cgroup.procs"));
}

static void read_again(const struct group *group)
{
        char text[64];

        if (pread(group->file, text, sizeof(text), 0) < 0)
                perror("what is used");
}

static double cpu_usec(void)
{
        struct timespec used;

        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
        return (double)used.tv_sec * 1e6 + (double)used.tv_nsec / 1e3;
}

int main(void)
{
        int inotify = inotify_init1(IN_CLOEXEC);
        struct group *groups = NULL;
        double begin, bare, opened, again, armed;
        char path[4096];
        size_t n = 0;

        while (fgets(path, sizeof(path), stdin)) {
                path[strcspn(path, "\n")] = '\0';
                groups = reallocarray(groups, n + 1, sizeof(*groups));
                if (!groups)
                        return EXIT_FAILURE;
                groups[n++].folder = open_folder(path);
        }
        begin = cpu_usec();
        for (size_t i = 0; i < n; i++)
                look_into(groups[i].folder);
        bare = cpu_usec();
        for (size_t i = 0; i < n; i++)
                open_group(&groups[i], inotify);
        opened = cpu_usec();
        for (size_t i = 0; i < n; i++)
                read_again(&groups[i]);
        again = cpu_usec();
        for (size_t i = 0; i < n; i++)
                arm(&groups[i]);
        armed = cpu_usec();
        if (n > 0)
                printf("%.3f %.3f %.3f %.3f\n", (bare - begin) / (double)n,
                       (opened - begin) / (double)n, (again - opened) / (double)n,
                       (armed - again) / (double)n);
        free(groups);
        return EXIT_SUCCESS;
}
