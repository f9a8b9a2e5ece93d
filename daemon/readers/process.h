/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Reads one process. A kept descriptor of /proc/PID pins its identity: after its end every read
 * fails with ESRCH, and never tells of another process under the same pid. A zombie counts as gone
 * for what memory tells (it has none), but still has an identity.
 *
 * Results: 0; -ESRCH when the process is gone; another negative errno.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "readers/host.h"

struct process_memory {
        uint64_t private_bytes; /* resident minus shared of statm: what its end would free, about */
        uint64_t rss;           /* resident, shared pages included */
};

struct process_identity {
        pid_t pid;
        pid_t ppid;
        pid_t session;       /* the pid of its leader, who may be gone; 0: it is not told */
        uid_t uid;           /* real user */
        uint64_t start_time; /* clock ticks since boot, field 22 of stat */
        bool kernel_thread;
};

/* This moment, as start times are told. */
uint64_t process_ticks_now(void);

struct process_reader;

/* The host must outlive the reader. */
int process_reader_new(struct process_reader **ret, const struct host *host, pid_t pid);
/* One more of the same process, pinned as well: a reader is used by one thread at a time. */
int process_reader_dup(struct process_reader **ret, const struct process_reader *reader);
struct process_reader *process_reader_free(struct process_reader *reader); /* NULL */

pid_t process_reader_pid(const struct process_reader *reader);

int process_read_identity(struct process_reader *reader, struct process_identity *ret);
int process_read_memory(struct process_reader *reader, struct process_memory *ret);
/* CPU time of all its threads so far, the ended ones included, in microseconds (of the kernel's ticks). */
int process_read_cpu(struct process_reader *reader, uint64_t *usec);
/* Is it stopped, by a signal? */
int process_read_stopped(struct process_reader *reader, bool *stopped);
/* Of a zombie: how it died, as waitpid() tells it; 0, as if it had left by itself, where that is not told to the daemon: of
 * another user's without CAP_SYS_PTRACE. */
int process_read_death(struct process_reader *reader, int *status);
/* Does it have a handler of its own for the signal? */
int process_read_handles(struct process_reader *reader, int signo, bool *handles);
/* Has its first thread ended, while others go on? */
bool process_leader_is_gone(struct process_reader *reader);
/* VmSwap in bytes; dearer than statm, so only asked while the group swaps. */
int process_read_swap(struct process_reader *reader, uint64_t *bytes);
/* RssShmem in bytes: shared memory that it maps, and no files on disk; as dear. -ENODATA before Linux 4.5. */
int process_read_shmem(struct process_reader *reader, uint64_t *bytes);
/* Bytes of its private memory that its end would not free: what is others' as well, each page by its part (Anonymous less
 * Pss_Anon, and the same of what is swapped out), and what it has given back already (LazyFree), for the kernel to take as
 * soon as it wants memory. -ENODATA before Linux 5.1, -EACCES without CAP_SYS_PTRACE. Holds the process's mmap lock for
 * long; never in the event loop. */
int process_read_others(struct process_reader *reader, uint64_t *bytes);
/*
 * The group's path in the hierarchy that the host watches, without the " (deleted)" of a group that
 * was removed below it. malloc'ed. -ESRCH for a zombie too, -EXDEV for a path outside the daemon's cgroup namespace
 * ("/../x").
 */
int process_read_group(struct process_reader *reader, const struct host *host, char **path);
/* The path in the v2 hierarchy (hybrid hosts: another one than above). malloc'ed. -ENOENT without
 * one. */
int process_read_unified_group(struct process_reader *reader, char **path);
/* comm without its newline. malloc'ed. Any bytes may stand in it. */
int process_read_comm(struct process_reader *reader, char **comm);
/* Arguments with their NULs, cut at `max` bytes. malloc'ed, NUL-terminated behind *size. */
int process_read_cmdline(struct process_reader *reader, size_t max, char **cmdline, size_t *size);
/* Was it executed by a service manager, and not forked by who was? The environment says that ($SYSTEMD_EXEC_PID), which a
 * process may write as it likes. Like the arguments it lies in the memory of the process, and may have to be waited for. */
int process_read_managed(struct process_reader *reader, bool *managed);
