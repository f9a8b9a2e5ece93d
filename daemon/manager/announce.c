/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is told to whom: a verdict that is on disk goes to the journal, to the bus and to the log; a disk that
 * refuses to the log alone; how much is watched to systemd.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "manager/announce.h"
#include "manager/notify.h"
#include "report/escape.h"
#include "report/journal.h"

#define TELL_USEC UINT64_C(1000000) /* between two status lines */

static void send_entry(void *userdata, bool heard)
{
        if (heard)
                (void)journal_entry_send(userdata);
        journal_entry_free(userdata);
}

static void on_announce(void *userdata, const struct verdict *verdict, const char *line, int error)
{
        struct manager *manager = userdata;
        struct journal_entry *entry = journal_entry_new(verdict, line);
        char *sentence;

        (void)error; /* told once by on_trouble */
        if (entry)
                log_errand(send_entry, entry);
        if (manager->server)
                server_ended(manager->server, line);
        if (journal_is_stderr())
                return;
        sentence = verdict_sentence(verdict);
        if (sentence)
                log_line(LOG_NOTICE, "%s", sentence);
        else
                log_line(LOG_NOTICE, "worker %d: a verdict (%s), and no memory to say it in full",
                         (int)verdict->pid, verdict_outcome_name(verdict->outcome));
        free(sentence);
}

/* The store's refusals in words of their own: it writes only where nobody else does. */
const char *announce_why_unwritten(int error)
{
        switch (error) {
        case -EBUSY:
                return "another bignum-guardd writes there";
        case -EPERM:
                return "it is another user's, or others may write to it";
        default:
                return strerror(-error);
        }
}

static void on_trouble(void *userdata, int error)
{
        const struct manager *manager = userdata;

        if (error < 0)
                log_line(LOG_ERR, "Cannot write verdicts to %s: %s. They are kept and tried again.",
                         manager->options->state, announce_why_unwritten(error));
        else
                log_line(LOG_NOTICE, "Verdicts are written to %s again.", manager->options->state);
}

const struct store_ops announce_ops = {.announce = on_announce, .trouble = on_trouble};

void announce_status(struct manager *manager)
{
        unsigned n = HASH_COUNT(manager->watches);
        size_t n_policies = manager->settings->config->n_policies;
        uint64_t now = manager_now(manager);

        if (n == manager->told || now < manager->tell_again)
                return;
        manager->told = n;
        manager->tell_again = now + TELL_USEC;
        notify_in_passing("STATUS=%sWatched groups: %u; policies: %zu",
                          manager->dry_run ? "Dry run. " : "", n, n_policies);
}
