/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Fuzz target of the configuration: any bytes give a whole configuration or errors, nothing in between.
 * Of the reader it is checked that what arrives is what stands on that line, uncut, and that of a file
 * without errors every line arrived that is neither blank nor a comment.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "config/limits.h"
#include "config/paths.h"
#include "policy/load.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
        const char *text, *end;
        const char *line; /* where line `number` begins */
        unsigned number;
        unsigned arrived;
};

/* Goes to the line, which is behind the last one; its length. */
static size_t go_to(struct input *input, unsigned number)
{
        const char *newline;

        require(number >= input->number, "lines arrive in order");
        while (input->number < number) {
                newline = memchr(input->line, '\n', (size_t)(input->end - input->line));
                require(newline, "a line that arrives exists");
                input->line = newline + 1;
                input->number++;
        }
        newline = memchr(input->line, '\n', (size_t)(input->end - input->line));
        return (size_t)((newline ? newline : input->end) - input->line);
}

static bool is_blank(char c)
{
        return c == ' ' || c == '\t';
}

/* Takes the word off the front of the line, and blanks after it. */
static bool take_off(const char **p, size_t *n, const char *word)
{
        size_t m = strlen(word);

        if (*n < m || memcmp(*p, word, m) != 0)
                return false;
        *p += m;
        *n -= m;
        while (*n > 0 && is_blank(**p)) {
                (*p)++;
                (*n)--;
        }
        return true;
}

static bool take(void *userdata, const struct bng_place *place, const char *section,
                 const char *key, const char *value, struct bng_why *why)
{
        struct input *input = userdata;
        size_t n = go_to(input, place->line);
        const char *p = input->line;

        (void)why;
        input->arrived++;
        if (n > 0 && p[n - 1] == '\r')
                n--;
        if (key) {
                require(take_off(&p, &n, key) && take_off(&p, &n, "=") && take_off(&p, &n, value) &&
                                n == 0,
                        "a key and its value arrive whole");
        } else
                require(take_off(&p, &n, "[") && take_off(&p, &n, section) &&
                                take_off(&p, &n, "]") && n == 0,
                        "a section arrives whole");
        return true;
}

static bool repeats(const char *section, const char *key)
{
        (void)section;
        return key[0] == 'L';
}

/* Lines that say something. */
static unsigned count_lines(const char *text, const char *end)
{
        unsigned n = 0;

        while (text < end) {
                const char *newline = memchr(text, '\n', (size_t)(end - text));
                bool comment = *text == '#' || *text == ';';

                for (; text < end && *text != '\n' && (is_blank(*text) || *text == '\r'); text++)
                        ;
                n += text < end && *text != '\n' && !comment;
                text = newline ? newline + 1 : end;
        }
        return n;
}

static int memory_file(const uint8_t *data, size_t size)
{
        int fd = memfd_create("config", MFD_CLOEXEC);

        require(fd >= 0 && write(fd, data, size) == (ssize_t)size, "the input can be written");
        require(lseek(fd, 0, SEEK_SET) == 0, "the input can be read");
        return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {.text = (const char *)data, .number = 1};
        struct bng_ini_sink sink = {.handler = take, .repeats = repeats, .userdata = &input};
        struct bng_config_errors errors = {0};
        struct bng_config_limits limits = BNG_CONFIG_LIMITS_DEFAULT;
        struct guard_config *config = NULL;
        FILE *stream = fdopen(memory_file(data, size), "r");
        char path[40];
        bool ok;
        int fd, r;

        require(stream, "the input can be read");
        input.line = input.text;
        input.end = input.text + size;
        ok = bng_ini_read(stream, "x", &sink, &errors);
        require(ok == !bng_config_errors_any(&errors), "failure and errors go together");
        require(!ok || input.arrived == count_lines(input.text, input.end), "nothing is lost");
        fclose(stream);
        bng_config_errors_clear(&errors);

        fd = memory_file(data, size);
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        require(bng_config_limits_read(&limits, NULL, path, &errors) ==
                        !bng_config_errors_any(&errors),
                "failure and errors go together");
        bng_config_errors_clear(&errors);
        r = guard_config_load(&config, NULL, path, &errors);
        require((r == 0) == (config != NULL) && (r == 0) == !bng_config_errors_any(&errors),
                "a whole configuration or errors");
        bng_config_errors_clear(&errors);
        guard_config_free(config);
        close(fd);
        return 0;
}
