/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One write a line, so that lines of several threads never mix; a line longer than the buffer is cut.
 */

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include "manager/log.h"
#include "report/journal.h"

__attribute__((format(printf, 2, 0))) static void write_line(int level, const char *format,
                                                             va_list args)
{
        static _Atomic int journal = -1;
        char line[2048];
        int used = 0, text;
        size_t length;

        if (journal < 0)
                journal = journal_is_stderr();
        if (journal)
                used = snprintf(line, sizeof(line), "<%d>", level);
        text = vsnprintf(line + used, sizeof(line) - (size_t)used - 1, format, args);
        if (text < 0)
                return;
        length = (size_t)used + (size_t)text;
        if (length > sizeof(line) - 2)
                length = sizeof(line) - 2;
        line[length++] = '\n';
        if (write(STDERR_FILENO, line, length) < 0)
                return; /* nobody reads what we say: nothing to be done about it */
}

void log_line(int level, const char *format, ...)
{
        va_list args;

        va_start(args, format);
        write_line(level, format, args);
        va_end(args);
}

void log_trouble(struct log_trouble *trouble, uint64_t now, const char *format, ...)
{
        va_list args;

        if (now < trouble->again)
                return;
        trouble->again = now + LOG_TROUBLE_USEC;
        va_start(args, format);
        write_line(LOG_WARNING, format, args);
        va_end(args);
}
