/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What server and client agree on. */

#define BUS_NAME "org.BignumGuard1"
#define BUS_PATH "/org/BignumGuard1"
#define BUS_INTERFACE "org.BignumGuard1.Manager"
#define BUS_SOCKET "bus" /* in the runtime folder */
#define BUS_ERROR_CONFIG "org.BignumGuard1.Error.BadConfiguration"
#define BUS_ERROR_NO_PROCESS "org.BignumGuard1.Error.NoSuchProcess"
