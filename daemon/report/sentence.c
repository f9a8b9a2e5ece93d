/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The sentence that someone reads at three in the morning. Three parts in a fixed order: who and
 * what became of it, why (what was measured, and against which key of which policy), and what was
 * done and is left to do. One text a reason, one an outcome; they combine freely.
 */

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config/units.h"
#include "report/escape.h"
#include "report/overtaken.h"
#include "report/verdict.h"

/* A sentence names the command, it does not quote it whole: no folder, and no more than this. */
#define SENTENCE_COMMAND_MAX 48

static void say_text(FILE *out, const char *text, size_t max)
{
        char *escaped = escape_text(text, strlen(text), max);

        fputs(escaped ? escaped : "?", out);
        free(escaped);
}

/* "/usr/bin/python3 app.py" is "python3 app.py". */
static const char *without_folder(const char *command)
{
        const char *blank = strchrnul(command, ' ');
        const char *slash = memrchr(command, '/', (size_t)(blank - command));

        return slash && slash[1] != '\0' && slash[1] != ' ' ? slash + 1 : command;
}

static void say_who(FILE *out, const struct verdict *verdict)
{
        const char *place = verdict->unit ? verdict->unit : verdict->cgroup;

        if (verdict->finding.reason == REASON_KERNEL_LIMIT)
                fputs("everybody", out);
        else if (verdict->pid > 0)
                fprintf(out, "worker %d", (int)verdict->pid);
        else if (verdict->count > 1)
                fprintf(out, "%u workers", verdict->count);
        else
                fputs("a worker", out);
        if (verdict->command && verdict->command[0]) {
                fputs(" (", out);
                say_text(out, without_folder(verdict->command), SENTENCE_COMMAND_MAX);
                fputc(')', out);
        }
        if (place) {
                fputs(" of ", out);
                say_text(out, place, SIZE_MAX);
        }
}

static void say_what_became(FILE *out, const struct verdict *verdict)
{
        enum outcome outcome = verdict->outcome;

        if (verdict->finding.reason == REASON_KERNEL_OOM) {
                fputs(" killed by the kernel: ", out);
                return;
        }
        if (verdict->finding.reason == REASON_KERNEL_LIMIT) {
                fputs(" held back by the kernel: ", out);
                return;
        }
        switch (outcome) {
        case OUTCOME_ENDED:
                fputs(" ended: ", out);
                break;
        case OUTCOME_SURVIVED:
                fputs(" did not end: ", out);
                break;
        case OUTCOME_GONE:
                fputs(verdict->killed_by == KILLER_KERNEL   ? " killed by the kernel: "
                      : verdict->killed_by == KILLER_OTHERS ? " killed by others: "
                                                            : " ended without the guard: ",
                      out);
                break;
        case OUTCOME_FROZEN:
                fputs(" frozen: ", out);
                break;
        case OUTCOME_RESTARTED:
                fputs(" restarted with its unit: ", out);
                break;
        case OUTCOME_LOGGED:
                fputs(" left running: ", out);
                break;
        case OUTCOME_WITHHELD:
                fputs(" frozen, not ended: ", out);
                break;
        case OUTCOME_WOULD_HAVE_ENDED:
                fputs(" would have been ended: ", out);
                break;
        }
}

/* "(LeakMax=64M/h of policy web)" */
static void say_limit(FILE *out, const struct verdict *verdict, const char *key)
{
        const struct finding *finding = &verdict->finding;
        struct measure_text limit;

        fprintf(out, "(%s=%s of policy ", key,
                verdict_measure(finding->reason, finding->limit, &limit));
        say_text(out, verdict->policy ? verdict->policy : "?", SIZE_MAX);
        fputc(')', out);
}

static void say_why(FILE *out, const struct verdict *verdict)
{
        const struct finding *finding = &verdict->finding;
        char family[48];
        /* Growth and leaks are judged on what would be ended. */
        bool whole = verdict->scope == SCOPE_GROUP;
        const char *it = whole ? "its group" : finding->family > 0 ? family : "it";
        const char *end = whole || finding->family > 0 ? "resident in this worker" : "at the end";
        struct bng_size_text rss, span;
        struct measure_text value;

        snprintf(family, sizeof(family), "its family of %u processes", finding->family);
        verdict_measure(finding->reason, finding->value, &value);
        bng_format_bytes(verdict->rss, &rss);
        switch (finding->reason) {
        case REASON_NONE:
                fputs("without a reason", out);
                break;
        case REASON_CRASH_LOOP:
                fprintf(out, "as young as it is %s holds %s ",
                        finding->loops_by == REASON_GROUP_MEMORY ? "its group" : "it", value.text);
                say_limit(out, verdict,
                          finding->loops_by == REASON_GROUP_MEMORY ? "GroupMemoryMax"
                                                                   : "WorkerMemoryMax");
                fputs(", like those that were ended for it before, one after the other", out);
                break;
        case REASON_WORKER_MEMORY:
                fprintf(out, "it held %s ", value.text);
                say_limit(out, verdict, "WorkerMemoryMax");
                break;
        case REASON_GROUP_MEMORY:
                fprintf(out, "its group held %s ", value.text);
                say_limit(out, verdict, "GroupMemoryMax");
                fprintf(out, ", %s resident in this worker", rss.text);
                if (finding->family > 0)
                        fprintf(out, ", of a family of %u processes", finding->family);
                break;
        case REASON_GROWTH:
                fprintf(out, "%s grew by %s over %s ", it, value.text,
                        bng_format_usec(verdict->window, &span));
                say_limit(out, verdict, "GrowthMax");
                if (finding->to_limit > 0 && finding->to_limit != UINT64_MAX)
                        fprintf(out, ", the nearest limit %s away",
                                bng_format_usec(finding->to_limit, &span));
                fprintf(out, ", %s %s", rss.text, end);
                break;
        case REASON_LEAK:
                fprintf(out, "%s leaked %s over %s ", it, value.text,
                        bng_format_usec(verdict->window, &span));
                say_limit(out, verdict, "LeakMax");
                if (finding->confidence > 0 && isfinite(finding->confidence))
                        fprintf(out, ", confidence %.0f%%", floor(finding->confidence * 100));
                fprintf(out, ", %s %s", rss.text, end);
                break;
        case REASON_CPU:
                fprintf(out, "%s burned %s of CPU time in %s ", it, value.text,
                        bng_format_usec(verdict->window, &span));
                say_limit(out, verdict, "CpuTimeMax");
                break;
        case REASON_KERNEL_OOM:
                sentence_say_overtaken(out, verdict);
                break;
        case REASON_KERNEL_LIMIT:
                sentence_say_pressed(out, verdict);
                break;
        }
}

/* "SIGTERM, then SIGKILL"; "SIGKILL to the whole group". */
static void say_signals(FILE *out, const struct verdict *verdict)
{
        for (size_t i = 0; i < verdict->n_signals && i < VERDICT_SIGNALS; i++) {
                struct signal_name name;

                fprintf(out, "%s%s%s", i > 0 ? ", then " : "",
                        verdict_signal_name(verdict->signals[i].signo, &name),
                        verdict->signals[i].by_cgroup_kill ? " to the whole group" : "");
        }
        if (verdict->n_signals == 0)
                fputs("no signal", out);
}

/* It may have been spared, or withstood. */
static void say_survival(FILE *out, const struct verdict *verdict)
{
        if (verdict->n_signals == 0) {
                fputs("no signal was sent: it had left its group, or may not be signalled", out);
                return;
        }
        say_signals(out, verdict);
        fputs(verdict->signals[verdict->n_signals - 1].signo == SIGKILL
                      ? " sent, and it still lives: it waits in the kernel (state D), or something "
                        "holds it"
                      : " sent, and not SIGKILL: it left its group, or the guard stopped before "
                        "its "
                        "grace was over",
              out);
}

static void say_how(FILE *out, const struct verdict *verdict)
{
        struct bng_size_text span;

        switch (verdict->outcome) {
        case OUTCOME_ENDED:
                say_signals(out, verdict);
                fprintf(out, "%s, gone after %s",
                        verdict->killed_by == KILLER_KERNEL
                                ? ", then killed by the kernel, which was short of memory"
                        : verdict->killed_by == KILLER_OTHERS ? ", then killed by others"
                                                              : "",
                        bng_format_usec(verdict->ended_after_usec, &span));
                break;
        case OUTCOME_SURVIVED:
                say_survival(out, verdict);
                break;
        case OUTCOME_GONE:
                fputs("no signal had reached it", out);
                break;
        case OUTCOME_FROZEN:
                fputs("it keeps its memory until it is continued or ended", out);
                break;
        case OUTCOME_RESTARTED:
                fprintf(out, "systemd took the restart, gone after %s",
                        bng_format_usec(verdict->ended_after_usec, &span));
                break;
        case OUTCOME_LOGGED:
                fputs(verdict->finding.reason == REASON_CRASH_LOOP
                              ? "ending it again would not help: raise the limit, or make it "
                                "smaller"
                      : verdict->action == ACTION_LOG
                              ? "Action=log does nothing else"
                              : "its group is a slice, which is never ended as a whole",
                      out);
                break;
        case OUTCOME_WITHHELD:
                fputs("KillBudget= is used up; look why its policy ends so many", out);
                break;
        case OUTCOME_WOULD_HAVE_ENDED:
                fputs("dry run, nothing was sent", out);
                break;
        }
}

static void say_all(FILE *out, const struct verdict *verdict)
{
        say_who(out, verdict);
        say_what_became(out, verdict);
        if (verdict->count > 1 && verdict->finding.reason != REASON_KERNEL_OOM)
                fputs("within a minute, more than have a verdict each; of the one that went "
                      "furthest: ",
                      out);
        say_why(out, verdict);
        fputs("; ", out);
        if (verdict->finding.reason == REASON_KERNEL_OOM ||
            verdict->finding.reason == REASON_KERNEL_LIMIT)
                sentence_say_remedy(out, verdict);
        else
                say_how(out, verdict);
}

static char *say(const struct verdict *verdict, void (*part)(FILE *, const struct verdict *))
{
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);
        bool failed;

        if (!out)
                return NULL;
        part(out, verdict);
        failed = ferror(out);
        if (fclose(out) != 0 || failed) {
                free(text);
                return NULL;
        }
        return text;
}

char *verdict_sentence(const struct verdict *verdict)
{
        return say(verdict, say_all);
}

char *verdict_who(const struct verdict *verdict)
{
        return say(verdict, say_who);
}
