/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>
#include "policy/share.h"

#define WHOLE 10000 /* hundredths of a percent */

/* base * hundredths / WHOLE without overflow: the whole multiples of WHOLE and the rest apart. */
static uint64_t part(uint64_t base, unsigned hundredths)
{
        uint64_t bytes = base / WHOLE * hundredths + base % WHOLE * hundredths / WHOLE;

        return bytes > 0 ? bytes : 1;
}

static uint64_t in_bytes(uint64_t bytes, struct share share, struct memory_bases bases)
{
        uint64_t base = share.of == SHARE_OF_GROUP ? bases.group : bases.machine;

        if (share.of == SHARE_OF_NOTHING)
                return bytes;
        return base == UINT64_MAX ? POLICY_UNSET : part(base, share.hundredths);
}

uint64_t policy_worker_memory_max(const struct policy *policy, struct memory_bases bases)
{
        return in_bytes(policy->worker_memory_max, policy->worker_memory_share, bases);
}

uint64_t policy_group_memory_max(const struct policy *policy, struct memory_bases bases)
{
        return in_bytes(policy->group_memory_max, policy->group_memory_share, bases);
}

bool policy_limits_worker_memory(const struct policy *policy)
{
        return policy->worker_memory_max != POLICY_UNSET ||
               policy->worker_memory_share.of != SHARE_OF_NOTHING;
}

bool policy_limits_group_memory(const struct policy *policy)
{
        return policy->group_memory_max != POLICY_UNSET ||
               policy->group_memory_share.of != SHARE_OF_NOTHING;
}

/* Up to five digits and two decimals, in hundredths; moves *text behind them. False: no such number. */
static bool parse_hundredths(const char **text, unsigned *ret)
{
        const char *p = *text;
        unsigned value = 0, digits = 0;

        for (; *p >= '0' && *p <= '9' && digits < 5; p++, digits++)
                value = value * 10 + (unsigned)(*p - '0');
        if (digits == 0)
                return false;
        value *= 100;
        if (*p == '.' && p[1] >= '0' && p[1] <= '9') {
                value += (unsigned)(p[1] - '0') * 10;
                p += 2;
                if (*p >= '0' && *p <= '9')
                        value += (unsigned)(*p++ - '0');
        }
        *text = p;
        *ret = value;
        return true;
}

bool share_parse(const char *text, struct share *ret, struct bng_why *why)
{
        const char *p = text;
        struct share share = {.of = SHARE_OF_MACHINE};

        if (!parse_hundredths(&p, &share.hundredths) || *p != '%')
                return bng_why(why, "\"%.60s\" is no share; such as 20%% or 80%% of group", text);
        p++;
        if (strcmp(p, " of group") == 0)
                share.of = SHARE_OF_GROUP;
        else if (*p && strcmp(p, " of machine") != 0)
                return bng_why(why,
                               "\"%.60s\" is a share of nothing known; 20%% of machine (or 20%% "
                               "alone), or "
                               "80%% of group",
                               text);
        if (share.hundredths == 0 || share.hundredths > WHOLE)
                return bng_why(why, "\"%.60s\" is out of range; from 0.01%% to 100%%", text);
        *ret = share;
        return true;
}

const char *share_format(struct share share, struct share_text *ret)
{
        unsigned percent = share.hundredths / 100, rest = share.hundredths % 100;
        const char *of = share.of == SHARE_OF_GROUP ? " of group" : "";

        if (share.of == SHARE_OF_NOTHING)
                ret->text[0] = '\0';
        else if (rest == 0)
                snprintf(ret->text, sizeof(ret->text), "%u%%%s", percent, of);
        else if (rest % 10 == 0)
                snprintf(ret->text, sizeof(ret->text), "%u.%u%%%s", percent, rest / 10, of);
        else
                snprintf(ret->text, sizeof(ret->text), "%u.%02u%%%s", percent, rest, of);
        return ret->text;
}
