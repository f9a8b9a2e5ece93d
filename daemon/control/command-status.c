/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* bng status: what the daemon watches now, a table a policy. */

#include <stdlib.h>
#include <string.h>
#include "control/control.h"
#include "control/table.h"

static void show_daemon(const json_t *status)
{
        char *started = format_time(text_field(status, "started"));
        const char *config = text_field(status, "config");

        say(stdout, "bignum-guardd %s, pid %llu, since %s", text_field(status, "version"),
            (unsigned long long)count_field(status, "pid"), started ? started : "?");
        say(stdout, "watches the %s groups of %s; configuration: %s", text_field(status, "layout"),
            text_field(status, "groups_path"), config[0] ? config : "the usual files");
        if (json_is_true(json_object_get(status, "dry_run")))
                say(stdout, "DRY RUN: it ends nothing, it only says what it would have ended");
        if (text_field(status, "config_error")[0])
                say(stdout, "THE LAST RELOAD WAS REFUSED, the configuration before is in force: %s",
                    text_field(status, "config_error"));
        free(started);
}

/* "policy web: terminate worker, WorkerMemoryMax=512M, LeakMax=64M/h over 10min" */
static void show_policy(const json_t *policy)
{
        json_t *limits = json_object_get(policy, "limits"), *limit;
        char *line = NULL;
        const char *key;
        size_t size;
        FILE *out = open_memstream(&line, &size);

        if (!out)
                return;
        fprintf(out, "policy %s: %s %s", text_field(policy, "name"), text_field(policy, "action"),
                text_field(policy, "scope"));
        json_object_foreach(limits, key, limit)
        {
                const char *window = strcmp(key, "GrowthMax") == 0    ? "growth_window"
                                     : strcmp(key, "LeakMax") == 0    ? "leak_window"
                                     : strcmp(key, "CpuTimeMax") == 0 ? "cpu_window"
                                                                      : NULL;
                char *value, *span;

                if (json_is_null(limit))
                        continue;
                value = format_limit(key, limit);
                span = format_seconds(window ? json_object_get(policy, window) : NULL);
                fprintf(out, ", %s=%s", key, value ? value : "?");
                if (window)
                        fprintf(out, " over %s", span ? span : "?");
                free(value);
                free(span);
        }
        if (fclose(out) == 0)
                say(stdout, "%s", line);
        free(line);
}

/* What a group and a worker have in common. */
static void add_measures(struct table *table, const json_t *entry, const json_t *limit)
{
        table_take(table, format_bytes(json_object_get(entry, "memory")));
        table_take(table, format_bytes(limit));
        table_take(table, format_bytes(json_object_get(entry, "peak")));
        table_take(table, format_rate(json_object_get(entry, "rate")));
        table_take(table, format_seconds(json_object_get(entry, "next_look")));
}

/* The nearer of the policy's limit on a group and the kernel's. */
static const json_t *group_limit(const json_t *group)
{
        const json_t *ours = json_object_get(group, "group_memory_max");
        const json_t *kernel = json_object_get(group, "limit");

        if (json_is_null(ours) ||
            (!json_is_null(kernel) && json_integer_value(kernel) < json_integer_value(ours)))
                return kernel;
        return ours;
}

static void add_group(struct table *table, const json_t *group)
{
        const json_t *worker;
        size_t i;

        table_add(table, text_field(group, "path"));
        add_measures(table, group, group_limit(group));
        table_add(table, text_field(group, "unit"));
        json_array_foreach(json_object_get(group, "workers"), i, worker)
        {
                char *who;

                if (asprintf(&who, "  %llu %s", (unsigned long long)count_field(worker, "pid"),
                             text_field(worker, "command")) < 0)
                        who = NULL;
                table_take(table, who);
                add_measures(table, worker, json_object_get(group, "worker_memory_max"));
                table_add(table, text_field(worker, "state"));
        }
}

static void show(const json_t *status)
{
        static const char *const titles[] = {"GROUP, WORKERS", "MEMORY",    "LIMIT",      "PEAK",
                                             "GROWS",          "NEXT LOOK", "UNIT, STATE"};
        const json_t *policy, *group;
        size_t i, k;

        show_daemon(status);
        if (json_array_size(json_object_get(status, "policies")) == 0)
                say(stdout, "no policies: nothing is watched");
        json_array_foreach(json_object_get(status, "policies"), i, policy)
        {
                struct table table = TABLE_INIT(titles, "lrrrrrl");

                putchar('\n');
                show_policy(policy);
                if (json_array_size(json_object_get(policy, "groups")) == 0) {
                        say(stdout, "  no group matches at the moment");
                        continue;
                }
                json_array_foreach(json_object_get(policy, "groups"), k, group)
                        add_group(&table, group);
                table_print(&table, stdout);
        }
}

int control_status(int argc, char **argv)
{
        static const struct argp_child children[] = {{&options_argp, 0, NULL, 0}, {0}};
        static const struct argp argp = {
                .parser = parse_shared_only,
                .children = children,
                .doc = "Shows what the daemon watches: its policies, their groups and workers, how "
                       "near "
                       "they are to a limit and when it looks at them next.\v"
                       "Exit status: 0, or 1 when no daemon answers, 2 usage.",
        };
        struct options options;
        json_t *status;

        options_init(&options, argv[0]);
        usage_parse(&argp, argc, argv, 0, &options);
        if (ask_json(&options, "GetStatus", 0, &status) < 0)
                return failed(&options);
        if (options.json)
                print_json(status);
        else
                show(status);
        json_decref(status);
        return EXIT_SUCCESS;
}
