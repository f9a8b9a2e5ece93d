/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A text that is loaded as a configuration. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "policy/load.h"

#define SEC UINT64_C(1000000)
#define MIB (UINT64_C(1) << 20)
#define FIXTURE(name) FIXTURES "/config/" name

/* Loads a text as if it were the one file. */
static inline int load_text(const char *text, struct guard_config **config,
                            struct bng_config_errors *errors)
{
        char path[] = "/tmp/bng-load-XXXXXX";
        int fd = mkstemp(path), r;

        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, strlen(text)), strlen(text));
        close(fd);
        r = guard_config_load(config, NULL, path, errors);
        unlink(path);
        return r;
}

static inline struct guard_config *good(const char *text)
{
        struct bng_config_errors errors = {0};
        struct guard_config *config = NULL;

        if (load_text(text, &config, &errors) < 0)
                fail_msg("%s", errors.n ? errors.lines[0] : "no line");
        return config;
}
