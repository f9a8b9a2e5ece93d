/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A daemon in a child process, with its configuration and its verdicts in a folder of the test's own; for tests on
 * this machine a group of their own, and workers in it that hold 24 MiB. */

#include <jansson.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include "groups.h"
#include "manager/manager.h"
#include "manager/wires/reset.h"
#include "scratch.h"

#define MIB ((size_t)1 << 20)
#define PATIENCE 1200 /* looks of 50 ms: only there so that a failure ends */

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

static inline void configure(const char *folder, const char *text)
{
        FILE *file;

        snprintf(config, sizeof(config), "%s/test.conf", folder);
        file = fopen(config, "we");
        assert_non_null(file);
        fputs(text, file);
        assert_int_equal(fclose(file), 0);
}

static inline void configure_home(const char *folder, const char *guard, const char *limits)
{
        char text[512];

        snprintf(text, sizeof(text), "[Guard]\nRecordCommand=name\n%s[Policy p]\nCgroup=%s\n%s",
                 guard, home, limits);
        configure(folder, text);
}

static inline pid_t start_daemon(void)
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

static inline void stop_daemon(pid_t pid)
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
static inline json_t *read_verdicts(const char *folder)
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

static inline json_t *wait_for_verdicts(const char *folder, size_t n)
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

static inline const char *text_of(const json_t *verdicts, size_t i, const char *key)
{
        const char *text = json_string_value(json_object_get(json_array_get(verdicts, i), key));

        assert_non_null(text);
        return text;
}

static inline json_int_t number_of(const json_t *verdicts, size_t i, const char *key)
{
        return json_integer_value(json_object_get(json_array_get(verdicts, i), key));
}

static inline void take(size_t bytes)
{
        char *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (block == MAP_FAILED)
                _exit(98);
        memset(block, 1, bytes);
}

static inline void hold_and_wait(void)
{
        take(24 * MIB);
        for (;;)
                pause();
}

static inline char state_of(pid_t pid)
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
static inline void wait_for_state(pid_t pid, char state)
{
        for (int tries = 0; tries < PATIENCE && state_of(pid) != state; tries++)
                usleep(50000);
        assert_int_equal(state_of(pid), state);
}

/* As the daemon does, which is the test here, it starts itself to wait for its own end. */
static inline void reset_if_asked(int argc, char **argv)
{
        if (argc > 1 && strcmp(argv[1], "--reset") == 0)
                exit(reset_run(getenv("RUNTIME_DIRECTORY"), false, true));
}
