/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "config/nearest.h"
#include "config/paths.h"
#include "guard/calibration.h"

static const char *const names[BNG_PACES] = {
        [BNG_PACE_PASS] = "Pass",
        [BNG_PACE_MULTIPLY] = "Multiply",
        [BNG_PACE_SQUARE] = "Square",
        [BNG_PACE_DIVIDE] = "Divide",
        [BNG_PACE_GCD] = "Gcd",
        [BNG_PACE_INVERT] = "Invert",
        [BNG_PACE_POWER_MODULO] = "PowerModulo",
        [BNG_PACE_ROOT] = "Root",
        [BNG_PACE_FACTORIAL] = "Factorial",
        [BNG_PACE_BINOMIAL] = "Binomial",
        [BNG_PACE_PRIMORIAL] = "Primorial",
        [BNG_PACE_FIBONACCI] = "Fibonacci",
        [BNG_PACE_PARSE] = "Parse",
        [BNG_PACE_PRINT] = "Print",
};

const char *bng_pace_name(enum bng_pace pace)
{
        return names[pace];
}

/* ---- places ---- */

static bool add_path(struct bng_calibration_paths *found, const char *folder, const char *below)
{
        char *path;

        if (asprintf(&path, "%s%s/" BNG_CALIBRATION_NAME, folder, below) < 0)
                return false;
        found->paths[found->n++] = path;
        return true;
}

/* The user's own place. True also where there is none. */
static bool add_users(struct bng_calibration_paths *found)
{
        const char *state = secure_getenv("XDG_STATE_HOME");
        const char *home = secure_getenv("HOME");

        if (geteuid() == 0)
                return true;
        if (state && state[0] == '/')
                return add_path(found, state, "/bignum-guard");
        return !home || home[0] != '/' || add_path(found, home, "/.local/state/bignum-guard");
}

bool bng_calibration_find(struct bng_calibration_paths *found)
{
        const char *folders = secure_getenv("STATE_DIRECTORY");

        if (folders && folders[0] == '/') {
                char *first = strndup(folders, strcspn(folders, ":"));
                bool added = first && add_path(found, first, "");
                free(first);
                if (!added)
                        return false;
        }
        return add_users(found) && add_path(found, "/var/cache/bignum-guard", "");
}

void bng_calibration_paths_clear(struct bng_calibration_paths *found)
{
        while (found->n > 0)
                free(found->paths[--found->n]);
}

/* ---- the file ---- */

#define PER_ONE 1000.0
/* BNG_SPEED_FACTOR_MIN and BNG_SPEED_FACTOR_MAX; judged as whole numbers, which no register rounds. */
#define THOUSANDTHS_MIN 1
#define THOUSANDTHS_MAX 1000000

static bool wrong_factors(const char *key, struct bng_why *why)
{
        return bng_why(why,
                       "%.40s=: %d whole numbers from 1 to 1000000 with a blank between, in "
                       "thousandths of the built-in time",
                       key, BNG_SPEED_POINTS);
}

/* Digits alone, up to seven of them. */
static bool parse_factor(const char **text, double *factor)
{
        size_t digits = strspn(*text, "0123456789");
        long number = digits > 0 && digits <= 7 ? strtol(*text, NULL, 10) : 0;

        *text += digits;
        *factor = (double)number / PER_ONE;
        return number >= THOUSANDTHS_MIN && number <= THOUSANDTHS_MAX;
}

static bool parse_factors(const char *key, const char *value, double factors[BNG_SPEED_POINTS],
                          struct bng_why *why)
{
        double read[BNG_SPEED_POINTS];

        for (unsigned i = 0; i < BNG_SPEED_POINTS; i++) {
                if (!parse_factor(&value, &read[i]))
                        return wrong_factors(key, why);
                if (*value != (i + 1 < BNG_SPEED_POINTS ? ' ' : '\0'))
                        return wrong_factors(key, why);
                value++;
        }
        memcpy(factors, read, sizeof read);
        return true;
}

static bool take(void *userdata, const struct bng_place *place, const char *section,
                 const char *key, const char *value, struct bng_why *why)
{
        struct bng_speed *speed = userdata;

        (void)place;
        if (strcmp(section, "Speed") != 0)
                return bng_why(why, "there is no section [%s]; there is [Speed]", section);
        if (!key)
                return true;
        for (unsigned pace = 0; pace < BNG_PACES; pace++)
                if (strcmp(key, names[pace]) == 0)
                        return parse_factors(key, value, speed->factors[pace], why);
        const char *nearest = bng_nearest(key, names, BNG_PACES);
        if (nearest)
                return bng_why(why, "[Speed] has no key %.60s=; did you mean %s=?", key, nearest);
        return bng_why(why, "[Speed] has no key %.60s=; `bng calibrate' writes this file anew",
                       key);
}

typedef bool reader(const char *path, const struct bng_ini_sink *sink,
                    struct bng_config_errors *errors);

static bng_status read_file(bng_ctx *ctx, const char *path, reader *read)
{
        struct bng_speed speed;
        struct bng_config_errors errors = {0};
        struct bng_ini_sink sink = {.handler = take, .userdata = &speed};
        bng_status status = BNG_OK;

        bng_speed_init(&speed);
        if (read(path, &sink, &errors))
                ctx->speed = speed;
        else
                status = bng_ctx_fail(ctx, BNG_INVALID, "%s",
                                      errors.n > 0 ? errors.lines[0] : "out of memory");
        bng_config_errors_clear(&errors);
        return status;
}

bng_status bng_ctx_load_calibration(bng_ctx *ctx, const char *path)
{
        struct bng_calibration_paths found = {0};
        bng_status status = BNG_OK;
        bool is_found = false;

        if (path)
                return read_file(ctx, path, bng_config_read_file);
        if (!bng_calibration_find(&found))
                status = bng_no_memory(ctx);
        for (size_t i = 0; status == BNG_OK && !is_found && i < found.n; i++) {
                is_found = access(found.paths[i], R_OK) == 0;
                if (is_found)
                        status = read_file(ctx, found.paths[i], bng_config_read_trusted_file);
        }
        bng_calibration_paths_clear(&found);
        return status;
}

void bng_calibration_print(FILE *stream, const struct bng_speed *speed)
{
        fputs("# How fast this machine is, as `bng calibrate' measured it: thousandths of the\n"
              "# built-in times, of work of about 1, 10 and 100 ms.\n"
              "[Speed]\n",
              stream);
        for (unsigned pace = 0; pace < BNG_PACES; pace++) {
                fprintf(stream, "%s=", names[pace]);
                for (unsigned i = 0; i < BNG_SPEED_POINTS; i++)
                        fprintf(stream, "%s%ld", i > 0 ? " " : "",
                                (long)(speed->factors[pace][i] * PER_ONE + .5));
                fputc('\n', stream);
        }
}
