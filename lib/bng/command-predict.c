/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include "bng/answer.h"
#include "bng/deadline.h"
#include "bng/tool.h"
#include "bounds/checked.h"
#include "bounds/text.h"
#include "config/units.h"
#include "expr/predict.h"

/*
 * What is known of a value that is not computed: a line for people, or all of it in JSON, where a refused expression is
 * described as a whole too.
 */

/* Counts that JSON's readers hold without loss in 64 bits with a sign; null beyond. */
static json_t *count(uint64_t n)
{
        return n <= INT64_MAX ? json_integer((json_int_t)n) : json_null();
}

static json_t *seconds(double n)
{
        return isfinite(n) ? json_real(n) : json_null();
}

static uint64_t result_bytes(const struct bng_predict_result *result)
{
        return result->bits.bits_max == BNG_BITS_BEYOND ? UINT64_MAX
                                                        : bng_div_up(result->bits.bits_max, 8);
}

static json_t *object_of(const struct request *request, const struct bng_predict_result *result,
                         bng_status status)
{
        json_t *object =
                json_pack("{s:o}", "expression", answer_string(request->text, request->length));
        struct bng_range_text magnitude;
        double log2_bits;
        if (result->is_known) {
                bool is_double = bng_range_log2_bits(result->size, &log2_bits);
                json_object_set_new(object, "bits_min", count(result->bits.bits_min));
                json_object_set_new(object, "bits_max", count(result->bits.bits_max));
                json_object_set_new(object, "log2_bits",
                                    is_double ? json_real(log2_bits) : json_null());
                json_object_set_new(object, "magnitude",
                                    json_string(bng_range_text(result->size, &magnitude)));
                json_object_set_new(object, "result_bytes", count(result_bytes(result)));
                json_object_set_new(object, "peak_bytes", count(result->peak_bytes));
                json_object_set_new(object, "seconds", seconds(result->seconds));
        }
        json_object_set_new(object, "allowed", json_boolean(status == BNG_OK));
        if (status == BNG_OK)
                json_object_set_new(object, "refusal", json_null());
        else
                json_object_set_new(object, answer_failure_key(status),
                                    json_string(bng_ctx_message(request->ctx)));
        return object;
}

static int answer_text(const struct bng_predict_result *result)
{
        struct bng_range_text magnitude;
        struct bng_size_text size;
        struct bng_size_text peak;
        bng_format_bytes(result_bytes(result), &size);
        bng_format_bytes(result->peak_bytes, &peak);
        if (result->bits.bits_max == BNG_BITS_BEYOND) {
                printf("%" PRIu64 " bits or more (%s); only evaluating it will tell\n",
                       result->bits.bits_min, bng_range_text(result->size, &magnitude));
                return answer_end();
        }
        if (result->bits.bits_min != result->bits.bits_max)
                printf("%" PRIu64 " to ", result->bits.bits_min);
        printf("%" PRIu64 " bit%s (%s), %s; evaluating and printing it holds at most %s\n",
               result->bits.bits_max, result->bits.bits_max == 1 ? "" : "s",
               bng_range_text(result->size, &magnitude), size.text, peak.text);
        return answer_end();
}

int command_predict(int argc, char **argv)
{
        struct request request;
        signal(SIGPIPE, SIG_IGN);
        int exit_status = request_read(
                &request, argc, argv,
                "Say how large the value of EXPR would be and whether `bng eval' would "
                "compute it, without computing it." REQUEST_HELP);
        if (exit_status == EXIT_DONE) {
                if (request.json)
                        request_load_speed(&request);
                struct bng_predict_result result = {0};
                const struct bng_expression expression = {request.text, request.length, NULL, 0};
                bng_status status = bng_predict(request.ctx, &expression, true, &result);
                deadline_lift();
                if (request.json && status == BNG_OK)
                        exit_status = answer_json(object_of(&request, &result, status), EXIT_DONE);
                else if (request.json)
                        exit_status = answer_failure_json(object_of(&request, &result, status),
                                                          status, bng_ctx_message(request.ctx));
                else if (status != BNG_OK)
                        exit_status =
                                answer_failure(&request, status, bng_ctx_message(request.ctx));
                else
                        exit_status = answer_text(&result);
        }
        request_end(&request);
        return exit_status;
}
