/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The configuration in force: it is replaced as a whole or not at all, and lives as long as an end that it
 * ordered. And what it says of a group, whoever asks.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "config/paths.h"
#include "manager/announce.h"
#include "manager/groups/discover.h"
#include "manager/notify.h"
#include "manager/settings.h"

struct settings *settings_ref(struct settings *settings)
{
        settings->references++;
        return settings;
}

struct settings *settings_unref(struct settings *settings)
{
        if (!settings || --settings->references > 0)
                return NULL;
        guard_config_free(settings->config);
        free(settings);
        return NULL;
}

bool settings_name_units(const struct manager *manager)
{
        const struct guard_config *config = manager->settings->config;

        for (size_t i = 0; i < config->n_policies; i++)
                if (config->policies[i].units.n > 0)
                        return true;
        return false;
}

char *settings_claim(const struct manager *manager, const char *path)
{
        char name[48];
        const char *own;

        if (!manager->options->user)
                return unit_from_path(path);
        snprintf(name, sizeof(name), "/user@%u.service/", (unsigned)getuid());
        own = strstr(path, name);
        return own ? unit_from_path(own + strlen(name)) : NULL;
}

bool settings_exempt(const struct manager *manager, const char *path)
{
        char *claim = settings_claim(manager, path);
        /* Protection goes by the mere claim: a mistake in this direction ends nobody. */
        struct group_facts facts = {.path = path, .unit = claim};
        bool exempt = group_is_forbidden(path, manager->own_group) ||
                      guard_protects(manager->settings->config, &facts);

        free(claim);
        return exempt;
}

static bool spares(void *userdata, const char *path)
{
        return settings_exempt(userdata, path);
}

struct act_spare settings_spare(struct manager *manager)
{
        return (struct act_spare){.spares = spares, .userdata = manager};
}

/* A line each, the last one without its end. */
static char *join(const struct bng_config_errors *errors)
{
        char *text = NULL;
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        if (!stream)
                return NULL;
        for (size_t i = 0; i < errors->n; i++)
                fprintf(stream, "%s%s", i > 0 ? "\n" : "", errors->lines[i]);
        if (errors->left_out > 0)
                fprintf(stream, "\nand %zu more", errors->left_out);
        if (fclose(stream) != 0) {
                free(text);
                return NULL;
        }
        return text;
}

/* For the status, which has one line for them. */
static char *on_one_line(const char *lines)
{
        char *text = NULL;
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        if (!stream)
                return NULL;
        for (const char *c = lines; *c; c++)
                *c == '\n' ? fputs("; ", stream) : fputc(*c, stream);
        if (fclose(stream) != 0) {
                free(text);
                return NULL;
        }
        return text;
}

int settings_load(struct manager *manager, char **complaint)
{
        struct bng_config_errors errors = {0};
        struct settings *settings = calloc(1, sizeof(*settings));
        int r = -ENOMEM;

        *complaint = NULL;
        if (settings)
                r = guard_config_load(&settings->config,
                                      manager->options->user ? BNG_CONFIG_USER : NULL,
                                      manager->options->config, &errors);
        if (r < 0) {
                for (size_t i = 0; i < errors.n; i++)
                        log_line(LOG_ERR, "%s", errors.lines[i]);
                if (errors.n == 0)
                        log_line(LOG_ERR, "The configuration cannot be read: %s", strerror(-r));
                *complaint = join(&errors);
                free(settings);
        } else {
                manager_read_machine(manager, clock_now());
                settings->references = 1;
                settings_unref(manager->settings);
                manager->settings = settings;
                manager->dry_run = manager->options->dry_run || settings->config->dry_run ||
                                   manager->host.foreign;
        }
        bng_config_errors_clear(&errors);
        return r;
}

int settings_reload(struct manager *manager, char **errors)
{
        struct settings *before = settings_ref(manager->settings);
        char *complaint;
        int r;

        notify_state("RELOADING=1\nMONOTONIC_USEC=%" PRIu64, manager_now(manager));
        r = settings_load(manager, &complaint);
        free(manager->config_error);
        manager->config_error = r < 0 ? on_one_line(complaint ? complaint : strerror(-r)) : NULL;
        if (r < 0)
                log_line(LOG_ERR,
                         "The configuration is refused, the last good one stays in force.");
        else {
                manager->loops = loops_free(manager->loops); /* perhaps another limit ends them */
                discover_apply(manager);
                manager->told = UINT_MAX;
                manager->tell_again = 0;
                announce_status(manager);
                log_line(LOG_INFO, "The configuration was read again; policies: %zu.",
                         manager->settings->config->n_policies);
        }
        settings_unref(before);
        notify_state("READY=1");
        if (errors && r == -EINVAL)
                *errors = complaint;
        else
                free(complaint);
        return r;
}
