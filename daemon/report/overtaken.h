/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The two parts of a sentence on somebody whom the kernel ended: what happened, and what is to be set so that the
 * guard is first the next time. */

#include <stdio.h>
#include "report/verdict.h"

void sentence_say_overtaken(FILE *out, const struct verdict *verdict);
/* The first part about a group of which nobody was ended so far. */
void sentence_say_pressed(FILE *out, const struct verdict *verdict);
void sentence_say_remedy(FILE *out, const struct verdict *verdict);
