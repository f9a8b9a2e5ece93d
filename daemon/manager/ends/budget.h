/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The kill budget of one policy: at most so many ends in any window of so many microseconds. It stops
 * the loop in which a service that starts over the limit is ended and started for ever. Exact: the
 * times of the latest ends are kept, not an average.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct budget {
        uint64_t *ends; /* monotonic microseconds of the latest ends, oldest first */
        size_t room, n;
};

/* 1: takes one end; 0: says no; -ENOMEM: without memory for the book-keeping there is none. Starts as {0}. */
int budget_take(struct budget *budget, unsigned max, uint64_t window, uint64_t now);
/* The one that was taken at this moment does not count. */
void budget_give_back(struct budget *budget, uint64_t then);
void budget_clear(struct budget *budget);
