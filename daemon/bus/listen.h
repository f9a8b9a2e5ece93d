/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The socket of RUNTIME/bus: where a daemon that died left one it is replaced, where one answers it is
 * respected, and what is no socket is never touched.
 */

#include <sys/un.h>

/* Where it is. -ENAMETOOLONG: beyond what a socket's address holds (107 bytes). */
int listen_address(const char *runtime, struct sockaddr_un *ret);
/* A listening descriptor (non-blocking, close on exec), or a negative errno. Makes the folder (0755)
 * where it is missing; -EPERM where it is not ours alone to write; -EADDRINUSE. */
int listen_open(const char *runtime);
