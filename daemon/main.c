/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * bignum-guardd: options in, a manager run, an exit status out.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bng/usage.h"
#include "config/paths.h"
#include "manager/manager.h"
#include "manager/wires/reset.h"
#include "policy/load.h"
#include "report/folders.h"

enum key {
        OPTION_CONFIG = 256,
        OPTION_CHECK,
        OPTION_DRY_RUN,
        OPTION_PROCFS,
        OPTION_CGROUPFS,
        OPTION_USER,
        OPTION_RESET,
        OPTION_AWAIT_END,
};

struct arguments {
        struct manager_options options;
        bool check, reset, await_end;
};

static const struct argp_option options[] = {
        {"config", OPTION_CONFIG, "FILE", 0, "Read this configuration instead of the usual files",
         0},
        {"check-config", OPTION_CHECK, NULL, 0, "Say whether the configuration is valid, and exit",
         0},
        {"dry-run", OPTION_DRY_RUN, NULL, 0, "End nothing, only report what would be ended", 0},
        {"procfs", OPTION_PROCFS, "DIR", 0, "Use DIR as /proc; forces a dry run", 0},
        {"cgroupfs", OPTION_CGROUPFS, "DIR", 0, "Use DIR as /sys/fs/cgroup; forces a dry run", 0},
        {"user", OPTION_USER, NULL, 0,
         "Serve the user who runs it: their configuration, their processes (the default without "
         "root)",
         0},
        {"reset", OPTION_RESET, NULL, 0,
         "Take back what a daemon that was killed has left in memory.high of groups, let run what "
         "it "
         "has stopped, and exit",
         0},
        {"await-end", OPTION_AWAIT_END, NULL, 0,
         "With --reset: when standard input has ended, no matter what else is told to end", 0},
        {0},
};

static error_t parse(int key, char *text, struct argp_state *state)
{
        struct arguments *arguments = state->input;

        switch (key) {
        case OPTION_CONFIG:
                arguments->options.config = text;
                return 0;
        case OPTION_CHECK:
                arguments->check = true;
                return 0;
        case OPTION_DRY_RUN:
                arguments->options.dry_run = true;
                return 0;
        case OPTION_PROCFS:
                arguments->options.procfs = text;
                return 0;
        case OPTION_CGROUPFS:
                arguments->options.groups = text;
                return 0;
        case OPTION_USER:
                arguments->options.user = true;
                return 0;
        case OPTION_RESET:
                arguments->reset = true;
                return 0;
        case OPTION_AWAIT_END:
                arguments->await_end = true;
                return 0;
        case ARGP_KEY_ARG:
                usage_error(state, "`%s': it takes no arguments", text);
        default:
                return ARGP_ERR_UNKNOWN;
        }
}

static const struct argp argp = {
        .options = options,
        .parser = parse,
        .doc = "Watches the processes that its configuration names, ends those that run away, and "
               "says "
               "why. Stays in the foreground.",
};

static int check(const char *file, bool user)
{
        struct bng_config_errors errors = {0};
        struct guard_config *config = NULL;
        int r = guard_config_load(&config, user ? BNG_CONFIG_USER : NULL, file, &errors);

        for (size_t i = 0; i < errors.n; i++)
                fprintf(stderr, "%s\n", errors.lines[i]);
        if (errors.left_out > 0)
                fprintf(stderr, "and %zu more\n", errors.left_out);
        if (r == -ENOMEM)
                fprintf(stderr, "bignum-guardd: out of memory\n");
        if (r >= 0)
                printf("%s is valid; policies: %zu\n", file ? file : "The configuration",
                       config->n_policies);
        guard_config_free(config);
        bng_config_errors_clear(&errors);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
        struct arguments arguments = {.options = {.user = folders_are_users()}};
        struct manager_options *given = &arguments.options;
        struct manager *manager;
        char *state, *runtime;
        int r;

        argp_program_version = "bignum-guardd " BNG_VERSION;
        argp_err_exit_status = 2;
        usage_parse(&argp, argc, argv, 0, &arguments);
        if (arguments.check)
                return check(given->config, given->user);

        given->state = state = folders_state(given->user);
        given->runtime = runtime = folders_runtime(given->user);
        if (!state || !runtime) {
                fprintf(stderr, "bignum-guardd: out of memory\n");
                return EXIT_FAILURE;
        }
        if (arguments.reset) {
                r = reset_run(runtime, given->user, arguments.await_end);
                free(state);
                free(runtime);
                return r;
        }
        if (given->user)
                folders_make_parents(state);
        r = manager_new(&manager, given);
        if (r >= 0) {
                r = manager_run(manager);
                manager_free(manager);
        }
        free(state);
        free(runtime);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
