/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "bng/answer.h"
#include "bng/deadline.h"
#include "bng/tool.h"
#include "expr/eval.h"

/*
 * The value of an expression, or why there is none. It is turned into text before a byte is written, under the same
 * limits, so that nothing stands on standard output where the status is not 0.
 */

struct evaluated {
        struct bng_eval_text text;
        uint64_t bits;
        double seconds;
};

static double now_seconds(void)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bng_status evaluate(const struct request *request, struct evaluated *ret)
{
        mpq_t value;
        double begin = now_seconds();
        mpq_init(value);
        bng_status status = bng_eval(request->ctx, value, request->text, request->length, NULL, 0);
        ret->bits = bng_eval_bits(value);
        if (status == BNG_OK)
                status = bng_eval_print(request->ctx, value, &ret->text);
        mpq_clear(value);
        ret->seconds = now_seconds() - begin;
        return status;
}

static int answer_text(const struct bng_eval_text *text)
{
        fputs(text->num, stdout);
        if (text->den)
                fputc('/', stdout), fputs(text->den, stdout);
        fputc('\n', stdout);
        return answer_end();
}

/* Makes one text of the two. JSON copies it once more; a third copy would not have been predicted. */
static bool join(struct bng_eval_text *text)
{
        if (!text->den)
                return true;
        size_t num_length = strlen(text->num);
        size_t den_bytes = strlen(text->den) + 1;
        char *joined = realloc(text->num, num_length + 1 + den_bytes);
        if (!joined)
                return false;
        joined[num_length] = '/';
        memcpy(joined + num_length + 1, text->den, den_bytes);
        free(text->den);
        *text = (struct bng_eval_text){joined, NULL};
        return true;
}

static json_t *object_of(struct evaluated *e)
{
        if (!join(&e->text))
                return NULL;
        return json_pack("{s:s, s:I, s:f}", "value", e->text.num, "bits", (json_int_t)e->bits,
                         "seconds", e->seconds);
}

int command_eval(int argc, char **argv)
{
        struct request request;
        struct evaluated evaluated = {0};
        signal(SIGPIPE, SIG_IGN);
        int exit_status =
                request_read(&request, argc, argv,
                             "Compute EXPR exactly. Expressions are Python's, with exact fractions "
                             "and n! for the factorial." REQUEST_HELP);
        if (exit_status == EXIT_DONE) {
                bng_status status = evaluate(&request, &evaluated);
                deadline_lift();
                if (status != BNG_OK)
                        exit_status =
                                answer_failure(&request, status, bng_ctx_message(request.ctx));
                else if (request.json)
                        exit_status = answer_json(object_of(&evaluated), EXIT_DONE);
                else
                        exit_status = answer_text(&evaluated.text);
        }
        free(evaluated.text.num);
        free(evaluated.text.den);
        request_end(&request);
        return exit_status;
}
