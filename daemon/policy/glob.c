/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "policy/match.h"

/*
 * A pattern is a small automaton: a state is an offset into the pattern, "all before it has
 * matched". The set of states that are possible goes over the text once, so a match costs at most
 * length(pattern) * length(text) steps, and no name that a user chooses for a group can make it
 * cost more, as it could with backtracking. What stands for itself at the begin of the pattern, most of it in
 * most patterns, is compared first: it leads to one state at most.
 */

enum token_kind {
        TOKEN_END,
        TOKEN_BYTE,
        TOKEN_ANY,    /* ? */
        TOKEN_SET,    /* [...] */
        TOKEN_STAR,   /* * */
        TOKEN_STARS,  /* ** */
        TOKEN_BROKEN, /* a bracket or a backslash without its end */
};

/* Offset behind the set that begins at `p`, 0 when it has no end. A ] right at its begin is a
 * member. */
static size_t set_end(const char *pattern, size_t p)
{
        p++;
        if (pattern[p] == '!' || pattern[p] == '^')
                p++;
        for (bool first = true; pattern[p]; first = false) {
                if (pattern[p] == ']' && !first)
                        return p + 1;
                if (pattern[p] == '\\')
                        p++;
                if (!pattern[p])
                        break;
                p++;
        }
        return 0;
}

static enum token_kind token_at(const char *pattern, size_t p, size_t *end)
{
        *end = p + 1;
        switch (pattern[p]) {
        case '\0':
                return TOKEN_END;
        case '?':
                return TOKEN_ANY;
        case '*':
                *end = p + strspn(pattern + p, "*");
                return *end - p > 1 ? TOKEN_STARS : TOKEN_STAR;
        case '[':
                *end = set_end(pattern, p);
                return *end ? TOKEN_SET : TOKEN_BROKEN;
        case '\\':
                *end = p + 2;
                return pattern[p + 1] ? TOKEN_BYTE : TOKEN_BROKEN;
        }
        return TOKEN_BYTE;
}

/* One member of a set: a byte, where \ takes away what the next one means. */
static unsigned char member(const char *pattern, size_t *p)
{
        if (pattern[*p] == '\\')
                (*p)++;
        return (unsigned char)pattern[(*p)++];
}

static bool is_range(const char *pattern, size_t p, size_t close)
{
        return pattern[p] == '-' && p + 1 < close;
}

static bool set_has(const char *pattern, size_t p, size_t end, unsigned char c)
{
        bool negated = pattern[p + 1] == '!' || pattern[p + 1] == '^', found = false;
        size_t close = end - 1;

        p += 1 + negated;
        while (p < close) {
                unsigned char low = member(pattern, &p), high = low;

                if (is_range(pattern, p, close)) {
                        p++;
                        high = member(pattern, &p);
                }
                found |= low <= c && c <= high;
        }
        return found != negated;
}

/* Adds a state, and those behind stars that match nothing. */
static void add_state(const char *pattern, bool states[], size_t p)
{
        size_t end;

        while (!states[p]) {
                enum token_kind kind = token_at(pattern, p, &end);

                states[p] = true;
                if (kind != TOKEN_STAR && kind != TOKEN_STARS)
                        break;
                p = end;
        }
}

/* Both sets of states, and which of them is the one that the text has led to so far. */
struct automaton {
        const char *pattern;
        size_t n; /* the state at the end of the pattern */
        bool states[2][GLOB_MAX + 1];
        unsigned at;
};

/* Bytes at the begin of the pattern that stand for themselves. */
static size_t literal(const char *pattern)
{
        return strcspn(pattern, "?*[\\");
}

/* Of a pattern of GLOB_MAX bytes at most. */
static void begin(struct automaton *automaton, const char *pattern)
{
        automaton->pattern = pattern;
        automaton->n = strlen(pattern);
        automaton->at = 0;
        memset(automaton->states[0], 0, automaton->n + 1);
        add_state(pattern, automaton->states[0], 0);
}

/* Goes on over more text. False: no text that begins so can match. */
static bool advance(struct automaton *automaton, const char *text)
{
        const char *pattern = automaton->pattern;
        size_t n = automaton->n, end;

        for (; *text; text++) {
                const bool *now = automaton->states[automaton->at];
                bool *next = automaton->states[!automaton->at], alive = false;

                memset(next, 0, n + 1);
                for (size_t p = 0; p < n; p++) {
                        if (!now[p])
                                continue;
                        switch (token_at(pattern, p, &end)) {
                        case TOKEN_BYTE:
                                if (*text != pattern[end - 1])
                                        continue;
                                break;
                        case TOKEN_ANY:
                                if (*text == '/')
                                        continue;
                                break;
                        case TOKEN_SET:
                                if (*text == '/' || !set_has(pattern, p, end, (unsigned char)*text))
                                        continue;
                                break;
                        case TOKEN_STAR:
                                if (*text == '/')
                                        continue;
                                end = p;
                                break;
                        case TOKEN_STARS:
                                end = p;
                                break;
                        case TOKEN_END:
                        case TOKEN_BROKEN:
                                continue;
                        }
                        add_state(pattern, next, end);
                        alive = true;
                }
                if (!alive)
                        return false;
                automaton->at = !automaton->at;
        }
        return true;
}

bool glob_match(const char *pattern, const char *text)
{
        size_t n = literal(pattern);
        struct automaton automaton;

        if (strlen(pattern) > GLOB_MAX || strncmp(pattern, text, n) != 0)
                return false;
        begin(&automaton, pattern + n);
        return advance(&automaton, text + n) && automaton.states[automaton.at][automaton.n];
}

bool glob_reaches_below(const char *pattern, const char *path)
{
        size_t n = strlen(path), m = literal(pattern);
        struct automaton automaton;

        if (n > m)
                n = m;
        if (strlen(pattern) > GLOB_MAX || strncmp(pattern, path, n) != 0)
                return false;
        begin(&automaton, pattern + n);
        if (!advance(&automaton, path + n) || !advance(&automaton, "/"))
                return false;
        /* Some of the pattern is left for what may follow. */
        for (size_t p = 0; p < automaton.n; p++)
                if (automaton.states[automaton.at][p])
                        return true;
        return false;
}

bool glob_check(const char *pattern, struct bng_why *why)
{
        size_t n = strlen(pattern), end, q;

        if (n == 0)
                return bng_why(why, "an empty pattern matches nothing; a name or a glob");
        if (n > GLOB_MAX)
                return bng_why(why, "the pattern is longer than %d bytes", GLOB_MAX);
        for (size_t p = 0; p < n; p = end) {
                enum token_kind kind = token_at(pattern, p, &end);

                if (kind == TOKEN_BROKEN && pattern[p] == '[')
                        return bng_why(why,
                                       "\"%.80s\" has a [ without its ]; \\[ is the bracket itself",
                                       pattern);
                if (kind == TOKEN_BROKEN)
                        return bng_why(
                                why, "\"%.80s\" ends in a backslash; \\\\ is the backslash itself",
                                pattern);
                if (kind != TOKEN_SET)
                        continue;
                if (memchr(pattern + p, '/', end - p))
                        return bng_why(why,
                                       "\"%.80s\" has a / in brackets, which never match one; "
                                       "write it outside",
                                       pattern);
                q = p + 1 + (pattern[p + 1] == '!' || pattern[p + 1] == '^');
                while (q < end - 1) {
                        unsigned char low = member(pattern, &q);

                        if (!is_range(pattern, q, end - 1))
                                continue;
                        q++;
                        if (member(pattern, &q) < low)
                                return bng_why(
                                        why,
                                        "\"%.80s\" has a range from high to low, which matches "
                                        "nothing; such as [a-z]",
                                        pattern);
                }
        }
        return true;
}
