/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What one look costs: microseconds of each reading on this machine, of the process itself and of a
 * group that is made for it two levels deep (as root; else of the group we are in).
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "readers/group.h"
#include "readers/host.h"
#include "readers/process.h"

#define ROUNDS 20000

static struct host host;
static struct process_reader *process;
static struct group_reader *group;

static int memory(void)
{
        struct process_memory reading;

        return process_read_memory(process, &reading);
}

static int swap(void)
{
        uint64_t bytes;

        return process_read_swap(process, &bytes);
}

static int identity(void)
{
        struct process_identity reading;

        return process_read_identity(process, &reading);
}

static int membership(void)
{
        char *path = NULL;
        int r = process_read_group(process, &host, &path);

        free(path);
        return r;
}

static int usage(void)
{
        uint64_t bytes;

        return group_read_usage(group, false, &bytes);
}

static int reading(void)
{
        struct group_reading ret;

        return group_read(group, &ret);
}

static int pids(void)
{
        pid_t *list = NULL;
        size_t n;
        int r = group_read_pids(group, &list, &n);

        free(list);
        return r;
}

static int available(void)
{
        return host_read_memory(&host, &(struct host_memory){0});
}

static int count(void *userdata, const char *path, uint64_t inode)
{
        (void)path;
        (void)inode;
        ++*(unsigned *)userdata;
        return 0;
}

static int walk(void)
{
        unsigned n = 0;

        return group_walk(&host, "/", count, &n);
}

static void measure(const char *what, int (*read)(void), unsigned rounds)
{
        struct timespec begin, end;
        int r = 0;

        clock_gettime(CLOCK_MONOTONIC, &begin);
        for (unsigned i = 0; i < rounds && r >= 0; i++)
                r = read();
        clock_gettime(CLOCK_MONOTONIC, &end);
        if (r < 0)
                printf("%-28s %s\n", what, strerror(-r));
        else
                printf("%-28s %7.2f us\n", what,
                       ((double)(end.tv_sec - begin.tv_sec) * 1e9 +
                        (double)(end.tv_nsec - begin.tv_nsec)) /
                               1e3 / rounds);
}

int main(void)
{
        char outer[60], inner[80], *own = NULL, path[100];
        bool made;
        int r = host_open(&host, "/proc", "/sys/fs/cgroup");

        if (r >= 0)
                r = process_reader_new(&process, &host, getpid());
        if (r >= 0)
                r = process_read_group(process, &host, &own);
        if (r < 0) {
                fprintf(stderr, "nothing to measure here: %s\n", strerror(-r));
                return 77;
        }
        snprintf(outer, sizeof(outer), "bng-bench-readers-%d", (int)getpid());
        snprintf(inner, sizeof(inner), "%s/group", outer);
        snprintf(path, sizeof(path), "/%s", inner);
        made = mkdirat(host.groups, outer, 0755) == 0 && mkdirat(host.groups, inner, 0755) == 0;
        r = group_reader_new(&group, &host, made ? path : own);
        printf("a %s host, group %s\n", host_layout_name(host.layout), made ? path : own);
        measure("process_read_memory", memory, ROUNDS);
        measure("process_read_swap", swap, ROUNDS);
        measure("process_read_identity", identity, ROUNDS);
        measure("process_read_group", membership, ROUNDS);
        if (r >= 0) {
                measure("group_read_usage", usage, ROUNDS);
                measure("group_read", reading, ROUNDS);
                measure("group_read_pids", pids, ROUNDS);
        }
        measure("host_read_memory", available, ROUNDS);
        measure("group_walk, all groups", walk, ROUNDS / 20);

        group_reader_free(group);
        process_reader_free(process);
        unlinkat(host.groups, inner, AT_REMOVEDIR);
        unlinkat(host.groups, outer, AT_REMOVEDIR);
        free(own);
        host_close(&host);
        return 0;
}
