/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* bng check-config: the configuration is read here as the daemon would read it, which need not run. */

#include <errno.h>
#include <stdlib.h>
#include "config/paths.h"
#include "control/control.h"
#include "policy/load.h"
#include "report/json.h"

struct arguments {
        struct options options;
        const char *file;
};

static error_t parse(int key, char *text, struct argp_state *state)
{
        struct arguments *arguments = state->input;

        switch (key) {
        case ARGP_KEY_INIT:
                state->child_inputs[0] = &arguments->options;
                return 0;
        case ARGP_KEY_ARG:
                if (arguments->file)
                        usage_error(state, "`%s': it takes one file at most", text);
                arguments->file = text;
                return 0;
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

/* Which files were read: the one given, or the usual ones in their order. */
static json_t *files_read(const char *root, const char *file)
{
        struct bng_config_errors errors = {0};
        struct bng_config_files files = {0};
        json_t *json = json_array();

        if (file) {
                json_array_append_new(json, json_text(file));
        } else if (bng_config_find(&files, root, &errors)) {
                for (size_t i = 0; i < files.n; i++)
                        json_array_append_new(json, json_text(files.paths[i]));
                bng_config_files_clear(&files);
        }
        bng_config_errors_clear(&errors);
        return json;
}

static json_t *to_json(const struct guard_config *config, const struct bng_config_errors *errors,
                       const char *root, const char *file)
{
        json_t *policies = json_array(), *lines = json_array();

        for (size_t i = 0; config && i < config->n_policies; i++)
                json_array_append_new(policies, json_text(config->policies[i].name));
        for (size_t i = 0; i < errors->n; i++)
                json_array_append_new(lines, json_text(errors->lines[i]));
        return json_pack("{s:b,s:o,s:o,s:o,s:I}", "valid", config != NULL, "files",
                         files_read(root, file), "policies", policies, "errors", lines,
                         "errors_left_out", (json_int_t)errors->left_out);
}

static void tell(const json_t *json)
{
        const json_t *entry;
        size_t i;

        json_array_foreach(json_object_get(json, "errors"), i, entry)
                say(stderr, "%s", json_string_value(entry));
        if (count_field(json, "errors_left_out") > 0)
                say(stderr, "and %llu more",
                    (unsigned long long)count_field(json, "errors_left_out"));
        if (!json_is_true(json_object_get(json, "valid")))
                return;
        json_array_foreach(json_object_get(json, "files"), i, entry)
                say(stdout, "%s: valid", json_string_value(entry));
        if (json_array_size(json_object_get(json, "files")) == 0)
                say(stdout, "There is no configuration file: nothing would be watched.");
        json_array_foreach(json_object_get(json, "policies"), i, entry)
                say(stdout, "  policy %s", json_string_value(entry));
}

int control_check_config(int argc, char **argv)
{
        static const struct argp_child children[] = {{&options_argp, 0, NULL, 0}, {0}};
        static const struct argp argp = {
                .parser = parse,
                .args_doc = "[FILE]",
                .children = children,
                .doc = "Reads the configuration, or FILE alone, as the daemon would, and names "
                       "every "
                       "error with its file and line.\v"
                       "Exit status: 0 it is valid, 1 it has errors, 2 usage.",
        };
        struct arguments arguments = {.file = NULL};
        struct bng_config_errors errors = {0};
        struct guard_config *config = NULL;
        const char *root;
        json_t *json;
        int r;

        options_init(&arguments.options, argv[0]);
        usage_parse(&argp, argc, argv, 0, &arguments);
        root = arguments.options.user ? BNG_CONFIG_USER : NULL;
        r = guard_config_load(&config, root, arguments.file, &errors);
        json = r < 0 && r != -EINVAL ? NULL : to_json(config, &errors, root, arguments.file);
        guard_config_free(config);
        bng_config_errors_clear(&errors);
        if (!json) {
                complain(&arguments.options, "out of memory");
                return EXIT_FAILURE;
        }
        if (arguments.options.json)
                print_json(json);
        else
                tell(json);
        json_decref(json);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
