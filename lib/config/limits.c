/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "config/limits.h"
#include "config/nearest.h"
#include "config/paths.h"

bool bng_config_parse_memory(const char *text, uint64_t *bytes, struct bng_why *why)
{
        if (strcmp(text, "auto") != 0)
                return bng_parse_size_bytes(text, bytes, why);
        *bytes = BNG_CONFIG_MEMORY_AUTO;
        return true;
}

static const char *const names[] = {"ResultMax", "OperationMemoryMax", "TotalMax", "TimeMax"};
static const struct {
        const char *variable;
        size_t offset;
        bool (*parse)(const char *text, uint64_t *value, struct bng_why *why);
} keys[] = {
        {"BIGNUM_GUARD_RESULT_MAX", offsetof(struct bng_config_limits, result_max),
         bng_parse_size_bits},
        {"BIGNUM_GUARD_OPERATION_MEMORY_MAX",
         offsetof(struct bng_config_limits, operation_memory_max), bng_config_parse_memory},
        {"BIGNUM_GUARD_TOTAL_MAX", offsetof(struct bng_config_limits, total_max),
         bng_parse_size_bytes},
        {"BIGNUM_GUARD_TIME_MAX", offsetof(struct bng_config_limits, time_max), bng_parse_duration},
};
#define N_KEYS (sizeof(keys) / sizeof(*keys))

static uint64_t *field(struct bng_config_limits *limits, size_t offset)
{
        return (uint64_t *)((char *)limits + offset);
}

/* `name` is the key or the variable that holds the value, for messages. */
static bool set(struct bng_config_limits *limits, size_t key, const char *name, const char *value,
                struct bng_why *why)
{
        struct bng_why reason;
        uint64_t number;

        if (!keys[key].parse(value, &number, &reason))
                return bng_why(why, "%s=: %.200s", name, reason.text);
        if (number == 0)
                return bng_why(why, "%s= is 0, which allows nothing; infinity is no limit", name);
        *field(limits, keys[key].offset) = number;
        return true;
}

bool bng_config_limits_key(struct bng_config_limits *limits, const char *key, const char *value,
                           struct bng_why *why)
{
        struct bng_config_limits defaults = BNG_CONFIG_LIMITS_DEFAULT;

        for (size_t i = 0; i < N_KEYS; i++) {
                if (strcmp(key, names[i]) != 0)
                        continue;
                if (*value)
                        return set(limits, i, key, value, why);
                *field(limits, keys[i].offset) = *field(&defaults, keys[i].offset);
                return true;
        }
        const char *nearest = bng_nearest(key, names, N_KEYS);
        if (nearest)
                return bng_why(why, "[Limits] has no key %.60s=; did you mean %s=?", key, nearest);
        return bng_why(why,
                       "[Limits] has no key %.60s=; it has ResultMax=, OperationMemoryMax=, "
                       "TotalMax= and TimeMax=",
                       key);
}

bool bng_config_limits_environment(struct bng_config_limits *limits,
                                   struct bng_config_errors *errors)
{
        struct bng_config_limits read = *limits;
        struct bng_why why;
        bool is_good = true;

        for (size_t i = 0; i < N_KEYS; i++) {
                const char *value = secure_getenv(keys[i].variable);
                if (!value || !*value || set(&read, i, keys[i].variable, value, &why))
                        continue;
                bng_config_errors_add(errors, NULL, "%s", why.text);
                is_good = false;
        }
        if (is_good)
                *limits = read;
        return is_good;
}

/* Sections are told apart by their first word; those of the daemon are its own business. */
static bool take(void *userdata, const struct bng_place *place, const char *section,
                 const char *key, const char *value, struct bng_why *why)
{
        (void)place;
        if (strcmp(section, "Guard") == 0 || strncmp(section, "Policy ", 7) == 0)
                return true;
        if (strcmp(section, "Limits") != 0)
                return bng_why(why,
                               "there is no section [%s]; there are [Limits], [Guard] and "
                               "[Policy NAME]",
                               section);
        return !key || bng_config_limits_key(userdata, key, value, why);
}

/* Keys that this half passes over may repeat. */
static bool repeats(const char *section, const char *key)
{
        (void)key;
        return strcmp(section, "Limits") != 0;
}

bool bng_config_limits_read(struct bng_config_limits *limits, const char *root, const char *file,
                            struct bng_config_errors *errors)
{
        struct bng_config_limits read = BNG_CONFIG_LIMITS_DEFAULT;
        struct bng_ini_sink sink = {.handler = take, .repeats = repeats, .userdata = &read};

        if (!(file ? bng_config_read_file(file, &sink, errors)
                   : bng_config_read_all(root, &sink, errors)))
                return false;
        *limits = read;
        return true;
}
