/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The system bus, played by a real dbus-daemon with the policy that is installed: it may come later, go,
 * and lets only root call. And one that hangs, played here.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include "bus/client.h"
#include "bus/names.h"
#include "bus/server.h"
#include "manager/units.h"
#include "scratch.h"

#define NOBODY 65534

struct fixture {
        void *folder;
        char address[256]; /* "unix:path=..." */
        pid_t server;
        pid_t bus;
        bool asks; /* systemd too, through the same bus */
};

static struct server *serving;

static int on_status(void *userdata, json_t **ret)
{
        (void)userdata;
        server_ended(serving, "{\"pid\":42}");
        *ret = json_pack("{s:b}", "here", 1);
        return 0;
}

static int on_explain(void *userdata, pid_t pid, json_t **ret)
{
        (void)userdata;
        (void)pid;
        (void)ret;
        return -ESRCH;
}

static int on_reload(void *userdata, char **errors)
{
        (void)userdata;
        (void)errors;
        return 0;
}

static bool on_dry_run(void *userdata)
{
        (void)userdata;
        return false;
}

static const struct server_ops ops = {on_status, on_explain, on_reload, on_dry_run};

static void serve(const struct fixture *fixture)
{
        sd_event *event = NULL;
        struct units *units = NULL;
        sigset_t term;

        setenv("DBUS_SYSTEM_BUS_ADDRESS", fixture->address, 1);
        sigemptyset(&term);
        sigaddset(&term, SIGTERM);
        sigprocmask(SIG_BLOCK, &term, NULL);
        if (sd_event_new(&event) < 0 || sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL) < 0 ||
            server_new(&serving, event, fixture->folder, false, &ops, NULL) < 0 ||
            units_new(&units, event, false) < 0 || (fixture->asks && !units_available(units, 1)) ||
            sd_event_loop(event) < 0)
                _exit(1);
        units_free(units);
        server_free(serving);
        sd_event_unref(event);
        exit(0);
}

static void start_server(struct fixture *fixture)
{
        fixture->server = fork();
        assert_true(fixture->server >= 0);
        if (fixture->server == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                serve(fixture);
        }
}

static void start_bus(struct fixture *fixture)
{
        char config[256];
        FILE *out;

        snprintf(config, sizeof(config), "%.200s/bus.conf", (const char *)fixture->folder);
        out = fopen(config, "w");
        assert_non_null(out);
        fprintf(out,
                "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration "
                "1.0//EN\"\n"
                " \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
                "<busconfig><type>custom</type><listen>%s</listen><auth>EXTERNAL</auth>\n"
                "<policy context=\"default\"><allow user=\"*\"/><deny own=\"*\"/>"
                "<deny send_type=\"method_call\"/><allow send_type=\"signal\"/>"
                "<allow send_requested_reply=\"true\" send_type=\"method_return\"/>"
                "<allow send_requested_reply=\"true\" send_type=\"error\"/>"
                "<allow receive_type=\"signal\"/><allow receive_type=\"method_call\"/>"
                "<allow receive_type=\"method_return\"/><allow receive_type=\"error\"/>"
                "<allow send_destination=\"org.freedesktop.DBus\"/></policy>\n"
                "<include>" BUS_POLICY "</include></busconfig>\n",
                fixture->address);
        fclose(out);
        fixture->bus = fork();
        assert_true(fixture->bus >= 0);
        if (fixture->bus == 0) {
                char option[300];

                prctl(PR_SET_PDEATHSIG, SIGKILL);
                snprintf(option, sizeof(option), "--config-file=%s", config);
                execlp("dbus-daemon", "dbus-daemon", option, "--nofork", "--nopidfile", NULL);
                _exit(127);
        }
}

static void stop(pid_t *pid, int signo)
{
        if (*pid > 0) {
                kill(*pid, signo);
                waitpid(*pid, NULL, 0);
        }
        *pid = 0;
}

static int setup(void **state)
{
        struct fixture *fixture = calloc(1, sizeof(*fixture));

        if (!fixture || scratch_setup(&fixture->folder) < 0)
                return -1;
        snprintf(fixture->address, sizeof(fixture->address), "unix:path=%.200s/system",
                 (const char *)fixture->folder);
        *state = fixture;
        return 0;
}

static int teardown(void **state)
{
        struct fixture *fixture = *state;

        stop(&fixture->server, SIGTERM);
        stop(&fixture->bus, SIGKILL);
        scratch_teardown(&fixture->folder);
        free(fixture);
        return 0;
}

/* Connects to the bus, once it is there; NULL when it never comes. */
static sd_bus *join(const struct fixture *fixture)
{
        for (int i = 0; i < 6000; i++) {
                sd_bus *bus = NULL;

                if (sd_bus_new(&bus) >= 0 && sd_bus_set_address(bus, fixture->address) >= 0 &&
                    sd_bus_set_bus_client(bus, 1) >= 0 && sd_bus_start(bus) >= 0 &&
                    sd_bus_get_unique_name(bus, &(const char *){NULL}) >= 0)
                        return bus;
                sd_bus_close_unref(bus);
                usleep(10000);
        }
        return NULL;
}

/* 0, or how the call failed; ENXIO when the name never appears. */
static int call_status(sd_bus *bus)
{
        sd_bus_message *reply = NULL;
        int r;

        for (int i = 0; i < 6000; i++) {
                sd_bus_error error = SD_BUS_ERROR_NULL;
                const char *text;

                r = sd_bus_call_method(bus, BUS_NAME, BUS_PATH, BUS_INTERFACE, "GetStatus", &error,
                                       &reply, "");
                if (sd_bus_error_has_name(&error, SD_BUS_ERROR_SERVICE_UNKNOWN) ||
                    sd_bus_error_has_name(&error, SD_BUS_ERROR_NAME_HAS_NO_OWNER)) {
                        sd_bus_error_free(&error);
                        usleep(10000);
                        continue;
                }
                sd_bus_error_free(&error);
                if (r >= 0 && (sd_bus_message_read(reply, "s", &text) < 0 ||
                               strcmp(text, "{\"here\":true}") != 0))
                        r = -EBADMSG;
                sd_bus_message_unref(reply);
                return r < 0 ? r : 0;
        }
        return -ENXIO;
}

static bool can_play(void)
{
        if (geteuid() != 0) {
                print_message("skipped: only root may own the name under the installed policy\n");
                return false;
        }
        if (system("command -v dbus-daemon >/dev/null") != 0) {
                print_message("skipped: there is no dbus-daemon\n");
                return false;
        }
        return true;
}

static int on_ended(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        const char *line;

        (void)error;
        assert_true(sd_bus_message_read(message, "s", &line) >= 0);
        assert_string_equal(line, "{\"pid\":42}");
        ++*(int *)userdata;
        return 0;
}

/* The bus appears after the server; it answers there, and tells root of ends. */
static void test_bus_comes_later(void **state)
{
        struct fixture *fixture = *state;
        sd_bus *bus, *private = NULL;
        char *text = NULL, *error = NULL;
        int told = 0;

        if (!can_play())
                skip();
        start_server(fixture);
        while (client_open(&private, fixture->folder) < 0)
                usleep(1000);
        start_bus(fixture);
        bus = join(fixture);
        assert_non_null(bus);
        assert_int_equal(call_status(bus), 0);
        assert_true(sd_bus_match_signal(bus, NULL, BUS_NAME, BUS_PATH, BUS_INTERFACE, "Ended",
                                        on_ended, &told) >= 0);
        assert_int_equal(client_call(private, "GetStatus", 0, &text, &error), 0);
        free(text);
        while (told == 0) {
                int r = sd_bus_process(bus, NULL);

                assert_true(r >= 0);
                if (r == 0)
                        assert_true(sd_bus_wait(bus, 60 * 1000000) > 0);
        }
        sd_bus_close_unref(bus);

        /* It goes: the private socket does not care. */
        stop(&fixture->bus, SIGKILL);
        assert_int_equal(client_call(private, "GetStatus", 0, &text, &error), 0);
        free(text);
        sd_bus_close_unref(private);
}

/* Any other user: may neither call nor take the name. */
static void test_policy(void **state)
{
        struct fixture *fixture = *state;
        sd_bus *bus;
        pid_t child;
        int status;

        if (!can_play())
                skip();
        start_bus(fixture);
        bus = join(fixture);
        assert_non_null(bus);
        start_server(fixture);
        assert_int_equal(call_status(bus), 0);
        sd_bus_close_unref(bus);
        assert_int_equal(chmod(fixture->folder, 0755), 0);

        child = fork();
        assert_true(child >= 0);
        if (child == 0) {
                if (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
                        _exit(10);
                bus = join(fixture);
                if (!bus)
                        _exit(11);
                if (call_status(bus) != -EACCES)
                        _exit(12);
                if (sd_bus_request_name(bus, BUS_NAME, SD_BUS_NAME_REPLACE_EXISTING) >= 0)
                        _exit(13);
                if (client_open(&bus, fixture->folder) != -EACCES)
                        _exit(14);
                _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
}

/* A connection of a bus that shakes hands, and after that only listens. */
static int shake_hands(int listener)
{
        static const char welcome[] =
                "DATA\r\nOK 0123456789abcdef0123456789abcdef\r\nAGREE_UNIX_FD\r\n";
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        char said[4096];
        size_t n = 0;

        assert_true(fd >= 0);
        assert_int_equal(write(fd, welcome, strlen(welcome)), strlen(welcome));
        while (!memmem(said, n, "Hello", 5)) {
                ssize_t more = read(fd, said + n, sizeof(said) - n);

                assert_true(more > 0);
                n += (size_t)more;
        }
        return fd;
}

/* Whoever waits for an answer waits for ever: the server still stops. */
static void test_bus_hangs(void **state)
{
        struct fixture *fixture = *state;
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), first, second;
        pid_t ended = 0;

        snprintf(address.sun_path, sizeof(address.sun_path), "%.90s/system",
                 (const char *)fixture->folder);
        assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
        assert_int_equal(listen(listener, 2), 0);
        fixture->asks = true;
        start_server(fixture);
        first = shake_hands(listener);
        second = shake_hands(listener);
        kill(fixture->server, SIGTERM);
        for (int i = 0; i < 6000 && ended == 0; i++) {
                usleep(10000);
                ended = waitpid(fixture->server, NULL, WNOHANG);
        }
        if (ended == 0)
                stop(&fixture->server, SIGKILL);
        fixture->server = 0;
        assert_true(ended > 0);
        close(first);
        close(second);
        close(listener);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_bus_comes_later, setup, teardown),
                cmocka_unit_test_setup_teardown(test_policy, setup, teardown),
                cmocka_unit_test_setup_teardown(test_bus_hangs, setup, teardown),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
