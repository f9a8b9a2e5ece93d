/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include "bng/answer.h"
#include "bng/tool.h"

static int exit_status_of(bng_status status)
{
        switch (status) {
        case BNG_OK:
                return EXIT_DONE;
        case BNG_UNDEFINED:
                return EXIT_UNDEFINED;
        case BNG_SYNTAX:
        case BNG_INVALID:
                return EXIT_USAGE;
        case BNG_REFUSED_RESULT:
        case BNG_REFUSED_MEMORY:
        case BNG_REFUSED_TIME:
        case BNG_REFUSED_CEILING:
        case BNG_REFUSED_TOTAL:
                return EXIT_REFUSED;
        case BNG_INTERRUPTED:
        case BNG_NO_MEMORY:
        case BNG_STREAM:
                break;
        }
        return EXIT_FAILED;
}

const char *answer_failure_key(bng_status status)
{
        return exit_status_of(status) == EXIT_REFUSED ? "refusal" : "error";
}

int answer_end(void)
{
        if (fflush(stdout) == 0 && !ferror(stdout))
                return EXIT_DONE;
        fprintf(stderr, "bng: cannot write the answer: %s\n", strerror(errno));
        __fpurge(stdout);
        clearerr(stdout);
        return EXIT_FAILED;
}

int answer_json(json_t *object, int exit_status)
{
        if (!object) {
                fprintf(stderr, "bng: out of memory\n");
                return EXIT_FAILED;
        }
        bool lacks_memory = json_dumpf(object, stdout, 0) < 0 && !ferror(stdout);
        json_decref(object);
        if (lacks_memory) {
                fprintf(stderr, "bng: out of memory\n");
                return EXIT_FAILED;
        }
        fputc('\n', stdout);
        int written = answer_end();
        return written == EXIT_DONE ? exit_status : written;
}

int answer_failure_json(json_t *object, bng_status status, const char *sentence)
{
        fprintf(stderr, "bng: %s\n", sentence);
        return answer_json(object, exit_status_of(status));
}

int answer_failure(const struct request *request, bng_status status, const char *sentence)
{
        if (request->json)
                return answer_failure_json(json_pack("{s:o}", answer_failure_key(status),
                                                     answer_string(sentence, strlen(sentence))),
                                           status, sentence);
        fprintf(stderr, "bng: %s\n", sentence);
        return exit_status_of(status);
}

char *answer_failure_line(bng_status status, const char *sentence)
{
        json_t *object = json_pack("{s:s}", answer_failure_key(status), sentence);
        char *dumped = json_dumps(object, 0);
        char *line = NULL;
        json_decref(object);
        if (dumped && asprintf(&line, "%s\n", dumped) < 0)
                line = NULL;
        free(dumped);
        return line;
}

json_t *answer_string(const char *text, size_t length)
{
        json_t *string = json_stringn(text, length);
        if (string)
                return string;
        char *shown = malloc(length + 1);
        if (!shown)
                return NULL;
        for (size_t i = 0; i < length; i++)
                shown[i] = (unsigned char)text[i] < 0x80 ? text[i] : '?';
        string = json_stringn(shown, length);
        free(shown);
        return string;
}
