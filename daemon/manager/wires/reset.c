/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "act/brake.h"
#include "manager/answers/stopped.h"
#include "manager/leftovers.h"
#include "manager/log.h"
#include "manager/wires/owner.h"
#include "manager/wires/reset.h"
#include "report/folders.h"

#define LOCK_PATIENCE_MSEC 5000
#define LOCK_PAUSE_MSEC 20
#define ASK_PATIENCE_USEC (UINT64_C(3) * 1000000)

static void pause_msec(long msec)
{
        (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){.tv_nsec = msec * 1000000},
                              NULL);
}

/* Who holds the lock for a moment undoes; who holds it for longer lives. */
int reset_open_locked(const char *runtime, int *lock)
{
        int fd = folders_open_own(runtime, O_RDONLY), r;

        *lock = -1;
        if (fd < 0)
                return fd;
        *lock = openat(fd, RESET_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        r = *lock < 0 ? -errno : 0;
        for (int waited = 0; r == 0 && flock(*lock, LOCK_EX | LOCK_NB) < 0;
             waited += LOCK_PAUSE_MSEC) {
                if (errno != EWOULDBLOCK && errno != EINTR)
                        r = -errno;
                else if (waited >= LOCK_PATIENCE_MSEC)
                        r = -EBUSY;
                else
                        pause_msec(LOCK_PAUSE_MSEC);
        }
        if (r < 0) {
                if (*lock >= 0)
                        close(*lock);
                close(fd);
                return r;
        }
        return fd;
}

/* ---- undoing */

struct leftover {
        char *path;
        uint64_t inode;
        struct owner owner;
        const struct host *host;
        size_t *asked;
};

/* An administrator has said something meanwhile, and systemd may have had no reason yet to write it. */
static void on_owner(void *userdata, uint64_t bytes, int error)
{
        struct leftover *left = userdata;

        --*left->asked;
        if (error == 0 && bytes != BRAKE_OFF)
                (void)brake_replace(left->host,
                                    &(struct act_group){.path = left->path, .inode = left->inode},
                                    BRAKE_OFF, bytes);
}

static int on_patience(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void)usec;
        (void)userdata;
        return sd_event_exit(sd_event_source_get_event(source), 0);
}

/* Without systemd, or an answer in time, "max" it is. */
static void ask_owners(struct leftover *left, size_t n, bool user)
{
        struct units *units = NULL;
        sd_event *event = NULL;
        size_t asked = 0;

        if (sd_event_new(&event) < 0)
                return;
        if (units_new(&units, event, user) >= 0 && units_available(units, 0) &&
            sd_event_add_time_relative(event, NULL, CLOCK_MONOTONIC, ASK_PATIENCE_USEC, 0,
                                       on_patience, NULL) >= 0) {
                for (size_t i = 0; i < n; i++) {
                        left[i].asked = &asked;
                        asked += owner_ask(&left[i].owner, units, left[i].path, on_owner,
                                           &left[i]) >= 0;
                }
                while (asked > 0 && sd_event_get_state(event) != SD_EVENT_FINISHED &&
                       sd_event_run(event, UINT64_MAX) >= 0)
                        ;
        }
        for (size_t i = 0; i < n; i++)
                owner_cancel(&left[i].owner);
        units_free(units);
        sd_event_unref(event);
}

/* "INODE BYTES PATH", each with a NUL behind it: a path may hold anything else. */
static bool parse(const char *text, uint64_t *inode, uint64_t *bytes, const char **path)
{
        char *end;

        errno = 0;
        *inode = strtoull(text, &end, 10);
        if (errno != 0 || end == text || *end != ' ')
                return false;
        text = end + 1;
        *bytes = strtoull(text, &end, 10);
        if (errno != 0 || end == text || *end != ' ' || end[1] != '/')
                return false;
        *path = end + 1;
        return true;
}

/* How many were taken back; *failed: some could not be. */
static size_t undo(FILE *record, const struct host *host, bool user, bool *failed)
{
        struct leftover *left = NULL;
        size_t n = 0, room = 0, size = 0, undone = 0;
        char *text = NULL;
        int r;

        *failed = false;

        while (getdelim(&text, &size, '\0', record) > 0) {
                struct act_group group;
                uint64_t bytes;

                if (!parse(text, &group.inode, &bytes, &group.path))
                        continue;
                r = brake_replace(host, &group, bytes, BRAKE_OFF);
                undone += r == ACT_DONE;
                *failed |= r < 0 && r != -EOPNOTSUPP; /* no memory.high any more, and no brake */
                if (n == room) {
                        struct leftover *more =
                                reallocarray(left, room ? 2 * room : 16, sizeof(*left));

                        if (!more)
                                continue; /* the brakes are what matters */
                        left = more;
                        room = room ? 2 * room : 16;
                }
                left[n] = (struct leftover){
                        .path = strdup(group.path), .inode = group.inode, .host = host};
                n += left[n].path != NULL;
        }
        free(text);
        if (n > 0)
                ask_owners(left, n, user);
        for (size_t i = 0; i < n; i++)
                free(left[i].path);
        free(left);
        return undone;
}

static bool reset_brakes(int folder, const struct host *host, bool user)
{
        FILE *record = leftovers_open(folder, RESET_RECORD);
        size_t undone;
        bool failed;

        if (!record)
                return errno == ENOENT;
        undone = undo(record, host, user, &failed);
        fclose(record);
        if (!failed)
                (void)unlinkat(folder, RESET_RECORD, 0);
        if (undone > 0)
                log_line(LOG_NOTICE,
                         "Took back memory.high of %zu group%s that a daemon had left there.",
                         undone, undone == 1 ? "" : "s");
        if (failed)
                log_line(LOG_WARNING,
                         "Could not take back memory.high of every group that a daemon "
                         "had left it in; the next one tries again.");
        return !failed;
}

bool reset_leftovers(int folder, const struct host *host, bool user)
{
        bool run = stopped_undo(folder, host);

        return reset_brakes(folder, host, user) && run;
}

static void await_end_of_input(void)
{
        static const int ignored[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGABRT, SIGPIPE};
        char buffer[64];
        ssize_t n;

        (void)prctl(PR_SET_NAME, "guardd-reset");
        /* Whoever stops the daemon's group means the daemon. */
        for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
                signal(ignored[i], SIG_IGN);
        do
                n = read(STDIN_FILENO, buffer, sizeof(buffer));
        while (n > 0 || (n < 0 && errno == EINTR));
}

int reset_run(const char *runtime, bool user, bool await_end)
{
        struct host host;
        int folder, lock, r;
        bool well = false;

        r = host_open(&host, "/proc", "/sys/fs/cgroup");
        if (r < 0)
                return EXIT_FAILURE;
        if (await_end)
                await_end_of_input();
        folder = reset_open_locked(runtime, &lock);
        if (folder >= 0) {
                well = reset_leftovers(folder, &host, user);
                close(lock);
                close(folder);
        }
        host_close(&host);
        /* No folder: nothing was set. Another daemon: it has undone what it found. */
        return well || folder == -ENOENT || folder == -EBUSY ? EXIT_SUCCESS : EXIT_FAILURE;
}
