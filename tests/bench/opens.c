/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The kernel's own share of a start: what nobody gets around who is to be told of a group's memory and of its
 * processes, and nothing else. Reads the folders of groups that nobody has opened a file of, one a line, and
 * prints microseconds of CPU time for each.
 */

#include <fcntl.h>
#include <stdio.h>
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
static void arm(int folder, int file)
{
        int control = openat(folder, "cgroup.event_control", O_WRONLY | O_CLOEXEC), oom, bell;
        char text[80];

        if (control < 0)
                return;
        bell = eventfd(0, EFD_CLOEXEC);
        oom = openat(folder, "memory.oom_control", O_RDONLY | O_CLOEXEC);
        snprintf(text, sizeof(text), "%d %d " LEVEL, bell, file);
        if (write(control, text, strlen(text)) < 0)
                perror("a level");
        snprintf(text, sizeof(text), "%d %d", bell, oom);
        if (write(control, text, strlen(text)) < 0)
                perror("the kernel's killer");
        close(oom);
        close(control); /* the bell stays */
}

static void open_group(int inotify, const char *path)
{
        int folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), first = -1;

        if (folder < 0 || inotify_add_watch(inotify, path, IN_MODIFY | IN_ONLYDIR) < 0)
                perror(path);
        for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
                int fd = open_and_read(folder, kept[i]);

                if (first < 0)
                        first = fd;
        }
        close(open_and_read(folder, "cgroup.procs"));
        arm(folder, first);
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
        double begin = cpu_usec();
        char path[4096];
        unsigned n = 0;

        while (fgets(path, sizeof(path), stdin)) {
                path[strcspn(path, "\n")] = '\0';
                open_group(inotify, path);
                n++;
        }
        printf("%.3f\n", n > 0 ? (cpu_usec() - begin) / n : 0);
        return 0;
}
