/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <string.h>
#include "config/limits.h"
#include "config/nearest.h"
#include "config/paths.h"

static bool parse_memory(const char *text, uint64_t *bytes, struct bng_why *why)
{
        if (strcmp(text, "auto") == 0)
                return bng_why(why, "auto is not supported by this version; a size such as 256M");
        return bng_parse_size_bytes(text, bytes, why);
}

static const char *const names[] = {"ResultMax", "OperationMemoryMax", "TimeMax"};
static const struct {
        size_t offset;
        bool (*parse)(const char *text, uint64_t *value, struct bng_why *why);
} keys[] = {
        {offsetof(struct bng_config_limits, result_max), bng_parse_size_bits},
        {offsetof(struct bng_config_limits, operation_memory_max), parse_memory},
        {offsetof(struct bng_config_limits, time_max), bng_parse_duration},
};
#define N_KEYS (sizeof(keys) / sizeof(*keys))

static uint64_t *field(struct bng_config_limits *limits, size_t offset)
{
        return (uint64_t *)((char *)limits + offset);
}

bool bng_config_limits_key(struct bng_config_limits *limits, const char *key, const char *value,
                           struct bng_why *why)
{
        struct bng_config_limits defaults = BNG_CONFIG_LIMITS_DEFAULT;
        const char *nearest;
        struct bng_why reason;
        uint64_t number;

        for (size_t i = 0; i < N_KEYS; i++) {
                if (strcmp(key, names[i]) != 0)
                        continue;
                if (!*value)
                        number = *field(&defaults, keys[i].offset);
                else if (!keys[i].parse(value, &number, &reason))
                        return bng_why(why, "%s=: %.200s", key, reason.text);
                else if (number == 0)
                        return bng_why(why, "%s= is 0, which allows nothing; infinity is no limit",
                                       key);
                *field(limits, keys[i].offset) = number;
                return true;
        }
        if (strcmp(key, "TotalMax") == 0)
                return bng_why(why, "TotalMax= is not supported by this version");
        nearest = bng_nearest(key, names, N_KEYS);
        if (nearest)
                return bng_why(why, "[Limits] has no key %.60s=; did you mean %s=?", key, nearest);
        return bng_why(why,
                       "[Limits] has no key %.60s=; it has ResultMax=, OperationMemoryMax= and "
                       "TimeMax=",
                       key);
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
