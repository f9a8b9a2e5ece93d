/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What GMP asks its allocation hooks for: how often, and how many bytes at the worst moment. A block
 * that grows counts with its old and its new size while it moves.
 */

#include <stdint.h>

/* Before any other use of GMP in the program. */
void gmp_hooks_install(void);
/* The same as the set-up of a group of tests. */
int gmp_hooks_set_up(void **state);
/* Begins a measurement: what is held now does not count. */
void gmp_hooks_start(void);
/* Since the start: requests for memory, and the most bytes above what was held then. */
uint64_t gmp_hooks_requests(void);
uint64_t gmp_hooks_peak_bytes(void);
