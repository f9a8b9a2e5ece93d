/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A directory server that does not answer: LD_PRELOAD=hang-names.so BNG_HANGS=UID. Whoever asks for that
 * user's name waits for ever.
 */

#include <dlfcn.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

typedef int getpwuid_fn(uid_t, struct passwd *, char *, size_t, struct passwd **);

int getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **result)
{
        const char *hangs = getenv("BNG_HANGS");
        getpwuid_fn *real = (getpwuid_fn *)dlsym(RTLD_NEXT, "getpwuid_r");

        while (hangs && uid == (uid_t)strtoul(hangs, NULL, 10))
                pause();
        return real(uid, entry, buffer, size, result);
}
