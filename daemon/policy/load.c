/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "config/limits.h"
#include "config/nearest.h"
#include "config/paths.h"
#include "policy/load.h"
#include "policy/share.h"
#include "policy/values.h"

/*
 * A key of a section: how its value is read, where it goes, and what an empty value goes back to.
 * That is the default, written as in a file; a list has none and becomes empty.
 */
struct key {
        const char *name;
        value_parser parse;
        size_t offset;
        const char *otherwise;
};

#define GUARD(field) offsetof(struct guard_config, field)
static const struct key guard_keys[] = {
        {"DryRun", value_bool, GUARD(dry_run), "no"},
        {"KillBudget", value_kill_budget, 0, "20/1min"},
        {"RecordCommand", value_record, GUARD(record_full_command), "name"},
        {"Protect", value_protect_glob, GUARD(protect), NULL},
};

#define POLICY(field) offsetof(struct policy, field)
static const struct key policy_keys[] = {
        {"Unit", value_unit_glob, POLICY(units), NULL},
        {"Cgroup", value_cgroup_glob, POLICY(cgroups), NULL},
        {"User", value_glob, POLICY(users), NULL},
        {"Command", value_glob, POLICY(commands), NULL},
        {"WorkerMemoryMax", value_worker_memory, 0, "infinity"},
        {"GroupMemoryMax", value_group_memory, 0, "infinity"},
        {"GrowthMax", value_bytes_per_second, POLICY(growth_max), "infinity"},
        {"GrowthWindowSec", value_growth_window, POLICY(growth_window), "1s"},
        {"LeakMax", value_bytes_per_hour, POLICY(leak_max), "infinity"},
        {"LeakWindowSec", value_leak_window, POLICY(leak_window), "10min"},
        {"CpuTimeMax", value_cpu_time, POLICY(cpu_time_max), "infinity"},
        {"CpuWindowSec", value_cpu_window, POLICY(cpu_window), "1min"},
        {"Action", value_action, POLICY(action), "terminate"},
        {"Scope", value_scope, POLICY(scope), "worker"},
        {"GraceSec", value_grace, POLICY(grace), "5s"},
        {"CrashLoop", value_crash_loop, 0, "5/10min"},
        {"ReportSignal", value_signal, POLICY(report_signal), "none"},
        {"ReportSec", value_report_time, POLICY(report_time), "1s"},
};

#define N(array) (sizeof(array) / sizeof(*(array)))
#define KEYS_MAX (N(policy_keys) > N(guard_keys) ? N(policy_keys) : N(guard_keys))

/* A policy while files are read: with the place of its first section, for errors of the whole. */
struct draft {
        struct policy policy;
        char *file;
        unsigned line;
        bool broken; /* a key of it was wrong already */
};

struct loader {
        struct guard_config *config;
        struct bng_config_limits limits; /* read to be checked; they are the library's */
        struct draft *drafts;
        size_t n_drafts;
};

static void clear_globs(struct globs *globs)
{
        for (size_t i = 0; i < globs->n; i++)
                free(globs->patterns[i]);
        free(globs->patterns);
        *globs = (struct globs){0};
}

static void clear_policy(struct policy *policy)
{
        clear_globs(&policy->units);
        clear_globs(&policy->cgroups);
        clear_globs(&policy->users);
        clear_globs(&policy->commands);
        free(policy->name);
}

struct guard_config *guard_config_free(struct guard_config *config)
{
        if (!config)
                return NULL;
        for (size_t i = 0; i < config->n_policies; i++)
                clear_policy(&config->policies[i]);
        free(config->policies);
        clear_globs(&config->protect);
        free(config);
        return NULL;
}

static bool assign(const struct key *key, void *object, const char *value, struct bng_why *why)
{
        void *to = (char *)object + key->offset;
        struct bng_why reason;

        if (!*value && !key->otherwise) {
                clear_globs(to);
                return true;
        }
        if (key->parse(*value ? value : key->otherwise, to, &reason))
                return true;
        return bng_why(why, "%s=: %.200s", key->name, reason.text);
}

static void set_defaults(const struct key *keys, size_t n, void *object)
{
        struct bng_why why;

        for (size_t i = 0; i < n; i++)
                assign(&keys[i], object, "", &why);
}

static bool take_key(const struct key *keys, size_t n, void *object, const char *section,
                     const char *name, const char *value, struct bng_why *why)
{
        const char *names[KEYS_MAX], *nearest;

        for (size_t i = 0; i < n; i++) {
                names[i] = keys[i].name;
                if (strcmp(keys[i].name, name) != 0)
                        continue;
                return assign(&keys[i], object, value, why);
        }
        nearest = bng_nearest(name, names, n);
        if (nearest)
                return bng_why(why, "[%s] has no key %.60s=; did you mean %s=?", section, name,
                               nearest);
        return bng_why(why, "[%s] has no key %.60s=; bignum-guard.conf(5) lists them", section,
                       name);
}

static struct draft *find_draft(struct loader *loader, const char *name)
{
        for (size_t i = 0; i < loader->n_drafts; i++)
                if (strcmp(loader->drafts[i].policy.name, name) == 0)
                        return &loader->drafts[i];
        return NULL;
}

/* A policy's section: goes on with the policy of that name, of this file or an earlier one, or
 * begins it. */
static bool begin_policy(struct loader *loader, const struct bng_place *place, const char *name,
                         struct bng_why *why)
{
        struct draft *drafts, draft = {.line = place->line};

        if (!*name || strpbrk(name, " \t"))
                return bng_why(why, "\"%s\" names no policy; one word, such as [Policy web]", name);
        if (find_draft(loader, name))
                return true;
        drafts = realloc(loader->drafts, (loader->n_drafts + 1) * sizeof(*drafts));
        if (!drafts)
                return bng_why(why, "out of memory");
        loader->drafts = drafts;
        draft.policy.name = strdup(name);
        draft.file = strdup(place->file);
        if (!draft.policy.name || !draft.file) {
                free(draft.policy.name);
                free(draft.file);
                return bng_why(why, "out of memory");
        }
        set_defaults(policy_keys, N(policy_keys), &draft.policy);
        drafts[loader->n_drafts++] = draft;
        return true;
}

static bool take(void *userdata, const struct bng_place *place, const char *section,
                 const char *key, const char *value, struct bng_why *why)
{
        struct loader *loader = userdata;

        if (strncmp(section, "Policy ", 7) == 0) {
                struct draft *draft;

                if (!key)
                        return begin_policy(loader, place, section + 7, why);
                draft = find_draft(loader, section + 7);
                if (take_key(policy_keys, N(policy_keys), &draft->policy, section, key, value, why))
                        return true;
                draft->broken = true;
                return false;
        }
        if (strcmp(section, "Guard") == 0)
                return !key || take_key(guard_keys, N(guard_keys), loader->config, section, key,
                                        value, why);
        if (strcmp(section, "Limits") == 0)
                return !key || bng_config_limits_key(&loader->limits, key, value, why);
        return bng_why(why,
                       "there is no section [%s]; there are [Limits], [Guard] and [Policy NAME]",
                       section);
}

static bool repeats(const char *section, const char *name)
{
        bool guard = strcmp(section, "Guard") == 0, policy = strncmp(section, "Policy ", 7) == 0;
        const struct key *keys = guard ? guard_keys : policy_keys;
        size_t n = guard ? N(guard_keys) : policy ? N(policy_keys) : 0;

        for (size_t i = 0; i < n; i++)
                if (strcmp(keys[i].name, name) == 0)
                        return !keys[i].otherwise;
        return false;
}

/* What no single key can show. */
static void check_policy(const struct draft *draft, struct bng_config_errors *errors)
{
        const struct bng_place place = {draft->file, draft->line};
        const struct policy *policy = &draft->policy;

        if (draft->broken)
                return;
        if (policy->units.n == 0 && policy->cgroups.n == 0 && policy->users.n == 0)
                bng_config_errors_add(
                        errors, &place,
                        "[Policy %s] does not say whom it watches; it needs Unit=, Cgroup= or "
                        "User= (Command= only narrows these)",
                        policy->name);
        if (!policy_limits_worker_memory(policy) && !policy_limits_group_memory(policy) &&
            policy->growth_max == POLICY_UNSET && policy->leak_max == POLICY_UNSET &&
            policy->cpu_time_max == POLICY_UNSET)
                bng_config_errors_add(errors, &place,
                                      "[Policy %s] sets no limit; it needs WorkerMemoryMax=, "
                                      "GroupMemoryMax=, GrowthMax=, LeakMax= or CpuTimeMax=",
                                      policy->name);
}

/* Hands the drafts' policies over to the configuration. */
static bool keep_policies(struct loader *loader)
{
        struct policy *policies = calloc(loader->n_drafts + 1, sizeof(*policies));

        if (!policies)
                return false;
        for (size_t i = 0; i < loader->n_drafts; i++) {
                policies[i] = loader->drafts[i].policy;
                loader->drafts[i].policy = (struct policy){0};
        }
        loader->config->policies = policies;
        loader->config->n_policies = loader->n_drafts;
        return true;
}

static void clear_drafts(struct loader *loader)
{
        for (size_t i = 0; i < loader->n_drafts; i++) {
                clear_policy(&loader->drafts[i].policy);
                free(loader->drafts[i].file);
        }
        free(loader->drafts);
}

int guard_config_load(struct guard_config **ret, const char *root, const char *file,
                      struct bng_config_errors *errors)
{
        struct loader loader = {.config = calloc(1, sizeof(*loader.config)),
                                .limits = BNG_CONFIG_LIMITS_DEFAULT};
        struct bng_ini_sink sink = {.handler = take, .repeats = repeats, .userdata = &loader};
        bool ok;
        int r = 0;

        if (!loader.config)
                return -ENOMEM;
        set_defaults(guard_keys, N(guard_keys), loader.config);
        ok = file ? bng_config_read_file(file, &sink, errors)
                  : bng_config_read_all(root, &sink, errors);
        for (size_t i = 0; i < loader.n_drafts; i++)
                check_policy(&loader.drafts[i], errors);
        if (!ok || bng_config_errors_any(errors))
                r = -EINVAL;
        else if (!keep_policies(&loader))
                r = -ENOMEM;
        clear_drafts(&loader);
        if (r < 0) {
                guard_config_free(loader.config);
                return r;
        }
        *ret = loader.config;
        return 0;
}
