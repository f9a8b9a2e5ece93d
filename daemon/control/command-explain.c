/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * bng explain: one process. What the daemon knows of it, and the verdicts on it that are on disk: of one that was
 * ended these are all that is left.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "control/control.h"
#include "control/table.h"
#include "report/history.h"

struct arguments {
        struct options options;
        pid_t pid;
};

static error_t parse(int key, char *text, struct argp_state *state)
{
        struct arguments *arguments = state->input;
        unsigned long n;
        char *end;

        switch (key) {
        case ARGP_KEY_INIT:
                state->child_inputs[0] = &arguments->options;
                return 0;
        case ARGP_KEY_ARG:
                if (arguments->pid > 0)
                        usage_error(state, "`%s': it takes one process id", text);
                errno = 0;
                n = strtoul(text, &end, 10);
                if (text[0] < '1' || text[0] > '9' || *end != '\0' || errno != 0 || n > INT32_MAX)
                        usage_error(state, "`%s' is no process id", text);
                arguments->pid = (pid_t)n;
                return 0;
        case ARGP_KEY_END:
                if (arguments->pid == 0)
                        usage_error(state, "a process id is missing");
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

/* "What breaks it: SIGUSR1, after 1s SIGTERM, after 5s SIGKILL." */
static void show_steps(const json_t *policy)
{
        const json_t *step, *wait = NULL;
        char *line = NULL;
        size_t size, i;
        FILE *out = open_memstream(&line, &size);

        if (!out)
                return;
        json_array_foreach(json_object_get(policy, "steps"), i, step)
        {
                char *span = format_seconds(wait);

                if (i > 0)
                        fprintf(out, ", after %s ", span ? span : "?");
                fputs(text_field(step, "step"), out);
                wait = json_object_get(step, "wait");
                free(span);
        }
        if (fclose(out) == 0 && line[0])
                say(stdout, "  What breaks it: %s.", line);
        free(line);
}

static void show_policies(const json_t *process)
{
        const char *exempt = text_field(process, "exempt");
        const json_t *policies = json_object_get(process, "policies"), *policy;
        bool applies = false;
        size_t i;

        if (exempt[0]) {
                say(stdout, "No policy can touch it: %s.", exempt);
                return;
        }
        json_array_foreach(policies, i, policy)
        {
                const char *match = text_field(policy, "match"), *name = text_field(policy, "name"),
                           *key = text_field(policy, "key");

                if (strcmp(match, "applies") == 0) {
                        say(stdout, "Policy %s applies, the first that matches: %s %s.", name,
                            text_field(policy, "action"), text_field(policy, "scope"));
                        show_steps(policy);
                        applies = true;
                } else if (strcmp(match, "later") == 0) {
                        say(stdout, "Policy %s matches too, but the first that matches decides.",
                            name);
                } else if (strcmp(match, "other-worker") == 0) {
                        say(stdout, "Policy %s names its group, but its %s= other processes.", name,
                            key[0] ? key : "Command");
                } else {
                        say(stdout, "Policy %s names other groups by its %s=.", name,
                            key[0] ? key : "Unit");
                }
        }
        if (!applies)
                say(stdout, "No policy applies: it is not watched.");
}

/* "WorkerMemoryMax", "GroupMemoryMax (80% of group)". */
static char *limit_name(const json_t *limit)
{
        const char *key = text_field(limit, "key"), *share = text_field(limit, "share");
        char *name;

        if (!share[0])
                return strdup(key);
        return asprintf(&name, "%s (%s)", key, share) < 0 ? NULL : name;
}

static void show_limits(const json_t *process)
{
        static const char *const titles[] = {"LIMIT", "AT", "NOW", "USED", "OVER"};
        struct table table = TABLE_INIT(titles, "lrrrl");
        const json_t *limit;
        size_t i;

        if (json_array_size(json_object_get(process, "limits")) == 0)
                return;
        json_array_foreach(json_object_get(process, "limits"), i, limit)
        {
                const char *key = text_field(limit, "key");
                const json_t *value = json_object_get(limit, "value"),
                             *window = json_object_get(limit, "window");
                double at = json_number_value(json_object_get(limit, "limit"));
                char *used = NULL;

                table_take(&table, limit_name(limit));
                table_take(&table, format_limit(key, json_object_get(limit, "limit")));
                if (json_is_null(value)) {
                        table_add(&table, "too early");
                        table_add(&table, "");
                } else {
                        table_take(&table, format_limit(key, value));
                        if (at > 0 &&
                            asprintf(&used, "%.0f%%", 100 * json_number_value(value) / at) < 0)
                                used = NULL;
                        table_take(&table, used);
                }
                if (json_number_value(window) > 0)
                        table_take(&table, format_seconds(window));
                else
                        table_add(&table, "now");
        }
        table_print(&table, stdout);
}

static void show_process(const json_t *process)
{
        const char *cgroup = text_field(process, "cgroup"), *unit = text_field(process, "unit");
        char *memory = format_bytes(json_object_get(process, "memory"));
        char *mapped = format_bytes(json_object_get(process, "mapped"));
        const char *state = text_field(process, "state");
        bool watched = strcmp(state, "unwatched") != 0;

        say(stdout, "Process %llu (%s) of user %llu, in %s%s%s.",
            (unsigned long long)count_field(process, "pid"), text_field(process, "command"),
            (unsigned long long)count_field(process, "uid"), cgroup[0] ? cgroup : "no group",
            unit[0] ? ", unit " : "", unit);
        if (watched)
                say(stdout, "It is %s and holds %s.", state, memory ? memory : "?");
        if (watched && count_field(process, "mapped") > 0)
                say(stdout,
                    "It maps %s more of files and shared memory: those count for no process alone.",
                    mapped ? mapped : "?");
        show_policies(process);
        show_limits(process);
        free(memory);
        free(mapped);
}

static void show_verdict(const json_t *verdict)
{
        static const char *const titles[] = {"SECONDS", "MEMORY"};
        const json_t *signals = json_object_get(verdict, "signals"), *entry;
        const json_t *samples = json_object_get(verdict, "samples");
        struct table table = TABLE_INIT(titles, "rr");
        char *time = format_time(text_field(verdict, "time"));
        size_t i;

        say(stdout, "Verdict of %s: %s", time ? time : "?", text_field(verdict, "message"));
        say(stdout, "  command %s", text_field(verdict, "command"));
        free(time);
        json_array_foreach(signals, i, entry)
                say(stdout, "  %s %s by %s", text_field(entry, "time"), text_field(entry, "name"),
                    text_field(entry, "by"));
        if (json_array_size(samples) == 0)
                return;
        say(stdout, "What was measured, in seconds from the decision:");
        json_array_foreach(samples, i, entry)
        {
                char *seconds;

                if (asprintf(&seconds, "%+.3f", json_number_value(json_array_get(entry, 0))) < 0)
                        seconds = NULL;
                table_take(&table, seconds);
                table_take(&table, format_bytes(json_array_get(entry, 1)));
        }
        table_print(&table, stdout);
}

/* Nothing runs under the pid, or nobody can be asked: then its verdicts alone can tell. */
static void show(const struct arguments *arguments, const json_t *process, const json_t *verdicts)
{
        const json_t *verdict;
        size_t i;

        if (process)
                show_process(process);
        json_array_foreach(verdicts, i, verdict)
        {
                if (process &&
                    count_field(verdict, "start_time") != count_field(process, "start_time"))
                        say(stdout,
                            "An earlier process had the same number, %d:", (int)arguments->pid);
                show_verdict(verdict);
        }
}

int control_explain(int argc, char **argv)
{
        static const struct argp_child children[] = {{&options_argp, 0, NULL, 0}, {0}};
        static const struct argp argp = {
                .parser = parse,
                .args_doc = "PID",
                .children = children,
                .doc = "Says which policy a process falls under and why, and how near it is to "
                       "each "
                       "limit; of a process that was ended, its verdict with the evidence.\v"
                       "Exit status: 0, or 1 when nothing is known of it, 2 usage.",
        };
        struct arguments arguments = {.pid = 0};
        struct history_filter filter = {.max = 5};
        json_t *process = NULL, *verdicts, *json;
        bool known;
        int r;

        options_init(&arguments.options, argv[0]);
        usage_parse(&argp, argc, argv, 0, &arguments);
        filter.pid = arguments.pid;
        r = ask_json(&arguments.options, "Explain", (uint32_t)arguments.pid, &process);
        verdicts = read_history(&arguments.options, &filter);
        known = process || json_array_size(verdicts) > 0;
        if (!known && r == -ESRCH)
                complain(&arguments.options, "there is no process %d, and no verdict names one",
                         (int)arguments.pid);
        if (arguments.options.json) {
                json = json_pack("{s:i,s:O?,s:O?,s:s*}", "pid", (int)arguments.pid, "process",
                                 process, "verdicts", verdicts, "error",
                                 known ? NULL : complaint());
                print_json(json);
                json_decref(json);
        } else {
                show(&arguments, process, verdicts);
        }
        json_decref(process);
        json_decref(verdicts);
        return known ? EXIT_SUCCESS : EXIT_FAILURE;
}
