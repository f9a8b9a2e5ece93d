/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Status and explanations for the bus. */

#include "manager/context.h"

extern const struct server_ops describe_ops;
