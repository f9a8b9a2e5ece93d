/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The private socket without any bus: a server in a process of its own, clients here, among them
 * such as write garbage, never say hello, never read, or are too many.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "bus/client.h"
#include "bus/listen.h"
#include "bus/names.h"
#include "bus/private.h"
#include "scratch.h"
#include "server-process.h"

#define ENDED_LINE "{\"pid\":42}"

struct fixture {
        void *folder;
        pid_t server;
};

/* The server's side. */

static struct server *serving;

static int on_status(void *userdata, json_t **ret)
{
        (void)userdata;
        *ret = json_pack("{s:s,s:s}", "version", BNG_VERSION, "text", "caf\xc3\xa9\n");
        return 0;
}

/* Process 7 exists and ends as soon as one asks for it; 8 makes trouble; no other. */
static int on_explain(void *userdata, pid_t pid, json_t **ret)
{
        (void)userdata;
        if (pid == 8)
                return -EIO;
        if (pid != 7)
                return -ESRCH;
        server_ended(serving, ENDED_LINE);
        *ret = json_pack("{s:i}", "pid", (int)pid);
        return 0;
}

static int on_reload(void *userdata, char **errors)
{
        static int calls;

        (void)userdata;
        if (calls++ == 0)
                return 0;
        *errors = strdup("a.conf:3: no such key");
        return -EINVAL;
}

static bool on_dry_run(void *userdata)
{
        (void)userdata;
        return true;
}

static const struct server_ops ops = {
        .status = on_status,
        .explain = on_explain,
        .reload = on_reload,
        .dry_run = on_dry_run,
};

static int setup(void **state)
{
        struct fixture *fixture = calloc(1, sizeof(*fixture));

        *state = fixture;
        if (!fixture || scratch_setup(&fixture->folder) < 0)
                return -1;
        fixture->server = server_start(fixture->folder, &ops, &serving);
        return fixture->server > 0 ? 0 : -1;
}

/* After everything that was done to it the server still ends by itself, and tidies up. */
static int teardown(void **state)
{
        struct fixture *fixture = *state;
        struct sockaddr_un address;
        int status = -1;
        bool well;

        kill(fixture->server, SIGTERM);
        well = waitpid(fixture->server, &status, 0) == fixture->server && status == 0;
        if (!well)
                fprintf(stderr, "the server ended with status %#x\n", (unsigned)status);
        well = well && listen_address(fixture->folder, &address) == 0 &&
               access(address.sun_path, F_OK) < 0;
        scratch_teardown(&fixture->folder);
        free(fixture);
        return well ? 0 : -1;
}

/* The clients' side. */

static sd_bus *open_client(const struct fixture *fixture)
{
        sd_bus *bus = NULL;

        assert_int_equal(client_open(&bus, fixture->folder), 0);
        return bus;
}

static int raw_client(const struct fixture *fixture)
{
        struct sockaddr_un address;
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        assert_true(fd >= 0);
        assert_int_equal(listen_address(fixture->folder, &address), 0);
        assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
        return fd;
}

static void still_answers(const struct fixture *fixture)
{
        sd_bus *bus = open_client(fixture);
        char *text = NULL, *error = NULL;

        assert_int_equal(client_call(bus, "GetStatus", 0, &text, &error), 0);
        assert_string_equal(text, "{\"version\":\"" BNG_VERSION "\",\"text\":\"caf\\u00E9\\n\"}");
        free(text);
        sd_bus_close_unref(bus);
}

static void test_calls(void **state)
{
        sd_bus *bus = open_client(*state);
        char *text = NULL, *error = NULL;
        int dry_run = 0;

        still_answers(*state);
        assert_int_equal(client_call(bus, "Explain", 7, &text, &error), 0);
        assert_string_equal(text, "{\"pid\":7}");
        free(text);
        assert_int_equal(client_call(bus, "Explain", 9, &text, &error), -ESRCH);
        assert_string_equal(error, "no process 9");
        free(error);
        assert_int_equal(client_call(bus, "Explain", 8, &text, &error), -EIO);
        free(error);
        assert_int_equal(client_call(bus, "Explain", UINT32_MAX, &text, &error), -EINVAL);
        free(error);
        assert_int_equal(client_call(bus, "Reload", 0, NULL, &error), 0);
        assert_int_equal(client_call(bus, "Reload", 0, NULL, &error), -EINVAL);
        assert_string_equal(error, "a.conf:3: no such key");
        free(error);
        assert_true(client_call(bus, "Frobnicate", 0, NULL, &error) < 0);
        free(error);

        assert_true(sd_bus_get_property_string(bus, NULL, BUS_PATH, BUS_INTERFACE, "Version", NULL,
                                               &text) >= 0);
        assert_string_equal(text, BNG_VERSION);
        free(text);
        assert_true(sd_bus_get_property_trivial(bus, NULL, BUS_PATH, BUS_INTERFACE, "DryRun", NULL,
                                                'b', &dry_run) >= 0);
        assert_true(dry_run);
        sd_bus_close_unref(bus);
}

static int on_ended(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        const char *line;

        (void)error;
        assert_true(sd_bus_message_read(message, "s", &line) >= 0);
        assert_string_equal(line, ENDED_LINE);
        ++*(int *)userdata;
        return 0;
}

/* Everyone who listens is told, not only who asked. */
static void test_signal(void **state)
{
        sd_bus *listeners[3], *bus = open_client(*state);
        char *text = NULL, *error = NULL;
        int told[3] = {0};

        for (int i = 0; i < 3; i++) {
                listeners[i] = open_client(*state);
                assert_true(sd_bus_match_signal(listeners[i], NULL, NULL, BUS_PATH, BUS_INTERFACE,
                                                "Ended", on_ended, &told[i]) >= 0);
                /* A call's answer shows that the server has taken the listener in. */
                assert_int_equal(client_call(listeners[i], "GetStatus", 0, &text, &error), 0);
                free(text);
        }
        assert_int_equal(client_call(bus, "Explain", 7, &text, &error), 0);
        free(text);
        for (int i = 0; i < 3; i++) {
                while (told[i] == 0) {
                        int r = sd_bus_process(listeners[i], NULL);

                        assert_true(r >= 0);
                        if (r == 0)
                                assert_true(sd_bus_wait(listeners[i], 20 * 1000000) > 0);
                }
                assert_int_equal(told[i], 1);
                sd_bus_close_unref(listeners[i]);
        }
        sd_bus_close_unref(bus);
}

static void test_garbage(void **state)
{
        static const char auth[] = "\0AUTH EXTERNAL 30\r\n", begin[] = "BEGIN\r\n";
        uint64_t random = UINT64_C(0x243f6a8885a308d3);
        char bytes[4096];

        for (int i = 0; i < 64; i++) {
                int fd = raw_client(*state);

                for (size_t k = 0; k < sizeof(bytes); k++) {
                        random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
                        bytes[k] = (char)(random >> 56);
                }
                /* Before, in and after the authentication; the server may hang up at any time. */
                if (i % 4 >= 1)
                        send(fd, auth, sizeof(auth) - 1, MSG_NOSIGNAL);
                if (i % 4 >= 2)
                        send(fd, begin, sizeof(begin) - 1, MSG_NOSIGNAL);
                if (i % 4 == 3) /* a header that promises much */
                        memcpy(bytes, "l\1\0\1\xff\xff\xff\7\1\0\0\0\xff\xff\xff\3", 16);
                send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL);
                if (i % 8 < 4)
                        shutdown(fd, SHUT_WR);
                close(fd);
        }
        still_answers(*state);
}

static void test_never_authenticating(void **state)
{
        int fds[PRIVATE_CONNECTIONS_MAX + 36];

        for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
                fds[i] = raw_client(*state);
        still_answers(*state);
        /* The oldest lost their places to the newcomers. */
        struct pollfd first = {.fd = fds[0], .events = POLLIN};
        assert_int_equal(poll(&first, 1, 60000), 1);
        for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
                close(fds[i]);
        still_answers(*state);
}

/* All places taken by clients that behave: a newcomer waits for none of them, it is hung up on. */
static void test_full(void **state)
{
        sd_bus *buses[PRIVATE_CONNECTIONS_MAX], *one_more = NULL;
        char *text = NULL, *error = NULL;

        for (size_t i = 0; i < PRIVATE_CONNECTIONS_MAX; i++) {
                buses[i] = open_client(*state);
                assert_int_equal(client_call(buses[i], "GetStatus", 0, &text, &error), 0);
                free(text);
        }
        if (client_open(&one_more, ((struct fixture *)*state)->folder) == 0) {
                assert_true(client_call(one_more, "GetStatus", 0, &text, &error) < 0);
                free(error);
                sd_bus_close_unref(one_more);
        }
        assert_int_equal(client_call(buses[0], "GetStatus", 0, &text, &error), 0);
        free(text);
        for (size_t i = 0; i < PRIVATE_CONNECTIONS_MAX; i++)
                sd_bus_close_unref(buses[i]);
        still_answers(*state);
}

/* Asks and never reads: hung up on, long before the answers fill the server's memory. */
static void test_never_reading(void **state)
{
        sd_bus *bus = open_client(*state);
        char *text = NULL, *error = NULL;
        bool hung_up = false;

        assert_int_equal(client_call(bus, "GetStatus", 0, &text, &error), 0);
        free(text);
        for (int i = 0; i < 200000 && !hung_up; i++) {
                sd_bus_message *call = NULL;
                uint64_t cookie;

                assert_true(sd_bus_message_new_method_call(bus, &call, NULL, BUS_PATH,
                                                           "org.freedesktop.DBus.Introspectable",
                                                           "Introspect") >= 0);
                /* With a cookie an answer is wanted; sd_bus_flush() only writes. */
                hung_up = sd_bus_send(bus, call, &cookie) < 0 || sd_bus_flush(bus) < 0;
                sd_bus_message_unref(call);
        }
        assert_true(hung_up);
        sd_bus_close_unref(bus);
        still_answers(*state);
}

static void test_second_server(void **state)
{
        struct fixture *fixture = *state;
        struct server *second = NULL;
        sd_event *event = NULL;

        assert_true(sd_event_new(&event) >= 0);
        assert_int_equal(server_new(&second, event, fixture->folder, false, &ops, NULL),
                         -EADDRINUSE);
        sd_event_unref(event);
        still_answers(fixture);
}

/* A socket that a dead daemon left behind is replaced; a file that is none is left alone. */
static void test_stale(void **state)
{
        struct sockaddr_un address;
        struct stat st;
        sd_bus *bus;
        int fd;

        assert_int_equal(client_open(&bus, *state), -ENOENT);
        fd = listen_open(*state);
        assert_true(fd >= 0);
        assert_int_equal(listen_address(*state, &address), 0);
        assert_int_equal(stat(address.sun_path, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
        close(fd);
        assert_int_equal(client_open(&bus, *state), -ECONNREFUSED);
        fd = listen_open(*state);
        assert_true(fd >= 0);
        close(fd);

        assert_int_equal(unlink(address.sun_path), 0);
        fclose(fopen(address.sun_path, "w"));
        assert_int_equal(listen_open(*state), -EADDRINUSE);
        assert_int_equal(stat(address.sun_path, &st), 0);
        assert_int_equal(chmod(*state, 0777), 0);
        assert_int_equal(listen_open(*state), -EPERM);
}

#define server_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                server_test(test_calls),
                server_test(test_signal),
                server_test(test_garbage),
                server_test(test_never_authenticating),
                server_test(test_full),
                server_test(test_never_reading),
                server_test(test_second_server),
                cmocka_unit_test_setup_teardown(test_stale, scratch_setup, scratch_teardown),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
