/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The manager as a whole, in a child process: on fixture hosts, where it may only say what it would have
 * done, and on groups of this machine for what takes more than one process or more than one daemon.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include <jansson.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include "groups.h"
#include "manager/manager.h"
#include "manager/wires/reset.h"
#include "scratch.h"

#define MIB ((size_t)1 << 20)
#define PATIENCE 600 /* looks of 50 ms: only there so that a failure ends */

static char home[64], config[128];
static struct manager_options options;
static rlim_t max_files; /* for the daemon; 0: as many as there are */
static pid_t running;    /* the daemon; 0: none */

static int start(void **state)
{
        if (scratch_setup(state) < 0)
                return -1;
        snprintf(home, sizeof(home), "/bng-test-manager-%d", (int)getpid());
        options = (struct manager_options){.state = *state, .runtime = *state, .config = config};
        setenv("RUNTIME_DIRECTORY", *state, 1);
        max_files = 0;
        return 0;
}

/* A daemon that a failed test left would go on to act on the group of the next. */
static int end(void **state)
{
        if (running > 0) {
                kill(running, SIGKILL);
                waitpid(running, NULL, 0);
                running = 0;
        }
        if (host.procfs >= 0)
                remove_group(home);
        return scratch_teardown(state);
}

static void configure(const char *folder, const char *text)
{
        FILE *file;

        snprintf(config, sizeof(config), "%s/test.conf", folder);
        file = fopen(config, "we");
        assert_non_null(file);
        fputs(text, file);
        assert_int_equal(fclose(file), 0);
}

static pid_t start_daemon(void)
{
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0) {
                struct rlimit limit = {max_files, max_files};
                struct manager *manager;
                int r;

                prctl(PR_SET_PDEATHSIG, SIGKILL);
                /* A crash is the daemon's, not a test of cmocka's that goes on in the child. */
                for (int signo = 1; signo < 32; signo++)
                        signal(signo, SIG_DFL);
                if (max_files > 0)
                        setrlimit(RLIMIT_NOFILE, &limit);
                if (manager_new(&manager, &options) < 0)
                        _exit(9);
                r = manager_run(manager);
                manager_free(manager);
                exit(r < 0);
        }
        return running = pid;
}

static void stop_daemon(pid_t pid)
{
        int status;

        kill(pid, SIGTERM);
        wait_for_end(pid);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        running = 0;
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
}

/* Every verdict on disk; a line that is no object fails the test. */
static json_t *read_verdicts(const char *folder)
{
        json_t *verdicts = json_array();
        char path[160], *line = NULL;
        size_t room = 0;
        ssize_t length;
        FILE *file;

        snprintf(path, sizeof(path), "%s/verdicts.jsonl", folder);
        file = fopen(path, "re");
        while (file && (length = getline(&line, &room, file)) > 0) {
                json_t *verdict = json_loads(line, 0, NULL);

                if (line[length - 1] != '\n')
                        break; /* it is being written */
                assert_non_null(verdict);
                json_array_append_new(verdicts, verdict);
        }
        if (file)
                fclose(file);
        free(line);
        return verdicts;
}

static json_t *wait_for_verdicts(const char *folder, size_t n)
{
        for (int tries = 0; tries < PATIENCE; tries++) {
                json_t *verdicts = read_verdicts(folder);

                if (json_array_size(verdicts) >= n)
                        return verdicts;
                json_decref(verdicts);
                usleep(50000);
        }
        fail_msg("fewer than %zu verdicts", n);
        return NULL;
}

static const char *text_of(const json_t *verdicts, size_t i, const char *key)
{
        const char *text = json_string_value(json_object_get(json_array_get(verdicts, i), key));

        assert_non_null(text);
        return text;
}

static json_int_t number_of(const json_t *verdicts, size_t i, const char *key)
{
        return json_integer_value(json_object_get(json_array_get(verdicts, i), key));
}

/* ---- fixture hosts */

/* Two workers of 308 and 289 MiB in web.service, one of 95 in db.service. */
static void run_on_fixture(const char *folder, const char *text)
{
        static char procfs[256], groups[256];

        configure(folder, text);
        snprintf(procfs, sizeof(procfs), "%s/v2/proc", FIXTURES);
        snprintf(groups, sizeof(groups), "%s/v2/cgroup", FIXTURES);
        options.procfs = procfs;
        options.groups = groups;
}

static void test_a_foreign_host_is_only_told_about(void **state)
{
        json_t *verdicts;
        pid_t daemon;

        run_on_fixture(*state, "[Policy web]\nCgroup=/system.slice/*\nWorkerMemoryMax=128M\n"
                               "Action=kill\n");
        daemon = start_daemon();
        verdicts = wait_for_verdicts(*state, 2);
        sleep(1); /* once a worker, not once a look */
        json_decref(verdicts);
        verdicts = read_verdicts(*state);
        assert_int_equal(json_array_size(verdicts), 2);
        for (size_t i = 0; i < 2; i++) {
                assert_string_equal(text_of(verdicts, i, "outcome"), "would-have-ended");
                assert_string_equal(text_of(verdicts, i, "cgroup"), "/system.slice/web.service");
                assert_true(number_of(verdicts, i, "pid") == 101 ||
                            number_of(verdicts, i, "pid") == 102);
                assert_int_equal(
                        json_array_size(json_object_get(json_array_get(verdicts, i), "signals")),
                        0);
        }
        json_decref(verdicts);
        stop_daemon(daemon);
}

/* The one verdict that the daemon gives under this configuration, and no second one soon after. */
static json_t *the_only_verdict(const char *folder, const char *text)
{
        pid_t daemon;
        json_t *verdicts;

        run_on_fixture(folder, text);
        daemon = start_daemon();
        json_decref(wait_for_verdicts(folder, 1));
        sleep(2);
        verdicts = read_verdicts(folder);
        stop_daemon(daemon);
        assert_int_equal(json_array_size(verdicts), 1);
        return verdicts;
}

/* Protect= keeps web.service out, the first policy that matches claims db.service for itself. */
static void test_protection_and_the_order_of_policies(void **state)
{
        json_t *verdicts = the_only_verdict(
                *state, "[Guard]\nProtect=web.service\n"
                        "[Policy first]\nCgroup=/system.slice/db*\nWorkerMemoryMax=64M\n"
                        "[Policy second]\nCgroup=/system.slice/**\nWorkerMemoryMax=32M\n");

        assert_string_equal(text_of(verdicts, 0, "policy"), "first");
        assert_int_equal(number_of(verdicts, 0, "pid"), 103);
        json_decref(verdicts);
}

/* 620 MiB against 512: the group is over, and the larger of its two workers would have been ended, once. */
static void test_a_groups_culprit_is_named_once(void **state)
{
        json_t *verdicts = the_only_verdict(
                *state, "[Policy web]\nCgroup=/system.slice/web*\nGroupMemoryMax=512M\n");

        assert_string_equal(text_of(verdicts, 0, "reason"), "group-memory");
        json_decref(verdicts);
}

/* Unit= needs systemd's own word, which a folder of files cannot give; User= and Command= need none. */
static void test_a_claimed_unit_is_no_unit(void **state)
{
        json_t *verdicts = the_only_verdict(
                *state, "[Policy unit]\nUnit=web.service\nWorkerMemoryMax=1M\n"
                        "[Policy user]\nCgroup=/system.slice/*\nUser=nobody-has-this-name\n"
                        "WorkerMemoryMax=1M\n"
                        "[Policy rest]\nCgroup=/system.slice/db*\nWorkerMemoryMax=1M\n");

        assert_string_equal(text_of(verdicts, 0, "policy"), "rest");
        json_decref(verdicts);
}

/* A copy of the host, to be changed. */
static void run_on_copy(const char *folder, const char *text)
{
        static char procfs[256], groups[256];
        char copy[256];

        snprintf(copy, sizeof(copy), "cp -r %s/v2 %.60s/host", FIXTURES, folder);
        assert_int_equal(system(copy), 0);
        configure(folder, text);
        snprintf(procfs, sizeof(procfs), "%.60s/host/proc", folder);
        snprintf(groups, sizeof(groups), "%.60s/host/cgroup", folder);
        options.procfs = procfs;
        options.groups = groups;
}

/* Replaced as a whole, as the kernel's files change. */
static void put(const char *folder, const char *name, const char *text)
{
        char before[300], after[300];
        FILE *file;

        snprintf(before, sizeof(before), "%s/new", folder);
        snprintf(after, sizeof(after), "%s/%s", folder, name);
        file = fopen(before, "we");
        assert_non_null(file);
        fputs(text, file);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(rename(before, after), 0);
}

/* A tenth of a machine that loses memory is a tenth of what it has left. */
static void test_a_share_follows_the_machine(void **state)
{
        json_t *verdicts;
        pid_t daemon;

        run_on_copy(*state, "[Policy web]\nCgroup=/system.slice/*\nWorkerMemoryMax=10%\n");
        daemon = start_daemon();
        sleep(1); /* 1600 MiB: nobody holds that */
        verdicts = read_verdicts(*state);
        assert_int_equal(json_array_size(verdicts), 0);
        json_decref(verdicts);
        put(options.procfs, "meminfo", "MemTotal: 1024000 kB\nMemAvailable: 512000 kB\n");
        json_decref(wait_for_verdicts(*state, 2));
        stop_daemon(daemon);
}

/* Of 180 that are logged at once, half of them in each of two groups, 60 have a verdict each, and one tells of the others. */
static void test_those_that_are_too_many_are_counted(void **state)
{
        unsigned rest = 0;
        char command[600];
        json_t *verdicts;
        pid_t daemon;

        run_on_copy(*state, "[Policy web]\nCgroup=/system.slice/*\nWorkerMemoryMax=128M\n"
                            "Action=log\n");
        snprintf(command, sizeof(command),
                 "cd %s && for i in $(seq 1001 1180); do cp -r 101 $i; "
                 "sed -i \"s/^101 /$i /\" $i/stat; done; "
                 "seq 1001 1090 >%s/system.slice/web.service/cgroup.procs; "
                 "seq 1091 1180 >%s/system.slice/db.service/cgroup.procs; "
                 "sed -i s/web.service/db.service/ 109[1-9]/cgroup 11[0-8]*/cgroup",
                 options.procfs, options.groups, options.groups);
        assert_int_equal(system(command), 0);
        daemon = start_daemon();
        json_decref(wait_for_verdicts(*state, 60));
        sleep(1);
        stop_daemon(daemon);
        verdicts = read_verdicts(*state);
        for (size_t i = 0; i < json_array_size(verdicts); i++) {
                json_int_t count = number_of(verdicts, i, "count");

                assert_string_equal(text_of(verdicts, i, "outcome"), "logged");
                assert_true(i < 60 ? count == 0 : count > 1);
                rest += (unsigned)count;
        }
        assert_int_equal(json_array_size(verdicts), 61);
        assert_int_equal(rest, 120);
        assert_string_equal(text_of(verdicts, 60, "cgroup"), "/system.slice");
        json_decref(verdicts);
}

/* The kernel ends three between the latest look and the stop. */
static void test_a_stop_tells_what_the_kernel_ended(void **state)
{
        char web[300];
        json_t *verdicts;
        pid_t daemon;

        run_on_copy(*state, "[Policy web]\nCgroup=/system.slice/web*\nWorkerMemoryMax=128M\n");
        snprintf(web, sizeof(web), "%s/system.slice/web.service", options.groups);
        put(web, "memory.events.local", "oom_kill 0\n");
        daemon = start_daemon();
        json_decref(wait_for_verdicts(*state, 2)); /* it has looked, and would have ended two */
        put(web, "memory.events.local", "oom_kill 3\n");
        stop_daemon(daemon);
        verdicts = read_verdicts(*state);
        assert_int_equal(json_array_size(verdicts), 3);
        assert_string_equal(text_of(verdicts, 2, "reason"), "kernel-oom");
        assert_int_equal(number_of(verdicts, 2, "count"), 3);
        json_decref(verdicts);
}

/* ---- this machine */

static void take(size_t bytes)
{
        char *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (block == MAP_FAILED)
                _exit(98);
        memset(block, 1, bytes);
}

static void hold_and_wait(void)
{
        take(24 * MIB);
        for (;;)
                pause();
}

static void hold_deaf(void)
{
        signal(SIGTERM, SIG_IGN);
        hold_and_wait();
}

static void just_wait(void)
{
        for (;;)
                pause();
}

/* Is never the process that it was a moment ago. */
static void run_from_it(void)
{
        for (;;) {
                pid_t pid = fork();

                if (pid > 0)
                        _exit(0);
                prctl(PR_SET_PDEATHSIG, 0);
                usleep(200);
        }
}

static char state_of(pid_t pid)
{
        char path[32], text[512] = "", *name;
        FILE *file;

        snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
        file = fopen(path, "re");
        assert_non_null(file);
        assert_non_null(fgets(text, sizeof(text), file));
        fclose(file);
        name = strrchr(text, ')');
        assert_non_null(name);
        return name[2];
}

/* However long it takes on a busy machine. */
static void wait_for_state(pid_t pid, char state)
{
        for (int tries = 0; tries < PATIENCE && state_of(pid) != state; tries++)
                usleep(50000);
        assert_int_equal(state_of(pid), state);
}

static void configure_home(const char *folder, const char *guard, const char *limits)
{
        char text[512];

        snprintf(text, sizeof(text), "[Guard]\nRecordCommand=name\n%s[Policy p]\nCgroup=%s\n%s",
                 guard, home, limits);
        configure(folder, text);
}

/* The group is not the same in the v2 tree, so it dies one by one, and what forks away as fast as it can
 * is caught: nobody is left, and the bystander in the v2 group lives. */
static void test_a_group_that_runs_away_is_caught(void **state)
{
        pid_t large, bystander = -1, runners[3], daemon;
        json_t *verdicts;

        need_group(home);
        configure_home(*state, "", "GroupMemoryMax=16M\nScope=group\nAction=kill\n");
        for (size_t i = 0; i < 3; i++)
                runners[i] = child_in(home, false, run_from_it);
        if (is_hybrid()) {
                bystander = fork();
                if (bystander == 0)
                        just_wait();
                assert_int_equal(join(host.unified, home, bystander), 0);
        }
        large = child_in(home, false, hold_and_wait);
        for (size_t i = 0; i < 3; i++)
                waitpid(runners[i], NULL, 0); /* the first of each chain; the others are orphans */
        daemon = start_daemon();
        assert_int_equal(reap(large), SIGKILL);
        verdicts = wait_for_verdicts(*state, 2);
        json_decref(verdicts);
        for (int tries = 0; tries < PATIENCE; tries++) {
                struct group_reader *reader;
                pid_t *pids;
                size_t n;

                assert_int_equal(group_reader_new(&reader, &host, home), 0);
                assert_int_equal(group_read_pids(reader, &pids, &n), 0);
                free(pids);
                group_reader_free(reader);
                if (n == 0)
                        break;
                assert_true(tries + 1 < PATIENCE);
                usleep(50000);
        }
        if (bystander > 0) {
                assert_true(is_alive(bystander));
                kill(bystander, SIGKILL);
                reap(bystander);
        }
        stop_daemon(daemon);
        verdicts = read_verdicts(*state);
        for (size_t i = 0; i < json_array_size(verdicts); i++) {
                assert_int_equal(number_of(verdicts, i, "event"), number_of(verdicts, 0, "event"));
                assert_string_not_equal(text_of(verdicts, i, "outcome"), "survived");
        }
        json_decref(verdicts);
}

/* The budget is one end: the second worker is stopped instead, and runs again when the daemon leaves. */
static void test_what_was_frozen_runs_again(void **state)
{
        pid_t workers[2], frozen, daemon;
        json_t *verdicts;

        need_group(home);
        configure_home(*state, "KillBudget=1/10min\n", "WorkerMemoryMax=16M\nAction=kill\n");
        for (size_t i = 0; i < 2; i++)
                workers[i] = child_in(home, false, hold_and_wait);
        daemon = start_daemon();
        verdicts = wait_for_verdicts(*state, 2);
        sleep(1);
        json_decref(verdicts);
        verdicts = read_verdicts(*state);
        assert_int_equal(json_array_size(verdicts), 2);
        for (size_t i = 0; i < 2; i++) {
                bool withheld = strcmp(text_of(verdicts, i, "outcome"), "withheld") == 0;

                if (!withheld)
                        assert_string_equal(text_of(verdicts, i, "outcome"), "ended");
                frozen = (pid_t)number_of(verdicts, i, "pid");
                if (withheld)
                        break;
                assert_int_equal(i, 0);
        }
        json_decref(verdicts);
        wait_for_state(frozen, 'T');
        stop_daemon(daemon);
        assert_int_not_equal(state_of(frozen), 'T');
        kill(frozen, SIGKILL);
        reap(workers[0]);
        reap(workers[1]);
}

/* So it does when the daemon is killed: by the child that waits for that. */
static void test_what_was_frozen_runs_again_after_a_crash(void **state)
{
        pid_t worker, daemon;
        char record[160];

        need_group(home);
        configure_home(*state, "", "WorkerMemoryMax=16M\nAction=freeze\n");
        worker = child_in(home, false, hold_and_wait);
        daemon = start_daemon();
        json_decref(wait_for_verdicts(*state, 1));
        wait_for_state(worker, 'T');
        kill(daemon, SIGKILL);
        assert_int_equal(reap(daemon), SIGKILL);
        running = 0;
        snprintf(record, sizeof(record), "%s/stopped", (const char *)*state);
        for (int tries = 0; tries < PATIENCE && access(record, F_OK) == 0; tries++)
                usleep(50000);
        assert_int_not_equal(access(record, F_OK), 0);
        assert_int_not_equal(state_of(worker), 'T');
        kill(worker, SIGKILL);
        reap(worker);
}

/* Who was stopped before by somebody else stays so, and stands in no record of ours. */
static void test_what_others_have_stopped_stays_so(void **state)
{
        char path[160], record[512] = "", theirs[32], ours[32];
        pid_t stopped, worker, daemon;
        FILE *file;

        need_group(home);
        configure_home(*state, "", "WorkerMemoryMax=16M\nAction=freeze\n");
        stopped = child_in(home, false, hold_and_wait);
        wait_for_state(stopped, 'S');
        kill(stopped, SIGSTOP);
        wait_for_state(stopped, 'T');
        worker = child_in(home, false, hold_and_wait);
        daemon = start_daemon();
        json_decref(wait_for_verdicts(*state, 2));
        wait_for_state(worker, 'T');
        snprintf(path, sizeof(path), "%s/stopped", (const char *)*state);
        file = fopen(path, "re");
        assert_non_null(file);
        for (size_t n = fread(record, 1, sizeof(record) - 1, file); n-- > 0;)
                record[n] = record[n] == '\0' ? '\n' : record[n];
        fclose(file);
        snprintf(ours, sizeof(ours), "PROCESS %d ", (int)worker);
        snprintf(theirs, sizeof(theirs), "PROCESS %d ", (int)stopped);
        assert_non_null(strstr(record, ours));
        assert_null(strstr(record, theirs));
        stop_daemon(daemon);
        assert_int_not_equal(state_of(worker), 'T');
        assert_int_equal(state_of(stopped), 'T');
        kill(worker, SIGKILL);
        kill(stopped, SIGKILL);
        reap(worker);
        reap(stopped);
}

static void need_freezes(void)
{
        char path[96];

        snprintf(path, sizeof(path), "%s/cgroup.freeze", home + 1);
        if (faccessat(is_hybrid() ? host.unified : host.groups, path, F_OK, 0) == 0)
                return;
        print_message("skipped: groups cannot be frozen here\n");
        skip();
}

/* The daemon may be killed at any moment: so what it will stop stands in the record before. */
static void test_a_group_is_written_down_before_it_is_stopped(void **state)
{
        char path[160], record[512] = "";
        pid_t worker, daemon;
        ssize_t n = 0;
        int fd;

        need_group(home);
        need_freezes();
        /* The first record goes to us, and the file that the second one goes to is another. */
        snprintf(path, sizeof(path), "%s/stopped.new", (const char *)*state);
        assert_int_equal(mkfifo(path, 0600), 0);
        fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        assert_true(fd >= 0);
        configure_home(*state, "", "GroupMemoryMax=16M\nScope=group\nAction=freeze\n");
        worker = child_in(home, false, hold_and_wait);
        daemon = start_daemon();
        for (int tries = 0; tries < PATIENCE && n <= 0; tries++) {
                n = read(fd, record, sizeof(record) - 1);
                usleep(n > 0 ? 0 : 50000);
        }
        assert_int_equal(strncmp(record, "GROUP ", 6), 0);
        close(fd);
        json_decref(wait_for_verdicts(*state, 1));
        stop_daemon(daemon);
        kill(worker, SIGKILL);
        reap(worker);
}

/* A stop does not wait for an hour of grace, nor cut it short: the verdict says that the worker lived. */
static void test_a_stop_writes_what_is_under_way(void **state)
{
        pid_t worker, daemon;
        json_t *verdicts;

        need_group(home);
        configure_home(*state, "", "WorkerMemoryMax=16M\nGraceSec=1h\n");
        worker = child_in(home, false, hold_deaf);
        wait_for_state(worker, 'S'); /* it must not grow any more: then there is time to ask it */
        daemon = start_daemon();
        sleep(2);
        stop_daemon(daemon);
        assert_true(is_alive(worker));
        verdicts = read_verdicts(*state);
        assert_int_equal(json_array_size(verdicts), 1);
        assert_string_equal(text_of(verdicts, 0, "outcome"), "survived");
        json_decref(verdicts);
        kill(worker, SIGKILL);
        reap(worker);
}

/* With descriptors for some of the workers only, it goes on and ends those that it can hold; as they go,
 * it takes hold of the others. */
static void test_too_few_descriptors(void **state)
{
        pid_t workers[24], daemon;
        json_t *verdicts;

        need_group(home);
        configure_home(*state, "KillBudget=1000/1min\n", "WorkerMemoryMax=16M\nAction=kill\n");
        for (size_t i = 0; i < 24; i++)
                workers[i] = child_in(home, false, hold_and_wait);
        max_files = 60;
        daemon = start_daemon();
        for (size_t i = 0; i < 24; i++)
                assert_int_equal(reap(workers[i]), SIGKILL);
        verdicts = wait_for_verdicts(*state, 24);
        assert_int_equal(json_array_size(verdicts), 24);
        json_decref(verdicts);
        stop_daemon(daemon);
}

/* Standard error is a pipe that is full, and that nobody empties. */
static void test_nobody_listens(void **state)
{
        int ends[2], filler, before;
        char path[32], page[4096] = "";
        pid_t worker, daemon;

        need_group(home);
        configure_home(*state, "", "WorkerMemoryMax=16M\nAction=kill\n");
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        /* Another descriptor, so that only this one does not wait. */
        snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[1]);
        filler = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        assert_true(filler >= 0);
        while (write(filler, page, sizeof(page)) > 0)
                ;
        before = dup(STDERR_FILENO);
        assert_true(before >= 0);
        assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
        daemon = start_daemon();
        assert_true(dup2(before, STDERR_FILENO) >= 0);
        close(before);
        for (size_t i = 0; i < 2; i++) {
                worker = child_in(home, false, hold_and_wait);
                assert_int_equal(reap(worker), SIGKILL);
        }
        json_decref(wait_for_verdicts(*state, 2));
        stop_daemon(daemon);
        close(filler);
        close(ends[0]);
        close(ends[1]);
}

/* The group is made anew under its path while the daemon runs: it is another one, and is watched too. */
static void test_a_group_made_anew(void **state)
{
        json_t *verdicts;
        pid_t daemon, worker;

        need_group(home);
        configure_home(*state, "", "WorkerMemoryMax=16M\nAction=kill\n");
        daemon = start_daemon();
        for (size_t i = 0; i < 3; i++) {
                worker = child_in(home, false, hold_and_wait);
                assert_int_equal(reap(worker), SIGKILL);
                remove_group(home);
                need_group(home);
        }
        verdicts = wait_for_verdicts(*state, 3);
        assert_int_equal(json_array_size(verdicts), 3);
        json_decref(verdicts);
        stop_daemon(daemon);
}

static void test_a_wrong_configuration_does_not_start(void **state)
{
        struct manager *manager;

        configure(*state, "[Policy p]\nCgroup=/x\nWorkerMemoryMax=lots\n");
        assert_int_equal(manager_new(&manager, &options), -EINVAL);
}

/* As the daemon does, which is this program here, it starts itself to wait for its own end. */
int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_a_foreign_host_is_only_told_about, start, end),
                cmocka_unit_test_setup_teardown(test_protection_and_the_order_of_policies, start,
                                                end),
                cmocka_unit_test_setup_teardown(test_a_groups_culprit_is_named_once, start, end),
                cmocka_unit_test_setup_teardown(test_a_claimed_unit_is_no_unit, start, end),
                cmocka_unit_test_setup_teardown(test_a_share_follows_the_machine, start, end),
                cmocka_unit_test_setup_teardown(test_those_that_are_too_many_are_counted, start,
                                                end),
                cmocka_unit_test_setup_teardown(test_a_stop_tells_what_the_kernel_ended, start,
                                                end),
                cmocka_unit_test_setup_teardown(test_a_group_that_runs_away_is_caught, start, end),
                cmocka_unit_test_setup_teardown(test_what_was_frozen_runs_again, start, end),
                cmocka_unit_test_setup_teardown(test_what_was_frozen_runs_again_after_a_crash,
                                                start, end),
                cmocka_unit_test_setup_teardown(test_what_others_have_stopped_stays_so, start, end),
                cmocka_unit_test_setup_teardown(test_a_group_is_written_down_before_it_is_stopped,
                                                start, end),
                cmocka_unit_test_setup_teardown(test_a_stop_writes_what_is_under_way, start, end),
                cmocka_unit_test_setup_teardown(test_too_few_descriptors, start, end),
                cmocka_unit_test_setup_teardown(test_nobody_listens, start, end),
                cmocka_unit_test_setup_teardown(test_a_group_made_anew, start, end),
                cmocka_unit_test_setup_teardown(test_a_wrong_configuration_does_not_start, start,
                                                end),
        };

        if (argc > 1 && strcmp(argv[1], "--reset") == 0)
                return reset_run(getenv("RUNTIME_DIRECTORY"), false, true);
        return cmocka_run_group_tests(tests, groups_open, groups_close);
}
