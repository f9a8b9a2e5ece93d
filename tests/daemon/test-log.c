/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Standard error is a pipe that is full, and that nobody empties: nobody waits for it, and what it loses is told. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "manager/log.h"

#define PATIENCE_MSEC 60000 /* only there so that a failure ends */
#define MANY 6000           /* lines, more than may wait */

static sd_event *event;
static int ends[2], before;

static int start(void **state)
{
        char page[4096] = "", path[32];
        int filler;

        (void)state;
        signal(SIGPIPE, SIG_IGN);
        unsetenv("JOURNAL_STREAM");
        assert_true(sd_event_new(&event) >= 0);
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        /* Another description, so that only this one does not wait. */
        snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[1]);
        filler = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        assert_true(filler >= 0);
        while (write(filler, page, sizeof(page)) > 0)
                ;
        close(filler);
        before = dup(STDERR_FILENO);
        assert_true(before >= 0);
        assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
        assert_true(log_open(event) >= 0);
        return 0;
}

static int end(void **state)
{
        (void)state;
        close(ends[0]); /* who still waits for a reader fails now */
        log_close();
        assert_true(dup2(before, STDERR_FILENO) >= 0);
        close(before);
        close(ends[1]);
        event = sd_event_unref(event);
        return 0;
}

static void ring(void *userdata, bool heard)
{
        (void)eventfd_write(*(int *)userdata, heard ? 1 : 2);
}

static void test_an_errand_waits_for_no_line(void **state)
{
        int bell = eventfd(0, EFD_CLOEXEC);
        struct pollfd rung = {.fd = bell, .events = POLLIN};
        eventfd_t heard;

        (void)state;
        log_line(LOG_INFO, "Nobody reads this.");
        log_errand(ring, &bell);
        assert_int_equal(poll(&rung, 1, PATIENCE_MSEC), 1);
        assert_int_equal(eventfd_read(bell, &heard), 0);
        assert_int_equal(heard, 1);
        close(bell);
}

/* Somebody reads again: so many are missing as are told of. */
static void test_what_was_left_out_is_told(void **state)
{
        FILE *reader = fdopen(dup(ends[0]), "re");
        unsigned lines = 0, left_out = 0, told;
        char *line = NULL;
        size_t room = 0;

        (void)state;
        assert_non_null(reader);
        for (unsigned i = 0; i < MANY; i++)
                log_line(LOG_INFO, "line %u", i);
        while (lines + left_out < MANY) {
                ssize_t length = getline(&line, &room, reader);
                const char *text;

                assert_true(length > 0);
                text = memrchr(line, '\0', (size_t)length); /* behind the filling */
                if (sscanf(text ? text + 1 : line, "%u lines were left out", &told) == 1)
                        left_out += told;
                else
                        lines++;
        }
        assert_true(left_out > 0);
        assert_int_equal(lines + left_out, MANY);
        free(line);
        fclose(reader);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_an_errand_waits_for_no_line, start, end),
                cmocka_unit_test_setup_teardown(test_what_was_left_out_is_told, start, end),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
