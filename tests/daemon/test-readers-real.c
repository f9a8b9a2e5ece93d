/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The reader of processes on the machine itself: what is itself, named oddly, or ended in part.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <grp.h>
#include <pthread.h>
#include "readers-real.h"

/* Who was started after whom. */
static void expect_the_order_of_starts(void)
{
        pid_t before, after, child;

        assert_int_equal(host_read_latest_pid(&host, &before), 0);
        child = fork();
        if (child == 0)
                _exit(0);
        assert_true(child > 0);
        assert_int_equal(host_read_latest_pid(&host, &after), 0);
        assert_true(host_started_since(child, before, after));
        assert_false(host_started_since(getpid(), before, after));
        assert_false(host_started_since(child, after, after));
        assert_int_equal(waitpid(child, NULL, 0), child);

        /* Pids begin again. */
        assert_true(host_started_since(32500, 32000, 310));
        assert_true(host_started_since(310, 32000, 310));
        assert_false(host_started_since(311, 32000, 310));
        assert_false(host_started_since(32000, 32000, 310));
}

static void test_self(void **state)
{
        struct process_memory before, after;
        struct process_identity identity;
        struct process_reader *reader;
        struct host_memory machine;
        uint64_t bytes;
        char *text;
        size_t size;
        void *mine, *shared;
        struct child sharer;

        (void)state;
        need_host();
        assert_false(host.foreign);
        assert_int_equal(host_read_memory(&host, &machine), 0);
        assert_true(machine.available > MIB);
        assert_true(machine.total > machine.available);
        expect_the_order_of_starts();
        assert_int_equal(process_reader_new(&reader, &host, getpid()), 0);
        assert_int_equal(process_read_identity(reader, &identity), 0);
        assert_int_equal(identity.pid, getpid());
        assert_int_equal(identity.ppid, getppid());
        assert_int_equal(identity.uid, getuid());
        assert_true(identity.start_time > 0);
        assert_false(identity.kernel_thread);
        assert_int_equal(process_read_memory(reader, &before), 0);
        mine = take(64 * MIB, MAP_PRIVATE);
        shared = take(32 * MIB, MAP_SHARED);
        assert_int_equal(process_read_memory(reader, &after), 0);
        assert_in_range(after.private_bytes - before.private_bytes, 63 * MIB, 70 * MIB);
        assert_in_range(after.rss - before.rss, 95 * MIB, 104 * MIB);
        assert_int_equal(process_read_swap(reader, &bytes), 0);
        assert_int_equal(process_read_others(reader, &bytes), 0);
        assert_in_range(bytes, 0, MIB);
        sharer = start(NULL, nothing); /* half of each page is his */
        assert_int_equal(process_read_others(reader, &bytes), 0);
        assert_in_range(bytes, 32 * MIB, after.private_bytes / 2);
        end(sharer);
        assert_int_equal(process_read_others(reader, &bytes), 0);
        assert_in_range(bytes, 0, MIB);
        /* What it has given back the kernel takes when it likes; not what it has used again since. */
        assert_int_equal(madvise(mine, 64 * MIB, MADV_FREE), 0);
        assert_int_equal(process_read_others(reader, &bytes), 0);
        assert_in_range(bytes, 60 * MIB, 65 * MIB);
        memset(mine, 1, 32 * MIB);
        assert_int_equal(process_read_others(reader, &bytes), 0);
        assert_in_range(bytes, 28 * MIB, 33 * MIB);
        munmap(mine, 64 * MIB);
        munmap(shared, 32 * MIB);
        assert_int_equal(process_read_comm(reader, &text), 0);
        assert_string_equal(text, "test-readers-re"); /* the kernel keeps 15 bytes */
        free(text);
        assert_int_equal(process_read_cmdline(reader, 4096, &text, &size), 0);
        assert_true(size > 0 && strstr(text, "test-readers-real"));
        free(text);
        process_reader_free(reader);
}

static void rename_oddly(void)
{
        prctl(PR_SET_NAME, "x) S 1 \n(y\xff");
}

static void test_odd_name(void **state)
{
        struct process_identity identity;
        struct process_reader *reader;
        struct child child;
        char *comm;

        (void)state;
        need_host();
        child = start(NULL, rename_oddly);
        assert_int_equal(process_reader_new(&reader, &host, child.pid), 0);
        assert_int_equal(process_read_identity(reader, &identity), 0);
        assert_int_equal(identity.ppid, getpid());
        assert_int_equal(identity.uid, getuid());
        assert_int_equal(process_read_comm(reader, &comm), 0);
        assert_string_equal(comm, "x) S 1 \n(y\xff");
        free(comm);
        process_reader_free(reader);
        end(child);
}

/* From the end on a reader knows nothing; a zombie is still somebody, but holds no memory. */
static void test_ended(void **state)
{
        struct process_identity identity;
        struct process_reader *reader;
        struct process_memory memory;
        struct child child;
        uint64_t bytes;
        siginfo_t info;
        char *text;
        size_t size;

        (void)state;
        need_host();
        child = start(NULL, nothing);
        assert_int_equal(process_reader_new(&reader, &host, child.pid), 0);
        assert_int_equal(process_read_memory(reader, &memory), 0);
        kill(child.pid, SIGKILL);
        assert_int_equal(waitid(P_PID, (id_t)child.pid, &info, WEXITED | WNOWAIT), 0);
        assert_int_equal(process_read_identity(reader, &identity), 0);
        assert_int_equal(process_read_memory(reader, &memory), -ESRCH);
        assert_int_equal(process_read_swap(reader, &bytes), -ESRCH);
        end(child);
        assert_int_equal(process_read_identity(reader, &identity), -ESRCH);
        assert_int_equal(process_read_memory(reader, &memory), -ESRCH);
        assert_int_equal(process_read_swap(reader, &bytes), -ESRCH);
        assert_int_equal(process_read_others(reader, &bytes), -ESRCH);
        assert_int_equal(process_read_comm(reader, &text), -ESRCH);
        assert_int_equal(process_read_cmdline(reader, 10, &text, &size), -ESRCH);
        assert_int_equal(process_read_group(reader, &host, &text), -ESRCH);
        process_reader_free(reader);
        assert_int_equal(process_reader_new(&reader, &host, child.pid), -ESRCH);
}

static void on_signal(int signo)
{
        (void)signo;
}

/* As a range of subordinate ids allows it to anybody in a user namespace. */
static void join_many_user_groups(void)
{
        static gid_t groups[5000];
        struct host own;

        for (size_t i = 0; i < 5000; i++)
                groups[i] = (gid_t)(1000000000 + i);
        signal(SIGUSR1, on_signal);
        take(8 * MIB, MAP_SHARED);
        if (setgroups(5000, groups) < 0 || host_open(&own, "/proc", "/sys/fs/cgroup") < 0 ||
            own.foreign)
                _exit(1);
}

static void test_many_user_groups(void **state)
{
        struct process_reader *reader;
        struct child child;
        uint64_t bytes;
        bool handles;

        (void)state;
        need_host();
        if (geteuid() != 0) {
                print_message("skipped: only root joins groups\n");
                skip();
        }
        child = start(NULL, join_many_user_groups);
        assert_int_equal(process_reader_new(&reader, &host, child.pid), 0);
        assert_int_equal(process_read_shmem(reader, &bytes), 0);
        assert_true(bytes >= 8 * MIB);
        assert_int_equal(process_read_swap(reader, &bytes), 0);
        assert_int_equal(process_read_handles(reader, SIGUSR1, &handles), 0);
        assert_true(handles);
        assert_int_equal(process_read_handles(reader, SIGUSR2, &handles), 0);
        assert_false(handles);
        process_reader_free(reader);
        end(child);
}

static void *hold_memory(void *said)
{
        take(64 * MIB, MAP_PRIVATE);
        if (write(*(int *)said, "x", 1) != 1)
                _exit(1);
        for (;;)
                pause();
}

/* The first thread ends, the process lives on in another one, which is where its memory shows. */
static void test_first_thread_ended(void **state)
{
        struct process_memory memory;
        struct process_reader *reader;
        int pipes[2], tries = 0;
        uint64_t bytes;
        char byte;
        pid_t pid;

        (void)state;
        need_host();
        assert_int_equal(pipe(pipes), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                static int said;
                pthread_t thread;

                prctl(PR_SET_PDEATHSIG, SIGKILL);
                said = pipes[1];
                if (pthread_create(&thread, NULL, hold_memory, &said) != 0)
                        _exit(1);
                pthread_exit(NULL);
        }
        assert_int_equal(process_reader_new(&reader, &host, pid), 0);
        assert_int_equal(read(pipes[0], &byte, 1), 1);
        /* wait until the first thread is a zombie: then stat tells Z */
        for (char text[512] = ""; !strstr(text, ") Z ") && tries < 6000; tries++) {
                char path[40];
                int fd;

                usleep(10000);
                snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
                fd = open(path, O_RDONLY);
                assert_true(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
                close(fd);
        }
        assert_int_equal(process_read_memory(reader, &memory), 0);
        assert_in_range(memory.private_bytes, 64 * MIB, 80 * MIB);
        assert_int_equal(process_read_memory(reader, &memory), 0);
        assert_in_range(memory.private_bytes, 64 * MIB, 80 * MIB);
        assert_int_equal(process_read_swap(reader, &bytes), 0);
        /* what it had before the fork is its parent's as well */
        assert_int_equal(process_read_others(reader, &bytes), 0);
        assert_in_range(bytes, 4096, 16 * MIB);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        assert_int_equal(process_read_memory(reader, &memory), -ESRCH);
        process_reader_free(reader);
        close(pipes[0]);
        close(pipes[1]);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_teardown(test_self, clean_up),
                cmocka_unit_test_teardown(test_odd_name, clean_up),
                cmocka_unit_test_teardown(test_ended, clean_up),
                cmocka_unit_test_teardown(test_many_user_groups, clean_up),
                cmocka_unit_test_teardown(test_first_thread_ended, clean_up),
        };

        return cmocka_run_group_tests(tests, open_host, close_host);
}
