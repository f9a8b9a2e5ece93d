/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Fuzz target of the readers of /proc and cgroups: the input is the files of one process and of one group, one
 * behind the other with 0x1e between. Whatever stands in them, a reader gives a value in its range or an error.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "folders.h"
#include "readers/group.h"
#include "readers/process.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SEPARATOR 0x1e

static const char *const v2_files[] = {
        "proc/7/stat",
        "proc/7/status",
        "proc/7/statm",
        "proc/7/cgroup",
        "proc/7/smaps_rollup",
        "proc/7/comm",
        "proc/7/cmdline",
        "cgroup/a/memory.stat",
        "cgroup/a/memory.current",
        "cgroup/a/memory.max",
        "cgroup/a/memory.peak",
        "cgroup/a/memory.swap.current",
        "cgroup/a/cgroup.procs",
        "proc/meminfo",
        "cgroup/a/cpu.stat",
        "proc/loadavg",
        "cgroup/a/memory.events.local",
};
static const char *const v1_files[] = {
        "proc/7/stat",
        "proc/7/status",
        "proc/7/statm",
        "proc/7/cgroup",
        "proc/7/smaps_rollup",
        "proc/7/comm",
        "proc/7/cmdline",
        "cgroup/memory/a/memory.stat",
        "cgroup/memory/a/memory.usage_in_bytes",
        "cgroup/memory/a/memory.limit_in_bytes",
        "cgroup/memory/a/memory.max_usage_in_bytes",
        "cgroup/memory/a/memory.memsw.usage_in_bytes",
        "cgroup/memory/a/cgroup.procs",
        "proc/meminfo",
        "cgroup/memory/a/memory.failcnt",
        "proc/loadavg",
        "cgroup/memory/a/memory.oom_control",
};
#define N_FILES (sizeof(v2_files) / sizeof(*v2_files))

static char roots[2][64]; /* v2, v1 */

static void clean_up(void)
{
        for (unsigned i = 0; i < 2; i++)
                remove_folder(roots[i]);
}

static void put(const char *root, const char *name, const void *text, size_t size)
{
        char path[160];
        FILE *file;

        snprintf(path, sizeof(path), "%s/%s", root, name);
        for (char *slash = strchr(path + strlen(root) + 1, '/'); slash;
             slash = strchr(slash + 1, '/')) {
                *slash = '\0';
                require(mkdir(path, 0700) == 0 || errno == EEXIST, "a folder can be made");
                *slash = '/';
        }
        file = fopen(path, "we");
        require(file && fwrite(text, 1, size, file) == size && fclose(file) == 0,
                "a file can be written");
}

static void make_roots(void)
{
        for (unsigned i = 0; i < 2; i++) {
                strcpy(roots[i], "/tmp/bignum-guard-fuzz-XXXXXX");
                require(mkdtemp(roots[i]), "a folder can be made");
        }
        put(roots[0], "cgroup/cgroup.controllers", "memory\n", 7);
        put(roots[1], "cgroup/memory/memory.usage_in_bytes", "0\n", 2);
        atexit(clean_up);
}

static void read_process(const struct host *host)
{
        struct process_identity identity;
        struct process_reader *reader;
        struct process_memory memory;
        uint64_t bytes, usec;
        bool handles;
        char *text;
        size_t n;

        require(process_reader_new(&reader, host, 7) == 0, "the folder is there");
        if (process_read_identity(reader, &identity) == 0)
                require(identity.pid > 0, "a pid is positive");
        if (process_read_memory(reader, &memory) == 0)
                require(memory.private_bytes <= memory.rss, "what is private is resident");
        (void)process_read_swap(reader, &bytes);
        (void)process_read_others(reader, &bytes);
        (void)process_read_cpu(reader, &usec);
        (void)process_read_handles(reader, 1, &handles);
        (void)process_read_handles(reader, 64, &handles);
        (void)process_leader_is_gone(reader);
        if (process_read_group(reader, host, &text) == 0) {
                require(*text == '/' && !strchr(text, '\n'), "a group is a path on one line");
                free(text);
        }
        if (process_read_unified_group(reader, &text) == 0) {
                require(*text == '/' && !strchr(text, '\n'), "a group is a path on one line");
                free(text);
        }
        if (process_read_comm(reader, &text) == 0)
                free(text);
        if (process_read_cmdline(reader, 64, &text, &n) == 0) {
                require(n <= 64 && text[n] == '\0', "a command line is cut");
                free(text);
        }
        process_reader_free(reader);
}

static void read_group(const struct host *host)
{
        struct group_reading reading;
        struct group_reader *reader;
        uint64_t bytes, count;
        pid_t *pids;
        size_t n;

        require(group_reader_new(&reader, host, "/a") == 0, "the folder is there");
        (void)group_read_usage(reader, true, &bytes);
        if (group_read(reader, &reading) == 0)
                require(reading.headroom <= reading.limit, "no limit leaves more than it is");
        if (group_read_limits(reader, true, &reading) == 0)
                require(reading.memory == 0, "nobody asked for its memory");
        (void)group_read_cpu(reader, &count);
        (void)group_read_kills(reader, &count);
        (void)group_read_hits(reader, &count);
        if (group_read_pids(reader, &pids, &n) == 0) {
                for (size_t i = 0; i < n; i++)
                        require(pids[i] > 0, "a pid is positive");
                free(pids);
        }
        group_reader_free(reader);
}

/* Writes what is not there already: an input mostly differs from the last in one file. */
static void put_again(unsigned version, size_t i, const uint8_t *text, size_t size)
{
        static struct {
                uint8_t *text;
                size_t size;
        } there[2][N_FILES];

        if (there[version][i].text && there[version][i].size == size &&
            memcmp(there[version][i].text, text, size) == 0)
                return;
        put(roots[version], (version == 0 ? v2_files : v1_files)[i], text, size);
        free(there[version][i].text);
        there[version][i].text = malloc(size + 1);
        require(there[version][i].text, "there is memory");
        memcpy(there[version][i].text, text, size);
        there[version][i].size = size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        unsigned version = size > 0 ? data[0] & 1 : 0;
        const uint8_t *at = data + (size > 0), *end = data + size;
        char procfs[80], groups[80];
        struct host host;
        struct host_memory memory;
        pid_t pid;

        if (!*roots[0])
                make_roots();
        for (size_t i = 0; i < N_FILES; i++) {
                const uint8_t *next = at < end ? memchr(at, SEPARATOR, (size_t)(end - at)) : NULL;
                const uint8_t *stop = next ? next : end;

                put_again(version, i, at, at < end ? (size_t)(stop - at) : 0);
                at = next ? next + 1 : end;
        }
        snprintf(procfs, sizeof(procfs), "%s/proc", roots[version]);
        snprintf(groups, sizeof(groups), "%s/cgroup", roots[version]);
        require(host_open(&host, procfs, groups) == 0, "the host is there");
        require(host.foreign && host.layout == (version == 0 ? HOST_V2 : HOST_V1),
                "it is what it is");
        (void)host_read_memory(&host, &memory);
        if (host_read_latest_pid(&host, &pid) == 0)
                require(pid >= 0, "a pid is no negative number");
        read_process(&host);
        read_group(&host);
        host_close(&host);
        return 0;
}
