/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What systemd is asked, at its private socket, played here: which unit a group belongs to, and for restarts.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "manager/units.h"
#include "scratch.h"

#define TURNS_MAX 1000

static sd_event *event;
static sd_bus *server;
static char asked[256], answered[64];
static const char *job; /* what systemd makes of a restart, NULL: another job is in its way */
static int listening;

static int on_restart(sd_bus_message *message)
{
        const char *unit, *type, *mode;

        assert_true(sd_bus_message_read(message, "sss", &unit, &type, &mode) > 0);
        snprintf(asked, sizeof(asked), "%s %s %s", unit, type, mode);
        if (!job)
                return sd_bus_reply_method_errorf(
                        message, "org.freedesktop.systemd1.TransactionIsDestructive",
                        "a stop waits");
        return sd_bus_reply_method_return(message, "uososa(uosos)", 7,
                                          "/org/freedesktop/systemd1/job/7", unit,
                                          "/org/freedesktop/systemd1/unit/web_2eservice", job, 0);
}

static int on_call(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        const char *path;

        (void)userdata;
        (void)error;
        if (sd_bus_message_is_method_call(message, NULL, "EnqueueUnitJob"))
                return on_restart(message);
        if (!sd_bus_message_is_method_call(message, NULL, "GetUnitByControlGroup"))
                return 0;
        assert_true(sd_bus_message_read(message, "s", &path) > 0);
        snprintf(asked, sizeof(asked), "%s", path);
        return sd_bus_reply_method_return(message, "o",
                                          "/org/freedesktop/systemd1/unit/web_2eservice");
}

static int on_connection(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        sd_id128_t id;

        (void)source;
        (void)events;
        (void)userdata;
        assert_true(connection >= 0);
        assert_true(sd_id128_randomize(&id) >= 0);
        assert_true(sd_bus_new(&server) >= 0);
        assert_true(sd_bus_set_fd(server, connection, connection) >= 0);
        assert_true(sd_bus_set_server(server, 1, id) >= 0);
        assert_true(sd_bus_add_filter(server, NULL, on_call, NULL) >= 0);
        assert_true(sd_bus_start(server) >= 0);
        assert_true(sd_bus_attach_event(server, event, 0) >= 0);
        return 0;
}

static int start(void **state)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        char folder[96];

        if (scratch_setup(state) < 0)
                return -1;
        snprintf(folder, sizeof(folder), "%.80s/systemd", (const char *)*state);
        snprintf(address.sun_path, sizeof(address.sun_path), "%s/private", folder);
        setenv("XDG_RUNTIME_DIR", *state, 1);
        setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere", 1);
        listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        return mkdir(folder, 0700) == 0 && listening >= 0 &&
                               bind(listening, (struct sockaddr *)&address, sizeof(address)) == 0 &&
                               listen(listening, 4) == 0 && sd_event_new(&event) >= 0 &&
                               sd_event_add_io(event, NULL, listening, EPOLLIN, on_connection,
                                               NULL) >= 0
                       ? 0
                       : -1;
}

static int end(void **state)
{
        server = sd_bus_close_unref(server);
        event = sd_event_unref(event);
        close(listening);
        return scratch_teardown(state);
}

static void on_unit(void *userdata, const char *unit, int error)
{
        bool *done = userdata;

        assert_int_equal(error, 0);
        snprintf(answered, sizeof(answered), "%s", unit);
        *done = true;
}

/* A name that is no UTF-8 cannot be sent; the unit that it lies in has one that can. */
static void test_names_that_cannot_be_sent(void **state)
{
        static const struct {
                const char *path, *sent;
        } rows[] = {
                {"/system.slice/web.service", "/system.slice/web.service"},
                {"/system.slice/web.service/a b", "/system.slice/web.service/a b"},
                {"/system.slice/web.service/\xff", "/system.slice/web.service"},
                {"/system.slice/web.service/a/b\xffz/c", "/system.slice/web.service/a"},
                {"/system.slice/web.service/\xef\xbf\xbf", "/system.slice/web.service"},
                {"/system.slice/web.service/\xc3\xa4/c", "/system.slice/web.service"},
                {"/\xff/web.service", "/"},
        };
        struct units *units;

        (void)state;
        assert_int_equal(units_new(&units, event, true), 0);
        assert_true(units_available(units, 1));
        for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
                sd_bus_slot *slot = NULL;
                bool done = false;

                *asked = *answered = '\0';
                assert_true(units_ask(units, rows[i].path, on_unit, &done, &slot) >= 0);
                for (unsigned turns = 0; !done && turns < TURNS_MAX; turns++)
                        assert_true(sd_event_run(event, 50000) >= 0);
                assert_true(done);
                assert_string_equal(asked, rows[i].sent);
                assert_string_equal(answered, "web.service");
                sd_bus_slot_unref(slot);
        }
        units_free(units);
}

struct restarted {
        bool done;
        int error;
};

static void on_restarted(void *userdata, const char *unit, int error)
{
        struct restarted *restarted = userdata;

        assert_null(unit);
        *restarted = (struct restarted){true, error};
}

/* One that an administrator stops, or is about to, is not brought back. */
static void test_a_restart_of_what_is_being_stopped(void **state)
{
        static const struct {
                const char *job;
                int error;
        } rows[] = {{"restart", 0}, {"nop", -ECANCELED}, {NULL, -ECANCELED}};
        struct units *units;

        (void)state;
        assert_int_equal(units_new(&units, event, true), 0);
        assert_true(units_available(units, 1));
        for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
                struct restarted restarted = {0};
                sd_bus_slot *slot = NULL;

                job = rows[i].job;
                assert_true(units_restart(units, "web.service", on_restarted, &restarted, &slot) >=
                            0);
                for (unsigned turns = 0; !restarted.done && turns < TURNS_MAX; turns++)
                        assert_true(sd_event_run(event, 50000) >= 0);
                assert_true(restarted.done);
                assert_string_equal(asked, "web.service try-restart fail");
                assert_int_equal(restarted.error, rows[i].error);
                sd_bus_slot_unref(slot);
        }
        units_free(units);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_names_that_cannot_be_sent, start, end),
                cmocka_unit_test_setup_teardown(test_a_restart_of_what_is_being_stopped, start,
                                                end),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
