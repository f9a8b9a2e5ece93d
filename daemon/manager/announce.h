/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is told to the journal, the bus and systemd. */

#include "manager/context.h"

/* Tells systemd's status line how much is watched. */
void announce_status(struct manager *manager);
extern const struct store_ops announce_ops;    /* userdata: the manager */
const char *announce_why_unwritten(int error); /* static text */
