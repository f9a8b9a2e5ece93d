/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "bus/names.h"
#include "report/folders.h"

int listen_address(const char *runtime, struct sockaddr_un *ret)
{
        int n;

        *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
        n = snprintf(ret->sun_path, sizeof(ret->sun_path), "%s/" BUS_SOCKET, runtime);
        return n < 0 || (size_t)n >= sizeof(ret->sun_path) ? -ENAMETOOLONG : 0;
}

/* The socket is for its owner alone; the folder need not be, and must not: /run/bignum-guard holds
 * configuration too, which everybody's bng reads. */
static int make_folder(const char *runtime)
{
        int fd;

        if (mkdir(runtime, 0755) == 0)
                (void)chmod(runtime, 0755); /* whatever the umask */
        else if (errno != EEXIST)
                return -errno;
        fd = folders_open_own(runtime, O_PATH);
        if (fd < 0)
                return fd;
        close(fd);
        return 0;
}

/* Makes room at the address: 0, or -EADDRINUSE where somebody listens (or something else lies). */
static int clear_stale(int fd, const struct sockaddr_un *address)
{
        struct stat st;

        if (lstat(address->sun_path, &st) < 0)
                return errno == ENOENT ? 0 : -errno;
        if (!S_ISSOCK(st.st_mode))
                return -EADDRINUSE;
        /* Anything but a refusal, such as a full queue, shows that somebody is there. */
        if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
            errno != ECONNREFUSED)
                return -EADDRINUSE;
        return unlink(address->sun_path) < 0 && errno != ENOENT ? -errno : 0;
}

int listen_open(const char *runtime)
{
        struct sockaddr_un address;
        int fd, probe, r = listen_address(runtime, &address);

        if (r == 0)
                r = make_folder(runtime);
        if (r < 0)
                return r;
        probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (probe < 0)
                return -errno;
        r = clear_stale(probe, &address);
        close(probe);
        if (r < 0)
                return r;
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        /* On an unbound socket: the mode that the file gets, without a moment in which it is wider.
         */
        if (fchmod(fd, 0600) < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
            listen(fd, SOMAXCONN) < 0) {
                r = -errno;
                close(fd);
                return r;
        }
        return fd;
}
