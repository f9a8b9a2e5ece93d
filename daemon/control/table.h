/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Aligned columns for a terminal: as wide as their widest cell, numbers to the right. */

#include <stddef.h>
#include <stdio.h>

#define TABLE_COLUMNS 8

struct table {
        const char *const *titles;
        const char *alignment; /* a letter a column: 'l' or 'r' */
        size_t columns;
        char **cells; /* row by row; a cell without memory is NULL, and shown empty */
        size_t n_cells, room;
};

/* `titles` and `alignment` are the caller's and outlive the table; at most TABLE_COLUMNS. */
#define TABLE_INIT(titles_, alignment_)                                                            \
        ((struct table){.titles = (titles_),                                                       \
                        .alignment = (alignment_),                                                 \
                        .columns = sizeof(alignment_) - 1})

/* The next cell, malloc'ed or NULL: taken over. */
void table_take(struct table *table, char *cell);
/* The next cell, copied. */
void table_add(struct table *table, const char *cell);
/* Prints what is there, titles first, two blanks before each line, and empties the table. */
void table_print(struct table *table, FILE *out);
