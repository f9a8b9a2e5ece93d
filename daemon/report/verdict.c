/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The record's fields, in the order in which a reader wants them; sentence.c says the same in
 * words.
 */

#include "report/verdict.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config/units.h"
#include "report/json.h"

const char *verdict_scope_name(enum policy_scope scope)
{
        return scope == SCOPE_GROUP ? "group" : "worker";
}

const char *verdict_outcome_name(enum outcome outcome)
{
        static const char *const names[] = {
                [OUTCOME_ENDED] = "ended",         [OUTCOME_SURVIVED] = "survived",
                [OUTCOME_GONE] = "gone",           [OUTCOME_FROZEN] = "frozen",
                [OUTCOME_RESTARTED] = "restarted", [OUTCOME_LOGGED] = "logged",
                [OUTCOME_WITHHELD] = "withheld",   [OUTCOME_WOULD_HAVE_ENDED] = "would-have-ended",
        };
        return names[outcome];
}

const char *verdict_measure(enum reason reason, uint64_t measure, struct measure_text *ret)
{
        struct bng_size_text number;

        if (reason == REASON_CPU)
                bng_format_usec(measure, &number);
        else
                bng_format_bytes(measure, &number);
        snprintf(ret->text, sizeof(ret->text), "%s%s", number.text,
                 reason == REASON_GROWTH ? "/s"
                 : reason == REASON_LEAK ? "/h"
                                         : "");
        return ret->text;
}

const char *verdict_signal_name(int signo, struct signal_name *ret)
{
        const char *abbreviation = sigabbrev_np(signo);

        if (abbreviation)
                snprintf(ret->text, sizeof(ret->text), "SIG%s", abbreviation);
        else
                snprintf(ret->text, sizeof(ret->text), "signal %d", signo);
        return ret->text;
}

static json_t *signals_to_json(const struct verdict *verdict)
{
        json_t *array = json_array();

        for (size_t i = 0; i < verdict->n_signals && i < VERDICT_SIGNALS; i++) {
                const struct sent_signal *sent = &verdict->signals[i];
                struct signal_name name;
                json_t *entry = json_object();

                if (!json_put(entry, "name",
                              json_string(verdict_signal_name(sent->signo, &name))) ||
                    !json_put(entry, "time", json_time(sent->realtime_usec)) ||
                    !json_put(entry, "by",
                              json_string(sent->by_cgroup_kill ? "cgroup.kill" : "pidfd")) ||
                    json_array_append(array, entry) < 0) {
                        json_decref(entry);
                        json_decref(array);
                        return NULL;
                }
                json_decref(entry);
        }
        return array;
}

/* [[seconds relative to the decision, bytes], ...]: what came before it is negative. */
static json_t *samples_to_json(const struct verdict *verdict)
{
        json_t *array = json_array();

        for (size_t i = 0; i < verdict->n_samples && i < VERDICT_SAMPLES; i++) {
                const struct sample *sample = &verdict->samples[i];
                double seconds = sample->usec >= verdict->monotonic_usec
                                         ? (double)(sample->usec - verdict->monotonic_usec) / 1e6
                                         : -(double)(verdict->monotonic_usec - sample->usec) / 1e6;
                json_t *pair = json_array();

                if (json_array_append_new(pair, json_real(seconds)) < 0 ||
                    json_array_append_new(pair, json_count(sample->bytes)) < 0 ||
                    json_array_append(array, pair) < 0) {
                        json_decref(pair);
                        json_decref(array);
                        return NULL;
                }
                json_decref(pair);
        }
        return array;
}

static json_t *sentence_to_json(const struct verdict *verdict)
{
        char *sentence = verdict_sentence(verdict);
        json_t *json = sentence ? json_text(sentence) : NULL;

        free(sentence);
        return json;
}

/* In the unit of the policy's key; CPU time is seconds like every other span. */
static json_t *measure_to_json(const struct verdict *verdict, uint64_t measure)
{
        return verdict->finding.reason == REASON_CPU ? json_seconds(measure) : json_count(measure);
}

static json_t *limit_to_json(const struct verdict *verdict)
{
        /* The kernel's may not be known. */
        if (verdict->finding.reason == REASON_KERNEL_OOM)
                return json_count_or_null(verdict->finding.limit);
        return measure_to_json(verdict, verdict->finding.limit);
}

static json_t *confidence_to_json(double confidence)
{
        return isfinite(confidence) ? json_real((double)json_whole(confidence * 1000) / 1000)
                                    : json_null();
}

json_t *verdict_to_json(const struct verdict *v)
{
        json_t *json = json_object();
        bool whole =
                json_put(json, "time", json_time(v->realtime_usec)) &&
                json_put(json, "event", json_count(v->event)) &&
                json_put(json, "policy", json_text(v->policy)) &&
                json_put(json, "reason", json_string(reason_name(v->finding.reason))) &&
                json_put(json, "action", json_string(policy_action_name(v->action))) &&
                json_put(json, "scope", json_string(verdict_scope_name(v->scope))) &&
                json_put(json, "outcome", json_string(verdict_outcome_name(v->outcome))) &&
                json_put(json, "message", sentence_to_json(v)) &&
                json_put(json, "pid", v->pid > 0 ? json_integer(v->pid) : json_null()) &&
                json_put(json, "start_time",
                         v->start_time > 0 ? json_count(v->start_time) : json_null()) &&
                json_put(json, "uid", v->pid > 0 ? json_integer(v->uid) : json_null()) &&
                json_put(json, "command", json_text(v->command)) &&
                json_put(json, "cgroup", json_text(v->cgroup)) &&
                json_put(json, "unit", json_text(v->unit)) &&
                json_put(json, "limit_cgroup", json_text(v->limited)) &&
                json_put(json, "limit", limit_to_json(v)) &&
                json_put(json, "value", measure_to_json(v, v->finding.value)) &&
                json_put(json, "family",
                         v->finding.family > 0 ? json_integer(v->finding.family) : json_null()) &&
                json_put(json, "window", json_seconds(v->window)) &&
                json_put(json, "rss", json_count(v->rss)) &&
                json_put(json, "rate", json_rounded(v->finding.rate)) &&
                json_put(json, "confidence", confidence_to_json(v->finding.confidence)) &&
                json_put(json, "peak", json_count(v->peak)) &&
                json_put(json, "seconds_to_limit", json_seconds_or_null(v->finding.to_limit)) &&
                json_put(json, "seconds_to_end",
                         v->ended_after_usec > 0 ? json_seconds(v->ended_after_usec)
                                                 : json_null()) &&
                json_put(json, "signals", signals_to_json(v)) &&
                json_put(json, "samples", samples_to_json(v));

        if (whole && v->count > 1)
                whole = json_put(json, "count", json_integer(v->count));
        if (whole && v->by_tripwire)
                whole = json_put(json, "noticed", json_string("tripwire"));
        if (whole && v->killed_by != KILLER_NOBODY_ELSE)
                whole = json_put(json, "killed_by",
                                 json_string(v->killed_by == KILLER_KERNEL ? "kernel" : "others"));
        if (!whole) {
                json_decref(json);
                return NULL;
        }
        return json;
}

char *verdict_to_line(const struct verdict *verdict)
{
        json_t *json = verdict_to_json(verdict);
        char *line = json ? json_line(json) : NULL;

        json_decref(json);
        return line;
}

struct verdict *verdict_free(struct verdict *verdict)
{
        if (!verdict)
                return NULL;
        free(verdict->policy);
        free(verdict->command);
        free(verdict->cgroup);
        free(verdict->unit);
        free(verdict->limited);
        free(verdict);
        return NULL;
}
