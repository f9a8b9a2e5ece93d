/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bng/answer.h"
#include "bng/deadline.h"
#include "bng/input.h"
#include "bng/request.h"
#include "bng/tool.h"
#include "bng/usage.h"
#include "config/limits.h"

enum option_key {
        KEY_MAX_RESULT = 256,
        KEY_MAX_MEMORY,
        KEY_MAX_TOTAL,
        KEY_MAX_TIME,
        KEY_CONFIG,
        KEY_FILE,
        KEY_JSON,
};

/* What the command line says, before there is a context to apply it to. */
struct arguments {
        uint64_t result_bits;
        uint64_t memory_bytes;
        uint64_t total_bytes;
        uint64_t time_usec;
        bool has_result;
        bool has_memory;
        bool has_total;
        bool has_time;
        bool json;
        const char *config;
        const char *file;
        const char *expression;
};

static const struct argp_option options[] = {
        {"max-result", KEY_MAX_RESULT, "SIZE", 0,
         "Refuse longer values: 64M are bytes, 4096bit are bits", 0},
        {"max-memory", KEY_MAX_MEMORY, "SIZE", 0,
         "Refuse to hold more memory at any moment; auto: than is left", 0},
        {"max-total", KEY_MAX_TOTAL, "SIZE", 0,
         "Refuse values that hold more together at any moment", 0},
        {"max-time", KEY_MAX_TIME, "TIME", 0, "End it after that long: 500ms, 20, 1min", 0},
        {"json", KEY_JSON, NULL, 0, "Answer with a JSON object, on refusals and errors too", 0},
        {"file", KEY_FILE, "FILE", 0, "Read the expression from FILE", 0},
        {"config", KEY_CONFIG, "FILE", 0, "Take [Limits] from FILE alone", 0},
        {0},
};

static void check(bool ok, struct argp_state *state, const char *option, const struct bng_why *why)
{
        if (!ok)
                usage_error(state, "--%s: %s", option, why->text);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
        struct arguments *a = state->input;
        struct bng_why why;
        switch (key) {
        case KEY_MAX_RESULT:
                a->has_result = bng_parse_size_bits(text, &a->result_bits, &why);
                check(a->has_result, state, "max-result", &why);
                return 0;
        case KEY_MAX_MEMORY:
                a->has_memory = bng_config_parse_memory(text, &a->memory_bytes, &why);
                check(a->has_memory, state, "max-memory", &why);
                return 0;
        case KEY_MAX_TOTAL:
                a->has_total = bng_parse_size_bytes(text, &a->total_bytes, &why);
                check(a->has_total, state, "max-total", &why);
                return 0;
        case KEY_MAX_TIME:
                a->has_time = bng_parse_duration(text, &a->time_usec, &why);
                check(a->has_time, state, "max-time", &why);
                return 0;
        case KEY_JSON:
                a->json = true;
                return 0;
        case KEY_FILE:
                a->file = text;
                return 0;
        case KEY_CONFIG:
                a->config = text;
                return 0;
        case ARGP_KEY_ARG:
                if (a->expression)
                        usage_error(state,
                                    "one expression is enough: put it between single quotes");
                a->expression = text;
                return 0;
        case ARGP_KEY_END:
                if (!a->expression == !a->file)
                        usage_error(
                                state, "%s",
                                a->file ? "an expression or --file, not both"
                                        : "an expression is missing; `-' reads it from standard "
                                          "input, `--' stands before one that begins with a sign");
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

/* The message is a line for each mistake; an answer is one sentence. */
static int wrong_limits(const struct request *request, bng_status status, const char *message)
{
        char sentence[512];
        size_t more = 0;
        for (const char *at = strchr(message, '\n'); at; at = strchr(at + 1, '\n'))
                more++;
        int length = (int)strcspn(message, "\n");
        if (more > 0)
                snprintf(sentence, sizeof sentence, "%.*s (and %zu more)", length, message, more);
        else
                snprintf(sentence, sizeof sentence, "%.*s", length, message);
        return answer_failure(request, status, sentence);
}

static int load_limits(struct request *request, const struct arguments *a)
{
        bng_status status = bng_ctx_load_limits(request->ctx, a->config);
        if (status != BNG_OK)
                return wrong_limits(request, status, bng_ctx_message(request->ctx));
        if (a->has_result)
                bng_ctx_set_result_limit_bits(request->ctx, a->result_bits);
        if (a->has_memory)
                bng_ctx_set_memory_limit_bytes(request->ctx, a->memory_bytes);
        if (a->has_total)
                bng_ctx_set_total_limit_bytes(request->ctx, a->total_bytes);
        if (a->has_time)
                bng_ctx_set_time_limit_usec(request->ctx, a->time_usec);
        return EXIT_DONE;
}

/*
 * Speeds are read only where times matter. Without them, or with a file that is none, the built-in
 * ones serve.
 */
void request_load_speed(const struct request *request)
{
        if (bng_ctx_load_calibration(request->ctx, NULL) == BNG_INVALID)
                fprintf(stderr, "bng: %s; the built-in speeds are used, `bng calibrate' mends it\n",
                        bng_ctx_message(request->ctx));
}

/* Where the expression is read from; NULL: it is an argument itself. */
static const char *file_of(const struct arguments *a)
{
        return a->file ? a->file : strcmp(a->expression, "-") == 0 ? "-" : NULL;
}

static int read_expression(struct request *request, const struct arguments *a)
{
        const char *file = file_of(a);
        if (file)
                return input_read(request, file);
        request->length = strlen(a->expression);
        request->text = strdup(a->expression);
        return request->text ? EXIT_DONE : answer_failure(request, BNG_NO_MEMORY, "out of memory");
}

int request_read(struct request *request, int argc, char **argv, const char *purpose)
{
        const struct argp argp = {options, parse, "EXPR\n-\n--file=FILE", purpose, NULL,
                                  NULL,    NULL};
        struct arguments a = {0};

        uint64_t begin_usec = deadline_now_usec();
        *request = (struct request){0};
        usage_parse(&argp, argc, argv, 0, &a);
        request->json = a.json;
        if (bng_ctx_new(&request->ctx) != BNG_OK)
                return answer_failure(request, BNG_NO_MEMORY, "out of memory");
        int exit_status = load_limits(request, &a);
        if (exit_status == EXIT_DONE && bng_ctx_time_limit_usec(request->ctx) != BNG_USEC_INFINITY)
                request_load_speed(request);
        if (exit_status == EXIT_DONE)
                exit_status = deadline_set(request, begin_usec, file_of(&a) != NULL);
        if (exit_status == EXIT_DONE)
                exit_status = read_expression(request, &a);
        deadline_goes_on();
        return exit_status;
}

void request_end(struct request *request)
{
        free(request->text);
        request->ctx = bng_ctx_free(request->ctx);
}
