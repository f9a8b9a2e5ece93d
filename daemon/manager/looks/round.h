/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One wake-up for all looks that are seconds away. */

#include "manager/context.h"

int round_start(struct manager *manager);
void round_stop(struct manager *manager);
void round_include(struct watch *watch, uint64_t now); /* its next look is the round's, */
void round_exclude(struct watch *watch);               /* or not any more */
void round_call(struct watch *watch); /* its time has come; the watch may be gone afterwards */
void round_go_on(struct manager *manager);
