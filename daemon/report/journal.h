/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A verdict as a journal entry: its sentence as MESSAGE, a fixed MESSAGE_ID (explained in the
 * catalog), OBJECT_PID and a field for what one filters by. Without a journal nothing happens.
 */

#include <stdbool.h>
#include "report/verdict.h"

#define JOURNAL_VERDICT_ID "cad3e4ca27d44324aa103e19961e0269"

struct journal_entry;

/* `line` is the verdict's JSON, kept whole in BIGNUM_GUARD_VERDICT. NULL without memory. */
struct journal_entry *journal_entry_new(const struct verdict *verdict, const char *line);
/* 0, also where there is no journal; a negative errno. Blocks while the journal does. Any thread. */
int journal_entry_send(const struct journal_entry *entry);
struct journal_entry *journal_entry_free(struct journal_entry *entry); /* NULL */
/* Does standard error end in the journal? Then a verdict need not be printed there as well. */
bool journal_is_stderr(void);
