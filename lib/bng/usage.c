/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bng/usage.h"
#include "config/nearest.h"

/* ---- saying it ---- */

/* Where an option may be shortened, this one is as soon as it differs from all others. */
static bool asks_json(int argc, char **argv)
{
        for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
                if (strlen(argv[i]) > 2 && strncmp(argv[i], "--json", strlen(argv[i])) == 0)
                        return true;
        return false;
}

/* U+0080 to U+009F in UTF-8: U+009B begins what an escape and a bracket do. */
static bool is_high_control(const char *c)
{
        return (unsigned char)c[0] == 0xc2 && ((unsigned char)c[1] & 0xe0) == 0x80;
}

/* The words of a command line may be anybody's, and terminals obey control characters. */
static void make_harmless(char *sentence, bool only_ascii)
{
        for (char *c = sentence; *c; c++) {
                if (is_high_control(c))
                        *c++ = '?', *c = '?';
                if ((unsigned char)*c < 0x20 || *c == 0x7f || (only_ascii && (*c & 0x80)))
                        *c = '?';
        }
}

static void print_object(char *sentence)
{
        json_t *text = json_string(sentence);

        if (!text) {
                make_harmless(sentence, true);
                text = json_string(sentence);
        }
        json_t *object = json_pack("{s:o}", "error", text);
        json_dumpf(object, stdout, 0);
        json_decref(object);
        putchar('\n');
}

struct command_line {
        int argc;
        char **argv;
        const char *name;
        bool in_order; /* its options end at the first argument, and what follows that is another's */
};

_Noreturn static void fail(const struct command_line *line, char *sentence)
{
        make_harmless(sentence, false);
        fprintf(stderr, "%s: %s\nTry `%s --help' for more information.\n", line->name, sentence,
                line->name);
        if (asks_json(line->argc, line->argv))
                print_object(sentence);
        exit(argp_err_exit_status);
}

#define SENTENCE_BYTES 512

_Noreturn static void __attribute__((format(printf, 2, 3)))
wrong(const struct command_line *line, const char *format, ...)
{
        char sentence[SENTENCE_BYTES];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(sentence, sizeof sentence, format, arguments);
        va_end(arguments);
        fail(line, sentence);
}

void usage_error(const struct argp_state *state, const char *format, ...)
{
        const struct command_line line = {state->argc, state->argv, state->name, false};
        char sentence[SENTENCE_BYTES];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(sentence, sizeof sentence, format, arguments);
        va_end(arguments);
        fail(&line, sentence);
}

/* ---- the options of a command ---- */

#define OPTIONS_MAX 32

struct options {
        struct argp_option known[OPTIONS_MAX];
        size_t n;
};

/* Those of the command and of the parsers that it shares with others. */
static void collect(const struct argp *argp, struct options *options)
{
        for (const struct argp_option *o = argp->options; o && (o->name || o->key); o++)
                if (options->n < OPTIONS_MAX)
                        options->known[options->n++] = *o;
        for (const struct argp_child *child = argp->children; child && child->argp; child++)
                collect(child->argp, options);
}

static const struct argp argps_own = {
        .options = (const struct argp_option[]){{"help", '?', NULL, 0, NULL, 0},
                                                {"usage", 0x100, NULL, 0, NULL, 0},
                                                {"version", 'V', NULL, 0, NULL, 0},
                                                {0}},
};

static const struct argp_option *find_short(const struct options *options, char c)
{
        for (size_t i = 0; i < options->n; i++)
                if (options->known[i].key == c)
                        return &options->known[i];
        return NULL;
}

_Noreturn static void no_such_option(const struct command_line *line, const struct options *options,
                                     const char *word, int length)
{
        const char *names[OPTIONS_MAX];
        char name[64];
        size_t n = 0;

        for (size_t i = 0; i < options->n; i++)
                if (options->known[i].name)
                        names[n++] = options->known[i].name;
        snprintf(name, sizeof name, "%.*s", length, word);
        const char *nearest = bng_nearest(name, names, n);
        if (nearest)
                wrong(line, "there is no option --%s; did you mean --%s?", name, nearest);
        if (line->in_order)
                wrong(line, "there is no option --%s before the command: `%s COMMAND --%s'", name,
                      line->name, name);
        wrong(line, "there is no option --%s; write `--' before an argument that begins with -",
              name);
}

/* The one of this name, or the only one whose name begins so. */
static const struct argp_option *find_long(const struct command_line *line,
                                           const struct options *options, const char *word)
{
        const struct argp_option *found = NULL, *other = NULL;
        size_t length = strcspn(word, "=");

        for (size_t i = 0; i < options->n; i++) {
                const char *name = options->known[i].name;
                if (!name || strncmp(name, word, length) != 0)
                        continue;
                if (name[length] == '\0')
                        return &options->known[i];
                other = found;
                found = &options->known[i];
        }
        if (!found)
                no_such_option(line, options, word, (int)length);
        if (other)
                wrong(line, "--%.*s may be --%s or --%s", (int)length, word, other->name,
                      found->name);
        return found;
}

/* ---- the check ---- */

/* How many words this one takes, itself included. */
static int check_long(const struct command_line *line, const struct options *options, int i)
{
        const char *word = line->argv[i] + 2;
        const struct argp_option *option = find_long(line, options, word);
        bool has_value = strchr(word, '=') != NULL;

        if (has_value && !option->arg)
                wrong(line, "--%s takes no value", option->name);
        if (!has_value && option->arg && i + 1 == line->argc)
                wrong(line, "--%s: %s is missing", option->name, option->arg);
        return option->arg && !has_value ? 2 : 1;
}

static int check_short(const struct command_line *line, const struct options *options, int i)
{
        for (const char *c = line->argv[i] + 1; *c; c++) {
                const struct argp_option *option = find_short(options, *c);
                if (!option && line->in_order)
                        wrong(line, "there is no option -%c before the command: `%s COMMAND -%c'",
                              *c, line->name, *c);
                if (!option)
                        wrong(line,
                              "there is no option -%c; write `--' before an argument that begins "
                              "with -",
                              *c);
                if (option->arg && !c[1] && i + 1 == line->argc)
                        wrong(line, "-%c: %s is missing", *c, option->arg);
                if (option->arg)
                        return c[1] ? 1 : 2;
        }
        return 1;
}

static void check(const struct command_line *line, const struct options *options)
{
        for (int i = 1; i < line->argc;) {
                const char *word = line->argv[i];
                if (strcmp(word, "--") == 0)
                        return;
                if (word[0] != '-' || !word[1]) {
                        if (line->in_order)
                                return;
                        i++;
                } else if (word[1] == '-') {
                        i += check_long(line, options, i);
                } else {
                        i += check_short(line, options, i);
                }
        }
}

void usage_parse(const struct argp *argp, int argc, char **argv, unsigned flags, void *input)
{
        const char *folder_end = strrchr(argv[0], '/');
        const struct command_line line = {argc, argv, folder_end ? folder_end + 1 : argv[0],
                                          flags & ARGP_IN_ORDER};
        struct options options = {.n = 0};

        collect(argp, &options);
        collect(&argps_own, &options);
        check(&line, &options);
        argp_parse(argp, argc, argv, flags, NULL, input);
}
