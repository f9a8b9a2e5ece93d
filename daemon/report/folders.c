/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "report/folders.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAME "bignum-guard"

bool folders_are_users(void)
{
        struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
        struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

        return geteuid() != 0 &&
               (syscall(SYS_capget, &header, data) < 0 || !(data[0].effective & (1U << CAP_KILL)));
}

/* systemd gives one folder, or several with colons between: ours is the first. */
static char *given(const char *variable)
{
        const char *value = getenv(variable);

        return value && *value ? strndup(value, strcspn(value, ":")) : NULL;
}

/* A relative path in these variables is to be ignored, says the specification. */
static char *of_user(const char *variable, const char *below_home)
{
        const char *base = getenv(variable), *home = getenv("HOME");
        char *path;
        int n;

        if (base && *base == '/')
                n = asprintf(&path, "%s/" NAME, base);
        else
                n = asprintf(&path, "%s/%s/" NAME, home && *home == '/' ? home : "/nonexistent",
                             below_home);
        return n < 0 ? NULL : path;
}

char *folders_state(bool user)
{
        char *path = given("STATE_DIRECTORY");

        if (path)
                return path;
        return user ? of_user("XDG_STATE_HOME", ".local/state") : strdup("/var/lib/" NAME);
}

char *folders_runtime(bool user)
{
        char *path = given("RUNTIME_DIRECTORY");
        const char *base = getenv("XDG_RUNTIME_DIR");

        if (path)
                return path;
        if (!user)
                return strdup("/run/" NAME);
        if (base && *base == '/')
                return of_user("XDG_RUNTIME_DIR", "");
        return asprintf(&path, "/run/user/%u/" NAME, (unsigned)getuid()) < 0 ? NULL : path;
}

void folders_make_parents(const char *folder)
{
        char *path = strdup(folder);

        for (char *slash = path ? strchr(path + 1, '/') : NULL; slash;
             slash = strchr(slash + 1, '/')) {
                *slash = '\0';
                (void)mkdir(path, 0700);
                *slash = '/';
        }
        free(path);
}

int folders_open_own(const char *folder, int flags)
{
        struct stat st;
        int fd = open(folder, flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), r = 0;

        if (fd < 0)
                return -errno;
        if (fstat(fd, &st) < 0)
                r = -errno;
        else if (st.st_uid != geteuid() || (st.st_mode & 022))
                r = -EPERM;
        if (r == 0)
                return fd;
        close(fd);
        return r;
}
