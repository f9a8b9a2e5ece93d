/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "guard/calibration.h"

/* The file of `bng calibrate`: what is written is read, and nothing else is. */

static char path[] = "/tmp/test-calibration-XXXXXX";

static void write_text(const char *text)
{
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(text, file);
        assert_int_equal(fclose(file), 0);
}

static void test_what_is_written_is_read(void **userdata)
{
        bng_ctx *ctx = *userdata;
        struct bng_speed speed;
        FILE *file = fopen(path, "w");

        assert_non_null(file);
        for (unsigned pace = 0; pace < BNG_PACES; pace++)
                for (unsigned i = 0; i < BNG_SPEED_POINTS; i++)
                        speed.factors[pace][i] = pace == 0   ? BNG_SPEED_FACTOR_MIN
                                                 : pace == 1 ? BNG_SPEED_FACTOR_MAX
                                                             : (pace * 7 + i * 3 + 1) / 8.;
        bng_calibration_print(file, &speed);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(bng_ctx_load_calibration(ctx, path), BNG_OK);
        assert_memory_equal(&ctx->speed, &speed, sizeof speed);
}

static void test_what_is_missing_is_built_in(void **userdata)
{
        bng_ctx *ctx = *userdata;

        write_text("[Speed]\nSquare=500 1000 2000\n");
        assert_int_equal(bng_ctx_load_calibration(ctx, path), BNG_OK);
        assert_true(ctx->speed.factors[BNG_PACE_SQUARE][0] == .5);
        assert_true(ctx->speed.factors[BNG_PACE_SQUARE][2] == 2);
        assert_true(ctx->speed.factors[BNG_PACE_PRINT][1] == 1);
}

static void test_what_is_wrong_is_not_believed(void **userdata)
{
        static const char *const wrong[] = {
                "[Speed]\nPass=0 1 1\n",
                "[Speed]\nPass=1000 1000\n",
                "[Speed]\nPass=1 1 1 1\n",
                "[Speed]\nPass=1 1 1x\n",
                "[Speed]\nPass=1 1  1\n",
                "[Speed]\nPass=1000001 1 1\n",
                "[Speed]\nPass=99999999999999999999 1 1\n",
                "[Speed]\nPass=-1 1 1\n",
                "[Speed]\nPass=+1 1 1\n",
                "[Speed]\nPass=nan inf 1e3\n",
                "[Speed]\nPass=1.5 1 1\n",
                "[Speed]\nPass=\n",
                "[Speed]\nPass=1 1 1\nPass=1 1 1\n",
                "[Speed]\nPas=1 1 1\n",
                "[Limits]\nResultMax=1\n",
                "Pass=1 1 1\n",
                "[Speed\n",
                "\177ELF\n",
        };
        bng_ctx *ctx = *userdata;
        struct bng_speed before = ctx->speed;

        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
                write_text(wrong[i]);
                if (bng_ctx_load_calibration(ctx, path) != BNG_INVALID)
                        fail_msg("taken: %s", wrong[i]);
                assert_non_null(strstr(bng_ctx_message(ctx), path));
                assert_memory_equal(&ctx->speed, &before, sizeof before);
        }
        assert_int_equal(bng_ctx_load_calibration(ctx, "/nonexistent"), BNG_INVALID);
        assert_int_equal(bng_ctx_load_calibration(ctx, "/dev/zero"), BNG_INVALID);
        assert_memory_equal(&ctx->speed, &before, sizeof before);
}

static void test_places(void **userdata)
{
        struct bng_calibration_paths found = {0};

        (void)userdata;
        setenv("STATE_DIRECTORY", "/one:/two", 1);
        setenv("XDG_STATE_HOME", "/three", 1);
        assert_true(bng_calibration_find(&found));
        assert_string_equal(found.paths[0], "/one/calibration.conf");
        assert_string_equal(found.paths[found.n - 1], "/var/cache/bignum-guard/calibration.conf");
        if (geteuid() != 0)
                assert_string_equal(found.paths[1], "/three/bignum-guard/calibration.conf");
        else
                assert_int_equal(found.n, 2);
        bng_calibration_paths_clear(&found);

        /* What is no absolute path is none. */
        setenv("STATE_DIRECTORY", "one", 1);
        setenv("XDG_STATE_HOME", "three", 1);
        unsetenv("HOME");
        assert_true(bng_calibration_find(&found));
        assert_int_equal(found.n, 1);
        bng_calibration_paths_clear(&found);
}

#define SOMEBODY 65534
#define SOMEBODY_ELSE 65533

/* What a load from this folder gives to a process of SOMEBODY, or of this user without root. */
static bng_status load_as_somebody(const char *variable, const char *folder)
{
        pid_t child = fork();
        int status;

        assert_true(child >= 0);
        if (child == 0) {
                bng_ctx *ctx;
                unsetenv("STATE_DIRECTORY");
                unsetenv("XDG_STATE_HOME");
                unsetenv("HOME");
                setenv(variable, folder, 1);
                if (geteuid() == 0 && setresuid(SOMEBODY, SOMEBODY, SOMEBODY) < 0)
                        _exit(99);
                if (bng_ctx_new(&ctx) != BNG_OK)
                        _exit(98);
                bng_status loaded = bng_ctx_load_calibration(ctx, NULL);
                bool is_taken = ctx->speed.factors[BNG_PACE_SQUARE][0] == .5;
                _exit(loaded == BNG_OK && !is_taken ? 97 : (int)loaded);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        return (bng_status)WEXITSTATUS(status);
}

/* A file serves whom it was written by, and all if that was root; nobody else's does. */
static void test_only_trusted_files_are_believed(void **userdata)
{
        static const struct {
                uid_t owner;
                mode_t mode;
                bng_status expected;
        } cases[] = {
                {0, 0644, BNG_OK},
                {SOMEBODY, 0600, BNG_OK},
                {SOMEBODY, 0644, BNG_OK},
                {SOMEBODY_ELSE, 0644, BNG_INVALID},
                {0, 0664, BNG_INVALID},
                {0, 0646, BNG_INVALID},
                {SOMEBODY, 0622, BNG_INVALID},
        };
        char folder[] = "/tmp/test-calibration-XXXXXX", own[64], file[96], own_file[96];

        (void)userdata;
        assert_non_null(mkdtemp(folder));
        assert_int_equal(chmod(folder, 0755), 0);
        snprintf(own, sizeof own, "%s/bignum-guard", folder);
        snprintf(file, sizeof file, "%s/calibration.conf", folder);
        snprintf(own_file, sizeof own_file, "%s/calibration.conf", own);
        assert_int_equal(mkdir(own, 0755), 0);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                FILE *stream = fopen(file, "w");
                assert_non_null(stream);
                fputs("[Speed]\nSquare=500 1000 2000\n", stream);
                assert_int_equal(fclose(stream), 0);
                if (geteuid() == 0)
                        assert_int_equal(chown(file, cases[i].owner, 0), 0);
                else if (cases[i].owner == SOMEBODY_ELSE)
                        continue;
                assert_int_equal(chmod(file, cases[i].mode), 0);
                assert_int_equal(load_as_somebody("STATE_DIRECTORY", folder), cases[i].expected);
                assert_int_equal(rename(file, own_file), 0);
                assert_int_equal(load_as_somebody("XDG_STATE_HOME", folder), cases[i].expected);
                assert_int_equal(unlink(own_file), 0);
        }
        assert_int_equal(rmdir(own), 0);
        assert_int_equal(rmdir(folder), 0);
}

static void test_a_speed_moves_predictions(void **userdata)
{
        struct bng_speed speed;

        (void)userdata;
        bng_speed_init(&speed);
        speed.factors[BNG_PACE_GCD][0] = 2;
        speed.factors[BNG_PACE_GCD][1] = 4;
        speed.factors[BNG_PACE_GCD][2] = 8;
        assert_true(bng_speed_seconds(&speed, BNG_PACE_GCD, 0) == 0);
        assert_true(bng_speed_seconds(&speed, BNG_PACE_GCD, 1e-6) == 2e-6);
        assert_true(bng_speed_seconds(&speed, BNG_PACE_GCD, 5) == 40);
        double between = bng_speed_seconds(&speed, BNG_PACE_GCD, 3.1623e-3) / 3.1623e-3;
        assert_true(between > 2.9 && between < 3.1);
        assert_true(bng_speed_seconds(&speed, BNG_PACE_GCD, 1e300 * 1e300) > 1e300);
        assert_true(bng_speed_seconds(&speed, BNG_PACE_ROOT, 3) == 3);
}

static int set_up(void **userdata)
{
        bng_ctx *ctx;
        int fd = mkstemp(path);

        if (fd < 0 || close(fd) < 0 || bng_ctx_new(&ctx) != BNG_OK)
                return -1;
        *userdata = ctx;
        return 0;
}

static int tear_down(void **userdata)
{
        bng_ctx_free(*userdata);
        return unlink(path);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_what_is_written_is_read),
                cmocka_unit_test(test_what_is_missing_is_built_in),
                cmocka_unit_test(test_what_is_wrong_is_not_believed),
                cmocka_unit_test(test_places),
                cmocka_unit_test(test_only_trusted_files_are_believed),
                cmocka_unit_test(test_a_speed_moves_predictions),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
