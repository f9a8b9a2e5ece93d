/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "policy/match.h"
#include "policy/share.h"
#include "policy/values.h"

bool value_bool(const char *text, void *to, struct bng_why *why)
{
        return bng_parse_bool(text, to, why);
}

/* What nobody reaches is a mistake, and from 8E on answers could not say it: integers in JSON have a sign. */
static bool parse_bytes(const char *text, uint64_t *to, struct bng_why *why)
{
        uint64_t bytes;

        if (!bng_parse_size_bytes(text, &bytes, why))
                return false;
        if (bytes > INT64_MAX && bytes != POLICY_UNSET)
                return bng_why(why, "\"%.60s\" is too large; below 8E, or infinity", text);
        if (bytes == 0)
                return bng_why(why,
                               "0 would end everything at once; a size such as 512M, or infinity");
        *to = bytes;
        return true;
}

/* A number alone is bytes, as everywhere; one that is less than a page was meant otherwise. */
static bool parse_memory(const char *text, uint64_t *to, struct share *share, struct bng_why *why)
{
        uint64_t bytes = 0;

        if (strchr(text, '%')) {
                if (!share_parse(text, share, why))
                        return false;
                *to = POLICY_UNSET;
                return true;
        }
        if (!parse_bytes(text, &bytes, why))
                return false;
        if (bytes < 4096)
                return bng_why(why,
                               "\"%.60s\" is %u bytes, less than a page; %.60s%% is a share of the "
                               "machine's memory, %.60sM are mebibytes",
                               text, (unsigned)bytes, text, text);
        *to = bytes;
        *share = (struct share){0};
        return true;
}

bool value_worker_memory(const char *text, void *to, struct bng_why *why)
{
        struct policy *policy = to;

        return parse_memory(text, &policy->worker_memory_max, &policy->worker_memory_share, why);
}

bool value_group_memory(const char *text, void *to, struct bng_why *why)
{
        struct policy *policy = to;

        return parse_memory(text, &policy->group_memory_max, &policy->group_memory_share, why);
}

/* A size, with or without the one unit of time that the key means. */
static bool parse_rate(const char *text, const char *per, uint64_t *rate, struct bng_why *why)
{
        size_t n = strcspn(text, "/");
        char size[64];

        if (text[n] && strcmp(text + n, per) != 0)
                return bng_why(why, "\"%.60s\" is not per %s; such as 64M%s", text,
                               per[1] == 's' ? "second" : "hour", per);
        if (n >= sizeof(size))
                return bng_why(why, "\"%.60s\" is no size; such as 64M%s", text, per);
        memcpy(size, text, n);
        size[n] = '\0';
        return parse_bytes(size, rate, why);
}

bool value_bytes_per_second(const char *text, void *to, struct bng_why *why)
{
        return parse_rate(text, "/s", to, why);
}

bool value_bytes_per_hour(const char *text, void *to, struct bng_why *why)
{
        return parse_rate(text, "/h", to, why);
}

static bool parse_within(const char *text, uint64_t min, uint64_t max, uint64_t *usec,
                         struct bng_why *why)
{
        struct bng_size_text least, most;
        uint64_t value;

        if (!bng_parse_duration(text, &value, why))
                return false;
        if (value < min || value > max)
                return bng_why(why, "\"%.60s\" is out of range; from %s to %s", text,
                               bng_format_usec(min, &least), bng_format_usec(max, &most));
        *usec = value;
        return true;
}

bool value_growth_window(const char *text, void *to, struct bng_why *why)
{
        return parse_within(text, BNG_USEC_PER_SEC / 10, 3600 * BNG_USEC_PER_SEC, to, why);
}

bool value_leak_window(const char *text, void *to, struct bng_why *why)
{
        return parse_within(text, 5 * BNG_USEC_PER_SEC, 7 * 86400 * BNG_USEC_PER_SEC, to, why);
}

bool value_cpu_time(const char *text, void *to, struct bng_why *why)
{
        uint64_t usec;

        if (!bng_parse_duration(text, &usec, why))
                return false;
        if (usec == 0)
                return bng_why(why,
                               "0 would end everything at once; a time such as 50s, or infinity");
        *(uint64_t *)to = usec;
        return true;
}

bool value_cpu_window(const char *text, void *to, struct bng_why *why)
{
        return parse_within(text, BNG_USEC_PER_SEC, 7 * 86400 * BNG_USEC_PER_SEC, to, why);
}

bool value_grace(const char *text, void *to, struct bng_why *why)
{
        return parse_within(text, 0, 3600 * BNG_USEC_PER_SEC, to, why);
}

bool value_report_time(const char *text, void *to, struct bng_why *why)
{
        return parse_within(text, 0, 60 * BNG_USEC_PER_SEC, to, why);
}

static int signal_by_name(const char *name)
{
        if (strncmp(name, "SIG", 3) == 0)
                name += 3;
        for (int signo = 1; signo < NSIG; signo++) {
                const char *abbreviation = sigabbrev_np(signo);

                if (abbreviation && strcmp(abbreviation, name) == 0)
                        return signo;
        }
        return 0;
}

bool value_signal(const char *text, void *to, struct bng_why *why)
{
        int signo = signal_by_name(text);

        if (signo == SIGKILL || signo == SIGSTOP)
                return bng_why(why, "no process can handle %s; such as SIGUSR1, or none", text);
        if (signo == SIGTERM)
                return bng_why(why, "SIGTERM is what ends it; such as SIGUSR1, or none");
        if (signo == 0 && strcmp(text, "none") != 0)
                return bng_why(why, "\"%.60s\" is no signal; such as SIGUSR1, or none", text);
        *(int *)to = signo;
        return true;
}

static const char *const action_names[] = {
        [ACTION_LOG] = "log",
        [ACTION_FREEZE] = "freeze",
        [ACTION_TERMINATE] = "terminate",
        [ACTION_KILL] = "kill",
        [ACTION_RESTART_UNIT] = "restart-unit",
};

const char *policy_action_name(enum policy_action action)
{
        return action_names[action];
}

bool value_action(const char *text, void *to, struct bng_why *why)
{
        for (size_t i = 0; i < sizeof(action_names) / sizeof(*action_names); i++)
                if (strcmp(text, action_names[i]) == 0) {
                        *(enum policy_action *)to = (enum policy_action)i;
                        return true;
                }
        return bng_why(why, "\"%.60s\" is no action; log, freeze, terminate, kill or restart-unit",
                       text);
}

bool value_scope(const char *text, void *to, struct bng_why *why)
{
        if (strcmp(text, "worker") != 0 && strcmp(text, "group") != 0)
                return bng_why(why, "\"%.60s\" is no scope; worker or group", text);
        *(enum policy_scope *)to = *text == 'w' ? SCOPE_WORKER : SCOPE_GROUP;
        return true;
}

bool value_record(const char *text, void *to, struct bng_why *why)
{
        if (strcmp(text, "name") != 0 && strcmp(text, "full") != 0)
                return bng_why(why, "\"%.60s\" is neither name nor full", text);
        *(bool *)to = *text == 'f';
        return true;
}

bool value_glob(const char *text, void *to, struct bng_why *why)
{
        struct globs *globs = to;
        char **patterns, *copy;

        if (!glob_check(text, why))
                return false;
        copy = strdup(text);
        patterns = copy ? realloc(globs->patterns, (globs->n + 1) * sizeof(*patterns)) : NULL;
        if (!patterns) {
                free(copy);
                return bng_why(why, "out of memory");
        }
        patterns[globs->n++] = copy;
        globs->patterns = patterns;
        return true;
}

/* Does it end as a unit is called that has processes? What a glob leaves open may. */
static bool ends_in_a_type(const char *text)
{
        static const char *const types[] = {".service", ".scope", ".slice",
                                            ".socket",  ".mount", ".swap"};
        const char *type = strrchr(text, '.');

        if (strpbrk(type ? type : text, "*?[\\"))
                return true;
        for (size_t i = 0; type && i < sizeof(types) / sizeof(*types); i++)
                if (strcmp(type, types[i]) == 0)
                        return true;
        return false;
}

/* A name that no unit has would watch nothing, ever: say so. */
bool value_unit_glob(const char *text, void *to, struct bng_why *why)
{
        if (strchr(text, '/'))
                return bng_why(
                        why,
                        "\"%.60s\" is a path; a unit's name such as web.service, or Cgroup=", text);
        if (!strpbrk(text, "*?[.\\"))
                return bng_why(why, "\"%.60s\" has no type; %.60s.service or the like", text, text);
        if (!ends_in_a_type(text))
                return bng_why(
                        why,
                        "\"%.60s\" is no unit that has processes; a .service, .scope, .slice, "
                        ".socket, .mount or .swap",
                        text);
        return value_glob(text, to, why);
}

bool value_cgroup_glob(const char *text, void *to, struct bng_why *why)
{
        static const char mounted[] = "/sys/fs/cgroup";
        size_t n = strlen(text);

        if (*text != '/')
                return bng_why(why,
                               "\"%.60s\" is no path in the hierarchy; such as "
                               "/system.slice/web.service",
                               text);
        if (n == 1)
                return bng_why(why, "the root group is never watched; /** is every group below it");
        if (strncmp(text, mounted, strlen(mounted)) == 0)
                return bng_why(why,
                               "\"%.60s\" is a folder; a group's path is what comes after that, as "
                               "/proc/PID/cgroup has it, such as /system.slice/web.service",
                               text);
        if (text[n - 1] == '/' || strstr(text, "//"))
                return bng_why(why,
                               "\"%.60s\" has an empty component, which no path has; such as /a/b",
                               text);
        return value_glob(text, to, why);
}

bool value_protect_glob(const char *text, void *to, struct bng_why *why)
{
        return *text == '/' ? value_cgroup_glob(text, to, why) : value_unit_glob(text, to, why);
}

/* "20/1min": a number up to `max` in a time. */
static bool parse_per_time(const char *text, unsigned max, unsigned *number, uint64_t *window,
                           const char *example, struct bng_why *why)
{
        const char *slash = strchr(text, '/');
        unsigned long n;
        char *end;

        if (!slash || *text < '0' || *text > '9')
                return bng_why(why, "\"%.60s\" is no number of ends per time; such as %s", text,
                               example);
        n = strtoul(text, &end, 10);
        if (end != slash || n < 1 || n > max)
                return bng_why(why,
                               "\"%.60s\" does not begin with a number from 1 to %u; such as %s",
                               text, max, example);
        if (!parse_within(slash + 1, BNG_USEC_PER_SEC, 7 * 86400 * BNG_USEC_PER_SEC, window, why))
                return false;
        *number = (unsigned)n;
        return true;
}

bool value_kill_budget(const char *text, void *to, struct bng_why *why)
{
        struct guard_config *config = to;

        return parse_per_time(text, GUARD_KILL_BUDGET_MAX, &config->kill_budget,
                              &config->kill_budget_window, "20/1min", why);
}

bool value_crash_loop(const char *text, void *to, struct bng_why *why)
{
        struct policy *policy = to;

        if (strcmp(text, "no") == 0) {
                policy->crash_loop = 0;
                return true;
        }
        return parse_per_time(text, 1000, &policy->crash_loop, &policy->crash_loop_window,
                              "5/10min", why);
}
