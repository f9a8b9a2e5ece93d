/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The known word that someone probably meant: equal but for case, or at most a third of its letters
 * (and never more than three) typed wrong, left out, added or swapped.
 */

#include <stddef.h>

/* One of `known`, the first of the nearest, or NULL where none is near. Pure. */
const char *bng_nearest(const char *word, const char *const known[], size_t n);
