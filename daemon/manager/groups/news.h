/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is told of groups that come and go. All is the loop's thread's. */

#include "manager/context.h"

/* Listens, if a policy asks for what arrives. */
void news_start(struct manager *manager);
void news_stop(struct manager *manager);
/* Walks those that were told of, as far as their share of the time goes. */
void news_walk(struct manager *manager);
/* Monotonic microseconds from which on that is of use, maybe past; UINT64_MAX: none is left. */
uint64_t news_due(const struct manager *manager);
/* A walk over all begins: it finds whatever was told until now. */
void news_forget(struct manager *manager);
/* Was something told that is not heard yet? */
bool news_is_behind(const struct manager *manager);
