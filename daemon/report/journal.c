/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "report/journal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#include "report/escape.h"

#define FIELDS_MAX 20

struct journal_entry {
        struct iovec iov[FIELDS_MAX];
        int n;
};

/* Adds KEY=value; a field without memory is left out, the entry goes its way. */
static void __attribute__((format(printf, 2, 3)))
add(struct journal_entry *entry, const char *format, ...)
{
        va_list arguments;
        char *text;
        int n;

        va_start(arguments, format);
        n = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (n >= 0)
                entry->iov[entry->n++] = (struct iovec){.iov_base = text, .iov_len = (size_t)n};
}

static void add_text(struct journal_entry *entry, const char *key, const char *text)
{
        char *escaped = escape_string(text);

        if (escaped)
                add(entry, "%s=%s", key, escaped);
        free(escaped);
}

/* As in the record: CPU time in seconds. */
static void add_measure(struct journal_entry *entry, const char *key, const struct verdict *verdict,
                        uint64_t measure)
{
        if (verdict->finding.reason == REASON_CPU)
                add(entry, "BIGNUM_GUARD_%s=%.6f", key, (double)measure / 1e6);
        else
                add(entry, "BIGNUM_GUARD_%s=%llu", key, (unsigned long long)measure);
}

/* What was ended deserves a look; what was only noted, or had gone by itself, does less. */
static int priority(const struct verdict *verdict)
{
        if (verdict->finding.reason == REASON_KERNEL_OOM)
                return LOG_ERR; /* the guard came too late */
        switch (verdict->outcome) {
        case OUTCOME_SURVIVED:
        case OUTCOME_WITHHELD:
                return LOG_ERR;
        case OUTCOME_ENDED:
        case OUTCOME_FROZEN:
        case OUTCOME_RESTARTED:
                return LOG_WARNING;
        case OUTCOME_LOGGED:
                if (verdict->finding.reason == REASON_KERNEL_LIMIT)
                        return LOG_WARNING;
                break;
        case OUTCOME_GONE:
        case OUTCOME_WOULD_HAVE_ENDED:
                break;
        }
        return LOG_NOTICE;
}

struct journal_entry *journal_entry_new(const struct verdict *v, const char *line)
{
        struct journal_entry *entry = calloc(1, sizeof(*entry));
        char *sentence;

        if (!entry)
                return NULL;
        sentence = verdict_sentence(v);
        add(entry, "MESSAGE=%s", sentence ? sentence : "a worker was judged");
        add(entry, "MESSAGE_ID=%s", JOURNAL_VERDICT_ID);
        add(entry, "PRIORITY=%d", priority(v));
        if (v->pid > 0) {
                add(entry, "OBJECT_PID=%d", (int)v->pid);
                add(entry, "BIGNUM_GUARD_PID=%d", (int)v->pid);
                add(entry, "BIGNUM_GUARD_UID=%u", (unsigned)v->uid);
        }
        add(entry, "BIGNUM_GUARD_EVENT=%llu", (unsigned long long)v->event);
        add_text(entry, "BIGNUM_GUARD_POLICY", v->policy);
        add_text(entry, "BIGNUM_GUARD_REASON", reason_name(v->finding.reason));
        add_text(entry, "BIGNUM_GUARD_ACTION", policy_action_name(v->action));
        add_text(entry, "BIGNUM_GUARD_SCOPE", verdict_scope_name(v->scope));
        add_text(entry, "BIGNUM_GUARD_OUTCOME", verdict_outcome_name(v->outcome));
        add_text(entry, "BIGNUM_GUARD_COMMAND", v->command);
        add_text(entry, "BIGNUM_GUARD_CGROUP", v->cgroup);
        add_text(entry, "BIGNUM_GUARD_UNIT", v->unit);
        if (v->finding.reason != REASON_KERNEL_OOM || v->finding.limit != UINT64_MAX)
                add_measure(entry, "LIMIT", v, v->finding.limit);
        add_measure(entry, "VALUE", v, v->finding.value);
        add(entry, "BIGNUM_GUARD_PEAK=%llu", (unsigned long long)v->peak);
        add(entry, "BIGNUM_GUARD_VERDICT=%s", line);
        free(sentence);
        return entry;
}

int journal_entry_send(const struct journal_entry *entry)
{
        return sd_journal_sendv(entry->iov, entry->n);
}

struct journal_entry *journal_entry_free(struct journal_entry *entry)
{
        if (!entry)
                return NULL;
        while (entry->n > 0)
                free(entry->iov[--entry->n].iov_base);
        free(entry);
        return NULL;
}

bool journal_is_stderr(void)
{
        const char *stream = getenv("JOURNAL_STREAM");
        unsigned long long device, inode;
        struct stat st;

        return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
               fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}
