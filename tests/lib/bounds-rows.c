/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The rows, in their order. */

#include "bounds-operands.h"

#define ENTRY(name) {#name, row_##name},

const struct row bounds_rows[] = {BOUNDS_ROWS(ENTRY)};
const unsigned bounds_rows_length = sizeof bounds_rows / sizeof bounds_rows[0];
