/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "bng/answer.h"
#include "bng/measure.h"
#include "bng/tool.h"
#include "bng/usage.h"
#include "guard/calibration.h"

/*
 * Measures the machine and leaves the result where the library looks for it (calibration.h). The
 * file is replaced as a whole in the end or not at all; Ctrl-C interrupts the measurement in
 * between.
 */

struct calibration {
        bool json;
        const char *folder; /* NULL: where it belongs */
        bng_ctx *ctx;
        struct bng_speed speed;
        char *path;
};

enum option_key {
        KEY_JSON = 256,
        KEY_STATE,
};

static const struct argp_option options[] = {
        {"json", KEY_JSON, NULL, 0, "Answer with a JSON object", 0},
        {"state", KEY_STATE, "DIR", 0,
         "Write to DIR instead of $STATE_DIRECTORY, /var/cache/bignum-guard or, for a user, "
         "~/.local/state/bignum-guard",
         0},
        {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
        struct calibration *c = state->input;
        switch (key) {
        case KEY_JSON:
                c->json = true;
                return 0;
        case KEY_STATE:
                c->folder = text;
                return 0;
        case ARGP_KEY_ARG:
                usage_error(state, "calibrate takes no arguments");
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

static int fail(const struct calibration *c, const char *sentence)
{
        const struct request request = {.json = c->json};
        return answer_failure(&request, BNG_NO_MEMORY, sentence);
}

/* ---- measuring ---- */

static bng_ctx *measuring;
static volatile sig_atomic_t interrupted_by;

static void interrupt(int number)
{
        interrupted_by = number;
        bng_ctx_interrupt(measuring);
}

static const int interruptions[] = {SIGINT, SIGTERM, SIGHUP};
#define INTERRUPTIONS (sizeof interruptions / sizeof *interruptions)

/* Those that are ignored, as in the background or under nohup, stay so. */
static void handle_interruptions(void (*handler)(int))
{
        for (size_t i = 0; i < INTERRUPTIONS; i++)
                if (signal(interruptions[i], handler) == SIG_IGN)
                        signal(interruptions[i], SIG_IGN);
}

/* Whoever waits for the process sees what ended it. */
static int end_interrupted(int exit_status)
{
        signal(interrupted_by, SIG_DFL);
        raise(interrupted_by);
        return exit_status;
}

#define BAR_WIDTH 40

/* On a terminal alone; nothing of it stays. */
static void show_progress(unsigned done, const char *name)
{
        if (!isatty(STDERR_FILENO))
                return;
        int filled = (int)(done * BAR_WIDTH / MEASUREMENTS);
        fprintf(stderr, "\rcalibrating [%.*s%*s] %3u%% %-12s", filled,
                "########################################", BAR_WIDTH - filled, "",
                done * 100 / MEASUREMENTS, name);
}

static void end_progress(void)
{
        if (isatty(STDERR_FILENO))
                fprintf(stderr, "\r%*s\r", BAR_WIDTH + 34, "");
}

static bng_status measure_all(struct calibration *c)
{
        bng_status status = BNG_OK;
        unsigned done = 0;

        for (unsigned pace = 0; status == BNG_OK && pace < BNG_PACES; pace++)
                for (unsigned i = 0; status == BNG_OK && i < BNG_SPEED_POINTS; i++) {
                        show_progress(done++, bng_pace_name(pace));
                        status = measure(c->ctx, pace, i, &c->speed.factors[pace][i]);
                        if (bng_stop_asked(&c->ctx->stop))
                                status = BNG_INTERRUPTED;
                }
        end_progress();
        return status;
}

/* ---- writing ---- */

/*
 * The folder and those above it, as far as they are missing; 0 if a file can be made in it, or an errno. Asked
 * before the measuring, which takes its time.
 */
static int prepare_folder(const char *path)
{
        char *folder = strdup(path);
        char *last = folder;
        int error = 0;

        if (!folder)
                return ENOMEM;
        for (char *at = strchr(folder + 1, '/'); at && error == 0; at = strchr(at + 1, '/')) {
                *at = '\0';
                if (mkdir(folder, 0755) < 0 && errno != EEXIST)
                        error = errno;
                *at = '/';
                last = at;
        }
        *last = '\0';
        if (error == 0 && access(*folder ? folder : "/", W_OK | X_OK) < 0)
                error = errno;
        free(folder);
        return error;
}

/* 0 or an errno. */
static int write_new(char *path, const struct bng_speed *speed)
{
        int fd = mkstemp(path);
        FILE *stream = fd >= 0 ? fdopen(fd, "w") : NULL;

        if (!stream) {
                int error = errno;
                if (fd >= 0)
                        close(fd);
                return error;
        }
        bng_calibration_print(stream, speed);
        bool written =
                !ferror(stream) && fflush(stream) == 0 && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
        int error = written ? 0 : errno;
        if (fclose(stream) != 0 && error == 0)
                error = errno;
        return error;
}

static int replace_file(const char *path, const struct bng_speed *speed)
{
        char *new_path;
        int error;

        if (asprintf(&new_path, "%s.XXXXXX", path) < 0)
                return ENOMEM;
        error = write_new(new_path, speed);
        if (error == 0 && rename(new_path, path) < 0)
                error = errno;
        if (error != 0)
                unlink(new_path);
        free(new_path);
        return error;
}

static bool find_path(struct calibration *c)
{
        struct bng_calibration_paths found = {0};

        if (c->folder)
                return asprintf(&c->path, "%s/" BNG_CALIBRATION_NAME, c->folder) >= 0;
        if (bng_calibration_find(&found))
                c->path = strdup(found.paths[0]);
        bng_calibration_paths_clear(&found);
        return c->path != NULL;
}

/* ---- answering ---- */

static json_t *object_of(const struct calibration *c)
{
        json_t *factors = json_object();

        for (unsigned pace = 0; pace < BNG_PACES; pace++) {
                json_t *list = json_array();
                for (unsigned i = 0; i < BNG_SPEED_POINTS; i++)
                        json_array_append_new(list, json_real(c->speed.factors[pace][i]));
                json_object_set_new(factors, bng_pace_name(pace), list);
        }
        return json_pack("{s:s, s:o}", "file", c->path, "factors", factors);
}

static int answer(const struct calibration *c)
{
        if (c->json)
                return answer_json(object_of(c), EXIT_DONE);
        printf("%-12s %8s %8s %8s   of the built-in time, for 1, 10 and 100 ms\n", "", "1ms",
               "10ms", "100ms");
        for (unsigned pace = 0; pace < BNG_PACES; pace++)
                printf("%-12s %8.2f %8.2f %8.2f\n", bng_pace_name(pace), c->speed.factors[pace][0],
                       c->speed.factors[pace][1], c->speed.factors[pace][2]);
        printf("written to %s\n", c->path);
        return answer_end();
}

static int fail_to_write(const struct calibration *c, int error)
{
        char sentence[512];

        snprintf(sentence, sizeof sentence, "cannot write %s: %s", c->path, strerror(error));
        return fail(c, sentence);
}

static int calibrate(struct calibration *c)
{
        if (bng_ctx_new(&c->ctx) != BNG_OK || !find_path(c))
                return fail(c, "out of memory");
        /* What root measures serves everybody, what a user does only them. */
        umask(geteuid() == 0 ? 022 : 077);
        int error = prepare_folder(c->path);
        if (error != 0)
                return fail_to_write(c, error);
        bng_ctx_set_result_limit_bits(c->ctx, UINT64_MAX);
        bng_ctx_set_memory_limit_bytes(c->ctx, UINT64_MAX);
        bng_speed_init(&c->speed);
        measuring = c->ctx;
        handle_interruptions(interrupt);
        bng_status status = measure_all(c);
        handle_interruptions(SIG_IGN);
        if (status == BNG_INTERRUPTED)
                return end_interrupted(fail(c, "interrupted; nothing was written"));
        if (status != BNG_OK)
                return fail(c, bng_status_text(status));
        error = replace_file(c->path, &c->speed);
        return error == 0 ? answer(c) : fail_to_write(c, error);
}

int command_calibrate(int argc, char **argv)
{
        static const struct argp argp = {
                options,
                parse,
                NULL,
                "Measure how fast this machine computes, so that predicted times and time limits "
                "fit it. It takes about ten seconds.",
                NULL,
                NULL,
                NULL};
        struct calibration c = {0};

        usage_parse(&argp, argc, argv, 0, &c);
        int exit_status = calibrate(&c);
        bng_ctx_free(c.ctx);
        free(c.path);
        return exit_status;
}
