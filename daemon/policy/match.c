/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>
#include "policy/match.h"

/* False when empty. */
static bool globs_match(const struct globs *globs, const char *text)
{
        for (size_t i = 0; i < globs->n; i++)
                if (glob_match(globs->patterns[i], text))
                        return true;
        return false;
}

/* A kind that is not given does not narrow; one that is given needs a text that matches. */
static bool narrows_not(const struct globs *globs, const char *text)
{
        return globs->n == 0 || (text && globs_match(globs, text));
}

const char *policy_mismatch_group(const struct policy *policy, const struct group_facts *group)
{
        return !narrows_not(&policy->units, group->unit)     ? "Unit"
               : !narrows_not(&policy->cgroups, group->path) ? "Cgroup"
                                                             : NULL;
}

bool policy_matches_group(const struct policy *policy, const struct group_facts *group)
{
        return !policy_mismatch_group(policy, group);
}

const char *policy_mismatch_worker(const struct policy *policy, const struct worker_facts *worker)
{
        const struct globs *commands = &policy->commands;
        const char *slash = worker->argv0 ? strrchr(worker->argv0, '/') : NULL;

        if (!narrows_not(&policy->users, worker->user) && !narrows_not(&policy->users, worker->uid))
                return "User";
        return narrows_not(commands, worker->command) || narrows_not(commands, worker->argv0) ||
                               narrows_not(commands, slash ? slash + 1 : NULL)
                       ? NULL
                       : "Command";
}

bool policy_matches_worker(const struct policy *policy, const struct worker_facts *worker)
{
        return !policy_mismatch_worker(policy, worker);
}

static bool ends_in(const char *text, size_t n, const char *suffix)
{
        size_t m = strlen(suffix);

        return n > m && memcmp(text + n - m, suffix, m) == 0;
}

static bool is_slice(const char *name, size_t n)
{
        return ends_in(name, n, ".slice");
}

static bool is_unit(const char *name, size_t n)
{
        static const char *const types[] = {".service", ".scope", ".socket", ".mount", ".swap"};

        for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
                if (ends_in(name, n, types[i]))
                        return true;
        return false;
}

/*
 * The next component of *path, which moves behind it; 0 at the end. The length is of the name
 * without systemd's leading _, to which *name points.
 */
static size_t next_component(const char **path, const char **name)
{
        size_t n;

        *path += strspn(*path, "/");
        n = strcspn(*path, "/");
        *name = *path;
        *path += n;
        if (n > 1 && **name == '_') {
                (*name)++;
                n--;
        }
        return n;
}

char *unit_from_path(const char *path)
{
        const char *name;
        size_t n;

        while ((n = next_component(&path, &name)) > 0)
                if (!is_slice(name, n))
                        return is_unit(name, n) ? strndup(name, n) : NULL;
        return NULL;
}

/* A unit's own groups claim that unit, a slice's any; what else there is claims none. */
static bool may_claim_below(const struct globs *units, const char *path)
{
        const char *name;
        size_t n;

        while ((n = next_component(&path, &name)) > 0)
                if (!is_slice(name, n)) {
                        char *unit = is_unit(name, n) ? strndup(name, n) : NULL;
                        bool may = unit ? globs_match(units, unit) : is_unit(name, n);

                        free(unit);
                        return may;
                }
        return true;
}

bool policy_reaches_below(const struct policy *policy, const char *path)
{
        const struct globs *cgroups = &policy->cgroups;

        if (policy->units.n > 0 && !may_claim_below(&policy->units, path))
                return false;
        for (size_t i = 0; i < cgroups->n; i++)
                if (glob_reaches_below(cgroups->patterns[i], path))
                        return true;
        return cgroups->n == 0;
}

/* A unit's name stands for its group, a slice's for all below it; what users make deeper does not
 * count. */
static bool protects_unit(const char *pattern, const struct group_facts *group)
{
        const char *path = group->path, *name;
        char text[256];
        size_t n;

        if (group->unit && glob_match(pattern, group->unit))
                return true;
        while ((n = next_component(&path, &name)) > 0 && n < sizeof(text)) {
                memcpy(text, name, n);
                text[n] = '\0';
                if (glob_match(pattern, text))
                        return true;
                if (!is_slice(name, n))
                        break;
        }
        return false;
}

/* The path itself or one above it. */
static bool protects_path(const char *pattern, const char *path)
{
        char *copy = strdup(path), *slash;
        bool found = !copy; /* without memory nothing is ended by mistake */

        while (copy && !found) {
                found = glob_match(pattern, *copy ? copy : "/");
                slash = strrchr(copy, '/');
                if (!slash)
                        break;
                *slash = '\0';
        }
        free(copy);
        return found;
}

static bool globs_are_alike(const struct globs *globs, const struct globs *others)
{
        if (globs->n != others->n)
                return false;
        for (size_t i = 0; i < globs->n; i++)
                if (strcmp(globs->patterns[i], others->patterns[i]) != 0)
                        return false;
        return true;
}

/* Whatever else a policy holds is compared as it lies there: what lies between two members is nobody's, and makes a
 * difference at worst. */
bool policy_is_alike(const struct policy *policy, const struct policy *other)
{
        struct policy same = *policy;

        same.name = other->name;
        same.units = other->units;
        same.cgroups = other->cgroups;
        same.users = other->users;
        same.commands = other->commands;
        return strcmp(policy->name, other->name) == 0 &&
               globs_are_alike(&policy->users, &other->users) &&
               globs_are_alike(&policy->commands, &other->commands) &&
               memcmp(&same, other, sizeof(same)) == 0;
}

bool guard_protects(const struct guard_config *config, const struct group_facts *group)
{
        for (size_t i = 0; i < config->protect.n; i++) {
                const char *pattern = config->protect.patterns[i];

                if (*pattern == '/' ? protects_path(pattern, group->path)
                                    : protects_unit(pattern, group))
                        return true;
        }
        return false;
}

bool group_is_forbidden(const char *path, const char *own_path)
{
        size_t n = strlen(path);

        while (n > 0 && path[n - 1] == '/')
                n--;
        if (n == 0)
                return true;
        return strncmp(path, own_path, n) == 0 && (own_path[n] == '\0' || own_path[n] == '/');
}

bool group_is_slice(const char *path)
{
        const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

        return is_slice(name, strlen(name));
}
