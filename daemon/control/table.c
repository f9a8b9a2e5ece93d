/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "control/table.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include "control/control.h"
#include "report/escape.h"

void table_take(struct table *table, char *cell)
{
        char *escaped = cell ? escape_string(cell) : NULL;

        free(cell);
        if (table->n_cells == table->room) {
                size_t room = table->room ? 2 * table->room : 64;
                char **cells = reallocarray(table->cells, room, sizeof(*cells));

                if (!cells) {
                        free(escaped);
                        return;
                }
                table->cells = cells;
                table->room = room;
        }
        table->cells[table->n_cells++] = escaped;
}

void table_add(struct table *table, const char *cell)
{
        table_take(table, strdup(cell));
}

/* Columns of the terminal that a text takes; its bytes where the locale cannot tell. */
static size_t width(const char *text)
{
        wchar_t wide[1024];
        size_t n = mbstowcs(wide, text, sizeof(wide) / sizeof(wide[0]));
        int columns = n < sizeof(wide) / sizeof(wide[0]) ? wcswidth(wide, n) : -1;

        return columns < 0 ? strlen(text) : (size_t)columns;
}

static const char *cell_at(const struct table *table, size_t index)
{
        return index < table->n_cells && table->cells[index] ? table->cells[index] : "";
}

static void print_row(FILE *out, const struct table *table, const char *const *row,
                      const size_t *widths)
{
        for (size_t column = 0; column < table->columns; column++) {
                size_t own = width(row[column]);
                int padding = (int)(widths[column] > own ? widths[column] - own : 0);
                bool last = column + 1 == table->columns;

                if (last && own == 0)
                        break;
                fputs("  ", out);
                if (table->alignment[column] == 'r')
                        fprintf(out, "%*s%s", padding, "", row[column]);
                else
                        fprintf(out, "%s%*s", row[column], last ? 0 : padding, "");
        }
        fputc('\n', out);
}

void table_print(struct table *table, FILE *out)
{
        const char *row[TABLE_COLUMNS];
        size_t widths[TABLE_COLUMNS];

        for (size_t column = 0; column < table->columns; column++)
                widths[column] = width(table->titles[column]);
        for (size_t i = 0; i < table->n_cells; i++) {
                size_t own = width(cell_at(table, i)), column = i % table->columns;

                if (own > widths[column])
                        widths[column] = own;
        }
        print_row(out, table, table->titles, widths);
        for (size_t i = 0; i < table->n_cells; i += table->columns) {
                for (size_t column = 0; column < table->columns; column++)
                        row[column] = cell_at(table, i + column);
                print_row(out, table, row, widths);
        }
        for (size_t i = 0; i < table->n_cells; i++)
                free(table->cells[i]);
        free(table->cells);
        table->cells = NULL;
        table->n_cells = table->room = 0;
}
