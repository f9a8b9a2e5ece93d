/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include "config/units.h"
#include "report/escape.h"
#include "report/overtaken.h"

static void say(FILE *out, const char *text)
{
        char *escaped = escape_string(text);

        fputs(escaped ? escaped : "?", out);
        free(escaped);
}

void sentence_say_overtaken(FILE *out, const struct verdict *verdict)
{
        const struct finding *finding = &verdict->finding;
        struct bng_size_text value, limit;

        bng_format_bytes(finding->limit, &limit);
        if (verdict->count > 0 && verdict->window > 0)
                fprintf(out, "within %s, too many at a time for it to name them, ",
                        bng_format_usec(verdict->window, &value));
        else if (verdict->pid == 0)
                fprintf(out, "which %s cannot be told, %u had ended since the last look, ",
                        verdict->count > 1 ? "ones" : "one", finding->family);
        else
                fprintf(out, "it held %s ", bng_format_bytes(finding->value, &value));
        if (finding->by_machine) {
                fprintf(out, "when the machine was out of memory");
                return;
        }
        fputs("when ", out);
        if (verdict->limited)
                say(out, verdict->limited);
        else
                fputs("its group", out);
        fputs(" was at the kernel's limit", out);
        if (finding->limit != UINT64_MAX)
                fprintf(out, " of %s", limit.text);
}

void sentence_say_pressed(FILE *out, const struct verdict *verdict)
{
        struct bng_size_text value, limit;

        fprintf(out,
                "the group is at the kernel's limit of %s again and again, and %s of that is "
                "memory that only "
                "an end would free",
                bng_format_bytes(verdict->finding.limit, &limit),
                bng_format_bytes(verdict->finding.value, &value));
}

/* "WorkerMemoryMax=48M of policy web" */
static void say_key(FILE *out, const struct verdict *verdict)
{
        struct bng_size_text limit;

        fprintf(out, "%s=%s of policy ",
                verdict->finding.loops_by == REASON_GROUP_MEMORY ? "GroupMemoryMax"
                                                                 : "WorkerMemoryMax",
                bng_format_bytes(verdict->finding.own_limit, &limit));
        say(out, verdict->policy ? verdict->policy : "?");
}

void sentence_say_remedy(FILE *out, const struct verdict *verdict)
{
        const struct finding *finding = &verdict->finding;
        const char *below = finding->by_machine ? "what the machine has" : "the kernel's limit";
        struct bng_size_text rate;

        if (verdict->pid > 0 && verdict->n_samples == 0)
                fputs("the guard had not seen it yet; ", out);
        switch (finding->overtaken) {
        case OVERTAKEN_NO_LIMIT:
                fputs("policy ", out);
                say(out, verdict->policy ? verdict->policy : "?");
                fprintf(out,
                        " sets no limit on memory: with WorkerMemoryMax= below %s the guard ends "
                        "it first",
                        below);
                break;
        case OVERTAKEN_LIMIT_ABOVE:
                say_key(out, verdict);
                fprintf(out, " is not below %s: with less the guard ends it first", below);
                break;
        case OVERTAKEN_ONLY_TOLD:
                say_key(out, verdict);
                fputs(" ends nobody: Action=log, or a dry run", out);
                break;
        case OVERTAKEN_TOO_FAST:
                say_key(out, verdict);
                fputs(" was passed as well, and faster than the guard looked", out);
                if (finding->rate >= 1)
                        fprintf(out, ", at %s/s", bng_format_bytes((uint64_t)finding->rate, &rate));
                fprintf(out, ": leave more between it and %s", below);
                break;
        case OVERTAKEN_TOGETHER:
                say_key(out, verdict);
                fprintf(out,
                        " was not passed, all of them together filled the memory: set "
                        "GroupMemoryMax= below %s",
                        below);
                break;
        }
}
